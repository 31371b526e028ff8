//! From a configured account to its mailbox.

use std::path::Path;

use super::{Backoff, ImapMailbox, ImapOptions, MaildirError, MaildirMailbox, MaildirOptions, Timeouts};
use crate::config::{Account, Source};
use crate::ports::Mailbox;
use crate::units::WallTime;

/// Why an account's mailbox cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error(transparent)]
    Maildir(#[from] MaildirError),
    #[error("the mailbox journal cannot be read: {0}; `hark forget {1}` deletes it, and with it what is still queued")]
    Journal(std::io::Error, String),
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
            };
            let mailbox = ImapMailbox::open(imap.clone(), options);
            Ok(Box::new(mailbox.map_err(|error| AccountError::Journal(error, name.to_owned()))?))
        }
    }
}
