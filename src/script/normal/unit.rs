//! Amounts with units: "10 km", "5kg", "3.5 %", "20 °C", "10-12 km", "2x", "10x20 cm".

use super::numeral::{Numeral, small};
use super::token::View;
use super::{NumberStyle, Said, Stop, fraction, per, plain, range};
use crate::script::words::number;

/// Symbol, one, many. Case counts: "g" is a gram, "G" is not.
const UNITS: [(&str, &str, &str); 100] = [
    ("yr", "year", "years"),
    ("pc", "piece", "pieces"),
    ("pcs", "piece", "pieces"),
    ("cup", "cup", "cups"),
    ("kt", "knot", "knots"),
    ("kts", "knot", "knots"),
    ("kn", "knot", "knots"),
    ("pax", "person", "people"),
    ("hp", "horsepower", "horsepower"),
    ("mpg", "mile per gallon", "miles per gallon"),
    ("lm", "lumen", "lumens"),
    ("yrs", "year", "years"),
    ("sq", "square", "square"),
    ("%", "percent", "percent"),
    ("‰", "per mille", "per mille"),
    ("km", "kilometer", "kilometers"),
    ("m", "meter", "meters"),
    ("cm", "centimeter", "centimeters"),
    ("mm", "millimeter", "millimeters"),
    ("mi", "mile", "miles"),
    ("ft", "foot", "feet"),
    ("yd", "yard", "yards"),
    ("kg", "kilogram", "kilograms"),
    ("g", "gram", "grams"),
    ("mg", "milligram", "milligrams"),
    ("lb", "pound", "pounds"),
    ("lbs", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("l", "liter", "liters"),
    ("L", "liter", "liters"),
    ("ml", "milliliter", "milliliters"),
    ("mL", "milliliter", "milliliters"),
    ("°", "degree", "degrees"),
    ("°C", "degree Celsius", "degrees Celsius"),
    ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
    ("℃", "degree Celsius", "degrees Celsius"),
    ("h", "hour", "hours"),
    ("hr", "hour", "hours"),
    ("hrs", "hour", "hours"),
    ("min", "minute", "minutes"),
    ("mins", "minute", "minutes"),
    ("s", "second", "seconds"),
    ("sec", "second", "seconds"),
    ("ms", "millisecond", "milliseconds"),
    ("km/h", "kilometer per hour", "kilometers per hour"),
    ("kmh", "kilometer per hour", "kilometers per hour"),
    ("mph", "mile per hour", "miles per hour"),
    ("m/s", "meter per second", "meters per second"),
    ("m²", "square meter", "square meters"),
    ("m2", "square meter", "square meters"),
    ("sqm", "square meter", "square meters"),
    ("m³", "cubic meter", "cubic meters"),
    ("km²", "square kilometer", "square kilometers"),
    ("kB", "kilobyte", "kilobytes"),
    ("KB", "kilobyte", "kilobytes"),
    ("MB", "megabyte", "megabytes"),
    ("GB", "gigabyte", "gigabytes"),
    ("TB", "terabyte", "terabytes"),
    ("Mbit/s", "megabit per second", "megabits per second"),
    ("Mbps", "megabit per second", "megabits per second"),
    ("Gbps", "gigabit per second", "gigabits per second"),
    ("Hz", "hertz", "hertz"),
    ("kHz", "kilohertz", "kilohertz"),
    ("MHz", "megahertz", "megahertz"),
    ("GHz", "gigahertz", "gigahertz"),
    ("kWh", "kilowatt hour", "kilowatt hours"),
    ("kW", "kilowatt", "kilowatts"),
    ("W", "watt", "watts"),
    ("V", "volt", "volts"),
    ("dB", "decibel", "decibels"),
    ("px", "pixel", "pixels"),
    ("tbsp", "tablespoon", "tablespoons"),
    ("tsp", "teaspoon", "teaspoons"),
    ("cl", "centiliter", "centiliters"),
    ("dl", "deciliter", "deciliters"),
    ("gal", "gallon", "gallons"),
    ("pt", "pint", "pints"),
    ("qt", "quart", "quarts"),
    ("kcal", "kilocalorie", "kilocalories"),
    ("kJ", "kilojoule", "kilojoules"),
    ("mcg", "microgram", "micrograms"),
    ("µg", "microgram", "micrograms"),
    ("mmHg", "millimeter of mercury", "millimeters of mercury"),
    ("hPa", "hectopascal", "hectopascals"),
    ("psi", "P-S-I", "P-S-I"),
    ("rpm", "R-P-M", "R-P-M"),
    ("ppm", "part per million", "parts per million"),
    ("fps", "frame per second", "frames per second"),
    ("dpi", "dot per inch", "dots per inch"),
    ("mAh", "milliamp hour", "milliamp hours"),
    ("Wh", "watt hour", "watt hours"),
    ("MW", "megawatt", "megawatts"),
    ("kbps", "kilobit per second", "kilobits per second"),
    ("ha", "hectare", "hectares"),
    ("wk", "week", "weeks"),
    ("wks", "week", "weeks"),
    ("mos", "month", "months"),
    ("inch", "inch", "inches"),
    ("ft²", "square foot", "square feet"),
    ("sqft", "square foot", "square feet"),
];
/// Prefixes and what they are put before (SI brochure, 9th edition, tables 4 and 7): those in use only.
const PREFIXES: [(&str, &str); 11] = [
    ("n", "nano"),
    ("µ", "micro"),
    ("μ", "micro"),
    ("m", "milli"),
    ("c", "centi"),
    ("d", "deci"),
    ("h", "hecto"),
    ("k", "kilo"),
    ("M", "mega"),
    ("G", "giga"),
    ("T", "tera"),
];
const BASES: [(&str, &str, &str, &str); 20] = [
    ("m", "meter", "meters", "nµμcmdk"),
    ("m²", "square meter", "square meters", ""),
    ("g", "gram", "grams", "nµμmk"),
    ("l", "liter", "liters", "µμmcdh"),
    ("L", "liter", "liters", "µμmcdh"),
    ("s", "second", "seconds", "nµμm"),
    ("W", "watt", "watts", "mkMGT"),
    ("Wh", "watt hour", "watt hours", "kMGT"),
    ("Wp", "watt peak", "watts peak", "k"),
    ("V", "volt", "volts", "mk"),
    ("A", "amp", "amps", "µμm"),
    ("Ah", "amp hour", "amp hours", "m"),
    ("J", "joule", "joules", "kM"),
    ("N", "newton", "newtons", "k"),
    ("Pa", "pascal", "pascals", "hkM"),
    ("bar", "bar", "bar", "m"),
    ("Hz", "hertz", "hertz", "kMGT"),
    ("B", "byte", "bytes", "kMGT"),
    ("bit", "bit", "bits", "kMG"),
    ("mol", "mole", "moles", "nµμm"),
];
/// Things measured in minutes and the like, which keep the unit in the singular: "a ten minute walk", "five minute walk".
const MEASURED: [&str; 32] = [
    "walk",
    "drive",
    "ride",
    "call",
    "talk",
    "break",
    "window",
    "class",
    "session",
    "meeting",
    "run",
    "video",
    "flight",
    "delay",
    "trip",
    "read",
    "guarantee",
    "warranty",
    "notice",
    "rule",
    "shift",
    "trial",
    "film",
    "journey",
    "limit",
    "radius",
    "bag",
    "bottle",
    "pack",
    "screen",
    "battery",
    "drop",
];
/// Units of two words: "3 sq ft".
const UNITS_OF_TWO: [(&str, &str, &str, &str); 8] = [
    ("sq", "ft", "square foot", "square feet"),
    ("sq", "m", "square meter", "square meters"),
    ("sq", "km", "square kilometer", "square kilometers"),
    ("sq", "mi", "square mile", "square miles"),
    ("sq", "in", "square inch", "square inches"),
    ("cu", "ft", "cubic foot", "cubic feet"),
    ("cu", "m", "cubic meter", "cubic meters"),
    ("fl", "oz", "fluid ounce", "fluid ounces"),
];
/// How tall or wide something is, after feet alone: "12' long".
const EXTENTS: [&str; 6] = ["tall", "long", "wide", "high", "deep", "by"];
/// Words behind an inch sign that are looked at for the quote it could close.
const QUOTE_WORDS: usize = 40;
/// Multipliers that are only read so when attached.
const ATTACHED: [(&str, &str); 6] =
    [("k", "thousand"), ("K", "thousand"), ("x", "times"), ("×", "times"), ("bn", "billion"), ("mn", "million")];
/// Symbols too common as letters or words to be a unit with a blank before.
const NOT_ALONE: [&str; 4] = ["s", "V", "W", "L"];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    between_figures(view)
        .or_else(|| feet_and_inches(view))
        .or_else(|| hyphened(view))
        .or_else(|| attached(view))
        .or_else(|| of_two(view))
        .or_else(|| separate(view))
        .or_else(|| dimensions(view))
}

