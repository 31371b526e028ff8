//! Runs one scenario: the engine in virtual time, 10 ms a turn, between a virtual room and a copied mailbox.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::expect::{Unmet, check};
use super::measure::Meter;
use super::report::Summary;
use super::room::{ROOM_RATE, VirtualRoom};
use super::scenario::{Device, MailboxSource, RoomOutput, Scenario, ScenarioError};
use super::triggers::Triggers;
use crate::command::{Names, PhraseTable};
use crate::engine::{Engine, Stamped};
use crate::hearing::files::read_recording;
use crate::hearing::{EarsConfig, VoskEars};
use crate::mailbox::{MaildirMailbox, MaildirOptions, copy_maildir, from_eml_files};
use crate::ports::{BLOCK_MS, ClipSource, EarOutput, Ears, Mailbox, OUTPUT_BLOCK, OUTPUT_RATE, Rest};
use crate::resample;
use crate::session::{DeviceChange, EarReport, Input, MomentName, OutputKind, OutputSetting, Prompts, Session};
use crate::units::{Millis, WallTime};
use crate::voice::{
    AnyMouth, ChargedClips, ClipOptions, Mouth, Noise, OutputControl, OutputStage, VoiceOptions, open_voice,
};

/// After the last clip, a session that waits for a word is over after this long.
const PATIENCE_MS: u64 = 10_000;

/// Opens an account of the configuration by name; the time is the session's start.
pub type OpenAccount<'a> = &'a dyn Fn(&str, &WallTime) -> Result<Box<dyn Mailbox>, ScenarioError>;

/// What a replay needs beside the scenario.
pub struct Parts<'a> {
    /// Folder of the models.
    pub models: &'a Path,
    /// Opens an account of the configuration, for scenarios that name one.
    pub account: OpenAccount<'a>,
}

/// Where a replay is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    pub now: Millis,
    pub events: &'a [Stamped],
}

/// What came of a replay.
#[derive(Debug)]
pub struct Replayed {
    pub events: Vec<Stamped>,
    pub summary: Summary,
    pub unmet: Vec<Unmet>,
    /// The microphone before cancellation, at [`OUTPUT_RATE`].
    pub mic: Vec<f32>,
    /// The loudspeaker after gain, at [`OUTPUT_RATE`].
    pub voice: Vec<f32>,
}

/// Replays `scenario`; `progress` is called whenever something happened.
pub fn run(scenario: &Scenario, parts: &Parts, progress: &mut dyn FnMut(Progress)) -> Result<Replayed, ScenarioError> {
    let meter = Meter::start();
    let wall = wall_time(scenario)?;
    // The copy must live as long as the mailbox that works on it.
    let scratch = tempfile::tempdir().map_err(|error| ScenarioError::Write("a temporary folder".to_owned(), error))?;
    let mailbox = open_mailbox(scenario, scratch.path(), &wall, parts)?;
    let mut table = PhraseTable::english().map_err(|error| ScenarioError::Internal(error.to_string()))?;
    table.learn(&Names::default());
    let ears = open_ears(scenario, parts.models, &table)?;
    let control = OutputControl::new();
    let (mouth, languages) = open_mouth(scenario, parts.models)?;
    let prompts = Prompts::english().map_err(|error| ScenarioError::Internal(error.to_string()))?;
    let session = Session::new(wall, scenario.settings.clone(), table, prompts).with_languages(languages);
    let mut world = World {
        engine: Engine::new(session, ears, mouth, mailbox, control.clone(), route(scenario), Millis(0)),
        stage: OutputStage::new(control),
        room: open_room(scenario)?,
        triggers: Triggers::load(scenario)?,
        devices: scenario.device.clone(),
        microphone: Microphone::Here,
        to_wav: resample::Stream::new(scenario.room.mic_rate, OUTPUT_RATE)
            .map_err(|error| ScenarioError::Recording(error.to_string()))?,
        events: Vec::new(),
        mic: Vec::new(),
        voice: Vec::new(),
    };
    let end = Millis((scenario.clock.max_s * 1000.0) as u64);
    let deterministic = !matches!(scenario.mailbox, MailboxSource::Account(_));
    let mut now = Millis(0);
    while now < end && !world.over(now) {
        let before = world.events.len();
        world.turn(now);
        if world.events.len() > before {
            progress(Progress { now, events: world.events.get(before..).unwrap_or_default() });
        }
        now = now.plus(BLOCK_MS);
        // A server answers in its own time: a session must not run ahead of it.
        if !deterministic {
            meter.wait_for(now);
        }
    }
    let measured = meter.stop(now);
    let summary = Summary::of(&world.events, world.triggers.onsets(), deterministic, measured);
    let unmet = check(&scenario.expect, &world.events);
    Ok(Replayed { events: world.events, summary, unmet, mic: world.mic, voice: world.voice })
}

