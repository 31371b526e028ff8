//! How words are said that the phonemiser misreads: respellings ("say it like"), applied before phonemes.
//!
//! A lexicon is TOML: `word = "say it like"` for every voice, and a table named by a language (`[de]`) for voices of that
//! language only. Whole words only. A word written in small letters stands for every case ("nguyen" also for "Nguyen" and
//! "NGUYEN"); one with a capital only for itself ("US" is not "us"). A word may be several, with a blank or a hyphen
//! between, and the longest that fits wins; "'s" behind one stays. What a respelling says is not looked up again.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crate::script::{Hints, speakable};

/// What Hark knows itself.
const BUILT_IN: &str = include_str!("../../assets/lexicon.en.toml");
/// Its language.
const BUILT_IN_LANGUAGE: &str = "en";
/// Largest file looked at, in bytes, and most words in one.
const MAX_BYTES: u64 = 1 << 20;
const MAX_WORDS: usize = 20_000;
/// Longest word and longest respelling, in characters: a clause of the voice is 140.
const MAX_WORD: usize = 60;
const MAX_SAY: usize = 120;

/// Respellings of every language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lexicons {
    everywhere: Vec<Respelling>,
    by_language: BTreeMap<String, Vec<Respelling>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Respelling {
    word: String,
    say: String,
}

/// Why a lexicon cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LexiconError {
    #[error("the lexicon {path} cannot be read: {reason}")]
    CannotRead { path: PathBuf, reason: String },
    #[error("the lexicon {path}: {problem}")]
    Wrong { path: PathBuf, problem: String },
}

impl Lexicons {
    /// What comes with Hark. (A test keeps the asset whole; a broken one would only mean no respellings.)
    pub fn built_in() -> Lexicons {
        let words = parse(BUILT_IN).unwrap_or_default().everywhere;
        Lexicons { everywhere: Vec::new(), by_language: [(BUILT_IN_LANGUAGE.to_owned(), words)].into() }
    }

    /// What comes with Hark, and a file of the listener's own, which wins. No file is no error.
    ///
    /// # Errors
    /// [`LexiconError`] names the file, and the line or the word.
    pub fn with_file(path: &Path) -> Result<Lexicons, LexiconError> {
        let mut all = Lexicons::built_in();
        if !path.exists() {
            return Ok(all);
        }
        let own = parse(&read(path)?).map_err(|problem| LexiconError::Wrong { path: path.to_owned(), problem })?;
        all.everywhere.extend(own.everywhere);
        for (language, words) in own.by_language {
            all.by_language.entry(language).or_default().extend(words);
        }
        Ok(all)
    }

    /// The words for a voice of `language` (ISO 639-1).
    pub fn of(&self, language: &str) -> Lexicon {
        let mut lexicon = Lexicon::default();
        let own = self.by_language.get(language).into_iter().flatten();
        // Later ones win: the file's table over what is built in, words for every language over both.
        for respelling in own.chain(&self.everywhere) {
            lexicon.add(respelling);
            if let Some(changed) = normalised(respelling).filter(|_| language == BUILT_IN_LANGUAGE) {
                lexicon.add(&changed);
            }
        }
        lexicon
    }
}

fn read(path: &Path) -> Result<String, LexiconError> {
    let cannot = |reason: String| LexiconError::CannotRead { path: path.to_owned(), reason };
    let size = fs::metadata(path).map_err(|error| cannot(error.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(cannot("it is larger than a lexicon can be (1 MB)".to_owned()));
    }
    fs::read_to_string(path).map_err(|error| cannot(error.to_string()))
}

fn parse(text: &str) -> Result<Lexicons, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| in_words(text, &error))?;
    let mut lexicons = Lexicons::default();
    for (key, value) in table {
        match value {
            toml::Value::String(say) => lexicons.everywhere.push(respelling(&key, &say)?),
            toml::Value::Table(words) => {
                let list = lexicons.by_language.entry(key.to_lowercase()).or_default();
                for (word, say) in words {
                    let say = say.as_str().ok_or_else(|| format!("\"{word}\" must be said like some text"))?;
                    list.push(respelling(&word, say)?);
                }
            }
            _ => return Err(format!("\"{key}\" must be said like some text: {key} = \"say it like\"")),
        }
    }
    let count = lexicons.everywhere.len() + lexicons.by_language.values().map(Vec::len).sum::<usize>();
    if count > MAX_WORDS {
        return Err(format!("{count} words are too many: {MAX_WORDS} at most"));
    }
    Ok(lexicons)
}

fn in_words(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!(
        "line {line}: {}. Words with letters beyond a to z go into quotes",
        error.message().lines().next().unwrap_or_default()
    )
}

