//! Abbreviations: "Dr.", "St.", "No. 5", "e.g.", "c/o". Those with two readings are told apart by their neighbours.

use super::numeral::Numeral;
use super::token::View;
use super::{Said, Stop, ordinal, range, roman};
use crate::script::words::spelled;

/// Written with a full stop; said in full wherever they stand.
const DOTTED: [(&str, &str); 66] = [
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
    ("a.m", "A-M"),
    ("p.m", "P-M"),
    ("lt", "lieutenant"),
    ("col", "colonel"),
    ("maj", "major"),
    ("gen", "general"),
    ("sen", "senator"),
    ("messrs", "messers"),
    ("hon", "honorable"),
    ("bros", "brothers"),
    ("assn", "association"),
    ("univ", "university"),
    ("est", "established"),
    ("max", "maximum"),
    ("temp", "temperature"),
    ("qty", "quantity"),
    ("misc", "miscellaneous"),
    ("intl", "international"),
    ("mgr", "manager"),
    ("asst", "assistant"),
    ("acct", "account"),
    ("amt", "amount"),
    ("appt", "appointment"),
    ("attn", "attention"),
    ("hwy", "highway"),
    ("pkwy", "parkway"),
    ("tbsp", "tablespoon"),
    ("tsp", "teaspoon"),
];
/// The same without a full stop, where nothing else is written so.
const BARE: [(&str, &str); 41] = [
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
    ("w/c", "week commencing"),
    ("btw", "by the way"),
    ("fyi", "F-Y-I"),
    ("asap", "A-S-A-P"),
    ("rsvp", "R-S-V-P"),
    ("tbd", "T-B-D"),
    ("tba", "T-B-A"),
    ("tbc", "T-B-C"),
    ("imo", "in my opinion"),
    ("imho", "in my humble opinion"),
    ("afaik", "as far as I know"),
    ("iirc", "if I remember right"),
    ("cc", "C-C"),
    ("bcc", "B-C-C"),
    ("pdf", "P-D-F"),
    ("pdfs", "P-D-Fs"),
    ("url", "U-R-L"),
    ("tmrw", "tomorrow"),
    ("w/out", "without"),
    ("w/in", "within"),
    ("fwiw", "for what it's worth"),
    ("ttyl", "talk to you later"),
    ("idk", "I don't know"),
    ("appt", "appointment"),
];
/// Before a colon: "Tel: 030 1234567".
const LABELS: [(&str, &str); 6] = [
    ("tel", "telephone"),
    ("ph", "phone"),
    ("mob", "mobile"),
    ("attn", "attention"),
    ("qty", "quantity"),
    ("ref", "reference"),
];
/// The same without a blank: "No.1", "p.12-15".
const ATTACHED: [(&str, &str); 11] = [
    ("No.", "number"),
    ("no.", "number"),
    ("Nr.", "number"),
    ("nr.", "number"),
    ("pp.", "page"),
    ("p.", "page"),
    ("fig.", "figure"),
    ("Fig.", "figure"),
    ("vol.", "volume"),
    ("Vol.", "volume"),
    ("ch.", "chapter"),
];
/// Before a figure without a full stop: "Apt 12".
const BARE_BEFORE_FIGURE: [(&str, &str); 9] = [
    ("apt", "apartment"),
    ("ext", "extension"),
    ("vol", "volume"),
    ("fig", "figure"),
    ("pp", "pages"),
    ("pg", "page"),
    ("ste", "suite"),
    ("rm", "room"),
    ("fl", "floor"),
];
/// Streets, after their name: "12 Baker St, London".
const STREETS: [(&str, &str); 12] = [
    ("St", "street"),
    ("Ave", "avenue"),
    ("Rd", "road"),
    ("Blvd", "boulevard"),
    ("Ln", "lane"),
    ("Sq", "square"),
    ("Hwy", "highway"),
    ("Pkwy", "parkway"),
    ("Ter", "terrace"),
    ("Cres", "crescent"),
    ("Ct", "court"),
    ("Dr", "drive"),
];
/// Only before a figure: "No. 5", "p. 12", "Fig. 3", "ext. 12".
const BEFORE_FIGURE: [(&str, &str); 16] = [
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
    ("v", "version"),
    ("c", "circa"),
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
    if let Some(said) = numbered(view, core) {
        return Some(said);
    }
    if !dotted {
        return street(view, core)
            .or_else(|| title(view, core))
            .or_else(|| look_up(&BARE_BEFORE_FIGURE, &lower).filter(|_| figure_follows(view)))
            .or_else(|| look_up(&LABELS, &lower).filter(|_| view.trail().starts_with(':')))
            .or_else(|| look_up(&BARE, &lower).filter(|_| !is_shouted(core)))
            .and_then(Said::one);
    }
    let said = two_readings(view, &lower)
        .or_else(|| street(view, core))
        .or_else(|| look_up(&DOTTED, &lower))
        .or_else(|| look_up(&BEFORE_FIGURE, &lower).filter(|_| figure_follows(view)))
        .map(str::to_owned)
        .or_else(|| letters(core))?;
    Some(Said { used: 1, say: said, stop: Stop::Swallow })
}

/// "No.1", "No 10 Downing Street", "№ 7", "n° 12".
fn numbered(view: &View<'_>, core: &str) -> Option<Said> {
    let attached = ATTACHED.iter().find_map(|(short, long)| Some((long, core.strip_prefix(short)?)));
    if let Some((long, figures)) = attached.filter(|(_, figures)| figures.starts_with(|c: char| c.is_ascii_digit())) {
        let range = range::amounts(figures, view.numbers());
        let plural = if range.is_some() { "s" } else { "" };
        let words = range.or_else(|| Numeral::parse(figures, view.numbers()).map(|figure| figure.say()))?;
        return Said::one(format!("{long}{plural} {words}"));
    }
    let sign = matches!(core, "№" | "n°" | "N°" | "nº" | "Nº") && view.trail().is_empty();
    // "No 10 Downing Street": a name follows the figure.
    let house = core == "No" && view.next(2).is_some_and(is_capitalised);
    ((sign || house) && figure_follows(view)).then(|| Said::one("number")).flatten()
}

/// "12 Baker St, London", "5th Ave", "Sunset Dr is closed": after a name, and before another one only with a house number.
fn street(view: &View<'_>, core: &str) -> Option<&'static str> {
    let long = look_up(&STREETS, core)?;
    let before = view.before()?;
    let named = is_capitalised(before) || ordinal::value(before).is_some();
    let house = view.behind(4).any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let name_follows = view.next(1).is_some_and(|next| next.len() > 2 && is_capitalised(next));
    (named && (house || !name_follows)).then_some(long)
}

/// Whether a word without a full stop is short for another.
pub(super) fn is_short(word: &str) -> bool {
    word.len() <= 6 && (look_up(&BARE, word).is_some() || look_up(&LABELS, word).is_some())
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
    view.next_after(1, &["."]).is_some_and(|next| is_figure(next.trim_start_matches('#')) || roman::is_numeral(next))
}

/// "12", and "JD014600": letters before the figures of a code.
fn is_figure(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.starts_with(|c: char| c.is_ascii_digit()) || (digits >= 3 && word.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// "U.S.", "P.S.", "R.S.V.P.": letter by letter. A single initial ("J.") is a letter too.
fn letters(core: &str) -> Option<String> {
    let mut parts = core.split('.');
    let single = |part: &str| part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
    let upper = core.chars().next().is_some_and(char::is_uppercase);
    (upper && core.contains('.') && parts.all(single)).then(|| spelled(core))
}
