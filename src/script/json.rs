//! How `speak --json` shows a script: keys and values as the command-line contract has them.

use serde::Serialize;

use super::{Fate, Line, Script, Segment, SegmentRole, callout};
use crate::mail::{Message, MessageKind, ProtectionKind};

/// One object a file.
#[derive(Debug, Serialize)]
pub struct SpokenMail<'a> {
    pub file: &'a str,
    pub from: Option<From<'a>>,
    pub subject: &'a str,
    /// RFC 3339.
    pub date: Option<String>,
    /// ISO 639-1.
    pub language: Option<&'a str>,
    pub kind: &'static str,
    pub protection: Option<Protected>,
    pub attachments: Vec<Attached<'a>>,
    pub segments: Vec<Spoken<'a>>,
    pub duration_s: f64,
}

#[derive(Debug, Serialize)]
pub struct From<'a> {
    pub name: Option<&'a str>,
    pub address: &'a str,
}

#[derive(Debug, Serialize)]
pub struct Protected {
    pub kind: &'static str,
    pub readable: bool,
    pub callout: String,
}

#[derive(Debug, Serialize)]
pub struct Attached<'a> {
    pub name: Option<&'a str>,
    #[serde(rename = "type")]
    pub media_type: &'a str,
    pub bytes: u64,
}

#[derive(Debug, Serialize)]
pub struct Spoken<'a> {
    pub role: &'static str,
    pub spoken: bool,
    pub text: String,
    pub say: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

impl<'a> SpokenMail<'a> {
    pub fn of(file: &'a str, message: &'a Message, script: &'a Script) -> SpokenMail<'a> {
        SpokenMail {
            file,
            from: message.from.as_ref().map(|from| From { name: from.name.as_deref(), address: &from.address }),
            subject: &message.subject,
            date: message.date.map(|date| date.to_string()),
            language: message.language.as_deref(),
            kind: kind(message.kind),
            protection: message.protection.as_ref().map(|protection| Protected {
                kind: protection_kind(protection.kind),
                readable: protection.readable,
                callout: callout(protection),
            }),
            attachments: message
                .attachments
                .iter()
                .map(|a| Attached { name: a.name.as_deref(), media_type: &a.media_type, bytes: a.bytes })
                .collect(),
            segments: script.segments.iter().map(segment).collect(),
            duration_s: (f64::from(script.duration_s) * 10.0).round() / 10.0,
        }
    }
}

fn segment(segment: &Segment) -> Spoken<'_> {
    let role = role(segment.role);
    match &segment.fate {
        Fate::Spoken(lines) => Spoken {
            role,
            spoken: true,
            text: joined(lines, |line| &line.text),
            say: joined(lines, |line| &line.say),
            reason: None,
        },
        Fate::Skipped { text, reason } => {
            Spoken { role, spoken: false, text: text.clone(), say: String::new(), reason: Some(reason) }
        }
    }
}

fn joined(lines: &[Line], part: impl Fn(&Line) -> &str) -> String {
    lines.iter().map(part).collect::<Vec<_>>().join(" ")
}

/// The name of a role; a protected message's subject is part of its announcement.
pub fn role(role: SegmentRole) -> &'static str {
    match role {
        SegmentRole::Announce | SegmentRole::Subject => "announce",
        SegmentRole::Gate => "gate",
        SegmentRole::Body => "body",
        SegmentRole::Heading => "heading",
        SegmentRole::List => "list",
        SegmentRole::Table => "table",
        SegmentRole::Link => "link",
        SegmentRole::Code => "code",
        SegmentRole::Quote => "quote",
        SegmentRole::Signature => "signature",
        SegmentRole::Footer => "footer",
        SegmentRole::Attachment => "attachment",
    }
}

/// The name of a kind of message.
pub fn kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Person => "person",
        MessageKind::Newsletter => "newsletter",
        MessageKind::Notification => "notification",
        MessageKind::Receipt => "receipt",
        MessageKind::Meeting => "meeting",
        MessageKind::Report => "report",
    }
}

/// The name of a kind of protection.
pub fn protection_kind(kind: ProtectionKind) -> &'static str {
    match kind {
        ProtectionKind::SmimeEncrypted => "smime-encrypted",
        ProtectionKind::PgpEncrypted => "pgp-encrypted",
        ProtectionKind::RightsManaged => "rights-managed",
        ProtectionKind::MessageEncryption => "message-encryption",
        ProtectionKind::Label => "label",
        ProtectionKind::Sensitivity => "sensitivity",
        ProtectionKind::ConfidentialMode => "confidential-mode",
        ProtectionKind::Portal => "portal",
        ProtectionKind::OneTimeCode => "one-time-code",
    }
}
