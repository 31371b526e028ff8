//! The connection: TCP with time-outs, TLS with rustls and ring.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::error::ImapError;
use crate::config::{ImapAccount, Security, is_loopback};

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

/// A connection whose reads end at a deadline.
pub(super) struct Stream {
    kind: Kind,
    deadline: Instant,
}

enum Kind {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    /// Connects and shakes hands; no byte of the account has been sent then.
    pub fn connect(account: &ImapAccount, timeouts: &Timeouts) -> Result<Stream, ImapError> {
        match account.security {
            Security::Plain if !is_loopback(&account.host) => Err(ImapError::PlainText),
            Security::Plain => {
                let tcp = connect_tcp(account, timeouts)?;
                Ok(Stream { kind: Kind::Plain(tcp), deadline: Instant::now() })
            }
            Security::Tls => {
                let config = tls_config(account.ca_file.as_deref())?;
                let name = ServerName::try_from(account.host.clone()).map_err(|_| {
                    ImapError::Certificate(
                        "the host in the configuration is no name a certificate can have.".to_owned(),
                    )
                })?;
                let tcp = connect_tcp(account, timeouts)?;
                let tls = ClientConnection::new(Arc::new(config), name).map_err(ImapError::from_tls)?;
                let mut stream = StreamOwned::new(tls, tcp);
                stream.sock.set_read_timeout(Some(timeouts.login)).map_err(ImapError::io)?;
                while stream.conn.is_handshaking() {
                    stream.conn.complete_io(&mut stream.sock).map_err(ImapError::io)?;
                }
                Ok(Stream { kind: Kind::Tls(Box::new(stream)), deadline: Instant::now() })
            }
        }
    }

    /// Every read from now on has to be done by then.
    pub fn set_deadline(&mut self, timeout: Duration) {
        self.deadline = Instant::now() + timeout;
    }

    fn socket(&self) -> &TcpStream {
        match &self.kind {
            Kind::Plain(tcp) => tcp,
            Kind::Tls(tls) => &tls.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.socket().set_read_timeout(Some(left))?;
        match &mut self.kind {
            Kind::Plain(tcp) => tcp.read(buffer),
            Kind::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::Plain(tcp) => tcp.write(buffer),
            Kind::Tls(tls) => tls.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Plain(tcp) => tcp.flush(),
            Kind::Tls(tls) => tls.flush(),
        }
    }
}

fn connect_tcp(account: &ImapAccount, timeouts: &Timeouts) -> Result<TcpStream, ImapError> {
    let unreachable = |error| ImapError::NoNetwork(account.host.clone(), error);
    let addresses = (account.host.as_str(), account.port).to_socket_addrs().map_err(unreachable)?;
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect_timeout(&address, timeouts.connect) {
            Ok(tcp) => {
                // Small commands must not wait for each other's acknowledgement.
                tcp.set_nodelay(true).map_err(unreachable)?;
                tcp.set_write_timeout(Some(timeouts.answer)).map_err(unreachable)?;
                return Ok(tcp);
            }
            Err(error) => last = error,
        }
    }
    Err(unreachable(last))
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
            let pem = fs::read(path).map_err(|error| wrong(error.to_string()))?;
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
