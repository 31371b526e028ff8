//! Another network, in the middle of anything: noticed at once. Every time-out and pause here is longer than a test may take.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hark::mailbox::{
    Backoff, Here, ImapMailbox, ImapOptions, Network, News, RealDisk, RealNetwork, Texts, Timeouts, Wire,
    World as Around,
};
use hark::session::{ActVerb, MailReport, MailScope};

use crate::client::Driver;
use crate::server::{Hook, Server, World, usual_hook};
use crate::{MODERN, account, options};

const LONG: Duration = Duration::from_secs(3_600);
const HOME: Here = Here { v4: Some(Ipv4Addr::new(192, 168, 0, 2)), v6: None };
const TRAIN: Here = Here { v4: Some(Ipv4Addr::new(10, 0, 0, 7)), v6: None };
const NOWHERE: Here = Here { v4: None, v6: None };

/// The way to the server, from wherever the test says.
#[derive(Debug)]
struct Moving(Mutex<Here>);

impl Moving {
    fn to(&self, here: Here) {
        *self.0.lock().unwrap() = here;
    }
}

impl Network for Moving {
    fn dial(&self, host: &str, port: u16, patience: Duration) -> io::Result<Box<dyn Wire>> {
        if self.here() == NOWHERE {
            return Err(io::ErrorKind::NetworkUnreachable.into());
        }
        RealNetwork.dial(host, port, patience)
    }

    fn here(&self) -> Here {
        *self.0.lock().unwrap()
    }
}

fn driver(server: &Server, news: News) -> (Driver<ImapMailbox>, Arc<Moving>) {
    let network = Arc::new(Moving(Mutex::new(HOME)));
    let around = Around { disk: Box::new(RealDisk::default()), network: network.clone() };
    let options = ImapOptions {
        timeouts: Timeouts { connect: LONG, login: LONG, answer: LONG },
        backoff: Backoff { first: LONG, most: LONG, locked_out: LONG },
        texts: Texts::AfterOpened,
        news,
        ..options()
    };
    (Driver::new(ImapMailbox::open_in(account(server.port), options, around).unwrap()), network)
}

fn wait_for(server: &Server, is_there: impl Fn(&World) -> bool) {
    while !is_there(&server.world()) {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Never answers the first command that begins so.
fn silent_once(start: &'static str) -> impl FnMut(&str, &mut World) -> Hook + Send + 'static {
    let mut once = true;
    move |command, _| {
        if command.starts_with(start) && std::mem::take(&mut once) { Hook::Silence } else { Hook::Usual }
    }
}

#[test]
fn a_change_that_waits_for_an_answer_from_the_old_network_is_done_in_the_new_one() {
    let server = Server::start(World::new(MODERN), silent_once("UID MOVE"));
    let (mut driver, network) = driver(&server, News::Ignored);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    let archive = driver.submit(&mails[0], ActVerb::Archive);
    wait_for(&server, |world| world.asked("UID MOVE") == 1);
    network.to(TRAIN);
    assert_eq!(driver.outcome(archive), Ok(()));
    assert_eq!(server.world().connections, 2);
    assert!(!driver.seen.iter().any(|report| matches!(report, MailReport::Offline(_))), "nobody was offline");
}

#[test]
fn the_mailbox_is_opened_and_its_texts_come_across_a_change() {
    for start in ["SELECT", "UID SEARCH", "UID FETCH 1,2,3", "UID FETCH 1 ", "UID FETCH 2 "] {
        let server = Server::start(World::new(MODERN), silent_once(start));
        let (mut driver, network) = driver(&server, News::Ignored);
        let watched = server.world.clone();
        let mover = thread::spawn(move || {
            while watched.lock().unwrap().asked(start) == 0 {
                thread::sleep(Duration::from_millis(1));
            }
            network.to(TRAIN);
        });
        driver.open(MailScope::Unread).unwrap();
        driver.wait(|report| matches!(report, MailReport::Filled(mail) if mail.place.uid == 3).then_some(()));
        assert!(server.world().asked(start) > 0, "{start}");
        mover.join().unwrap();
        assert_eq!(server.world().connections, 2, "{start}");
    }
}

#[test]
fn an_address_that_is_only_gone_ends_no_connection_and_another_one_replaces_it() {
    let server = Server::start(World::new(MODERN), usual_hook);
    let (mut driver, network) = driver(&server, News::Ignored);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    driver.wait(|report| matches!(report, MailReport::Filled(mail) if mail.place.uid == 3).then_some(()));
    network.to(NOWHERE);
    let archive = driver.submit(&mails[0], ActVerb::Archive);
    assert_eq!(driver.outcome(archive), Ok(()));
    assert_eq!(server.world().connections, 1);
    network.to(TRAIN);
    wait_for(&server, |world| world.connections == 2);
    let archive = driver.submit(&mails[1], ActVerb::Archive);
    assert_eq!(driver.outcome(archive), Ok(()));
}

#[test]
fn a_change_that_found_no_way_is_done_when_there_is_one() {
    let server = Server::start(World::new(MODERN), |command, _| {
        if command.starts_with("UID MOVE 1 ") { Hook::HangUp(String::new()) } else { Hook::Usual }
    });
    let (mut driver, network) = driver(&server, News::Ignored);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    driver.wait(|report| matches!(report, MailReport::Filled(mail) if mail.place.uid == 3).then_some(()));
    network.to(NOWHERE);
    driver.submit(&mails[0], ActVerb::Archive);
    driver.wait(|report| matches!(report, MailReport::Offline(_)).then_some(()));
    network.to(TRAIN);
    driver.wait(|report| matches!(report, MailReport::Online).then_some(()));
}

#[test]
fn an_idle_connection_and_the_watch_are_there_anew_before_anybody_asks() {
    let server = Server::start(World::new("AUTH=PLAIN SASL-IR MOVE UIDPLUS IDLE"), |command, _| match command {
        "IDLE" => Hook::Answer("+ idling\r\n".into()),
        _ => Hook::Usual,
    });
    let (mut driver, network) = driver(&server, News::Watched);
    driver.open(MailScope::Unread).unwrap();
    driver.wait(|report| matches!(report, MailReport::Filled(mail) if mail.place.uid == 3).then_some(()));
    wait_for(&server, |world| world.asked("IDLE") == 1);
    assert_eq!(server.world().connections, 2);
    network.to(TRAIN);
    wait_for(&server, |world| world.asked("IDLE") == 2 && world.connections == 4);
}
