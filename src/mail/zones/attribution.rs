//! "On Monday Ana wrote:" in many languages.

use super::words::{any_in, words};

/// Longest attribution with two names and addresses in it.
const LENGTH_CAP: usize = 320;
/// Words of an attribution that has neither date nor address: "Ana Maria Silva wrote:".
const SHORT_WORDS: usize = 6;

/// What may count as an attribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A quote follows by its own mark.
    QuoteFollows,
    /// Nothing but this line says that a quote follows: date, time and verb must be there.
    Alone,
}

/// True when the whole text is an attribution.
pub(crate) fn is_one(text: &str, need: Need) -> bool {
    let text = text.trim();
    if text.len() > LENGTH_CAP || !ends_with_colon(text) {
        return false;
    }
    let lower = text.to_lowercase();
    if !has_verb(&lower) {
        // "Am 3.3.2024 um 10:00, Ana <ana@x>:"
        let known = opens(&lower) || starts_with_date(&lower) || has_clock(&lower);
        // Mutt and others: "* Ana Silva [2026-03-02 10:15]:"
        let signed = lower.starts_with('*') && has_clock(&lower);
        return need == Need::QuoteFollows && has_date(&lower) && (known && lower.contains('@') || signed);
    }
    match need {
        Need::QuoteFollows => {
            has_date(&lower) || lower.contains('@') || lower.split_whitespace().count() <= SHORT_WORDS
        }
        Need::Alone => {
            (opens(&lower) || starts_with_date(&lower))
                && (has_year(&lower) && has_clock(&lower) || has_date(&lower) && lower.contains('@'))
        }
    }
}

/// True when it starts as attributions with a date do, so that nothing before it belongs to it.
pub(crate) fn is_whole(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    is_one(text, Need::QuoteFollows) && (opens(&lower) || starts_with_date(&lower)) && has_date(&lower)
}

/// True before a blockquote that no mail program marked: people cite with a blockquote, too.
pub(crate) fn is_before_bare_quote(text: &str) -> bool {
    is_one(text, Need::QuoteFollows) && (has_date(text) || text.contains('@'))
}

/// True for the last line of an attribution that may have begun in a line before.
pub(crate) fn ends_like_one(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_lowercase();
    text.len() <= LENGTH_CAP && ends_with_colon(text) && (has_verb(&lower) || lower.contains('@') && has_date(&lower))
}

/// Date and time of day, as programs write them.
pub(crate) fn has_moment(text: &str) -> bool {
    let lower = text.to_lowercase();
    has_year(&lower) && has_clock(&lower)
}

/// Length of an attribution that the quoted text follows in the same line, as some telephones write it.
pub(crate) fn leads(text: &str) -> Option<usize> {
    let head = text.get(..text.floor_char_boundary(LENGTH_CAP))?;
    if !head.contains('@') {
        return None;
    }
    let colons = head.match_indices(": ").map(|(at, _)| at + 1).filter(|at| *at > 15);
    let mut found = colons.filter(|at| head.get(..*at).is_some_and(|part| is_one(part, Need::Alone)));
    found.next().filter(|at| text.get(*at..).is_some_and(|rest| !rest.trim().is_empty()))
}

/// Before a quote an address, a date and a time of day, and a colon at the end are enough, in whatever language.
pub(crate) fn has_its_form(text: &str) -> bool {
    let text = text.trim();
    text.len() <= LENGTH_CAP && ends_with_colon(text) && text.contains('@') && has_moment(text)
}

/// The last line of such an attribution: short, with a number or an address in it.
pub(crate) fn may_hold_its_end(text: &str) -> bool {
    text.len() <= LENGTH_CAP / 2 && (text.contains(['@', '>']) || text.contains(|c: char| c.is_ascii_digit()))
}

/// Cheap first look at a line: without a colon at its end nothing else is asked.
pub(crate) fn may_end_one(text: &str) -> bool {
    text.len() <= LENGTH_CAP && ends_with_colon(text)
}

fn ends_with_colon(text: &str) -> bool {
    text.trim_end_matches(['*', '_', ' ']).ends_with([':', '：'])
}

fn has_verb(lower: &str) -> bool {
    words().attribution.verbs.iter().any(|verb| holds_word(lower, verb))
}

/// The verb as a word of its own; scripts without blanks between words have none to ask for.
fn holds_word(text: &str, word: &str) -> bool {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(word)) {
        let start = from + at;
        let end = start + word.len();
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && (c as u32) < 0x2e80);
        let before = text.get(..start).and_then(|t| t.chars().next_back());
        let after = text.get(end..).and_then(|t| t.chars().next());
        if !joined(before) && !joined(after) || word.chars().any(|c| (c as u32) >= 0x590) {
            return true;
        }
        from = end;
    }
    false
}

