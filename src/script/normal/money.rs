//! Amounts of money: sign or code before or after, cents, millions, ranges, lakh and European style.

use super::numeral::{Numeral, small};
use super::token::View;
use super::{NumberStyle, Said, per, range, word};
use crate::script::words::number;

/// How a currency is said.
struct Currency {
    signs: &'static [&'static str],
    one: &'static str,
    many: &'static str,
    cent: &'static str,
    cents: &'static str,
}

const CURRENCIES: [Currency; 36] = [
    Currency {
        signs: &["US$", "USD", "$", "dollars", "Dollars", "dollar", "Dollar"],
        one: "dollar",
        many: "dollars",
        cent: "cent",
        cents: "cents",
    },
    Currency {
        signs: &["€", "EUR", "Euro", "Euros", "euro", "euros"],
        one: "euro",
        many: "euros",
        cent: "cent",
        cents: "cents",
    },
    Currency { signs: &["£", "GBP"], one: "pound", many: "pounds", cent: "penny", cents: "pence" },
    Currency { signs: &["CHF", "SFr", "Fr"], one: "franc", many: "francs", cent: "centime", cents: "centimes" },
    Currency { signs: &["JP¥", "¥", "JPY", "円"], one: "yen", many: "yen", cent: "sen", cents: "sen" },
    Currency { signs: &["₹", "INR", "Rs"], one: "rupee", many: "rupees", cent: "paisa", cents: "paise" },
    Currency {
        signs: &["A$", "AU$", "AUD"],
        one: "Australian dollar",
        many: "Australian dollars",
        cent: "cent",
        cents: "cents",
    },
    Currency {
        signs: &["C$", "CA$", "CAD"],
        one: "Canadian dollar",
        many: "Canadian dollars",
        cent: "cent",
        cents: "cents",
    },
    Currency { signs: &["R$", "BRL"], one: "real", many: "reais", cent: "centavo", cents: "centavos" },
    Currency { signs: &["zł", "PLN"], one: "zloty", many: "zlotys", cent: "grosz", cents: "groszy" },
    Currency { signs: &["SEK"], one: "Swedish krona", many: "Swedish kronor", cent: "öre", cents: "öre" },
    Currency { signs: &["NOK"], one: "Norwegian krone", many: "Norwegian kroner", cent: "øre", cents: "øre" },
    Currency { signs: &["DKK", "kr"], one: "krone", many: "kroner", cent: "øre", cents: "øre" },
    Currency { signs: &["CZK", "Kč"], one: "koruna", many: "korunas", cent: "haler", cents: "halers" },
    Currency { signs: &["₽", "RUB"], one: "ruble", many: "rubles", cent: "kopek", cents: "kopeks" },
    Currency { signs: &["CNY", "RMB", "元"], one: "yuan", many: "yuan", cent: "fen", cents: "fen" },
    Currency { signs: &["₺", "TRY"], one: "lira", many: "lira", cent: "kurush", cents: "kurush" },
    Currency { signs: &["₩", "KRW", "원"], one: "won", many: "won", cent: "jeon", cents: "jeon" },
    Currency {
        signs: &["NZ$", "NZD"],
        one: "New Zealand dollar",
        many: "New Zealand dollars",
        cent: "cent",
        cents: "cents",
    },
    Currency {
        signs: &["HK$", "HKD"],
        one: "Hong Kong dollar",
        many: "Hong Kong dollars",
        cent: "cent",
        cents: "cents",
    },
    Currency {
        signs: &["S$", "SGD"],
        one: "Singapore dollar",
        many: "Singapore dollars",
        cent: "cent",
        cents: "cents",
    },
    Currency { signs: &["MX$", "MXN"], one: "Mexican peso", many: "Mexican pesos", cent: "centavo", cents: "centavos" },
    Currency { signs: &["₱"], one: "peso", many: "pesos", cent: "centavo", cents: "centavos" },
    Currency { signs: &["₪", "ILS", "NIS"], one: "shekel", many: "shekels", cent: "agora", cents: "agorot" },
    Currency { signs: &["₫", "VND"], one: "dong", many: "dong", cent: "xu", cents: "xu" },
    Currency { signs: &["฿", "THB"], one: "baht", many: "baht", cent: "satang", cents: "satang" },
    Currency { signs: &["₴", "UAH"], one: "hryvnia", many: "hryvnias", cent: "kopiyka", cents: "kopiykas" },
    Currency { signs: &["HUF", "Ft"], one: "forint", many: "forints", cent: "filler", cents: "fillers" },
    Currency { signs: &["RON"], one: "leu", many: "lei", cent: "ban", cents: "bani" },
    Currency { signs: &["BGN"], one: "lev", many: "levs", cent: "stotinka", cents: "stotinki" },
    Currency { signs: &["ISK"], one: "Icelandic krona", many: "Icelandic kronur", cent: "eyrir", cents: "aurar" },
    Currency { signs: &["AED"], one: "dirham", many: "dirhams", cent: "fils", cents: "fils" },
    Currency { signs: &["SAR"], one: "riyal", many: "riyals", cent: "halala", cents: "halalas" },
    Currency { signs: &["₦", "NGN"], one: "naira", many: "naira", cent: "kobo", cents: "kobo" },
    Currency { signs: &["ZAR"], one: "rand", many: "rand", cent: "cent", cents: "cents" },
    Currency { signs: &["₿", "BTC"], one: "bitcoin", many: "bitcoins", cent: "", cents: "" },
];

