//! Hours of noise, other people and our own narration through ears and session, in virtual time: nothing is obeyed that nobody said,
//! nothing grows. Two minutes by default; `cargo xtask campaign soak` runs two hours (`HARK_SOAK_MINUTES=120`).
#![cfg(all(feature = "hearing", feature = "replay"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hark::command::{Names, PhraseTable};
use hark::engine::{Engine, Stamped};
use hark::hearing::files::read_recording;
use hark::hearing::{EarsConfig, HearingError, SpeechModel, VoskEars};
use hark::mailbox::{MaildirMailbox, MaildirOptions, from_eml_files};
use hark::ports::{Clip, ClipKey, ClipSource, ClipState, OUTPUT_BLOCK, Urgency};
use hark::replay::{ROOM_RATE, Room, RoomOutput, VirtualRoom, resident_megabytes};
use hark::session::{Event, MailVerb, OutputKind, Prompts, Session, Settings};
use hark::units::{Millis, WallTime};
use hark::voice::{Mouth, OutputControl, OutputStage};

/// One session has so many messages: long enough that a single pair of ears lives for ten minutes and more.
const MAILS: usize = 40;
/// Somebody beside us says something dangerous this often.
const TALK_EVERY_MS: u64 = 23_000;
/// What the process may grow by after its first session, in MB: allocators keep a little.
const GROWTH_MB: f64 = 60.0;

