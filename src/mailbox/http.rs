//! One HTTP request to a token endpoint: our own TLS, no redirects, everything capped.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use oauth2::http::{self, Uri};
use oauth2::{HttpRequest, HttpResponse};
use zeroize::Zeroizing;

use super::imap::{ImapError, Timeouts};
use super::imap::{Peer, Stream};
use super::network::Network;
use crate::config::Security;

/// A token answer is a few kB; error pages may be larger.
const ANSWER_CAP: usize = 256 * 1024;
/// For the whole exchange.
const PATIENCE: Duration = Duration::from_secs(30);

/// How to reach token endpoints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Http<'a> {
    pub network: &'a dyn Network,
    pub ca_file: Option<&'a Path>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error(transparent)]
    Connection(#[from] ImapError),
    #[error("the address of the sign-in service cannot be used")]
    BadAddress,
    #[error("the sign-in service gave an answer that makes no sense")]
    BrokenAnswer,
}

impl Http<'_> {
    pub fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (host, peer_port, security) = target(request.uri())?;
        let peer = Peer { host: &host, port: peer_port, ca_file: self.ca_file, security };
        let timeouts = Timeouts { connect: Duration::from_secs(10), login: PATIENCE, answer: PATIENCE };
        let mut stream = Stream::connect(peer, self.network, &timeouts)?;
        stream.set_deadline(PATIENCE);
        let wire = wire(&request, &host)?;
        stream.write_all(&wire).and_then(|()| stream.flush()).map_err(ImapError::io)?;
        let mut answer = Zeroizing::new(Vec::new());
        let mut body = None;
        let mut chunk = Zeroizing::new([0_u8; 8192]);
        while !body.as_ref().is_some_and(|body: &Body| body.is_whole(&answer)) {
            let length = match stream.read(chunk.as_mut_slice()) {
                // The end of the answer, whether or not the server said so first.
                Ok(0) => break,
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
                Ok(length) => length,
                Err(error) => return Err(ImapError::io(error).into()),
            };
            let before = answer.len();
            answer.extend_from_slice(chunk.get(..length).unwrap_or_default());
            body = body.or_else(|| Body::begin(&answer, before));
            if answer.len() > ANSWER_CAP {
                return Err(HttpError::BrokenAnswer);
            }
        }
        parse(&answer).ok_or(HttpError::BrokenAnswer)
    }
}

fn target(uri: &Uri) -> Result<(String, u16, Security), HttpError> {
    let host = uri.host().ok_or(HttpError::BadAddress)?.trim_matches(['[', ']']).to_owned();
    let (security, usual) = match uri.scheme_str() {
        Some("https") => (Security::Tls, 443),
        Some("http") => (Security::Plain, 80),
        Some(_) | None => return Err(HttpError::BadAddress),
    };
    Ok((host, uri.port_u16().unwrap_or(usual), security))
}

fn wire(request: &HttpRequest, host: &str) -> Result<Zeroizing<Vec<u8>>, HttpError> {
    let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let mut wire = Zeroizing::new(Vec::new());
    let length = request.body().len();
    let head = format!(
        "{} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n",
        request.method()
    );
    wire.extend_from_slice(head.as_bytes());
    for (name, value) in request.headers() {
        wire.extend_from_slice(name.as_str().as_bytes());
        wire.extend_from_slice(b": ");
        wire.extend_from_slice(value.as_bytes());
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"\r\n");
    wire.extend_from_slice(request.body());
    Ok(wire)
}

/// Head and body.
fn split(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((answer.get(..end)?, answer.get(end.saturating_add(4)..)?))
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    let line = |line: &'a str| line.split_once(':').filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
    head.lines().skip(1).find_map(line).map(|(_, value)| value.trim())
}

fn is_chunked(head: &str) -> bool {
    header(head, "transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"))
}

/// Where the body begins, and how its end is known. Looked at once: an answer may come byte by byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Body {
    start: usize,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    At(usize),
    LastChunk,
    /// With the connection.
    Closed,
}

