//! Who writes on what and when, and the call-out of a protected message.

use super::body::tidy;
use super::sentence::{self, Place};
use super::subject::{Prefix, bare_subject};
use super::texts::{fill, texts};
use super::words::{ordinal, plural, when};
use super::{AmbiguousSender, Fate, Hints, Line, ScriptContext, Segment, SegmentRole, Tongue, pace, speakable};
use crate::mail::{Addressed, Correspondent, Message, Protection, ProtectionKind};

/// Characters of a name or subject at most: what is longer is no title but an attack on patience.
const NAME_CHARS: usize = 80;
const SUBJECT_CHARS: usize = 240;

/// Announce, and for a protected message gate and subject: nothing of subject or body comes before the gate.
pub(super) fn segments(message: &Message, context: &ScriptContext, hints: &Hints) -> Vec<Segment> {
    let Some(protection) = &message.protection else {
        return vec![spoken(SegmentRole::Announce, open_lines(message, context, hints))];
    };
    let mut out = vec![
        spoken(SegmentRole::Announce, vec![sender_line(message, context, hints)]),
        spoken(SegmentRole::Gate, vec![line(callout(protection), hints, pace::AFTER_GATE_MS)]),
    ];
    let (_, subject) = bare_subject(&message.subject);
    let subject = tidy::title(subject, SUBJECT_CHARS);
    if subject.chars().any(char::is_alphanumeric) {
        let mut lines = cut(&subject, hints);
        if let Some(last) = lines.last_mut() {
            last.pause_after_ms = pace::AFTER_ANNOUNCE_MS;
            out.push(spoken(SegmentRole::Subject, lines));
        }
    }
    if protection.readable {
        out.extend(
            language_note(message, context)
                .map(|note| spoken(SegmentRole::Body, vec![line(note, hints, pace::AFTER_SENTENCE_MS)])),
        );
    }
    out
}

fn spoken(role: SegmentRole, lines: Vec<Line>) -> Segment {
    Segment { role, fate: Fate::Spoken(lines) }
}

fn line(text: String, hints: &Hints, pause_after_ms: u32) -> Line {
    let say = speakable(&text, hints);
    Line { text, say, pause_after_ms }
}

/// Lines short enough that the first sound comes early, also under a long subject.
fn cut(text: &str, hints: &Hints) -> Vec<Line> {
    let lines = sentence::lines(text, Place::Opening).into_iter();
    let lines = lines.map(|(part, ending)| line(part.to_owned(), hints, pace::after(ending)));
    lines.filter(|line| line.say.chars().any(char::is_alphabetic)).collect()
}

/// The lines before a message anybody may hear of.
fn open_lines(message: &Message, context: &ScriptContext, hints: &Hints) -> Vec<Line> {
    let announce = &texts().announce;
    let (prefix, subject) = bare_subject(&message.subject);
    let subject = tidy::title(without_list(subject, message), SUBJECT_CHARS);
    let sender = sender(message, context);
    let date = date(message, context);
    let template = match (subject.is_empty(), date.is_empty()) {
        (false, false) => &announce.on,
        (false, true) => &announce.on_undated,
        (true, false) => &announce.no_subject,
        (true, true) => &announce.no_subject_undated,
    };
    // A subject that ends in its own mark keeps the voice from running on: "Lunch?, ten past nine".
    let text = fill(template, &[("sender", &sender), ("subject", subject.trim_end_matches('.')), ("when", &date)]);
    let mut lines = cut(&text, hints);
    lines.extend(circumstances(message, context, prefix).map(|text| line(text, hints, pace::AFTER_SENTENCE_MS)));
    lines.extend(language_note(message, context).map(|text| line(text, hints, pace::AFTER_SENTENCE_MS)));
    if let Some(last) = lines.last_mut() {
        last.pause_after_ms = pace::AFTER_ANNOUNCE_MS;
    }
    lines
}

