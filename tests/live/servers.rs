//! The servers of the live suite behind one face: Dovecot as installed, Cyrus and Courier as unpacked by
//! `cargo xtask setup` (their packages exclude each other, so they are never installed).
#![allow(dead_code)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hark::config::{ImapAccount, Login, Security};

use crate::live::{Dovecot, PASSWORD, USER, free_port, run};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Modern.
    Dovecot,
    /// Strict; special uses in lower case.
    Cyrus,
    /// The worst case: no MOVE, no special uses, everything below "INBOX.".
    Courier,
}

pub enum Running {
    Dovecot(Dovecot),
    Cyrus(Unpacked),
    Courier(Unpacked),
}

/// A server of our own from unpacked packages.
pub struct Unpacked {
    dir: tempfile::TempDir,
    child: Option<Child>,
    port: u16,
    /// One Cyrus at a time: several masters starve each other on a small machine.
    _turn: Option<MutexGuard<'static, ()>>,
}

static CYRUS: Mutex<()> = Mutex::new(());

impl Drop for Unpacked {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}

impl Running {
    /// `None`, after saying why loudly, when it cannot be had on this machine.
    pub fn start(kind: Kind, test: &str) -> Option<Running> {
        match kind {
            Kind::Dovecot => Dovecot::start(test).map(Running::Dovecot),
            Kind::Cyrus => unpacked("cyrus", test).map(|root| Running::Cyrus(cyrus(&root))),
            Kind::Courier => unpacked("courier", test).map(|root| Running::Courier(courier(&root))),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Running::Dovecot(_) => Kind::Dovecot,
            Running::Cyrus(_) => Kind::Cyrus,
            Running::Courier(_) => Kind::Courier,
        }
    }

    pub fn port(&self) -> u16 {
        match self {
            Running::Dovecot(dovecot) => dovecot.port,
            Running::Cyrus(server) | Running::Courier(server) => server.port,
        }
    }

    /// A folder of the test's own.
    pub fn root(&self) -> &Path {
        match self {
            Running::Dovecot(dovecot) => dovecot.root(),
            Running::Cyrus(server) | Running::Courier(server) => server.dir.path(),
        }
    }

    pub fn ca_file(&self) -> Option<PathBuf> {
        match self {
            Running::Dovecot(dovecot) => Some(dovecot.ca_file()),
            Running::Cyrus(_) | Running::Courier(_) => None,
        }
    }

    /// `port` = the server's own, or a proxy's before it.
    pub fn account(&self, port: u16, password: &str) -> ImapAccount {
        let file = self.root().join(format!("password-{password}"));
        fs::write(&file, password).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        ImapAccount {
            host: "localhost".into(),
            port,
            user: USER.into(),
            ca_file: self.ca_file(),
            login: Login::File(file),
            security: if self.ca_file().is_some() { Security::Tls } else { Security::Plain },
        }
    }

    /// Puts a message into the inbox; `unique` names its file, `flags` are Maildir letters.
    pub fn deliver(&self, unique: &str, flags: &str, message: &[u8]) {
        match self {
            Running::Dovecot(dovecot) => dovecot.deliver(unique, flags, message),
            Running::Courier(server) => {
                let name = format!("{unique},S={}:2,{flags}", message.len());
                fs::write(server.dir.path().join("Maildir/cur").join(name), message).unwrap();
            }
            Running::Cyrus(_) => {
                let letters = [('F', "\\Flagged"), ('R', "\\Answered"), ('S', "\\Seen")];
                let named = letters.iter().filter(|(letter, _)| flags.contains(*letter)).map(|(_, flag)| *flag);
                let file = self.root().join("deliver");
                fs::write(&file, message).unwrap();
                let names = named.collect::<Vec<_>>().join(" ");
                self.python(APPEND, &[&names, file.to_str().unwrap()]);
            }
        }
    }

    /// What another client (Python's imaplib) sees: `folder Message-ID flags`, sorted; without what is only marked as deleted.
    pub fn look(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.python(LOOK, &[]).lines().map(|line| line.trim_end().to_owned()).collect();
        lines.retain(|line| !line.contains("\\Deleted"));
        lines.sort();
        lines
    }

