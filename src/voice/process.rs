//! Runs one short-lived child with a text on its standard input. Never a shell.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::ports::VoiceError;

/// Longest text for one child in bytes: below the 64 KiB of a Linux pipe, so that writing it cannot block.
const MAX_INPUT: usize = 16 * 1024;

/// What a child may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub time: Duration,
    pub output_bytes: usize,
}

/// Standard output of `program arguments...` fed with `input`.
///
/// # Errors
/// [`VoiceError::NoPhonemes`] when the program is not installed, [`VoiceError::Failed`] when it takes too long, says too
/// much, or ends badly.
pub fn run(program: &OsStr, arguments: &[&str], input: &str, limits: Limits) -> Result<Vec<u8>, VoiceError> {
    if input.len() > MAX_INPUT {
        return Err(VoiceError::Failed("it is too long for one breath".to_owned()));
    }
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| VoiceError::NoPhonemes)?;
    let outcome = converse(&mut child, input, limits);
    let status =
        end(&mut child, &outcome).map_err(|error| VoiceError::Failed(format!("espeak-ng was lost ({error})")))?;
    let bytes = outcome?;
    if status.success() { Ok(bytes) } else { Err(VoiceError::Failed(format!("espeak-ng ended badly ({status})"))) }
}

/// Waits for the child; one that went wrong, or does not go by itself within a second, is ended. None is left behind.
fn end(child: &mut Child, outcome: &Result<Vec<u8>, VoiceError>) -> std::io::Result<ExitStatus> {
    for _ in 0..if outcome.is_ok() { 1000 } else { 0 } {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    // Already gone is fine.
    let _ = child.kill();
    child.wait()
}

fn converse(child: &mut Child, input: &str, limits: Limits) -> Result<Vec<u8>, VoiceError> {
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(VoiceError::Failed("espeak-ng has no pipes".to_owned()));
    };
    let (sender, receiver) = mpsc::sync_channel(1);
    let cap = limits.output_bytes as u64;
    thread::Builder::new()
        .name("hark-espeak".to_owned())
        .spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(cap.saturating_add(1)).read_to_end(&mut bytes);
            // The receiver is gone when time has run out.
            let _ = sender.send(read.map(|_| bytes));
        })
        .map_err(|error| VoiceError::Failed(format!("no thread to listen to espeak-ng ({error})")))?;
    // A child that ends early breaks the pipe; its status tells.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    match receiver.recv_timeout(limits.time) {
        Ok(Ok(bytes)) if bytes.len() <= limits.output_bytes => Ok(bytes),
        Ok(Ok(_)) => Err(VoiceError::Failed("espeak-ng said too much".to_owned())),
        Ok(Err(error)) => Err(VoiceError::Failed(format!("espeak-ng could not be read ({error})"))),
        Err(_) => Err(VoiceError::Failed("espeak-ng took too long".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { time: Duration::from_millis(200), output_bytes: 1000 };

    #[test]
    fn a_missing_program_says_what_to_install() {
        let result = run(OsStr::new("hark-no-such-program"), &[], "x", LIMITS);
        assert_eq!(result, Err(VoiceError::NoPhonemes));
    }

    #[test]
    fn a_child_that_hangs_is_ended() {
        let result = run(OsStr::new("sleep"), &["600"], "", LIMITS);
        assert_eq!(result, Err(VoiceError::Failed("espeak-ng took too long".to_owned())));
    }

    #[test]
    fn a_child_that_never_stops_talking_is_ended() {
        let result = run(OsStr::new("yes"), &[], "", LIMITS);
        assert_eq!(result, Err(VoiceError::Failed("espeak-ng said too much".to_owned())));
    }

    #[test]
    fn text_is_data_and_not_a_shell_line() {
        let result = run(OsStr::new("cat"), &[], "$(echo hi); `ls`", LIMITS);
        assert_eq!(result, Ok(b"$(echo hi); `ls`".to_vec()));
    }
}
