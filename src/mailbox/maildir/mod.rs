//! A mailbox in a folder (Maildir++). Synchronous and deterministic: replay and the demo run on it.
//!
//! An act is one atomic rename, done inside `submit` before `Planned` is reported, so no journal is needed: after a
//! crash the act is either done or it is not. `round_trip_ms` only delays what is reported, in virtual time.

mod acts;
mod fill;
mod folder;
mod name;
mod news;
mod read;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

pub use fill::{copy_maildir, from_eml_files};

use crate::ports::Mailbox;
use crate::session::{MailReport, MailRequest, MailScope, MailTrouble, Place, RequestId};
use crate::units::{Millis, WallTime};
use acts::Done;
use folder::Folder;
use news::Watch;

/// Round trips from nothing to the counts: TCP, TLS, greeting, login, one batch (measured on Dovecot, docs/benchmarks-mailbox.md).
const COUNTED_ROUND_TRIPS: u64 = 5;
/// Round trips from the counts to all text: one for envelopes and structures, one for every text part.
const OPENED_ROUND_TRIPS: u64 = 2;
const UID_VALIDITY: u32 = 1;

/// What a Maildir mailbox needs to know from outside.
#[derive(Debug, Clone)]
pub struct MaildirOptions {
    /// The time that "the last seven days" and "today" are counted from.
    pub now: WallTime,
    /// The listener's own addresses, lower case.
    pub own_addresses: Vec<String>,
    /// Name in [`Place::account`].
    pub account: String,
    /// Virtual time charged for each round trip that a server would have cost; 0 = at once.
    pub round_trip_ms: u64,
}

/// Why a Maildir cannot be used, in the listener's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaildirError {
    #[error("{0} is no Maildir: it should hold the folders cur and new")]
    NoMaildir(PathBuf),
    #[error("{0} cannot be read: {1}")]
    CannotRead(PathBuf, String),
    #[error("{0} cannot be written: {1}")]
    CannotWrite(PathBuf, String),
}

impl MaildirError {
    fn cannot_read(path: &Path, error: &std::io::Error) -> MaildirError {
        MaildirError::CannotRead(path.to_owned(), error.to_string())
    }

    fn cannot_write(path: &Path, error: &std::io::Error) -> MaildirError {
        MaildirError::CannotWrite(path.to_owned(), error.to_string())
    }
}

/// A Maildir behind [`Mailbox`]. Reports come in the order of their requests, each at a fixed time after its request.
pub struct MaildirMailbox {
    root: PathBuf,
    options: MaildirOptions,
    /// Where each message of this session is now.
    known: BTreeMap<u32, Known>,
    /// What was done, for an exact undo.
    done: BTreeMap<RequestId, Done>,
    /// Looks for new mail; `None` until the inbox was opened.
    watch: Option<Watch>,
    reports: VecDeque<(Millis, MailReport)>,
}

/// A message of the session; its UID is its place in the sorted names when it was first seen.
#[derive(Debug, Clone)]
struct Known {
    folder: Folder,
    base: String,
}

impl MaildirMailbox {
    /// Opens the Maildir at `path`; nothing is written until an act asks for it.
    pub fn open(path: &Path, options: MaildirOptions) -> Result<MaildirMailbox, MaildirError> {
        if !path.join("cur").is_dir() && !path.join("new").is_dir() {
            return Err(MaildirError::NoMaildir(path.to_owned()));
        }
        Ok(MaildirMailbox {
            root: path.to_owned(),
            options,
            known: BTreeMap::new(),
            done: BTreeMap::new(),
            watch: None,
            reports: VecDeque::new(),
        })
    }

    fn open_scope(&mut self, now: Millis, scope: MailScope) {
        // Before the files are read: what comes meanwhile is seen at the next look.
        let watch = Watch::begin(&self.root, now);
        match read::open(&self.root, &mut self.known, scope, &self.options) {
            Ok(opened) => {
                let counted = COUNTED_ROUND_TRIPS.saturating_mul(self.options.round_trip_ms);
                let read = OPENED_ROUND_TRIPS.saturating_mul(self.options.round_trip_ms);
                self.report(now.plus(counted), MailReport::Counted { unread: opened.unread });
                self.report(now.plus(counted.saturating_add(read)), MailReport::Opened(Box::new(opened.mails)));
                self.watch = Some(watch);
            }
            Err(_) => self.report(now, MailReport::CannotOpen(MailTrouble::Disk)),
        }
    }

    /// Tells of mail that was delivered since the last look, when it is time for one.
    fn look_for_news(&mut self, now: Millis) {
        if !self.watch.as_mut().is_some_and(|watch| watch.is_due(&self.root, now)) {
            return;
        }
        let news = match read::news(&self.root, &mut self.known, now, &self.options) {
            Ok(Some(news)) => news,
            Ok(None) => return,
            // A folder that cannot be listed just now does not change by that: its stamps would never ask for another look.
            Err(_) => {
                if let Some(watch) = &mut self.watch {
                    watch.look_again();
                }
                return;
            }
        };
        let read = OPENED_ROUND_TRIPS.saturating_mul(self.options.round_trip_ms);
        self.report(now.plus(read), MailReport::Arrived(Box::new(news)));
    }

    /// Reports never overtake each other.
    fn report(&mut self, at: Millis, report: MailReport) {
        let last = self.reports.back().map_or(Millis(0), |(at, _)| *at);
        self.reports.push_back((at.max(last), report));
    }

    fn report_act(&mut self, now: Millis, request: RequestId, outcome: Result<(), MailTrouble>) {
        self.report(now, MailReport::Planned { request });
        let applied = now.plus(self.options.round_trip_ms);
        self.report(
            applied,
            match outcome {
                Ok(()) => MailReport::Applied { request },
                Err(reason) => MailReport::Failed { request, reason },
            },
        );
    }
}

impl Mailbox for MaildirMailbox {
    fn submit(&mut self, now: Millis, request: MailRequest) {
        match request {
            MailRequest::Open(scope) => self.open_scope(now, scope),
            MailRequest::Act(act) => {
                let outcome = self.act(&act);
                self.report_act(now, act.request, outcome);
            }
            MailRequest::Undo { request, act } => {
                let outcome = self.undo(act);
                self.report_act(now, request, outcome);
            }
            MailRequest::Leave(leave) => {
                let reason = MailTrouble::NoSubmission;
                self.report(now, MailReport::Failed { request: leave.request, reason });
            }
            MailRequest::Settle => self.report(now, MailReport::Settled { queued: 0 }),
        }
    }

    fn poll(&mut self, now: Millis) -> Option<MailReport> {
        self.look_for_news(now);
        if self.reports.front()?.0 > now {
            return None;
        }
        self.reports.pop_front().map(|(_, report)| report)
    }
}

/// Whether a key of an act belongs to this mailbox at all (I7).
fn is_ours(place: &Place, account: &str) -> bool {
    place.account == account && place.folder == "INBOX" && place.uid_validity == UID_VALIDITY
}
