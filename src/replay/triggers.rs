//! When a clip is heard: at a time, after words, in a moment. Each fires once, independent of the others.

use std::collections::HashMap;

use super::room::ROOM_RATE;
use super::run::recording;
use super::scenario::{Scenario, ScenarioError, Trigger};
use crate::engine::Stamped;
use crate::session::{Event, MomentName, UtteranceId};
use crate::units::Millis;

/// A clip that begins now.
pub struct Due {
    pub samples: Vec<f32>,
    pub gain_db: f64,
}

struct Armed {
    trigger: Trigger,
    offset_s: f64,
    gain_db: f64,
    samples: Vec<f32>,
    state: State,
    seen: u32,
}

enum State {
    Waiting,
    /// Session time in milliseconds; may lie in the past when the offset is negative.
    Due(Millis),
    Fired,
}

/// All clips of a scenario, and what they wait for.
pub struct Triggers {
    clips: Vec<Armed>,
    texts: HashMap<UtteranceId, String>,
    moment: Option<(MomentName, Option<String>, Millis)>,
    windows: u32,
    onsets: Vec<Millis>,
    last_clip_end: Millis,
}

impl Triggers {
    /// Reads every clip, so that a missing or broken one is told before anything is played.
    pub fn load(scenario: &Scenario) -> Result<Triggers, ScenarioError> {
        let clips = scenario
            .mic
            .iter()
            .map(|clip| {
                let trigger = clip.trigger()?;
                let state = match trigger {
                    Trigger::At(at_s) => State::Due(after(Millis(0), at_s + clip.offset_s)),
                    Trigger::AfterSaid(_) | Trigger::Moment { .. } | Trigger::InWindow(_) => State::Waiting,
                };
                let samples = recording(&clip.clip)?;
                Ok(Armed { trigger, offset_s: clip.offset_s, gain_db: clip.gain_db, samples, state, seen: 0 })
            })
            .collect::<Result<Vec<_>, ScenarioError>>()?;
        Ok(Triggers {
            clips,
            texts: HashMap::new(),
            moment: None,
            windows: 0,
            onsets: Vec::new(),
            last_clip_end: Millis(0),
        })
    }

    /// Takes note of an event; clips that waited for it become due.
    pub fn see(&mut self, stamped: &Stamped) {
        match &stamped.event {
            Event::Say { utterance, text, spoken, .. } => {
                self.texts.insert(*utterance, format!("{text}\n{spoken}").to_lowercase());
            }
            Event::Said { utterance, complete: true } => {
                let text = self.texts.remove(utterance).unwrap_or_default();
                self.fire(
                    stamped.t,
                    |trigger, _| matches!(trigger, Trigger::AfterSaid(wanted) if text.contains(&wanted.to_lowercase())),
                );
            }
            Event::Moment { name, message_id } => self.enter(stamped.t, *name, message_id.as_deref()),
            Event::Said { .. }
            | Event::Heard { .. }
            | Event::Refused { .. }
            | Event::Duck
            | Event::Unduck
            | Event::Hush
            | Event::Earcon { .. }
            | Event::Pause
            | Event::Resume
            | Event::Mail { .. }
            | Event::Error { .. } => {}
        }
    }

    /// Clips that begin in the block at `now`.
    pub fn due(&mut self, now: Millis) -> Vec<Due> {
        let mut due = Vec::new();
        for clip in &mut self.clips {
            if matches!(clip.state, State::Due(at) if at <= now) {
                clip.state = State::Fired;
                let samples = std::mem::take(&mut clip.samples);
                self.onsets.push(now.plus(first_loud_ms(&samples)));
                self.last_clip_end = self.last_clip_end.max(now.plus(length_ms(samples.len())));
                due.push(Due { samples, gain_db: clip.gain_db });
            }
        }
        due
    }

    /// The present moment and when it began.
    pub fn moment(&self) -> Option<(MomentName, Millis)> {
        self.moment.as_ref().map(|(name, _, since)| (*name, *since))
    }

    /// True when a clip is already due at a later time.
    pub fn timed_ahead(&self, now: Millis) -> bool {
        self.clips.iter().any(|clip| matches!(clip.state, State::Due(at) if at > now))
    }

    pub fn last_clip_end(&self) -> Millis {
        self.last_clip_end
    }

    /// When each clip that was played became loud.
    pub fn onsets(&self) -> &[Millis] {
        &self.onsets
    }

    fn enter(&mut self, t: Millis, name: MomentName, message: Option<&str>) {
        // A restarted window is the same window.
        let again = self.moment.as_ref().is_some_and(|(before, id, _)| *before == name && id.as_deref() == message);
        self.moment = Some((name, message.map(str::to_owned), t));
        if again {
            return;
        }
        if name == MomentName::Window {
            self.windows += 1;
        }
        let windows = self.windows;
        self.fire(t, |trigger, seen| match trigger {
            Trigger::Moment { name: wanted, message: id, nth } => {
                let fits = *wanted == name && id.as_deref().is_none_or(|id| Some(id) == message);
                if fits {
                    *seen += 1;
                }
                fits && *seen == *nth
            }
            Trigger::InWindow(number) => name == MomentName::Window && windows == *number,
            Trigger::At(_) | Trigger::AfterSaid(_) => false,
        });
    }

    fn fire(&mut self, t: Millis, mut fits: impl FnMut(&Trigger, &mut u32) -> bool) {
        for clip in &mut self.clips {
            if matches!(clip.state, State::Waiting) && fits(&clip.trigger, &mut clip.seen) {
                clip.state = State::Due(after(t, clip.offset_s));
            }
        }
    }
}

fn after(t: Millis, seconds: f64) -> Millis {
    Millis((t.0 as f64 + seconds * 1000.0).max(0.0) as u64)
}

fn length_ms(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(ROOM_RATE)
}

/// The first sample within 30 dB of the loudest.
fn first_loud_ms(samples: &[f32]) -> u64 {
    let peak = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    let first = samples.iter().position(|sample| sample.abs() > peak * 0.0316).unwrap_or(0);
    length_ms(first)
}
