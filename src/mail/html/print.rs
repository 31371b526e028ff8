//! How text is printed: size and colour. Footers are set smaller or paler than the text in every language.

use super::super::line::{self, Ink, Line, Shape};
use super::tree::Element;

/// Pixels of text that says nothing of its size.
const SIZE: f32 = 16.0;
/// Text of this many pixels is not meant to be read. 1 pt is 1.3 pixels.
const UNSEEN: f32 = 1.4;
/// Share of the letters that a size or tone must have to be that of the text.
const MAIN_SHARE: usize = 5;
/// A line of at least so many pixels and at most so many letters is a headline, and says nothing of the text's size.
const HEADLINE: f32 = 20.0;
const HEADLINE_CHARS: usize = 120;
/// How much smaller than the text fine print is, and never larger than this many pixels.
const SMALLER: f32 = 0.9;
const SMALL: f32 = 14.0;
/// Print that is there for the law: pixels beside text of a size to be read, or share of it.
const TINY: f32 = 11.0;
const READABLE: f32 = 14.0;
const TINIER: f32 = 0.7;
/// How much paler of 255.
const PALER: u8 = 0x34;
/// So light a text stands on a coloured ground: it is not pale there.
const WHITE: u8 = 0xf0;
/// Difference between the colours of what is still grey.
const GREY: u8 = 0x30;

/// Size in pixels, and how pale a grey: 0 is black; colours have none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Print {
    size: f32,
    tone: Option<u8>,
    ink: Ink,
}

impl Default for Print {
    fn default() -> Print {
        Print { size: SIZE, tone: Some(0), ink: Ink::Plain }
    }
}

impl Print {
    /// At one pixel text is a tracking device.
    pub fn is_unseen(self) -> bool {
        self.size <= UNSEEN
    }

    /// That of an element's own text.
    pub fn within(self, element: &Element) -> Print {
        let mut print = self;
        match element.name.as_str() {
            "small" => print.size *= 0.83,
            "h1" | "h2" | "h3" => print.size = print.size.max(SIZE),
            "font" => {
                if let Some(size) = element.attribute("size").and_then(font_size) {
                    print.size = size;
                }
                if let Some(colour) = element.attribute("color") {
                    print = print.coloured(colour);
                }
            }
            "a" => (print.tone, print.ink) = (None, Ink::Plain),
            _ => {}
        }
        for declaration in element.attribute("style").unwrap_or_default().split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let name = name.trim();
            let value = value.trim().trim_end_matches("!important").trim();
            if name.eq_ignore_ascii_case("font-size") {
                print.size = css_size(value, self.size).unwrap_or(print.size);
            } else if name.eq_ignore_ascii_case("font") {
                // "bold 16px/24px Arial"
                let sized = |piece: &&str| {
                    piece.starts_with(|c: char| c.is_ascii_digit()) && piece.ends_with(char::is_alphabetic)
                };
                let size = value.split([' ', '/']).find(sized).and_then(|piece| css_size(piece, self.size));
                print.size = size.unwrap_or(print.size);
            } else if name.eq_ignore_ascii_case("color") && element.name != "a" {
                print = print.coloured(value);
            }
        }
        print
    }

    fn coloured(self, value: &str) -> Print {
        Print { tone: tone(value, self.tone), ink: ink(value, self.ink), ..self }
    }
}

/// The largest and darkest that a line holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    pub chars: usize,
    size: f32,
    /// `None` as long as everything is coloured.
    tone: Option<u8>,
    ink: Ink,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { chars: 0, size: 0.0, tone: None, ink: Ink::Plain }
    }
}

impl Seen {
    fn is_headline(&self) -> bool {
        self.size >= HEADLINE && self.chars <= HEADLINE_CHARS
    }

