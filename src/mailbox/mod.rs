//! Mailboxes behind one trait ([`crate::ports::Mailbox`]): a Maildir on disk and an IMAP account.
//!
//! Both answer the same way: what is planned is safe before `Planned` is reported, `Applied` means that the folder or
//! the server shows it, and `Failed` means that it did not and will not happen.

mod maildir;
mod many;
mod scope;
mod utf7;

pub use maildir::{MaildirError, MaildirMailbox, MaildirOptions, copy_maildir, from_eml_files};
pub use many::{ManyMailboxes, Member};
pub use scope::{MOST_MESSAGES, NEWEST, WINDOW_MS};
