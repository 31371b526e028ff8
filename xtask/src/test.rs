//! `cargo xtask test`: everything that has to pass. All steps run; what failed and what was skipped is named at the end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::packages::{Wanted, system_voice_builds};
use crate::shell::{self, Progress};
use crate::{models, replay, setup};

/// A named step.
type Step = (&'static str, fn() -> Result<()>);

const STEPS: [Step; 9] = [
    ("fmt", || cargo(&["fmt", "--all", "--check"])),
    ("clippy", || everything(&["clippy", "-q", "--workspace", "--all-targets"], &["--", "-D", "warnings"])),
    ("pure build", || cargo(&["check", "-q", "--lib", "--no-default-features"])),
    ("pure build knows no clock, socket, device or async runtime", pure_dependencies),
    ("hearing without audio", || room("hearing")),
    ("voice without audio", || room("voice")),
    ("tests", || everything(&["test", "-q", "--workspace", "--no-fail-fast"], &[])),
    ("replay", || replay::run(&replay::reports("first"))),
    ("replay again: the same reports", replay_again),
];

/// Crates that would let the world into the pure rooms.
const WORLDLY: [&str; 10] =
    ["async-std", "cpal", "crossbeam-channel", "mio", "rand", "rodio", "rustls", "smol", "socket2", "tokio"];
/// Crates of sound devices: hearing and voice are built for phones too.
const DEVICES: [&str; 4] = ["alsa", "coreaudio-rs", "cpal", "rodio"];

pub fn run() -> Result<()> {
    let start = Instant::now();
    let mut progress = Progress::new(STEPS.len() + 2);
    progress.step("system packages");
    let skipped = setup::system(Wanted::All)?;
    progress.step("models");
    models::ensure()?;
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        progress.step(name);
        let started = Instant::now();
        match step() {
            Ok(()) => println!("      ok, {}", told(started.elapsed())),
            Err(error) => {
                println!("      FAILED: {error:#}");
                failed.push(name);
            }
        }
    }
    println!();
    if !skipped.is_empty() {
        println!("skipped: {}", skipped.join(", "));
    }
    if !failed.is_empty() {
        bail!("failed after {}: {}", told(start.elapsed()), failed.join(", "));
    }
    println!("All passed in {}.", told(start.elapsed()));
    Ok(())
}

fn cargo(args: &[&str]) -> Result<()> {
    shell::run(&mut shell::cargo(args))
}

/// With every feature that can be built here; `cargo xtask test` names what is skipped.
fn everything(args: &[&str], behind: &[&str]) -> Result<()> {
    let features: &[&str] = if system_voice_builds() { &["--all-features"] } else { &[] };
    cargo(&[args, features, behind].concat())
}

/// A room's own tests, in a build without sound devices.
fn room(name: &str) -> Result<()> {
    no_crates(&["--features", name], &DEVICES)?;
    cargo(&["test", "-q", "--lib", "--no-default-features", "--features", name, &format!("{name}::")])
}

fn pure_dependencies() -> Result<()> {
    no_crates(&[], &WORLDLY)
}

/// No crate of `forbidden` is in the library's tree without default features but with these.
fn no_crates(features: &[&str], forbidden: &[&str]) -> Result<()> {
    let mut command =
        shell::cargo(&["tree", "--package", "hark", "--no-default-features", "--edges", "normal", "--prefix", "none"]);
    let tree = shell::run_quietly(command.args(features))?;
    let found: Vec<&str> =
        tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| forbidden.contains(name)).collect();
    if !found.is_empty() {
        bail!(
            "these crates have no place in that build: {} (`cargo tree -i NAME` tells who brings them)",
            found.join(", ")
        );
    }
    Ok(())
}

fn replay_again() -> Result<()> {
    let (first, second) = (replay::reports("first"), replay::reports("second"));
    replay::run(&second)?;
    replay::compare(&first, &second)
}

fn told(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}
