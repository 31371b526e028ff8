//! Names of three figures, said in two: "a 404 error" is four oh four, a "Boeing 737-800" seven thirty-seven eight hundred.

use super::numeral::small;
use super::token::View;
use super::{Said, phone};
use crate::script::words::{digits, number};

/// Words whose figure is a name: before it, and behind it.
const BEFORE: [&str; 6] = ["boeing", "error", "errors", "http", "https", "status"];
const BEHIND: [&str; 5] = ["error", "errors", "page", "response", "status"];
/// Numbers that are dialled and known by their digits.
const DIALLED: [&str; 24] = [
    "000", "100", "101", "110", "111", "112", "113", "114", "115", "116", "117", "118", "119", "122", "144", "211",
    "311", "411", "511", "811", "911", "988", "995", "999",
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if !(core.len() <= 8 && core.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    dialled(view).or_else(|| named(view)).or_else(|| room(view)).and_then(Said::one)
}

fn named(view: &View<'_>) -> Option<String> {
    let before = view.before().is_some_and(|word| BEFORE.contains(&word.to_lowercase().as_str()));
    let behind = || view.follows_article() && view.next(1).is_some_and(|word| BEHIND.contains(&word));
    if !(before || behind()) {
        return None;
    }
    let parts: Option<Vec<String>> = view.core().split('-').map(in_two).collect();
    Some(parts?.join(" "))
}

/// "Rm. 3-117": one room, where "rooms 3-7" are many.
fn room(view: &View<'_>) -> Option<String> {
    const ROOMS: [&str; 8] = ["room", "rm", "suite", "ste", "apt", "apartment", "gate", "locker"];
    view.before_after(&["."]).filter(|word| ROOMS.contains(&word.to_lowercase().as_str()))?;
    let (floor, door) = view.core().split_once('-')?;
    let said = |text: &str| Some(if text.len() > 2 { digits(text) } else { number(small(text)?) });
    Some(format!("{} {}", said(floor)?, small(door).and(said(door))?))
}

/// "404" -> "four oh four", "737" -> "seven thirty-seven".
fn in_two(text: &str) -> Option<String> {
    let n = small(text).filter(|n| (100..=999).contains(n))?;
    Some(match n % 100 {
        0 => number(n),
        rest @ 1..=9 => format!("{} oh {}", number(n / 100), number(rest)),
        rest => format!("{} {}", number(n / 100), number(rest)),
    })
}

/// "call 911", "text STOP to 85432".
fn dialled(view: &View<'_>) -> Option<String> {
    let core = view.core();
    let before = view.before()?.to_lowercase();
    let emergency = matches!(before.as_str(), "call" | "dial" | "ring" | "text" | "phone") && DIALLED.contains(&core);
    let texted = phone::is_texted(view) && (4..=6).contains(&core.len()) && core.bytes().all(|b| b.is_ascii_digit());
    (emergency || texted).then(|| digits(core))
}
