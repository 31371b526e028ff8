//! Session, ears, mouth and mailbox joined, block by block. No threads, no clock: whoever runs it brings the time.
//!
//! Live, replay and phones call the same five functions in every block of 10 ms: [`Engine::step`], [`Engine::render`],
//! [`Engine::played`], [`Engine::capture`], and [`Engine::input`] when something happens outside.

use std::sync::Arc;

use serde::Serialize;

use crate::ports::{ClipSource, EarOutput, Ears, Mailbox, OUTPUT_BLOCK, Rest};
use crate::session::{EchoQuality, Effect, Epoch, Event, Input, MicrophoneUse, OutputKind, Session};
use crate::units::Millis;
use crate::voice::{Mouth, OutputControl};

/// An event of the session with its time; one line of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stamped {
    #[serde(flatten)]
    pub event: Event,
    pub t: Millis,
}

/// Inputs handled in one step at the most: more is a loop between parts, and the rest waits for the next block.
const INPUTS_PER_STEP: usize = 256;

/// The joined parts.
pub struct Engine {
    session: Session,
    ears: Box<dyn Ears>,
    mouth: Mouth<Box<dyn ClipSource>>,
    mailbox: Box<dyn Mailbox>,
    output: Arc<OutputControl>,
    events: Vec<Stamped>,
    route: OutputKind,
    ended: bool,
}

impl Engine {
    /// Joins the parts and starts the session at `now`; `route` is where the voice comes out.
    pub fn new(
        mut session: Session,
        ears: Box<dyn Ears>,
        mouth: Mouth<Box<dyn ClipSource>>,
        mailbox: Box<dyn Mailbox>,
        output: Arc<OutputControl>,
        route: OutputKind,
        now: Millis,
    ) -> Engine {
        // Before the first word: it decides whether others may hear it.
        let mut effects = session.handle(now, Input::Route(route));
        if mouth.speaks_elsewhere() {
            effects.extend(session.handle(now, Input::Echo(EchoQuality::None)));
        }
        effects.extend(session.start(now));
        let mut engine = Engine { session, ears, mouth, mailbox, output, events: Vec::new(), route, ended: false };
        engine.carry_out(now, effects);
        engine
    }

    /// Lets everything that has happened until `now` take effect; returns what is to be reported, in order.
    pub fn step(&mut self, now: Millis) -> Vec<Stamped> {
        for _ in 0..INPUTS_PER_STEP {
            let Some(input) = self.next_input(now) else { break };
            self.input(now, input);
        }
        std::mem::take(&mut self.events)
    }

    /// Something happened outside: a key, a device, a typed line.
    pub fn input(&mut self, now: Millis, input: Input) {
        if let Input::Route(route) = &input {
            self.route = *route;
        }
        if !self.ended {
            let effects = self.session.handle(now, input);
            self.carry_out(now, effects);
        }
    }

    /// The next 10 ms of our voice, before gain and hush ([`crate::voice::OutputStage`] applies those), and their epoch.
    pub fn render(&mut self, now: Millis, block: &mut [f32; OUTPUT_BLOCK]) -> Epoch {
        self.mouth.render(now, block)
    }

    /// So many more rendered frames are over: played, or skipped after a hush.
    pub fn played(&mut self, frames: u64) {
        self.mouth.played(frames);
    }

    /// 10 ms of the microphone, and what was played in them.
    pub fn capture(&mut self, now: Millis, mic: &[f32], reference: &[f32]) {
        if self.is_deaf() {
            let silence = vec![0.0; mic.len()];
            return self.ears.hear(now, &silence, reference);
        }
        self.ears.hear(now, mic, reference);
    }

    /// A voice that plays by itself on a loudspeaker cannot be cancelled: one speaks or one listens.
    fn is_deaf(&self) -> bool {
        self.mouth.speaks_elsewhere() && self.mouth.is_speaking() && self.route == OutputKind::Loudspeaker
    }

    /// True once the session is over and its last word has been played.
    pub fn ended(&self) -> bool {
        self.ended
    }

    fn next_input(&mut self, now: Millis) -> Option<Input> {
        if let Some(report) = self.mouth.poll() {
            return Some(Input::Voice(report));
        }
        while let Some(output) = self.ears.poll() {
            match output {
                EarOutput::Report(report) => return Some(Input::Ear(report)),
                // What the ears measure is not our voice then.
                EarOutput::Echo(_) if self.mouth.speaks_elsewhere() => {}
                EarOutput::Echo(quality) => return Some(Input::Echo(quality)),
            }
        }
        if let Some(report) = self.mailbox.poll(now) {
            return Some(Input::Mail(report));
        }
        self.session.next_deadline().filter(|&deadline| deadline <= now).map(|_| Input::Deadline)
    }

    fn carry_out(&mut self, now: Millis, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Say(say) => self.mouth.say(now, &say),
                Effect::Prepare { spoken, language } => self.mouth.prepare(now, &spoken, language.as_deref()),
                Effect::Hush { epoch } => {
                    self.output.hush(epoch);
                    self.mouth.hush(epoch);
                }
                Effect::Duck => self.output.duck(),
                Effect::Unduck => self.output.unduck(),
                Effect::Earcon(earcon) => self.mouth.earcon(earcon),
                Effect::Speed(speed) => self.mouth.set_speed(speed),
                Effect::NextVoice => self.mouth.next_voice(),
                Effect::Volume(db) => self.output.set_volume(db),
                Effect::Names(names) => self.ears.learn(&names),
                Effect::Vouch => self.ears.vouch(),
                Effect::Microphone(MicrophoneUse::Rests) => self.ears.rest(Rest::Sleep),
                Effect::Microphone(MicrophoneUse::Works) => self.ears.rest(Rest::Wake),
                Effect::Mail(request) => self.mailbox.submit(now, request),
                Effect::Report(event) => self.events.push(Stamped { event, t: now }),
                Effect::End => self.ended = true,
            }
        }
    }
}
