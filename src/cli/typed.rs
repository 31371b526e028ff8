//! `--text`: typed words in place of spoken ones.

use std::cell::Cell;
use std::io::{self, BufRead, IsTerminal};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use super::keys::watch_lines;
use crate::driver::{Inbox, Sender};
use crate::session::{Event, Input, MomentName};

/// Where typed lines come from.
pub struct TypedLines {
    sender: Sender,
    /// Lines of a file or pipe, given one at a time whenever the session listens; a person's are given at once.
    script: Option<Receiver<String>>,
    moment: Cell<Option<MomentName>>,
}

impl TypedLines {
    /// Starts reading standard input.
    pub fn start(sender: Sender) -> io::Result<TypedLines> {
        let script = if io::stdin().is_terminal() {
            watch_lines(sender.clone())?;
            None
        } else {
            Some(read_ahead()?)
        };
        Ok(TypedLines { sender, script, moment: Cell::new(None) })
    }

    /// Takes note of an event: a moment in which a person would speak, or an answer in it, is the time for the next line of a script.
    pub fn see(&self, event: &Event) {
        match event {
            Event::Moment { name, .. } => self.moment.set(Some(*name)),
            Event::Said { .. } => {}
            Event::Say { .. }
            | Event::Heard { .. }
            | Event::Refused { .. }
            | Event::Duck
            | Event::Unduck
            | Event::Hush
            | Event::Earcon { .. }
            | Event::Pause
            | Event::Resume
            | Event::Mail { .. }
            | Event::Error { .. } => return,
        }
        let Some(moment) = self.moment.get().filter(|moment| listens(*moment)) else { return };
        match self.script.as_ref().map(Receiver::try_recv) {
            Some(Ok(words)) => {
                self.sender.send(Inbox::Input(Input::Typed(words)));
            }
            // Paused, and nobody is left who could say "go on".
            Some(Err(TryRecvError::Disconnected)) if moment == MomentName::Paused => {
                self.sender.send(Inbox::Quit);
            }
            Some(Err(TryRecvError::Disconnected | TryRecvError::Empty)) | None => {}
        }
    }
}

fn listens(moment: MomentName) -> bool {
    match moment {
        MomentName::Window | MomentName::Question | MomentName::Bundle | MomentName::Paused | MomentName::Close => true,
        MomentName::Opening | MomentName::Announcing | MomentName::Gate | MomentName::Reading => false,
    }
}

fn read_ahead() -> io::Result<Receiver<String>> {
    let (to_session, script) = channel();
    let work = move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            let words = line.trim().to_owned();
            if !words.is_empty() && to_session.send(words).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("typed script".to_owned()).spawn(work)?;
    Ok(script)
}
