//! Figures and signs to words.

pub(super) mod emoji;
pub(super) mod link;

use crate::mail::Message;

/// Which of two figures in "3/4/2026" is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    #[default]
    MonthFirst,
    DayFirst,
}

/// What "1.250" means where nothing else tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberStyle {
    /// "1,250.50"
    #[default]
    Point,
    /// "1.250,50"
    Comma,
}

/// What a message tells about how its figures are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints {
    pub dates: DateOrder,
    pub numbers: NumberStyle,
}

impl Hints {
    pub fn of(_message: &Message) -> Hints {
        Hints::default()
    }
}

/// As spoken.
pub fn speakable(text: &str, _hints: &Hints) -> String {
    text.replace('\u{e001}', "a link").replace('\u{e002}', "a long code")
}
