//! The command line. `anyhow` lives only here and below `cli`: an error is one plain sentence with what to do.

use std::process::ExitCode;

fn main() -> ExitCode {
    match hark::cli::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hark: {error:#}");
            ExitCode::from(1)
        }
    }
}
