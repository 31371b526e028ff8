//! The table of traps, each by its name: servers that can less, call things differently, or change under our hands.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use hark::config::Security;
use hark::mailbox::{ImapError, ImapMailbox, ImapOptions, Texts, probe};
use hark::session::{ActVerb, MailReport, MailScope, MailTrouble};

use crate::client::Driver;
use crate::server::{Folder, Hook, STRUCTURE, Server, Stored, World, fetch_line, usual_hook};
use crate::{MODERN, account, driver, options, subjects};

fn folder(attributes: &'static str) -> Folder {
    Folder { validity: 30, next: 1, messages: Vec::new(), attributes }
}

/// A world whose folders beside the inbox are these.
fn with_folders(capabilities: &'static str, folders: &[(&str, &'static str)]) -> World {
    let mut world = World::new(capabilities);
    world.folders.retain(|name, _| name == "INBOX");
    world.folders.extend(folders.iter().map(|(name, attributes)| ((*name).to_owned(), folder(attributes))));
    world
}

/// Archives a, deletes b, takes both back; what the server showed in between and afterwards.
fn archive_and_delete(world: World) -> (Vec<String>, Vec<String>, World) {
    let server = Server::start(world, usual_hook);
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    let (archive, archived) = driver.act(&mails[0], ActVerb::Archive);
    let (delete, deleted) = driver.act(&mails[1], ActVerb::Delete);
    assert_eq!((archived, deleted), (Ok(()), Ok(())));
    let told = server.world().shows();
    assert_eq!((driver.undo(delete), driver.undo(archive)), (Ok(()), Ok(())));
    (told, server.world().shows(), server.world())
}

const BACK: [&str; 3] = ["INBOX a", "INBOX b", "INBOX c"];

#[test]
fn gmail_deletes_by_moving_to_its_trash_and_archives_by_moving_to_all_mail() {
    let folders = [
        ("[Gmail]", "\\Noselect"),
        ("[Gmail]/Alle Nachrichten", "\\All"),
        ("[Gmail]/Papierkorb", "\\Trash"),
        ("[Gmail]/Wichtig", "\\Important"),
    ];
    let (told, back, world) = archive_and_delete(with_folders(MODERN, &folders));
    assert_eq!(told, ["INBOX c", "[Gmail]/Alle Nachrichten a", "[Gmail]/Papierkorb b"]);
    assert_eq!(back, BACK);
    assert_eq!(world.asked("EXPUNGE") + world.asked("UID EXPUNGE"), 0, "there that would only archive");
}

#[test]
fn gmail_with_all_mail_hidden_archives_to_a_folder_that_can_be_taken_back_from() {
    let folders = [("[Gmail]", "\\Noselect"), ("[Gmail]/Trash", "\\Trash")];
    let (told, back, _) = archive_and_delete(with_folders(MODERN, &folders));
    assert_eq!(told, ["Archive a", "INBOX c", "[Gmail]/Trash b"]);
    assert_eq!(back, BACK);
}

#[test]
fn localised_names_are_known_without_special_uses() {
    let folders = [("Archiv", ""), ("Gel&APY-schte Elemente", ""), ("Gesendet", "")];
    let (told, back, _) = archive_and_delete(with_folders("AUTH=PLAIN MOVE UIDPLUS", &folders));
    assert_eq!(told, ["Archiv a", "Gel&APY-schte Elemente b", "INBOX c"]);
    assert_eq!(back, BACK);
}

#[test]
fn old_servers_tell_special_uses_by_xlist() {
    let folders = [("Alt", "\\AllMail"), ("Muell", "\\Trash")];
    let (told, back, world) = archive_and_delete(with_folders("AUTH=PLAIN MOVE UIDPLUS XLIST", &folders));
    assert_eq!(told, ["Alt a", "INBOX c", "Muell b"]);
    assert_eq!(back, BACK);
    assert_eq!(world.asked("XLIST"), 1);
}

#[test]
fn folders_that_nobody_has_are_made_and_subscribed() {
    let (told, back, world) = archive_and_delete(with_folders(MODERN, &[]));
    assert_eq!(told, ["Archive a", "INBOX c", "Trash b"]);
    assert_eq!(back, BACK);
    assert_eq!((world.asked("CREATE"), world.asked("SUBSCRIBE")), (2, 2));
}

#[test]
fn an_archive_that_was_deleted_elsewhere_is_made_anew() {
    let server = Server::start(World::new(MODERN), usual_hook);
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    server.world.lock().unwrap().folders.remove("Archive");
    assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Ok(()));
    assert_eq!(server.world().shows()[0], "Archive a");
}

