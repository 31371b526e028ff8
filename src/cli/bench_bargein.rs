//! `hark bench barge-in`: commands over our own voice from a loudspeaker.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::command::PhraseTable;
use crate::hearing::SpeechModel;
use crate::hearing::bench::Share;
use crate::hearing::bench::bargein::{BargeInReport, run as run_bench};
use crate::ports::OUTPUT_RATE;
use crate::resample;
use crate::voice::{Noise, VoiceOptions, open_voice};

/// What is read while people speak: no command in it, so that everything accepted before the word is false.
const NARRATION: [&str; 4] = [
    "Shall we have lunch on Thursday? There is a new place beside the old bakery, and they make dumplings like my aunt.",
    "Your spare key is under the blue flower pot again. The cat watched me put it there, so it is in good hands.",
    "The numbers for the third quarter are better than we feared, and the harbour house has a buyer.",
    "The green bicycle has new tyres and a bell. You can have it for the summer, if you promise to oil the chain.",
];

/// How well a word is heard over our own voice, by its level relative to the echo.
#[derive(Debug, Args)]
#[command(after_help = "Example: hark bench barge-in --corpus ../shared/audio --limit 20")]
pub struct BenchBargeInArgs {
    /// A folder with commands/ and its manifest.tsv.
    #[arg(long, value_name = "DIR")]
    pub corpus: PathBuf,
    /// At most this many commands.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON object instead of tables.
    #[arg(long)]
    pub json: bool,
}

pub fn run(args: &BenchBargeInArgs, models: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let table = PhraseTable::english()?;
    let mut voice = open_voice("joe", models, VoiceOptions { noise: Noise::None, ..VoiceOptions::default() })?;
    let mut narration = Vec::new();
    for text in NARRATION {
        let clip = voice.synthesise(text, 1.0)?;
        narration.extend(resample::whole(&clip.samples, clip.rate, OUTPUT_RATE)?);
    }
    let model = SpeechModel::open(models)?;
    let report = run_bench(&args.corpus, &narration, args.limit, &model, &table, &mut |done, total| {
        eprint!("\rheard {done} of {total} words");
        let _ = io::stderr().flush();
    })?;
    eprintln!();
    if args.json {
        serde_json::to_writer(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        tables(&report, out)?;
    }
    Ok(())
}

fn tables(report: &BargeInReport, out: &mut impl Write) -> io::Result<()> {
    shares(out, "command to echo, ducked at the onset", &report.ducked)?;
    shares(out, "command to echo, never ducked", &report.not_ducked)?;
    shares(out, "place", &report.by_place)?;
    writeln!(out, "\n| command to echo | noticed % | onset, ms P50 | P95 |\n|---|---|---|---|")?;
    for (level, all) in &report.onset_ms {
        let mut told: Vec<i64> = all.iter().copied().filter(|ms| *ms >= -60).collect();
        told.sort_unstable();
        let at =
            |percent: usize| told.get((told.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or(-1);
        let noticed = told.len() as f64 * 100.0 / all.len().max(1) as f64;
        writeln!(out, "| {level} | {noticed:.0} | {} | {} |", at(50), at(95))?;
    }
    writeln!(
        out,
        "\nreading alone: {:.0} s, {} dips, accepted: {:?}",
        report.alone_s, report.alone_dips, report.alone_accepted
    )
}

fn shares(out: &mut impl Write, title: &str, map: &std::collections::BTreeMap<String, Share>) -> io::Result<()> {
    writeln!(out, "\n| {title} | right % | wrong % | of |\n|---|---|---|---|")?;
    for (key, share) in map {
        let all = share.right + share.wrong + share.missed;
        writeln!(out, "| {key} | {:.1} | {:.1} | {all} |", share.percent_right(), share.percent_wrong())?;
    }
    Ok(())
}
