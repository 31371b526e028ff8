//! "10-12", "10 – 12", "1990-1995", "3-2".

use super::numeral::{Numeral, Sign, small};
use super::token::View;
use super::{NumberStyle, Said, plain, time};
use crate::script::words::{number, year};

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    if let Some(words) = amounts(view.core(), view.numbers()) {
        return Said::one(words);
    }
    // With blanks around the dash.
    let dash =
        view.token(1).filter(|dash| dash.core.is_empty() && time::is_dash(dash.lead) && dash.trail.is_empty())?;
    let end = view.token(2).filter(|_| view.trail().is_empty() && !dash.lead.is_empty())?;
    if !end.lead.is_empty() {
        return None;
    }
    Said::new(3, amounts(&format!("{}-{}", view.core(), end.core), view.numbers())?)
}

/// One amount, or two joined by a dash; `None` for anything else (phone and order numbers have too many digits for a range).
pub(super) fn amounts(text: &str, style: NumberStyle) -> Option<String> {
    let joint = text.char_indices().skip(1).find(|(_, c)| matches!(c, '-' | '–' | '—'))?;
    let (from, rest) = text.split_at_checked(joint.0)?;
    let to = rest.get(joint.1.len_utf8()..)?;
    let (from_n, to_n) = (Numeral::parse(from, style)?, Numeral::parse(to, style)?);
    let long = |n: &Numeral| !n.grouped && n.whole.len() > 4;
    let padded = |n: &Numeral| n.whole.len() > 1 && n.whole.starts_with('0');
    if long(&from_n) || long(&to_n) || padded(&from_n) || padded(&to_n) || to_n.sign != Sign::None {
        return None;
    }
    if (from, to) == ("50", "50") {
        return Some("fifty fifty".to_owned());
    }
    if let Some(words) = years(from, to) {
        return Some(words);
    }
    Some(format!("{} to {}", from_n.say(), to_n.say()))
}

/// "1990-1995", "2024-25".
fn years(from: &str, to: &str) -> Option<String> {
    let first = plain::as_year(from)?;
    match (to.len(), small(to)?) {
        (4, last) => Some(format!("{} to {}", year(first), year(last))),
        (2, last) => Some(format!("{} to {}", year(first), number(last))),
        (_, _) => None,
    }
}
