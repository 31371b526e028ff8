//! Against real servers: one suite on Dovecot, Cyrus and Courier, and what only Dovecot is asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "imap")]

#[path = "live/authority.rs"]
mod authority;
#[path = "live/campaign.rs"]
mod campaign;
#[path = "live/campaigns.rs"]
mod campaigns;
#[path = "live/client.rs"]
mod client;
#[path = "live/crash.rs"]
mod crash;
#[path = "live/figures.rs"]
mod figures;
mod live;
#[path = "live/oauth.rs"]
mod oauth;
#[path = "live/servers.rs"]
mod servers;
#[path = "live/suite.rs"]
mod suite;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use client::{Driver, wall};
use hark::config::{ImapAccount, Login, Security};
use hark::mailbox::{Backoff, ImapError, ImapMailbox, ImapOptions, News, Texts, Timeouts, probe};
use hark::session::{MailScope, MailTrouble, Order};
use live::{Dovecot, PASSWORD, Proxy, USER};

const NOW: &str = "2026-03-02T07:10:00Z";

fn account(dovecot: &Dovecot, port: u16, password: &str) -> ImapAccount {
    let file = dovecot.root().join(format!("password-{password}"));
    fs::write(&file, password).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    ImapAccount {
        host: "localhost".into(),
        port,
        user: USER.into(),
        ca_file: Some(dovecot.ca_file()),
        login: Login::File(file),
        security: Security::Tls,
    }
}

fn options(journal_dir: Option<PathBuf>) -> ImapOptions {
    ImapOptions {
        account: "work".into(),
        start: wall(NOW),
        own_addresses: vec![USER.into()],
        journal_dir,
        timeouts: Timeouts::default(),
        backoff: Backoff {
            first: Duration::from_millis(50),
            most: Duration::from_millis(200),
            locked_out: Duration::from_millis(200),
        },
        texts: Texts::BeforeOpened,
        order: Order::Newest,
        news: News::Ignored,
    }
}

fn open(dovecot: &Dovecot) -> Driver<ImapMailbox> {
    let journal = Some(dovecot.root().join("journal"));
    Driver::new(ImapMailbox::open(account(dovecot, dovecot.port, PASSWORD), options(journal)).unwrap())
}

fn message(id: &str, date: &str, body: &str) -> Vec<u8> {
    format!("From: Ana <ana@example.org>\r\nTo: {USER}\r\nMessage-ID: <{id}@example.org>\r\nDate: {date}\r\nSubject: {id}\r\n{body}")
        .into_bytes()
}

fn plain(id: &str, date: &str) -> Vec<u8> {
    message(id, date, &format!("\r\nText of {id}.\r\n"))
}

/// Three unread messages of this week (one with a large attachment), one read, one old.
fn fill(dovecot: &Dovecot) {
    dovecot.deliver("1000.a", "", &plain("a", "Mon, 2 Mar 2026 06:00:00 +0000"));
    dovecot.deliver("1001.b", "FR", &plain("b", "Sun, 1 Mar 2026 06:00:00 +0000"));
    let pdf = "QUJD".repeat(250_000);
    let mixed = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nText of c.\r\n--x\r\nContent-Type: application/pdf; name=plan.pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{pdf}\r\n--x--\r\n"
    );
    dovecot.deliver("1002.c", "", &message("c", "Sat, 28 Feb 2026 06:00:00 +0000", &mixed));
    dovecot.deliver("1003.d", "S", &plain("d", "Sat, 28 Feb 2026 07:00:00 +0000"));
    dovecot.deliver("1004.e", "", &plain("e", "Thu, 1 Jan 2026 06:00:00 +0000"));
}

