//! The owner of the journal: plans on disk, acknowledges, and hands on to the worker. It never waits for the network.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender};

use super::worker::Task;
use crate::mailbox::journal::{Begun, Change, EntryId, FlagName, Journal, Moved, Spot, Target, follow};
use crate::session::{Act, ActVerb, MailReport, MailRequest, MailTrouble, RequestId};
use crate::units::WallTime;

/// Messages to the planner.
pub(super) enum ToPlanner {
    Request(MailRequest, WallTime),
    /// A move is about to begin; the answer comes once that is on disk.
    Begun(EntryId, Begun, Sender<Result<(), ()>>),
    /// Done or failed for good; with what takes it back. The answer comes once that is on disk.
    Settled {
        id: EntryId,
        reverse: Option<Change>,
        moved: Option<Moved>,
        answer: Sender<Result<(), ()>>,
    },
    /// An act and its undo, neither of which the server will hear of.
    Cancelled(EntryId, EntryId, Sender<Result<(), ()>>),
    /// The mailbox was dropped: no more tasks, but what the worker still does is noted.
    Stop,
}

pub(super) struct Planner {
    journal: Journal,
    /// `None` after the mailbox was dropped: then the worker ends when it is done.
    worker: Option<Sender<Task>>,
    reports: Sender<MailReport>,
    entries: BTreeMap<RequestId, EntryId>,
    reverses: BTreeMap<EntryId, (Option<String>, Change)>,
    message_ids: BTreeMap<EntryId, Option<String>>,
    /// Where messages went in this session: the session knows them by where they were when it read them.
    moved: Vec<Moved>,
}

impl Planner {
    pub fn new(journal: Journal, worker: Sender<Task>, reports: Sender<MailReport>) -> Planner {
        Planner {
            journal,
            worker: Some(worker),
            reports,
            entries: BTreeMap::new(),
            reverses: BTreeMap::new(),
            message_ids: BTreeMap::new(),
            moved: Vec::new(),
        }
    }

    /// Runs until the mailbox is dropped and the worker is done.
    pub fn run(mut self, inbox: &Receiver<ToPlanner>) {
        for entry in self.journal.entries().cloned().collect::<Vec<_>>() {
            self.message_ids.insert(entry.id, entry.message_id.clone());
            self.hand_on(Task::Change { entry: Box::new(entry), request: None });
        }
        self.hand_on(Task::EarlierDone);
        while let Ok(message) = inbox.recv() {
            match message {
                ToPlanner::Request(MailRequest::Open(scope), wall) => self.hand_on(Task::Open(scope, wall)),
                ToPlanner::Request(MailRequest::Settle, _) => self.hand_on(Task::Settle),
                ToPlanner::Request(MailRequest::Act(act), _) => self.plan_act(act),
                // An account that can send has somebody in front who does it.
                ToPlanner::Request(MailRequest::Leave(leave), _) => {
                    self.report(MailReport::Failed { request: leave.request, reason: MailTrouble::NoSubmission });
                }
                ToPlanner::Request(MailRequest::Undo { request, act }, _) => self.plan_undo(request, act),
                ToPlanner::Begun(id, begun, answer) => {
                    let written = self.journal.begin(id, begun).map_err(|_| ());
                    // A worker that is gone needs no answer.
                    let _ = answer.send(written);
                }
                ToPlanner::Stop => {
                    self.hand_on(Task::Stop);
                    self.worker = None;
                }
                ToPlanner::Settled { id, reverse, moved, answer } => {
                    let _ = answer.send(self.settled(id, reverse, moved));
                }
                ToPlanner::Cancelled(act, undo, answer) => {
                    let written = self.journal.cancel(act, undo).map_err(|_| ());
                    self.message_ids.remove(&act);
                    self.message_ids.remove(&undo);
                    let _ = answer.send(written);
                }
            }
        }
    }

    fn settled(&mut self, id: EntryId, reverse: Option<Change>, moved: Option<Moved>) -> Result<(), ()> {
        let written = self.journal.settle(id, reverse.as_ref(), moved.as_ref());
        self.moved.extend(moved);
        if written.is_err() {
            tracing::warn!("the mailbox journal could not be cleaned");
        }
        let message_id = self.message_ids.remove(&id).flatten();
        if let Some(change) = reverse {
            self.reverses.insert(id, (message_id, change));
        }
        written.map_err(|_| ())
    }

    fn plan_act(&mut self, act: Act) {
        let spot = Spot {
            folder: act.place.folder.clone(),
            validity: act.place.uid_validity,
            uid: Some(act.place.uid),
            since: 1,
        };
        let spot = follow(&self.moved, &spot);
        let mark = |flag, to, before| Change::Mark { spot: spot.clone(), flag, to, before };
        let change = match &act.verb {
            ActVerb::Archive => Change::Move { spot, to: Target::Archive },
            ActVerb::Delete => Change::Move { spot, to: Target::Trash },
            ActVerb::MoveTo(name) => Change::Move { spot, to: Target::Named(name.clone()) },
            ActVerb::Flag => mark(FlagName::Flagged, true, act.flags_before.flagged),
            ActVerb::Unflag => mark(FlagName::Flagged, false, act.flags_before.flagged),
            ActVerb::MarkRead => mark(FlagName::Seen, true, act.flags_before.seen),
            ActVerb::MarkUnread => mark(FlagName::Seen, false, act.flags_before.seen),
        };
        // What the server could not be asked for stands for a message without the header.
        let id = Some(act.message.0).filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()));
        self.plan(act.request, id, change);
    }

    fn plan_undo(&mut self, request: RequestId, act: RequestId) {
        let Some(&of) = self.entries.get(&act) else {
            self.report(MailReport::Planned { request });
            self.report(MailReport::Failed { request, reason: MailTrouble::Gone });
            return;
        };
        // Once it is settled, the way back stands on its own: it can be found again after a crash.
        match self.reverses.remove(&of) {
            Some((message_id, mut change)) => {
                // The message may have gone on since: a flag is taken back where it is now.
                self.moved.iter().for_each(|moved| change.follow(moved));
                self.plan(request, message_id, change);
            }
            None => self.plan(request, self.message_ids.get(&of).cloned().flatten(), Change::Undo { of }),
        }
    }

    fn plan(&mut self, request: RequestId, message_id: Option<String>, change: Change) {
        match self.journal.add(message_id, change) {
            Ok(entry) => {
                self.entries.insert(request, entry.id);
                self.message_ids.insert(entry.id, entry.message_id.clone());
                self.report(MailReport::Planned { request });
                self.hand_on(Task::Change { entry: Box::new(entry), request: Some(request) });
            }
            Err(_) => self.report(MailReport::Failed { request, reason: MailTrouble::Disk }),
        }
    }

    fn report(&self, report: MailReport) {
        // Nobody listens any more when the session is over.
        let _ = self.reports.send(report);
    }

    fn hand_on(&self, task: Task) {
        if let Some(worker) = &self.worker {
            // The worker ends only after the mailbox; what is in the journal is done at the next start.
            let _ = worker.send(task);
        }
    }
}
