//! `cargo xtask setup`: packages and models.

use anyhow::{Result, bail};

use crate::models;
use crate::packages::{self, Need, Package, Wanted};
use crate::servers;
use crate::shell::Progress;

pub fn run() -> Result<()> {
    let mut progress = Progress::new(2);
    progress.step("system packages");
    let skipped = system(Wanted::All)?;
    progress.step("models");
    models::ensure()?;
    match skipped.as_slice() {
        [] => println!("Everything is there: `cargo xtask demo` plays, `cargo xtask test` tests."),
        some => println!("Ready to play; tests will skip: {}", some.join(", ")),
    }
    Ok(())
}

/// Sees to the packages; answers which tests have to be skipped and why. What Hark itself needs is an error.
pub fn system(wanted: Wanted) -> Result<Vec<String>> {
    let missing = packages::ensure(wanted);
    let mut skipped_servers = match wanted {
        Wanted::All => servers::ensure(),
        Wanted::Play => Vec::new(),
    };
    if missing.is_empty() {
        return Ok(skipped_servers);
    }
    let needed: Vec<&Package> =
        missing.iter().copied().filter(|package| !matches!(package.need, Need::Test(_))).collect();
    if !needed.is_empty() {
        bail!("Hark needs packages that are not installed; on Debian or Ubuntu run: {}", packages::line(&needed));
    }
    println!("  to test everything, run: {}", packages::line(&missing));
    skipped_servers.extend(missing.iter().filter_map(|package| skipped(package)));
    Ok(skipped_servers)
}

fn skipped(package: &Package) -> Option<String> {
    match package.need {
        Need::Test(what) => Some(format!("{what} ({} missing)", package.debian)),
        Need::Build | Need::Run => None,
    }
}