#[test]
fn nothing_is_obeyed_that_nobody_said_and_nothing_grows() {
    let model = match SpeechModel::open(Path::new("models")) {
        Ok(model) => model,
        Err(error @ HearingError::Missing(_)) => {
            eprintln!("SKIPPED: nothing_is_obeyed_that_nobody_said_and_nothing_grows: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let minutes: u64 = std::env::var("HARK_SOAK_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let mut left = minutes * 60_000;
    let mut soak = Soak::default();
    let mut first_mb = None;
    for number in 0.. {
        // The short form meets both kinds of output, too.
        let length = left.min(if minutes <= 2 { 60_000 } else { 12 * 60_000 });
        if length == 0 {
            break;
        }
        left -= soak.session(&model, number, length).min(left);
        let mb = resident_megabytes();
        let first = *first_mb.get_or_insert(mb);
        println!("{number}: {} min left, {mb:.0} MB, {soak:?}", left / 60_000);
        assert!(mb - first < GROWTH_MB, "memory grew from {first:.0} to {mb:.0} MB");
    }
    assert_eq!(soak.destructive, 0, "a destructive act that nobody asked for: {soak:?}");
    let hours = minutes as f64 / 60.0;
    assert!(f64::from(soak.heard) <= 1.0 + hours, "heard {soak:?} in {hours:.2} h");
}

#[derive(Debug, Default)]
struct Soak {
    ducks: u32,
    refused: u32,
    /// Accepted: nobody gave a command, so each is false.
    heard: u32,
    destructive: u32,
}

impl Soak {
    /// Plays a session for at most `length` ms; gives how long it lasted.
    fn session(&mut self, model: &Arc<SpeechModel>, number: usize, length: u64) -> u64 {
        let folder = tempfile::tempdir().unwrap();
        let (mut engine, control) = engine(model, folder.path(), number);
        let mut stage = OutputStage::new(control);
        let mut room = room(number);
        let talk = clip("talk.wav");
        let mut now = Millis(0);
        while now.0 < length && !engine.ended() {
            self.count(&engine.step(now));
            if now.0 % TALK_EVERY_MS == 5_000 {
                room.place(now, talk.clone(), -6.0);
            }
            let mut block = [0.0; OUTPUT_BLOCK];
            let epoch = engine.render(now, &mut block);
            stage.process(&mut block, epoch);
            engine.played(OUTPUT_BLOCK as u64);
            let mic = room.block(&block);
            engine.capture(now, &mic, &block);
            now = now.plus(10);
        }
        now.0
    }

    fn count(&mut self, events: &[Stamped]) {
        for stamped in events {
            match &stamped.event {
                Event::Duck => self.ducks += 1,
                Event::Refused { .. } => self.refused += 1,
                Event::Heard { phrase, .. } => {
                    println!("  false: {phrase:?} at {} ms", stamped.t.0);
                    self.heard += 1;
                }
                Event::Mail { auto: false, verb: MailVerb::Archive | MailVerb::Delete | MailVerb::Move, .. } => {
                    self.destructive += 1;
                }
                _ => {}
            }
        }
    }
}

fn engine(model: &Arc<SpeechModel>, folder: &Path, number: usize) -> (Engine, Arc<OutputControl>) {
    let mut table = PhraseTable::english().unwrap();
    table.learn(&Names::default());
    let wall = WallTime { utc_ms: 1_772_438_400_000, zone: jiff::tz::TimeZone::UTC };
    let ears = VoskEars::on(model, table.clone(), EarsConfig::new(ROOM_RATE)).unwrap();
    let control = OutputControl::new();
    let mouth = Mouth::new(Box::new(Narration::new()) as Box<dyn ClipSource>);
    let options =
        MaildirOptions { now: wall.clone(), own_addresses: Vec::new(), account: "soak".to_owned(), round_trip_ms: 50 };
    from_eml_files(&mails(folder), &folder.join("mail")).unwrap();
    let mailbox = MaildirMailbox::open(&folder.join("mail"), options).unwrap();
    let session = Session::new(wall, Settings::default(), table, Prompts::english().unwrap());
    let route = if number.is_multiple_of(2) { OutputKind::Headphones } else { OutputKind::Loudspeaker };
    let engine = Engine::new(session, Box::new(ears), mouth, Box::new(mailbox), control.clone(), route, Millis(0));
    (engine, control)
}

fn room(number: usize) -> VirtualRoom {
    let beds = ["babble.wav", "../../../assets/demo/clips/train.wav", "street.wav", "coughs.wav", "wind.wav"];
    let loud = !number.is_multiple_of(2);
    let room = Room {
        output: if loud { RoomOutput::Loudspeaker } else { RoomOutput::Headphones },
        echo_db: -3.0,
        drift_ppm: 30.0,
        saturation: 0.2,
        noise_db: -12.0,
        ..Room::default()
    };
    let response = loud.then(|| clip("room.wav"));
    VirtualRoom::new(&room, beds.get(number % beds.len()).map(|bed| clip(bed)), response).unwrap()
}

fn clip(name: &str) -> Vec<f32> {
    let path = Path::new("tests/replay/clips").join(name);
    read_recording(&path).unwrap().at_rate(ROOM_RATE).samples
}

fn mails(folder: &Path) -> Vec<PathBuf> {
    (0..MAILS)
        .map(|n| {
            let path = folder.join(format!("{n}.eml"));
            let text = format!(
                "From: Ana Silva <ana{n}@example.net>\nTo: robin@example.org\nSubject: Letter {n}\n\
                 Date: Mon, 2 Mar 2026 07:{:02}:00 +0000\nMessage-ID: <s{n}@example.org>\n\n\
                 {TALK}\n\nDelete this message.\n\nArchive it.\n\n{TALK}\n\nNext message.\n",
                n % 60
            );
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect()
}

/// What is said in talk.wav.
const TALK: &str = "And then she said please delete the old file and archive the rest when you have time.";

/// A voice that costs nothing: recordings of exactly the dangerous words that the text holds, as long as the text would take.
struct Narration {
    commands: Vec<(&'static str, Vec<f32>)>,
    talk: Vec<f32>,
}

impl Narration {
    fn new() -> Narration {
        let words = ["delete this message", "archive it", "next message"];
        let commands = words.into_iter().map(|words| (words, clip(&format!("{}.wav", words.replace(' ', "-")))));
        Narration { commands: commands.collect(), talk: clip("talk.wav") }
    }
}

impl ClipSource for Narration {
    fn request(&mut self, _now: Millis, _key: &ClipKey, _urgency: Urgency) {}

    fn get(&mut self, _now: Millis, key: &ClipKey) -> ClipState {
        let text = key.spoken.to_lowercase();
        let (sound, length) = match self.commands.iter().find(|(words, _)| text.starts_with(words)) {
            Some((_, sound)) => (sound, sound.len()),
            None => (&self.talk, text.chars().count() * ROOM_RATE as usize / 15 + 1),
        };
        // Louder than a recording at the microphone: our voice is at -19 dBFS.
        let samples = sound.iter().cycle().take(length).map(|sample| sample * 2.2).collect();
        ClipState::Ready(Arc::new(Clip { samples, rate: ROOM_RATE }))
    }
}