/// Everything that a turn of 10 ms touches.
struct World {
    engine: Engine,
    stage: OutputStage,
    room: VirtualRoom,
    triggers: Triggers,
    /// What is still to come.
    devices: Vec<Device>,
    microphone: Microphone,
    to_wav: resample::Stream,
    events: Vec<Stamped>,
    mic: Vec<f32>,
    voice: Vec<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Microphone {
    Here,
    Lost,
}

impl World {
    fn turn(&mut self, now: Millis) {
        self.change_devices(now);
        let happened = self.engine.step(now);
        for stamped in &happened {
            self.triggers.see(stamped);
        }
        self.events.extend(happened);
        for due in self.triggers.due(now) {
            self.room.place(now, due.samples, due.gain_db);
        }
        let mut block = [0.0; OUTPUT_BLOCK];
        let epoch = self.engine.render(now, &mut block);
        self.stage.process(&mut block, epoch);
        self.voice.extend_from_slice(&block);
        self.engine.played(OUTPUT_BLOCK as u64);
        let mic = self.room.block(&block);
        match self.microphone {
            Microphone::Here => self.engine.capture(now, &mic, &block),
            // No block comes from a microphone that is gone.
            Microphone::Lost => {}
        }
        self.mic.extend(self.to_wav.block(&mic));
    }

    fn change_devices(&mut self, now: Millis) {
        let (due, later) = self.devices.iter().partition(|device| device.at_s * 1000.0 <= now.0 as f64);
        self.devices = later;
        let due: Vec<Device> = due;
        for device in due {
            let change = DeviceChange::from(device.change);
            self.microphone = match change {
                DeviceChange::MicrophoneLost => Microphone::Lost,
                DeviceChange::MicrophoneBack => Microphone::Here,
                DeviceChange::SpeakerLost | DeviceChange::SpeakerBack => self.microphone,
            };
            self.engine.input(now, Input::Device(change));
        }
    }

    fn over(&self, now: Millis) -> bool {
        if self.engine.ended() {
            return true;
        }
        let waits =
            self.triggers.moment().filter(|(name, _)| matches!(name, MomentName::Paused | MomentName::Question));
        let Some((_, since)) = waits else { return false };
        let quiet_since = self.triggers.last_clip_end().max(since);
        !self.room.busy()
            && self.devices.is_empty()
            && !self.triggers.timed_ahead(now)
            && now.since(quiet_since) >= PATIENCE_MS
    }
}

/// The recogniser's reports as they would come on a machine of the scenario's speed: an utterance costs its flush.
struct ChargedEars {
    inner: VoskEars,
    flush_ms: u64,
    now: Millis,
    waiting: VecDeque<(Millis, EarOutput)>,
}

impl Ears for ChargedEars {
    fn hear(&mut self, now: Millis, mic: &[f32], reference: &[f32]) {
        self.now = now.plus(BLOCK_MS);
        self.inner.hear(now, mic, reference);
        while let Some(output) = self.inner.poll() {
            let cost = match &output {
                EarOutput::Report(EarReport::Utterance(_)) => self.flush_ms,
                EarOutput::Report(
                    EarReport::Onset { .. }
                    | EarReport::VoiceEnded { .. }
                    | EarReport::Company { .. }
                    | EarReport::Input(_)
                    | EarReport::Restarted,
                )
                | EarOutput::Echo(_) => 0,
            };
            self.waiting.push_back((self.now.plus(cost), output));
        }
    }

    fn poll(&mut self) -> Option<EarOutput> {
        // In their own order: what follows an utterance waits for it.
        let (ready, _) = self.waiting.front()?;
        if *ready > self.now { None } else { self.waiting.pop_front().map(|(_, output)| output) }
    }

    fn learn(&mut self, names: &Names) {
        self.inner.learn(names);
    }

