//! The second opinion: does a decoder that may hear any words hear the phrase, too?

use super::recogniser::Alternative;

/// Sounds that a free decoder adds around a lone word in noise; they say nothing against the phrase.
const FILLERS: [&str; 9] = ["the", "a", "huh", "uh", "um", "oh", "ah", "hm", "and"];

/// Rank of the phrase (or of one of its witnesses) among the alternatives, 0 = best; `None` = not among them.
pub(super) fn rank(phrase: &str, witnesses: &[String], alternatives: &[Alternative]) -> Option<u8> {
    let position = alternatives.iter().position(|one| agrees(phrase, witnesses, &one.text));
    position.and_then(|rank| u8::try_from(rank).ok())
}

/// Whether the text is the phrase or one of its witnesses, but for fillers.
pub(super) fn agrees(phrase: &str, witnesses: &[String], text: &str) -> bool {
    [text, bare(text)].iter().any(|heard| *heard == phrase || witnesses.iter().any(|witness| witness == heard))
}

/// The text without one filler at either end.
pub(super) fn bare(text: &str) -> &str {
    let text = match text.split_once(' ') {
        Some((first, rest)) if FILLERS.contains(&first) => rest,
        Some(_) | None => text,
    };
    match text.rsplit_once(' ') {
        Some((rest, last)) if FILLERS.contains(&last) => rest,
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(list: &[&str]) -> Vec<Alternative> {
        list.iter().map(|text| Alternative { text: (*text).to_owned(), likelihood: 0.0 }).collect()
    }

    #[test]
    fn phrase_witness_and_filler_agree_and_others_do_not() {
        let all = heard(&["and do", "the stop", "stop by"]);
        assert_eq!(rank("undo", &["and do".to_owned()], &all), Some(0));
        assert_eq!(rank("stop", &[], &all), Some(1));
        assert_eq!(rank("next", &[], &all), None);
        assert_eq!(rank("read the quoted text", &[], &heard(&["read quoted text"])), None);
    }
}
