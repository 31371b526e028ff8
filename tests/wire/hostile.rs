//! Any bytes from a submission server or a sign-in service: an end comes, little is read, nobody panics, no secret gets out.
//!
//! The network is in memory and its time-outs come at once, so whatever would hang ends by the count of bytes and reads here.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hark::config::{Endpoints, ImapAccount, Login, OAuth, Provider, Security, SmtpAccount, TokenStore};
use hark::mail::MailTo;
use hark::mailbox::{Invitation, Network, OAuthError, SendError, Sending, Sent, Wire, sign_in};
use proptest::prelude::*;

/// What is to be found nowhere outside the wire.
const SECRET: &str = "pass-w0rd-of-robin";
/// The same in base64, as SASL PLAIN and LOGIN have it.
const ENCODED: [&str; 2] = ["AHJvYmluAHBhc3MtdzByZC1vZi1yb2Jpbg", "cGFzcy13MHJkLW9mLXJvYmlu"];
const SMTP: u16 = 465;
const TOKEN: u16 = 8080;
const DEVICE: u16 = 8081;
/// All that is ever read of one connection: for HTTP its cap, for SMTP the cap of ten answers.
const MOST_BYTES: usize = 10 * 100 * 3 * 1024;

#[derive(Debug, Clone)]
enum Piece {
    Bytes(Vec<u8>),
    /// All that was said so far comes back.
    Echo,
    /// For ever.
    Endless(Vec<u8>),
    /// Time-outs from here on.
    Silence,
}

/// What comes over one connection, at most `chunk` bytes a read; then its end.
#[derive(Debug, Clone)]
struct Script {
    pieces: Vec<Piece>,
    chunk: usize,
}

#[derive(Debug, Default)]
struct Hostile {
    scripts: Mutex<BTreeMap<u16, VecDeque<Script>>>,
    /// Bytes read of each connection.
    taken: Arc<Mutex<Vec<usize>>>,
}

impl Hostile {
    fn new(scripts: impl IntoIterator<Item = (u16, Script)>) -> Arc<Hostile> {
        let hostile = Hostile::default();
        for (port, script) in scripts {
            hostile.scripts.lock().unwrap().entry(port).or_default().push_back(script);
        }
        Arc::new(hostile)
    }

    fn most_taken(&self) -> usize {
        self.taken.lock().unwrap().iter().copied().max().unwrap_or(0)
    }
}

impl Network for Hostile {
    fn dial(&self, _host: &str, port: u16, _patience: Duration) -> io::Result<Box<dyn Wire>> {
        let script = self.scripts.lock().unwrap().get_mut(&port).and_then(VecDeque::pop_front);
        // Who goes on asking hears that it is over.
        let script = script.unwrap_or_else(|| refused("access_denied"));
        let mut taken = self.taken.lock().unwrap();
        taken.push(0);
        let (pieces, chunk, number) = (script.pieces.into(), script.chunk, taken.len() - 1);
        let line = Line { pieces, chunk, ready: VecDeque::new(), said: Vec::new(), number, taken: self.taken.clone() };
        Ok(Box::new(line))
    }
}

