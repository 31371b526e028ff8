//! Names that the speech model does not know: heard as the known word that sounds most like them, told as they are.

use std::collections::{BTreeMap, HashMap};

use super::SpeechModel;
use crate::command::PhraseTable;

/// More letters changed than this, of each three, and it is another name.
const CHANGED_OF_THREE: usize = 1;

/// Phrases by the words that the recogniser has for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spellings(BTreeMap<String, String>);

impl Spellings {
    /// Respells what needs it in the phrases of the table ("read mail from søren" is heard as "read mail from soren").
    pub fn of(table: &PhraseTable, model: &SpeechModel) -> Spellings {
        let mut spellings = BTreeMap::new();
        let mut index = None;
        for (phrase, _) in table.phrases().filter(|(phrase, _)| !model.knows(phrase)) {
            let words: Option<Vec<String>> =
                phrase.split(' ').map(|word| known(word, model).or_else(|| nearest(word, model, &mut index))).collect();
            if let Some(heard) = words.map(|words| words.join(" ")).filter(|heard| table.command(heard).is_none()) {
                spellings.entry(heard).or_insert_with(|| phrase.to_owned());
            }
        }
        Spellings(spellings)
    }

    /// What the recogniser is to listen for, beside the phrases whose words it knows.
    pub fn heard(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The phrase that was meant by these words.
    pub fn meant(&self, heard: String) -> String {
        self.0.get(&heard).cloned().unwrap_or(heard)
    }
}

/// The word itself or its usual spelling without accents.
fn known(word: &str, model: &SpeechModel) -> Option<String> {
    let spellings = [word.to_owned(), plain(word, German::Short), plain(word, German::Long)];
    spellings.into_iter().find(|spelling| model.knows(spelling))
}

/// "ü" as "u" or as "ue".
#[derive(Clone, Copy, PartialEq, Eq)]
enum German {
    Short,
    Long,
}

fn plain(word: &str, german: German) -> String {
    let letter = |c: char| -> &'static str {
        match (c, german) {
            ('ä', German::Long) => "ae",
            ('ö' | 'ø', German::Long) => "oe",
            ('ü', German::Long) => "ue",
            ('à' | 'á' | 'â' | 'ã' | 'ä' | 'ā' | 'ă' | 'ą', _) => "a",
            ('å', _) => {
                if german == German::Long {
                    "aa"
                } else {
                    "a"
                }
            }
            ('ç' | 'ć' | 'č', _) => "c",
            ('ď' | 'đ', _) => "d",
            ('è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě', _) => "e",
            ('ğ', _) => "g",
            ('ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı', _) => "i",
            ('ł', _) => "l",
            ('ñ' | 'ń' | 'ň', _) => "n",
            ('ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő', _) => "o",
            ('ř', _) => "r",
            ('ś' | 'š' | 'ş', _) => "s",
            ('ß', _) => "ss",
            ('ť' | 'ţ', _) => "t",
            ('ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű', _) => "u",
            ('ý' | 'ÿ', _) => "y",
            ('ź' | 'ż' | 'ž', _) => "z",
            ('æ', _) => "ae",
            ('œ', _) => "oe",
            (_, _) => "",
        }
    };
    word.chars()
        .map(|c| {
            let plain = letter(c);
            if plain.is_empty() { c.to_string() } else { plain.to_owned() }
        })
        .collect()
}

/// Known words by how they sound.
type Index = HashMap<String, Vec<String>>;

/// The known word that sounds the same by English spelling and is written most alike.
fn nearest(word: &str, model: &SpeechModel, index: &mut Option<Index>) -> Option<String> {
    let word = plain(word, German::Short);
    let index = index.get_or_insert_with(|| {
        let mut index = Index::new();
        for known in model.words() {
            index.entry(sound(known)).or_default().push(known.to_owned());
        }
        index
    });
    let alike = index.get(&sound(&word))?;
    let allowed = word.chars().count() * CHANGED_OF_THREE / 3;
    let near = alike.iter().map(|known| (changes(known, &word), known)).filter(|(changes, _)| *changes <= allowed);
    near.min().map(|(_, known)| known.clone())
}

/// A key that words share which sound much alike when read as English: consonants by class, vowels by place only.
fn sound(word: &str) -> String {
    let mut text = word.to_lowercase();
    for (written, spoken) in [
        ("sch", "S"),
        ("sh", "S"),
        ("tch", "C"),
        ("ch", "C"),
        ("ph", "f"),
        ("gh", ""),
        ("ck", "k"),
        ("th", "t"),
        ("wh", "w"),
        ("wr", "r"),
        ("kn", "n"),
        ("ce", "se"),
        ("ci", "si"),
        ("cy", "si"),
        ("ge", "je"),
        ("gi", "ji"),
        ("x", "ks"),
        ("q", "k"),
        ("c", "k"),
        ("z", "s"),
        ("v", "f"),
        ("dj", "j"),
        ("w", "u"),
        ("y", "i"),
    ] {
        text = text.replace(written, spoken);
    }
    let mut key = String::new();
    for (place, letter) in text.chars().enumerate() {
        let class = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' => 'a',
            'h' if place > 0 => continue,
            other if other.is_alphabetic() => other,
            _ => continue,
        };
        if !key.ends_with(class) {
            key.push(class);
        }
    }
    // A last vowel is often silent.
    if key.len() > 2 && key.ends_with('a') {
        key.pop();
    }
    key
}

/// How many letters have to be changed, added or taken away (Levenshtein).
fn changes(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_go_and_spellings_that_sound_alike_share_a_key() {
        assert_eq!(plain("søren", German::Short), "soren");
        assert_eq!(plain("müller", German::Long), "mueller");
        for (a, b) in [("kathrin", "kathryn"), ("jon", "john"), ("filip", "phillip"), ("shaun", "shawn")] {
            assert_eq!(sound(a), sound(b), "{a} {b}");
        }
        assert_ne!(sound("ben"), sound("ken"));
    }

    #[test]
    fn changes_are_counted() {
        assert_eq!((changes("sara", "sarah"), changes("", "abc"), changes("jon", "jon")), (1, 3, 0));
    }
}
