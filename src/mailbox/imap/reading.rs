//! Reading for the session: the start, texts fetched ahead, and what arrives meanwhile.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::ahead::{Ahead, Telling};
use super::error::{ImapError, Refusal};
use super::link::Link;
use super::open::{self, Care, FolderList, INBOX, Question, ReadError, Room, Survey};
use super::watcher::Watcher;
use super::worker::Worker;
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
    /// Whether a look for news failed and is still to be done.
    look: Look,
    /// Connections in a row that did not come about.
    outages: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Done,
    Due,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resting {
    No,
    /// The server wants to be left alone until then.
    Until(Instant),
    /// There is no way to it; tried again then, or when a command has found one.
    Offline(Instant),
}

/// When there is something to fetch ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ready {
    Now,
    At(Instant),
    Never,
}

impl Rest {
    fn has_work(&self) -> bool {
        self.folders == FolderList::Later || self.look == Look::Due || !self.queue.is_empty()
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
            Ok(survey) => self.opened(question, survey),
            Err(error) => self.report(MailReport::CannotOpen(error.trouble())),
        }
    }

    /// Headers of all messages and the texts that are wanted at once; a message that breaks the connection is left out.
    fn survey(&mut self, question: &Question) -> Result<Survey, ImapError> {
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
                Ok(survey) => return Ok(survey),
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
            let guilty = strikes.iter().filter(|(_, strikes)| **strikes >= ENOUGH_STRIKES).map(|(uid, _)| *uid);
            care = Care::OneByOne(guilty.collect());
        }
    }

    fn read(&mut self, question: &Question, care: &Care, counted: &mut dyn FnMut(u32)) -> Result<Survey, ReadError> {
        let texts = self.options.texts;
        let room = Room::of(self.pace.room());
        let link = self.link()?;
        let mut survey = open::survey(link, question, care, counted)?;
        match texts {
            Texts::BeforeOpened => read_all(link, &mut survey, care)?,
            Texts::AfterOpened if *care == Care::Quick => {
                let unknown = survey.unknown();
                survey.fetch(link, &unknown, Room::BEGINNINGS)?;
                let first: Vec<u32> = survey.in_listening_order().into_iter().take(FIRST_TEXTS).collect();
                survey.fetch(link, &first, room)?;
            }
            Texts::AfterOpened => {}
        }
        Ok(survey)
    }

    fn opened(&mut self, question: Question, survey: Survey) {
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
            resting: Resting::No,
            look: Look::Done,
            outages: 0,
        });
        self.start_watch();
    }

    fn remember(&mut self, survey: &Survey) {
        for (uid, id) in survey.message_ids() {
            self.message_ids.insert((survey.validity(), uid), id);
        }
    }

    pub(super) fn texts_to_fetch(&self) -> Ready {
        match &self.rest {
            Some(rest) if rest.has_work() => match rest.resting {
                Resting::Until(time) if time > Instant::now() => Ready::At(time),
                Resting::Offline(time) if time > Instant::now() && self.link.is_none() => Ready::At(time),
                Resting::No | Resting::Until(_) | Resting::Offline(_) => Ready::Now,
            },
            Some(_) | None => Ready::Never,
        }
    }

    /// A little more of what is fetched ahead: a command that comes now waits for this much.
    pub(super) fn fetch_more_texts(&mut self) {
        if self.texts_to_fetch() != Ready::Now {
            return;
        }
        let Some(mut rest) = self.rest.take() else { return };
        let mut look = Look::Done;
        match self.link().map(drop) {
            Ok(()) => {
                rest.outages = 0;
                rest.resting = Resting::No;
                look = std::mem::replace(&mut rest.look, Look::Done);
                if look == Look::Done {
                    self.fetch_more_of(&mut rest);
                }
            }
            // A tunnel, however long: no message loses its text by it. A refused login is not repeated eagerly.
            Err(error) => {
                tracing::debug!(%error, "nothing can be fetched for now");
                rest.outages = rest.outages.saturating_add(1);
                let backoff = &self.options.backoff;
                let time = if error.is_passing() { backoff.after(rest.outages) } else { backoff.locked_out };
                rest.resting = Resting::Offline(Instant::now() + time);
            }
        }
        self.rest = Some(rest);
        if look == Look::Due {
            self.look_for_news();
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
            rest.resting = self.fetch_ahead(&mut ahead);
            if !ahead.is_done() {
                rest.queue.push_front(ahead);
            }
        }
    }

    /// One round trip; after trouble, when to go on.
    fn fetch_ahead(&mut self, ahead: &mut Ahead) -> Resting {
        let uids = ahead.next();
        let begun = Instant::now();
        let room = Room::of(self.pace.room());
        let fetched = self.link().and_then(|link| {
            if link.select(INBOX)?.validity != ahead.survey.validity() {
                return Ok(Found::OtherNumbers);
            }
            ahead.survey.fetch(link, &uids, room).map(|()| Found::Texts)
        });
        let (reports, resting) = match fetched {
            Ok(Found::Texts) => {
                self.pace.learn(begun.elapsed());
                (ahead.fetched(), Resting::No)
            }
            // These messages stay as far as they are known.
            Ok(Found::OtherNumbers) => (ahead.give_up(), Resting::No),
            Err(error) => {
                tracing::debug!(%error, "texts could not be fetched");
                let (tries, reports) = ahead.failed();
                let time = match error {
                    // The connection is fine, and the server has said how long it wants to be left alone.
                    ImapError::Refused(_, Refusal::Throttled(ms)) => Duration::from_millis(ms),
                    _ => {
                        self.pace.slow_down();
                        self.link = None;
                        self.options.backoff.after(tries).min(LONGEST_REST)
                    }
                };
                (reports, Resting::Until(Instant::now() + time))
            }
        };
        reports.into_iter().for_each(|report| self.report(report));
        resting
    }

    /// Unread mail that came since the last look: it is told of once its texts are here. What fails is tried again.
    pub(super) fn look_for_news(&mut self) {
        let Some(rest) = &self.rest else { return };
        let (next, validity) = (rest.next, rest.validity);
        let question = Question { scope: MailScope::Unread, ..rest.question.clone() };
        let found = self.link().map_err(ReadError::from).and_then(|link| {
            // After a change of numbers nobody knows what is new.
            if link.select(INBOX)?.validity != validity {
                return Ok(None);
            }
            open::news(link, &question, next).map(Some)
        });
        match found {
            Ok(Some(survey)) => {
                self.remember(&survey);
                if let Some(rest) = &mut self.rest {
                    rest.next = survey.next();
                    if !survey.chosen().is_empty() {
                        rest.queue.push_back(Ahead::new(survey, Telling::AllTogether));
                    }
                }
            }
            Ok(None) => {}
            Err(failed) => {
                tracing::debug!(error = %failed.error, "new mail could not be looked at");
                self.link = None;
                if let Some(rest) = &mut self.rest {
                    rest.look = Look::Due;
                    rest.outages = rest.outages.saturating_add(1);
                    rest.resting = Resting::Offline(Instant::now() + self.options.backoff.after(rest.outages));
                }
            }
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
    Texts,
    /// The server numbers its messages anew.
    OtherNumbers,
}

/// Every text, before anything is told. In the careful way message by message.
fn read_all(link: &mut Link, survey: &mut Survey, care: &Care) -> Result<(), ReadError> {
    loop {
        let coming = survey.incomplete();
        let Some(&first) = coming.first() else { return Ok(()) };
        match care {
            Care::Quick => survey.fetch(link, &coming, Room::WIDE)?,
            Care::OneByOne(_) => {
                let suspect = |error| ReadError { error, suspect: Some(first) };
                survey.fetch(link, &[first], Room::WIDE).map_err(suspect)?;
            }
        }
    }
}
