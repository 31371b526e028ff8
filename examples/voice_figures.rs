//! Figures of docs/benchmarks-voice.md: `cargo run --example voice_figures --no-default-features --features voice -- VOICE`.
//! With `--features voice,hearing` what was synthesised is also read back by free decoding.
//! With a folder as second argument every sentence is written there as WAV.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use hark::ports::{Clip, OUTPUT_BLOCK, OUTPUT_RATE, Synthesiser};
use hark::script::Line;
use hark::session::{Delivery, Earcon, Epoch, Say, UtteranceId, VoiceReport};
use hark::units::Millis;
use hark::voice::{ChargedClips, ClipOptions, Mouth, Noise, VoiceOptions, earcon_sound, loudness_lufs, open_voice};

/// Sentences as a mail holds them; 20, of all lengths.
const SENTENCES: [&str; 20] = [
    "Ana Costa on the roadmap, ten past nine.",
    "Thanks for the notes from Tuesday, I went through all of them.",
    "I think that we should move the launch by two weeks, because the translations are late.",
    "Can you call me before lunch?",
    "The train to Hamburg leaves at seven forty from platform six.",
    "Please send the signed contract to the office in Berlin by Friday, or let me know when you can.",
    "Dinner is at eight.",
    "We have booked a table for five people, and the children can come as well.",
    "Your parcel was handed to the neighbour at number twelve.",
    "The meeting about the budget was moved to Thursday at three, in the small room on the second floor.",
    "Could you bring the slides, the printed handout, and a spare adapter for the projector?",
    "I was in the garden the whole morning and did not hear the phone.",
    "The new version fixes the login problem on older phones, and it starts twice as fast.",
    "Happy birthday from all of us!",
    "Let me know if the price of two hundred and fifty dollars is fine for you.",
    "The doctor's appointment is on the third of March; please be there ten minutes early.",
    "No, that is not what I meant.",
    "Attached you will find the report for the last quarter, with the figures you asked for.",
    "If it rains, we will meet in the library instead of the park.",
    "See you soon, and say hello to your sister.",
];

const PROMPTS: [&str; 6] =
    ["Archived.", "Deleted.", "Sorry?", "Nothing to undo.", "End of message.", "You have twelve new messages."];

fn main() {
    let name = env::args().nth(1).unwrap_or_else(|| "joe".to_owned());
    let folder = env::args().nth(2).map(PathBuf::from);
    let options = VoiceOptions { noise: Noise::None, ..VoiceOptions::default() };
    let begun = Instant::now();
    let mut voice = match open_voice(&name, Path::new("models"), options.clone()) {
        Ok(voice) => voice,
        Err(error) => return println!("{error}"),
    };
    println!("voice {}: load {:.2} s, RSS {} MB", voice.identity(), begun.elapsed().as_secs_f64(), rss_mb());
    let clips = synthesis(voice.as_mut());
    loudness(&clips);
    earcons();
    first_sound(voice.as_mut());
    if let Some(folder) = folder {
        write_all(&folder, &clips);
    }
    drop(voice);
    // What costs least is told first: reading back takes most of the time.
    let spoken = [1.0, 1.5, 2.0, 3.0, 0.5].map(|speed| (speed, reading(&name, speed, Made::ForTheSpeed)));
    for speed in [0.8, 1.1, 1.25, 1.5, 2.0] {
        reading(&name, speed, Made::AtOne);
    }
    read_back::run("as made at speed 1", &clips);
    for (speed, spoken) in &spoken {
        read_back::run(&format!("through the mouth at speed {speed}"), spoken);
    }
    let Ok(mut voice) = open_voice(&name, Path::new("models"), options) else { return };
    for speed in if cfg!(feature = "hearing") { [1.5, 1.8, 2.2].as_slice() } else { &[] } {
        let fast: Vec<Clip> = SENTENCES.iter().filter_map(|text| voice.synthesise(text, *speed).ok()).collect();
        read_back::run(&format!("as made at speed {speed}"), &fast);
    }
}

/// How clips are made before the mouth plays them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    ForTheSpeed,
    /// At speed 1: all of the change is the stretch's, as in mid-sentence.
    AtOne,
}

