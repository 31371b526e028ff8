//! The owner of the connection: one task after the other, in order. `changing` does the changes, `reading` the rest.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

use super::ImapOptions;
use super::ahead::Pace;
use super::error::ImapError;
use super::link::Link;
use super::login::Dialer;
use super::planner::ToPlanner;
use super::reading::{Ready, Rest};
use super::stream::LOOK_EVERY;
use crate::mailbox::journal::{Change, Entry, EntryId, Moved};
use crate::mailbox::network::Here;
use crate::session::{Earlier, MailReport, MailScope, MailTrouble, RequestId};
use crate::units::WallTime;

/// Silence after which the server is told that we are still here; servers hang up after 30 minutes, routers after 5.
const KEEP_ALIVE: Duration = Duration::from_secs(240);
/// The machine slept when the wall clock ran ahead of ours by this much: its connections are dead and do not know it.
const SLEPT: Duration = Duration::from_secs(20);

/// What the worker is asked to do.
pub(super) enum Task {
    Open(MailScope, WallTime),
    /// `request` = `None`: left over from an earlier session.
    Change {
        entry: Box<Entry>,
        request: Option<RequestId>,
    },
    /// Everything left over from an earlier session is in front of this.
    EarlierDone,
    Settle,
    /// Something may have arrived.
    News,
    /// The mailbox was dropped: what is in front is finished if the server lets us.
    Stop,
}

pub(super) struct Worker {
    pub(super) dialer: Dialer,
    pub(super) options: ImapOptions,
    pub(super) planner: Sender<ToPlanner>,
    /// For those who work for this one.
    pub(super) own: Sender<Task>,
    pub(super) reports: Sender<MailReport>,
    pub(super) tasks: VecDeque<Task>,
    pub(super) link: Option<Link>,
    used: (Instant, SystemTime),
    /// Where we were when we last tried to connect.
    here: Here,
    /// Where messages went in this session.
    pub(super) moved: Vec<Moved>,
    /// What takes each change back.
    pub(super) reverses: BTreeMap<EntryId, Option<Change>>,
    /// Message-IDs as their headers have them, by UIDVALIDITY and UID.
    pub(super) message_ids: BTreeMap<(u32, u32), Option<String>>,
    /// Failures of the task in front.
    pub(super) tries: u32,
    /// Of those, how often a connection that worked ended during it, or the server refused for the moment.
    pub(super) refusals: u32,
    /// How the changes of an earlier session fared.
    pub(super) earlier: Earlier,
    /// Whether the session believes us to be offline.
    pub(super) told: Told,
    /// Texts that are still to be fetched, and where the next news begin.
    pub(super) rest: Option<Rest>,
    /// How much of them is asked for at a time.
    pub(super) pace: Pace,
    /// The watch for new mail ends when this is dropped.
    pub(super) watch: Option<Sender<()>>,
    stopping: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Online,
    Offline,
}

/// The mailbox was dropped.
pub(super) struct Over;

/// How a wait for tasks ended.
enum Heard {
    Task(Task),
    /// The machine has another address, or one at last, or none any more.
    Elsewhere,
    Nothing,
}

