//! Clock times with their zones, ranges of them, ratios.

use super::numeral::small;
use super::token::{Token, View};
use super::{Said, Stop};
use crate::script::words::{number, spelled};

/// Zones people write, in words. Those not here are spelled.
const ZONES: [(&str, &str); 24] = [
    ("UTC", "U-T-C"),
    ("GMT", "G-M-T"),
    ("CET", "Central European Time"),
    ("CEST", "Central European Summer Time"),
    ("BST", "British Summer Time"),
    ("WET", "Western European Time"),
    ("EET", "Eastern European Time"),
    ("EEST", "Eastern European Summer Time"),
    ("EST", "Eastern Standard Time"),
    ("EDT", "Eastern Daylight Time"),
    ("ET", "Eastern Time"),
    ("CST", "Central Standard Time"),
    ("CDT", "Central Daylight Time"),
    ("CT", "Central Time"),
    ("MST", "Mountain Standard Time"),
    ("MDT", "Mountain Daylight Time"),
    ("MT", "Mountain Time"),
    ("PST", "Pacific Standard Time"),
    ("PDT", "Pacific Daylight Time"),
    ("PT", "Pacific Time"),
    ("IST", "Indian Standard Time"),
    ("JST", "Japan Standard Time"),
    ("AEST", "Australian Eastern Standard Time"),
    ("MSK", "Moscow Time"),
];

/// Before or after noon, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    hour: u8,
    /// `None` for "9am".
    minute: Option<u8>,
    second: Option<u8>,
    half: Option<Half>,
}

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    range(view).or_else(|| single(view)).or_else(|| zone_alone(view)).or_else(|| ratio(view))
}

fn single(view: &View<'_>) -> Option<Said> {
    let mut clock = parse(view.core())?;
    let mut used = 1;
    let mut stop = Stop::Keep;
    if clock.half.is_none()
        && let Some(half) = view.next(1).and_then(half)
    {
        clock.half = Some(half);
        used = 2;
    }
    // "10:30 a.m. in the hall": the full stop is the abbreviation's.
    let last = view.token(used - 1)?;
    if clock.half.is_some() && last.core.contains('.') && last.trail.starts_with('.') {
        stop = Stop::Swallow;
    }
    // A bare figure is a time only with its half of the day.
    if clock.minute.is_none() && clock.half.is_none() {
        return None;
    }
    // "12:00 noon": said once.
    let named = view.next(used).is_some_and(|word| matches!(word, "noon" | "midday" | "midnight"));
    let mut say = match (clock.half, clock.minute) {
        (None, Some(0)) if named && clock.hour == 12 => number(12),
        (None, _) if after_evening(view, clock) => words(Clock { half: Some(Half::Morning), ..clock })?,
        (_, _) => words(clock)?,
    };
    if let Some(zone) = view.next_after(used, &["."]).and_then(|word| zone(word).or_else(|| header_zone(clock, word))) {
        say = format!("{say} {zone}");
        used += 1;
        stop = Stop::Keep;
    }
    Some(Said { used, say, stop })
}

/// "10:00-11:30", "9am–5pm", "9-11am", and with blanks around the dash.
fn range(view: &View<'_>) -> Option<Said> {
    let (from, to, mut used) = match view.core().split_once(['-', '–', '—']) {
        Some((from, to)) => (from, to, 1),
        None => {
            let dash = view.token(1).filter(|dash| dash.core.is_empty() && is_dash(dash.lead))?;
            let end =
                view.token(2).filter(|end| end.lead.is_empty() && view.trail().is_empty() && dash.trail.is_empty())?;
            (view.core(), end.core, 3)
        }
    };
    if is_end(to) {
        let from = parse(from).filter(|from| from.minute.is_some() || from.half.is_some())?;
        return Said::new(used, format!("{} to {to}", words(from)?));
    }
    let (mut from, mut to) = (parse(from)?, parse(to)?);
    if to.half.is_none()
        && let Some(half) = view.next(used).and_then(half)
    {
        to.half = Some(half);
        used += 1;
    }
    let timed = |clock: Clock| clock.minute.is_some() || clock.half.is_some();
    if from.minute.is_some() && !timed(to) && used == 1 {
        let end = if from.hour > 12 { words(Clock { minute: Some(0), ..to })? } else { number(u64::from(to.hour)) };
        return Said::one(format!("{} to {end}", words(from)?));
    }
    if !timed(to) || (from.minute.is_none() && to.half.is_none()) {
        return None;
    }
    // "9-11am": the first time is said bare.
    if from.minute.is_none() && from.half.is_none() {
        from.minute = Some(0);
    }
    let bare_from = from.half.is_none() && from.minute == Some(0) && to.half.is_some();
    let first = if bare_from { number(u64::from(from.hour)) } else { words(from)? };
    if from.hour > 12 && to.half.is_none() && to.hour < 12 && to.hour > 0 {
        to.half = Some(Half::Morning);
    }
    let mut say = format!("{first} to {}", words(to)?);
    let mut stop = if view.token(used - 1)?.core.ends_with(".m") { Stop::Swallow } else { Stop::Keep };
    if let Some(zone) = view.next_after(used, &["."]).and_then(zone) {
        say = format!("{say} {zone}");
        used += 1;
        stop = Stop::Keep;
    }
    Some(Said { used, say, stop })
}

