//! Everything else: words, initialisms, capitals, camelCase, signs inside words.

use super::code::runs;
use super::numeral::cardinal;
use super::token::View;
use super::{Said, ordinal};
use crate::script::words::{digits, spelled};

/// Said by letters although they could be a word.
const BY_LETTERS: [&str; 26] = [
    "ASAP", "FAQ", "USPS", "IEEE", "AOL", "USDA", "EOD", "OOO", "ETA", "FYI", "IOU", "DIY", "CEO", "CFO", "CTO", "VIP",
    "HR", "IT", "USA", "URL", "API", "UI", "UX", "EU", "UK", "AI",
];
/// Short words that are often shouted, and acronyms said as words.
const AS_WORDS: [&str; 108] = [
    "THE", "AND", "NOT", "YES", "NO", "NOW", "NEW", "ALL", "ARE", "FOR", "YOU", "OUR", "OUT", "OFF", "ON", "IN", "TO",
    "OF", "OR", "IS", "AS", "AT", "BY", "DO", "GO", "IF", "IT'S", "ME", "MY", "SO", "UP", "WE", "HE", "BE", "AN", "AM",
    "CAN", "BUT", "HAS", "HAD", "HER", "HIS", "HIM", "SHE", "WHO", "WHY", "HOW", "WAS", "ANY", "MAY", "OUR", "ONE",
    "TWO", "SIX", "TEN", "TOP", "BIG", "ADD", "ASK", "BUY", "DAY", "END", "FUN", "GET", "GOT", "HOT", "JOB", "KEY",
    "LET", "LOW", "MAN", "MEN", "OLD", "OWN", "PAY", "PUT", "RED", "RUN", "SAY", "SEE", "SET", "SIT", "TAX", "TRY",
    "USE", "WAY", "WIN", "WON", "YET", "OH", "OK", "HI", "AD", "ANN", "BEN", "TOM", "SAM", "MAX", "LEE", "PIN", "SIM",
    "RAM", "ROM", "LAN", "WAN", "GIF", "TIP", "BOX",
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core == "&" {
        return Said::one("and");
    }
    if core.len() > 200 {
        return None;
    }
    if core == "+/-" && view.next(1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())) {
        return Said::one("plus or minus");
    }
    if is_drawing(core) {
        return Said::one("");
    }
    if let Some(words) = special(core) {
        return Said::one(words);
    }
    if is_capitals(core) {
        let shouting = neighbours_shout(view);
        return Said::one(capitals(core, shouting));
    }
    if core.contains(['/', '\\'])
        && core.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '\\' | '-' | '\'' | '’'))
    {
        let halves: Vec<String> = core.split(['/', '\\']).filter(|part| !part.is_empty()).map(half).collect();
        return Said::one(halves.join(" "));
    }
    Some(Said { used: 1, say: letters_only(core), stop: super::Stop::Keep })
}

/// "+++", "(╯°□°)╯": signs that make no word together.
fn is_drawing(core: &str) -> bool {
    let mut signs = core.chars();
    !core.contains(char::is_alphanumeric) && core.chars().nth(1).is_some() && signs.any(|c| c == '+' || c == '°')
}

