//! Signs that stand alone between words: "x = 2", "3 * 4", "Home -> Settings", "28 Feb - 3 Mar".

use super::token::{Token, View, is_arrow};
use super::{Hints, date, time};

/// The words of a sign that means something between its neighbours; `None` leaves it to be a pause or nothing.
pub(super) fn say(view: &View<'_>) -> Option<&'static str> {
    if let Some(limit) = limit(view) {
        return Some(limit);
    }
    let (sign, before, after) = (view.lead(), view.last()?, view.token(1)?);
    if !view.trail().is_empty() || before.core.is_empty() || after.core.is_empty() || !after.lead.is_empty() {
        return None;
    }
    let figures = holds_figure(before) && holds_figure(after);
    let compared =
        figures || (holds_figure(before) && is_variable(after)) || (is_variable(before) && holds_figure(after));
    match sign {
        "=" => Some("equals"),
        "*" if figures => Some("times"),
        ">" if compared => Some("greater than"),
        "<" if compared => Some("less than"),
        sign if is_arrow(sign) => Some("to"),
        sign if time::is_dash(sign) && both_dates(before, after, view.hints) => Some("to"),
        sign if time::is_dash(sign) && time::is_half_day(before.core) && begins_time(after.core) => Some("to"),
        sign if time::is_dash(sign) && date::ends_before(view) && date::begins(&view.further(1)) => Some("to"),
        _ => None,
    }
}

/// "< 10 MB", and "more than" only in a sentence that goes on: a line may begin with the mark of a quote.
fn limit(view: &View<'_>) -> Option<&'static str> {
    view.token(1).filter(|after| after.lead.is_empty() && starts_with_figure(after))?;
    let last = view.last();
    match view.lead() {
        "<" if last.is_none_or(|last| !holds_figure(last)) => Some("less than"),
        ">" if last.is_some_and(|last| last.core.starts_with(char::is_lowercase)) => Some("more than"),
        _ => None,
    }
}

/// The same, written to the figure: "<5 min".
pub(super) fn attached(view: &View<'_>) -> Option<&'static str> {
    let figure = starts_with_figure(view.token(0)?) && !view.trail().contains('>');
    match view.lead() {
        "<" | "(<" if figure => Some("less than"),
        ">" | "(>" if figure && view.last().is_some() => Some("more than"),
        _ => None,
    }
}

fn starts_with_figure(token: &Token<'_>) -> bool {
    token.core.starts_with(|c: char| c.is_ascii_digit())
}

/// "01/03/2026 - 31/03/2026".
fn both_dates(before: &Token<'_>, after: &Token<'_>, hints: &Hints) -> bool {
    let is_date = |token: &Token<'_>| date::in_figures(token.core, hints).is_some();
    is_date(before) && is_date(after)
}

fn begins_time(word: &str) -> bool {
    time::is_timed(word) || time::is_end(word) || word.parse::<u8>().is_ok_and(|hour| hour <= 12)
}

/// "p", "x1".
fn is_variable(token: &Token<'_>) -> bool {
    token.core.len() <= 2
}

fn holds_figure(token: &Token<'_>) -> bool {
    token.core.contains(|c: char| c.is_ascii_digit())
}
