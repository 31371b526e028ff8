//! Models from archives, folders and single files; damage; hostile archives.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::check::{self, Health, sha256};
use super::install::{Outcome, add_from};
use super::manifest::{Client, LicenceStatus, Manifest, Model, NeededFor, PinnedFile, Source, Take};
use super::{ModelsError, archive};

const GRAPH: &[u8] = b"a graph of ten thousand arcs";
const NOTE: &[u8] = b"read me";

/// A scratch world: an archive `toy.aar` with a model in `in/`, the manifest that pins it, an empty models folder.
struct World {
    root: TempDir,
    manifest: Manifest,
}

impl World {
    fn new() -> World {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("toy.aar");
        zip_of(&path, &[("in/graph/big.fst", GRAPH), ("in/README", NOTE), ("other", b"not wanted")]);
        let source = Source {
            client: Client::Maven,
            coordinates: "org.example:toy:1:aar".into(),
            file: "toy.aar".into(),
            size: fs::metadata(&path).unwrap().len(),
            sha256: sha256(&path).unwrap(),
            take: vec![Take { from: "in/".into(), to: String::new() }],
        };
        let model = Model {
            name: "toy".into(),
            title: "toy model".into(),
            version: "1".into(),
            licence: "MIT".into(),
            status: LicenceStatus::Clear,
            needed_for: NeededFor::Hearing,
            folder: "toy".into(),
            platforms: vec![],
            sources: vec![source],
            files: vec![pinned(&root, "graph/big.fst", GRAPH), pinned(&root, "README", NOTE)],
        };
        World { root, manifest: Manifest { models: vec![model] } }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn add(&self, given: &str) -> Result<Outcome, ModelsError> {
        let added = add_from(&self.manifest, &self.path(given), &self.path("models"))?;
        Ok(added[0].outcome)
    }

    fn model(&self) -> &Model {
        &self.manifest.models[0]
    }

    fn health(&self) -> Health {
        check::by_checksum(self.model(), &self.path("models")).health
    }

    /// Everything in the models folder but the lock.
    fn left_over(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("models")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).filter(|name| name != ".lock").collect()
    }
}

fn pinned(root: &TempDir, path: &str, bytes: &[u8]) -> PinnedFile {
    let scratch = root.path().join("scratch");
    fs::write(&scratch, bytes).unwrap();
    PinnedFile { path: path.into(), size: bytes.len() as u64, sha256: sha256(&scratch).unwrap() }
}

