//! A Dovecot of our own on loopback, for tests and benches: its own folder, port, certificates and user.
#![allow(dead_code)]

use std::collections::VecDeque;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

pub const USER: &str = "test@example.org";
pub const PASSWORD: &str = "secret";

pub struct Dovecot {
    dir: tempfile::TempDir,
    child: Child,
    pub port: u16,
}

impl Dovecot {
    /// `None`, after saying why loudly, when it cannot be had on this machine.
    pub fn start(test: &str) -> Option<Dovecot> {
        Dovecot::start_with(test, "plain login")
    }

    /// With these ways to log in; tokens of [`crate::authority`] are checked by itself.
    pub fn start_with(test: &str, mechanisms: &str) -> Option<Dovecot> {
        if let Some(reason) = missing() {
            eprintln!("SKIPPED {test}: {reason}");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let root = dir.path();
        let conf =
            include_str!("dovecot.conf").replace("@W@", root.to_str().unwrap()).replace("@PORT@", &port.to_string());
        let conf = conf.replace("@MECHANISMS@", mechanisms);
        fs::write(root.join("dovecot.conf"), conf).unwrap();
        let oauth = format!(
            "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={}/keys/\nissuers = https://localhost/test\nusername_attribute = sub\n",
            root.display()
        );
        fs::write(root.join("oauth2.conf.ext"), oauth).unwrap();
        fs::create_dir_all(root.join("keys/default/HS256")).unwrap();
        // "local-test-shared-secret-0123456789", as the authority of the tests signs.
        let key = "bG9jYWwtdGVzdC1zaGFyZWQtc2VjcmV0LTAxMjM0NTY3ODk=\n";
        fs::write(root.join("keys/default/HS256/default"), key).unwrap();
        fs::write(root.join("users"), format!("{USER}:{PASSWORD}\n")).unwrap();
        fs::create_dir_all(root.join("run")).unwrap();
        make_certificates(root);
        // Others have to pass through the folder: mail runs as a user of its own.
        run("chmod", &["755", root.to_str().unwrap()]);
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(root.join("home/test/Maildir").join(part)).unwrap();
        }
        let dovecot = Dovecot {
            child: Command::new("dovecot")
                .args(["-F", "-c", root.join("dovecot.conf").to_str().unwrap()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
            dir,
            port,
        };
        dovecot.own();
        dovecot.wait_until_up();
        Some(dovecot)
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn ca_file(&self) -> PathBuf {
        self.root().join("ca.pem")
    }

    pub fn maildir(&self) -> PathBuf {
        self.root().join("home/test/Maildir")
    }

    /// Delivers a message; `unique` is its file's name, `flags` the Maildir letters.
    pub fn deliver(&self, unique: &str, flags: &str, message: &[u8]) {
        let name = format!("{unique},S={}:2,{flags}", message.len());
        fs::write(self.maildir().join("cur").join(name), message).unwrap();
        self.own();
    }

    /// Gives everything to the mail user.
    pub fn own(&self) {
        run("chown", &["-R", "mail:mail", self.root().join("home").to_str().unwrap()]);
    }

    fn wait_until_up(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < until, "dovecot did not start: {}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.root().join("dovecot.log")).unwrap_or_default()
    }

    /// Ends the server; its port refuses from then on.
    pub fn stop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

fn missing() -> Option<String> {
    for tool in ["dovecot", "openssl"] {
        if Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            return Some(format!("{tool} is not installed (Debian: apt-get install dovecot-imapd openssl)"));
        }
    }
    let id = Command::new("id").arg("-u").output().ok()?;
    (id.stdout.trim_ascii() != b"0").then(|| "dovecot's recipe needs root".to_owned())
}

/// An authority and a leaf signed by it: rustls refuses an authority's certificate as a server's.
pub fn make_certificates(root: &Path) {
    let path = |name: &str| root.join(name).to_str().unwrap().to_owned();
    fs::write(root.join("leaf.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    let key =
        |name: &str| run("openssl", &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", &path(name)]);
    key("ca.key");
    key("server.key");
    run(
        "openssl",
        &[
            "req",
            "-x509",
            "-new",
            "-key",
            &path("ca.key"),
            "-subj",
            "/CN=Hark test",
            "-days",
            "3650",
            "-out",
            &path("ca.pem"),
        ],
    );
    run(
        "openssl",
        &["req", "-new", "-key", &path("server.key"), "-subj", "/CN=localhost", "-out", &path("server.csr")],
    );
    run(
        "openssl",
        &[
            "x509",
            "-req",
            "-in",
            &path("server.csr"),
            "-CA",
            &path("ca.pem"),
            "-CAkey",
            &path("ca.key"),
            "-CAcreateserial",
            "-days",
            "3650",
            "-extfile",
            &path("leaf.ext"),
            "-out",
            &path("server.pem"),
        ],
    );
}

pub fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// How bad a line is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fault {
    pub one_way: Duration,
    /// Bytes that pass at a time, with a millisecond between them.
    pub drip: Option<usize>,
}

/// Its home is `home` and nothing of the person's own is touched; what it says and hears goes through pipes.
pub fn in_home<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    for place in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        command.env_remove(place);
    }
    command.env("HOME", home).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped())
}

/// A way to a server that delays every byte in each direction, counts, and can be cut.
pub struct Proxy {
    pub port: u16,
    pub bytes: Arc<AtomicU64>,
    /// Times the client spoke after the server had: round trips, without the one of TCP itself.
    pub turns: Arc<AtomicU64>,
    breaks: Arc<AtomicU64>,
    cuts: Arc<Mutex<VecDeque<u64>>>,
}

/// Who speaks on a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Client,
    Server,
}

/// What the pumps of a proxy share.
#[derive(Clone)]
struct Shared {
    fault: Fault,
    bytes: Arc<AtomicU64>,
    turns: Arc<AtomicU64>,
    last: Arc<Mutex<Option<Speaker>>>,
    /// Odd while the line is cut. A connection of an earlier number is dead, so that one cut and
    /// mended at once does not live on because no pump looked in between.
    breaks: Arc<AtomicU64>,
    /// Bytes that still pass before the next cuts, one after the other.
    cuts: Arc<Mutex<VecDeque<u64>>>,
}

impl Proxy {
    pub fn start(target: u16, one_way: Duration) -> Proxy {
        Proxy::with(target, Fault { one_way, ..Fault::default() })
    }

