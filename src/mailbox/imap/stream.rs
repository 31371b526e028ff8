//! The connection: time-outs, TLS with rustls and ring.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::error::ImapError;
use crate::config::{Security, is_loopback};
use crate::mailbox::network::{Here, Network, Wire};
use crate::mailbox::secrets::in_words;

/// How long the server may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For each address of the host.
    pub connect: Duration,
    /// A wrong password can cost 17 s on some servers: at least 30 s.
    pub login: Duration,
    /// For one answer, however it drips.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { connect: Duration::from_secs(10), login: Duration::from_secs(40), answer: Duration::from_secs(30) }
    }
}

/// Whom to call, and how to know that it is them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer<'a> {
    pub host: &'a str,
    pub port: u16,
    /// A private certificate authority.
    pub ca_file: Option<&'a Path>,
    pub security: Security,
}

/// Between two looks whether this machine is still where it was.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A connection whose reads end at a deadline.
pub(crate) struct Stream {
    kind: Kind,
    deadline: Instant,
    origin: Option<Origin>,
}

/// Where a connection was made from.
struct Origin {
    network: Arc<dyn Network>,
    here: Here,
    looked: Instant,
}

impl Origin {
    fn is_left(&self) -> bool {
        self.here.is_left(self.network.here())
    }
}

/// What a read from another network ends with.
#[derive(Debug, thiserror::Error)]
#[error("this machine is in another network now")]
pub(super) struct Elsewhere;

enum Kind {
    Plain(Box<dyn Wire>),
    Tls(Box<StreamOwned<ClientConnection, Box<dyn Wire>>>),
    /// An upgrade failed half-way: nothing may pass any more.
    Broken,
}

impl Stream {
    /// Connects, and shakes hands unless the encryption comes later (STARTTLS); no byte of the account has been sent then.
    pub fn connect(peer: Peer, network: &dyn Network, timeouts: &Timeouts) -> Result<Stream, ImapError> {
        if peer.security == Security::Plain && !is_loopback(peer.host) {
            return Err(ImapError::PlainText);
        }
        let unreachable = |error| ImapError::NoNetwork(peer.host.to_owned(), error);
        let mut wire = network.dial(peer.host, peer.port, timeouts.connect).map_err(unreachable)?;
        wire.set_write_timeout(timeouts.answer).map_err(unreachable)?;
        let stream = Stream { kind: Kind::Plain(wire), deadline: Instant::now() + timeouts.login, origin: None };
        match peer.security {
            Security::Plain | Security::StartTls => Ok(stream),
            Security::Tls => stream.encrypt(peer),
        }
    }

    /// Shakes hands on a plain connection; all of it within the deadline.
    pub fn encrypt(self, peer: Peer) -> Result<Stream, ImapError> {
        let Stream { kind, deadline, origin } = self;
        let Kind::Plain(wire) = kind else { return Err(ImapError::BrokenAnswer) };
        let config = tls_config(peer.ca_file)?;
        let name = ServerName::try_from(peer.host.to_owned()).map_err(|_| {
            ImapError::Certificate("the host in the configuration is no name a certificate can have.".to_owned())
        })?;
        let tls = ClientConnection::new(Arc::new(config), name).map_err(ImapError::from_tls)?;
        let mut stream = StreamOwned::new(tls, wire);
        while stream.conn.is_handshaking() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ImapError::TimedOut("the secure connection"));
            }
            stream.sock.set_read_timeout(left).map_err(ImapError::io)?;
            stream.conn.complete_io(&mut stream.sock).map_err(handshake_error)?;
        }
        Ok(Stream { kind: Kind::Tls(Box::new(stream)), deadline, origin })
    }

    /// Leaves a stream that does nothing in its place.
    pub fn take(&mut self) -> Stream {
        let kind = std::mem::replace(&mut self.kind, Kind::Broken);
        Stream { kind, deadline: self.deadline, origin: self.origin.take() }
    }

    /// From now on a read ends soon after the machine has left `here`: no word would ever come.
    pub fn made_from(&mut self, here: Here, network: Arc<dyn Network>) {
        self.origin = Some(Origin { network, here, looked: Instant::now() });
    }

    /// Whether the machine has left the place that the connection was made from.
    pub fn is_astray(&self) -> bool {
        self.origin.as_ref().is_some_and(Origin::is_left)
    }

    /// Every read from now on has to be done by then.
    pub fn set_deadline(&mut self, timeout: Duration) {
        self.deadline = Instant::now() + timeout;
    }
}

/// What is no TLS at all is a login page or another service on that port.
fn handshake_error(error: io::Error) -> ImapError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidMessage(_)) => ImapError::NotTls,
        Some(_) | None => ImapError::io(error),
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let Some(origin) = &mut self.origin else { return self.kind.read(buffer, left) };
            if origin.looked.elapsed() >= LOOK_EVERY {
                if origin.is_left() {
                    return Err(io::Error::other(Elsewhere));
                }
                origin.looked = Instant::now();
            }
            let read = self.kind.read(buffer, left.min(LOOK_EVERY));
            let is_over = |error: &io::Error| {
                let passed = matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock);
                !passed || left <= LOOK_EVERY
            };
            if read.as_ref().err().is_none_or(is_over) {
                return read;
            }
        }
    }
}

impl Kind {
    fn read(&mut self, buffer: &mut [u8], time: Duration) -> io::Result<usize> {
        match self {
            Kind::Plain(wire) => {
                wire.set_read_timeout(time)?;
                wire.read(buffer)
            }
            Kind::Tls(tls) => {
                tls.sock.set_read_timeout(time)?;
                tls.read(buffer)
            }
            Kind::Broken => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::Plain(wire) => wire.write(buffer),
            Kind::Tls(tls) => tls.write(buffer),
            Kind::Broken => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Plain(wire) => wire.flush(),
            Kind::Tls(tls) => tls.flush(),
            Kind::Broken => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

fn tls_config(ca_file: Option<&Path>) -> Result<ClientConfig, ImapError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(ImapError::Tls)?;
    Ok(builder.with_root_certificates(roots(ca_file)?).with_no_client_auth())
}

/// The private authority when one is named, and then only that; else the platform's.
fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, ImapError> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => {
            let wrong = |reason: String| ImapError::CaFile(path.to_owned(), reason);
            let pem = fs::read(path).map_err(|error| wrong(in_words(&error)))?;
            for certificate in rustls_pemfile::certs(&mut pem.as_slice()) {
                let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(wrong("there is no certificate in it".to_owned()));
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                return Err(ImapError::Certificate(
                    "this machine has no list of trusted certificates: install ca-certificates.".to_owned(),
                ));
            }
        }
    }
    Ok(roots)
}
