//! The recorded scenarios, and whether two runs tell the same.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::demo::{self, Profile};
use crate::shell;

/// A folder for the reports of one run.
pub fn reports(run: &str) -> PathBuf {
    shell::target().join("replay").join(run)
}

/// Replays all scenarios; their reports go to a fresh `folder`. Fails when an expectation does.
pub fn run(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut args = scenarios()?;
    args.extend(["--report".to_owned(), folder.display().to_string()]);
    demo::hark("replay", &args, Profile::Dev)
}

/// Relative to the workspace, in alphabetical order.
fn scenarios() -> Result<Vec<String>> {
    let folder = Path::new("tests/replay");
    let entries = fs::read_dir(shell::root().join(folder)).context("tests/replay is missing")?;
    let mut found: Vec<String> = entries
        .flatten()
        .map(|entry| folder.join(entry.file_name()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.display().to_string())
        .collect();
    found.sort();
    if found.is_empty() {
        bail!("there is no scenario in tests/replay");
    }
    Ok(found)
}

/// The same files with the same lines, but for what was measured on the way.
pub fn compare(a: &Path, b: &Path) -> Result<()> {
    let (names, others) = (names(a)?, names(b)?);
    if names != others {
        bail!("one run wrote {names:?}, the other {others:?}");
    }
    if names.is_empty() {
        bail!("no report was written");
    }
    for name in names {
        let (one, other) = (lines(&a.join(&name))?, lines(&b.join(&name))?);
        let differs = (0..one.len().max(other.len())).find(|&n| one.get(n) != other.get(n));
        if let Some(n) = differs {
            let told = |lines: &[String]| lines.get(n).cloned().unwrap_or_else(|| "(no such line)".to_owned());
            bail!("{name} differs at line {}:\n  first:  {}\n  second: {}", n + 1, told(&one), told(&other));
        }
    }
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names: Vec<String> =
        fs::read_dir(folder)?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// The report's lines; from those that tell what was measured (the summary), that part is left out.
fn lines(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    text.lines().map(without_measured).collect()
}

fn without_measured(line: &str) -> Result<String> {
    if !line.contains("\"measured\"") {
        return Ok(line.to_owned());
    }
    let mut value: Value = serde_json::from_str(line).context("a report line is not JSON")?;
    if let Some(object) = value.as_object_mut() {
        object.remove("measured");
    }
    Ok(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_does_not_count() {
        let line = |rss: u32| format!(r#"{{"event":"summary","t":9,"measured":{{"rss_mb":{rss}}}}}"#);
        assert_eq!(without_measured(&line(1)).unwrap(), without_measured(&line(2)).unwrap());
        assert_ne!(without_measured(&line(1)).unwrap(), without_measured(&line(1).replace("9", "8")).unwrap());
    }
}
