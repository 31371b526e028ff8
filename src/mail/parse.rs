//! The whole way from bytes to a message.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use mail_parser::{HeaderName, MessageParser};

use super::body::{self, Body};
use super::calendar::Event;
use super::head::Head;
use super::line::Line;
use super::message::{Block, BlockRole, Message, MessageId, MessageKind, ProtectionKind};
use super::mime::Tree;
use super::people::{addressed, addresses, sender};
use super::protection::Evidence;
use super::speaker::Speaker;
use super::zones::words::fold;
use super::zones::{self, Thread};
use super::{
    MESSAGE_CAP, MailError, ParseContext, assemble, envelope, ids, kind, language, leaving, protection, report, subject,
};

/// Bytes in which the first header line must stand.
const HEADER_WINDOW: usize = 64 * 1024;
/// Text that is looked at to tell kind and protection.
const SAMPLE_BYTES: usize = 20_000;
/// Lines from the end of a longer one: unsubscribe links stand there.
const SAMPLE_TAIL_LINES: usize = 60;
/// Characters of a subject or name that are kept.
const FIELD_CHARS: usize = 1_000;
/// 1 January 1990: no mail is older; clocks without a battery say 1970 or 1980.
const OLDEST_S: i64 = 631_152_000;
/// A clock may be wrong by a zone or a day, not more.
const FUTURE_S: i64 = 2 * 24 * 3600;

/// Understands one message. Never panics; time and memory are bounded by [`MESSAGE_CAP`] and caps below it.
pub fn parse(raw: &[u8], context: &ParseContext) -> Result<Message, MailError> {
    if raw.len() > MESSAGE_CAP {
        return Err(MailError::TooLarge);
    }
    let start = header_start(raw).ok_or(MailError::NoHeader)?;
    let raw = raw.get(start..).unwrap_or_default();
    // The MIME library had panics that were mended release by release; one bad mail must not end a session.
    catch_unwind(AssertUnwindSafe(|| understand(raw, context))).map_err(|_| MailError::Broken)
}

/// Signed envelopes inside each other that are opened.
const ENVELOPE_DEPTH: usize = 3;

fn understand(raw: &[u8], context: &ParseContext) -> Message {
    let parser = MessageParser::default();
    let tree = Tree::parse(raw, &parser);
    let head_bytes = raw.get(..head_end(raw)).unwrap_or_default();
    let id = ids::own_id(tree.part(0).and_then(|part| part.head.get("message-id")), head_bytes);
    let Some(mut inner) = envelope::open(&tree, raw) else { return read(&tree, id, context) };
    for _ in 1..ENVELOPE_DEPTH {
        match envelope::open(&Tree::parse(&inner, &parser), &inner) {
            Some(next) => inner = next,
            None => break,
        }
    }
    read(&Tree::parse(&inner, &parser), id, context)
}

