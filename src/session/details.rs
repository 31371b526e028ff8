//! Answers about the message in focus. Of a protected one nothing of its content is told before its gate is open (I3).

use super::reading::Lock;
use super::store::{Entry, MailIx};
use super::wording::{Wording, count, minutes};
use super::{Earcon, Session, Stage};
use crate::command::Slot;
use crate::mail::Correspondent;
use crate::script::{last_spellable, spelled, words};

impl Session {
    pub(super) fn details(&mut self, slot: Option<&Slot>) {
        let Some(ix) = self.message_in_focus() else { return self.earcon(Earcon::Error) };
        let choice = match slot {
            Some(Slot::Choice(choice)) => choice.as_str(),
            Some(Slot::Name(_) | Slot::Folder(_) | Slot::Account(_)) | None => "from",
        };
        let Some(entry) = self.store.get(ix) else { return };
        let said = match choice {
            "from" => self.from(entry),
            "to" => self.to(entry),
            "date" => self.sent(entry),
            "length" => self.length(entry),
            "subject" | "attachments" if !self.may_tell_content() => return self.content_refused(),
            "subject" => self.subject(ix),
            "attachments" => self.attachments(entry),
            _ => return self.earcon(Earcon::Error),
        };
        self.answer(said);
    }

    /// Subject, text and names of attachments may be told.
    pub(super) fn may_tell_content(&self) -> bool {
        match &self.stage {
            Stage::Playing(recital) => matches!(recital.lock, Lock::None | Lock::Open),
            Stage::Close(_) => self
                .message_in_focus()
                .and_then(|ix| self.store.get(ix))
                .is_some_and(|entry| entry.mail.message.protection.is_none()),
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Leaving(_) | Stage::Over => false,
        }
    }

    pub(super) fn content_refused(&mut self) {
        if self.message_in_focus().is_none() {
            return self.earcon(Earcon::Error);
        }
        let said = self.prompts.answers.after_the_pause.clone();
        self.answer(Wording::plain(&said));
    }

    fn from(&self, entry: &Entry) -> Wording {
        let words = &self.prompts.details;
        let Some(from) = &entry.mail.message.from else { return Wording::plain(&words.from_nobody) };
        match (&from.name, from.address.is_empty()) {
            (Some(name), false) => {
                Wording::fill(&words.from, &[("name", &Wording::plain(name)), ("address", &address(&from.address))])
            }
            (Some(name), true) => Wording::fill(&words.from_name, &[("name", &Wording::plain(name))]),
            (None, false) => Wording::fill(&words.from_name, &[("name", &address(&from.address))]),
            (None, true) => Wording::plain(&words.from_nobody),
        }
    }

    /// Who else got it: names while they are few, else how many.
    fn to(&self, entry: &Entry) -> Wording {
        let words = &self.prompts.details;
        let message = &entry.mail.message;
        let everybody: Vec<&Correspondent> = message.to.iter().chain(&message.cc).collect();
        match everybody.len() {
            0 | 1 => Wording::plain(&words.to_one),
            2..=4 => {
                let names: Vec<Wording> = everybody.into_iter().map(shown).collect();
                Wording::fill(&words.to_others, &[("names", &self.listed(&names))])
            }
            many => Wording::fill(&words.to_many, &[("count", &count(many))]),
        }
    }

    fn sent(&self, entry: &Entry) -> Wording {
        let words = &self.prompts.details;
        let Some(date) = entry.mail.message.date else { return Wording::plain(&words.no_date) };
        let when = words::when_in_full(date, self.clock.timestamp(self.now), self.clock.zone());
        Wording::fill(&words.sent, &[("when", &Wording::plain(&when))])
    }

    /// The announcement has the subject as it is spoken; here it stands alone.
    fn subject(&self, ix: MailIx) -> Wording {
        let words = &self.prompts.details;
        let subject = self.store.get(ix).map(|entry| entry.mail.message.subject.trim().to_owned());
        match subject.filter(|subject| !subject.is_empty()) {
            Some(subject) => Wording::fill(&words.subject, &[("subject", &Wording::plain(&subject))]),
            None => Wording::plain(&words.no_subject),
        }
    }

    fn length(&self, entry: &Entry) -> Wording {
        let seconds = entry.seconds / self.settings.speed.clamp(0.5, 3.0) as f32;
        Wording::fill(&self.prompts.details.length, &[("time", &minutes(seconds))])
    }

    fn attachments(&self, entry: &Entry) -> Wording {
        let words = &self.prompts.details;
        let attachments = &entry.mail.message.attachments;
        let named = attachments.iter().take(3).map(|attachment| match &attachment.name {
            Some(name) => file_name(name),
            None => Wording::plain(&words.unnamed),
        });
        let names = self.listed(&named.collect::<Vec<_>>());
        match attachments.len() {
            0 => Wording::plain(&words.attachments_none),
            1 => Wording::fill(&words.attachments_one, &[("names", &names)]),
            many => Wording::fill(&words.attachments_many, &[("count", &count(many)), ("names", &names)]),
        }
    }

    /// "a, b and c".
    fn listed(&self, items: &[Wording]) -> Wording {
        let Some((last, first)) = items.split_last() else { return Wording::default() };
        if first.is_empty() {
            return last.clone();
        }
        let first = Wording::join(first, ", ");
        Wording::fill(&self.prompts.details.and, &[("first", &first), ("last", last)])
    }

    /// The last code, address or name heard, letter by letter; else the sender's name.
    pub(super) fn spell(&mut self) {
        let heard = match &self.stage {
            Stage::Playing(recital) => last_spellable(&recital.heard_last()).map(str::to_owned),
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Close(_) | Stage::Leaving(_) | Stage::Over => None,
        };
        let sender = || self.message_in_focus().and_then(|ix| self.store.sender(ix)).map(str::to_owned);
        match heard.or_else(sender) {
            Some(text) => self.answer(Wording { spoken: format!("{}.", spelled(&text)), text }),
            None => {
                let said = self.prompts.answers.no_name.clone();
                self.answer(Wording::plain(&said));
            }
        }
    }
}

fn shown(person: &Correspondent) -> Wording {
    match &person.name {
        Some(name) => Wording::plain(name),
        None => address(&person.address),
    }
}

/// "ana at example dot org".
fn address(address: &str) -> Wording {
    Wording {
        text: address.to_owned(),
        spoken: address.replace('@', " at ").replace('.', " dot ").replace('_', " underscore "),
    }
}

fn file_name(name: &str) -> Wording {
    Wording { text: name.to_owned(), spoken: name.replace('_', " ").replace('.', " dot ") }
}
