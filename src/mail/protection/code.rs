//! One-time codes and password resets: nobody else may hear the code.
//!
//! A code alone is a number like others, so its name must stand by it; and a name that other codes have too ("code",
//! "PIN") counts only where a machine writes about signing in.

use super::super::lexicon::kinds;
use super::super::message::MessageKind;
use super::super::zones::words::{any_in, any_pair_in, count_in, fold};
use super::Evidence;

/// Mail with a code is short; a longer text talks about codes.
const TEXT_CHARS: usize = 5_000;
/// Lines that are looked at.
const LINES: usize = 120;
/// Lines after the code's name in which the code may stand alone.
const BELOW: usize = 3;
/// Characters between the name of the code and the code in one line.
const REACH: usize = 90;
/// The same where a person wrote it: "the code is 4711".
const REACH_PERSON: usize = 30;
/// Words about signing in beside a code that has no name.
const NAMELESS: usize = 3;
/// A text of a person's length that asks for a new password.
const RESET_CHARS: usize = 2_500;
/// Bytes of a name in the middle of a phrase: "reset your Larder password".
const RESET_GAP: usize = 40;

pub(super) fn is_one_time(evidence: &Evidence<'_, '_>) -> bool {
    if evidence.reply || evidence.text.len() > TEXT_CHARS {
        return false;
    }
    let lines = Lines::of(evidence);
    let lower = lines.lower.join("\n");
    holds_code(evidence, &lines, &lower) || is_reset(evidence, &lines, &lower)
}

fn holds_code(evidence: &Evidence<'_, '_>, lines: &Lines, lower: &str) -> bool {
    let code = &kinds().code;
    if lines.find(&code.strong, if evidence.automatic { REACH } else { REACH_PERSON }).is_some() {
        return true;
    }
    // Orders, tickets and calls have codes too.
    let other = match evidence.kind {
        MessageKind::Receipt | MessageKind::Meeting | MessageKind::Newsletter | MessageKind::Report => true,
        MessageKind::Person | MessageKind::Notification => any_in(&code.other, lower),
    };
    if other {
        return false;
    }
    let ignored = says_ignore(lower);
    let context = count_in(&code.context, lower) + usize::from(ignored);
    // "Paste this into the sign-in page" names no code; what stands alone below it can be nothing else.
    if evidence.automatic && ignored && context >= NAMELESS && lines.written.iter().skip(1).any(|line| is_alone(line)) {
        return true;
    }
    match lines.find(&code.weak, REACH_PERSON) {
        Some(Place::Alone) => context >= 1 && (evidence.automatic || context >= 2),
        Some(Place::InLine) => context >= 1 && evidence.automatic,
        None => false,
    }
}

/// Where a code was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On a line of its own.
    Alone,
    InLine,
}

/// The subject and the first lines of the text, as written and in lower case.
struct Lines {
    written: Vec<String>,
    lower: Vec<String>,
}

impl Lines {
    fn of(evidence: &Evidence<'_, '_>) -> Lines {
        let mut written = vec![evidence.subject.to_owned()];
        for line in evidence.text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES) {
            // Some designs put each figure in a box of its own.
            let single = line.chars().count() == 1 && line.chars().all(|c| c.is_ascii_alphanumeric());
            match written.last_mut().filter(|last| single && last.len() < 10 && last.split(' ').all(|w| w.len() == 1)) {
                Some(last) => {
                    last.push(' ');
                    last.push_str(line);
                }
                None => written.push(line.to_owned()),
            }
        }
        let lower = written.iter().map(|line| fold(line)).collect();
        Lines { written, lower }
    }

    /// A code beside or below one of the names.
    fn find(&self, names: &[String], reach: usize) -> Option<Place> {
        for (nth, lower) in self.lower.iter().enumerate() {
            let spots: Vec<usize> = names.iter().flat_map(|name| word_at(lower, name)).collect();
            if spots.is_empty() {
                continue;
            }
            let written = self.written.get(nth).map(String::as_str).unwrap_or_default();
            if codes(written).iter().any(|code| spots.iter().any(|spot| code.is_near(*spot, reach))) {
                return Some(Place::InLine);
            }
            // The subject names it; the text may show it anywhere.
            let below = if nth == 0 { LINES } else { BELOW };
            if self.written.iter().skip(nth + 1).take(below).any(|line| is_alone(line)) {
                return Some(Place::Alone);
            }
        }
        None
    }
}