    pub fn add(&mut self, text: &str, print: Print) {
        let chars = text.bytes().filter(|b| !b.is_ascii_whitespace()).count();
        if chars == 0 {
            return;
        }
        self.chars += chars;
        self.size = self.size.max(print.size);
        self.ink = if print.ink == Ink::Coloured { Ink::Coloured } else { self.ink };
        self.tone = match (self.tone, print.tone) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

/// Tells each line how it is printed. `prints` has an entry for every line.
pub(super) fn mark_prints(lines: &mut [Line], prints: &[Seen]) {
    for (line, seen) in lines.iter_mut().zip(prints) {
        line.ink = seen.ink;
    }
    mark_fine(lines, prints);
}

/// Marks lines that are smaller or paler than the text.
fn mark_fine(lines: &mut [Line], prints: &[Seen]) {
    let counts = |line: &Line| line.quote == 0 && matches!(line.shape, Shape::Prose | Shape::Item);
    let own = lines.iter().zip(prints).filter(|(line, seen)| counts(line) && seen.chars > 0 && !seen.is_headline());
    let text: Vec<(bool, Seen)> = own.map(|(line, seen)| (is_sentence(&line.text), *seen)).collect();
    let Some(size) = main_size(&text) else { return };
    let dark = main_tone(&text, size);
    for (line, seen) in lines.iter_mut().zip(prints).filter(|(line, seen)| counts(line) && seen.chars > 0) {
        let smaller = seen.size <= size * SMALLER && seen.size <= SMALL;
        let paler = seen.tone.is_some_and(|tone| tone >= dark.saturating_add(PALER));
        let tiny = size >= READABLE && seen.size <= TINY || seen.size <= size * TINIER && seen.size <= SMALL;
        line.print = if tiny {
            line::Print::Tiny
        } else if smaller || paler {
            line::Print::Fine
        } else if seen.is_headline() {
            line::Print::Large
        } else {
            line::Print::Plain
        };
    }
}

/// Headlines and buttons are none.
fn is_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '»', ')', ' ']).ends_with(['.', '!', '?', ':', '。', '！', '？', '।', '؟'])
}

/// The largest size that a fair share of the sentences has: footers may hold more letters than a short text, and a
/// headline must not make the text below it fine print. Without sentences the size of most letters.
fn main_size(text: &[(bool, Seen)]) -> Option<f32> {
    let chars = |fits: &dyn Fn(&(bool, Seen)) -> bool| {
        text.iter().filter(|line| fits(line)).map(|(_, seen)| seen.chars).sum::<usize>()
    };
    let mut sizes: Vec<f32> = text.iter().map(|(_, seen)| seen.size).collect();
    sizes.sort_by(f32::total_cmp);
    sizes.dedup();
    let all = chars(&|(sentence, _)| *sentence).max(1);
    let told = |size: f32| chars(&|(sentence, seen)| *sentence && seen.size == size) * MAIN_SHARE >= all;
    let common = || sizes.iter().copied().max_by_key(|size| chars(&|(_, seen)| seen.size == *size));
    sizes.iter().rev().copied().find(|size| told(*size)).or_else(common)
}

/// The darkest tone that a fair share of the letters of that size has.
fn main_tone(text: &[(bool, Seen)], size: f32) -> u8 {
    let toned = || text.iter().filter(|(_, seen)| seen.size == size).filter_map(|(_, s)| Some((s.tone?, s.chars)));
    let mut tones: Vec<u8> = toned().map(|(tone, _)| tone).collect();
    tones.sort_unstable();
    tones.dedup();
    let dark = |tone: u8| toned().filter(|(own, _)| *own <= tone).map(|(_, chars)| chars).sum::<usize>();
    tones.into_iter().find(|tone| dark(*tone) * MAIN_SHARE >= dark(u8::MAX)).unwrap_or(0)
}

fn font_size(value: &str) -> Option<f32> {
    match value.trim() {
        "1" | "-2" => Some(10.0),
        "2" | "-1" => Some(13.0),
        "3" => Some(SIZE),
        "4" | "5" | "6" | "7" | "+1" | "+2" | "+3" => Some(18.0),
        _ => None,
    }
}

fn css_size(value: &str, outer: f32) -> Option<f32> {
    let value = value.to_ascii_lowercase();
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = value.strip_suffix(unit).and_then(|n| n.parse::<f32>().ok());
    let size = match (number, unit.trim()) {
        (Some(n), "px" | "") => n,
        (Some(n), "pt") => n * 4.0 / 3.0,
        (Some(n), "em") => n * outer,
        (Some(n), "%") => n * outer / 100.0,
        (Some(n), "rem") => n * SIZE,
        (None, "xx-small") => 9.0,
        (None, "x-small") => 10.0,
        (None, "small") => 13.0,
        (None, "smaller") => outer * 0.83,
        (None, "medium") => SIZE,
        _ => return None,
    };
    Some(size.min(400.0))
}

