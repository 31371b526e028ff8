//! Text parts on their way into memory, window by window: what is asked for next, and what the server's answer is worth.
//!
//! A window is a partial FETCH (RFC 9051, 6.4.5): `BODY.PEEK[1.2]<65536.65536>`. The structure's size of a part is only a
//! hint; what counts is what came. Whatever a server answers, every part ends after finitely many windows.

use super::response::{Fetched, Section};
use super::structure::Part;

/// Most bytes of one window: an hour of speech as plain text, a page of HTML.
pub(super) const WINDOW: usize = 64 * 1024;
/// Least bytes of a window, however slow the link.
pub(super) const LEAST_WINDOW: usize = 4 * 1024;
/// Bytes of one text part. Beyond it nobody listens; HTML has ten times as many bytes as words.
pub(super) const TEXT_CAP: usize = 256 * 1024;
/// Bytes of all text parts of one message: fifty messages stay below 25 MB.
const MESSAGE_CAP: usize = 512 * 1024;
/// Text parts of one message.
const MOST_TEXTS: usize = 8;
/// Windows of one part: all of [`TEXT_CAP`] in the smallest ones, and a few that brought little.
const MOST_WINDOWS: u32 = 72;
/// Windows that brought less than the structure promises: a server may cut them shorter than asked, but not for ever.
const MOST_SHORT: u32 = 3;

/// One part, or the beginning of the whole message where the structure makes no sense (`section` is empty then).
#[derive(Debug, PartialEq, Eq)]
struct TextPart {
    section: String,
    /// Size on the wire by the structure; `None` when it says nothing.
    octets: Option<usize>,
    bytes: Vec<u8>,
    state: State,
    windows: u32,
    short: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Coming,
    Whole,
    /// There is more, or may be; it is not asked for.
    Cut,
    /// The server did not give the part at all.
    Refused,
}

/// A piece of a part to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    section: String,
    offset: usize,
    count: usize,
}

/// The text parts of one message. Begun once its structure is known.
#[derive(Debug, Default)]
pub(super) struct TextParts {
    parts: Vec<TextPart>,
}

impl TextPart {
    fn new(section: String, octets: u64) -> TextPart {
        let octets = usize::try_from(octets).ok().filter(|&octets| octets > 0);
        TextPart { section, octets, bytes: Vec::new(), state: State::Coming, windows: 0, short: 0 }
    }

    fn next(&self, room: usize) -> Option<Window> {
        let left = TEXT_CAP.saturating_sub(self.bytes.len());
        let count = room.clamp(LEAST_WINDOW, WINDOW).min(left);
        let window = Window { section: self.section.clone(), offset: self.bytes.len(), count };
        (self.state == State::Coming && count > 0).then_some(window)
    }

    /// Bytes that a window of this size will probably bring.
    fn cost(&self, window: &Window) -> usize {
        let left = self.octets.map_or(usize::MAX, |octets| octets.saturating_sub(self.bytes.len()));
        window.count.min(left)
    }

    /// Learns from what came for `window`; `room` = bytes the message may still grow by.
    fn take(&mut self, window: &Window, answer: Option<&Section>, room: usize) {
        self.windows = self.windows.saturating_add(1);
        // Bytes from elsewhere would be put in the wrong place: better an end than a jumble.
        let Some(answer) = answer.filter(|answer| answer.origin == window.offset) else {
            self.state = if self.bytes.is_empty() { State::Refused } else { State::Cut };
            return;
        };
        let came = answer.bytes.len();
        // More than was asked for: a server without partial FETCH. It is the text all the same.
        let kept = came.min(TEXT_CAP.saturating_sub(self.bytes.len())).min(room);
        self.bytes.extend_from_slice(answer.bytes.get(..kept).unwrap_or_default());
        let misses = self.octets.is_some_and(|octets| self.bytes.len() < octets);
        if came < window.count {
            self.short = self.short.saturating_add(1);
        }
        let full = came == window.count;
        self.state = if kept < came {
            State::Cut
        } else if came == 0 || came > window.count || (!misses && (!full || self.octets == Some(self.bytes.len()))) {
            State::Whole
        } else if self.bytes.len() >= TEXT_CAP
            || self.windows >= MOST_WINDOWS
            || self.short >= MOST_SHORT
            || kept == room
        {
            State::Cut
        } else {
            State::Coming
        };
    }