fn read(tree: &Tree<'_>, id: MessageId, context: &ParseContext) -> Message {
    let none = Head::default();
    let head = tree.part(0).map_or(&none, |part| &part.head);
    let mut body = body::choose(tree);
    let from = sender(head);
    let subject = subject::of(tree, head);
    let text = plain_text(&body.lines);
    let address = from.as_ref().map(|f| f.address.as_str()).unwrap_or_default();
    let (folded_subject, folded_text) = (fold(&subject), fold(&text));
    let name = from.as_ref().and_then(|f| f.name.as_deref()).unwrap_or_default();
    let (to, cc) = (addresses(head, HeaderName::To), addresses(head, HeaderName::Cc));
    let listener = to.first().and_then(|to| to.name.as_deref()).unwrap_or_default();
    let folded_address = fold(address);
    let speaker = Speaker { address, name, listener, subject: &folded_subject, text: &folded_text };
    let facts = kind::Facts::of(head, tree, &body, &speaker);
    let kind = facts.kind(&folded_subject, &folded_text);
    let danish = subject::forwards_in_danish(&subject, &folded_text);
    let forward = subject::is_forward(&subject) || danish;
    let thread = Thread {
        // Outlook's and Gmail's forwards say what they forward in In-Reply-To.
        reply: subject::is_reply(&subject) && !danish || head.has("in-reply-to") && !forward,
        forward,
        bulk: facts.is_bulk(),
        meeting: kind == MessageKind::Meeting,
        sender: name,
        address: &folded_address,
        leave: head.get("list-unsubscribe").and_then(leaving::web_form).unwrap_or_default(),
    };
    let protection = protection::find(&Evidence {
        tree,
        head,
        subject: &subject,
        text: &text,
        lines: &body.lines,
        kind,
        automatic: facts.is_automatic() || speaker.is_nobody(),
        reply: thread.reply,
    });
    // Nobody but a program sends a code from "verify@".
    let one_time = protection.as_ref().is_some_and(|p| p.kind == ProtectionKind::OneTimeCode);
    let by_program = kind == MessageKind::Person && one_time && !thread.reply && !speaker.is_person();
    let kind = if by_program { MessageKind::Notification } else { kind };
    let (date, date_offset_s) = date(head, context.received);
    let readable = protection.as_ref().is_none_or(|p| p.readable);
    let blocks = if readable {
        let blocks = blocks(tree, &mut body, thread);
        with_sentence(blocks, own_sentence(tree, kind, &body, date_offset_s), kind)
    } else {
        Vec::new()
    };
    let picture_only =
        readable && body.has_picture && !blocks.iter().any(|b| b.text.chars().any(char::is_alphanumeric));
    let language = language::of(&blocks, &subject);
    Message {
        id,
        from,
        addressed: addressed(&to, &cc, head, context),
        to,
        cc,
        subject,
        date,
        date_offset_s,
        language,
        kind,
        protection,
        attachments: body.attachments,
        blocks,
        references: ids::references(head.get("references"), head.get("in-reply-to")),
        list: list(head),
        leaving: leaving::of(head),
        picture_only,
    }
}

/// Zones are judged for the message itself and for each message inside it.
fn blocks(tree: &Tree<'_>, body: &mut Body, thread: Thread<'_>) -> Vec<Block> {
    let mut lines = std::mem::take(&mut body.lines);
    let mut inside: Vec<(usize, Vec<Line>)> = Vec::new();
    for forward in body.forwards.iter().rev() {
        let own = lines.split_off(forward.first_line.min(lines.len()));
        inside.push((forward.part, own));
    }
    let mut blocks = judged(lines, thread);
    for (part, lines) in inside.into_iter().rev() {
        let head = tree.part(part).map(|part| &part.head);
        blocks.extend(head.and_then(forward_head));
        let reply = head.is_some_and(|h| subject::is_reply(&subject::of(tree, h)) || h.has("in-reply-to"));
        let from = head.and_then(sender).and_then(|from| from.name).unwrap_or_default();
        blocks.extend(judged(lines, Thread { reply, forward: false, sender: &from, ..thread }));
    }
    blocks
}

/// What a report or a meeting without words says.
fn own_sentence(tree: &Tree<'_>, kind: MessageKind, body: &Body, offset_s: Option<i32>) -> Option<String> {
    match kind {
        MessageKind::Report => report::sentence(tree),
        MessageKind::Meeting => {
            body.calendar.as_deref().map(|text| Event::parse(text, offset_s.unwrap_or(0)).sentence())
        }
        MessageKind::Person | MessageKind::Newsletter | MessageKind::Notification | MessageKind::Receipt => None,
    }
}

/// The sentence stands for a report's own text, and for the text a meeting does not have.
fn with_sentence(mut blocks: Vec<Block>, sentence: Option<String>, kind: MessageKind) -> Vec<Block> {
    let Some(text) = sentence else { return blocks };
    let own = Block { role: BlockRole::Body, text, links: Vec::new(), rows: Vec::new() };
    if kind == MessageKind::Report {
        for block in &mut blocks {
            block.role = BlockRole::Footer;
        }
        blocks.insert(0, own);
    } else if !blocks.iter().any(|block| is_read(block.role)) {
        blocks.insert(0, own);
    }
    blocks
}

fn is_read(role: BlockRole) -> bool {
    match role {
        BlockRole::Body | BlockRole::Heading | BlockRole::ListItem | BlockRole::Table => true,
        BlockRole::Code | BlockRole::Quote | BlockRole::Signature | BlockRole::Footer | BlockRole::Forward => false,
    }
}

fn judged(lines: Vec<Line>, thread: Thread<'_>) -> Vec<Block> {
    let roles = zones::judge(&lines, thread);
    assemble::blocks(lines, &roles)
}