struct Line {
    pieces: VecDeque<Piece>,
    chunk: usize,
    ready: VecDeque<u8>,
    said: Vec<u8>,
    number: usize,
    taken: Arc<Mutex<Vec<usize>>>,
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() {
            match self.pieces.pop_front() {
                Some(Piece::Bytes(bytes)) => self.ready.extend(bytes),
                Some(Piece::Echo) => self.ready.extend(&self.said),
                Some(Piece::Endless(bytes)) if bytes.is_empty() => {}
                Some(Piece::Endless(bytes)) => {
                    self.ready.extend(&bytes);
                    self.pieces.push_front(Piece::Endless(bytes));
                }
                Some(Piece::Silence) => {
                    self.pieces.push_front(Piece::Silence);
                    return Err(io::ErrorKind::TimedOut.into());
                }
                None => return Ok(0),
            }
        }
        let length = self.chunk.min(buffer.len());
        let length = self.ready.iter().take(length).zip(buffer).map(|(byte, place)| *place = *byte).count();
        self.ready.drain(..length);
        let mut taken = self.taken.lock().unwrap();
        taken[self.number] += length;
        assert!(taken[self.number] < MOST_BYTES, "it reads on and on");
        Ok(length)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.said.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Wire for Line {
    fn set_read_timeout(&mut self, _: Duration) -> io::Result<()> {
        Ok(())
    }

    fn set_write_timeout(&mut self, _: Duration) -> io::Result<()> {
        Ok(())
    }
}

fn account(login: Login) -> ImapAccount {
    ImapAccount { login, ..crate::account(143) }
}

fn oauth(token: &Path) -> OAuth {
    let url = |port: u16| format!("http://127.0.0.1:{port}/x");
    std::fs::write(token, SECRET).unwrap();
    crate::live::run("chmod", &["600", token.to_str().unwrap()]);
    OAuth {
        provider: Provider::Custom,
        client_id: "hark-test".to_owned(),
        client_secret: None,
        store: TokenStore::File(token.to_owned()),
        endpoints: Endpoints {
            authorize: url(TOKEN),
            token: url(TOKEN),
            device: Some(url(DEVICE)),
            scope: "mail".to_owned(),
        },
    }
}

fn sending(login: Login, network: Arc<Hostile>) -> Sending {
    let smtp = SmtpAccount {
        host: "127.0.0.1".into(),
        port: SMTP,
        user: "robin".into(),
        ca_file: None,
        security: Security::Plain,
        from: "robin@example.org".into(),
    };
    Sending::new(account(login), smtp, network, Duration::from_secs(10))
}

fn send(login: Login, network: Arc<Hostile>) -> Result<Sent, SendError> {
    sending(login, network).send(&MailTo::parse("mailto:leave@list.example.org").unwrap(), 0)
}

fn tells_no_secret(told: &impl std::fmt::Debug, words: &str) {
    let told = format!("{told:?} {words}");
    for secret in [&[SECRET], &ENCODED[..]].concat() {
        assert!(!told.contains(secret), "{told}");
    }
    assert!(told.len() < 1_000 && !told.chars().any(char::is_control), "{told:?}");
}

fn looked_after(sent: Result<Sent, SendError>) {
    let words = sent.as_ref().err().map(ToString::to_string).unwrap_or_default();
    tells_no_secret(&sent, &words);
}

/// A piece that nobody has asked for.
fn odd() -> impl Strategy<Value = Piece> {
    let line = prop_oneof![
        "[0-9]{0,6}[ -]?[ -~]{0,30}\r?\n",
        Just("334 \r\n".to_owned()),
        Just("535 5.7.8 no\r\n".to_owned()),
        Just("250-".to_owned()),
        "[ -~]{3000}",
    ];
    let bytes = prop_oneof![
        4 => line.prop_map(String::into_bytes),
        2 => proptest::collection::vec(any::<u8>(), 0..80),
    ];
    prop_oneof![
        4 => bytes.clone().prop_map(Piece::Bytes),
        2 => bytes.prop_map(Piece::Endless),
        1 => Just(Piece::Echo),
        1 => Just(Piece::Silence),
    ]
}

/// A conversation that goes well, with some of its answers gone wrong.
fn conversation() -> impl Strategy<Value = Script> {
    const GOOD: [&str; 9] = [
        "220 here\r\n",
        "250-here\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n",
        "235 in\r\n",
        "250 fine\r\n",
        "250 fine\r\n",
        "354 go on\r\n",
        "250 taken\r\n",
        "221 bye\r\n",
        "500 what?\r\n",
    ];
    let wrong = proptest::collection::vec((0..GOOD.len(), odd()), 0..4);
    (wrong, 1..200_usize).prop_map(|(wrong, chunk)| {
        let mut pieces: Vec<Piece> = GOOD.map(|answer| Piece::Bytes(answer.into())).into();
        for (at, odd) in wrong {
            pieces[at] = odd;
        }
        Script { pieces, chunk }
    })
}

fn number() -> impl Strategy<Value = String> {
    let numbers = ["0", "-1", "1.5", "3600", "9223372036854775807", "18446744073709551615", "1e99", "null", "\"60\""];
    proptest::sample::select(numbers.to_vec()).prop_map(str::to_owned)
}

/// A body that a sign-in service may have: every field there is, each of them possibly odd.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        Just("bearer".to_owned()),
        Just("https://example.org/activate".to_owned()),
        Just("javascript:alert(1)".to_owned()),
        Just("invalid_grant".to_owned()),
        Just("access_denied".to_owned()),
        Just(SECRET.to_owned()),
        Just(r"\u001b]0;owned\u0007".to_owned()),
        Just(r"https://example.org/\u001b[2J".to_owned()),
        "[ -!#-\\[\\]-~]{0,20}",
        "[a-z]{2000}",
    ];
    let names = [
        "access_token",
        "token_type",
        "refresh_token",
        "scope",
        "error",
        "error_description",
        "device_code",
        "user_code",
        "verification_uri",
    ];
    let words = proptest::collection::vec(proptest::option::weighted(0.8, text), names.len());
    let numbers = proptest::collection::vec(proptest::option::weighted(0.8, number()), 2);
    let object = (words, numbers).prop_map(move |(words, numbers)| {
        let words = names.iter().zip(words).filter_map(|(name, word)| Some(format!("\"{name}\":\"{}\"", word?)));
        let numbers = ["expires_in", "interval"].iter().zip(numbers);
        let numbers = numbers.filter_map(|(name, number)| Some(format!("\"{name}\":{}", number?)));
        format!("{{{}}}", words.chain(numbers).collect::<Vec<_>>().join(",")).into_bytes()
    });
    prop_oneof![
        6 => object,
        1 => proptest::collection::vec(any::<u8>(), 0..200),
        1 => Just([b"[".repeat(5_000), b"]".repeat(5_000)].concat()),
    ]
}

