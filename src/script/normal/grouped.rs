//! Figures grouped with blanks: "2 400,50 €", "14 000 000". The tokens of one figure become one.

use super::token::Token;
use super::{Hints, NumberStyle, code, money, phone};

/// Groups of one figure at most.
const MOST_GROUPS: usize = 6;

/// Joins the tokens of figures that are grouped with blanks.
pub(super) fn joined<'a>(text: &'a str, tokens: Vec<Token<'a>>, hints: &Hints) -> Vec<Token<'a>> {
    let mut out: Vec<Token<'a>> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(first) = tokens.get(at) {
        let count = groups(&tokens, at, hints);
        let whole =
            tokens.get(at + count - 1).and_then(|last| Some((last, text.get(first.at..last.at + last.core.len())?)));
        match whole {
            Some((last, core)) if count > 1 => out.push(Token { core, trail: last.trail, ..*first }),
            Some(_) | None => out.push(*first),
        }
        at += count;
    }
    out
}

/// Tokens that are one figure from here on; 1 when there is nothing to join.
fn groups(tokens: &[Token<'_>], at: usize, hints: &Hints) -> usize {
    let Some(first) = tokens.get(at) else { return 1 };
    let (_, head) = sign_and_figure(first.core);
    let opens = (1..=3).contains(&head.len()) && all_digits(head) && !head.starts_with('0') && first.trail.is_empty();
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    if !opens || before.is_some_and(|token| token.trail.is_empty() && ends_in_figure(token.core)) {
        return 1;
    }
    let mut count = 1;
    while let Some(token) = tokens.get(at + count).filter(|token| count < MOST_GROUPS && token.lead.is_empty()) {
        let (group, tail) = figure_and_tail(token.core);
        if group.len() != 3 || !ends_well(tail) {
            break;
        }
        count += 1;
        if !tail.is_empty() || !token.trail.is_empty() {
            break;
        }
    }
    // A further figure behind it: a telephone number or a list.
    let next = tokens.get(at + count).filter(|next| next.lead.is_empty() && starts_with_figure(next.core));
    let last = tokens.get(at + count - 1);
    if count == 1 || (next.is_some() && last.is_some_and(|last| last.trail.is_empty())) {
        return 1;
    }
    if is_amount(tokens, at, count, hints) { count } else { 1 }
}

/// Whether the groups are an amount: by the blanks, the currency, the number of groups or the custom of the language.
fn is_amount(tokens: &[Token<'_>], at: usize, count: usize, hints: &Hints) -> bool {
    let inside = tokens.get(at + 1..at + count).unwrap_or_default();
    let sign_before = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|t| money::is_sign(t.core));
    let sign_attached = tokens.get(at).is_some_and(|first| !sign_and_figure(first.core).0.is_empty());
    let (_, tail) = inside.last().map_or(("", ""), |last| figure_and_tail(last.core));
    let sign_after = money::is_sign(tail.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.')));
    let sign_behind = tokens.get(at + count).is_some_and(|next| next.lead.is_empty() && money::is_sign(next.core));
    if sign_before || sign_attached || sign_after || sign_behind || inside.iter().all(|token| token.bound) {
        return true;
    }
    let near = tokens.get(at.saturating_sub(3)..at).unwrap_or_default();
    let number = near.iter().any(|token| phone::announces(token.core) || code::announces(token.core));
    !number && (count > 2 || hints.numbers == NumberStyle::Comma)
}

/// "€2" -> ("€", "2").
fn sign_and_figure(core: &str) -> (&str, &str) {
    let at = core.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let (sign, figure) = core.split_at_checked(at).unwrap_or(("", core));
    if money::is_sign(sign) { (sign, figure) } else { ("", core) }
}

/// "400,50€" -> ("400", ",50€").
fn figure_and_tail(core: &str) -> (&str, &str) {
    let at = core.find(|c: char| !c.is_ascii_digit()).unwrap_or(core.len());
    core.split_at_checked(at).unwrap_or((core, ""))
}

/// What may follow the last group: cents, then a sign or a unit.
fn ends_well(tail: &str) -> bool {
    let unit = tail.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.'));
    unit.is_empty() || unit == "%" || money::is_sign(unit) || (unit.len() <= 4 && unit.chars().all(char::is_alphabetic))
}

fn starts_with_figure(core: &str) -> bool {
    core.starts_with(|c: char| c.is_ascii_digit())
}

fn ends_in_figure(core: &str) -> bool {
    core.ends_with(|c: char| c.is_ascii_digit())
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
