//! Times of day, dates and lengths in words.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::{number, ordinal, year};

/// Names of the months, January first.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Times more than this ago need "in the morning": a clock face repeats after twelve hours.
const CLOCK_FACE_S: i64 = 12 * 3600;

/// A clock time as people say it: (9, 10) -> "ten past nine", (14, 30) -> "half past two", (9, 7) -> "nine oh seven".
/// Hours beyond 23 and minutes beyond 59 wrap around.
pub fn time_of_day(hour: u8, minute: u8) -> String {
    let (hour, minute) = (hour % 24, minute % 60);
    let this = hour_name(hour);
    let following = hour_name((hour + 1) % 24);
    match minute {
        0 => match hour {
            0 | 12 => this,
            _ => format!("{this} o'clock"),
        },
        15 => format!("quarter past {this}"),
        30 => format!("half past {this}"),
        45 => format!("quarter to {following}"),
        5 | 10 | 20 | 25 => format!("{} past {this}", number(u64::from(minute))),
        35 | 40 | 50 | 55 => format!("{} to {following}", number(u64::from(60 - minute))),
        1..=9 => format!("{} oh {}", twelve_hour(hour), number(u64::from(minute))),
        _ => format!("{} {}", twelve_hour(hour), number(u64::from(minute))),
    }
}

fn hour_name(hour: u8) -> String {
    match hour {
        0 => "midnight".to_owned(),
        12 => "noon".to_owned(),
        _ => twelve_hour(hour),
    }
}

fn twelve_hour(hour: u8) -> String {
    match hour % 12 {
        0 => "twelve".to_owned(),
        h => number(u64::from(h)),
    }
}

fn part_of_day(hour: u8) -> &'static str {
    match hour {
        0..=4 => "at night",
        5..=11 => "in the morning",
        12..=17 => "in the afternoon",
        _ => "in the evening",
    }
}