/// "a 90-min. class", "a 5-km run".
fn hyphened(view: &View<'_>) -> Option<Said> {
    let (figure, symbol) = view.core().split_once('-').filter(|(_, symbol)| symbol.len() >= 2)?;
    let (one, _) = known(symbol).filter(|_| symbol.bytes().all(|b| b.is_ascii_alphabetic()))?;
    let words = format!("{} {one}", quantity(figure, view.numbers())?);
    Some(Said { used: 1, say: words, stop: stop(view, 1) })
}

/// The full stop of a shortened unit is none where the sentence goes on: "5 min. walk".
fn stop(view: &View<'_>, used: usize) -> Stop {
    let goes_on =
        view.token(used).is_some_and(|next| next.lead.is_empty() && next.core.starts_with(char::is_lowercase));
    if goes_on { Stop::Swallow } else { Stop::Keep }
}

fn attached(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if let Some(words) = from_to(core, view.numbers()) {
        return Said::one(words);
    }
    if let Some(words) = both_sides(core, view.numbers()) {
        return Said::one(words);
    }
    let (figure, symbol) = split(core)?;
    let screen = symbol == "K" && figure.len() == 1;
    if screen || plain::decade(view).is_some() {
        return None;
    }
    // "1h 20m", "6ft 2in"
    let after = |ending: &str| {
        let last = view.before().and_then(|word| word.strip_suffix(ending));
        last.is_some_and(|figure| figure.ends_with(|c: char| c.is_ascii_digit()))
    };
    let symbol = match symbol {
        "m" if after("h") => "min",
        "in" if after("ft") => "inch",
        symbol => symbol,
    };
    if let Some(words) = with_unit(figure, symbol, noun(view, 1), view.numbers()) {
        return Said::one(words);
    }
    if let Some(per) = symbol.strip_prefix("x/").and_then(per::word) {
        return Said::one(format!("{} times per {per}", quantity(figure, view.numbers())?));
    }
    let (_, word) = ATTACHED.iter().find(|(short, _)| *short == symbol)?;
    Said::one(format!("{} {word}", quantity(figure, view.numbers())?))
}

