//! SMTP as far as one mail needs it: greeting, encryption, login, envelope, text (RFC 5321, 3207, 4954).

use std::io::{Read, Write};

use zeroize::Zeroizing;

use super::Sending;
use crate::config::{Login, OAuth, Security};
use crate::mailbox::base64;
use crate::mailbox::http::Http;
use crate::mailbox::imap::{ImapError, Peer, Stream, Timeouts};
use crate::mailbox::oauth::OAuthError;
use crate::mailbox::secrets::{self, Secret, SecretError};
use crate::session::MailTrouble;

/// RFC 5321 allows 512 bytes a line; some servers say more.
const LINE_CAP: usize = 2_048;
const LINES_CAP: usize = 100;
/// Said instead of this machine's name or address: nobody's business, and always valid (RFC 5321, 4.1.4).
const HELLO: &str = "EHLO [127.0.0.1]";

/// How sending ended when nothing went plainly wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The server said that it has the mail.
    Taken,
    /// All of it was sent, and no word came back.
    Perhaps,
}

/// Why the mail surely did not go out; in the listener's words, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error(transparent)]
    Connection(#[from] ImapError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    #[error("what answers there is no mail server for sending; check host and port of smtp")]
    NotMail,
    #[error("the server offers no encryption on this port; nothing was sent to it. Use port 465 without security")]
    NoStartTls,
    #[error("the server for sending offers no login that Hark knows")]
    NoLogin,
    #[error("the server for sending refused the login; check user and password")]
    WrongPassword,
    #[error("the provider refused Hark's permission to send mail; its scope may allow reading only (docs/cli.md)")]
    TokenRefused,
    /// Its code, never its words: they quote addresses.
    #[error("the server for sending refused the mail ({0})")]
    Refused(u16),
    #[error("the server for sending gave an answer that makes no sense")]
    BrokenAnswer,
}

impl SendError {
    /// The session's word for it.
    pub fn trouble(&self) -> MailTrouble {
        match self {
            SendError::Connection(error) => error.trouble(),
            SendError::Secret(_) | SendError::WrongPassword => MailTrouble::WrongPassword,
            SendError::OAuth(error) if error.is_passing() => MailTrouble::NoNetwork,
            SendError::OAuth(_) | SendError::TokenRefused => MailTrouble::SignInAgain,
            SendError::NotMail => MailTrouble::LoginPage,
            SendError::NoStartTls => MailTrouble::CertificateRefused,
            SendError::Refused(400..=499) => MailTrouble::Busy,
            SendError::NoLogin | SendError::Refused(_) => MailTrouble::ServerRefused,
            SendError::BrokenAnswer => MailTrouble::BrokenAnswer,
        }
    }
}

/// Connects, and leaves before anything of the account was said.
pub(super) fn greet(sending: &Sending) -> Result<(), SendError> {
    Line::connect(sending).map(Line::leave)
}

/// Logs in, and leaves before any mail was begun.
pub(super) fn log_in(sending: &Sending) -> Result<(), SendError> {
    let mut line = Line::connect(sending)?;
    line.log_in(sending)?;
    line.leave();
    Ok(())
}

/// Sends `letter` (lines ended by CR LF) to `recipient`. The secret is fetched only once the server has proved who it is.
pub(super) fn send(sending: &Sending, recipient: &str, letter: &str) -> Result<Sent, SendError> {
    let mut line = Line::connect(sending)?;
    line.log_in(sending)?;
    line.expect(&format!("MAIL FROM:<{}>", sending.smtp.from), 2)?;
    line.expect(&format!("RCPT TO:<{recipient}>"), 2)?;
    line.expect("DATA", 3)?;
    // Without its end the server must not take it (RFC 5321, 4.1.1.4): up to here nothing has gone out.
    line.write(stuffed(letter).as_bytes())?;
    if line.write(b".\r\n").is_err() {
        return Ok(Sent::Perhaps);
    }
    match line.answer() {
        Ok(answer) if answer.class() == 2 => {
            line.leave();
            Ok(Sent::Taken)
        }
        Ok(answer) if matches!(answer.class(), 4 | 5) => Err(SendError::Refused(answer.code)),
        Ok(_) | Err(_) => Ok(Sent::Perhaps),
    }
}