pub(super) fn is_dash(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "--")
}

/// "CET" and "UTC+2" where no time stands before.
fn zone_alone(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    // "at 12:30 p.m. (PST)"
    let bracketed = view.lead().contains('(') && view.trail().starts_with(')') && view.last().is_some_and(holds_time);
    let known = core.starts_with("UTC") || core.starts_with("GMT") || bracketed;
    if known { Said::one(zone(core)?) } else { None }
}

/// "from 22:00 to 06:00": the second is of the next morning.
fn after_evening(view: &View<'_>, clock: Clock) -> bool {
    let mut behind = view.behind(2);
    let joined = behind.next().is_some_and(|word| matches!(word, "to" | "until" | "till" | ""));
    let evening = behind.next().and_then(parse).is_some_and(|from| from.hour > 12 && from.minute.is_some());
    joined && evening && (1..12).contains(&clock.hour)
}

/// "08:15:00 +0100", as headers of mails have it.
fn header_zone(clock: Clock, word: &str) -> Option<String> {
    let figures = word.strip_prefix(['+', '-', '−']).filter(|figures| figures.len() == 4)?;
    let fits = clock.minute.is_some() && figures.bytes().all(|b| b.is_ascii_digit());
    let said = offset(word).filter(|_| fits)?;
    Some(if figures == "0000" { "U-T-C".to_owned() } else { format!("U-T-C {said}") })
}

/// "am", "p.m.".
pub(super) fn is_half_day(word: &str) -> bool {
    half(word.trim_end_matches('.')).is_some()
}

pub(super) fn is_zone(word: &str) -> bool {
    ZONES.iter().any(|(short, _)| *short == word)
}

/// "11am", "9:30", "4p.m.".
pub(super) fn is_timed(word: &str) -> bool {
    parse(word.trim_end_matches('.')).is_some_and(|clock| clock.half.is_some() || word.contains(':'))
}

/// What a time can last until: "9am-noon", "5pm-late".
pub(super) fn is_end(word: &str) -> bool {
    matches!(word, "noon" | "midday" | "midnight" | "late" | "close" | "closing" | "dusk" | "dawn" | "onwards")
}

fn holds_time(token: &Token<'_>) -> bool {
    token.core.starts_with(|c: char| c.is_ascii_digit()) || half(token.core).is_some()
}

/// "16:9", "3:2": neither minutes nor a verse.
fn ratio(view: &View<'_>) -> Option<Said> {
    let (a, b) = view.core().split_once(':')?;
    Said::one(format!("{} to {}", number(small(a)?), number(small(b)?)))
}

/// The clock of an ISO date: "08:10:00.5+01:00", "0810Z".
pub(super) fn iso_clock(text: &str) -> Option<String> {
    let at = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at_checked(at)?;
    let said = words(parse(clock.split('.').next().unwrap_or(clock))?)?;
    Some(match zone {
        "" => said,
        "Z" | "+00:00" => format!("{said} U-T-C"),
        other => format!("{said} U-T-C {}", offset(other)?),
    })
}

fn zone(word: &str) -> Option<String> {
    let at = word.find(['+', '-', '−']).unwrap_or(word.len());
    let (name, offset_text) = word.split_at_checked(at)?;
    let name = ZONES.iter().find(|(short, _)| *short == name).map(|(_, long)| *long)?;
    match offset_text {
        "" => Some(name.to_owned()),
        text => Some(format!("{name} {}", offset(text)?)),
    }
}

