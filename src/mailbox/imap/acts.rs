//! Changes on the server: each can be interrupted anywhere and asked again, and is then done once.

use super::client::{Answer, quoted};
use super::error::{ImapError, Refusal};
use super::link::{Access, Link, counts_command, name, no_folder};
use super::response::{Code, Fetched};
use crate::mailbox::journal::{Begun, Change, Entry, FlagName, Looks, Spot, Target};

/// Sent first, so that the server forgets what other clients took away (it may go on showing that until asked).
const NEWS: &str = "NOOP";

/// Items that tell a message without a Message-ID from others.
const LOOKS: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.65536>)";
/// Messages that may have arrived in a destination beside ours.
const MOST_NEIGHBOURS: u32 = 500;

/// Why a change did not happen.
#[derive(Debug)]
pub(super) enum ActError {
    Imap(ImapError),
    /// Moved or deleted elsewhere meanwhile.
    Gone,
    /// The journal could not be written, so the server was not asked.
    Disk,
}

impl From<ImapError> for ActError {
    fn from(error: ImapError) -> Self {
        ActError::Imap(error)
    }
}

/// What a change did.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Takes it back exactly.
    pub reverse: Change,
    /// Where the message is now, if it went somewhere.
    pub now: Option<Spot>,
}

/// Writes the destination's state to the journal; on disk when it returns `Ok`.
pub(super) type Note<'a> = &'a mut dyn FnMut(Begun) -> Result<(), ActError>;

/// Whether this change may have been tried before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    First,
    Again,
}

/// Sets or clears a flag and looks whether the server shows it: one round trip.
pub(super) fn mark(link: &mut Link, entry: &Entry, spot: &Spot, attempt: Attempt) -> Result<Outcome, ActError> {
    let Change::Mark { flag, to, before, .. } = entry.change else { return Err(ActError::Gone) };
    let uid = locate(link, spot, entry.message_id.as_deref())?;
    let (atom, lower) = match flag {
        FlagName::Seen => ("\\Seen", "\\seen"),
        FlagName::Flagged => ("\\Flagged", "\\flagged"),
    };
    let sign = if to { '+' } else { '-' };
    let look = format!("UID FETCH {uid} (UID FLAGS)");
    let store = format!("UID STORE {uid} {sign}FLAGS.SILENT ({atom})");
    let batch = link.client.batch(&[NEWS.to_owned(), look.clone(), store, look])?;
    let shown = flags_of(&batch.all, uid);
    let (first, last) = shown.first().zip(shown.last()).ok_or(ActError::Gone)?;
    batch.accepted(2)?;
    let was = first.iter().any(|flag| flag == lower);
    let is = last.iter().any(|flag| flag == lower);
    if is != to {
        return Err(ImapError::Refused("the flag did not change".to_owned(), Refusal::Other).into());
    }
    // When this was tried before, what the server shows may be our own doing.
    let was = if attempt == Attempt::First { was } else { before };
    let spot = Spot { uid: Some(uid), ..spot.clone() };
    Ok(Outcome { reverse: Change::Mark { spot, flag, to: was, before: to }, now: None })
}

/// Moves a message; the journal knows the destination's next UID before the server is asked.
pub(super) fn relocate(
    link: &mut Link,
    entry: &Entry,
    spot: &Spot,
    target: &Target,
    note: Note,
) -> Result<Outcome, ActError> {
    if let Some(begun) = &entry.begun
        && let Some(outcome) = already_done(link, entry, spot, begun)?
    {
        return Ok(outcome);
    }
    let uid = locate(link, spot, entry.message_id.as_deref())?;
    let from = Spot { uid: Some(uid), ..spot.clone() };
    let mut to = link.destination(target)?;
    if to == spot.folder {
        return Ok(Outcome { reverse: Change::Move { spot: from, to: Target::Raw(to) }, now: None });
    }
    let id = entry.message_id.as_deref();
    let begun = match (destination_state(link, uid, &to, id), target) {
        // Deleted elsewhere since the folders were listed; these two are ours to make.
        (Err(ActError::Imap(ImapError::Refused(_, Refusal::NoSuchFolder))), Target::Archive | Target::Trash) => {
            to = link.create(&to)?;
            destination_state(link, uid, &to, id)?
        }
        (state, _) => state?,
    };
    note(begun.clone())?;
    if link.client.knows("MOVE") {
        let answer = link.client.command(&format!("UID MOVE {uid} {}", name(&to)?))?.accepted()?;
        let arrived = copied_to(&answer, uid);
        if arrived.is_none() {
            // OK is also said when nothing was moved: only the destination knows.
            let done = already_done(link, entry, &from, &begun)?;
            return done.ok_or_else(|| ImapError::Refused("it stayed where it was".to_owned(), Refusal::Other).into());
        }
        Ok(moved(spot, &begun, arrived))
    } else {
        let answer = link.client.command(&format!("UID COPY {uid} {}", name(&to)?))?.accepted()?;
        let mut arrived = copied_to(&answer, uid);
        // OK is also said when nothing was copied, and what else arrived there meanwhile is no copy: the original goes only
        // once this very message was seen to arrive.
        if arrived.is_none() {
            arrived = copy_of(link, entry, &begun)?;
            if arrived.is_none() {
                return Err(ImapError::Refused("it was not copied".to_owned(), Refusal::Other).into());
            }
        }
        take_away(link, &from, uid, &begun, arrived)
    }
}

