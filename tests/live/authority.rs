//! A small authorisation server on loopback: token, device-code and authorize endpoints, and tokens that Dovecot checks.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use hark::config::{Endpoints, OAuth, Provider, TokenStore};

use crate::live::USER;

/// Signs the tokens; Dovecot has it as keys/default/HS256/default.
pub const KEY: &str = "local-test-shared-secret-0123456789";
pub const ISSUER: &str = "https://localhost/test";

/// What the authority does; tests change it while it runs.
#[derive(Debug, Clone)]
pub struct Mood {
    /// Lifetime of the token itself in seconds; negative = over already.
    pub lifetime_s: i64,
    /// What the answer says about it.
    pub expires_in: i64,
    pub issuer: String,
    /// The permission was taken back.
    pub revoked: bool,
    /// Each use gives another refresh token, and the old one ends.
    pub rotates: bool,
    /// Answers to the polls of the device flow before it is decided.
    pub pending: u32,
    pub decision: Decision,
    /// After these many good answers tokens are good again, whatever `lifetime_s` says.
    pub bad_answers: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Grant,
    Deny,
    Expire,
}

impl Default for Mood {
    fn default() -> Self {
        Mood {
            lifetime_s: 3600,
            expires_in: 3600,
            issuer: ISSUER.to_owned(),
            revoked: false,
            rotates: false,
            pending: 0,
            decision: Decision::Grant,
            bad_answers: u32::MAX,
        }
    }
}

#[derive(Debug, Default)]
pub struct State {
    pub mood: Mood,
    /// Requests by path and grant.
    pub asked: Vec<String>,
    refresh: String,
    /// The PKCE challenge of the last authorize request.
    challenge: String,
    given: u32,
}

pub struct Authority {
    pub port: u16,
    pub state: Arc<Mutex<State>>,
}

impl Authority {
    pub fn start(mood: Mood) -> Authority {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { mood, refresh: "refresh-0".to_owned(), ..State::default() }));
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(&stream, &mut shared.lock().unwrap());
            }
        });
        Authority { port, state }
    }

    pub fn oauth(&self, token_file: &Path, device: bool) -> OAuth {
        let url = |path: &str| format!("http://127.0.0.1:{}/{path}", self.port);
        OAuth {
            provider: Provider::Custom,
            client_id: "hark-test".to_owned(),
            client_secret: None,
            store: TokenStore::File(token_file.to_owned()),
            endpoints: Endpoints {
                authorize: url("authorize"),
                token: url("token"),
                device: device.then(|| url("device")),
                scope: "mail offline".to_owned(),
            },
        }
    }

    /// As after a first sign-in.
    pub fn grant(&self, token_file: &Path) {
        fs::write(token_file, format!("{}\n", self.state.lock().unwrap().refresh)).unwrap();
        crate::live::run("chmod", &["600", token_file.to_str().unwrap()]);
    }

    pub fn asked(&self, what: &str) -> usize {
        self.state.lock().unwrap().asked.iter().filter(|asked| *asked == what).count()
    }

    pub fn change(&self, change: impl FnOnce(&mut Mood)) {
        change(&mut self.state.lock().unwrap().mood);
    }
}

fn serve(stream: &TcpStream, state: &mut State) {
    let mut lines = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0_usize);
    lines.read_line(&mut first).unwrap_or(0);
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let form = form(if body.is_empty() { query.to_owned() } else { String::from_utf8(body).unwrap() });
    let (status, text) = answer(path, &form, state);
    let _ = write!(
        &mut &*stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
}

fn answer(path: &str, form: &BTreeMap<String, String>, state: &mut State) -> (u16, String) {
    let get = |name: &str| form.get(name).cloned().unwrap_or_default();
    let refused = |error: &str| (400, format!(r#"{{"error":"{error}"}}"#));
    let grant = get("grant_type");
    state.asked.push(if path == "/token" { grant.clone() } else { path.to_owned() });
    if path != "/authorize" && get("client_id") != "hark-test" {
        return refused("invalid_client");
    }
    match (path, grant.as_str()) {
        ("/device", _) => (
            200,
            r#"{"device_code":"d","user_code":"WORD-1","verification_uri":"https://example.org/activate","expires_in":60,"interval":1}"#
                .to_owned(),
        ),
        // What a browser would be sent back with.
        ("/authorize", _) => {
            assert_eq!(get("code_challenge_method"), "S256");
            assert!(get("scope").contains("mail"));
            state.challenge = get("code_challenge");
            (200, format!("{}?code=c0de&state={}", get("redirect_uri"), get("state")))
        }
        ("/token", "urn:ietf:params:oauth:grant-type:device_code") if state.mood.pending > 0 => {
            state.mood.pending -= 1;
            refused("authorization_pending")
        }
        ("/token", "urn:ietf:params:oauth:grant-type:device_code") => match state.mood.decision {
            Decision::Grant => tokens(state),
            Decision::Deny => refused("access_denied"),
            Decision::Expire => refused("expired_token"),
        },
        ("/token", "authorization_code") => {
            if get("code") != "c0de" || challenge_of(&get("code_verifier")) != state.challenge {
                return refused("invalid_grant");
            }
            tokens(state)
        }
        ("/token", "refresh_token") if state.mood.revoked || get("refresh_token") != state.refresh => {
            refused("invalid_grant")
        }
        ("/token", "refresh_token") => tokens(state),
        _ => refused("unsupported_grant_type"),
    }
}

fn tokens(state: &mut State) -> (u16, String) {
    state.given += 1;
    if state.mood.rotates {
        state.refresh = format!("refresh-{}", state.given);
    }
    let good = state.given > state.mood.bad_answers;
    let lifetime = if good { 3600 } else { state.mood.lifetime_s };
    let issuer = if good { ISSUER } else { &state.mood.issuer };
    let token = jwt(issuer, lifetime);
    let (expires, refresh) = (state.mood.expires_in, &state.refresh);
    let text = format!(
        r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{expires},"refresh_token":"{refresh}"}}"#
    );
    (200, text)
}

fn jwt(issuer: &str, lifetime_s: i64) -> String {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let expires = now + lifetime_s;
    let issued = now.min(expires) - 10;
    let claims = format!(r#"{{"iss":"{issuer}","sub":"{USER}","iat":{issued},"nbf":{issued},"exp":{expires}}}"#);
    let head = base64url(br#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", base64url(claims.as_bytes()));
    let mac = openssl(&["dgst", "-sha256", "-hmac", KEY, "-binary"], signed.as_bytes());
    format!("{signed}.{}", base64url(&mac))
}

fn challenge_of(verifier: &str) -> String {
    base64url(&openssl(&["dgst", "-sha256", "-binary"], verifier.as_bytes()))
}

fn openssl(args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().stdout
}

pub fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            out.push(LETTERS[(number >> (18 - 6 * index) & 63) as usize] as char);
        }
    }
    out
}

fn form(text: String) -> BTreeMap<String, String> {
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (unescape(name), unescape(value)))
        .collect()
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let hex: Vec<u8> = rest.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A GET as a browser would do it; the body.
pub fn get(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