/// "From: Ana Silva", "Subject: Lunch": the head of an attached message as one block.
fn forward_head(head: &Head) -> Option<Block> {
    let mut lines = Vec::new();
    if let Some(from) = sender(head) {
        let name = from.name.unwrap_or(from.address);
        lines.push(format!("From: {name}"));
    }
    for (field, label) in [("date", "Date"), ("subject", "Subject")] {
        if let Some(value) = head.get(field) {
            lines.push(format!("{label}: {}", one_line(value)));
        }
    }
    (!lines.is_empty()).then(|| Block {
        role: BlockRole::Forward,
        text: lines.join("\n"),
        links: Vec::new(),
        rows: Vec::new(),
    })
}

/// New text for the judgement of kind and protection: its beginning, and of a long one its end.
fn plain_text(lines: &[Line]) -> String {
    let own = || lines.iter().filter(|line| line.quote == 0 && !line.is_blank());
    let mut text = String::new();
    let mut taken = 0;
    for line in own() {
        if text.len() > SAMPLE_BYTES {
            break;
        }
        push_line(&mut text, line);
        taken += 1;
    }
    let left = own().count() - taken;
    for line in own().skip(taken + left.saturating_sub(SAMPLE_TAIL_LINES)) {
        push_line(&mut text, line);
    }
    text
}

fn push_line(text: &mut String, line: &Line) {
    text.push_str(line.text.get(..line.text.floor_char_boundary(SAMPLE_BYTES)).unwrap_or_default());
    text.push('\n');
}

/// Where the header starts: after blank lines, an mbox "From " line or other stray lines.
fn header_start(raw: &[u8]) -> Option<usize> {
    let window = raw.get(..HEADER_WINDOW).unwrap_or(raw);
    let mut at = 0;
    let mut first = true;
    for line in window.split_inclusive(|&b| b == b'\n') {
        let trimmed = line.trim_ascii();
        if let Some(name) = field_name(line)
            && (first || is_known_field(name))
        {
            let bom = if line.starts_with(BOM) { BOM.len() } else { 0 };
            return Some(at + bom);
        }
        first &=
            trimmed.is_empty() || trimmed.starts_with(b"From ") || trimmed.starts_with(b">From ") || trimmed == BOM;
        at += line.len();
    }
    None
}

/// Written before text by programs that should not.
const BOM: &[u8] = b"\xef\xbb\xbf";

fn field_name(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_prefix(BOM).unwrap_or(line);
    let colon = line.iter().take(80).position(|&b| b == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    let value = line.get(colon + 1..)?;
    let sane = value.iter().take(200).all(|&b| b >= 0x20 || b.is_ascii_whitespace() || b == 0x1b);
    (name.len() >= 2 && sane && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')))
        .then_some(name)
}

fn is_known_field(name: &[u8]) -> bool {
    const KNOWN: [&str; 14] = [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "received",
        "return-path",
        "delivered-to",
        "message-id",
        "mime-version",
        "content-type",
        "reply-to",
        "sender",
        "dkim-signature",
    ];
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    KNOWN.contains(&name.as_str()) || name.starts_with("x-")
}

fn head_end(raw: &[u8]) -> usize {
    let crlf = raw.windows(4).position(|w| w == b"\r\n\r\n");
    let lf = raw.windows(2).position(|w| w == b"\n\n");
    crlf.unwrap_or(raw.len()).min(lf.unwrap_or(raw.len()))
}

/// On one line, unseen characters dropped, of bounded length.
pub(crate) fn one_line(text: &str) -> String {
    super::line::squeeze(text).chars().take(FIELD_CHARS).collect()
}

/// The name of the list, else its id.
fn list(head: &Head) -> Option<String> {
    let value = head.get("list-id")?;
    let id = value.rsplit_once('<').map_or(value, |(_, id)| id).trim_end_matches('>');
    let id = one_line(id.trim());
    (!id.is_empty()).then_some(id)
}

/// The Date header where it can be true, else the server's date; and the zone it was written in.
fn date(head: &Head, received: Option<Timestamp>) -> (Option<Timestamp>, Option<i32>) {
    let Some(written) = super::date::parse(head.get("date").unwrap_or_default()) else { return (received, None) };
    let second = written.at.as_second();
    let absurd = second < OLDEST_S || received.is_some_and(|received| second > received.as_second() + FUTURE_S);
    if absurd { (received, None) } else { (Some(written.at), Some(written.offset_s)) }
}