/// "C#", ".NET", "AT&T".
fn special(core: &str) -> Option<String> {
    match core {
        "WWI" => return Some("World War One".to_owned()),
        "WWII" => return Some("World War Two".to_owned()),
        "pH" => return Some("P-H".to_owned()),
        "PhD" => return Some("P-H-D".to_owned()),
        "PhDs" => return Some("P-H-Ds".to_owned()),
        _ => {}
    }
    // "A/C"
    let letters: Vec<&str> = core.split('/').collect();
    if letters.len() > 1
        && letters.iter().all(|letter| letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_uppercase()))
    {
        return Some(letters.join("-"));
    }
    if let Some(letter) = core.strip_suffix('#').filter(|l| l.len() == 1 && l.chars().all(char::is_uppercase)) {
        return Some(format!("{letter} sharp"));
    }
    if let Some(figures) = core.strip_suffix('#').filter(|f| !f.is_empty() && f.chars().all(|c| c.is_ascii_digit())) {
        return Some(format!("{} hash", digits(figures)));
    }
    if let Some(name) = core.strip_prefix('.').filter(|name| name.len() > 1 && name.chars().all(char::is_alphabetic)) {
        return Some(format!("dot {}", name.to_lowercase()));
    }
    let sides: Vec<&str> = core.split('&').collect();
    let initials = |side: &&str| (1..=3).contains(&side.len()) && side.chars().all(|c| c.is_ascii_uppercase());
    (sides.len() > 1 && sides.iter().all(initials))
        .then(|| sides.iter().map(|side| spelled(side)).collect::<Vec<_>>().join(" and "))
}

/// One side of a slash: "5th/6th".
fn half(part: &str) -> String {
    ordinal::value(part).map_or_else(|| parts(part), crate::script::words::ordinal)
}

/// Two letters or more, all of them capitals.
fn is_capitals(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && word.chars().all(|c| c.is_uppercase() || matches!(c, '\'' | '’'))
}

/// Whether a word beside this one is in capitals too: then it is loud, not short for something.
fn neighbours_shout(view: &View<'_>) -> bool {
    let loud = |word: &str| word.chars().count() >= 3 && is_capitals(word);
    view.behind(1).any(loud) || view.token(1).is_some_and(|next| loud(next.core))
}

fn capitals(word: &str, shouting: bool) -> String {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
    let short = letters.chars().count() <= 3;
    let by_letters = BY_LETTERS.contains(&letters.as_str()) && !(shouting && short && letters == "IT");
    let as_word = AS_WORDS.contains(&letters.as_str()) || !letters.is_ascii();
    match (as_word, by_letters || !is_sayable(&letters), short && !shouting) {
        (true, _, _) | (_, false, false) => word.to_lowercase(),
        (false, true, _) | (false, false, true) => spelled(&letters),
    }
}

/// Two consonants an English word begins with.
const ONSETS: [&str; 39] = [
    "BL", "BR", "CH", "CL", "CR", "DR", "DW", "FL", "FR", "GH", "GL", "GN", "GR", "KH", "KN", "KR", "PH", "PL", "PR",
    "PS", "RH", "SC", "SH", "SK", "SL", "SM", "SN", "SP", "SQ", "ST", "SW", "TH", "TR", "TS", "TW", "VL", "WH", "WR",
    "ZH",
];

/// Whether capitals could be a word: a vowel near the start, and no start like "CCP" or "SS". Long words are.
fn is_sayable(letters: &str) -> bool {
    if letters.chars().count() > 5 || !letters.is_ascii() {
        return has_vowel(letters);
    }
    let consonant = |c: &u8| !matches!(c, b'A' | b'E' | b'I' | b'O' | b'U' | b'Y');
    let start = letters.bytes().take_while(consonant).count();
    // "CMYK": no word begins so.
    let hard_start = start == 2 && !letters.get(..2).is_some_and(|two| ONSETS.contains(&two));
    let doubled = letters.len() > 1 && letters.as_bytes().first() == letters.as_bytes().get(1);
    let three = ["STR", "SCH", "SPR", "SCR", "SPL", "THR", "CHR", "SHR"].iter().any(|lead| letters.starts_with(lead));
    // "ISBN", "ICBM" against "ARTS" and "INCH".
    let hard_end = letters.len() == 4
        && letters.bytes().skip(1).all(|b| consonant(&b))
        && !letters.ends_with(['S', 'T', 'H', 'D', 'Y']);
    has_vowel(letters) && !doubled && !hard_end && !hard_start && (start <= 2 || three)
}

