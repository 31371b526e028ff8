//! Commands and their answers on one connection. Commands that do not depend on each other's result are sent together.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::error::{ImapError, Refusal};
use super::framing::{Framer, Piece};
use super::response::{Code, Counts, Fetched, Listed, Response, Status, Untagged, understand};
use super::stream::{Stream, Timeouts};
use crate::mailbox::network::{Here, Network};

/// Responses kept for one command.
const MOST_RESPONSES: usize = 20_000;
/// Bytes of message parts kept for one batch of commands: 50 messages of eight parts at 64 kB fit.
const BATCH_CAP: usize = 48 * 1024 * 1024;
/// Longest wait that a throttling server is granted.
const MOST_BACKOFF_MS: u64 = 60_000;
/// A batch of commands is over by then, however many answers still come: the largest asked for is a few hundred kB.
const LONGEST_BATCH: Duration = Duration::from_secs(600);
/// How often somebody who waits looks whether it is over.
const IDLE_LOOK: Duration = Duration::from_millis(500);
/// Wait where there were too many connections or commands, when the server names no time.
const CROWDED_MS: u64 = 10_000;

/// A connection; [`super::login`] is what greets and logs in.
pub(super) struct Client {
    pub(super) stream: Stream,
    pub(super) framer: Framer,
    timeouts: Timeouts,
    pub(super) capabilities: Vec<String>,
    tags: u32,
}

/// How the server ended a command.
pub(super) type Ending = (Status, Option<Code>, String);

/// What one command brought.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) responses: Vec<Response>,
    pub(super) outcome: Option<Ending>,
}

/// What a batch of commands brought. Servers answer independent commands in any order (Dovecot ends STATUS before an
/// earlier FETCH), so what is untagged belongs to all of them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Everything untagged, in the order it came.
    pub all: Answer,
    endings: Vec<Option<Ending>>,
}

impl Batch {
    /// Whether the server did the command with this index; its NO as an error.
    pub fn accepted(&self, index: usize) -> Result<(), ImapError> {
        self.endings.get(index).ok_or(ImapError::BrokenAnswer).and_then(|ending| accepted(ending.as_ref()))
    }

    /// Whether the server would do some of it later only, or has lost the session: then what is missing says nothing.
    pub fn put_off(&self) -> Result<(), ImapError> {
        for index in 0..self.endings.len() {
            let ending = self.accepted(index);
            if matches!(ending, Err(ImapError::Refused(_, Refusal::Throttled(_) | Refusal::Reconnect))) {
                return ending;
            }
        }
        Ok(())
    }

    /// The answer as if this command had been sent alone.
    pub fn into_answer(mut self, index: usize) -> Answer {
        self.all.outcome = self.endings.get_mut(index).and_then(Option::take);
        self.all
    }
}

fn accepted(ending: Option<&Ending>) -> Result<(), ImapError> {
    match ending {
        Some((Status::Ok, _, _)) => Ok(()),
        Some((status, code, text)) => Err(ImapError::Refused(printable(text), refusal(*status, code.as_ref(), text))),
        None => Err(ImapError::Closed),
    }
}

impl Answer {
    /// The answer, or the server's NO as an error.
    pub fn accepted(self) -> Result<Answer, ImapError> {
        accepted(self.outcome.as_ref())?;
        Ok(self)
    }

    pub fn fetched(&self) -> impl Iterator<Item = &Fetched> {
        self.responses
            .iter()
            .filter_map(|response| if let Response::Fetch(fetched) = response { Some(fetched) } else { None })
    }

    pub fn found(&self) -> Vec<u32> {
        let mut uids: Vec<u32> = Vec::new();
        for response in &self.responses {
            if let Response::Found(more) = response {
                uids.extend(more);
            }
        }
        uids.sort_unstable();
        uids.dedup();
        uids
    }

    pub fn listed(&self) -> Vec<Listed> {
        let listed =
            |response: &Response| if let Response::List(listed) = response { Some(listed.clone()) } else { None };
        self.responses.iter().filter_map(listed).take(5_000).collect()
    }

    pub fn counts(&self) -> Counts {
        let counts = |response: &Response| if let Response::Counts(counts) = response { Some(*counts) } else { None };
        self.responses.iter().rev().find_map(counts).unwrap_or_default()
    }

