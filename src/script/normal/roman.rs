//! Roman numerals after a name: "World War II" is two, "Elizabeth II" the second.

use super::Said;
use super::token::View;
use crate::script::words::{number, ordinal};

/// After these the numeral is counted: "Chapter IV".
const COUNTED: [&str; 24] = [
    "war", "chapter", "part", "volume", "vol", "book", "phase", "act", "section", "title", "article", "appendix", "annex",
    "class", "type", "stage", "grade", "level", "series", "tier", "episode", "round", "bowl", "mark",
];
/// Names that rulers and popes had, so the numeral is their place.
const RULERS: [&str; 22] = [
    "elizabeth", "henry", "charles", "george", "edward", "william", "james", "richard", "louis", "philip", "frederick",
    "catherine", "nicholas", "alexander", "peter", "paul", "john", "pius", "benedict", "leo", "wilhelm", "ramses",
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let n = value(view.core())?;
    let before = view.before().filter(|word| word.starts_with(char::is_uppercase))?;
    let lower = before.to_lowercase();
    if RULERS.contains(&lower.as_str()) {
        return Said::one(format!("the {}", ordinal(n)));
    }
    // "I", "V", "X" alone are letters unless something counted stands before; "Plan V" is a letter.
    let counted = COUNTED.contains(&lower.as_str());
    let single = view.core().len() == 1;
    let shouted = before.len() > 1 && before.chars().all(char::is_uppercase);
    (counted || !(single || shouted)).then(|| number(n)).and_then(Said::one)
}

/// 1 to 39, written as Romans did.
fn value(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 7 || text == "I" && text.len() > 1 {
        return None;
    }
    let tens = text.chars().take_while(|c| *c == 'X').count();
    let rest = text.get(tens..)?;
    let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"].iter().position(|ones| *ones == rest)?;
    let n = u64::try_from(tens * 10 + ones).ok()?;
    (tens <= 3 && n > 0).then_some(n)
}