/// "[dev] Moss on roofs" -> "Moss on roofs": that it came through the list is said of its own.
fn without_list<'a>(subject: &'a str, message: &Message) -> &'a str {
    let tagged = subject.trim_start().strip_prefix('[').filter(|_| message.list.is_some());
    let bare = tagged.and_then(|tail| tail.split_once(']')).map(|(_, rest)| bare_subject(rest.trim_start()).1);
    bare.filter(|rest| !rest.trim().is_empty()).unwrap_or(subject)
}

/// Sender and time only: what may be heard before the call-out.
fn sender_line(message: &Message, context: &ScriptContext, hints: &Hints) -> Line {
    let announce = &texts().announce;
    let date = date(message, context);
    let template = if date.is_empty() { &announce.sender_only_undated } else { &announce.sender_only };
    let sender = sender(message, context);
    let text = fill(template, &[("sender", sender.trim_end_matches(',')), ("when", &date)]);
    line(text, hints, pace::AFTER_SENTENCE_MS)
}

fn date(message: &Message, context: &ScriptContext) -> String {
    message.date.map(|ts| when(ts, context.now, &context.zone)).unwrap_or_default()
}

/// The name, with the address only where the name alone would mislead.
fn sender(message: &Message, context: &ScriptContext) -> String {
    let announce = &texts().announce;
    let name = message.sender_name().map(|name| tidy::title(name, NAME_CHARS)).unwrap_or_default();
    if !name.chars().any(char::is_alphanumeric) {
        return announce.no_sender.clone();
    }
    let Some(from) = message.from.as_ref().filter(|from| !from.address.is_empty()) else {
        return name;
    };
    let name = readable_name(&name);
    let unclear = match context.ambiguous_sender {
        AmbiguousSender::Clear => hides_domain(from),
        AmbiguousSender::SharedName => true,
    };
    if !unclear {
        return name;
    }
    let address = tidy::title(&from.address, NAME_CHARS);
    fill(&announce.with_address, &[("name", &name), ("address", &address)])
}

/// An address that stands where a name should: its user part, with blanks for dots ("ana.silva@…" -> "ana silva").
fn readable_name(name: &str) -> String {
    let address = name.contains('@') && !name.contains(char::is_whitespace);
    let user = if address { name.split('@').next().unwrap_or(name) } else { name };
    let bare = !user.contains(char::is_whitespace);
    if bare && (address || user.contains(['.', '_', '+'])) {
        return user.split('+').next().unwrap_or(user).replace(['.', '_'], " ").trim().to_owned();
    }
    name.to_owned()
}

/// Whether the display name holds a domain that is not the address's: "paypal.com" <x@evil.example>.
fn hides_domain(from: &Correspondent) -> bool {
    let Some(name) = &from.name else { return false };
    let domain = domain_of(&from.address).to_lowercase();
    name.split(|c: char| c.is_whitespace() || "()<>[]\"',;:/".contains(c))
        .map(domain_of)
        .map(|word| word.trim_matches('.').to_lowercase())
        .filter(|word| looks_like_domain(word))
        .any(|word| !(domain == word || domain.ends_with(&format!(".{word}")) || word.ends_with(&format!(".{domain}"))))
}

fn domain_of(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or(address)
}

fn looks_like_domain(word: &str) -> bool {
    let Some((stem, top)) = word.rsplit_once('.') else { return false };
    let host = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    stem.chars().count() >= 2
        && (2..=12).contains(&top.chars().count())
        && top.chars().all(char::is_alphabetic)
        && stem.chars().all(host)
        // "Dr.Smith", "J.R.Miller": names, not hosts
        && !stem.split('.').all(|label| label.chars().count() <= 2)
}

/// "Reply, third in a conversation, you are only copied, two attachments."
fn circumstances(message: &Message, context: &ScriptContext, prefix: Prefix) -> Option<String> {
    let announce = &texts().announce;
    let mut parts = Vec::new();
    match prefix {
        Prefix::None => {}
        Prefix::Reply => parts.push(announce.reply.clone()),
        Prefix::Forwarded => parts.push(announce.forwarded.clone()),
    }
    if context.place_in_conversation > 1 {
        let place = ordinal(u64::from(context.place_in_conversation));
        parts.push(fill(&announce.place, &[("ordinal", &place)]));
    }
    match message.addressed {
        Addressed::To | Addressed::List => {}
        Addressed::Cc => parts.push(announce.copied.clone()),
    }
    parts.extend(
        message
            .list
            .as_deref()
            .filter(|_| message.kind == crate::mail::MessageKind::Person)
            .and_then(list_name)
            .map(|list| fill(&announce.list, &[("list", &list)])),
    );
    if !message.attachments.is_empty() {
        let attachments = plural(message.attachments.len(), "attachment");
        parts.push(fill(&announce.attachments, &[("attachments", &attachments)]));
    }
    (!parts.is_empty()).then(|| format!("{}.", capitalised(&parts.join(", "))))
}

