//! Reading for the session: the start, texts fetched ahead, and what arrives meanwhile.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::ahead::{Ahead, Telling};
use super::error::{ImapError, Refusal};
use super::link::Link;
use super::open::{self, Care, FolderList, INBOX, Question, ReadError, Room, Survey};
use super::watcher::Watcher;
use super::worker::{Worker, is_by_the_way};
use super::{News, Texts};
use crate::session::{MailReport, MailScope, Place};
use crate::units::WallTime;

/// Messages that may each break the connection before reading is given up.
const MOST_SUSPECTS: usize = 8;
/// A message that was being read when the connection died is left out the third time: twice may have been tunnels (campaign fault found it after one).
const ENOUGH_STRIKES: usize = 3;
/// Texts that come with `Opened` when the others come later: the first to be read.
const FIRST_TEXTS: usize = 1;
/// Times a server may ask for patience while the mailbox is opened.
const MOST_THROTTLED: u32 = 2;
/// Longest rest before a text is tried again.
const LONGEST_REST: Duration = Duration::from_secs(5);
/// Looks for news that may fail before their messages are read one by one.
const QUICK_LOOKS: u32 = 3;
/// Failed looks after which there is none until something arrives again: three messages may each break the connection.
const MOST_LOOKS: u32 = QUICK_LOOKS + 3 * 3;

/// What is known of the folder, and what is still to be fetched.
pub(super) struct Rest {
    validity: u32,
    /// Texts of the start, then those of what came since.
    queue: VecDeque<Ahead>,
    /// Whether the session still has to hear of the folders.
    folders: FolderList,
    question: Question,
    /// UIDs from here on are news.
    next: u32,
    /// After trouble nothing is fetched ahead for a while; commands are not held up.
    resting: Resting,
    look: Look,
    /// What went wrong with the looks since the last one that worked.
    looked: Looked,
    /// Connections in a row that did not come about.
    outages: u32,
    /// Since when the server asks for patience and gives nothing.
    throttled: Option<Instant>,
}

/// Whether a look for news failed and is still to be done. Texts go before it: they are what is heard next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Done,
    /// From then on.
    Due(Instant),
}

#[derive(Debug, Default)]
struct Looked {
    failed: u32,
    /// Times that a connection died over a message.
    strikes: BTreeMap<u32, usize>,
}

