//! The messages of this session and what it remembers of each.

use std::collections::{BTreeMap, BTreeSet};

use super::{Mail, Place};

/// A message of this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(Default))]
pub(super) struct MailIx(usize);

/// Whether a message is still where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whereabouts {
    Here,
    /// Archived, deleted or moved by the listener.
    PutAway,
}

/// A message with the session's own memory of it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub mail: Mail,
    pub whereabouts: Whereabouts,
    /// Its body was played to the end.
    pub heard: bool,
    /// Estimated length at speed 1.
    pub seconds: f32,
}

/// All messages ever opened in this session; indices stay valid when the scope changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    entries: Vec<Entry>,
    by_place: BTreeMap<Place, MailIx>,
    /// Messages of which only the head is here.
    coming: BTreeSet<Place>,
}

impl Store {
    /// Takes a message in; one that is known keeps its memory and gets the server's flags.
    pub fn take(&mut self, mail: Mail) -> MailIx {
        if let Some(&known) = self.by_place.get(&mail.place) {
            if let Some(entry) = self.get_mut(known) {
                entry.mail.flags = mail.flags;
            }
            return known;
        }
        let ix = MailIx(self.entries.len());
        self.by_place.insert(mail.place.clone(), ix);
        self.entries.push(Entry { mail, whereabouts: Whereabouts::Here, heard: false, seconds: 0.0 });
        ix
    }

    /// The texts of these follow later.
    pub fn expect_texts(&mut self, places: Vec<Place>) {
        // One that is known whole stays so.
        self.coming.extend(places.into_iter().filter(|place| !self.by_place.contains_key(place)));
    }

    /// The whole message in the place of its head; its memory stays, and so do the flags it has by now.
    pub fn fill(&mut self, mail: Mail) -> Option<MailIx> {
        self.coming.remove(&mail.place);
        let ix = *self.by_place.get(&mail.place)?;
        self.get_mut(ix)?.mail.message = mail.message;
        Some(ix)
    }

    pub fn is_coming(&self, ix: MailIx) -> bool {
        self.get(ix).is_some_and(|entry| self.coming.contains(&entry.mail.place))
    }

    pub fn get(&self, ix: MailIx) -> Option<&Entry> {
        self.entries.get(ix.0)
    }

    pub fn get_mut(&mut self, ix: MailIx) -> Option<&mut Entry> {
        self.entries.get_mut(ix.0)
    }

    pub fn is_here(&self, ix: MailIx) -> bool {
        self.get(ix).is_some_and(|entry| entry.whereabouts == Whereabouts::Here)
    }

    /// Who wrote it, as displayed.
    pub fn sender(&self, ix: MailIx) -> Option<&str> {
        self.get(ix)?.mail.message.sender_name()
    }

    /// 1 for the oldest message of its conversation here, 2 for the next ...
    pub fn place_in_conversation(&self, ix: MailIx) -> u32 {
        let Some(message) = self.get(ix).map(|entry| &entry.mail.message) else { return 1 };
        let earlier = self.entries.iter().map(|entry| &entry.mail.message).filter(|other| {
            other.conversation() == message.conversation() && other.id != message.id && other.date < message.date
        });
        u32::try_from(earlier.count()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Another correspondent here has the same name.
    pub fn shares_name(&self, ix: MailIx) -> bool {
        let Some(from) = self.get(ix).and_then(|entry| entry.mail.message.from.as_ref()) else { return false };
        from.name.is_some()
            && self
                .entries
                .iter()
                .filter_map(|entry| entry.mail.message.from.as_ref())
                .any(|other| other.name == from.name && !other.address.eq_ignore_ascii_case(&from.address))
    }

    /// Message-ID for reports.
    pub fn message_id(&self, ix: MailIx) -> Option<String> {
        Some(self.get(ix)?.mail.message.id.0.clone())
    }
}
