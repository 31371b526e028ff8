//! Several accounts as one mailbox: asked together, answered once, each act sent to the account it belongs to.

use std::collections::{BTreeMap, VecDeque};

use super::MOST_MESSAGES;
use crate::ports::Mailbox;
use crate::session::{MailReport, MailRequest, MailTrouble, Opened, RequestId};
use crate::units::Millis;

/// One account behind [`ManyMailboxes`].
pub struct Member {
    /// Name of the account, as in [`crate::session::Place::account`].
    pub account: String,
    pub mailbox: Box<dyn Mailbox>,
}

/// Several accounts behind one [`Mailbox`].
pub struct ManyMailboxes {
    members: Vec<Seat>,
    /// Which account an act went to, for its undo.
    acts: BTreeMap<RequestId, usize>,
    reports: VecDeque<MailReport>,
}

struct Seat {
    member: Member,
    counted: Option<u32>,
    opened: Answer<Opened>,
    settled: Answer<u32>,
}

/// What an account has said to a request that goes to all.
enum Answer<T> {
    NotAsked,
    Awaited,
    Given(T),
    Refused(MailTrouble),
}

impl ManyMailboxes {
    /// `members` in the order of the configuration.
    pub fn new(members: Vec<Member>) -> ManyMailboxes {
        let members = members
            .into_iter()
            .map(|member| Seat { member, counted: None, opened: Answer::NotAsked, settled: Answer::NotAsked })
            .collect();
        ManyMailboxes { members, acts: BTreeMap::new(), reports: VecDeque::new() }
    }

    fn seat_of(&self, account: &str) -> Option<usize> {
        self.members.iter().position(|seat| seat.member.account == account)
    }

    fn send(&mut self, now: Millis, index: usize, request: MailRequest) {
        if let Some(seat) = self.members.get_mut(index) {
            seat.member.mailbox.submit(now, request);
        }
    }

    fn take(&mut self, index: usize, report: MailReport) {
        let Some(seat) = self.members.get_mut(index) else { return };
        match report {
            MailReport::Counted { unread } => {
                seat.counted = Some(unread);
                self.sum_counts();
            }
            MailReport::Opened(opened) => {
                seat.opened = Answer::Given(*opened);
                self.sum_opened();
            }
            MailReport::CannotOpen(trouble) => {
                seat.counted = Some(0);
                seat.opened = Answer::Refused(trouble);
                self.sum_counts();
                self.sum_opened();
            }
            MailReport::Settled { queued } => {
                seat.settled = Answer::Given(queued);
                self.sum_settled();
            }
            MailReport::Planned { .. }
            | MailReport::Applied { .. }
            | MailReport::Failed { .. }
            | MailReport::Unsure { .. }
            | MailReport::Offline(_)
            | MailReport::Online
            | MailReport::Arrived(_)
            | MailReport::Filling(_)
            | MailReport::Folders(_)
            | MailReport::Filled(_)
            | MailReport::Earlier(_) => self.reports.push_back(report),
        }
    }

    fn sum_counts(&mut self) {
        let counts: Option<Vec<u32>> = self.members.iter().map(|seat| seat.counted).collect();
        if let Some(counts) = counts {
            self.reports.push_back(MailReport::Counted { unread: counts.iter().sum() });
            self.members.iter_mut().for_each(|seat| seat.counted = None);
        }
    }

    /// Once every account has answered: what there is, and a word about those that could not be opened.
    fn sum_opened(&mut self) {
        if self.members.iter().any(|seat| matches!(seat.opened, Answer::Awaited | Answer::NotAsked)) {
            return;
        }
        let mut whole = Opened { mails: Vec::new(), older_unread: 0, unreadable: 0, folders: Vec::new() };
        let mut troubles = Vec::new();
        let mut answered = 0;
        for seat in &mut self.members {
            match std::mem::replace(&mut seat.opened, Answer::NotAsked) {
                Answer::Given(opened) => {
                    answered += 1;
                    add(&mut whole, opened);
                }
                Answer::Refused(trouble) => troubles.push(trouble),
                Answer::NotAsked | Answer::Awaited => {}
            }
        }
        if answered == 0 {
            let trouble = troubles.first().copied().unwrap_or(MailTrouble::NoNetwork);
            self.reports.push_back(MailReport::CannotOpen(trouble));
            return;
        }
        keep_newest(&mut whole);
        self.reports.extend(troubles.into_iter().map(MailReport::Offline));
        self.reports.push_back(MailReport::Opened(Box::new(whole)));
    }

