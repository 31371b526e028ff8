//! Words written together that are said apart: "8am PT/11am ET", "Aug 10-Sept 2", "8 a.m.–noon", "8 GB/16 GB".

use super::{date, ordinal, time, unit};

/// Bytes of a word that is looked at: dates and times are short.
const WORD_BYTES: usize = 32;

/// What stands before the joint, the joint, what stands after it; `last` is the word before them all.
pub(super) fn parted<'a>(word: &'a str, last: &str) -> Option<[&'a str; 3]> {
    if word.len() > WORD_BYTES {
        return None;
    }
    if let Some(figure) = word.strip_prefix("+/-").filter(|figure| figure.starts_with(|c: char| c.is_ascii_digit())) {
        return Some(["+/-", "", figure]);
    }
    word.char_indices().skip(1).find_map(|(at, mark)| {
        let (before, rest) = word.split_at_checked(at)?;
        let (joint, after) = rest.split_at_checked(mark.len_utf8())?;
        let apart = match mark {
            '/' => alternatives(before, bare(after)),
            '-' | '–' | '—' => span(before, bare(after), last),
            _ => false,
        };
        apart.then_some([before, joint, after])
    })
}

fn bare(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"'])
}

/// "PT/11am", "am/4pm", "GB/16": another time or amount follows.
fn alternatives(before: &str, after: &str) -> bool {
    let figure = after.starts_with(|c: char| c.is_ascii_digit());
    let timed = time::is_half_day(before) || time::is_zone(before) || time::is_timed(before);
    let measured = before.len() >= 2 && before.bytes().all(|b| b.is_ascii_alphabetic()) && unit::is_unit(before);
    figure && (timed && time::is_timed(after) || measured)
}

/// "6th–Wed", "10-Sept" after "Aug" ("10-Sept" alone is one day), "a.m.–noon", "pm-9".
fn span(before: &str, after: &str, last: &str) -> bool {
    let day = ordinal::value(before).is_some() || date::is_name(last) && date::day(before).is_some();
    let later_day = date::is_name(after);
    let later_time = time::is_timed(after) || time::is_end(after) || after.parse::<u8>().is_ok_and(|hour| hour <= 12);
    day && later_day || time::is_half_day(before) && later_time
}