fn respelling(word: &str, say: &str) -> Result<Respelling, String> {
    let shown = word.escape_debug();
    let words = words(word);
    let between = |pair: &[Word]| matches!(pair, [a, b] if joined(word, a, b));
    let covered = words.first().is_some_and(|first| first.start == 0)
        && words.last().is_some_and(|last| last.end == word.len())
        && words.windows(2).all(between);
    if !covered || word.chars().count() > MAX_WORD {
        return Err(format!(
            "\"{shown}\" is no word: letters and digits, with one blank or hyphen between words, {MAX_WORD} at most"
        ));
    }
    if !say.chars().any(char::is_alphanumeric) || say.chars().count() > MAX_SAY {
        return Err(format!("\"{shown}\" must be said like some text of at most {MAX_SAY} letters"));
    }
    Ok(Respelling { word: word.to_owned(), say: say.to_owned() })
}

/// The same word as it reaches an English voice, when its figures, capitals and humps were put into words before:
/// "FAQ" comes as "F-A-Q", "PostgreSQL" as "Postgre S-Q-L".
fn normalised(written: &Respelling) -> Option<Respelling> {
    let spoken = speakable(&written.word, &Hints::default());
    (spoken != written.word).then(|| respelling(&spoken, &written.say).ok()).flatten()
}

/// The words of one voice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lexicon {
    /// By their first word in small letters; those of most words first.
    entries: HashMap<String, Vec<Entry>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    words: Vec<String>,
    case: Case,
    say: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Any,
    AsWritten,
}

impl Lexicon {
    fn add(&mut self, respelling: &Respelling) {
        let written: Vec<String> = words(&respelling.word).iter().map(|word| word.text.to_owned()).collect();
        let Some(first) = written.first().map(|word| word.to_lowercase()) else { return };
        let any = respelling.word.chars().all(|c| !c.is_uppercase());
        let entry =
            Entry { words: written, case: if any { Case::Any } else { Case::AsWritten }, say: respelling.say.clone() };
        let list = self.entries.entry(first).or_default();
        list.retain(|known| known.words != entry.words);
        list.push(entry);
        // As written before in any case; then the longest.
        list.sort_by_key(|entry| (std::cmp::Reverse(entry.words.len()), entry.case == Case::Any));
    }

    /// `text` with every known word as it is said.
    pub fn apply(&self, text: &str) -> String {
        let all = words(text);
        let mut out = String::with_capacity(text.len());
        let (mut copied, mut at) = (0, 0);
        while let Some(word) = all.get(at) {
            match self.find(text, all.get(at..).unwrap_or_default()) {
                Some((entry, last)) => {
                    out.push_str(text.get(copied..word.start).unwrap_or_default());
                    out.push_str(&entry.say);
                    out.push_str(last.possessive());
                    copied = last.end;
                    at += entry.words.len();
                }
                None => at += 1,
            }
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        out
    }

    /// The entry that stands at the start of `here`, and the last word it covers.
    fn find<'a>(&self, text: &str, here: &[Word<'a>]) -> Option<(&Entry, Word<'a>)> {
        let first = here.first()?;
        let keys = [first.text, first.bare()].map(str::to_lowercase);
        let candidates = keys.iter().filter_map(|key| self.entries.get(key)).flatten();
        candidates.filter_map(|entry| Some((entry, entry.covers(text, here)?))).next()
    }

    /// Changes when any word does; part of a voice's identity.
    pub fn checksum(&self) -> u64 {
        let mut lines: Vec<String> =
            self.entries.values().flatten().map(|entry| format!("{:?}={}", entry.words, entry.say)).collect();
        lines.sort();
        super::prompts::checksum(lines.join("\n").as_bytes())
    }
}

impl Entry {
    fn covers<'a>(&self, text: &str, here: &[Word<'a>]) -> Option<Word<'a>> {
        let here = here.get(..self.words.len())?;
        let last = *here.last()?;
        let whole = here.iter().zip(&self.words).enumerate().all(|(index, (word, wanted))| {
            let found = if index + 1 == self.words.len() && !wanted.ends_with("'s") { word.bare() } else { word.text };
            match self.case {
                Case::AsWritten => found == wanted,
                Case::Any => found.to_lowercase() == *wanted,
            }
        });
        let close = here.windows(2).all(|pair| matches!(pair, [a, b] if joined(text, a, b)));
        // "Nguyen's" keeps its "'s"; a wanted word that has one itself took it.
        let last =
            if self.words.last().is_some_and(|wanted| wanted.ends_with("'s")) { last.without_tail() } else { last };
        (whole && close).then_some(last)
    }
}

/// A run of letters, digits and marks, apostrophes inside included; places in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    keeps_tail: bool,
}