/// When something was sent, as short as it is clear: "ten past nine" (today), "yesterday", "Monday" (the week before),
/// "March third", "March third, twenty twenty-five" (another year). A part of the day is said when the time lies more than twelve hours off.
pub fn when(ts: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (ts.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    match days_between(then.date(), today.date()) {
        0 => clock(&then, &today),
        1 => "yesterday".to_owned(),
        2..=6 => weekday(&then).to_owned(),
        _ => date(&then, &today),
    }
}

/// The same with day and time: "today, ten past nine", "yesterday, ten past nine in the evening", "March third, noon".
pub fn when_in_full(ts: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (ts.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let time = with_part_of_day(&then);
    match days_between(then.date(), today.date()) {
        0 => format!("today, {time}"),
        1 => format!("yesterday, {time}"),
        2..=6 => format!("{}, {time}", weekday(&then)),
        _ => format!("{}, {time}", date(&then, &today)),
    }
}

fn clock(then: &Zoned, now: &Zoned) -> String {
    let apart = (now.timestamp().as_second()).saturating_sub(then.timestamp().as_second());
    if apart.abs() < CLOCK_FACE_S {
        return clock_of(then);
    }
    with_part_of_day(then)
}

fn with_part_of_day(then: &Zoned) -> String {
    let hour = hour_of(then);
    match (hour, then.minute()) {
        (0 | 12, 0) => clock_of(then),
        (_, _) => format!("{} {}", clock_of(then), part_of_day(hour)),
    }
}

fn clock_of(then: &Zoned) -> String {
    time_of_day(hour_of(then), u8::try_from(then.minute()).unwrap_or(0))
}

fn hour_of(then: &Zoned) -> u8 {
    u8::try_from(then.hour()).unwrap_or(0)
}

fn date(then: &Zoned, today: &Zoned) -> String {
    let day = day_of_month(then.month(), then.day());
    if then.year() == today.year() {
        return day;
    }
    format!("{day}, {}", year(u64::try_from(then.year()).unwrap_or(0)))
}

/// (3, 2) -> "March second". Months that do not exist are left out.
pub fn day_of_month(month: i8, day: i8) -> String {
    let name = usize::try_from(month).ok().and_then(|m| m.checked_sub(1)).and_then(|m| MONTHS.get(m));
    let day = ordinal(u64::try_from(day).unwrap_or(0));
    match name {
        Some(name) => format!("{name} {day}"),
        None => day,
    }
}

fn weekday(then: &Zoned) -> &'static str {
    let offset = usize::try_from(then.weekday().to_monday_zero_offset()).unwrap_or(0);
    WEEKDAYS.get(offset).copied().unwrap_or("")
}

/// Whole calendar days from `then` to `today`; negative when it lies ahead.
fn days_between(then: Date, today: Date) -> i32 {
    today.since(then).map_or(i32::MAX, |span| span.get_days())
}

/// A length as one would say it: 20 -> "half a minute", 350 -> "about six minutes", 4000 -> "about one hour".
/// Anything below a quarter of a minute is "a few seconds"; what is not a number is too.
pub fn minutes_in_words(seconds: f32) -> String {
    let minutes = (seconds / 60.0).round();
    match seconds {
        s if s.is_nan() || s < 15.0 => "a few seconds".to_owned(),
        s if s < 45.0 => "about half a minute".to_owned(),
        s if s < 90.0 => "about a minute".to_owned(),
        _ if minutes < 50.0 => format!("about {} minutes", number(minutes as u64)),
        _ => hours_in_words((minutes / 30.0).round() as u64),
    }
}

fn hours_in_words(half_hours: u64) -> String {
    match (half_hours / 2, half_hours % 2) {
        (0 | 1, 0) => "about one hour".to_owned(),
        (0, _) => "about half an hour".to_owned(),
        (hours, 0) => format!("about {} hours", number(hours)),
        (hours, _) => format!("about {} and a half hours", number(hours)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn clock_times_are_said_as_people_do() {
        for (hour, minute, words) in [
            (9, 10, "ten past nine"),
            (9, 0, "nine o'clock"),
            (12, 0, "noon"),
            (0, 0, "midnight"),
            (14, 30, "half past two"),
            (14, 45, "quarter to three"),
            (23, 50, "ten to midnight"),
            (9, 7, "nine oh seven"),
            (12, 32, "twelve thirty-two"),
        ] {
            assert_eq!(time_of_day(hour, minute), words);
        }
    }

    #[test]
    fn when_is_as_short_as_it_is_clear() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let now = at("2026-03-04T08:10:00+01:00");
        for (ts, words) in [
            ("2026-03-04T07:10:00+01:00", "ten past seven"),
            ("2026-03-03T23:50:00+01:00", "yesterday"),
            ("2026-03-01T09:00:00+01:00", "Sunday"),
            ("2026-02-25T09:00:00+01:00", "February twenty-fifth"),
            ("2025-03-03T09:00:00+01:00", "March third, twenty twenty-five"),
            ("2026-03-05T09:00:00+01:00", "March fifth"),
        ] {
            assert_eq!(when(at(ts), now, &zone), words, "{ts}");
        }
        let night = at("2026-03-04T22:00:00+01:00");
        assert_eq!(when(at("2026-03-04T09:10:00+01:00"), night, &zone), "ten past nine in the morning");
        assert_eq!(
            when_in_full(at("2026-03-03T21:10:00+01:00"), now, &zone),
            "yesterday, ten past nine in the evening"
        );
    }

    #[test]
    fn the_zone_of_the_listener_decides_the_day() {
        let now = at("2026-03-04T01:00:00Z");
        let sent = at("2026-03-03T23:30:00Z");
        assert_eq!(when(sent, now, &TimeZone::UTC), "yesterday");
        assert_eq!(when(sent, now, &TimeZone::fixed(jiff::tz::offset(1))), "half past midnight");
    }

    #[test]
    fn lengths_are_rounded_for_the_ear() {
        for (seconds, words) in [
            (3.0, "a few seconds"),
            (30.0, "about half a minute"),
            (60.0, "about a minute"),
            (350.0, "about six minutes"),
            (3600.0, "about one hour"),
            (5400.0, "about one and a half hours"),
            (f32::NAN, "a few seconds"),
        ] {
            assert_eq!(minutes_in_words(seconds), words);
        }
    }
}
