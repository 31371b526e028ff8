//! `hark models`: what is there, what is missing; `hark models add FILE|DIR`.

use std::path::{Path, PathBuf};

use crate::models::{self, Added, Health, LicenceStatus, ModelStatus, Outcome};

/// What is there and what is missing; adds models from files.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hark models\n  hark models add ~/Downloads/vosk-model-en-0.3.45.aar")]
pub struct ModelsArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Add a model from an archive as the registry gives it, a folder of such archives, or another machine's models folder.
    Add {
        /// The archive, library or folder.
        #[arg(value_name = "FILE|DIR")]
        given: PathBuf,
    },
}

/// Runs the command on the models folder asked for with `--models`, else the one in use.
pub fn run(args: &ModelsArgs, asked: Option<&Path>) -> anyhow::Result<()> {
    let folder = models::find(asked);
    match &args.action {
        None => list(&folder),
        Some(Action::Add { given }) => add(given, &folder),
    }
}

fn list(folder: &Path) -> anyhow::Result<()> {
    println!("Models in {}", folder.display());
    for status in models::verify(folder)? {
        println!("  {}", line(&status));
        if !status.is_whole() {
            println!("           fetch it with `cargo xtask models`, or run `hark models add FILE` with this one:");
            println!("           {}", status.origin);
        }
    }
    Ok(())
}

fn line(status: &ModelStatus) -> String {
    let state = match &status.health {
        Health::Whole => "ok     ".to_owned(),
        Health::Missing => "missing".to_owned(),
        Health::Damaged { file, what } => format!("damaged ({file}: {what})"),
    };
    let caution = match status.licence_status {
        LicenceStatus::Clear => "",
        LicenceStatus::Unclear => "; not cleared for passing on, see models/README.md",
    };
    format!("{state}  {} {} ({}{caution})", status.title, status.version, status.licence)
}

fn add(given: &Path, folder: &Path) -> anyhow::Result<()> {
    for Added { title, outcome } in models::add(given, folder)? {
        match outcome {
            Outcome::Installed => println!("Added the {title} to {}.", folder.display()),
            Outcome::WasThere => println!("The {title} was there already."),
        }
    }
    Ok(())
}
