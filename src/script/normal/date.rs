//! Dates: ISO, with slashes, dots or names of months; weekdays and months shortened. A date that does not exist is none.

use super::token::View;
use super::{DateOrder, Hints, NumberStyle, Said, Stop, ordinal, time};
use crate::script::words::{day_of_month, number, year};

const MONTHS: [(&str, i8); 24] = [
    ("january", 1),
    ("jan", 1),
    ("february", 2),
    ("feb", 2),
    ("march", 3),
    ("mar", 3),
    ("april", 4),
    ("apr", 4),
    ("may", 5),
    ("june", 6),
    ("jun", 6),
    ("july", 7),
    ("jul", 7),
    ("august", 8),
    ("aug", 8),
    ("september", 9),
    ("sept", 9),
    ("sep", 9),
    ("october", 10),
    ("oct", 10),
    ("november", 11),
    ("nov", 11),
    ("december", 12),
    ("dec", 12),
];
const WEEKDAYS: [(&str, &str); 10] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("tues", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("thur", "Thursday"),
    ("thurs", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    iso(view)
        .or_else(|| named(view.core()).and_then(Said::one))
        .or_else(|| figures(view))
        .or_else(|| month_first(view))
        .or_else(|| day_first(view))
        .or_else(|| day_with_dots(view))
        .or_else(|| short_name(view))
        .or_else(|| name_range(view.core()).and_then(Said::one))
}

/// "2026-03-02", "2026/03/02", "2026-03-02T08:10:00+01:00".
fn iso(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if let Some((y, week)) = core.split_once("-W") {
        let week = super::numeral::small(week).filter(|week| (1..=53).contains(week))?;
        return Said::one(format!("week {} of {}", number(week), year(plain_year(y)?)));
    }
    let (date, clock) = match core.split_once('T') {
        Some((date, clock)) => (date, Some(clock)),
        None => (core, None),
    };
    let mark = if date.contains('-') { '-' } else { '/' };
    let [y, m, d] = three(date, mark)?;
    if y.len() != 4 {
        return None;
    }
    let words = written(m.parse().ok()?, d.parse().ok()?, Some(full_year(y)?))?;
    match clock {
        Some(clock) => Said::one(format!("{words}, {}", time::iso_clock(clock)?)),
        None => Said::one(words),
    }
}

/// "3/4/2026" in the mail's order, "3.4.2026" always with the day first, "03-04-2026".
fn figures(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    let after_version = view.before().is_some_and(|word| word.to_lowercase().starts_with("ver"));
    let two_figures = after_version && !core.contains('/') && core.len() <= 8;
    if two_figures { None } else { Said::one(in_figures(core, view.hints)?) }
}

/// "10-Sep-2026", "10-Sep-26", "10-Sep".
fn named(core: &str) -> Option<String> {
    if core.len() > 17 {
        return None;
    }
    let (d, rest) = core.split_once('-')?;
    let (name, y) = rest.split_once('-').map_or((rest, None), |(name, y)| (name, Some(y)));
    let in_year = match y {
        Some(y) => Some(full_year(y).filter(|_| matches!(y.len(), 2 | 4))?),
        None => None,
    };
    written(month(name)?, day(d)?, in_year)
}

/// "3/4/2026" as words.
pub(super) fn in_figures(text: &str, hints: &Hints) -> Option<String> {
    let mark = ['/', '.', '-'].into_iter().find(|mark| text.contains(*mark))?;
    let [a, b, y] = three(text, mark)?;
    let padded = a.len() == 2 && b.len() == 2;
    // "2.1.03" is a version, "02.01.03" a date.
    let year_fits = y.len() == 4 || (y.len() == 2 && (mark == '/' || padded));
    if !year_fits || a.len() > 2 || b.len() > 2 {
        return None;
    }
    let (a, b) = (a.parse::<i8>().ok()?, b.parse::<i8>().ok()?);
    let y = full_year(y)?;
    let day_first = match mark {
        '.' => true,
        _ => hints.dates == DateOrder::DayFirst,
    };
    let (first, second) = if day_first { ((b, a), (a, b)) } else { ((a, b), (b, a)) };
    // The other order when this one gives no date: 25/3 has only one reading.
    written(first.0, first.1, Some(y)).or_else(|| written(second.0, second.1, Some(y)))
}

/// "March 3", "March 3rd, 2026", "Mar. 3", "March 2026".
fn month_first(view: &View<'_>) -> Option<Said> {
    let month = month(view.core())?;
    let next = view.next_after(1, &["."])?;
    if let Some(day) = day(next) {
        let year_at = view.next_after(2, &[","]).and_then(plain_year);
        let words = written(month, day, year_at)?;
        return Said::new(if year_at.is_some() { 3 } else { 2 }, words);
    }
    let name = day_of_month(month, 1);
    let name = name.split(' ').next()?;
    Said::new(2, format!("{name} {}", year(plain_year(next)?)))
}

/// "3 March 2026", "3rd of March", "3. March".
fn day_first(view: &View<'_>) -> Option<Said> {
    let day = day(view.core())?;
    let of = view.next(1).is_some_and(|word| word == "of") && ordinal::value(view.core()).is_some();
    let at = if of { 2 } else { 1 };
    let month_word = view.next_after(at, if of { &[] } else { &["."] })?;
    let month = month(month_word)?;
    let year_at = view.next_after(at + 1, &[",", "."]).and_then(plain_year);
    let words = written(month, day, year_at)?;
    Said::new(at + 1 + usize::from(year_at.is_some()), words)
}

/// "24.12." where a full stop makes the ordinal: in such a language, or before a sentence that goes on.
fn day_with_dots(view: &View<'_>) -> Option<Said> {
    let (day, month) = day_and_month(view.core())?;
    let goes_on = view.token(1).is_some_and(|next| next.core.starts_with(char::is_lowercase));
    if view.trail() != "." || !(goes_on || view.numbers() == NumberStyle::Comma) {
        return None;
    }
    Some(Said { used: 1, say: written(month, day, None)?, stop: Stop::Swallow })
}

/// "24.12" -> (24, 12).
pub(super) fn day_and_month(text: &str) -> Option<(i8, i8)> {
    let (d, m) = text.split_once('.').filter(|(_, m)| (1..=2).contains(&m.len()))?;
    Some((day(d)?, i8::try_from(super::numeral::small(m)?).ok().filter(|month| (1..=12).contains(month))?))
}

/// Whether a date begins here.
pub(super) fn begins(view: &View<'_>) -> bool {
    let weekday = name_of(view.core()).is_some_and(|name| name.ends_with("day"))
        || WEEKDAYS.iter().any(|(_, full)| *full == view.core());
    let view = if weekday { view.further(1) } else { view.further(0) };
    month_first(&view).is_some() || day_first(&view).is_some()
}

/// Whether a date ends just before this place: "28 Feb", "Feb 28", "Feb 28, 2026".
pub(super) fn ends_before(view: &View<'_>) -> bool {
    let mut behind = view.behind(3);
    let last = behind.next().unwrap_or("");
    let figure = day(last).is_some() || plain_year(last).is_some();
    let weekday = |word: &str| name_of(word).is_some_and(|name| name.ends_with("day"));
    (figure && behind.any(|word| month(word).is_some() || weekday(word)))
        || (month(last).is_some() && view.behind(2).nth(1).is_some_and(|word| day(word).is_some()))
}

/// Short names that are nothing else, so that they need no date beside them.
const CLEAR: [&str; 14] =
    ["Tue", "Tues", "Wed", "Thu", "Thur", "Thurs", "Fri", "Feb", "Apr", "Aug", "Sept", "Oct", "Nov", "Dec"];
/// Words before "Sat", "Sun", "Jan" and "Mar" that make days and months of them.
const BEFORE_NAME: [&str; 16] = [
    "on", "by", "until", "till", "next", "this", "last", "every", "from", "since", "in", "before", "after", "each",
    "late", "early",
];

/// Of these, those that stand before the name Jan as well: "a note from Jan".
const BEFORE_PERSON: [&str; 5] = ["from", "by", "before", "after", "on"];

/// "Tue, 3 March", "Jan. 5", "by Fri.", "in Sept".
fn short_name(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if !core.starts_with(char::is_uppercase) || name_of(core).is_none() {
        return None;
    }
    let joined = view.before().is_some_and(|word| matches!(word, "or" | "and" | "to" | "&"))
        && view.behind(2).nth(1).is_some_and(|word| name_of(word).is_some());
    // "from Jan to Mar"
    let joins = view.next(1).is_some_and(|word| matches!(word, "to" | "or" | "and" | "until" | "till"))
        && view.next(2).is_some_and(|word| name_of(word).is_some());
    let before = view.before().map(str::to_lowercase);
    let before = before.as_deref().filter(|word| BEFORE_NAME.contains(word));
    let person = core == "Jan" && !joins && before.is_some_and(|word| BEFORE_PERSON.contains(&word));
    let asked = (joined || before.is_some() && !person)
        && !view.next(1).is_some_and(|next| next.starts_with(char::is_uppercase));
    let dotted = view.trail().starts_with('.') && view.token(1).is_some();
    let before_date = view
        .next_after(1, &[",", ".,", "."])
        .is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()) || month(next).is_some());
    let plain = asked || CLEAR.contains(&core);
    if !(dotted || before_date || plain) {
        return None;
    }
    let stop = if dotted { Stop::Swallow } else { Stop::Keep };
    let name = name_of(core).filter(|name| name.len() > core.len())?;
    Some(Said { used: 1, say: name.to_owned(), stop })
}