/// Takes back a copy whose original could only be marked as deleted.
pub(super) fn restore(link: &mut Link, entry: &Entry, spot: &Spot, copy: &Spot) -> Result<Outcome, ActError> {
    let uid = locate(link, spot, entry.message_id.as_deref())?;
    let batch = link
        .client
        .batch(&[format!("UID STORE {uid} -FLAGS.SILENT (\\Deleted)"), format!("UID FETCH {uid} (UID FLAGS)")])?;
    batch.accepted(0)?;
    is_there(&batch.all, uid)?;
    match locate(link, copy, entry.message_id.as_deref()) {
        Ok(copied) => {
            link.client.command(&format!("UID STORE {copied} +FLAGS.SILENT (\\Deleted)"))?.accepted()?;
        }
        // The original is back: a copy that cannot be found any more is no loss.
        Err(ActError::Gone) => {}
        Err(error) => return Err(error),
    }
    let spot = Spot { uid: Some(uid), ..spot.clone() };
    Ok(Outcome { reverse: Change::Move { spot: spot.clone(), to: Target::Raw(copy.folder.clone()) }, now: Some(spot) })
}

/// After COPY: the original goes. Without UIDPLUS it is only marked: a plain EXPUNGE would purge the user's other mail.
fn take_away(
    link: &mut Link,
    from: &Spot,
    uid: u32,
    begun: &Begun,
    arrived: Option<(u32, u32)>,
) -> Result<Outcome, ActError> {
    link.select(&from.folder)?;
    let mut commands = vec![format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)")];
    let expunges = link.client.knows("UIDPLUS");
    if expunges {
        // Together with the mark: without it this takes nothing away.
        commands.push(format!("UID EXPUNGE {uid}"));
    }
    let batch = link.client.batch(&commands)?;
    batch.accepted(0)?;
    if expunges {
        batch.accepted(1)?;
        return Ok(moved(from, begun, arrived));
    }
    let copy = arrival(begun, arrived);
    Ok(Outcome { reverse: Change::Restore { spot: from.clone(), copy: copy.clone() }, now: Some(copy) })
}

/// Whether an act that was begun before has happened: its message stands at or above the noted UIDNEXT.
fn already_done(link: &mut Link, entry: &Entry, spot: &Spot, begun: &Begun) -> Result<Option<Outcome>, ActError> {
    let still_here = match locate(link, spot, entry.message_id.as_deref()) {
        Ok(uid) => exists(link, uid)?.then_some(uid),
        Err(ActError::Gone) => None,
        Err(error) => return Err(error),
    };
    // MOVE does all or nothing.
    if still_here.is_some() && link.client.knows("MOVE") {
        return Ok(None);
    }
    match (copy_of(link, entry, begun)?, still_here) {
        (Some(arrived), None) => Ok(Some(moved(spot, begun, Some(arrived)))),
        (Some(arrived), Some(uid)) => {
            let from = Spot { uid: Some(uid), ..spot.clone() };
            take_away(link, &from, uid, begun, Some(arrived)).map(Some)
        }
        (None, Some(_)) => Ok(None),
        (None, None) => Err(ActError::Gone),
    }
}

/// UIDVALIDITY and UID of the message in the destination, if it has arrived there since.
fn copy_of(link: &mut Link, entry: &Entry, begun: &Begun) -> Result<Option<(u32, u32)>, ActError> {
    let there = Spot { folder: begun.folder.clone(), validity: begun.validity, uid: None, since: begun.uid_next };
    match &entry.message_id {
        Some(_) => match locate(link, &there, entry.message_id.as_deref()) {
            Ok(uid) => Ok(Some((begun.validity, uid))),
            Err(ActError::Gone) => Ok(None),
            Err(error) => Err(error),
        },
        // Nothing to search for: whatever arrived there since is compared.
        None => Ok(alike(link, begun)?.map(|uid| (begun.validity, uid))),
    }
}

fn moved(from: &Spot, begun: &Begun, arrived: Option<(u32, u32)>) -> Outcome {
    let now = arrival(begun, arrived);
    Outcome { reverse: Change::Move { spot: now.clone(), to: Target::Raw(from.folder.clone()) }, now: Some(now) }
}

