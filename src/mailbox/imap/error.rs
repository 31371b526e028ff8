//! Why a server could not be spoken to or would not do something.

use std::io;

use super::stream::Elsewhere;
use crate::mailbox::oauth::OAuthError;
use crate::mailbox::secrets::SecretError;
use crate::session::MailTrouble;

/// In the listener's words, with what to do. Never holds what a server or a message said, except in [`ImapError::Refused`].
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    #[error("{0} cannot be reached: {reason}", reason = unreachable_in_words(.1))]
    NoNetwork(String, io::Error),
    #[error("{0} did not answer in time; check host and port, or try again later")]
    TimedOut(&'static str),
    #[error("this machine is in another network now; try again")]
    Elsewhere,
    #[error("the server ended the connection; check host and port, or try again later")]
    Closed,
    #[error("{0} Nothing was sent to it")]
    Certificate(String),
    /// A certificate of somebody else: on the way to a server whose name is right, a login page.
    #[error("{0} Nothing was sent to it")]
    OtherName(&'static str),
    #[error("the secure connection failed ({0}); check host and port")]
    Tls(rustls::Error),
    #[error("the certificate file {0} cannot be used: {1}; name the authority's certificate as a PEM file")]
    CaFile(std::path::PathBuf, String),
    /// The port speaks, but not TLS.
    #[error(
        "what answers there does not speak a secure mail protocol; in a hotel or train the network's login page may be in the way, else check the port"
    )]
    NotTls,
    /// Something answers on that port, but it is no mail server.
    #[error("what answers there is no mail server; check host and port")]
    NotMail,
    /// The server does not offer the encryption that the configuration demands.
    #[error("the server offers no encryption on this port; nothing was sent to it. Use port 993 without security")]
    NoStartTls,
    #[error("the server refused the login; check user and password (many providers want an app password)")]
    WrongPassword,
    /// OAuth: the access token was refused, also a fresh one.
    #[error("the provider refused Hark's permission to read mail; give it anew with `hark account login`")]
    TokenRefused,
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("without encryption only a server on this machine may be used; leave --plain (security = \"plain\") away")]
    PlainText,
    #[error("the server gave an answer that makes no sense; check host and port")]
    BrokenAnswer,
    /// NO or BAD to one command; the connection is fine.
    #[error("the server refused: {0}")]
    Refused(String, Refusal),
}

/// What a NO or BAD means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    FolderFull,
    NoSuchFolder,
    ReadOnly,
    /// Too many requests: again after this many milliseconds.
    Throttled(u64),
    /// The session is broken on the server's side; a new connection may help.
    Reconnect,
    Other,
}

impl ImapError {
    pub(crate) fn io(error: io::Error) -> ImapError {
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return ImapError::from_tls(tls.clone());
        }
        if error.get_ref().is_some_and(|inner| inner.is::<Elsewhere>()) {
            return ImapError::Elsewhere;
        }
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ImapError::TimedOut("the server"),
            _ => ImapError::Closed,
        }
    }

    pub(crate) fn from_tls(error: rustls::Error) -> ImapError {
        match error {
            rustls::Error::InvalidCertificate(reason) => {
                let words = certificate_in_words(&reason);
                match reason {
                    rustls::CertificateError::NotValidForName
                    | rustls::CertificateError::NotValidForNameContext { .. } => ImapError::OtherName(words),
                    _ => ImapError::Certificate(words.to_owned()),
                }
            }
            other => ImapError::Tls(other),
        }
    }

    /// Whether trying again later on a new connection may help without anybody changing anything.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            ImapError::NoNetwork(..)
            | ImapError::TimedOut(_)
            | ImapError::Closed
            | ImapError::Elsewhere
            | ImapError::BrokenAnswer => true,
            ImapError::Refused(_, Refusal::Reconnect | Refusal::Throttled(_)) => true,
            // Handshakes fail in captive portals and tunnels, whose certificate is their own; a bad certificate stays bad.
            ImapError::Tls(_) | ImapError::NotTls | ImapError::NotMail | ImapError::OtherName(_) => true,
            ImapError::OAuth(error) => error.is_passing(),
            ImapError::Certificate(_)
            | ImapError::NoStartTls
            | ImapError::TokenRefused
            | ImapError::CaFile(..)
            | ImapError::WrongPassword
            | ImapError::Secret(_)
            | ImapError::PlainText
            | ImapError::Refused(..) => false,
        }
    }

    /// The session's word for it.
    pub(crate) fn trouble(&self) -> MailTrouble {
        match self {
            ImapError::NoNetwork(..) | ImapError::Closed | ImapError::Elsewhere => MailTrouble::NoNetwork,
            ImapError::TimedOut(_) => MailTrouble::TimedOut,
            ImapError::Certificate(_)
            | ImapError::Tls(_)
            | ImapError::NoStartTls
            | ImapError::CaFile(..)
            | ImapError::PlainText => MailTrouble::CertificateRefused,
            ImapError::NotTls | ImapError::NotMail | ImapError::OtherName(_) => MailTrouble::LoginPage,
            ImapError::WrongPassword | ImapError::Secret(_) => MailTrouble::WrongPassword,
            ImapError::OAuth(error) if error.is_passing() => MailTrouble::NoNetwork,
            ImapError::OAuth(_) | ImapError::TokenRefused => MailTrouble::SignInAgain,
            ImapError::BrokenAnswer => MailTrouble::BrokenAnswer,
            ImapError::Refused(_, refusal) => match refusal {
                Refusal::FolderFull => MailTrouble::FolderFull,
                Refusal::NoSuchFolder => MailTrouble::NoSuchFolder,
                Refusal::ReadOnly => MailTrouble::ReadOnly,
                Refusal::Throttled(_) => MailTrouble::Busy,
                Refusal::Reconnect | Refusal::Other => MailTrouble::ServerRefused,
            },
        }
    }
}

