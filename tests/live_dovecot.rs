//! Against a real Dovecot: what was told is what another client sees, and undo is exact.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "imap")]

#[path = "live/client.rs"]
mod client;
mod live;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use client::{Driver, seen_by_another_client, wall};
use hark::config::{ImapAccount, Login, Security};
use hark::mailbox::{Backoff, ImapError, ImapMailbox, ImapOptions, News, Texts, Timeouts, probe};
use hark::session::{ActVerb, MailReport, MailScope, MailTrouble};
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

fn look(dovecot: &Dovecot) -> Vec<String> {
    seen_by_another_client(dovecot.port, &dovecot.ca_file())
}

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
fn what_was_told_is_what_another_client_sees_and_undo_is_exact() {
    let Some(dovecot) = Dovecot::start("what_was_told_is_what_another_client_sees_and_undo_is_exact") else { return };
    fill(&dovecot);
    let before = look(&dovecot);
    let mut driver = open(&dovecot);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(look(&dovecot), before, "reading changes nothing");

    let (archive, outcome) = driver.act(&mails[0], ActVerb::Archive);
    assert_eq!(outcome, Ok(()));
    let (delete, _) = driver.act(&mails[1], ActVerb::Delete);
    let (flag, _) = driver.act(&mails[2], ActVerb::Flag);
    let (seen, _) = driver.act(&mails[2], ActVerb::MarkRead);
    assert_eq!(
        look(&dovecot),
        [
            "Archive a@example.org",
            "INBOX c@example.org \\Flagged \\Seen",
            "INBOX d@example.org \\Seen",
            "INBOX e@example.org",
            "Trash b@example.org \\Answered \\Flagged",
        ]
    );
    for act in [seen, flag, delete, archive] {
        assert_eq!(driver.undo(act), Ok(()));
    }
    let mut after = look(&dovecot);
    after.sort();
    assert_eq!(after, before);
    assert_eq!(driver.settle(), 0);
    assert!(!dovecot.root().join("journal/work.jsonl").exists(), "the journal is gone when all is settled");

    // Again after the undo: the message has a new UID by now.
    let (again, outcome) = driver.act(&mails[0], ActVerb::Delete);
    assert_eq!(outcome, Ok(()));
    assert!(look(&dovecot).contains(&"Trash a@example.org".to_owned()));
    assert_eq!(driver.undo(again), Ok(()));
    assert_eq!(driver.act(&mails[0], ActVerb::MoveTo("Nowhere".into())).1, Err(MailTrouble::NoSuchFolder));
}

#[test]
fn a_message_moved_elsewhere_meanwhile_is_told() {
    let Some(dovecot) = Dovecot::start("a_message_moved_elsewhere_meanwhile_is_told") else { return };
    fill(&dovecot);
    let mut driver = open(&dovecot);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    // Another program with the same mail: it has a journal of its own.
    let elsewhere = options(Some(dovecot.root().join("elsewhere")));
    let mut other = Driver::new(ImapMailbox::open(account(&dovecot, dovecot.port, PASSWORD), elsewhere).unwrap());
    let same = other.open(MailScope::Unread).unwrap().mails;
    assert_eq!(other.act(&same[0], ActVerb::Archive).1, Ok(()));
    assert_eq!(driver.act(&mails[0], ActVerb::Delete).1, Err(MailTrouble::Gone));
    assert_eq!(driver.act(&mails[0], ActVerb::Flag).1, Err(MailTrouble::Gone));
    assert!(look(&dovecot).contains(&"Archive a@example.org".to_owned()));
}

#[test]
fn offline_acts_are_queued_and_done_once_when_the_network_is_back() {
    let Some(dovecot) = Dovecot::start("offline_acts_are_queued_and_done_once_when_the_network_is_back") else {
        return;
    };
    fill(&dovecot);
    let proxy = Proxy::start(dovecot.port, Duration::ZERO);
    let journal = Some(dovecot.root().join("journal"));
    let mailbox = ImapMailbox::open(account(&dovecot, proxy.port, PASSWORD), options(journal)).unwrap();
    let mut driver = Driver::new(mailbox);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    proxy.cut();
    let archive = driver.submit(&mails[0], ActVerb::Archive);
    driver.wait(|report| matches!(report, MailReport::Offline(_)).then_some(()));
    let delete = driver.submit(&mails[1], ActVerb::Delete);
    let undo = driver.submit_undo(delete);
    assert_eq!(driver.outcome(undo), Ok(()), "what has not begun is simply taken out");
    assert_eq!(driver.settle(), 1);
    proxy.mend();
    driver.wait(|report| matches!(report, MailReport::Online).then_some(()));
    assert_eq!(driver.outcome(archive), Ok(()));
    assert_eq!(look(&dovecot).iter().filter(|line| line.contains("a@example.org")).count(), 1);
    assert!(look(&dovecot).contains(&"Archive a@example.org".to_owned()));
    assert!(look(&dovecot).contains(&"INBOX b@example.org \\Answered \\Flagged".to_owned()));
}

#[test]
fn what_a_crash_left_in_the_journal_is_done_at_the_next_start() {
    let Some(dovecot) = Dovecot::start("what_a_crash_left_in_the_journal_is_done_at_the_next_start") else { return };
    fill(&dovecot);
    let journal = dovecot.root().join("journal");
    {
        let proxy = Proxy::start(dovecot.port, Duration::ZERO);
        let mailbox =
            ImapMailbox::open(account(&dovecot, proxy.port, PASSWORD), options(Some(journal.clone()))).unwrap();
        let mut driver = Driver::new(mailbox);
        let mails = driver.open(MailScope::Unread).unwrap().mails;
        proxy.cut();
        driver.submit(&mails[0], ActVerb::Archive);
        driver.wait(|report| matches!(report, MailReport::Offline(_)).then_some(()));
    }
    let text = fs::read_to_string(journal.join("work.jsonl")).unwrap();
    assert!(text.contains("a@example.org") && !text.contains("Text of") && !text.contains("Ana"), "{text}");
    let mut driver = open(&dovecot);
    assert_eq!(subjects(&driver.open(MailScope::Unread).unwrap()), ["b", "c"]);
    assert!(look(&dovecot).contains(&"Archive a@example.org".to_owned()));
    driver.settle();
    assert!(!journal.join("work.jsonl").exists());
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
