//! Expectations against what happened, in order, with a difference a tester can read.

use super::report::ducked_share;
use super::scenario::{Expect, MailExpect, OrAny};
use crate::engine::Stamped;
use crate::session::{Event, MailState};
use crate::units::Millis;

/// An expectation that was not met, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// 1-based, as in the scenario.
    pub number: usize,
    pub text: String,
}

/// Checks all expectations against the events of a session.
pub fn check(expectations: &[Expect], events: &[Stamped]) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    let mut from = 0;
    let mut last_heard: Option<Millis> = None;
    for (index, expect) in expectations.iter().enumerate() {
        if let Some(limit) = expect.silent_within_ms {
            if let Some(text) = not_silent(events, last_heard, limit) {
                unmet.push(Unmet { number: index + 1, text });
            }
            continue;
        }
        if let Some(most) = expect.ducked_share_at_most {
            let share = ducked_share(events);
            if share > most {
                let text = format!("the reading was ducked for {share} of its time, more than {most}");
                unmet.push(Unmet { number: index + 1, text });
            }
            continue;
        }
        if is_negative(expect) {
            let until = next_positive(&expectations[index + 1..], events, from);
            if let Some(found) = events.get(from..until).unwrap_or_default().iter().find(|e| forbidden(expect, e)) {
                unmet.push(Unmet { number: index + 1, text: format!("must not happen, but did: {}", told(found)) });
            }
            continue;
        }
        match position(expect, events, from) {
            Some(at) => {
                from = at + 1;
                if let Some(Stamped { t, event: Event::Heard { .. } }) = events.get(at) {
                    last_heard = Some(*t);
                }
            }
            None => unmet.push(Unmet { number: index + 1, text: missing(expect, events, from) }),
        }
    }
    unmet
}

fn is_negative(expect: &Expect) -> bool {
    expect.not_said.is_some() || expect.not_heard.is_some() || expect.not_mail.is_some()
}

/// A `not_` holds until the next thing that is expected to happen.
fn next_positive(rest: &[Expect], events: &[Stamped], from: usize) -> usize {
    rest.iter()
        .find(|expect| {
            !is_negative(expect) && expect.silent_within_ms.is_none() && expect.ducked_share_at_most.is_none()
        })
        .and_then(|expect| position(expect, events, from))
        .unwrap_or(events.len())
}

fn position(expect: &Expect, events: &[Stamped], from: usize) -> Option<usize> {
    (from..events.len()).find(|&at| events.get(at).is_some_and(|event| meets(expect, event)))
}

fn meets(expect: &Expect, stamped: &Stamped) -> bool {
    if let Some(said) = &expect.said {
        return says(&stamped.event, said);
    }
    if let Some(heard) = &expect.heard {
        return matches!(&stamped.event, Event::Heard { intent, .. } if intent == heard);
    }
    expect.mail.as_ref().is_some_and(|mail| is_mail(&stamped.event, mail))
}

fn forbidden(expect: &Expect, stamped: &Stamped) -> bool {
    let event = &stamped.event;
    let said = expect.not_said.as_ref().is_some_and(|not| match not {
        OrAny::Any(any) => *any && matches!(event, Event::Say { .. }),
        OrAny::Only(text) => says(event, text),
    });
    let heard = expect.not_heard.as_ref().is_some_and(|not| match not {
        OrAny::Any(any) => *any && matches!(event, Event::Heard { .. }),
        OrAny::Only(wanted) => matches!(event, Event::Heard { intent, .. } if intent == wanted),
    });
    let mail = expect.not_mail.as_ref().is_some_and(|not| match not {
        // A message marked read because it was heard is no act of anybody's.
        OrAny::Any(any) => *any && matches!(event, Event::Mail { auto: false, .. }),
        OrAny::Only(mail) => is_mail(event, mail),
    });
    said || heard || mail
}

fn says(event: &Event, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    matches!(event, Event::Say { text, spoken, .. }
        if text.to_lowercase().contains(&wanted) || spoken.to_lowercase().contains(&wanted))
}

fn is_mail(event: &Event, wanted: &MailExpect) -> bool {
    let Event::Mail { verb, of, message_id, state, .. } = event else { return false };
    wanted.verb.is_none_or(|w| w == *verb)
        && wanted.of.is_none_or(|w| Some(w) == *of)
        && wanted.message.as_ref().is_none_or(|w| w == message_id)
        && wanted.state.unwrap_or(MailState::Applied) == *state
}

/// From the decision on, the voice is silent once no utterance is being played.
fn not_silent(events: &[Stamped], heard: Option<Millis>, limit: u64) -> Option<String> {
    let Some(heard) = heard else { return Some("silent_within_ms needs a `heard` before it".to_owned()) };
    let mut live: Option<Millis> = None;
    for stamped in events {
        if stamped.t > heard && live.is_none() {
            return None;
        }
        match &stamped.event {
            Event::Say { .. } => live = Some(stamped.t),
            Event::Said { .. } => {
                live = None;
                if stamped.t >= heard {
                    let took = stamped.t.since(heard);
                    return (took > limit)
                        .then(|| format!("the voice was silent {took} ms after the word, not within {limit} ms"));
                }
            }
            _ => {}
        }
    }
    live.map(|_| format!("the voice did not fall silent within {limit} ms"))
}

fn missing(expect: &Expect, events: &[Stamped], from: usize) -> String {
    let wanted = match expect {
        Expect { said: Some(said), .. } => format!("said {said:?}"),
        Expect { heard: Some(heard), .. } => format!("heard {heard:?}"),
        Expect { mail: Some(mail), .. } => format!("mail {mail:?}"),
        _ => "nothing".to_owned(),
    };
    let rest: Vec<String> =
        events.get(from..).unwrap_or_default().iter().filter(|e| worth_telling(&e.event)).map(told).collect();
    let shown = if rest.is_empty() { "nothing more happened".to_owned() } else { rest.join("\n      ") };
    format!("expected {wanted}, but from there on:\n      {shown}")
}

fn worth_telling(event: &Event) -> bool {
    matches!(
        event,
        Event::Say { .. } | Event::Heard { .. } | Event::Refused { .. } | Event::Mail { .. } | Event::Error { .. }
    )
}

fn told(stamped: &Stamped) -> String {
    format!("{:>8.2} s  {}", stamped.t.0 as f64 / 1000.0, serde_json::to_string(&stamped.event).unwrap_or_default())
}
