//! How well mails are read, against gold: each `NAME.eml` in tests/mail/gold has a `NAME.json` beside it that says what
//! a listener should get. Used by the test of the goals and by `examples/mail_figures.rs`.
//!
//! The measure is taken from outside: from what `hark speak --json` prints, not from the parser's own blocks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hark::mail::{ParseContext, parse};
use hark::script::json::SpokenMail;
use hark::script::{AmbiguousSender, Script, ScriptContext, Tongue, Verbosity};
use serde::Deserialize;
use serde_json::Value;

/// What a listener should get of one mail.
#[derive(Debug, Deserialize)]
pub struct Gold {
    pub kind: String,
    pub language: Option<String>,
    pub protection: Option<GoldProtection>,
    pub attachments: Vec<String>,
    /// RFC 3339 in UTC; empty when it does not matter.
    pub date: String,
    /// Texts that must be spoken, in order.
    pub new: Vec<String>,
    /// Texts that must not be spoken.
    pub not: Vec<String>,
    /// Texts of which either is right: a closing and a name, say.
    #[serde(default)]
    pub may: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct GoldProtection {
    pub kind: String,
    pub readable: bool,
}

/// One mail measured.
#[derive(Debug, Default)]
pub struct Score {
    pub name: String,
    pub words: usize,
    pub spoken: usize,
    /// Words of new text that are not spoken.
    pub lost: Vec<String>,
    /// Words spoken that are not new text.
    pub leaked: Vec<String>,
    /// Everything else that is wrong, in words.
    pub faults: Vec<String>,
    pub kind: (String, String),
    pub language: (Option<String>, Option<String>),
    pub protection: (Option<String>, Option<String>),
}

impl Score {
    pub fn is_right(&self) -> bool {
        self.lost.is_empty() && self.leaked.is_empty() && self.faults.is_empty()
    }
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/gold")
}

/// Every mail with its gold, by name.
pub fn mails(folder: &Path) -> BTreeMap<String, (Vec<u8>, Gold)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the gold folder").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|end| end != "eml") {
            continue;
        }
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let gold = std::fs::read_to_string(path.with_extension("json")).expect("gold beside every mail");
        let gold = serde_json::from_str(&gold).unwrap_or_else(|error| panic!("{name}.json: {error}"));
        found.insert(name, (std::fs::read(&path).expect("a mail"), gold));
    }
    found
}

/// What `hark speak --json` prints for the mail.
pub fn spoken(raw: &[u8]) -> Value {
    let Ok(message) = parse(raw, &ParseContext::default()) else { return Value::Null };
    let context = ScriptContext {
        now: "2026-03-02T10:00:00Z".parse().expect("a time"),
        zone: jiff::tz::TimeZone::UTC,
        verbosity: Verbosity::Normal,
        place_in_conversation: 1,
        ambiguous_sender: AmbiguousSender::Clear,
        tongue: Tongue::Unspoken,
    };
    let script = Script::of(&message, &context);
    serde_json::to_value(SpokenMail::of("mail", &message, &script)).expect("JSON")
}

pub fn score(name: &str, raw: &[u8], gold: &Gold) -> Score {
    let told = spoken(raw);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut score = Score { name: name.to_owned(), ..Score::default() };
    score.kind = (gold.kind.clone(), text(&told["kind"]).unwrap_or_default());
    score.language = (gold.language.clone(), text(&told["language"]));
    score.protection = (gold.protection.as_ref().map(|p| p.kind.clone()), text(&told["protection"]["kind"]));
    compare(&mut score.faults, "kind", &score.kind.0, &score.kind.1);
    compare(&mut score.faults, "language", &score.language.0, &score.language.1);
    compare(&mut score.faults, "protection", &score.protection.0, &score.protection.1);
    if let Some(protection) = &gold.protection {
        let readable = told["protection"]["readable"].as_bool().unwrap_or(true);
        compare(&mut score.faults, "readable", &protection.readable, &readable);
    }
    let names: Vec<String> =
        told["attachments"].as_array().into_iter().flatten().filter_map(|a| text(&a["name"])).collect();
    compare(&mut score.faults, "attachments", &gold.attachments, &names);
    if !gold.date.is_empty() {
        compare(&mut score.faults, "date", &gold.date, &text(&told["date"]).unwrap_or_default());
    }
    measure_text(&mut score, &told, gold);
    score
}

fn compare<T: PartialEq + std::fmt::Debug>(faults: &mut Vec<String>, what: &str, gold: &T, told: &T) {
    if gold != told {
        faults.push(format!("{what}: {told:?}, not {gold:?}"));
    }
}

fn measure_text(score: &mut Score, told: &Value, gold: &Gold) {
    let segments = told["segments"].as_array().cloned().unwrap_or_default();
    let said = |segment: &&Value| segment["spoken"].as_bool() == Some(true);
    let content: Vec<&str> = segments
        .iter()
        .filter(said)
        .filter(|s| !matches!(s["role"].as_str(), Some("announce" | "gate" | "attachment")))
        .filter_map(|s| s["text"].as_str())
        .filter(|text| !is_prompt(text))
        .collect();
    let content = content.iter().map(|text| without_prompt(text)).collect::<Vec<_>>();
    let content = words(&content.join("\n"));
    let new = words(&gold.new.join("\n"));
    let (lost, extra) = difference(&new, &content);
    let allowed: Vec<String> = words(&gold.may.join("\n"));
    score.words = new.len();
    score.spoken = content.len();
    score.lost = lost;
    score.leaked = extra.into_iter().filter(|word| !allowed.contains(word)).collect();
    let all = content.clone();
    for not in gold.not.iter().filter(|not| !not.trim().is_empty()) {
        let not_words = words(not);
        if !not_words.is_empty() && all.windows(not_words.len()).any(|w| w == not_words) {
            score.faults.push(format!("spoken: {not:?}"));
        }
    }
}

/// What the program says of its own.
fn is_prompt(text: &str) -> bool {
    [
        "Table, ",
        "A block of code, ",
        "Forwarded from ",
        "This message is in ",
        "This message has no text",
        "This is a picture",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

/// A table's first words and its rows are one segment.
fn without_prompt(text: &str) -> &str {
    text
}

/// Lower-case words; each sign of a script without blanks is a word.
pub fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let alone = (0x2e80..0xac00).contains(&u32::from(c));
        if c.is_alphanumeric() && !alone {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if alone && c.is_alphanumeric() {
            out.push(c.to_string());
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// Words of `gold` that are not in `told`, and the other way round, by the longest common subsequence.
fn difference(gold: &[String], told: &[String]) -> (Vec<String>, Vec<String>) {
    let width = told.len() + 1;
    let mut table = vec![0u32; (gold.len() + 1) * width];
    for (i, word) in gold.iter().enumerate().rev() {
        for (j, other) in told.iter().enumerate().rev() {
            table[i * width + j] = if word == other {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut lost, mut extra) = (Vec::new(), Vec::new());
    while i < gold.len() && j < told.len() {
        if gold[i] == told[j] {
            (i, j) = (i + 1, j + 1);
        } else if table[(i + 1) * width + j] >= table[i * width + j + 1] {
            lost.push(gold[i].clone());
            i += 1;
        } else {
            extra.push(told[j].clone());
            j += 1;
        }
    }
    lost.extend_from_slice(&gold[i..]);
    extra.extend_from_slice(&told[j..]);
    (lost, extra)
}
