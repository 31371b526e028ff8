//! What a message as a whole tells about its figures.

use crate::mail::Message;

/// Which of two figures in "3/4/2026" is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    #[default]
    MonthFirst,
    DayFirst,
}

/// What "1.250" means where nothing else tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberStyle {
    /// "1,250.50"
    #[default]
    Point,
    /// "1.250,50"
    Comma,
}

/// What a message tells about how its figures are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints {
    pub dates: DateOrder,
    pub numbers: NumberStyle,
}

/// Offsets of America in hours, where the month comes first.
const AMERICA_H: std::ops::RangeInclusive<i32> = -10..=-4;
/// Bytes of text looked at for a date that settles the order.
const EVIDENCE_BYTES: usize = 64 * 1024;

impl Hints {
    /// From the dates in the text ("25/3/2026" has no other reading), else the language, else the zone it was sent from.
    pub fn of(message: &Message) -> Hints {
        let english = message.language.as_deref().is_none_or(|code| code.eq_ignore_ascii_case("en"));
        let numbers = if english { NumberStyle::Point } else { NumberStyle::Comma };
        let texts = message.blocks.iter().map(|block| block.text.as_str());
        let evident = std::iter::once(message.subject.as_str()).chain(texts).find_map(order_in);
        let dates = evident.unwrap_or_else(|| match (english, message.date_offset_s) {
            (false, _) => DateOrder::DayFirst,
            (true, Some(offset)) if AMERICA_H.contains(&offset.div_euclid(3600)) => DateOrder::MonthFirst,
            // UTC is a machine's zone and tells nothing.
            (true, None | Some(0)) => DateOrder::MonthFirst,
            (true, Some(_)) => DateOrder::DayFirst,
        });
        Hints { dates, numbers }
    }
}

/// The order of the first date with slashes that has only one reading.
fn order_in(text: &str) -> Option<DateOrder> {
    let mut seen = 0;
    for word in text.split_whitespace() {
        seen += word.len();
        if seen > EVIDENCE_BYTES {
            return None;
        }
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        let mut parts = word.split('/').map(|part| part.parse::<u32>().ok());
        if let (Some(Some(a)), Some(Some(b)), Some(Some(_)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        {
            match (a, b) {
                (13..=31, 1..=12) => return Some(DateOrder::DayFirst),
                (1..=12, 13..=31) => return Some(DateOrder::MonthFirst),
                (_, _) => {}
            }
        }
    }
    None
}
