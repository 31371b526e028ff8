//! Keys in the terminal, and typed lines: both become inputs of the session. The table is data (`assets/keys.en.toml`).

use std::io::{self, BufRead, IsTerminal, Write};
use std::panic;
use std::thread;
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use serde::Deserialize;

use crate::command::{Command, Intent};
use crate::driver::{Inbox, Sender};
use crate::session::Input;

/// Between two looks whether the session is over.
const LOOK: Duration = Duration::from_millis(200);
/// Longest typed line taken, in characters; no phrase is longer.
const MOST_TYPED: usize = 200;

/// Which key does what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyTable {
    hint: String,
    key: Vec<Key>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    press: Press,
    action: Action,
    does: String,
}

/// A key as it is called in the table and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
enum Press {
    Char(char),
    Space,
    Left,
    Right,
    Escape,
    ControlC,
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Action {
    Own(OwnAction),
    Command(Intent),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OwnAction {
    PauseOrResume,
    Listen,
    ShowKeys,
    Quit,
}

/// What is to be done about a key.
#[derive(Debug, Clone)]
pub enum Pressed {
    Send(Inbox),
    ShowKeys,
}

/// The key table cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key table is broken: {0}")]
pub struct KeysError(String);

impl KeyTable {
    /// The English table in assets; a test reads it, so an error here cannot reach a user.
    pub fn english() -> Result<KeyTable, KeysError> {
        toml::from_str(include_str!("../../assets/keys.en.toml")).map_err(|error| KeysError(error.to_string()))
    }

    /// What a key event means; `None` for keys without a meaning and for releases.
    pub fn pressed(&self, event: &KeyEvent) -> Option<Pressed> {
        let press = Press::of(event)?;
        let key = self.key.iter().find(|key| key.press == press)?;
        Some(match key.action {
            Action::Command(intent) => Pressed::Send(Inbox::Input(Input::Press(Command::from(intent)))),
            Action::Own(OwnAction::PauseOrResume) => Pressed::Send(Inbox::PauseOrResume),
            Action::Own(OwnAction::Listen) => Pressed::Send(Inbox::Input(Input::ListenButton)),
            Action::Own(OwnAction::Quit) => Pressed::Send(Inbox::Quit),
            Action::Own(OwnAction::ShowKeys) => Pressed::ShowKeys,
        })
    }

    /// The line that tells of the list.
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// The list that `?` shows, one key a line.
    pub fn list(&self) -> Vec<String> {
        self.key.iter().map(|key| format!("  {:<7} {}", key.press.shown(), key.does)).collect()
    }
}

impl Press {
    fn of(event: &KeyEvent) -> Option<Press> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let held = event.modifiers.difference(KeyModifiers::SHIFT);
        match event.code {
            KeyCode::Char('c' | 'C') if held == KeyModifiers::CONTROL => Some(Press::ControlC),
            KeyCode::Char(' ') if held.is_empty() => Some(Press::Space),
            KeyCode::Char(c) if held.is_empty() => Some(Press::Char(c)),
            KeyCode::Left if held.is_empty() => Some(Press::Left),
            KeyCode::Right if held.is_empty() => Some(Press::Right),
            KeyCode::Esc => Some(Press::Escape),
            // Every other key of a keyboard means nothing here.
            _ => None,
        }
    }

    fn shown(self) -> String {
        match self {
            Press::Char(c) => c.to_string(),
            Press::Space => "space".to_owned(),
            Press::Left => "left".to_owned(),
            Press::Right => "right".to_owned(),
            Press::Escape => "escape".to_owned(),
            Press::ControlC => "ctrl-c".to_owned(),
        }
    }
}

impl TryFrom<String> for Press {
    type Error = String;

    fn try_from(name: String) -> Result<Press, String> {
        let mut chars = name.chars();
        match (name.as_str(), chars.next(), chars.next()) {
            ("space", ..) => Ok(Press::Space),
            ("left", ..) => Ok(Press::Left),
            ("right", ..) => Ok(Press::Right),
            ("escape", ..) => Ok(Press::Escape),
            ("ctrl-c", ..) => Ok(Press::ControlC),
            (_, Some(c), None) => Ok(Press::Char(c)),
            _ => Err(format!("there is no key called {name}")),
        }
    }
}

/// How a line on the terminal ends: in raw mode a line feed alone would leave the cursor where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    Plain,
    Raw,
}

/// Prints one line to standard output at once. A reader that is gone (`hark | head`) is no error.
pub fn print_line(line: &str, end: LineEnd) {
    let ending = match end {
        LineEnd::Plain => "\n",
        LineEnd::Raw => "\r\n",
    };
    let mut out = io::stdout().lock();
    let _ = write!(out, "{line}{ending}").and_then(|()| out.flush());
}

/// The terminal gives single keys as long as this lives; it is put right again when dropped, and before a panic is printed.
#[derive(Debug)]
pub struct RawTerminal(());

impl RawTerminal {
    /// `None` when keys cannot be read: standard input is no terminal.
    pub fn enter() -> Option<RawTerminal> {
        if !io::stdin().is_terminal() {
            return None;
        }
        enable_raw_mode().ok()?;
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let _ = disable_raw_mode();
            before(info);
        }));
        Some(RawTerminal(()))
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
    }
}