/// A list's name: the words before `<id>`, else the first label of the id.
fn list_name(list: &str) -> Option<String> {
    let words = list.split('<').next().unwrap_or("").trim().trim_matches('"');
    let name = match words {
        "" => list.trim_matches(['<', '>', ' ']).split('.').next().unwrap_or(""),
        id if id.contains('.') && !id.contains(' ') => id.split('.').next().unwrap_or(""),
        words => words,
    };
    let name = tidy::title(name, NAME_CHARS);
    name.chars().any(char::is_alphanumeric).then_some(name)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// "This message is in German." for anything but English, unless a voice of that language reads it.
fn language_note(message: &Message, context: &ScriptContext) -> Option<String> {
    let code = message.language.as_deref()?;
    match context.tongue {
        Tongue::Spoken => return None,
        Tongue::Unspoken if code.eq_ignore_ascii_case("en") => return None,
        Tongue::Unspoken => {}
    }
    let texts = texts();
    match texts.languages.get(&code.to_ascii_lowercase()) {
        Some(language) => Some(fill(&texts.announce.language, &[("language", language)])),
        None => Some(texts.announce.other_language.clone()),
    }
}

/// What is said of a protected message before anything of it is heard.
pub fn callout(protection: &Protection) -> String {
    let gate = &texts().gate;
    let label = protection.label.as_deref().map(|label| tidy::title(label, NAME_CHARS)).filter(|l| !l.is_empty());
    let kind = match protection.kind {
        ProtectionKind::SmimeEncrypted => Wording { whole: &gate.smime_encrypted, short: Some(&gate.kind_encrypted) },
        ProtectionKind::PgpEncrypted => Wording { whole: &gate.pgp_encrypted, short: Some(&gate.kind_encrypted) },
        ProtectionKind::RightsManaged => {
            Wording { whole: &gate.rights_managed, short: Some(&gate.kind_rights_managed) }
        }
        ProtectionKind::MessageEncryption => {
            Wording { whole: &gate.message_encryption, short: Some(&gate.kind_encrypted) }
        }
        ProtectionKind::Portal => Wording { whole: &gate.portal, short: Some(&gate.kind_portal) },
        ProtectionKind::Label => Wording { whole: &gate.label, short: None },
        ProtectionKind::Sensitivity => Wording { whole: &gate.sensitivity, short: None },
        ProtectionKind::ConfidentialMode => Wording { whole: &gate.confidential_mode, short: None },
        ProtectionKind::OneTimeCode => Wording { whole: &gate.one_time_code, short: None },
    };
    kind.with(protection, label)
}

/// How a kind is named. `short` marks kinds that are normally unreadable: their whole sentence already says so.
struct Wording<'a> {
    whole: &'a str,
    short: Option<&'a str>,
}

impl Wording<'_> {
    fn with(&self, protection: &Protection, label: Option<String>) -> String {
        let gate = &texts().gate;
        match (self.short, protection.readable) {
            (Some(_), false) => self.whole.to_owned(),
            (Some(short), true) => fill(&gate.readable, &[("kind", short)]),
            (None, readable) => {
                let named = match (protection.kind, label) {
                    (ProtectionKind::Label | ProtectionKind::Sensitivity, Some(label)) => {
                        fill(&gate.labelled, &[("label", &label.to_lowercase().replace('-', " "))])
                    }
                    _ => self.whole.to_owned(),
                };
                if readable { named } else { format!("{named} {}", gate.unreadable) }
            }
        }
    }
}