impl Worker {
    pub fn new(
        dialer: Dialer,
        options: ImapOptions,
        planner: Sender<ToPlanner>,
        own: Sender<Task>,
        reports: Sender<MailReport>,
    ) -> Worker {
        let here = dialer.network.here();
        Worker {
            dialer,
            options,
            planner,
            own,
            reports,
            tasks: VecDeque::new(),
            link: None,
            used: (Instant::now(), SystemTime::now()),
            here,
            moved: Vec::new(),
            reverses: BTreeMap::new(),
            message_ids: BTreeMap::new(),
            tries: 0,
            refusals: 0,
            earlier: Earlier::default(),
            told: Told::Online,
            rest: None,
            pace: Pace::default(),
            watch: None,
            stopping: false,
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
        let ready = self.texts_to_fetch();
        if self.tasks.is_empty() && ready != Ready::Now {
            let patience = match ready {
                Ready::At(time) => time.saturating_duration_since(Instant::now()),
                Ready::Now | Ready::Never => KEEP_ALIVE,
            };
            match self.hear(inbox, patience)? {
                Heard::Task(task) => self.enqueue(task),
                Heard::Elsewhere => self.start_anew(),
                Heard::Nothing if ready == Ready::Never => self.keep_alive(),
                Heard::Nothing => {}
            }
        }
        while let Ok(task) = inbox.try_recv() {
            self.enqueue(task);
        }
        match self.tasks.pop_front() {
            None if self.stopping => return Err(Over),
            // Commands go first: texts are fetched ahead when there is nothing else to do.
            None => self.fetch_more_texts(),
            Some(Task::Open(scope, wall)) => self.open(scope, wall),
            Some(Task::Settle) => self.report(MailReport::Settled { queued: 0 }),
            Some(Task::News) => self.look_for_news(),
            Some(Task::EarlierDone) => self.report_earlier(),
            Some(Task::Change { entry, request }) => self.change(inbox, *entry, request)?,
            Some(Task::Stop) => self.stopping = true,
        }
        Ok(())
    }

    /// Waits for a task, and looks meanwhile whether the machine comes into another network.
    fn hear(&mut self, inbox: &Receiver<Task>, time: Duration) -> Result<Heard, Over> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match inbox.recv_timeout(left.min(LOOK_EVERY)) {
                Ok(task) => return Ok(Heard::Task(task)),
                Err(RecvTimeoutError::Disconnected) => return Err(Over),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let here = self.dialer.network.here();
            if std::mem::replace(&mut self.here, here) != here {
                return Ok(Heard::Elsewhere);
            }
            if left <= LOOK_EVERY {
                return Ok(Heard::Nothing);
            }
        }
    }

    /// Undo of what has not begun takes it out of the queue.
    pub(super) fn enqueue(&mut self, task: Task) {
        match &task {
            Task::Stop => {
                self.stopping = true;
                return;
            }
            Task::News if self.tasks.iter().any(|task| matches!(task, Task::News)) => return,
            Task::Change { entry, request } => {
                if let Change::Undo { of } = entry.change
                    && let Some(index) = self.tasks.iter().position(|task| is_untouched(task, of))
                {
                    self.tasks.remove(index);
                    self.cancel(of, entry.id);
                    let request = *request;
                    self.report_applied(request);
                    return;
                }
            }
            Task::News | Task::Open(..) | Task::EarlierDone | Task::Settle => {}
        }
        self.tasks.push_back(task);
    }

    fn keep_alive(&mut self) {
        let Some(link) = self.link.as_mut() else { return };
        match link.client.command("NOOP") {
            // Where nobody watches, this is how new mail is noticed.
            Ok(answer) if answer.last_exists().is_some() => self.look_for_news(),
            Ok(_) => {}
            Err(_) => self.link = None,
        }
    }

    pub(super) fn link(&mut self) -> Result<&mut Link, ImapError> {
        let now = (Instant::now(), SystemTime::now());
        let (ours, wall) = self.used;
        let slept = now.1.duration_since(wall).unwrap_or_default().saturating_sub(now.0.duration_since(ours));
        self.used = now;
        if slept > SLEPT || self.link.as_ref().is_some_and(|link| link.client.is_astray()) {
            self.link = None;
        }
        if self.link.is_none() {
            self.here = self.dialer.network.here();
            let link = Link::connect(&self.dialer)?;
            if self.told == Told::Offline {
                self.told = Told::Online;
                self.report(MailReport::Online);
            }
            return Ok(self.link.insert(link));
        }
        self.link.as_mut().ok_or(ImapError::Closed)
    }

