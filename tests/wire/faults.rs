//! The connection is cut at each byte of a whole session, and every time what was said is what the server shows.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use hark::config::{ImapAccount, Login, Security};
use hark::mailbox::{Backoff, ImapMailbox, ImapOptions, RealDisk, World as Around};
use hark::session::{ActVerb, MailReport, MailScope};

use crate::client::Driver;
use crate::network::MemoryNetwork;
use crate::server::{World, usual_hook};
use crate::{MODERN, options};

/// What servers can, from all to nothing.
const SERVERS: [&str; 4] = [MODERN, "AUTH=PLAIN SASL-IR UIDPLUS", "AUTH=PLAIN MOVE", "AUTH=PLAIN"];

/// Every this many bytes in the everyday test; odd, so that over the servers all kinds of places are hit.
const STRIDE: usize = 61;

fn account(password: PathBuf) -> ImapAccount {
    ImapAccount {
        host: "127.0.0.1".into(),
        port: 143,
        user: "robin".into(),
        ca_file: None,
        login: Login::File(password),
        security: Security::Plain,
    }
}

/// The wait between tries is part of another test: here it is none.
fn at_once() -> ImapOptions {
    let backoff = Backoff { first: Duration::ZERO, most: Duration::ZERO, locked_out: Duration::ZERO };
    ImapOptions { backoff, ..options() }
}

/// What one session did, and how many bytes passed.
struct Outcome {
    shows: Vec<String>,
    bytes: u64,
    trouble: Vec<String>,
}

/// Archives, flags, deletes, takes back, marks; everything has to be applied in the end.
fn session(capabilities: &'static str, password: &std::path::Path, cut_after: Option<u64>) -> Outcome {
    let network = MemoryNetwork::new(World::new(capabilities), usual_hook, cut_after);
    let around = Around { disk: Box::new(RealDisk::default()), network: network.clone() };
    let mailbox = ImapMailbox::open_in(account(password.to_owned()), at_once(), around).unwrap();
    let mut driver = Driver::new(mailbox);
    let mut trouble = Vec::new();
    let mut opened = driver.open(MailScope::Unread);
    if let Err(first) = &opened {
        // As a listener would: once more.
        trouble.push(format!("open: {first:?}"));
        opened = driver.open(MailScope::Unread);
    }
    let mails = opened.expect("there is one cut only").mails;
    let archive = driver.submit(&mails[0], ActVerb::Archive);
    let flag = driver.submit(&mails[1], ActVerb::Flag);
    let delete = driver.submit(&mails[1], ActVerb::Delete);
    let mark = driver.submit(&mails[2], ActVerb::MarkRead);
    for act in [archive, flag, delete, mark] {
        trouble.extend(driver.outcome_seen(act).err().map(|reason| format!("{reason:?}")));
    }
    let back = driver.submit_undo(delete);
    let unmark = driver.submit_undo(mark);
    let again = driver.submit(&mails[2], ActVerb::Archive);
    for act in [back, unmark, again] {
        trouble.extend(driver.outcome_seen(act).err().map(|reason| format!("{reason:?}")));
    }
    let failed = driver.seen.iter().any(|report| matches!(report, MailReport::Failed { .. }));
    assert!(!failed, "{capabilities}, cut after {cut_after:?}: {trouble:?}");
    // Nothing is left to do: what is shown now stays so.
    assert_eq!(driver.settle(), 0);
    let bytes = network.line.passed.load(std::sync::atomic::Ordering::SeqCst);
    Outcome { shows: network.world().shows(), bytes, trouble }
}

/// Cuts at these bytes on one kind of server; answers how many there were.
fn cuts(capabilities: &'static str, from: usize, stride: usize, mut done: impl FnMut(usize)) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let password = dir.path().join("password");
    fs::write(&password, "secret").unwrap();
    crate::for_owner_only(&password);
    let whole = session(capabilities, &password, None);
    assert!(whole.trouble.is_empty(), "{:?}", whole.trouble);
    let mut count = 0;
    for byte in (from..usize::try_from(whole.bytes).unwrap()).step_by(stride) {
        let cut = session(capabilities, &password, Some(byte as u64));
        assert_eq!(cut.shows, whole.shows, "{capabilities}, cut after {byte} bytes: {:?}", cut.trouble);
        count += 1;
        done(byte);
    }
    count
}

#[test]
fn a_cut_anywhere_in_a_session_loses_nothing_and_doubles_nothing() {
    let mut count = 0;
    for (index, capabilities) in SERVERS.into_iter().enumerate() {
        count += cuts(capabilities, index * 13, STRIDE, |_| {});
    }
    assert!(count > 200, "{count} cuts");
}

/// `cargo xtask campaign fault`: every byte; goes on where it was interrupted.
#[test]
#[ignore = "long: run by cargo xtask campaign fault"]
fn campaign() {
    let progress = crate::campaign::Progress::open("fault-scripted");
    for capabilities in SERVERS {
        let from = progress.done(capabilities);
        let started = std::time::Instant::now();
        let count = cuts(capabilities, from, 1, |byte| {
            if byte.is_multiple_of(50) {
                progress.note(capabilities, byte + 1);
            }
        });
        progress.note(capabilities, usize::MAX / 2);
        println!(
            "scripted server with {capabilities:?}: {count} cuts from byte {from} on, 0 lost, 0 doubled, {} s",
            started.elapsed().as_secs()
        );
    }
}
