//! Sentences, and clauses short enough for one breath of the voice.

use unicode_segmentation::UnicodeSegmentation;

/// Words of a line at most: the voice's memory and latency grow with the clause (435 MB at 10 s).
const LINE_WORDS: usize = 22;
/// Words of the first line at most, so that the first sound comes early.
const FIRST_WORDS: usize = 12;
/// Characters of a line at most, for scripts without blanks.
const LINE_CHARS: usize = 240;
/// Characters looked at for a cut: more than the longest line and the word after it.
const WINDOW_CHARS: usize = 2 * LINE_CHARS;
/// Fewest words on either side of a cut.
const FRAGMENT_WORDS: usize = 3;

/// Abbreviations (lower case, without the last full stop) that a sentence does not end with when something follows.
const ABBREVIATIONS: [&str; 44] = [
    "dr", "mr", "mrs", "ms", "prof", "st", "no", "nr", "vs", "etc", "e.g", "i.e", "approx", "dept", "est", "fig",
    "inc", "ltd", "co", "corp", "jr", "sr", "vol", "pp", "p", "ca", "cf", "tel", "ext", "gen", "col", "capt", "lt",
    "sgt", "rev", "hon", "gov", "sen", "rep", "jan", "feb", "sept", "z.b", "bzw",
];
/// Words before which a long clause may be cut.
const CLAUSE_STARTS: [&str; 26] = [
    "and", "but", "or", "because", "which", "who", "that", "so", "when", "while", "if", "unless", "until", "since",
    "although", "though", "where", "whether", "before", "after", "for", "with", "without", "from", "to", "in",
];

/// How the line ends, for the pause after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Sentence,
    Clause,
}

/// Whether these lines open a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Opening,
    Following,
}

/// One paragraph as lines, trimmed, none empty. Joined by blanks they give the paragraph again.
pub(super) fn lines(paragraph: &str, place: Place) -> Vec<(&str, Ending)> {
    let mut out = Vec::new();
    let mut limit = match place {
        Place::Opening => FIRST_WORDS,
        Place::Following => LINE_WORDS,
    };
    for sentence in sentences(paragraph) {
        let mut rest = sentence;
        while let Some((head, tail)) = cut(rest, limit) {
            out.push((head, Ending::Clause));
            rest = tail;
            limit = LINE_WORDS;
        }
        if !rest.is_empty() {
            out.push((rest, Ending::Sentence));
            limit = LINE_WORDS;
        }
    }
    out
}

/// Sentences of a paragraph, trimmed, none empty.
pub(super) fn sentences(paragraph: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for piece in paragraph.split_sentence_bounds() {
        end += piece.len();
        let so_far = paragraph.get(start..end).unwrap_or("");
        let next = paragraph.get(end..).unwrap_or("");
        if !goes_on(piece, next) {
            push_trimmed(&mut out, so_far);
            start = end;
        }
    }
    push_trimmed(&mut out, paragraph.get(start..end).unwrap_or(""));
    out
}

fn push_trimmed<'a>(out: &mut Vec<&'a str>, text: &'a str) {
    let text = text.trim();
    if !text.is_empty() {
        out.push(text);
    }
}

/// Whether the full stop at the end of `piece` belongs to an abbreviation, an initial or an item number.
fn goes_on(piece: &str, next: &str) -> bool {
    if next.trim_start().is_empty() || piece.contains('\n') {
        return false;
    }
    let Some(stem) = piece.trim_end().strip_suffix('.') else {
        return false;
    };
    let last = stem.rsplit(char::is_whitespace).next().unwrap_or("").trim_start_matches(['(', '"', '“', '\'']);
    let mut letters = last.chars();
    let initial = matches!((letters.next(), letters.next()), (Some(c), None) if c.is_uppercase() && c != 'I');
    let numbered = !last.is_empty() && last.len() <= 3 && stem == last && last.chars().all(|c| c.is_ascii_digit());
    // "No." opens a sentence of its own as often as a number: only a figure after it makes it "number".
    if last.eq_ignore_ascii_case("no") {
        return next.trim_start().starts_with(|c: char| c.is_ascii_digit());
    }
    // A message often ends a sentence with "etc." or "Inc.": then a capital starts the next one.
    let closes = ["etc", "inc", "ltd", "co", "corp", "jr", "sr", "est"].iter().any(|a| last.eq_ignore_ascii_case(a));
    if closes {
        return next.trim_start().starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit());
    }
    initial || numbered || ABBREVIATIONS.iter().any(|a| last.eq_ignore_ascii_case(a))
}

