//! Commands and their answers on one connection. Commands that do not depend on each other's result are sent together.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::error::{ImapError, Refusal};
use super::framing::{Framer, Piece};
use super::response::{Code, Counts, Fetched, Listed, Response, Status, Untagged, understand};
use super::stream::{Peer, Stream, Timeouts};
use crate::config::{ImapAccount, Login, OAuth, Security};
use crate::mailbox::base64;
use crate::mailbox::http::Http;
use crate::mailbox::network::Network;
use crate::mailbox::oauth::Keys;
use crate::mailbox::secrets::{self, Secret};

/// Responses kept for one command.
const MOST_RESPONSES: usize = 20_000;
/// Bytes of message parts kept for one batch of commands: 50 messages of eight parts at 64 kB fit.
const BATCH_CAP: usize = 48 * 1024 * 1024;
/// Longest wait that a throttling server is granted.
const MOST_BACKOFF_MS: u64 = 60_000;

/// How often somebody who waits looks whether it is over.
const IDLE_LOOK: Duration = Duration::from_millis(500);
/// Wait before another login where there were too many, when the server names no time.
const CROWDED_MS: u64 = 10_000;

/// A connection that is logged in.
pub(super) struct Client {
    stream: Stream,
    framer: Framer,
    timeouts: Timeouts,
    capabilities: Vec<String>,
    tags: u32,
}

/// How the server ended a command.
type Ending = (Status, Option<Code>, String);

/// What one command brought.
#[derive(Debug, Default)]
pub(super) struct Answer {
    responses: Vec<Response>,
    outcome: Option<Ending>,
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

/// What a connection is made with.
pub(super) struct Dialer {
    pub account: ImapAccount,
    pub timeouts: Timeouts,
    pub network: Arc<dyn Network>,
    keys: Keys,
}

impl Dialer {
    pub fn new(account: ImapAccount, timeouts: Timeouts, network: Arc<dyn Network>) -> Dialer {
        Dialer { account, timeouts, network, keys: Keys::default() }
    }

    /// Connects and logs in. The secret is fetched only once the server has proved who it is.
    pub fn connect(&mut self) -> Result<Client, ImapError> {
        let Dialer { account, timeouts, network, keys } = self;
        let mut client = Client::greet(account, timeouts, network.as_ref())?;
        match &account.login {
            Login::Command(_) | Login::File(_) | Login::Keyring => client.log_in(account)?,
            Login::OAuth(oauth) => {
                let http = Http { network: network.as_ref(), ca_file: account.ca_file.as_deref() };
                client.log_in_by_token(account, oauth, http, keys)?;
            }
        }
        if client.capabilities.is_empty() {
            client.command("CAPABILITY")?.accepted()?;
        }
        Ok(client)
    }
}

impl Client {
    /// Connected, encrypted and greeted; nothing of the account has been sent.
    pub fn greet(account: &ImapAccount, timeouts: &Timeouts, network: &dyn Network) -> Result<Client, ImapError> {
        let peer = Peer {
            host: &account.host,
            port: account.port,
            ca_file: account.ca_file.as_deref(),
            security: account.security,
        };
        let mut client = Client {
            stream: Stream::connect(peer, network, timeouts)?,
            framer: Framer::default(),
            timeouts: *timeouts,
            capabilities: Vec::new(),
            tags: 0,
        };
        client.stream.set_deadline(timeouts.login);
        match client.read()? {
            Response::Status { status: Untagged::Ok, code, .. } => client.learn(code.as_ref()),
            Response::Status { status: Untagged::Preauth, .. } => return Err(ImapError::BrokenAnswer),
            Response::Status { text, .. } => return Err(farewell(&text)),
            _ => return Err(ImapError::NotMail),
        }
        match account.security {
            Security::Tls | Security::Plain => {}
            Security::StartTls => client.start_tls(peer)?,
        }
        if client.capabilities.is_empty() {
            client.command("CAPABILITY")?;
        }
        Ok(client)
    }

