//! Several days of one month: "5-7 May", "May 5–7, 2026", "from 5 to 7 May", "the 5th and 6th of May", "24.12.-26.12.".

use super::token::View;
use super::{Said, Stop, date, ordinal, time};
use crate::script::words::{self, day_of_month};

/// Two days of one month and the word between them.
struct Days {
    first: i8,
    joint: &'static str,
    last: i8,
}

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    // Days and months begin so; most words do not.
    if !view.core().starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase()) {
        return None;
    }
    days_then_month(view)
        .or_else(|| month_then_days(view))
        .or_else(|| dotted(view))
        .or_else(|| ordinals(view.core()).and_then(Said::one))
        .or_else(|| in_figures(view).and_then(Said::one))
}

fn days_then_month(view: &View<'_>) -> Option<Said> {
    let (days, used) = days(view)?;
    let of = view.next(used).is_some_and(|word| word == "of");
    let at = used + usize::from(of);
    let month = date::month(view.next_after(at, &["."])?)?;
    let year = view.next_after(at + 1, &[",", "."]).and_then(date::plain_year);
    Said::new(at + 1 + usize::from(year.is_some()), days.say(month, year)?)
}

fn month_then_days(view: &View<'_>) -> Option<Said> {
    let month = date::month(view.core())?;
    view.next_after(1, &["."])?;
    let (days, used) = days(&view.further(1))?;
    let used = used + 1;
    let year = view.next_after(used, &[","]).and_then(date::plain_year);
    let ends = year.is_some() || view.next(used).is_none();
    // "on May 5 - 7 people came": the dash belongs to the sentence.
    if used > 2 && !ends {
        return None;
    }
    Said::new(used + usize::from(year.is_some()), days.say(month, year)?)
}

/// "24.12.-26.12.", as written where a full stop makes the ordinal.
fn dotted(view: &View<'_>) -> Option<Said> {
    if view.core().len() > 24 {
        return None;
    }
    let (from, to) = view.core().split_once(".-").or_else(|| view.core().split_once(".–"))?;
    if let Some(last) = date::in_figures(to, view.hints) {
        let (day, month) = match from.split_once('.') {
            Some(_) => date::day_and_month(from)?,
            // "12.-16.10.2026"
            None => (date::day(from)?, date::day_and_month(to.get(..to.rfind('.')?)?)?.1),
        };
        return Said::one(format!("{} to {last}", date::written(month, day, None)?));
    }
    let ((first, month), (last, last_month)) = (date::day_and_month(from)?, date::day_and_month(to)?);
    let say = if month == last_month {
        Days { first, joint: "to", last }.say(month, None)?
    } else {
        format!("{} to {}", date::written(month, first, None)?, date::written(last_month, last, None)?)
    };
    Some(Said { used: 1, say, stop: Stop::Swallow })
}

/// "01/03/2026–31/03/2026", "1.3.2026-5.3.2026".
fn in_figures(view: &View<'_>) -> Option<String> {
    let core = view.core();
    if core.len() > 24 {
        return None;
    }
    let (from, to) = core.split_once(['–', '—']).or_else(|| core.split_once('-'))?;
    Some(format!("{} to {}", date::in_figures(from, view.hints)?, date::in_figures(to, view.hints)?))
}

/// "14th-15th".
fn ordinals(core: &str) -> Option<String> {
    let (from, to) = core.split_once(['-', '–', '—'])?;
    Some(format!("{} to {}", words::ordinal(ordinal::value(from)?), words::ordinal(ordinal::value(to)?)))
}

/// "5-7", "5th–7th", "5/6" in one token; "5 - 7", "5 to 7", "5 and 6" in three.
fn days(view: &View<'_>) -> Option<(Days, usize)> {
    let core = view.core();
    if let Some((at, mark)) = core.char_indices().find(|(_, c)| matches!(c, '-' | '–' | '—' | '/' | '&')) {
        let joint = if matches!(mark, '/' | '&') { "and" } else { "to" };
        let last = core.get(at + mark.len_utf8()..)?;
        return Some((Days::of(core.get(..at)?, joint, last)?, 1));
    }
    let joint = joint(view)?;
    let last = view.token(2).filter(|last| last.lead.is_empty())?;
    Some((Days::of(core, joint, last.core)?, 3))
}

fn joint(view: &View<'_>) -> Option<&'static str> {
    let between = view.token(1).filter(|between| view.trail().is_empty() && between.trail.is_empty())?;
    match between.core {
        "" if time::is_dash(between.lead) => Some("to"),
        "to" | "until" | "till" => Some("to"),
        "and" | "&" => Some("and"),
        "or" => Some("or"),
        _ => None,
    }
}

impl Days {
    fn of(first: &str, joint: &'static str, last: &str) -> Option<Days> {
        let (first, last) = (date::day(first)?, date::day(last)?);
        (first < last).then_some(Days { first, joint, last })
    }

    /// "May fifth to seventh, twenty twenty-six".
    fn say(&self, month: i8, year: Option<u64>) -> Option<String> {
        date::written(month, self.last, year)?;
        let last = words::ordinal(u64::try_from(self.last).ok()?);
        let said = format!("{} {} {last}", day_of_month(month, self.first), self.joint);
        Some(match year {
            Some(year) => format!("{said}, {}", words::year(year)),
            None => said,
        })
    }
}
