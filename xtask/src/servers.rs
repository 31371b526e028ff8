//! Mail servers for tests, unpacked and never installed: their packages exclude each other.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// A server, and the packages it is made of; the libraries are those that few machines have.
const SERVERS: [(&str, &[&str]); 2] = [
    ("cyrus", &["cyrus-imapd", "cyrus-common", "sasl2-bin", "libical3", "libpcre3", "libxapian30"]),
    ("courier", &["courier-imap", "courier-base", "courier-authlib", "libgamin0", "libcourier-unicode4", "libidn12"]),
];

/// Fetches and unpacks what is not there yet; answers which tests have to be skipped and why.
pub fn ensure() -> Vec<String> {
    let mut skipped = Vec::new();
    for (name, packages) in SERVERS {
        let folder = shell::target().join("servers").join(name);
        if folder.join("complete").is_file() {
            continue;
        }
        println!("  unpacking {name}");
        if let Err(error) = unpack(name, packages) {
            skipped.push(format!("live {name} ({error:#})"));
        }
    }
    skipped
}

fn unpack(name: &str, packages: &[&str]) -> Result<()> {
    if shell::program("apt-get").is_none() || shell::program("dpkg").is_none() {
        bail!("needs apt-get and dpkg");
    }
    let folder = shell::target().join("servers").join(name);
    let debs = folder.join("debs");
    fs::create_dir_all(&debs)?;
    let download = || shell::run_quietly(Command::new("apt-get").arg("download").args(packages).current_dir(&debs));
    if download().is_err() {
        // Fresh package lists need rights; without them the second try fails as the first did.
        let _ = shell::run_quietly(Command::new("apt-get").args(["update", "-qq"]));
        download()?;
    }
    for entry in fs::read_dir(&debs)? {
        let deb = entry?.path();
        shell::run_quietly(Command::new("dpkg").arg("-x").arg(&deb).arg(&folder))
            .with_context(|| deb.display().to_string())?;
    }
    fs::remove_dir_all(&debs)?;
    fs::write(folder.join("complete"), "")?;
    Ok(())
}
