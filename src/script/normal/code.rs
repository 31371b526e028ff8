//! Order and tracking numbers, one-time codes: digit by digit, in groups.

use super::token::{Token, View};
use super::{Said, phone, plain, word};
use crate::script::words::spelled;

/// Words near a figure that make it a code. "number" counts only in front.
const CODE_WORDS: [&str; 26] = [
    "code",
    "codes",
    "pin",
    "otp",
    "passcode",
    "password",
    "tan",
    "token",
    "order",
    "tracking",
    "invoice",
    "ticket",
    "reference",
    "ref",
    "confirmation",
    "booking",
    "account",
    "case",
    "customer",
    "id",
    "parcel",
    "shipment",
    "serial",
    "verification",
    "zip",
    "postcode",
];
/// Letters and digits of a code at least.
const CODE_LENGTH: usize = 8;

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if let Some(said) = bank_account(view) {
        return Some(said);
    }
    if let Some(said) = masked(view).or_else(|| announced_groups(view)) {
        return Some(said);
    }
    let (lead, body) = match core.strip_prefix(['#', '№']) {
        Some(body) => ("number ", body),
        None => ("", core),
    };
    if body.len() > 40 || !body.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/')) {
        return None;
    }
    let digits = body.chars().filter(char::is_ascii_digit).count();
    let letters = body.chars().filter(char::is_ascii_alphabetic).count();
    match (digits, letters) {
        (0, _) => None,
        (_, 0) if is_figure_code(view, body, digits, lead) => Said::one(format!("{lead}{}", in_groups(body))),
        (_, 0) => None,
        // "AB-12345", "1Z999AA10123456784", "G-482913"; "COVID-19" and "MP3" are words
        (_, _) if is_mixed_code(body, digits, letters) => Said::one(format!("{lead}{}", in_groups(body))),
        (_, _) => None,
    }
}

