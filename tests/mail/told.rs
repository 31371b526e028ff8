//! docs/how-mail-is-spoken.md: its examples are what the code says. `UPDATE_EXPECT=1 cargo test` rewrites them.

use std::path::Path;

use hark::mail::{ParseContext, parse};
use hark::script::{AmbiguousSender, Fate, Script, ScriptContext, Tongue, Verbosity, json};

use super::gauge::folder;

/// One line a spoken line; what is skipped in brackets, with its reason.
fn shown(name: &str) -> String {
    let raw = std::fs::read(folder().join(name).with_extension("eml")).unwrap_or_else(|_| panic!("no mail {name}"));
    let message = parse(&raw, &ParseContext::default()).expect("a mail");
    let context = ScriptContext {
        now: "2026-03-02T10:00:00+01:00".parse().expect("a time"),
        zone: jiff::tz::TimeZone::fixed(jiff::tz::offset(1)),
        verbosity: Verbosity::Normal,
        place_in_conversation: 1,
        ambiguous_sender: AmbiguousSender::Clear,
        tongue: Tongue::Unspoken,
    };
    let script = Script::of(&message, &context);
    let mut out = String::new();
    for segment in &script.segments {
        let role = json::role(segment.role);
        match &segment.fate {
            Fate::Spoken(lines) => {
                for line in lines {
                    out += &format!("{role:>10}  {}\n", line.say);
                }
            }
            Fate::Skipped { text, reason } => {
                let first: String = text.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
                out += &format!("{role:>10}  [skipped, {reason}: {first} ...]\n");
            }
        }
    }
    out
}

#[test]
fn the_examples_of_the_page_are_what_is_spoken() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/how-mail-is-spoken.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let mut fresh = String::new();
    let mut rest = page.as_str();
    let mut examples = 0;
    while let Some(at) = rest.find("<!-- spoken: ") {
        let (before, tail) = rest.split_at(at);
        let end = tail.find("-->").expect("the end of the mark") + 3;
        let mark = &tail[..end];
        let name = mark.trim_start_matches("<!-- spoken: ").trim_end_matches("-->").trim();
        let after = &tail[end..];
        let close = after.find("\n```\n").map_or(0, |at| at + 5);
        fresh += before;
        fresh += mark;
        fresh += &format!("\n```text\n{}```\n", shown(name));
        rest = &after[close..];
        examples += 1;
    }
    fresh += rest;
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &fresh).expect("the page can be written");
    } else {
        assert_eq!(page, fresh, "UPDATE_EXPECT=1 rewrites the examples");
    }
    assert!(examples >= 8, "{examples} examples");
}
