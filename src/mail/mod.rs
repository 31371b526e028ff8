//! From MIME to meaning. Pure: bytes in, [`Message`] out, bounded time and memory whatever the bytes are.

mod assemble;
mod body;
mod calendar;
mod charset;
mod cms;
mod code;
mod date;
mod envelope;
mod head;
mod html;
mod ids;
mod kind;
mod language;
mod leaving;
mod lexicon;
mod line;
mod lists;
mod message;
mod mime;
mod parse;
mod people;
mod protection;
mod report;
mod speaker;
mod subject;
mod text;
mod words;
mod zones;

pub(crate) use zones::{HeadLabel, head_label};

pub use leaving::{Leaving, MailTo, is_address};
pub use message::*;
pub use parse::parse;

/// Most bytes of one message that are looked at; what lies beyond is left out.
pub const MESSAGE_CAP: usize = 32 * 1024 * 1024;

/// What the parser needs to know from outside the message.
#[derive(Debug, Clone, Default)]
pub struct ParseContext {
    /// The listener's own addresses, lower case, to tell To from Cc.
    pub own_addresses: Vec<String>,
    /// The server's date (INTERNALDATE or file time), used where the Date header is missing or absurd.
    pub received: Option<jiff::Timestamp>,
}

/// Why bytes are no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error("this is not a mail message: it has no header lines")]
    NoHeader,
    #[error("this message is too large to read")]
    TooLarge,
    #[error("this message could not be understood")]
    Broken,
}
