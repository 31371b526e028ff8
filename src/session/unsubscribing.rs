//! "Unsubscribe": always asked, because mail that went out stays out; a list is asked once; and nothing is called done before
//! the account's server has taken the mail.

use super::agenda::Subject;
use super::ask::Ask;
use super::commands::By;
use super::flow::{AsideKind, Halt, Stage};
use super::pending::Request;
use super::reading::Step;
use super::store::MailIx;
use super::voice::Utter;
use super::wording::Wording;
use super::{Earcon, Effect, Event, MailTrouble, MailVerb, SayRole, Session};
use crate::command::Intent;
use crate::mail::{Leaving, Message, MessageKind};

/// Longest part of a name that is said: names are written by strangers.
const NAME_CHARS: usize = 60;

impl Session {
    /// Asks, or says why the list cannot be left.
    pub(super) fn unsubscribe(&mut self, by: &By) {
        let Some(aim) = self.aim(self.focus_of(by)) else {
            self.earcon(Earcon::Error);
            return;
        };
        match self.way_out(aim.subject) {
            Ok(ix) => self.ask(Ask::Unsubscribe(ix)),
            Err(said) => self.answer(said),
        }
    }

    /// The message whose list is meant, or why there is none.
    fn way_out(&self, subject: Subject) -> Result<MailIx, Wording> {
        let answers = &self.prompts.answers;
        let mails = self.agenda.mails(&self.store, subject);
        let lists: Vec<(MailIx, List)> = mails.iter().filter_map(|&ix| Some((ix, self.list_of(ix)?))).collect();
        let Some((first, list)) = lists.first() else { return Err(Wording::plain(&answers.no_way_to_unsubscribe)) };
        if lists.iter().any(|(_, other)| other != list) {
            return Err(Wording::plain(&answers.several_lists));
        }
        if self.acts.left().any(|ix| self.list_of(ix).as_ref() == Some(list)) {
            return Err(Wording::plain(&answers.unsubscribed_before));
        }
        let leaving = |ix: MailIx| self.store.get(ix).map(|entry| &entry.mail.message.leaving);
        if let Some((ix, _)) = lists.iter().find(|(ix, _)| matches!(leaving(*ix), Some(Leaving::Mail(_)))) {
            let sends = self.senders.contains(&list.account);
            return if sends { Ok(*ix) } else { Err(Wording::plain(&answers.cannot_send)) };
        }
        match leaving(*first) {
            Some(Leaving::WebOnly) => Err(Wording::plain(&answers.only_on_its_page)),
            Some(Leaving::None | Leaving::Mail(_)) | None => Err(Wording::plain(&answers.no_way_to_unsubscribe)),
        }
    }

    /// The listener said yes.
    pub(super) fn leave_list(&mut self, ix: MailIx) {
        let Some(entry) = self.store.get(ix) else { return };
        let Leaving::Mail(to) = &entry.mail.message.leaving else { return };
        let request = self.acts.leave(ix, entry, to.clone());
        self.out.push(Effect::Mail(request));
        self.obeyed = Some(Intent::Unsubscribe);
        self.window_anew();
        let said = self.prompts.answers.unsubscribing.clone();
        self.answer(Wording::plain(&said));
    }

    pub(super) fn list_left(&mut self, request: Request) {
        if request.verb == MailVerb::Unsubscribe {
            let name = self.list_name(request.mail);
            self.tell(Wording::fill(&self.prompts.answers.unsubscribed, &[("name", &name)]));
        }
    }

    pub(super) fn list_not_left(&mut self, request: Request, reason: MailTrouble) {
        let said = self.failed_words(request.verb, &self.list_name(request.mail), reason);
        self.report(Event::Error { kind: "mailbox".to_owned(), text: said.text.clone() });
        self.tell(said);
    }

    pub(super) fn list_perhaps_left(&mut self, request: Request) {
        let said = self.perhaps_left_words(request.mail);
        self.report(Event::Error { kind: "mailbox".to_owned(), text: said.text.clone() });
        self.tell(said);
    }

    pub(super) fn perhaps_left_words(&self, ix: MailIx) -> Wording {
        Wording::fill(&self.prompts.trouble.perhaps_unsubscribed, &[("name", &self.list_name(ix))])
    }

    /// Whom one leaves: the list where many write, else the sender.
    pub(super) fn list_name(&self, ix: MailIx) -> Wording {
        let name = self.store.get(ix).and_then(|entry| called(&entry.mail.message));
        let name = name.unwrap_or_else(|| self.prompts.ask.somebody.clone());
        Wording::plain(&name.chars().take(NAME_CHARS).collect::<String>())
    }

    fn list_of(&self, ix: MailIx) -> Option<List> {
        let mail = &self.store.get(ix)?.mail;
        let key = mail.message.list.clone().or_else(|| Some(mail.message.from.as_ref()?.address.to_lowercase()))?;
        Some(List { account: mail.place.account.clone(), key })
    }

    /// In a silence of the listener's at once, else where the message ends.
    fn tell(&mut self, said: Wording) {
        let silence = match &self.stage {
            Stage::Playing(recital) => matches!(recital.step, Step::Window { .. } | Step::Tone { .. }),
            Stage::Close(_) => true,
            Stage::Leaving(leaving) if leaving.is_silent() => return,
            Stage::Leaving(_) => true,
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Over => false,
        };
        if silence && self.halt == Halt::Running {
            self.aside(Utter::new(said, SayRole::Answer), AsideKind::Notice);
        } else {
            self.notice(said);
        }
    }
}

/// What a word means by "this list": several mails of one newsletter each have an address of their own to leave it by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    account: String,
    /// List-Id, else the sender's address.
    key: String,
}

/// In a discussion the sender is one of many: there the list has a name, "tram-watch" of "tram-watch.lists.example.org".
fn called(message: &Message) -> Option<String> {
    let own = || {
        let id = message.list.as_deref().filter(|_| message.kind == MessageKind::Person)?;
        let label = id.split('.').next().filter(|label| !label.is_empty())?;
        Some(label.replace(['-', '_'], " "))
    };
    own().or_else(|| message.sender_name().map(str::to_owned))
}
