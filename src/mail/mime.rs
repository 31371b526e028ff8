//! The tree of MIME parts, built in one pass over the lines: time and memory stay linear however parts are nested.

use std::borrow::Cow;
use std::ops::Range;

use mail_parser::MessageParser;
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};

use super::head::{Head, TransferEncoding};

/// Parts of one message that are looked at.
const PART_CAP: usize = 2_000;
/// Levels of nesting that are looked at; real mail has fewer than ten.
const DEPTH_CAP: usize = 40;

/// One part: its header, the raw bytes of its body and the parts inside it.
#[derive(Debug)]
pub(crate) struct Part<'x> {
    pub head: Head,
    /// Lower-case media type, with the defaults of RFC 2045 applied.
    pub media_type: String,
    raw: &'x [u8],
    /// Indices into [`Tree::parts`].
    pub children: Vec<usize>,
}

/// All parts of a message; index 0 is the message itself.
#[derive(Debug)]
pub(crate) struct Tree<'x> {
    pub parts: Vec<Part<'x>>,
}

impl<'x> Tree<'x> {
    /// Takes a message apart. `raw` starts with the first header line.
    pub fn parse(raw: &'x [u8], parser: &MessageParser) -> Tree<'x> {
        Splitter { raw, parser, parts: Vec::new(), open: Vec::new() }.run()
    }

    pub fn part(&self, index: usize) -> Option<&Part<'x>> {
        self.parts.get(index)
    }
}

impl<'x> Part<'x> {
    /// The body after base64 or quoted-printable; damaged encodings give what could be saved.
    pub fn bytes(&self) -> Cow<'x, [u8]> {
        match self.head.encoding() {
            TransferEncoding::Identity | TransferEncoding::Uuencode => self.raw.into(),
            TransferEncoding::QuotedPrintable => quoted_printable(self.raw).into(),
            TransferEncoding::Base64 => base64(self.raw).map_or(self.raw.into(), Cow::from),
        }
    }

    pub fn text(&self) -> String {
        super::charset::decode(&self.bytes(), self.head.parameter("charset"))
    }

    /// Size in bytes: as the mailbox told it for parts left out, else decoded.
    pub fn size(&self) -> u64 {
        if self.raw.iter().all(u8::is_ascii_whitespace)
            && let Some(told) = self.head.get("x-hark-octets").and_then(|v| v.trim().parse().ok())
        {
            return told;
        }
        match self.head.encoding() {
            TransferEncoding::Base64 => {
                let digits = self.raw.iter().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).count();
                digits as u64 * 3 / 4
            }
            TransferEncoding::Identity | TransferEncoding::QuotedPrintable | TransferEncoding::Uuencode => {
                self.bytes().len() as u64
            }
        }
    }

    pub fn is_multipart(&self) -> bool {
        self.media_type.starts_with("multipart/")
    }
}

fn base64(raw: &[u8]) -> Option<Vec<u8>> {
    let compact: Vec<u8> =
        raw.iter().copied().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).collect();
    // A last digit alone carries no byte; decoders refuse it.
    let whole = compact.len() - usize::from(compact.len() % 4 == 1);
    let mut padded = compact.get(..whole).unwrap_or_default().to_vec();
    padded.resize(whole.div_ceil(4) * 4, b'=');
    base64_decode(&padded)
}

