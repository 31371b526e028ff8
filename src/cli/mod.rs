//! Subcommands, one file each. They parse, join parts and print; decisions are made in the library.

mod account;
mod adding;
mod bench_bargein;
mod bench_hearing;
mod bench_onset;
mod config;
mod cpu;
mod demo;
mod doctor;
mod forget;
mod hear;
mod hidden;
mod keys;
mod models;
mod outcome;
mod paths;
mod play;
mod providers;
mod replay;
mod screen;
mod sending;
mod speak;
mod terminal;
mod typed;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::ports::{Synthesiser, VoiceError};
use crate::session::Settings;
use crate::voice::{VoiceOptions, lexicons, open_voice};

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
    /// Voice for this time, by a name that `hark doctor` lists (else the setting `voice`).
    #[arg(long, global = true, value_name = "NAME")]
    voice: Option<String>,
    /// Log to stderr; twice for more. Never mail text, names or secrets.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play mail with choices.
    Play(play::PlayArgs),
    /// Play a copy of the built-in demo mailbox.
    Demo(demo::DemoArgs),
    /// Recorded audio as the microphone, in virtual time.
    Replay(replay::ReplayArgs),
    /// Show how a message would be spoken.
    Speak(speak::SpeakArgs),
    /// Show what would be heard in a recording.
    Hear(hear::HearArgs),
    /// Accounts: add, list, test, on, off, remove.
    Account(account::AccountArgs),
    /// Models: what is there, what is missing, add from a file.
    Models(models::ModelsArgs),
    /// Every setting with its default and its present value.
    Config,
    /// Devices, models, voice, accounts: what works and how to mend the rest.
    Doctor(doctor::DoctorArgs),
    /// Delete what this device holds of an account, or of everything.
    Forget(forget::ForgetArgs),
    /// Measurements for the engineers of Hark.
    #[command(hide = true)]
    #[command(subcommand)]
    Bench(Bench),
}

/// What can be measured.
#[derive(Debug, Subcommand)]
enum Bench {
    /// Words right, wrong and missed; false accepts; latency; cost.
    Hearing(bench_hearing::BenchHearingArgs),
    /// Commands over our own voice from a loudspeaker.
    BargeIn(bench_bargein::BenchBargeInArgs),
    /// How soon a voice is noticed, and what else is taken for one.
    Onset(bench_onset::BenchOnsetArgs),
}

/// What every subcommand may need.
pub struct Context {
    pub models: PathBuf,
    pub config: PathBuf,
    /// Asked for on the command line.
    pub voice: Option<String>,
}

impl Context {
    /// The listener's own words, beside the configuration.
    pub fn lexicon(&self) -> PathBuf {
        if self.config.as_os_str().is_empty() {
            return PathBuf::new();
        }
        self.config.with_file_name("lexicon.toml")
    }

    /// How voices are opened; a lexicon with an error is told and left out.
    pub fn voice_options(&self) -> VoiceOptions {
        let (lexicons, trouble) = lexicons(&self.lexicon());
        if let Some(trouble) = trouble {
            eprintln!("hark: {trouble}");
        }
        VoiceOptions { lexicons, ..VoiceOptions::default() }
    }

    /// The configured settings with what was asked for on the command line.
    pub fn settings(&self, configured: Settings) -> Settings {
        Settings { voice: self.voice.clone().unwrap_or(configured.voice), ..configured }
    }
}

/// Parses the command line and runs it.
pub fn run() -> anyhow::Result<ExitCode> {
    crate::mailbox::keep_memory_private();
    let cli = Cli::parse();
    log_to_stderr(cli.verbose);
    let asked = cli.models;
    let config = match paths::config(cli.config.as_deref()) {
        Some(config) => config,
        None if reads_config(cli.command.as_ref()) => {
            bail!("there is no home folder to keep the configuration in; set HOME, or name a file with --config FILE")
        }
        // Never read; nothing may be looked for where one happens to stand.
        None => PathBuf::new(),
    };
    let context = Context { models: crate::models::find(asked.as_deref()), config, voice: cli.voice };
    match cli.command {
        None => play::run(&context, play::PlayArgs::default()),
        Some(Command::Play(args)) => play::run(&context, args),
        Some(Command::Demo(args)) => demo::run(&context, args),
        Some(Command::Replay(args)) => replay::run(&context, args),
        Some(Command::Speak(args)) => {
            let mut voice = || -> Result<Box<dyn Synthesiser>, VoiceError> {
                // Without a configuration that can be read, the usual voice will do.
                let configured = Config::load_or_default(&context.config).unwrap_or_default().settings;
                let name = context.settings(configured).voice;
                let voice: Box<dyn Synthesiser> = open_voice(&name, &context.models, context.voice_options())?;
                Ok(voice)
            };
            Ok(match speak::run(&args, &mut voice, &mut std::io::stdout())? {
                speak::Outcome::AllSpoken => ExitCode::SUCCESS,
                speak::Outcome::SomeFailed => ExitCode::from(1),
            })
        }
        Some(Command::Hear(args)) => Ok(match hear::run(&args, &context.models, &mut std::io::stdout())? {
            hear::Outcome::AllHeard => ExitCode::SUCCESS,
            hear::Outcome::SomeFailed => ExitCode::from(1),
        }),
        Some(Command::Account(args)) => account::run(&context, args),
        Some(Command::Models(args)) => models::run(&args, asked.as_deref()).map(|()| ExitCode::SUCCESS),
        Some(Command::Config) => config::run(&context),
        Some(Command::Doctor(args)) => doctor::run(&context, args),
        Some(Command::Forget(args)) => forget::run(&context, &args),
        Some(Command::Bench(Bench::Hearing(args))) => {
            bench_hearing::run(&args, &context.models, &mut std::io::stdout()).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Bench(Bench::BargeIn(args))) => {
            bench_bargein::run(&args, &context.models, &mut std::io::stdout()).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Bench(Bench::Onset(args))) => {
            bench_onset::run(&args, &mut std::io::stdout()).map(|()| ExitCode::SUCCESS)
        }
    }
}

/// Whether a command cannot do its work without a place for the configuration.
fn reads_config(command: Option<&Command>) -> bool {
    match command {
        None
        | Some(Command::Play(_) | Command::Account(_) | Command::Config | Command::Doctor(_) | Command::Forget(_)) => {
            true
        }
        Some(
            Command::Demo(_)
            | Command::Replay(_)
            | Command::Speak(_)
            | Command::Hear(_)
            | Command::Models(_)
            | Command::Bench(_),
        ) => false,
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
