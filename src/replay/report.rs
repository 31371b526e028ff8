//! Reports: one JSON object an event, a summary at the end.

use std::io::Write;

use serde::Serialize;

use crate::engine::Stamped;
use crate::session::{Event, MailState, MailVerb, SayRole};
use crate::units::Millis;

/// The last line of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub event: &'static str,
    pub t: Millis,
    pub deterministic: bool,
    pub said: usize,
    pub heard: usize,
    pub refused: usize,
    pub acted: usize,
    pub latency_ms: Latencies,
    pub ducked_share: f64,
    pub measured: Measured,
}

/// Percentiles of each latency; null where nothing was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Latencies {
    pub command_to_silence: Latency,
    pub onset_to_duck: Latency,
    pub command_to_sound: Latency,
}

/// Milliseconds of session time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Latency {
    pub p50: Option<u64>,
    pub p95: Option<u64>,
}

/// What depends on the machine; left out of comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Measured {
    pub real_time_factor: f64,
    pub cpu_s: f64,
    pub rss_mb: f64,
}

/// First frame of each voice that reached the microphone (clips by their first loud frame), for `onset_to_duck`.
pub type Onsets = [Millis];

impl Summary {
    /// Sums a session up.
    pub fn of(events: &[Stamped], onsets: &Onsets, deterministic: bool, measured: Measured) -> Summary {
        let count = |wanted: fn(&Event) -> bool| events.iter().filter(|stamped| wanted(&stamped.event)).count();
        Summary {
            event: "summary",
            t: events.last().map_or(Millis(0), |stamped| stamped.t),
            deterministic,
            said: count(|event| matches!(event, Event::Say { .. })),
            heard: count(|event| matches!(event, Event::Heard { .. })),
            refused: count(|event| matches!(event, Event::Refused { .. })),
            acted: count(
                |event| matches!(event, Event::Mail { state: MailState::Applied, auto: false, verb, .. } if *verb != MailVerb::Undo),
            ),
            latency_ms: Latencies {
                command_to_silence: latency(command_to_silence(events)),
                onset_to_duck: latency(onset_to_duck(events, onsets)),
                command_to_sound: latency(command_to_sound(events)),
            },
            ducked_share: ducked_share(events),
            measured,
        }
    }
}

/// Writes events and summary as JSON lines.
pub fn write_report(out: &mut impl Write, events: &[Stamped], summary: &Summary) -> std::io::Result<()> {
    for stamped in events {
        writeln!(out, "{}", serde_json::to_string(stamped).map_err(std::io::Error::other)?)?;
    }
    writeln!(out, "{}", serde_json::to_string(summary).map_err(std::io::Error::other)?)
}

/// Nearest-rank percentiles.
fn latency(mut values: Vec<u64>) -> Latency {
    values.sort_unstable();
    let rank = |percent: usize| {
        let at = (values.len() * percent).div_ceil(100).saturating_sub(1);
        values.get(at).copied()
    };
    Latency { p50: rank(50), p95: rank(95) }
}

fn milliseconds(seconds: f64) -> Millis {
    Millis((seconds * 1000.0).round().max(0.0) as u64)
}

/// End of a command's last frame -> the utterance that was live is over.
fn command_to_silence(events: &[Stamped]) -> Vec<u64> {
    let mut found = Vec::new();
    let mut live = false;
    let mut waiting: Option<Millis> = None;
    for Stamped { event, t } in events {
        match event {
            Event::Say { .. } => live = true,
            Event::Said { .. } => {
                live = false;
                if let Some(end) = waiting.take() {
                    found.push(t.since(end));
                }
            }
            Event::Heard { end_s, .. } => waiting = live.then(|| milliseconds(*end_s)),
            Event::Moment { .. }
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
    found
}

/// End of a command's last frame -> the next thing the listener can hear of us.
fn command_to_sound(events: &[Stamped]) -> Vec<u64> {
    events
        .iter()
        .enumerate()
        .filter_map(|(index, stamped)| {
            let Event::Heard { end_s, .. } = &stamped.event else { return None };
            let answer = events
                .get(index + 1..)?
                .iter()
                .find(|later| matches!(later.event, Event::Say { .. } | Event::Earcon { .. } | Event::Heard { .. }))?;
            match answer.event {
                Event::Heard { .. } => None,
                _ => Some(answer.t.since(milliseconds(*end_s))),
            }
        })
        .collect()
}

/// A voice's first frame at the microphone -> our voice is told to duck. Only voices that began while we spoke.
fn onset_to_duck(events: &[Stamped], onsets: &Onsets) -> Vec<u64> {
    const RAMP_MS: u64 = 10;
    const FORGOTTEN_MS: u64 = 2_000;
    onsets
        .iter()
        .filter(|&&onset| speaking(events, onset))
        .filter_map(|&onset| {
            let duck = events.iter().find(|stamped| stamped.t >= onset && matches!(stamped.event, Event::Duck))?;
            let took = duck.t.since(onset);
            (took < FORGOTTEN_MS).then_some(took + RAMP_MS)
        })
        .collect()
}

fn speaking(events: &[Stamped], at: Millis) -> bool {
    let mut live = false;
    for stamped in events.iter().take_while(|stamped| stamped.t <= at) {
        match stamped.event {
            Event::Say { .. } => live = true,
            Event::Said { .. } => live = false,
            _ => {}
        }
    }
    live
}

/// Share of the time in which mail was read that was ducked.
pub(super) fn ducked_share(events: &[Stamped]) -> f64 {
    let (mut reading, mut ducked) = (0u64, 0u64);
    let (mut live, mut down) = (false, false);
    let mut before = Millis(0);
    for stamped in events {
        let passed = stamped.t.since(before);
        before = stamped.t;
        if live {
            reading += passed;
            if down {
                ducked += passed;
            }
        }
        match &stamped.event {
            Event::Say { role, .. } => live = is_mail(*role),
            Event::Said { .. } => live = false,
            Event::Duck => down = true,
            Event::Unduck | Event::Hush => down = false,
            _ => {}
        }
    }
    if reading == 0 { 0.0 } else { (ducked as f64 / reading as f64 * 10_000.0).round() / 10_000.0 }
}

fn is_mail(role: SayRole) -> bool {
    matches!(role, SayRole::Announce | SayRole::Gate | SayRole::Subject | SayRole::Body | SayRole::Bundle)
}
