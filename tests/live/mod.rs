//! A Dovecot of our own on loopback, for tests and benches: its own folder, port, certificates and user.
#![allow(dead_code)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
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
        if let Some(reason) = missing() {
            eprintln!("SKIPPED {test}: {reason}");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let root = dir.path();
        let conf =
            include_str!("dovecot.conf").replace("@W@", root.to_str().unwrap()).replace("@PORT@", &port.to_string());
        fs::write(root.join("dovecot.conf"), conf).unwrap();
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
fn make_certificates(root: &Path) {
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

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A way to a server that delays every byte by `one_way` in each direction, counts, and can be cut.
pub struct Proxy {
    pub port: u16,
    pub bytes: Arc<AtomicU64>,
    cut: Arc<AtomicBool>,
}

impl Proxy {
    pub fn start(target: u16, one_way: Duration) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (bytes, cut) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, broken) = (bytes.clone(), cut.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if broken.load(Ordering::SeqCst) {
                    continue;
                }
                // The handshake of TCP costs a round trip too; loopback's own does not show it.
                thread::sleep(one_way * 2);
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                for stream in [&client, &server] {
                    stream.set_nodelay(true).unwrap();
                }
                let (client2, server2) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                pump(client, server, one_way, count.clone(), broken.clone());
                pump(server2, client2, one_way, count.clone(), broken.clone());
            }
        });
        Proxy { port, bytes, cut }
    }

    /// From now on nothing passes, and new connections end at once.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, delay: Duration, count: Arc<AtomicU64>, cut: Arc<AtomicBool>) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    let (read_cut, read_from) = (cut.clone(), from.try_clone().unwrap());
    thread::spawn(move || {
        from.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut buffer = [0; 64 * 1024];
        while !read_cut.load(Ordering::SeqCst) {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => {
                    count.fetch_add(length as u64, Ordering::SeqCst);
                    if sender.send((Instant::now() + delay, buffer[..length].to_vec())).is_err() {
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
        for (at, bytes) in receiver {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if cut.load(Ordering::SeqCst) || to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
        let _ = read_from.shutdown(std::net::Shutdown::Both);
    });
}
