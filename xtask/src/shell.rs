//! Running programs, and telling what is going on.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    xtask.and_then(|folder| folder.parent().map(Path::to_owned)).unwrap_or_else(|| ".".into())
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program of the search path.
pub fn program(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    // Servers live in sbin, which is not on everybody's path.
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(&name)).find(|file| file.is_file())
}

/// A cargo command in the workspace, with the cargo that runs this.
pub fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// Runs with its output shown.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{} could not be started", line(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs with its output hidden; when it fails the last lines are part of the error.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("{} could not be started", line(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(6)..).unwrap_or_default().join("\n  ");
    bail!("`{}` failed ({}):\n  {last}", line(command), output.status)
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    match words.split_first() {
        // The path of cargo or pip itself says nothing.
        Some((first, rest)) => {
            let name = Path::new(first.as_ref()).file_name().map_or(first.clone(), |name| name.to_string_lossy());
            std::iter::once(&name).chain(rest).map(AsRef::as_ref).collect::<Vec<&str>>().join(" ")
        }
        None => String::new(),
    }
}

/// Counts the steps of a task aloud: "[3/9] clippy".
pub struct Progress {
    done: usize,
    of: usize,
}

impl Progress {
    pub fn new(of: usize) -> Progress {
        Progress { done: 0, of }
    }

    pub fn step(&mut self, what: &str) {
        self.done += 1;
        println!("[{}/{}] {what}", self.done, self.of);
    }
}
