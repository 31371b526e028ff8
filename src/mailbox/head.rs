//! The few header lines a mailbox itself needs, and the guard around the parsers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use mail_parser::MessageParser;

use crate::mail::{Message, ParseContext};

/// The Date header of a message's first bytes.
pub(crate) fn date(bytes: &[u8]) -> Option<Timestamp> {
    guarded(|| {
        let message = MessageParser::new().with_date_headers().parse_headers(bytes)?;
        let seconds = message.date()?.to_timestamp();
        Timestamp::from_second(seconds).ok()
    })
}

/// The Message-ID header without angle brackets; `None` when there is none that a server could be asked for.
#[cfg(feature = "imap")]
pub(crate) fn message_id(bytes: &[u8]) -> Option<String> {
    let id = guarded(|| {
        let message = MessageParser::new().with_message_ids().parse_headers(bytes)?;
        message.message_id().map(str::to_owned)
    })?;
    ((1..=900).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())).then_some(id)
}

/// The message, or `None` when it cannot be understood.
pub(crate) fn message(bytes: &[u8], context: &ParseContext) -> Option<Message> {
    guarded(|| crate::mail::parse(bytes, context).ok())
}

/// A parser that panics on one message hides no other.
fn guarded<T>(parse: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(parse)).ok().flatten()
}
