//! What every server has to show: what was told is what another client sees, and undo is exact.

use std::fs;
use std::time::Duration;

use hark::mailbox::{Backoff, ImapMailbox, ImapOptions, News, Texts, Timeouts, probe};
use hark::session::{ActVerb, MailReport, MailScope, MailTrouble, Opened, Order};

use crate::client::{Driver, wall};
use crate::live::{PASSWORD, Proxy, USER};
use crate::servers::{Kind, Running};

pub const NOW: &str = "2026-03-02T07:10:00Z";

pub fn options() -> ImapOptions {
    ImapOptions {
        account: "work".into(),
        start: wall(NOW),
        own_addresses: vec![USER.into()],
        journal_dir: None,
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

pub fn open(server: &Running) -> Driver<ImapMailbox> {
    open_at(server, server.port())
}

pub fn open_at(server: &Running, port: u16) -> Driver<ImapMailbox> {
    let options = ImapOptions { journal_dir: Some(server.root().join("journal")), ..options() };
    Driver::new(ImapMailbox::open(server.account(port, PASSWORD), options).unwrap())
}

pub fn plain(id: &str, date: &str) -> Vec<u8> {
    format!("From: Ana <ana@example.org>\r\nTo: {USER}\r\nMessage-ID: <{id}@example.org>\r\nDate: {date}\r\nSubject: {id}\r\n\r\nText of {id}.\r\n")
        .into_bytes()
}

/// Three unread messages of this week and one that was read.
pub fn fill(server: &Running) {
    server.deliver("1000.a", "", &plain("a", "Mon, 2 Mar 2026 06:00:00 +0000"));
    server.deliver("1001.b", "FR", &plain("b", "Sun, 1 Mar 2026 06:00:00 +0000"));
    server.deliver("1002.c", "", &plain("c", "Sat, 28 Feb 2026 06:00:00 +0000"));
    server.deliver("1003.d", "S", &plain("d", "Sat, 28 Feb 2026 07:00:00 +0000"));
}

pub fn subjects(opened: &Opened) -> Vec<&str> {
    opened.mails.iter().map(|mail| mail.message.subject.as_str()).collect()
}

const TOLD: [&str; 4] = [
    "Archive a@example.org",
    "INBOX c@example.org \\Flagged \\Seen",
    "INBOX d@example.org \\Seen",
    "Trash b@example.org \\Answered \\Flagged",
];

pub fn what_was_told_is_what_another_client_sees_and_undo_is_exact(kind: Kind) {
    let Some(server) = Running::start(kind, "what_was_told_is_what_another_client_sees_and_undo_is_exact") else {
        return;
    };
    fill(&server);
    let before = server.look();
    let mut driver = open(&server);
    let opened = driver.open(MailScope::Unread).unwrap();
    assert_eq!(subjects(&opened), ["a", "b", "c"]);
    let mails = opened.mails;
    assert!(mails[1].flags.flagged && mails[1].flags.answered);
    assert_eq!(server.look(), before, "reading changes nothing");
    let acts = [(0, ActVerb::Archive), (1, ActVerb::Delete), (2, ActVerb::Flag), (2, ActVerb::MarkRead)];
    let done: Vec<_> = acts
        .into_iter()
        .map(|(index, verb)| {
            let (request, outcome) = driver.act(&mails[index], verb);
            assert_eq!(outcome, Ok(()));
            request
        })
        .collect();
    assert_eq!(server.look(), TOLD);
    for act in done.into_iter().rev() {
        assert_eq!(driver.undo(act), Ok(()));
    }
    assert_eq!(server.look(), before);
    assert_eq!(driver.settle(), 0);
    assert!(!server.root().join("journal/work.jsonl").exists(), "the journal is gone when all is settled");
    // Again after the undo: the message has another number by now.
    let (again, outcome) = driver.act(&mails[0], ActVerb::Delete);
    assert_eq!(outcome, Ok(()));
    assert!(server.look().contains(&"Trash a@example.org".to_owned()));
    assert_eq!(driver.undo(again), Ok(()));
    assert_eq!(driver.act(&mails[0], ActVerb::MoveTo("Nowhere".into())).1, Err(MailTrouble::NoSuchFolder));
}

pub fn without_a_message_id_moves_are_found_again(kind: Kind) {
    let Some(server) = Running::start(kind, "without_a_message_id_moves_are_found_again") else { return };
    let bare = |subject: &str| {
        format!("From: ana@example.org\r\nDate: Mon, 2 Mar 2026 06:00:00 +0000\r\nSubject: {subject}\r\n\r\nText.\r\n")
    };
    server.deliver("1000.a", "", bare("one").as_bytes());
    server.deliver("1001.b", "", bare("two").as_bytes());
    let mut driver = open(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    let one = mails.iter().find(|mail| mail.message.subject == "one").unwrap();
    let (archive, outcome) = driver.act(one, ActVerb::Archive);
    assert_eq!(outcome, Ok(()));
    assert_eq!(server.look(), ["Archive -", "INBOX -"]);
    assert_eq!(driver.undo(archive), Ok(()));
    assert_eq!(server.look(), ["INBOX -", "INBOX -"]);
    assert_eq!(subjects(&driver.open(MailScope::Unread).unwrap()).len(), 2);
}

pub fn a_message_moved_elsewhere_meanwhile_is_told(kind: Kind) {
    let Some(server) = Running::start(kind, "a_message_moved_elsewhere_meanwhile_is_told") else { return };
    fill(&server);
    let mut driver = open(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    server.elsewhere(r#"imap.store("1", "+FLAGS", "\\Deleted"); imap.expunge()"#);
    assert_eq!(driver.act(&mails[0], ActVerb::Delete).1, Err(MailTrouble::Gone));
    assert_eq!(driver.act(&mails[0], ActVerb::Flag).1, Err(MailTrouble::Gone));
    assert_eq!(driver.act(&mails[1], ActVerb::Archive).1, Ok(()), "numbers that moved up mean nothing");
    assert_eq!(server.look()[0], "Archive b@example.org \\Answered \\Flagged");
}

pub fn offline_acts_are_queued_and_done_once_when_the_network_is_back(kind: Kind) {
    let Some(server) = Running::start(kind, "offline_acts_are_queued_and_done_once") else { return };
    fill(&server);
    let proxy = Proxy::start(server.port(), Duration::ZERO);
    let mut driver = open_at(&server, proxy.port);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    proxy.cut();
    let archive = driver.submit(&mails[0], ActVerb::Archive);
    driver.offline();
    let delete = driver.submit(&mails[1], ActVerb::Delete);
    let undo = driver.submit_undo(delete);
    assert_eq!(driver.outcome(undo), Ok(()), "what has not begun is simply taken out");
    assert_eq!(driver.settle(), 1);
    proxy.mend();
    driver.wait(|report| matches!(report, MailReport::Online).then_some(()));
    assert_eq!(driver.outcome(archive), Ok(()));
    let seen = server.look();
    assert_eq!(seen.iter().filter(|line| line.contains("a@example.org")).count(), 1, "{seen:?}");
    assert_eq!(seen[..2], ["Archive a@example.org", "INBOX b@example.org \\Answered \\Flagged"]);
}

pub fn what_a_crash_left_in_the_journal_is_done_at_the_next_start(kind: Kind) {
    let Some(server) = Running::start(kind, "what_a_crash_left_in_the_journal_is_done_at_the_next_start") else {
        return;
    };
    fill(&server);
    let journal = server.root().join("journal/work.jsonl");
    {
        let proxy = Proxy::start(server.port(), Duration::ZERO);
        let mut driver = open_at(&server, proxy.port);
        let mails = driver.open(MailScope::Unread).unwrap().mails;
        proxy.cut();
        driver.submit(&mails[0], ActVerb::Archive);
        driver.submit(&mails[1], ActVerb::Delete);
        driver.offline();
    }
    let text = fs::read_to_string(&journal).unwrap();
    assert!(text.contains("a@example.org") && !text.contains("Text of") && !text.contains("Ana"), "{text}");
    // Meanwhile somebody else deleted one of them: that is told.
    server.elsewhere(r#"imap.store("2", "+FLAGS", "\\Deleted"); imap.expunge()"#);
    let mut driver = open(&server);
    assert_eq!(subjects(&driver.open(MailScope::Unread).unwrap()), ["c"]);
    let earlier = driver.seen.iter().find_map(|report| match report {
        MailReport::Earlier(earlier) => Some((earlier.done, earlier.failed.len(), earlier.failed[0].reason)),
        _ => None,
    });
    assert_eq!(earlier, Some((1, 1, MailTrouble::Gone)));
    assert_eq!(server.look()[0], "Archive a@example.org");
    driver.settle();
    assert!(!journal.exists());
}

pub fn new_mail_is_told_with_its_text(kind: Kind) {
    let Some(server) = Running::start(kind, "new_mail_is_told_with_its_text") else { return };
    fill(&server);
    let options = ImapOptions { news: News::Watched, ..options() };
    let mut driver = Driver::new(ImapMailbox::open(server.account(server.port(), PASSWORD), options).unwrap());
    driver.open(MailScope::Unread).unwrap();
    for id in ["n1", "n2"] {
        server.deliver(&format!("2000.{id}"), "", &plain(id, "Mon, 2 Mar 2026 07:05:00 +0000"));
        let arrived = driver.wait(|report| match report {
            MailReport::Arrived(arrived) => Some((**arrived).clone()),
            _ => None,
        });
        assert_eq!(subjects(&arrived), [id]);
        let text: String = arrived.mails[0].message.blocks.iter().map(|block| block.text.as_str()).collect();
        assert_eq!(text.trim(), format!("Text of {id}."));
        assert_eq!(driver.act(&arrived.mails[0], ActVerb::Flag).1, Ok(()), "it can be acted on like any other");
    }
}

pub fn wrong_passwords_are_told(kind: Kind) {
    let Some(server) = Running::start(kind, "wrong_passwords_are_told") else { return };
    let wrong = server.account(server.port(), "wrong");
    let error = probe(&wrong, &Timeouts::default()).unwrap_err();
    assert!(error.to_string().contains("refused the login"), "{error}");
    assert!(probe(&server.account(server.port(), PASSWORD), &Timeouts::default()).is_ok());
}
