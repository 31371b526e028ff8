//! "1/2", "1 1/2", "½", "24/7", "3 of 12".

use super::numeral::{Numeral, small};
use super::token::View;
use super::{DateOrder, Said, date};
use crate::script::words::{number, ordinal};

/// Words before "3/4" that make it a day of the year.
const DATE_WORDS: [&str; 27] = [
    "on",
    "by",
    "until",
    "till",
    "before",
    "after",
    "since",
    "due",
    "from",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "date",
];

const SIGNS: [(char, u64, u64); 15] = [
    ('½', 1, 2),
    ('⅓', 1, 3),
    ('⅔', 2, 3),
    ('¼', 1, 4),
    ('¾', 3, 4),
    ('⅕', 1, 5),
    ('⅖', 2, 5),
    ('⅗', 3, 5),
    ('⅘', 4, 5),
    ('⅙', 1, 6),
    ('⅚', 5, 6),
    ('⅛', 1, 8),
    ('⅜', 3, 8),
    ('⅝', 5, 8),
    ('⅞', 7, 8),
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if let Some(words) = with_sign(core) {
        return Said::one(words);
    }
    // "1 1/2 cups"
    if let (Some(whole), Some((top, bottom))) = (small(core), view.next(1).and_then(parts))
        && (1..bottom).contains(&top)
        && bottom <= 16
    {
        return Said::new(2, format!("{} and {}", number(whole), fraction(top, bottom)));
    }
    // "5-1/2"
    if let Some((whole, proper)) = core.split_once('-')
        && let (Some(whole), Some((top, bottom @ 2..=16))) = (small(whole), parts(proper))
        && (1..bottom).contains(&top)
    {
        return Said::one(format!("{} and {}", number(whole), fraction(top, bottom)));
    }
    if core == "24/7/365" {
        return Said::one("twenty-four seven three sixty-five");
    }
    if let Some(words) = rating(core) {
        return Said::one(words);
    }
    let (top, bottom) = parts(core)?;
    match (top, bottom) {
        (24, 7) => Said::one("twenty-four seven"),
        // "60/40", "80/20"
        (10..=90, 10..=90) if top + bottom == 100 => Said::one(format!("{} {}", number(top), number(bottom))),
        (20, 20) => Said::one("twenty twenty"),
        (9, 11) => Said::one("nine eleven"),
        (_, _) if after_date_word(view) => Said::one(day_of_year(view, top, bottom)?),
        (16, 9) if view.hints.dates == DateOrder::MonthFirst => Said::one("sixteen by nine"),
        (_, _) if is_scored(view) => Said::one(out_of(top, bottom)),
        // Neither a fraction nor the other order: "by 31/12", "EOD 31/12"; "a 15/10 dinner" is praise.
        (15, 10) if view.hints.dates == DateOrder::MonthFirst => Said::one(out_of(top, bottom)),
        (_, 1) if view.before().is_some_and(|word| matches!(word, "Flat" | "flat")) => {
            Said::one(format!("{} one", number(top)))
        }
        (_, 1) => Said::one(format!("{} to one", number(top))),
        (_, _) if top <= bottom && is_counted(view) => Said::one(format!("{} of {}", number(top), number(bottom))),
        (13..=31, 1..=12) => Said::one(day_of_year(view, top, bottom)?),
        (_, 5) if top <= bottom && view.next(1).is_some_and(rated) => Said::one(out_of(top, bottom)),
        (_, 10 | 100) if top <= bottom => Said::one(out_of(top, bottom)),
        (_, 2..=9 | 16) if top < bottom && top > 0 => Said::one(fraction(top, bottom)),
        (1000..=2999, 11..=99) => Said::one(format!("{} {}", crate::script::words::year(top), number(bottom))),
        (_, _) if top > bottom => Said::one(format!("{} over {}", number(top), number(bottom))),
        (_, _) => Said::one(format!("{} of {}", number(top), number(bottom))),
    }
}

/// "8/10": so many points.
fn out_of(top: u64, bottom: u64) -> String {
    format!("{} out of {}", number(top), number(bottom))
}

