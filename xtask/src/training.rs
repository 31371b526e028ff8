//! `cargo xtask train-hearing`: makes commands and other speech in free voices, has them heard in noise, and fits the weights of
//! assets/hearing-score.toml to what was heard. Resumable: sounds and what was heard are kept in target/hearing.

mod fit;
mod sounds;
mod texts;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::demo::{self, Profile};
use crate::shell;

/// Voices of `Tune` train, those of `Test` only check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Tune,
    Test,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Tune => "tune",
            Part::Test => "test",
        }
    }

    fn folder(self) -> PathBuf {
        shell::target().join("hearing").join(self.name())
    }

    /// What was heard, with its signs.
    fn evidence(self) -> PathBuf {
        shell::target().join("hearing").join(format!("{}.tsv", self.name()))
    }
}

/// `sounds`, `hear` and `fit` do one step; nothing does all three.
pub fn run(steps: &[String]) -> Result<()> {
    let asked = |step: &str| steps.is_empty() || steps.iter().any(|one| one == step);
    for part in [Part::Tune, Part::Test] {
        if asked("sounds") {
            sounds::make(part)?;
        }
        if asked("hear") {
            hear(part)?;
        }
    }
    if asked("fit") {
        let [tune, test] = [Part::Tune, Part::Test].map(|part| fit::read(&part.evidence()));
        let (tune, test) = (tune?, test?);
        let weights = fit::fit(&tune);
        println!("{}", fit::table("tune", &tune, &weights));
        println!("{}", fit::table("test (other voices)", &test, &weights));
        let path = shell::root().join("assets/hearing-score.toml");
        fs::write(&path, fit::toml(&weights)).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn hear(part: Part) -> Result<()> {
    let folder = part.folder();
    let evidence = part.evidence();
    let words = ["hearing", "--one-ratio", "--no-baseline"].map(str::to_owned);
    let mut args = words.to_vec();
    for (name, value) in [("--corpus", &folder), ("--evidence", &evidence)] {
        args.extend([name.to_owned(), value.display().to_string()]);
    }
    demo::hark("bench", &args, Profile::Dev)
}