/// "3.5%-4%", "10km–15km": the unit is said once.
fn from_to(core: &str, style: NumberStyle) -> Option<String> {
    if core.len() > 32 {
        return None;
    }
    let (at, mark) = core.char_indices().skip(1).find(|(_, c)| matches!(c, '-' | '–' | '—'))?;
    let (from, to) = (core.get(..at)?, core.get(at + mark.len_utf8()..)?);
    let ((first, unit), (last, last_unit)) = (split(from)?, split(to)?);
    let (_, many) = known(unit).filter(|_| unit == last_unit)?;
    Some(format!("{} to {} {many}", Numeral::parse(first, style)?.say(), Numeral::parse(last, style)?.say()))
}

/// "180°C/350°F".
fn both_sides(core: &str, style: NumberStyle) -> Option<String> {
    let (one, other) = core.split_once('/')?;
    let ((figure, unit), (figure_2, unit_2)) = (split(one)?, split(other)?);
    let side = |figure, unit| with_unit(figure, unit, Noun::Itself, style);
    Some(format!("{}, {}", side(figure, unit)?, side(figure_2, unit_2)?))
}

fn separate(view: &View<'_>) -> Option<Said> {
    if let Some((words, used, below_one)) = fraction::before_unit(view) {
        let (one, many) = unit_of(view.next(used).filter(|symbol| !NOT_ALONE.contains(symbol))?, noun(view, used + 1))?;
        return Said::new(used + 1, format!("{words} {}", if below_one { one } else { many }));
    }
    let symbol = view.next(1).filter(|symbol| !NOT_ALONE.contains(symbol))?;
    if let Some(words) = consumption(view, symbol) {
        return Some(words);
    }
    // "a 15 in. screen", "2 c. flour": the full stop makes it a unit.
    let dotted = view.token(1).is_some_and(|unit| unit.trail == ".") && stop(view, 2) == Stop::Swallow;
    let symbol = match symbol {
        "in" if dotted => "inch",
        "c" if dotted => "cup",
        symbol => symbol,
    };
    // "2000 m" is no year
    let say = with_unit(view.core(), symbol, noun(view, 2), view.numbers())?;
    Some(Said { used: 2, say, stop: stop(view, 2) })
}

/// "6.5 l/100 km".
fn consumption(view: &View<'_>, symbol: &str) -> Option<Said> {
    let used = match (symbol, view.next(2)) {
        ("l/100km" | "L/100km" | "kWh/100km", _) => 2,
        ("l/100" | "L/100" | "kWh/100", Some("km")) => 3,
        (_, _) => return None,
    };
    let (_, many) = known(symbol.split('/').next()?)?;
    Said::new(used, format!("{} {many} per one hundred kilometers", quantity(view.core(), view.numbers())?))
}

