//! Changes of the mailbox: which message a word means, doing it, taking it back, and what the mailbox says of it.

use super::agenda::Subject;
use super::commands::By;
use super::flow::{Aside, AsideKind, JOURNAL_PATIENCE_MS, Stage, Turn};
use super::guard::Refusal;
use super::history::Focus;
use super::pending::{Advanced, Cause, Last, Standing};
use super::store::{MailIx, Whereabouts};
use super::voice::Utter;
use super::wording::Wording;
use super::{
    ActVerb, Earcon, Effect, Event, MailReport, MailState, MailTrouble, MailVerb, RequestId, SayRole, Session,
};
use crate::command::{Command, Intent, Risk};

/// What a word is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aim {
    pub subject: Subject,
    pub at: AimedAt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AimedAt {
    /// The message in focus.
    This,
    /// Its announcement had not been fully played: the one before.
    Before,
}

impl Session {
    /// Rules 1 and 2: a word that began before the announcement was over means the message before.
    pub(super) fn aim(&self, focus: Focus) -> Option<Aim> {
        if focus.announced {
            focus.subject.map(|subject| Aim { subject, at: AimedAt::This })
        } else {
            focus.before.map(|subject| Aim { subject, at: AimedAt::Before })
        }
    }

    /// Why a changing word means nothing: nothing it could mean, or said twice (rules 2 and 3).
    pub(super) fn aimless(&self, focus: Focus, intent: Intent) -> Option<Refusal> {
        if !changes_a_message(intent) {
            return None;
        }
        let destructive = intent.risk() == Risk::Destructive;
        let again = destructive && self.obeyed == Some(intent);
        if again && !focus.announced && focus.obeyed == Some(intent) {
            return Some(Refusal::Repeated);
        }
        let Some(aim) = self.aim(focus) else { return Some(Refusal::NoMessage) };
        if self.agenda.mails(&self.store, aim.subject).is_empty() {
            return Some(if again { Refusal::Repeated } else { Refusal::NoMessage });
        }
        let bundle = matches!(aim.subject, Subject::Bundle(_));
        match (intent, bundle, aim.at) {
            (Intent::ArchiveBundle, true, _) => None,
            (Intent::ArchiveBundle, false, _) | (_, true, AimedAt::Before) => Some(Refusal::NoMessage),
            (_, true, AimedAt::This) | (_, false, _) => None,
        }
    }

    /// Says nothing about a word said twice; a tone for one that means nothing.
    pub(super) fn dropped(&mut self, refusal: Refusal) {
        if refusal != Refusal::Repeated {
            self.earcon(Earcon::Error);
        }
    }

    pub(super) fn focus_now(&self) -> Focus {
        self.snapshot().focus
    }

    /// A changing command that was accepted, or a key.
    pub(super) fn act(&mut self, command: &Command, verb: ActVerb, by: &By) {
        let Some(aim) = self.aim(self.focus_of(by)) else {
            self.earcon(Earcon::Error);
            return;
        };
        if matches!(aim.subject, Subject::Bundle(_)) && command.intent != Intent::ArchiveBundle {
            let said = self.prompts.bundle.choice.clone();
            self.answer(Wording::plain(&said));
            return;
        }
        if self.question.as_ref().is_some_and(|question| question.is_about_acting()) {
            self.question = None;
        }
        let by_voice = matches!(by, By::Voice { .. });
        if by_voice && aim.at == AimedAt::Before && command.intent.risk() == Risk::Destructive {
            self.ask_before_acting(command, by);
            return;
        }
        self.act_on(aim.subject, command.intent, verb);
    }

    /// Does it, says so when the journal has it, and goes on.
    pub(super) fn act_on(&mut self, subject: Subject, intent: Intent, verb: ActVerb) {
        let mails = self.agenda.mails(&self.store, subject);
        let cause = if matches!(subject, Subject::Bundle(_)) { Cause::Bundle } else { Cause::Command };
        let Some(last) = self.change(&mails, &verb, cause) else {
            self.earcon(Earcon::Error);
            return;
        };
        if intent.risk() == Risk::Destructive {
            self.obeyed = Some(intent);
        }
        let said = self.acknowledgement(&verb, cause);
        self.acknowledge(said, last);
        let in_focus = matches!(&self.stage, Stage::Playing(recital) if recital.subject == subject);
        if verb.puts_away() && in_focus {
            self.go_on();
            self.go_to_next();
        }
    }

    fn acknowledge(&mut self, said: Wording, after: RequestId) {
        self.asides.push(Aside {
            utter: Utter::new(said, SayRole::Answer),
            kind: AsideKind::Answer,
            after: Some((after, self.now.plus(JOURNAL_PATIENCE_MS))),
            turn: Turn::Now,
        });
    }

