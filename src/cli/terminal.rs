//! A session on this terminal: keys in, one calm line an event out.

use std::sync::Arc;

use super::keys::{KeyTable, LineEnd, RawTerminal, print_line, watch_keys, watch_lines};
use super::screen::Screen;
use crate::audio::Wanted;
use crate::command::Command;
use crate::driver::{Heard, Inbox, Options, inbox, play};
use crate::engine::Engine;
use crate::session::Input;
use crate::voice::OutputControl;

/// Opens the devices, has the engine built, plays to the end. `control` is the one the engine gets; `first` is what the listener
/// asked for on the command line.
pub fn play_here(
    wanted: Wanted,
    control: Arc<OutputControl>,
    options: Options,
    first: Option<Command>,
    build: impl FnOnce(&Heard) -> anyhow::Result<Engine>,
) -> anyhow::Result<()> {
    let screen = Screen::english()?;
    let keys = KeyTable::english()?;
    let (sender, receiver) = inbox();
    // Errors until here, and those of `build`, are printed on a terminal in its usual state.
    let raw = RawTerminal::enter();
    let end = if raw.is_some() { LineEnd::Raw } else { LineEnd::Plain };
    let hint = keys.hint().to_owned();
    if raw.is_some() {
        watch_keys(keys, sender.clone())?;
    } else {
        // No keys without a terminal, but a script or another program may write words.
        watch_lines(sender.clone())?;
    }
    if let Some(command) = first {
        sender.send(Inbox::Input(Input::Press(command)));
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
