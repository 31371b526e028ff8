//! What stands behind the slash of a rate: "5 hrs/wk", "20 mg/day", "€20/mo".

use super::unit;

const PER: [(&str, &str); 25] = [
    ("s", "second"),
    ("sec", "second"),
    ("min", "minute"),
    ("h", "hour"),
    ("hr", "hour"),
    ("hour", "hour"),
    ("d", "day"),
    ("day", "day"),
    ("night", "night"),
    ("wk", "week"),
    ("week", "week"),
    ("mo", "month"),
    ("month", "month"),
    ("yr", "year"),
    ("year", "year"),
    ("kg", "kilogram"),
    ("l", "liter"),
    ("sqm", "square meter"),
    ("sqft", "square foot"),
    ("pp", "person"),
    ("pc", "piece"),
    ("pcs", "piece"),
    ("m²", "square meter"),
    ("person", "person"),
    ("user", "user"),
];
/// Of prices only: a meter and an are elsewhere.
const OF_PRICES: [(&str, &str); 3] = [("m", "month"), ("y", "year"), ("a", "year")];

pub(super) fn word(short: &str) -> Option<&'static str> {
    PER.iter().find(|(written, _)| *written == short).map(|(_, word)| *word)
}

/// "€0.32/kWh", "$5/ticket".
pub(super) fn of_price(short: &str) -> Option<String> {
    let known = word(short).or_else(|| OF_PRICES.iter().find(|(written, _)| *written == short).map(|(_, word)| *word));
    let named = || short.len() >= 3 && short.len() <= 24 && short.chars().all(char::is_alphabetic);
    known.map(str::to_owned).or_else(|| unit::one(short)).or_else(|| named().then(|| short.to_owned()))
}
