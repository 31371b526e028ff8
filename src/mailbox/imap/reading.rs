//! Reading for the session: the start, texts fetched ahead, and what arrives meanwhile.

use std::collections::{BTreeSet, VecDeque};
use std::sync::mpsc;
use std::thread;

use super::error::ImapError;
use super::login::Dialer;
use super::open::{self, Care, FolderList, INBOX, Question, ReadError, Survey};
use super::watcher::Watcher;
use super::worker::Worker;
use super::{News, Texts};
use crate::session::{MailReport, MailScope, Place};
use crate::units::WallTime;

/// Messages that may each break the connection before reading is given up.
const MOST_SUSPECTS: usize = 8;
/// Texts that come with `Opened` when the others come later: the first to be read.
const FIRST_TEXTS: usize = 1;
/// Texts asked for at a time afterwards: a command waits for at most these.
const TEXTS_AT_ONCE: usize = 4;
/// Times a text is asked for before the message stays without.
const MOST_TRIES: u32 = 3;

/// What is known of the folder, and what is still to be fetched.
pub(super) struct Rest {
    survey: Survey,
    /// In listening order.
    left: VecDeque<u32>,
    tries: u32,
    /// Whether the session still has to hear of the folders.
    folders: FolderList,
    question: Question,
    /// UIDs from here on are news.
    next: u32,
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
        };
        self.rest = None;
        match self.survey(&question) {
            Ok(survey) => self.opened(question, survey),
            Err(error) => self.report(MailReport::CannotOpen(error.trouble())),
        }
    }

    /// Headers of all messages and the texts that are wanted at once; a message that breaks the connection is left out.
    fn survey(&mut self, question: &Question) -> Result<Survey, ImapError> {
        let mut suspects = BTreeSet::new();
        let mut care = Care::Quick;
        let mut counted = None;
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
            self.link = None;
            suspects.extend(failed.suspect);
            // Only a connection that died after the counts was perhaps killed by a message.
            let again = failed.error.is_passing() && counted.is_some() && suspects.len() <= MOST_SUSPECTS;
            let first = care == Care::Quick;
            if !again || (!first && failed.suspect.is_none()) {
                return Err(failed.error);
            }
            care = Care::OneByOne(suspects.clone());
        }
    }

    fn read(&mut self, question: &Question, care: &Care, counted: &mut dyn FnMut(u32)) -> Result<Survey, ReadError> {
        let texts = self.options.texts;
        let link = self.link()?;
        let mut survey = open::survey(link, question, care, counted)?;
        if *care == Care::Quick {
            let wanted = match texts {
                Texts::BeforeOpened => usize::MAX,
                Texts::AfterOpened => FIRST_TEXTS,
            };
            let uids: Vec<u32> = survey.chosen().iter().copied().take(wanted).collect();
            survey.fetch(link, &uids)?;
        }
        Ok(survey)
    }

    fn opened(&mut self, question: Question, survey: Survey) {
        self.remember(&survey);
        let left: VecDeque<u32> = survey.without_text().into();
        let opened = survey.opened();
        if !left.is_empty() {
            let is_left = |place: &Place| left.contains(&place.uid);
            let places = opened.mails.iter().map(|mail| mail.place.clone()).filter(is_left).collect();
            self.report(MailReport::Filling(places));
        }
        self.report(MailReport::Opened(Box::new(opened)));
        let next = survey.next();
        self.rest = Some(Rest { survey, left, tries: 0, folders: question.folders, question, next });
        self.start_watch();
    }

    fn remember(&mut self, survey: &Survey) {
        for (uid, id) in survey.message_ids() {
            self.message_ids.insert((survey.validity(), uid), id);
        }
    }

    pub(super) fn has_texts_to_fetch(&self) -> bool {
        self.rest.as_ref().is_some_and(|rest| !rest.left.is_empty() || rest.folders == FolderList::Later)
    }

    /// A few texts more. After trouble one at a time, so that the one that makes it does not hide the others.
    pub(super) fn fetch_more_texts(&mut self) {
        let Some(mut rest) = self.rest.take() else { return };
        if rest.folders == FolderList::Later {
            let listed = self.link().and_then(|link| link.folders().map(|folders| folders.displayed()));
            match listed {
                Ok(folders) => self.report(MailReport::Folders(folders)),
                // A move asks for them again.
                Err(_) => self.link = None,
            }
            rest.folders = FolderList::Now;
            self.rest = Some(rest);
            return;
        }
        let many = if rest.tries == 0 { TEXTS_AT_ONCE } else { 1 };
        let uids: Vec<u32> = rest.left.iter().copied().take(many).collect();
        let fetched = self.link().and_then(|link| {
            let selected = link.select(INBOX)?;
            if selected.validity == rest.survey.validity() {
                rest.survey.fetch(link, &uids)
            } else {
                // Other numbers now: these messages stay as far as they are known.
                Ok(())
            }
        });
        match fetched {
            Err(error) if rest.tries < MOST_TRIES => {
                tracing::debug!(%error, "texts could not be fetched");
                rest.tries += 1;
                self.link = None;
                // Only the pace: whoever asks for something else is served by the next turn.
                thread::sleep(self.options.backoff.after(rest.tries).min(std::time::Duration::from_secs(5)));
            }
            Err(_) | Ok(()) => {
                rest.tries = 0;
                rest.left.drain(..uids.len().min(rest.left.len()));
                let mails: Vec<_> = uids.iter().filter_map(|&uid| rest.survey.mail(uid)).collect();
                mails.into_iter().for_each(|mail| self.report(MailReport::Filled(Box::new(mail))));
            }
        }
        self.rest = Some(rest);
    }

    /// Unread mail that came since the last look. What fails is found at the next.
    pub(super) fn look_for_news(&mut self) {
        let Some(rest) = &self.rest else { return };
        let (next, validity) = (rest.next, rest.survey.validity());
        let question = Question { scope: MailScope::Unread, ..rest.question.clone() };
        let found = self.link().map_err(ReadError::from).and_then(|link| {
            // After a change of numbers nobody knows what is new.
            if link.select(INBOX)?.validity != validity {
                return Ok(None);
            }
            let mut survey = open::news(link, &question, next)?;
            let uids = survey.chosen().to_vec();
            survey.fetch(link, &uids)?;
            Ok(Some(survey))
        });
        match found {
            Ok(Some(survey)) => {
                if let Some(rest) = &mut self.rest {
                    rest.next = survey.next();
                }
                self.remember(&survey);
                let mut arrived = survey.opened();
                // Older mail was counted at the start.
                arrived.older_unread = 0;
                if !arrived.mails.is_empty() || arrived.unreadable > 0 {
                    self.report(MailReport::Arrived(Box::new(arrived)));
                }
            }
            Ok(None) => {}
            Err(failed) => {
                tracing::debug!(error = %failed.error, "new mail could not be looked at");
                self.link = None;
            }
        }
    }

    fn start_watch(&mut self) {
        if self.options.news == News::Ignored || self.watch.is_some() {
            return;
        }
        let (stop, stopped) = mpsc::channel();
        let dialer = Dialer::new(self.dialer.account.clone(), self.dialer.timeouts, self.dialer.network.clone());
        let watcher = Watcher::new(dialer, self.own.clone(), stopped, self.options.backoff);
        let started = thread::Builder::new().name("hark-news".to_owned()).spawn(move || watcher.run());
        // Without it the looks of the worker remain.
        self.watch = started.ok().map(|_| stop);
    }
}
