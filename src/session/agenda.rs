//! What is played, in which order: people, meetings, codes, bundles (behaviour.md, "What is played").

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::store::{MailIx, Store};
use super::{Order, Scope};
use crate::mail::{Message, MessageId, MessageKind, ProtectionKind};

/// More than this in one breath is a lecture; a longer bundle comes in parts.
const BUNDLE_MAX: usize = 8;

/// What the listener hears as one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Subject {
    Message(MailIx),
    Bundle(BundleIx),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct BundleIx(usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BundleKind {
    Notifications,
    Receipts,
    Newsletters,
}

#[derive(Debug, Clone)]
pub(super) struct Bundle {
    pub kind: BundleKind,
    pub mails: Vec<MailIx>,
}

/// The order of play and where we are in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Agenda {
    items: Vec<Subject>,
    bundles: Vec<Bundle>,
    /// Index of the item in focus; `None` before the first.
    at: Option<usize>,
}

impl Agenda {
    /// Orders `mails` (any order) anew. Bundles of an earlier order stay known, so that a late word still finds them.
    pub fn plan(&mut self, store: &Store, mails: &[MailIx], order: Order, scope: &Scope) {
        let mut ranks: BTreeMap<Rank, Vec<MailIx>> = BTreeMap::new();
        for &ix in mails.iter().filter(|&&ix| store.is_here(ix)) {
            let Some(entry) = store.get(ix) else { continue };
            let rank = Rank::of(&entry.mail.message);
            if scope.admits(entry, rank) {
                ranks.entry(rank).or_default().push(ix);
            }
        }
        self.items.clear();
        self.at = None;
        for (rank, mails) in ranks {
            let sorted = by_conversation(store, mails, order);
            match rank.bundle() {
                None => self.items.extend(sorted.into_iter().map(Subject::Message)),
                Some(kind) => {
                    for part in sorted.chunks(BUNDLE_MAX) {
                        self.items.push(Subject::Bundle(BundleIx(self.bundles.len())));
                        self.bundles.push(Bundle { kind, mails: part.to_vec() });
                    }
                }
            }
        }
    }

    pub fn bundle(&self, ix: BundleIx) -> Option<&Bundle> {
        self.bundles.get(ix.0)
    }

    /// The messages of a subject that are still there.
    pub fn mails(&self, store: &Store, subject: Subject) -> Vec<MailIx> {
        let all = match subject {
            Subject::Message(ix) => vec![ix],
            Subject::Bundle(ix) => self.bundle(ix).map(|bundle| bundle.mails.clone()).unwrap_or_default(),
        };
        all.into_iter().filter(|&ix| store.is_here(ix)).collect()
    }

    /// Moves to the next item that is still there.
    pub fn next(&mut self, store: &Store) -> Option<Subject> {
        let from = self.at.map_or(0, |at| at.saturating_add(1));
        let found = (from..self.items.len()).find(|&at| self.is_there(store, at));
        self.at = Some(found.unwrap_or(self.items.len()));
        self.current()
    }

    /// Moves to the item before that is still there; `None` (and no move) at the first.
    pub fn previous(&mut self, store: &Store) -> Option<Subject> {
        let found = (0..self.at?).rev().find(|&at| self.is_there(store, at))?;
        self.at = Some(found);
        self.current()
    }

    pub fn current(&self) -> Option<Subject> {
        self.items.get(self.at?).copied()
    }

    /// What [`Agenda::next`] would move to.
    pub fn peek(&self, store: &Store) -> Option<Subject> {
        self.left(store).next()
    }

    /// Items after the one in focus that are still there.
    pub fn left<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = Subject> + 'a {
        let from = self.at.map_or(0, |at| at.saturating_add(1));
        (from..self.items.len()).filter(|&at| self.is_there(store, at)).filter_map(|at| self.items.get(at).copied())
    }

    /// Puts a message right after the one in focus: it is offered again.
    pub fn offer_again(&mut self, ix: MailIx) {
        let after = self.at.map_or(0, |at| at.saturating_add(1)).min(self.items.len());
        if self.items.get(after) != Some(&Subject::Message(ix)) {
            self.items.insert(after, Subject::Message(ix));
        }
    }

    /// Puts the messages of a bundle right after it, one by one.
    pub fn open_bundle(&mut self, store: &Store, ix: BundleIx) {
        let mails = self.mails(store, Subject::Bundle(ix));
        let after = self.at.map_or(0, |at| at.saturating_add(1)).min(self.items.len());
        self.items.splice(after..after, mails.into_iter().map(Subject::Message));
    }

    fn is_there(&self, store: &Store, at: usize) -> bool {
        match self.items.get(at) {
            Some(Subject::Message(ix)) => store.is_here(*ix),
            Some(Subject::Bundle(ix)) => {
                self.bundle(*ix).is_some_and(|bundle| bundle.mails.iter().any(|&ix| store.is_here(ix)))
            }
            None => false,
        }
    }
}

/// The order of play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    People,
    Meetings,
    /// Codes, and whatever else is protected and no person's: never in a bundle.
    Codes,
    Bundled(BundleKind),
}

impl Rank {
    pub fn of(message: &Message) -> Rank {
        let code = message.protection.as_ref().is_some_and(|p| p.kind == ProtectionKind::OneTimeCode);
        let bundled = |kind| if message.protection.is_some() { Rank::Codes } else { Rank::Bundled(kind) };
        match message.kind {
            MessageKind::Person | MessageKind::Meeting if code => Rank::Codes,
            MessageKind::Person => Rank::People,
            MessageKind::Meeting => Rank::Meetings,
            MessageKind::Newsletter => bundled(BundleKind::Newsletters),
            MessageKind::Notification | MessageKind::Report => bundled(BundleKind::Notifications),
            MessageKind::Receipt => bundled(BundleKind::Receipts),
        }
    }

    fn bundle(self) -> Option<BundleKind> {
        match self {
            Rank::People | Rank::Meetings | Rank::Codes => None,
            Rank::Bundled(kind) => Some(kind),
        }
    }
}

/// Conversations by their newest mail, each oldest first. Ties keep the order of arrival, so that the plan never depends on chance.
fn by_conversation(store: &Store, mails: Vec<MailIx>, order: Order) -> Vec<MailIx> {
    let date = |ix: &MailIx| store.get(*ix).and_then(|entry| entry.mail.message.date).unwrap_or(jiff::Timestamp::MIN);
    let mut conversations: BTreeMap<MessageId, Vec<MailIx>> = BTreeMap::new();
    for ix in mails {
        let Some(entry) = store.get(ix) else { continue };
        conversations.entry(entry.mail.message.conversation().clone()).or_default().push(ix);
    }
    let mut groups: Vec<Vec<MailIx>> = conversations.into_values().collect();
    for group in &mut groups {
        group.sort_by_key(|ix| (date(ix), Reverse(*ix)));
    }
    let newest = |group: &[MailIx]| group.iter().map(date).max().unwrap_or(jiff::Timestamp::MIN);
    groups.sort_by_key(|group| (Reverse(newest(group)), group.first().copied()));
    if order == Order::Oldest {
        groups.reverse();
    }
    groups.into_iter().flatten().collect()
}
