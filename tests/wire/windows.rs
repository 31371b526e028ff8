//! Long texts come in windows, in the order in which they are heard, and hold up neither commands nor each other.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use hark::mailbox::{Backoff, ImapMailbox, ImapOptions, News, Texts};
use hark::session::{ActVerb, Mail, MailReport, MailScope, Order};

use crate::client::Driver;
use crate::server::{Hook, Server, Stored, World, fetch_line, usual_hook, window};
use crate::{MODERN, account, open_and_fill, options, subjects};

const WINDOW: usize = 64 * 1024;

fn stored(id: &str, minute: u32) -> Stored {
    Stored { uid: 0, id: id.into(), flags: vec![], date: format!("Mon, 2 Mar 2026 05:{minute:02}:00 +0000") }
}

/// An inbox with these messages, newest first; the first has UID 1.
fn inbox(ids: &[&str]) -> World {
    let mut world = World::new(MODERN);
    let inbox = world.folders.get_mut("INBOX").unwrap();
    (inbox.messages, inbox.next) = (Vec::new(), 1);
    for (index, id) in ids.iter().enumerate() {
        world.put("INBOX", stored(id, 59 - u32::try_from(index).unwrap()));
    }
    world
}

fn text(mail: &Mail) -> String {
    mail.message.blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn later(order: Order) -> ImapOptions {
    ImapOptions { texts: Texts::AfterOpened, order, ..options() }
}

/// Windows of the first part that were asked of this message.
fn windows(server: &Server, uid: u32) -> Vec<(usize, usize)> {
    let start = format!("UID FETCH {uid} ");
    server.world().log.iter().filter(|line| line.starts_with(&start)).filter_map(|line| window(line, "[1]")).collect()
}

#[test]
fn a_long_text_comes_whole_in_windows_and_a_longer_one_is_cut_at_a_line() {
    for (length, expected) in [(65_536, 1), (65_537, 2), (150_000, 3), (900_000, 4)] {
        let id = format!("long-{length}");
        let server = Server::start(inbox(&[&id]), usual_hook);
        let opened = open_and_fill(&server);
        let asked = windows(&server, 1);
        assert_eq!(asked.len(), expected, "{length}: {asked:?}");
        assert!(asked.iter().all(|(_, count)| *count <= WINDOW), "{asked:?}");
        // Of very many lines the last are left out when a mail is read (12,000).
        let last_line = (length.min(4 * WINDOW) / 15 - 5).min(11_900);
        assert!(text(&opened.mails[0]).contains(&format!("Line {last_line:07}.")), "{length}");
    }
}

/// Opens an inbox of one long message whose windows after the first are answered by `odd` (offset, count, the text).
fn with_odd_windows(odd: impl Fn(usize, usize, &str) -> String + Send + 'static) -> (String, Server) {
    let server = Server::start(inbox(&["long-150000", "b"]), move |command, world| {
        match window(command, "[1]").filter(|(offset, _)| *offset > 0 && command.starts_with("UID FETCH 1 ")) {
            Some((offset, count)) => {
                let text = world.folders["INBOX"].messages[0].text();
                Hook::Answer(format!("{}TAG OK done\r\n", odd(offset, count, &text)))
            }
            None => Hook::Usual,
        }
    });
    let opened = open_and_fill(&server);
    assert_eq!(subjects(&opened), ["long-150000", "b"]);
    assert_eq!(text(&opened.mails[1]).trim(), "Text of b.", "whatever becomes of the other");
    (text(&opened.mails[0]), server)
}

fn answer(origin: &str, bytes: &str) -> String {
    format!("* 1 FETCH (UID 1 BODY[1]{origin} {{{}}}\r\n{bytes})\r\n", bytes.len())
}

const FIRST_LINE: &str = "Line 0000000.";
/// A line of the first window, near its end.
const EARLY: &str = "Line 0004000.";
/// A line of the second.
const MIDDLE: &str = "Line 0006000.";
/// The last whole line.
const LAST: &str = "Line 0009990.";

#[test]
fn windows_shorter_than_asked_are_put_together() {
    let (text, server) = with_odd_windows(|offset, count, text| {
        let end = (offset + count / 2).min(text.len());
        answer(&format!("<{offset}>"), text.get(offset..end).unwrap_or_default())
    });
    assert!(text.contains(MIDDLE), "what came is in its place");
    assert!(windows(&server, 1).len() <= 5, "{:?}", windows(&server, 1));
}

#[test]
fn windows_from_the_wrong_place_are_left_out_and_not_asked_for_again() {
    for origin in ["<0>", "", "<7>", "<99999999999999999999>", "<x>"] {
        let (text, server) = with_odd_windows(move |_, count, text| answer(origin, &text[..count]));
        assert!(text.contains(EARLY) && !text.contains(MIDDLE), "{origin}");
        assert_eq!(text.matches(FIRST_LINE).count(), 1, "{origin}: nothing is heard twice");
        assert_eq!(windows(&server, 1).len(), 2, "{origin}");
    }
}

#[test]
fn more_bytes_than_asked_for_are_taken_once() {
    let (text, server) = with_odd_windows(|offset, _, text| answer(&format!("<{offset}>"), &text[offset..]));
    assert!(text.contains(LAST));
    assert_eq!(text.matches(LAST).count(), 1);
    assert_eq!(windows(&server, 1).len(), 2);
}

#[test]
fn refused_missing_and_empty_windows_leave_what_is_there() {
    for odd in [
        "",
        "* 1 FETCH (UID 1 BODY[1]<65536> NIL)\r\n",
        "* 1 FETCH (UID 2 BODY[1]<65536> {1}\r\nx)\r\n",
        "* 5 EXPUNGE\r\n",
    ] {
        let (text, server) = with_odd_windows(move |_, _, _| odd.to_owned());
        assert!(text.contains(EARLY) && !text.contains(MIDDLE), "{odd:?}");
        assert_eq!(windows(&server, 1).len(), 2, "{odd:?}");
    }
}

#[test]
fn a_text_that_never_ends_is_given_up_and_hides_no_other() {
    // Always a full window, whatever is asked, of a text that the structure calls short.
    let server = Server::start(inbox(&["a", "b"]), |command, _| {
        match window(command, "[1]").filter(|_| command.starts_with("UID FETCH 1 ")) {
            Some((offset, count)) => {
                let line = "word word word.\n".repeat(count / 16);
                Hook::Answer(format!("{}TAG OK\r\n", answer(&format!("<{offset}>"), &line)))
            }
            None => Hook::Usual,
        }
    });
    let opened = open_and_fill(&server);
    assert_eq!(text(&opened.mails[1]).trim(), "Text of b.");
    assert_eq!(windows(&server, 1).len(), 4);
}

#[test]
fn a_window_that_hangs_is_tried_a_few_times_and_hides_no_other() {
    let server = Server::start(inbox(&["a", "long-150000", "c"]), |command, _| {
        let second = window(command, "[1]").is_some_and(|(offset, _)| offset > 0);
        if second && command.starts_with("UID FETCH 2 ") { Hook::HangUp(String::new()) } else { Hook::Usual }
    });
    let opened = open_and_fill(&server);
    assert_eq!(text(&opened.mails[2]).trim(), "Text of c.");
    assert!(text(&opened.mails[1]).contains(EARLY));
    assert!(windows(&server, 2).len() <= 6, "{:?}", windows(&server, 2));
}

/// UIDs in the order in which their texts were asked for first.
fn asked_first(server: &Server) -> Vec<u32> {
    let mut order = Vec::new();
    for line in server.world().log {
        let Some(rest) = line.strip_prefix("UID FETCH ").filter(|_| line.contains("PEEK[1]")) else { continue };
        let uid: u32 = rest.split(' ').next().unwrap().parse().unwrap();
        if !order.contains(&uid) {
            order.push(uid);
        }
    }
    order
}

#[test]
fn texts_come_in_the_sessions_order_people_before_bundles_whatever_the_mailbox_says() {
    let ids = ["list-1", "a", "list-2", "b", "c"];
    for (order, expected) in [(Order::Newest, [2, 4, 5, 1, 3]), (Order::Oldest, [5, 4, 2, 3, 1])] {
        let server = Server::start(inbox(&ids), usual_hook);
        let mut driver = Driver::new(ImapMailbox::open(account(server.port), later(order)).unwrap());
        let opened = driver.open(MailScope::Unread).unwrap();
        let first = opened.mails.iter().find(|mail| mail.place.uid == expected[0]).unwrap();
        assert!(text(first).contains("Text of"), "the one that is announced first is there at once");
        let filled: Vec<u32> = (1..ids.len())
            .map(|_| {
                driver.wait(|report| if let MailReport::Filled(mail) = report { Some(mail.place.uid) } else { None })
            })
            .collect();
        assert_eq!(filled, expected[1..], "{order:?}");
        assert_eq!(asked_first(&server), expected, "{order:?}");
    }
}

#[test]
fn a_conversation_is_fetched_oldest_first_where_its_newest_mail_stands() {
    let mut world = inbox(&["re-x", "y", "x"]);
    // The answer names what it answers.
    let server = Server::start(std::mem::replace(&mut world, World::new(MODERN)), |command, world| {
        if !command.contains("BODYSTRUCTURE") {
            return Hook::Usual;
        }
        let lines = world.folders["INBOX"].messages.iter().map(|message| {
            let line = fetch_line(message, command);
            if message.id != "re-x" {
                return line;
            }
            let referring = format!("References: <x@example.org>\r\n{}", message.header());
            line.replace(&message.header(), &referring)
                .replace(&format!("{{{}}}", message.header().len()), &format!("{{{}}}", referring.len()))
        });
        Hook::Answer(lines.collect::<String>() + "TAG OK done\r\n")
    });
    open_and_fill(&server);
    assert_eq!(asked_first(&server), [3, 1, 2]);
}

/// A server that stops at the second window of the long text until it is told to go on; says when it has stopped.
fn stopping(world: World) -> (Server, std::sync::mpsc::Receiver<()>, Sender<()>) {
    let (stopped, is_stopped) = channel();
    let (go_on, wait) = channel::<()>();
    let mut once = true;
    let server = Server::start(world, move |command, _| {
        let second = window(command, "[1]").is_some_and(|(offset, _)| offset > 0);
        if second && std::mem::take(&mut once) {
            stopped.send(()).unwrap();
            // Its end is an answer too.
            let _ = wait.recv();
        }
        Hook::Usual
    });
    (server, is_stopped, go_on)
}

#[test]
fn a_command_waits_for_one_window_and_goes_before_all_the_others() {
    let ids = ["a", "long-200000", "long-200001", "long-200002"];
    let (server, is_stopped, go_on) = stopping(inbox(&ids));
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), later(Order::Newest)).unwrap());
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    is_stopped.recv().unwrap();
    // Acknowledged while the link is stuck: the journal is no network.
    let request = driver.submit(&mails[0], ActVerb::Archive);
    go_on.send(()).unwrap();
    assert_eq!(driver.outcome(request), Ok(()));
    let log = server.world().log;
    let long = |line: &&String| window(line, "[1]").is_some_and(|(offset, _)| offset > 0);
    let moved = log.iter().position(|line| line.starts_with("UID MOVE")).unwrap();
    assert_eq!(log[..moved].iter().filter(long).count(), 1, "{log:#?}");
}

