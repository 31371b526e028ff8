//! Against a scripted server: the traps and odd lines seen in the field, each by name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "imap")]

#[path = "live/authority.rs"]
mod authority;
#[path = "live/campaign.rs"]
mod campaign;
#[path = "live/client.rs"]
mod client;
#[path = "live/crash.rs"]
mod crash;
#[path = "wire/faults.rs"]
mod faults;
#[path = "wire/hostile.rs"]
mod hostile;
#[path = "wire/kills.rs"]
mod kills;
#[path = "live/mod.rs"]
mod live;
#[path = "wire/moving.rs"]
mod moving;
#[path = "wire/network.rs"]
mod network;
#[path = "wire/oauth.rs"]
mod oauth;
#[path = "wire/privacy.rs"]
mod privacy;
#[path = "wire/server.rs"]
mod server;
#[path = "wire/smtp.rs"]
mod smtp;
#[path = "wire/submission.rs"]
mod submission;
#[path = "wire/traps.rs"]
mod traps;
#[path = "wire/windows.rs"]
mod windows;

use std::fs;
use std::time::Duration;

use client::{Driver, wall};
use hark::config::{ImapAccount, Login, Security};
use hark::mailbox::{Backoff, ImapMailbox, ImapOptions, News, Texts, Timeouts, probe};
use hark::session::{ActVerb, Mail, MailReport, MailScope, MailTrouble, Opened, Order};
use server::{Hook, STRUCTURE, Server, World, fetch_line};

const MODERN: &str = "AUTH=PLAIN SASL-IR MOVE UIDPLUS SPECIAL-USE LIST-EXTENDED";

fn account(port: u16) -> ImapAccount {
    ImapAccount {
        host: "127.0.0.1".into(),
        port,
        user: "robin".into(),
        ca_file: None,
        login: Login::Command("echo secret".into()),
        security: Security::Plain,
    }
}

fn options() -> ImapOptions {
    let short = Duration::from_millis(20);
    ImapOptions {
        account: "work".into(),
        start: wall("2026-03-02T07:10:00Z"),
        own_addresses: vec![],
        journal_dir: None,
        timeouts: Timeouts {
            connect: Duration::from_secs(5),
            login: Duration::from_secs(5),
            answer: Duration::from_secs(5),
        },
        backoff: Backoff { first: short, most: short, locked_out: short },
        texts: Texts::BeforeOpened,
        order: Order::Newest,
        news: News::Ignored,
    }
}

fn driver(server: &Server) -> Driver<ImapMailbox> {
    Driver::new(ImapMailbox::open(account(server.port), options()).unwrap())
}

fn subjects(opened: &Opened) -> Vec<&str> {
    opened.mails.iter().map(|mail| mail.message.subject.as_str()).collect()
}

fn usual(_: &str, _: &mut World) -> Hook {
    Hook::Usual
}

fn for_owner_only(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Archives, deletes, flags; looks; takes all back; looks again.
fn acts_and_undo(capabilities: &'static str) -> (World, World, Server) {
    let server = Server::start(World::new(capabilities), usual);
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    let acts: Vec<_> = [(0, ActVerb::Archive), (1, ActVerb::Delete), (2, ActVerb::Flag)]
        .into_iter()
        .map(|(index, verb)| {
            let (request, outcome) = driver.act(&mails[index], verb);
            assert_eq!(outcome, Ok(()));
            request
        })
        .collect();
    let told = server.world();
    for act in acts.into_iter().rev() {
        assert_eq!(driver.undo(act), Ok(()));
    }
    let undone = server.world();
    (told, undone, server)
}

const START: [&str; 3] = ["INBOX a", "INBOX b", "INBOX c"];
const TOLD: [&str; 3] = ["Archive a", "INBOX c \\Flagged", "Trash b"];

#[test]
fn a_modern_server() {
    let (told, undone, _) = acts_and_undo(MODERN);
    assert_eq!(told.shows(), TOLD);
    assert_eq!(undone.shows(), START);
}

#[test]
fn without_move_only_the_named_message_is_expunged() {
    let (told, undone, _) = acts_and_undo("AUTH=PLAIN UIDPLUS");
    assert_eq!(told.shows(), TOLD);
    assert_eq!(undone.shows(), START);
    assert_eq!(undone.asked("EXPUNGE") + undone.asked("CLOSE"), 0);
    assert_eq!(told.asked("UID EXPUNGE 1"), 1);
}

#[test]
fn without_uidplus_moved_messages_are_found_by_their_id() {
    let (told, undone, _) = acts_and_undo("AUTH=PLAIN MOVE");
    assert_eq!(told.shows(), TOLD);
    assert_eq!(undone.shows(), START);
}

#[test]
fn without_move_and_uidplus_nothing_is_ever_expunged() {
    let (told, undone, _) = acts_and_undo("");
    assert_eq!(told.shows(), ["Archive a", "INBOX a \\Deleted", "INBOX b \\Deleted", "INBOX c \\Flagged", "Trash b"]);
    // The copies can only be marked; the originals are exactly as they were.
    assert_eq!(undone.shows(), ["Archive a \\Deleted", "INBOX a", "INBOX b", "INBOX c", "Trash b \\Deleted"]);
    assert_eq!(undone.asked("EXPUNGE") + undone.asked("UID EXPUNGE") + undone.asked("CLOSE"), 0);
}

#[test]
fn a_missing_archive_is_made() {
    let mut world = World::new(MODERN);
    world.folders.remove("Archive");
    let server = Server::start(world, usual);
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Ok(()));
    assert_eq!(server.world().shows(), ["Archive a", "INBOX b", "INBOX c"]);
}

