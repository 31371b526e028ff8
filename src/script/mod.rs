//! From meaning to speech. Pure: [`crate::mail::Message`] in, [`Script`] out.
//!
//! Reading order: [`announce`] (who, what, when; call-outs), [`body`] (blocks to segments), [`sentence`] (lines),
//! [`normal`] (figures and signs to words), [`pace`] (pauses and lengths).

mod announce;
mod body;
pub mod json;
pub mod normal;
pub mod pace;
mod sentence;
mod spell;
mod subject;
mod texts;
mod types;
pub mod words;

pub use announce::callout;
pub use normal::{DateOrder, Hints, NumberStyle, speakable};
pub use spell::{last_spellable, slowly, spelled};
pub use subject::{Prefix, bare_subject};
pub use types::*;
pub use words::minutes_in_words;

use crate::mail::Message;

impl Script {
    /// What is said of a message, in order: announce, gate, subject (protected only), body, attachments.
    ///
    /// Never fails and is linear in the size of the message; what is not said is there as skipped segments.
    pub fn of(message: &Message, context: &ScriptContext) -> Script {
        let hints = Hints::of(message);
        let mut segments = announce::segments(message, context, &hints);
        let readable = message.protection.as_ref().is_none_or(|protection| protection.readable);
        if readable {
            segments.extend(body::segments(message, context, &hints));
        }
        let duration_s = pace::duration_s(&segments);
        Script { message_id: message.id.clone(), segments, duration_s }
    }

    /// True when earlier messages stand below the new text and were skipped ("read the quoted text" brings them).
    pub fn skips_earlier_messages(&self) -> bool {
        let is_quote = |segment: &&Segment| segment.role == SegmentRole::Quote;
        let last = self.segments.iter().rfind(|s| is_quote(s) || matches!(s.fate, Fate::Spoken(_)));
        last.is_some_and(|segment| is_quote(&segment) && matches!(segment.fate, Fate::Skipped { .. }))
    }
}