#[test]
fn a_folder_named_by_the_listener_that_is_gone_is_told_and_not_made() {
    let mut world = World::new(MODERN);
    world.folders.insert("Travel".into(), folder(""));
    let server = Server::start(world, usual_hook);
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    server.world.lock().unwrap().folders.remove("Travel");
    let outcome = driver.act(&mails[0], ActVerb::MoveTo("travel".into())).1;
    assert_eq!(outcome, Err(MailTrouble::NoSuchFolder));
    assert_eq!(server.world().asked("CREATE"), 0);
    assert_eq!(server.world().shows(), BACK);
}

#[test]
fn a_change_that_always_ends_the_connection_is_given_up_and_holds_up_no_other() {
    let server = Server::start(World::new(MODERN), |command, _| {
        if command.starts_with("UID MOVE 1 ") { Hook::HangUp("* BYE internal error\r\n".into()) } else { Hook::Usual }
    });
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    let poison = driver.submit(&mails[0], ActVerb::Archive);
    let other = driver.submit(&mails[1], ActVerb::Archive);
    assert_eq!(driver.outcome_seen(poison), Err(MailTrouble::ServerRefused));
    assert_eq!(driver.outcome_seen(other), Ok(()));
    assert!(server.world().asked("UID MOVE 1 ") <= 21, "{}", server.world().asked("UID MOVE 1 "));
}

#[test]
fn a_server_that_is_always_busy_is_told_in_the_end() {
    let server = Server::start(World::new(MODERN), |command, _| {
        if command.contains("STORE") {
            Hook::Answer("TAG BAD Request is throttled. Suggested Backoff Time: 1 milliseconds\r\n".into())
        } else {
            Hook::Usual
        }
    });
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(driver.act(&mails[0], ActVerb::Flag).1, Err(MailTrouble::Busy));
    assert!(server.world().asked("UID STORE") <= 6);
}

#[test]
fn too_many_connections_is_busy_and_not_a_wrong_password() {
    let refuse = |command: &str, _: &mut World| {
        if command.starts_with("AUTHENTICATE") {
            Hook::Answer("TAG NO [LIMIT] Maximum number of connections from user+IP exceeded\r\n".into())
        } else {
            Hook::Usual
        }
    };
    let server = Server::start(World::new(MODERN), refuse);
    assert_eq!(driver(&server).open(MailScope::Unread).err(), Some(MailTrouble::Busy));
    // Dovecot and Exchange say it in the greeting too.
    let port = says("* BYE Too many connections. Try again later.\r\n");
    let mut driver = Driver::new(ImapMailbox::open(account(port), options()).unwrap());
    assert_eq!(driver.open(MailScope::Unread).err(), Some(MailTrouble::Busy));
}

/// Something that is no mail server, and says only this.
fn says(text: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            stream.write_all(text.as_bytes()).unwrap();
            // Until the other side goes.
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    port
}

#[test]
fn a_login_page_of_the_network_is_told_apart_from_a_wrong_certificate() {
    let page = "HTTP/1.1 302 Found\r\nLocation: http://train.example/login\r\n\r\n";
    let mut encrypted = account(says(page));
    encrypted.security = Security::Tls;
    let error = probe(&encrypted, &options().timeouts).unwrap_err();
    assert!(matches!(error, ImapError::NotTls), "{error:?}");
    assert!(error.to_string().contains("login page"), "{error}");
    let mut driver = Driver::new(ImapMailbox::open(encrypted, options()).unwrap());
    assert_eq!(driver.open(MailScope::Unread).err(), Some(MailTrouble::LoginPage));
    let error = probe(&account(says(page)), &options().timeouts).unwrap_err();
    assert!(matches!(error, ImapError::NotMail), "{error:?}");
}

#[test]
fn starttls_is_an_upgrade_or_nothing() {
    // The first server cannot; the second lets somebody speak before the encryption has begun.
    for answer in ["TAG BAD what?\r\n", "TAG OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "TAG NO never\r\n"] {
        let server = Server::start(World::new(MODERN), move |command, _| {
            if command == "STARTTLS" { Hook::Answer(answer.into()) } else { Hook::Usual }
        });
        let mut upgraded = account(server.port);
        upgraded.security = Security::StartTls;
        assert!(probe(&upgraded, &options().timeouts).is_err());
        let log = server.world().log;
        assert_eq!(log, ["STARTTLS"], "no login, no password");
    }
}

#[test]
fn a_server_that_claims_to_know_us_already_is_not_believed() {
    let port = says("* PREAUTH IMAP4rev1 welcome\r\n");
    assert!(matches!(probe(&account(port), &options().timeouts), Err(ImapError::BrokenAnswer)));
}