    /// TLS or nothing. What the server said before is forgotten: anybody could have said it.
    fn start_tls(&mut self, peer: Peer) -> Result<(), ImapError> {
        let answer = self.converse("STARTTLS", &[])?;
        if !matches!(answer.outcome, Some((Status::Ok, _, _))) {
            return Err(ImapError::NoStartTls);
        }
        // More than the answer came unencrypted: somebody put words into the server's mouth.
        if !self.framer.is_empty() {
            return Err(ImapError::BrokenAnswer);
        }
        self.capabilities.clear();
        self.stream = self.stream.take().encrypt(peer)?;
        Ok(())
    }

    fn log_in(&mut self, account: &ImapAccount) -> Result<(), ImapError> {
        let secret = secrets::resolve(account)?;
        let (plain, initial) = (self.knows("AUTH=PLAIN") || self.knows("LOGINDISABLED"), self.knows("SASL-IR"));
        // What a server can before the login is not what it can after it.
        self.capabilities.clear();
        let answer = match (plain, initial) {
            (true, true) => {
                let command = Zeroizing::new(format!("AUTHENTICATE PLAIN {}", *sasl_plain(account, &secret)));
                self.converse(&command, &[])?
            }
            (true, false) => self.converse("AUTHENTICATE PLAIN", &[sasl_plain(account, &secret).as_bytes()])?,
            (false, _) => self.old_login(account, &secret)?,
        };
        logged_in(&answer).map_err(|refused| refused.unwrap_or(ImapError::WrongPassword))
    }

    /// With an access token; a refused one is renewed once.
    fn log_in_by_token(
        &mut self,
        account: &ImapAccount,
        oauth: &OAuth,
        http: Http,
        keys: &mut Keys,
    ) -> Result<(), ImapError> {
        let mechanism = if self.knows("AUTH=OAUTHBEARER") { Mechanism::OAuthBearer } else { Mechanism::XOAuth2 };
        let initial = self.knows("SASL-IR");
        let mut token = keys.access(account, oauth, http)?;
        let mut fresh = Freshness::Kept;
        loop {
            self.capabilities.clear();
            let sasl = mechanism.encode(account, &token);
            let answer = if initial {
                let command = Zeroizing::new(format!("AUTHENTICATE {} {}", mechanism.name(), *sasl));
                self.converse(&command, &[])?
            } else {
                self.converse(&format!("AUTHENTICATE {}", mechanism.name()), &[sasl.as_bytes()])?
            };
            match (logged_in(&answer), fresh) {
                (Ok(()), _) => return Ok(()),
                (Err(Some(error)), _) => return Err(error),
                (Err(None), Freshness::Renewed) => return Err(ImapError::TokenRefused),
                (Err(None), Freshness::Kept) => {
                    token = keys.renewed(account, oauth, http)?;
                    fresh = Freshness::Renewed;
                }
            }
        }
    }

    /// LOGIN for servers without AUTHENTICATE PLAIN; literals where a quoted string could not hold it.
    fn old_login(&mut self, account: &ImapAccount, secret: &Secret) -> Result<Answer, ImapError> {
        let password = std::str::from_utf8(secret.bytes()).ok().and_then(quoted).map(Zeroizing::new);
        if let (Some(user), Some(password)) = (quoted(&account.user), password) {
            let command = Zeroizing::new(format!("LOGIN {user} {}", *password));
            return self.converse(&command, &[]);
        }
        let user = [account.user.as_bytes(), format!(" {{{}}}", secret.bytes().len()).as_bytes()].concat();
        self.converse(&format!("LOGIN {{{}}}", account.user.len()), &[&user, secret.bytes()])
    }

