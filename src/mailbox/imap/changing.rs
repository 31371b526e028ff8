//! Changes on the server: however often it takes, each once; what cannot be done is told.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::acts::{self, ActError, Attempt, Outcome};
use super::error::{ImapError, Refusal};
use super::open::INBOX;
use super::planner::ToPlanner;
use super::worker::{Over, Task, Told, Worker, written};
use crate::mail::MessageId;
use crate::mailbox::journal::{Change, Entry, EntryId, FlagName, Moved, Spot, Target, follow};
use crate::session::{EarlierFailure, MailReport, MailTrouble, MailVerb, RequestId};

/// Times a change is tried on a server that answers otherwise.
const MOST_REFUSALS: u32 = 5;
/// Times a connection that worked may end during one change: bad networks do that, but not for ever.
const MOST_DEATHS: u32 = 20;

impl Worker {
    /// Does one change, however often it takes; gives up only when the server says no.
    pub(super) fn change(
        &mut self,
        inbox: &Receiver<Task>,
        mut entry: Entry,
        request: Option<RequestId>,
    ) -> Result<(), Over> {
        (self.tries, self.refusals) = (0, 0);
        let mut deaths = 0;
        // The header as the server has it, where this session read the message.
        if let Change::Move { spot, .. } | Change::Mark { spot, .. } = &entry.change
            && spot.folder == INBOX
            && let Some(id) = spot.uid.and_then(|uid| self.message_ids.get(&(spot.validity, uid)))
        {
            entry.message_id.clone_from(id);
        }
        loop {
            let reused = self.link.is_some();
            let error = match self.attempt(&mut entry, request) {
                Ok(outcome) => {
                    self.done(&entry, request, outcome);
                    self.report_applied(request);
                    return Ok(());
                }
                Err(error) => error,
            };
            self.tries = self.tries.saturating_add(1);
            let error = match error {
                ActError::Gone => return self.failed(&entry, request, MailTrouble::Gone),
                ActError::Disk => return self.failed(&entry, request, MailTrouble::Disk),
                ActError::Imap(error) => error,
            };
            let trouble = error.trouble();
            let wait = match &error {
                ImapError::Refused(_, Refusal::Throttled(ms)) if self.refusals < MOST_REFUSALS => {
                    self.refusals += 1;
                    // A login that was refused for the moment leaves no connection.
                    self.tell_offline_without_link(trouble);
                    Duration::from_millis(*ms)
                }
                error if is_refusal(error) && self.is_hopeless(error) => {
                    return self.failed(&entry, request, trouble);
                }
                // The network's doing, and another one is there already.
                ImapError::Elsewhere => {
                    self.link = None;
                    continue;
                }
                error => {
                    deaths += u32::from(self.link.is_some());
                    self.link = None;
                    // A connection that was idle may be gone without anybody's fault: at once, and without a word.
                    if reused && self.tries == 1 {
                        continue;
                    }
                    if deaths >= MOST_DEATHS {
                        return self.failed(&entry, request, MailTrouble::ServerRefused);
                    }
                    self.tell_offline(trouble);
                    if error.is_passing() {
                        self.options.backoff.after(self.tries)
                    } else {
                        self.options.backoff.locked_out
                    }
                }
            };
            self.wait(inbox, wait, trouble)?;
            if self.is_cancelled(&entry, request) {
                return Ok(());
            }
        }
    }

    fn tell_offline_without_link(&mut self, trouble: MailTrouble) {
        if self.link.is_none() {
            self.tell_offline(trouble);
        }
    }

    /// A no is a no; an answer that makes no sense is given a few chances.
    fn is_hopeless(&mut self, error: &ImapError) -> bool {
        match error {
            ImapError::Refused(_, Refusal::Reconnect | Refusal::Throttled(_)) | ImapError::BrokenAnswer => {
                self.refusals += 1;
                self.refusals >= MOST_REFUSALS
            }
            _ => true,
        }
    }

    fn attempt(&mut self, entry: &mut Entry, request: Option<RequestId>) -> Result<Option<Outcome>, ActError> {
        // What to undo is looked up once; it may have failed, then there is nothing to do.
        if let Change::Undo { of } = entry.change {
            match self.reverses.get(&of).cloned().flatten() {
                Some(change) => entry.change = change,
                None => return Ok(None),
            }
        }
        // What is left over may have been done before the crash.
        let attempt = if self.tries == 0 && request.is_some() { Attempt::First } else { Attempt::Again };
        let moved = self.moved.clone();
        let here = |spot: &Spot| follow(&moved, spot);
        let planner = self.planner.clone();
        let id = entry.id;
        let mut noted = None;
        let mut note = |begun| {
            noted = Some(begun);
            let begun = noted.clone().ok_or(ActError::Disk)?;
            written(&planner, |answer| ToPlanner::Begun(id, begun, answer)).map_err(|()| ActError::Disk)
        };
        let link = self.link()?;
        let outcome = match &entry.change {
            Change::Mark { spot, .. } => acts::mark(link, entry, &here(spot), attempt),
            Change::Move { spot, to } => acts::relocate(link, entry, &here(spot), to, &mut note),
            Change::Restore { spot, copy } => acts::restore(link, entry, spot, copy),
            Change::Undo { .. } => return Ok(None),
        };
        if noted.is_some() {
            entry.begun = noted;
        }
        outcome.map(Some)
    }