/// Opens against a server that answers the first FETCH of headers with `lines`; with all texts at once, and with texts
/// that come later, which is what listeners have. Both must bring the same.
fn open_with(lines: impl Fn(&World, &str) -> String + Send + 'static) -> Opened {
    let server = Server::start(World::new(MODERN), move |command, world| {
        if command.contains("BODYSTRUCTURE") { Hook::Answer(lines(world, command)) } else { Hook::Usual }
    });
    let at_once = driver(&server).open(MailScope::Unread).unwrap();
    let later = open_and_fill(&server);
    let told = |opened: &Opened| (subjects(opened).join(" "), texts(opened), opened.unreadable);
    assert_eq!(told(&at_once), told(&later));
    at_once
}

/// What a session has in the end when the texts come after the headers.
fn open_and_fill(server: &Server) -> Opened {
    let later = ImapOptions { texts: Texts::AfterOpened, ..options() };
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), later).unwrap());
    let mut opened = driver.open(MailScope::Unread).unwrap();
    let mut coming: Vec<_> = driver
        .seen
        .iter()
        .flat_map(|report| if let MailReport::Filling(places) = report { places.clone() } else { Vec::new() })
        .collect();
    while !coming.is_empty() {
        let filled =
            driver.wait(|report| if let MailReport::Filled(mail) = report { Some(mail.clone()) } else { None });
        coming.retain(|place| *place != filled.place);
        let known = opened.mails.iter_mut().find(|mail| mail.place == filled.place).expect("a head before its text");
        *known = *filled;
    }
    opened
}

fn texts(opened: &Opened) -> Vec<String> {
    let text = |mail: &Mail| mail.message.blocks.iter().map(|block| block.text.as_str()).collect();
    opened.mails.iter().map(text).collect()
}

fn lines(world: &World, command: &str) -> Vec<String> {
    world.folders["INBOX"].messages.iter().map(|message| fetch_line(message, command)).collect()
}

#[test]
fn a_structure_that_makes_no_sense_hides_no_message() {
    for garbage in [
        r#"("TEXT" "PLAIN" (((("#,
        "NIL",
        r#"("boundary" NIL)"#,
        r#"(("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1) "x" y" "MIXED")"#,
        r#"("ALTERNATIVE")"#,
        "\u{fffd}\u{0}",
    ] {
        let opened = open_with(move |world, command| {
            let mut lines = lines(world, command);
            lines[1] = lines[1].replace(STRUCTURE, garbage);
            lines.concat() + "TAG OK done\r\n"
        });
        assert_eq!(subjects(&opened), ["a", "b", "c"], "{garbage}");
        assert_eq!(opened.unreadable, 0);
    }
}

#[test]
fn lines_nobody_asked_for_change_nothing() {
    let opened = open_with(|world, command| {
        let odd = [
            "*  1688 EXISTS\r\n",
            "* VANISHED (EARLIER) 41,43:116\r\n",
            "* OK [COPYUID 0 ]\r\n",
            "* OK [HIGHESTMODSEQ 12]\r\n",
            "* XYZZY {3}\r\n((\"\r\n",
            "* 2 FETCH (UID 19436 )\r\n",
            "* 2 FETCH (FLAGS (\\Seen))\r\n",
            "* NO [ALERT] disk nearly full {12}\r\n",
            "* 9 EXPUNGE\r\n",
            "* LIST () \"/\" \"\"\r\n",
            "garbage\r\n",
            "\r\n",
        ];
        odd.concat() + &lines(world, command).concat() + "TAG OK [Error=\"x\"]\r\n"
    });
    assert_eq!(subjects(&opened), ["a", "b", "c"]);
    assert!(opened.mails.iter().all(|mail| !mail.flags.seen));
}