    /// Asks the mailbox for one change of each message; returns the last request.
    pub(super) fn change(&mut self, mails: &[MailIx], verb: &ActVerb, cause: Cause) -> Option<RequestId> {
        let mut requests = Vec::with_capacity(mails.len());
        for &ix in mails {
            let Some(entry) = self.store.get_mut(ix) else { continue };
            let (id, request) = self.acts.act(ix, entry, verb, cause);
            if verb.puts_away() {
                entry.whereabouts = Whereabouts::PutAway;
            }
            if *verb == ActVerb::MarkUnread {
                entry.heard = false;
            }
            self.out.push(Effect::Mail(request));
            requests.push(id);
        }
        let last = requests.last().copied();
        if cause != Cause::Heard {
            self.acts.remember(requests);
        }
        last
    }

    fn acknowledgement(&self, verb: &ActVerb, cause: Cause) -> Wording {
        let answers = &self.prompts.answers;
        match verb {
            ActVerb::Archive if cause == Cause::Bundle => Wording::plain(&answers.all_archived),
            ActVerb::Archive => Wording::plain(&answers.archived),
            ActVerb::Delete => Wording::plain(&answers.deleted),
            ActVerb::MoveTo(folder) => Wording::fill(&answers.moved, &[("folder", &Wording::plain(folder))]),
            ActVerb::Flag => Wording::plain(&answers.flagged),
            ActVerb::Unflag => Wording::plain(&answers.unflagged),
            ActVerb::MarkRead => Wording::plain(&answers.marked_read),
            ActVerb::MarkUnread => Wording::plain(&answers.marked_unread),
        }
    }

    /// Takes the last change back, all of it.
    pub(super) fn undo(&mut self) {
        let answers = &self.prompts.answers;
        let change = match self.acts.pop() {
            Some(Last::Changed(change)) => change,
            // The change before it is not meant; said again, "undo" takes that one back.
            Some(Last::CannotBeUndone) => return self.answer(Wording::plain(&answers.cannot_undo.clone())),
            None => return self.answer(Wording::plain(&answers.nothing_to_undo.clone())),
        };
        // What it took away may be deleted anew.
        self.obeyed = None;
        let mut last = None;
        for id in change.into_iter().rev() {
            let Some(done) = self.acts.get(id).copied() else { continue };
            let Some((undo, request)) = self.acts.undo(id) else { continue };
            if let Some(entry) = self.store.get_mut(done.mail) {
                entry.whereabouts = Whereabouts::Here;
                entry.mail.flags = done.flags_before();
            }
            self.out.push(Effect::Mail(request));
            last = Some((undo, done.verb));
        }
        self.settle_anew();
        let Some((request, verb)) = last else { return };
        let answers = &self.prompts.answers;
        let said = match verb {
            MailVerb::Archive => &answers.archive_undone,
            MailVerb::Delete => &answers.delete_undone,
            MailVerb::Move => &answers.move_undone,
            MailVerb::Flag => &answers.flag_undone,
            MailVerb::Unflag => &answers.unflag_undone,
            MailVerb::MarkRead | MailVerb::MarkUnread | MailVerb::Unsubscribe | MailVerb::Undo => &answers.mark_undone,
        };
        let said = Wording::plain(said);
        self.acknowledge(said, request);
    }

    pub(super) fn mail_reported(&mut self, report: MailReport) {
        match report {
            MailReport::Counted { unread } => {
                if let Stage::Opening(opening) = &mut self.stage {
                    opening.counted(unread);
                }
            }
            MailReport::Opened(opened) => self.opened(*opened),
            MailReport::CannotOpen(trouble) => self.cannot_open(trouble),
            MailReport::Planned { request } => {
                self.advanced(request, MailState::Planned);
            }
            MailReport::Applied { request } => {
                if let Some(advanced) = self.advanced(request, MailState::Applied) {
                    self.list_left(advanced.request);
                }
            }
            MailReport::Failed { request, reason } => match self.advanced(request, MailState::Failed) {
                Some(advanced) if advanced.request.verb == MailVerb::Unsubscribe => {
                    self.list_not_left(advanced.request, reason);
                }
                Some(advanced) => self.act_failed(request, advanced, reason),
                None => {}
            },
            MailReport::Unsure { request } => {
                if let Some(advanced) = self.advanced(request, MailState::Unsure) {
                    self.list_perhaps_left(advanced.request);
                }
            }
            MailReport::Offline(trouble) => self.offline(trouble),
            MailReport::Online => self.online(),
            MailReport::Settled { queued } => self.settled(queued),
            MailReport::Arrived(opened) => self.arrived(*opened),
            MailReport::Filling(places) => self.filling(places),
            MailReport::Filled(mail) => self.filled(*mail),
            MailReport::Earlier(earlier) => self.earlier(&earlier),
            MailReport::Folders(folders) => self.folders_told(folders),
        }
    }

