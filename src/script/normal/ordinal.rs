//! "1st", "22nd", "3rd".

use super::Said;
use super::numeral::small;
use super::token::View;
use crate::script::words::ordinal;

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    Said::one(ordinal(value(view.core())?))
}

/// The figure of "21st"; `None` when the ending does not fit ("2st").
pub(super) fn value(text: &str) -> Option<u64> {
    let stem_len = text.len().checked_sub(2)?;
    let (stem, ending) = text.split_at_checked(stem_len)?;
    let n = small(stem)?;
    let fitting = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        (_, _) => "th",
    };
    ending.eq_ignore_ascii_case(fitting).then_some(n)
}