fn synthesis(voice: &mut dyn Synthesiser) -> Vec<Clip> {
    let begun = cpu_s();
    let clips: Vec<Clip> = SENTENCES.iter().filter_map(|text| voice.synthesise(text, 1.0).ok()).collect();
    let seconds: f64 = clips.iter().map(Clip::seconds).sum();
    let spent = cpu_s() - begun;
    println!(
        "{} sentences: {seconds:.1} s of speech in {spent:.1} s of CPU, real-time factor {:.3}, RSS {} MB, peak {} MB",
        clips.len(),
        spent / seconds,
        rss_mb(),
        peak_mb()
    );
    clips
}

fn loudness(clips: &[Clip]) {
    let mut values: Vec<f64> = clips.iter().map(|clip| loudness_lufs(&clip.samples, clip.rate)).collect();
    values.sort_by(f64::total_cmp);
    let peak = clips.iter().flat_map(|clip| &clip.samples).fold(0.0_f32, |most, s| most.max(s.abs()));
    println!(
        "loudness {:.1} to {:.1} LUFS, highest peak {peak:.2}",
        values.first().unwrap_or(&0.0),
        values.last().unwrap_or(&0.0)
    );
}

fn first_sound(voice: &mut dyn Synthesiser) {
    for text in PROMPTS {
        let begun = Instant::now();
        let work = cpu_s();
        let seconds = voice.synthesise(text, 1.0).map_or(0.0, |clip| clip.seconds());
        let wall = begun.elapsed().as_secs_f64();
        println!("{text:32} {:4.0} ms ({:.0} ms CPU) for {seconds:.2} s", wall * 1000.0, (cpu_s() - work) * 1000.0);
    }
}

/// Rate of a whole reading through the mouth, pauses included; and what the mouth itself costs.
fn reading(name: &str, speed: f32, made: Made) -> Vec<Clip> {
    let options = VoiceOptions { noise: Noise::None, ..VoiceOptions::default() };
    let Ok(voice) = open_voice(name, Path::new("models"), options) else { return Vec::new() };
    let mut mouth = Mouth::new(ChargedClips::new(voice, 0.0, ClipOptions::default()));
    match made {
        Made::ForTheSpeed => mouth.set_speed(speed),
        Made::AtOne => {}
    }
    let mut blocks = 0_u64;
    let (mut promised, mut rendered_ms, mut estimated) = (0_u64, 0_u64, 0.0_f32);
    let mut busy = 0.0;
    let mut spoken = Vec::new();
    for (index, text) in SENTENCES.iter().enumerate() {
        let say = Say {
            id: UtteranceId(index as u64),
            epoch: Epoch(0),
            spoken: (*text).to_owned(),
            delivery: Delivery::default(),
        };
        if made == Made::AtOne {
            mouth.set_speed(1.0);
            mouth.prepare(Millis(blocks * 10), text, None);
            mouth.set_speed(speed);
        }
        mouth.say(Millis(blocks * 10), &say);
        let line = Line { text: String::new(), say: (*text).to_owned(), pause_after_ms: 0 };
        estimated += line.seconds() / speed;
        let mut over = false;
        let mut began = blocks;
        let mut samples = Vec::new();
        while !over {
            let mut block = [0.0; OUTPUT_BLOCK];
            let begun = Instant::now();
            mouth.render(Millis(blocks * 10), &mut block);
            let spent = begun.elapsed().as_secs_f64();
            // Blocks that synthesise (inline here) are not the mouth's own cost.
            busy += if spent < 0.01 { spent } else { 0.0 };
            blocks += 1;
            samples.extend_from_slice(&block);
            mouth.played(OUTPUT_BLOCK as u64);
            while let Some(report) = mouth.poll() {
                match report {
                    VoiceReport::Started { duration_ms, .. } => {
                        began = blocks;
                        promised += u64::from(duration_ms);
                    }
                    VoiceReport::Finished { .. } | VoiceReport::Failed { .. } => {
                        rendered_ms += (blocks - began + 1) * 10;
                        over = true;
                    }
                    VoiceReport::Hushed { .. } => {}
                }
            }
        }
        spoken.push(Clip { samples, rate: OUTPUT_RATE });
    }
    let seconds = blocks as f64 / 100.0;
    let characters: usize = SENTENCES.iter().map(|text| text.chars().count()).sum();
    let words: usize = SENTENCES.iter().map(|text| text.split_whitespace().count()).sum();
    println!(
        "speed {speed} ({made:?}): {seconds:.1} s (promised {:.1}), {:.2} characters/s, {:.0} words/min; mouth {:.2} ms per second",
        promised as f64 / 1000.0,
        characters as f64 / seconds,
        words as f64 * 60.0 / seconds,
        busy * 1000.0 / seconds
    );
    println!(
        "  sentences alone {:.1} s, told by the mouth {:+.1} %, estimated by the script {:+.1} %",
        rendered_ms as f64 / 1000.0,
        promised as f64 * 100.0 / rendered_ms as f64 - 100.0,
        f64::from(estimated) * 100_000.0 / rendered_ms as f64 - 100.0
    );
    let steps = largest_step(&spoken);
    println!("  largest step between two samples {steps:.3}, median pitch {:.1} Hz", median_pitch(&spoken));
    spoken
}