impl Looked {
    fn care(&self) -> Care {
        if self.failed < QUICK_LOOKS { Care::Quick } else { Care::OneByOne(guilty(&self.strikes)) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resting {
    No,
    /// The server wants to be left alone until then.
    Until(Instant),
    /// There is no way to it; tried again then, when a command has found one, or in another network.
    Offline(Instant),
    /// It refused the login; tried again then, or when a command could log in.
    LockedOut(Instant),
}

/// When there is something to fetch ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ready {
    Now,
    At(Instant),
    Never,
}

impl Rest {
    fn has_texts(&self) -> bool {
        self.folders == FolderList::Later || !self.queue.is_empty()
    }

    /// Whether a server that asks for patience is to be given it once more: the time it has for that is `most`, in a row.
    fn is_patient(&mut self, now: Instant, most: Duration) -> bool {
        now.saturating_duration_since(*self.throttled.get_or_insert(now)) <= most
    }
}

impl Worker {
    pub(super) fn open(&mut self, scope: MailScope, now: WallTime) {
        let question = Question {
            scope,
            now,
            account: self.options.account.clone(),
            own_addresses: self.options.own_addresses.clone(),
            folders: match self.options.texts {
                Texts::BeforeOpened => FolderList::Now,
                Texts::AfterOpened => FolderList::Later,
            },
            order: self.options.order,
        };
        self.rest = None;
        match self.survey(&question) {
            Ok((survey, resting)) => self.opened(question, survey, resting),
            Err(error) => self.report(MailReport::CannotOpen(error.trouble())),
        }
    }

    /// Headers of all messages and the texts that are wanted at once; a message that breaks the connection is left out.
    fn survey(&mut self, question: &Question) -> Result<(Survey, Resting), ImapError> {
        let mut strikes: BTreeMap<u32, usize> = BTreeMap::new();
        let mut care = Care::Quick;
        let mut counted = None;
        let mut throttled = 0;
        loop {
            let reports = self.reports.clone();
            let mut tell = |unread: u32| {
                if counted.replace(unread).is_none() {
                    // Nobody listens any more when the session is over.
                    let _ = reports.send(MailReport::Counted { unread });
                }
            };
            let failed = match self.read(question, &care, &mut tell) {
                Ok(read) => return Ok(read),
                Err(failed) => failed,
            };
            if let ImapError::Refused(_, Refusal::Throttled(ms)) = failed.error {
                let time = Duration::from_millis(ms);
                // Somebody waits for the first word: a short wait is granted, once or twice, a long one is told.
                if throttled < MOST_THROTTLED && time <= LONGEST_REST {
                    throttled += 1;
                    thread::sleep(time);
                    continue;
                }
                return Err(failed.error);
            }
            self.link = None;
            // The network's doing, and another one is there already.
            if matches!(failed.error, ImapError::Elsewhere) {
                continue;
            }
            if let Some(suspect) = failed.suspect {
                *strikes.entry(suspect).or_default() += 1;
            }
            // Only a connection that died after the counts was perhaps killed by a message.
            let again = failed.error.is_passing()
                && counted.is_some()
                && strikes.values().sum::<usize>() <= MOST_SUSPECTS * ENOUGH_STRIKES;
            let first = care == Care::Quick;
            if !again || (!first && failed.suspect.is_none()) {
                return Err(failed.error);
            }
            care = Care::OneByOne(guilty(&strikes));
        }
    }

    /// With the first text, where it comes: what fails then is fetched ahead like the others, after the rest that is returned.
    fn read(
        &mut self,
        question: &Question,
        care: &Care,
        counted: &mut dyn FnMut(u32),
    ) -> Result<(Survey, Resting), ReadError> {
        let texts = self.options.texts;
        let room = Room::of(self.pace.room());
        let link = self.link()?;
        let mut survey = open::survey(link, question, care, counted)?;
        match texts {
            Texts::BeforeOpened => read_all(link, &mut survey, care)?,
            Texts::AfterOpened if *care == Care::Quick => {
                let unknown = survey.unknown();
                if !unknown.is_empty() {
                    survey.fetch(link, &unknown, Room::BEGINNINGS)?;
                    survey.put_in_order();
                }
                let first: Vec<u32> = survey.in_listening_order().iter().copied().take(FIRST_TEXTS).collect();
                if let Err(error) = survey.fetch(link, &first, room) {
                    tracing::debug!(%error, "the first text could not be fetched");
                    let rest = self.rest_after(&error, 1);
                    return Ok((survey, Resting::Until(Instant::now() + rest)));
                }
            }
            Texts::AfterOpened => {}
        }
        Ok((survey, Resting::No))
    }

    /// How long to let the server be after a failure on a connection that worked; what may be broken is hung up.
    fn rest_after(&mut self, error: &ImapError, tries: u32) -> Duration {
        match error {
            // The connection is fine, and the server has said how long it wants to be left alone; never at once.
            ImapError::Refused(_, Refusal::Throttled(ms)) => {
                Duration::from_millis(*ms).max(self.options.backoff.after(1))
            }
            ImapError::Elsewhere => {
                self.link = None;
                Duration::ZERO
            }
            _ => {
                self.pace.slow_down();
                self.link = None;
                self.options.backoff.after(tries).min(LONGEST_REST)
            }
        }
    }

    fn opened(&mut self, question: Question, survey: Survey, resting: Resting) {
        self.remember(&survey);
        let coming = survey.incomplete();
        let opened = survey.opened();
        if !coming.is_empty() {
            // As they will come.
            let place =
                |uid: &u32| opened.mails.iter().find(|mail| mail.place.uid == *uid).map(|mail| mail.place.clone());
            let places: Vec<Place> = coming.iter().filter_map(place).collect();
            self.report(MailReport::Filling(places));
        }
        self.report(MailReport::Opened(Box::new(opened)));
        let (validity, next) = (survey.validity(), survey.next());
        let queue = VecDeque::from([Ahead::new(survey, Telling::EachAlone)]);
        self.rest = Some(Rest {
            validity,
            queue,
            folders: question.folders,
            question,
            next,
            resting,
            look: Look::Done,
            looked: Looked::default(),
            outages: 0,
            throttled: None,
        });
        self.start_watch();
    }

    fn remember(&mut self, survey: &Survey) {
        for (uid, id) in survey.message_ids() {
            self.message_ids.insert((survey.validity(), uid), id);
        }
    }

    pub(super) fn texts_to_fetch(&self) -> Ready {
        let Some(rest) = &self.rest else { return Ready::Never };
        let now = Instant::now();
        let due = match (rest.has_texts(), rest.look) {
            (true, _) => now,
            (false, Look::Due(time)) => time,
            (false, Look::Done) => return Ready::Never,
        };
        let free = match rest.resting {
            Resting::Until(time) => time,
            Resting::Offline(time) | Resting::LockedOut(time) if self.link.is_none() => time,
            Resting::No | Resting::Offline(_) | Resting::LockedOut(_) => now,
        };
        let time = due.max(free);
        if time > now { Ready::At(time) } else { Ready::Now }
    }

    /// A little more of what is fetched ahead: a command that comes now waits for this much.
    pub(super) fn fetch_more_texts(&mut self) {
        if self.texts_to_fetch() != Ready::Now {
            return;
        }
        let Some(mut rest) = self.rest.take() else { return };
        match self.link().map(drop) {
            Ok(()) => {
                rest.outages = 0;
                rest.resting = Resting::No;
                if rest.has_texts() {
                    self.fetch_more_of(&mut rest);
                } else {
                    self.look(&mut rest);
                }
            }
            Err(error) => self.no_way(&mut rest, &error),
        }
        self.rest = Some(rest);
    }

    /// A tunnel, however long: no message loses its text by it. A refused login is not repeated eagerly.
    fn no_way(&self, rest: &mut Rest, error: &ImapError) {
        tracing::debug!(%error, "nothing can be fetched for now");
        rest.outages = rest.outages.saturating_add(1);
        let backoff = &self.options.backoff;
        let time = if error.is_passing() { backoff.after(rest.outages) } else { backoff.locked_out };
        let until = Instant::now() + time;
        rest.resting = if is_by_the_way(error.trouble()) { Resting::Offline(until) } else { Resting::LockedOut(until) };
    }

    /// In another network, or in one at last: nobody waits any longer for the end of an outage, and a connection from where
    /// we were is replaced before somebody needs it.
    pub(super) fn start_anew(&mut self) {
        if let Some(rest) = &mut self.rest {
            match rest.resting {
                Resting::Offline(_) => (rest.resting, rest.outages) = (Resting::No, 0),
                Resting::No | Resting::Until(_) | Resting::LockedOut(_) => {}
            }
        }
        if self.link.as_ref().is_some_and(|link| link.client.is_astray())
            && let Err(error) = self.link()
        {
            tracing::debug!(%error, "no connection from the new network yet");
        }
    }

    fn fetch_more_of(&mut self, rest: &mut Rest) {
        if rest.folders == FolderList::Later {
            let listed = self.link().and_then(|link| link.folders().map(|folders| folders.displayed()));
            match listed {
                Ok(folders) => self.report(MailReport::Folders(folders)),
                // A move asks for them again.
                Err(_) => self.link = None,
            }
            rest.folders = FolderList::Now;
        } else if let Some(mut ahead) = rest.queue.pop_front() {
            self.fetch_ahead(rest, &mut ahead);
            if !ahead.is_done() {
                rest.queue.push_front(ahead);
            }
        }
    }

    /// One round trip; after trouble `rest` knows when to go on.
    fn fetch_ahead(&mut self, rest: &mut Rest, ahead: &mut Ahead) {
        let uids = ahead.next();
        let begun = Instant::now();
        let room = Room::of(self.pace.room());
        let fetched = self.link().and_then(|link| {
            if link.select(INBOX)?.validity != ahead.survey.validity() {
                return Ok(Found::OtherNumbers);
            }
            ahead.survey.fetch(link, &uids, room).map(Found::Texts)
        });
        let reports = match fetched {
            Ok(Found::Texts(bytes)) => {
                rest.throttled = None;
                if let Some(bytes) = bytes {
                    self.pace.learn(begun.elapsed(), bytes);
                }
                ahead.fetched()
            }
            // These messages stay as far as they are known.
            Ok(Found::OtherNumbers) => ahead.give_up(),
            Err(error) => {
                tracing::debug!(%error, "texts could not be fetched");
                let is_blameless = self.is_blameless(rest, &error);
                let (tries, reports) = if is_blameless { (1, Vec::new()) } else { ahead.failed() };
                rest.resting = Resting::Until(Instant::now() + self.rest_after(&error, tries));
                reports
            }
        };
        reports.into_iter().for_each(|report| self.report(report));
    }

    /// Whether no message was refused: the network changed, or the server asks for patience. For that it has as long as a
    /// refused login.
    fn is_blameless(&self, rest: &mut Rest, error: &ImapError) -> bool {
        match error {
            ImapError::Elsewhere => true,
            ImapError::Refused(_, Refusal::Throttled(_)) => {
                rest.is_patient(Instant::now(), self.options.backoff.locked_out)
            }
            _ => false,
        }
    }

    /// Unread mail that came since the last look: it is told of once its texts are here. What fails is tried again.
    pub(super) fn look_for_news(&mut self) {
        let Some(mut rest) = self.rest.take() else { return };
        match self.link().map(drop) {
            Ok(()) => self.look(&mut rest),
            Err(error) => {
                rest.look = Look::Due(Instant::now());
                self.no_way(&mut rest, &error);
            }
        }
        self.rest = Some(rest);
    }

    fn look(&mut self, rest: &mut Rest) {
        let question = Question { scope: MailScope::Unread, ..rest.question.clone() };
        let care = rest.looked.care();
        let (next, validity) = (rest.next, rest.validity);
        let found = self.link().map_err(ReadError::from).and_then(|link| {
            // After a change of numbers nobody knows what is new.
            if link.select(INBOX)?.validity != validity {
                return Ok(None);
            }
            open::news(link, &question, next, &care).map(Some)
        });
        match found {
            Ok(survey) => {
                rest.look = Look::Done;
                rest.looked = Looked::default();
                rest.throttled = None;
                let Some(survey) = survey else { return };
                self.remember(&survey);
                rest.next = survey.next();
                if !survey.chosen().is_empty() {
                    rest.queue.push_back(Ahead::new(survey, Telling::AllTogether));
                }
            }
            Err(failed) => self.look_failed(rest, &failed),
        }
    }

    /// The look is put off; the texts go on meanwhile, unless the server wants to be left alone.
    fn look_failed(&mut self, rest: &mut Rest, failed: &ReadError) {
        tracing::debug!(error = %failed.error, "new mail could not be looked at");
        let is_blameless = self.is_blameless(rest, &failed.error);
        if !is_blameless {
            rest.looked.failed = rest.looked.failed.saturating_add(1);
        }
        if let Some(suspect) = failed.suspect.filter(|_| !is_blameless) {
            *rest.looked.strikes.entry(suspect).or_default() += 1;
        }
        let time = match &failed.error {
            ImapError::Elsewhere => self.rest_after(&failed.error, 1),
            ImapError::Refused(_, Refusal::Throttled(_)) => {
                let time = self.rest_after(&failed.error, 1);
                rest.resting = Resting::Until(Instant::now() + time);
                time
            }
            // The server said no, on a connection that works.
            ImapError::Refused(_, refusal) if *refusal != Refusal::Reconnect => {
                self.options.backoff.after(rest.looked.failed)
            }
            _ => {
                self.link = None;
                self.options.backoff.after(rest.looked.failed)
            }
        };
        rest.look = Look::Due(Instant::now() + time);
        if rest.looked.failed >= MOST_LOOKS {
            rest.look = Look::Done;
            rest.looked = Looked::default();
        }
    }

    fn start_watch(&mut self) {
        if self.options.news == News::Ignored || self.watch.is_some() {
            return;
        }
        let (stop, stopped) = mpsc::channel();
        let watcher = Watcher::new(self.dialer.clone(), self.own.clone(), stopped, self.options.backoff);
        let started = thread::Builder::new().name("hark-news".to_owned()).spawn(move || watcher.run());
        // Without it the looks of the worker remain.
        self.watch = started.ok().map(|_| stop);
    }
}

enum Found {
    /// With so many bytes; `None` when there was nothing to ask for.
    Texts(Option<usize>),
    /// The server numbers its messages anew.
    OtherNumbers,
}

/// Messages that have broken the connection often enough.
fn guilty(strikes: &BTreeMap<u32, usize>) -> BTreeSet<u32> {
    strikes.iter().filter(|(_, strikes)| **strikes >= ENOUGH_STRIKES).map(|(uid, _)| *uid).collect()
}

/// Every text, before anything is told. In the careful way message by message.
fn read_all(link: &mut Link, survey: &mut Survey, care: &Care) -> Result<(), ReadError> {
    loop {
        let coming = survey.incomplete();
        let Some(&first) = coming.first() else { return Ok(()) };
        match care {
            Care::Quick => survey.fetch(link, &coming, Room::WIDE).map(drop)?,
            Care::OneByOne(_) => {
                let suspect = |error| ReadError { error, suspect: Some(first) };
                survey.fetch(link, &[first], Room::WIDE).map_err(suspect)?;
            }
        }
    }
}
