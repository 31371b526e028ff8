//! Cardinals, ordinals, decimals, digit strings.

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(u64, &str); 6] = [
    (1_000_000_000_000_000_000, "quintillion"),
    (1_000_000_000_000_000, "quadrillion"),
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];

/// Cardinal: 1250 -> "one thousand two hundred fifty".
pub fn number(n: u64) -> String {
    if n == 0 {
        return "zero".to_owned();
    }
    let mut rest = n;
    let mut parts = Vec::new();
    for (size, name) in SCALES {
        if rest >= size {
            parts.push(format!("{} {name}", below_thousand(rest / size)));
            rest %= size;
        }
    }
    if rest > 0 {
        parts.push(below_thousand(rest));
    }
    parts.join(" ")
}

fn below_thousand(n: u64) -> String {
    let hundreds = n / 100;
    let rest = n % 100;
    match (hundreds, rest) {
        (0, _) => below_hundred(rest),
        (_, 0) => format!("{} hundred", small(hundreds)),
        (_, _) => format!("{} hundred {}", small(hundreds), below_hundred(rest)),
    }
}

fn below_hundred(n: u64) -> String {
    if n < 20 {
        return small(n).to_owned();
    }
    let tens = usize::try_from(n / 10).ok().and_then(|i| TENS.get(i)).copied().unwrap_or("");
    match n % 10 {
        0 => tens.to_owned(),
        ones => format!("{tens}-{}", small(ones)),
    }
}

fn small(n: u64) -> &'static str {
    usize::try_from(n).ok().and_then(|i| SMALL.get(i)).copied().unwrap_or("")
}

/// 1 -> "first", 23 -> "twenty-third", 100 -> "one hundredth".
pub fn ordinal(n: u64) -> String {
    let words = number(n);
    let start = words.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (head, last) = words.split_at(start);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        other => match other.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{other}th"),
        },
    };
    format!("{head}{last}")
}

/// A year: 2026 -> "twenty twenty-six", 2005 -> "two thousand five", 1900 -> "nineteen hundred".
pub fn year(n: u64) -> String {
    let (century, rest) = (n / 100, n % 100);
    match (n, rest) {
        (1100..=1999 | 2010..=2099, 0) => format!("{} hundred", number(century)),
        (1100..=1999, 1..=9) => format!("{} oh {}", number(century), number(rest)),
        (1100..=1999 | 2010..=2099, _) => format!("{} {}", number(century), number(rest)),
        (_, _) => number(n),
    }
}

/// Digits one by one; what is no digit is left out: "007" -> "zero zero seven".
pub fn digits(text: &str) -> String {
    let words: Vec<&str> = text.chars().filter_map(|c| c.to_digit(10)).map(|d| small(u64::from(d))).collect();
    words.join(" ")
}

/// A decimal of digit strings: ("3", "14") -> "three point one four". Whole parts too long for a number are read digit by digit.
pub fn decimal(whole: &str, fraction: &str) -> String {
    let whole = whole.parse::<u64>().map_or_else(|_| digits(whole), number);
    if fraction.is_empty() { whole } else { format!("{whole} point {}", digits(fraction)) }
}

/// A count before a noun: 1 -> "one", 4800 -> "four thousand eight hundred".
pub fn count_in_words(n: usize) -> String {
    number(u64::try_from(n).unwrap_or(u64::MAX))
}

/// "one attachment", "two attachments": the noun takes its plural with s.
pub fn plural(n: usize, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count_in_words(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinals_are_said_in_full() {
        for (n, words) in [
            (0, "zero"),
            (13, "thirteen"),
            (20, "twenty"),
            (42, "forty-two"),
            (100, "one hundred"),
            (1_250, "one thousand two hundred fifty"),
            (4_800, "four thousand eight hundred"),
            (2_000_001, "two million one"),
        ] {
            assert_eq!(number(n), words);
        }
        assert!(number(u64::MAX).starts_with("eighteen quintillion"));
    }

    #[test]
    fn ordinals_bend_the_last_word_only() {
        for (n, words) in [
            (1, "first"),
            (12, "twelfth"),
            (20, "twentieth"),
            (23, "twenty-third"),
            (100, "one hundredth"),
            (101, "one hundred first"),
        ] {
            assert_eq!(ordinal(n), words);
        }
    }

    #[test]
    fn years_are_read_in_pairs_where_people_do() {
        for (n, words) in [
            (1999, "nineteen ninety-nine"),
            (1905, "nineteen oh five"),
            (2000, "two thousand"),
            (2005, "two thousand five"),
            (2026, "twenty twenty-six"),
        ] {
            assert_eq!(year(n), words);
        }
    }

    #[test]
    fn decimals_read_the_fraction_digit_by_digit() {
        assert_eq!(decimal("3", "14"), "three point one four");
        assert_eq!(decimal("12", ""), "twelve");
        assert_eq!(decimal("99999999999999999999999", "5").split(' ').count(), 25);
    }

    #[test]
    fn plurals_follow_the_count() {
        assert_eq!(plural(1, "attachment"), "one attachment");
        assert_eq!(plural(2, "attachment"), "two attachments");
        assert_eq!(plural(0, "row"), "zero rows");
    }
}
