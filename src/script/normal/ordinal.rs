//! "1st", "22nd", "3rd".

use super::numeral::small;
use super::token::View;
use super::{Said, word};
use crate::script::words::ordinal;

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if let Some(n) = value(core) {
        return Said::one(ordinal(n));
    }
    // "3rd-floor", "21st-century"
    let (first, rest) = core.split_once('-').filter(|(_, rest)| rest.chars().all(|c| c.is_alphabetic() || c == '-'))?;
    Said::one(format!("{} {}", ordinal(value(first)?), word::letters_only(rest)))
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
