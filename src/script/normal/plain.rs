//! Figures nothing else claims: amounts, years, decades.

use super::numeral::{Numeral, small};
use super::token::View;
use super::{NumberStyle, Said, word};
use crate::script::words::{number, year};

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if let Some(words) = stars(view) {
        return Said::one(words);
    }
    if let Some(n) = as_year(core) {
        return Said::one(year(n));
    }
    if let Some(words) = decade(view) {
        return Said::one(words);
    }
    Said::one(amount(core, view.numbers())?)
}

/// "a 5* hotel".
fn stars(view: &View<'_>) -> Option<String> {
    let n = small(view.core()).filter(|n| (1..=7).contains(n) && view.trail() == "*" && !view.lead().contains('*'))?;
    let rated = |word: &str| {
        matches!(
            word.to_lowercase().as_str(),
            "hotel" | "hotels" | "resort" | "review" | "reviews" | "rating" | "service" | "spa" | "lodge"
        )
    };
    view.next_after(1, &["*"]).filter(|word| rated(word))?;
    Some(format!("{} star", number(n)))
}

/// "~5", "±3", "10+", "#5" and plain amounts.
fn amount(core: &str, style: NumberStyle) -> Option<String> {
    let (lead, body) = match core.chars().next()? {
        '~' | '≈' => ("about ", core.trim_start_matches(['~', '≈'])),
        '±' => ("plus or minus ", core.trim_start_matches('±')),
        '#' | '№' => ("number ", core.trim_start_matches(['#', '№'])),
        '≤' => ("at most ", core.trim_start_matches('≤')),
        '≥' => ("at least ", core.trim_start_matches('≥')),
        _ => ("", core),
    };
    // "T-2 days"
    let (lead, body) = match body.strip_prefix("T-") {
        Some(days) => ("T minus ", days),
        None => (lead, body),
    };
    let (body, tail) = match body.strip_suffix('+') {
        Some(body) => (body, " plus"),
        None => (body, ""),
    };
    Some(format!("{lead}{}{tail}", Numeral::parse(body, style)?.say()))
}

/// Four digits people read as a year.
pub(super) fn as_year(text: &str) -> Option<u64> {
    small(text).filter(|n| text.len() == 4 && (1100..=2099).contains(n))
}

/// "1990s", "the 90s" ("90s" alone is a time).
pub(super) fn decade(view: &View<'_>) -> Option<String> {
    // "mid-90s"
    let (part, core) = view.core().split_once('-').unwrap_or(("", view.core()));
    let named = matches!(part, "mid" | "early" | "late")
        || view.lead().ends_with(['\'', '’', '‘'])
        || view.before().is_some_and(|word| ["the", "early", "mid", "late"].contains(&word.to_lowercase().as_str()));
    if !part.is_empty() && !named {
        return None;
    }
    let ages = view.before().is_some_and(|word| matches!(word, "under" | "over" | "Under" | "Over"));
    let figures = core.strip_suffix("'s").or_else(|| core.strip_suffix("’s")).or_else(|| core.strip_suffix('s'))?;
    let n = small(figures)?;
    let words = match figures.len() {
        4 if n.is_multiple_of(10) && (1100..=2099).contains(&n) => year(n),
        2 if ages => number(n),
        2 if n == 0 && view.lead().ends_with(['\'', '’', '‘']) => "two thousand".to_owned(),
        2 if named && n.is_multiple_of(10) && n >= 20 => number(n),
        _ => return None,
    };
    let words = word::many(&words);
    Some(format!("{part} {words}").trim().to_owned())
}
