//! Abbreviations: "Dr.", "St.", "No. 5", "e.g.", "c/o". Those with two readings are told apart by their neighbours.

use super::numeral::Numeral;
use super::token::View;
use super::{Said, Stop, date, ordinal, plain, range, roman};
use crate::script::words::spelled;

/// Where a shortened word with a full stop is one: many are names and words, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// With a capital, before a name: "Hon. Ada Moss", not "hi hon. See you".
    Title,
    /// Before a figure or in a sentence that goes on: "max. 20", not "ask Max. He knows".
    Measure,
}

/// Written with a full stop.
const DOTTED: [(&str, &str, When); 72] = [
    ("drs", "doctors", When::Always),
    ("ph.d", "P-H-D", When::Always),
    ("a.k.a", "also known as", When::Always),
    ("bldg", "building", When::Always),
    ("rte", "route", When::Always),
    ("terr", "terrace", When::Always),
    ("p.a", "per annum", When::Always),
    ("p.s", "P-S", When::Always),
    ("mr", "mister", When::Always),
    ("mrs", "missus", When::Always),
    ("prof", "professor", When::Always),
    ("vs", "versus", When::Always),
    ("etc", "et cetera", When::Always),
    ("e.g", "for example", When::Always),
    ("i.e", "that is", When::Always),
    ("approx", "approximately", When::Always),
    ("dept", "department", When::Always),
    ("inc", "incorporated", When::Always),
    ("ltd", "limited", When::Always),
    ("corp", "corporation", When::Always),
    ("jr", "junior", When::Always),
    ("sr", "senior", When::Always),
    ("cf", "compare", When::Always),
    ("tel", "telephone", When::Always),
    ("ave", "avenue", When::Always),
    ("rd", "road", When::Always),
    ("blvd", "boulevard", When::Always),
    ("apt", "apartment", When::Always),
    ("govt", "government", When::Always),
    ("hrs", "hours", When::Always),
    ("mins", "minutes", When::Always),
    ("str", "street", When::Always),
    ("ref", "reference", When::Always),
    ("incl", "including", When::Always),
    ("excl", "excluding", When::Always),
    ("a.m", "A-M", When::Always),
    ("p.m", "P-M", When::Always),
    ("messrs", "messers", When::Always),
    ("bros", "brothers", When::Always),
    ("assn", "association", When::Always),
    ("univ", "university", When::Always),
    ("qty", "quantity", When::Always),
    ("intl", "international", When::Always),
    ("mgr", "manager", When::Always),
    ("asst", "assistant", When::Always),
    ("acct", "account", When::Always),
    ("amt", "amount", When::Always),
    ("appt", "appointment", When::Always),
    ("attn", "attention", When::Always),
    ("hwy", "highway", When::Always),
    ("pkwy", "parkway", When::Always),
    ("tbsp", "tablespoon", When::Always),
    ("tsp", "teaspoon", When::Always),
    ("ms", "miz", When::Title),
    ("capt", "captain", When::Title),
    ("sgt", "sergeant", When::Title),
    ("gov", "governor", When::Title),
    ("rev", "reverend", When::Title),
    ("lt", "lieutenant", When::Title),
    ("col", "colonel", When::Title),
    ("maj", "major", When::Title),
    ("gen", "general", When::Title),
    ("sen", "senator", When::Title),
    ("hon", "honorable", When::Title),
    ("ca", "circa", When::Measure),
    ("gen", "general", When::Measure),
    ("est", "established", When::Measure),
    ("max", "maximum", When::Measure),
    ("temp", "temperature", When::Measure),
    ("misc", "miscellaneous", When::Measure),
    ("ph", "phone", When::Measure),
    ("mob", "mobile", When::Measure),
];
/// Of these, those that mean the same without a full stop.
const DOTTED_OR_NOT: [&str; 8] = ["vs", "e.g", "i.e", "etc", "mr", "mrs", "approx", "appt"];
/// Only written without a full stop.
const BARE: [(&str, &str); 34] = [
    ("yoy", "year over year"),
    ("pls", "please"),
    ("plz", "please"),
    ("thx", "thanks"),
    ("c/o", "care of"),
    ("w/o", "without"),
    ("w/", "with"),
    ("b/c", "because"),
    ("n/a", "not applicable"),
    ("eg", "for example"),
    ("ie", "that is"),
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
];
/// Of the dotted, those that stand before a colon, too: "Tel: 030 1234567".
const LABELS: [&str; 6] = ["tel", "ph", "mob", "attn", "qty", "ref"];
/// Only before a figure: "No. 5", "p. 12", "Fig. 3", "ext. 12".
const BEFORE_FIGURE: [(&str, &str); 23] = [
    ("no", "number"),
    ("nos", "numbers"),
    ("nr", "number"),
    ("p", "page"),
    ("pp", "pages"),
    ("pg", "page"),
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
    ("ste", "suite"),
    ("rm", "room"),
    ("fl", "floor"),
    ("col", "column"),
    ("rev", "revision"),
    ("gen", "generation"),
];
/// Words before a figure that need no full stop ("Apt 12"), and those of the list above that need no blank ("No.1").
const NO_STOP: [&str; 12] = ["qty", "hwy", "rte", "apt", "ext", "vol", "fig", "pp", "pg", "ste", "rm", "fl"];
const NO_BLANK: [&str; 7] = ["no", "nr", "pp", "p", "fig", "vol", "ch"];
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

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core.len() > 12 {
        return None;
    }
    let lower = core.to_lowercase();
    let lower = lower.as_str();
    let is_dotted = view.trail().starts_with('.') && !view.trail().starts_with("..");
    if let Some(said) = numbered(view, core) {
        return Some(said);
    }
    if lower == "w/e" {
        let date = date::begins(&view.further(1));
        return Said::one(if date { "week ending" } else { "weekend" });
    }
    if !is_dotted {
        return street(view, core)
            .or_else(|| title(view, core))
            .or_else(|| counted(lower).filter(|_| NO_STOP.contains(&lower) && figure_follows(view)))
            .or_else(|| dotted(lower).filter(|_| LABELS.contains(&lower) && view.trail().starts_with(':')))
            .or_else(|| bare(lower).filter(|_| !is_shouted(core)))
            .and_then(Said::one);
    }
    let said = two_readings(view, lower)
        .or_else(|| street(view, core))
        .or_else(|| DOTTED.iter().find(|(short, _, when)| *short == lower && when.fits(view)).map(|(_, long, _)| *long))
        .or_else(|| look_up(&BEFORE_FIGURE, lower).filter(|_| figure_follows(view)))
        .map(str::to_owned)
        .or_else(|| letters(core))?;
    Some(Said { used: 1, say: said, stop: Stop::Swallow })
}

