//! Figures of a large mailbox: `cargo test --no-default-features --features imap --test live_dovecot large_mailbox -- --ignored --nocapture`.

use std::fs;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use hark::mailbox::{ImapMailbox, ImapOptions, Texts, Timeouts};
use hark::session::{ActVerb, MailReport, MailScope};

use crate::client::Driver;
use crate::live::{Dovecot, PASSWORD, Proxy};
use crate::servers::Running;
use crate::suite::options;

const MESSAGES: usize = 10_000;
const FOLDERS: usize = 2_000;

/// Text and HTML, headers as fat as they come; the newest three and every 2,000th hold 10 MB.
fn message(index: usize) -> Vec<u8> {
    // One every ten minutes; the newest is an hour old.
    let newest: jiff::Timestamp = "2026-03-02T06:10:00Z".parse().unwrap();
    let date = newest - jiff::SignedDuration::from_mins(10 * (MESSAGES - index) as i64);
    let date = date.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let ballast =
        format!("DKIM-Signature: v=1; b={}\r\n", "A".repeat(700)) + &"Received: from a by b; x\r\n".repeat(20);
    let text = format!("Sentence number {index} of ordinary length stands here.\r\n").repeat(12);
    let html = format!("<html><style>{}</style><p>{text}</p></html>", "p{color:#333} ".repeat(200));
    let mut mail = format!(
        "{ballast}From: \"Sender {0}\" <s{0}@example.net>\r\nTo: test@example.org\r\nMessage-ID: <{index}@example.net>\r\nDate: {date}\r\nSubject: Number {index}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--i\r\nContent-Type: text/html\r\n\r\n{html}\r\n--i--\r\n",
        index % 300
    );
    if index + 3 >= MESSAGES || index.is_multiple_of(2_000) {
        mail.push_str(
            "--o\r\nContent-Type: application/pdf; name=big.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        mail.push_str(&("QUJD".repeat(19) + "\r\n").repeat(130_000));
    }
    mail.push_str("\r\n--o--\r\n");
    mail.into_bytes()
}

#[test]
#[ignore = "large: 10,000 messages and 2,000 folders"]
fn large_mailbox() {
    let Some(dovecot) = Dovecot::start("large_mailbox") else { return };
    for index in 0..MESSAGES {
        let mail = message(index);
        let seen = if index.is_multiple_of(5) || index + 60 > MESSAGES { "" } else { "S" };
        let name = format!("{}.m{index},S={}:2,{seen}", 1_000_000 + index, mail.len());
        fs::write(dovecot.maildir().join("cur").join(name), mail).unwrap();
    }
    for index in 0..FOLDERS {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(dovecot.maildir().join(format!(".Folder{index:04}")).join(part)).unwrap();
        }
    }
    dovecot.own();
    let port = dovecot.port;
    let server = Running::Dovecot(dovecot);
    let patient = Timeouts { answer: Duration::from_secs(300), ..Timeouts::default() };
    // The server makes its index at the first look.
    let started = Instant::now();
    let first = ImapOptions { timeouts: patient, ..options() };
    Driver::new(ImapMailbox::open(server.account(port, PASSWORD), first).unwrap()).open(MailScope::Unread).unwrap();
    println!("the first look of all, while the server makes its index: {} ms", started.elapsed().as_millis());
    for texts in [Texts::AfterOpened, Texts::BeforeOpened] {
        for round_trip in [0, 50, 300] {
            let proxy = Proxy::start(port, Duration::from_millis(round_trip / 2));
            let options = ImapOptions { texts, timeouts: patient, ..options() };
            let started = Instant::now();
            let mut driver = Driver::new(ImapMailbox::open(server.account(proxy.port, PASSWORD), options).unwrap());
            let opened = driver.open(MailScope::Unread).unwrap();
            let (ms, bytes) = (started.elapsed().as_millis(), proxy.bytes.load(Ordering::SeqCst));
            let turns = proxy.turns.load(Ordering::SeqCst) + 1;
            let has_text = opened.mails[0].message.blocks.iter().any(|block| block.text.contains("Sentence number"));
            assert!(has_text, "the first message is there to be read");
            // A command while texts are still coming.
            let asked = Instant::now();
            let flag = driver.submit(&opened.mails[0], ActVerb::Flag);
            let planned = asked.elapsed().as_micros();
            assert_eq!(driver.outcome_seen(flag), Ok(()));
            let applied = asked.elapsed().as_millis();
            let undo = driver.submit_undo(flag);
            assert_eq!(driver.outcome_seen(undo), Ok(()));
            let missing = driver.seen.iter().find_map(|report| match report {
                MailReport::Filling(places) => Some(places.len()),
                _ => None,
            });
            let count = |seen: &[MailReport]| seen.iter().filter(|r| matches!(r, MailReport::Filled(_))).count();
            while count(&driver.seen) < missing.unwrap_or(0) {
                driver.wait(|report| matches!(report, MailReport::Filled(_)).then_some(()));
            }
            println!(
                "{texts:?}, {round_trip} ms: {} messages listed and the first text there after {ms} ms, {turns} round trips, {} kB; everything after {} ms, {} kB; a command planned in {planned} us, applied in {applied} ms; memory {} MB",
                opened.mails.len(),
                bytes / 1000,
                started.elapsed().as_millis(),
                proxy.bytes.load(Ordering::SeqCst) / 1000,
                memory_mb(),
            );
        }
    }
}

/// Resident memory of this process.
fn memory_mb() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok()).unwrap_or(0) / 1024
}
