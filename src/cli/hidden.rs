//! A line that is typed and not shown.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::bail;
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use zeroize::Zeroizing;

/// Asks on the terminal without showing the answer; from a pipe it is the next line.
pub fn ask(question: &str, input: &mut impl BufRead, out: &mut impl Write) -> anyhow::Result<Zeroizing<String>> {
    write!(out, "{question}: ")?;
    out.flush()?;
    if !io::stdin().is_terminal() {
        let mut line = Zeroizing::new(String::new());
        input.read_line(&mut line)?;
        return Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    enable_raw_mode()?;
    let typed = typed();
    disable_raw_mode()?;
    writeln!(out)?;
    typed
}

fn is_alt_gr(modifiers: KeyModifiers) -> bool {
    modifiers.contains(KeyModifiers::CONTROL | KeyModifiers::ALT)
}

fn typed() -> anyhow::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match key.code {
            KeyCode::Enter => return Ok(line),
            KeyCode::Esc => bail!("nothing was saved"),
            KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => bail!("nothing was saved"),
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => line.clear(),
            // AltGr, which types letters, comes as Control with Alt on Windows.
            KeyCode::Char(letter) if !key.modifiers.contains(KeyModifiers::CONTROL) || is_alt_gr(key.modifiers) => {
                line.push(letter);
            }
            KeyCode::Backspace => {
                line.pop();
            }
            _ => {}
        }
    }
}