/// A line that begins with a dot gets another one.
fn stuffed(letter: &str) -> String {
    letter
        .split_inclusive("\r\n")
        .map(|line| if line.starts_with('.') { format!(".{line}") } else { line.to_owned() })
        .collect()
}

/// A connection, and what the server can do.
struct Line {
    stream: Stream,
    timeouts: Timeouts,
    /// Read and not yet looked at.
    ahead: Vec<u8>,
    /// Words of the answer to EHLO, upper case, one line each.
    capabilities: Vec<String>,
}

/// One answer: its code and the texts of its lines.
struct Answer {
    code: u16,
    texts: Vec<String>,
}

impl Answer {
    fn class(&self) -> u16 {
        self.code / 100
    }
}

impl Line {
    /// Connected, encrypted and greeted; nothing of the account has been sent.
    fn connect(sending: &Sending) -> Result<Line, SendError> {
        let smtp = &sending.smtp;
        let peer =
            Peer { host: &smtp.host, port: smtp.port, ca_file: smtp.ca_file.as_deref(), security: smtp.security };
        let patience = sending.patience;
        let timeouts = Timeouts { connect: patience, login: patience, answer: patience };
        let stream = Stream::connect(peer, sending.network.as_ref(), &timeouts)?;
        let mut line = Line { stream, timeouts, ahead: Vec::new(), capabilities: Vec::new() };
        match line.answer() {
            Ok(answer) if answer.class() == 2 => {}
            Ok(answer) => return Err(SendError::Refused(answer.code)),
            Err(SendError::BrokenAnswer) => return Err(SendError::NotMail),
            Err(error) => return Err(error),
        }
        line.greet()?;
        if smtp.security == Security::StartTls {
            line.start_tls(peer)?;
        }
        Ok(line)
    }

    /// Says good-bye; what comes back does not matter any more.
    fn leave(mut self) {
        let _ = self.write(b"QUIT\r\n");
    }

    fn greet(&mut self) -> Result<(), SendError> {
        let answer = self.expect(HELLO, 2)?;
        self.capabilities = answer.texts.iter().map(|text| text.to_ascii_uppercase().replace('=', " ")).collect();
        Ok(())
    }

    /// TLS or nothing. What the server said before is forgotten: anybody could have said it.
    fn start_tls(&mut self, peer: Peer) -> Result<(), SendError> {
        if !self.capabilities.iter().any(|line| line.trim() == "STARTTLS") {
            return Err(SendError::NoStartTls);
        }
        if self.say("STARTTLS")?.class() != 2 {
            return Err(SendError::NoStartTls);
        }
        // More than the answer came unencrypted: somebody put words into the server's mouth.
        if !self.ahead.is_empty() {
            return Err(SendError::BrokenAnswer);
        }
        self.stream = Stream::take(&mut self.stream).encrypt(peer)?;
        self.greet()
    }

    fn log_in(&mut self, sending: &Sending) -> Result<(), SendError> {
        match &sending.imap.login {
            Login::Command(_) | Login::File(_) | Login::Keyring => self.log_in_by_password(sending),
            Login::OAuth(oauth) => self.log_in_by_token(sending, oauth),
        }
    }

    fn log_in_by_password(&mut self, sending: &Sending) -> Result<(), SendError> {
        let user = sending.smtp.user.as_bytes();
        let (plain, login) = (self.offers("PLAIN"), self.offers("LOGIN"));
        if !plain && !login {
            return Err(SendError::NoLogin);
        }
        let secret = secrets::resolve(&sending.imap)?;
        let answer = if plain {
            let sasl = Zeroizing::new([b"\0", user, b"\0", secret.bytes()].concat());
            self.say(&Zeroizing::new(format!("AUTH PLAIN {}", *Zeroizing::new(base64::encode(&sasl)))))?
        } else {
            self.expect("AUTH LOGIN", 3)?;
            self.expect(&base64::encode(user), 3)?;
            self.say(&Zeroizing::new(base64::encode(secret.bytes())))?
        };
        logged_in(&answer, SendError::WrongPassword)
    }

