//! Mailboxes behind one trait ([`crate::ports::Mailbox`]): a Maildir on disk and an IMAP account.
//!
//! Both answer the same way: what is planned is safe before `Planned` is reported, `Applied` means that the folder or
//! the server shows it, and `Failed` means that it did not and will not happen.

#[cfg(feature = "imap")]
mod account;
#[cfg(feature = "imap")]
mod apart;
#[cfg(feature = "imap")]
mod base64;
#[cfg(feature = "imap")]
mod disk;
mod head;
#[cfg(feature = "imap")]
mod http;
#[cfg(feature = "imap")]
mod imap;
#[cfg(feature = "imap")]
mod journal;
mod maildir;
mod many;
#[cfg(feature = "imap")]
mod memory;
#[cfg(feature = "imap")]
mod network;
#[cfg(feature = "imap")]
mod oauth;
mod scope;
#[cfg(feature = "imap")]
mod secrets;
#[cfg(feature = "imap")]
mod submission;
mod utf7;

#[cfg(feature = "imap")]
pub use account::{AccountError, Kept, forget_secrets, kept_secrets, open_account, sign_in};
#[cfg(feature = "imap")]
pub use disk::{Disk, RealDisk};
#[cfg(all(feature = "imap", fuzzing))]
pub use imap::fuzz;
#[cfg(feature = "imap")]
pub use imap::{
    Backoff, ImapError, ImapMailbox, ImapOptions, News, Probe, Refusal, Texts, Timeouts, World, greets, probe,
    probe_in, probe_with,
};
#[cfg(feature = "imap")]
pub use journal::{JournalError, journal_file, lock_file};
pub use maildir::{MaildirError, MaildirMailbox, MaildirOptions, copy_maildir, from_eml_files};
pub use many::{ManyMailboxes, Member};
#[cfg(feature = "imap")]
pub use memory::keep_memory_private;
#[cfg(feature = "imap")]
pub use network::{Here, Network, RealNetwork, Wire};
#[cfg(feature = "imap")]
pub use oauth::{Invitation, OAuthError};
pub use scope::{MOST_MESSAGES, NEWEST, WINDOW_MS};
#[cfg(feature = "imap")]
pub use secrets::{
    Place as SecretPlace, Secret, SecretError, delete as delete_secret, keyring_answers, keyring_name,
    load as load_secret, save as save_secret,
};
#[cfg(feature = "imap")]
pub use submission::{SendError, Sending, Sent, Submission};