/// What multiplies an amount: attached ("5M") or a word of its own.
const SCALES: [(&str, &str); 18] = [
    ("k", "thousand"),
    ("K", "thousand"),
    ("thousand", "thousand"),
    ("m", "million"),
    ("M", "million"),
    ("mn", "million"),
    ("mm", "million"),
    ("mio", "million"),
    ("Mio", "million"),
    ("million", "million"),
    ("bn", "billion"),
    ("B", "billion"),
    ("b", "billion"),
    ("billion", "billion"),
    ("trillion", "trillion"),
    ("tn", "trillion"),
    ("lakh", "lakh"),
    ("crore", "crore"),
];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let said = attached(view).or_else(|| sign_then_figure(view)).or_else(|| figure_then_sign(view))?;
    // "£950 pcm", "$25 pp"
    match view.next(said.used).and_then(each).filter(|each| *each != "per month") {
        Some(each) => Said::new(said.used + 1, format!("{} {each}", said.say)),
        None => Some(said),
    }
}

/// What stands shortened behind a price, after "£9.99pm" also without a blank.
fn each(word: &str) -> Option<&'static str> {
    Some(match word {
        "pm" => "per month",
        "pcm" => "per calendar month",
        "pw" => "per week",
        "pa" => "per year",
        "pp" => "per person",
        "pppn" => "per person per night",
        _ => return None,
    })
}

/// "$5", "-$5", "€1.250,50", "5€", "$5M", "$10-15".
fn attached(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core.len() > 40 || !core.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some((price, per)) = core.split_once('/').filter(|(_, per)| *per != "-") {
        let (currency, figure) = before(price).or_else(|| after(price))?;
        let per = per::of_price(per)?;
        let (figure, scale) = split_scale(figure);
        return Said::one(format!("{} per {per}", amount(figure, scale, currency, view.numbers())?));
    }
    let letters = core.rfind(|c: char| c.is_ascii_digit()).and_then(|at| core.split_at_checked(at + 1));
    if let Some((price, each)) = letters.and_then(|(price, letters)| Some((price, each(letters)?))) {
        let (currency, figure) = before(price)?;
        return Said::one(format!("{} {each}", amount(figure, None, currency, view.numbers())?));
    }
    if let Some(words) = coins(core).or_else(|| hyphened(core, view.numbers())) {
        return Said::one(words);
    }
    // "500/-": Indian for "nothing more".
    let core = core.strip_suffix("/-").unwrap_or(core);
    let (minus, body) = match core.strip_prefix(['-', '−']) {
        Some(body) => ("minus ", body),
        None => ("", core),
    };
    let (currency, figure) = match before(body) {
        Some(found) => found,
        None => after(body)?,
    };
    let (figure, scale) = split_scale(figure);
    let (scale, used) = with_word(view, 1, scale);
    if view.describes(used) && !figure.contains(['.', ',']) {
        return Said::new(used, describing(figure, scale, currency, view.numbers())?);
    }
    Said::new(used, format!("{minus}{}", amount(figure, scale, currency, view.numbers())?))
}

