//! `cargo xtask campaign fault` and `kill` on live servers: bad lines and killed processes, and in the end every
//! server shows what was said.

use std::time::{Duration, Instant};

use hark::mailbox::{Backoff, ImapMailbox, ImapOptions};
use hark::session::{ActVerb, MailReport, MailScope};

use crate::campaign::Progress;
use crate::client::Driver;
use crate::crash::{self, Died, Target};
use crate::live::{Fault, PASSWORD, Proxy, USER};
use crate::servers::{Kind, Running};
use crate::suite::{options, plain};

const KINDS: [Kind; 3] = [Kind::Dovecot, Kind::Cyrus, Kind::Courier];
/// Cuts on each server.
const CUTS: usize = 300;

fn quick() -> ImapOptions {
    let short = Duration::from_millis(5);
    ImapOptions { backoff: Backoff { first: short, most: short * 4, locked_out: short * 4 }, ..options() }
}

/// Delivers three messages, archives, deletes, flags, takes back, with the line as it is; what was told has to be there.
fn round(server: &Running, proxy: &Proxy, name: &str, cuts: &[u64]) {
    let ids = ["a", "b", "c"].map(|id| format!("{name}-{id}"));
    for id in &ids {
        server.deliver(&format!("3000.{id}"), "", &plain(id, "Mon, 2 Mar 2026 06:00:00 +0000"));
    }
    proxy.cut_after(cuts);
    let mailbox = ImapMailbox::open(server.account(proxy.port, PASSWORD), quick()).unwrap();
    let mut driver = Driver::new(mailbox);
    let opened = (0..20).find_map(|_| driver.open(MailScope::Unread).ok()).expect("it opens in the end");
    let mail = |id: &str| {
        let found = opened.mails.iter().find(|mail| mail.message.subject == id);
        found.unwrap_or_else(|| panic!("{name}, cut after {cuts:?}: no {id} in {opened:?}"))
    };
    let archive = driver.submit(mail(&ids[0]), ActVerb::Archive);
    let flag = driver.submit(mail(&ids[1]), ActVerb::Flag);
    let delete = driver.submit(mail(&ids[1]), ActVerb::Delete);
    let mark = driver.submit(mail(&ids[2]), ActVerb::MarkRead);
    for act in [archive, flag, delete, mark] {
        assert_eq!(driver.outcome_seen(act), Ok(()), "{name}");
    }
    let back = driver.submit_undo(delete);
    assert_eq!(driver.outcome_seen(back), Ok(()), "{name}");
    let again = driver.submit(mail(&ids[2]), ActVerb::Delete);
    assert_eq!(driver.outcome_seen(again), Ok(()), "{name}");
    proxy.cut_after(&[]);
    assert!(!driver.seen.iter().any(|report| matches!(report, MailReport::Failed { .. })), "{name}");
    assert_eq!(driver.settle(), 0);
    let shows: Vec<String> = server.look().into_iter().filter(|line| line.contains(&format!("{name}-"))).collect();
    let [a, b, c] = &ids;
    let told = [
        format!("Archive {a}@example.org"),
        format!("INBOX {b}@example.org \\Flagged"),
        format!("Trash {c}@example.org \\Seen"),
    ];
    assert_eq!(shows, told, "{name}");
    // The next round should not have to read these.
    server.elsewhere(r#"imap.store("1:*", "+FLAGS", "\\Deleted"); imap.expunge()"#);
}

#[test]
#[ignore = "long: run by cargo xtask campaign fault"]
fn campaign_fault() {
    let progress = Progress::open("fault-live");
    for kind in KINDS {
        let Some(server) = Running::start(kind, "campaign_fault") else { continue };
        let lines = [
            ("delay 50 ms", Fault { one_way: Duration::from_millis(25), ..Fault::default() }),
            ("delay 300 ms", Fault { one_way: Duration::from_millis(150), ..Fault::default() }),
            ("slow drip", Fault { drip: Some(7), ..Fault::default() }),
        ];
        for (name, fault) in lines {
            let part = format!("{kind:?} {name}");
            if progress.done(&part) > 0 {
                continue;
            }
            let started = Instant::now();
            round(&server, &Proxy::with(server.port(), fault), &name.replace(' ', ""), &[]);
            progress.note(&part, 1);
            println!("{part}: as told, {} ms", started.elapsed().as_millis());
        }
        let part = format!("{kind:?} cuts");
        let proxy = Proxy::with(server.port(), Fault::default());
        let first = progress.done(&part);
        let mut done = first;
        while done < CUTS {
            // Three cuts a session, at bytes that look random and are the same each time.
            let seed = (done as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ kind as u64;
            let cuts = [seed % 9_000, (seed >> 16) % 6_000, (seed >> 32) % 6_000].map(|byte| byte + 1);
            round(&server, &proxy, &format!("cut{done}"), &cuts);
            done += cuts.len();
            progress.note(&part, done);
        }
        println!("{part}: {} cuts ({} in this run), 0 lost, 0 doubled", done, done - first);
    }
}

/// Kills at each disk step of a process that works with a real Dovecot.
#[test]
#[ignore = "long: run by cargo xtask campaign kill"]
fn campaign_kill() {
    let progress = Progress::open("kill-live");
    for kind in KINDS {
        let Some(server) = Running::start(kind, "campaign_kill") else { continue };
        let part = format!("{kind:?} disk steps");
        let from = u32::try_from(progress.done(&part)).unwrap_or(u32::MAX / 2) + 1;
        if from > 100_000 {
            continue;
        }
        server.account(server.port(), PASSWORD);
        let target = Target {
            port: server.port(),
            folder: server.root().to_owned(),
            password: server.root().join(format!("password-{PASSWORD}")),
            ca_file: server.ca_file(),
            user: USER.to_owned(),
            prefix: String::new(),
        };
        let fill = |prefix: &str| {
            for (number, name) in ["a", "b", "c"].into_iter().enumerate() {
                let id = format!("{prefix}{name}");
                server.deliver(&format!("400{number}.{id}"), "", &plain(&id, "Mon, 2 Mar 2026 06:00:00 +0000"));
            }
        };
        let look = |prefix: &str| server.look().into_iter().filter(|line| line.contains(prefix)).collect();
        let mut count = 0;
        for step in from.. {
            if crash::against(&target, step, fill, look, &part) == Died::No {
                break;
            }
            server.elsewhere(r#"imap.store("1:*", "+FLAGS", "\\Deleted"); imap.expunge()"#);
            count += 1;
            progress.note(&part, step as usize);
        }
        progress.note(&part, 1_000_000);
        println!("{part}: {count} kills from step {from} on, all as acknowledged");
    }
}
