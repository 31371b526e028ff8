//! Clock times that only the words around them make times: "18.30 Uhr", "kl. 18.30", "from 14h", "0930 hrs", "the 7.45 train".

use super::numeral::small;
use super::time::{Clock, clock, is_dash, words};
use super::token::View;
use super::{Said, money, unit};
use crate::script::words::{digits, number};

/// Words before a time in languages that write it with a full stop.
const BEFORE: [&str; 8] = ["kl", "klo", "um", "alle", "ore", "ab", "gegen", "kello"];
/// Words before "14h" that make it no length.
const BEFORE_HOUR: [&str; 12] =
    ["de", "depuis", "at", "from", "until", "till", "to", "by", "à", "vers", "dès", "jusqu'à"];
/// What leaves or begins at a time: "the 7.45 train".
const TIMED: [&str; 12] =
    ["train", "bus", "flight", "ferry", "boat", "coach", "tram", "show", "service", "start", "slot", "screening"];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    if !view.core().starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    uhr(view).or_else(|| length(view)).or_else(|| military(view)).or_else(|| dotted(view)).or_else(|| bare_hour(view))
}

/// "18.30 Uhr", "18 Uhr", "9-11 Uhr".
fn uhr(view: &View<'_>) -> Option<Said> {
    let is_uhr = |at| view.next(at).is_some_and(|word| matches!(word, "Uhr" | "uhr"));
    let dash = view.token(1).is_some_and(|dash| dash.core.is_empty() && is_dash(dash.lead));
    if let Some(to) = view.token(2).filter(|to| dash && to.lead.is_empty() && is_uhr(3)) {
        return Said::new(4, format!("{} to {}", words(whole(view.core())?)?, words(whole(to.core)?)?));
    }
    if !is_uhr(1) {
        return None;
    }
    if let Some((from, to)) = view.core().split_once(['-', '–', '—']) {
        return Said::new(2, format!("{} to {}", words(whole(from)?)?, words(whole(to)?)?));
    }
    Said::new(2, words(whole(view.core())?)?)
}

/// "1h30 by train": nothing is announced for half past one at night.
fn length(view: &View<'_>) -> Option<Said> {
    let (hours, minutes) = view.core().split_once('h').filter(|(_, minutes)| minutes.len() == 2)?;
    let (hours, minutes) = (small(hours).filter(|hours| *hours <= 5)?, small(minutes).filter(|minutes| *minutes < 60)?);
    if view.before().is_some_and(|word| BEFORE_HOUR.contains(&word)) {
        return None;
    }
    let unit = if hours == 1 { "hour" } else { "hours" };
    Said::one(format!("{} {unit} {}", number(hours), number(minutes)))
}

/// "kl. 18.30", "um 18.30", "the 7.45 train".
fn dotted(view: &View<'_>) -> Option<Said> {
    let (hour, minute) = view.core().split_once('.').filter(|(_, minute)| minute.len() == 2)?;
    let before = view.before_after(&["."]).is_some_and(|word| BEFORE.contains(&word.to_lowercase().as_str()));
    let timed = view.next(1).is_some_and(|word| TIMED.contains(&word));
    // "ab 12.50 CHF", "um 3.50 %"
    let amount = view.next(1).is_some_and(|word| money::is_sign(word) || unit::is_unit(word) && word != "h");
    if !(before || timed) || amount {
        return None;
    }
    Said::one(words(clock(&format!("{hour}:{minute}"))?)?)
}

/// "from 14h to 16h30": "for 14h" is a length.
fn bare_hour(view: &View<'_>) -> Option<Said> {
    let hour = view.core().strip_suffix('h')?;
    // "delayed by 3h", "cut to 3h"; but "from 14h to 16h".
    let begun =
        || view.behind(2).nth(1).is_some_and(|word| word.ends_with('h') && whole(word.trim_end_matches('h')).is_some());
    view.before().filter(|word| match *word {
        "by" => false,
        "to" => begun(),
        word => BEFORE_HOUR.contains(&word),
    })?;
    Said::one(words(whole(hour)?)?)
}

/// "0930 hrs", "at 1430 hours".
fn military(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    view.next(1).filter(|word| matches!(*word, "hrs" | "hours" | "h"))?;
    let asked = view.before().is_some_and(|word| BEFORE_HOUR.contains(&word));
    if !(asked || core.starts_with('0')) {
        return None;
    }
    let said = match core.split_once(['-', '–']) {
        Some((from, to)) => format!("{} to {}", four_figures(from)?, four_figures(to)?),
        None => four_figures(core)?,
    };
    Said::new(2, format!("{said} hours"))
}

/// "0930" -> "zero nine thirty".
fn four_figures(text: &str) -> Option<String> {
    let (hour, minute) = text.split_at_checked(2).filter(|_| text.len() == 4)?;
    clock(&format!("{hour}:{minute}"))?;
    let hour = if hour.starts_with('0') { digits(hour) } else { number(small(hour)?) };
    Some(match small(minute)? {
        0 => format!("{hour} hundred"),
        minute @ 1..=9 => format!("{hour} oh {}", number(minute)),
        minute => format!("{hour} {}", number(minute)),
    })
}

/// "18", "18.30" and "18:30" as times.
fn whole(text: &str) -> Option<Clock> {
    let text = text.replace('.', ":");
    clock(&if text.contains(':') { text } else { format!("{text}:00") })
}
