//! Changes of the mailbox: what was asked, how far it is, and how to take it back.

use std::collections::BTreeMap;

use super::store::{Entry, MailIx};
use super::{Act, ActVerb, Flags, Leave, MailRequest, MailState, MailVerb, RequestId};
use crate::mail::MailTo;

/// How a change came about; automatic ones are neither counted nor undone by "undo".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Command,
    /// One of a bundle.
    Bundle,
    /// Marked read because it was heard.
    Heard,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Asked,
    Planned,
    Applied,
    Failed,
    /// Sent, and nobody knows whether it was taken.
    Unsure,
}

/// Whether a later request took it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Stands,
    TakenBack,
}

/// One request to the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request {
    pub mail: MailIx,
    pub verb: MailVerb,
    /// The verb that an undo takes back.
    pub of: Option<MailVerb>,
    /// The request that an undo takes back.
    pub undoes: Option<RequestId>,
    pub cause: Cause,
    pub progress: Progress,
    pub standing: Standing,
    /// Flags before it, to restore them here when it fails or is undone.
    flags_before: Flags,
}

/// All requests of the session, and the changes that "undo" can take back, last on top.
#[derive(Debug, Clone, Default)]
pub(super) struct Acts {
    last: u64,
    requests: BTreeMap<RequestId, Request>,
    stack: Vec<Done>,
}

/// What one command did.
#[derive(Debug, Clone)]
enum Done {
    Changed(Vec<RequestId>),
    /// Mail that went out stays out.
    Sent(RequestId),
}

/// What the last command did, as far as "undo" is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Last {
    Changed(Vec<RequestId>),
    CannotBeUndone,
}

/// What a report of the mailbox changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Advanced {
    pub request: Request,
    pub state: MailState,
}

impl Acts {
    /// Asks for the change of one message and notes its new flags in `entry`.
    pub fn act(&mut self, ix: MailIx, entry: &mut Entry, verb: &ActVerb, cause: Cause) -> (RequestId, MailRequest) {
        let request = self.fresh();
        let flags_before = entry.mail.flags;
        let noted = Request {
            mail: ix,
            verb: verb.report(),
            of: None,
            undoes: None,
            cause,
            progress: Progress::Asked,
            standing: Standing::Stands,
            flags_before,
        };
        self.requests.insert(request, noted);
        match verb {
            ActVerb::Flag => entry.mail.flags.flagged = true,
            ActVerb::Unflag => entry.mail.flags.flagged = false,
            ActVerb::MarkRead => entry.mail.flags.seen = true,
            ActVerb::MarkUnread => entry.mail.flags.seen = false,
            ActVerb::Archive | ActVerb::Delete | ActVerb::MoveTo(_) => {}
        }
        let act = Act {
            request,
            place: entry.mail.place.clone(),
            message: entry.mail.message.id.clone(),
            flags_before,
            verb: verb.clone(),
        };
        (request, MailRequest::Act(act))
    }

    /// Asks for a list to be left; the message is where its address was found.
    pub fn leave(&mut self, ix: MailIx, entry: &Entry, to: MailTo) -> MailRequest {
        let request = self.fresh();
        let noted = Request {
            mail: ix,
            verb: MailVerb::Unsubscribe,
            of: None,
            undoes: None,
            cause: Cause::Command,
            progress: Progress::Asked,
            standing: Standing::Stands,
            flags_before: entry.mail.flags,
        };
        self.requests.insert(request, noted);
        self.stack.push(Done::Sent(request));
        MailRequest::Leave(Leave { request, account: entry.mail.place.account.clone(), to })
    }

    /// Messages whose list was asked to be left, and not in vain as far as is known.
    pub fn left(&self) -> impl Iterator<Item = MailIx> {
        let sent = |request: &&Request| request.verb == MailVerb::Unsubscribe && request.progress != Progress::Failed;
        self.requests.values().filter(sent).map(|request| request.mail)
    }

    /// Whether mail is on its way of which nobody knows yet how it fared.
    pub fn is_sending(&self) -> bool {
        self.sending().next().is_some()
    }

    pub fn sending(&self) -> impl Iterator<Item = MailIx> {
        let open = |request: &&Request| request.verb == MailVerb::Unsubscribe && request.progress == Progress::Asked;
        self.requests.values().filter(open).map(|request| request.mail)
    }

