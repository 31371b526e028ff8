//! Start: counts, then headers and structures, then every text part, in three round trips after the login.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::client::Answer;
use super::error::ImapError;
use super::link::{Link, no_folder};
use super::response::Fetched;
use super::skeleton;
use crate::mail::ParseContext;
use crate::mailbox::head;
use crate::mailbox::scope::{Candidate, Flagged, MOST_MESSAGES, NEWEST, Unread, sane_date, select};
use crate::session::{Flags, Mail, MailScope, Opened, Place};
use crate::units::WallTime;

/// Bytes of one text part: an hour of speech.
const TEXT_CAP: usize = 64 * 1024;
/// Bytes of a message read whole, when its structure makes no sense.
const WHOLE_CAP: usize = 256 * 1024;
/// Text parts of one message.
const MOST_TEXTS: usize = 8;
/// Headers that only machines on the way read: left out, they are most of the bytes of most mail. The server repeats the
/// list with every message, so only the fat ones stand here (a longer list cost 300 bytes a message).
const BALLAST: &str = "Received DKIM-Signature X-Google-DKIM-Signature ARC-Seal ARC-Message-Signature \
ARC-Authentication-Results Authentication-Results X-MS-Exchange-AntiSpam-MessageData-0 X-Microsoft-Antispam-Message-Info";
pub(super) const INBOX: &str = "INBOX";

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub scope: MailScope,
    pub now: WallTime,
    pub account: String,
    pub own_addresses: Vec<String>,
    pub folders: FolderList,
}

/// When the folders are asked for: thousands of them are more bytes than the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FolderList {
    Now,
    Later,
}

/// How much is asked at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Care {
    Quick,
    /// After a connection died while reading: message by message, without structures, and never the ones in the set.
    OneByOne(BTreeSet<u32>),
}

/// Why reading failed, and on which message, when it was one.
#[derive(Debug)]
pub(super) struct ReadError {
    pub error: ImapError,
    pub suspect: Option<u32>,
}

impl From<ImapError> for ReadError {
    fn from(error: ImapError) -> Self {
        ReadError { error, suspect: None }
    }
}

/// One message on its way into memory.
#[derive(Debug, Default)]
struct Draft {
    fetched: Fetched,
    texts: Vec<(String, Vec<u8>)>,
    whole: Option<Vec<u8>>,
    /// Whether its text was asked for.
    asked: bool,
}

/// What is there, and what of it is played; texts come afterwards, as many at a time as one likes.
#[derive(Debug)]
pub(super) struct Survey {
    overview: Overview,
    question: Question,
    candidates: Vec<Candidate>,
    /// Newest first.
    chosen: Vec<u32>,
    drafts: BTreeMap<u32, Draft>,
}

/// Counts, headers and structures: two round trips. `counted` hears of the number of unread messages as soon as it is known.
pub(super) fn survey(
    link: &mut Link,
    question: &Question,
    care: &Care,
    counted: &mut dyn FnMut(u32),
) -> Result<Survey, ReadError> {
    let overview = overview(link, question)?;
    counted(overview.unread);
    gather(link, overview, question, care)
}

/// What came since: unread messages from this UID on.
pub(super) fn news(link: &mut Link, question: &Question, since: u32) -> Result<Survey, ReadError> {
    let selected = link.select_anew(INBOX)?;
    let answer = link.client.command(&format!("UID SEARCH UNSEEN UNDELETED UID {since}:*"))?.accepted()?;
    // `n:*` always holds the last message, even below n.
    let found: Vec<u32> = answer.found().into_iter().filter(|&uid| uid >= since).collect();
    let first = found.len().saturating_sub(MOST_MESSAGES);
    let unread = count(found.iter());
    let uids = found.get(first..).unwrap_or_default().to_vec();
    let next = found.last().map_or(since, |last| last.saturating_add(1));
    let overview = Overview { unread, validity: selected.validity, uids, folders: Vec::new(), next };
    gather(link, overview, question, &Care::Quick)
}