fn http_answer() -> impl Strategy<Value = Script> {
    let status = proptest::sample::select(vec!["200", "400", "401", "302", "500", "99999", "x"]);
    let whole = (status, body(), 0..4).prop_map(|(status, body, shape)| {
        let head = |rest: &str| format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{rest}\r\n");
        let length = body.len();
        let bytes = match shape {
            0 => [head(&format!("Content-Length: {length}\r\n")).into_bytes(), body].concat(),
            1 => [head("Content-Length: 99999999999999999999\r\n").into_bytes(), body].concat(),
            2 => {
                let size = format!("{length:x}\r\n");
                [head("Transfer-Encoding: chunked\r\n").as_bytes(), size.as_bytes(), &body, b"\r\n0\r\n\r\n"].concat()
            }
            _ => [head("").into_bytes(), body].concat(),
        };
        Piece::Bytes(bytes)
    });
    let endless = prop_oneof![
        Just(b"X-Header: y\r\n".to_vec()),
        Just(b"1\r\n{\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..50),
    ];
    let head = Piece::Bytes(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec());
    let pieces = prop_oneof![
        8 => whole.prop_map(|piece| vec![piece]),
        1 => endless.clone().prop_map(|bytes| vec![Piece::Endless(bytes)]),
        1 => endless.prop_map(move |bytes| vec![head.clone(), Piece::Endless(bytes)]),
        1 => Just(vec![Piece::Echo]),
        1 => Just(vec![Piece::Silence]),
    ];
    (pieces, prop_oneof![Just(1_usize), 1..5_000_usize]).prop_map(|(pieces, chunk)| Script { pieces, chunk })
}

fn plain(text: &str) -> Script {
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}", text.len());
    Script { pieces: vec![Piece::Bytes(answer.into_bytes())], chunk: 1_000 }
}

fn refused(error: &str) -> Script {
    let text = format!("{{\"error\":\"{error}\"}}");
    let answer =
        format!("HTTP/1.1 400 X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}", text.len());
    Script { pieces: vec![Piece::Bytes(answer.into_bytes())], chunk: 1_000 }
}

/// A sign-in by code; what was shown and how it ended.
fn sign_in_with(scripts: Vec<(u16, Script)>) -> (Vec<Invitation>, Result<(), OAuthError>, Arc<Hostile>) {
    let dir = tempfile::tempdir().unwrap();
    let oauth = oauth(&dir.path().join("token"));
    let network = Hostile::new(scripts);
    let mut shown = Vec::new();
    let account = account(Login::OAuth(oauth.clone()));
    let ended = sign_in(&account, &oauth, network.as_ref(), &mut |invitation| shown.push(invitation.clone()));
    (shown, ended, network)
}

