//! What a message is once it has been understood: plain data, no MIME left in it.

use jiff::Timestamp;

use super::leaving::Leaving;

/// A Message-ID without angle brackets, or a stand-in made from the message's own bytes when the header is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub String);

/// A person or machine that mail comes from or goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correspondent {
    /// Display name as decoded, trimmed; `None` when the header has only an address.
    pub name: Option<String>,
    /// `user@host`, as written; empty when the header is unusable.
    pub address: String,
}

/// Who wrote it, and why it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// Written by somebody, also through a discussion list.
    Person,
    /// One to many.
    Newsletter,
    /// Automatic, about an event.
    Notification,
    /// Order, invoice, payment, ticket.
    Receipt,
    /// Invitation, answer, cancellation.
    Meeting,
    /// Delivery or read report.
    Report,
}

/// How a message is protected. In this order the first that fits is named ("unreadable before readable").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProtectionKind {
    SmimeEncrypted,
    PgpEncrypted,
    RightsManaged,
    MessageEncryption,
    Label,
    Sensitivity,
    ConfidentialMode,
    Portal,
    OneTimeCode,
}

/// A protected message is called out before anything of its subject or body is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    pub kind: ProtectionKind,
    /// False when the text cannot be read here at all.
    pub readable: bool,
    /// What the sender or policy calls it ("confidential"), if a name is known.
    pub label: Option<String>,
}

/// A part the listener may want to know of but that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: Option<String>,
    /// Media type, lower case: `application/pdf`.
    pub media_type: String,
    /// Size in bytes, decoded if known, else as on the wire.
    pub bytes: u64,
}

/// How the listener was addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressed {
    /// In To, or not known.
    To,
    /// Only copied.
    Cc,
    /// Through a list or blind copy.
    List,
}

/// What a run of the body's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockRole {
    /// New text of this message.
    Body,
    Heading,
    /// One item of a list.
    ListItem,
    /// A data table, one block a table; `Block::rows` has its cells.
    Table,
    /// A block of code, a log, encoded data.
    Code,
    /// Quoted earlier mail, attribution line included.
    Quote,
    Signature,
    /// Legal or list footer, unsubscribe block, external-sender banner.
    Footer,
    /// The head of a forwarded message ("forwarded from Ana, yesterday").
    Forward,
}

/// One block of the body, in reading order. The blocks together cover all visible text of the chosen body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub role: BlockRole,
    /// Text as written, lines of one paragraph joined by a blank, paragraphs by `\n`.
    pub text: String,
    /// Links inside `text`: the visible words and the target.
    pub links: Vec<Link>,
    /// Cells of a table by row; empty for other roles.
    pub rows: Vec<Vec<String>>,
}

/// A link in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Visible words, as they stand in the block's text.
    pub text: String,
    pub target: String,
}

/// A message, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: MessageId,
    pub from: Option<Correspondent>,
    pub to: Vec<Correspondent>,
    pub cc: Vec<Correspondent>,
    /// Decoded, on one line, with its `Re:` and `Fwd:` still there.
    pub subject: String,
    /// The Date header, or the server's date where it is missing or absurd.
    pub date: Option<Timestamp>,
    /// Offset of the Date header in seconds east of UTC, for "in the mail's own zone".
    pub date_offset_s: Option<i32>,
    /// ISO 639-1, `None` when too short to tell.
    pub language: Option<String>,
    pub kind: MessageKind,
    pub protection: Option<Protection>,
    pub attachments: Vec<Attachment>,
    pub blocks: Vec<Block>,
    /// Message-IDs of the conversation before this one, oldest first (References, else In-Reply-To).
    pub references: Vec<MessageId>,
    pub addressed: Addressed,
    /// List-Id, when it came through a list.
    pub list: Option<String>,
    /// How the list or sender can be left.
    pub leaving: Leaving,
    /// True when there is a picture and no text.
    pub picture_only: bool,
}

impl Message {
    /// The name to say: display name, else the address's user part, else nothing.
    pub fn sender_name(&self) -> Option<&str> {
        let from = self.from.as_ref()?;
        match &from.name {
            Some(name) => Some(name),
            None => from.address.split('@').next().filter(|user| !user.is_empty()),
        }
    }

    /// Key of the conversation: the oldest reference, else the message itself.
    pub fn conversation(&self) -> &MessageId {
        self.references.first().unwrap_or(&self.id)
    }
}
