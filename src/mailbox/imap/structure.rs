//! BODYSTRUCTURE: which parts a message has, without fetching any.

use super::value::Value;

/// Parts of one message looked at.
pub(super) const MOST_PARTS: usize = 1_000;
const MOST_DEPTH: usize = 30;
/// A message inside another is text when it is this short (bytes on the wire); a longer one is an attachment.
const INSIDE_CAP: u64 = 64 * 1024;

/// Parameters by name in lower case, as written.
pub(super) type Params = Vec<(String, Vec<u8>)>;

/// A part of a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Leaf(Leaf),
    /// Subtype in lower case, parameters, children.
    Multi {
        subtype: String,
        params: Params,
        children: Vec<Part>,
    },
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Leaf {
    /// `text/plain`, lower case.
    pub media_type: String,
    pub params: Params,
    /// `quoted-printable`, lower case; empty when the server says NIL.
    pub encoding: String,
    /// Size on the wire.
    pub octets: u64,
    /// `attachment` or `inline`, lower case, with its parameters.
    pub disposition: Option<(String, Params)>,
}

impl Part {
    /// `None` when the value is no body at all; then the message is read without its structure.
    pub fn read(value: &Value) -> Option<Part> {
        let mut left = MOST_PARTS;
        read(value, 0, &mut left)
    }

    /// Every leaf with its section number ("1.2"), in order.
    pub fn leaves(&self) -> Vec<(String, &Leaf)> {
        let mut out = Vec::new();
        match self {
            Part::Leaf(leaf) => out.push(("1".to_owned(), leaf)),
            Part::Multi { children, .. } => collect(children, "", &mut out),
        }
        out
    }
}

fn collect<'a>(children: &'a [Part], prefix: &str, out: &mut Vec<(String, &'a Leaf)>) {
    for (index, child) in children.iter().enumerate() {
        let section = format!("{prefix}{}", index.saturating_add(1));
        match child {
            Part::Leaf(leaf) => out.push((section, leaf)),
            Part::Multi { children, .. } => collect(children, &format!("{section}."), out),
        }
    }
}

impl Leaf {
    /// Text that may be read aloud, invitations, reports, short messages inside, and signed mail whose words are inside.
    pub fn is_worth_fetching(&self) -> bool {
        let attached = self.disposition.as_ref().is_some_and(|(kind, _)| kind == "attachment");
        match self.media_type.as_str() {
            "text/plain" | "text/html" | "text/enriched" => !attached,
            "text/calendar" | "application/ics" => true,
            "message/delivery-status" | "message/disposition-notification" | "message/feedback-report" => true,
            "message/rfc822" => self.octets <= INSIDE_CAP,
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => !self.is_encrypted(),
            _ => false,
        }
    }

    fn is_encrypted(&self) -> bool {
        let kind = self.params.iter().find(|(name, _)| name == "smime-type").map(|(_, kind)| kind.to_ascii_lowercase());
        kind.is_some_and(|kind| kind != b"signed-data")
    }

    /// Size in bytes once decoded: base64 has 78 bytes on the wire for 57.
    pub fn decoded_octets(&self) -> u64 {
        if self.encoding == "base64" { self.octets.saturating_mul(57) / 78 } else { self.octets }
    }
}

fn read(value: &Value, depth: usize, left: &mut usize) -> Option<Part> {
    *left = left.checked_sub(1)?;
    if depth > MOST_DEPTH {
        return None;
    }
    let items = value.as_list()?;
    match items.first()? {
        Value::List(_) => multi(items, depth, left),
        // ("ALTERNATIVE"): a multipart without parts, seen inside message/rfc822.
        Value::Text(name) if items.len() == 1 => {
            Some(Part::Multi { subtype: lower(name), params: Vec::new(), children: Vec::new() })
        }
        Value::Text(_) | Value::Atom(_) | Value::Nil => leaf(items).map(Part::Leaf),
    }
}

fn multi(items: &[Value], depth: usize, left: &mut usize) -> Option<Part> {
    let count = items.iter().take_while(|item| item.as_list().is_some()).count();
    let (bodies, rest) = items.split_at_checked(count)?;
    let mut children = Vec::new();
    for body in bodies {
        children.push(read(body, depth.saturating_add(1), left)?);
    }
    let subtype = rest.first().and_then(Value::as_bytes).map_or_else(|| "mixed".to_owned(), lower);
    let params = rest.get(1).map(params).unwrap_or_default();
    Some(Part::Multi { subtype, params, children })
}