/// "3 sq ft".
fn of_two(view: &View<'_>) -> Option<Said> {
    let (first, second) = (view.next_after(1, &[])?, view.next_after(2, &["."])?);
    let (_, _, one, many) = UNITS_OF_TWO.iter().find(|(a, b, _, _)| *a == first && *b == second)?;
    let single = Numeral::parse(view.core(), view.numbers())?.is_one();
    Said::new(3, format!("{} {}", quantity(view.core(), view.numbers())?, if single { one } else { many }))
}

/// "10x20", "3×4 cm", "8.5x11 in".
fn dimensions(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core.len() > 24 || !core.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut words = Vec::new();
    for part in core.split(['x', '×']) {
        words.push(Numeral::parse(part, view.numbers())?.say());
    }
    if words.len() < 2 {
        return None;
    }
    let words = words.join(" by ");
    let unit = view.next(1).filter(|unit| !NOT_ALONE.contains(unit)).and_then(|unit| unit_of(unit, Noun::Itself));
    // "10x20 in the box"
    let inches = view.next(1) == Some("in") && view.next(2).is_none();
    match unit {
        Some((_, many)) => Said::new(2, format!("{words} {many}")),
        None if inches => Said::new(2, format!("{words} inches")),
        None => Said::one(words),
    }
}

/// The sign of "2 x 500 ml" and "3 x 4 m".
fn between_figures(view: &View<'_>) -> Option<Said> {
    if !matches!(view.core(), "x" | "×") {
        return None;
    }
    let figure = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let next = view
        .before_after(&["\"", "”", "″", "'", "′"])
        .is_some_and(figure)
        .then(|| view.next(1))
        .flatten()
        .filter(|next| figure(next))?;
    let length = match split(next).map(|(_, unit)| unit).or_else(|| view.next(2)) {
        Some(unit) => matches!(unit, "m" | "cm" | "mm" | "km" | "ft" | "in" | "x" | "×"),
        // "3 x 4" are sides more often than a product, which has its own sign.
        None => view.core() == "x",
    };
    Said::one(if length { "by" } else { "times" })
}

/// "6'2\"", "5' 10\"", "15\"", "12' long": signs that are quotes elsewhere.
fn feet_and_inches(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if view.lead().contains(['\'', '"', '‘', '“', '’', '„', '‚', '”', '«', '»']) || core.len() > 8 {
        return None;
    }
    let (feet_sign, inch_sign) = (['\'', '’', '′'], ['"', '”', '″']);
    if let Some(words) = fraction::proper(core).filter(|_| view.trail().starts_with(inch_sign) && !quote_is_open(view))
    {
        return Said::one(format!("{words} inch"));
    }
    if let Some((feet, inches)) = core.split_once(feet_sign) {
        let inches = inches.trim_end_matches(inch_sign);
        let marked = view.trail().starts_with(inch_sign) || core.ends_with(inch_sign);
        return tall(feet, inches).filter(|_| marked).and_then(Said::one);
    }
    if !core.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    if view.trail().starts_with(feet_sign) {
        let next = view.token(1).filter(|next| next.lead.is_empty())?;
        if next.trail.starts_with(inch_sign) {
            return Said::new(2, tall(core, next.core)?);
        }
        let unit = if core == "1" || view.follows_article() { "foot" } else { "feet" };
        return EXTENTS
            .contains(&next.core)
            .then(|| cardinal_of(core, view.numbers()))
            .flatten()
            .and_then(|n| Said::one(format!("{n} {unit}")));
    }
    if view.trail().starts_with(inch_sign) && core.len() <= 4 && !quote_is_open(view) && is_measure(view) {
        let unit =
            if core == "1" || view.follows_article() || view.next_after(1, &["\"", "”", "″"]).is_some_and(is_word) {
                "inch"
            } else {
                "inches"
            };
        return Said::one(format!("{} {unit}", cardinal_of(core, view.numbers())?));
    }
    None
}

fn cardinal_of(figure: &str, style: NumberStyle) -> Option<String> {
    Some(Numeral::parse(figure, style)?.say())
}

/// "six foot two".
fn tall(feet: &str, inches: &str) -> Option<String> {
    let (feet, inches) = (small(feet).filter(|feet| *feet <= 20)?, small(inches).filter(|inches| *inches < 12)?);
    Some(format!("{} foot {}", number(feet), number(inches)))
}

/// Words before a figure with an inch sign when no thing follows: "it is 27\".", but in a quote that began in the sentence
/// before, "in room 12\"." is none.
const BEFORE_INCHES: [&str; 20] = [
    "a", "an", "the", "is", "are", "was", "of", "about", "only", "just", "by", "x", "×", "to", "than", "least", "most",
    "or", "and", "under",
];