#[test]
fn items_nobody_asked_for_and_odd_numbers_are_passed_over() {
    let opened = open_with(|world, command| {
        let more =
            "FETCH (X-GM-MSGID 12 X-GM-LABELS (\"\\\\Inbox\" x) PREVIEW NIL EMAILID (M1) RFC822.SIZE 1.86931e+06 ";
        lines(world, command).concat().replace("FETCH (", more).replace("\"7BIT\" 12", "NIL 1.2e+01") + "TAG OK\r\n"
    });
    assert_eq!(subjects(&opened), ["a", "b", "c"]);
}

#[test]
fn a_refused_fetch_is_asked_again_message_by_message() {
    let opened = open_with(|_, _| "TAG BAD internal error\r\n".to_owned());
    assert_eq!(subjects(&opened), ["a", "b", "c"]);
}

#[test]
fn bye_in_the_middle_of_a_fetch_is_survived() {
    let mut first = true;
    let server = Server::start(World::new(MODERN), move |command, _| {
        if command.contains("BODYSTRUCTURE") && std::mem::take(&mut first) {
            Hook::HangUp("* 1 FETCH (UID 1 BODY[HEADER]<0> {99}\r\nFrom: a\r\n* BYE shutting down\r\n".to_owned())
        } else {
            Hook::Usual
        }
    });
    let opened = driver(&server).open(MailScope::Unread).unwrap();
    assert_eq!(subjects(&opened), ["a", "b", "c"]);
}

#[test]
fn the_one_message_that_kills_the_connection_hides_no_other() {
    let server = Server::start(World::new(MODERN), |command, _| {
        let fatal = command.starts_with("UID FETCH 2 ") || command.contains("1,2,3");
        if fatal { Hook::HangUp("* 2 FETCH (BODY[] {99999999999}\r\n".to_owned()) } else { Hook::Usual }
    });
    let opened = driver(&server).open(MailScope::Unread).unwrap();
    assert_eq!(subjects(&opened), ["a", "c"]);
    assert_eq!(opened.unreadable, 1);
}

#[test]
fn a_move_whose_answer_was_lost_is_done_once() {
    for capabilities in [MODERN, "AUTH=PLAIN UIDPLUS", "AUTH=PLAIN MOVE", "AUTH=PLAIN"] {
        let mut lost = 0;
        let server = Server::start(World::new(capabilities), move |command, _| {
            let is_move = command.starts_with("UID MOVE") || command.starts_with("UID COPY");
            if is_move && lost < 1 {
                lost += 1;
                Hook::DoAndHangUp
            } else {
                Hook::Usual
            }
        });
        let mut driver = driver(&server);
        let mails = driver.open(MailScope::Unread).unwrap().mails;
        let (archive, outcome) = driver.act(&mails[0], ActVerb::Archive);
        assert_eq!(outcome, Ok(()), "{capabilities}");
        let copies = server.world().folders["Archive"].messages.len();
        assert_eq!(copies, 1, "{capabilities}: {:?}", server.world().shows());
        assert_eq!(driver.undo(archive), Ok(()), "{capabilities}");
        let here = |world: World| world.shows().iter().filter(|line| *line == "INBOX a").count();
        assert_eq!(here(server.world()), 1, "{capabilities}");
    }
}

#[test]
fn a_move_that_never_reached_the_server_is_done_when_it_is_back() {
    let mut cuts = 3;
    let server = Server::start(World::new(MODERN), move |command, _| {
        if command.starts_with("UID MOVE") && cuts > 0 {
            cuts -= 1;
            Hook::HangUp(String::new())
        } else {
            Hook::Usual
        }
    });
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Ok(()));
    assert_eq!(server.world().shows(), ["Archive a", "INBOX b", "INBOX c"]);
    let offline = driver.seen.iter().filter(|report| matches!(report, MailReport::Offline(_))).count();
    let online = driver.seen.iter().filter(|report| matches!(report, MailReport::Online)).count();
    assert!(offline > 0 && offline == online, "offline {offline}, online {online}");
}

