//! The ears on real parts: the speech model, and a voice made by espeak-ng at test time. Skipped, loudly, where either is missing.
#![cfg(all(feature = "hearing", feature = "replay"))]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests may

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use hark::command::{Calling, Intent, Names, PhraseTable};
use hark::hearing::files::{Recording, read_recording};
use hark::hearing::listen::{Considered, Moment, listen};
use hark::hearing::{EarsConfig, HearingError, SpeechModel, VoskEars};
use hark::ports::{EarOutput, Ears, OUTPUT_BLOCK, Rest};
use hark::session::guard::Verdict;
use hark::session::{EarReport, EchoQuality};
use hark::units::Millis;

/// The model, loaded once for all tests (170 MB).
fn model() -> Option<Arc<SpeechModel>> {
    static MODEL: OnceLock<Option<Arc<SpeechModel>>> = OnceLock::new();
    MODEL
        .get_or_init(|| match SpeechModel::open(Path::new("models")) {
            Ok(model) => Some(model),
            Err(error @ HearingError::Missing(_)) => {
                eprintln!("SKIPPED: {error}");
                None
            }
            Err(error) => panic!("{error}"),
        })
        .clone()
}

/// `text` in a synthetic voice at 16 kHz, its loudest sample at 0.4, without the silence after it.
fn say(text: &str) -> Option<Vec<f32>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let made = Command::new("espeak-ng").args(["-v", "en-us", "-s", "150", "-w"]).arg(file.path()).arg(text).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: espeak-ng is missing (install the package espeak-ng)");
        return None;
    }
    let samples = read_recording(file.path()).unwrap().at_rate(16_000).samples;
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let last = samples.iter().rposition(|sample| sample.abs() > 0.02 * peak).map_or(0, |last| last + 1);
    Some(samples.into_iter().take(last).map(|sample| sample * 0.4 / peak).collect())
}

fn silence(seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * 16_000.0) as usize]
}

fn heard(samples: Vec<f32>, rate: u32, moment: Moment) -> Option<Vec<Considered>> {
    let table = PhraseTable::english().unwrap();
    Some(listen(&model()?, &table, EarsConfig::new(rate), Recording { samples, rate }, moment).unwrap())
}

/// Where commands have to be called.
fn heard_called(samples: Vec<f32>) -> Option<Vec<Considered>> {
    let mut table = PhraseTable::english().unwrap();
    table.learn(&Names { calling: Calling::On, ..Names::default() });
    let recording = Recording { samples, rate: 16_000 };
    Some(listen(&model()?, &table, EarsConfig::new(16_000), recording, Moment::Listening).unwrap())
}

fn accepted(considered: &[Considered]) -> Vec<Intent> {
    let intent = |one: &Considered| match &one.verdict {
        Verdict::Accepted(command) => Some(command.intent),
        Verdict::Refused { .. } => None,
    };
    considered.iter().filter_map(intent).collect()
}

#[test]
fn a_command_is_heard_where_it_was_said_and_other_talk_is_not_a_command() {
    let (Some(command), Some(talk)) = (say("delete this message"), say("we had coffee and talked about old friends"))
    else {
        return;
    };
    let length = command.len() as f64 / 16_000.0;
    let samples = [silence(1.0), command, silence(1.0), talk, silence(1.0)].concat();
    let Some(considered) = heard(samples, 16_000, Moment::Listening) else { return };
    assert_eq!(accepted(&considered), [Intent::Delete], "{considered:?}");
    let first = considered.first().unwrap();
    let utterance = &first.utterance;
    assert!(utterance.start.0.abs_diff(1000) < 150, "{utterance:?}");
    assert!(utterance.end.0.abs_diff(1000 + (length * 1000.0) as u64) < 150, "{utterance:?}");
    assert!(first.decided > utterance.end && first.decided.since(utterance.end) < 600, "{first:?}");
}

#[test]
fn telephone_and_studio_rates_and_hostile_levels_are_heard_alike() {
    let Some(command) = say("next message") else { return };
    let samples = [silence(0.5), command, silence(0.5)].concat();
    for rate in [8_000, 16_000, 44_100, 48_000] {
        let there = Recording { samples: samples.clone(), rate: 16_000 }.at_rate(rate);
        let Some(considered) = heard(there.samples, rate, Moment::Listening) else { return };
        assert_eq!(accepted(&considered), [Intent::Next], "{rate} Hz: {considered:?}");
    }
    for (name, spoil) in [
        ("clipped", (|s: f32| s * 10.0) as fn(f32) -> f32),
        ("with an offset", |s| s + 0.2),
        ("quiet", |s| s * 0.03),
        ("not a number in silence", |s| if s == 0.0 { f32::NAN } else { s }),
    ] {
        let spoilt = samples.iter().map(|&sample| spoil(sample)).collect();
        let Some(considered) = heard(spoilt, 16_000, Moment::Listening) else { return };
        assert_eq!(accepted(&considered), [Intent::Next], "{name}: {considered:?}");
    }
}

