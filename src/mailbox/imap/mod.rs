//! An IMAP account behind [`Mailbox`]: one connection on a thread of its own, a journal on another.
//!
//! Reading order: `framing` (bytes to responses), `value` and `response` (what they mean), `client` (commands),
//! `open` (start), `acts` (changes), `worker` (order, retry), `planner` (journal).

mod acts;
mod client;
mod error;
mod folders;
mod framing;
mod link;
mod open;
mod planner;
mod response;
mod skeleton;
mod stream;
mod structure;
mod value;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

pub use error::{ImapError, Refusal};
pub use stream::Timeouts;
pub use worker::Backoff;

use super::journal::{Journal, journal_file};
use crate::config::ImapAccount;
use crate::ports::Mailbox;
use crate::session::{MailReport, MailRequest};
use crate::units::{Millis, WallTime};
use planner::{Planner, ToPlanner};
use worker::Worker;

/// What an IMAP mailbox needs to know beside the account.
#[derive(Debug, Clone)]
pub struct ImapOptions {
    /// Name in `Place::account` and of the journal: a plain name.
    pub account: String,
    /// Wall-clock time at session time 0.
    pub start: WallTime,
    /// The listener's own addresses, lower case.
    pub own_addresses: Vec<String>,
    /// Folder of the journals; `None` = nothing survives a crash (tests).
    pub journal_dir: Option<PathBuf>,
    pub timeouts: Timeouts,
    pub backoff: Backoff,
}

/// An account on a server. Nothing here ever blocks: requests go to threads, reports come from them.
pub struct ImapMailbox {
    planner: Sender<ToPlanner>,
    reports: Receiver<MailReport>,
    start: WallTime,
}

impl ImapMailbox {
    /// Starts the threads; connects when something is asked, or when the journal holds something unfinished.
    pub fn open(account: ImapAccount, options: ImapOptions) -> io::Result<ImapMailbox> {
        let path = options.journal_dir.as_ref().map(|folder| journal_file(folder, &options.account));
        let journal = Journal::open(path)?;
        let (to_planner, planner_inbox) = channel();
        let (to_worker, worker_inbox) = channel();
        let (to_session, reports) = channel();
        let start = options.start.clone();
        let worker = Worker::new(account, options, to_planner.clone(), to_session.clone());
        let planner = Planner::new(journal, to_worker, to_session);
        thread::Builder::new().name("hark-journal".to_owned()).spawn(move || planner.run(&planner_inbox))?;
        thread::Builder::new().name("hark-imap".to_owned()).spawn(move || worker.run(&worker_inbox))?;
        Ok(ImapMailbox { planner: to_planner, reports, start })
    }
}

impl Mailbox for ImapMailbox {
    fn submit(&mut self, now: Millis, request: MailRequest) {
        // The planner ends only when this is dropped.
        let _ = self.planner.send(ToPlanner::Request(request, wall_at(&self.start, now)));
    }

    fn poll(&mut self, _now: Millis) -> Option<MailReport> {
        self.reports.try_recv().ok()
    }
}

fn wall_at(start: &WallTime, now: Millis) -> WallTime {
    let utc_ms = start.utc_ms.saturating_add(i64::try_from(now.0).unwrap_or(i64::MAX));
    WallTime { utc_ms, zone: start.zone.clone() }
}

impl Drop for ImapMailbox {
    fn drop(&mut self) {
        // Already over if nobody is there.
        let _ = self.planner.send(ToPlanner::Stop);
    }
}

/// What a look at an account showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    pub unread: u32,
    pub folders: usize,
}

/// Logs in, counts and leaves; blocks for as long as `timeouts` allow.
pub fn probe(account: &ImapAccount, timeouts: &Timeouts) -> Result<Probe, ImapError> {
    worker::look(account, timeouts).map(|(unread, folders)| Probe { unread, folders })
}
