//! `cargo xtask TASK`: what a developer or a tester does with the project as a whole.

mod campaign;
mod demo;
mod fuzz;
mod models;
mod packages;
mod recordings;
mod replay;
mod servers;
mod setup;
mod shell;
mod test;
mod training;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask TASK, from a fresh clone; each does by itself what it still needs

  setup                  system packages (or the line that installs them) and models
  models [FILE|DIR]...   fetch what is missing, or take it from files
  demo [ARGS]            set up, build, and play the demo mailbox (ARGS as for `hark demo`, e.g. --headless)
  test                   everything that has to pass
  bench WHAT [ARGS]      figures: `hark bench WHAT ARGS` (with --release first, in a release build)
  campaign [--fresh]     long runs, resumed where they were interrupted
  campaign kill|fault    the mailbox killed at every step, cut off at every byte; resumed likewise
  campaign fuzz [MIN]    any bytes as a mail and as a server's answers, guided by coverage, so many minutes each
  campaign soak          two hours of noise, talk and narration in virtual time
  recordings             makes tests/replay/clips anew (needs several speech synthesisers)
  train-hearing [STEP]   fits the weights of the hearing anew: sounds, hear, fit (hours; resumed where it was interrupted)
";

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let task = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let outcome = match task.as_str() {
        "setup" => setup::run(),
        "models" => models::run(&rest.iter().map(PathBuf::from).collect::<Vec<_>>()),
        "demo" => demo::run(&rest),
        "test" => test::run(),
        "bench" => demo::bench(&rest),
        "campaign" => campaign::run(&rest),
        "recordings" => recordings::run(),
        "train-hearing" => training::run(&rest),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        other => {
            eprintln!("There is no task {other}.\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{task}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