/// Cuts a sentence that is too long: at the last comma in reach, else before a word that opens a clause, else anywhere.
fn cut(sentence: &str, limit: usize) -> Option<(&str, &str)> {
    let reach = scan(sentence, limit);
    if !reach.longer {
        return None;
    }
    let at = reach.comma.or(reach.clause).unwrap_or(reach.hard);
    let (head, tail) = sentence.split_at_checked(at)?;
    let (head, tail) = (head.trim(), tail.trim());
    (!head.is_empty() && !tail.is_empty()).then_some((head, tail))
}

/// Where a sentence may be cut, as byte offsets.
#[derive(Default)]
struct Reach {
    comma: Option<usize>,
    clause: Option<usize>,
    hard: usize,
    /// There are more words than fit, enough of them for a line of their own.
    longer: bool,
}

fn scan(sentence: &str, limit: usize) -> Reach {
    let mut reach = Reach::default();
    let mut words = 0;
    let mut chars = 0;
    let mut at = 0;
    // Only what can be reached: a sentence of a megabyte is cut as fast as a short one.
    let window = sentence.get(..offset_of_char(sentence, WINDOW_CHARS)).unwrap_or(sentence);
    for piece in window.split_inclusive(char::is_whitespace) {
        let word = piece.trim();
        let too_wide = chars + word.chars().count() > LINE_CHARS;
        if words + 1 > limit + FRAGMENT_WORDS || too_wide {
            reach.longer = true;
        }
        if too_wide && reach.hard == 0 {
            reach.hard = at + offset_of_char(piece, LINE_CHARS.saturating_sub(chars));
        }
        if reach.longer {
            break;
        }
        if words >= FRAGMENT_WORDS && words <= limit {
            if CLAUSE_STARTS.iter().any(|start| word.eq_ignore_ascii_case(start)) {
                reach.clause = Some(at);
            }
            reach.hard = at;
        }
        at += piece.len();
        chars += piece.chars().count();
        words += weight(word);
        if word.ends_with([',', ';', ':', '–', '—', ')']) && (FRAGMENT_WORDS..=limit).contains(&words) {
            reach.comma = Some(at);
        }
    }
    reach
}

/// Breath a word takes, in plain words: figures are said in several.
fn weight(word: &str) -> usize {
    let figures = word.chars().filter(char::is_ascii_digit).count();
    usize::from(!word.is_empty()) + figures / 2
}

fn offset_of_char(text: &str, nth: usize) -> usize {
    text.char_indices().nth(nth.max(1)).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_and_initials_end_no_sentence() {
        for (text, count) in [
            ("Dr. Smith called. He waits.", 2),
            ("See No. 5 and go. No. I will not.", 3),
            ("J. R. Miller wrote this.", 1),
            ("We have apples, pears etc. Bring some.", 2),
            ("It costs 3.50 euros. Fine!", 2),
            ("Really?! Yes.", 2),
            ("", 0),
        ] {
            assert_eq!(sentences(text).len(), count, "{text}: {:?}", sentences(text));
        }
    }

    #[test]
    fn the_first_line_is_short_and_the_others_are_cut_at_commas() {
        let text = "I wanted to tell you about the budget for March before the meeting starts, because the figures that came \
                    in yesterday from the southern region are lower than we had hoped, and we may have to talk about it.";
        let lines = lines(text, Place::Opening);
        let first = lines[0].0.split_whitespace().count();
        assert!((3..=FIRST_WORDS).contains(&first), "{lines:?}");
        assert!(lines.iter().all(|(line, _)| line.split_whitespace().count() <= LINE_WORDS + FRAGMENT_WORDS));
        let joined: Vec<&str> = lines.iter().map(|(line, _)| *line).collect();
        assert_eq!(
            joined.join(" ").split_whitespace().collect::<Vec<_>>(),
            text.split_whitespace().collect::<Vec<_>>()
        );
    }

    #[test]
    fn text_without_blanks_is_still_bounded() {
        let text = "漢".repeat(5_000);
        assert!(lines(&text, Place::Following).iter().all(|(line, _)| line.chars().count() <= LINE_CHARS));
        let lines = lines(&text, Place::Following);
        assert_eq!(lines.iter().map(|(line, _)| line.len()).sum::<usize>(), text.len());
    }
}
