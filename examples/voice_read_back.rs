//! Reads back what is synthesised: every row of the normalisation table (tests.rs, cases.rs and ordinary.rs of src/script/normal) and every prompt
//! (assets/prompts.en.toml) is spoken and written down by free decoding. Word error rate a row, and the worst texts; beside it
//! the share of sounds that differ, for a recogniser that spells "docks" for "docs" has heard right.
//! `cargo run --example voice_read_back --no-default-features --features voice,hearing -- [VOICE] [CASES A ROW or FILE OF TEXTS] [LOG]`
//! What the log holds already is not spoken again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/listener.rs"]
mod listener;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use hark::ports::Synthesiser;
use hark::script::{Hints, speakable};
use hark::voice::{Noise, VoiceOptions, open_voice};
use listener::{Listener, distance, plain};

/// Where the rows of the normalisation table stand.
const TABLES: [&str; 3] = ["src/script/normal/tests.rs", "src/script/normal/cases.rs", "src/script/normal/ordinary.rs"];

/// Words for the braces of prompts.
const FILLED: [(&str, &str); 14] = [
    ("{count}", "twelve"),
    ("{time}", "about six minutes"),
    ("{name}", "Maria"),
    ("{names}", "Maria and Peter"),
    ("{first}", "Maria"),
    ("{last}", "Peter"),
    ("{folder}", "travel"),
    ("{reason}", "there is no network"),
    ("{verb}", "archive"),
    ("{message}", "Maria's message"),
    ("{address}", "maria at example dot com"),
    ("{when}", "yesterday at nine ten"),
    ("{subject}", "The garden party"),
    ("{language}", "German"),
];

struct Heard {
    said: String,
    heard: String,
    wrong: usize,
    words: usize,
    /// Sounds that differ, by the phonemes of what was said and what was written down: a word spelled otherwise has none.
    sounds_wrong: usize,
    sounds: usize,
}

fn main() {
    let name = env::args().nth(1).unwrap_or_else(|| "joe".to_owned());
    let what = env::args().nth(2).unwrap_or_else(|| "3".to_owned());
    let mut log = Log::open(env::args().nth(3).as_deref());
    let options = VoiceOptions { noise: Noise::None, ..VoiceOptions::default() };
    let mut voice = match open_voice(&name, Path::new("models"), options) {
        Ok(voice) => voice,
        Err(error) => return println!("{error}"),
    };
    let Some(listener) = Listener::open() else { return println!("no recogniser model") };
    let rows = match (what.parse(), fs::read_to_string(&what)) {
        (Ok(cases), _) => [normalisation(cases), prompts()].concat(),
        (Err(_), Ok(texts)) => vec![(what, texts.lines().map(str::to_owned).collect())],
        (Err(_), Err(error)) => return println!("{what}: {error}"),
    };
    println!("| row | texts | words | wrong | share | sounds wrong | an example |\n|---|---|---|---|---|---|---|");
    let mut all = Vec::new();
    for (row, texts) in rows {
        let heard: Vec<Heard> =
            texts.iter().map(|text| log.or_read_back(text, || write_down(voice.as_mut(), &listener, text))).collect();
        tell(&row, &heard);
        all.extend(heard);
    }
    tell("all", &all);
    all.sort_by_key(|heard| std::cmp::Reverse(heard.wrong * 1000 / heard.words.max(1)));
    println!("\n| said | heard | wrong |\n|---|---|---|");
    for worst in all.iter().take(40).filter(|heard| heard.wrong > 0) {
        println!("| {} | {} | {} of {} |", worst.said, worst.heard, worst.wrong, worst.words);
    }
}

fn write_down(voice: &mut dyn Synthesiser, listener: &Listener, said: &str) -> String {
    listener.write_down(&voice.synthesise(said, 1.0).unwrap_or_default()).join(" ")
}

/// What was heard already: a run that was broken off goes on where it was.
struct Log {
    known: BTreeMap<String, String>,
    file: Option<fs::File>,
}

impl Log {
    /// Lines of the words said, a tab, and the words heard.
    fn open(path: Option<&str>) -> Log {
        let text = path.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        let pairs = text.lines().filter_map(|line| line.split_once('\t'));
        let known = pairs.map(|(said, heard)| (said.to_owned(), heard.to_owned())).collect();
        let file = path.and_then(|path| fs::OpenOptions::new().create(true).append(true).open(path).ok());
        Log { known, file }
    }