#[test]
fn a_long_text_and_the_next_messages_take_turns() {
    let mut ids = vec!["a".to_owned(), "long-250000".to_owned()];
    ids.extend((0..20).map(|number| format!("m{number:02}")));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let server = Server::start(inbox(&ids), usual_hook);
    open_and_fill(&server);
    let log = server.world().log;
    let at = |uid: u32, offset: usize| {
        let wanted = |line: &String| {
            line.starts_with(&format!("UID FETCH {uid} ")) && window(line, "[1]").is_some_and(|(at, _)| at == offset)
        };
        log.iter().position(wanted).unwrap_or_else(|| panic!("{uid} {offset}: {log:#?}"))
    };
    assert!(at(3, 0) < at(2, 3 * WINDOW), "the next one does not wait for all of the long one");
    assert!(at(2, WINDOW) < at(22, 0), "and the long one does not wait for all the others");
    assert_eq!(asked_first(&server), (1..=22).collect::<Vec<u32>>());
}

/// What comes just when the watch has begun (the second connection opens the inbox) is found by its first look.
fn deliver_to_the_watch(command: &str, world: &mut World, news: &mut Vec<Stored>) {
    if world.connections > 1 && command.starts_with("SELECT") {
        for message in news.drain(..) {
            world.put("INBOX", message);
        }
    }
}

