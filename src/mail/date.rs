//! The Date header as mail programs really write it.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::Offset;

/// A moment and the zone it was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub at: Timestamp,
    /// Seconds east of UTC.
    pub offset_s: i32,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Parses RFC 5322 dates and their common injuries: no weekday, no seconds, two-digit years, dashes, named or missing
/// zones, ISO 8601, asctime order, trailing comments.
pub(crate) fn parse(text: &str) -> Option<Written> {
    if let Ok(at) = text.trim().parse::<Timestamp>() {
        return Some(Written { at, offset_s: iso_offset(text) });
    }
    let text = text.split('(').next().unwrap_or_default().replace(',', " ").replace(" -", " \u{1}");
    let text = text.replace('-', " ").replace('\u{1}', "-");
    let mut found = Found::default();
    for word in text.split_whitespace().take(12) {
        found.take(word);
    }
    found.finish()
}

fn iso_offset(text: &str) -> i32 {
    let tail = text.trim().get(19..).unwrap_or_default();
    tail.find(['+', '-']).and_then(|at| tail.get(at..)).and_then(zone).unwrap_or(0)
}

#[derive(Default)]
struct Found {
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
    clock: Option<(i8, i8, i8)>,
    offset_s: Option<i32>,
    afternoon: Option<bool>,
}

impl Found {
    fn take(&mut self, word: &str) {
        let lower = word.to_ascii_lowercase();
        if let Some(clock) = clock(&lower) {
            self.clock = self.clock.or(Some(clock));
        } else if lower.starts_with(['+', '-']) && self.clock.is_some() {
            self.offset_s = self.offset_s.or(zone(&lower));
        } else if let Ok(number) = lower.parse::<i16>() {
            self.number(number, lower.len());
        } else if let Some(month) = MONTHS.iter().position(|month| lower.starts_with(month)) {
            self.month = self.month.or(i8::try_from(month + 1).ok());
        } else if lower == "pm" || lower == "am" {
            self.afternoon = Some(lower == "pm");
        } else if self.clock.is_some() && self.offset_s.is_none() {
            self.offset_s = named_zone(&lower);
        }
    }

    fn number(&mut self, number: i16, digits: usize) {
        if self.day.is_none() && (1..=31).contains(&number) && digits <= 2 {
            self.day = i8::try_from(number).ok();
        } else if self.year.is_none() && digits >= 2 {
            // RFC 5322, 4.3: two digits below 50 are this century, three digits count from 1900.
            self.year = Some(match number {
                0..=49 if digits == 2 => 2000 + number,
                50..=999 => 1900 + number,
                _ => number,
            });
        }
    }

    fn finish(self) -> Option<Written> {
        let (mut hour, minute, second) = self.clock?;
        match self.afternoon {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            Some(_) | None => {}
        }
        let date = civil::Date::new(self.year?, self.month?, self.day?).ok()?;
        let time = civil::Time::new(hour, minute, second.min(59), 0).ok()?;
        let offset_s = self.offset_s.unwrap_or(0);
        let at = Offset::from_seconds(offset_s).ok()?.to_timestamp(date.to_datetime(time)).ok()?;
        Some(Written { at, offset_s })
    }
}

/// `10:15`, `10:15:30`, `10.15.30`.
fn clock(word: &str) -> Option<(i8, i8, i8)> {
    let separator = if word.contains(':') { ':' } else { '.' };
    let mut parts = word.split(separator);
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let second: i8 = parts.next().map_or(Some(0), |s| s.get(..2).unwrap_or(s).parse().ok())?;
    ((0..24).contains(&hour) && (0..60).contains(&minute) && (0..62).contains(&second))
        .then_some((hour, minute, second))
}

/// `+0100`, `-08:00`; what is out of range says nothing.
fn zone(word: &str) -> Option<i32> {
    let west = word.starts_with('-');
    let digits: String = word.chars().filter(char::is_ascii_digit).take(4).collect();
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) };
    let seconds = hours * 3600 + minutes * 60;
    (hours <= 14 && minutes < 60).then_some(if west { -seconds } else { seconds })
}

/// Zones by name (RFC 5322, 4.3, and a few seen in the field). Others are taken as UTC, as the standard says.
fn named_zone(word: &str) -> Option<i32> {
    let hours = match word {
        "gmt" | "ut" | "utc" | "z" | "wet" => 0,
        "est" => -5,
        "edt" => -4,
        "cst" => -6,
        "cdt" => -5,
        "mst" => -7,
        "mdt" => -6,
        "pst" => -8,
        "pdt" => -7,
        "cet" | "met" | "bst" | "west" => 1,
        "cest" | "mest" | "eet" => 2,
        "eest" | "msk" => 3,
        "jst" | "kst" => 9,
        _ => return None,
    };
    Some(hours * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        for (text, utc, offset) in [
            ("Mon, 02 Mar 2026 10:15:30 +0100", "2026-03-02T09:15:30Z", 3600),
            ("2 Mar 2026 10:15 -0800", "2026-03-02T18:15:00Z", -28800),
            ("Mon, 2 Mar 26 10:15:30 GMT", "2026-03-02T10:15:30Z", 0),
            ("Monday, 2-Mar-2026 10:15:30 EST", "2026-03-02T15:15:30Z", -18000),
            ("Mon Mar  2 10:15:30 2026", "2026-03-02T10:15:30Z", 0),
            ("2026-03-02T10:15:30+01:00", "2026-03-02T09:15:30Z", 3600),
            ("Mon, 02 Mar 2026 10:15:30 +0100 (CET)", "2026-03-02T09:15:30Z", 3600),
            ("Mon, 02 Mar 2026 10:15:60 +0000", "2026-03-02T10:15:59Z", 0),
            ("02 March 2026 03:15 PM +0000", "2026-03-02T15:15:00Z", 0),
        ] {
            let written = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((written.at.to_string().as_str(), written.offset_s), (utc, offset), "{text}");
        }
        for text in ["", "yesterday", "32 Mar 2026 10:15", "2 Mar 2026", "Mon, 31 Feb 2026 10:00:00 +0000"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