/// "DE89 3704 0044 0532 0130 00": country, check figures and groups of four (ISO 13616: 15 to 34 signs).
fn bank_account(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    let (country, check) = core.split_at_checked(2)?;
    let starts = country.bytes().all(|b| b.is_ascii_uppercase())
        && check.len() == 2
        && check.bytes().all(|b| b.is_ascii_digit());
    if !starts {
        return None;
    }
    let is_group = |word: &&str| {
        (1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    };
    let groups: Vec<&str> = (1..=8).map_while(|at| view.next(at)).take_while(is_group).collect();
    let full = groups.iter().take_while(|group| group.len() == 4).count();
    let used = groups.len().min(full + 1);
    let said: Vec<String> = groups.iter().take(used).map(|group| in_groups(group)).collect();
    let signs: usize = 4 + groups.iter().take(used).map(|group| group.len()).sum::<usize>();
    (full >= 2 && (15..=34).contains(&signs))
        .then(|| {
            Said::new(
                1 + used,
                format!("{}, {}, {}", spelled(country), phone::chunks(check).join(", "), said.join(", ")),
            )
        })
        .flatten()
}

/// The end of a number whose rest is hidden: "****4242", "•••• 4242", "xxxx-4242", "ending in 4242"; and its beginning, "DE89 ****".
fn masked(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    let hides = |text: &str| text.chars().count() >= 2 && text.chars().all(|c| matches!(c, '*' | '•' | '·' | '●'));
    let hidden = |token: &Token<'_>| token.core.is_empty() && hides(token.lead);
    let is_end = |text: &str| (3..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if let Some(figures) = core.strip_prefix("xx").or_else(|| core.strip_prefix("XX")) {
        let figures = figures.trim_start_matches(['x', 'X']).trim_start_matches('-');
        return Said::one(phone::chunks(figures).join(", ")).filter(|_| is_end(figures));
    }
    let mut behind = view.behind(2);
    let ending = match behind.next() {
        Some("in" | "with") => behind.next().is_some_and(is_ending),
        before => before.is_some_and(is_ending),
    };
    // "the year ending 2026"
    let ending = ending && (plain::as_year(core).is_none() || view.behind(5).any(is_card));
    let shown = hides(view.lead()) && !view.trail().contains('*') || view.last().is_some_and(hidden);
    if is_end(core) && (shown || ending) {
        return Said::one(phone::chunks(core).join(", "));
    }
    let begins = core.len() == 4 && core.bytes().take(2).all(|b| b.is_ascii_uppercase());
    if begins && view.token(1).is_some_and(hidden) {
        return Said::one(in_groups(core));
    }
    None
}

fn is_card(word: &str) -> bool {
    const CARDS: [&str; 9] = ["card", "account", "visa", "mastercard", "amex", "number", "debit", "credit", "iban"];
    CARDS.contains(&word.to_lowercase().as_str())
}

fn is_ending(word: &str) -> bool {
    matches!(word, "ending" | "ends")
}

/// "Meeting ID: 812 4456 7031": groups of figures after a word that tells what they are.
fn announced_groups(view: &View<'_>) -> Option<Said> {
    let is_group = |word: &&str| (3..=6).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    is_group(&view.core()).then_some(())?;
    let groups: Vec<&str> =
        std::iter::once(view.core()).chain((1..=6).map_while(|at| view.next(at)).take_while(is_group)).collect();
    let digits: usize = groups.iter().map(|group| group.len()).sum();
    let announced = view.behind(4).any(announces) && digits >= 7 && groups.len() > 1;
    let said: Vec<String> = groups.iter().flat_map(|group| phone::chunks(group)).collect();
    announced.then(|| Said::new(groups.len(), said.join(", "))).flatten()
}

fn is_figure_code(view: &View<'_>, body: &str, digits: usize, lead: &str) -> bool {
    let parts = body.split(['-', '_', '.', '/']).count();
    let decimal = body.contains('.') && parts == 2;
    if parts > 1 {
        // "sort code 20-45-77", "ref: 2026/00417"
        let padded = body.split(['-', '_', '.', '/']).any(|part| part.len() > 2 && part.starts_with('0'));
        let announced = (parts > 2 || padded) && digits >= 5 && is_code_word_near(view);
        return !decimal && (digits >= CODE_LENGTH || announced);
    }
    let padded = body.starts_with('0') && digits > 1;
    let round = body.ends_with("000");
    let near = is_code_word_near(view);
    padded
        || (digits == 5 && !round && is_postcode(view))
        || (matches!(digits, 3 | 4) && is_flight(view))
        || (digits >= 4 && near && !round)
        || (!lead.is_empty() && digits >= 5)
        || (digits >= 7 && !round)
        || digits >= 13
}

/// "10115 Berlin" at the head of an address's line, "Portland, OR 97201".
fn is_postcode(view: &View<'_>) -> bool {
    let town = view.next(1).is_some_and(|next| next.starts_with(char::is_uppercase));
    let begins = view.last().is_none_or(|last| last.trail.ends_with(','));
    let state = view.before().is_some_and(is_two_capitals);
    (begins && town) || (state && (town || view.next(1).is_none()))
}

/// "flight BA 2490".
fn is_flight(view: &View<'_>) -> bool {
    let line = view.before().is_some_and(is_two_capitals);
    let told = view.behind(2).nth(1).is_some_and(|word| matches!(word.to_lowercase().as_str(), "flight" | "flights"));
    let flies = view.next(1).is_some_and(|word| FLIES.contains(&word));
    line && (told || flies)
}

/// What a flight does behind its number.
const FLIES: [&str; 11] = [
    "lands",
    "landed",
    "departs",
    "departed",
    "arrives",
    "arrived",
    "leaves",
    "boards",
    "boarding",
    "operated",
    "departing",
];

fn is_two_capitals(word: &str) -> bool {
    word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// Whether a figure after this word is likely a code.
pub(super) fn announces(word: &str) -> bool {
    CODE_WORDS.contains(&word.to_lowercase().trim_end_matches(['.', ':']))
}

fn is_code_word_near(view: &View<'_>) -> bool {
    let behind = view.behind(5).any(announces);
    // "482913 is your code"
    let ahead = (1..=5).map_while(|at| view.token(at)).map(|token| token.core).take(5);
    behind || (view.token(1).is_some_and(|next| next.core == "is") && ahead.into_iter().any(announces))
}

fn is_mixed_code(body: &str, digits: usize, letters: usize) -> bool {
    let capitals = body.chars().filter(char::is_ascii_alphabetic).all(|c| c.is_ascii_uppercase());
    let changes = body
        .as_bytes()
        .windows(2)
        .filter(|w| w.iter().any(u8::is_ascii_digit) && w.iter().any(u8::is_ascii_alphabetic))
        .count();
    let long = digits + letters >= CODE_LENGTH && digits >= 3;
    let serial = capitals && digits >= 4;
    let hash = !capitals && changes >= 3 && digits + letters >= CODE_LENGTH;
    (long && capitals) || serial || hash
}

/// Letters by name, digits one by one, a short pause between groups.
fn in_groups(body: &str) -> String {
    let mut groups: Vec<String> = Vec::new();
    for part in body.split(['-', '_', '.', '/']).filter(|part| !part.is_empty()) {
        groups.extend(runs(part).into_iter().flat_map(|run| match run.starts_with(|c: char| c.is_ascii_digit()) {
            true => phone::chunks(run),
            false if run.len() >= 5 && word::has_vowel(run) => vec![run.to_lowercase()],
            false => vec![spelled(run)],
        }));
    }
    groups.join(", ")
}

/// "1Z999AA" -> "1", "Z", "999", "AA".
pub(super) fn runs(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut last: Option<bool> = None;
    for (at, c) in text.char_indices() {
        let digit = c.is_ascii_digit();
        if last.is_some_and(|was| was != digit) {
            out.extend(text.get(start..at));
            start = at;
        }
        last = Some(digit);
    }
    out.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    out
}