    /// Remembers what one command did, for "undo".
    pub fn remember(&mut self, requests: Vec<RequestId>) {
        if !requests.is_empty() {
            self.stack.push(Done::Changed(requests));
        }
    }

    /// Whether anything is left that "undo" would take back.
    pub fn can_undo(&self) -> bool {
        self.stack.iter().any(|done| match done {
            Done::Changed(requests) => requests.iter().any(|id| !self.has_failed(*id)),
            Done::Sent(_) => false,
        })
    }

    /// What was done last, off the stack; what did not happen is passed over.
    pub fn pop(&mut self) -> Option<Last> {
        while let Some(done) = self.stack.pop() {
            match done {
                Done::Changed(change) => {
                    let open: Vec<RequestId> = change.into_iter().filter(|id| !self.has_failed(*id)).collect();
                    if !open.is_empty() {
                        return Some(Last::Changed(open));
                    }
                }
                Done::Sent(id) if !self.has_failed(id) => return Some(Last::CannotBeUndone),
                Done::Sent(_) => {}
            }
        }
        None
    }

    fn has_failed(&self, id: RequestId) -> bool {
        self.requests.get(&id).is_none_or(|request| request.progress == Progress::Failed)
    }

    pub fn get(&self, id: RequestId) -> Option<&Request> {
        self.requests.get(&id)
    }

    /// Asks for `act` to be taken back.
    pub fn undo(&mut self, act: RequestId) -> Option<(RequestId, MailRequest)> {
        let undone = self.requests.get_mut(&act)?;
        undone.standing = Standing::TakenBack;
        let noted = Request {
            verb: MailVerb::Undo,
            of: Some(undone.verb),
            undoes: Some(act),
            progress: Progress::Asked,
            standing: Standing::Stands,
            ..*undone
        };
        let request = self.fresh();
        self.requests.insert(request, noted);
        Some((request, MailRequest::Undo { request, act }))
    }

    /// A report came; `None` when it is about nothing that is still open (I4).
    pub fn advance(&mut self, id: RequestId, state: MailState) -> Option<Advanced> {
        let request = self.requests.get_mut(&id)?;
        let next = match (request.progress, state) {
            (Progress::Asked, MailState::Planned) => Progress::Planned,
            (Progress::Asked | Progress::Planned, MailState::Applied) => Progress::Applied,
            (Progress::Asked | Progress::Planned, MailState::Failed) => Progress::Failed,
            (Progress::Asked, MailState::Unsure) => Progress::Unsure,
            (Progress::Planned | Progress::Applied | Progress::Failed | Progress::Unsure, _) => return None,
        };
        request.progress = next;
        Some(Advanced { request: *request, state })
    }

    /// Whether the request stands in the journal (or is beyond it).
    pub fn is_journalled(&self, id: RequestId) -> bool {
        self.requests.get(&id).is_some_and(|request| request.progress != Progress::Asked)
    }

    /// How many messages were changed by command with `verb`, and still are; of what is sent, only what was taken.
    pub fn count(&self, verb: MailVerb) -> usize {
        self.requests
            .values()
            .filter(|request| request.verb == verb && request.cause != Cause::Heard)
            .filter(|request| request.standing == Standing::Stands && request.progress != Progress::Failed)
            .filter(|request| verb != MailVerb::Unsubscribe || request.progress == Progress::Applied)
            .count()
    }

    fn fresh(&mut self) -> RequestId {
        self.last += 1;
        RequestId(self.last)
    }
}

impl Request {
    pub fn flags_before(&self) -> Flags {
        self.flags_before
    }
}

impl ActVerb {
    pub(super) fn report(&self) -> MailVerb {
        match self {
            ActVerb::Archive => MailVerb::Archive,
            ActVerb::Delete => MailVerb::Delete,
            ActVerb::MoveTo(_) => MailVerb::Move,
            ActVerb::Flag => MailVerb::Flag,
            ActVerb::Unflag => MailVerb::Unflag,
            ActVerb::MarkRead => MailVerb::MarkRead,
            ActVerb::MarkUnread => MailVerb::MarkUnread,
        }
    }

    /// Takes the message out of the list.
    pub(super) fn puts_away(&self) -> bool {
        match self {
            ActVerb::Archive | ActVerb::Delete | ActVerb::MoveTo(_) => true,
            ActVerb::Flag | ActVerb::Unflag | ActVerb::MarkRead | ActVerb::MarkUnread => false,
        }
    }
}