pub(super) fn has_vowel(word: &str) -> bool {
    word.chars().any(|c| !c.is_ascii() || matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y'))
}

/// A name made of parts: camelCase, snake_case, letters and figures.
pub(super) fn parts(name: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for piece in
        name.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’'))).filter(|piece| !piece.is_empty())
    {
        let runs = runs(piece);
        for (at, run) in runs.iter().enumerate() {
            // "B-52s", "AK-47s"
            let of_many = *run == "s" && at + 1 == runs.len() && at > 0;
            if let Some(last) = out.last_mut().filter(|_| of_many) {
                *last = many(last);
                continue;
            }
            // "H2SO4": no words beside figures.
            if runs.len() > 1 && run.len() <= 2 && run.bytes().all(|b| b.is_ascii_uppercase()) {
                out.push(spelled(run));
                continue;
            }
            out.extend(camel(run).into_iter().map(one_part));
        }
    }
    out.join(" ")
}

/// "fifty" -> "fifties".
pub(super) fn many(figure: &str) -> String {
    match figure.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if figure.ends_with("six") => format!("{figure}es"),
        None => format!("{figure}s"),
    }
}

fn one_part(part: &str) -> String {
    match part {
        figures if figures.starts_with(|c: char| c.is_ascii_digit()) => figure(figures),
        capital if capital.chars().count() > 1 && is_capitals(capital) => capitals(capital, false),
        other => plain_letters(other),
    }
}

/// A figure inside a name: short ones as numbers, long ones digit by digit.
fn figure(figures: &str) -> String {
    match figures.len() {
        0..=2 => cardinal(figures),
        4 => super::plain::as_year(figures).map_or_else(|| digits(figures), crate::script::words::year),
        _ if figures.ends_with("00") => cardinal(figures),
        _ => digits(figures),
    }
}

/// "camelCase" -> "camel", "Case"; "PDFReader" -> "PDF", "Reader"; "McDonald", "iPhone" and "PDFs" stay whole.
fn camel(run: &str) -> Vec<&str> {
    let whole = ["Mc", "Mac", "O'", "De", "Di", "La", "Le"].iter().any(|lead| run.starts_with(lead));
    let one_letter = run.chars().nth(1).is_some_and(char::is_uppercase) && run.starts_with(char::is_lowercase);
    if whole || one_letter || plural_capitals(run).is_some() {
        return vec![run];
    }
    let chars: Vec<(usize, char)> = run.char_indices().collect();
    let mut out = Vec::new();
    let mut start = 0;
    for pair in chars.windows(3) {
        if let [(_, a), (at_b, b), (at_c, c)] = pair {
            let up = a.is_lowercase() && b.is_uppercase();
            let down = a.is_uppercase() && b.is_uppercase() && c.is_lowercase();
            let at = if up || down { *at_b } else { continue };
            if at > start && *at_c > at {
                out.extend(run.get(start..at));
                start = at;
            }
        }
    }
    out.extend(run.get(start..).filter(|rest| !rest.is_empty()));
    out
}

/// "PDFs" -> "PDF".
fn plural_capitals(word: &str) -> Option<&str> {
    let stem = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).or_else(|| word.strip_suffix('s'))?;
    (stem.len() >= 2 && is_capitals(stem)).then_some(stem)
}

