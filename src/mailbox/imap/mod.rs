//! An IMAP account behind [`Mailbox`]: one connection on a thread of its own, a journal on another.
//!
//! Reading order: `framing` (bytes to responses), `value` and `response` (what they mean), `client` (commands), `login`,
//! `open` and `texts` (start), `acts` (changes), `worker` with `changing`, `reading` and `ahead` (order, retry), `watcher` (new mail),
//! `planner` (journal).

mod acts;
mod ahead;
mod backoff;
mod changing;
mod client;
mod error;
mod folders;
mod framing;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod link;
mod login;
mod open;
mod planner;
mod reading;
mod response;
mod skeleton;
mod stream;
mod structure;
mod texts;
mod value;
mod watcher;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

pub use backoff::Backoff;
pub use error::{ImapError, Refusal};
pub use stream::Timeouts;
pub(super) use stream::{Peer, Stream};

use super::disk::{Disk, RealDisk};
use super::journal::{Journal, JournalError, journal_file};
use super::network::{Network, RealNetwork};
use super::oauth::Keys;
use super::secrets::Secret;
use crate::config::ImapAccount;
use crate::ports::Mailbox;
use crate::session::{MailReport, MailRequest, Order};
use crate::units::{Millis, WallTime};
use client::Client;
use login::Dialer;
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
    pub texts: Texts,
    /// What the session plays first: texts come in its order.
    pub order: Order,
    pub news: News,
}

/// When the texts of messages are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// `Opened` comes when everything is in memory.
    BeforeOpened,
    /// `Opened` comes with the first message's text; the others follow as `Filled`.
    AfterOpened,
}

/// Whether new mail during a session is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// On a connection of its own: IDLE, or a look once a minute where the server cannot.
    Watched,
    Ignored,
}

/// The machine around a mailbox.
#[derive(Debug)]
pub struct World {
    pub disk: Box<dyn Disk>,
    pub network: Arc<dyn Network>,
}

impl World {
    pub fn real() -> World {
        World { disk: Box::new(RealDisk::default()), network: Arc::new(RealNetwork) }
    }
}

/// An account on a server. Nothing here ever blocks: requests go to threads, reports come from them.
pub struct ImapMailbox {
    planner: Sender<ToPlanner>,
    reports: Receiver<MailReport>,
    start: WallTime,
    keys: Keys,
}

impl ImapMailbox {
    /// Starts the threads; connects when something is asked, or when the journal holds something unfinished.
    pub fn open(account: ImapAccount, options: ImapOptions) -> Result<ImapMailbox, JournalError> {
        ImapMailbox::open_in(account, options, World::real())
    }

    /// The same on another disk or network.
    pub fn open_in(account: ImapAccount, options: ImapOptions, world: World) -> Result<ImapMailbox, JournalError> {
        let path = options.journal_dir.as_ref().map(|folder| journal_file(folder, &options.account));
        let journal = Journal::open(path, world.disk)?;
        let (to_planner, planner_inbox) = channel();
        let (to_worker, worker_inbox) = channel();
        let (to_session, reports) = channel();
        let start = options.start.clone();
        let dialer = Dialer::new(account, options.timeouts, world.network);
        let keys = dialer.keys();
        let worker = Worker::new(dialer, options, to_planner.clone(), to_worker.clone(), to_session.clone());
        let planner = Planner::new(journal, to_worker, to_session);
        let no_thread = |error| JournalError::Unusable(PathBuf::from("threads"), error);
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        named("hark-journal").spawn(move || planner.run(&planner_inbox)).map_err(no_thread)?;
        named("hark-imap").spawn(move || worker.run(&worker_inbox)).map_err(no_thread)?;
        Ok(ImapMailbox { planner: to_planner, reports, start, keys })
    }

    /// The access token that its connections share.
    pub(super) fn keys(&self) -> Keys {
        self.keys.clone()
    }
}

impl Mailbox for ImapMailbox {
    fn submit(&mut self, now: Millis, request: MailRequest) {
        // The planner ends only when this is dropped.
        let _ = self.planner.send(ToPlanner::Request(request, self.start.plus(now)));
    }

    fn poll(&mut self, _now: Millis) -> Option<MailReport> {
        self.reports.try_recv().ok()
    }
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
    probe_in(account, timeouts, Arc::new(RealNetwork))
}

/// The same with a password that is kept nowhere yet.
pub fn probe_with(account: &ImapAccount, password: Secret, timeouts: &Timeouts) -> Result<Probe, ImapError> {
    let dialer = Dialer::new(account.clone(), *timeouts, Arc::new(RealNetwork));
    looked(dialer.with_password(password))
}

/// Whether a mail server that can be trusted answers there; nothing of the account is sent to it.
pub fn greets(account: &ImapAccount, timeouts: &Timeouts) -> Result<(), ImapError> {
    Client::greet(account, timeouts, &RealNetwork).map(Client::close)
}

/// The same through another network.
pub fn probe_in(account: &ImapAccount, timeouts: &Timeouts, network: Arc<dyn Network>) -> Result<Probe, ImapError> {
    looked(Dialer::new(account.clone(), *timeouts, network))
}

fn looked(dialer: Dialer) -> Result<Probe, ImapError> {
    worker::look(&dialer).map(|(unread, folders)| Probe { unread, folders })
}