    fn sum_settled(&mut self) {
        let settled = self.members.iter().map(|seat| match seat.settled {
            Answer::Given(queued) => Some(queued),
            Answer::NotAsked | Answer::Awaited | Answer::Refused(_) => None,
        });
        if let Some(queued) = settled.collect::<Option<Vec<u32>>>() {
            self.reports.push_back(MailReport::Settled { queued: queued.iter().sum() });
            self.members.iter_mut().for_each(|seat| seat.settled = Answer::NotAsked);
        }
    }
}

impl Mailbox for ManyMailboxes {
    fn submit(&mut self, now: Millis, request: MailRequest) {
        match &request {
            MailRequest::Act(act) => {
                let account = act.place.account.clone();
                match self.seat_of(&account) {
                    Some(index) => {
                        self.acts.insert(act.request, index);
                        self.send(now, index, request);
                    }
                    None => self.reports.push_back(gone(act.request)),
                }
            }
            MailRequest::Leave(leave) => match self.seat_of(&leave.account) {
                Some(index) => self.send(now, index, request),
                None => {
                    let reason = MailTrouble::NoSubmission;
                    self.reports.push_back(MailReport::Failed { request: leave.request, reason });
                }
            },
            MailRequest::Undo { request: undo, act } => match self.acts.get(act).copied() {
                Some(index) => self.send(now, index, request),
                None => self.reports.push_back(gone(*undo)),
            },
            MailRequest::Open(_) => {
                self.members.iter_mut().for_each(|seat| seat.opened = Answer::Awaited);
                (0..self.members.len()).for_each(|index| self.send(now, index, request.clone()));
            }
            MailRequest::Settle => {
                self.members.iter_mut().for_each(|seat| seat.settled = Answer::Awaited);
                (0..self.members.len()).for_each(|index| self.send(now, index, request.clone()));
            }
        }
    }

    fn poll(&mut self, now: Millis) -> Option<MailReport> {
        for index in 0..self.members.len() {
            while let Some(report) = self.members.get_mut(index).and_then(|seat| seat.member.mailbox.poll(now)) {
                self.take(index, report);
            }
        }
        self.reports.pop_front()
    }
}

fn gone(request: RequestId) -> MailReport {
    MailReport::Failed { request, reason: MailTrouble::Gone }
}

fn add(whole: &mut Opened, part: Opened) {
    whole.mails.extend(part.mails);
    whole.older_unread += part.older_unread;
    whole.unreadable += part.unreadable;
    for folder in part.folders {
        if !whole.folders.contains(&folder) {
            whole.folders.push(folder);
        }
    }
}

