//! The owner of the connection: one task after the other, in order; what fails for the moment is tried again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::acts::{self, ActError, Attempt, Outcome};
use super::error::{ImapError, Refusal};
use super::link::Link;
use super::open::{self, Care, INBOX, Question};
use super::planner::ToPlanner;
use super::{ImapOptions, Timeouts};
use crate::config::ImapAccount;
use crate::mailbox::journal::{Change, Entry, EntryId, Spot};
use crate::session::{MailReport, MailScope, MailTrouble, RequestId};
use crate::units::WallTime;

/// Silence after which the server is told that we are still here; servers hang up after 30 minutes, routers after 5.
const KEEP_ALIVE: Duration = Duration::from_secs(240);
/// Messages that may each break the connection before reading is given up.
const MOST_SUSPECTS: usize = 8;
/// Times a change is tried on a connection that works otherwise.
const MOST_TRIES: u32 = 5;

/// What the worker is asked to do.
pub(super) enum Task {
    Open(MailScope, WallTime),
    /// `request` = `None`: left over from an earlier session.
    Change {
        entry: Box<Entry>,
        request: Option<RequestId>,
    },
    Settle,
}

pub(super) struct Worker {
    account: ImapAccount,
    options: ImapOptions,
    planner: Sender<ToPlanner>,
    reports: Sender<MailReport>,
    tasks: VecDeque<Task>,
    link: Option<Link>,
    /// Where messages went in this session.
    moved: BTreeMap<Spot, Spot>,
    /// What takes each change back.
    reverses: BTreeMap<EntryId, Option<Change>>,
    /// Message-IDs as their headers have them, by UIDVALIDITY and UID.
    message_ids: BTreeMap<(u32, u32), Option<String>>,
    /// Failures of the task in front.
    tries: u32,
    /// Whether the session believes us to be offline.
    told: Told,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Online,
    Offline,
}

/// The mailbox was dropped.
struct Over;

impl Worker {
    pub fn new(
        account: ImapAccount,
        options: ImapOptions,
        planner: Sender<ToPlanner>,
        reports: Sender<MailReport>,
    ) -> Worker {
        Worker {
            account,
            options,
            planner,
            reports,
            tasks: VecDeque::new(),
            link: None,
            moved: BTreeMap::new(),
            reverses: BTreeMap::new(),
            message_ids: BTreeMap::new(),
            tries: 0,
            told: Told::Online,
        }
    }

    /// Runs until the mailbox is dropped.
    pub fn run(mut self, inbox: &Receiver<Task>) {
        while self.turn(inbox).is_ok() {}
        if let Some(link) = self.link.take() {
            link.client.close();
        }
    }

    fn turn(&mut self, inbox: &Receiver<Task>) -> Result<(), Over> {
        if self.tasks.is_empty() {
            match inbox.recv_timeout(KEEP_ALIVE) {
                Ok(task) => self.enqueue(task),
                Err(RecvTimeoutError::Timeout) => self.keep_alive(),
                Err(RecvTimeoutError::Disconnected) => return Err(Over),
            }
        }
        self.take_all(inbox)?;
        match self.tasks.pop_front() {
            None => {}
            Some(Task::Open(scope, wall)) => self.open(scope, wall),
            Some(Task::Settle) => self.report(MailReport::Settled { queued: 0 }),
            Some(Task::Change { entry, request }) => self.change(inbox, *entry, request)?,
        }
        Ok(())
    }

