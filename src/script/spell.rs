//! What a listener asks for letter by letter, or again and slower: codes, addresses, names.

use unicode_segmentation::UnicodeSegmentation;

use super::{Line, words};

/// Words of figures or letters in a row that make a code when said again.
const RUN: usize = 4;
/// Words with a dot of up to this many bytes are titles: "Mrs.", "Dr.".
const TITLE: usize = 5;
/// Everybody can spell these.
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const FIGURES: [&str; 11] = ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// The last thing among texts as written (oldest first) that one may want spelled: a code, an address, a number, a name.
///
/// `None` when there is nothing but common words: then the sender is meant.
pub fn last_spellable<'a>(heard: &[&'a str]) -> Option<&'a str> {
    heard.iter().rev().find_map(|text| {
        let mut found = None;
        let mut opens = true;
        for word in text.split_whitespace() {
            let core = word.trim_matches(|c: char| !c.is_alphanumeric());
            if is_code(core) || is_address(core) || !opens && is_name(core) {
                found = Some(core);
            }
            // "Mr." ends no sentence.
            opens = word.ends_with(['!', '?', ':']) || (word.ends_with('.') && word.len() > TITLE);
        }
        found
    })
}

/// Letter by letter and figure by figure: `A-N-A at example dot org`, `one two, A B`.
pub fn spelled(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut letters = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_alphabetic() {
            letters.push(c);
            continue;
        }
        if !letters.is_empty() {
            out.push(words::spelled(&std::mem::take(&mut letters)));
        }
        match c {
            '@' => out.push("at".into()),
            '.' => out.push("dot".into()),
            '-' => out.push("dash".into()),
            '_' => out.push("underscore".into()),
            '/' => out.push("slash".into()),
            '+' => out.push("plus".into()),
            '0'..='9' => out.push(figure(c).to_owned()),
            _ => {}
        }
    }
    out.join(", ")
}

/// A line said again with a pause after each figure of its codes; `None` when there is no code in it.
pub fn slowly(line: &Line) -> Option<Line> {
    let said: Vec<&str> = line.say.split(' ').collect();
    let mut out: Vec<String> = Vec::with_capacity(said.len());
    let mut slowed = false;
    let mut at = 0;
    while let Some(word) = said.get(at) {
        let run = said.iter().skip(at).take_while(|word| is_single(word)).count();
        if run < RUN {
            out.extend(said.iter().skip(at).take(run.max(1)).map(|word| (*word).to_owned()));
            at += run.max(1);
            continue;
        }
        debug_assert!(is_single(word));
        for (nth, word) in said.iter().skip(at).take(run).enumerate() {
            let marked = word.ends_with([',', '.', ';', ':', '!', '?']);
            out.push(if marked || nth + 1 == run { (*word).to_owned() } else { format!("{word},") });
        }
        slowed = true;
        at += run;
    }
    slowed.then(|| Line { text: line.text.clone(), say: out.join(" "), pause_after_ms: line.pause_after_ms })
}

/// One figure, or one letter by its name.
fn is_single(word: &str) -> bool {
    let bare = word.trim_end_matches([',', '.', ';', ':', '!', '?']);
    let letter = bare.graphemes(true).count() == 1 && bare.chars().all(char::is_uppercase);
    FIGURES.contains(&bare) || letter
}

fn figure(c: char) -> &'static str {
    match c {
        '0' => "zero",
        '1' => "one",
        '2' => "two",
        '3' => "three",
        '4' => "four",
        '5' => "five",
        '6' => "six",
        '7' => "seven",
        '8' => "eight",
        _ => "nine",
    }
}

fn is_code(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    word.len() <= 40 && (digits >= 4 && !word.contains([':', ',']) || digits >= 2 && letters >= 2 && word.len() >= 5)
}

fn is_address(word: &str) -> bool {
    word.contains('@') || word.contains("://") || word.starts_with("www.")
}

/// A capital in the midst of a sentence.
fn is_name(word: &str) -> bool {
    word.chars().count() >= 3
        && word.chars().next().is_some_and(char::is_uppercase)
        && word.chars().skip(1).any(char::is_lowercase)
        && !WEEKDAYS.contains(&word)
        && !words::MONTHS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_code_address_or_name_is_what_is_spelled() {
        for (heard, word) in [
            (&["Your code is 482913.", "It is good for ten minutes."][..], Some("482913")),
            (&["Write to ana.silva@example.org today."][..], Some("ana.silva@example.org")),
            (&["We meet Mr Brzeziński there."][..], Some("Brzeziński")),
            (&["Booking XK4-92Q is confirmed."][..], Some("XK4-92Q")),
            (&["The shop opens at nine."][..], None),
            (&["We meet on Friday in March."][..], None),
            (&["Code 48291. Give it to Mr. Okonkwo there."][..], Some("Okonkwo")),
            (&["I met Ana, Ben and the others."][..], Some("Ben")),
            (&[][..], None),
        ] {
            assert_eq!(last_spellable(heard), word);
        }
    }

    #[test]
    fn addresses_and_codes_are_spelled_sign_by_sign() {
        assert_eq!(
            spelled("ab@x.org"),
            format!("{}, at, {}, dot, {}", words::spelled("ab"), words::spelled("x"), words::spelled("org"))
        );
        assert_eq!(spelled("4-2"), "four, dash, two");
    }

    #[test]
    fn codes_are_said_slower_when_said_again() {
        let line = |say: &str| Line { text: "x".into(), say: say.into(), pause_after_ms: 0 };
        let slow = slowly(&line("Your code is four eight two, nine one three.")).unwrap();
        assert_eq!(slow.say, "Your code is four, eight, two, nine, one, three.");
        assert_eq!(slowly(&line("We were two or three.")), None);
    }
}