/// How light a grey is; nothing for colours and white.
fn tone(value: &str, outer: Option<u8>) -> Option<u8> {
    let value = value.trim().to_ascii_lowercase();
    if matches!(value.as_str(), "inherit" | "currentcolor" | "unset") {
        return outer;
    }
    let named = match value.as_str() {
        "gray" | "grey" => Some(0x80),
        "dimgray" | "dimgrey" => Some(0x69),
        "darkgray" | "darkgrey" => Some(0xa9),
        "silver" => Some(0xc0),
        "lightgray" | "lightgrey" => Some(0xd3),
        "black" | "windowtext" => Some(0),
        _ => None,
    };
    if named.is_some() {
        return named;
    }
    let [r, g, b] = rgb(&value)?;
    let (low, high) = (r.min(g).min(b), r.max(g).max(b));
    (high - low <= GREY && low < WHITE).then_some(high)
}

/// Colours that Outlook gives to all that is written in answers and to headings of its themes.
const OF_PROGRAMS: [[u8; 3]; 4] = [[0x1f, 0x49, 0x7d], [0x05, 0x63, 0xc1], [0x44, 0x54, 0x6a], [0x2f, 0x54, 0x96]];
/// Names people find in their programs.
const COLOURS: [&str; 12] = [
    "red",
    "blue",
    "green",
    "purple",
    "orange",
    "darkred",
    "darkblue",
    "darkgreen",
    "magenta",
    "fuchsia",
    "navy",
    "teal",
];

fn ink(value: &str, outer: Ink) -> Ink {
    let value = value.trim().to_ascii_lowercase();
    if matches!(value.as_str(), "inherit" | "currentcolor" | "unset") {
        return outer;
    }
    let chosen = COLOURS.contains(&value.as_str())
        || rgb(&value)
            .is_some_and(|[r, g, b]| r.max(g).max(b) - r.min(g).min(b) > GREY && !OF_PROGRAMS.contains(&[r, g, b]));
    if chosen { Ink::Coloured } else { Ink::Plain }
}

fn rgb(value: &str) -> Option<[u8; 3]> {
    if let Some(hex) = value.strip_prefix('#') {
        let digit = |at: usize| hex.get(at..at + 1).and_then(|d| u8::from_str_radix(d, 16).ok());
        let pair = |at: usize| hex.get(at..at + 2).and_then(|d| u8::from_str_radix(d, 16).ok());
        return match hex.len() {
            3 => Some([digit(0)? * 17, digit(1)? * 17, digit(2)? * 17]),
            6 | 8 => Some([pair(0)?, pair(2)?, pair(4)?]),
            _ => None,
        };
    }
    let inside = value.strip_prefix("rgba(").or_else(|| value.strip_prefix("rgb("))?.trim_end_matches(')');
    let mut parts = inside.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse::<u8>().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greys_are_told_from_colours() {
        for (colour, told) in [
            ("#999", Some(0x99)),
            ("#333333", Some(0x33)),
            ("rgb(102, 102, 102)", Some(0x66)),
            ("GRAY", Some(0x80)),
            ("#6b7280", Some(0x80)),
            ("#0563C1", None),
            ("red", None),
            ("#12", None),
            ("white", None),
            ("#fefefe", None),
            ("inherit", Some(0x77)),
        ] {
            assert_eq!(tone(colour, Some(0x77)), told, "{colour}");
        }
    }

    #[test]
    fn sizes_of_every_unit_are_told() {
        for (value, pixels) in [
            ("12px", Some(12.0)),
            ("9pt", Some(12.0)),
            ("0.5em", Some(8.0)),
            ("50%", Some(8.0)),
            ("0", Some(0.0)),
            ("x", None),
        ] {
            assert_eq!(css_size(value, SIZE), pixels, "{value}");
        }
    }
}
