//! The close ("That was all. Two archived, one flagged.") and the good-bye, which waits until nothing is left to apply.

use std::collections::VecDeque;

use super::arrivals::News;
use super::flow::{Halt, Stage, Stepped};
use super::voice::{Source, Utter};
use super::wording::{Wording, count, sentence};
use super::{Effect, MailRequest, MailVerb, MomentName, SayRole, Session};
use crate::units::Millis;

/// Silence after the summary ends the session.
const CLOSE_MS: u64 = 10_000;
/// The mailbox has this long to apply what is left, before we go all the same: it is in the journal.
const SETTLE_MS: u64 = 10_000;

#[derive(Debug, Default)]
pub(super) struct Close {
    lines: VecDeque<Utter>,
    until: Option<Millis>,
}

impl Close {
    pub fn said(&mut self) {
        self.lines.pop_front();
    }

    pub fn until(&self) -> Option<Millis> {
        self.until
    }

    pub fn wait_anew(&mut self, now: Millis) {
        if self.lines.is_empty() {
            self.until = Some(now.plus(CLOSE_MS));
        }
    }
}

/// The last words, and the wait for the mailbox.
#[derive(Debug)]
pub(super) struct Leaving {
    lines: VecDeque<Utter>,
    mailbox: Mailbox,
    rest: Rest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mailbox {
    Settling {
        patience: Millis,
    },
    Settled {
        queued: u32,
    },
    /// Settled, and mail is still on its way.
    Sending {
        queued: u32,
        patience: Millis,
    },
}

/// What is still to be said when the mailbox has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    GoodBye,
    /// Only what the listener must know.
    Queued,
    Nothing,
}

impl Leaving {
    pub fn said(&mut self) {
        self.lines.pop_front();
    }

    /// Nothing more is to be said.
    pub fn is_silent(&self) -> bool {
        self.rest == Rest::Nothing && self.lines.is_empty()
    }

    pub fn due(&self) -> Option<Millis> {
        match self.mailbox {
            Mailbox::Settling { patience } | Mailbox::Sending { patience, .. } if self.lines.is_empty() => {
                Some(patience)
            }
            Mailbox::Settling { .. } | Mailbox::Sending { .. } | Mailbox::Settled { .. } => None,
        }
    }
}

impl Session {
    /// Nothing is left: the summary, then silence, then the end.
    pub(super) fn close(&mut self) {
        self.leave_item();
        self.visits += 1;
        self.hearing.understood();
        self.speak_notices();
        let words = &self.prompts.close;
        let summary = self.changes();
        let choice = if self.acts.can_undo() { &words.choice } else { &words.choice_unchanged };
        let lines = [Wording::plain(&words.all), summary, Wording::plain(choice)];
        let lines = lines.into_iter().filter(|line| !line.is_empty()).map(closing_line).collect();
        self.stage = Stage::Close(Close { lines, until: None });
    }

    pub(super) fn step_close(&mut self) -> Stepped {
        let now = self.now;
        let Stage::Close(close) = &self.stage else { return Stepped::Waits };
        let still_open = close.until.is_some_and(|until| now < self.held_open(until));
        let Stage::Close(close) = &mut self.stage else { return Stepped::Waits };
        if let Some(utter) = close.lines.front().cloned() {
            self.say(utter, Source::Stage);
            return Stepped::Waits;
        }
        if self.offer_news() == News::Offered {
            return Stepped::On;
        }
        let Stage::Close(close) = &mut self.stage else { return Stepped::Waits };
        match close.until {
            None => {
                close.until = Some(now.plus(CLOSE_MS));
                self.tell_moment(MomentName::Close);
                Stepped::On
            }
            Some(_) if still_open => Stepped::Waits,
            Some(_) => {
                self.leave_silently();
                Stepped::On
            }
        }
    }

    /// "Two archived, one flagged."; empty when nothing was changed.
    fn changes(&self) -> Wording {
        let words = &self.prompts.close;
        let parts = [
            (MailVerb::Archive, &words.archived),
            (MailVerb::Delete, &words.deleted),
            (MailVerb::Move, &words.moved),
            (MailVerb::Flag, &words.flagged),
            (MailVerb::Unflag, &words.unflagged),
            (MailVerb::MarkRead, &words.marked_read),
            (MailVerb::MarkUnread, &words.marked_unread),
            (MailVerb::Unsubscribe, &words.unsubscribed),
        ];
        let parts: Vec<Wording> = parts
            .into_iter()
            .map(|(verb, template)| (self.acts.count(verb), template))
            .filter(|(many, _)| *many > 0)
            .map(|(many, template)| Wording::fill(template, &[("count", &count(many))]))
            .collect();
        sentence(&parts)
    }