/// Why no connection came about, and what to look at. A resolver has no error kind of its own.
fn unreachable_in_words(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing answers on that port; check host and port",
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            "it did not answer; check host and port, and whether a firewall is in the way"
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown => {
            "there is no way to it; check whether this machine is online"
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "it broke the connection off; try again later"
        }
        io::ErrorKind::PermissionDenied => "this machine does not let Hark out; check its firewall",
        _ => "no server of that name was found; check the host's spelling, and whether this machine is online",
    }
}

fn certificate_in_words(reason: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as C;
    match reason {
        C::Expired | C::ExpiredContext { .. } => {
            "the server's certificate has expired: its owner has to renew it, or this machine's clock is wrong."
        }
        C::NotValidYet | C::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet: this machine's clock is probably wrong."
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            "the server's certificate belongs to another name: check host in the configuration; in a hotel or train the network's login page may be in the way."
        }
        C::UnknownIssuer => {
            "nobody this machine trusts has signed the server's certificate: if it is a private server, name its authority with ca_file; in a hotel or train the network's login page may be in the way."
        }
        C::Revoked => "the server's certificate was revoked.",
        _ => "the server's certificate cannot be trusted.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::CertificateError as C;

    fn words(reason: C) -> String {
        ImapError::from_tls(rustls::Error::InvalidCertificate(reason)).to_string()
    }

    #[test]
    fn certificates_are_refused_in_words_that_help() {
        assert!(words(C::Expired).contains("has expired"));
        assert!(words(C::NotValidForName).contains("another name"));
        assert!(words(C::UnknownIssuer).contains("ca_file"));
        assert!(words(C::BadSignature).ends_with("cannot be trusted. Nothing was sent to it"));
    }

    #[test]
    fn what_cannot_be_reached_is_told_with_what_to_look_at() {
        let words = |error: io::Error| ImapError::NoNetwork("imap.example.org".into(), error).to_string();
        assert!(words(io::ErrorKind::ConnectionRefused.into()).contains("check host and port"));
        let unknown = words(io::Error::other("failed to lookup address information: Name or service not known"));
        assert!(unknown.contains("spelling") && !unknown.contains("lookup"), "{unknown}");
    }

    #[test]
    fn a_login_page_with_a_certificate_of_its_own_is_told_and_goes_away() {
        for reason in [C::NotValidForName, C::UnknownIssuer] {
            assert!(words(reason).contains("login page"));
        }
        let page = ImapError::from_tls(rustls::Error::InvalidCertificate(C::NotValidForName));
        assert_eq!((page.trouble(), page.is_passing()), (MailTrouble::LoginPage, true));
        let stranger = ImapError::from_tls(rustls::Error::InvalidCertificate(C::UnknownIssuer));
        assert_eq!((stranger.trouble(), stranger.is_passing()), (MailTrouble::CertificateRefused, false));
    }

    #[test]
    fn a_refused_certificate_is_never_tried_again_by_itself() {
        assert!(!ImapError::from_tls(rustls::Error::InvalidCertificate(C::Expired)).is_passing());
        assert!(!ImapError::WrongPassword.is_passing());
        assert!(ImapError::Closed.is_passing());
    }
}
