//! In which order texts are fetched ahead, and how much at a time.

use std::collections::VecDeque;
use std::time::Duration;

use super::open::Survey;
use super::texts::{LEAST_WINDOW, WINDOW};
use crate::session::MailReport;

/// Messages asked for at a time.
const AT_ONCE: usize = 8;
/// Times a text is asked for before its message stays as far as it is known.
const MOST_TRIES: u32 = 3;

/// Messages whose texts are fetched: in listening order, and the rest of a long text by turns with the next messages, so
/// that neither holds up the other.
pub(super) struct Ahead {
    pub survey: Survey,
    left: VecDeque<u32>,
    /// Of these a window is here, and there is more.
    long: VecDeque<u32>,
    turn: Turn,
    tries: u32,
    telling: Telling,
    told: Told,
}

/// How the session hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// Of each message when its text is here: it knows the rest of it already.
    EachAlone,
    /// Of all, once every text is here.
    AllTogether,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Next,
    Long,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Yes,
    No,
}

impl Ahead {
    pub fn new(survey: Survey, telling: Telling) -> Ahead {
        let left = survey.incomplete().into();
        Ahead { survey, left, long: VecDeque::new(), turn: Turn::Next, tries: 0, telling, told: Told::No }
    }

    pub fn is_done(&self) -> bool {
        let is_told = self.telling == Telling::EachAlone || self.told == Told::Yes;
        self.left.is_empty() && self.long.is_empty() && is_told
    }

    /// Messages to ask for now. After trouble one at a time, so that the one that makes it does not hide the others.
    pub fn next(&self) -> Vec<u32> {
        match self.serving() {
            Turn::Long => self.long.front().copied().into_iter().collect(),
            Turn::Next if self.tries == 0 => self.left.iter().copied().take(AT_ONCE).collect(),
            Turn::Next => self.left.front().copied().into_iter().collect(),
        }
    }

    fn serving(&self) -> Turn {
        match self.turn {
            Turn::Next if self.left.is_empty() => Turn::Long,
            Turn::Long if self.long.is_empty() => Turn::Next,
            turn => turn,
        }
    }

    /// What to report after a round trip that worked.
    pub fn fetched(&mut self) -> Vec<MailReport> {
        self.tries = 0;
        self.turn = match self.serving() {
            Turn::Next => Turn::Long,
            Turn::Long => Turn::Next,
        };
        let survey = &self.survey;
        let (complete, left): (VecDeque<u32>, VecDeque<u32>) =
            std::mem::take(&mut self.left).into_iter().partition(|&uid| survey.is_complete(uid));
        let (finished, long): (VecDeque<u32>, VecDeque<u32>) =
            std::mem::take(&mut self.long).into_iter().partition(|&uid| survey.is_complete(uid));
        let (grown, left): (VecDeque<u32>, VecDeque<u32>) =
            left.into_iter().partition(|&uid| survey.text_bytes(uid) >= WINDOW);
        self.left = left;
        self.long = long.into_iter().chain(grown).collect();
        self.tell(finished.into_iter().chain(complete).collect())
    }

    /// How often in a row it has failed by now, and what to report: after some failures a message stays as it is.
    pub fn failed(&mut self) -> (u32, Vec<MailReport>) {
        self.tries = self.tries.saturating_add(1);
        let tries = self.tries;
        if tries <= MOST_TRIES {
            return (tries, Vec::new());
        }
        self.tries = 0;
        let given_up = match self.serving() {
            Turn::Next => self.left.pop_front(),
            Turn::Long => self.long.pop_front(),
        };
        (tries, self.tell(given_up.into_iter().collect()))
    }

    /// Nothing more will come.
    pub fn give_up(&mut self) -> Vec<MailReport> {
        let all = self.left.drain(..).chain(self.long.drain(..)).collect();
        self.tell(all)
    }

    fn tell(&mut self, done: Vec<u32>) -> Vec<MailReport> {
        match self.telling {
            Telling::EachAlone => {
                let mails = done.into_iter().filter_map(|uid| self.survey.mail(uid));
                mails.map(|mail| MailReport::Filled(Box::new(mail))).collect()
            }
            Telling::AllTogether if self.left.is_empty() && self.long.is_empty() && self.told == Told::No => {
                self.told = Told::Yes;
                let mut arrived = self.survey.opened();
                // Older mail was counted at the start.
                arrived.older_unread = 0;
                let is_news = !arrived.mails.is_empty() || arrived.unreadable > 0;
                is_news.then(|| MailReport::Arrived(Box::new(arrived))).into_iter().collect()
            }
            Telling::AllTogether => Vec::new(),
        }
    }
}

/// How much one round trip may bring, so that a command never waits long behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    room: usize,
}

/// A round trip that is shorter may bring more; about as long as "Archived." takes to say.
const QUICK: Duration = Duration::from_millis(700);
/// One that is longer brings less the next time.
const SLOW: Duration = Duration::from_secs(2);
const MOST_ROOM: usize = 4 * WINDOW;

impl Default for Pace {
    fn default() -> Self {
        Pace { room: WINDOW }
    }
}

impl Pace {
    /// In bytes.
    pub fn room(self) -> usize {
        self.room
    }

    /// Learns from how long a round trip took and how much text it brought. Where little was left to bring, its quickness says
    /// nothing: with three quarters of the room, twice as much comes within 1.9 s.
    pub fn learn(&mut self, took: Duration, bytes: usize) {
        if took < QUICK && bytes >= self.room / 4 * 3 {
            self.room = self.room.saturating_mul(2).min(MOST_ROOM);
        } else if took > SLOW {
            self.slow_down();
        }
    }

    /// Less, and never nothing: at 140 bytes a second the smallest window comes within the time for an answer.
    pub fn slow_down(&mut self) {
        self.room = (self.room / 2).max(LEAST_WINDOW);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_link_is_asked_for_less_and_a_quick_one_for_more() {
        let mut pace = Pace::default();
        for (took_ms, room) in [(5_000, 32), (3_000, 16), (1_000, 16), (100, 32)] {
            pace.learn(Duration::from_millis(took_ms), pace.room());
            assert_eq!(pace.room(), room * 1024, "{took_ms}");
        }
        (0..40).for_each(|_| pace.slow_down());
        assert_eq!(pace.room(), LEAST_WINDOW);
        (0..40).for_each(|_| pace.learn(Duration::ZERO, pace.room()));
        assert_eq!(pace.room(), MOST_ROOM);
    }

    #[test]
    fn a_quick_answer_with_little_in_it_says_nothing_of_the_link() {
        for bytes in [0, 2_000, WINDOW / 2] {
            let mut pace = Pace::default();
            (0..8).for_each(|_| pace.learn(Duration::from_millis(1), bytes));
            assert_eq!(pace, Pace::default(), "{bytes}");
        }
        let mut pace = Pace::default();
        pace.learn(Duration::from_millis(100), WINDOW - 100);
        assert_eq!(pace.room(), 2 * WINDOW, "windows end where texts do");
    }
}