#[test]
fn odd_structures_seen_in_the_field_hide_no_message() {
    for structure in [
        // A delivery report whose inner message has no envelope.
        r#"(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 1)("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 20)("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 30 NIL ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 1) 1) "REPORT" ("REPORT-TYPE" "delivery-status"))"#,
        // An empty multipart inside a forwarded message.
        r#"(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 1)("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 30 NIL ("ALTERNATIVE") 1) "MIXED")"#,
        // Blanks between parts.
        r#"(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 1) ("APPLICATION" "PDF" NIL NIL NIL "BASE64" 12) "MIXED")"#,
        // A quote inside a quoted description.
        r#"("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL "a "big" plan" "7BIT" 12 1)"#,
        // No encoding, sizes as floats.
        r#"("TEXT" "PLAIN" NIL NIL NIL NIL 1.86931e+06 1)"#,
        // 8-bit bytes where ASCII belongs.
        "(\"TEXT\" \"PLAIN\" (\"NAME\" \"Gr\u{fc}\u{df}e\") NIL \"\u{e9}t\u{e9}\" \"8BIT\" 12 1)",
    ] {
        let server = Server::start(World::new(MODERN), move |command, world| {
            if !command.contains("BODYSTRUCTURE") {
                return Hook::Usual;
            }
            let lines = world.folders["INBOX"].messages.iter().map(|message| {
                let line = fetch_line(message, command);
                if message.id == "b" { line.replace(STRUCTURE, structure) } else { line }
            });
            Hook::Answer(lines.collect::<String>() + "TAG OK done\r\n")
        });
        let opened = driver(&server).open(MailScope::Unread).unwrap();
        assert_eq!(subjects(&opened), ["a", "b", "c"], "{structure}");
        let text: String = opened.mails[1].message.blocks.iter().map(|block| block.text.as_str()).collect();
        assert!(text.contains("Text of b."), "{structure}: {text:?}");
    }
}

#[test]
fn a_bare_copyuid_and_an_empty_one_are_no_answer_and_the_message_is_searched() {
    for code in ["* OK [COPYUID 0 ]\r\n", "* OK [COPYUID 8\r\n", ""] {
        let server = Server::start(World::new(MODERN), move |command, _| {
            if command.starts_with("UID MOVE") {
                Hook::DoAndAnswer(format!("{code}TAG OK [COPYUID\r\n"))
            } else {
                Hook::Usual
            }
        });
        let mut driver = driver(&server);
        let mails = driver.open(MailScope::Unread).unwrap().mails;
        let (archive, outcome) = driver.act(&mails[0], ActVerb::Archive);
        assert_eq!(outcome, Ok(()), "{code:?}");
        assert_eq!(driver.undo(archive), Ok(()), "{code:?}");
        assert_eq!(server.world().shows(), BACK);
    }
}

#[test]
fn a_move_that_is_ok_and_did_nothing_is_told() {
    let server = Server::start(World::new(MODERN), |command, _| {
        if command.starts_with("UID MOVE") { Hook::Answer("TAG OK nothing to do\r\n".into()) } else { Hook::Usual }
    });
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Err(MailTrouble::ServerRefused));
    assert_eq!(server.world().shows(), BACK);
}

/// Without MOVE the original is taken away after the copy: a copy that was never made must not cost the mail.
#[test]
fn a_copy_that_is_ok_and_did_nothing_takes_nothing_away() {
    for capabilities in ["AUTH=PLAIN UIDPLUS", "AUTH=PLAIN"] {
        let server = Server::start(World::new(capabilities), |command, _| {
            if command.starts_with("UID COPY") { Hook::Answer("TAG OK nothing to do\r\n".into()) } else { Hook::Usual }
        });
        let mut driver = driver(&server);
        let mails = driver.open(MailScope::Unread).unwrap().mails;
        assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Err(MailTrouble::ServerRefused), "{capabilities}");
        assert_eq!(server.world().shows(), BACK, "{capabilities}: not even marked");
        let world = server.world();
        assert_eq!(world.asked("UID STORE") + world.asked("UID EXPUNGE"), 0, "{capabilities}");
    }
}

