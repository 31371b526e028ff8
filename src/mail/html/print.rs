//! How text is printed: size and colour. Footers are set smaller or paler than the text in every language.

use super::super::line::{self, Line, Shape};
use super::tree::Element;

/// Pixels of text that says nothing of its size.
const SIZE: f32 = 16.0;
/// Text of this many pixels is not meant to be read. 1 pt is 1.3 pixels.
const UNSEEN: f32 = 1.4;
/// Share of all letters that a size or tone must have to be that of the text.
const MAIN_SHARE: usize = 5;
/// How much smaller than the text fine print is, and never larger than this many pixels.
const SMALLER: f32 = 0.9;
const SMALL: f32 = 14.0;
/// Print that is there for the law: pixels beside text of a size to be read, or share of it.
const TINY: f32 = 11.0;
const READABLE: f32 = 14.0;
const TINIER: f32 = 0.7;
/// How much paler of 255.
const PALER: u8 = 0x34;
/// Difference between the colours of what is still grey.
const GREY: u8 = 0x30;

/// Size in pixels, and how pale a grey: 0 is black; colours have none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Print {
    size: f32,
    tone: Option<u8>,
}

impl Default for Print {
    fn default() -> Print {
        Print { size: SIZE, tone: Some(0) }
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
                    print.tone = tone(colour);
                }
            }
            "a" => print.tone = None,
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
                print.tone = tone(value);
            }
        }
        print
    }
}

/// The largest and darkest that a line holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    pub chars: usize,
    size: f32,
    /// `None` as long as everything is coloured.
    tone: Option<u8>,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { chars: 0, size: 0.0, tone: None }
    }
}

impl Seen {
    pub fn add(&mut self, text: &str, print: Print) {
        let chars = text.bytes().filter(|b| !b.is_ascii_whitespace()).count();
        if chars == 0 {
            return;
        }
        self.chars += chars;
        self.size = self.size.max(print.size);
        self.tone = match (self.tone, print.tone) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

/// Marks lines that are smaller or paler than the text. `prints` has an entry for every line.
pub(super) fn mark_fine(lines: &mut [Line], prints: &[Seen]) {
    let counts = |line: &Line| line.quote == 0 && matches!(line.shape, Shape::Prose | Shape::Item);
    let own: Vec<Seen> = lines.iter().zip(prints).filter(|(line, _)| counts(line)).map(|(_, seen)| *seen).collect();
    let all: usize = own.iter().map(|seen| seen.chars).sum();
    let Some((size, dark)) = main_print(&own, all) else { return };
    for (line, seen) in lines.iter_mut().zip(prints).filter(|(line, seen)| counts(line) && seen.chars > 0) {
        let smaller = seen.size <= size * SMALLER && seen.size <= SMALL;
        let paler = seen.tone.is_some_and(|tone| tone >= dark.saturating_add(PALER));
        let tiny = size >= READABLE && seen.size <= TINY || seen.size <= size * TINIER;
        line.print = if tiny {
            line::Print::Tiny
        } else if smaller || paler {
            line::Print::Fine
        } else {
            line::Print::Plain
        };
    }
}

/// The largest size and the darkest tone that a fair share of the text has.
fn main_print(own: &[Seen], all: usize) -> Option<(f32, u8)> {
    let enough = |chars: usize| chars * MAIN_SHARE >= all && chars > 0;
    let mut by_size: Vec<&Seen> = own.iter().filter(|seen| seen.chars > 0).collect();
    by_size.sort_by(|a, b| b.size.total_cmp(&a.size));
    let mut chars = 0;
    let size = by_size.into_iter().find(|seen| {
        chars += seen.chars;
        enough(chars)
    })?;
    let size = size.size;
    let mut tones: Vec<u8> = own.iter().filter_map(|seen| seen.tone).collect();
    tones.sort_unstable();
    tones.dedup();
    let dark = |tone: u8| own.iter().filter(|s| s.tone.is_some_and(|t| t <= tone)).map(|s| s.chars).sum::<usize>();
    let tone = tones.into_iter().find(|tone| enough(dark(*tone))).unwrap_or(0);
    Some((size, tone))
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

/// How light a grey is; nothing for colours.
fn tone(value: &str) -> Option<u8> {
    let value = value.trim().to_ascii_lowercase();
    let named = match value.as_str() {
        "gray" | "grey" => Some(0x80),
        "dimgray" | "dimgrey" => Some(0x69),
        "darkgray" | "darkgrey" => Some(0xa9),
        "silver" => Some(0xc0),
        "lightgray" | "lightgrey" => Some(0xd3),
        "white" => Some(0xff),
        "black" | "inherit" | "windowtext" => Some(0),
        _ => None,
    };
    if named.is_some() {
        return named;
    }
    let [r, g, b] = rgb(&value)?;
    let (low, high) = (r.min(g).min(b), r.max(g).max(b));
    (high - low <= GREY).then_some(high)
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
        ] {
            assert_eq!(tone(colour), told, "{colour}");
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
