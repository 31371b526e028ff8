//! Abbreviations: "Dr.", "St.", "No. 5", "e.g.", "c/o". Those with two readings are told apart by their neighbours.

use super::token::View;
use super::{Said, Stop};
use crate::script::words::spelled;

/// Written with a full stop; said in full wherever they stand.
const DOTTED: [(&str, &str); 38] = [
    ("drs", "doctors"),
    ("ph.d", "P-H-D"),
    ("a.k.a", "also known as"),
    ("bldg", "building"),
    ("p.s", "P-S"),
    ("mr", "mister"),
    ("mrs", "missus"),
    ("ms", "miz"),
    ("prof", "professor"),
    ("vs", "versus"),
    ("etc", "et cetera"),
    ("e.g", "for example"),
    ("i.e", "that is"),
    ("approx", "approximately"),
    ("dept", "department"),
    ("inc", "incorporated"),
    ("ltd", "limited"),
    ("corp", "corporation"),
    ("jr", "junior"),
    ("sr", "senior"),
    ("cf", "compare"),
    ("ca", "circa"),
    ("tel", "telephone"),
    ("ave", "avenue"),
    ("rd", "road"),
    ("blvd", "boulevard"),
    ("apt", "apartment"),
    ("govt", "government"),
    ("capt", "captain"),
    ("sgt", "sergeant"),
    ("gov", "governor"),
    ("rev", "reverend"),
    ("hrs", "hours"),
    ("mins", "minutes"),
    ("str", "street"),
    ("ref", "reference"),
    ("incl", "including"),
    ("excl", "excluding"),
];
/// The same without a full stop, where nothing else is written so.
const BARE: [(&str, &str); 17] = [
    ("pls", "please"),
    ("plz", "please"),
    ("thx", "thanks"),
    ("c/o", "care of"),
    ("w/o", "without"),
    ("w/", "with"),
    ("b/c", "because"),
    ("n/a", "not applicable"),
    ("vs", "versus"),
    ("e.g", "for example"),
    ("i.e", "that is"),
    ("eg", "for example"),
    ("ie", "that is"),
    ("etc", "et cetera"),
    ("mr", "mister"),
    ("mrs", "missus"),
    ("approx", "approximately"),
];
/// Only before a figure: "No. 5", "p. 12", "Fig. 3", "ext. 12".
const BEFORE_FIGURE: [(&str, &str); 14] = [
    ("no", "number"),
    ("nos", "numbers"),
    ("nr", "number"),
    ("p", "page"),
    ("pp", "pages"),
    ("fig", "figure"),
    ("vol", "volume"),
    ("ch", "chapter"),
    ("sec", "section"),
    ("ext", "extension"),
    ("art", "article"),
    ("ver", "version"),
    ("para", "paragraph"),
    ("ed", "edition"),
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core.len() > 12 {
        return None;
    }
    let lower = core.to_lowercase();
    let dotted = view.trail().starts_with('.') && !view.trail().starts_with("..");
    if !dotted {
        return title(view, core).or_else(|| look_up(&BARE, &lower).filter(|_| !is_shouted(core))).and_then(Said::one);
    }
    let said = two_readings(view, &lower)
        .or_else(|| look_up(&DOTTED, &lower))
        .or_else(|| look_up(&BEFORE_FIGURE, &lower).filter(|_| figure_follows(view)))
        .map(str::to_owned)
        .or_else(|| letters(core))?;
    Some(Said { used: 1, say: said, stop: Stop::Swallow })
}

/// Whether a word without a full stop is short for another.
pub(super) fn is_short(word: &str) -> bool {
    word.len() <= 6 && look_up(&BARE, word).is_some()
}

/// "VS", "ETC" in capitals are names as often as not; "N/A" is always itself.
fn is_shouted(core: &str) -> bool {
    core.len() > 1 && !core.contains('/') && core.chars().all(char::is_uppercase)
}

/// "St Mary's", "Dr Okafor": written without a full stop in Britain, and only before a name.
fn title(view: &View<'_>, core: &str) -> Option<&'static str> {
    let long = match core {
        "St" => "saint",
        "Dr" => "doctor",
        "Prof" => "professor",
        _ => return None,
    };
    let street = view.before().is_some_and(is_capitalised);
    let name_follows = view.next_after(1, &[""]).is_some_and(is_capitalised);
    (name_follows && !street).then_some(long)
}

fn look_up(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(short, _)| *short == word).map(|(_, long)| *long)
}

fn two_readings(view: &View<'_>, lower: &str) -> Option<&'static str> {
    let name_before = view.before().is_some_and(is_capitalised);
    let name_follows = view.next_after(1, &["."]).is_some_and(is_capitalised);
    match lower {
        // "Main St. is closed", "12 Main St. Berlin" against "near St. Pancras"
        "st" if name_before => Some("street"),
        "st" if name_follows => Some("saint"),
        "st" => Some("street"),
        "dr" if name_before && !name_follows => Some("drive"),
        "dr" => Some("doctor"),
        "mt" if name_follows => Some("mount"),
        "co" if name_before => Some("company"),
        _ => None,
    }
}

fn is_capitalised(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
        && !["The", "At", "In", "On", "By", "To", "From", "Near", "And", "See"].contains(&word)
}

fn figure_follows(view: &View<'_>) -> bool {
    view.next_after(1, &["."])
        .is_some_and(|next| next.trim_start_matches('#').starts_with(|c: char| c.is_ascii_digit()))
}

/// "U.S.", "P.S.", "R.S.V.P.": letter by letter. A single initial ("J.") is a letter too.
fn letters(core: &str) -> Option<String> {
    let mut parts = core.split('.');
    let single = |part: &str| part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
    let upper = core.chars().next().is_some_and(char::is_uppercase);
    (upper && core.contains('.') && parts.all(single)).then(|| spelled(core))
}