fn is_measure(view: &View<'_>) -> bool {
    let follows = view.next_after(1, &["\"", "”", "″"]).is_some_and(is_word);
    let measured = |word: &str| {
        BEFORE_INCHES.contains(&word.to_lowercase().as_str()) || word.starts_with(|c: char| c.is_ascii_digit())
    };
    follows || view.trail().starts_with('″') || view.before().is_none_or(measured)
}

fn is_word(word: &str) -> bool {
    word.starts_with(char::is_alphabetic)
}

/// Whether a double quote was opened before this place and not closed.
fn quote_is_open(view: &View<'_>) -> bool {
    let opened = view.tokens_behind(QUOTE_WORDS).find_map(|token| match (token.lead, token.trail) {
        (_, trail) if trail.contains(['"', '”']) => Some(false),
        (lead, _) if lead.contains(['"', '“', '„', '”']) => Some(true),
        (_, _) => None,
    });
    opened.unwrap_or(false)
}

/// What a figure with its unit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noun {
    /// "five kilometers".
    Itself,
    /// "a five kilometer run".
    Described,
}

fn noun(view: &View<'_>, used: usize) -> Noun {
    let goes_on = |at| view.next_after(at, &["."]);
    let measures = |word: &str| MEASURED.contains(&word);
    // "48h return window"
    let further = goes_on(used).is_some_and(|word| word.len() >= 5) && goes_on(used + 1).is_some_and(measures);
    if view.describes(used) || goes_on(used).is_some_and(measures) || further { Noun::Described } else { Noun::Itself }
}

/// One and many of a unit that is none of a rate.
fn known(symbol: &str) -> Option<(String, String)> {
    if let Some((_, one, many)) = UNITS.iter().find(|(short, _, _)| *short == symbol) {
        return Some(((*one).to_owned(), (*many).to_owned()));
    }
    BASES.iter().find_map(|(base, one, many, prefixes)| {
        let prefix = symbol.strip_suffix(base).filter(|prefix| !prefix.is_empty() && prefixes.contains(prefix))?;
        let (_, name) = PREFIXES.iter().find(|(short, _)| *short == prefix)?;
        Some((format!("{name}{one}"), format!("{name}{many}")))
    })
}

/// One of a unit: "kilowatt hour".
pub(super) fn one(symbol: &str) -> Option<String> {
    known(symbol).map(|(one, _)| one)
}

/// One and many of a unit.
fn unit_of(symbol: &str, noun: Noun) -> Option<(String, String)> {
    let (one, many) = match (known(symbol), symbol.split_once('/')) {
        (Some((one, many)), _) => (one, many),
        (None, Some((unit, per))) => {
            let per = per::word(per).map(str::to_owned).or_else(|| self::one(per))?;
            let (one, many) = known(unit)?;
            (format!("{one} per {per}"), format!("{many} per {per}"))
        }
        (None, None) => return None,
    };
    Some(match noun {
        Noun::Itself => (one, many),
        Noun::Described => (one.clone(), one),
    })
}

fn with_unit(figure: &str, symbol: &str, noun: Noun, style: NumberStyle) -> Option<String> {
    let (one, many) = unit_of(symbol, noun)?;
    let about = figure.strip_prefix(['~', '≈']);
    let figure = about.unwrap_or(figure);
    let single = Numeral::parse(figure, style).is_some_and(|n| n.is_one());
    let unit = if single { one } else { many };
    let lead = if about.is_some() { "about " } else { "" };
    Some(format!("{lead}{} {unit}", quantity(figure, style)?))
}

fn quantity(figure: &str, style: NumberStyle) -> Option<String> {
    match Numeral::parse(figure, style) {
        Some(numeral) => Some(numeral.say()),
        None => range::amounts(figure, style),
    }
}

/// Whether a figure could be measured in it.
pub(super) fn is_unit(symbol: &str) -> bool {
    unit_of(symbol, Noun::Itself).is_some() || ATTACHED.iter().any(|(short, _)| *short == symbol)
}

/// "5kg" -> ("5", "kg").
fn split(core: &str) -> Option<(&str, &str)> {
    if core.len() > 24 {
        return None;
    }
    // "m²" and "m2" end in figures themselves: the figure is what stands in front.
    let at = core.find(|c: char| {
        !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '–' | '~' | '≈' | '+' | '−' | ' ' | '\u{a0}'))
    })?;
    core.split_at_checked(at).filter(|(figure, _)| figure.contains(|c: char| c.is_ascii_digit()))
}
