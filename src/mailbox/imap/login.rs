//! From an account to a connection that is logged in: encryption, what the server can, and the mechanism that suits both.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::client::{Answer, Client, busy, farewell, is_crowded, quoted};
use super::error::ImapError;
use super::response::{Code, Response, Status, Untagged};
use super::stream::{Peer, Stream, Timeouts};
use crate::config::{ImapAccount, Login, OAuth, Security};
use crate::mailbox::base64;
use crate::mailbox::http::Http;
use crate::mailbox::network::Network;
use crate::mailbox::oauth::Keys;
use crate::mailbox::secrets::{self, Secret};

/// What connections of one account are made with. A token that one of them gets is good for every clone.
#[derive(Clone)]
pub(super) struct Dialer {
    pub account: ImapAccount,
    pub timeouts: Timeouts,
    pub network: Arc<dyn Network>,
    keys: Keys,
    /// A password that is tried before it is kept anywhere.
    typed: Option<Secret>,
}

impl Dialer {
    pub fn new(account: ImapAccount, timeouts: Timeouts, network: Arc<dyn Network>) -> Dialer {
        Dialer { account, timeouts, network, keys: Keys::default(), typed: None }
    }

    /// The account's access token, for whoever else calls in its name.
    pub fn keys(&self) -> Keys {
        self.keys.clone()
    }

    /// Logs in with this password, not with the one that is kept.
    pub fn with_password(self, password: Secret) -> Dialer {
        Dialer { typed: Some(password), ..self }
    }

    /// Connects and logs in. The secret is fetched only once the server has proved who it is.
    pub fn connect(&self) -> Result<Client, ImapError> {
        let Dialer { account, timeouts, network, keys, typed } = self;
        let here = network.here();
        let mut client = Client::greet(account, timeouts, network.as_ref())?;
        client.made_from(here, network.clone());
        match &account.login {
            Login::Command(_) | Login::File(_) | Login::Keyring => {
                let secret = typed.clone().map_or_else(|| secrets::resolve(account), Ok)?;
                client.log_in(account, &secret)?;
            }
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
        let mut client = Client::new(Stream::connect(peer, network, timeouts)?, timeouts);
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

    fn log_in(&mut self, account: &ImapAccount, secret: &Secret) -> Result<(), ImapError> {
        let (plain, initial) = (self.knows("AUTH=PLAIN") || self.knows("LOGINDISABLED"), self.knows("SASL-IR"));
        // What a server can before the login is not what it can after it.
        self.capabilities.clear();
        let answer = match (plain, initial) {
            (true, true) => {
                let command = Zeroizing::new(format!("AUTHENTICATE PLAIN {}", *sasl_plain(account, secret)));
                self.converse(&command, &[])?
            }
            (true, false) => self.converse("AUTHENTICATE PLAIN", &[sasl_plain(account, secret).as_bytes()])?,
            (false, _) => self.old_login(account, secret)?,
        };
        logged_in(&answer).map_err(|refused| refused.unwrap_or(ImapError::WrongPassword))
    }

    /// With an access token; a refused one is renewed once.
    fn log_in_by_token(
        &mut self,
        account: &ImapAccount,
        oauth: &OAuth,
        http: Http,
        keys: &Keys,
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
                    token = keys.renewed(&token, account, oauth, http)?;
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
        // Said with "too many attempts, try again later" too; trying again then locks accounts.
        Some((_, Some(Code::AuthenticationFailed), _)) => Err(None),
        Some((_, _, text)) if is_crowded(text) => Err(Some(busy(text))),
        Some(_) => Err(None),
        None => Err(Some(ImapError::Closed)),
    }
}

/// RFC 4616 in base64.
fn sasl_plain(account: &ImapAccount, secret: &Secret) -> Zeroizing<String> {
    let plain = Zeroizing::new([b"\0", account.user.as_bytes(), b"\0", secret.bytes()].concat());
    Zeroizing::new(base64::encode(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> ImapAccount {
        ImapAccount {
            host: "imap.example.org".into(),
            port: 993,
            user: "r=o,b@example.org".into(),
            ca_file: None,
            login: Login::Keyring,
            security: Security::Tls,
        }
    }

    fn ended(status: Status, code: Option<Code>, text: &str) -> Answer {
        Answer { outcome: Some((status, code, text.to_owned())), ..Answer::default() }
    }

    #[test]
    fn a_refused_secret_is_told_from_a_busy_server() {
        assert!(logged_in(&ended(Status::Ok, None, "")).is_ok());
        assert!(matches!(logged_in(&ended(Status::No, None, "bad password")), Err(None)));
        let failed = ended(Status::No, Some(Code::AuthenticationFailed), "Too many failed logins, try again later");
        assert!(matches!(logged_in(&failed), Err(None)));
        for (code, text) in [(Some(Code::Unavailable), "later"), (None, "Too many simultaneous connections")] {
            let error = logged_in(&ended(Status::No, code, text)).unwrap_err();
            assert!(error.is_some_and(|error| error.is_passing()), "{text}");
        }
    }

    #[test]
    fn a_user_name_cannot_break_out_of_a_mechanism() {
        let token = Secret::new(b"t0ken".to_vec());
        let bearer = Mechanism::OAuthBearer.encode(&account(), &token);
        let written = base64::encode(
            b"n,a=r=3Do=2Cb@example.org,\x01host=imap.example.org\x01port=993\x01auth=Bearer t0ken\x01\x01",
        );
        assert_eq!(*bearer, written);
        assert_eq!(*sasl_plain(&account(), &token), base64::encode(b"\0r=o,b@example.org\0t0ken"));
    }
}