fn opens(lower: &str) -> bool {
    words().attribution.openers.iter().any(|opener| lower.starts_with(opener.as_str()))
}

fn starts_with_date(lower: &str) -> bool {
    lower.starts_with(|c: char| c.is_ascii_digit())
        || any_in(&WEEKDAYS.map(String::from), lower.split(' ').next().unwrap_or_default())
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A number of a day or year: at least two digits in all.
fn has_date(lower: &str) -> bool {
    lower.bytes().filter(u8::is_ascii_digit).count() >= 2
}

/// Programs write the year; people who tell of Monday do not.
fn has_year(lower: &str) -> bool {
    lower.split(|c: char| !c.is_ascii_digit()).any(|number| number.len() == 4 && number.starts_with("20"))
        || lower.split_whitespace().any(|word| word.matches(['.', '/', '-']).count() >= 2 && has_date(word))
}

fn has_clock(lower: &str) -> bool {
    lower.as_bytes().windows(4).any(|w| match w {
        [a, sep, b, c] => {
            a.is_ascii_digit() && matches!(sep, b':' | b'.' | b'h') && b.is_ascii_digit() && c.is_ascii_digit()
        }
        _ => false,
    }) || lower.contains('時')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributions_of_many_languages_are_known() {
        for text in [
            "On Mon, 2 Mar 2026 at 10:15, Ana Silva <ana@example.org> wrote:",
            "On 3/2/2026 10:15 AM, Ana wrote:",
            "Am 02.03.2026 um 10:15 schrieb Ana Silva:",
            "Am Mo., 2. März 2026 um 10:15 Uhr schrieb Ana <ana@example.org>:",
            "Le lun. 2 mars 2026 à 10:15, Ana <ana@example.org> a écrit :",
            "El lun, 2 mar 2026 a las 10:15, Ana (<ana@example.org>) escribió:",
            "Il giorno lun 2 mar 2026 alle ore 10:15 Ana <ana@example.org> ha scritto:",
            "Em seg., 2 de mar. de 2026 às 10:15, Ana <ana@example.org> escreveu:",
            "Op ma 2 mrt 2026 om 10:15 schreef Ana <ana@example.org>:",
            "Den mån 2 mars 2026 kl 10:15 skrev Ana <ana@example.org>:",
            "Den man. 2. mar. 2026 kl. 10.15 skrev Ana <ana@example.org>:",
            "ma 2. maalisk. 2026 klo 10.15 Ana (ana@example.org) kirjoitti:",
            "pon., 2 mar 2026 o 10:15 Ana <ana@example.org> napisał(a):",
            "W dniu 2.03.2026 o 10:15, Ana pisze:",
            "po 2. 3. 2026 v 10:15 odesílatel Ana <ana@example.org> napsal:",
            "пн, 2 мар. 2026 г. в 10:15, Ana <ana@example.org>:",
            "Ana <ana@example.org> ezt írta (időpont: 2026. márc. 2., H, 10:15):",
            "Ana <ana@example.org>, 2 Mar 2026 Pzt, 10:15 tarihinde şunu yazdı:",
            "În lun., 2 mar. 2026 la 10:15, Ana <ana@example.org> a scris:",
            "Στις Δευ 2 Μαρ 2026 στις 10:15 π.μ., ο χρήστης Ana <ana@example.org> έγραψε:",
            "Ana <ana@example.org> 于2026年3月2日周一 10:15写道：",
            "2026年3月2日(月) 10:15 Ana <ana@example.org>のメール:",
            "2026년 3월 2일 (월) 오전 10:15, Ana <ana@example.org>님이 작성:",
            "Ana Silva wrote:",
            "Quoting Ana <ana@example.org>:",
        ] {
            let by_date = opens(&text.to_lowercase()) && has_date(text) && text.contains('@');
            assert!(is_one(text, Need::QuoteFollows) || by_date, "{text}");
        }
    }

    #[test]
    fn sentences_are_no_attributions() {
        for text in [
            "As our colleague Ana wrote in her long and detailed report:",
            "On Monday we meet at 10:15 in room 4:",
            "The list of things to buy:",
            "On 2 March 2026 at 10:15 Ana wrote to us about the roof.",
        ] {
            assert!(!is_one(text, Need::QuoteFollows), "{text}");
        }
        assert!(!is_one("On Monday Ana wrote:", Need::Alone));
        assert!(!is_one("Ana wrote:", Need::Alone));
    }
}
