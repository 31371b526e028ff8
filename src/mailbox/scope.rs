//! Which messages a session plays: one rule for every kind of mailbox (behaviour.md, "What is played").

use jiff::Timestamp;

use crate::session::MailScope;
use crate::units::WallTime;

/// Most messages of one session.
pub const MOST_MESSAGES: usize = 50;
/// Messages of [`MailScope::NewestTen`].
pub const NEWEST: usize = 10;
/// Unread mail counts as recent for 7 x 24 hours, in milliseconds.
pub const WINDOW_MS: i64 = 7 * 24 * 3600 * 1000;
/// A Date header further ahead than this (ms) is a broken clock; the server's date is taken then.
const AHEAD_MS: i64 = 2 * 24 * 3600 * 1000;
/// 1990-01-01T00:00:00Z: older Date headers are broken clocks.
const FIRST_SANE_MS: i64 = 631_152_000_000;

/// What is known of a message before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub uid: u32,
    /// From [`sane_date`]; `None` when nobody knows.
    pub date: Option<Timestamp>,
    pub unread: Unread,
    pub flagged: Flagged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    Yes,
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flagged {
    Yes,
    No,
}

/// The Date header, or the server's date where that is missing or absurd.
pub(crate) fn sane_date(header: Option<Timestamp>, received: Option<Timestamp>, now: &WallTime) -> Option<Timestamp> {
    let sane = |date: &Timestamp| {
        let ms = date.as_millisecond();
        ms >= FIRST_SANE_MS && ms <= now.utc_ms.saturating_add(AHEAD_MS)
    };
    header.filter(sane).or(received)
}

/// UIDs to play, newest first, at most [`MOST_MESSAGES`]. A message without any date counts as new: better read than hidden.
pub(crate) fn select(candidates: &[Candidate], scope: MailScope, now: &WallTime) -> Vec<u32> {
    let mut chosen: Vec<&Candidate> = candidates.iter().filter(|candidate| fits(candidate, scope, now)).collect();
    chosen.sort_by(|a, b| b.date.cmp(&a.date).then(b.uid.cmp(&a.uid)));
    let most = match scope {
        MailScope::NewestTen => NEWEST,
        MailScope::Unread | MailScope::Today | MailScope::Flagged => MOST_MESSAGES,
    };
    chosen.into_iter().take(most).map(|candidate| candidate.uid).collect()
}

fn fits(candidate: &Candidate, scope: MailScope, now: &WallTime) -> bool {
    let unread = candidate.unread == Unread::Yes;
    match scope {
        MailScope::Unread => unread && candidate.date.is_none_or(|date| is_recent(date, now)),
        MailScope::Today => unread && candidate.date.is_none_or(|date| is_today(date, now)),
        MailScope::Flagged => candidate.flagged == Flagged::Yes,
        MailScope::NewestTen => true,
    }
}

fn is_recent(date: Timestamp, now: &WallTime) -> bool {
    date.as_millisecond() >= now.utc_ms.saturating_sub(WINDOW_MS)
}

fn is_today(date: Timestamp, now: &WallTime) -> bool {
    let Ok(present) = Timestamp::from_millisecond(now.utc_ms) else { return false };
    now.zone.to_datetime(date).date() == now.zone.to_datetime(present).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> WallTime {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        WallTime { utc_ms: at("2026-03-02T07:10:00Z").as_millisecond(), zone }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn unread(uid: u32, date: &str) -> Candidate {
        Candidate { uid, date: Some(at(date)), unread: Unread::Yes, flagged: Flagged::No }
    }

    #[test]
    fn unread_of_seven_days_newest_first() {
        let mail = [
            unread(1, "2026-02-23T07:10:00Z"),
            unread(2, "2026-02-23T07:09:59Z"),
            unread(3, "2026-03-01T00:00:00Z"),
            Candidate { unread: Unread::No, ..unread(4, "2026-03-01T00:00:00Z") },
        ];
        assert_eq!(select(&mail, MailScope::Unread, &now()), [3, 1]);
    }

    #[test]
    fn at_most_fifty_and_ten() {
        let mail: Vec<Candidate> = (0..80).map(|uid| unread(uid, "2026-03-01T00:00:00Z")).collect();
        assert_eq!(select(&mail, MailScope::Unread, &now()).len(), MOST_MESSAGES);
        assert_eq!(select(&mail, MailScope::NewestTen, &now()), (70..80).rev().collect::<Vec<_>>());
    }

    #[test]
    fn today_is_a_day_of_the_listeners_zone() {
        // 23:30Z of 1 March is 00:30 of 2 March in Berlin.
        let mail = [unread(1, "2026-03-01T22:59:59Z"), unread(2, "2026-03-01T23:00:00Z")];
        assert_eq!(select(&mail, MailScope::Today, &now()), [2]);
    }

    #[test]
    fn flagged_mail_is_found_read_or_not_and_of_any_age() {
        let mail = [Candidate { unread: Unread::No, flagged: Flagged::Yes, ..unread(1, "2020-01-01T00:00:00Z") }];
        assert_eq!(select(&mail, MailScope::Flagged, &now()), [1]);
    }

    #[test]
    fn mail_without_a_date_is_not_hidden() {
        let mail = [Candidate { date: None, ..unread(1, "2026-03-01T00:00:00Z") }];
        assert_eq!(select(&mail, MailScope::Unread, &now()), [1]);
    }

    #[test]
    fn absurd_dates_give_way_to_the_servers() {
        let received = Some(at("2026-03-01T00:00:00Z"));
        assert_eq!(sane_date(Some(at("1970-01-01T00:00:00Z")), received, &now()), received);
        assert_eq!(sane_date(Some(at("2036-01-01T00:00:00Z")), received, &now()), received);
        assert_eq!(sane_date(None, received, &now()), received);
        let fine = Some(at("2026-02-27T00:00:00Z"));
        assert_eq!(sane_date(fine, received, &now()), fine);
    }
}