    fn or_read_back(&mut self, said: &str, read_back: impl FnOnce() -> String) -> Heard {
        let wanted = plain(said);
        let heard = match self.known.get(&wanted.join(" ")) {
            Some(heard) => heard.clone(),
            None => {
                let heard = read_back();
                if let Some(file) = &mut self.file {
                    let _ = writeln!(file, "{}\t{heard}", wanted.join(" "));
                }
                heard
            }
        };
        let words = plain(&heard);
        let wrong = distance(&wanted, &words);
        let (wanted_sounds, sounds) = (sounds(&wanted), sounds(&words));
        Heard {
            said: said.to_owned(),
            heard,
            wrong,
            words: wanted.len(),
            sounds_wrong: if wrong == 0 { 0 } else { distance(&wanted_sounds, &sounds) },
            sounds: wanted_sounds.len(),
        }
    }
}

/// Phonemes of words, without stress and blanks.
fn sounds(words: &[String]) -> Vec<String> {
    let output = Command::new("espeak-ng").args(["-q", "--ipa", "-v", "en-us", "--"]).arg(words.join(" ")).output();
    let ipa = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    ipa.chars().filter(|c| c.is_alphabetic() && !"ˈˌː".contains(*c)).map(String::from).collect()
}

fn tell(row: &str, heard: &[Heard]) {
    let sum = |of: fn(&Heard) -> usize| heard.iter().map(of).sum::<usize>();
    let (wrong, words) = (sum(|one| one.wrong), sum(|one| one.words));
    let share = |part: usize, whole: usize| part as f64 * 100.0 / whole.max(1) as f64;
    let worst = heard.iter().max_by_key(|one| one.wrong).filter(|one| one.wrong > 0);
    let example = worst.map_or(String::new(), |one| format!("\"{}\" heard as \"{}\"", one.said, one.heard));
    println!(
        "| {row} | {} | {words} | {wrong} | {:.0} % | {:.0} % | {example} |",
        heard.len(),
        share(wrong, words),
        share(sum(|one| one.sounds_wrong), sum(|one| one.sounds)),
    );
}

/// The first cases of every test of the table, as they are said.
fn normalisation(cases: usize) -> Vec<(String, Vec<String>)> {
    let source: String = TABLES.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    let mut rows = Vec::new();
    for test in source.split("#[test]").skip(1) {
        let Some((name, body)) = test.split_once("fn ").and_then(|(_, rest)| rest.split_once("()")) else { continue };
        let texts: Vec<String> = body
            .lines()
            .filter_map(|line| first_string(line.trim_start().strip_prefix('(')?))
            .map(|text| speakable(&text, &Hints::default()))
            .filter(|said| said.chars().any(char::is_alphanumeric))
            .take(cases)
            .collect();
        if !texts.is_empty() {
            rows.push((name.replace('_', " "), texts));
        }
    }
    rows
}

/// The Rust string at the start of `source`.
fn first_string(source: &str) -> Option<String> {
    let rest = source.strip_prefix('"')?;
    let mut end = 0;
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            '"' if !escaped => {
                end = at;
                break;
            }
            _ => escaped = c == '\\' && !escaped,
        }
    }
    let inside = rest.get(..end)?;
    Some(inside.replace("\\n", "\n").replace("\\\"", "\"").replace("\\t", "\t"))
}

/// Every prompt by its section, with its braces filled.
fn prompts() -> Vec<(String, Vec<String>)> {
    let source = fs::read_to_string("assets/prompts.en.toml").unwrap_or_default();
    let table: toml::Table = source.parse().unwrap_or_default();
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    collect("prompts", &table, &mut rows);
    rows.into_iter().collect()
}

fn collect(section: &str, table: &toml::Table, rows: &mut BTreeMap<String, Vec<String>>) {
    for (key, value) in table {
        match value {
            toml::Value::String(prompt) => {
                let filled = FILLED.iter().fold(prompt.clone(), |text, (brace, words)| text.replace(brace, words));
                rows.entry(section.to_owned()).or_default().push(filled);
            }
            toml::Value::Table(inner) => collect(&format!("{section}: {key}"), inner, rows),
            _ => {}
        }
    }
}