    /// Anything else another client may do: `imap` is logged in, `INBOX` is selected.
    pub fn elsewhere(&self, script: &str) {
        self.python(script, &[]);
    }

    fn python(&self, script: &str, more: &[&str]) -> String {
        let ca = self.ca_file().map(|file| file.display().to_string()).unwrap_or_default();
        let output = Command::new("python3")
            .args(["-c", &format!("{CONNECT}\n{script}"), &self.port().to_string(), &ca, USER, PASSWORD])
            .args(more)
            .output()
            .expect("python3 is needed to look at the server with another client");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

const CONNECT: &str = r#"
import imaplib, ssl, sys, re
port, ca, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
if ca: imap = imaplib.IMAP4_SSL("localhost", port, ssl_context=ssl.create_default_context(cafile=ca))
else: imap = imaplib.IMAP4("127.0.0.1", port)
imap.login(user, password)
imap.select("INBOX")
"#;

const APPEND: &str = r#"
assert imap.append("INBOX", "(%s)" % sys.argv[5], None, open(sys.argv[6], "rb").read())[0] == "OK"
"#;

const LOOK: &str = r#"
names = [re.search(rb'"([./])" "?([^"]+?)"?$', line).group(2).decode() for line in imap.list()[1]]
for name in sorted(names):
    imap.select('"%s"' % name, readonly=True)
    for number in imap.search(None, "ALL")[1][0].split():
        data = imap.fetch(number, "(FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]
        text = b" ".join(part if isinstance(part, bytes) else part[0] + part[1] for part in data)
        flags = re.search(rb"FLAGS \(([^)]*)\)", text).group(1).decode().split()
        flags = " ".join(sorted(flag for flag in flags if flag != "\\Recent"))
        found = re.search(rb"<([^>]+)>", text)
        print(re.sub("^INBOX[.]", "", name), found.group(1).decode() if found else "-", flags)
"#;

/// Where `cargo xtask setup` unpacks servers.
fn unpacked(name: &str, test: &str) -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"));
    let root = target.join("servers").join(name);
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !root.join("complete").is_file() {
        eprintln!("SKIPPED {test} on {name}: not unpacked (cargo xtask setup does that, on Debian)");
        return None;
    }
    // Its master gives up its rights, so it has to have some.
    if name == "cyrus" && !is_root {
        eprintln!("SKIPPED {test} on {name}: its recipe needs root");
        return None;
    }
    Some(root)
}

fn libraries(root: &Path) -> String {
    let folders = ["usr/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib/x86_64-linux-gnu"];
    folders.map(|folder| root.join(folder).display().to_string()).join(":")
}

fn cyrus(root: &Path) -> Unpacked {
    // A test that failed with it has no say in the next.
    let turn = CYRUS.lock().unwrap_or_else(PoisonError::into_inner);
    let dir = tempfile::tempdir().unwrap();
    let (port, here, bin) = (free_port(), dir.path(), root.join("usr/lib/cyrus/bin"));
    let fill = |text: &str| {
        text.replace("@W@", here.to_str().unwrap())
            .replace("@BIN@", bin.to_str().unwrap())
            .replace("@PORT@", &port.to_string())
    };
    for folder in ["conf/socket", "conf/sieve", "conf/db", "conf/log", "spool", "proc", "lock"] {
        fs::create_dir_all(here.join(folder)).unwrap();
    }
    fs::write(here.join("cyrus.conf"), fill(include_str!("cyrus.conf"))).unwrap();
    fs::write(here.join("imapd.conf"), fill(include_str!("cyrus-imapd.conf"))).unwrap();
    let mut passwd = Command::new(root.join("usr/sbin/saslpasswd2"))
        .args(["-p", "-c", "-f", here.join("conf/sasldb2").to_str().unwrap(), "-u", "example.org", "test"])
        .env("LD_LIBRARY_PATH", libraries(root))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    passwd.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(passwd.wait().unwrap().success());
    run("chown", &["-R", "mail:mail", here.to_str().unwrap()]);
    run("chmod", &["755", here.to_str().unwrap()]);
    let child = Command::new(bin.join("master"))
        .args(["-M", here.join("cyrus.conf").to_str().unwrap(), "-C", here.join("imapd.conf").to_str().unwrap()])
        .args(["-p", here.join("master.pid").to_str().unwrap(), "-D"])
        .env("LD_LIBRARY_PATH", libraries(root))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Unpacked { dir, child: Some(child), port, _turn: Some(turn) };
    wait_for_greeting(port);
    server
}

/// Courier's own imapd behind a login of ours: its authdaemon insists on files in /etc.
fn courier(root: &Path) -> Unpacked {
    let dir = tempfile::tempdir().unwrap();
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(dir.path().join("Maildir").join(part)).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (imapd, libraries, home) = (root.join("usr/bin/imapd"), libraries(root), dir.path().to_owned());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut imapd = Command::new(&imapd);
            imapd.arg("Maildir").current_dir(&home).env_clear().env("LD_LIBRARY_PATH", &libraries);
            imapd.env("HOME", &home).envs(COURIER).stderr(Stdio::null());
            thread::spawn(move || log_in(stream, imapd));
        }
    });
    Unpacked { dir, child: None, port, _turn: None }
}