/// Reads keys on a thread of its own until the session is over. Needs a [`RawTerminal`].
pub fn watch_keys(table: KeyTable, sender: Sender) -> io::Result<()> {
    let work = move || {
        while !sender.is_closed() {
            match poll(LOOK) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(_) => return,
            }
            let Ok(TerminalEvent::Key(event)) = read() else { continue };
            match table.pressed(&event) {
                Some(Pressed::Send(item)) => {
                    sender.send(item);
                }
                Some(Pressed::ShowKeys) => table.list().iter().for_each(|line| print_line(line, LineEnd::Raw)),
                None => {}
            }
        }
    };
    thread::Builder::new().name("keys".to_owned()).spawn(work).map(|_| ())
}

/// What the end of typed lines means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtEnd {
    /// Somebody at a terminal pressed ctrl-d.
    Quit,
    /// A file or pipe is over; the session goes on to its own end.
    GoOn,
}

/// Reads typed lines (`--text`) on a thread of its own until they end. The thread may outlive the session while it waits for a line.
pub fn watch_lines(sender: Sender) -> io::Result<()> {
    let at_end = if io::stdin().is_terminal() { AtEnd::Quit } else { AtEnd::GoOn };
    let work = move || feed_lines(io::stdin().lock(), &sender, at_end);
    thread::Builder::new().name("typed lines".to_owned()).spawn(work).map(|_| ())
}

fn feed_lines(lines: impl BufRead, sender: &Sender, at_end: AtEnd) {
    for line in lines.lines() {
        let Ok(line) = line else { continue };
        let words: String = line.trim().chars().take(MOST_TYPED).collect();
        if !words.is_empty() && !sender.send(Inbox::Input(Input::Typed(words))) {
            return;
        }
    }
    if at_end == AtEnd::Quit {
        sender.send(Inbox::Quit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::inbox;

    fn meaning(code: KeyCode, modifiers: KeyModifiers) -> String {
        match KeyTable::english().unwrap().pressed(&KeyEvent::new(code, modifiers)) {
            Some(Pressed::Send(Inbox::Input(Input::Press(command)))) => format!("{:?}", command.intent),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn keys_mean_what_their_table_says() {
        let plain = |c| meaning(KeyCode::Char(c), KeyModifiers::NONE);
        assert_eq!(plain('n'), "Next");
        assert_eq!(plain('a'), "Archive");
        assert_eq!(plain('q'), "End");
        assert_eq!(plain('?'), "Some(ShowKeys)");
        assert_eq!(plain(' '), "Some(Send(PauseOrResume))");
        assert_eq!(plain('z'), "None");
        assert_eq!(meaning(KeyCode::Char('N'), KeyModifiers::SHIFT), "No");
        assert_eq!(meaning(KeyCode::Esc, KeyModifiers::NONE), "Cancel");
    }

    #[test]
    fn control_and_alt_are_not_the_plain_key() {
        assert_eq!(meaning(KeyCode::Char('c'), KeyModifiers::CONTROL), "Some(Send(Quit))");
        assert_eq!(meaning(KeyCode::Char('d'), KeyModifiers::CONTROL), "None");
        assert_eq!(meaning(KeyCode::Char('d'), KeyModifiers::ALT), "None");
    }

    #[test]
    fn letting_a_key_go_is_nothing() {
        let released = KeyEvent::new_with_kind(KeyCode::Char('d'), KeyModifiers::NONE, KeyEventKind::Release);
        assert!(KeyTable::english().unwrap().pressed(&released).is_none());
    }

    #[test]
    fn no_key_has_two_meanings_and_each_is_listed() {
        let table = KeyTable::english().unwrap();
        let mut shown: Vec<String> = table.key.iter().map(|key| key.press.shown()).collect();
        assert_eq!(table.list().len(), shown.len());
        shown.sort();
        let all = shown.len();
        shown.dedup();
        assert_eq!(shown.len(), all);
    }

    #[test]
    fn every_command_of_the_loop_has_a_key() {
        let table = KeyTable::english().unwrap();
        for intent in [
            Intent::Next,
            Intent::Previous,
            Intent::Repeat,
            Intent::Undo,
            Intent::SentenceForward,
            Intent::SentenceBack,
            Intent::Flag,
            Intent::Unflag,
            Intent::Archive,
            Intent::Delete,
            Intent::MarkRead,
            Intent::MarkUnread,
            Intent::Details,
            Intent::ReadAll,
            Intent::HowManyLeft,
            Intent::Faster,
            Intent::Slower,
            Intent::Help,
            Intent::End,
            Intent::Yes,
            Intent::No,
        ] {
            assert!(table.key.iter().any(|key| key.action == Action::Command(intent)), "no key for {intent:?}");
        }
    }

    #[test]
    fn typed_lines_become_typed_inputs() {
        let (sender, mut receiver) = inbox();
        feed_lines(&b"  archive it \n\n\xff\xfe\nnext\n"[..], &sender, AtEnd::Quit);
        let mut got = Vec::new();
        while let Ok(item) = receiver.try_recv() {
            got.push(match item {
                Inbox::Input(Input::Typed(words)) => words,
                other => format!("{other:?}"),
            });
        }
        assert_eq!(got, ["archive it", "next", "Quit"]);
    }
}
