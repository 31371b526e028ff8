//! Amounts with units: "10 km", "5kg", "3.5 %", "20 °C", "10-12 km", "2x", "10x20 cm".

use super::numeral::Numeral;
use super::token::View;
use super::{NumberStyle, Said, plain, range};

/// Symbol, one, many. Case counts: "g" is a gram, "G" is not.
const UNITS: [(&str, &str, &str); 61] = [
    ("yr", "year", "years"),
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
];
/// Multipliers that are only read so when attached.
const ATTACHED: [(&str, &str); 6] =
    [("k", "thousand"), ("K", "thousand"), ("x", "times"), ("×", "times"), ("bn", "billion"), ("mn", "million")];
/// Symbols too common as letters or words to be a unit with a blank before.
const NOT_ALONE: [&str; 4] = ["s", "V", "W", "L"];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    attached(view).or_else(|| separate(view)).or_else(|| dimensions(view))
}

fn attached(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    let (figure, symbol) = split(core)?;
    let screen = symbol == "K" && figure.len() == 1;
    if screen || plain::decade(view).is_some() {
        return None;
    }
    if let Some(words) = with_unit(figure, symbol, view.numbers()) {
        return Said::one(words);
    }
    let (_, word) = ATTACHED.iter().find(|(short, _)| *short == symbol)?;
    Said::one(format!("{} {word}", quantity(figure, view.numbers())?))
}

fn separate(view: &View<'_>) -> Option<Said> {
    let symbol = view.next(1).filter(|symbol| !NOT_ALONE.contains(symbol))?;
    // "2000 m" is no year
    Said::new(2, with_unit(view.core(), symbol, view.numbers())?)
}

/// "10x20", "3×4 cm".
fn dimensions(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core.len() > 24 || !core.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut words = Vec::new();
    for part in core.split(['x', '×']) {
        words.push(Numeral::parse(part, view.numbers())?.say());
    }
    if words.len() < 2 { None } else { Said::one(words.join(" by ")) }
}

fn with_unit(figure: &str, symbol: &str, style: NumberStyle) -> Option<String> {
    let (_, one, many) = UNITS.iter().find(|(short, _, _)| *short == symbol)?;
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

/// "5kg" -> ("5", "kg").
fn split(core: &str) -> Option<(&str, &str)> {
    if core.len() > 24 {
        return None;
    }
    // "m²" and "m2" end in figures themselves: the figure is what stands in front.
    let at =
        core.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '–' | '~' | '≈' | '+' | '−')))?;
    core.split_at_checked(at).filter(|(figure, _)| figure.contains(|c: char| c.is_ascii_digit()))
}