#[test]
fn news_are_told_with_their_texts_and_commands_go_between() {
    let mut news = vec![stored("long-150000", 3), stored("n", 4)];
    let server = Server::start(inbox(&["a"]), move |command, world| {
        deliver_to_the_watch(command, world, &mut news);
        Hook::Usual
    });
    let watched = ImapOptions { news: News::Watched, ..later(Order::Newest) };
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), watched).unwrap());
    driver.open(MailScope::Unread).unwrap();
    let news = driver.wait(|report| if let MailReport::Arrived(news) = report { Some(news.clone()) } else { None });
    assert_eq!(subjects(&news), ["n", "long-150000"]);
    assert!(text(&news.mails[1]).contains(LAST));
    assert_eq!(text(&news.mails[0]).trim(), "Text of n.");
}

#[test]
fn a_server_that_wants_to_be_left_alone_for_a_moment_gives_the_text_afterwards() {
    for answer in [
        "TAG BAD Request is throttled. Suggested Backoff Time: 20 milliseconds\r\n",
        "TAG BAD User is authenticated but not connected.\r\n",
    ] {
        let mut asked = 0_u32;
        let server = Server::start(inbox(&["a", "b", "c"]), move |command, _| {
            let wanted = command.starts_with("UID FETCH 2 ") || command.contains("BODYSTRUCTURE");
            asked += u32::from(wanted);
            if wanted && matches!(asked, 1 | 3) { Hook::Answer(answer.into()) } else { Hook::Usual }
        });
        let opened = open_and_fill(&server);
        assert_eq!(crate::texts(&opened), ["Text of a.", "Text of b.", "Text of c."], "{answer}");
    }
}

