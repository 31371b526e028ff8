//! Which parts of a message a person would read, and which are attachments.

use super::head::TransferEncoding;
use super::html;
use super::line::{Line, Shape};
use super::message::Attachment;
use super::mime::{Part, Tree};
use super::text::{self, Flow};

/// Text of one part that is read. An hour of speech is 64 kB; this leaves room for markup.
const TEXT_CAP: usize = 1024 * 1024;
/// Forwarded messages inside each other that are read.
const FORWARD_DEPTH: usize = 4;
/// Attachments that are named.
const ATTACHMENT_CAP: usize = 500;
/// Text beside a forwarded message attached as a file, beyond which the file is only named.
const COVER_NOTE_CHARS: usize = 400;

/// What was found to read.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub lines: Vec<Line>,
    pub attachments: Vec<Attachment>,
    /// Text of the first calendar part.
    pub calendar: Option<String>,
    pub has_picture: bool,
    /// Messages inside that are read: index of the part and the line where its content starts.
    pub forwards: Vec<Forwarded>,
}

/// A message inside the message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Forwarded {
    pub part: usize,
    pub first_line: usize,
}

/// Chooses and reads the body of the message at the tree's root.
pub(crate) fn choose(tree: &Tree<'_>) -> Body {
    let mut chooser = Chooser { tree, body: Body::default(), depth: 0 };
    chooser.part(0, Place::Only);
    chooser.attach_or_read_messages();
    chooser.body
}

/// Where a part stands among its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The one part that is the body.
    Only,
    /// Not the first of a mixed message.
    Later,
}

struct Chooser<'t, 'x> {
    tree: &'t Tree<'x>,
    body: Body,
    depth: usize,
}

impl Chooser<'_, '_> {
    fn part(&mut self, index: usize, place: Place) {
        let Some(part) = self.tree.part(index) else { return };
        match part.media_type.as_str() {
            "multipart/alternative" => self.alternative(part),
            "multipart/related" => self.related(part),
            // What was said goes with the report; what it is about is no attachment.
            "multipart/signed" | "multipart/report" => {
                if let Some(&first) = part.children.first() {
                    self.part(first, place);
                }
            }
            _ if part.is_multipart() && !part.children.is_empty() => {
                for (nth, &child) in part.children.iter().enumerate() {
                    self.part(child, if nth == 0 { place } else { Place::Later });
                }
            }
            "message/rfc822" => {} // see attach_or_read_messages
            _ if self.is_readable(part, place) => self.read(part),
            "text/calendar" | "application/ics" => {
                let text = part.text();
                if self.body.calendar.is_none() {
                    self.body.calendar = Some(text);
                }
                if part.head.is_attachment() || part.media_type == "application/ics" {
                    self.attach(part);
                }
            }
            _ => self.attach(part),
        }
    }

    /// Text without a file name, or the text that is the whole message.
    fn is_readable(&self, part: &Part<'_>, place: Place) -> bool {
        let is_text =
            matches!(part.media_type.as_str(), "text/plain" | "text/html" | "text/enriched" | "text/markdown")
                || part.is_multipart() && part.children.is_empty();
        let named = part.head.file_name().is_some() && place == Place::Later;
        is_text && !part.head.is_attachment() && !named && part.head.encoding() != TransferEncoding::Uuencode
    }

    /// HTML tells quotes and lists apart; plain text is read when the HTML has no words.
    fn alternative(&mut self, part: &Part<'_>) {
        let mut best: Option<Body> = None;
        let mut best_rank = 0;
        let mut rest = Body::default();
        for &child in &part.children {
            let mut chooser = Chooser { tree: self.tree, body: Body::default(), depth: self.depth + 1 };
            chooser.part(child, Place::Only);
            let Body { lines, attachments, calendar, has_picture, forwards } = chooser.body;
            rest.attachments.extend(attachments);
            rest.calendar = rest.calendar.or(calendar);
            rest.has_picture |= has_picture;
            let rank = self.rank(child, &lines);
            if rank > best_rank {
                best_rank = rank;
                best = Some(Body { lines, forwards, ..Body::default() });
            }
        }
        self.body.lines.extend(best.unwrap_or_default().lines);
        self.body.attachments.extend(rest.attachments);
        self.body.calendar = self.body.calendar.take().or(rest.calendar);
        self.body.has_picture |= rest.has_picture;
    }

    fn rank(&self, index: usize, lines: &[Line]) -> u8 {
        let words = lines.iter().any(|line| line.text.chars().any(char::is_alphanumeric));
        match (words, self.holds_html(index)) {
            (true, true) => 3,
            (true, false) => 2,
            (false, _) => u8::from(!lines.is_empty()),
        }
    }

    fn holds_html(&self, index: usize) -> bool {
        let Some(part) = self.tree.part(index) else { return false };
        part.media_type == "text/html"
            || part.is_multipart()
                && part.children.iter().any(|&c| self.tree.part(c).is_some_and(|p| p.media_type == "text/html"))
    }

