//! Puts spoken words and punctuation together: one blank, one mark, none of them doubled.

use super::Stop;

#[derive(Default)]
pub(super) struct Speech {
    out: String,
    /// The mark to set before the next word.
    mark: Option<char>,
}

/// A stronger mark replaces a weaker one beside it.
fn strength(mark: char) -> u8 {
    match mark {
        ',' => 1,
        ';' => 2,
        ':' => 3,
        '.' => 4,
        '!' => 5,
        '?' => 6,
        _ => 0,
    }
}

impl Speech {
    /// Words of a class. Marks inside stay where they are.
    pub fn words(&mut self, words: &str) {
        let words = words.trim();
        if words.is_empty() {
            return;
        }
        if let Some(mark) = self.mark.take()
            && !self.out.is_empty()
        {
            self.out.push(mark);
        }
        if !self.out.is_empty() {
            self.out.push(' ');
        }
        self.out.push_str(words);
    }

    /// Opening punctuation: a bracket or a dash is a short pause, a quote is nothing.
    pub fn lead(&mut self, lead: &str) {
        if lead.contains(['(', '[', '{', '–', '—', '…'])
            || matches!(lead, "-" | "--" | "/" | "//" | ">" | "›" | "»" | "|" | "·")
        {
            self.pause(',');
        }
    }

    /// Closing punctuation.
    pub fn trail(&mut self, trail: &str, stop: Stop, next: Option<&str>) {
        let swallow = stop == Stop::Swallow && next.is_some();
        let mut stops = 0;
        for c in trail.chars() {
            match c {
                '.' => stops += 1,
                ',' | ';' | ':' | '!' | '?' => self.pause(c),
                ')' | ']' | '}' | '–' | '—' => self.pause(','),
                '…' => stops += 3,
                _ => {}
            }
        }
        let goes_on = next.is_some_and(|word| word.starts_with(char::is_lowercase));
        match stops {
            0 => {}
            1 if swallow => {}
            2.. if goes_on => self.pause(','),
            _ => self.pause('.'),
        }
    }

    fn pause(&mut self, mark: char) {
        if self.mark.is_none_or(|set| strength(mark) > strength(set)) {
            self.mark = Some(mark);
        }
    }

    pub fn finish(mut self) -> String {
        let ended = self.out.ends_with(['.', '!', '?']);
        if let Some(mark) = self.mark.take()
            && !self.out.is_empty()
            && !ended
        {
            // A clause cut at a comma keeps it: the voice hears that more is to come.
            self.out.push(mark);
        }
        self.out
    }
}