/// "Mon-Fri", "Jan–Mar".
fn name_range(core: &str) -> Option<String> {
    let (from, to) = core.split_once(['-', '–'])?;
    Some(format!("{} to {}", name_of(from)?, name_of(to)?))
}

/// Whether it is a month or a day of the week: "Sept", "Wed", "Friday".
pub(super) fn is_name(word: &str) -> bool {
    let long = |name: &str| WEEKDAYS.iter().any(|(_, full)| *full == name);
    word.len() <= 9 && word.starts_with(char::is_uppercase) && (name_of(word).is_some() || long(word))
}

fn name_of(short: &str) -> Option<&'static str> {
    let lower = short.to_lowercase();
    let weekday = WEEKDAYS.iter().find(|(name, _)| *name == lower).map(|(_, full)| *full);
    weekday.or_else(|| {
        let (_, month) = MONTHS.iter().find(|(name, _)| *name == lower)?;
        usize::try_from(month - 1).ok().and_then(|at| crate::script::words::MONTHS.get(at)).copied()
    })
}

/// A month's number. "may" and "march" are words when they are not capitalised.
pub(super) fn month(word: &str) -> Option<i8> {
    if word.len() > 9 || !word.starts_with(char::is_uppercase) {
        return None;
    }
    let lower = word.to_lowercase();
    MONTHS.iter().find(|(name, _)| *name == lower).map(|(_, number)| *number)
}

