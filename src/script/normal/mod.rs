//! Figures and signs to words: text as written in, text as spoken out.
//!
//! A text is split into tokens (a word with the punctuation around it). At each token the classes are asked in order,
//! the first that knows it says it; what nobody knows is said as a word. Nothing is dropped but decoration.

mod abbreviation;
mod code;
mod date;
pub(super) mod emoji;
mod fraction;
mod grouped;
mod hints;
mod hours;
mod joint;
mod keys;
pub(super) mod link;
mod money;
mod net;
mod numeral;
mod ordinal;
mod paired;
mod per;
mod period;
mod phone;
mod plain;
mod range;
mod roman;
mod sign;
mod span;
mod speech;
mod time;
mod token;
mod unit;
mod version;
mod word;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod everyday;
#[cfg(test)]
mod ordinary;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unseen;

pub use hints::{DateOrder, Hints, NumberStyle};

use speech::Speech;
use token::View;

/// What a class makes of the tokens at its place.
struct Said {
    /// Tokens taken, at least one.
    used: usize,
    say: String,
    /// What becomes of a full stop after the last of them.
    stop: Stop,
}

/// Whether a full stop behind the token ends something or belongs to it ("Dr.").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Keep,
    /// Part of the abbreviation: dropped unless the text ends there.
    Swallow,
}

impl Said {
    fn new(used: usize, say: impl Into<String>) -> Option<Said> {
        Some(Said { used, say: say.into(), stop: Stop::Keep })
    }

    fn one(say: impl Into<String>) -> Option<Said> {
        Said::new(1, say)
    }
}

type Class = fn(&View<'_>) -> Option<Said>;

/// In this order: the more particular first.
const CLASSES: [Class; 21] = [
    keys::say,
    emoji::say,
    net::say,
    abbreviation::say,
    span::say,
    period::say,
    date::say,
    hours::say,
    time::say,
    money::say,
    paired::say,
    phone::say,
    version::say,
    unit::say,
    range::say,
    fraction::say,
    ordinal::say,
    roman::say,
    code::say,
    plain::say,
    word::say,
];

/// A word most texts are made of, which no class could claim: small letters with nothing behind that makes it short for another.
fn is_plain(view: &View<'_>) -> bool {
    let word = view.core();
    let letters = word.bytes().all(|b| b.is_ascii_lowercase());
    let figure_follows = view.next(1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
    letters
        && !roman::is_small(word)
        && word.len() <= 40
        && !view.trail().starts_with('.')
        && !figure_follows
        && !abbreviation::is_short(word)
}

/// The text as a voice should say it: letters, blanks and `, . ; : ! ? ' -`, no digit and no sign left.
///
/// Linear in the length of `text`. Words nobody knows pass through as they are.
pub fn speakable(text: &str, hints: &Hints) -> String {
    let tokens = token::split(text, hints);
    let mut speech = Speech::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let view = View::new(&tokens, at, hints);
        if let Some(sign) = token.core.is_empty().then(|| sign::say(&view)).flatten() {
            speech.words(sign);
            at += 1;
            continue;
        }
        speech.lead(token.lead);
        speech.words(sign::attached(&view).unwrap_or(""));
        let said = match token.core {
            "" => Said::one(""),
            word if is_plain(&view) => Said::one(word),
            _ => CLASSES.iter().find_map(|class| class(&view)),
        };
        let (used, say, stop) = match said {
            Some(said) => (said.used.max(1), said.say, said.stop),
            None => (1, word::letters_only(token.core), Stop::Keep),
        };
        speech.words(&say);
        at += used;
        let trail = tokens.get(at - 1).map_or("", |last| last.trail);
        speech.trail(trail, stop, tokens.get(at).map(|next| next.core));
    }
    speech.finish()
}
