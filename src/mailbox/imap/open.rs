//! Start: counts, then headers and structures, then texts, in three round trips after the login.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::client::Answer;
use super::error::ImapError;
use super::link::{Link, no_folder};
use super::response::Fetched;
use super::skeleton;
use super::texts::{self, TextParts, WINDOW};
use crate::mail::ParseContext;
use crate::mailbox::head;
use crate::mailbox::scope::{Candidate, Flagged, MOST_MESSAGES, NEWEST, Unread, sane_date, select};
use crate::session::{Flags, Mail, MailScope, Opened, Order, Place, listening_order};
use crate::units::WallTime;

/// Bytes of one message's headers.
const HEADER_CAP: usize = 64 * 1024;
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
    /// What the session plays first.
    pub order: Order,
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
    /// `None` until the first is asked for.
    texts: Option<TextParts>,
}

/// Bytes of text that one round trip may bring, about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub all: usize,
    /// Of one message.
    pub each: usize,
}

impl Room {
    /// Everything that has windows left gets one.
    pub const WIDE: Room = Room { all: usize::MAX, each: usize::MAX };
    /// Enough of a message without a structure to know whose it is.
    pub const BEGINNINGS: Room = Room { all: usize::MAX, each: 16 * 1024 };

    pub fn of(all: usize) -> Room {
        Room { all, each: all }
    }
}