#[test]
fn changed_uidvalidity_finds_messages_by_their_id() {
    let server = Server::start(World::new(MODERN), usual);
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    {
        // The server was restored from a backup: new numbers, and a is somebody else's now.
        let mut world = server.world.lock().unwrap();
        let inbox = world.folders.get_mut("INBOX").unwrap();
        inbox.validity = 70;
        for message in &mut inbox.messages {
            message.uid += 1;
        }
        inbox.messages.retain(|message| message.id != "c");
    }
    drop(driver);
    let server2 = Server::start(server.world(), usual);
    // The old connection went, as it does when a server is restored.
    let mut fresh = Driver::new(ImapMailbox::open(account(server2.port), options()).unwrap());
    assert_eq!(fresh.act(&mails[0], ActVerb::Delete).1, Ok(()));
    assert_eq!(fresh.act(&mails[2], ActVerb::Delete).1, Err(MailTrouble::Gone));
    let trash: Vec<String> = server2.world().shows().into_iter().filter(|line| line.starts_with("Trash")).collect();
    assert_eq!(trash, ["Trash a"]);
}

#[test]
fn throttling_is_waited_for_and_other_refusals_are_told() {
    let mut refusals = vec![
        "TAG NO [OVERQUOTA] full\r\n",
        "TAG NO sorry\r\n",
        "TAG BAD Request is throttled. Suggested Backoff Time: 30 milliseconds\r\n",
    ];
    let server = Server::start(World::new(MODERN), move |command, _| {
        if command.starts_with("UID MOVE") {
            refusals.pop().map_or(Hook::Usual, |answer| Hook::Answer(answer.to_owned()))
        } else {
            Hook::Usual
        }
    });
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Err(MailTrouble::ServerRefused), "throttled, then refused");
    assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Err(MailTrouble::FolderFull));
    assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Ok(()));
}

#[test]
fn a_session_the_server_lost_is_begun_again() {
    let mut first = true;
    let server = Server::start(World::new(MODERN), move |command, _| {
        if command.contains("STORE") && std::mem::take(&mut first) {
            Hook::Answer("TAG BAD User is authenticated but not connected.\r\n".to_owned())
        } else {
            Hook::Usual
        }
    });
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(driver.act(&mails[0], ActVerb::Flag).1, Ok(()));
    assert_eq!(server.world().connections, 2);
}

#[test]
fn a_read_only_inbox_is_told() {
    let server = Server::start(World::new(MODERN), |command, _| {
        if command == "SELECT INBOX" || command == "SELECT \"INBOX\"" {
            Hook::DoAndAnswer("* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\nTAG OK [READ-ONLY] done\r\n".to_owned())
        } else {
            Hook::Usual
        }
    });
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(driver.act(&mails[0], ActVerb::Delete).1, Err(MailTrouble::ReadOnly));
}

#[test]
fn a_silent_server_is_no_hang() {
    let server =
        Server::start(
            World::new(MODERN),
            |command, _| {
                if command.starts_with("UID SEARCH") { Hook::Silence } else { Hook::Usual }
            },
        );
    let mut options = options();
    options.timeouts.answer = Duration::from_millis(200);
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), options).unwrap());
    assert_eq!(driver.open(MailScope::Unread).err(), Some(MailTrouble::TimedOut));
}

#[test]
fn logins_of_every_kind() {
    for (capabilities, expected) in [
        ("AUTH=PLAIN SASL-IR", "AUTHENTICATE PLAIN AHJvYmluAHNlY3JldA=="),
        ("AUTH=PLAIN", "AUTHENTICATE PLAIN AHJvYmluAHNlY3JldA=="),
        ("", "LOGIN \"robin\" \"secret\""),
    ] {
        let server = Server::start(World::new(capabilities), usual);
        probe(&account(server.port), &options().timeouts).unwrap();
        assert!(server.world().log.contains(&expected.to_owned()), "{:?}", server.world().log);
    }
    let server = Server::start(World::new(""), usual);
    let mut odd = account(server.port);
    odd.user = "röbin".into();
    probe(&odd, &options().timeouts).unwrap();
    assert!(
        server.world().log.iter().any(|line| line.starts_with("LOGIN {6}röbin {6}secret")),
        "{:?}",
        server.world().log
    );
}

#[test]
fn plain_text_goes_to_this_machine_only() {
    let mut open = account(1);
    open.host = "mail.example.org".into();
    let error = probe(&open, &options().timeouts).unwrap_err();
    assert!(error.to_string().contains("without encryption"), "{error}");
}