/// "+01:00" -> "plus one", "-5:30" -> "minus five thirty".
fn offset(text: &str) -> Option<String> {
    let sign = if text.starts_with('+') { "plus" } else { "minus" };
    let figures = text.trim_start_matches(['+', '-', '−']);
    let (hours, minutes) = match figures.split_once(':') {
        Some(parts) => parts,
        None if figures.len() == 4 => figures.split_at_checked(2)?,
        None => (figures, "00"),
    };
    let hours = number(small(hours).filter(|h| *h <= 14)?);
    Some(match small(minutes)? {
        0 => format!("{sign} {hours}"),
        minutes => format!("{sign} {hours} {}", number(minutes)),
    })
}

fn half(word: &str) -> Option<Half> {
    match word {
        "am" | "a.m" | "AM" | "A.M" | "Am" | "a.m." | "A.M." => Some(Half::Morning),
        "pm" | "p.m" | "PM" | "P.M" | "Pm" | "p.m." | "P.M." => Some(Half::Afternoon),
        _ => None,
    }
}

/// A clock time of hours and minutes: "18:30".
pub(super) fn clock(text: &str) -> Option<Clock> {
    parse(text).filter(|clock| clock.minute.is_some())
}

/// "9:10", "09:10:05", "9:10am", "9am", "9.30pm", "14h30", "9" (no minutes).
fn parse(text: &str) -> Option<Clock> {
    if text.len() > 12 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let figures_len = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | 'h'))).unwrap_or(text.len());
    let (figures, ending) = text.split_at_checked(figures_len)?;
    let half = match ending {
        "" => None,
        // "6:05p" of an itinerary; "50p" are pence.
        "a" if figures.contains(':') => Some(Half::Morning),
        "p" if figures.contains(':') => Some(Half::Afternoon),
        ending => Some(half(ending)?),
    };
    let dotted = figures.contains('.');
    if dotted && half.is_none() {
        return None;
    }
    let mut parts = figures.split([':', '.', 'h']);
    let hour = u8::try_from(small(parts.next()?)?).ok()?;
    let minute = two_digits(parts.next())?;
    let second = two_digits(parts.next())?;
    let in_range = hour <= 24 && minute.is_none_or(|m| m < 60) && second.is_none_or(|s| s < 61);
    let half_fits = half.is_none() || (1..=12).contains(&hour) || minute.is_some();
    (in_range && half_fits && parts.next().is_none()).then_some(Clock { hour, minute, second, half })
}

/// `Some(None)` when the part is absent, `None` when it is no pair of digits.
fn two_digits(part: Option<&str>) -> Option<Option<u8>> {
    match part {
        None => Some(None),
        Some(text) if text.len() == 2 => Some(Some(u8::try_from(small(text)?).ok()?)),
        Some(_) => None,
    }
}

/// "nine ten", "nine o'clock", "nine A-M", "two thirty P-M" (also for 14:30).
pub(super) fn words(clock: Clock) -> Option<String> {
    let minute = clock.minute.unwrap_or(0);
    let (hour, half) = match (clock.hour, clock.half) {
        (0 | 24, None) if minute == 0 => return Some("midnight".to_owned()),
        (12, None) if minute == 0 && clock.second.is_none() => return Some("noon".to_owned()),
        (0 | 24, half) => (12, half.or(Some(Half::Morning))),
        (hour @ 13..=23, _) => (hour - 12, Some(Half::Afternoon)),
        (hour, half) => (hour, half),
    };
    let hour = number(u64::from(hour));
    let clock_words = match (minute, half) {
        (0, None) => format!("{hour} o'clock"),
        (0, Some(_)) => hour,
        (1..=9, _) => format!("{hour} oh {}", number(u64::from(minute))),
        (_, _) => format!("{hour} {}", number(u64::from(minute))),
    };
    let seconds = match clock.second {
        None | Some(0) => String::new(),
        Some(second) => format!(" and {} seconds", number(u64::from(second))),
    };
    let half = match half {
        None => String::new(),
        Some(Half::Morning) => format!(" {}", spelled("AM")),
        Some(Half::Afternoon) => format!(" {}", spelled("PM")),
    };
    Some(format!("{clock_words}{seconds}{half}"))
}