    pub fn exists(&self) -> u32 {
        self.last_exists().unwrap_or(0)
    }

    /// The last count of messages, if any came.
    pub fn last_exists(&self) -> Option<u32> {
        let exists = |response: &Response| if let Response::Exists(count) = response { Some(*count) } else { None };
        self.responses.iter().rev().find_map(exists)
    }

    /// Codes of the tagged answer and of everything untagged before it: COPYUID comes in either.
    pub fn codes(&self) -> impl Iterator<Item = &Code> {
        let untagged = self.responses.iter().filter_map(|response| match response {
            Response::Status { code, .. } => code.as_ref(),
            _ => None,
        });
        untagged.chain(self.outcome.iter().filter_map(|(_, code, _)| code.as_ref()))
    }
}

impl Client {
    /// On a connection on which nobody has said anything yet.
    pub fn new(stream: Stream, timeouts: &Timeouts) -> Client {
        Client { stream, framer: Framer::default(), timeouts: *timeouts, capabilities: Vec::new(), tags: 0 }
    }

    /// Answers are not waited for any more once the machine has left `here`.
    pub fn made_from(&mut self, here: Here, network: Arc<dyn Network>) {
        self.stream.made_from(here, network);
    }

    /// Whether the connection is dead because the machine is in another network.
    pub fn is_astray(&self) -> bool {
        self.stream.is_astray()
    }

    /// Sends `command`, then each of `lines` when the server asks for more, then empty lines: the end of a refused SASL exchange.
    pub fn converse(&mut self, command: &str, lines: &[&[u8]]) -> Result<Answer, ImapError> {
        let tag = self.next_tag();
        self.stream.set_deadline(self.timeouts.login);
        self.send(Zeroizing::new(format!("{tag} {command}\r\n")).as_bytes())?;
        let mut lines = lines.iter();
        let mut answer = Answer::default();
        loop {
            match self.read()? {
                Response::Continue => {
                    let line = lines.next().copied().unwrap_or_default();
                    self.send(&Zeroizing::new([line, b"\r\n"].concat()))?;
                }
                Response::Tagged { tag: end, status, code, text } if end == tag => {
                    answer.outcome = Some((status, code, text));
                    return Ok(answer);
                }
                _ => {}
            }
        }
    }

    pub fn command(&mut self, command: &str) -> Result<Answer, ImapError> {
        Ok(self.batch(&[command.to_owned()])?.into_answer(0))
    }

    /// Sends all commands at once and reads until each is answered: one round trip. Refusals stand in the endings.
    pub fn batch(&mut self, commands: &[String]) -> Result<Batch, ImapError> {
        let tags: Vec<String> = commands.iter().map(|_| self.next_tag()).collect();
        let wire: String = tags.iter().zip(commands).map(|(tag, command)| format!("{tag} {command}\r\n")).collect();
        self.send(wire.as_bytes())?;
        let mut batch = Batch { all: Answer::default(), endings: commands.iter().map(|_| None).collect() };
        let mut left = commands.len();
        let mut size = 0_usize;
        self.stream.set_deadline(self.timeouts.answer);
        let end = Instant::now() + LONGEST_BATCH;
        while left > 0 {
            // Answers that drip for ever are progress each, and no progress at all.
            if Instant::now() >= end {
                return Err(ImapError::TimedOut("the server"));
            }
            match self.read()? {
                Response::Tagged { tag, status, code, text } => {
                    let index = tags.iter().position(|sent| *sent == tag);
                    if let Some(ending @ None) = index.and_then(|index| batch.endings.get_mut(index)) {
                        *ending = Some((status, code, text));
                        left = left.saturating_sub(1);
                        // Fifty answers in a row are progress, one silent server is not: the time runs anew.
                        self.stream.set_deadline(self.timeouts.answer);
                    }
                }
                Response::Status { status: Untagged::Bye, text, .. } => return Err(farewell(&text)),
                Response::Continue | Response::Other | Response::Capability(_) => {}
                response => {
                    if let Response::Fetch(fetched) = &response {
                        size = fetched
                            .sections
                            .iter()
                            .fold(size, |size, section| size.saturating_add(section.bytes.len()));
                        self.stream.set_deadline(self.timeouts.answer);
                    }
                    if batch.all.responses.len() >= MOST_RESPONSES || size > BATCH_CAP {
                        return Err(ImapError::BrokenAnswer);
                    }
                    batch.all.responses.push(response);
                }
            }
        }
        Ok(batch)
    }

