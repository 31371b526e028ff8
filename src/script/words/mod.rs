//! Figures, times and dates as an English speaker says them. Everything here is total: any input gives some words.

mod number;
mod time;

pub use number::{count_in_words, decimal, digits, number, ordinal, plural, year};
pub use time::{MONTHS, day_of_month, minutes_in_words, time_of_day, when, when_in_full};

/// Letters one by one, each as its name: "I-B-M". Joined by hyphens because a phonemiser reads a lone "A" as the article.
pub fn spelled(letters: &str) -> String {
    let mut out = String::new();
    for letter in letters.chars().filter(|c| c.is_alphanumeric()) {
        if !out.is_empty() {
            out.push('-');
        }
        match letter.to_digit(10) {
            Some(digit) => out.push_str(&number(u64::from(digit))),
            None => out.extend(letter.to_uppercase()),
        }
    }
    out
}

/// "a", "a and b", "a, b and c".
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