#[test]
fn the_same_recording_gives_the_same_answers() {
    let Some(command) = say("read it all") else { return };
    let samples = [silence(0.5), command, silence(0.5)].concat();
    let Some(first) = heard(samples.clone(), 16_000, Moment::Listening) else { return };
    assert_eq!(Some(first), heard(samples, 16_000, Moment::Listening));
}

#[test]
fn yes_counts_after_a_question_only() {
    let Some(command) = say("yes please") else { return };
    let samples = [silence(0.5), command, silence(0.5)].concat();
    let Some(considered) = heard(samples.clone(), 16_000, Moment::Question) else { return };
    assert_eq!(accepted(&considered), [Intent::Yes]);
    assert_eq!(accepted(&heard(samples, 16_000, Moment::Reading).unwrap()), []);
}

/// A recording of the scenarios.
fn clip(name: &str) -> Vec<f32> {
    read_recording(&Path::new("tests/replay/clips").join(name)).unwrap().at_rate(16_000).samples
}

#[test]
fn lone_words_are_heard_on_a_train() {
    // The demo's, which is the only one.
    let train = clip("../../../assets/demo/clips/train.wav");
    for (word, intent) in [("stop.wav", Intent::Pause), ("wait.wav", Intent::Pause), ("carry-on.wav", Intent::Resume)] {
        for at in [0, 30_000, 70_000] {
            let said = [silence(1.5), clip(word), silence(1.5)].concat();
            // Clip and noise are both at -26 dBFS: 10 dB apart.
            let noise = train.iter().cycle().skip(at).map(|sample| sample * 0.316);
            let samples = said.iter().zip(noise).map(|(sample, noise)| sample + noise).collect();
            let Some(considered) = heard(samples, 16_000, Moment::Listening) else { return };
            assert_eq!(accepted(&considered), [intent], "{word} at {at}: {considered:?}");
        }
    }
}

#[test]
fn names_that_the_model_does_not_know_are_heard_by_their_nearest_spelling() {
    let (Some(command), Some(model)) = (say("read mail from Soren"), model()) else { return };
    let mut ears = VoskEars::on(&model, PhraseTable::english().unwrap(), EarsConfig::new(16_000)).unwrap();
    ears.learn(&Names { senders: vec!["S\u{f8}ren".into()], folders: vec![], ..Names::default() });
    let samples = [silence(0.5), command, silence(0.8)].concat();
    let words = |output: EarOutput| match output {
        EarOutput::Report(EarReport::Utterance(utterance)) => Some(utterance.words),
        EarOutput::Report(_) | EarOutput::Echo(_) => None,
    };
    let heard: Vec<String> = reports(&mut ears, &samples, &[]).into_iter().filter_map(words).collect();
    assert_eq!(heard, ["read mail from s\u{f8}ren"]);
}

/// Feeds blocks with a reference; `mic` at 16 kHz, `reference` at 48 kHz.
fn reports(ears: &mut VoskEars, mic: &[f32], reference: &[f32]) -> Vec<EarOutput> {
    let mut all = Vec::new();
    for (number, block) in mic.chunks(160).enumerate() {
        let far: Vec<f32> = reference.iter().skip(number * OUTPUT_BLOCK).take(OUTPUT_BLOCK).copied().collect();
        ears.hear(Millis(number as u64 * 10), block, &far);
        all.extend(std::iter::from_fn(|| ears.poll()));
    }
    all
}

fn onsets(outputs: &[EarOutput]) -> Vec<u64> {
    let onset = |output: &EarOutput| match output {
        EarOutput::Report(EarReport::Onset { at }) => Some(at.0),
        EarOutput::Report(_) | EarOutput::Echo(_) => None,
    };
    outputs.iter().filter_map(onset).collect()
}

