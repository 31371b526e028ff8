//! Questions: asked, then silence; asked once more, then it is "no".

use super::agenda::Subject;
use super::commands::By;
use super::flow::{Halt, Stage, Stepped};
use super::reading::Step;
use super::store::MailIx;
use super::voice::{Source, Utter};
use super::wording::{Wording, count};
use super::{ActVerb, MailScope, MomentName, OutputKind, SayRole, Session};
use crate::command::{Command, Intent, Slot};
use crate::units::Millis;

/// Silence after a question.
const ANSWER_MS: u64 = 6_000;
/// Asked this often.
const TIMES: u8 = 2;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ask {
    NewestTen,
    /// After the call-out of a protected message.
    ReadProtected,
    /// A destructive word that may not have been meant, or not for this message.
    Act {
        intent: Intent,
        verb: ActVerb,
        subject: Subject,
    },
    End,
    /// Always asked: it cannot be taken back.
    Unsubscribe(MailIx),
    /// In the natural break of a long message.
    GoOn,
    /// Mail came meanwhile.
    ReadNew,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    Yes,
    No,
}

#[derive(Debug, Clone)]
pub(super) struct Question {
    ask: Ask,
    utter: Utter,
    asked: u8,
    insistence: Insistence,
    state: State,
}

/// How long a question waits, and how often it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Insistence {
    answer_ms: u64,
    times: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// To be spoken next.
    Due,
    Speaking,
    Waiting {
        until: Millis,
    },
}

impl Question {
    /// The silence after it, once it was fully played.
    pub fn until(&self) -> Option<Millis> {
        match self.state {
            State::Due | State::Speaking => None,
            State::Waiting { until } => Some(until),
        }
    }

    pub fn wait_anew(&mut self, now: Millis) {
        if let State::Waiting { until } = &mut self.state {
            *until = now.plus(self.insistence.answer_ms);
        }
    }

    /// What a word means as an answer to this question.
    /// The message it is about.
    pub fn mail(&self) -> Option<MailIx> {
        self.utter.mail
    }

    /// Asks whether to do what a key can do at once.
    pub fn is_about_acting(&self) -> bool {
        matches!(self.ask, Ask::Act { .. } | Ask::End | Ask::Unsubscribe(_))
    }

    pub fn reply(&self, intent: Intent) -> Option<Reply> {
        match (&self.ask, intent) {
            // Nobody agrees to what cannot be undone before having heard all of it, by key neither.
            (Ask::Unsubscribe(_), Intent::Yes) if self.until().is_none() => None,
            (Ask::ReadProtected | Ask::GoOn, Intent::Resume) => Some(Reply::Yes),
            (Ask::ReadProtected | Ask::GoOn | Ask::ReadNew, Intent::Next) => Some(Reply::No),
            (Ask::ReadNew, Intent::ReadBundle) => Some(Reply::Yes),
            // Offered as "go on": the other thing than reading them.
            (Ask::ReadNew, Intent::Resume) => Some(Reply::No),
            (
                Ask::NewestTen
                | Ask::ReadProtected
                | Ask::Act { .. }
                | Ask::End
                | Ask::Unsubscribe(_)
                | Ask::GoOn
                | Ask::ReadNew,
                _,
            ) => Reply::of(intent),
        }
    }
}

impl Session {
    pub(super) fn ask(&mut self, ask: Ask) {
        let wording = self.question_words(&ask);
        let mut utter = Utter::new(wording, SayRole::Question);
        utter.mail = match &ask {
            Ask::Act { subject: Subject::Message(ix), .. } | Ask::Unsubscribe(ix) => Some(*ix),
            Ask::ReadProtected | Ask::GoOn => self.message_in_focus(),
            Ask::Act { subject: Subject::Bundle(_), .. } | Ask::NewestTen | Ask::End | Ask::ReadNew => None,
        };
        utter.pause_after_ms = 0;
        let insistence = match &ask {
            // An offer, not a question: going on is what was wanted anyway.
            Ask::ReadNew => Insistence { answer_ms: self.window_ms(), times: 1 },
            Ask::NewestTen | Ask::ReadProtected | Ask::Act { .. } | Ask::End | Ask::Unsubscribe(_) | Ask::GoOn => {
                Insistence { answer_ms: ANSWER_MS, times: TIMES }
            }
        };
        self.question = Some(Question { ask, utter, asked: 0, insistence, state: State::Due });
    }

    pub(super) fn step_question(&mut self) -> Stepped {
        let Some(question) = &self.question else { return Stepped::On };
        let still_open = question.until().is_some_and(|until| self.now < self.held_open(until));
        let Some(question) = &mut self.question else { return Stepped::On };
        match question.state {
            State::Due => {
                question.state = State::Speaking;
                question.asked = question.asked.saturating_add(1);
                let utter = question.utter.clone();
                self.say(utter, Source::Question);
                Stepped::Waits
            }
            State::Speaking => Stepped::Waits,
            State::Waiting { .. } if still_open => Stepped::Waits,
            State::Waiting { .. } if question.asked < question.insistence.times => {
                question.state = State::Due;
                Stepped::On
            }
            State::Waiting { .. } => {
                self.reply(Reply::No);
                Stepped::On
            }
        }
    }

    pub(super) fn question_said(&mut self) {
        let now = self.now;
        if let Some(question) = &mut self.question {
            let until = now.plus(question.insistence.answer_ms);
            question.state = State::Waiting { until };
            self.tell_moment(MomentName::Question);
        }
    }

