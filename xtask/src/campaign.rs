//! `cargo xtask campaign`: long runs, step by step; what is done stays done when the run is interrupted.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::demo::{self, Profile};
use crate::fuzz;
use crate::replay;
use crate::shell::{self, Progress};

/// How often the scenarios are replayed and compared with the first time.
const REPLAYS: usize = 20;

/// Session time of the soak (`tests/soak.rs`).
const SOAK_MINUTES: &str = "120";

#[derive(Debug, Clone)]
enum Step {
    Replay(usize),
    /// Two hours of noise, talk and narration in virtual time.
    Soak,
    /// Only with a corpus folder.
    Hearing(PathBuf),
}

impl Step {
    fn name(&self) -> String {
        match self {
            Step::Replay(n) => format!("replay {n}"),
            Step::Soak => "soak".to_owned(),
            Step::Hearing(corpus) => format!("hearing {}", corpus.display()),
        }
    }

    fn run(&self) -> Result<()> {
        match self {
            Step::Replay(n) => {
                let reports = replay::reports(&format!("campaign-{n}"));
                replay::run(&reports)?;
                replay::compare(&replay::reports("campaign-1"), &reports)
            }
            Step::Soak => {
                let mut test = shell::cargo(&["test", "-q", "--test", "soak", "--", "--nocapture"]);
                shell::run(test.env("HARK_SOAK_MINUTES", SOAK_MINUTES))
            }
            Step::Hearing(corpus) => {
                let args = ["hearing", "--corpus", &corpus.display().to_string()].map(str::to_owned);
                demo::hark("bench", &args, Profile::Dev)
            }
        }
    }
}

/// Long runs of the mailbox: test programs and the tests in them, which keep their own progress.
const KILL: [(&str, &str); 2] = [("wire", "kills::campaign"), ("live_dovecot", "campaign_kill")];
const FAULT: [(&str, &str); 2] = [("wire", "faults::campaign"), ("live_dovecot", "campaign_fault")];

/// `[--fresh] [CORPUS]`, or `kill [--fresh]` or `fault [--fresh]`, `fuzz [MINUTES]`, or `soak` (only the soak, anew).
pub fn run(args: &[String]) -> Result<()> {
    match args.first().map(String::as_str) {
        Some("kill") => return mailbox("kill", &KILL, args),
        Some("fault") => return mailbox("fault", &FAULT, args),
        Some("fuzz") => return fuzz::run(args.get(1).map(String::as_str)),
        Some("soak") => return Step::Soak.run(),
        Some(_) | None => {}
    }
    let folder = shell::target().join("campaign");
    let state = folder.join("done.txt");
    if args.iter().any(|arg| arg == "--fresh") && state.exists() {
        fs::remove_file(&state)?;
    }
    let corpus = args.iter().find(|arg| !arg.starts_with("--")).map(|path| Step::Hearing(path.into()));
    let steps: Vec<Step> = (1..=REPLAYS).map(Step::Replay).chain([Step::Soak]).chain(corpus).collect();
    fs::create_dir_all(&folder)?;
    let mut progress = Progress::new(steps.len() + 3);
    demo::prepare(&mut progress, Profile::Dev)?;
    for step in steps {
        let done = fs::read_to_string(&state).unwrap_or_default();
        let name = step.name();
        if done.lines().any(|line| line == name) {
            progress.step(&format!("{name}: done before"));
            continue;
        }
        progress.step(&name);
        step.run().with_context(|| format!("{name} (run again to go on from here)"))?;
        writeln!(OpenOptions::new().create(true).append(true).open(&state)?, "{name}")?;
    }
    println!("The campaign is through; `cargo xtask campaign --fresh` starts anew.");
    Ok(())
}

fn mailbox(name: &str, runs: &[(&str, &str)], args: &[String]) -> Result<()> {
    let folder = shell::target().join("campaign").join(name);
    if args.iter().any(|arg| arg == "--fresh") && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut progress = Progress::new(runs.len() + 1);
    progress.step("servers");
    for skipped in crate::setup::system(crate::packages::Wanted::All)? {
        println!("  SKIPPED {skipped}");
    }
    for (program, test) in runs {
        progress.step(&format!("{program} {test}"));
        let args = ["test", "-q", "--no-default-features", "--features", "imap", "--test", program, "--"];
        let mut command = shell::cargo(&args);
        command.args(["--ignored", "--nocapture", "--test-threads", "1", test]).env("HARK_CAMPAIGN", &folder);
        shell::run(&mut command).context("run again to go on from here")?;
    }
    println!("The campaign is through; `cargo xtask campaign {name} --fresh` starts anew.");
    Ok(())
}