/// What a filter or another client puts into the destination just then is no copy of ours.
#[test]
fn a_neighbour_that_arrives_meanwhile_is_not_taken_for_the_copy() {
    for capabilities in ["AUTH=PLAIN UIDPLUS", "AUTH=PLAIN"] {
        let server = Server::start(World::new(capabilities), |command, world| {
            if !command.starts_with("UID COPY") {
                return Hook::Usual;
            }
            let neighbour = Stored { id: "neighbour".into(), ..world.folders["INBOX"].messages[0].clone() };
            world.put("Archive", neighbour);
            Hook::Answer("TAG OK nothing to do\r\n".into())
        });
        let mut driver = driver(&server);
        let mails = driver.open(MailScope::Unread).unwrap().mails;
        assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Err(MailTrouble::ServerRefused), "{capabilities}");
        let shown = server.world().shows();
        assert_eq!(shown, ["Archive neighbour", "INBOX a", "INBOX b", "INBOX c"], "{capabilities}");
    }
}

#[test]
fn flags_changed_elsewhere_are_kept_by_the_undo() {
    let server = Server::start(World::new(MODERN), usual_hook);
    let mut driver = driver(&server);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    // Somebody else read it, and flagged it before we did.
    let other = vec!["\\Seen".to_owned(), "\\Flagged".to_owned()];
    server.world.lock().unwrap().folders.get_mut("INBOX").unwrap().messages[0].flags = other;
    let (flag, outcome) = driver.act(&mails[0], ActVerb::Flag);
    assert_eq!(outcome, Ok(()));
    assert_eq!(driver.undo(flag), Ok(()));
    let mut flags = server.world().folders["INBOX"].messages[0].flags.clone();
    flags.sort();
    assert_eq!(flags, ["\\Flagged", "\\Seen"]);
}

#[test]
fn what_an_earlier_session_could_not_do_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let kept = || ImapOptions { journal_dir: Some(dir.path().to_owned()), ..options() };
    let first = Server::start(World::new(MODERN), |command, _| {
        if command.starts_with("UID STORE") { Hook::HangUp(String::new()) } else { Hook::Usual }
    });
    {
        let mut driver = Driver::new(ImapMailbox::open(account(first.port), kept()).unwrap());
        let mails = driver.open(MailScope::Unread).unwrap().mails;
        driver.submit(&mails[0], ActVerb::Flag);
        driver.submit(&mails[1], ActVerb::Archive);
        driver.offline();
    }
    let mut world = first.world();
    world.folders.get_mut("INBOX").unwrap().messages.retain(|message| message.id != "a");
    let second = Server::start(world, usual_hook);
    let mut driver = Driver::new(ImapMailbox::open(account(second.port), kept()).unwrap());
    driver.open(MailScope::Unread).unwrap();
    let is_told = |report: &MailReport| match report {
        MailReport::Earlier(earlier) => Some(earlier.clone()),
        _ => None,
    };
    let told: Vec<_> = driver.seen.iter().filter_map(is_told).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].done, told[0].failed.len()), (1, 1));
    assert_eq!(told[0].failed[0].reason, MailTrouble::Gone);
    assert_eq!(told[0].failed[0].message.as_ref().unwrap().0, "a@example.org");
    drop(driver);
    let mut third = Driver::new(ImapMailbox::open(account(second.port), kept()).unwrap());
    third.open(MailScope::Unread).unwrap();
    assert!(!third.seen.iter().any(|report| matches!(report, MailReport::Earlier(_))));
}

#[test]
fn texts_that_come_later_come_in_listening_order_and_commands_go_first() {
    let mut world = World::new(MODERN);
    for number in 0..17 {
        let date = format!("Mon, 2 Mar 2026 05:{:02}:00 +0000", 59 - number);
        let id = format!("m{number:02}");
        world.put("INBOX", crate::server::Stored { uid: 0, id, flags: vec![], date });
    }
    let server = Server::start(world, usual_hook);
    let later = ImapOptions { texts: Texts::AfterOpened, ..options() };
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), later).unwrap());
    let opened = driver.open(MailScope::Unread).unwrap();
    let coming: Vec<u32> = driver
        .seen
        .iter()
        .filter_map(|report| match report {
            MailReport::Filling(places) => Some(places.iter().map(|place| place.uid).collect::<Vec<u32>>()),
            _ => None,
        })
        .flatten()
        .collect();
    let order: Vec<u32> = opened.mails.iter().map(|mail| mail.place.uid).collect();
    assert_eq!(coming, order[1..], "the first is there");
    assert!(opened.mails[0].message.blocks.iter().any(|block| block.text.contains("Text of a")));
    let mut filled = Vec::new();
    while filled.len() < coming.len() {
        filled.push(driver.wait(|report| match report {
            MailReport::Filled(mail) => {
                let text: String = mail.message.blocks.iter().map(|block| block.text.as_str()).collect();
                assert!(text.contains(&format!("Text of {}.", mail.message.subject)));
                Some(mail.place.uid)
            }
            _ => None,
        }));
    }
    assert_eq!(filled, coming);
}