    fn done(&mut self, entry: &Entry, request: Option<RequestId>, outcome: Option<Outcome>) {
        self.tries = 0;
        if request.is_none() {
            self.earlier.done = self.earlier.done.saturating_add(1);
        }
        let Some(outcome) = outcome else { return self.settle(entry.id, None, None) };
        let moved = match (outcome.now, &entry.change) {
            (Some(to), Change::Move { spot, .. }) => Some(Moved { from: follow(&self.moved, spot), to }),
            // The original is where it was, and its copy is no more.
            (Some(to), Change::Restore { copy, .. }) => Some(Moved { from: copy.clone(), to }),
            (Some(_), Change::Mark { .. } | Change::Undo { .. }) | (None, _) => None,
        };
        self.moved.extend(moved.clone());
        self.settle(entry.id, Some(outcome.reverse), moved);
    }

    fn failed(&mut self, entry: &Entry, request: Option<RequestId>, reason: MailTrouble) -> Result<(), Over> {
        tracing::debug!(?reason, "a change was refused");
        self.settle(entry.id, None, None);
        match request {
            Some(request) => self.report(MailReport::Failed { request, reason }),
            None => {
                let message = entry.message_id.clone().map(MessageId);
                self.earlier.failed.push(EarlierFailure { verb: verb(&entry.change), message, reason });
            }
        }
        Ok(())
    }

    /// Gone from the disk when this returns, so that it is not said before.
    fn settle(&mut self, id: EntryId, reverse: Option<Change>, moved: Option<Moved>) {
        self.reverses.insert(id, reverse.clone());
        // What cannot be erased is found done at the next start.
        let _ = written(&self.planner, |answer| ToPlanner::Settled { id, reverse, moved, answer });
    }

    /// An act and its undo that the server never hears of.
    pub(super) fn cancel(&mut self, act: EntryId, undo: EntryId) {
        self.reverses.insert(act, None);
        self.reverses.insert(undo, None);
        let _ = written(&self.planner, |answer| ToPlanner::Cancelled(act, undo, answer));
    }

    /// An undo of the change in front that came while the server was never asked for it.
    fn is_cancelled(&mut self, front: &Entry, request: Option<RequestId>) -> bool {
        let untouched =
            front.begun.is_none() && self.told == Told::Offline && matches!(front.change, Change::Move { .. });
        let undo =
            |task: &Task| matches!(task, Task::Change { entry, .. } if entry.change == Change::Undo { of: front.id });
        let Some(index) = self.tasks.iter().position(undo).filter(|_| untouched) else { return false };
        if let Some(Task::Change { entry, request: undo }) = self.tasks.remove(index) {
            self.cancel(front.id, entry.id);
            self.report_applied(undo);
        }
        tracing::debug!(planned = request.is_some(), "a change was taken back before it began");
        true
    }
}

/// Whether the server answered, and did not like it.
fn is_refusal(error: &ImapError) -> bool {
    match error {
        ImapError::Refused(..) | ImapError::BrokenAnswer => true,
        ImapError::NoNetwork(..)
        | ImapError::TimedOut(_)
        | ImapError::Closed
        | ImapError::Elsewhere
        | ImapError::Certificate(_)
        | ImapError::OtherName(_)
        | ImapError::Tls(_)
        | ImapError::NotTls
        | ImapError::NotMail
        | ImapError::NoStartTls
        | ImapError::CaFile(..)
        | ImapError::WrongPassword
        | ImapError::TokenRefused
        | ImapError::OAuth(_)
        | ImapError::Secret(_)
        | ImapError::PlainText => false,
    }
}

/// What the listener had asked for.
fn verb(change: &Change) -> MailVerb {
    match change {
        Change::Mark { flag: FlagName::Seen, to: true, .. } => MailVerb::MarkRead,
        Change::Mark { flag: FlagName::Seen, to: false, .. } => MailVerb::MarkUnread,
        Change::Mark { flag: FlagName::Flagged, to: true, .. } => MailVerb::Flag,
        Change::Mark { flag: FlagName::Flagged, to: false, .. } => MailVerb::Unflag,
        Change::Move { to: Target::Archive, .. } => MailVerb::Archive,
        Change::Move { to: Target::Trash, .. } => MailVerb::Delete,
        Change::Move { to: Target::Named(_), .. } => MailVerb::Move,
        // Ways back only.
        Change::Move { to: Target::Raw(_), .. } | Change::Restore { .. } | Change::Undo { .. } => MailVerb::Undo,
    }
}
