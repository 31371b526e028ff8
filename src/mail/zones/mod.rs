//! Zones: which lines are new text, and which are quote, signature, footer or the head of a forward.
//!
//! Precision first: what is not sure stays new text, because a lost sentence costs a listener more than one read twice.

mod armour;
pub(crate) mod attribution;
mod footer;
mod heads;
mod imprint;
mod quotes;
mod signature;
pub(crate) mod words;

pub(crate) use footer::{is_automatic_note, refuses_answer};
pub(crate) use heads::{Label as HeadLabel, label as head_label};
pub(crate) use imprint::names_itself;

use super::line::Line;
use super::message::BlockRole;

/// What subject and header say of the message's place in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Thread<'a> {
    /// "Re:" in some language, or In-Reply-To.
    pub reply: bool,
    /// "Fwd:" in some language.
    pub forward: bool,
    /// Sent to many or by a machine: footers are to be expected.
    pub bulk: bool,
    /// An invitation or an answer to one: the calendar's program adds footers to what a person wrote.
    pub meeting: bool,
    /// Who wrote it: contact data below this name is a signature.
    pub sender: &'a str,
    /// Address of the sender, lower case.
    pub address: &'a str,
    /// Where the header says that the list is left.
    pub leave: &'a str,
}

/// The role of each line.
pub(crate) fn judge(lines: &[Line], thread: Thread<'_>) -> Vec<BlockRole> {
    let mut roles = vec![BlockRole::Body; lines.len()];
    quotes::mark(lines, &mut roles, thread);
    armour::mark(lines, &mut roles);
    footer::mark(lines, &mut roles, thread);
    signature::mark(lines, &mut roles, thread.sender);
    keep_only_content(lines, &mut roles);
    roles
}

/// A signature or footer that is all there is, is the message.
fn keep_only_content(lines: &[Line], roles: &mut [BlockRole]) {
    let quoted = roles.iter().any(|role| matches!(role, BlockRole::Quote | BlockRole::Forward));
    if has_body(Some(lines), roles) || quoted {
        return;
    }
    let kept = if roles.contains(&BlockRole::Signature) { BlockRole::Signature } else { BlockRole::Footer };
    roles.iter_mut().filter(|role| **role == kept).for_each(|role| *role = BlockRole::Body);
}

/// True when some visible line is new text.
fn has_body(lines: Option<&[Line]>, roles: &[BlockRole]) -> bool {
    let visible = |line: &Line| line.text.chars().any(char::is_alphanumeric);
    lines.unwrap_or_default().iter().zip(roles).any(|(line, role)| *role == BlockRole::Body && visible(line))
}