    /// Sends `command`, then each of `lines` when the server asks for more, then empty lines: the end of a refused SASL exchange.
    fn converse(&mut self, command: &str, lines: &[&[u8]]) -> Result<Answer, ImapError> {
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
        while left > 0 {
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
                        size = fetched.sections.iter().fold(size, |size, (_, bytes)| size.saturating_add(bytes.len()));
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

    fn read(&mut self) -> Result<Response, ImapError> {
        let pieces: Vec<Piece> = self.framer.next(&mut self.stream)?;
        let response = understand(&pieces);
        match &response {
            Response::Capability(names) => self.capabilities.clone_from(names),
            Response::Status { code, .. } | Response::Tagged { code, .. } => self.learn(code.as_ref()),
            _ => {}
        }
        Ok(response)
    }

    fn learn(&mut self, code: Option<&Code>) {
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

/// Whether a token was made for this login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Freshness {
    Kept,
    Renewed,
}

/// How an access token is shown to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mechanism {
    /// RFC 7628.
    OAuthBearer,
    /// What came before it; the only one of Microsoft.
    XOAuth2,
}

impl Mechanism {
    fn name(self) -> &'static str {
        match self {
            Mechanism::OAuthBearer => "OAUTHBEARER",
            Mechanism::XOAuth2 => "XOAUTH2",
        }
    }

    fn encode(self, account: &ImapAccount, token: &Secret) -> Zeroizing<String> {
        let head = match self {
            // `,` and `=` have a meaning of their own there.
            Mechanism::OAuthBearer => {
                let user = account.user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},\x01host={}\x01port={}\x01auth=Bearer ", account.host, account.port)
            }
            Mechanism::XOAuth2 => format!("user={}\x01auth=Bearer ", account.user),
        };
        let whole = Zeroizing::new([head.as_bytes(), token.bytes(), b"\x01\x01"].concat());
        Zeroizing::new(base64::encode(&whole))
    }
}

/// `Err(None)` = the secret was refused.
fn logged_in(answer: &Answer) -> Result<(), Option<ImapError>> {
    match &answer.outcome {
        Some((Status::Ok, _, _)) => Ok(()),
        Some((_, Some(Code::Unavailable), text)) => Err(Some(busy(text))),
        Some((_, _, text)) if is_crowded(text) => Err(Some(busy(text))),
        Some(_) => Err(None),
        None => Err(Some(ImapError::Closed)),
    }
}

/// BYE: why the server hangs up.
fn farewell(text: &str) -> ImapError {
    if is_crowded(text) || backoff(&text.to_ascii_lowercase()).is_some() { busy(text) } else { ImapError::Closed }
}

fn busy(text: &str) -> ImapError {
    let wait = backoff(&text.to_ascii_lowercase()).unwrap_or(CROWDED_MS);
    ImapError::Refused(printable(text), Refusal::Throttled(wait))
}

/// Too many connections, in the words of Dovecot, Courier, Cyrus, Gmail and Exchange.
fn is_crowded(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["too many", "maximum number of connections", "connection limit", "try again later", "throttled"]
        .iter()
        .any(|words| lower.contains(words))
}

/// RFC 4616 in base64.
fn sasl_plain(account: &ImapAccount, secret: &Secret) -> Zeroizing<String> {
    let plain = Zeroizing::new([b"\0", account.user.as_bytes(), b"\0", secret.bytes()].concat());
    Zeroizing::new(base64::encode(&plain))
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

fn refusal(status: Status, code: Option<&Code>, text: &str) -> Refusal {
    let lower = text.to_ascii_lowercase();
    if let Some(wait) = backoff(&lower) {
        return Refusal::Throttled(wait);
    }
    if lower.contains("authenticated but not connected") {
        return Refusal::Reconnect;
    }
    match code {
        Some(Code::OverQuota) => Refusal::FolderFull,
        Some(Code::TryCreate | Code::NonExistent) => Refusal::NoSuchFolder,
        Some(Code::ReadOnly | Code::NoPermission) => Refusal::ReadOnly,
        Some(Code::Unavailable) => Refusal::Throttled(1_000),
        Some(_) | None => match status {
            Status::No if lower.contains("quota") => Refusal::FolderFull,
            Status::No if lower.contains("read-only") || lower.contains("read only") => Refusal::ReadOnly,
            Status::Ok | Status::No | Status::Bad => Refusal::Other,
        },
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
        assert_eq!(no(Some(Code::TryCreate), ""), Refusal::NoSuchFolder);
        assert_eq!(no(None, "Mailbox is read-only"), Refusal::ReadOnly);
        assert_eq!(no(None, "sorry"), Refusal::Other);
    }

    #[test]
    fn nothing_unquotable_reaches_the_wire() {
        assert_eq!(quoted("a \"b\" \\").unwrap(), r#""a \"b\" \\""#);
        assert!(quoted("a\r\nb LOGOUT").is_none());
        assert!(quoted("é").is_none());
    }
}
