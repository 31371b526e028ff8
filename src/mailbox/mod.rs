//! Mailboxes behind one trait ([`crate::ports::Mailbox`]): a Maildir on disk and an IMAP account.
//!
//! Both answer the same way: what is planned is safe before `Planned` is reported, `Applied` means that the folder or
//! the server shows it, and `Failed` means that it did not and will not happen.

#[cfg(feature = "imap")]
mod account;
#[cfg(feature = "imap")]
mod base64;
mod head;
#[cfg(feature = "imap")]
mod imap;
#[cfg(feature = "imap")]
mod journal;
mod maildir;
mod many;
mod scope;
#[cfg(feature = "imap")]
mod secrets;
mod utf7;

#[cfg(feature = "imap")]
pub use account::{AccountError, open_account};
#[cfg(feature = "imap")]
pub use imap::{Backoff, ImapError, ImapMailbox, ImapOptions, Probe, Refusal, Timeouts, probe};
#[cfg(feature = "imap")]
pub use journal::journal_file;
pub use maildir::{MaildirError, MaildirMailbox, MaildirOptions, copy_maildir, from_eml_files};
pub use many::{ManyMailboxes, Member};
pub use scope::{MOST_MESSAGES, NEWEST, WINDOW_MS};
#[cfg(feature = "imap")]
pub use secrets::{Secret, SecretError};
