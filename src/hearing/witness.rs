//! The second opinion: does a decoder that may hear any words hear the phrase, too?

/// Sounds that a free decoder adds around a lone word in noise; they say nothing against the phrase.
const FILLERS: [&str; 9] = ["the", "a", "huh", "uh", "um", "oh", "ah", "hm", "and"];

/// Rank of the phrase (or of one of its witnesses) among the alternatives, 0 = best; `None` = not among them.
pub(super) fn rank(phrase: &str, witnesses: &[String], alternatives: &[String]) -> Option<u8> {
    let agrees = |text: &String| {
        let bare = bare(text);
        [text.as_str(), bare].iter().any(|heard| *heard == phrase || witnesses.iter().any(|witness| witness == heard))
    };
    alternatives.iter().position(agrees).and_then(|rank| u8::try_from(rank).ok())
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

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn phrase_witness_and_filler_agree_and_others_do_not() {
        let heard = texts(&["and do", "the stop", "stop by"]);
        assert_eq!(rank("undo", &texts(&["and do"]), &heard), Some(0));
        assert_eq!(rank("stop", &[], &heard), Some(1));
        assert_eq!(rank("next", &[], &heard), None);
        assert_eq!(rank("read the quoted text", &[], &texts(&["read quoted text"])), None);
    }
}
