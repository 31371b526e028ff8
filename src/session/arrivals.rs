//! What comes while the session plays: new mail, texts that follow their messages, and how an earlier session's changes ended.

use super::agenda::Subject;
use super::ask::Ask;
use super::flow::{Stage, Stepped};
use super::store::MailIx;
use super::wording::{Wording, count};
use super::{Earlier, Mail, MomentName, Opened, Place, SayRole, Session};
use crate::units::Millis;

/// A text that is awaited in silence for longer gets a word about it.
const REASSURE_AFTER_MS: u64 = 3_000;
/// A message of unknown length is taken for one of this many seconds.
const UNKNOWN_S: f32 = 25.0;

/// New messages by whether the listener knows of them. Newsletters and the like are in neither: they are worth no interruption.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    untold: Vec<Subject>,
    /// What "read them" means.
    offered: Vec<Subject>,
}

/// The next item, of which the text is not here yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Awaiting {
    subject: Subject,
    reassure: Option<Millis>,
}

impl Awaiting {
    pub fn due(self) -> Option<Millis> {
        self.reassure
    }
}

/// Whether there was news to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Offered,
    None,
}

impl Session {
    /// New mail: known to the agenda at once, told of at the next boundary.
    pub(super) fn arrived(&mut self, opened: Opened) {
        let taken: Vec<MailIx> = opened.mails.into_iter().map(|mail| self.store.take(mail)).collect();
        let taken: Vec<MailIx> = taken.into_iter().filter(|ix| !self.opened_mails.contains(ix)).collect();
        self.measure(&taken);
        self.opened_mails.extend(&taken);
        self.learn_names(self.folders.clone());
        let new = self.agenda.add(&self.store, &taken, self.settings.order, &self.scope);
        self.arrivals.untold.extend(new.into_iter().filter(|subject| matches!(subject, Subject::Message(_))));
        let unreadable = usize::try_from(opened.unreadable).unwrap_or(usize::MAX);
        if let Some(said) = self.unreadable_line(unreadable) {
            self.notice(said);
        }
    }

    /// Asks whether to read what has come, once for all of it.
    pub(super) fn offer_news(&mut self) -> News {
        let untold = std::mem::take(&mut self.arrivals.untold);
        let still = |subject: &Subject| !self.agenda.mails(&self.store, *subject).is_empty();
        let offered: Vec<Subject> = untold.into_iter().filter(still).collect();
        if offered.is_empty() {
            return News::None;
        }
        self.arrivals.offered = offered;
        self.ask(Ask::ReadNew);
        News::Offered
    }

    pub(super) fn news_words(&self) -> Wording {
        let words = &self.prompts.reading;
        match self.arrivals.offered.len() {
            1 => Wording::plain(&words.news_one),
            many => Wording::fill(&words.news_many, &[("count", &count(many))]),
        }
    }

    /// "Read them": the new ones come next. Else they keep the place they got.
    pub(super) fn read_news(&mut self) {
        self.agenda.bring_forward(&self.arrivals.offered);
        self.go_to_next();
    }

    /// After "go on": the next item, or what is left of the close.
    pub(super) fn leave_news(&mut self) {
        match &mut self.stage {
            Stage::Close(close) => close.wait_anew(self.now),
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Playing(_) => self.go_to_next(),
            Stage::Leaving(_) | Stage::Over => {}
        }
    }

    /// These messages will be in the next `Opened` without their texts.
    pub(super) fn filling(&mut self, places: Vec<Place>) {
        self.store.expect_texts(places);
    }

    /// The folders one can move to, when they come after the mail.
    pub(super) fn folders_told(&mut self, folders: Vec<String>) {
        self.folders = folders;
        self.learn_names(self.folders.clone());
    }

    /// A text has come. What it says may change where the message belongs: a code is never read in a bundle.
    pub(super) fn filled(&mut self, mail: Mail) {
        let Some(ix) = self.store.fill(mail) else { return };
        self.measure(&[ix]);
        self.agenda.reclassify(&self.store, ix);
        if let Stage::Awaiting(Awaiting { subject, .. }) = self.stage
            && !self.is_coming(subject)
        {
            self.begin(subject);
        }
    }

    pub(super) fn is_coming(&self, subject: Subject) -> bool {
        self.agenda.mails(&self.store, subject).into_iter().any(|ix| self.store.is_coming(ix))
    }

    /// Nothing of an item is said before all of it is here.
    pub(super) fn wait_for(&mut self, subject: Subject) {
        self.leave_item();
        self.speak_notices();
        self.visits += 1;
        self.stage = Stage::Awaiting(Awaiting { subject, reassure: Some(self.now.plus(REASSURE_AFTER_MS)) });
        self.tell_moment(MomentName::Announcing);
    }

    pub(super) fn step_awaiting(&mut self) -> Stepped {
        let now = self.now;
        let Stage::Awaiting(awaiting) = &mut self.stage else { return Stepped::Waits };
        if awaiting.reassure.is_none_or(|at| now < at) {
            return Stepped::Waits;
        }
        awaiting.reassure = None;
        let said = Wording::plain(&self.prompts.reading.still_fetching);
        self.aside(super::voice::Utter::new(said, SayRole::Prompt), super::flow::AsideKind::Answer);
        Stepped::On
    }

    /// Estimates how long messages take.
    pub(super) fn measure(&mut self, mails: &[MailIx]) {
        for &ix in mails {
            let known = self.script(ix, self.verbosity).filter(|_| !self.store.is_coming(ix));
            let seconds = known.map_or(UNKNOWN_S, |script| script.duration_s);
            if let Some(entry) = self.store.get_mut(ix) {
                entry.seconds = seconds;
            }
        }
    }

    /// What an earlier session left behind is settled.
    pub(super) fn earlier(&mut self, earlier: &Earlier) {
        let words = &self.prompts.trouble;
        let done = usize::try_from(earlier.done).unwrap_or(usize::MAX);
        let mut said = match done {
            0 => Vec::new(),
            1 => vec![Wording::plain(&words.earlier_done_one)],
            many => vec![Wording::fill(&words.earlier_done_many, &[("count", &count(many))])],
        };
        for failure in &earlier.failed {
            let failed = self.failed_words(failure.verb, &Wording::plain(&words.nobody), failure.reason);
            said.push(Wording::fill(&words.earlier_failed, &[("failure", &failed)]));
        }
        said.into_iter().for_each(|wording| self.notice(wording));
    }
}
