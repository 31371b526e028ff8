//! Words with the punctuation around them, and a window over them.

use super::{Hints, NumberStyle, abbreviation, grouped, joint};

/// A word of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// Opening punctuation: brackets, quotes, bullets.
    pub lead: &'a str,
    /// What is said; empty when the token is punctuation only.
    pub core: &'a str,
    /// Closing punctuation.
    pub trail: &'a str,
    /// Where `core` begins in the text.
    pub at: usize,
    /// The blank before it is one that keeps figures together (U+00A0, U+202F, U+2009).
    pub bound: bool,
}

/// Opening punctuation that is no part of a word. Signs that belong to figures and names ($ # @ + - ~ & /) stay.
fn opens(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '<'
            | '>'
            | '"'
            | '\''
            | '`'
            | '´'
            | '“'
            | '”'
            | '„'
            | '‘'
            | '’'
            | '‚'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '¿'
            | '¡'
            | '*'
            | '_'
            | '•'
            | '·'
            | '‣'
            | '◦'
            | '▪'
            | '■'
            | '–'
            | '—'
            | '|'
            | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '…'
            | '='
            | ')'
            | ']'
            | '}'
    )
}

/// Closing punctuation.
fn closes(c: char) -> bool {
    (opens(c) && !matches!(c, '•' | '·' | '‣' | '◦' | '▪')) || c == '.'
}

/// Splits at blanks, but for those inside one figure ("2 400,50 €"); linear.
pub(super) fn split<'a>(text: &'a str, hints: &Hints) -> Vec<Token<'a>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut bound = false;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        apart(&mut tokens, word, at, bound);
        bound = !word.is_empty() && piece.ends_with(['\u{a0}', '\u{202f}', '\u{2009}']);
        at += piece.len();
    }
    grouped::joined(text, tokens, hints)
}

/// One token, or more where a joint stands between words that are said apart.
fn apart<'a>(tokens: &mut Vec<Token<'a>>, word: &'a str, mut at: usize, mut bound: bool) {
    let mut rest = word;
    while let Some([before, joint, after]) = joint::parted(rest, tokens.last().map_or("", |last| last.core)) {
        for part in [before, joint].into_iter().filter(|part| !part.is_empty()) {
            tokens.push(token(part, at, bound));
            at += part.len();
            bound = false;
        }
        rest = after;
    }
    if !rest.is_empty() {
        tokens.push(token(rest, at, bound));
    }
}

fn token(word: &str, at: usize, bound: bool) -> Token<'_> {
    if let Some((core, trail)) = super::emoji::split_smiley(word) {
        return Token { lead: "", core, trail, at, bound };
    }
    if is_sign(word) {
        return Token { lead: word, core: "", trail: "", at, bound };
    }
    let body = word.trim_start_matches(opens);
    let lead = word.get(..word.len() - body.len()).unwrap_or("");
    let core = body.trim_end_matches(closes);
    // "20.–": the dash says that there are no cents.
    let no_cents = core.ends_with(|c: char| c.is_ascii_digit())
        && body
            .get(core.len()..)
            .is_some_and(|trail| [",–", ".–", ",—", ".—"].iter().any(|mark| trail.starts_with(mark)));
    let core = body.get(..core.len() + if no_cents { ",–".len() } else { 0 }).unwrap_or(core);
    let trail = body.get(core.len()..).unwrap_or("");
    Token { lead, core, trail, at: at + lead.len(), bound }
}

/// Dashes, arrows and slashes that stand alone.
fn is_sign(word: &str) -> bool {
    word.chars().all(|c| matches!(c, '-' | '–' | '—')) || is_arrow(word) || matches!(word, "/" | "//" | "\\")
}

/// "->", "-->", "=>", "→".
pub(super) fn is_arrow(word: &str) -> bool {
    let shaft = |c: char| matches!(c, '-' | '=' | '–' | '—');
    word == "→" || word.strip_suffix('>').is_some_and(|rest| !rest.is_empty() && rest.chars().all(shaft))
}

/// The tokens from one place on, with what stands before.
pub(super) struct View<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    pub hints: &'a Hints,
}

impl<'a> View<'a> {
    pub fn new(tokens: &'a [Token<'a>], at: usize, hints: &'a Hints) -> Self {
        View { tokens, at, hints }
    }

    /// The word at this place.
    pub fn core(&self) -> &'a str {
        self.token(0).map_or("", |token| token.core)
    }

    pub fn trail(&self) -> &'a str {
        self.token(0).map_or("", |token| token.trail)
    }

    pub fn lead(&self) -> &'a str {
        self.token(0).map_or("", |token| token.lead)
    }

    /// The same from `ahead` places further on.
    pub fn further(&self, ahead: usize) -> View<'a> {
        View { tokens: self.tokens, at: self.at + ahead, hints: self.hints }
    }

    /// The token before this place, whatever stands between.
    pub fn last(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at.checked_sub(1)?)
    }

    pub fn follows_article(&self) -> bool {
        self.before().is_some_and(|word| matches!(word, "a" | "an" | "A" | "An"))
    }

    /// "a 5 km run": a figure before a noun keeps its unit in the singular.
    pub fn describes(&self, used: usize) -> bool {
        self.follows_article()
            && self.next_after(used, &["."]).is_some_and(|noun| noun.chars().all(|c| c.is_alphabetic() || c == '-'))
    }

    pub fn token(&self, ahead: usize) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at + ahead)
    }

    /// The word `ahead` places further when only blanks stand between.
    pub fn next(&self, ahead: usize) -> Option<&'a str> {
        self.next_after(ahead, &[])
    }

    /// The same, where one of `marks` may close the word before it ("March 3, 2026", "3. März").
    pub fn next_after(&self, ahead: usize, marks: &[&str]) -> Option<&'a str> {
        let before = self.token(ahead.checked_sub(1)?)?;
        let next = self.token(ahead)?;
        let joined = (before.trail.is_empty() || marks.contains(&before.trail)) && next.lead.is_empty();
        (joined && !next.core.is_empty()).then_some(next.core)
    }

    /// The word before this place when only blanks stand between.
    pub fn before(&self) -> Option<&'a str> {
        self.before_after(&[])
    }

    /// The same, where one of `marks` may stand after it ("code: 123456", "No. 5").
    pub fn before_after(&self, marks: &[&str]) -> Option<&'a str> {
        let before = self.tokens.get(self.at.checked_sub(1)?)?;
        let joined = before.trail.is_empty() || marks.contains(&before.trail);
        (joined && self.lead().is_empty()).then_some(before.core)
    }

    /// Tokens before this place, nearest first, at most `count`.
    pub fn tokens_behind(&self, count: usize) -> impl Iterator<Item = &'a Token<'a>> {
        self.tokens.get(..self.at).unwrap_or(&[]).iter().rev().take(count)
    }

    /// Words before this place in the same sentence, nearest first, at most `count`.
    pub fn behind(&self, count: usize) -> impl Iterator<Item = &'a str> {
        let before = self.tokens.get(..self.at).unwrap_or(&[]);
        // "order no. 4711" is one sentence.
        let same_sentence = move |token: &&Token<'_>| {
            !token.trail.contains(['.', '!', '?']) || (token.trail == "." && abbreviation::counts(token.core))
        };
        before.iter().rev().take(count).take_while(same_sentence).map(|token| token.core)
    }

    pub fn numbers(&self) -> NumberStyle {
        self.hints.numbers
    }
}