    /// With the account's access token; a refused one is renewed once.
    fn log_in_by_token(&mut self, sending: &Sending, oauth: &OAuth) -> Result<(), SendError> {
        if !self.offers("XOAUTH2") {
            return Err(SendError::NoLogin);
        }
        let http = Http { network: sending.network.as_ref(), ca_file: sending.imap.ca_file.as_deref() };
        let token = sending.keys.access(&sending.imap, oauth, http)?;
        match self.show_token(sending, &token) {
            Err(SendError::TokenRefused) => {
                let token = sending.keys.renewed(&token, &sending.imap, oauth, http)?;
                self.show_token(sending, &token)
            }
            shown => shown,
        }
    }

    fn show_token(&mut self, sending: &Sending, token: &Secret) -> Result<(), SendError> {
        let mut answer = Zeroizing::new(format!("user={}\x01auth=Bearer ", sending.smtp.user).into_bytes());
        answer.extend_from_slice(token.bytes());
        answer.extend_from_slice(b"\x01\x01");
        let sasl = Zeroizing::new(base64::encode(&answer));
        let mut answer = self.say(&Zeroizing::new(format!("AUTH XOAUTH2 {}", *sasl)))?;
        // A refusal comes with its reason first; an empty line asks for the end of it.
        if answer.class() == 3 {
            answer = self.say("")?;
        }
        logged_in(&answer, SendError::TokenRefused)
    }

    fn offers(&self, mechanism: &str) -> bool {
        let lists = |line: &&String| line.split_whitespace().next() == Some("AUTH");
        self.capabilities.iter().filter(lists).any(|line| line.split_whitespace().skip(1).any(|name| name == mechanism))
    }

    /// Says a command; an answer of another class is a refusal.
    fn expect(&mut self, command: &str, class: u16) -> Result<Answer, SendError> {
        let answer = self.say(command)?;
        if answer.class() == class { Ok(answer) } else { Err(SendError::Refused(answer.code)) }
    }

    fn say(&mut self, command: &str) -> Result<Answer, SendError> {
        self.write(Zeroizing::new(format!("{command}\r\n")).as_bytes())?;
        self.answer()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).map_err(|error| ImapError::io(error).into())
    }

    /// One answer, however many lines; all of it within the patience.
    fn answer(&mut self) -> Result<Answer, SendError> {
        self.stream.set_deadline(self.timeouts.answer);
        let mut texts = Vec::new();
        while texts.len() < LINES_CAP {
            let line = self.line()?;
            let (code, rest) = line.split_at_checked(3).ok_or(SendError::BrokenAnswer)?;
            let code: u16 =
                code.parse().ok().filter(|code| (200..600).contains(code)).ok_or(SendError::BrokenAnswer)?;
            texts.push(rest.get(1..).unwrap_or_default().to_owned());
            match rest.chars().next() {
                Some('-') => {}
                Some(' ') | None => return Ok(Answer { code, texts }),
                Some(_) => return Err(SendError::BrokenAnswer),
            }
        }
        Err(SendError::BrokenAnswer)
    }

    fn line(&mut self) -> Result<String, SendError> {
        loop {
            if let Some(end) = self.ahead.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.ahead.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned());
            }
            if self.ahead.len() > LINE_CAP {
                return Err(SendError::BrokenAnswer);
            }
            let mut chunk = [0_u8; 1024];
            match self.stream.read(&mut chunk).map_err(ImapError::io)? {
                0 => return Err(ImapError::Closed.into()),
                length => self.ahead.extend_from_slice(chunk.get(..length).unwrap_or_default()),
            }
        }
    }
}

fn logged_in(answer: &Answer, refused: SendError) -> Result<(), SendError> {
    match answer.class() {
        2 => Ok(()),
        4 => Err(SendError::Refused(answer.code)),
        _ => Err(refused),
    }
}
