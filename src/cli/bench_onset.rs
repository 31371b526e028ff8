//! `hark bench onset`: how soon a voice is noticed, and what else is taken for one.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::hearing::bench::onset::{OnsetReport, run as run_bench};

/// How soon the reading dips under a voice, and how often under nothing.
#[derive(Debug, Args)]
#[command(after_help = "Example: hark bench onset --corpus ../shared/audio")]
pub struct BenchOnsetArgs {
    /// A folder with commands/, speech/ and noise/, each with a manifest.tsv.
    #[arg(long, value_name = "DIR")]
    pub corpus: PathBuf,
    /// At most this many commands, and streams of speech.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON object instead of tables.
    #[arg(long)]
    pub json: bool,
}

pub fn run(args: &BenchOnsetArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let report = run_bench(&args.corpus, args.limit)?;
    if args.json {
        serde_json::to_writer(&mut *out, &report)?;
        writeln!(out)?;
        return Ok(());
    }
    tables(&report, out)?;
    Ok(())
}

fn tables(report: &OnsetReport, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "| signal to noise | told, ms P50 | P95 | within 150 ms % | missed % | dipped before % | of |")?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for (snr, delays) in &report.delays {
        let told = delays.told_ms.len();
        let all = told + (delays.missed + delays.before) as usize;
        let percent = |n: usize| n as f64 * 100.0 / all.max(1) as f64;
        let ms = |p| delays.percentile(p).map_or("-".to_owned(), |ms| ms.to_string());
        let soon = delays.told_ms.iter().filter(|ms| **ms <= 150).count();
        writeln!(
            out,
            "| {snr} | {} | {} | {:.0} | {:.0} | {:.0} | {all} |",
            ms(50),
            ms(95),
            soon as f64 * 100.0 / told.max(1) as f64,
            percent(delays.missed as usize),
            percent(delays.before as usize)
        )?;
    }
    writeln!(out, "\n| heard, nobody speaking to us | onsets a minute | ducked % | minutes |\n|---|---|---|---|")?;
    let mut all = (0.0, 0, 0.0);
    for (what, falses) in &report.falses {
        if what.starts_with("noise") {
            all = (all.0 + falses.minutes, all.1 + falses.onsets, all.2 + falses.ducked_s);
        }
        row(out, what, falses.minutes, falses.onsets, falses.ducked_s)?;
    }
    row(out, "all noises", all.0, all.1, all.2)
}

fn row(out: &mut impl Write, what: &str, minutes: f64, onsets: u32, ducked_s: f64) -> std::io::Result<()> {
    let minutes = minutes.max(1e-9);
    let share = ducked_s * 100.0 / (minutes * 60.0);
    writeln!(out, "| {what} | {:.1} | {share:.1} | {minutes:.1} |", f64::from(onsets) / minutes)
}