    fn vouch(&mut self) {
        self.inner.vouch();
    }

    fn rest(&mut self, rest: Rest) {
        self.inner.rest(rest);
    }
}

fn open_ears(scenario: &Scenario, models: &Path, table: &PhraseTable) -> Result<Box<dyn Ears>, ScenarioError> {
    let config = EarsConfig::new(scenario.room.mic_rate);
    let inner =
        VoskEars::open(models, table.clone(), config).map_err(|error| ScenarioError::Hearing(error.to_string()))?;
    let flush_ms = scenario.cost.recognise_flush_ms;
    Ok(Box::new(ChargedEars { inner, flush_ms, now: Millis(0), waiting: VecDeque::new() }))
}

/// The mouth, and the languages it speaks.
fn open_mouth(scenario: &Scenario, models: &Path) -> Result<(AnyMouth, Vec<String>), ScenarioError> {
    // The graph draws random numbers: none of them in a replay.
    let voice =
        open_voice(&scenario.settings.voice, models, VoiceOptions { noise: Noise::None, ..VoiceOptions::default() })?;
    let languages = voice.languages();
    let clips = ChargedClips::new(voice, scenario.cost.synthesis, ClipOptions::default());
    let mut mouth = Mouth::new(Box::new(clips) as Box<dyn ClipSource>);
    mouth.set_speed(scenario.settings.speed as f32);
    Ok((mouth, languages))
}

fn open_room(scenario: &Scenario) -> Result<VirtualRoom, ScenarioError> {
    let noise = scenario.room.noise.as_deref().map(recording).transpose()?;
    let rir = scenario.room.rir.as_deref().map(recording).transpose()?;
    VirtualRoom::new(&scenario.room, noise, rir)
}

/// A recording at the room's rate.
pub(super) fn recording(path: &Path) -> Result<Vec<f32>, ScenarioError> {
    let recording = read_recording(path).map_err(|error| ScenarioError::Recording(error.to_string()))?;
    resample::whole(&recording.samples, recording.rate, ROOM_RATE)
        .map_err(|error| ScenarioError::Recording(format!("{}: {error}", path.display())))
}

fn open_mailbox(
    scenario: &Scenario,
    scratch: &Path,
    wall: &WallTime,
    parts: &Parts,
) -> Result<Box<dyn Mailbox>, ScenarioError> {
    let copy: PathBuf = scratch.join("mail");
    let trouble = |error: crate::mailbox::MaildirError| ScenarioError::Mailbox(error.to_string());
    match &scenario.mailbox {
        MailboxSource::Account(name) => return (parts.account)(name, wall),
        MailboxSource::Maildir(path) => copy_maildir(path, &copy).map_err(trouble)?,
        MailboxSource::Eml(files) => from_eml_files(files, &copy).map_err(trouble)?,
    }
    let options = MaildirOptions {
        now: wall.clone(),
        own_addresses: Vec::new(),
        account: "replay".to_owned(),
        round_trip_ms: scenario.cost.round_trip_ms,
    };
    Ok(Box::new(MaildirMailbox::open(&copy, options).map_err(trouble)?))
}

fn route(scenario: &Scenario) -> OutputKind {
    match (scenario.settings.output, scenario.room.output) {
        (OutputSetting::Headphones, _) | (OutputSetting::Auto, RoomOutput::Headphones) => OutputKind::Headphones,
        (OutputSetting::Loudspeaker, _) | (OutputSetting::Auto, RoomOutput::Loudspeaker) => OutputKind::Loudspeaker,
    }
}

/// The scenario's clock; without a zone, the offset that `now` is written with.
pub fn wall_time(scenario: &Scenario) -> Result<WallTime, ScenarioError> {
    let text = &scenario.clock.now;
    let wrong = |error: jiff::Error| ScenarioError::Clock(format!("{text}: {error}"));
    let now: Timestamp = text.parse().map_err(wrong)?;
    let zone = match &scenario.clock.zone {
        Some(name) => TimeZone::get(name).map_err(wrong)?,
        None => TimeZone::fixed(written_offset(text).unwrap_or(Offset::UTC)),
    };
    Ok(WallTime { utc_ms: now.as_millisecond(), zone })
}

fn written_offset(text: &str) -> Option<Offset> {
    jiff::fmt::temporal::Pieces::parse(text).ok()?.to_numeric_offset()
}