#[test]
fn the_start_takes_three_round_trips_after_the_login_and_reads_no_attachment() {
    let server = Server::start(World::new(MODERN), usual);
    // Kept: a dropped mailbox says LOGOUT, sooner or later.
    let mut driver = driver(&server);
    driver.open(MailScope::Unread).unwrap();
    let log = server.world().log;
    assert_eq!(
        log.iter().map(|line| line.split(" (").next().unwrap()).collect::<Vec<_>>(),
        [
            "CAPABILITY",
            "AUTHENTICATE PLAIN AHJvYmluAHNlY3JldA==",
            "CAPABILITY",
            "SELECT INBOX",
            "STATUS INBOX",
            "UID SEARCH UNSEEN UNDELETED SINCE 22-Feb-2026",
            "LIST \"\" \"*\" RETURN",
            "UID FETCH 1,2,3",
            "UID FETCH 1",
            "UID FETCH 2",
            "UID FETCH 3",
        ]
    );
}

#[test]
fn the_journal_tells_nothing_of_what_a_mail_says() {
    let dir = tempfile::tempdir().unwrap();
    let server =
        Server::start(
            World::new(MODERN),
            |command, _| {
                if command.starts_with("UID MOVE") { Hook::Silence } else { Hook::Usual }
            },
        );
    let options = ImapOptions { journal_dir: Some(dir.path().to_owned()), ..options() };
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), options).unwrap());
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    driver.submit(&mails[0], ActVerb::Archive);
    let text = fs::read_to_string(dir.path().join("work.jsonl")).unwrap();
    assert!(text.contains("a@example.org"));
    for word in ["Ana", "ana@", "Text", "secret", "robin"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn a_crash_right_after_the_server_moved_is_noticed_at_the_next_start() {
    for capabilities in [MODERN, "AUTH=PLAIN"] {
        let dir = tempfile::tempdir().unwrap();
        let kept = || ImapOptions { journal_dir: Some(dir.path().to_owned()), ..options() };
        let mut dead = false;
        let first = Server::start(World::new(capabilities), move |command, _| {
            let is_move = command.starts_with("UID MOVE") || command.starts_with("UID COPY");
            let now = dead;
            dead |= is_move;
            match (now, is_move) {
                (true, _) => Hook::HangUp(String::new()),
                (false, true) => Hook::DoAndHangUp,
                (false, false) => Hook::Usual,
            }
        });
        {
            let mut driver = Driver::new(ImapMailbox::open(account(first.port), kept()).unwrap());
            let mails = driver.open(MailScope::Unread).unwrap().mails;
            driver.submit(&mails[0], ActVerb::Archive);
            driver.offline();
        }
        let second = Server::start(first.world(), usual);
        let mut driver = Driver::new(ImapMailbox::open(account(second.port), kept()).unwrap());
        let opened = driver.open(MailScope::Unread).unwrap();
        assert_eq!(subjects(&opened), ["b", "c"], "{capabilities}");
        assert_eq!(second.world().folders["Archive"].messages.len(), 1, "{capabilities}");
        assert_eq!(driver.settle(), 0);
        assert!(!dir.path().join("work.jsonl").exists(), "{capabilities}");
    }
}

#[test]
fn with_something_unfinished_and_no_network_the_session_hears_that_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let kept = || ImapOptions { journal_dir: Some(dir.path().to_owned()), ..options() };
    let server = Server::start(World::new(MODERN), |command, _| {
        if command.starts_with("UID MOVE") { Hook::HangUp(String::new()) } else { Hook::Usual }
    });
    {
        let mut driver = Driver::new(ImapMailbox::open(account(server.port), kept()).unwrap());
        let mails = driver.open(MailScope::Unread).unwrap().mails;
        driver.submit(&mails[0], ActVerb::Archive);
        driver.offline();
    }
    // Nobody listens on this port.
    let mut driver = Driver::new(ImapMailbox::open(account(live::free_port()), kept()).unwrap());
    assert_eq!(driver.open(MailScope::Unread).err(), Some(MailTrouble::NoNetwork));
    assert_eq!(driver.settle(), 1);
    assert!(dir.path().join("work.jsonl").exists());
}

#[test]
fn a_part_the_structure_promised_and_the_server_does_not_give_is_read_whole() {
    let server = Server::start(World::new(MODERN), |command, _| {
        if command.starts_with("UID FETCH 2 ") && command.contains("[1]") {
            Hook::Answer("TAG NO no such part\r\n".to_owned())
        } else {
            Hook::Usual
        }
    });
    let opened = driver(&server).open(MailScope::Unread).unwrap();
    let text =
        |index: usize| opened.mails[index].message.blocks.iter().map(|block| block.text.clone()).collect::<String>();
    assert_eq!((text(0).trim(), text(1).trim(), text(2).trim()), ("Text of a.", "Text of b.", "Text of c."));
}