/// "a twenty dollar note", "a five million euro deal".
fn describing(figure: &str, scale: Option<&str>, currency: &Currency, style: NumberStyle) -> Option<String> {
    Some(joined(&money_numeral(figure, style)?.say(), scale, currency.one))
}

/// "50p", "99¢".
fn coins(core: &str) -> Option<String> {
    let (figure, one, many) = match (core.strip_suffix('p'), core.strip_suffix('¢')) {
        (Some(figure), _) => (figure, "penny", "pence"),
        (None, Some(figure)) => (figure, "cent", "cents"),
        (None, None) => return None,
    };
    let n = small(figure).filter(|_| figure.len() <= 2)?;
    Some(format!("{} {}", number(n), if n == 1 { one } else { many }))
}

/// "$20-a-month", "$10-per-seat".
fn hyphened(core: &str, style: NumberStyle) -> Option<String> {
    let (price, rest) = core.split_once('-').filter(|(_, rest)| rest.starts_with(char::is_alphabetic))?;
    let (currency, figure) = before(price)?;
    let (figure, scale) = split_scale(figure);
    Some(format!("{} {}", describing(figure, scale, currency, style)?, word::parts(rest)))
}

/// "EUR 5", "Rs. 500", "$ 5".
fn sign_then_figure(view: &View<'_>) -> Option<Said> {
    let currency = exact(view.core())?;
    let figure = view.next_after(1, &["."])?;
    let figure = figure.strip_suffix("/-").unwrap_or(figure);
    let (figure, scale) = split_scale(figure);
    let (scale, used) = with_word(view, 2, scale);
    Said::new(used, amount(figure, scale, currency, view.numbers())?)
}

/// "5 EUR", "1.250,50 €", "5 million euros" is plain words already.
fn figure_then_sign(view: &View<'_>) -> Option<Said> {
    let (figure, scale) = split_scale(view.core());
    let (scale, at) = with_word(view, 1, scale);
    // "1,5 Mio. €"
    let word = view.next_after(at, if at > 1 { &["."] } else { &[] })?;
    if let Some((sign, per)) = word.split_once('/') {
        let (currency, per) = (exact(sign)?, per::of_price(per)?);
        return Said::new(at + 1, format!("{} per {per}", amount(figure, scale, currency, view.numbers())?));
    }
    let currency = exact(word)?;
    Said::new(at + 1, amount(figure, scale, currency, view.numbers())?)
}

/// Whether a word is a currency's sign, code or name.
pub(super) fn is_sign(word: &str) -> bool {
    exact(word).is_some()
}

fn exact(word: &str) -> Option<&'static Currency> {
    CURRENCIES.iter().find(|currency| currency.signs.contains(&word))
}

fn before(body: &str) -> Option<(&'static Currency, &str)> {
    let at = body.find(|c: char| c.is_ascii_digit())?;
    let (sign, figure) = body.split_at_checked(at)?;
    Some((exact(sign)?, figure))
}

fn after(body: &str) -> Option<(&'static Currency, &str)> {
    let at = body.rfind(|c: char| c.is_ascii_digit())?;
    let (figure, sign) = body.split_at_checked(at + 1)?;
    // "20.-" and "20,-": no cents.
    Some((exact(sign.trim_start_matches([',', '.', '-', '–']))?, figure))
}