    /// The listener says good-bye: what was done, then good-bye when all is safe.
    pub(super) fn good_bye(&mut self) {
        let changes = self.changes();
        let lines = if changes.is_empty() { Vec::new() } else { vec![closing_line(changes)] };
        self.leave(lines, Rest::GoodBye);
    }

    pub(super) fn leave_silently(&mut self) {
        self.leave(Vec::new(), Rest::Queued);
    }

    /// The app is closed: no words at all.
    pub(super) fn quit(&mut self) {
        self.hush();
        self.unduck();
        self.asides = super::Asides::default();
        self.absent = super::Absent::default();
        self.leave(Vec::new(), Rest::Nothing);
    }

    fn leave(&mut self, lines: Vec<Utter>, rest: Rest) {
        self.leave_item();
        self.go_on();
        self.question = None;
        if rest != Rest::Nothing {
            self.speak_notices();
        }
        let mailbox = Mailbox::Settling { patience: self.now.plus(SETTLE_MS) };
        self.stage = Stage::Leaving(Leaving { lines: lines.into(), mailbox, rest });
        self.out.push(Effect::Mail(MailRequest::Settle));
    }

    /// A change after the mailbox was asked to settle: it settles anew.
    pub(super) fn settle_anew(&mut self) {
        if let Stage::Leaving(leaving) = &mut self.stage {
            leaving.mailbox = Mailbox::Settling { patience: self.now.plus(SETTLE_MS) };
            self.out.push(Effect::Mail(MailRequest::Settle));
        }
    }

    pub(super) fn settled(&mut self, queued: u32) {
        let sending = self.acts.is_sending();
        if let Stage::Leaving(leaving) = &mut self.stage {
            leaving.mailbox = match leaving.mailbox {
                Mailbox::Settling { patience } if sending => Mailbox::Sending { queued, patience },
                Mailbox::Settling { .. } | Mailbox::Settled { .. } | Mailbox::Sending { .. } => {
                    Mailbox::Settled { queued }
                }
            };
        }
    }

    pub(super) fn step_leaving(&mut self) -> Stepped {
        let now = self.now;
        let sending = self.acts.is_sending();
        // The process ends with the session, and with it the sending.
        let unsure = self.acts.sending().map(|ix| self.perhaps_left_words(ix)).collect::<Vec<_>>();
        let Stage::Leaving(leaving) = &mut self.stage else { return Stepped::Waits };
        if let Some(utter) = leaving.lines.front().cloned() {
            self.say(utter, Source::Stage);
            return Stepped::Waits;
        }
        let words = &self.prompts.close;
        let left = match leaving.mailbox {
            Mailbox::Settling { patience } if now < patience => return Stepped::Waits,
            Mailbox::Sending { patience, .. } if sending && now < patience => return Stepped::Waits,
            Mailbox::Settling { .. } => Wording::plain(&words.unsure),
            Mailbox::Settled { queued: 0 } | Mailbox::Sending { queued: 0, .. } => Wording::default(),
            Mailbox::Settled { queued: 1 } | Mailbox::Sending { queued: 1, .. } => Wording::plain(&words.queued_one),
            Mailbox::Settled { queued } | Mailbox::Sending { queued, .. } => {
                let many = count(usize::try_from(queued).unwrap_or(usize::MAX));
                Wording::fill(&words.queued_many, &[("count", &many)])
            }
        };
        let left = unsure.into_iter().chain([left]);
        let last: Vec<Wording> = match leaving.rest {
            Rest::GoodBye => left.chain([Wording::plain(&words.goodbye)]).collect(),
            Rest::Queued => left.collect(),
            Rest::Nothing => {
                self.stage = Stage::Over;
                self.halt = Halt::Running;
                self.out.push(Effect::End);
                return Stepped::Waits;
            }
        };
        leaving.lines.extend(last.into_iter().filter(|line| !line.is_empty()).map(closing_line));
        leaving.rest = Rest::Nothing;
        Stepped::On
    }
}

fn closing_line(wording: Wording) -> Utter {
    Utter::new(wording, SayRole::Closing)
}
