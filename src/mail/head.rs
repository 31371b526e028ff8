//! Header fields of one part, after the damage done by mail programs has been mended.

use std::borrow::Cow;

use mail_parser::{ContentType, HeaderName, HeaderValue, MessageParser, MimeHeaders};

use super::{charset, words};

/// Fields of one header that are looked at; more is an attack or a broken relay.
const FIELD_CAP: usize = 1_000;
/// Bytes of one header that are looked at.
const HEAD_CAP: usize = 512 * 1024;

/// The parsed header of a message or of one of its parts.
#[derive(Debug, Default)]
pub(crate) struct Head {
    message: Option<mail_parser::Message<'static>>,
    /// Lower-case name and unfolded value, encoded words decoded.
    fields: Vec<(String, String)>,
}

impl Head {
    /// Parses the lines of a header; `bytes` ends before or with the blank line.
    pub fn parse(bytes: &[u8], parser: &MessageParser) -> Head {
        let bytes = bytes.get(..HEAD_CAP).unwrap_or(bytes);
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Head::default();
        }
        let text: Cow<'_, str> = match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => charset::decode(bytes, None).into(),
        };
        let fields = split_fields(&text);
        let normal = words::normalise(&text);
        let message = parser.parse_headers(normal.as_bytes()).map(mail_parser::Message::into_owned);
        Head { message, fields }
    }

    /// First value of a field by its lower-case name, on one line, decoded.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a field by its lower-case name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every field whose lower-case name starts with `prefix`: (name, value).
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.iter().filter(move |(field, _)| field.starts_with(prefix)).map(|(n, v)| (n.as_str(), v.as_str()))
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn parsed(&self, name: HeaderName<'static>) -> Option<&HeaderValue<'static>> {
        self.message.as_ref()?.root_part_checked()?.headers.iter().rev().find(|h| h.name == name).map(|h| &h.value)
    }

    fn content_type(&self) -> Option<&ContentType<'_>> {
        self.message.as_ref()?.root_part_checked()?.content_type()
    }

    fn disposition(&self) -> Option<&ContentType<'_>> {
        self.message.as_ref()?.root_part_checked()?.content_disposition()
    }

    /// `type/subtype` in lower case; `None` when the field is missing or unusable.
    pub fn media_type(&self) -> Option<String> {
        let ctype = self.content_type()?;
        let subtype = ctype.subtype()?;
        let valid = |s: &str| !s.is_empty() && s.len() < 128 && s.bytes().all(|b| b.is_ascii_graphic() && b != b'/');
        (valid(ctype.ctype()) && valid(subtype)).then(|| format!("{}/{subtype}", ctype.ctype()).to_ascii_lowercase())
    }

    /// A parameter of Content-Type (lower-case name).
    pub fn parameter(&self, name: &str) -> Option<&str> {
        attribute(self.content_type()?, name)
    }

    /// True for `Content-Disposition: attachment`.
    pub fn is_attachment(&self) -> bool {
        self.disposition().is_some_and(ContentType::is_attachment)
    }

    /// File name, decoded (RFC 2231 or encoded words).
    pub fn file_name(&self) -> Option<String> {
        let name = self
            .disposition()
            .and_then(|d| attribute(d, "filename"))
            .or_else(|| self.parameter("name"))
            .map(words::decode)?;
        let name: String = name.chars().filter(|c| !c.is_control()).take(255).collect();
        let name = name.trim().trim_matches('"').trim();
        (!name.is_empty()).then(|| name.to_owned())
    }

    pub fn encoding(&self) -> TransferEncoding {
        match self.get("content-transfer-encoding").map(|v| v.trim().trim_matches('"').to_ascii_lowercase()).as_deref()
        {
            Some("base64") => TransferEncoding::Base64,
            Some("quoted-printable") => TransferEncoding::QuotedPrintable,
            Some("x-uuencode" | "uuencode" | "x-uue") => TransferEncoding::Uuencode,
            _ => TransferEncoding::Identity,
        }
    }
}

/// How the bytes of a part are wrapped for the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransferEncoding {
    Identity,
    QuotedPrintable,
    Base64,
    /// Never text a person reads: left as an attachment.
    Uuencode,
}

trait CheckedRoot<'x> {
    fn root_part_checked(&self) -> Option<&mail_parser::MessagePart<'x>>;
}

impl<'x> CheckedRoot<'x> for mail_parser::Message<'x> {
    fn root_part_checked(&self) -> Option<&mail_parser::MessagePart<'x>> {
        self.parts.first()
    }
}

fn attribute<'a>(value: &'a ContentType<'_>, name: &str) -> Option<&'a str> {
    value.attributes()?.iter().find(|a| a.name.eq_ignore_ascii_case(name)).map(|a| a.value.as_ref())
}

fn split_fields(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        if fields.len() >= FIELD_CAP {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && !name.trim_end().is_empty()
        {
            fields.push((name.trim_end().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    for (_, value) in &mut fields {
        if value.contains("=?") {
            *value = words::decode(value);
        }
    }
    fields
}