/// Newest first; what is over the limit is only counted.
fn keep_newest(whole: &mut Opened) {
    whole.mails.sort_by_key(|mail| std::cmp::Reverse(mail.message.date));
    let kept = whole.mails.len().min(MOST_MESSAGES);
    let left_out = whole.mails.split_off(kept);
    whole.older_unread += left_out.iter().filter(|mail| !mail.flags.seen).count() as u32;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{MailTo, MessageId};
    use crate::session::{Act, ActVerb, Flags, Leave, MailScope, Place};

    /// Answers every request at once, and remembers what it was asked.
    struct Scripted {
        open: MailReport,
        asked: std::rc::Rc<std::cell::RefCell<Vec<MailRequest>>>,
        reports: VecDeque<MailReport>,
    }

    impl Mailbox for Scripted {
        fn submit(&mut self, _: Millis, request: MailRequest) {
            self.asked.borrow_mut().push(request.clone());
            match request {
                MailRequest::Open(_) => self.reports.push_back(self.open.clone()),
                MailRequest::Settle => self.reports.push_back(MailReport::Settled { queued: 1 }),
                MailRequest::Act(_) | MailRequest::Undo { .. } | MailRequest::Leave(_) => {}
            }
        }

        fn poll(&mut self, _: Millis) -> Option<MailReport> {
            self.reports.pop_front()
        }
    }

    type Asked = std::rc::Rc<std::cell::RefCell<Vec<MailRequest>>>;

    fn two(first: MailReport, second: MailReport) -> (ManyMailboxes, Asked, Asked) {
        let (a, b) = (Asked::default(), Asked::default());
        let seat = |account: &str, open: MailReport, asked: &Asked| Member {
            account: account.to_owned(),
            mailbox: Box::new(Scripted { open, asked: asked.clone(), reports: VecDeque::new() }),
        };
        (ManyMailboxes::new(vec![seat("a", first, &a), seat("b", second, &b)]), a, b)
    }

    fn opened(older_unread: u32, folder: &str) -> MailReport {
        MailReport::Opened(Box::new(Opened {
            mails: vec![],
            older_unread,
            unreadable: 0,
            folders: vec![folder.into()],
        }))
    }

    #[test]
    fn two_accounts_open_as_one() {
        let (mut many, _, _) = two(opened(2, "Travel"), opened(3, "Bills"));
        many.submit(Millis(0), MailRequest::Open(MailScope::Unread));
        let Some(MailReport::Opened(whole)) = many.poll(Millis(0)) else { panic!("not opened") };
        assert_eq!((whole.older_unread, whole.folders), (5, vec!["Travel".to_owned(), "Bills".to_owned()]));
    }

    #[test]
    fn one_account_that_cannot_be_opened_does_not_hide_the_other() {
        let (mut many, _, _) = two(MailReport::CannotOpen(MailTrouble::WrongPassword), opened(3, "Bills"));
        many.submit(Millis(0), MailRequest::Open(MailScope::Unread));
        assert!(matches!(many.poll(Millis(0)), Some(MailReport::Counted { .. }) | Some(MailReport::Offline(_))));
        assert!(std::iter::from_fn(|| many.poll(Millis(0))).any(|report| matches!(report, MailReport::Opened(_))));
    }

    #[test]
    fn an_act_and_its_undo_go_to_the_account_of_the_message() {
        let (mut many, a, b) = two(opened(0, "x"), opened(0, "y"));
        let act = Act {
            request: RequestId(7),
            place: Place { account: "b".into(), folder: "INBOX".into(), uid_validity: 1, uid: 3 },
            message: MessageId("m@example.org".into()),
            flags_before: Flags::default(),
            verb: ActVerb::Archive,
        };
        many.submit(Millis(0), MailRequest::Act(act));
        many.submit(Millis(0), MailRequest::Undo { request: RequestId(8), act: RequestId(7) });
        assert_eq!((a.borrow().len(), b.borrow().len()), (0, 2));
    }

    #[test]
    fn a_list_is_left_from_the_account_it_writes_to() {
        let (mut many, a, b) = two(opened(0, "x"), opened(0, "y"));
        let leave = |request, account: &str| {
            let to = MailTo::parse("mailto:leave@example.org").unwrap();
            MailRequest::Leave(Leave { request: RequestId(request), account: account.into(), to })
        };
        many.submit(Millis(0), leave(7, "b"));
        assert_eq!((a.borrow().len(), b.borrow().len()), (0, 1));
        many.submit(Millis(0), leave(8, "c"));
        let Some(MailReport::Failed { request, reason }) = many.poll(Millis(0)) else { panic!("no answer") };
        assert_eq!((request, reason), (RequestId(8), MailTrouble::NoSubmission));
    }

    #[test]
    fn it_is_settled_when_all_are() {
        let (mut many, _, _) = two(opened(0, "x"), opened(0, "y"));
        many.submit(Millis(0), MailRequest::Settle);
        assert!(matches!(many.poll(Millis(0)), Some(MailReport::Settled { queued: 2 })));
    }
}
