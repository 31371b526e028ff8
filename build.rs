//! Finds the recogniser library for the feature `hearing`, so that neither build nor finished binary needs an environment variable.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=HARK_MODELS");
    if env::var_os("CARGO_FEATURE_HEARING").is_none() {
        return;
    }
    let name = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => "libvosk.dylib",
        Ok("windows") => "libvosk.dll",
        _ => "libvosk.so",
    };
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let models = env::var_os("HARK_MODELS").map_or_else(|| manifest.join("models"), PathBuf::from);
    let folder = models.join("lib");
    println!("cargo:rerun-if-changed={}", folder.join(name).display());
    if !folder.join(name).is_file() {
        println!(
            "cargo::error=The speech recogniser library ({name}) is missing: run `cargo xtask models` once, then build again."
        );
        return;
    }
    println!("cargo:rustc-link-search=native={}", folder.display());
    // Beside the binary, and one folder up for tests and examples. Windows looks beside the binary by itself.
    let origin = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("windows") => None,
        Ok("macos") => Some("@loader_path"),
        _ => Some("$ORIGIN"),
    };
    if let Some(origin) = origin {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{origin}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{origin}/..");
    }
    if let Err(error) = place_beside_binaries(&folder.join(name), name) {
        println!("cargo:warning=The speech recogniser library could not be copied beside the binary: {error}");
    }
}

/// OUT_DIR is target/<profile>/build/<package>/out: the binaries live three folders up.
fn place_beside_binaries(library: &Path, name: &str) -> std::io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    if let Some(profile) = out.ancestors().nth(3) {
        let target = profile.join(name);
        if !same_length(library, &target) {
            fs::copy(library, target)?;
        }
    }
    Ok(())
}

fn same_length(a: &Path, b: &Path) -> bool {
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a), Ok(b)) => a.len() == b.len(),
        _ => false,
    }
}