/// `arrived` = UIDVALIDITY and UID where the server said so.
fn arrival(begun: &Begun, arrived: Option<(u32, u32)>) -> Spot {
    Spot {
        folder: begun.folder.clone(),
        validity: arrived.map_or(begun.validity, |(validity, _)| validity),
        uid: arrived.map(|(_, uid)| uid),
        since: begun.uid_next,
    }
}

/// Looks that the message is there and notes the destination's next UID: one round trip, two when the folder is made.
fn destination_state(link: &mut Link, uid: u32, to: &str, message_id: Option<&str>) -> Result<Begun, ActError> {
    let items = if message_id.is_some() { "(UID FLAGS)" } else { LOOKS };
    let batch = link.client.batch(&[NEWS.to_owned(), format!("UID FETCH {uid} {items}"), counts_command(to)?])?;
    is_there(&batch.all, uid)?;
    batch.accepted(2).map_err(no_folder)?;
    let counts = batch.all.counts();
    let fetched = batch.all.fetched().filter(|fetched| fetched.uid == Some(uid));
    Ok(Begun {
        folder: to.to_owned(),
        validity: counts.uid_validity.unwrap_or(0),
        uid_next: counts.uid_next.unwrap_or(1),
        looks: if message_id.is_some() { None } else { fetched.filter_map(looks).next() },
    })
}

fn looks(fetched: &Fetched) -> Option<Looks> {
    let header = &fetched.sections.iter().find(|section| section.name == "HEADER")?.bytes;
    Some(Looks { received: fetched.internal_date.clone()?, size: fetched.size?, header: fnv1a(header) })
}

/// 64-bit FNV-1a (isthe.com/chongo/tech/comp/fnv): tells neighbours apart, hides nothing.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The one message in the destination, at or above the noted UIDNEXT, that looks like ours.
fn alike(link: &mut Link, begun: &Begun) -> Result<Option<u32>, ActError> {
    let Some(wanted) = &begun.looks else { return Ok(None) };
    if link.select(&begun.folder)?.validity != begun.validity {
        return Ok(None);
    }
    let since = begun.uid_next;
    let to = since.saturating_add(MOST_NEIGHBOURS);
    let answer = link.client.command(&format!("UID FETCH {since}:{to} {LOOKS}"))?.accepted()?;
    let same = answer.fetched().filter(|fetched| looks(fetched).as_ref() == Some(wanted));
    let uids: Vec<u32> = same.filter_map(|fetched| fetched.uid).filter(|&uid| uid >= since).collect();
    Ok(uids.first().copied())
}

/// The UID in the selected folder: as known while UIDVALIDITY holds, else by Message-ID, newest copy first (I7).
fn locate(link: &mut Link, spot: &Spot, message_id: Option<&str>) -> Result<u32, ActError> {
    let selected = link.select(&spot.folder)?;
    if selected.access == Access::ReadOnly {
        return Err(ImapError::Refused("the folder is read-only".to_owned(), Refusal::ReadOnly).into());
    }
    let same = selected.validity == spot.validity;
    if let (Some(uid), true) = (spot.uid, same) {
        return Ok(uid);
    }
    let id = message_id.and_then(quoted).ok_or(ActError::Gone)?;
    let since = if same { spot.since } else { 1 };
    let answer =
        link.client.command(&format!("UID SEARCH UNDELETED UID {since}:* HEADER Message-ID {id}"))?.accepted()?;
    // `n:*` always holds the last message, even below n.
    answer.found().into_iter().rfind(|&uid| uid >= since).ok_or(ActError::Gone)
}

/// In the selected folder.
fn exists(link: &mut Link, uid: u32) -> Result<bool, ActError> {
    let answer = link.client.command(&format!("UID FETCH {uid} (UID FLAGS)"))?.accepted()?;
    Ok(!flags_of(&answer, uid).is_empty())
}

fn is_there(answer: &Answer, uid: u32) -> Result<(), ActError> {
    if flags_of(answer, uid).is_empty() { Err(ActError::Gone) } else { Ok(()) }
}

/// Every time the server showed the message's flags, oldest first.
fn flags_of(answer: &Answer, uid: u32) -> Vec<&Vec<String>> {
    answer.fetched().filter(|fetched| fetched.uid == Some(uid)).filter_map(|fetched| fetched.flags.as_ref()).collect()
}

fn copied_to(answer: &Answer, uid: u32) -> Option<(u32, u32)> {
    answer.codes().find_map(|code| {
        let Code::CopyUid { validity, from, to } = code else { return None };
        let at = from.iter().position(|&source| source == uid)?;
        to.get(at).map(|&arrived| (*validity, arrived))
    })
}
