//! From a configured account to its mailbox.

use std::path::Path;

use super::http::Http;
use super::oauth::{self, Invitation, OAuthError};
use super::{
    Backoff, ImapMailbox, ImapOptions, JournalError, MaildirError, MaildirMailbox, MaildirOptions, Network, News,
    Texts, Timeouts,
};
use crate::config::{Account, ImapAccount, OAuth, Source};
use crate::ports::Mailbox;
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

/// Opens the mailbox of an account, wherever it is; an IMAP account connects when it is asked something.
/// `start` = wall-clock time at session time 0. The account must be on: that is the caller's to look at.
pub fn open_account(
    name: &str,
    account: &Account,
    start: WallTime,
    journals: &Path,
) -> Result<Box<dyn Mailbox + Send>, AccountError> {
    match &account.source {
        Source::Maildir(path) => {
            let options = MaildirOptions {
                now: start,
                own_addresses: account.addresses.clone(),
                account: name.to_owned(),
                round_trip_ms: 0,
            };
            Ok(Box::new(MaildirMailbox::open(path, options)?))
        }
        Source::Imap(imap) => {
            let options = ImapOptions {
                account: name.to_owned(),
                start,
                own_addresses: account.addresses.clone(),
                journal_dir: Some(journals.to_owned()),
                timeouts: Timeouts::default(),
                backoff: Backoff::default(),
                texts: Texts::BeforeOpened,
                news: News::Watched,
            };
            let mailbox = ImapMailbox::open(imap.clone(), options).map_err(|error| match error {
                JournalError::InUse => AccountError::InUse(error),
                JournalError::Unusable(..) => AccountError::Journal(error, name.to_owned()),
            });
            Ok(Box::new(mailbox?))
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
