//! Header fields of a message.

use hark::mail::{Addressed, ParseContext, parse};

use super::support::read;

fn context(received: &str, own: &[&str]) -> ParseContext {
    ParseContext { own_addresses: own.iter().map(|a| (*a).to_owned()).collect(), received: received.parse().ok() }
}

#[test]
fn senders_and_subjects_are_decoded() {
    let message = read(
        "From: =?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg@example.org>\nTo: \"Silva, Ana\" <ana@example.org>, bo@example.org\nSubject: =?utf-8?B?R3LDvMOf?=\n =?utf-8?B?ZQ==?= aus\n Ulm\n\nx",
    );
    let from = message.from.as_ref().expect("a sender");
    assert_eq!((from.name.as_deref(), from.address.as_str()), (Some("Jörg Müller"), "joerg@example.org"));
    assert_eq!(message.subject, "Grüße aus Ulm");
    assert_eq!(message.to.len(), 2);
    assert_eq!(message.to.first().and_then(|c| c.name.as_deref()), Some("Silva, Ana"));
    for (header, name, address) in [
        ("ana@example.org (Ana Silva)", Some("Ana Silva"), "ana@example.org"),
        ("\"ana@example.org\" <ana@example.org>", None, "ana@example.org"),
        ("'Ana Silva' <ana@example.org>", Some("Ana Silva"), "ana@example.org"),
        ("\"=?utf-8?Q?Ana_Concei=C3=A7=C3=A3o?=\" <ana@example.org>", Some("Ana Conceição"), "ana@example.org"),
        ("<ana@example.org>", None, "ana@example.org"),
    ] {
        let message = read(&format!("From: {header}\nSubject: x\n\nx"));
        let from = message.from.expect(header);
        assert_eq!((from.name.as_deref(), from.address.as_str()), (name, address), "{header}");
    }
    assert_eq!(read("Subject: x\n\nx").from, None);
}

#[test]
fn dates_missing_or_absurd_are_the_servers() {
    let server = "2026-03-02T10:00:00Z";
    for (header, date) in [
        ("Date: Mon, 02 Mar 2026 10:15:30 +0100", "2026-03-02T09:15:30Z"),
        ("Date: Thu, 01 Jan 1970 00:00:00 +0000", server),
        ("Date: Mon, 02 Mar 2037 10:15:30 +0100", server),
        ("Date: nonsense", server),
        ("X-Date: none", server),
        ("Date: Tue, 03 Mar 2026 10:00:00 +0000", "2026-03-03T10:00:00Z"),
    ] {
        let raw = format!("From: a@b\n{header}\n\nx");
        let message = parse(raw.as_bytes(), &context(server, &[])).expect("a message");
        assert_eq!(message.date.map(|d| d.to_string()).as_deref(), Some(date), "{header}");
    }
}

#[test]
fn the_listener_is_in_to_in_cc_or_on_a_list() {
    for (header, addressed) in [
        ("To: Me <ME@example.org>", Addressed::To),
        ("To: ana@example.org\nCc: me@example.org", Addressed::Cc),
        ("To: dev@lists.example.org\nList-Id: <dev.lists.example.org>", Addressed::List),
        ("To: undisclosed-recipients:;", Addressed::To),
    ] {
        let raw = format!("From: a@b\n{header}\n\nx");
        let message = parse(raw.as_bytes(), &context("", &["me@example.org"])).expect("a message");
        assert_eq!(message.addressed, addressed, "{header}");
    }
}

#[test]
fn the_language_is_told_when_there_is_enough_of_it() {
    for (text, language) in [
        (
            "The quick meeting about the new office has been moved to Thursday, because the room was taken by somebody else.",
            Some("en"),
        ),
        (
            "Das kurze Treffen wegen des neuen Büros wurde auf Donnerstag verschoben, weil der Raum schon vergeben war.",
            Some("de"),
        ),
        (
            "La réunion au sujet du nouveau bureau a été déplacée à jeudi, parce que la salle était déjà prise par quelqu'un.",
            Some("fr"),
        ),
        (
            "La reunión sobre la nueva oficina se ha trasladado al jueves porque la sala ya estaba ocupada por otra persona.",
            Some("es"),
        ),
        ("新しいオフィスについての会議は木曜日に変更されました。", Some("ja")),
        ("Встреча по поводу нового офиса перенесена на четверг, потому что комната уже была занята.", Some("ru")),
        ("ok", None),
    ] {
        let message = read(&format!("From: a@b\nContent-Type: text/plain; charset=utf-8\n\n{text}"));
        assert_eq!(message.language.as_deref(), language, "{text}");
    }
}

#[test]
fn conversations_are_known_by_their_references() {
    let message = read("Message-ID: <c@x>\nReferences: <a@x> <b@x>\nIn-Reply-To: <b@x>\n\nx");
    assert_eq!((message.id.0.as_str(), message.conversation().0.as_str()), ("c@x", "a@x"));
    assert_eq!(read("Subject: x\n\na").id, read("Subject: x\n\nb").id);
    assert_ne!(read("Subject: x\n\na").id, read("Subject: y\n\na").id);
}

#[test]
fn stray_lines_before_the_header_do_no_harm() {
    for before in ["From ana@example.org Mon Mar  2 10:15:30 2026\n", "\n\n", "\u{feff}"] {
        assert_eq!(read(&format!("{before}Subject: x\nFrom: a@b\n\nhello")).subject, "x", "{before:?}");
    }
}
