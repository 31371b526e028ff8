//! `hark replay`: scenarios, one after the other.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::replay::{Parts, Progress, Replayed, Scenario, ScenarioError};
use crate::units::WallTime;
use clap::Args;

use super::Context;
use super::outcome::Outcome;
use super::screen::Screen;

/// Exit code of a scenario that cannot be run.
const BROKEN: u8 = 2;

/// Recorded audio as the microphone, virtual time, real recogniser and voice.
#[derive(Debug, Args)]
#[command(after_help = "Example: hark replay tests/replay/commute.toml --wav out.wav --timeline out.html")]
pub struct ReplayArgs {
    /// Scenario files; they run in order.
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,
    /// Write what was heard (left) and said (right); a folder with several scenarios.
    #[arg(long, value_name = "OUT.wav")]
    wav: Option<PathBuf>,
    /// Write the report as JSON lines; a folder with several scenarios.
    #[arg(long, value_name = "OUT.jsonl")]
    report: Option<PathBuf>,
    /// Write a page that shows the session; a folder with several scenarios.
    #[arg(long, value_name = "OUT.html")]
    timeline: Option<PathBuf>,
    /// No faster than it would happen.
    #[arg(long)]
    realtime: bool,
}

/// Whether the transcript keeps the pace of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    AsFastAsPossible,
    RealTime,
}

/// Runs every scenario; 0 all met, 1 an expectation failed, 2 a broken scenario.
pub fn run(context: &Context, args: ReplayArgs) -> anyhow::Result<ExitCode> {
    let outcome = Outcome { wav: args.wav, report: args.report, timeline: args.timeline };
    let pace = if args.realtime { Pace::RealTime } else { Pace::AsFastAsPossible };
    let several = args.scenarios.len() > 1;
    let mut worst = 0;
    for path in &args.scenarios {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let outcome = if several { outcome.in_folders(&stem) } else { outcome.clone() };
        println!("{}", path.display());
        let replayed = match one(context, path, pace) {
            Ok(replayed) => replayed,
            Err(error) => {
                eprintln!("hark: {error}");
                worst = BROKEN;
                continue;
            }
        };
        outcome.write(&stem, &replayed)?;
        if !told(path, &replayed) {
            worst = worst.max(1);
        }
    }
    Ok(ExitCode::from(worst))
}

/// Runs one scenario with its transcript on the screen.
pub fn one(context: &Context, path: &Path, pace: Pace) -> Result<Replayed, ScenarioError> {
    let scenario = Scenario::load(path)?;
    let account = |name: &str, start: &WallTime| super::play::scenario_account(context, name, start);
    let parts = Parts { models: &context.models, account: &account };
    let started = Instant::now();
    let screen = Screen::english().ok();
    crate::replay::run(&scenario, &parts, &mut |progress: Progress| {
        if pace == Pace::RealTime {
            let until = Duration::from_millis(progress.now.0);
            std::thread::sleep(until.saturating_sub(started.elapsed()));
        }
        for stamped in progress.events {
            if let Some(line) = screen.as_ref().and_then(|screen| screen.event(stamped.t, &stamped.event)) {
                println!("{line}");
            }
        }
    })
}

/// Prints what came of it; true when everything was as expected.
fn told(path: &Path, replayed: &Replayed) -> bool {
    for unmet in &replayed.unmet {
        println!("{}: expectation {} not met: {}", path.display(), unmet.number, unmet.text);
    }
    let summary = &replayed.summary;
    println!(
        "{}: {} ({:.1} s in {:.1} s)",
        path.display(),
        if replayed.unmet.is_empty() { "as expected" } else { "NOT as expected" },
        summary.t.0 as f64 / 1000.0,
        summary.t.0 as f64 / 1000.0 * summary.measured.real_time_factor,
    );
    replayed.unmet.is_empty()
}