    fn take_all(&mut self, inbox: &Receiver<Task>) -> Result<(), Over> {
        loop {
            match inbox.try_recv() {
                Ok(task) => self.enqueue(task),
                Err(mpsc::TryRecvError::Empty) => return Ok(()),
                Err(mpsc::TryRecvError::Disconnected) if self.tasks.is_empty() => return Err(Over),
                Err(mpsc::TryRecvError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Undo of what has not begun takes it out of the queue.
    fn enqueue(&mut self, task: Task) {
        if let Task::Change { entry, request } = &task
            && let Change::Undo { of } = entry.change
            && let Some(index) = self.tasks.iter().position(|task| is_untouched(task, of))
        {
            self.tasks.remove(index);
            self.settle(of, None);
            self.settle(entry.id, None);
            self.report_applied(*request);
            return;
        }
        self.tasks.push_back(task);
    }

    fn keep_alive(&mut self) {
        let alive = self.link.as_mut().is_some_and(|link| link.client.command("NOOP").is_ok());
        if !alive {
            self.link = None;
        }
    }

    fn link(&mut self) -> Result<&mut Link, ImapError> {
        if self.link.is_none() {
            let link = Link::connect(&self.account, &self.options.timeouts)?;
            if self.told == Told::Offline {
                self.told = Told::Online;
                self.report(MailReport::Online);
            }
            return Ok(self.link.insert(link));
        }
        self.link.as_mut().ok_or(ImapError::Closed)
    }

    fn open(&mut self, scope: MailScope, now: WallTime) {
        let question = Question {
            scope,
            now,
            account: self.options.account.clone(),
            own_addresses: self.options.own_addresses.clone(),
        };
        let mut suspects = BTreeSet::new();
        let mut care = Care::Quick;
        let mut counted = None;
        loop {
            let reports = self.reports.clone();
            let mut tell = |unread: u32| {
                if counted.replace(unread).is_none() {
                    // Nobody listens any more when the session is over.
                    let _ = reports.send(MailReport::Counted { unread });
                }
            };
            let read = match self.link() {
                Ok(link) => open::read(link, &question, &care, &mut tell),
                Err(error) => Err(error.into()),
            };
            let failed = match read {
                Ok(reading) => {
                    for (uid, id) in reading.message_ids {
                        self.message_ids.insert((reading.validity, uid), id);
                    }
                    return self.report(MailReport::Opened(Box::new(reading.opened)));
                }
                Err(failed) => failed,
            };
            self.link = None;
            suspects.extend(failed.suspect);
            // Only a connection that died after the counts was perhaps killed by a message.
            let again = failed.error.is_passing() && counted.is_some() && suspects.len() <= MOST_SUSPECTS;
            let first = care == Care::Quick;
            if !again || (!first && failed.suspect.is_none()) {
                return self.report(MailReport::CannotOpen(failed.error.trouble()));
            }
            care = Care::OneByOne(suspects.clone());
        }
    }

    /// Does one change, however often it takes; gives up only when the server says no.
    fn change(&mut self, inbox: &Receiver<Task>, mut entry: Entry, request: Option<RequestId>) -> Result<(), Over> {
        self.tries = 0;
        // The header as the server has it, where this session read the message.
        if let Change::Move { spot, .. } | Change::Mark { spot, .. } = &entry.change
            && spot.folder == INBOX
            && let Some(id) = spot.uid.and_then(|uid| self.message_ids.get(&(spot.validity, uid)))
        {
            entry.message_id.clone_from(id);
        }
        loop {
            let reused = self.link.is_some();
            let error = match self.attempt(&mut entry) {
                Ok(outcome) => {
                    self.done(&entry, outcome);
                    self.report_applied(request);
                    return Ok(());
                }
                Err(error) => error,
            };
            self.tries = self.tries.saturating_add(1);
            let trouble = match &error {
                ActError::Imap(error) => error.trouble(),
                ActError::Gone | ActError::Disk => MailTrouble::Gone,
            };
            let wait = match error {
                ActError::Gone => return self.failed(&entry, request, MailTrouble::Gone),
                ActError::Disk => return self.failed(&entry, request, MailTrouble::Disk),
                ActError::Imap(ImapError::Refused(_, Refusal::Throttled(ms))) if self.tries < MOST_TRIES => {
                    Duration::from_millis(ms)
                }
                ActError::Imap(error) if is_hopeless(&error, self.tries) => {
                    return self.failed(&entry, request, error.trouble());
                }
                ActError::Imap(error) => {
                    self.link = None;
                    // A connection that was idle may be gone without anybody's fault: at once, and without a word.
                    if reused && self.tries == 1 {
                        continue;
                    }
                    self.tell_offline(error.trouble());
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

    fn attempt(&mut self, entry: &mut Entry) -> Result<Option<Outcome>, ActError> {
        // What to undo is looked up once; it may have failed, then there is nothing to do.
        if let Change::Undo { of } = entry.change {
            match self.reverses.get(&of).cloned().flatten() {
                Some(change) => entry.change = change,
                None => return Ok(None),
            }
        }
        let attempt = if self.tries == 0 { Attempt::First } else { Attempt::Again };
        let moved = self.moved.clone();
        let here = |spot: &Spot| follow(&moved, spot);
        let planner = self.planner.clone();
        let id = entry.id;
        let mut noted = None;
        let mut note = |begun| {
            noted = Some(begun);
            note_begun(&planner, id, noted.clone())
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

    fn done(&mut self, entry: &Entry, outcome: Option<Outcome>) {
        self.tries = 0;
        let Some(outcome) = outcome else { return self.settle(entry.id, None) };
        if let (Some(now), Change::Move { spot, .. }) = (outcome.now, &entry.change) {
            let from = follow(&self.moved, spot);
            self.moved.insert(from, now);
        }
        self.settle(entry.id, Some(outcome.reverse));
    }

    fn failed(&mut self, entry: &Entry, request: Option<RequestId>, reason: MailTrouble) -> Result<(), Over> {
        tracing::debug!(?reason, "a change was refused");
        self.settle(entry.id, None);
        if let Some(request) = request {
            self.report(MailReport::Failed { request, reason });
        }
        Ok(())
    }

    fn settle(&mut self, id: EntryId, reverse: Option<Change>) {
        self.reverses.insert(id, reverse.clone());
        // The planner ends only with the mailbox.
        let _ = self.planner.send(ToPlanner::Settled(id, reverse));
    }

    /// Waits, and goes on taking tasks: somebody who begins or ends a session meanwhile hears at once how it stands.
    fn wait(&mut self, inbox: &Receiver<Task>, time: Duration, trouble: MailTrouble) -> Result<(), Over> {
        let until = Instant::now() + time;
        loop {
            self.answer_the_waiting(trouble);
            let left = until.saturating_duration_since(Instant::now());
            match inbox.recv_timeout(left) {
                Ok(task) => self.enqueue(task),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(Over),
            }
        }
    }

    /// While a change waits for the network: what is queued is safe, and nothing can be read.
    fn answer_the_waiting(&mut self, trouble: MailTrouble) {
        let (changes, waiting): (VecDeque<Task>, VecDeque<Task>) =
            std::mem::take(&mut self.tasks).into_iter().partition(|task| matches!(task, Task::Change { .. }));
        self.tasks = changes;
        // The one in front counts too.
        let queued = u32::try_from(self.tasks.len()).unwrap_or(u32::MAX).saturating_add(1);
        for task in waiting {
            match task {
                Task::Open(..) => self.report(MailReport::CannotOpen(trouble)),
                Task::Settle => self.report(MailReport::Settled { queued }),
                Task::Change { .. } => {}
            }
        }
    }

    /// An undo of the change in front that came while the server was never asked for it.
    fn is_cancelled(&mut self, front: &Entry, request: Option<RequestId>) -> bool {
        let untouched =
            front.begun.is_none() && self.told == Told::Offline && matches!(front.change, Change::Move { .. });
        let undo =
            |task: &Task| matches!(task, Task::Change { entry, .. } if entry.change == Change::Undo { of: front.id });
        let Some(index) = self.tasks.iter().position(undo).filter(|_| untouched) else { return false };
        if let Some(Task::Change { entry, request: undo }) = self.tasks.remove(index) {
            self.settle(front.id, None);
            self.settle(entry.id, None);
            self.report_applied(undo);
        }
        tracing::debug!(planned = request.is_some(), "a change was taken back before it began");
        true
    }

    fn tell_offline(&mut self, trouble: MailTrouble) {
        if self.told == Told::Online {
            self.told = Told::Offline;
            self.report(MailReport::Offline(trouble));
        }
    }

    fn report_applied(&self, request: Option<RequestId>) {
        if let Some(request) = request {
            self.report(MailReport::Applied { request });
        }
    }

    fn report(&self, report: MailReport) {
        // Nobody listens any more when the session is over.
        let _ = self.reports.send(report);
    }
}

fn is_untouched(task: &Task, id: EntryId) -> bool {
    matches!(task, Task::Change { entry, .. } if entry.id == id && entry.begun.is_none())
}

/// A no is a no; an answer that makes no sense is given a few chances.
fn is_hopeless(error: &ImapError, tries: u32) -> bool {
    match error {
        ImapError::Refused(_, Refusal::Reconnect | Refusal::Throttled(_)) | ImapError::BrokenAnswer => {
            tries >= MOST_TRIES
        }
        ImapError::Refused(..) => true,
        ImapError::NoNetwork(..)
        | ImapError::TimedOut(_)
        | ImapError::Closed
        | ImapError::Certificate(_)
        | ImapError::Tls(_)
        | ImapError::CaFile(..)
        | ImapError::WrongPassword
        | ImapError::Secret(_)
        | ImapError::PlainText => false,
    }
}

/// Where a message is now that was at `spot`. Each step leads to a UID that did not exist before, so it ends.
fn follow(moved: &BTreeMap<Spot, Spot>, spot: &Spot) -> Spot {
    let mut spot = spot.clone();
    for _ in 0..=moved.len() {
        let next = moved.iter().find(|(from, _)| {
            from.folder == spot.folder && from.validity == spot.validity && from.uid.is_some() && from.uid == spot.uid
        });
        match next {
            Some((_, to)) => spot = to.clone(),
            None => break,
        }
    }
    spot
}

fn note_begun(
    planner: &Sender<ToPlanner>,
    id: EntryId,
    begun: Option<crate::mailbox::journal::Begun>,
) -> Result<(), ActError> {
    let begun = begun.ok_or(ActError::Disk)?;
    let (answer, written) = mpsc::channel();
    planner.send(ToPlanner::Begun(id, begun, answer)).map_err(|_| ActError::Disk)?;
    match written.recv() {
        Ok(Ok(())) => Ok(()),
        Ok(Err(())) | Err(_) => Err(ActError::Disk),
    }
}

/// How long to wait before trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure; doubles with each.
    pub first: Duration,
    pub most: Duration,
    /// After a refused login or certificate: accounts get locked by eager clients.
    pub locked_out: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { first: Duration::from_secs(1), most: Duration::from_secs(30), locked_out: Duration::from_secs(300) }
    }
}

impl Backoff {
    fn after(&self, tries: u32) -> Duration {
        self.first.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1).min(16)).unwrap_or(1)).min(self.most)
    }
}

/// Connects once, looks and leaves: for `hark account test` and the doctor.
pub(super) fn look(account: &ImapAccount, timeouts: &Timeouts) -> Result<(u32, usize), ImapError> {
    let mut link = Link::connect(account, timeouts)?;
    let folders = link.folders()?.displayed().len();
    let unread = link.client.command("STATUS INBOX (UNSEEN)")?.accepted()?.counts().unseen.unwrap_or(0);
    link.client.close();
    Ok((unread, folders))
}
