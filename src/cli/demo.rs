//! `hark demo`: a copy of the built-in mailbox, live where there are devices, else a recorded commute as the microphone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use include_dir::{Dir, include_dir};

use super::Context;
use super::outcome::Outcome;
use super::play;
use super::replay::{Pace, one};
use crate::mailbox::from_eml_files;
use crate::replay::{MailboxSource, Scenario, wall_time};

/// Mail, recorded words and the scenario of the commute.
static DEMO: Dir = include_dir!("$CARGO_MANIFEST_DIR/assets/demo");
/// The scenario among them.
const COMMUTE: &str = "commute.toml";

/// A copy of the built-in demo mailbox.
#[derive(Debug, Args)]
#[command(after_help = "Example: hark demo --headless --out /tmp/hark-demo")]
pub struct DemoArgs {
    /// A recorded commute is the microphone; needs no devices.
    #[arg(long)]
    headless: bool,
    /// Where demo.wav, demo.jsonl and demo.html go (headless).
    #[arg(long, value_name = "DIR", default_value = "hark-demo")]
    out: PathBuf,
}

/// Plays the demo.
pub fn run(context: &Context, args: DemoArgs) -> anyhow::Result<ExitCode> {
    let copy = tempfile::tempdir().context("cannot make a temporary folder for the demo mailbox")?;
    DEMO.extract(copy.path()).context("cannot copy the demo mailbox")?;
    if args.headless {
        return headless(context, copy.path(), &args.out);
    }
    match play::devices() {
        Ok(()) => {
            let scenario = Scenario::load(&copy.path().join(COMMUTE))?;
            let MailboxSource::Eml(files) = &scenario.mailbox else { bail!("the demo has no mail") };
            let maildir = copy.path().join("mail");
            from_eml_files(files, &maildir)?;
            play::made_up(context, &maildir, wall_time(&scenario)?)
        }
        Err(error) => {
            println!("{error} So a recorded commute is the microphone.");
            headless(context, copy.path(), &args.out)
        }
    }
}

fn headless(context: &Context, copy: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    println!("A recorded commute of about three minutes; everything below was really said, heard and done.\n");
    let replayed = one(context, &copy.join(COMMUTE), Pace::AsFastAsPossible)?;
    let outcome = Outcome {
        wav: Some(out.join("demo.wav")),
        report: Some(out.join("demo.jsonl")),
        timeline: Some(out.join("demo.html")),
    };
    outcome.write("Hark demo: a commute", &replayed)?;
    let out = fs::canonicalize(out).unwrap_or_else(|_| out.to_owned());
    println!("\nTo listen:  {}", out.join("demo.wav").display());
    println!("To look:    {}", out.join("demo.html").display());
    println!("Every event: {}", out.join("demo.jsonl").display());
    for unmet in &replayed.unmet {
        println!("Not as expected: {}", unmet.text);
    }
    Ok(if replayed.unmet.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
