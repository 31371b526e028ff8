//! The head of a forwarded message in one sentence: "Forwarded from Ana Silva on Lunch, yesterday."

use super::tidy;
use crate::mail::Message;
use crate::script::texts::{fill, texts};
use crate::script::words::when;
use crate::script::{ScriptContext, bare_subject};

/// Labels of the head's lines in the languages mail programs write them in, lower case.
const FROM: [&str; 20] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "från",
    "fra",
    "od",
    "от",
    "от кого",
    "kimden",
    "gönderen",
    "lähettäjä",
    "feladó",
    "expéditeur",
    "mittente",
    "发件人",
    "寄件者",
    "差出人",
    "보낸 사람",
];
const DATE: [&str; 19] = [
    "date",
    "sent",
    "datum",
    "gesendet",
    "envoyé",
    "envoyé le",
    "fecha",
    "enviado",
    "data",
    "inviato",
    "verzonden",
    "skickat",
    "sendt",
    "wysłano",
    "дата",
    "tarih",
    "发送时间",
    "日期",
    "送信日時",
];
const SUBJECT: [&str; 16] = [
    "subject",
    "betreff",
    "objet",
    "asunto",
    "assunto",
    "oggetto",
    "onderwerp",
    "ämne",
    "emne",
    "temat",
    "тема",
    "konu",
    "aihe",
    "主题",
    "主旨",
    "件名",
];
const NAME_CHARS: usize = 80;
const SUBJECT_CHARS: usize = 160;

/// `None` when the head tells no sender: then it is read as it is.
pub(super) fn sentence(head: &str, message: &Message, context: &ScriptContext) -> Option<String> {
    let body = &texts().body;
    let sender = tidy::title(name(value(head, &FROM)?), NAME_CHARS);
    if sender.is_empty() {
        return None;
    }
    let mut sentence = fill(&body.forwarded_from, &[("sender", &sender)]);
    let subject = value(head, &SUBJECT).map(|subject| bare_subject(subject).1).unwrap_or_default();
    // The same subject twice is once too often.
    if !subject.is_empty() && subject != bare_subject(&message.subject).1 {
        let subject = tidy::title(subject, SUBJECT_CHARS);
        sentence.push_str(&fill(&body.forwarded_on, &[("subject", &subject)]));
    }
    if let Some(sent) = value(head, &DATE).and_then(sent) {
        sentence.push_str(&fill(&body.forwarded_when, &[("when", &when(sent, context.now, &context.zone))]));
    }
    sentence.push('.');
    Some(sentence)
}

/// The value behind one of the labels. Stars and quote marks around lines are decoration.
fn value<'a>(head: &'a str, labels: &[&str]) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let line = line.trim_start_matches(['>', '*', ' ', '|']);
        let (label, value) = line.split_once([':', '：'])?;
        let label = label.trim_matches(['*', ' ', '\u{a0}']).to_lowercase();
        let value = value.trim_matches(['*', ' ', '\u{a0}']);
        (labels.contains(&label.as_str()) && !value.is_empty()).then_some(value)
    })
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