#[test]
fn an_outage_however_long_costs_no_text() {
    // The second text ends the connection, and the next fifteen do not come about.
    let (mut once, mut outage) = (true, 0);
    let server = Server::start(inbox(&["a", "b", "c"]), move |command, _| {
        if command.starts_with("UID FETCH 2 ") && std::mem::take(&mut once) {
            outage = 15;
            return Hook::HangUp(String::new());
        }
        if command == "CAPABILITY" && outage > 0 {
            outage -= 1;
            return Hook::HangUp(String::new());
        }
        Hook::Usual
    });
    let opened = open_and_fill(&server);
    assert_eq!(crate::texts(&opened), ["Text of a.", "Text of b.", "Text of c."]);
    assert_eq!(server.world().connections, 17);
}

#[test]
fn a_look_for_news_that_was_cut_off_is_done_again() {
    let (mut cuts, mut news) = (2, vec![stored("n", 3)]);
    let server = Server::start(inbox(&["a"]), move |command, world| {
        deliver_to_the_watch(command, world, &mut news);
        // The search of the look for news, not the one of the start.
        if command.starts_with("UID SEARCH UNSEEN UNDELETED UID") && cuts > 0 {
            cuts -= 1;
            return Hook::HangUp(String::new());
        }
        Hook::Usual
    });
    let watched = ImapOptions { news: News::Watched, ..later(Order::Newest) };
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), watched).unwrap());
    driver.open(MailScope::Unread).unwrap();
    let news = driver.wait(|report| if let MailReport::Arrived(news) = report { Some(news.clone()) } else { None });
    assert_eq!(subjects(&news), ["n"]);
}

const THROTTLED: &str = "TAG BAD Request is throttled. Suggested Backoff Time: 1 milliseconds\r\n";

/// A server that asks for patience is given it for a minute.
fn patient() -> ImapOptions {
    let backoff = Backoff { locked_out: Duration::from_secs(60), ..options().backoff };
    ImapOptions { backoff, ..later(Order::Newest) }
}

/// The text of this message when it comes.
fn filled(driver: &mut Driver<ImapMailbox>, uid: u32) -> String {
    driver.wait(|report| match report {
        MailReport::Filled(mail) if mail.place.uid == uid => Some(text(mail).trim().to_owned()),
        _ => None,
    })
}

