//! File names of a Maildir: `unique:2,FLAGS` (https://cr.yp.to/proto/maildir.html). Names come from outside: anything is possible.

use jiff::Timestamp;

use crate::session::Flags;

/// `:` cannot stand in a file name on Windows; `;` is what other programs use there.
const SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };
/// Separators seen in the field.
const SEPARATORS: [&str; 3] = [":2,", ";2,", "!2,"];
/// Flag letters kept; more is no file name a mail program wrote.
const MOST_LETTERS: usize = 60;

/// A file name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileName {
    /// The part that never changes while flags do.
    pub base: String,
    /// Letters after `2,`, sorted, each once; unknown ones are kept.
    letters: String,
}

/// One flag, as Maildir writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letter {
    Seen,
    Flagged,
    Replied,
}

impl Letter {
    fn as_char(self) -> char {
        match self {
            Letter::Seen => 'S',
            Letter::Flagged => 'F',
            Letter::Replied => 'R',
        }
    }
}

/// Whether a flag is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Set,
    Clear,
}

impl From<bool> for Mark {
    fn from(set: bool) -> Self {
        if set { Mark::Set } else { Mark::Clear }
    }
}

impl FileName {
    /// `None` for hidden files and empty names, which are no messages.
    pub fn parse(name: &str) -> Option<FileName> {
        let split = SEPARATORS.iter().filter_map(|mark| name.rsplit_once(mark)).max_by_key(|(base, _)| base.len());
        let (base, letters) = split.unwrap_or((name, ""));
        if base.is_empty() || base.starts_with('.') {
            return None;
        }
        Some(FileName { base: base.to_owned(), letters: tidy(letters.chars()) })
    }

    pub fn new(base: &str) -> FileName {
        FileName { base: base.to_owned(), letters: String::new() }
    }

    /// The name on disk, in `cur`.
    pub fn on_disk(&self) -> String {
        format!("{}{SEPARATOR}2,{}", self.base, self.letters)
    }

    pub fn flags(&self) -> Flags {
        Flags { seen: self.has(Letter::Seen), flagged: self.has(Letter::Flagged), answered: self.has(Letter::Replied) }
    }

    pub fn has(&self, letter: Letter) -> bool {
        self.letters.contains(letter.as_char())
    }

    /// Marked as deleted by a program that has not expunged yet: no message any more.
    pub fn is_trashed(&self) -> bool {
        self.letters.contains('T')
    }

    #[must_use]
    pub fn with(&self, letter: Letter, mark: Mark) -> FileName {
        let others = self.letters.chars().filter(|&c| c != letter.as_char());
        let letters = match mark {
            Mark::Set => tidy(others.chain([letter.as_char()])),
            Mark::Clear => tidy(others),
        };
        FileName { base: self.base.clone(), letters }
    }

    #[must_use]
    pub fn renamed(&self, base: String) -> FileName {
        FileName { base, letters: self.letters.clone() }
    }

    /// Time of delivery: the seconds that most programs begin the name with. Between 1990 and 2100, else `None`.
    pub fn received(&self) -> Option<Timestamp> {
        let digits = self.base.split(|c: char| !c.is_ascii_digit()).next()?;
        let seconds: i64 = digits.parse().ok()?;
        if !(631_152_000..4_102_444_800).contains(&seconds) {
            return None;
        }
        Timestamp::from_second(seconds).ok()
    }
}

fn tidy(letters: impl Iterator<Item = char>) -> String {
    let mut kept: Vec<char> = letters.filter(char::is_ascii_alphanumeric).take(MOST_LETTERS).collect();
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn flags_are_read_and_written_in_order() {
        let name = FileName::parse("1700000000.M1P2.host,S=12:2,RF").unwrap();
        assert_eq!(name.flags(), Flags { seen: false, flagged: true, answered: true });
        assert_eq!(name.with(Letter::Seen, Mark::Set).on_disk(), format!("1700000000.M1P2.host,S=12{SEPARATOR}2,FRS"));
        assert_eq!(
            name.with(Letter::Flagged, Mark::Clear).on_disk(),
            format!("1700000000.M1P2.host,S=12{SEPARATOR}2,R")
        );
        assert_eq!(name.received().unwrap().as_second(), 1_700_000_000);
    }

    #[test]
    fn unknown_letters_survive() {
        let name = FileName::parse("a:2,DPa").unwrap();
        assert_eq!(name.with(Letter::Seen, Mark::Set).on_disk(), format!("a{SEPARATOR}2,DPSa"));
    }

    #[test]
    fn odd_names_are_no_trouble() {
        assert!(FileName::parse(".hidden").is_none());
        assert!(FileName::parse(":2,S").is_none());
        assert_eq!(FileName::parse("x:1,S").unwrap().base, "x:1,S");
        assert_eq!(FileName::parse("x:2,S:2,F").unwrap().base, "x:2,S");
        assert_eq!(FileName::parse("99999999999999999999.x").unwrap().received(), None);
    }

    proptest! {
        #[test]
        fn any_name_keeps_its_base_through_flag_changes(text in "[ -~é]{1,80}") {
            if let Some(name) = FileName::parse(&text) {
                let changed = name.with(Letter::Seen, Mark::Set).on_disk();
                let again = FileName::parse(&changed).unwrap();
                prop_assert_eq!(&again.base, &name.base);
                prop_assert!(again.flags().seen);
            }
        }
    }
}
