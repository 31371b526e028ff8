//! Whom a session calls: the account's own server, its token endpoint, and nobody else.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hark::config::{ImapAccount, Login, Security};
use hark::mailbox::{ImapMailbox, ImapOptions, Network, News, RealDisk, RealNetwork, Wire, World as Around};
use hark::session::{ActVerb, MailScope};

use crate::authority::{Authority, Mood};
use crate::client::Driver;
use crate::server::{Hook, Server, World, usual_hook};
use crate::{MODERN, account, options};

/// The real network, with a list of who was called.
#[derive(Debug, Default)]
pub struct Listed(pub Mutex<BTreeSet<(String, u16)>>);

impl Network for Listed {
    fn dial(&self, host: &str, port: u16, patience: Duration) -> io::Result<Box<dyn Wire>> {
        self.0.lock().unwrap().insert((host.to_owned(), port));
        RealNetwork.dial(host, port, patience)
    }
}

fn session(account: ImapAccount) -> BTreeSet<(String, u16)> {
    let network = Arc::new(Listed::default());
    let around = Around { disk: Box::new(RealDisk::default()), network: network.clone() };
    let options = ImapOptions { news: News::Watched, ..options() };
    let mut driver = Driver::new(ImapMailbox::open_in(account, options, around).unwrap());
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    let (archive, outcome) = driver.act(&mails[0], ActVerb::Archive);
    assert_eq!((outcome, driver.undo(archive)), (Ok(()), Ok(())));
    driver.settle();
    network.0.lock().unwrap().clone()
}

#[test]
fn only_the_accounts_server_is_called() {
    let server = Server::start(World::new(MODERN), usual_hook);
    let called = session(account(server.port));
    assert_eq!(called, BTreeSet::from([("127.0.0.1".to_owned(), server.port)]));
}

#[test]
fn with_oauth_its_token_endpoint_is_called_too() {
    let server = Server::start(World::new("AUTH=XOAUTH2 SASL-IR MOVE UIDPLUS"), |command, _| {
        if command.starts_with("AUTHENTICATE XOAUTH2") { Hook::Answer("TAG OK in\r\n".into()) } else { Hook::Usual }
    });
    let authority = Authority::start(Mood::default());
    let dir = tempfile::tempdir().unwrap();
    let token = dir.path().join("token");
    authority.grant(&token);
    let called = session(ImapAccount {
        login: Login::OAuth(authority.oauth(&token, true)),
        security: Security::Plain,
        ..account(server.port)
    });
    let local = |port| ("127.0.0.1".to_owned(), port);
    assert_eq!(called, BTreeSet::from([local(server.port), local(authority.port)]));
}

/// What the tests above cannot see: somebody who goes round the port. Sockets are opened in `network.rs`, and in
/// `oauth.rs` one is waited at for the browser.
#[test]
fn nothing_else_opens_sockets() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    look(&source, &mut found);
    let allowed = ["mailbox/network.rs", "mailbox/oauth.rs"];
    let names: BTreeSet<String> =
        found.iter().map(|path| path.strip_prefix(&source).unwrap().display().to_string()).collect();
    assert_eq!(names, allowed.map(str::to_owned).into());
    let oauth = fs::read_to_string(source.join("mailbox/oauth.rs")).unwrap();
    assert!(!oauth.contains("TcpStream::connect") && oauth.contains("127.0.0.1:0"));
}

/// Files are written by these and nobody else; what a session itself runs through (ears, session, mail, the live driver) is
/// not among them, except that the recogniser's model is laid out anew in a folder of its own, without a word of anybody.
#[test]
fn nothing_else_writes_files() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    writers(&source, &mut found);
    let names: BTreeSet<String> =
        found.iter().map(|path| path.strip_prefix(&source).unwrap().display().to_string()).collect();
    let allowed = [
        // What the listener asks for by name: accounts, replays, recordings of the demo, models, the bench.
        "config/edit.rs",
        "cli/outcome.rs",
        "cli/speak.rs",
        "cli/bench_hearing.rs",
        "hearing/bench/kept.rs",
        "models/archive.rs",
        "models/install.rs",
        // Copies to work on, and the acts on a Maildir.
        "mailbox/maildir/acts.rs",
        "mailbox/maildir/fill.rs",
        "mailbox/maildir/folder.rs",
        // Folders that are gone again afterwards: for the made-up mail of the demo, and for a replay.
        "cli/demo.rs",
        "replay/run.rs",
        // The journal and kept secrets, fixed prompts, the recogniser's model.
        "mailbox/disk.rs",
        "voice/prompts.rs",
        "hearing/model.rs",
    ];
    assert_eq!(names, allowed.map(str::to_owned).into());
}

fn writers(folder: &Path, found: &mut BTreeSet<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            writers(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap().split("#[cfg(all(test").next().unwrap();
            let words = [
                "fs::write",
                "File::create",
                "File::options",
                "create_new",
                "OpenOptions",
                "WavWriter",
                "fs::rename",
                "fs::copy",
                "hard_link",
                "symlink(",
                "tempfile",
            ];
            if words.iter().any(|word| code.contains(word)) {
                found.insert(path);
            }
        }
    }
}

fn look(folder: &Path, found: &mut BTreeSet<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            look(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let words = [
                "TcpStream",
                "TcpListener",
                "UdpSocket",
                "UnixStream",
                "UnixDatagram",
                "ToSocketAddrs",
                "rustix::net",
                "reqwest",
                "ureq",
                "hyper::",
            ];
            if words.iter().any(|word| text.contains(word)) {
                found.insert(path);
            }
        }
    }
}
