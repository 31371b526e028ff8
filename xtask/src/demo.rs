//! `cargo xtask demo` and `cargo xtask bench`: from nothing to a running `hark`.

use anyhow::{Result, bail};

use crate::packages::Wanted;
use crate::shell::{self, Progress};
use crate::{models, setup};

pub fn run(args: &[String]) -> Result<()> {
    let mut progress = Progress::new(4);
    prepare(&mut progress, Profile::Dev)?;
    progress.step("the demo");
    hark("demo", args, Profile::Dev)
}

pub fn bench(args: &[String]) -> Result<()> {
    let (profile, args) = match args.split_first() {
        Some((first, rest)) if first == "--release" => (Profile::Release, rest),
        _ => (Profile::Dev, args),
    };
    if args.is_empty() {
        bail!("say what to measure, for example `cargo xtask bench hearing --corpus DIR`");
    }
    let mut progress = Progress::new(4);
    prepare(&mut progress, profile)?;
    progress.step(&format!("bench {}", args.join(" ")));
    hark("bench", args, profile)
}

/// How our own code is compiled; what we depend on is optimised in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Dev,
    Release,
}

/// Three steps: packages, models, `hark` built.
pub fn prepare(progress: &mut Progress, profile: Profile) -> Result<()> {
    progress.step("system packages");
    setup::system(Wanted::Play)?;
    progress.step("models (125 MB the first time)");
    models::ensure()?;
    progress.step("building hark (some minutes the first time)");
    shell::run(shell::cargo(&["build", "--bin", "hark"]).args(PLATFORM).args(profile.flag()))
}

/// The system's own voice is always there on these; on Linux it needs headers to build. Cargo has no default features by platform.
const PLATFORM: &[&str] = if cfg!(any(target_os = "macos", windows)) { &["--features", "system-voice"] } else { &[] };

/// Runs the built program.
pub fn hark(command: &str, args: &[String], profile: Profile) -> Result<()> {
    let mut cargo = shell::cargo(&["run", "--quiet", "--bin", "hark"]);
    shell::run(cargo.args(PLATFORM).args(profile.flag()).args(["--", command]).args(args))
}

impl Profile {
    fn flag(self) -> Option<&'static str> {
        match self {
            Profile::Dev => None,
            Profile::Release => Some("--release"),
        }
    }
}