fn gather(link: &mut Link, overview: Overview, question: &Question, care: &Care) -> Result<Survey, ReadError> {
    let drafts = match care {
        Care::Quick => heads(link, &overview.uids)?,
        Care::OneByOne(never) => whole_messages(link, &overview.uids, never)?,
    };
    let candidates: Vec<Candidate> =
        overview.uids.iter().map(|&uid| candidate(uid, drafts.get(&uid), question)).collect();
    let chosen = select(&candidates, question.scope, &question.now);
    Ok(Survey { overview, question: question.clone(), candidates, chosen, drafts })
}

impl Survey {
    /// UIDs that are played, newest first.
    pub fn chosen(&self) -> &[u32] {
        &self.chosen
    }

    pub fn validity(&self) -> u32 {
        self.overview.validity
    }

    /// UIDs from here on came later.
    pub fn next(&self) -> u32 {
        self.overview.next
    }

    /// Text parts of these messages, all in one round trip.
    pub fn fetch(&mut self, link: &mut Link, uids: &[u32]) -> Result<(), ImapError> {
        texts(link, uids, &mut self.drafts)
    }

    /// Messages whose text was not fetched, newest first.
    pub fn without_text(&self) -> Vec<u32> {
        let is_bare = |uid: &u32| {
            let draft = self.drafts.get(uid);
            draft.is_some_and(|draft| !draft.asked && draft.whole.is_none())
        };
        self.chosen.iter().copied().filter(is_bare).collect()
    }

    /// The message as far as it is known; `None` when nothing can be made of it.
    pub fn mail(&self, uid: u32) -> Option<Mail> {
        mail(uid, self.drafts.get(&uid)?, self.overview.validity, &self.question)
    }

    /// Message-IDs by UID, as the server can search them.
    pub fn message_ids(&self) -> impl Iterator<Item = (u32, Option<String>)> {
        self.chosen.iter().map(|&uid| (uid, self.drafts.get(&uid).and_then(|draft| head::message_id(header(draft)))))
    }

    pub fn opened(&self) -> Opened {
        let mut mails = Vec::new();
        let mut unreadable = 0_u32;
        for &uid in &self.chosen {
            match self.mail(uid) {
                Some(mail) => mails.push(mail),
                None => unreadable = unreadable.saturating_add(1),
            }
        }
        // Messages read whole told their date only now.
        mails.sort_by(|a, b| b.message.date.cmp(&a.message.date).then(b.place.uid.cmp(&a.place.uid)));
        let is_played = |c: &&Candidate| c.unread == Unread::Yes && self.chosen.contains(&c.uid);
        let played = count(self.candidates.iter().filter(is_played));
        Opened {
            mails,
            older_unread: self.overview.unread.saturating_sub(played),
            unreadable,
            folders: self.overview.folders.clone(),
        }
    }
}

#[derive(Debug)]
struct Overview {
    unread: u32,
    validity: u32,
    /// Messages that may be played: the newest by UID.
    uids: Vec<u32>,
    folders: Vec<String>,
    /// The next UID of the folder.
    next: u32,
}