    pub fn read(&mut self) -> Result<Response, ImapError> {
        let pieces: Vec<Piece> = self.framer.next(&mut self.stream)?;
        let response = understand(&pieces);
        match &response {
            Response::Capability(names) => self.capabilities.clone_from(names),
            Response::Status { code, .. } | Response::Tagged { code, .. } => self.learn(code.as_ref()),
            _ => {}
        }
        Ok(response)
    }

    pub fn learn(&mut self, code: Option<&Code>) {
        if let Some(Code::Capability(names)) = code {
            self.capabilities.clone_from(names);
        }
    }

    pub fn knows(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|name| name == capability)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), ImapError> {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).map_err(ImapError::io)
    }

    fn next_tag(&mut self) -> String {
        self.tags = self.tags.wrapping_add(1);
        format!("h{}", self.tags)
    }

    /// Waits for news of the selected folder, which held `known` messages. Looks every half second whether `is_over`.
    pub fn idle(&mut self, time: Duration, known: u32, is_over: &dyn Fn() -> bool) -> Result<Wake, ImapError> {
        let tag = self.next_tag();
        self.stream.set_deadline(self.timeouts.answer);
        self.send(format!("{tag} IDLE\r\n").as_bytes())?;
        let until = Instant::now() + time;
        let (mut idling, mut known, mut now) = (Idling::Asked, known, known);
        loop {
            match self.framer.next(&mut self.stream).map(|pieces| understand(&pieces)) {
                Ok(Response::Continue) => idling = Idling::Waits,
                Ok(Response::Exists(count)) => now = count,
                Ok(Response::Expunged) => (known, now) = (known.saturating_sub(1), now.saturating_sub(1)),
                Ok(Response::Status { status: Untagged::Bye, text, .. }) => return Err(farewell(&text)),
                Ok(Response::Tagged { tag: end, status, code, text }) if end == tag => {
                    accepted(Some(&(status, code, text)))?;
                    break;
                }
                Ok(_) => {}
                // Only the wait for the next word was over.
                Err(ImapError::TimedOut(_)) if idling == Idling::Waits => {}
                Err(error) => return Err(error),
            }
            if idling != Idling::Waits {
                continue;
            }
            let over = is_over();
            if over || now > known || Instant::now() >= until {
                self.stream.set_deadline(self.timeouts.answer);
                self.send(b"DONE\r\n")?;
                idling = Idling::Leaves;
                if over {
                    return Ok(Wake::Over);
                }
            } else {
                self.stream.set_deadline(IDLE_LOOK);
            }
        }
        Ok(if now > known { Wake::Grown(now) } else { Wake::Quiet(now) })
    }

    /// Says good-bye and does not wait.
    pub fn close(mut self) {
        self.stream.set_deadline(Duration::from_secs(1));
        // The connection is going away either way.
        let _ = self.send(b"hz LOGOUT\r\n");
    }
}

/// What ended a wait for news; with the number of messages now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    Grown(u32),
    Quiet(u32),
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Idling {
    Asked,
    Waits,
    Leaves,
}

/// BYE: why the server hangs up.
pub(super) fn farewell(text: &str) -> ImapError {
    if is_crowded(text) || backoff(&text.to_ascii_lowercase()).is_some() { busy(text) } else { ImapError::Closed }
}

pub(super) fn busy(text: &str) -> ImapError {
    let wait = backoff(&text.to_ascii_lowercase()).unwrap_or(CROWDED_MS);
    ImapError::Refused(printable(text), Refusal::Throttled(wait))
}

/// Gmail says so with the code OVERQUOTA: no folder is full.
const GMAIL_BUSY: &str = "command or bandwidth limits";

/// Too many connections, in the words of Dovecot, Courier, Cyrus, Gmail and Exchange.
pub(super) fn is_crowded(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    const WORDS: [&str; 6] =
        ["too many", "maximum number of connections", "connection limit", "try again later", "throttled", GMAIL_BUSY];
    WORDS.iter().any(|words| lower.contains(words))
}