/// "scored 14/12", "my rating: 15/10".
fn is_scored(view: &View<'_>) -> bool {
    const WORDS: [&str; 9] = ["scored", "score", "rated", "rating", "rate", "got", "grade", "mark", "points"];
    view.behind(3).any(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

/// "step 2/5", "part 1/3".
fn is_counted(view: &View<'_>) -> bool {
    const WORDS: [&str; 12] =
        ["step", "part", "page", "day", "slide", "chapter", "episode", "week", "lesson", "round", "item", "box"];
    view.before().is_some_and(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

/// "4.6/5".
fn rating(core: &str) -> Option<String> {
    let (top, bottom) =
        core.split_once('/').filter(|(top, bottom)| top.len() <= 5 && matches!(*bottom, "5" | "10" | "100"))?;
    let top = Numeral::parse(top, super::NumberStyle::Point).filter(|top| !top.fraction.is_empty())?;
    Some(format!("{} out of {}", top.say(), number(small(bottom)?)))
}

/// A proper or mixed fraction in front of a unit: words, tokens taken, whether it is less than one.
pub(super) fn before_unit(view: &View<'_>) -> Option<(String, usize, bool)> {
    let core = view.core();
    if let Some(words) = with_sign(core) {
        return Some((words, 1, !core.starts_with(|c: char| c.is_ascii_digit())));
    }
    if let (Some(whole), Some(proper)) = (small(core), view.next(1).and_then(proper)) {
        return Some((format!("{} and {proper}", number(whole)), 2, false));
    }
    if let Some(words) = proper(core) {
        return Some((words, 1, true));
    }
    // "20/30 mph": one or the other.
    let (first, second) = parts(core).filter(|(first, second)| *first >= 10 && *second >= 10)?;
    Some((format!("{} {}", number(first), number(second)), 1, false))
}

/// "7/8", as it stands on rulers and spoons.
pub(super) fn proper(text: &str) -> Option<String> {
    let (top, bottom) =
        parts(text).filter(|(top, bottom)| (1..*bottom).contains(top) && matches!(bottom, 2..=8 | 10 | 16 | 32))?;
    Some(fraction(top, bottom))
}

/// What points are given in: "4/5 stars".
fn rated(word: &str) -> bool {
    matches!(word, "star" | "stars" | "points" | "marks" | "rating")
}

fn parts(core: &str) -> Option<(u64, u64)> {
    let (top, bottom) = core.split_once(['/', '⁄'])?;
    // "2026/00417" is the number of a file.
    let padded = |figures: &str| figures.len() > 2 && figures.starts_with('0');
    (!padded(top) && !padded(bottom)).then_some(())?;
    Some((small(top)?, small(bottom)?))
}

/// "½", "2½".
fn with_sign(core: &str) -> Option<String> {
    let sign = core.chars().last()?;
    let (_, top, bottom) = SIGNS.iter().find(|(c, _, _)| *c == sign)?;
    let whole = core.get(..core.len() - sign.len_utf8())?;
    if whole.is_empty() {
        return Some(fraction(*top, *bottom));
    }
    let whole = Numeral::parse(whole, super::NumberStyle::Point)?;
    Some(format!("{} and {}", whole.say(), fraction(*top, *bottom)))
}

fn fraction(top: u64, bottom: u64) -> String {
    match (top, bottom) {
        (1, 2) => "one half".to_owned(),
        (1, 4) => "one quarter".to_owned(),
        (_, 4) => format!("{} quarters", number(top)),
        (1, _) => format!("one {}", ordinal(bottom)),
        (_, _) => format!("{} {}s", number(top), ordinal(bottom)),
    }
}

fn after_date_word(view: &View<'_>) -> bool {
    view.before_after(&[",", ".", ".,"]).is_some_and(|word| DATE_WORDS.contains(&word.to_lowercase().as_str()))
}

fn day_of_year(view: &View<'_>, a: u64, b: u64) -> Option<String> {
    let (a, b) = (i8::try_from(a).ok()?, i8::try_from(b).ok()?);
    let (month, day) = match view.hints.dates {
        DateOrder::MonthFirst => (a, b),
        DateOrder::DayFirst => (b, a),
    };
    date::written(month, day, None).or_else(|| date::written(day, month, None))
}