/// INBOX opened, counted and searched, and folders where they are wanted now: one round trip (two for the newest ten).
fn overview(link: &mut Link, question: &Question) -> Result<Overview, ImapError> {
    let search = search(question);
    let mut commands = vec![format!("SELECT {INBOX}"), "STATUS INBOX (UNSEEN)".to_owned()];
    commands.extend(search.clone());
    if question.folders == FolderList::Now {
        commands.push(link.list_command().to_owned());
    }
    let batch = link.client.batch(&commands)?;
    let folders = match question.folders {
        FolderList::Now => link.learn_folders(&batch.all).displayed(),
        FolderList::Later => Vec::new(),
    };
    let unread = batch.accepted(1).ok().and_then(|()| batch.all.counts().unseen);
    if search.is_some() {
        batch.accepted(0).map_err(no_folder)?;
        batch.accepted(2)?;
    }
    let found = batch.all.found();
    let selected = link.selected(INBOX, batch.into_answer(0))?;
    let uids = if search.is_some() { found } else { newest(link, selected.exists)? };
    let first = uids.len().saturating_sub(MOST_MESSAGES);
    let uids = uids.get(first..).unwrap_or_default().to_vec();
    let unread = unread.unwrap_or_else(|| count(uids.iter()));
    let next = selected.next.unwrap_or_else(|| uids.last().map_or(1, |last| last.saturating_add(1)));
    Ok(Overview { unread, validity: selected.validity, uids, folders, next })
}

/// The server's dates have no zone worth trusting: a day is added on the far side, and the exact rule is ours.
fn search(question: &Question) -> Option<String> {
    let since = |days: i64| {
        let ms = question.now.utc_ms.saturating_sub(days.saturating_mul(24 * 3600 * 1000));
        let date = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
        date.strftime("%-d-%b-%Y").to_string()
    };
    match question.scope {
        MailScope::Unread => Some(format!("UID SEARCH UNSEEN UNDELETED SINCE {}", since(8))),
        MailScope::Today => Some(format!("UID SEARCH UNSEEN UNDELETED SINCE {}", since(2))),
        MailScope::Flagged => Some("UID SEARCH FLAGGED UNDELETED".to_owned()),
        MailScope::NewestTen => None,
    }
}

/// UIDs of the last messages, deleted ones left out.
fn newest(link: &mut Link, exists: u32) -> Result<Vec<u32>, ImapError> {
    if exists == 0 {
        return Ok(Vec::new());
    }
    // Twice as many as wanted: some may be marked as deleted.
    let first = exists.saturating_sub(u32::try_from(NEWEST.saturating_mul(2)).unwrap_or(20)).saturating_add(1);
    let answer = link.client.command(&format!("FETCH {first}:{exists} (UID FLAGS)"))?.accepted()?;
    let is_kept =
        |fetched: &&Fetched| !fetched.flags.as_ref().is_some_and(|flags| flags.iter().any(|flag| flag == "\\deleted"));
    let mut uids: Vec<u32> = answer.fetched().filter(is_kept).filter_map(|fetched| fetched.uid).collect();
    uids.sort_unstable();
    uids.dedup();
    Ok(uids)
}

/// Flags, dates, structures and headers of all candidates: one round trip.
fn heads(link: &mut Link, uids: &[u32]) -> Result<BTreeMap<u32, Draft>, ImapError> {
    let mut drafts = BTreeMap::new();
    if uids.is_empty() {
        return Ok(drafts);
    }
    let set: Vec<String> = uids.iter().map(u32::to_string).collect();
    let items =
        format!("(UID FLAGS INTERNALDATE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS.NOT ({BALLAST})]<0.{TEXT_CAP}>)");
    let answer = link.client.command(&format!("UID FETCH {} {items}", set.join(",")))?;
    // A refusal here concerns one of fifty messages: those that did not come are asked for one by one.
    merge(&answer, uids, &mut drafts);
    Ok(drafts)
}

fn merge(answer: &Answer, uids: &[u32], drafts: &mut BTreeMap<u32, Draft>) {
    for fetched in answer.fetched() {
        let Some(uid) = fetched.uid.filter(|uid| uids.contains(uid)) else { continue };
        let draft = drafts.entry(uid).or_default();
        draft.fetched.uid = Some(uid);
        draft.fetched.flags = fetched.flags.clone().or_else(|| draft.fetched.flags.take());
        draft.fetched.internal_date = fetched.internal_date.clone().or_else(|| draft.fetched.internal_date.take());
        draft.fetched.structure = fetched.structure.clone().or_else(|| draft.fetched.structure.take());
        draft.fetched.sections.extend(fetched.sections.iter().cloned());
    }
}

