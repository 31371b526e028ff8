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
    at: At,
}

/// Where we are among the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    BeforeAll,
    Item(usize),
    /// Behind this many: what is added there comes next.
    Behind(usize),
}

impl At {
    /// Index of the next item.
    fn next(self) -> usize {
        match self {
            At::BeforeAll => 0,
            At::Item(at) => at.saturating_add(1),
            At::Behind(many) => many,
        }
    }
}

impl Agenda {
    /// Orders `mails` (any order) anew. Bundles of an earlier order stay known, so that a late word still finds them.
    pub fn plan(&mut self, store: &Store, mails: &[MailIx], order: Order, scope: &Scope) {
        let entries = mails.iter().filter(|&&ix| store.is_here(ix)).filter_map(|&ix| Some((ix, store.get(ix)?)));
        let admitted = entries.filter(|(_, entry)| scope.admits(entry, Rank::of(&entry.mail.message)));
        let ranks = ranked(admitted.map(|(ix, entry)| (ix, entry.mail.message.as_ref())), order);
        self.items.clear();
        self.at = At::BeforeAll;
        for (rank, sorted) in ranks {
            let items = self.items_of(rank, sorted);
            self.items.extend(items);
        }
    }

    fn items_of(&mut self, rank: Rank, sorted: Vec<MailIx>) -> Vec<Subject> {
        let Some(kind) = rank.bundle() else { return sorted.into_iter().map(Subject::Message).collect() };
        let bundles = sorted.chunks(BUNDLE_MAX).map(|part| Bundle { kind, mails: part.to_vec() });
        let first = self.bundles.len();
        self.bundles.extend(bundles);
        (first..self.bundles.len()).map(|ix| Subject::Bundle(BundleIx(ix))).collect()
    }

    /// Takes in mail that came later: messages before the bundles that are left, bundles at the end. Gives what is new.
    pub fn add(&mut self, store: &Store, mails: &[MailIx], order: Order, scope: &Scope) -> Vec<Subject> {
        let mut later = Agenda { bundles: std::mem::take(&mut self.bundles), ..Agenda::default() };
        later.plan(store, mails, order, scope);
        self.bundles = later.bundles;
        for &subject in &later.items {
            let place = match subject {
                Subject::Message(_) => self.first_bundle_left(),
                Subject::Bundle(_) => self.items.len(),
            };
            self.items.insert(place, subject);
        }
        later.items
    }

    fn first_bundle_left(&self) -> usize {
        let bundle = |at: &usize| matches!(self.items.get(*at), Some(Subject::Bundle(_)));
        (self.at.next().min(self.items.len())..self.items.len()).find(bundle).unwrap_or(self.items.len())
    }

    /// Of the items that are left, these come first.
    pub fn bring_forward(&mut self, wanted: &[Subject]) {
        let next = self.at.next().min(self.items.len());
        let left = self.items.split_off(next);
        let (first, rest): (Vec<Subject>, Vec<Subject>) = left.into_iter().partition(|item| wanted.contains(item));
        self.items.extend(first);
        self.items.extend(rest);
    }

    /// A message that turned out to be none for a bundle (its text came later) is taken out of the one it was put in.
    pub fn reclassify(&mut self, store: &Store, ix: MailIx) {
        let Some(entry) = store.get(ix) else { return };
        if Rank::of(&entry.mail.message).bundle().is_some() {
            return;
        }
        let next = self.at.next();
        let bundled = self.items.iter().enumerate().find_map(|(at, item)| match item {
            Subject::Bundle(bundle) if at >= next || self.at == At::Item(at) => {
                self.bundle(*bundle).is_some_and(|bundle| bundle.mails.contains(&ix)).then_some(*bundle)
            }
            Subject::Bundle(_) | Subject::Message(_) => None,
        });
        let Some(bundle) = bundled.and_then(|bundle| self.bundles.get_mut(bundle.0)) else { return };
        bundle.mails.retain(|mail| *mail != ix);
        let place = self.first_bundle_left();
        self.items.insert(place, Subject::Message(ix));
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
        let found = (self.at.next()..self.items.len()).find(|&at| self.is_there(store, at));
        self.at = found.map_or(At::Behind(self.items.len()), At::Item);
        self.current()
    }