/// Largest difference between neighbours: a click is a step that the clips at speed 1 do not have.
fn largest_step(clips: &[Clip]) -> f32 {
    let steps = clips.iter().flat_map(|clip| clip.samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()));
    steps.fold(0.0, f32::max)
}

/// Median over voiced frames of 40 ms, by autocorrelation at an eighth of the rate, 70 to 250 Hz.
fn median_pitch(clips: &[Clip]) -> f64 {
    let mut found = Vec::new();
    for clip in clips {
        let low: Vec<f32> = clip.samples.chunks_exact(8).map(|eight| eight.iter().sum::<f32>() / 8.0).collect();
        for frame in low.chunks_exact(240) {
            let power: f32 = frame.iter().map(|s| s * s).sum();
            let at = |lag: usize| frame.iter().zip(&frame[lag..]).map(|(a, b)| a * b).sum::<f32>() / (240 - lag) as f32;
            let best = (24..86).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap_or(24);
            if power > 0.24 && at(best) > 0.5 * power / 240.0 {
                found.push(6_000.0 / best as f64);
            }
        }
    }
    found.sort_by(f64::total_cmp);
    found.get(found.len() / 2).copied().unwrap_or(0.0)
}

/// Loudness of the earcons, each as one block over its own length.
fn earcons() {
    for earcon in [Earcon::Listening, Earcon::Heard, Earcon::Done, Earcon::Error, Earcon::End] {
        let sound = earcon_sound(earcon);
        println!("earcon {earcon:?}: {} ms, {:.1} LUFS", sound.len() / 48, loudness_lufs(&sound, OUTPUT_RATE));
    }
}

fn write_all(folder: &Path, clips: &[Clip]) {
    let _ = fs::create_dir_all(folder);
    for (index, clip) in clips.iter().enumerate() {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: clip.rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let Ok(mut writer) = hound::WavWriter::create(folder.join(format!("{index:02}.wav")), spec) else { return };
        for sample in &clip.samples {
            let _ = writer.write_sample((sample * 32_767.0) as i16);
        }
        let _ = writer.finalize();
    }
}

/// CPU seconds of this process; children (espeak-ng) are waited for and counted.
fn cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: f64 = stat.split_whitespace().skip(13).take(4).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn rss_mb() -> u64 {
    memory_mb("VmRSS:")
}

fn peak_mb() -> u64 {
    memory_mb("VmHWM:")
}

fn memory_mb(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[cfg(not(feature = "hearing"))]
mod read_back {
    pub fn run(what: &str, _clips: &[hark::ports::Clip]) {
        println!("read back, {what}: skipped, build with --features voice,hearing");
    }
}

#[cfg(feature = "hearing")]
#[path = "support/listener.rs"]
mod listener;

#[cfg(feature = "hearing")]
mod read_back {
    use super::listener::{Listener, distance, plain};
    use super::{Clip, SENTENCES};

    /// Word error rate of free decoding over all sentences.
    pub fn run(what: &str, clips: &[Clip]) {
        let Some(listener) = Listener::open() else { return println!("no recogniser model") };
        let (mut errors, mut words) = (0, 0);
        for (text, clip) in SENTENCES.iter().zip(clips) {
            let heard = listener.write_down(clip);
            let wanted = plain(text);
            let wrong = distance(&wanted, &heard);
            if wrong > 0 && what.ends_with("speed 1") {
                println!("  {} -> {}", wanted.join(" "), heard.join(" "));
            }
            errors += wrong;
            words += wanted.len();
        }
        println!("read back, {what}: {errors} of {words} words wrong ({:.1} %)", errors as f64 * 100.0 / words as f64);
    }
}