/// What is there, and what of it is played; texts come afterwards, as much at a time as one likes.
#[derive(Debug)]
pub(super) struct Survey {
    overview: Overview,
    question: Question,
    candidates: Vec<Candidate>,
    /// Newest first.
    chosen: Vec<u32>,
    /// The same as the session plays them, as far as headers and structures tell. Kept, as it costs a parse of every message.
    order: Vec<u32>,
    /// Messages of which too little is known to be shown at all.
    unknown: Vec<u32>,
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
pub(super) fn news(link: &mut Link, question: &Question, since: u32, care: &Care) -> Result<Survey, ReadError> {
    let selected = link.select_anew(INBOX)?;
    let answer = link.client.command(&format!("UID SEARCH UNSEEN UNDELETED UID {since}:*"))?.accepted()?;
    // `n:*` always holds the last message, even below n.
    let found: Vec<u32> = answer.found().into_iter().filter(|&uid| uid >= since).collect();
    let first = found.len().saturating_sub(MOST_MESSAGES);
    let unread = count(found.iter());
    let uids = found.get(first..).unwrap_or_default().to_vec();
    let next = found.last().map_or(since, |last| last.saturating_add(1));
    let overview = Overview { unread, validity: selected.validity, uids, folders: Vec::new(), next };
    gather(link, overview, question, care)
}

fn gather(link: &mut Link, overview: Overview, question: &Question, care: &Care) -> Result<Survey, ReadError> {
    let mut drafts = match care {
        Care::Quick => heads(link, &overview.uids)?,
        Care::OneByOne(never) => whole_messages(link, &overview.uids, never)?,
    };
    let candidates: Vec<Candidate> =
        overview.uids.iter().map(|&uid| candidate(uid, drafts.get(&uid), question)).collect();
    let chosen = select(&candidates, question.scope, &question.now);
    if *care == Care::Quick {
        // Nothing came of these, or nothing that could be understood: they are read whole.
        for &uid in &chosen {
            drafts.entry(uid).or_default();
        }
    }
    let (order, unknown) = (Vec::new(), Vec::new());
    let mut survey = Survey { overview, question: question.clone(), candidates, chosen, order, unknown, drafts };
    survey.put_in_order();
    Ok(survey)
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

    /// Chosen messages in the order in which the session plays them.
    pub fn in_listening_order(&self) -> &[u32] {
        &self.order
    }

    /// Messages of which too little is known to be shown at all, before anything of their text was asked for.
    pub fn unknown(&self) -> Vec<u32> {
        let is_untouched = |uid: &u32| self.drafts.get(uid).is_some_and(|draft| draft.texts.is_none());
        self.unknown.iter().copied().filter(is_untouched).collect()
    }

    /// Worth it anew when messages became known.
    pub fn put_in_order(&mut self) {
        let mails: Vec<(u32, Mail)> = self.chosen.iter().filter_map(|&uid| Some((uid, self.mail(uid)?))).collect();
        let messages: Vec<_> = mails.iter().map(|(_, mail)| mail.message.as_ref()).collect();
        let known: Vec<u32> = listening_order(&messages, self.question.order)
            .into_iter()
            .filter_map(|at| Some(mails.get(at)?.0))
            .collect();
        // Those of which nothing is known yet may turn out to be anything.
        self.unknown = self.chosen.iter().copied().filter(|uid| !known.contains(uid)).collect();
        self.order = known.iter().chain(&self.unknown).copied().collect();
    }

    /// The next windows of these messages' texts, in one round trip: as many as there is room for, at least one. Returns the
    /// bytes of text that came; `None` when there was nothing to ask for.
    pub fn fetch(&mut self, link: &mut Link, uids: &[u32], room: Room) -> Result<Option<usize>, ImapError> {
        let mut asked = Vec::new();
        let mut left = room.all;
        for &uid in uids {
            let draft = self.drafts.entry(uid).or_default();
            let texts = draft.texts.get_or_insert_with(|| match &draft.fetched.structure {
                Some(structure) if !header_of(&draft.fetched).is_empty() => TextParts::of(structure),
                Some(_) | None => TextParts::whole_message(),
            });
            if left == 0 && !asked.is_empty() {
                break;
            }
            let (windows, cost) = texts.next(left.min(room.each));
            if !windows.is_empty() {
                left = left.saturating_sub(cost);
                asked.push((uid, windows));
            }
        }
        if asked.is_empty() {
            return Ok(None);
        }
        let commands: Vec<String> = asked.iter().map(|(uid, windows)| texts::command(*uid, windows)).collect();
        let batch = link.client.batch(&commands)?;
        batch.put_off()?;
        let answer = batch.all;
        let mut bytes = 0_usize;
        for (uid, windows) in &asked {
            let before = self.text_bytes(*uid);
            let fetched: Vec<&Fetched> = answer.fetched().filter(|fetched| fetched.uid == Some(*uid)).collect();
            if let Some(draft) = self.drafts.get_mut(uid) {
                draft.take(windows, &fetched);
            }
            bytes = bytes.saturating_add(self.text_bytes(*uid).saturating_sub(before));
        }
        Ok(Some(bytes))
    }

    /// Whether all of a message's text is here that will ever be.
    pub fn is_complete(&self, uid: u32) -> bool {
        self.drafts.get(&uid).and_then(|draft| draft.texts.as_ref()).is_some_and(TextParts::is_complete)
    }

    /// Bytes of its text that are here.
    pub fn text_bytes(&self, uid: u32) -> usize {
        self.drafts.get(&uid).and_then(|draft| draft.texts.as_ref()).map_or(0, TextParts::bytes)
    }

    /// Messages whose text is still coming, in listening order. Those that are not to be touched are none.
    pub fn incomplete(&self) -> Vec<u32> {
        let is_wanted = |uid: &u32| self.drafts.contains_key(uid) && !self.is_complete(*uid);
        self.order.iter().copied().filter(is_wanted).collect()
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
        format!("(UID FLAGS INTERNALDATE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS.NOT ({BALLAST})]<0.{HEADER_CAP}>)");
    let batch = link.client.batch(&[format!("UID FETCH {} {items}", set.join(","))])?;
    batch.put_off()?;
    let answer = batch.all;
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

impl Draft {
    fn take(&mut self, windows: &[texts::Window], fetched: &[&Fetched]) {
        for one in fetched {
            self.fetched.flags = self.fetched.flags.take().or_else(|| one.flags.clone());
            self.fetched.internal_date = self.fetched.internal_date.take().or_else(|| one.internal_date.clone());
        }
        self.texts.get_or_insert_default().take(windows, fetched);
    }

    fn whole(&self) -> Option<&[u8]> {
        self.texts.as_ref().and_then(TextParts::whole)
    }
}

/// The careful way: one command a message, for its beginning, so that the one that breaks the connection is known.
fn whole_messages(link: &mut Link, uids: &[u32], never: &BTreeSet<u32>) -> Result<BTreeMap<u32, Draft>, ReadError> {
    let mut drafts = BTreeMap::new();
    for &uid in uids.iter().filter(|uid| !never.contains(uid)) {
        let texts = TextParts::whole_message();
        let (windows, _) = texts.next(WINDOW);
        let mut draft = Draft { texts: Some(texts), ..Draft::default() };
        let command = texts::command(uid, &windows);
        let batch = link.client.batch(&[command]).map_err(|error| ReadError { error, suspect: Some(uid) })?;
        batch.put_off()?;
        let answer = batch.all;
        let fetched: Vec<&Fetched> = answer.fetched().filter(|fetched| fetched.uid == Some(uid)).collect();
        draft.take(&windows, &fetched);
        drafts.insert(uid, draft);
    }
    Ok(drafts)
}

fn header(draft: &Draft) -> &[u8] {
    draft.whole().unwrap_or_else(|| header_of(&draft.fetched))
}

fn header_of(fetched: &Fetched) -> &[u8] {
    let header = fetched.sections.iter().find(|section| section.name.starts_with("HEADER"));
    header.map(|section| section.bytes.as_slice()).unwrap_or_default()
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
    let raw = match (draft.whole(), &draft.fetched.structure) {
        (Some(whole), _) => whole.to_vec(),
        (None, Some(structure)) => {
            let texts = draft.texts.as_ref().map(TextParts::texts).unwrap_or_default();
            skeleton::build(header(draft), structure, &texts)
        }
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
            order: Order::Newest,
        };
        assert_eq!(search(&question).unwrap(), "UID SEARCH UNSEEN UNDELETED SINCE 22-Feb-2026");
    }
}
