//! Subcommands, one file each. They parse, join parts and print; decisions are made in the library.

mod config;
mod cpu;
mod hear;
mod models;
mod outcome;
mod paths;
mod replay;
mod screen;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Hark reads your mail aloud and does what you say.
#[derive(Debug, Parser)]
#[command(
    name = "hark",
    version,
    about,
    after_help = "Without a command: plays the mail of your accounts. Try: hark demo"
)]
struct Cli {
    /// Folder of the models (else HARK_MODELS, beside the binary, the data folder, ./models).
    #[arg(long, global = true, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Configuration file (else $XDG_CONFIG_HOME/hark/config.toml).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Log to stderr; twice for more. Never mail text, names or secrets.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Recorded audio as the microphone, in virtual time.
    Replay(replay::ReplayArgs),
    /// Show what would be heard in a recording.
    Hear(hear::HearArgs),
    /// Models: what is there, what is missing, add from a file.
    Models(models::ModelsArgs),
    /// Every setting with its default and its present value.
    Config,
}

/// What every subcommand may need.
pub struct Context {
    pub models: PathBuf,
    pub config: PathBuf,
}

/// Parses the command line and runs it.
pub fn run() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    log_to_stderr(cli.verbose);
    let asked = cli.models;
    let context =
        Context { models: crate::models::find(asked.as_deref()), config: paths::config(cli.config.as_deref()) };
    match cli.command {
        None => anyhow::bail!("later"),
        Some(Command::Replay(args)) => replay::run(&context, args),
        Some(Command::Hear(args)) => Ok(match hear::run(&args, &context.models, &mut std::io::stdout())? {
            hear::Outcome::AllHeard => ExitCode::SUCCESS,
            hear::Outcome::SomeFailed => ExitCode::from(1),
        }),
        Some(Command::Models(args)) => models::run(&args, asked.as_deref()).map(|()| ExitCode::SUCCESS),
        Some(Command::Config) => config::run(&context),
    }
}

fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => "hark=info",
        2 => "hark=debug",
        3.. => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(level);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