    fn advanced(&mut self, id: RequestId, state: MailState) -> Option<Advanced> {
        let advanced = self.acts.advance(id, state)?;
        let request = advanced.request;
        let event = Event::Mail {
            verb: request.verb,
            of: request.of,
            message_id: self.store.message_id(request.mail)?,
            state,
            auto: request.cause == Cause::Heard,
            bundle: request.cause == Cause::Bundle,
        };
        self.report(event);
        Some(advanced)
    }

    /// It did not happen: as it was before, said at the next boundary, and the message is offered again.
    fn act_failed(&mut self, id: RequestId, advanced: Advanced, reason: MailTrouble) {
        let request = advanced.request;
        self.asides.drop_waiting_for(id);
        if request.standing == Standing::TakenBack {
            return;
        }
        let undo = request.verb == MailVerb::Undo;
        if let Some(entry) = self.store.get_mut(request.mail) {
            let takes_away = |verb| matches!(verb, MailVerb::Archive | MailVerb::Delete | MailVerb::Move);
            if undo {
                if request.of.is_some_and(takes_away) {
                    entry.whereabouts = Whereabouts::PutAway;
                }
            } else {
                entry.whereabouts = Whereabouts::Here;
                entry.mail.flags = request.flags_before();
            }
            if !undo && takes_away(request.verb) {
                self.agenda.offer_again(request.mail);
            }
        }
        if request.cause == Cause::Heard {
            return;
        }
        let said = self.failure(request.verb, request.mail, reason);
        self.report(Event::Error { kind: "mailbox".to_owned(), text: said.text.clone() });
        self.notice(said);
        // Nothing more is coming: this is the boundary.
        if matches!(self.stage, Stage::Close(_)) && self.agenda.peek(&self.store).is_some() {
            self.go_to_next();
        }
    }

    fn failure(&self, verb: MailVerb, ix: MailIx, reason: MailTrouble) -> Wording {
        let trouble = &self.prompts.trouble;
        let message = match self.store.sender(ix) {
            Some(name) => Wording::fill(&trouble.whose, &[("name", &Wording::plain(name))]),
            None => Wording::plain(&trouble.nobody),
        };
        self.failed_words(verb, &message, reason)
    }

    /// "I could not archive Ana's message: the folder is full."
    pub(super) fn failed_words(&self, verb: MailVerb, message: &Wording, reason: MailTrouble) -> Wording {
        let trouble = &self.prompts.trouble;
        let reason = Wording::plain(self.reason(reason));
        let verb = match verb {
            MailVerb::Archive => &trouble.verb.archive,
            MailVerb::Delete => &trouble.verb.delete,
            MailVerb::Move => &trouble.verb.r#move,
            MailVerb::Flag => &trouble.verb.flag,
            MailVerb::Unflag => &trouble.verb.unflag,
            MailVerb::MarkRead => &trouble.verb.mark_read,
            MailVerb::MarkUnread => &trouble.verb.mark_unread,
            MailVerb::Unsubscribe => &trouble.verb.unsubscribe,
            MailVerb::Undo => {
                return Wording::fill(&trouble.failed_undo, &[("message", message), ("reason", &reason)]);
            }
        };
        let verb = Wording::plain(verb);
        Wording::fill(&trouble.failed, &[("verb", &verb), ("message", message), ("reason", &reason)])
    }

    pub(super) fn reason(&self, trouble: MailTrouble) -> &str {
        let reason = &self.prompts.trouble.reason;
        match trouble {
            MailTrouble::NoNetwork => &reason.no_network,
            MailTrouble::WrongPassword => &reason.wrong_password,
            MailTrouble::CertificateRefused => &reason.certificate_refused,
            MailTrouble::TimedOut => &reason.timed_out,
            MailTrouble::ServerRefused => &reason.server_refused,
            MailTrouble::FolderFull => &reason.folder_full,
            MailTrouble::NoSuchFolder => &reason.no_such_folder,
            MailTrouble::Gone => &reason.gone,
            MailTrouble::ReadOnly => &reason.read_only,
            MailTrouble::BrokenAnswer => &reason.broken_answer,
            MailTrouble::Disk => &reason.disk,
            MailTrouble::Busy => &reason.busy,
            MailTrouble::LoginPage => &reason.login_page,
            MailTrouble::SignInAgain => &reason.sign_in_again,
            MailTrouble::NoSubmission => &reason.no_submission,
        }
    }
}

/// Rules 2 and 3 are about these.
fn changes_a_message(intent: Intent) -> bool {
    matches!(
        intent,
        Intent::Flag
            | Intent::Unflag
            | Intent::MarkRead
            | Intent::MarkUnread
            | Intent::Archive
            | Intent::Delete
            | Intent::Move
            | Intent::ArchiveBundle
            | Intent::Unsubscribe
    )
}
