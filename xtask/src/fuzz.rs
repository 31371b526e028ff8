//! `cargo xtask campaign fuzz`: libFuzzer on the targets of tests/fuzz. What it learned is kept in target/fuzz, so that the next run
//! goes on from there; so is what it found, one file a finding.

use std::fs;

use anyhow::{Context, Result};

use crate::shell::{self, Progress};

/// Each target with the folder of the files it starts from.
const TARGETS: [(&str, Option<&str>); 2] = [("mail", Some("tests/mail/gold")), ("wire", None)];
const MINUTES: u64 = 10;
/// Coverage marks as cargo-fuzz sets them, without the address sanitizer: that needs a nightly compiler, and there is no unsafe code
/// of ours to watch.
const MARKS: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table";
/// An input may take so many seconds and MB before it counts as a finding.
const SECONDS: u64 = 10;
const MEGABYTES: u64 = 2048;
/// Longest input in bytes.
const LONGEST: usize = 65_536;

/// `minutes` for each target.
pub fn run(minutes: Option<&str>) -> Result<()> {
    let minutes = minutes.map_or(Ok(MINUTES), str::parse).context("campaign fuzz [MINUTES]")?;
    let folder = shell::target().join("fuzz");
    let target = target_triple()?;
    let mut progress = Progress::new(TARGETS.len() + 1);
    progress.step("build");
    // With a target named, build scripts and macros are built without the marks.
    let args = ["build", "--release", "--target", &target, "--manifest-path", "tests/fuzz/Cargo.toml"];
    shell::run(shell::cargo(&args).env("RUSTFLAGS", MARKS).env("CARGO_TARGET_DIR", &folder))?;
    for (name, seeds) in TARGETS {
        progress.step(&format!("{name}, {minutes} minutes"));
        let [learned, found] = ["corpus", "found"].map(|kind| folder.join(kind).join(name));
        for folder in [&learned, &found] {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut fuzzer = std::process::Command::new(folder.join(&target).join("release").join(name));
        fuzzer.current_dir(shell::root()).arg(&learned).args(seeds);
        fuzzer.arg(format!("-max_total_time={}", minutes * 60)).arg(format!("-artifact_prefix={}/", found.display()));
        fuzzer.args([format!("-timeout={SECONDS}"), format!("-rss_limit_mb={MEGABYTES}")]);
        fuzzer.args([format!("-max_len={LONGEST}"), "-print_final_stats=1".to_owned(), "-verbosity=0".to_owned()]);
        shell::run(&mut fuzzer).with_context(|| format!("{name}: see {}", found.display()))?;
    }
    println!("Nothing was found.");
    Ok(())
}

/// The machine's own, as the compiler calls it.
fn target_triple() -> Result<String> {
    let said = shell::run_quietly(std::process::Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    host.context("rustc does not say what it builds for")
}
