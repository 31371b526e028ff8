//! `hark bench hearing`: what `cargo xtask bench hearing` runs.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::command::PhraseTable;
use crate::hearing::SpeechModel;
use crate::hearing::bench::{Baseline, Each, FalseAccepts, Parts, Plan, RATIOS, Report, Share, run as run_bench};

use super::cpu;

/// How well commands are heard in noise, and what is heard that nobody said.
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask bench hearing --corpus ../shared/audio --limit 20")]
pub struct BenchHearingArgs {
    /// A folder with commands/, speech/ and noise/, each with a manifest.tsv.
    #[arg(long, value_name = "DIR")]
    pub corpus: PathBuf,
    /// One JSON object instead of tables.
    #[arg(long)]
    pub json: bool,
    /// At most this many command clips, speech streams and noises.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Signal-to-noise ratios in dB, "clean" for none; all five by default.
    #[arg(long, value_delimiter = ',', value_parser = ratio, value_name = "LIST")]
    pub snr: Vec<Ratio>,
    /// Only the commands.
    #[arg(long, conflicts_with = "only_others")]
    pub only_commands: bool,
    /// Only other speech and noise.
    #[arg(long)]
    pub only_others: bool,
    /// Hear every clip at one ratio only, drawn by its name, and half of the other speech beside noise.
    #[arg(long)]
    pub one_ratio: bool,
    /// Leave out the grammar alone.
    #[arg(long)]
    pub no_baseline: bool,
    /// Hear everything anew, also what is kept from an earlier run in target/hearing.
    #[arg(long)]
    pub fresh: bool,
    /// Also write every phrase heard with its evidence, tab-separated.
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
}

/// A signal-to-noise ratio in dB; `None` = clean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio(pub Option<f32>);

fn ratio(text: &str) -> Result<Ratio, String> {
    let known = |ratio: &Option<f32>| ratio.map_or("clean".to_owned(), |db| db.to_string()) == text;
    RATIOS.into_iter().find(known).map(Ratio).ok_or_else(|| "use clean, 20, 10, 5 or 0".to_owned())
}

/// Runs the bench and prints its tables; progress goes to stderr.
pub fn run(args: &BenchHearingArgs, models: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let table = PhraseTable::english()?;
    let model = SpeechModel::open(models)?;
    let parts = Parts { commands: !args.only_others, others: !args.only_commands };
    let asked: Vec<Option<f32>> = args.snr.iter().map(|ratio| ratio.0).collect();
    let ratios = if asked.is_empty() { RATIOS.to_vec() } else { asked };
    let plan = Plan {
        corpus: args.corpus.clone(),
        limit: args.limit,
        parts,
        ratios,
        each: if args.one_ratio { Each::One } else { Each::Ratio },
        baseline: if args.no_baseline { Baseline::LeftOut } else { Baseline::Heard },
        keep: (!args.fresh).then(|| PathBuf::from("target/hearing")),
    };
    let before = cpu::used();
    let mut report = run_bench(&plan, &model, &table, &mut |done, total| {
        eprint!("\rheard {done} of {total} recordings");
        let _ = io::stderr().flush();
    })?;
    eprintln!();
    report.latency_ms.sort_unstable();
    let cpu_s = cpu::used().saturating_sub(before).as_secs_f64();
    if let Some(file) = &args.evidence {
        fs::write(file, report.evidence.join("\n") + "\n")?;
    }
    if args.json {
        serde_json::to_writer(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        tables(&report, out)?;
        let each = cpu_s / report.audio_s.max(1e-9);
        writeln!(
            out,
            "\nCPU per second of sound, recipe and baseline together: {each:.3}; memory {} MB",
            cpu::resident_mb()
        )?;
    }
    Ok(())
}

fn tables(report: &Report, out: &mut impl Write) -> io::Result<()> {
    shares("signal to noise", &report.by_snr, out)?;
    shares("signal to noise, while reading", &report.reading_by_snr, out)?;
    shares("signal to noise, grammar alone", &report.baseline_by_snr, out)?;
    shares("word", &report.by_word, out)?;
    shares("speaker", &report.by_speaker, out)?;
    shares("noise", &report.by_noise, out)?;
    writeln!(out, "\nno commands: {} of {} fired", report.near_misses_fired, report.near_misses)?;
    for (name, found) in [
        ("other speech", &report.speech),
        ("other speech, while reading", &report.speech_reading),
        ("other speech, grammar alone", &report.speech_baseline),
        ("noise", &report.noise),
        ("noise, grammar alone", &report.noise_baseline),
    ] {
        falses(name, found, out)?;
    }
    ablation(report, out)?;
    let at = |share: usize| report.latency_ms.get(report.latency_ms.len() * share / 100).copied().unwrap_or(0);
    writeln!(out, "\nend of word to decision: P50 {} ms, P95 {} ms", at(50), at(95))
}

fn ablation(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\n| demanded | right % | wrong % | near misses | false accepts an hour | destructive |\n|---|---|---|---|---|---|"
    )?;
    for (demanded, row) in &report.ablation {
        let hours = row.hours.max(1e-9);
        let an_hour = |count: u32| if row.hours > 0.0 { f64::from(count) / hours } else { 0.0 };
        let (right, wrong) = (row.share.percent_right(), row.share.percent_wrong());
        let (any, destructive) = (an_hour(row.false_accepts), an_hour(row.destructive));
        let near = row.near_misses_fired;
        writeln!(out, "| {demanded:?} | {right:.1} | {wrong:.1} | {near} | {any:.1} | {destructive:.1} |")?;
    }
    Ok(())
}

fn shares(title: &str, map: &std::collections::BTreeMap<String, Share>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n| {title} | right % | wrong % | of |\n|---|---|---|---|")?;
    for (key, share) in map {
        let all = share.right + share.wrong + share.missed;
        writeln!(out, "| {key} | {:.1} | {:.1} | {all} |", share.percent_right(), share.percent_wrong())?;
    }
    Ok(())
}

fn falses(title: &str, found: &FalseAccepts, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{title}: {:.1} false accepts an hour in {:.2} h", found.an_hour(), found.hours)?;
    for (phrase, count) in &found.by_phrase {
        writeln!(out, "  {phrase}: {count}")?;
    }
    for (risk, count) in &found.by_risk {
        writeln!(out, "  risk {risk:?}: {count}")?;
    }
    Ok(())
}