/// Decodes quoted-printable; `=` followed by anything else stays as it is, as readers expect of damaged mail.
fn quoted_printable(raw: &[u8]) -> Vec<u8> {
    if let Some(decoded) = quoted_printable_decode(raw) {
        return decoded;
    }
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        let (next, after) = (raw.get(at + 1), raw.get(at + 2));
        match (byte, hex(next), hex(after)) {
            (b'=', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (b'=', _, _) if next == Some(&b'\n') => at += 2,
            (b'=', _, _) if next == Some(&b'\r') && after == Some(&b'\n') => at += 3,
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// A part that later lines belong to.
struct Open<'x> {
    part: usize,
    boundary: Cow<'x, [u8]>,
}

enum State {
    /// Header of a part: where it starts, whether its parent is a digest.
    Head(usize, Option<usize>),
    /// Body of a leaf: part and where the body starts.
    Body(usize, usize),
    /// Between parts: nothing here is read.
    Between,
}

struct Splitter<'x, 'p> {
    raw: &'x [u8],
    parser: &'p MessageParser,
    parts: Vec<Part<'x>>,
    open: Vec<Open<'x>>,
}

impl<'x> Splitter<'x, '_> {
    fn run(mut self) -> Tree<'x> {
        let mut state = State::Head(0, None);
        let mut at = 0;
        while at < self.raw.len() {
            let line = self.line(at);
            let next = line.end;
            state = match self.boundary(line.clone()) {
                Some((level, closes)) => {
                    self.finish(state, before_break(self.raw, at));
                    let parent = self.open.get(level).map(|o| o.part);
                    self.open.truncate(if closes { level } else { level + 1 });
                    if closes || self.parts.len() >= PART_CAP { State::Between } else { State::Head(next, parent) }
                }
                None => match state {
                    State::Head(start, parent) if is_blank(self.raw, &line) => self.begin(start..at, next, parent),
                    State::Head(..) | State::Body(..) | State::Between => state,
                },
            };
            at = next;
        }
        self.finish(state, self.raw.len());
        Tree { parts: self.parts }
    }

    fn line(&self, at: usize) -> Range<usize> {
        let rest = self.raw.get(at..).unwrap_or_default();
        let len = rest.iter().position(|&b| b == b'\n').map_or(rest.len(), |n| n + 1);
        at..at + len
    }

    /// The open part whose boundary this line is, innermost first, and whether it closes that part.
    fn boundary(&self, line: Range<usize>) -> Option<(usize, bool)> {
        let line = self.raw.get(line)?.strip_prefix(b"--")?;
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return None; // a signature's delimiter, or a flood of them
        }
        self.open.iter().enumerate().rev().find_map(|(level, open)| {
            if open.boundary.is_empty() {
                return None;
            }
            match line.strip_prefix(open.boundary.as_ref())? {
                b"" => Some((level, false)),
                b"--" => Some((level, true)),
                _ => None,
            }
        })
    }

    /// The header has ended: what comes next depends on the media type.
    fn begin(&mut self, head: Range<usize>, body: usize, parent: Option<usize>) -> State {
        let head = Head::parse(self.raw.get(head).unwrap_or_default(), self.parser);
        let in_digest = parent.and_then(|p| self.parts.get(p)).is_some_and(|p| p.media_type == "multipart/digest");
        let media_type = media_type(&head, in_digest);
        let index = self.parts.len();
        if let Some(parent) = parent.and_then(|p| self.parts.get_mut(p)) {
            parent.children.push(index);
        }
        let deep = self.open.len() >= DEPTH_CAP || index + 1 >= PART_CAP;
        let boundary =
            (!deep && media_type.starts_with("multipart/")).then(|| self.find_boundary(&head, body)).flatten();
        let nested = !deep && media_type == "message/rfc822" && head.encoding() == TransferEncoding::Identity;
        self.parts.push(Part { head, media_type, raw: self.raw.get(body..).unwrap_or_default(), children: Vec::new() });
        if let Some(boundary) = boundary {
            self.open.push(Open { part: index, boundary });
            State::Between
        } else if nested {
            self.open.push(Open { part: index, boundary: Cow::default() });
            State::Head(body, Some(index))
        } else {
            State::Body(index, body)
        }
    }

    /// The boundary parameter, or the first line of the body that looks like one.
    fn find_boundary(&self, head: &Head, body: usize) -> Option<Cow<'x, [u8]>> {
        if let Some(told) = head.parameter("boundary").map(str::trim_end).filter(|b| !b.is_empty()) {
            return Some(told.as_bytes().to_vec().into());
        }
        let sample = self.raw.get(body..)?;
        let sample = sample.get(..4096).unwrap_or(sample);
        let line = sample.split(|&b| b == b'\n').find(|line| line.starts_with(b"--") && line.len() > 4)?;
        let boundary = line.trim_ascii_end().get(2..)?;
        boundary.iter().all(u8::is_ascii_graphic).then(|| boundary.into())
    }

    fn finish(&mut self, state: State, end: usize) {
        match state {
            State::Head(start, parent) => {
                if start < end {
                    let state = self.begin(start..end, end, parent);
                    self.close_leaf(state, end);
                }
            }
            State::Body(..) => self.close_leaf(state, end),
            State::Between => {}
        }
    }

    fn close_leaf(&mut self, state: State, end: usize) {
        if let State::Body(part, start) = state
            && let Some(part) = self.parts.get_mut(part)
        {
            part.raw = self.raw.get(start..end.max(start)).unwrap_or_default();
        }
    }
}

fn media_type(head: &Head, in_digest: bool) -> String {
    match head.media_type() {
        Some(media_type) if media_type == "message/global" => "message/rfc822".into(),
        Some(media_type) => media_type,
        None if in_digest => "message/rfc822".into(),
        None => match head.get("content-type").map(|v| v.trim().to_ascii_lowercase()).as_deref() {
            // "text" and "html" alone are written by old programs.
            Some("html") => "text/html".into(),
            _ => "text/plain".into(),
        },
    }
}

fn is_blank(raw: &[u8], line: &Range<usize>) -> bool {
    raw.get(line.clone()).is_some_and(|line| matches!(line, b"\n" | b"\r\n"))
}

/// The line break before a boundary belongs to the boundary.
fn before_break(raw: &[u8], at: usize) -> usize {
    let head = raw.get(..at).unwrap_or_default();
    let head = head.strip_suffix(b"\n").unwrap_or(head);
    head.strip_suffix(b"\r").unwrap_or(head).len()
}