    pub fn with(target: u16, fault: Fault) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Shared {
            fault,
            bytes: Arc::default(),
            turns: Arc::default(),
            last: Arc::default(),
            breaks: Arc::default(),
            cuts: Arc::default(),
        };
        let (bytes, breaks, cuts) = (shared.bytes.clone(), shared.breaks.clone(), shared.cuts.clone());
        let turns = shared.turns.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let number = shared.breaks.load(Ordering::SeqCst);
                if !number.is_multiple_of(2) {
                    continue;
                }
                // The handshake of TCP costs a round trip too; loopback's own does not show it.
                thread::sleep(fault.one_way * 2);
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                for stream in [&client, &server] {
                    stream.set_nodelay(true).unwrap();
                }
                let (client2, server2) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                *shared.last.lock().unwrap() = None;
                pump(client, server, shared.clone(), Speaker::Client, number);
                pump(server2, client2, shared.clone(), Speaker::Server, number);
            }
        });
        Proxy { port, bytes, turns, breaks, cuts }
    }

    /// From now on nothing passes, and new connections end at once.
    pub fn cut(&self) {
        self.breaks.fetch_or(1, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        // An even number stays: nothing was cut.
        let number = self.breaks.load(Ordering::SeqCst);
        self.breaks.store(number.next_multiple_of(2), Ordering::SeqCst);
    }

    /// Connections are cut after these many bytes each time; both directions count.
    pub fn cut_after(&self, bytes: &[u64]) {
        *self.cuts.lock().unwrap() = bytes.iter().copied().collect();
    }
}

impl Shared {
    /// How many of these bytes pass; fewer than all = the line is cut behind them.
    fn passes(&self, length: usize) -> usize {
        let mut cuts = self.cuts.lock().unwrap();
        let Some(left) = cuts.front_mut() else { return length };
        match left.checked_sub(length as u64) {
            Some(rest) => {
                *left = rest;
                length
            }
            None => {
                let passes = usize::try_from(*left).unwrap();
                cuts.pop_front();
                passes
            }
        }
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, shared: Shared, speaker: Speaker, number: u64) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    let (reader, read_from) = (shared.clone(), from.try_clone().unwrap());
    thread::spawn(move || {
        from.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut buffer = [0; 64 * 1024];
        while reader.breaks.load(Ordering::SeqCst) == number {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => {
                    reader.bytes.fetch_add(length as u64, Ordering::SeqCst);
                    let before = reader.last.lock().unwrap().replace(speaker);
                    if speaker == Speaker::Client && before != Some(Speaker::Client) {
                        reader.turns.fetch_add(1, Ordering::SeqCst);
                    }
                    let at = Instant::now() + reader.fault.one_way;
                    if sender.send((at, buffer[..length].to_vec())).is_err() {
                        break;
                    }
                }
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                }
                Err(_) => break,
            }
        }
    });
    thread::spawn(move || {
        'line: for (at, bytes) in receiver {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let step = shared.fault.drip.unwrap_or(bytes.len()).max(1);
            for piece in bytes.chunks(step) {
                if shared.breaks.load(Ordering::SeqCst) != number {
                    break 'line;
                }
                let passes = shared.passes(piece.len());
                let written = to.write_all(&piece[..passes]);
                if passes < piece.len() || written.is_err() {
                    break 'line;
                }
                if shared.fault.drip.is_some() {
                    thread::sleep(Duration::from_millis(1));
                }
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
        let _ = read_from.shutdown(std::net::Shutdown::Both);
    });
}