    /// The voice could not say it. Nobody agrees to a change that was never asked about; what only decides what is read stands.
    pub(super) fn question_failed(&mut self) {
        if self.question.as_ref().is_some_and(Question::is_about_acting) {
            self.reply(Reply::No);
        } else {
            self.question_said();
        }
    }

    /// It was cut off: it is asked again when the reading goes on, and the cut one does not count.
    pub(super) fn question_cut(&mut self) {
        if let Some(question) = &mut self.question {
            question.state = State::Due;
            question.asked = question.asked.saturating_sub(1);
        }
    }

    pub(super) fn reply(&mut self, reply: Reply) {
        let Some(question) = self.question.take() else { return };
        self.go_on();
        match (question.ask, reply) {
            (Ask::NewestTen, Reply::Yes) => self.reopen(MailScope::NewestTen),
            (Ask::NewestTen, Reply::No) => self.good_bye(),
            (Ask::ReadProtected, Reply::Yes) => self.unlock(),
            (Ask::ReadProtected, Reply::No) => self.go_to_next(),
            (Ask::Act { intent, verb, subject }, Reply::Yes) => self.act_on(subject, intent, verb),
            (Ask::Act { .. } | Ask::End | Ask::Unsubscribe(_), Reply::No) => self.window_anew(),
            (Ask::Unsubscribe(ix), Reply::Yes) => self.leave_list(ix),
            (Ask::End, Reply::Yes) => self.good_bye(),
            (Ask::GoOn, Reply::Yes) => {}
            (Ask::GoOn, Reply::No) => self.leave_the_rest(),
            (Ask::ReadNew, Reply::Yes) => self.read_news(),
            (Ask::ReadNew, Reply::No) => self.leave_news(),
        }
    }

    /// The rest of a long message is not wanted: its window comes now, and it stays unread.
    fn leave_the_rest(&mut self) {
        if let Stage::Playing(recital) = &mut self.stage {
            recital.end_here();
        }
    }

    /// A silence that a question cut into begins anew.
    pub(super) fn window_anew(&mut self) {
        let until = self.now.plus(self.window_ms());
        if let Stage::Playing(recital) = &mut self.stage
            && let Step::Window { until: ends } = &mut recital.step
        {
            *ends = until;
        }
    }

    /// A question that a pause or another word cut into is asked from its beginning when its turn comes.
    pub(super) fn ask_again_later(&mut self) {
        if let Some(question) = &mut self.question
            && question.state != State::Due
        {
            question.state = State::Due;
            question.asked = question.asked.saturating_sub(1);
        }
    }

    /// Asks for a destructive act: over a loudspeaker, or on the message before the one in focus.
    pub(super) fn ask_before_acting(&mut self, command: &Command, by: &By) {
        let verb = match (command.intent, &command.slot) {
            (Intent::Delete, _) => ActVerb::Delete,
            (Intent::Move, Some(Slot::Folder(folder))) => ActVerb::MoveTo(folder.clone()),
            _ => ActVerb::Archive,
        };
        let Some(subject) = self.aim(self.focus_of(by)).map(|aim| aim.subject) else { return };
        self.ask(Ask::Act { intent: command.intent, verb, subject });
    }

    fn question_words(&self, ask: &Ask) -> Wording {
        let ask_words = &self.prompts.ask;
        let (verb, subject) = match ask {
            Ask::NewestTen => return Wording::plain(&ask_words.newest_ten),
            Ask::ReadProtected if self.room.output == OutputKind::Loudspeaker => {
                return Wording::plain(&ask_words.read_aloud);
            }
            Ask::ReadProtected => return Wording::plain(&ask_words.read_it),
            Ask::End => return Wording::plain(&ask_words.end),
            Ask::GoOn => return Wording::plain(&ask_words.go_on),
            Ask::ReadNew => return self.news_words(),
            Ask::Unsubscribe(ix) => return Wording::fill(&ask_words.unsubscribe, &[("name", &self.list_name(*ix))]),
            Ask::Act { verb, subject, .. } => (verb, *subject),
        };
        let here = matches!(&self.stage, Stage::Playing(recital) if recital.subject == subject)
            || (matches!(self.stage, Stage::Close(_)) && self.before == Some(subject));
        let name = match subject {
            Subject::Message(ix) => self.store.sender(ix).map(Wording::plain),
            Subject::Bundle(_) => {
                let many = count(self.agenda.mails(&self.store, subject).len());
                return Wording::fill(&ask_words.archive_bundle_before, &[("count", &many)]);
            }
        };
        let name = name.unwrap_or_else(|| Wording::plain(&ask_words.somebody));
        let folder = match verb {
            ActVerb::MoveTo(folder) => Wording::plain(folder),
            ActVerb::Archive
            | ActVerb::Delete
            | ActVerb::Flag
            | ActVerb::Unflag
            | ActVerb::MarkRead
            | ActVerb::MarkUnread => Wording::default(),
        };
        let template = match (verb, here) {
            (ActVerb::Delete, true) => &ask_words.delete_this,
            (ActVerb::Delete, false) => &ask_words.delete_before,
            (ActVerb::MoveTo(_), true) => &ask_words.move_this,
            (ActVerb::MoveTo(_), false) => &ask_words.move_before,
            (_, true) => &ask_words.archive_this,
            (_, false) => &ask_words.archive_before,
        };
        Wording::fill(template, &[("name", &name), ("folder", &folder)])
    }

    pub(super) fn is_paused(&self) -> bool {
        matches!(self.halt, Halt::Paused { .. })
    }
}
