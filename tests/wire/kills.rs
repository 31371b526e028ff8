//! Kills at every step of the disk and of the talk with a scripted server.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::MODERN;
use crate::crash::{Died, Mark, Pace, Target, Victim, round};
use crate::server::{Hook, Server, World};

const SERVERS: [&str; 4] = [MODERN, "AUTH=PLAIN SASL-IR UIDPLUS", "AUTH=PLAIN MOVE", "AUTH=PLAIN"];

/// Where the child dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// Before this step of its disk (1 = first).
    Disk(u32),
    /// When the server has read this command: before or after doing it.
    Before(u32),
    After(u32),
    Never,
}

/// One death against a scripted server of its own.
fn scripted(capabilities: &'static str, pace: Pace, death: Death) -> Died {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("password"), "secret").unwrap();
    crate::for_owner_only(&dir.path().join("password"));
    let child = Arc::new(Mutex::new(Victim::Starts));
    let (victim, count) = (child.clone(), Arc::new(AtomicU32::new(0)));
    let server = Server::start(World::new(capabilities), move |_, _| {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        let (at, after) = match death {
            Death::Before(at) => (at, false),
            Death::After(at) => (at, true),
            Death::Disk(_) | Death::Never => return Hook::Usual,
        };
        if number != at {
            return Hook::Usual;
        }
        loop {
            match *victim.lock().unwrap() {
                // It connects before its starter has come round to say so.
                Victim::Starts => std::thread::sleep(Duration::from_millis(1)),
                Victim::Runs(id) => {
                    let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
                    break;
                }
                Victim::Over => return Hook::Usual,
            }
        }
        if after { Hook::DoAndHangUp } else { Hook::HangUp(String::new()) }
    });
    let target = Target {
        port: server.port,
        folder: dir.path().to_owned(),
        password: dir.path().join("password"),
        ca_file: None,
        user: "robin".into(),
        prefix: String::new(),
    };
    let dies = if let Death::Disk(step) = death { step } else { u32::MAX };
    let look = || {
        let shows = server.world().shows();
        shows.into_iter().filter(|line| !line.contains("\\Deleted")).collect()
    };
    let name = format!("{capabilities:?}, {pace:?}, {death:?}");
    round(&target, pace, dies, |now| *child.lock().unwrap() = now, Mark::Name, look, &name)
}

type Kind = fn(u32) -> Death;

const KINDS: [(&str, Kind); 3] = [("disk", Death::Disk), ("before", Death::Before), ("after", Death::After)];

/// Every `stride`-th death of each kind until there is nothing more to die at.
fn deaths(
    capabilities: &'static str,
    pace: Pace,
    kind: Kind,
    from: u32,
    stride: usize,
    mut done: impl FnMut(u32),
) -> u32 {
    let mut count = 0;
    for at in (from..).step_by(stride) {
        if scripted(capabilities, pace, kind(at)) == Died::No {
            break;
        }
        count += 1;
        done(at);
    }
    count
}

#[test]
fn a_kill_at_any_step_loses_nothing_that_was_acknowledged() {
    assert_eq!(scripted(MODERN, Pace::Applied, Death::Never), Died::No);
    let mut count = 0;
    for (index, capabilities) in SERVERS.into_iter().enumerate() {
        for (pace, stride) in [(Pace::Planned, 23), (Pace::Applied, 29)] {
            for (_, kind) in KINDS {
                count += deaths(capabilities, pace, kind, 1 + index as u32 * 5, stride, |_| {});
            }
        }
    }
    assert!(count > 30, "{count} deaths");
}

/// `cargo xtask campaign kill`: every step; goes on where it was interrupted.
#[test]
#[ignore = "long: run by cargo xtask campaign kill"]
fn campaign() {
    let progress = crate::campaign::Progress::open("kill-scripted");
    let mut all = 0;
    for capabilities in SERVERS {
        for pace in [Pace::Planned, Pace::Applied] {
            for (kind, death) in KINDS {
                let part = format!("{capabilities} {pace:?} {kind}");
                let from = u32::try_from(progress.done(&part)).unwrap_or(u32::MAX / 2) + 1;
                if from > 100_000 {
                    continue;
                }
                let count = deaths(capabilities, pace, death, from, 1, |at| progress.note(&part, at as usize));
                progress.note(&part, 1_000_000);
                all += count;
                println!("{part}: {count} kills from step {from} on, all as acknowledged");
            }
        }
    }
    println!("scripted server: {all} kills, 0 lost, 0 doubled");
}
