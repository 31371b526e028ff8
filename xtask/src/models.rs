//! `cargo xtask models`: fetches what is missing with the registries' own clients.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use hark::models::{self, Client, Manifest, Model, Source};

use crate::{packages, shell};

/// Takes the models from these files, then fetches what is still missing.
pub fn run(given: &[PathBuf]) -> Result<()> {
    for path in given {
        for added in models::add(path, &folder())? {
            println!("  {} taken from {}", added.title, path.display());
        }
    }
    ensure()
}

/// Every model of this platform is there and whole afterwards.
pub fn ensure() -> Result<()> {
    let folder = folder();
    let manifest = Manifest::pinned()?;
    for (model, status) in manifest.here().zip(models::verify(&folder)?) {
        if !status.is_whole() {
            fetch(model, &folder).with_context(|| format!("the {} is missing", model.title))?;
        }
    }
    println!("  all models are there and whole");
    Ok(())
}

/// As build.rs looks for them.
fn folder() -> PathBuf {
    env::var_os("HARK_MODELS").map_or_else(|| shell::root().join("models"), PathBuf::from)
}

/// Tries each source of a model until one works.
fn fetch(model: &Model, models: &Path) -> Result<()> {
    let downloads = models.join(".downloads");
    fs::create_dir_all(&downloads)?;
    let mut troubles = Vec::new();
    for source in &model.sources {
        match archive(model, source, &downloads).and_then(|path| Ok((models::add(&path, models)?, path))) {
            Ok((_, path)) => {
                fs::remove_file(path)?;
                // Only when nothing else waits in it.
                let _ = fs::remove_dir(&downloads);
                return Ok(());
            }
            Err(trouble) => troubles.push(format!("{trouble:#}")),
        }
    }
    Err(anyhow!(
        "{}.\nOr get the file on another machine ({}) and run `cargo xtask models FILE`",
        troubles.join(". "),
        model.origin()
    ))
}

/// The whole archive: one that an earlier run fetched, else a fresh one.
fn archive(model: &Model, source: &Source, downloads: &Path) -> Result<PathBuf> {
    let path = downloads.join(&source.file);
    if models::sha256(&path).is_ok_and(|sum| sum == source.sha256) {
        return Ok(path);
    }
    let _ = fs::remove_file(&path); // the torso of an interrupted run, if any
    let mut command = match source.client {
        Client::Maven => maven(&source.coordinates, downloads)?,
        Client::Pip => pip(&source.coordinates, downloads)?,
    };
    println!("  fetching {} {} ({} MB)", model.title, model.version, source.size / 1_000_000);
    shell::run_quietly(&mut command)?;
    if !path.is_file() {
        bail!("{} did not come as {}", source.coordinates, source.file);
    }
    Ok(path)
}

fn maven(coordinates: &str, downloads: &Path) -> Result<Command> {
    let program = client(&["mvn"], "maven")?;
    let mut command = Command::new(program);
    command.args(["-q", "-B", "dependency:copy"]);
    command.arg(format!("-Dartifact={coordinates}"));
    command.arg(format!("-DoutputDirectory={}", downloads.display()));
    // Away from the workspace: Maven would look for a pom.xml.
    command.current_dir(downloads);
    Ok(command)
}

fn pip(coordinates: &str, downloads: &Path) -> Result<Command> {
    let program = client(&["pip3", "pip"], "python3-pip")?;
    let mut command = Command::new(program);
    command.args(["download", "-q", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "-d"]);
    command.arg(downloads).arg(coordinates);
    Ok(command)
}

/// A registry's client, installed first where that is allowed.
fn client(names: &[&str], package: &str) -> Result<PathBuf> {
    let find = || names.iter().find_map(|name| shell::program(name));
    if let Some(program) = find() {
        return Ok(program);
    }
    if packages::may_install() {
        println!("  installing {package}");
        packages::install(&[package])?;
    }
    find().ok_or_else(|| anyhow!("{} is not installed (Debian package {package})", names.join(" or ")))
}
