//! Signs that stand alone between words: "x = 2", "3 * 4", "Home -> Settings", "28 Feb - 3 Mar".

use super::token::{Token, View, is_arrow};
use super::{date, time};

/// The words of a sign that means something between its neighbours; `None` leaves it to be a pause or nothing.
pub(super) fn say(view: &View<'_>) -> Option<&'static str> {
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
        sign if time::is_dash(sign) && date::ends_before(view) && date::begins(&view.further(1)) => Some("to"),
        _ => None,
    }
}

/// "p", "x1".
fn is_variable(token: &Token<'_>) -> bool {
    token.core.len() <= 2
}

fn holds_figure(token: &Token<'_>) -> bool {
    token.core.contains(|c: char| c.is_ascii_digit())
}
