//! Short mails for tables of rules.

use hark::mail::{Block, BlockRole, Message, ParseContext, parse};

pub fn read(raw: &str) -> Message {
    parse(raw.as_bytes(), &ParseContext::default()).expect("a message")
}

/// A reply in plain text.
pub fn plain(body: &str) -> Message {
    read(&format!("From: Ana <ana@example.org>\nSubject: Re: plan\nContent-Type: text/plain; charset=utf-8\n\n{body}"))
}

/// A reply in HTML.
pub fn html(body: &str) -> Message {
    read(&format!("From: Ana <ana@example.org>\nSubject: Re: plan\nContent-Type: text/html; charset=utf-8\n\n{body}"))
}

/// A mail with further header lines.
pub fn with(header: &str, body: &str) -> Message {
    read(&format!("{header}\n\n{body}"))
}

/// All text of one role; blocks are divided by `|`.
pub fn text(message: &Message, role: BlockRole) -> String {
    let of_role = |block: &&Block| block.role == role;
    message.blocks.iter().filter(of_role).map(|b| b.text.as_str()).collect::<Vec<_>>().join("|")
}

pub fn body(message: &Message) -> String {
    text(message, BlockRole::Body)
}

/// Text of every role.
pub fn all(message: &Message) -> String {
    message.blocks.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n")
}
