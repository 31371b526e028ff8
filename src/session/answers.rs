//! Answers about where we are and what one can say.

use super::agenda::Subject;
use super::commands::By;
use super::flow::{Aside, AsideKind, Stage, Turn};
use super::history::Situation;
use super::voice::Utter;
use super::wording::{Wording, count, minutes};
use super::{Delivery, MomentName, SayRole, Session, Tone};
use crate::script::{Fate, SegmentRole, Verbosity};

impl Session {
    /// Three things that fit now.
    pub(super) fn help(&mut self, by: &By) {
        let help = &self.prompts.help;
        let put_away = self.message_in_focus().is_some_and(|ix| !self.store.is_here(ix));
        let said = match self.situation_of(by) {
            Situation::Asking | Situation::Moment(MomentName::Question) => &help.question,
            Situation::Leaving | Situation::Moment(MomentName::Close) => &help.close,
            Situation::Moment(MomentName::Opening) => &help.opening,
            Situation::Moment(MomentName::Announcing | MomentName::Reading) => &help.reading,
            Situation::Moment(MomentName::Gate) => &help.gate,
            Situation::Moment(MomentName::Window) if put_away => &help.window_after,
            Situation::Moment(MomentName::Window) => &help.window,
            Situation::Moment(MomentName::Bundle) => &help.bundle,
            Situation::Moment(MomentName::Paused) => &help.paused,
        };
        let said = Wording::plain(said);
        self.answer(said);
    }

    /// Two words that fit now.
    pub(super) fn hint(&self) -> String {
        let hint = &self.prompts.hint;
        match self.snapshot().situation {
            Situation::Moment(MomentName::Paused) => hint.paused.clone(),
            Situation::Moment(MomentName::Bundle) => hint.bundle.clone(),
            Situation::Moment(MomentName::Close) | Situation::Leaving => hint.close.clone(),
            Situation::Moment(
                MomentName::Opening
                | MomentName::Announcing
                | MomentName::Gate
                | MomentName::Reading
                | MomentName::Window
                | MomentName::Question,
            )
            | Situation::Asking => hint.window.clone(),
        }
    }

    pub(super) fn how_many_left(&mut self) {
        let left: Vec<Subject> = self.agenda.left(&self.store).collect();
        let many: usize = left.iter().map(|&subject| self.agenda.mails(&self.store, subject).len()).sum();
        let answers = &self.prompts.answers;
        let said = match many {
            0 => Wording::plain(&answers.last_here),
            1 => Wording::plain(&answers.one_left),
            many => Wording::fill(&answers.many_left, &[("count", &count(many))]),
        };
        self.answer(said);
    }

    pub(super) fn how_long(&mut self) {
        let mut left: Vec<Subject> = self.agenda.left(&self.store).collect();
        left.extend(self.agenda.current());
        let time = minutes(self.seconds_of(&left));
        let said = Wording::fill(&self.prompts.answers.time_left, &[("time", &time)]);
        self.answer(said);
    }

    /// Everything of this message, quotes and signatures too, from the start of its text.
    pub(super) fn read_all(&mut self) {
        let Some(ix) = self.message_in_focus() else { return self.earcon(super::Earcon::Error) };
        self.go_on();
        if !matches!(self.stage, Stage::Playing(_)) {
            self.begin_again();
        }
        let Some(mut fresh) = self.recital_of(ix, Verbosity::Full) else { return };
        let Stage::Playing(recital) = &mut self.stage else { return };
        fresh.announced = recital.announced;
        fresh.lock = recital.lock;
        fresh.visit = recital.visit;
        let open = matches!(recital.lock, super::reading::Lock::None | super::reading::Lock::Open);
        fresh.rewind(if open { fresh.body_start() } else { 0 });
        if !open {
            fresh.start_over();
        }
        **recital = fresh;
    }

    /// Sender, subject, first sentence.
    pub(super) fn summary(&mut self) {
        let Some(ix) = self.message_in_focus() else { return self.earcon(super::Earcon::Error) };
        self.go_on();
        if !matches!(self.stage, Stage::Playing(_)) {
            self.begin_again();
        }
        let Some(mut fresh) = self.recital_of(ix, Verbosity::Normal) else { return };
        let Stage::Playing(recital) = &mut self.stage else { return };
        fresh.announced = recital.announced;
        fresh.visit = recital.visit;
        fresh.keep_summary();
        fresh.start_over();
        **recital = fresh;
    }

    /// From the close back into the last message.
    fn begin_again(&mut self) {
        if let Some(subject) = self.agenda.previous(&self.store) {
            self.begin(subject);
        }
    }

    /// The lines that were skipped because the listener has them already.
    pub(super) fn read_quoted(&mut self) {
        let Some(ix) = self.message_in_focus().filter(|_| self.may_tell_content()) else {
            return self.content_refused();
        };
        let quoted = self.quoted_lines(ix);
        if quoted.is_empty() {
            let said = self.prompts.answers.nothing_quoted.clone();
            self.answer(Wording::plain(&said));
            return;
        }
        for utter in quoted {
            self.asides.push(Aside { utter, kind: AsideKind::Content, after: None, turn: Turn::Now });
        }
    }

    fn quoted_lines(&self, ix: super::store::MailIx) -> Vec<Utter> {
        let Some(script) = self.script(ix, Verbosity::Full) else { return Vec::new() };
        let quotes = script.segments.into_iter().filter(|segment| segment.role == SegmentRole::Quote);
        let lines = quotes.flat_map(|segment| match segment.fate {
            Fate::Spoken(lines) => lines.iter().map(Wording::line).collect(),
            Fate::Skipped { text, .. } => vec![Wording::plain(&text)],
        });
        let lines = lines.filter(|wording| !wording.is_empty());
        let quoted = Delivery { tone: Tone::Quoted, ..Delivery::default() };
        lines
            .map(|wording| Utter { mail: Some(ix), delivery: quoted.clone(), ..Utter::new(wording, SayRole::Body) })
            .collect()
    }
}
