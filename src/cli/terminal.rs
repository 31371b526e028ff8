//! A session on this terminal: keys or typed lines in, one calm line an event out.

use std::sync::Arc;

use super::keys::{KeyTable, LineEnd, RawTerminal, print_line, watch_keys, watch_lines};
use super::screen::Screen;
use crate::audio::Wanted;
use crate::driver::{Heard, Options, inbox, play};
use crate::engine::Engine;
use crate::voice::OutputControl;

/// What is read from standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// Single keys, where standard input is a terminal; else nothing.
    Keys,
    /// Lines of words (`--text`).
    Lines,
}

/// Opens the devices, has the engine built, plays to the end. `control` is the one the engine gets.
pub fn play_here(
    hands: Hands,
    wanted: Wanted,
    control: Arc<OutputControl>,
    options: Options,
    build: impl FnOnce(&Heard) -> anyhow::Result<Engine>,
) -> anyhow::Result<()> {
    let screen = Screen::english()?;
    let keys = KeyTable::english()?;
    let (sender, receiver) = inbox();
    // Errors until here, and those of `build`, are printed on a terminal in its usual state.
    let raw = match hands {
        Hands::Keys => RawTerminal::enter(),
        Hands::Lines => None,
    };
    let end = if raw.is_some() { LineEnd::Raw } else { LineEnd::Plain };
    let hint = keys.hint().to_owned();
    match (hands, &raw) {
        (Hands::Keys, Some(_)) => watch_keys(keys, sender.clone())?,
        (Hands::Lines, _) => watch_lines(sender.clone())?,
        (Hands::Keys, None) => {}
    }
    let build = |heard: Heard| {
        if let Some(trouble) = &heard.trouble {
            print_line(&format!("{trouble}."), end);
        }
        if raw.is_some() {
            print_line(&hint, end);
        }
        build(&heard)
    };
    let played = play(wanted, control, build, (sender, receiver), options, |at, event| {
        if let Some(line) = screen.event(at, event) {
            print_line(&line, end);
        }
    });
    drop(raw);
    played?
}
