//! Changes of the mailbox: what was asked, how far it is, and how to take it back.

use std::collections::BTreeMap;

use super::store::{Entry, MailIx};
use super::{Act, ActVerb, Flags, MailRequest, MailState, MailVerb, RequestId};

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
    stack: Vec<Vec<RequestId>>,
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

    /// Remembers what one command did, for "undo".
    pub fn remember(&mut self, requests: Vec<RequestId>) {
        if !requests.is_empty() {
            self.stack.push(requests);
        }
    }

    /// The last change that can still be taken back, off the stack.
    pub fn pop(&mut self) -> Option<Vec<RequestId>> {
        while let Some(change) = self.stack.pop() {
            let open: Vec<RequestId> = change
                .into_iter()
                .filter(|id| self.requests.get(id).is_some_and(|request| request.progress != Progress::Failed))
                .collect();
            if !open.is_empty() {
                return Some(open);
            }
        }
        None
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
            (Progress::Planned | Progress::Applied | Progress::Failed, _) => return None,
        };
        request.progress = next;
        Some(Advanced { request: *request, state })
    }

    /// Whether the request stands in the journal (or is beyond it).
    pub fn is_journalled(&self, id: RequestId) -> bool {
        self.requests.get(&id).is_some_and(|request| request.progress != Progress::Asked)
    }

    /// How many messages were changed by command with `verb`, and still are.
    pub fn count(&self, verb: MailVerb) -> usize {
        self.requests
            .values()
            .filter(|request| request.verb == verb && request.cause != Cause::Heard)
            .filter(|request| request.standing == Standing::Stands && request.progress != Progress::Failed)
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