    /// The first part is the body; pictures it shows are not attachments.
    fn related(&mut self, part: &Part<'_>) {
        let start = part.head.parameter("start").map(|id| id.trim_matches(['<', '>']).to_owned());
        let is_start = |index: usize| {
            let id = self.tree.part(index).and_then(|p| p.head.get("content-id"));
            start.is_some() && id.map(|id| id.trim().trim_matches(['<', '>'])) == start.as_deref()
        };
        let root = part.children.iter().copied().find(|&c| is_start(c)).or(part.children.first().copied());
        for &child in &part.children {
            let Some(part) = self.tree.part(child) else { continue };
            if Some(child) == root {
                self.part(child, Place::Only);
            } else if part.media_type.starts_with("image/")
                && (part.head.has("content-id") || !part.head.is_attachment())
            {
                self.body.has_picture = true;
            } else if part.is_multipart() || part.head.is_attachment() || part.head.file_name().is_some() {
                self.part(child, Place::Later);
            }
        }
    }

    fn read(&mut self, part: &Part<'_>) {
        let mut text = part.text();
        truncate(&mut text, TEXT_CAP);
        if !self.body.lines.is_empty() {
            self.body.lines.push(Line::blank(0));
        }
        let lines = if part.media_type == "text/html" || is_unlabelled_html(&text) {
            let body = html::lines(&text);
            self.body.has_picture |= body.has_picture;
            body.lines
        } else {
            text::lines(&text, flow(part))
        };
        self.body.lines.extend(lines);
    }

    fn attach(&mut self, part: &Part<'_>) {
        if part.media_type.starts_with("image/") {
            self.body.has_picture = true;
        }
        let signature = matches!(
            part.media_type.as_str(),
            "application/pgp-signature" | "application/pkcs7-signature" | "application/x-pkcs7-signature"
        );
        if signature || self.body.attachments.len() >= ATTACHMENT_CAP {
            return;
        }
        let name = part.head.file_name();
        if name.is_none() && part.size() == 0 && !part.media_type.starts_with("image/") {
            return;
        }
        self.body.attachments.push(Attachment { name, media_type: part.media_type.clone(), bytes: part.size() });
    }

    /// Messages inside are read when they were forwarded in place, or when the note around them is short.
    fn attach_or_read_messages(&mut self) {
        let inside = self.messages(0, 0);
        let note: usize =
            self.body.lines.iter().filter(|line| line.shape != Shape::Code).map(|line| line.text.len()).sum();
        for index in inside {
            let Some(part) = self.tree.part(index) else { continue };
            let Some(&root) = part.children.first() else {
                self.attach(part);
                continue;
            };
            if part.head.is_attachment() && note > COVER_NOTE_CHARS || self.depth >= FORWARD_DEPTH {
                self.attach(part);
                continue;
            }
            let mut chooser = Chooser { tree: self.tree, body: Body::default(), depth: self.depth + 1 };
            chooser.part(root, Place::Only);
            let Body { lines, attachments, calendar, has_picture, forwards: _ } = chooser.body;
            let first_line = self.body.lines.len();
            self.body.lines.extend(lines);
            self.body.forwards.push(Forwarded { part: root, first_line });
            self.body.attachments.extend(attachments);
            self.body.calendar = self.body.calendar.take().or(calendar);
            self.body.has_picture |= has_picture;
        }
    }

    /// Messages inside `index`, outermost and nested, in order.
    fn messages(&self, index: usize, depth: usize) -> Vec<usize> {
        if self.tree.part(index).is_some_and(|part| part.media_type == "multipart/report") {
            return Vec::new();
        }
        let Some(part) = self.tree.part(index).filter(|_| depth <= FORWARD_DEPTH * 4) else { return Vec::new() };
        let mut found = Vec::new();
        for &child in &part.children {
            let is_message = self.tree.part(child).is_some_and(|p| p.media_type == "message/rfc822");
            if is_message {
                found.push(child);
            }
            found.extend(self.messages(child, depth + 1));
        }
        found
    }
}

fn flow(part: &Part<'_>) -> Flow {
    let flowed = part.head.parameter("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed"));
    let delsp = part.head.parameter("delsp").is_some_and(|d| d.eq_ignore_ascii_case("yes"));
    match (flowed, delsp) {
        (true, true) => Flow::FlowedDelSp,
        (true, false) => Flow::Flowed,
        (false, _) => Flow::Fixed,
    }
}

/// HTML sent as text/plain by careless programs.
fn is_unlabelled_html(text: &str) -> bool {
    let start = text.trim_start().get(..14).unwrap_or_default().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn truncate(text: &mut String, cap: usize) {
    if text.len() > cap {
        text.truncate(text.floor_char_boundary(cap));
    }
}