impl<'a> Word<'a> {
    fn possessive(&self) -> &'a str {
        if self.keeps_tail { self.text.get(self.bare().len()..).unwrap_or_default() } else { "" }
    }

    fn bare(&self) -> &'a str {
        self.text.strip_suffix("'s").or_else(|| self.text.strip_suffix("\u{2019}s")).unwrap_or(self.text)
    }

    fn without_tail(self) -> Word<'a> {
        Word { keeps_tail: false, ..self }
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut letters = text.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let next = letters.peek().map(|(_, c)| *c);
        let inside = is_letter(c) || (start.is_some() && is_apostrophe(c) && next.is_some_and(is_letter));
        if inside && start.is_none() {
            start = Some(at);
        }
        let end = at + c.len_utf8();
        if inside && next.is_none_or(|next| !is_letter(next) && !is_apostrophe(next)) {
            push(&mut found, text, &mut start, end);
        } else if !inside {
            push(&mut found, text, &mut start, at);
        }
    }
    push(&mut found, text, &mut start, text.len());
    found
}

fn push<'a>(found: &mut Vec<Word<'a>>, text: &'a str, start: &mut Option<usize>, end: usize) {
    if let Some(from) = start.take()
        && let Some(word) = text.get(from..end)
    {
        found.push(Word { text: word, start: from, end, keeps_tail: true });
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// Whether one blank or hyphen stands between two words.
fn joined(text: &str, before: &Word, after: &Word) -> bool {
    matches!(text.get(before.end..after.start), Some(" " | "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lexicon(text: &str) -> Lexicon {
        parse(text).expect("lexicon").of("en")
    }

    #[test]
    fn whole_words_only_and_small_letters_stand_for_every_case() {
        let lexicon = lexicon("nguyen = \"win\"\nUS = \"U-S\"");
        assert_eq!(lexicon.apply("Nguyen, NGUYEN and nguyen's Nguyens."), "win, win and win's Nguyens.");
        assert_eq!(lexicon.apply("Nguyen\u{2019}s"), "win\u{2019}s");
        assert_eq!(lexicon.apply("The US told us."), "The U-S told us.");
    }

    #[test]
    fn several_words_are_one_and_the_longest_wins() {
        let lexicon = lexicon("\"new york\" = \"noo york\"\nnew = \"nyoo\"\nwi-fi = \"why fye\"");
        assert_eq!(lexicon.apply("New York, new  york, Wi-Fi."), "noo york, nyoo  york, why fye.");
    }

    #[test]
    fn the_listeners_own_words_win_and_tables_belong_to_their_language() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("lexicon.toml");
        assert_eq!(Lexicons::with_file(&path), Ok(Lexicons::built_in()));
        fs::write(&path, "Siobhan = \"shove on\"\n[de]\nchef = \"scheff\"\n").expect("write");
        let all = Lexicons::with_file(&path).expect("lexicon");
        assert_eq!(all.of("en").apply("Siobhan the chef"), "shove on the chef");
        assert_eq!(all.of("de").apply("Siobhan the chef"), "shove on the scheff");
        assert_ne!(all.of("en").checksum(), Lexicons::built_in().of("en").checksum());
    }

    #[test]
    fn a_word_is_known_as_it_is_written_in_mail_and_as_it_reaches_the_voice() {
        let lexicon = lexicon("FAQ = \"fack\"\nPostgreSQL = \"post gress\"\nR2D2 = \"artoo\"\nasap = \"a sap\"");
        for text in ["The FAQ of PostgreSQL, R2D2.", "Come asap."] {
            let spoken = speakable(text, &Hints::default());
            assert!(
                ["The fack of post gress, artoo.", "Come a sap."].contains(&lexicon.apply(&spoken).as_str()),
                "{spoken}"
            );
            assert!(
                ["The fack of post gress, artoo.", "Come a sap."].contains(&lexicon.apply(text).as_str()),
                "{text}"
            );
        }
        let german = parse("FAQ = \"fack\"").expect("lexicon").of("de");
        assert_eq!(german.apply("F-A-Q, FAQ"), "F-A-Q, fack", "other languages get the text as written");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("a = \"b\"\nc = ", "line 2"),
            ("a = 3", "\"a\""),
            ("\"a  b\" = \"x\"", "no word"),
            ("\"\" = \"x\"", "no word"),
            ("word = \"...\"", "must be said like"),
        ] {
            let problem = parse(text).expect_err(text);
            assert!(problem.contains(part), "{text:?}: {problem}");
        }
    }

    #[test]
    fn what_comes_with_hark_is_whole_and_does_not_say_what_it_was_given() {
        let words = parse(BUILT_IN).expect("assets/lexicon.en.toml").everywhere;
        assert!(words.len() >= 80, "{}", words.len());
        for Respelling { word, say } in words {
            assert_ne!(word, say);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_only_changed_where_a_known_word_stands(text in "\\PC{0,80}") {
            let lexicon = lexicon("zzyzx = \"x\"");
            prop_assume!(!text.to_lowercase().contains("zzyzx"));
            prop_assert_eq!(lexicon.apply(&text), text);
        }
    }
}
