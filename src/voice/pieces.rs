//! Where a text may be cut so that each part can be synthesised on its own without harm to its melody.

/// Characters of the first piece at most when there is a mark to cut at: with 0.2 s of work per second of speech
/// it is heard within 0.5 s.
const FIRST: usize = 48;
/// Characters of the second piece at most: it is made while the first is played.
const SECOND: usize = 90;
/// Characters of any later piece at most. The memory of the voice grows with the length (435 MB at 10 s).
const LATER: usize = 140;

/// Longest text that is spoken at all; what lies behind belongs to a session that counts wrongly.
const MAX_TEXT: usize = 8_000;

/// Silence after a piece, by the mark at its end, at speed 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    None,
    Comma,
    Clause,
    Sentence,
}

impl Pause {
    /// Milliseconds at speed 1. The voice's own pauses inside a piece measure 0.15-0.3 s at commas.
    pub fn ms(self) -> u64 {
        match self {
            Pause::None => 0,
            Pause::Comma => 140,
            Pause::Clause => 200,
            Pause::Sentence => 320,
        }
    }

    /// After the last mark of `text`.
    pub fn after(text: &str) -> Pause {
        match text.trim_end().trim_end_matches(['"', '\'', ')', ']', '\u{201d}', '\u{2019}']).chars().next_back() {
            Some(',') => Pause::Comma,
            Some(';' | ':') => Pause::Clause,
            Some('.' | '!' | '?') => Pause::Sentence,
            Some(_) | None => Pause::None,
        }
    }
}

/// Cuts `text` into pieces for the voice: short ones first, always at sentence ends, else at the last mark that fits,
/// at a blank when there is no mark. Pieces are trimmed and never empty; the same text is always cut alike.
pub fn pieces(text: &str) -> Vec<String> {
    cut(text, &[FIRST, SECOND, LATER])
}

/// As [`pieces`], the n-th piece at most `limits[n]` characters long, later ones as the last limit.
pub fn cut(text: &str, limits: &[usize]) -> Vec<String> {
    let text: String = text.chars().take(MAX_TEXT).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let limit = limits.get(found.len()).or(limits.last()).copied().unwrap_or(LATER).max(1);
        let (head, tail) = rest.split_at(cut_place(rest, limit));
        if !head.trim().is_empty() {
            found.push(head.trim().to_owned());
        }
        rest = tail.trim_start();
    }
    found
}

/// Byte index of the cut: behind the first sentence, or the last place that fits into `limit` characters.
fn cut_place(text: &str, limit: usize) -> usize {
    let mut last_mark = None;
    let mut last_blank = None;
    let mut previous = ' ';
    for (count, (index, c)) in text.char_indices().enumerate() {
        if c == ' ' {
            match Pause::after(text.get(..index).unwrap_or_default()) {
                Pause::Sentence if !is_title(text.get(..index).unwrap_or_default()) && count <= limit => return index,
                Pause::Sentence | Pause::Comma | Pause::Clause => last_mark = Some(index),
                Pause::None => last_blank = (previous != ' ').then_some(index).or(last_blank),
            }
        }
        previous = c;
        if count >= limit {
            // A mark is worth up to a whole limit more only for first pieces: no cut at a blank before twice the limit.
            if let Some(mark) = last_mark {
                return mark;
            }
            if count >= limit.saturating_mul(2).min(LATER) {
                return last_blank.unwrap_or(index);
            }
        }
    }
    text.len()
}

/// Whether the full stop belongs to an abbreviation that is followed by its word.
fn is_title(text: &str) -> bool {
    let word = text.rsplit(' ').next().unwrap_or_default();
    let initial = word.len() == 2 && word.starts_with(|c: char| c.is_ascii_uppercase());
    initial || matches!(word, "Mr." | "Mrs." | "Ms." | "Dr." | "St." | "Prof." | "No." | "vs.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_texts_stay_whole() {
        assert_eq!(pieces("Archived."), ["Archived."]);
        assert_eq!(pieces("Ana on the roadmap, ten past nine."), ["Ana on the roadmap, ten past nine."]);
        assert_eq!(pieces("  \n "), Vec::<String>::new());
    }

    #[test]
    fn sentences_are_cut_but_titles_are_not() {
        assert_eq!(pieces("Sorry? Say next."), ["Sorry?", "Say next."]);
        assert_eq!(pieces("Dr. Weiss and J. Smith wrote."), ["Dr. Weiss and J. Smith wrote."]);
    }

    #[test]
    fn a_long_sentence_starts_with_a_short_piece_at_a_mark() {
        let text = "Thanks for the notes from Tuesday, I went through all of them, and I think that we should move the \
                    launch by two weeks, because the translations are late.";
        let found = pieces(text);
        assert_eq!(found.first().map(String::as_str), Some("Thanks for the notes from Tuesday,"));
        assert_eq!(found.join(" "), text);
    }

    #[test]
    fn a_sentence_without_marks_is_cut_at_a_blank() {
        let text = "word ".repeat(100);
        let found = pieces(&text);
        assert!(found.iter().all(|piece| piece.len() <= LATER), "{found:?}");
        assert_eq!(found.join(" "), text.trim());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_empty(text in "\\PC{0,400}") {
            let found = pieces(&text);
            prop_assert!(found.iter().all(|piece| !piece.trim().is_empty() && piece.chars().count() <= LATER + 1));
            let strip = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(strip(&found.concat()), strip(&text));
        }
    }
}