    /// What is there; a part that ends before its end ends at a line, so that no encoded group is torn.
    fn text(&self) -> &[u8] {
        match self.state {
            State::Whole | State::Refused => &self.bytes,
            State::Coming | State::Cut => {
                let end = self.bytes.iter().rposition(|&byte| byte == b'\n').map(|end| end.saturating_add(1));
                self.bytes.get(..end.unwrap_or(self.bytes.len())).unwrap_or_default()
            }
        }
    }
}

impl TextParts {
    /// The parts of a structure that are worth their bytes.
    pub fn of(structure: &Part) -> TextParts {
        let leaves = structure.leaves().into_iter().filter(|(_, leaf)| leaf.is_worth_fetching()).take(MOST_TEXTS);
        TextParts { parts: leaves.map(|(section, leaf)| TextPart::new(section, leaf.octets)).collect() }
    }

    /// The message as it is, from its first byte.
    pub fn whole_message() -> TextParts {
        TextParts { parts: vec![TextPart::new(String::new(), 0)] }
    }

    pub fn is_complete(&self) -> bool {
        self.parts.iter().all(|part| part.state != State::Coming)
    }

    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.bytes.len()).sum()
    }

    /// Windows to ask for next, as many as fit into `room` bytes, and at least one; and what they will probably bring.
    pub fn next(&self, room: usize) -> (Vec<Window>, usize) {
        let (mut windows, mut cost) = (Vec::new(), 0_usize);
        for part in &self.parts {
            let left = room.saturating_sub(cost);
            if left == 0 && !windows.is_empty() {
                break;
            }
            if let Some(window) = part.next(left) {
                cost = cost.saturating_add(part.cost(&window));
                windows.push(window);
            }
        }
        (windows, cost)
    }

    /// Learns from the answers to these windows. `fetched` = all that came for this message.
    pub fn take(&mut self, windows: &[Window], fetched: &[&Fetched]) {
        let sections = || fetched.iter().flat_map(|fetched| &fetched.sections);
        for window in windows {
            let room = MESSAGE_CAP.saturating_sub(self.bytes());
            let Some(part) = self.parts.iter_mut().find(|part| part.section == window.section) else { continue };
            let answer = |section: &&Section| section.name == window.section && section.origin == window.offset;
            part.take(window, sections().find(answer), room);
        }
        let nothing = self.parts.iter().all(|part| part.state == State::Refused);
        // A structure that promised parts the server does not give: such a message is read whole, as far as it goes.
        if nothing && !self.parts.is_empty() && !self.parts.iter().any(|part| part.section.is_empty()) {
            *self = TextParts::whole_message();
        }
    }

    /// The beginning of the message as it is, if that was what came.
    pub fn whole(&self) -> Option<&[u8]> {
        self.parts.iter().find(|part| part.section.is_empty() && !part.bytes.is_empty()).map(TextPart::text)
    }

    /// Texts by section number, as far as they are here.
    pub fn texts(&self) -> Vec<(String, Vec<u8>)> {
        let is_here = |part: &&TextPart| part.state == State::Whole || !part.bytes.is_empty();
        self.parts.iter().filter(is_here).map(|part| (part.section.clone(), part.text().to_vec())).collect()
    }
}