/// The suite on each server.
macro_rules! on_each {
    ($($name:ident),* $(,)?) => {
        mod dovecot { $( #[test] fn $name() { crate::suite::$name(crate::servers::Kind::Dovecot); } )* }
        mod cyrus { $( #[test] fn $name() { crate::suite::$name(crate::servers::Kind::Cyrus); } )* }
        mod courier { $( #[test] fn $name() { crate::suite::$name(crate::servers::Kind::Courier); } )* }
    };
}

on_each!(
    what_was_told_is_what_another_client_sees_and_undo_is_exact,
    without_a_message_id_moves_are_found_again,
    a_message_moved_elsewhere_meanwhile_is_told,
    offline_acts_are_queued_and_done_once_when_the_network_is_back,
    what_a_crash_left_in_the_journal_is_done_at_the_next_start,
    new_mail_is_told_with_its_text,
    wrong_passwords_are_told,
);

fn subjects(opened: &hark::session::Opened) -> Vec<&str> {
    opened.mails.iter().map(|mail| mail.message.subject.as_str()).collect()
}

#[test]
fn the_inbox_is_read_as_it_is() {
    let Some(dovecot) = Dovecot::start("the_inbox_is_read_as_it_is") else { return };
    fill(&dovecot);
    let mut driver = open(&dovecot);
    let opened = driver.open(MailScope::Unread).unwrap();
    assert_eq!(subjects(&opened), ["a", "b", "c"]);
    assert_eq!((opened.older_unread, opened.unreadable), (1, 0));
    assert_eq!(opened.folders, ["Archive", "Trash"]);
    assert!(opened.mails[1].flags.flagged && opened.mails[1].flags.answered);
    let text: String = opened.mails[2].message.blocks.iter().map(|block| block.text.as_str()).collect();
    assert!(text.contains("Text of c."), "{text:?}");
    assert_eq!(opened.mails[2].message.attachments[0].name.as_deref(), Some("plan.pdf"));
    assert_eq!(subjects(&driver.open(MailScope::NewestTen).unwrap()), ["a", "b", "d", "c", "e"]);
    assert_eq!(subjects(&driver.open(MailScope::Flagged).unwrap()), ["b"]);
    assert_eq!(subjects(&driver.open(MailScope::Today).unwrap()), ["a"]);
}

#[test]
fn wrong_passwords_and_certificates_are_explained() {
    let Some(dovecot) = Dovecot::start("wrong_passwords_and_certificates_are_explained") else { return };
    let wrong = account(&dovecot, dovecot.port, "wrong");
    assert!(matches!(probe(&wrong, &Timeouts::default()), Err(ImapError::WrongPassword)));
    let mut driver = Driver::new(ImapMailbox::open(wrong, options(None)).unwrap());
    assert_eq!(driver.open(MailScope::Unread).err(), Some(MailTrouble::WrongPassword));

    let mut stranger = account(&dovecot, dovecot.port, PASSWORD);
    stranger.ca_file = None;
    let error = probe(&stranger, &Timeouts::default()).unwrap_err();
    assert!(error.to_string().contains("nobody this machine trusts"), "{error}");
    assert_eq!(probe(&account(&dovecot, dovecot.port, PASSWORD), &Timeouts::default()).unwrap().folders, 2);
}

#[test]
fn figures_of_the_start() {
    let Some(dovecot) = Dovecot::start("figures_of_the_start") else { return };
    for index in 0..50 {
        let body = format!("\r\n{}\r\n", "A sentence of ordinary length stands here.\r\n".repeat(20));
        let id = format!("m{index:02}");
        dovecot.deliver(&format!("{}.{id}", 2000 + index), "", &message(&id, "Mon, 2 Mar 2026 06:00:00 +0000", &body));
    }
    for one_way in [0, 25] {
        let proxy = Proxy::start(dovecot.port, Duration::from_millis(one_way));
        let mut best = Duration::MAX;
        let mut bytes = 0;
        for _ in 0..5 {
            let before = proxy.bytes.load(std::sync::atomic::Ordering::SeqCst);
            let start = std::time::Instant::now();
            let mailbox = ImapMailbox::open(account(&dovecot, proxy.port, PASSWORD), options(None)).unwrap();
            let mut driver = Driver::new(mailbox);
            assert_eq!(driver.open(MailScope::Unread).unwrap().mails.len(), 50);
            best = best.min(start.elapsed());
            bytes = proxy.bytes.load(std::sync::atomic::Ordering::SeqCst) - before;
        }
        eprintln!(
            "start -> 50 messages in memory at {} ms round trip: {} ms, {} kB",
            2 * one_way,
            best.as_millis(),
            bytes / 1000
        );
    }
}