fn leaf(items: &[Value]) -> Option<Leaf> {
    let main = items.first().and_then(Value::as_bytes).map_or_else(|| "text".to_owned(), lower);
    let sub = items.get(1).and_then(Value::as_bytes).map_or_else(|| "plain".to_owned(), lower);
    if items.len() < 3 {
        return None;
    }
    Some(Leaf {
        media_type: format!("{main}/{sub}"),
        params: items.get(2).map(params).unwrap_or_default(),
        encoding: items.get(5).and_then(Value::as_bytes).map(lower).unwrap_or_default(),
        octets: items.get(6).and_then(Value::as_number).unwrap_or(0),
        disposition: items.iter().skip(7).find_map(disposition),
    })
}

/// `("attachment" ("filename" "x"))`, wherever it stands: its place depends on the type, and servers leave fields out.
fn disposition(value: &Value) -> Option<(String, Params)> {
    let [kind, rest] = value.as_list()? else { return None };
    let kind = lower(kind.as_bytes()?);
    matches!(kind.as_str(), "attachment" | "inline").then(|| (kind, params(rest)))
}

/// Name and value by turns; a NIL value ("boundary" NIL) is left out.
fn params(value: &Value) -> Params {
    let pairs = value.as_list().unwrap_or_default().chunks(2);
    pairs
        .filter_map(|pair| Some((lower(pair.first()?.as_bytes()?), pair.get(1)?.as_bytes()?.to_vec())))
        .take(100)
        .collect()
}

fn lower(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::framing::Piece;
    use super::super::value;
    use super::*;

    fn part(text: &str) -> Option<Part> {
        Part::read(value::parse(&[Piece::Text(text.as_bytes().to_vec())]).first()?)
    }

    fn leaves(text: &str) -> Vec<String> {
        let part = part(text).unwrap();
        part.leaves().iter().map(|(section, leaf)| format!("{section} {} {}", leaf.media_type, leaf.octets)).collect()
    }

    const PLAIN: &str = r#"("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1 NIL NIL NIL NIL)"#;
    const PDF: &str = r#"("APPLICATION" "PDF" ("NAME" "a.pdf") NIL NIL "BASE64" 9000 NIL ("ATTACHMENT" ("FILENAME" "a.pdf")) NIL NIL)"#;

    #[test]
    fn sections_are_numbered_as_the_server_numbers_them() {
        assert_eq!(leaves(PLAIN), ["1 text/plain 12"]);
        let nested = format!(r#"(({PLAIN}{PLAIN} "ALTERNATIVE" ("BOUNDARY" "x")){PDF} "MIXED")"#);
        assert_eq!(leaves(&nested), ["1.1 text/plain 12", "1.2 text/plain 12", "2 application/pdf 9000"]);
    }

    #[test]
    fn structures_seen_in_the_field() {
        assert_eq!(leaves(&format!(r#"({PLAIN} {PDF} "MIXED" ("boundary" NIL))"#)).len(), 2);
        assert_eq!(leaves(r#"("ALTERNATIVE")"#).len(), 0);
        assert_eq!(leaves(r#"("TEXT" "PLAIN" NIL NIL NIL NIL 1.5e3 2)"#), ["1 text/plain 1500"]);
        let report = format!(
            r#"({PLAIN}("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 300)("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 900 NIL ("ALTERNATIVE") 20) "REPORT")"#
        );
        assert_eq!(leaves(&report), ["1 text/plain 12", "2 message/delivery-status 300", "3 message/rfc822 900"]);
    }

    #[test]
    fn attachments_are_never_fetched() {
        let leaf = |text: &str| match part(text).unwrap() {
            Part::Leaf(leaf) => leaf,
            Part::Multi { .. } => panic!(),
        };
        assert!(leaf(PLAIN).is_worth_fetching());
        assert!(!leaf(PDF).is_worth_fetching());
        assert!(!leaf(r#"("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 1 NIL ("attachment" NIL) NIL)"#).is_worth_fetching());
        assert!(
            !leaf(r#"("APPLICATION" "PKCS7-MIME" ("smime-type" "enveloped-data") NIL NIL "BASE64" 12)"#)
                .is_worth_fetching()
        );
        assert!(
            leaf(r#"("APPLICATION" "PKCS7-MIME" ("smime-type" "signed-data") NIL NIL "BASE64" 12)"#)
                .is_worth_fetching()
        );
    }

    #[test]
    fn what_is_no_body_is_none() {
        for text in ["NIL", "()", "x", "(x)", r#"("TEXT" "PLAIN")"#] {
            assert!(part(text).is_none(), "{text}");
        }
    }
}