/// The command for these windows of a message.
pub(super) fn command(uid: u32, windows: &[Window]) -> String {
    let items: Vec<String> =
        windows.iter().map(|part| format!("BODY.PEEK[{}]<{}.{}>", part.section, part.offset, part.count)).collect();
    // A message without a structure may have come without these, too.
    let more = if windows.iter().any(|window| window.section.is_empty()) { " FLAGS INTERNALDATE" } else { "" };
    format!("UID FETCH {uid} (UID{more} {})", items.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(octets: u64) -> TextPart {
        TextPart::new("1".into(), octets)
    }

    fn answer(origin: usize, bytes: &[u8]) -> Section {
        Section { name: "1".into(), origin, bytes: bytes.to_vec() }
    }

    /// A server that has this text and gives of each window what `give` makes of it.
    fn read(mut part: TextPart, give: impl Fn(&Window) -> Option<Section>) -> (TextPart, u32) {
        while let Some(window) = part.next(WINDOW) {
            part.take(&window, give(&window).as_ref(), MESSAGE_CAP);
            assert!(part.windows <= MOST_WINDOWS);
        }
        let windows = part.windows;
        (part, windows)
    }

    fn honest(text: &[u8], window: &Window) -> Vec<u8> {
        let end = (window.offset + window.count).min(text.len());
        text.get(window.offset..end).unwrap_or_default().to_vec()
    }

    #[test]
    fn a_text_takes_as_many_windows_as_it_needs() {
        for (length, octets, expected) in [
            (100, 100, 1),
            (WINDOW, WINDOW, 1),
            (WINDOW, 0, 2),
            (WINDOW + 1, WINDOW + 1, 2),
            (3 * WINDOW, 3 * WINDOW, 3),
            // The structure says less than there is, or more.
            (2 * WINDOW + 5, 5, 3),
            (100, 5_000, 2),
        ] {
            let text = vec![b'x'; length];
            let (part, windows) = read(part(octets as u64), |w| Some(answer(w.offset, &honest(&text, w))));
            assert_eq!((part.bytes.len(), part.state, windows), (length, State::Whole, expected), "{length} {octets}");
        }
    }

    #[test]
    fn what_never_ends_is_cut_at_a_line() {
        let (part, windows) = read(part(0), |w| Some(answer(w.offset, &b"word\n".repeat(w.count)[..w.count])));
        assert_eq!((part.state, windows, part.bytes.len()), (State::Cut, 4, TEXT_CAP));
        assert!(part.text().ends_with(b"\n") && part.text().len() > TEXT_CAP - 5);
    }

    #[test]
    fn windows_that_are_always_short_end_too() {
        let (part, windows) = read(part(1_000_000), |w| Some(answer(w.offset, b"a\n")));
        assert_eq!((part.state, windows, part.bytes.as_slice()), (State::Cut, MOST_SHORT, &b"a\na\na\n"[..]));
    }

    #[test]
    fn bytes_from_elsewhere_are_not_taken() {
        let text = vec![b'x'; WINDOW * 2];
        // Always from the beginning, as a server does that knows no windows and says so.
        let (part, windows) = read(part(WINDOW as u64 * 2), |w| Some(answer(0, &honest(&text, w))));
        assert_eq!((part.state, windows, part.bytes.len()), (State::Cut, 2, WINDOW));
        let (part, _) = read(TextPart::new("1".into(), 9), |_| None);
        assert_eq!(part.state, State::Refused);
    }

    #[test]
    fn more_than_was_asked_for_is_the_whole_text() {
        let (part, windows) = read(part(90_000), |_| Some(answer(0, &[b'x'; 90_000])));
        assert_eq!((part.state, windows, part.bytes.len()), (State::Whole, 1, 90_000));
        let (part, windows) = read(TextPart::new("1".into(), 0), |_| Some(answer(0, &[b'x'; TEXT_CAP + 9])));
        assert_eq!((part.state, windows, part.bytes.len()), (State::Cut, 1, TEXT_CAP));
    }

    #[test]
    fn a_message_of_many_parts_is_capped_as_a_whole() {
        let parts = (1..=8).map(|number| TextPart::new(number.to_string(), 0)).collect();
        let mut texts = TextParts { parts };
        for _ in 0..100 {
            let (windows, _) = texts.next(usize::MAX);
            let sections = windows.iter().map(|w| Section {
                name: w.section.clone(),
                origin: w.offset,
                bytes: vec![b'x'; w.count],
            });
            let fetched = Fetched { sections: sections.collect(), ..Fetched::default() };
            texts.take(&windows, &[&fetched]);
        }
        assert!(texts.is_complete());
        assert_eq!(texts.bytes(), MESSAGE_CAP);
    }

    #[test]
    fn a_small_room_asks_for_little_and_always_for_something() {
        let parts = vec![TextPart::new("1".into(), 100_000), TextPart::new("2".into(), 100)];
        let texts = TextParts { parts };
        let (windows, cost) = texts.next(0);
        assert_eq!((windows.len(), windows[0].count, cost), (1, LEAST_WINDOW, LEAST_WINDOW));
        let (windows, cost) = texts.next(usize::MAX);
        assert_eq!((windows.len(), cost), (2, WINDOW + 100));
        assert_eq!(command(7, &windows), "UID FETCH 7 (UID BODY.PEEK[1]<0.65536> BODY.PEEK[2]<0.65536>)");
    }

    proptest! {
        #[test]
        fn every_part_ends_whatever_comes(
            octets in 0_u64..400_000,
            answers in proptest::collection::vec((0_usize..3, 0_usize..200_000), 1..20),
        ) {
            let mut part = part(octets);
            for turn in 0.. {
                let Some(window) = part.next(WINDOW) else { break };
                let (odd, length) = answers[turn % answers.len()];
                let origin = if odd == 0 { window.offset + 1 } else { window.offset };
                part.take(&window, Some(&answer(origin, &vec![b'x'; length])), MESSAGE_CAP);
                prop_assert!(turn < MOST_WINDOWS as usize);
            }
            prop_assert!(part.bytes.len() <= TEXT_CAP);
        }
    }
}