#[test]
fn a_server_that_asks_for_patience_again_and_again_costs_no_text() {
    let mut asked = 0;
    let server = Server::start(inbox(&["a", "b", "c"]), move |command, _| {
        asked += u32::from(command.starts_with("UID FETCH 2 "));
        if command.starts_with("UID FETCH 2 ") && asked <= 8 { Hook::Answer(THROTTLED.into()) } else { Hook::Usual }
    });
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), patient()).unwrap());
    driver.open(MailScope::Unread).unwrap();
    assert_eq!(filled(&mut driver, 2), "Text of b.");
    assert_eq!(server.world().connections, 1, "the connection is fine");
}

#[test]
fn a_server_that_asks_for_patience_for_ever_holds_up_no_other_text() {
    let server = Server::start(inbox(&["a", "b", "c"]), |command, _| {
        if command.starts_with("UID FETCH 2 ") { Hook::Answer(THROTTLED.into()) } else { Hook::Usual }
    });
    let opened = open_and_fill(&server);
    assert_eq!(crate::texts(&opened), ["Text of a.", "", "Text of c."]);
}

#[test]
fn a_first_text_that_does_not_come_costs_neither_the_survey_nor_the_text() {
    for answer in [Hook::HangUp(String::new()), Hook::Answer(THROTTLED.into())] {
        let mut once = Some(answer);
        let server = Server::start(inbox(&["a", "b", "c"]), move |command, _| {
            let first = window(command, "[1]").is_some();
            if first && once.is_some() { once.take().unwrap() } else { Hook::Usual }
        });
        let opened = open_and_fill(&server);
        assert_eq!(crate::texts(&opened), ["Text of a.", "Text of b.", "Text of c."]);
        let log = server.world().log;
        assert_eq!(log.iter().filter(|line| line.contains("BODYSTRUCTURE")).count(), 1, "{log:#?}");
        assert!(!log.iter().any(|line| line.contains("PEEK[]")), "nothing is read whole: {log:#?}");
    }
}

const LOOK: &str = "UID SEARCH UNSEEN UNDELETED UID";

#[test]
fn a_look_for_news_that_never_works_is_given_up_and_holds_up_no_text() {
    for answer in ["", "TAG NO not today\r\n"] {
        let mut looks = 0;
        let server = Server::start(inbox(&["a", "b", "c"]), move |command, _| {
            if command.starts_with(LOOK) {
                looks += 1;
                return if answer.is_empty() { Hook::HangUp(String::new()) } else { Hook::Answer(answer.into()) };
            }
            // The text waits for the first look.
            if command.starts_with("UID FETCH 2 ") && looks == 0 {
                return Hook::Answer(THROTTLED.into());
            }
            Hook::Usual
        });
        let watched = ImapOptions { news: News::Watched, ..patient() };
        let mut driver = Driver::new(ImapMailbox::open(account(server.port), watched).unwrap());
        driver.open(MailScope::Unread).unwrap();
        assert_eq!(filled(&mut driver, 2), "Text of b.");
        assert!(server.world().asked(LOOK) < 3, "the texts went first");
        filled(&mut driver, 3);
        while server.world().asked(LOOK) < 12 {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Long after the next one would have come.
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(server.world().asked(LOOK), 12, "{answer}");
        if !answer.is_empty() {
            assert_eq!(server.world().connections, 2, "a refusal ends no connection");
        }
    }
}

#[test]
fn a_new_message_that_kills_the_connection_hides_no_other() {
    let mut news = vec![stored("poison", 3), stored("n", 4)];
    let server = Server::start(inbox(&["a"]), move |command, world| {
        deliver_to_the_watch(command, world, &mut news);
        let fatal = command.starts_with("UID FETCH 2 ") || command.starts_with("UID FETCH 2,3 ");
        if fatal { Hook::HangUp(String::new()) } else { Hook::Usual }
    });
    let watched = ImapOptions { news: News::Watched, ..later(Order::Newest) };
    let mut driver = Driver::new(ImapMailbox::open(account(server.port), watched).unwrap());
    driver.open(MailScope::Unread).unwrap();
    let news = driver.wait(|report| if let MailReport::Arrived(news) = report { Some(news.clone()) } else { None });
    assert_eq!((subjects(&news), news.unreadable), (vec!["n"], 1));
}
