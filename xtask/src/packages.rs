//! System packages: what is missing, and installing it where that is allowed.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::shell;

/// A Debian package Hark or its tests need.
#[derive(Debug)]
pub struct Package {
    pub debian: &'static str,
    probe: Probe,
    pub need: Need,
}

/// How to see that it is there, whoever installed it.
#[derive(Debug)]
enum Probe {
    Program(&'static str),
    /// A library with headers, as pkg-config knows it.
    Library(&'static str),
    /// An ALSA plug-in.
    AlsaPlugin(&'static str),
    /// The library that reads headers for bindings, of any version.
    Libclang,
}

/// What cannot be done without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Hark cannot be built.
    Build,
    /// Hark cannot speak.
    Run,
    /// These tests are skipped.
    Test(&'static str),
}

const PACKAGES: [Package; 12] = [
    Package { debian: "pkg-config", probe: Probe::Program("pkg-config"), need: Need::Build },
    Package { debian: "libasound2-dev", probe: Probe::Library("alsa"), need: Need::Build },
    Package { debian: "espeak-ng", probe: Probe::Program("espeak-ng"), need: Need::Run },
    Package { debian: "dovecot-imapd", probe: Probe::Program("dovecot"), need: Need::Test("live Dovecot") },
    Package { debian: "openssl", probe: Probe::Program("openssl"), need: Need::Test("live Dovecot") },
    Package { debian: "pulseaudio", probe: Probe::Program("pulseaudio"), need: Need::Test("live sound") },
    Package { debian: "pulseaudio-utils", probe: Probe::Program("paplay"), need: Need::Test("live sound") },
    Package { debian: "libasound2-plugins", probe: Probe::AlsaPlugin("pulse"), need: Need::Test("live sound") },
    Package { debian: "alsa-utils", probe: Probe::Program("aplay"), need: Need::Test("live sound") },
    Package { debian: "libspeechd-dev", probe: Probe::Library("speech-dispatcher"), need: Need::Test("system voice") },
    Package { debian: "libclang-dev", probe: Probe::Libclang, need: Need::Test("system voice") },
    Package {
        debian: "speech-dispatcher-espeak-ng",
        probe: Probe::Program("speech-dispatcher"),
        need: Need::Test("system voice"),
    },
];

/// Which needs to satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// To build and play.
    Play,
    /// The tests' servers too.
    All,
}

/// Installs what is missing if this is root on a Debian; answers what is still missing.
pub fn ensure(wanted: Wanted) -> Vec<&'static Package> {
    let missing = missing(wanted);
    if missing.is_empty() || !may_install() {
        return missing;
    }
    let names = names(&missing);
    println!("  installing {}", names.join(" "));
    if let Err(error) = install(&names) {
        println!("  {error:#}");
    }
    self::missing(wanted)
}

/// Installs packages; without fresh package lists, fetches those and tries again.
pub fn install(names: &[&str]) -> Result<()> {
    let apt =
        |args: &[&str]| shell::run_quietly(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(args));
    let args = [&["install", "-y", "-qq", "--no-install-recommends"], names].concat();
    if apt(&args).is_err() {
        apt(&["update", "-qq"])?;
        apt(&args)?;
    }
    Ok(())
}

/// True for root on a system with apt-get.
pub fn may_install() -> bool {
    let root = shell::run_quietly(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    root && shell::program("apt-get").is_some()
}

/// The line somebody who may install packages would type.
pub fn line(missing: &[&Package]) -> String {
    let sudo = if may_install() { "" } else { "sudo " };
    format!("{sudo}apt-get install --no-install-recommends {}", names(missing).join(" "))
}

/// Whether the feature `system-voice` can be built.
pub fn system_voice_builds() -> bool {
    !cfg!(target_os = "linux") || (Probe::Library("speech-dispatcher").is_there() && Probe::Libclang.is_there())
}

fn names(packages: &[&Package]) -> Vec<&'static str> {
    packages.iter().map(|package| package.debian).collect()
}

fn missing(wanted: Wanted) -> Vec<&'static Package> {
    PACKAGES.iter().filter(|package| package.is_wanted(wanted) && !package.is_there()).collect()
}

impl Package {
    fn is_wanted(&self, wanted: Wanted) -> bool {
        let here = cfg!(target_os = "linux") || self.need == Need::Run;
        let now = match self.need {
            Need::Build | Need::Run => true,
            Need::Test(_) => wanted == Wanted::All,
        };
        here && now
    }

    fn is_there(&self) -> bool {
        self.probe.is_there()
    }
}

impl Probe {
    fn is_there(&self) -> bool {
        match *self {
            Probe::Program(name) => shell::program(name).is_some(),
            Probe::Library(name) => shell::run_quietly(Command::new("pkg-config").args(["--exists", name])).is_ok(),
            Probe::AlsaPlugin(name) => {
                let file = format!("alsa-lib/libasound_module_pcm_{name}.so");
                libraries().any(|folder| folder.join(&file).is_file())
            }
            Probe::Libclang => libraries().flat_map(|folder| [folder.join("lib"), folder]).any(|folder| {
                let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
                names.map(|name| name.to_string_lossy().into_owned()).any(|name| {
                    (name.starts_with("libclang.so") || name.starts_with("libclang-"))
                        && !name.starts_with("libclang-cpp")
                })
            }),
        }
    }
}

/// Folders of libraries, and those of LLVM's versions.
fn libraries() -> impl Iterator<Item = PathBuf> {
    let below = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    below.chain(["/usr/lib64".into(), "/usr/lib".into()])
}