/// Text parts of every chosen message, newest first, all in one round trip; whole beginnings where the structure is unknown.
fn texts(link: &mut Link, chosen: &[u32], drafts: &mut BTreeMap<u32, Draft>) -> Result<(), ImapError> {
    let asked: Vec<(u32, String)> =
        chosen.iter().filter_map(|&uid| Some((uid, text_command(uid, drafts.get(&uid))?))).collect();
    ask_texts(link, asked.iter().map(|(_, command)| command.clone()).collect(), drafts)?;
    // A structure that promised parts the server does not give: such a message is read whole, as far as it goes.
    let is_empty = |uid: &u32| drafts.get(uid).is_none_or(|draft| draft.texts.is_empty() && draft.whole.is_none());
    let again: Vec<String> = asked.iter().map(|(uid, _)| *uid).filter(is_empty).map(whole_command).collect();
    if !again.is_empty() {
        ask_texts(link, again, drafts)?;
    }
    for uid in chosen {
        if let Some(draft) = drafts.get_mut(uid) {
            draft.asked = true;
        }
    }
    Ok(())
}

fn ask_texts(link: &mut Link, commands: Vec<String>, drafts: &mut BTreeMap<u32, Draft>) -> Result<(), ImapError> {
    for fetched in link.client.batch(&commands)?.all.fetched() {
        if let Some(uid) = fetched.uid {
            keep_texts(drafts.entry(uid).or_default(), fetched);
        }
    }
    Ok(())
}

/// `None` when there is nothing to fetch.
fn text_command(uid: u32, draft: Option<&Draft>) -> Option<String> {
    let parts: Vec<String> = match draft.and_then(|draft| draft.fetched.structure.as_ref()) {
        Some(structure) if draft.is_some_and(|draft| !header(draft).is_empty()) => structure
            .leaves()
            .iter()
            .filter(|(_, leaf)| leaf.is_worth_fetching())
            .take(MOST_TEXTS)
            .map(|(section, _)| format!("BODY.PEEK[{section}]<0.{TEXT_CAP}>"))
            .collect(),
        Some(_) | None => return Some(whole_command(uid)),
    };
    (!parts.is_empty()).then(|| format!("UID FETCH {uid} (UID {})", parts.join(" ")))
}

/// The beginning of a message, whatever is in it.
fn whole_command(uid: u32) -> String {
    format!("UID FETCH {uid} (UID FLAGS INTERNALDATE BODY.PEEK[]<0.{WHOLE_CAP}>)")
}

fn keep_texts(draft: &mut Draft, fetched: &Fetched) {
    draft.fetched.flags = draft.fetched.flags.take().or_else(|| fetched.flags.clone());
    draft.fetched.internal_date = draft.fetched.internal_date.take().or_else(|| fetched.internal_date.clone());
    for (section, bytes) in &fetched.sections {
        if section.is_empty() {
            draft.whole = Some(bytes.clone());
        } else {
            draft.texts.push((section.clone(), at_line_end(bytes).to_vec()));
        }
    }
}

/// A part that was cut ends at a line, so that no encoded group is torn.
fn at_line_end(bytes: &[u8]) -> &[u8] {
    if bytes.len() < TEXT_CAP {
        return bytes;
    }
    let end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(bytes.len(), |end| end.saturating_add(1));
    bytes.get(..end).unwrap_or(bytes)
}

/// The careful way: one command a message, so that the one that breaks the connection is known.
fn whole_messages(link: &mut Link, uids: &[u32], never: &BTreeSet<u32>) -> Result<BTreeMap<u32, Draft>, ReadError> {
    let mut drafts = BTreeMap::new();
    for &uid in uids.iter().filter(|uid| !never.contains(uid)) {
        let answer =
            link.client.command(&whole_command(uid)).map_err(|error| ReadError { error, suspect: Some(uid) })?;
        for fetched in answer.fetched().filter(|fetched| fetched.uid == Some(uid)) {
            keep_texts(drafts.entry(uid).or_default(), fetched);
        }
    }
    Ok(drafts)
}

