//! A message made of what was fetched: its header, its text parts, and empty parts where attachments are.
//!
//! The parser of mail sees ordinary MIME. `X-Hark-Octets` tells the size, once decoded, of a part that was left out.

use super::structure::{Leaf, Part};

/// Longest value of a parameter that is passed on.
const PARAM_CAP: usize = 1_000;

/// `header` as the server gave it, `texts` by section number.
pub(super) fn build(header: &[u8], structure: &Part, texts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let boundary = free_boundary(texts);
    let mut out = Vec::with_capacity(header.len().saturating_add(texts.iter().map(|(_, text)| text.len()).sum()));
    match structure {
        Part::Leaf(leaf) => {
            // The header already describes the only part.
            write_header(&mut out, header, Keep::All);
            write_body(&mut out, leaf, text_of(texts, "1"));
        }
        Part::Multi { subtype, params, children } => {
            write_header(&mut out, header, Keep::AllButContent);
            out.extend_from_slice(b"MIME-Version: 1.0\r\n");
            write_multi(&mut out, &Level { boundary: &boundary, prefix: "" }, (subtype, params, children), texts);
        }
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    All,
    /// Without Content-Type and Content-Transfer-Encoding, which are written anew.
    AllButContent,
}

struct Level<'a> {
    boundary: &'a str,
    /// Section number of the parent with its dot.
    prefix: &'a str,
}

type Multi<'a> = (&'a str, &'a [(String, Vec<u8>)], &'a [Part]);

fn write_multi(out: &mut Vec<u8>, level: &Level, (subtype, params, children): Multi, texts: &[(String, Vec<u8>)]) {
    write_type(out, &format!("multipart/{subtype}"), params);
    out.extend_from_slice(format!("; boundary=\"{}\"\r\n\r\n", level.boundary).as_bytes());
    for (index, child) in children.iter().enumerate() {
        out.extend_from_slice(format!("\r\n--{}\r\n", level.boundary).as_bytes());
        let section = format!("{}{}", level.prefix, index.saturating_add(1));
        match child {
            Part::Leaf(leaf) => {
                write_leaf_header(out, leaf);
                write_body(out, leaf, text_of(texts, &section));
            }
            Part::Multi { subtype, params, children } => {
                let inner = format!("{}.{}", level.boundary, index.saturating_add(1));
                let level = Level { boundary: &inner, prefix: &format!("{section}.") };
                write_multi(out, &level, (subtype, params, children), texts);
            }
        }
    }
    out.extend_from_slice(format!("\r\n--{}--\r\n", level.boundary).as_bytes());
}

fn write_leaf_header(out: &mut Vec<u8>, leaf: &Leaf) {
    write_type(out, &leaf.media_type, &leaf.params);
    out.extend_from_slice(b"\r\n");
    if !leaf.encoding.is_empty() {
        out.extend_from_slice(format!("Content-Transfer-Encoding: {}\r\n", token(&leaf.encoding)).as_bytes());
    }
    if let Some((kind, params)) = &leaf.disposition {
        out.extend_from_slice(format!("Content-Disposition: {}", token(kind)).as_bytes());
        write_params(out, params);
        out.extend_from_slice(b"\r\n");
    }
}

/// The rest of a part's header, and its text if that was fetched.
fn write_body(out: &mut Vec<u8>, leaf: &Leaf, text: Option<&[u8]>) {
    if text.is_none() {
        out.extend_from_slice(format!("X-Hark-Octets: {}\r\n", leaf.decoded_octets()).as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(text.unwrap_or_default());
}

fn text_of<'a>(texts: &'a [(String, Vec<u8>)], section: &str) -> Option<&'a [u8]> {
    texts.iter().find(|(name, _)| name == section).map(|(_, text)| text.as_slice())
}

fn write_type(out: &mut Vec<u8>, media_type: &str, params: &[(String, Vec<u8>)]) {
    let (main, sub) = media_type.split_once('/').unwrap_or((media_type, ""));
    out.extend_from_slice(format!("Content-Type: {}/{}", token(main), token(sub)).as_bytes());
    write_params(out, params);
}