impl When {
    fn fits(self, view: &View<'_>) -> bool {
        let core = view.core();
        let capital = core.starts_with(char::is_uppercase);
        match self {
            When::Always => true,
            When::Title => capital && view.next_after(1, &["."]).is_some_and(is_capitalised),
            When::Measure => {
                let next = view.next_after(1, &["."]);
                let goes_on = next.is_some_and(|next| next.starts_with(char::is_lowercase));
                // "Ask Max. 20 people came": within a sentence a capital makes a name, but for "EST. 1920".
                let word = !capital || is_shouted(core) || view.before().is_none();
                figure_follows(view) && word || goes_on && !capital
            }
        }
    }
}

/// "No.1", "No 10 Downing Street", "№ 7", "n° 12".
fn numbered(view: &View<'_>, core: &str) -> Option<Said> {
    let attached = core.split_once('.').map(|(short, figures)| (short.to_lowercase(), figures));
    let attached = attached.filter(|(short, figures)| {
        NO_BLANK.contains(&short.as_str()) && figures.starts_with(|c: char| c.is_ascii_digit())
    });
    if let Some((short, figures)) = attached {
        // The figures tell of how many pages.
        let long = look_up(&BEFORE_FIGURE, if short == "pp" { "p" } else { &short })?;
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
    word.len() <= 6 && (bare(word).is_some() || LABELS.contains(&word))
}

/// Whether the full stop after the word ends no sentence when a figure comes next: "order no. 4711".
pub(super) fn counts(word: &str) -> bool {
    let lower = word.to_lowercase();
    LABELS.contains(&lower.as_str()) || look_up(&BEFORE_FIGURE, &lower).is_some()
}

fn counted(word: &str) -> Option<&'static str> {
    look_up(&BEFORE_FIGURE, word).or_else(|| dotted(word))
}

fn dotted(word: &str) -> Option<&'static str> {
    DOTTED.iter().find(|(short, _, _)| *short == word).map(|(_, long, _)| *long)
}

fn bare(word: &str) -> Option<&'static str> {
    look_up(&BARE, word).or_else(|| dotted(word).filter(|_| DOTTED_OR_NOT.contains(&word)))
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
        "est" if figure_follows(view) && view.next_after(1, &["."]).and_then(plain::as_year).is_none() => {
            Some("estimated")
        }
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