    /// Moves to the item before that is still there; `None` (and no move) at the first.
    pub fn previous(&mut self, store: &Store) -> Option<Subject> {
        let before = match self.at {
            At::BeforeAll => return None,
            At::Item(at) | At::Behind(at) => at,
        };
        let found = (0..before).rev().find(|&at| self.is_there(store, at))?;
        self.at = At::Item(found);
        self.current()
    }

    pub fn current(&self) -> Option<Subject> {
        match self.at {
            At::Item(at) => self.items.get(at).copied(),
            At::BeforeAll | At::Behind(_) => None,
        }
    }

    /// What [`Agenda::next`] would move to.
    pub fn peek(&self, store: &Store) -> Option<Subject> {
        self.left(store).next()
    }

    /// Items after the one in focus that are still there.
    pub fn left<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = Subject> + 'a {
        (self.at.next()..self.items.len())
            .filter(|&at| self.is_there(store, at))
            .filter_map(|at| self.items.get(at).copied())
    }

    /// Puts a message right after the one in focus: it is offered again.
    pub fn offer_again(&mut self, ix: MailIx) {
        let after = self.at.next().min(self.items.len());
        if self.items.get(after) != Some(&Subject::Message(ix)) {
            self.items.insert(after, Subject::Message(ix));
        }
    }

    /// Puts the messages of a bundle right after it, one by one.
    pub fn open_bundle(&mut self, store: &Store, ix: BundleIx) {
        let mails = self.mails(store, Subject::Bundle(ix));
        let after = self.at.next().min(self.items.len());
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

/// Indices of `messages` (newest first, as a mailbox gives them) in the order in which a session plays them: who fetches
/// their texts in this order has what is announced first before the rest.
pub fn listening_order(messages: &[&Message], order: Order) -> Vec<usize> {
    ranked(messages.iter().copied().enumerate(), order).into_values().flatten().collect()
}

/// The messages of each rank, sorted. `Ix` rises with arrival.
fn ranked<'a, Ix: Copy + Ord>(
    messages: impl Iterator<Item = (Ix, &'a Message)>,
    order: Order,
) -> BTreeMap<Rank, Vec<Ix>> {
    let mut ranks: BTreeMap<Rank, Vec<(Ix, &Message)>> = BTreeMap::new();
    for (ix, message) in messages {
        ranks.entry(Rank::of(message)).or_default().push((ix, message));
    }
    ranks.into_iter().map(|(rank, mails)| (rank, by_conversation(mails, order))).collect()
}

/// Conversations by their newest mail, each oldest first. Ties keep the order of arrival, so that the plan never depends on chance.
fn by_conversation<Ix: Copy + Ord>(mails: Vec<(Ix, &Message)>, order: Order) -> Vec<Ix> {
    let date = |(_, message): &(Ix, &Message)| message.date.unwrap_or(jiff::Timestamp::MIN);
    let mut conversations: BTreeMap<&MessageId, Vec<(Ix, &Message)>> = BTreeMap::new();
    for mail in mails {
        conversations.entry(mail.1.conversation()).or_default().push(mail);
    }
    let mut groups: Vec<Vec<(Ix, &Message)>> = conversations.into_values().collect();
    for group in &mut groups {
        group.sort_by_key(|mail| (date(mail), Reverse(mail.0)));
    }
    let newest = |group: &[(Ix, &Message)]| group.iter().map(date).max().unwrap_or(jiff::Timestamp::MIN);
    groups.sort_by_key(|group| (Reverse(newest(group)), group.first().map(|mail| mail.0)));
    if order == Order::Oldest {
        groups.reverse();
    }
    groups.into_iter().flatten().map(|(ix, _)| ix).collect()
}