fn zip_of(path: &Path, entries: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn the_pinned_manifest_reads_and_covers_the_common_platforms() {
    let manifest = Manifest::pinned().unwrap();
    for platform in ["linux-x86_64", "linux-aarch64", "macos-aarch64", "macos-x86_64", "windows-x86_64"] {
        let folders: Vec<_> = manifest.models.iter().filter(|m| m.fits(platform)).map(|m| m.folder.as_str()).collect();
        assert_eq!(folders, ["vosk-model-en", "lib", "joe"], "{platform}");
    }
    for model in &manifest.models {
        assert!(
            model.sources.iter().all(|source| source.sha256.len() == 64 && !source.take.is_empty()),
            "{}",
            model.name
        );
        assert!(model.files.iter().all(|file| file.sha256.len() == 64), "{}", model.name);
    }
}

#[test]
fn the_manifest_names_no_host() {
    assert!(!include_str!("../../models/manifest.toml").contains("://"));
}

#[test]
fn the_voice_is_marked_unclear() {
    let manifest = Manifest::pinned().unwrap();
    let voice = manifest.models.iter().find(|model| model.needed_for == NeededFor::Voice).unwrap();
    assert_eq!(voice.status, LicenceStatus::Unclear);
}

#[test]
fn an_archive_is_unpacked_and_found_whole() {
    let world = World::new();
    assert_eq!(world.health(), Health::Missing);
    assert_eq!(world.add("toy.aar").unwrap(), Outcome::Installed);
    assert_eq!(world.health(), Health::Whole);
    assert_eq!(fs::read(world.path("models/toy/graph/big.fst")).unwrap(), GRAPH);
    assert_eq!(world.left_over(), ["toy"]);
}

#[test]
fn adding_again_keeps_what_is_there() {
    let world = World::new();
    world.add("toy.aar").unwrap();
    assert_eq!(world.add("toy.aar").unwrap(), Outcome::WasThere);
}

#[test]
fn damage_of_equal_size_is_found_by_checksum_only_and_mended() {
    let world = World::new();
    world.add("toy.aar").unwrap();
    let mut bytes = GRAPH.to_vec();
    bytes[5] ^= 1;
    fs::write(world.path("models/toy/graph/big.fst"), bytes).unwrap();
    assert!(check::by_size(world.model(), &world.path("models")).is_whole());
    let damaged = Health::Damaged { file: "graph/big.fst".into(), what: "wrong checksum".into() };
    assert_eq!(world.health(), damaged);
    assert_eq!(world.add("toy.aar").unwrap(), Outcome::Installed);
    assert_eq!(world.health(), Health::Whole);
}

#[test]
fn truncation_is_found_by_size() {
    let world = World::new();
    world.add("toy.aar").unwrap();
    fs::write(world.path("models/toy/graph/big.fst"), b"a graph").unwrap();
    assert!(!check::by_size(world.model(), &world.path("models")).is_whole());
}

#[test]
fn a_truncated_archive_is_refused_and_leaves_nothing() {
    let world = World::new();
    let bytes = fs::read(world.path("toy.aar")).unwrap();
    fs::write(world.path("toy.aar"), &bytes[..bytes.len() - 9]).unwrap();
    let error = world.add("toy.aar").unwrap_err();
    assert!(matches!(error, ModelsError::WrongChecksum { .. }), "{error}");
    assert!(error.to_string().contains("org.example:toy:1:aar"), "{error}");
    assert!(world.left_over().is_empty());
}

#[test]
fn a_stranger_is_refused_by_name_of_what_is_known() {
    let world = World::new();
    fs::write(world.path("holiday.zip"), b"sun").unwrap();
    let error = world.add("holiday.zip").unwrap_err().to_string();
    assert!(error.contains("is not a model that Hark knows; it takes toy.aar"), "{error}");
    assert!(matches!(world.add("nowhere").unwrap_err(), ModelsError::NotFound(_)));
}

#[test]
fn a_folder_of_archives_and_a_models_folder_are_both_taken() {
    let world = World::new();
    fs::create_dir(world.path("stick")).unwrap();
    fs::copy(world.path("toy.aar"), world.path("stick/toy.aar")).unwrap();
    assert_eq!(world.add("stick").unwrap(), Outcome::Installed);
    fs::rename(world.path("models"), world.path("elsewhere")).unwrap();
    assert_eq!(world.add("elsewhere").unwrap(), Outcome::Installed);
    fs::rename(world.path("models"), world.path("again")).unwrap();
    assert_eq!(world.add("again/toy").unwrap(), Outcome::Installed);
    fs::create_dir(world.path("empty")).unwrap();
    assert!(matches!(world.add("empty").unwrap_err(), ModelsError::Unknown { .. }));
}

#[test]
fn a_damaged_folder_is_refused_and_leaves_nothing() {
    let world = World::new();
    world.add("toy.aar").unwrap();
    fs::rename(world.path("models"), world.path("bad")).unwrap();
    fs::write(world.path("bad/toy/README"), b"").unwrap();
    let error = world.add("bad").unwrap_err();
    assert!(matches!(error, ModelsError::Damaged { .. }), "{error}");
    assert!(world.left_over().is_empty());
}

#[test]
fn leavings_of_an_interrupted_run_are_cleared_away() {
    let world = World::new();
    fs::create_dir_all(world.path("models/.toy.partial/graph")).unwrap();
    fs::write(world.path("models/.toy.partial/graph/big.fst"), b"half").unwrap();
    world.add("toy.aar").unwrap();
    assert_eq!(world.left_over(), ["toy"]);
}

#[test]
fn two_at_a_time_are_told_so() {
    let world = World::new();
    fs::create_dir(world.path("models")).unwrap();
    let lock = File::create(world.path("models/.lock")).unwrap();
    lock.try_lock().unwrap();
    assert!(matches!(world.add("toy.aar").unwrap_err(), ModelsError::Busy(_)));
}

#[test]
fn entries_that_lead_out_of_the_folder_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let take = [Take { from: "in/".into(), to: String::new() }];
    for name in ["in/../../evil", "in//etc/evil", "in/a\\..\\evil", "in/c:evil", "in/"] {
        let (path, folder) = (root.path().join("evil.zip"), root.path().join("out"));
        zip_of(&path, &[(name, b"x")]);
        fs::create_dir_all(&folder).unwrap();
        let outcome = archive::unpack(&path, &take, &folder);
        assert!(fs::read_dir(&folder).unwrap().next().is_none(), "{name}");
        assert!(!root.path().join("evil").exists(), "{name}");
        assert!(outcome.is_err() || name.ends_with('/'), "{name}");
    }
}

#[test]
fn an_archive_of_too_many_entries_or_no_archive_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("many.zip");
    let names: Vec<_> = (0..1_001).map(|n| format!("in/{n}")).collect();
    zip_of(&path, &names.iter().map(|name| (name.as_str(), b"".as_slice())).collect::<Vec<_>>());
    assert!(matches!(archive::unpack(&path, &[], root.path()), Err(ModelsError::BadArchive { .. })));
    fs::write(&path, b"PK\x03\x04 and nothing more").unwrap();
    assert!(matches!(archive::unpack(&path, &[], root.path()), Err(ModelsError::BadArchive { .. })));
}