#[test]
fn a_voice_opens_the_ears_over_our_own_and_our_own_does_not() {
    let narration = "Ana wrote to you yesterday about the garden. She says that the roses are doing well, \
                     and asks whether you will come on Saturday. There is cake, and the children are looking forward to it.";
    let (Some(narration), Some(command), Some(model)) = (say(narration), say("next message"), model()) else { return };
    let table = PhraseTable::english().unwrap();
    let reference = Recording { samples: narration.clone(), rate: 16_000 }.at_rate(48_000).samples;
    // A loudspeaker in a room: 40 ms later, a reflection, some 8 dB down.
    let echo = |i: usize, delay: usize| i.checked_sub(delay).and_then(|i| narration.get(i)).copied().unwrap_or(0.0);
    let room: Vec<f32> = (0..narration.len()).map(|i| 0.4 * echo(i, 640) + 0.12 * echo(i, 1100)).collect();
    let mut ears = VoskEars::on(&model, table.clone(), EarsConfig::new(16_000)).unwrap();
    let alone = reports(&mut ears, &room, &reference);
    assert_eq!(onsets(&alone), [] as [u64; 0]);
    assert!(alone.contains(&EarOutput::Echo(EchoQuality::Good)), "{alone:?}");

    let at = 5 * 16_000;
    let word = |i: usize| i.checked_sub(at).and_then(|i| command.get(i)).copied().unwrap_or(0.0);
    let both: Vec<f32> = room.iter().enumerate().map(|(i, sample)| sample + word(i)).collect();
    let mut ears = VoskEars::on(&model, table, EarsConfig::new(16_000)).unwrap();
    let outputs = reports(&mut ears, &both, &reference);
    let onsets = onsets(&outputs);
    assert!(onsets.iter().all(|onset| (4900..5800).contains(onset)) && !onsets.is_empty(), "{onsets:?}");
    // The recogniser hears the beginning twice; the word lies where it was said all the same.
    let said = outputs.iter().find_map(|output| match output {
        EarOutput::Report(EarReport::Utterance(utterance)) if utterance.words == "next message" => Some(utterance),
        EarOutput::Report(_) | EarOutput::Echo(_) => None,
    });
    let end = 5000 + command.len() as u64 / 16;
    let right = |start: u64, over: u64| start.abs_diff(5000) < 200 && over.abs_diff(end) < 200;
    assert!(said.is_some_and(|said| right(said.start.0, said.end.0)), "{end}: {outputs:?}");
}

#[test]
fn sleeping_ears_hear_nothing_and_wake_up() {
    let (Some(command), Some(model)) = (say("next message"), model()) else { return };
    let mut ears = VoskEars::on(&model, PhraseTable::english().unwrap(), EarsConfig::new(16_000)).unwrap();
    let samples = [silence(0.5), command, silence(0.8)].concat();
    let utterances = |ears: &mut VoskEars, from: u64| {
        let mut count = 0;
        for (number, block) in samples.chunks(160).enumerate() {
            ears.hear(Millis(from + number as u64 * 10), block, &[0.0; OUTPUT_BLOCK]);
            while let Some(output) = ears.poll() {
                count += u32::from(matches!(output, EarOutput::Report(EarReport::Utterance(_))));
            }
        }
        count
    };
    assert_eq!(utterances(&mut ears, 0), 1);
    ears.rest(Rest::Sleep);
    assert_eq!(utterances(&mut ears, 10_000), 0);
    ears.rest(Rest::Wake);
    assert_eq!(utterances(&mut ears, 60_000), 1);
}

#[test]
fn names_of_the_session_are_heard_and_unknown_words_do_no_harm() {
    let (Some(command), Some(model)) = (say("move to travel"), model()) else { return };
    let mut ears = VoskEars::on(&model, PhraseTable::english().unwrap(), EarsConfig::new(16_000)).unwrap();
    ears.learn(&Names {
        senders: vec!["Xqzzrt Pfff".into(), "\"]}".into()],
        folders: vec!["Travel".into(), "[]".into()],
        ..Names::default()
    });
    let samples = [silence(0.5), command, silence(0.8)].concat();
    let words: Vec<String> = reports(&mut ears, &samples, &[])
        .into_iter()
        .filter_map(|output| match output {
            EarOutput::Report(EarReport::Utterance(utterance)) => Some(utterance.words),
            EarOutput::Report(_) | EarOutput::Echo(_) => None,
        })
        .collect();
    assert_eq!(words, ["move to travel"]);
}

#[test]
fn where_the_wake_word_is_demanded_the_call_comes_first_alone_or_in_one_breath() {
    let (Some(call), Some(command)) = (say("hey hark"), say("delete it")) else { return };
    let Some(uncalled) = heard_called([silence(0.5), command.clone(), silence(0.8)].concat()) else { return };
    assert_eq!(accepted(&uncalled), [], "{uncalled:?}");
    for gap in [0.25, 1.0, 4.0] {
        let samples = [silence(0.5), call.clone(), silence(gap), command.clone(), silence(0.8)].concat();
        let Some(considered) = heard_called(samples) else { return };
        let intents: Vec<Intent> =
            accepted(&considered).into_iter().filter(|&intent| intent != Intent::Listen).collect();
        assert_eq!(intents, [Intent::Delete], "{gap} s: {considered:?}");
        // What is told of it is what was heard.
        assert!(considered.iter().all(|one| one.utterance.evidence.isolation_before_db.is_finite()));
    }
    let late = [silence(0.5), call, silence(9.5), command, silence(0.8)].concat();
    let Some(late) = heard_called(late) else { return };
    assert_eq!(accepted(&late), [Intent::Listen], "{late:?}");
}