const COURIER: [(&str, &str); 13] = [
    ("AUTHENTICATED", "test"),
    ("AUTHUSER", "test"),
    ("AUTHENUSER", "test"),
    ("PROTOCOL", "IMAP"),
    ("TCPREMOTEIP", "127.0.0.1"),
    ("IMAP_CAPABILITY", "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT SORT QUOTA IDLE"),
    ("IMAP_KEYWORDS", "1"),
    ("IMAP_ACL", "1"),
    ("IMAP_USELOCKS", "1"),
    ("IMAP_IDLE_TIMEOUT", "1"),
    ("IMAP_TRASHFOLDERNAME", "Trash"),
    ("IMAP_MOVE_EXPUNGE_TO_TRASH", "0"),
    // Else it wants a file monitor that is not there.
    ("IMAP_ENHANCEDIDLE", "0"),
];

fn log_in(stream: TcpStream, mut imapd: Command) {
    let mut out = stream.try_clone().unwrap();
    if out.write_all(b"* OK [CAPABILITY IMAP4rev1 UIDPLUS AUTH=PLAIN] Courier-IMAP ready.\r\n").is_err() {
        return;
    }
    let mut lines = BufReader::new(&stream);
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let tag = line.split(' ').next().unwrap_or_default().to_owned();
        let upper = line.to_ascii_uppercase();
        let mut credentials = String::new();
        if upper.contains("AUTHENTICATE PLAIN") {
            out.write_all(b"+ \r\n").unwrap();
            lines.read_line(&mut credentials).unwrap();
        } else if upper.contains("LOGIN") {
            credentials = line.clone();
        } else {
            let answer = format!("* CAPABILITY IMAP4rev1 UIDPLUS AUTH=PLAIN\r\n{tag} OK done\r\n");
            out.write_all(answer.as_bytes()).unwrap();
            continue;
        }
        // "\0test@example.org\0secret" in base64, or LOGIN in the clear.
        if credentials.contains(PASSWORD) || credentials.trim() == "AHRlc3RAZXhhbXBsZS5vcmcAc2VjcmV0" {
            out.write_all(format!("{tag} OK LOGIN Ok.\r\n").as_bytes()).unwrap();
            break;
        }
        out.write_all(format!("{tag} NO Login failed.\r\n").as_bytes()).unwrap();
    }
    drop(lines);
    let (input, output) = (stream.try_clone().unwrap(), stream);
    imapd.stdin(Stdio::from(OwnedFd::from(input))).stdout(Stdio::from(OwnedFd::from(output)));
    let mut child = imapd.spawn().unwrap();
    // This process must not keep the connection open.
    drop((imapd, out));
    let _ = child.wait();
}

fn wait_for_greeting(port: u16) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut line = String::new();
            if BufReader::new(stream).read_line(&mut line).is_ok() && line.starts_with("* OK") {
                return;
            }
        }
        assert!(Instant::now() < until, "the server on port {port} did not start");
        thread::sleep(Duration::from_millis(100));
    }
}
