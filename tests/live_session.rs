//! A whole session on virtual devices: a real voice reads a real mailbox into the virtual loudspeaker; "stop", said into the virtual
//! microphone, silences it; a key goes on.
#![cfg(feature = "driver")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // clippy takes helpers of a test for something else

#[path = "live/server.rs"]
mod server;

use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use hark::audio::Wanted;
use hark::command::{Intent, PhraseTable};
use hark::driver::{Heard, Inbox, Options, Route, inbox, play};
use hark::engine::Engine;
use hark::hearing::{EarsConfig, ThreadedEars, VoskEars};
use hark::mailbox::{MaildirMailbox, MaildirOptions, from_eml_files};
use hark::ports::ClipSource;
use hark::session::{Event, Prompts, SayRole, Session, Settings};
use hark::units::{Millis, WallTime};
use hark::voice::{ClipOptions, Mouth, OutputControl, VoiceOptions, WorkerClips, open_voice};
use server::{SoundServer, missing_tools};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_spoken_stop_silences_the_voice_and_a_key_goes_on() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut missing = missing_tools();
    if Command::new("espeak-ng").arg("--version").output().is_err() {
        missing.push("espeak-ng");
    }
    if !models.join("vosk-model-en").is_dir() {
        missing.push("the speech model (`cargo xtask models`)");
    }
    if !missing.is_empty() {
        println!("SKIPPED: a_spoken_stop_silences_the_voice_and_a_key_goes_on needs {}", missing.join(", "));
        return;
    }
    let server = SoundServer::start();
    server.use_in_this_process();
    let stop = spoken("stop");
    let (sender, receiver) = inbox();
    let (shown, events) = mpsc::channel();
    let keys = sender.clone();
    let session = std::thread::spawn(move || {
        let folder = tempfile::tempdir().unwrap();
        let control = OutputControl::new();
        let build = |heard: Heard| {
            assert_eq!(heard.trouble, None);
            let ears = VoskEars::open(&models, table(), EarsConfig::new(heard.microphone_rate)).unwrap();
            let voice = open_voice("espeak", &models, VoiceOptions::default()).unwrap();
            let clips: Box<dyn ClipSource> = Box::new(WorkerClips::start(voice, ClipOptions::default()).unwrap());
            let session = Session::new(wall(), Settings::default(), table(), Prompts::english().unwrap());
            let ears = Box::new(ThreadedEars::start(ears).unwrap());
            let mailbox = Box::new(one_long_mail(folder.path()));
            Ok::<_, ()>(Engine::new(
                session,
                ears,
                Mouth::new(clips),
                mailbox,
                control.clone(),
                hark::session::OutputKind::Headphones,
                Millis(0),
            ))
        };
        let options = Options { route: Route::Ask, start: wall(), wall: Box::new(wall) };
        let show = move |_, event: &Event| {
            println!("{event:?}");
            let _ = shown.send(event.clone());
        };
        play(Wanted::Microphone, control.clone(), build, (sender, receiver), options, show).unwrap().unwrap();
    });
    let wait_for = |what: &str, wanted: fn(&Event) -> bool| {
        while !wanted(&events.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {what} came"))) {}
    };

    wait_for("sentence of the mail", |event| matches!(event, Event::Say { role: SayRole::Body, .. }));
    assert!(loudest(&server.listen(Duration::from_secs(1))) > 0.02, "the voice is not to be heard");
    server.say(&stop);
    wait_for("pause", |event| matches!(event, Event::Heard { intent: Intent::Pause, .. }));
    let silence = server.listen(Duration::from_secs(3));
    let tail = &silence[silence.len() / 2..];
    assert!(loudest(tail) < 0.001, "the voice goes on at {}", loudest(tail));
    keys.send(Inbox::PauseOrResume);
    wait_for("sentence after the pause", |event| matches!(event, Event::Say { role: SayRole::Body, .. }));
    assert!(loudest(&server.listen(Duration::from_secs(2))) > 0.02, "the voice did not go on");
    keys.send(Inbox::Quit);
    session.join().unwrap();
}

fn table() -> PhraseTable {
    PhraseTable::english().unwrap()
}

/// A fixed moment: the mail below is of the same morning.
fn wall() -> WallTime {
    WallTime { utc_ms: 1_772_438_400_000, zone: jiff::tz::TimeZone::UTC }
}

fn one_long_mail(folder: &Path) -> MaildirMailbox {
    let sentence = "The river was quiet that morning, and nobody on the bridge was in a hurry to be anywhere else. ";
    let mail = format!(
        "From: Ana Silva <ana@example.org>\r\nTo: robin@example.org\r\nSubject: The river\r\n\
         Date: Mon, 2 Mar 2026 07:30:00 +0000\r\nMessage-ID: <river@example.org>\r\n\r\n{}\r\n",
        sentence.repeat(40)
    );
    let file = folder.join("river.eml");
    std::fs::write(&file, mail).unwrap();
    from_eml_files(&[file], &folder.join("mail")).unwrap();
    let options =
        MaildirOptions { now: wall(), own_addresses: Vec::new(), account: "test".to_owned(), round_trip_ms: 0 };
    MaildirMailbox::open(&folder.join("mail"), options).unwrap()
}

/// A word in a synthetic voice at 48 kHz, with a second of faint noise before and after it, as a room has.
fn spoken(word: &str) -> Vec<f32> {
    let wav =
        Command::new("espeak-ng").args(["-v", "en-us+f3", "-s", "145", "--stdout", word]).output().unwrap().stdout;
    // A WAV of 22,050 Hz, 16 bit, mono with a header of 44 bytes.
    let speech: Vec<f32> = wav[44..]
        .chunks_exact(2)
        .map(|bytes| f32::from(i16::from_le_bytes(bytes.try_into().unwrap())) / 32_768.0)
        .collect();
    let mut seed = 1_u32;
    let mut room = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed as f32 / u32::MAX as f32 - 0.5) * 0.001
    };
    let pad = 48_000;
    let length = speech.len() * 48_000 / 22_050;
    (0..pad + length + pad)
        .map(|index| {
            let at = index.checked_sub(pad).map_or(f64::MAX, |index| index as f64 * 22_050.0 / 48_000.0);
            let here = |offset: usize| speech.get(at as usize + offset).copied().unwrap_or(0.0);
            let share = at.fract() as f32;
            let voice = if at < speech.len() as f64 { here(0) * (1.0 - share) + here(1) * share } else { 0.0 };
            voice + room()
        })
        .collect()
}

fn loudest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |loudest, sample| sample.abs().max(loudest))
}
