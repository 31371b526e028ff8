//! The head of a forwarded message in one sentence: "Forwarded from Ana Silva on Lunch, yesterday."

use super::tidy;
use crate::mail::{HeadLabel, Message, head_label};
use crate::script::texts::{fill, texts};
use crate::script::words::when;
use crate::script::{ScriptContext, bare_subject};

const NAME_CHARS: usize = 80;
const SUBJECT_CHARS: usize = 160;

/// `None` when the head tells no sender: then it is read as it is.
pub(super) fn sentence(head: &str, message: &Message, context: &ScriptContext) -> Option<String> {
    let body = &texts().body;
    let sender = tidy::title(name(value(head, HeadLabel::From).or_else(|| first_address(head))?), NAME_CHARS);
    if sender.is_empty() {
        return None;
    }
    let mut sentence = fill(&body.forwarded_from, &[("sender", &sender)]);
    let subject = value(head, HeadLabel::Subject).map(|subject| bare_subject(subject).1).unwrap_or_default();
    // The same subject twice is once too often.
    if !subject.is_empty() && subject != bare_subject(&message.subject).1 {
        let subject = tidy::title(subject, SUBJECT_CHARS);
        sentence.push_str(&fill(&body.forwarded_on, &[("subject", &subject)]));
    }
    if let Some(sent) = value(head, HeadLabel::Sent).and_then(sent) {
        sentence.push_str(&fill(&body.forwarded_when, &[("when", &when(sent, context.now, &context.zone))]));
    }
    sentence.push('.');
    Some(sentence)
}

/// The value behind a label.
fn value(head: &str, wanted: HeadLabel) -> Option<&str> {
    head.lines().find_map(|line| value_of(line).filter(|_| head_label(line) == Some(wanted)))
}

/// Labels in a language nobody listed: the sender stands first, with an address.
fn first_address(head: &str) -> Option<&str> {
    head.lines().find_map(|line| value_of(line).filter(|value| value.contains('@')))
}

/// Stars and quote marks around lines are decoration.
fn value_of(line: &str) -> Option<&str> {
    let value = line.split_once([':', '：'])?.1.trim_matches(['*', ' ', '\u{a0}']);
    (!value.is_empty()).then_some(value)
}

/// "Ana Silva <ana@example.org>" -> "Ana Silva"; an address alone keeps its user part.
fn name(from: &str) -> &str {
    let words = from.split(['<', '[']).next().unwrap_or("").trim().trim_matches(['"', '\'']);
    if words.contains('@') || words.is_empty() {
        let address = from.trim_matches(['<', '>', ' ', '"']);
        return address.split('@').next().unwrap_or(address);
    }
    words
}

/// A date as mail headers have it; what programs write for eyes is left unsaid.
fn sent(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp())
}