fn write_params(out: &mut Vec<u8>, params: &[(String, Vec<u8>)]) {
    for (name, value) in params.iter().filter(|(name, _)| name != "boundary") {
        out.extend_from_slice(format!(";\r\n {}=", token(name)).as_bytes());
        let value = value.get(..value.len().min(PARAM_CAP)).unwrap_or_default();
        let is_token = !value.is_empty() && value.iter().all(|&byte| is_token_byte(byte) || b"'%*".contains(&byte));
        if is_token {
            out.extend_from_slice(value);
        } else {
            out.push(b'"');
            for &byte in value.iter().filter(|&&byte| byte >= b' ' && byte != 0x7f) {
                if byte == b'"' || byte == b'\\' {
                    out.push(b'\\');
                }
                out.push(byte);
            }
            out.push(b'"');
        }
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._+".contains(&byte)
}

/// Only what can stand in a token: nothing that a server says begins a new header line.
fn token(text: &str) -> String {
    text.chars().filter(|&c| c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=".contains(c)).take(100).collect()
}

/// The header's lines, without the blank one at the end.
fn write_header(out: &mut Vec<u8>, header: &[u8], keep: Keep) {
    let mut dropping = false;
    for line in header.split_inclusive(|&byte| byte == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        let continues = line.first().is_some_and(|&byte| byte == b' ' || byte == b'\t');
        if !continues {
            dropping = keep == Keep::AllButContent && is_content(line);
        }
        if !dropping {
            out.extend_from_slice(line.trim_ascii_end());
            out.extend_from_slice(b"\r\n");
        }
    }
}

fn is_content(line: &[u8]) -> bool {
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default().trim_ascii();
    [&b"content-type"[..], b"content-transfer-encoding", b"mime-version", b"x-hark-octets"]
        .iter()
        .any(|dropped| name.eq_ignore_ascii_case(dropped))
}

/// A boundary that no text contains, so that a mail cannot add parts to itself.
fn free_boundary(texts: &[(String, Vec<u8>)]) -> String {
    let mut number = 0_u32;
    loop {
        let boundary = format!("=_hark_{number}");
        let is_taken =
            texts.iter().any(|(_, text)| text.windows(boundary.len()).any(|window| window == boundary.as_bytes()));
        if !is_taken || number == u32::MAX {
            return boundary;
        }
        number = number.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;

    const HEADER: &[u8] =
        b"From: a@example.org\r\nContent-Type: multipart/mixed;\r\n boundary=old\r\nSubject: x\r\n\r\n";

    fn leaf(media_type: &str) -> Leaf {
        Leaf { media_type: media_type.into(), octets: 9000, ..Leaf::default() }
    }

    fn mixed(children: Vec<Part>) -> Part {
        Part::Multi { subtype: "mixed".into(), params: vec![("boundary".into(), b"old".to_vec())], children }
    }

    #[test]
    fn text_and_the_names_of_attachments_survive() {
        let mut pdf = leaf("application/pdf");
        pdf.encoding = "base64".into();
        pdf.disposition = Some(("attachment".into(), vec![("filename".into(), b"a \"b\".pdf".to_vec())]));
        let structure = mixed(vec![Part::Leaf(leaf("text/plain")), Part::Leaf(pdf)]);
        let raw = build(HEADER, &structure, &[("1".into(), b"Hello\r\n".to_vec())]);
        let message = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(message.subject(), Some("x"));
        assert_eq!(message.body_text(0).unwrap().trim_end(), "Hello");
        let attachment = message.attachment(0).unwrap();
        assert_eq!(attachment.attachment_name(), Some("a \"b\".pdf"));
        assert!(String::from_utf8_lossy(&raw).contains("X-Hark-Octets: 6576\r\n"));
    }

    #[test]
    fn nested_parts_get_their_own_text() {
        let inner = Part::Multi {
            subtype: "alternative".into(),
            params: vec![],
            children: vec![Part::Leaf(leaf("text/plain")), Part::Leaf(leaf("text/html"))],
        };
        let texts =
            [("1.1".into(), b"plain".to_vec()), ("1.2".into(), b"<p>html".to_vec()), ("2".into(), b"last".to_vec())];
        let raw = build(HEADER, &mixed(vec![inner, Part::Leaf(leaf("text/plain"))]), &texts);
        let message = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(message.parts.len(), 5);
        assert_eq!(message.body_html(0).unwrap().trim_end(), "<p>html");
    }

    #[test]
    fn a_mail_cannot_add_parts_or_headers_to_itself() {
        let evil = b"--=_hark_0\r\nContent-Type: text/plain\r\n\r\nspoof\r\n".to_vec();
        let mut odd = leaf("text/plain");
        odd.params = vec![("charset".into(), b"x\r\nSubject: spoof".to_vec()), ("a\r\nb: c".into(), b"d".to_vec())];
        let raw = build(HEADER, &mixed(vec![Part::Leaf(odd)]), &[("1".into(), evil)]);
        let message = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(message.parts.len(), 2);
        assert_eq!(message.subject(), Some("x"));
    }

    #[test]
    fn a_single_part_keeps_its_header() {
        let header = b"From: a@example.org\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n";
        let raw = build(header, &Part::Leaf(leaf("text/plain")), &[("1".into(), b"caf=E9".to_vec())]);
        assert_eq!(MessageParser::default().parse(&raw).unwrap().body_text(0).unwrap(), "café");
    }

    proptest! {
        #[test]
        fn whatever_a_structure_says_the_header_stays_the_header(
            media in "[ -~\\r\\n]{0,20}",
            name in "[ -~\\r\\n]{0,10}",
            value in proptest::collection::vec(any::<u8>(), 0..40),
            text in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut odd = leaf(&media);
            odd.encoding = name.clone();
            odd.params = vec![(name, value.clone())];
            odd.disposition = Some((media, vec![("filename".into(), value)]));
            let raw = build(HEADER, &mixed(vec![Part::Leaf(odd)]), &[("1".into(), text)]);
            let message = MessageParser::default().parse(&raw).unwrap();
            prop_assert_eq!(message.subject(), Some("x"));
            prop_assert_eq!(message.headers().len(), 4);
        }
    }
}
