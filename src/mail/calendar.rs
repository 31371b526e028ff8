//! Invitations, answers and cancellations: enough of iCalendar (RFC 5545) for one sentence.

use jiff::civil::{Date, DateTime, Time};

use super::lexicon::sentences;
use super::parse::one_line;

/// Lines of a calendar part that are looked at.
const LINE_CAP: usize = 5_000;

/// What a calendar part asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Request,
    Reply,
    Cancel,
    Counter,
    /// Published for information: no meeting mail.
    Publish,
}

/// One event of a calendar part.
#[derive(Debug, Default)]
pub(crate) struct Event {
    pub method: Option<Method>,
    summary: Option<String>,
    place: Option<String>,
    start: Option<DateTime>,
    all_day: bool,
    end: Option<DateTime>,
    attendee: Option<String>,
    answer: Option<String>,
}

impl Event {
    /// Reads the first event of a calendar. Times in UTC are moved to `offset_s` east of it.
    pub fn parse(text: &str, offset_s: i32) -> Event {
        let mut event = Event::default();
        let mut inside: Vec<String> = Vec::new();
        let mut events = 0;
        for line in unfold(text) {
            let Some((name, value)) = split_property(&line) else { continue };
            let bare = name.split(';').next().unwrap_or_default().to_ascii_uppercase();
            match bare.as_str() {
                "BEGIN" => {
                    events += usize::from(value.eq_ignore_ascii_case("VEVENT"));
                    inside.push(value.to_ascii_uppercase());
                }
                "END" => {
                    inside.pop();
                }
                "METHOD" if inside.len() <= 1 => event.method = method(value),
                _ if inside.last().is_some_and(|i| i == "VEVENT") && events == 1 => {
                    event.take(&bare, name, value, offset_s);
                }
                _ => {}
            }
        }
        event
    }

    fn take(&mut self, bare: &str, name: &str, value: &str, offset_s: i32) {
        match bare {
            "SUMMARY" => self.summary = Some(unescape(value)).filter(|s| !s.is_empty()),
            "LOCATION" => self.place = Some(unescape(value)).filter(|s| !s.is_empty()),
            "DTSTART" => {
                self.start = moment(value, offset_s);
                self.all_day = value.trim().len() == 8;
            }
            "DTEND" => self.end = moment(value, offset_s),
            "ATTENDEE" if self.attendee.is_none() => {
                self.attendee = parameter(name, "CN").or_else(|| Some(value.trim_start_matches("mailto:").to_owned()));
                self.answer = parameter(name, "PARTSTAT").map(|answer| answer.to_ascii_uppercase());
            }
            _ => {}
        }
    }

    /// "Invitation: Team lunch, Tuesday 3 March 2026 at 12:30, at Café Central."
    pub fn sentence(&self) -> String {
        let words = &sentences().meeting;
        let template = match (self.method, self.answer.as_deref()) {
            (Some(Method::Request), _) => &words.request,
            (Some(Method::Cancel), _) => &words.cancel,
            (Some(Method::Counter), _) => &words.counter,
            (Some(Method::Reply), Some("ACCEPTED")) => &words.reply_accepted,
            (Some(Method::Reply), Some("DECLINED")) => &words.reply_declined,
            (Some(Method::Reply), Some("TENTATIVE")) => &words.reply_tentative,
            (Some(Method::Reply), _) => &words.reply,
            (Some(Method::Publish) | None, _) => &words.other,
        };
        let who = self.attendee.as_deref().map(one_line).unwrap_or_else(|| words.somebody.clone());
        let what = template
            .replace("{what}", &self.summary.as_deref().map(one_line).unwrap_or_else(|| words.untitled.clone()))
            .replace("{who}", &who);
        let mut parts = vec![what];
        parts.extend(self.when());
        if let Some(place) = &self.place {
            parts.push(words.place.replace("{place}", &one_line(place)));
        }
        let sentence = parts.join(", ");
        if sentence.ends_with(['.', '?', '!']) { sentence } else { sentence + "." }
    }

    fn when(&self) -> Option<String> {
        let start = self.start?;
        let words = &sentences().meeting;
        let day = start.strftime("%A, %-d %B %Y").to_string();
        if self.all_day {
            return Some(day);
        }
        let mut when = words.when.replace("{day}", &day).replace("{time}", &start.strftime("%H:%M").to_string());
        if let Some(end) = self.end.filter(|end| end.date() == start.date() && *end > start) {
            when.push(' ');
            when.push_str(&words.to.replace("{time}", &end.strftime("%H:%M").to_string()));
        }
        Some(when)
    }
}

fn method(value: &str) -> Option<Method> {
    match value.trim().to_ascii_uppercase().as_str() {
        "REQUEST" | "ADD" => Some(Method::Request),
        "REPLY" => Some(Method::Reply),
        "CANCEL" => Some(Method::Cancel),
        "COUNTER" | "DECLINECOUNTER" => Some(Method::Counter),
        "PUBLISH" => Some(Method::Publish),
        _ => None,
    }
}

fn unfold(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n').take(LINE_CAP) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) if last.len() < 10_000 => last.push_str(rest),
            (Some(_), Some(_)) => {}
            (Some(_), None) | (None, _) => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Name with parameters, and value; a colon inside quotes divides nothing.
fn split_property(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = line.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == ':' && !quoted).then_some(at)
    })?;
    Some((line.get(..at)?, line.get(at + 1..)?))
}

fn parameter(name: &str, key: &str) -> Option<String> {
    let value = name.split(';').skip(1).find_map(|part| {
        let (found, value) = part.split_once('=')?;
        found.eq_ignore_ascii_case(key).then_some(value)
    })?;
    let value = value.trim_matches('"').trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn unescape(value: &str) -> String {
    one_line(
        &value.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\"),
    )
}

/// `20260303T113000Z`, `20260303T123000`, `20260303`.
fn moment(value: &str, offset_s: i32) -> Option<DateTime> {
    let value = value.trim();
    let number = |from: usize, to: usize| value.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize| number(from, from + 2).and_then(|n| i8::try_from(n).ok());
    let date = Date::new(number(0, 4)?, small(4)?, small(6)?).ok()?;
    if value.len() == 8 {
        return Some(date.to_datetime(Time::midnight()));
    }
    let time = Time::new(small(9)?, small(11)?, 0, 0).ok()?;
    let written = date.to_datetime(time);
    if value.ends_with('Z') {
        written.checked_add(jiff::Span::new().try_seconds(i64::from(offset_s)).ok()?).ok()
    } else {
        Some(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invitations_and_answers_are_one_sentence() {
        let event = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY:Team lun\r\n ch\\, all\r\nDTSTART:20260303T113000Z\r\nDTEND:20260303T123000Z\r\nLOCATION:Café Central\r\nATTENDEE;CN=\"Ana: Silva\";PARTSTAT=NEEDS-ACTION:mailto:ana@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(
            Event::parse(event, 3600).sentence(),
            "Invitation: Team lunch, all, Tuesday, 3 March 2026 at 12:30 until 13:30, at Café Central."
        );
        let reply = event.replace("REQUEST", "REPLY").replace("NEEDS-ACTION", "ACCEPTED");
        assert!(Event::parse(&reply, 0).sentence().starts_with("Ana: Silva accepted: Team lunch, all, "));
        let cancel = event.replace("REQUEST", "CANCEL");
        assert!(Event::parse(&cancel, 0).sentence().starts_with("Cancelled: Team lunch"));
        assert_eq!(Event::parse("", 0).sentence(), "Calendar entry: a meeting.");
    }
}