/// Byte spans of a name in a line, as a word of its own where the script has blanks: the middle of each.
fn word_at<'a>(lower: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && (c as u32) < 0x2e80);
    lower.match_indices(name).take(20).filter_map(move |(at, found)| {
        let before = lower.get(..at).and_then(|text| text.chars().next_back());
        let after = lower.get(at + found.len()..).and_then(|text| text.chars().next());
        let ideographs = name.chars().any(|c| (c as u32) >= 0x2e80);
        // A short name is a part of many words; a long one may have an ending.
        let whole = ideographs || !joined(before) && (!joined(after) || name.chars().count() > 6);
        whole.then_some(at + found.len() / 2)
    })
}

/// A code and where it stands in its line.
#[derive(Debug, PartialEq, Eq)]
struct Code {
    start: usize,
    end: usize,
}

impl Code {
    fn is_near(&self, spot: usize, reach: usize) -> bool {
        spot < self.start && self.start - spot <= reach || spot >= self.end && spot - self.end <= reach
    }
}

/// A line that is nothing but a code.
fn is_alone(line: &str) -> bool {
    let bare: String = line.chars().filter(|c| c.is_alphanumeric()).collect();
    let found = codes(line);
    let letters = bare.len() == line.trim().len()
        && (5..=9).contains(&bare.len())
        && bare.bytes().all(|b| b.is_ascii_uppercase());
    let whole = found.first().is_some_and(|code| {
        let inside = line.get(code.start..code.end).unwrap_or_default();
        inside.chars().filter(|c| c.is_alphanumeric()).count() == bare.chars().count()
    });
    letters && !bare.bytes().any(|b| b"AEIOU".contains(&b)) || whole
}

/// `123456`, `123-456`, `123 456`, `1 2 3 4 5 6`, `G-123456`, `A1B2C3`; no year, amount, number of an order or telephone.
fn codes(line: &str) -> Vec<Code> {
    let mut found = Vec::new();
    let mut run: Option<(Code, usize, usize)> = None; // figures in groups of one length
    for (start, word) in words(line) {
        let end = start + word.len();
        let figures = word.bytes().all(|b| b.is_ascii_digit());
        run = match run.take() {
            Some((code, length, digits)) if figures && word.len() == length && is_blank(line, code.end, start) => {
                Some((Code { start: code.start, end }, length, digits + length))
            }
            earlier => {
                close(line, earlier, &mut found);
                (figures && word.len() <= 4).then_some((Code { start, end }, word.len(), word.len()))
            }
        };
        if run.is_none() && is_code(word) && is_free(line, start, end) {
            found.push(Code { start, end });
        }
    }
    close(line, run, &mut found);
    found
}

/// One blank, hard or soft, divides groups of figures.
fn is_blank(line: &str, from: usize, to: usize) -> bool {
    to - from <= 2 && line.get(from..to).is_some_and(|gap| gap.trim().is_empty())
}

fn close(line: &str, run: Option<(Code, usize, usize)>, found: &mut Vec<Code>) {
    let Some((code, length, digits)) = run else { return };
    let year =
        digits == 4 && line.get(code.start..code.end).is_some_and(|w| w.starts_with("19") || w.starts_with("20"));
    let alone = line.trim().len() == code.end - code.start;
    if (4..=10).contains(&digits)
        && (length == 4 || digits > length)
        && (!year || alone)
        && is_free(line, code.start, code.end)
    {
        found.push(code);
    }
}

/// Words without the signs around them, and where they start.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter_map(move |word| {
        let start = at;
        let after = line.get(start + word.len()..).and_then(|rest| rest.chars().next());
        at = start + word.len() + after.map_or(0, char::len_utf8);
        let lead = word.len() - word.trim_start_matches('-').len();
        let word = word.trim_matches('-');
        (!word.is_empty()).then_some((start + lead, word))
    })
}

