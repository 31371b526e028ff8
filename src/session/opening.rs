//! The opening: a greeting at once, then what there is, and how long it takes. Also every later change of scope.

use std::collections::{BTreeSet, VecDeque};

use super::agenda::{Rank, Subject};
use super::ask::Ask;
use super::flow::{Stage, Stepped};
use super::store::{Entry, MailIx};
use super::voice::{Source, Utter};
use super::wording::{Wording, count, minutes, sentence};
use super::{Earcon, Effect, Event, MailRequest, MailScope, MailTrouble, Opened, OutputKind, SayRole, Session};
use crate::command::{Names, Slot};
use crate::units::Millis;

/// Silence while the mail is fetched, before a word about it.
const REASSURE_AFTER_MS: u64 = 5_000;
/// "Moved to Travel." is rendered ahead for this many folders.
const FOLDERS_PREPARED: usize = 5;
/// One line of a bundle takes about this long.
const BUNDLE_LINE_S: f32 = 4.0;
/// Nobody wants to hear that it takes a few seconds.
const WORTH_TELLING_S: f32 = 45.0;

/// Which of the opened mails are played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    Everything,
    People,
    From(String),
    Account(String),
}

impl Scope {
    pub fn admits(&self, entry: &Entry, rank: Rank) -> bool {
        match self {
            Scope::Everything => true,
            Scope::People => rank == Rank::People,
            Scope::From(name) => entry.mail.message.sender_name() == Some(name.as_str()),
            Scope::Account(account) => entry.mail.place.account == *account,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Opening {
    lines: VecDeque<Utter>,
    mail: Awaited,
    pace: Pace,
    /// Unread messages, when the mailbox has counted them but not fetched them yet.
    unread: Option<u32>,
    asked: MailScope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Awaited {
    /// Not here yet; say so at the time given.
    #[default]
    Nothing,
    Asked {
        reassure: Option<Millis>,
    },
    Here(Then),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Play,
    AskNewest,
    Close,
    Leave,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pace {
    #[default]
    Unhurried,
    /// The listener said "next": no counts.
    Hurried,
}

impl Opening {
    fn asked(scope: MailScope, now: Millis) -> Opening {
        Opening {
            mail: Awaited::Asked { reassure: Some(now.plus(REASSURE_AFTER_MS)) },
            asked: scope,
            ..Opening::default()
        }
    }

    fn told(lines: Vec<Utter>, then: Then) -> Opening {
        Opening { lines: lines.into(), mail: Awaited::Here(then), ..Opening::default() }
    }

    pub fn said(&mut self) {
        self.lines.pop_front();
    }

    pub fn hurry(&mut self) {
        self.lines.clear();
        self.pace = Pace::Hurried;
    }

    pub fn counted(&mut self, unread: u32) {
        self.unread = Some(unread);
    }

    /// Headphones after all: nobody else hears it.
    pub fn drop_line(&mut self, spoken: &str) {
        // The first may be under way.
        let first = self.lines.pop_front();
        self.lines.retain(|utter| utter.wording.spoken != spoken);
        self.lines.extend(first);
        self.lines.rotate_right(1.min(self.lines.len()));
    }

    pub fn due(&self) -> Option<Millis> {
        match self.mail {
            Awaited::Asked { reassure } => reassure,
            Awaited::Nothing | Awaited::Here(_) => None,
        }
    }
}

impl Session {
    /// The very first effects: nothing here waits for anything.
    pub(super) fn open_up(&mut self) {
        let mut opening = Opening::asked(MailScope::Unread, self.now);
        let words = &self.prompts.opening;
        let greeting = match self.clock.hour(self.now) {
            4..12 => &words.morning,
            12..18 => &words.afternoon,
            _ => &words.evening,
        };
        opening.lines.push_back(opening_line(Wording::plain(greeting)));
        if self.room.output == OutputKind::Loudspeaker {
            opening.lines.push_back(opening_line(Wording::plain(&words.others_may_hear)));
            self.room.others_warned();
        }
        self.stage = Stage::Opening(opening);
        if (self.settings.speed - 1.0).abs() > 1e-6 {
            self.out.push(Effect::Speed(self.settings.speed.clamp(0.5, 3.0) as f32));
        }
        self.out.push(Effect::Mail(MailRequest::Open(MailScope::Unread)));
        self.proceed();
        self.prepare_answers();
    }

    /// What will be said for sure some day, most likely first.
    fn prepare_answers(&mut self) {
        let answers = &self.prompts.answers;
        let likely = [
            &answers.archived,
            &answers.deleted,
            &answers.flagged,
            &answers.archive_undone,
            &answers.delete_undone,
            &answers.sorry,
            &answers.marked_unread,
            &answers.all_archived,
            &answers.flag_undone,
            &answers.nothing_to_undo,
            &self.prompts.help.reading,
            &self.prompts.help.window,
            &self.prompts.hint.window,
            &self.prompts.ask.delete_this,
            &self.prompts.ask.read_aloud,
            &self.prompts.close.all,
            &self.prompts.close.choice,
            &self.prompts.close.goodbye,
        ];
        let likely: Vec<String> = likely.into_iter().cloned().collect();
        for spoken in likely {
            self.voice.prepare(&spoken, &mut self.out);
        }
    }

    /// Asks the mailbox for another scope and tells what there is when it is here.
    pub(super) fn reopen(&mut self, scope: MailScope) {
        self.leave_item();
        self.go_on();
        self.scope = Scope::Everything;
        self.stage = Stage::Opening(Opening::asked(scope, self.now));
        self.out.push(Effect::Mail(MailRequest::Open(scope)));
    }

    pub(super) fn step_opening(&mut self) -> Stepped {
        let now = self.now;
        let Stage::Opening(opening) = &mut self.stage else { return Stepped::Waits };
        if let Some(utter) = opening.lines.front().cloned() {
            self.say(utter, Source::Stage);
            return Stepped::Waits;
        }
        match opening.mail {
            Awaited::Nothing => Stepped::Waits,
            Awaited::Asked { reassure: Some(at) } if now >= at => {
                opening.mail = Awaited::Asked { reassure: None };
                let words = &self.prompts.opening;
                let said = match opening.unread.and_then(|unread| usize::try_from(unread).ok()) {
                    Some(unread) if unread > 1 => Wording::fill(&words.fetching_some, &[("count", &count(unread))]),
                    Some(_) | None => Wording::plain(&words.fetching),
                };
                opening.lines.push_back(opening_line(said));
                Stepped::On
            }
            Awaited::Asked { .. } => Stepped::Waits,
            Awaited::Here(then) => {
                match then {
                    Then::Play => self.go_to_next(),
                    Then::AskNewest => self.ask_for_newest(),
                    Then::Close => self.close(),
                    Then::Leave => self.leave_silently(),
                }
                Stepped::On
            }
        }
    }

    fn ask_for_newest(&mut self) {
        // Whatever the answer, the opening itself is over.
        self.stage = Stage::Opening(Opening::told(Vec::new(), Then::Close));
        self.ask(Ask::NewestTen);
    }

    /// The mail is here.
    pub(super) fn opened(&mut self, opened: Opened) {
        let Stage::Opening(opening) = &self.stage else { return };
        let Awaited::Asked { .. } = opening.mail else { return };
        let asked = opening.asked;
        let older = usize::try_from(opened.older_unread).unwrap_or(usize::MAX);
        let unreadable = usize::try_from(opened.unreadable).unwrap_or(usize::MAX);
        let taken: Vec<MailIx> = opened.mails.into_iter().map(|mail| self.store.take(mail)).collect();
        self.measure(&taken);
        // Heard is the server's flag and this session's memory.
        let unread = matches!(asked, MailScope::Unread | MailScope::Today);
        self.opened_mails = taken;
        self.opened_mails.retain(|&ix| !(unread && self.store.get(ix).is_some_and(|entry| entry.heard)));
        self.folders = opened.folders;
        self.learn_names(self.folders.clone());
        self.plan();
        let mut lines = self.counts(asked, older);
        lines.extend(self.unreadable_line(unreadable).map(opening_line));
        let then = match (self.agenda.peek(&self.store), asked) {
            (Some(_), _) => Then::Play,
            (None, MailScope::Unread) => Then::AskNewest,
            (None, MailScope::NewestTen | MailScope::Today | MailScope::Flagged) => Then::Close,
        };
        let Stage::Opening(opening) = &mut self.stage else { return };
        opening.mail = Awaited::Here(then);
        if opening.pace == Pace::Unhurried || then != Then::Play {
            opening.lines.extend(lines);
        }
        if let Some(spoken) = self.agenda.peek(&self.store).and_then(|subject| self.first_line(subject)) {
            self.voice.prepare(&spoken, &mut self.out);
        }
    }

    fn plan(&mut self) {
        let mails = self.opened_mails.clone();
        self.agenda.plan(&self.store, &mails, self.settings.order, &self.scope);
    }

    pub(super) fn learn_names(&mut self, folders: Vec<String>) {
        let mut senders = BTreeSet::new();
        let mut accounts = BTreeSet::new();
        for entry in self.opened_mails.iter().filter_map(|&ix| self.store.get(ix)) {
            senders.extend(entry.mail.message.sender_name().map(str::to_owned));
            accounts.insert(entry.mail.place.account.clone());
        }
        for folder in folders.iter().take(FOLDERS_PREPARED) {
            let moved = Wording::fill(&self.prompts.answers.moved, &[("folder", &Wording::plain(folder))]);
            self.voice.prepare(&moved.spoken, &mut self.out);
        }
        self.teach(Names {
            senders: senders.into_iter().collect(),
            folders,
            accounts: accounts.into_iter().collect(),
            calling: self.calling(),
        });
    }

    /// "12 new messages, 5 from people, and 4,800 older." "About six minutes."
    fn counts(&self, asked: MailScope, older: usize) -> Vec<Utter> {
        let words = &self.prompts.opening;
        let subjects: Vec<Subject> = self.agenda.left(&self.store).collect();
        let mails: Vec<MailIx> = subjects.iter().flat_map(|&subject| self.agenda.mails(&self.store, subject)).collect();
        let new = asked == MailScope::Unread && self.scope == Scope::Everything;
        if mails.is_empty() {
            let said = match (asked, older) {
                (MailScope::NewestTen, _) => Wording::plain(&words.nothing_at_all),
                (MailScope::Today | MailScope::Flagged, _) => Wording::plain(&words.none_in_scope),
                (MailScope::Unread, _) if !new => Wording::plain(&words.none_in_scope),
                (MailScope::Unread, 0) => Wording::plain(&words.none),
                (MailScope::Unread, _) => Wording::fill(&words.none_but_older, &[("count", &count(older))]),
            };
            return vec![opening_line(said)];
        }
        let mut parts = vec![match (mails.len(), new) {
            (1, true) => Wording::plain(&words.one),
            (1, false) => Wording::plain(&words.one_of_scope),
            (many, true) => Wording::fill(&words.many, &[("count", &count(many))]),
            (many, false) => Wording::fill(&words.many_of_scope, &[("count", &count(many))]),
        }];
        let people = mails.iter().filter_map(|&ix| self.store.get(ix));
        let people = people.filter(|entry| Rank::of(&entry.mail.message) == Rank::People).count();
        match people {
            0 => {}
            all if all == mails.len() && all > 1 => parts.push(Wording::plain(&words.all_people)),
            _ if mails.len() == 1 => {}
            some => parts.push(Wording::fill(&words.people, &[("count", &count(some))])),
        }
        if new && older > 0 {
            parts.push(Wording::fill(&words.older, &[("count", &count(older))]));
        }
        let mut lines = vec![opening_line(sentence(&parts))];
        let seconds = self.seconds_of(&subjects);
        if seconds >= WORTH_TELLING_S {
            lines.push(opening_line(Wording::fill(&words.length, &[("time", &minutes(seconds))])));
        }
        lines
    }

    pub(super) fn unreadable_line(&self, unreadable: usize) -> Option<Wording> {
        let words = &self.prompts.opening;
        match unreadable {
            0 => None,
            1 => Some(Wording::plain(&words.unreadable_one)),
            many => Some(Wording::fill(&words.unreadable_many, &[("count", &count(many))])),
        }
    }

    /// How long these take at the present speed, windows included.
    pub(super) fn seconds_of(&self, subjects: &[Subject]) -> f32 {
        let window = self.window_ms() as f32 / 1_000.0;
        let speed = self.settings.speed.clamp(0.5, 3.0) as f32;
        let one = |subject: &Subject| match subject {
            Subject::Message(ix) => self.store.get(*ix).map_or(0.0, |entry| entry.seconds) / speed + window,
            Subject::Bundle(_) => {
                self.agenda.mails(&self.store, *subject).len() as f32 * BUNDLE_LINE_S / speed + window
            }
        };
        subjects.iter().map(one).sum()
    }

    pub(super) fn cannot_open(&mut self, trouble: MailTrouble) {
        let try_again = self.prompts.opening.try_again.clone();
        let reason = Wording::plain(self.reason(trouble));
        let said = Wording::fill(&self.prompts.opening.cannot_open, &[("reason", &reason)]);
        self.report(Event::Error { kind: "mailbox".to_owned(), text: said.text.clone() });
        if let Stage::Opening(opening) = &mut self.stage {
            opening.mail = Awaited::Here(Then::Leave);
            opening.lines.push_back(opening_line(said));
            opening.lines.push_back(opening_line(Wording::plain(&try_again)));
        }
    }

    pub(super) fn change_scope(&mut self, slot: Option<&Slot>) {
        match slot {
            Some(Slot::Account(account)) => self.narrow(Scope::Account(account.clone())),
            Some(Slot::Choice(choice)) => match choice.as_str() {
                "unread" => self.reopen(MailScope::Unread),
                "today" => self.reopen(MailScope::Today),
                "flagged" => self.reopen(MailScope::Flagged),
                "people" => self.narrow(Scope::People),
                "all_accounts" => self.narrow(Scope::Everything),
                _ => self.earcon(Earcon::Error),
            },
            Some(Slot::Name(_) | Slot::Folder(_)) | None => self.earcon(Earcon::Error),
        }
    }

    pub(super) fn read_from(&mut self, slot: Option<&Slot>) {
        match slot {
            Some(Slot::Name(name)) => self.narrow(Scope::From(name.clone())),
            Some(Slot::Folder(_) | Slot::Account(_) | Slot::Choice(_)) | None => self.earcon(Earcon::Error),
        }
    }

    /// Plays only part of what is in memory, from its beginning; what was heard already only when it is asked for by name.
    fn narrow(&mut self, scope: Scope) {
        if let Stage::Opening(Opening { mail: Awaited::Asked { .. } | Awaited::Nothing, .. }) = &self.stage {
            self.scope = scope;
            return;
        }
        self.leave_item();
        self.go_on();
        let by_name = matches!(scope, Scope::From(_));
        self.scope = scope;
        let mails = self.opened_mails.clone();
        if !by_name {
            self.opened_mails.retain(|&ix| self.store.get(ix).is_some_and(|entry| !entry.heard));
        }
        self.plan();
        self.opened_mails = mails;
        let lines = self.counts(MailScope::Today, 0);
        let then = if self.agenda.peek(&self.store).is_some() { Then::Play } else { Then::Close };
        self.stage = Stage::Opening(Opening::told(lines, then));
    }
}

fn opening_line(wording: Wording) -> Utter {
    Utter::new(wording, SayRole::Opening)
}
