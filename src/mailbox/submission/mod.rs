//! Sending: a mail that leaves a list, through the account's own submission server (RFC 6409). [`Submission`] stands in front of
//! the account's mailbox and takes only [`MailRequest::Leave`]; all the rest passes through.
//!
//! At most once: a connection of its own, on a thread of its own, never tried again. `wire` speaks SMTP, `letter` writes the mail.

mod letter;
mod wire;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

pub use wire::{SendError, Sent};

use super::imap::ImapMailbox;
use super::network::Network;
use super::oauth::Keys;
use crate::config::{ImapAccount, SmtpAccount};
use crate::mail::MailTo;
use crate::ports::Mailbox;
use crate::session::{Leave, MailReport, MailRequest, MailTrouble};
use crate::units::{Millis, WallTime};

/// How to send for an account.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Has the login: the secret is the same.
    pub imap: ImapAccount,
    pub smtp: SmtpAccount,
    pub network: Arc<dyn Network>,
    /// For each step of the conversation with the server.
    pub patience: Duration,
    keys: Keys,
}

impl Sending {
    /// How long a step may take. RFC 5321 allows minutes; a listener waits for an answer.
    pub const PATIENCE: Duration = Duration::from_secs(20);

    pub fn new(imap: ImapAccount, smtp: SmtpAccount, network: Arc<dyn Network>, patience: Duration) -> Sending {
        Sending { imap, smtp, network, patience, keys: Keys::default() }
    }

    /// With the access token of the account's mailbox: two who renew it at once end each other's permission where a provider
    /// changes the refresh token at each use.
    #[must_use]
    pub fn beside(self, mailbox: &ImapMailbox) -> Sending {
        Sending { keys: mailbox.keys(), ..self }
    }

    /// Whether a server for sending that can be trusted answers there; nothing of the account is sent to it.
    pub fn greets(&self) -> Result<(), SendError> {
        wire::greet(self)
    }

    /// Logs in and leaves; no mail is begun.
    pub fn log_in(&self) -> Result<(), SendError> {
        wire::log_in(self)
    }

    /// Sends one mail and blocks until it is known how that went. `utc_ms` is its date.
    pub fn send(&self, to: &MailTo, utc_ms: i64) -> Result<Sent, SendError> {
        wire::send(self, to.address(), &letter::write(&self.smtp.from, to, utc_ms))
    }
}

/// A mailbox of an account that can send.
pub struct Submission {
    inner: Box<dyn Mailbox + Send>,
    sending: Sending,
    start: WallTime,
    to_session: Sender<MailReport>,
    outcomes: Receiver<MailReport>,
    /// What could not even be begun.
    reports: VecDeque<MailReport>,
}

impl Submission {
    /// `start` = wall-clock time at session time 0.
    pub fn in_front_of(inner: Box<dyn Mailbox + Send>, sending: Sending, start: WallTime) -> Submission {
        let (to_session, outcomes) = channel();
        Submission { inner, sending, start, to_session, outcomes, reports: VecDeque::new() }
    }

    fn leave(&mut self, now: Millis, leave: Leave) {
        let utc_ms = self.start.plus(now).utc_ms;
        let (sending, to_session) = (self.sending.clone(), self.to_session.clone());
        let request = leave.request;
        let work = move || {
            let report = match sending.send(&leave.to, utc_ms) {
                Ok(Sent::Taken) => MailReport::Applied { request },
                Ok(Sent::Perhaps) => MailReport::Unsure { request },
                Err(error) => MailReport::Failed { request, reason: error.trouble() },
            };
            // Nobody listens any more when the session is over.
            let _ = to_session.send(report);
        };
        if thread::Builder::new().name("hark-smtp".to_owned()).spawn(work).is_err() {
            self.reports.push_back(MailReport::Failed { request, reason: MailTrouble::Disk });
        }
    }
}

impl Mailbox for Submission {
    fn submit(&mut self, now: Millis, request: MailRequest) {
        match request {
            MailRequest::Leave(leave) => self.leave(now, leave),
            MailRequest::Open(_) | MailRequest::Act(_) | MailRequest::Undo { .. } | MailRequest::Settle => {
                self.inner.submit(now, request);
            }
        }
    }

    fn poll(&mut self, now: Millis) -> Option<MailReport> {
        self.reports.pop_front().or_else(|| self.outcomes.try_recv().ok()).or_else(|| self.inner.poll(now))
    }
}