impl Body {
    /// Once the head is whole; the first `looked_at` bytes were looked at before.
    fn begin(answer: &[u8], looked_at: usize) -> Option<Body> {
        let fresh = looked_at.saturating_sub(3);
        let end = answer.get(fresh..)?.windows(4).position(|window| window == b"\r\n\r\n")?.checked_add(fresh)?;
        let head = String::from_utf8_lossy(answer.get(..end)?);
        let start = end.checked_add(4)?;
        let end = match header(&head, "content-length").and_then(|value| value.parse::<usize>().ok()) {
            _ if is_chunked(&head) => End::LastChunk,
            Some(length) => End::At(start.saturating_add(length)),
            None => End::Closed,
        };
        Some(Body { start, end })
    }

    /// Whether nothing more is to come.
    fn is_whole(self, answer: &[u8]) -> bool {
        match self.end {
            End::At(end) => answer.len() >= end,
            // The last chunk is followed by an empty line; the rest is looked at only then.
            End::LastChunk => {
                answer.ends_with(b"\r\n\r\n") && answer.get(self.start..).is_some_and(|body| unchunk(body).is_some())
            }
            End::Closed => false,
        }
    }
}

/// `None` until the last chunk is there.
fn unchunk(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let end = body.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(body.get(..end)?).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(out);
        }
        let start = end.checked_add(2)?;
        let stop = start.checked_add(size)?;
        out.extend_from_slice(body.get(start..stop)?);
        body = body.get(stop.checked_add(2)?..)?;
    }
}

fn parse(answer: &[u8]) -> Option<HttpResponse> {
    let (head, body) = split(answer)?;
    let head = String::from_utf8_lossy(head);
    let status: u16 = head.lines().next()?.split_whitespace().nth(1)?.parse().ok()?;
    let body = if is_chunked(&head) {
        unchunk(body)?
    } else {
        let length = header(&head, "content-length").and_then(|value| value.parse::<usize>().ok());
        body.get(..length.unwrap_or(body.len()).min(body.len()))?.to_vec()
    };
    let mut response = http::Response::builder().status(status);
    if let Some(kind) = header(&head, "content-type") {
        response = response.header("content-type", kind);
    }
    response.body(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn answers_of_every_shape() {
        for (text, body) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}junk", "{}"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n", "{}"),
            ("HTTP/1.0 200\r\n\r\n{}", "{}"),
        ] {
            let response = parse(text.as_bytes()).unwrap();
            assert_eq!((response.status().as_u16(), response.body().as_slice()), (200, body.as_bytes()));
        }
        assert!(parse(b"<html>").is_none());
    }

    #[test]
    fn the_end_of_an_answer_is_known_however_it_drips() {
        for (text, end) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 41),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 59),
            ("HTTP/1.1 200 OK\r\n\r\n{}", usize::MAX),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", usize::MAX),
        ] {
            for chunk in [1, 3, 100] {
                let (mut body, mut before) = (None, 0);
                let lengths = (chunk..text.len()).step_by(chunk).chain([text.len()]);
                let whole = lengths.map(|length| {
                    let answer = &text.as_bytes()[..length];
                    body = body.or_else(|| Body::begin(answer, before));
                    before = length;
                    (length, body.is_some_and(|body| body.is_whole(answer)))
                });
                let first = whole.filter(|(_, whole)| *whole).map(|(length, _)| length).next();
                assert_eq!(first.is_some_and(|length| length < end + chunk), end != usize::MAX, "{text} {chunk}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_answer_is_too_odd(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            head in "(HTTP/1.1 [0-9]{1,9}\r\n)?((Content-Length: [0-9]{1,30}|Transfer-Encoding: chunked)\r\n)?\r\n",
        ) {
            let answer = [head.as_bytes(), bytes.as_slice()].concat();
            if let Some(body) = Body::begin(&answer, 0) {
                body.is_whole(&answer);
            }
            parse(&answer);
        }
    }
}