/// A string as the wire wants it; `None` for what cannot be quoted (line ends, control characters, not ASCII).
pub(super) fn quoted(text: &str) -> Option<String> {
    if text.len() > 4_000 || !text.chars().all(|c| (' '..='~').contains(&c)) {
        return None;
    }
    Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A server's words, short and without control characters: for the screen, never for a log.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// A code that says what it is about is believed before any words: a full folder too is to be tried "again later".
fn refusal(status: Status, code: Option<&Code>, text: &str) -> Refusal {
    let lower = text.to_ascii_lowercase();
    match code {
        Some(Code::OverQuota) if lower.contains(GMAIL_BUSY) => Refusal::Throttled(CROWDED_MS),
        Some(Code::OverQuota) => Refusal::FolderFull,
        Some(Code::TryCreate | Code::NonExistent) => Refusal::NoSuchFolder,
        Some(Code::ReadOnly | Code::NoPermission) => Refusal::ReadOnly,
        Some(Code::Unavailable) => Refusal::Throttled(backoff(&lower).unwrap_or(1_000)),
        Some(
            Code::UidValidity(_)
            | Code::UidNext(_)
            | Code::CopyUid { .. }
            | Code::Capability(_)
            | Code::AuthenticationFailed
            | Code::Other,
        )
        | None => refusal_in_words(status, text, &lower),
    }
}

fn refusal_in_words(status: Status, text: &str, lower: &str) -> Refusal {
    if let Some(wait) = backoff(lower) {
        return Refusal::Throttled(wait);
    }
    if lower.contains("authenticated but not connected") {
        return Refusal::Reconnect;
    }
    if is_crowded(text) {
        return Refusal::Throttled(CROWDED_MS);
    }
    match status {
        Status::No if lower.contains("quota") => Refusal::FolderFull,
        Status::No if lower.contains("read-only") || lower.contains("read only") => Refusal::ReadOnly,
        Status::Ok | Status::No | Status::Bad => Refusal::Other,
    }
}

/// "Request is throttled. Suggested Backoff Time: 15000 milliseconds".
fn backoff(lower: &str) -> Option<u64> {
    let (_, rest) = lower.split_once("backoff time:")?;
    let number: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    Some(number.parse().unwrap_or(1_000).min(MOST_BACKOFF_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart() {
        let no = |code: Option<Code>, text: &str| refusal(Status::No, code.as_ref(), text);
        assert_eq!(
            no(None, "Request is throttled. Suggested Backoff Time: 1500 milliseconds"),
            Refusal::Throttled(1500)
        );
        assert_eq!(no(None, "Backoff Time: 99999999"), Refusal::Throttled(MOST_BACKOFF_MS));
        assert_eq!(refusal(Status::Bad, None, "User is authenticated but not connected."), Refusal::Reconnect);
        assert_eq!(no(Some(Code::OverQuota), ""), Refusal::FolderFull);
        let gmail = "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)";
        assert_eq!(no(Some(Code::OverQuota), gmail), Refusal::Throttled(CROWDED_MS));
        assert_eq!(no(Some(Code::TryCreate), ""), Refusal::NoSuchFolder);
        assert_eq!(no(None, "Mailbox is read-only"), Refusal::ReadOnly);
        // A code is believed before any words.
        assert_eq!(no(Some(Code::OverQuota), "Mailbox is full, try again later"), Refusal::FolderFull);
        assert_eq!(no(Some(Code::NonExistent), "Too many levels"), Refusal::NoSuchFolder);
        assert_eq!(no(Some(Code::ReadOnly), "Locked, try again later"), Refusal::ReadOnly);
        assert_eq!(no(Some(Code::Other), "Too many commands"), Refusal::Throttled(CROWDED_MS));
        assert_eq!(no(None, "sorry"), Refusal::Other);
    }

    #[test]
    fn nothing_unquotable_reaches_the_wire() {
        assert_eq!(quoted("a \"b\" \\").unwrap(), r#""a \"b\" \\""#);
        assert!(quoted("a\r\nb LOGOUT").is_none());
        assert!(quoted("é").is_none());
    }
}
