//! Takes out of a paragraph what no voice should say: signs, long links, machine strings.

use std::collections::HashSet;

use crate::script::SegmentRole;
use crate::script::normal::{emoji, link};

/// Stands for a link whose address says nothing ("a link").
pub(in crate::script) const LINK_MARK: char = '\u{e001}';
/// Stands for a string no listener can use ("a long code").
pub(in crate::script) const CODE_MARK: char = '\u{e002}';

/// Characters of a single ASCII word that are still said; longer ones are encoded data.
const LONGEST_WORD: usize = 40;
/// The same for words that look like prose or an address.
const LONGEST_PROSE: usize = 120;
/// Signs in a row that are kept: "..." is a pause, a hundred of them a line drawn by hand.
const LONGEST_DRAWING: usize = 3;

/// A paragraph as it will be uttered, and what was taken out of it.
#[derive(Debug, Default)]
pub(in crate::script) struct Tidied {
    /// As written, with marks in the places of what is only named.
    pub shown: String,
    pub skipped: Vec<Removed>,
}

/// Text taken out of a paragraph.
#[derive(Debug)]
pub(in crate::script) struct Removed {
    pub role: SegmentRole,
    pub text: String,
    pub reason: &'static str,
}

/// Tidies a paragraph; blanks are collapsed, emoji met before in this message are dropped.
pub(in crate::script) fn paragraph(text: &str, seen_emoji: &mut HashSet<char>) -> Tidied {
    let mut out = Tidied::default();
    for word in text.split_whitespace() {
        let word: String = word.chars().filter(|c| is_text(*c)).collect();
        let word = without_drawings(&emoji::once(&word, seen_emoji));
        let shown = shown(&word, &mut out.skipped);
        if shown.is_empty() {
            continue;
        }
        if !out.shown.is_empty() {
            out.shown.push(' ');
        }
        out.shown.push_str(&shown);
    }
    out
}

/// A name or subject on one line, at most `cap` characters, cut at a blank where there is one.
pub(in crate::script) fn title(text: &str, cap: usize) -> String {
    let mut out = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        let word: String = word.chars().filter(|c| is_text(*c)).take(cap).collect();
        let length = word.chars().count();
        if word.is_empty() {
            continue;
        }
        if chars + length > cap {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word);
        chars += length + 1;
    }
    out
}

/// The text of a line without the marks, blanks mended.
pub(in crate::script) fn without_marks(text: &str) -> String {
    if !text.contains([LINK_MARK, CODE_MARK]) {
        return text.to_owned();
    }
    let words = text.split(' ').map(|word| word.replace([LINK_MARK, CODE_MARK], ""));
    let kept: Vec<String> = words.filter(|word| word.chars().any(char::is_alphanumeric)).collect();
    kept.join(" ")
}

/// Cuts runs of signs short. Letters, figures and what is no ASCII stay.
fn without_drawings(word: &str) -> String {
    let mut run = 0;
    let keeps = |c: &char| {
        run = if c.is_ascii_punctuation() { run + 1 } else { 0 };
        run <= LONGEST_DRAWING
    };
    if link::parse(word.trim_matches(link::around)).is_some() {
        word.to_owned()
    } else {
        word.chars().filter(keeps).collect()
    }
}

/// Control, private-use and invisible characters are no text (our marks are private-use: mail cannot forge them). The
/// non-joiner belongs to the letters beside it in Persian.
fn is_text(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{34f}' | '\u{61c}' | '\u{180e}');
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    !(c.is_control() || invisible || private)
}

fn shown(word: &str, skipped: &mut Vec<Removed>) -> String {
    let core = word.trim_matches(link::around);
    if let Some(target) = link::parse(core) {
        let (kept, removed) = match (target.tells, target.bare) {
            (true, true) => return word.to_owned(),
            (true, false) => (target.head.to_owned(), core),
            (false, _) => (LINK_MARK.to_string(), core),
        };
        skipped.push(Removed { role: SegmentRole::Link, text: removed.to_owned(), reason: "long link" });
        return word.replacen(core, &kept, 1);
    }
    let long_code = core.len() > LONGEST_WORD && core.is_ascii() && !is_prose(core) && !is_address(core);
    if long_code || (core.len() > LONGEST_PROSE && core.is_ascii()) {
        skipped.push(Removed { role: SegmentRole::Code, text: core.to_owned(), reason: "long code" });
        return word.replacen(core, &CODE_MARK.to_string(), 1);
    }
    word.to_owned()
}

fn is_address(word: &str) -> bool {
    word.len() <= LONGEST_PROSE && word.split('@').count() == 2 && !word.contains(['=', '&', '%'])
}

/// "state-of-the-art/whatever": words joined by signs, each of a length people write.
fn is_prose(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_alphabetic() && c != '\'').all(|part| part.len() <= 20)
        && !word.contains(|c: char| c.is_ascii_digit())
        && !word.contains(['=', '+', '&', '%', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(text: &str) -> Tidied {
        paragraph(text, &mut HashSet::new())
    }

    #[test]
    fn a_short_link_stays_and_a_long_one_leaves_its_host() {
        assert_eq!(tidied("See https://example.com/ now").shown, "See https://example.com/ now");
        let long = tidied("See (https://example.com/a/b/c?id=12) now");
        assert_eq!(long.shown, "See (https://example.com) now");
        assert_eq!(long.skipped[0].text, "https://example.com/a/b/c?id=12");
    }

    #[test]
    fn a_tracking_link_leaves_nothing_of_itself() {
        let tracked = tidied("Look https://click.mail.example.com/u/?qs=8f7a6b5c4d3e2f1a now");
        assert_eq!(without_marks(&tracked.shown), "Look now");
        assert_eq!(tracked.skipped.len(), 1);
    }

    #[test]
    fn encoded_data_is_no_text() {
        let data = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9w";
        let out = tidied(&format!("Key {data} end"));
        assert_eq!(without_marks(&out.shown), "Key end");
        assert_eq!(out.skipped[0].text, data);
        assert!(tidied("state-of-the-art-and-then-some-more-words-here").skipped.is_empty());
    }

    #[test]
    fn marks_cannot_be_forged_by_mail() {
        assert_eq!(tidied("a\u{e001}b \u{200b}c").shown, "ab c");
    }

    #[test]
    fn titles_are_cut_at_a_blank() {
        assert_eq!(title("one  two\nthree", 8), "one two");
        assert_eq!(title(&"x".repeat(500), 80).len(), 80);
    }
}
