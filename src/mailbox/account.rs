//! From a configured account to its mailbox.

use std::path::Path;
use std::sync::Arc;

use super::apart::Apart;
use super::http::Http;
use super::oauth::{self, Invitation, OAuthError};
use super::secrets::{self, SecretError, keyring_name};
use super::{
    Backoff, ImapMailbox, ImapOptions, JournalError, MaildirError, MaildirMailbox, MaildirOptions, Network, News,
    RealNetwork, Sending, Submission, Texts, Timeouts,
};
use crate::config::{Account, ImapAccount, Login, OAuth, Source, TokenStore};
use crate::ports::Mailbox;
use crate::session::Order;
use crate::units::WallTime;

/// Why an account's mailbox cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error(transparent)]
    Maildir(#[from] MaildirError),
    #[error(transparent)]
    InUse(JournalError),
    #[error("{0}; `hark forget {1}` deletes it, and with it what is still queued")]
    Journal(JournalError, String),
}

/// Opens the mailbox of an account, wherever it is; an IMAP account connects when it is asked something. Neither is
/// ever waited for: both work on threads of their own.
/// `start` = wall-clock time at session time 0, `order` the session's. The account must be on: that is the caller's to look at.
pub fn open_account(
    name: &str,
    account: &Account,
    start: WallTime,
    journals: &Path,
    order: Order,
) -> Result<Box<dyn Mailbox + Send>, AccountError> {
    match &account.source {
        Source::Maildir(path) => {
            let options = MaildirOptions {
                now: start,
                own_addresses: account.addresses.clone(),
                account: name.to_owned(),
                round_trip_ms: 0,
            };
            let maildir = Box::new(MaildirMailbox::open(path, options)?);
            let no_thread = |error: std::io::Error| MaildirError::CannotRead(path.clone(), error.to_string());
            Ok(Box::new(Apart::start(maildir, "hark-maildir").map_err(no_thread)?))
        }
        Source::Imap(imap) => {
            let options = ImapOptions {
                account: name.to_owned(),
                start: start.clone(),
                own_addresses: account.addresses.clone(),
                journal_dir: Some(journals.to_owned()),
                timeouts: Timeouts::default(),
                backoff: Backoff::default(),
                texts: Texts::AfterOpened,
                order,
                news: News::Watched,
            };
            let mailbox = ImapMailbox::open(imap.clone(), options).map_err(|error| match error {
                JournalError::InUse => AccountError::InUse(error),
                JournalError::Unusable(..) => AccountError::Journal(error, name.to_owned()),
            });
            let mailbox = Box::new(mailbox?);
            let Some(smtp) = &account.smtp else { return Ok(mailbox) };
            let network = Arc::new(RealNetwork);
            let sending = Sending::new(imap.clone(), smtp.clone(), network, Sending::PATIENCE).beside(&mailbox);
            Ok(Box::new(Submission::in_front_of(mailbox, sending, start)))
        }
    }
}

/// Signs in through the provider's page and keeps the permission: by a code to type anywhere where the provider has
/// that, else by a browser on this machine. `show` tells the person what to do. Blocks until they did, or ten minutes.
pub fn sign_in(
    account: &ImapAccount,
    oauth: &OAuth,
    network: &dyn Network,
    show: &mut dyn FnMut(&Invitation),
) -> Result<(), OAuthError> {
    let http = Http { network, ca_file: account.ca_file.as_deref() };
    match oauth.endpoints.device {
        Some(_) => oauth::sign_in_by_code(account, oauth, http, show),
        None => oauth::sign_in_by_browser(account, oauth, http, show),
    }
}

/// A secret that Hark itself keeps for an account; what the listener keeps (a password file or command) is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// In the keyring, under this name.
    InKeyring(String),
    InFile(std::path::PathBuf),
}

/// What Hark would keep for this account, whether or not it is there.
pub fn kept_secrets(account: &Account) -> Option<Kept> {
    let Source::Imap(imap) = &account.source else { return None };
    match &imap.login {
        Login::Command(_) | Login::File(_) => None,
        Login::Keyring => Some(Kept::InKeyring(keyring_name(imap))),
        Login::OAuth(oauth) => Some(match &oauth.store {
            TokenStore::Keyring => Kept::InKeyring(keyring_name(imap)),
            TokenStore::File(path) => Kept::InFile(path.clone()),
        }),
    }
}

/// Deletes it; whether it was there.
pub fn forget_secrets(kept: &Kept) -> Result<bool, SecretError> {
    match kept {
        Kept::InKeyring(name) => secrets::delete(&secrets::Place::Keyring, name),
        Kept::InFile(path) => secrets::delete(&secrets::Place::File(path), ""),
    }
}