fn header(draft: &Draft) -> &[u8] {
    if let Some(whole) = &draft.whole {
        return whole;
    }
    let header = draft.fetched.sections.iter().find(|(section, _)| section.starts_with("HEADER"));
    header.map(|(_, bytes)| bytes.as_slice()).unwrap_or_default()
}

fn candidate(uid: u32, draft: Option<&Draft>, question: &Question) -> Candidate {
    let flags = draft.map_or(Flags::default(), flags);
    let received = draft.and_then(received);
    let date = draft.and_then(|draft| head::date(header(draft)));
    Candidate {
        uid,
        date: sane_date(date, received, &question.now),
        unread: if flags.seen { Unread::No } else { Unread::Yes },
        // The search asked for flagged mail: what did not come with its flags is taken at the server's word.
        flagged: if flags.flagged || draft.is_none() { Flagged::Yes } else { Flagged::No },
    }
}

fn flags(draft: &Draft) -> Flags {
    let has = |name: &str| draft.fetched.flags.iter().flatten().any(|flag| flag == name);
    Flags { seen: has("\\seen"), flagged: has("\\flagged"), answered: has("\\answered") }
}

/// INTERNALDATE: `"17-Jul-1996 02:44:25 -0700"`, the day padded with a blank.
fn received(draft: &Draft) -> Option<Timestamp> {
    let text = draft.fetched.internal_date.as_deref()?.trim();
    jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text).ok()?.to_timestamp().ok()
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

fn mail(uid: u32, draft: &Draft, validity: u32, question: &Question) -> Option<Mail> {
    let raw = match (&draft.whole, &draft.fetched.structure) {
        (Some(whole), _) => whole.clone(),
        (None, Some(structure)) => skeleton::build(header(draft), structure, &draft.texts),
        (None, None) => return None,
    };
    let context = ParseContext { own_addresses: question.own_addresses.clone(), received: received(draft) };
    let message = head::message(&raw, &context)?;
    let place = Place { account: question.account.clone(), folder: INBOX.to_owned(), uid_validity: validity, uid };
    Some(Mail { place, message: Arc::new(message), flags: flags(draft) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_dates_are_read_with_and_without_padding() {
        let draft = |text: &str| Draft {
            fetched: Fetched { internal_date: Some(text.to_owned()), ..Fetched::default() },
            ..Draft::default()
        };
        let expected: Timestamp = "1996-07-17T09:44:25Z".parse().unwrap();
        assert_eq!(received(&draft("17-Jul-1996 02:44:25 -0700")), Some(expected));
        assert_eq!(received(&draft(" 7-Jul-1996 02:44:25 +0000")).unwrap().to_string(), "1996-07-07T02:44:25Z");
        assert_eq!(received(&draft("nonsense")), None);
    }

    #[test]
    fn the_search_asks_for_a_day_more_than_the_rule() {
        let now = WallTime {
            utc_ms: "2026-03-02T07:10:00Z".parse::<Timestamp>().unwrap().as_millisecond(),
            zone: TimeZone::UTC,
        };
        let question = Question {
            scope: MailScope::Unread,
            now,
            account: "work".into(),
            own_addresses: Vec::new(),
            folders: FolderList::Now,
        };
        assert_eq!(search(&question).unwrap(), "UID SEARCH UNSEEN UNDELETED SINCE 22-Feb-2026");
    }

    #[test]
    fn a_cut_part_ends_at_a_line() {
        let mut long = vec![b'a'; TEXT_CAP];
        long[TEXT_CAP - 10] = b'\n';
        assert_eq!(at_line_end(&long).len(), TEXT_CAP - 9);
        assert_eq!(at_line_end(b"short"), b"short");
    }
}
