//! Reading the inbox: which messages, then their text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::folder::{self, Folder, Found};
use super::{Known, MaildirOptions, UID_VALIDITY};
use crate::mail::{MESSAGE_CAP, Message, ParseContext};
use crate::mailbox::head;
use crate::mailbox::scope::{Candidate, Flagged, MOST_MESSAGES, Unread, sane_date, select};
use crate::session::{Mail, MailScope, Opened, Place};
use crate::units::{Millis, WallTime};

/// Bytes of a message read to find its Date header.
const HEADER_CAP: u64 = 64 * 1024;

pub(super) struct Inbox {
    pub unread: u32,
    pub mails: Opened,
}

/// Reads what `scope` names. `known` learns every message of the inbox.
pub(super) fn open(
    root: &Path,
    known: &mut BTreeMap<u32, Known>,
    scope: MailScope,
    options: &MaildirOptions,
) -> io::Result<Inbox> {
    let mut files = Folder::inbox().files(root)?;
    files.retain(|found| !found.name.is_trashed());
    let files = number(files, known);
    let candidates: Vec<Candidate> = files.iter().map(|(&uid, found)| candidate(uid, found, options)).collect();
    let chosen = select(&candidates, scope, &options.now);

    let (mails, unreadable) = read_all(&chosen, &files, options);
    let unread = count(candidates.iter().filter(|candidate| candidate.unread == Unread::Yes));
    let played = count(candidates.iter().filter(|c| c.unread == Unread::Yes && chosen.contains(&c.uid)));
    let folders = folder::list(root)?.iter().map(Folder::display).collect();
    Ok(Inbox { unread, mails: Opened { mails, older_unread: unread.saturating_sub(played), unreadable, folders } })
}

/// Unread mail that is not `known` yet, and becomes so; `None` when there is none. `now` = session time.
pub(super) fn news(
    root: &Path,
    known: &mut BTreeMap<u32, Known>,
    now: Millis,
    options: &MaildirOptions,
) -> io::Result<Option<Opened>> {
    let mut files = Folder::inbox().files(root)?;
    let bases: BTreeSet<String> = known.values().map(|known| known.base.clone()).collect();
    files.retain(|found| !found.name.is_trashed() && !bases.contains(&found.name.base));
    let mut files = number(files, known);
    files.retain(|_, found| !found.name.flags().seen);
    // A thousand delivered at once are no news: the last ones by name, which begins with the time.
    while files.len() > MOST_MESSAGES {
        files.pop_first();
    }
    let candidates: Vec<Candidate> = files.iter().map(|(&uid, found)| candidate(uid, found, options)).collect();
    let utc_ms = options.now.utc_ms.saturating_add(i64::try_from(now.0).unwrap_or(i64::MAX));
    let wall = WallTime { utc_ms, zone: options.now.zone.clone() };
    let chosen = select(&candidates, MailScope::Unread, &wall);
    let (mails, unreadable) = read_all(&chosen, &files, options);
    if mails.is_empty() && unreadable == 0 {
        return Ok(None);
    }
    Ok(Some(Opened { mails, older_unread: 0, unreadable, folders: Vec::new() }))
}

/// These messages, and how many could not be read.
fn read_all(chosen: &[u32], files: &BTreeMap<u32, Found>, options: &MaildirOptions) -> (Vec<Mail>, u32) {
    let mut mails = Vec::new();
    let mut unreadable = 0_u32;
    for uid in chosen {
        let Some(found) = files.get(uid) else { continue };
        match read_message(found, options) {
            Some(message) => {
                mails.push(Mail { place: place(*uid, options), message: Arc::new(message), flags: found.name.flags() })
            }
            None => unreadable = unreadable.saturating_add(1),
        }
    }
    (mails, unreadable)
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// UIDs by the order of names; a message keeps its UID for the session.
fn number(files: Vec<Found>, known: &mut BTreeMap<u32, Known>) -> BTreeMap<u32, Found> {
    let by_base: BTreeMap<String, u32> = known.iter().map(|(&uid, known)| (known.base.clone(), uid)).collect();
    let mut next = known.last_key_value().map_or(1, |(&uid, _)| uid.saturating_add(1));
    let mut numbered = BTreeMap::new();
    for found in files {
        let uid = by_base.get(&found.name.base).copied().unwrap_or_else(|| {
            let uid = next;
            next = next.saturating_add(1);
            uid
        });
        known.insert(uid, Known { folder: Folder::inbox(), base: found.name.base.clone() });
        numbered.insert(uid, found);
    }
    numbered
}

fn candidate(uid: u32, found: &Found, options: &MaildirOptions) -> Candidate {
    let flags = found.name.flags();
    let header = read_at_most(&found.path, HEADER_CAP).ok().and_then(|bytes| head::date(&bytes));
    Candidate {
        uid,
        date: sane_date(header, found.name.received(), &options.now),
        unread: if flags.seen { Unread::No } else { Unread::Yes },
        flagged: if flags.flagged { Flagged::Yes } else { Flagged::No },
    }
}

fn read_message(found: &Found, options: &MaildirOptions) -> Option<Message> {
    let bytes = read_at_most(&found.path, MESSAGE_CAP as u64).ok()?;
    let context = ParseContext { own_addresses: options.own_addresses.clone(), received: found.name.received() };
    head::message(&bytes, &context)
}

fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn place(uid: u32, options: &MaildirOptions) -> Place {
    Place { account: options.account.clone(), folder: "INBOX".to_owned(), uid_validity: UID_VALIDITY, uid }
}
