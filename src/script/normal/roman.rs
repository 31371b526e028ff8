//! Roman numerals after a name: "World War II" is two, "Elizabeth II" the second.

use super::Said;
use super::token::View;
use crate::script::words::{number, ordinal};

/// After these the numeral is counted: "Chapter IV".
const COUNTED: [&str; 29] = [
    "war", "chapter", "part", "volume", "vol", "book", "phase", "act", "section", "title", "article", "appendix",
    "annex", "class", "type", "stage", "grade", "level", "series", "tier", "episode", "round", "bowl", "mark", "scene",
    "table", "figure", "exhibit", "schedule",
];
/// Names that rulers and popes had, so the numeral is their place.
const RULERS: [&str; 38] = [
    "elizabeth",
    "henry",
    "charles",
    "george",
    "edward",
    "william",
    "james",
    "richard",
    "louis",
    "philip",
    "frederick",
    "catherine",
    "nicholas",
    "alexander",
    "peter",
    "paul",
    "john",
    "pius",
    "benedict",
    "leo",
    "wilhelm",
    "ramses",
    "mary",
    "anne",
    "ivan",
    "otto",
    "ferdinand",
    "leopold",
    "napoleon",
    "francis",
    "gregory",
    "innocent",
    "clement",
    "urban",
    "christian",
    "gustav",
    "carl",
    "felipe",
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    if let Some(n) = small_letters(view) {
        return Said::one(number(n));
    }
    if let Some((from, to)) = view.core().split_once(['-', '–']) {
        let counted = view.before().is_some_and(|word| COUNTED.contains(&word.to_lowercase().trim_end_matches('s')));
        let both = counted.then(|| Some((value(from)?, value(to)?))).flatten()?;
        return Said::one(format!("{} to {}", number(both.0), number(both.1)));
    }
    let n = value(view.core())?;
    if follows_another(view) {
        return Said::one(number(n));
    }
    let before = view.before_after(&["."])?;
    let lower = before.to_lowercase();
    if !before.starts_with(char::is_uppercase) && !COUNTED.contains(&lower.as_str()) {
        return None;
    }
    if RULERS.contains(&lower.as_str()) && !speaks(view) {
        return Said::one(format!("the {}", ordinal(n)));
    }
    // "I", "V", "X" alone are letters unless something counted stands before; "Plan V" is a letter.
    let counted = COUNTED.contains(&lower.as_str());
    let single = view.core().len() == 1;
    let shouted = before.len() > 1 && before.chars().all(char::is_uppercase);
    (counted || !(single || shouted)).then(|| number(n)).and_then(Said::one)
}

/// "Scene iii": two letters or more after something counted.
fn small_letters(view: &View<'_>) -> Option<u64> {
    let core = view.core();
    let counted = view.before_after(&["."]).is_some_and(|word| COUNTED.contains(&word.to_lowercase().as_str()));
    (is_small(core) && counted).then(|| value(&core.to_uppercase())).flatten()
}

/// Two small letters or more that could be one: "iii".
pub(super) fn is_small(word: &str) -> bool {
    (2..=6).contains(&word.len()) && word.bytes().all(|b| matches!(b, b'i' | b'v' | b'x'))
}

/// Two letters or more that are a numeral: "XII".
pub(super) fn is_numeral(text: &str) -> bool {
    text.len() > 1 && value(text).is_some()
}

/// "I told Mary I would": the numeral ends what is said of a ruler, or few words go on after it.
fn speaks(view: &View<'_>) -> bool {
    let next = view.next(1);
    view.core() == "I"
        && next.is_some_and(|next| !matches!(next, "and" | "of" | "or" | "to" | "by" | "ruled" | "reigned"))
}

/// "Part I and II".
fn follows_another(view: &View<'_>) -> bool {
    let mut behind = view.behind(3);
    let joined = behind.next().is_some_and(|word| ["and", "or", "to"].contains(&word));
    let another = behind.next().is_some_and(|word| value(word).is_some());
    let counted = behind.next().is_some_and(|word| COUNTED.contains(&word.to_lowercase().trim_end_matches('s')));
    joined && another && counted
}

const TENS: [&str; 10] = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"];
const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];

/// 1 to 99, written as Romans did.
fn value(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    let split = text.find(['I', 'V']).unwrap_or(text.len());
    // "IX" belongs to the ones, "XIX" to both.
    let (tens, ones) = text.split_at_checked(split)?;
    let tens = TENS.iter().position(|written| *written == tens)?;
    let ones = ONES.iter().position(|written| *written == ones)?;
    u64::try_from(tens * 10 + ones).ok().filter(|n| *n > 0)
}