fn signed_in(scripts: Vec<(u16, Script)>) {
    let (shown, ended, network) = sign_in_with(scripts);
    let words = ended.as_ref().err().map(ToString::to_string).unwrap_or_default();
    tells_no_secret(&ended, &words);
    for invitation in shown {
        let (Invitation::Code { page, code }, shown) = (&invitation, format!("{invitation:?}")) else { panic!() };
        assert!(page.starts_with("https://") || page.starts_with("http://"), "{page}");
        assert!(!page.chars().chain(code.chars()).any(char::is_control) && shown.len() < 3_000, "{shown}");
    }
    assert!(network.most_taken() < 300_000);
}

const DETAILS: &str =
    r#"{"device_code":"d","user_code":"W-1","verification_uri":"https://example.org/a","expires_in":60,"interval":0}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_submission_server_comes_to_an_end_and_learns_no_more_than_it_must(script in conversation()) {
        let network = Hostile::new([(SMTP, script)]);
        looked_after(send(Login::Command(format!("echo {SECRET}")), network));
    }

    #[test]
    fn any_submission_server_may_have_a_token(script in conversation(), answers in proptest::collection::vec(http_answer(), 0..3)) {
        let dir = tempfile::tempdir().unwrap();
        let oauth = oauth(&dir.path().join("token"));
        let answers = answers.into_iter().map(|answer| (TOKEN, answer));
        looked_after(send(Login::OAuth(oauth), Hostile::new(answers.chain([(SMTP, script)]))));
    }

}

proptest! {
    // Each may have to wait a second.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_answer_about_a_code_comes_to_an_end(device in http_answer(), token in http_answer()) {
        signed_in(vec![(DEVICE, device), (TOKEN, token)]);
    }

    #[test]
    fn any_answer_to_a_code_comes_to_an_end(token in http_answer()) {
        signed_in(vec![(DEVICE, plain(DETAILS)), (TOKEN, token)]);
    }
}

/// Found by the property: the end of such a life is beyond every clock.
#[test]
fn a_token_that_is_good_for_ever_is_used() {
    let token = format!("{{\"access_token\":\"t\",\"token_type\":\"bearer\",\"expires_in\":{}}}", u64::MAX);
    let dir = tempfile::tempdir().unwrap();
    let good = "220 a\r\n250 AUTH XOAUTH2\r\n235 in\r\n250 a\r\n250 b\r\n354 c\r\n250 d\r\n";
    let script = Script { pieces: vec![Piece::Bytes(good.into())], chunk: 100 };
    let network = Hostile::new([(TOKEN, plain(&token)), (SMTP, script)]);
    assert_eq!(send(Login::OAuth(oauth(&dir.path().join("token"))), network).unwrap(), Sent::Taken);
}

/// A pause that never ends, and one that grows beyond every number.
#[test]
fn a_service_that_wants_to_be_asked_in_a_million_years_is_refused() {
    let details = DETAILS.replace("\"interval\":0", &format!("\"interval\":{}", u64::MAX));
    let (shown, ended, _) = sign_in_with(vec![(DEVICE, plain(&details)), (TOKEN, refused("slow_down"))]);
    assert_eq!((shown, ended), (vec![], Err(OAuthError::BrokenAnswer)));
}

#[test]
fn what_is_shown_of_a_service_cannot_write_over_the_terminal() {
    for (from, to) in [
        ("W-1", r"\u001b[2J".to_owned()),
        ("W-1", "W".repeat(1_000)),
        ("https://example.org/a", "file:///etc/passwd".to_owned()),
        ("https://example.org/a", r"https://example.org/\u001b[2J".to_owned()),
    ] {
        signed_in(vec![(DEVICE, plain(&DETAILS.replace(from, &to)))]);
    }
    for error in [r"\u001b[2J", SECRET, &"x".repeat(5_000)] {
        let (_, ended, _) = sign_in_with(vec![(DEVICE, refused(error))]);
        let words = ended.as_ref().unwrap_err().to_string();
        tells_no_secret(&ended, &words);
    }
    let (_, ended, _) = sign_in_with(vec![(DEVICE, refused("invalid_client"))]);
    assert!(ended.unwrap_err().to_string().contains("invalid_client"));
}
