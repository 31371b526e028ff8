//! The shape of a script: what is said of one message, in order, and what is skipped and why.

use crate::mail::MessageId;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verbosity {
    /// Sender and first sentence.
    Brief,
    #[default]
    Normal,
    /// Nothing skipped but what a machine wrote for machines.
    Full,
}

/// What a segment is; `speak --json` prints it in lower case (`Subject` as `announce`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentRole {
    Announce,
    /// The call-out of a protected message.
    Gate,
    /// Subject of a protected message: after its gate.
    Subject,
    Body,
    Heading,
    List,
    Table,
    Link,
    Code,
    Quote,
    Signature,
    Footer,
    Attachment,
}

/// One sentence or clause, ready for a voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As written.
    pub text: String,
    /// As spoken: numbers, dates, links and signs in words.
    pub say: String,
    /// Silence after it, before the next line.
    pub pause_after_ms: u32,
}

/// Whether a segment is uttered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Spoken(Vec<Line>),
    /// Not uttered; the reason is in words ("quoted text").
    Skipped {
        text: String,
        reason: &'static str,
    },
}

/// A run of one role. A spoken segment holds only what is uttered; what is not uttered is a segment of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub role: SegmentRole,
    pub fate: Fate,
}

/// What is said of one message.
///
/// Order of segments: announce (sender only when protected), gate, subject (protected only), body segments, attachments.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    pub message_id: MessageId,
    pub segments: Vec<Segment>,
    /// Estimated length of everything spoken at speed 1, pauses included, in seconds.
    pub duration_s: f32,
}

/// What a script depends on beside the message.
#[derive(Debug, Clone)]
pub struct ScriptContext {
    /// Now, for "yesterday" and "ten past nine".
    pub now: jiff::Timestamp,
    pub zone: jiff::tz::TimeZone,
    pub verbosity: Verbosity,
    /// 1 for the first unread message of a conversation that is played, 2 for the second ...
    pub place_in_conversation: u32,
    /// True when another correspondent of this session has the same name: then the address is said.
    pub ambiguous_sender: AmbiguousSender,
    /// Whether the message is heard in its own language.
    pub tongue: Tongue,
}

/// Whether the voice speaks the language a message is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tongue {
    /// It does not, or nobody asked: a message in another language than English says which, so that it can be skipped.
    #[default]
    Unspoken,
    /// A voice of that language reads it: nothing needs to be said.
    Spoken,
}

/// Whether a name alone tells who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AmbiguousSender {
    #[default]
    Clear,
    /// Two senders share the name.
    SharedName,
}
