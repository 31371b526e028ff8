//! What a firm says of itself below its mail: its name with its form, and where it is at home.

use super::super::line::Line;
use super::footer::Unit;
use super::words::{any_in, fold, words};

/// A firm's name and address.
const IMPRINT_CHARS: usize = 300;
/// Either of the two on a line of its own.
const HALF_CHARS: usize = 80;
/// Shorter names may be words of any text.
const SENDER_BYTES: usize = 4;
/// Longest sentence about who sent a mail.
const SENT_CHARS: usize = 180;

/// "Doodle AG, Werdstrasse 21, 8021 Zürich": the form of a firm and a number of a house or register.
pub(super) fn is_imprint(unit: &Unit, lines: &[Line]) -> bool {
    unit.lower.len() <= IMPRINT_CHARS
        && unit.lower.contains(|c: char| c.is_ascii_digit())
        && !unit.lower.ends_with(['?', '!', ':'])
        && unit.lower.contains([',', '|', '·', '-', '–', '•'])
        && holds_form(unit, lines)
}

/// The same on two lines, of the firm that wrote the mail.
pub(super) fn is_imprint_pair(firm: &Unit, place: &Unit, lines: &[Line], sender: &str) -> bool {
    sender.len() >= SENDER_BYTES
        && firm.lower.len() <= HALF_CHARS
        && firm.lower.contains(sender)
        && holds_form(firm, lines)
        && place.lower.contains(',')
        && is_place(&place.lower)
}

/// A short line with a number that is no sentence: a house, a register, a telephone.
pub(super) fn is_place(lower: &str) -> bool {
    lower.len() <= HALF_CHARS
        && lower.contains(|c: char| c.is_ascii_digit())
        && !lower.ends_with(['.', '?', '!', ':', '。'])
}

/// A word is the form of a firm, and the one before it may be its name.
fn holds_form(unit: &Unit, lines: &[Line]) -> bool {
    let own = lines.get(unit.start..unit.end).unwrap_or_default();
    let pieces: Vec<&str> = own
        .iter()
        .flat_map(|line| line.text.split([' ', '\u{a0}', ',', '(', ')', '|', '·', ';', '&']))
        .filter(|piece| !piece.is_empty())
        .collect();
    let shouts = !own.iter().any(|line| line.text.contains(char::is_lowercase));
    let form = |nth: usize| pieces.get(nth).is_some_and(|piece| is_firm_form(piece));
    let named = |nth: usize| {
        let (Some(piece), before) = (pieces.get(nth), nth.checked_sub(1).and_then(|nth| pieces.get(nth))) else {
            return false;
        };
        let short = piece.chars().filter(|c| c.is_alphabetic()).count() <= SHORT_FORM;
        let capitals = !shouts && is_in_capitals(piece);
        let first = PUT_FIRST.iter().any(|form| piece.to_lowercase() == *form) && capitals;
        !short || first || before.is_some_and(|word| word.starts_with(|c: char| c.is_uppercase() || !c.is_ascii()))
    };
    (0..pieces.len()).any(|nth| form(nth) && named(nth))
}

/// Forms of firms of at most so many letters are words of many languages, too: "As of May", "Ab Mai", "Sa 9-12".
const SHORT_FORM: usize = 3;
/// Those that stand before the name.
const PUT_FIRST: [&str; 6] = ["uab", "sia", "ооо", "ао", "пао", "тов"];

fn is_in_capitals(word: &str) -> bool {
    word.contains(char::is_uppercase) && !word.contains(char::is_lowercase)
}

fn is_firm_form(piece: &str) -> bool {
    let bare: String = piece.chars().filter(|c| *c != '.' && *c != '/').flat_map(char::to_lowercase).collect();
    // "S.A.", "AG", "Oy", but not Saturday's "Sa".
    let dotted = piece.trim_end_matches('.').contains(['.', '/']);
    let of_two = || dotted || is_in_capitals(piece) || matches!(bare.as_str(), "oy" | "co" | "eg" | "ev");
    piece.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_ascii() || piece.contains('.'))
        && words().machine.firms.contains(&bare)
        && (bare.chars().count() > 2 || of_two())
}

/// "Otter Trust, Weir Cottage, Bideford EX39 0AA": the sender with a number.
pub(crate) fn names_itself(lower: &str, sender: &str) -> bool {
    sender.len() >= SENDER_BYTES
        && lower.len() <= IMPRINT_CHARS
        && lower.contains(sender)
        && lower.contains([',', '|', '·'])
        && lower.contains(|c: char| c.is_ascii_digit())
}

/// "This message was sent by Confluence": speaks of mail and names its service, by its own name or its address.
pub(super) fn says_who_sent(lower: &str, sender: &str, address: &str) -> bool {
    let host = address.rsplit('@').next().unwrap_or_default();
    let labels = host.rsplit_once('.').map_or("", |(labels, _)| labels).split('.');
    let names = fold(sender);
    let mut names = names.split(|c: char| !c.is_alphanumeric()).chain(labels);
    lower.len() <= SENT_CHARS
        && !lower.ends_with('?')
        && any_in(&words().machine.mail, lower)
        && names.any(|name| name.len() > SENDER_BYTES && !any_in(&words().machine.mail, name) && lower.contains(name))
}