/// "5M" -> ("5", million).
fn split_scale(figure: &str) -> (&str, Option<&'static str>) {
    let at = figure.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (digits, ending) = figure.split_at_checked(at).unwrap_or((figure, ""));
    match scale(ending) {
        Some(scale) if !digits.is_empty() => (digits, Some(scale)),
        _ => (figure, None),
    }
}

fn scale(word: &str) -> Option<&'static str> {
    SCALES.iter().find(|(short, _)| *short == word).map(|(_, long)| *long)
}

/// A scale that is a word of its own at `at`; single letters are not taken for one.
fn with_word(view: &View<'_>, at: usize, scale_so_far: Option<&'static str>) -> (Option<&'static str>, usize) {
    if scale_so_far.is_some() {
        return (scale_so_far, at);
    }
    match view.next(at).filter(|word| word.len() > 1).and_then(scale) {
        Some(scale) => (Some(scale), at + 1),
        None => (None, at),
    }
}

fn amount(figure: &str, scale: Option<&str>, currency: &Currency, style: NumberStyle) -> Option<String> {
    let figure = figure.trim_end_matches(['.', ',', '-', '–']);
    let Some(numeral) = money_numeral(figure, style) else {
        let mut cleaned: String = figure.chars().filter(|c| !"$€£¥₹".contains(*c)).collect();
        // "£65k–£75k": one thousand for both.
        if let Some((from, to)) = cleaned.split_once(['-', '–', '—']).filter(|_| scale.is_some()) {
            let (from, of_first) = split_scale(from);
            if of_first.is_some() && of_first != scale {
                return None;
            }
            cleaned = format!("{from}-{to}");
        }
        let words = range::amounts(&cleaned, style)?;
        return Some(joined(&words, scale, currency.many));
    };
    if let Some(scale) = scale {
        return Some(joined(&numeral.say(), Some(scale), currency.many));
    }
    let unit = if numeral.is_one() || (numeral.whole == "1" && numeral.fraction == "00") {
        currency.one
    } else {
        currency.many
    };
    match (numeral.fraction.as_str(), cents(&numeral.fraction)) {
        ("", _) | (_, Some(0)) => Some(format!("{} {unit}", whole(&numeral))),
        (_, Some(cents)) if !currency.cents.is_empty() => {
            let cent = if cents == 1 { currency.cent } else { currency.cents };
            let cents = number(cents);
            if numeral.whole.trim_start_matches('0').is_empty() {
                return Some(format!("{cents} {cent}"));
            }
            let unit = if numeral.whole == "1" { currency.one } else { currency.many };
            Some(format!("{} {unit} and {cents} {cent}", whole(&numeral)))
        }
        (_, _) => Some(format!("{} {}", numeral.say(), currency.many)),
    }
}

fn joined(words: &str, scale: Option<&str>, unit: &str) -> String {
    match scale {
        Some(scale) => format!("{words} {scale} {unit}"),
        None => format!("{words} {unit}"),
    }
}

fn whole(numeral: &Numeral) -> String {
    Numeral { fraction: String::new(), ..numeral.clone() }.say()
}

/// Three digits after one mark are thousands in any style: nobody writes tenths of a cent.
fn money_numeral(figure: &str, style: NumberStyle) -> Option<Numeral> {
    let numeral = Numeral::parse(figure, style)?;
    if numeral.fraction.len() == 3 && !numeral.grouped && !numeral.whole.starts_with('0') && !numeral.whole.is_empty() {
        let whole = format!("{}{}", numeral.whole, numeral.fraction);
        return Some(Numeral { whole, fraction: String::new(), grouped: true, ..numeral });
    }
    Some(numeral)
}

fn cents(fraction: &str) -> Option<u64> {
    match fraction.len() {
        1 => fraction.parse::<u64>().ok().map(|tenths| tenths * 10),
        2 => fraction.parse().ok(),
        _ => None,
    }
}