pub(super) fn day(word: &str) -> Option<i8> {
    let n = match ordinal::value(word) {
        Some(n) => n,
        None if word.len() <= 2 => super::numeral::small(word)?,
        None => return None,
    };
    i8::try_from(n).ok().filter(|day| (1..=31).contains(day))
}

pub(super) fn plain_year(word: &str) -> Option<u64> {
    super::numeral::small(word).filter(|y| word.len() == 4 && (1000..=2999).contains(y))
}

/// Four digits as they are, two as this century below 70.
fn full_year(text: &str) -> Option<u64> {
    let y = super::numeral::small(text)?;
    Some(match text.len() {
        2 if y < 70 => 2000 + y,
        2 => 1900 + y,
        _ => y,
    })
}

/// The words of a date that exists.
pub(super) fn written(month: i8, day: i8, in_year: Option<u64>) -> Option<String> {
    let calendar_year = in_year.map_or(Some(2024), |y| i16::try_from(y).ok())?;
    jiff::civil::Date::new(calendar_year, month, day).ok()?;
    let words = day_of_month(month, day);
    Some(match in_year {
        Some(y) => format!("{words}, {}", year(y)),
        None => words,
    })
}

fn three(text: &str, mark: char) -> Option<[&str; 3]> {
    if text.len() > 10 {
        return None;
    }
    let mut parts = text.split(mark);
    let found = [parts.next()?, parts.next()?, parts.next()?];
    let digits = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    (parts.next().is_none() && found.iter().all(digits)).then_some(found)
}
