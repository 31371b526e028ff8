//! Phone numbers, in groups of digits.

use super::token::View;
use super::{Said, plain, time};
use crate::script::words::digits;

/// Digits of a phone number.
const FEWEST: usize = 7;
const MOST: usize = 16;
/// Groups looked at.
const MOST_GROUPS: usize = 7;
/// Words that announce one.
const PHONE_WORDS: [&str; 16] = [
    "tel",
    "ph",
    "mob",
    "telephone",
    "phone",
    "call",
    "mobile",
    "cell",
    "fax",
    "ring",
    "dial",
    "text",
    "whatsapp",
    "hotline",
    "sms",
    "at",
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    if let Some(said) = extension(view) {
        return Some(said);
    }
    let first_digits = view.core().chars().filter(char::is_ascii_digit).count();
    if first_digits == 0 || (first_digits < 3 && !opens_number(view)) {
        return None;
    }
    let groups = groups(view);
    let total: usize = groups.iter().map(|group| group.digits.len()).sum();
    let first = groups.first()?;
    let announced = view.behind(3).any(|word| PHONE_WORDS.contains(&word.to_lowercase().as_str()));
    let international = first.plus && total >= 6;
    // "030 1234567", "(555) 123-4567", "555-123-4567", "555-1234"
    let shape = shape(&groups);
    let national = match shape {
        Shape::LeadingZero => total >= FEWEST,
        Shape::American | Shape::Card => true,
        Shape::Other => announced && total >= FEWEST && groups.len() > 1,
        Shape::One => announced && total >= FEWEST && !view.behind(2).any(|w| w == "at"),
    };
    if !(international || national) || total > MOST {
        return None;
    }
    let used = groups.iter().map(|group| group.token).max()? + 1;
    let mut said: Vec<String> = groups.iter().flat_map(|group| chunks(&group.digits)).collect();
    if first.plus
        && let Some(country) = said.first_mut()
    {
        *country = format!("plus {country}");
    }
    Said::new(used, said.join(", "))
}