fn is_code(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let signs = word.bytes().filter(|&b| b == b'-').count();
    let letters = word.len() - digits - signs;
    let capital = !word.bytes().any(|b| b.is_ascii_lowercase());
    let figures = letters == 0 && (4..=9).contains(&digits) && signs <= 1;
    let mixed = letters > 0 && digits >= 1 && (5..=12).contains(&(letters + digits)) && signs <= 2 && capital;
    let tagged = letters == 1 && word.starts_with(|c: char| c.is_ascii_alphabetic()) && signs == 1 && digits >= 4;
    figures || mixed || tagged
}

/// Not a part of an amount, a date, a telephone number, an address or the number of an order.
fn is_free(line: &str, start: usize, end: usize) -> bool {
    let before = line.get(..start).unwrap_or_default().trim_end();
    let after = line.get(end..).unwrap_or_default();
    let glued = |c: char| matches!(c, '+' | '/' | '@' | '_' | '=' | '&' | '€' | '$' | '£' | '¥' | '#' | '%');
    let point = |text: &str| {
        let mut signs = text.chars();
        matches!(signs.next(), Some('.' | ',' | ':' | '/')) && signs.next().is_some_and(|c| c.is_ascii_digit())
    };
    let back: String = before.chars().rev().take(2).collect();
    let lower: String = before.chars().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
    let lower = lower.to_lowercase();
    let ordered = [
        "order",
        "invoice",
        "bestell",
        "auftrag",
        "rechnung",
        "ticket",
        "case",
        "kunden",
        "konto",
        "account",
        "line",
        "page",
        "room",
        "zip",
        "plz",
        "ending in",
        "room",
    ]
    .iter()
    .any(|word| lower.contains(word));
    !(before.ends_with(glued)
        || after.starts_with(glued)
        || point(after)
        || point(&back)
        || ordered
        || after.trim_start().starts_with(['€', '$', '£', '%']))
}

/// "If it was not you, ignore this."
fn says_ignore(lower: &str) -> bool {
    let code = &kinds().code;
    any_in(&code.ignore, lower) || any_in(&code.ignoring, lower)
}

/// A reset is asked for by a machine: named in the subject, or in a short text that says it was asked for.
fn is_reset(evidence: &Evidence<'_, '_>, lines: &Lines, lower: &str) -> bool {
    let code = &kinds().code;
    let subject = lines.lower.first().map(String::as_str).unwrap_or_default();
    if any_in(&code.done, subject) {
        return false;
    }
    let names = |text: &str| any_in(&code.resets, text) || any_pair_in(&code.resets_around, text, RESET_GAP);
    let asked = any_in(&code.request, lower) || says_ignore(lower);
    // A new password in whatever words, with a way to it and what is said beside such ways.
    let tells = any_in(&code.password, subject) && any_in(&code.renew, subject);
    if tells && has_link(evidence) && says_ignore(lower) {
        return true;
    }
    if names(subject) {
        return evidence.automatic || has_link(evidence) && asked;
    }
    let linked = evidence.lines.iter().flat_map(|line| &line.links).any(|link| names(&fold(&link.text)));
    let asked = asked && names(lower);
    let alert = any_in(&kinds().code.done, lower);
    evidence.automatic && evidence.text.len() < RESET_CHARS && !alert && has_link(evidence) && (linked || asked)
}

fn has_link(evidence: &Evidence<'_, '_>) -> bool {
    evidence.lines.iter().any(|line| line.links.iter().any(|link| link.target.starts_with("http")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_other_numbers() {
        for line in
            ["123456", "is 1234.", "123-456", "G-123456", "A1B2C3", "87654321", "390 271", "4 8 2 9 1 3", "XK4-92Q"]
        {
            assert_eq!(codes(line).len(), 1, "{line}");
        }
        for line in [
            "in 2026",
            "hello",
            "12",
            "abc",
            "a1",
            "+4912345678901",
            "http",
            "123456789012",
            "1.234,56",
            "€1234",
            "12:30",
            "2026-03-02",
            "order 20388441",
            "1234 €",
            "3 of 12",
            "iPhone15",
        ] {
            assert!(codes(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_line_with_a_code_alone_is_told() {
        for line in ["482913", "482 913", "XKQTRZ", "  G-482913  "] {
            assert!(is_alone(line), "{line}");
        }
        for line in ["HELLO", "482913 is it", "Robin", "March 2026"] {
            assert!(!is_alone(line), "{line}");
        }
    }
}
