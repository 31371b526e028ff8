//! Words for numbers, times and names, filled into prompts: once as shown, once as spoken.

use crate::script::{Line, words};

/// The language of our own words, and the only one figures are put into words for.
pub(super) const OUR_LANGUAGE: &str = "en";

/// Something to say, as shown and as spoken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wording {
    pub text: String,
    pub spoken: String,
}

impl Wording {
    /// Shown as it is spoken.
    pub fn plain(words: &str) -> Wording {
        Wording { text: words.to_owned(), spoken: words.to_owned() }
    }

    pub fn line(line: &Line) -> Wording {
        Wording { text: line.text.clone(), spoken: line.say.clone() }
    }

    /// As written, for a voice of that language: figures are its own business, only of addresses of pages the host is left.
    pub fn as_written(line: &Line) -> Wording {
        let words: Vec<&str> = line.text.split_whitespace().map(host).collect();
        Wording { text: line.text.clone(), spoken: words.join(" ") }
    }

    /// `template` with each `{key}` replaced, and a capital first letter.
    pub fn fill(template: &str, values: &[(&str, &Wording)]) -> Wording {
        let mut filled = Wording::plain(template);
        for (key, value) in values {
            let mark = format!("{{{key}}}");
            filled.text = filled.text.replace(&mark, &value.text);
            filled.spoken = filled.spoken.replace(&mark, &value.spoken);
        }
        Wording { text: capital(&filled.text), spoken: capital(&filled.spoken) }
    }

    /// The parts with `between` them; empty parts are left out.
    pub fn join(parts: &[Wording], between: &str) -> Wording {
        let glue = |pick: fn(&Wording) -> &str| -> String {
            parts.iter().map(pick).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
        };
        Wording { text: glue(|part| &part.text), spoken: glue(|part| &part.spoken) }
    }

    pub fn is_empty(&self) -> bool {
        self.spoken.trim().is_empty()
    }
}

fn host(word: &str) -> &str {
    match word.split_once("://") {
        Some((_, rest)) => rest.split(['/', '?', '#']).next().unwrap_or(rest),
        None => word,
    }
}

/// A sentence list: "a, b." with a capital; nothing for no parts.
pub(super) fn sentence(parts: &[Wording]) -> Wording {
    let joined = Wording::join(parts, ", ");
    if joined.is_empty() {
        return Wording::default();
    }
    Wording {
        text: capital(&format!("{}.", lower_rest(&joined.text))),
        spoken: capital(&format!("{}.", lower_rest(&joined.spoken))),
    }
}

/// `fill` gives every part a capital; inside a sentence only the first keeps it.
fn lower_rest(text: &str) -> String {
    let mut parts = text.split(", ");
    let Some(first) = parts.next() else { return String::new() };
    let mut out = first.to_owned();
    for part in parts {
        out.push_str(", ");
        out.push_str(&lower(part));
    }
    out
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// A count: digits in groups of three as shown, words as spoken.
pub(super) fn count(n: usize) -> Wording {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    Wording { text, spoken: words::count_in_words(n) }
}

/// A length of time, rounded as a person would: "about half a minute", "about six minutes".
pub(super) fn minutes(seconds: f32) -> Wording {
    Wording::plain(&words::minutes_in_words(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_digits_to_see_and_words_to_hear() {
        assert_eq!(count(4_800), Wording { text: "4,800".into(), spoken: "four thousand eight hundred".into() });
        assert_eq!(count(12).spoken, "twelve");
        assert!(!count(usize::MAX).spoken.is_empty());
    }

    #[test]
    fn words_of_another_language_stay_as_they_are_and_links_become_hosts() {
        let line =
            Line { text: "Mehr: https://example.de/a?b=c am 3. März".into(), say: String::new(), pause_after_ms: 0 };
        assert_eq!(Wording::as_written(&line).spoken, "Mehr: example.de am 3. März");
    }

    #[test]
    fn a_sentence_of_parts_has_one_capital() {
        let parts =
            [Wording::fill("{n} archived", &[("n", &count(2))]), Wording::fill("{n} flagged", &[("n", &count(1))])];
        assert_eq!(sentence(&parts).spoken, "Two archived, one flagged.");
        assert!(sentence(&[]).is_empty());
    }
}