/// "800-555-0100 x214", "ext. 214".
fn extension(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    let all_digits = |text: &str| (2..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let after_number =
        view.before().is_some_and(|word| word.len() >= 4 && word.bytes().rev().take(4).all(|b| b.is_ascii_digit()));
    if let Some(figures) = core.strip_prefix('x').filter(|figures| after_number && all_digits(figures)) {
        return Said::one(format!("extension {}", digits(figures)));
    }
    let named = view.before_after(&["."]).is_some_and(|word| matches!(word, "ext" | "Ext" | "extension" | "Extension"));
    (named && core.len() >= 3 && all_digits(core)).then(|| Said::one(digits(core))).flatten()
}

/// "text STOP to 85432", "SMS 85432".
pub(super) fn is_texted(view: &View<'_>) -> bool {
    let texts = |word: &str| matches!(word, "text" | "Text" | "SMS" | "sms");
    let to = view.before().is_some_and(|word| word == "to") && view.behind(4).any(texts);
    to || (view.core().len() >= 5 && !view.core().ends_with("000") && view.before().is_some_and(texts))
}

/// Whether a telephone number is likely after this word.
pub(super) fn announces(word: &str) -> bool {
    PHONE_WORDS.contains(&word.to_lowercase().as_str())
}

/// "+49 …", "1 555 123 4567", "030-…" in one token.
fn opens_number(view: &View<'_>) -> bool {
    let core = view.core();
    let three_follow =
        view.token(1).is_some_and(|next| next.core.starts_with(|c: char| c.is_ascii_digit()) && next.core.len() >= 3);
    let pair = |word: &str| word.len() == 2 && word.bytes().all(|b| b.is_ascii_digit());
    let pairs = core.starts_with('0') && pair(core) && (1..=4).all(|at| view.next(at).is_some_and(pair));
    // "(03) 9555 0123"
    let code = core.starts_with('0') && pair(core) && view.lead().ends_with('(') && view.trail() == ")";
    let code = code
        && view
            .token(1)
            .is_some_and(|next| next.lead.is_empty() && next.core.starts_with(|c: char| c.is_ascii_digit()));
    pairs || code || core.starts_with('+') || (matches!(core, "1" | "0") && three_follow)
}

struct Group {
    digits: String,
    plus: bool,
    /// Token it stands in, counted from this place.
    token: usize,
}

enum Shape {
    LeadingZero,
    American,
    /// Four groups of four: a bank card, read the same way.
    Card,
    One,
    Other,
}

fn shape(groups: &[Group]) -> Shape {
    let widths: Vec<usize> = groups.iter().map(|group| group.digits.len()).collect();
    let zero = groups.first().is_some_and(|g| g.digits.starts_with('0') && g.digits.len() >= 3);
    match widths.as_slice() {
        // "300 2000" with a blank are two figures
        [3, 4] if groups.iter().all(|group| group.token == 0) => Shape::American,
        [3, 3, 4] | [1, 3, 3, 4] => Shape::American,
        [4, 4, 4, 4] => Shape::Card,
        [2, 4, 4] | [2, 3, 4] if groups.first().is_some_and(|group| group.digits.starts_with('0')) => {
            Shape::LeadingZero
        }
        [4, 4, 4] if groups.iter().any(|group| plain::as_year(&group.digits).is_none()) => Shape::Card,
        [2, 2, 2, 2, 2] if groups.first().is_some_and(|group| group.digits.starts_with('0')) => Shape::LeadingZero,
        [_, _, ..] if zero => Shape::LeadingZero,
        [one] if zero && *one >= 10 => Shape::LeadingZero,
        [_] => Shape::One,
        _ => Shape::Other,
    }
}

/// Groups of digits from here on, within a token and across blanks, as long as it goes on like a number.
fn groups(view: &View<'_>) -> Vec<Group> {
    let mut out = Vec::new();
    let mut total = 0;
    for at in 0..MOST_GROUPS {
        let Some(token) = view.token(at) else { break };
        // "+49 30 / 123 456"
        let begun = out.first().is_some_and(|first: &Group| first.plus || first.digits.starts_with('0'));
        if begun && token.core.is_empty() && token.trail.is_empty() && (token.lead == "/" || time::is_dash(token.lead))
        {
            continue;
        }
        let more: Vec<&str> = token.core.split(['-', '.', '/', '–', '(', ')', '\u{a0}']).collect();
        let plus = token.core.starts_with('+');
        let first_only = |text: &str| if at == 0 { text.trim_start_matches('+').to_owned() } else { text.to_owned() };
        let fits = token.core.len() <= 24
            && (!plus || at == 0)
            && more.iter().all(|part| first_only(part).chars().all(|c| c.is_ascii_digit()))
            && token.core.contains(|c: char| c.is_ascii_digit());
        let joined = at == 0 || matches!(token.lead, "" | "(");
        if !fits || !joined || total > MOST {
            break;
        }
        // "+44 (0)20": the zero is dialled only without the country.
        let trunk = at > 0
            && out.first().is_some_and(|first: &Group| first.plus)
            && (token.core.starts_with("0)") || (token.lead, token.core, token.trail) == ("(", "0", ")"));
        for part in more.into_iter().skip(usize::from(trunk)) {
            let digits = part.trim_start_matches('+');
            if !digits.is_empty() {
                total += digits.len();
                out.push(Group { digits: digits.to_owned(), plus: plus && out.is_empty(), token: at });
            }
        }
        if !matches!(token.trail, "" | ")") {
            break;
        }
    }
    out
}

/// A group as said: up to four digits at a breath.
pub(super) fn chunks(group: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = group;
    while rest.len() > 4 {
        let size = if rest.len() == 5 { 2 } else { 3 };
        let Some((head, tail)) = rest.split_at_checked(size) else { break };
        out.push(digits(head));
        rest = tail;
    }
    out.push(digits(rest));
    out
}
