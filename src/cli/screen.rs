//! One calm line for each event that a reader wants to know: who said what, and what was done. No colour, no cursor movement:
//! a screen reader and a pipe get the same as a terminal.

use std::collections::HashMap;

use serde::Deserialize;

use crate::session::{Event, MailState, MailVerb};
use crate::units::Millis;

/// Longest text of one line in characters; a sentence of a mail is cut to 400 by then.
const MOST_CHARS: usize = 1_000;
/// Why something was not done that needs no line: it was our own voice, or the same word twice.
const NOT_WORTH_A_LINE: [&str; 2] = ["own speech", "repeated"];

/// The words of the lines.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    line: Lines,
    done: HashMap<MailVerb, String>,
    verb: HashMap<MailVerb, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    hark: String,
    you: String,
    not_done: String,
    paused: String,
    going_on: String,
    trouble: String,
    failed: String,
}

/// The words cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the words for the screen are broken: {0}")]
pub struct ScreenError(String);

impl Screen {
    /// The English words in assets; a test reads them, so an error here cannot reach a user.
    pub fn english() -> Result<Screen, ScreenError> {
        toml::from_str(include_str!("../../assets/screen.en.toml")).map_err(|error| ScreenError(error.to_string()))
    }

    /// The line for an event, without its end; `None` for what need not be shown.
    pub fn event(&self, _t: Millis, event: &Event) -> Option<String> {
        match event {
            Event::Say { text, .. } => self.filled(&self.line.hark, "{text}", text),
            Event::Heard { phrase, .. } => self.filled(&self.line.you, "{phrase}", phrase),
            Event::Refused { phrase, reason, .. } => self.refused(phrase, reason),
            Event::Pause => Some(self.line.paused.clone()),
            Event::Resume => Some(self.line.going_on.clone()),
            Event::Mail { verb, of, state, auto, .. } => self.mail(*verb, *of, *state, *auto),
            Event::Error { text, .. } => self.filled(&self.line.trouble, "{text}", text),
            Event::Moment { .. }
            | Event::Said { .. }
            | Event::Duck
            | Event::Unduck
            | Event::Hush
            | Event::Earcon { .. } => None,
        }
    }

    fn filled(&self, line: &str, mark: &str, text: &str) -> Option<String> {
        let text = plain(text);
        (!text.is_empty()).then(|| line.replace(mark, &text))
    }

    fn refused(&self, phrase: &str, reason: &str) -> Option<String> {
        let phrase = plain(phrase);
        // Speech without words of ours: somebody talks in the same room.
        let words = phrase.replace("[unk]", "");
        if words.trim().is_empty() || NOT_WORTH_A_LINE.contains(&reason) {
            return None;
        }
        Some(self.line.not_done.replace("{phrase}", &phrase).replace("{reason}", reason))
    }

    fn mail(&self, verb: MailVerb, of: Option<MailVerb>, state: MailState, auto: bool) -> Option<String> {
        let name = |verb: MailVerb| self.verb.get(&verb).map_or("", String::as_str);
        match state {
            // Said aloud already, and told again when the server shows it.
            MailState::Planned => None,
            // The trouble is told in words.
            MailState::Unsure => None,
            MailState::Applied if auto => None,
            MailState::Applied => Some(self.done.get(&verb)?.replace("{verb}", name(of.unwrap_or(verb)))),
            MailState::Failed => Some(self.line.failed.replace("{verb}", name(of.unwrap_or(verb)))),
        }
    }
}

/// Text of a stranger as a terminal may get it: one line, no control characters (they move cursors and ring bells), no marks that
/// turn the direction of writing, not endless.
pub fn plain(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(
            |c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'),
        )
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .take(MOST_CHARS)
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Intent;
    use crate::session::{Earcon, SayRole, UtteranceId};

    fn line(event: Event) -> Option<String> {
        Screen::english().unwrap().event(Millis(1_000), &event)
    }

    fn say(text: &str) -> Event {
        Event::Say {
            utterance: UtteranceId(1),
            text: text.into(),
            spoken: "as spoken".into(),
            role: SayRole::Body,
            message_id: None,
        }
    }

    fn mail(verb: MailVerb, of: Option<MailVerb>, state: MailState, auto: bool) -> Event {
        Event::Mail { verb, of, message_id: "a@b".into(), state, auto, bundle: false }
    }

    #[test]
    fn who_said_what_and_what_was_done() {
        let heard = Event::Heard {
            intent: Intent::Archive,
            slots: None,
            phrase: "archive it".into(),
            start_s: 1.0,
            end_s: 1.5,
        };
        assert_eq!(line(say("Ana on lunch.")).unwrap(), "Hark: Ana on lunch.");
        assert_eq!(line(heard).unwrap(), "You: archive it");
        assert_eq!(line(mail(MailVerb::Archive, None, MailState::Applied, false)).unwrap(), "· archived");
        assert_eq!(
            line(mail(MailVerb::Undo, Some(MailVerb::MarkUnread), MailState::Applied, false)).unwrap(),
            "· undone: mark as unread"
        );
        assert_eq!(line(mail(MailVerb::Delete, None, MailState::Failed, false)).unwrap(), "· not done: delete");
        assert_eq!(line(Event::Pause).unwrap(), "· paused");
    }

    #[test]
    fn every_verb_has_its_words() {
        let screen = Screen::english().unwrap();
        for verb in [
            MailVerb::Archive,
            MailVerb::Delete,
            MailVerb::Move,
            MailVerb::Flag,
            MailVerb::Unflag,
            MailVerb::MarkRead,
            MailVerb::MarkUnread,
            MailVerb::Unsubscribe,
            MailVerb::Undo,
        ] {
            assert!(screen.done.contains_key(&verb) && screen.verb.contains_key(&verb), "{verb:?}");
        }
    }

    #[test]
    fn what_goes_on_beneath_stays_off_the_screen() {
        assert_eq!(line(Event::Duck), None);
        assert_eq!(line(Event::Earcon { kind: Earcon::Done }), None);
        assert_eq!(line(mail(MailVerb::Archive, None, MailState::Planned, false)), None);
        assert_eq!(line(mail(MailVerb::MarkRead, None, MailState::Applied, true)), None);
        for (phrase, reason) in [("", "not a command"), ("[unk] [unk]", "not a command"), ("stop", "own speech")] {
            assert_eq!(line(Event::Refused { phrase: phrase.into(), reason: reason.into(), risk: None }), None);
        }
    }

    #[test]
    fn a_refused_phrase_tells_why_nothing_happened() {
        let refused = Event::Refused { phrase: "delete".into(), reason: "not verified".into(), risk: None };
        assert_eq!(line(refused).unwrap(), "· heard \"delete\" and did nothing: not verified");
    }

    #[test]
    fn a_mail_cannot_drive_the_terminal() {
        let shown = line(say("\u{1b}[2J\u{1b}]0;owned\u{7}Hi\r\nthere\u{202e}evil\u{9b}31m {phrase}")).unwrap();
        assert_eq!(shown, "Hark: [2J ]0;owned Hi thereevil 31m {phrase}");
        assert_eq!(line(say(" \u{7}\n ")), None);
        assert!(line(say(&"word ".repeat(10_000))).unwrap().chars().count() < 1_100);
    }
}
