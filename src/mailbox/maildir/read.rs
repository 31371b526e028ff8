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
use crate::units::Millis;

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

    let (mails, unreadable) = read_all(root, &chosen, &files, known, options);
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
    let chosen = select(&candidates, MailScope::Unread, &options.now.plus(now));
    let (mails, unreadable) = read_all(root, &chosen, &files, known, options);
    if mails.is_empty() && unreadable == 0 {
        return Ok(None);
    }
    Ok(Some(Opened { mails, older_unread: 0, unreadable, folders: Vec::new() }))
}

/// These messages, and how many could not be read. What is gone is none of them, and not `known` any more: it is news when it
/// comes back.
fn read_all(
    root: &Path,
    chosen: &[u32],
    files: &BTreeMap<u32, Found>,
    known: &mut BTreeMap<u32, Known>,
    options: &MaildirOptions,
) -> (Vec<Mail>, u32) {
    let mut mails = Vec::new();
    let mut unreadable = 0_u32;
    for uid in chosen {
        let Some(found) = files.get(uid) else { continue };
        match read_wherever(root, found) {
            Ok(Some((found, bytes))) => match message(&found, &bytes, options) {
                Some(message) => {
                    let message = Arc::new(message);
                    mails.push(Mail { place: place(*uid, options), message, flags: found.name.flags() });
                }
                None => unreadable = unreadable.saturating_add(1),
            },
            Ok(None) => {
                known.remove(uid);
            }
            Err(_) => unreadable = unreadable.saturating_add(1),
        }
    }
    (mails, unreadable)
}

/// The file's bytes, also when another program has renamed it since it was listed (from `new` to `cur`, or with other flags),
/// and its name then; `None` when it is gone.
fn read_wherever(root: &Path, listed: &Found) -> io::Result<Option<(Found, Vec<u8>)>> {
    let read = |found: Found| read_at_most(&found.path, MESSAGE_CAP as u64).map(|bytes| Some((found, bytes)));
    match read(listed.clone()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read,
    }
    match Folder::inbox().find(root, &listed.name.base)? {
        Some(found) => read(found),
        None => Ok(None),
    }
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

fn message(found: &Found, bytes: &[u8], options: &MaildirOptions) -> Option<Message> {
    let context = ParseContext { own_addresses: options.own_addresses.clone(), received: found.name.received() };
    head::message(bytes, &context)
}

fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn place(uid: u32, options: &MaildirOptions) -> Place {
    Place { account: options.account.clone(), folder: "INBOX".to_owned(), uid_validity: UID_VALIDITY, uid }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_another_program_renames_between_listing_and_reading_is_read_where_it_is_then() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        Folder::inbox().create(root).unwrap();
        let mail = "From: Ana <ana@example.org>\r\nSubject: hello\r\n\r\nText.\r\n";
        for name in ["1.a", "2.b", "3.c"] {
            fs::write(root.join("new").join(name), mail).unwrap();
        }
        let now = crate::units::WallTime { utc_ms: 0, zone: jiff::tz::TimeZone::UTC };
        let options = MaildirOptions { now, own_addresses: vec![], account: "work".into(), round_trip_ms: 0 };
        let mut known = BTreeMap::new();
        let files = number(Folder::inbox().files(root).unwrap(), &mut known);
        fs::rename(root.join("new/1.a"), root.join("cur/1.a:2,F")).unwrap();
        fs::remove_file(root.join("new/2.b")).unwrap();
        let (mails, unreadable) = read_all(root, &[1, 2, 3], &files, &mut known, &options);
        let read: Vec<(u32, bool)> = mails.iter().map(|mail| (mail.place.uid, mail.flags.flagged)).collect();
        assert_eq!((read, unreadable), (vec![(1, true), (3, false)], 0));
        assert_eq!(known.keys().copied().collect::<Vec<_>>(), [1, 3], "what comes back is news");
    }
}