    /// Waits, and goes on taking tasks: somebody who begins or ends a session meanwhile hears at once how it stands. In another
    /// network the wait is over.
    pub(super) fn wait(&mut self, inbox: &Receiver<Task>, time: Duration, trouble: MailTrouble) -> Result<(), Over> {
        let until = Instant::now() + time;
        loop {
            self.answer_the_waiting(trouble);
            // What is in the journal is done at the next start.
            if self.stopping {
                return Err(Over);
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.hear(inbox, left)? {
                Heard::Task(task) => self.enqueue(task),
                Heard::Elsewhere if is_by_the_way(trouble) => return Ok(()),
                Heard::Elsewhere => {}
                Heard::Nothing => return Ok(()),
            }
        }
    }

    /// While a change waits for the network: what is queued is safe, and nothing can be read.
    fn answer_the_waiting(&mut self, trouble: MailTrouble) {
        let stays = |task: &Task| matches!(task, Task::Change { .. } | Task::EarlierDone);
        let (changes, waiting): (VecDeque<Task>, VecDeque<Task>) =
            std::mem::take(&mut self.tasks).into_iter().partition(stays);
        self.tasks = changes;
        // The one in front counts too.
        let changes = self.tasks.iter().filter(|task| matches!(task, Task::Change { .. })).count();
        let queued = u32::try_from(changes).unwrap_or(u32::MAX).saturating_add(1);
        for task in waiting {
            match task {
                Task::Open(..) => self.report(MailReport::CannotOpen(trouble)),
                Task::Settle => self.report(MailReport::Settled { queued }),
                Task::Change { .. } | Task::EarlierDone | Task::News | Task::Stop => {}
            }
        }
    }

    pub(super) fn tell_offline(&mut self, trouble: MailTrouble) {
        if self.told == Told::Online {
            self.told = Told::Offline;
            self.report(MailReport::Offline(trouble));
        }
    }

    fn report_earlier(&mut self) {
        let earlier = std::mem::take(&mut self.earlier);
        if earlier != Earlier::default() {
            self.report(MailReport::Earlier(earlier));
        }
    }

    pub(super) fn report_applied(&self, request: Option<RequestId>) {
        if let Some(request) = request {
            self.report(MailReport::Applied { request });
        }
    }

    pub(super) fn report(&self, report: MailReport) {
        // Nobody listens any more when the session is over.
        let _ = self.reports.send(report);
    }
}

/// Whether another network may help: a refused login is refused everywhere.
pub(super) fn is_by_the_way(trouble: MailTrouble) -> bool {
    match trouble {
        MailTrouble::NoNetwork
        | MailTrouble::TimedOut
        | MailTrouble::CertificateRefused
        | MailTrouble::LoginPage
        | MailTrouble::BrokenAnswer => true,
        MailTrouble::WrongPassword
        | MailTrouble::SignInAgain
        | MailTrouble::ServerRefused
        | MailTrouble::FolderFull
        | MailTrouble::NoSuchFolder
        | MailTrouble::Gone
        | MailTrouble::ReadOnly
        | MailTrouble::Disk
        | MailTrouble::Busy
        | MailTrouble::NoSubmission => false,
    }
}

/// A flag left over from an earlier session may have been set before the crash: taking it back needs the server.
fn is_untouched(task: &Task, id: EntryId) -> bool {
    let Task::Change { entry, request } = task else { return false };
    let never_asked = match entry.change {
        Change::Mark { .. } | Change::Restore { .. } | Change::Undo { .. } => request.is_some(),
        Change::Move { .. } => true,
    };
    entry.id == id && entry.begun.is_none() && never_asked
}

/// Connects once, looks and leaves: for `hark account test` and the doctor.
pub(super) fn look(dialer: &Dialer) -> Result<(u32, usize), ImapError> {
    let mut link = Link::connect(dialer)?;
    let folders = link.folders()?.displayed().len();
    let unread = link.client.command("STATUS INBOX (UNSEEN)")?.accepted()?.counts().unseen.unwrap_or(0);
    link.client.close();
    Ok((unread, folders))
}

/// Asks the planner to write something down and waits until it is on disk.
pub(super) fn written(
    planner: &Sender<ToPlanner>,
    message: impl FnOnce(Sender<Result<(), ()>>) -> ToPlanner,
) -> Result<(), ()> {
    let (answer, written) = mpsc::channel();
    planner.send(message(answer)).map_err(|_| ())?;
    written.recv().unwrap_or(Err(()))
}
