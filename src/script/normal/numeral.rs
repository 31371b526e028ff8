//! Reads a figure as written in either style; says it.

use super::NumberStyle;
use crate::script::words::{decimal, digits, number};

/// The sign as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    None,
    Plus,
    Minus,
}

/// A figure without its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numeral {
    pub sign: Sign,
    /// Digits before the point, separators taken out.
    pub whole: String,
    /// Digits after it.
    pub fraction: String,
    /// Thousands were marked, so it is an amount and never a year or a code.
    pub grouped: bool,
}

/// Blanks that group figures.
const BLANKS: [char; 4] = [' ', '\u{a0}', '\u{202f}', '\u{2009}'];
/// Digits beyond which a figure is a code and read one by one.
const AMOUNT_DIGITS: usize = 15;

impl Numeral {
    /// "1,250.50", "1.250,50", "1'250", "12,34,567", "3.14", ".5", "-7"; `None` when it is no single figure.
    pub fn parse(text: &str, style: NumberStyle) -> Option<Numeral> {
        let (sign, body) = match text.chars().next()? {
            '-' | '−' => (Sign::Minus, text.trim_start_matches(['-', '−'])),
            '+' => (Sign::Plus, text.trim_start_matches('+')),
            _ => (Sign::None, text),
        };
        let last = body.chars().last()?;
        if body.contains(BLANKS) {
            return Numeral::with_blanks(sign, body);
        }
        let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '’');
        if body.len() > 40 || !last.is_ascii_digit() || !body.chars().all(plain) {
            return None;
        }
        let (whole, fraction, grouped) = parts(body, style)?;
        (!whole.is_empty() || !fraction.is_empty()).then_some(Numeral { sign, whole, fraction, grouped })
    }

    /// "2 400", "14 000 000,5": blanks group, the mark is the point.
    fn with_blanks(sign: Sign, body: &str) -> Option<Numeral> {
        let (whole, fraction) = body.split_once([',', '.']).unwrap_or((body, ""));
        let whole = grouped(&whole.replace(BLANKS, " "), ' ')?;
        all_digits(fraction).then(|| Numeral { sign, whole, fraction: fraction.to_owned(), grouped: true })
    }

    /// As an amount: "minus one thousand two hundred fifty point five zero".
    pub fn say(&self) -> String {
        let sign = match self.sign {
            Sign::None => "",
            Sign::Plus => "plus ",
            Sign::Minus => "minus ",
        };
        format!("{sign}{}", self.say_unsigned())
    }

    fn say_unsigned(&self) -> String {
        if self.fraction.is_empty() && self.is_code() {
            return digits(&self.whole);
        }
        let whole = if self.whole.is_empty() { "0" } else { &self.whole };
        decimal(whole, &self.fraction)
    }

    /// Leading zeros or more digits than an amount has.
    fn is_code(&self) -> bool {
        (self.whole.len() > 1 && self.whole.starts_with('0')) || self.whole.len() > AMOUNT_DIGITS
    }

    /// Exactly one, without a fraction: its noun stays singular.
    pub fn is_one(&self) -> bool {
        self.fraction.is_empty() && self.whole.parse::<u64>() == Ok(1)
    }
}

fn parts(body: &str, style: NumberStyle) -> Option<(String, String, bool)> {
    let body: String = body.chars().map(|c| if c == '’' { '\'' } else { c }).collect();
    let kinds = [',', '.', '\''].map(|mark| body.matches(mark).count());
    match kinds {
        [0, 0, 0] => Some((body, String::new(), false)),
        [0, 1, 0] => single(&body, '.', style == NumberStyle::Comma),
        [1, 0, 0] => single(&body, ',', style == NumberStyle::Point),
        [_, 0, 0] => grouped(&body, ',').map(|whole| (whole, String::new(), true)),
        [0, _, 0] => grouped(&body, '.').map(|whole| (whole, String::new(), true)),
        [_, _, 0] => both(&body),
        // Swiss: only the apostrophe groups.
        [_, _, _] => {
            let (whole, fraction) = body.split_once(['.', ',']).unwrap_or((&body, ""));
            grouped(whole, '\'').filter(|_| all_digits(fraction)).map(|w| (w, fraction.to_owned(), true))
        }
    }
}

/// One separator of one kind: thousands when exactly three digits follow and the style groups with it, else a point.
fn single(body: &str, mark: char, groups: bool) -> Option<(String, String, bool)> {
    let (whole, fraction) = body.split_once(mark)?;
    if groups && fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
        return Some((format!("{whole}{fraction}"), String::new(), true));
    }
    Some((whole.to_owned(), fraction.to_owned(), false))
}

/// Both kinds: the last one is the point.
fn both(body: &str) -> Option<(String, String, bool)> {
    let at = body.rfind(['.', ','])?;
    let (whole, fraction) = body.split_at_checked(at)?;
    let fraction = fraction.trim_start_matches(['.', ',']);
    let mark = if whole.contains(',') { ',' } else { '.' };
    if whole.contains([',', '.']) && !fraction.contains([',', '.']) {
        return grouped(whole, mark).map(|whole| (whole, fraction.to_owned(), true));
    }
    None
}

/// Groups of three, or lakh style (two, two, three); `None` for anything else.
fn grouped(text: &str, mark: char) -> Option<String> {
    let groups: Vec<&str> = text.split(mark).collect();
    let (first, rest) = groups.split_first()?;
    let (last, middle) = rest.split_last()?;
    let widths_fit = last.len() == 3
        && (1..=3).contains(&first.len())
        && (middle.iter().all(|g| g.len() == 3) || (first.len() <= 2 && middle.iter().all(|g| g.len() == 2)));
    (widths_fit && groups.iter().all(|g| all_digits(g))).then(|| groups.concat())
}

fn all_digits(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

/// Digits of a text that is nothing else, as a number small enough to be said.
pub(super) fn small(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 6 || !all_digits(text) {
        return None;
    }
    text.parse().ok()
}

/// A cardinal of a text of digits; codes are read digit by digit.
pub(super) fn cardinal(text: &str) -> String {
    match text.parse::<u64>() {
        Ok(n) if text.len() == 1 || !text.starts_with('0') => number(n),
        Ok(_) | Err(_) => digits(text),
    }
}
