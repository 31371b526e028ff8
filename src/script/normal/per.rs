//! What stands behind the slash of a rate: "5 hrs/wk", "20 mg/day", "€20/mo".

const PER: [(&str, &str); 20] = [
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
    ("m²", "square meter"),
    ("person", "person"),
    ("user", "user"),
];
/// Of prices only: a meter and an are elsewhere.
const OF_PRICES: [(&str, &str); 3] = [("m", "month"), ("y", "year"), ("a", "year")];

pub(super) fn word(short: &str) -> Option<&'static str> {
    PER.iter().find(|(written, _)| *written == short).map(|(_, word)| *word)
}

pub(super) fn of_price(short: &str) -> Option<&'static str> {
    word(short).or_else(|| OF_PRICES.iter().find(|(written, _)| *written == short).map(|(_, word)| *word))
}
