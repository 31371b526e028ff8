//! Golden conversations: `tests/talk/*.talk` say what happens, what is said and done stands below. `UPDATE_EXPECT=1` rewrites them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may")]

#[path = "talk/house.rs"]
mod house;
#[path = "talk/script.rs"]
mod script;

use std::path::{Path, PathBuf};

fn conversations() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/talk");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|ext| ext == "talk")).collect();
    found.sort();
    found
}

#[test]
fn conversations_go_as_written() {
    let mut wrong = Vec::new();
    let only = std::env::var("TALK").unwrap_or_default();
    for path in conversations() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains(&only) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (told, expected) = script::split(&text);
        let happened = script::Talk::parse(&name, told).play();
        if happened.trim() == expected.trim() {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, format!("{}\n{}\n{}", told.trim_end(), script::RULE, happened)).unwrap();
        } else {
            wrong.push(format!("{name}:\n{}", script::difference(expected, &happened)));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECT=1 rewrites them\n{}", wrong.join("\n"));
}

#[test]
fn a_conversation_goes_the_same_way_twice() {
    for path in conversations() {
        let text = std::fs::read_to_string(&path).unwrap();
        let (told, _) = script::split(&text);
        let talk = script::Talk::parse("twice", told);
        assert_eq!(talk.play(), talk.play(), "{}", path.display());
    }
}

#[test]
fn there_are_enough_conversations() {
    assert!(conversations().len() >= 24, "{}", conversations().len());
}
