//! Parts of years: "Q1/2026", "H2'25", "FY2025/26", "12/1987", "2026-07".

use super::numeral::small;
use super::token::View;
use super::{Said, date};
use crate::script::words::{MONTHS, number, spelled, year};

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core.len() > 12 || !core.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    quarter(core).or_else(|| financial(core)).or_else(|| month(core)).and_then(Said::one)
}

/// "Q1/2026", "H1-26", "Q3'25".
fn quarter(core: &str) -> Option<String> {
    let (part, in_year) = core.split_once(['/', '-', '\'', '’'])?;
    let (letter, n) = part.split_at_checked(1).filter(|(letter, _)| matches!(*letter, "Q" | "H" | "T"))?;
    let n = small(n).filter(|n| (1..=4).contains(n))?;
    Some(format!("{letter} {} {}", number(n), short_year(in_year)?))
}

/// "FY2025/26", "FY25-26".
fn financial(core: &str) -> Option<String> {
    let (from, to) = core.strip_prefix("FY")?.split_once(['/', '-', '–'])?;
    Some(format!("{} {} {}", spelled("FY"), short_year(from)?, short_year(to)?))
}

/// "12/1987", "07.2026", "2026-07".
fn month(core: &str) -> Option<String> {
    let (month, in_year) = match core.split_once(['/', '.']) {
        // "5.2010" is a decimal as well.
        Some((month, in_year)) if month.len() == 2 || core.contains('/') => (month, in_year),
        Some(_) => return None,
        None => {
            let (in_year, month) = core.split_once('-')?;
            // "2010-12" are years.
            (month.starts_with('0').then_some(month)?, in_year)
        }
    };
    let fits = (1..=2).contains(&month.len());
    let at = usize::try_from(small(month).filter(|_| fits)?.checked_sub(1)?).ok()?;
    let in_year = date::plain_year(in_year).filter(|y| (1900..=2099).contains(y))?;
    Some(format!("{} {}", MONTHS.get(at)?, year(in_year)))
}

/// "2026", "26".
fn short_year(text: &str) -> Option<String> {
    match text.len() {
        2 => small(text).map(number),
        4 => date::plain_year(text).map(year),
        _ => None,
    }
}