/// Letters of a word with figures and signs in words: the last resort, which loses nothing that can be said.
pub(super) fn letters_only(core: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut piece = String::new();
    let mut decimals_end = 0;
    for (at, c) in core.char_indices() {
        if at < decimals_end {
            continue;
        }
        // "1.5-bath": only figures within other things come here.
        let decimals = core.get(at + 1..).filter(|_| c == '.' && piece.ends_with(|c: char| c.is_ascii_digit()));
        let decimals =
            decimals.map(|rest| rest.get(..rest.bytes().take_while(u8::is_ascii_digit).count()).unwrap_or(""));
        if let Some(decimals) = decimals.filter(|decimals| (1..=3).contains(&decimals.len())) {
            flush(&mut piece, &mut out);
            out.push(format!("point {}", digits(decimals)));
            decimals_end = at + 1 + decimals.len();
            continue;
        }
        if c.is_alphanumeric() && !is_sign(c) || is_mark(c) || matches!(c, '\'' | '’' | '-' | '‑' | '‐') {
            piece.push(match c {
                '’' => '\'',
                '‑' | '‐' => '-',
                c => c,
            });
            continue;
        }
        flush(&mut piece, &mut out);
        // "$$$" is said once, "C++" in full.
        let again = |name: &str| c != '+' && out.last().is_some_and(|last| last == name);
        let name = sign(c).filter(|name| !again(name));
        out.extend(name.map(str::to_owned));
    }
    flush(&mut piece, &mut out);
    out.join(" ")
}

fn flush(piece: &mut String, out: &mut Vec<String>) {
    let word = std::mem::take(piece);
    let word = word.trim_matches(['-', '\'']);
    if word.is_empty() {
        return;
    }
    if let Some(stem) = plural_capitals(word)
        && !word.contains('-')
    {
        out.push(format!("{}s", capitals(stem, false)));
        return;
    }
    let humps = camel(word).len() > 1;
    let figures = word.contains(char::is_numeric);
    let capital_parts = word.split('-').any(|part| part.chars().count() > 1 && is_capitals(part));
    if humps || figures || capital_parts {
        out.push(parts(&ascii_digits(word)));
    } else {
        out.push(word.to_owned());
    }
}

fn plain_letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_numeric() && !is_sign(*c)).map(|c| if c == '’' { '\'' } else { c }).collect()
}

/// Figures of other scripts as ours.
fn ascii_digits(word: &str) -> String {
    word.chars().map(|c| digit_of(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c)).collect()
}

/// Arabic-Indic, Persian, Devanagari, Bengali, Thai and full-width digits.
fn digit_of(c: char) -> Option<u32> {
    let code = u32::from(c);
    [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0x2080, 0xff10]
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code))
        .map(|zero| code - zero)
}

/// Combining marks belong to the letter before.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x483..=0x487 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0x670 | 0x900..=0x903
        | 0x93a..=0x94f | 0x981..=0x983 | 0x9bc..=0x9cd | 0xe31 | 0xe34..=0xe3a | 0xe47..=0xe4e | 0x3099..=0x309a | 0x1ab0..=0x1aff
        | 0x0a01..=0x0a4d | 0x0b82..=0x0bcd | 0x0c00..=0x0c4d | 0x0d00..=0x0d4d | 0x1dc0..=0x1dff | 0x20d0..=0x20ff)
}

fn is_sign(c: char) -> bool {
    sign(c).is_some()
}

fn sign(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "and",
        '+' => "plus",
        '@' => "at",
        '%' => "percent",
        '=' => "equals",
        '#' => "number",
        '§' => "section",
        '°' | 'º' => "degrees",
        '×' => "times",
        '÷' => "divided by",
        '€' => "euros",
        '$' => "dollars",
        '£' => "pounds",
        '¥' => "yen",
        '₹' => "rupees",
        '²' => "squared",
        '³' => "cubed",
        '⁴' => "to the four",
        '⁵' => "to the five",
        '⁶' => "to the six",
        '⁷' => "to the seven",
        '⁸' => "to the eight",
        '⁹' => "to the nine",
        '½' => "one half",
        '¼' => "one quarter",
        '¾' => "three quarters",
        '≥' => "at least",
        '≤' => "at most",
        '≈' => "about",
        '≠' => "is not",
        '^' => "to the",
        '√' => "square root of",
        '→' => "to",
        '>' => "greater than",
        '<' => "less than",
        '©' => "copyright",
        '±' => "plus or minus",
        'µ' => "micro",
        '∞' => "infinity",
        _ => return None,
    })
}
