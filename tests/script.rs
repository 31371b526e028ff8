//! What is said of whole messages, built by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use expect_test::{Expect, expect};
use hark::mail::*;
use hark::script::*;

fn message(subject: &str, blocks: Vec<Block>) -> Message {
    Message {
        id: MessageId("a1@example.org".into()),
        from: Some(Correspondent { name: Some("Ana Silva".into()), address: "ana@example.org".into() }),
        to: vec![],
        cc: vec![],
        subject: subject.into(),
        date: Some("2026-03-02T09:10:00Z".parse().unwrap()),
        date_offset_s: Some(0),
        language: Some("en".into()),
        kind: MessageKind::Person,
        protection: None,
        attachments: vec![],
        blocks,
        references: vec![],
        addressed: Addressed::To,
        list: None,
        leaving: Leaving::None,
        picture_only: false,
    }
}

fn block(role: BlockRole, text: &str) -> Block {
    Block { role, text: text.into(), links: vec![], rows: vec![] }
}

fn body(text: &str) -> Block {
    block(BlockRole::Body, text)
}

fn context() -> ScriptContext {
    ScriptContext {
        now: "2026-03-02T10:00:00Z".parse().unwrap(),
        zone: jiff::tz::TimeZone::UTC,
        verbosity: Verbosity::Normal,
        place_in_conversation: 1,
        ambiguous_sender: AmbiguousSender::Clear,
        tongue: Tongue::Unspoken,
    }
}

/// One line a line: "role | text" or "(role | text | reason)".
fn shown(script: &Script) -> String {
    let mut out = Vec::new();
    for segment in &script.segments {
        let role = format!("{:?}", segment.role).to_lowercase();
        match &segment.fate {
            Fate::Spoken(lines) => out.extend(lines.iter().map(|line| format!("{role} | {}", line.text))),
            Fate::Skipped { text, reason } => out.push(format!("({role} | {} | {reason})", text.replace('\n', " / "))),
        }
    }
    out.join("\n")
}

fn check(message: &Message, context: &ScriptContext, expected: Expect) {
    expected.assert_eq(&shown(&Script::of(message, context)));
}

/// The first line as it is spoken.
fn first_said(message: &Message, context: &ScriptContext) -> String {
    match &Script::of(message, context).segments[0].fate {
        Fate::Spoken(lines) => lines[0].say.clone(),
        Fate::Skipped { .. } => String::new(),
    }
}

#[test]
fn an_ordinary_mail_is_announced_and_read() {
    let mail = message("Budget for March", vec![body("Hello,\nthe figures are in. We have to talk.")]);
    check(
        &mail,
        &context(),
        expect![[r#"
            announce | Ana Silva on Budget for March, ten past nine.
            body | Hello,
            body | the figures are in.
            body | We have to talk."#]],
    );
}

#[test]
fn a_reply_says_what_it_is_and_its_history_is_skipped() {
    let mut mail = message(
        "Re: Fwd: Re: Budget",
        vec![
            body("Yes, that works."),
            block(BlockRole::Quote, "> Can we meet?"),
            body("On Tuesday."),
            block(BlockRole::Quote, "> When?"),
            block(BlockRole::Signature, "Ana Silva\nExample Ltd"),
            block(BlockRole::Footer, "Confidential."),
        ],
    );
    mail.addressed = Addressed::Cc;
    mail.attachments = vec![
        Attachment { name: Some("budget.xlsx".into()), media_type: "application/x".into(), bytes: 5 },
        Attachment { name: Some("plan.pdf".into()), media_type: "application/pdf".into(), bytes: 5 },
    ];
    let context = ScriptContext { place_in_conversation: 3, ..context() };
    check(
        &mail,
        &context,
        expect![[r#"
            announce | Ana Silva on Budget, ten past nine.
            announce | Reply, third in a conversation, you are only copied, two attachments.
            body | Yes, that works.
            (quote | > Can we meet? | quoted text)
            body | On Tuesday.
            (quote | > When? | quoted text)
            (signature | Ana Silva / Example Ltd | signature)
            (footer | Confidential. | footer)
            attachment | Two attachments: budget.xlsx and plan.pdf."#]],
    );
    assert!(!Script::of(&message("x", vec![body("y")]), &context).skips_earlier_messages());
    assert!(
        Script::of(&message("x", vec![body("y"), block(BlockRole::Quote, "z")]), &context).skips_earlier_messages()
    );
}

#[test]
fn the_pause_where_quoted_lines_were_skipped_is_longer() {
    let mail = message("x", vec![body("Yes."), block(BlockRole::Quote, "> a"), body("No.")]);
    let script = Script::of(&mail, &context());
    let pauses: Vec<u32> = script.segments.iter().filter(|s| s.role == SegmentRole::Body).map(last_pause).collect();
    assert!(pauses[0] > pauses[1], "{pauses:?}");
}

fn last_pause(segment: &Segment) -> u32 {
    match &segment.fate {
        Fate::Spoken(lines) => lines.last().map_or(0, |line| line.pause_after_ms),
        Fate::Skipped { .. } => 0,
    }
}

#[test]
fn a_protected_mail_says_nothing_of_itself_before_its_gate() {
    let mut mail = message("Salary talk", vec![body("The figure is secret.")]);
    mail.protection =
        Some(Protection { kind: ProtectionKind::Sensitivity, readable: true, label: Some("Confidential".into()) });
    check(
        &mail,
        &context(),
        expect![[r#"
            announce | Ana Silva, ten past nine.
            gate | This message is protected: confidential.
            subject | Salary talk
            body | The figure is secret."#]],
    );
}

#[test]
fn an_unreadable_mail_is_sender_gate_and_subject_only() {
    let mut mail = message("Contract", vec![body("MIAGCSqGSIb3DQEHA6CAMIACAQAx")]);
    mail.protection = Some(Protection { kind: ProtectionKind::SmimeEncrypted, readable: false, label: None });
    check(
        &mail,
        &context(),
        expect![[r#"
            announce | Ana Silva, ten past nine.
            gate | This message is encrypted and cannot be read here.
            subject | Contract"#]],
    );
}

#[test]
fn a_one_time_code_is_heard_in_the_body_only_digit_by_digit() {
    let mut mail = message("482913 is your code", vec![body("Your code is 482913.")]);
    mail.protection = Some(Protection { kind: ProtectionKind::OneTimeCode, readable: true, label: None });
    assert_eq!(first_said(&mail, &context()), "Ana Silva, ten past nine.");
    let script = Script::of(&mail, &context());
    let Fate::Spoken(lines) = &script.segments.last().unwrap().fate else { panic!("the body is spoken") };
    assert_eq!(lines[0].say, "Your code is four eight two, nine one three.");
}

#[test]
fn structure_is_heard_as_structure() {
    let table = Block {
        rows: [["Item", "Price"], ["Tea", "$3"], ["Coffee", "$4"], ["Cake", "$5"], ["Pie", "$6"]]
            .map(|row| row.map(str::to_owned).to_vec())
            .to_vec(),
        ..block(BlockRole::Table, "Item Price Tea $3 Coffee $4 Cake $5 Pie $6")
    };
    let mail = message(
        "Lists",
        vec![
            block(BlockRole::Heading, "Shopping"),
            block(BlockRole::ListItem, "- milk"),
            block(BlockRole::ListItem, "- bread"),
            table,
            block(BlockRole::Code, "fn main() {\n}\n"),
            body("https://example.com/shop?id=12345&utm_source=mail"),
            body("-----"),
        ],
    );
    check(
        &mail,
        &context(),
        expect![[r#"
            announce | Ana Silva on Lists, ten past nine.
            heading | Shopping
            list | milk
            list | bread
            table | Table, four rows.
            table | Item: Tea, Price: $3.
            table | Item: Coffee, Price: $4.
            table | Item: Cake, Price: $5.
            (table | Pie $6 | further rows)
            code | A block of code, two lines, skipped.
            (code | fn main() { / } | code)
            link | https://example.com
            (link | https://example.com/shop?id=12345&utm_source=mail | long link)
            (body | --- | decoration)"#]],
    );
}

#[test]
fn the_address_is_said_only_where_the_name_misleads() {
    let mut mail = message("Hi", vec![body("x")]);
    let shared = ScriptContext { ambiguous_sender: AmbiguousSender::SharedName, ..context() };
    assert_eq!(first_said(&mail, &shared), "Ana Silva, from ana at example dot org, on Hi, ten past nine.");
    for (name, address, says_address) in [
        ("service@paypal.com", "x@evil.example", true),
        ("PayPal.com Support", "x@evil.example", true),
        ("Dr. J. Miller", "x@evil.example", false),
        ("ana@example.org", "ana@example.org", false),
        ("Example.org Team", "news@mail.example.org", false),
    ] {
        mail.from = Some(Correspondent { name: Some(name.into()), address: address.into() });
        let said = first_said(&mail, &context());
        assert_eq!(said.contains(" from "), says_address, "{name}: {said}");
    }
    mail.from = Some(Correspondent { name: None, address: "ana.silva@example.org".into() });
    assert_eq!(first_said(&mail, &context()), "ana silva on Hi, ten past nine.");
    mail.from = None;
    assert_eq!(first_said(&mail, &context()), "Unknown sender on Hi, ten past nine.");
}

#[test]
fn other_languages_pictures_and_empty_mails_are_named() {
    let mut german = message("Termin", vec![body("Wir treffen uns morgen.")]);
    german.language = Some("de".into());
    check(
        &german,
        &context(),
        expect![[r#"
            announce | Ana Silva on Termin, ten past nine.
            announce | This message is in German. Say next, to skip it.
            body | Wir treffen uns morgen."#]],
    );
    let mut picture = message("", vec![]);
    picture.picture_only = true;
    check(
        &picture,
        &context(),
        expect![[r#"
            announce | Ana Silva, no subject, ten past nine.
            body | This is a picture without text."#]],
    );
    let signature = message("Hi", vec![block(BlockRole::Signature, "Ana")]);
    assert!(shown(&Script::of(&signature, &context())).ends_with("signature | Ana"));
    let empty = message("Hi", vec![]);
    assert!(shown(&Script::of(&empty, &context())).ends_with("body | This message has no text."));
}

#[test]
fn verbosity_decides_how_much_is_said() {
    let mail = message(
        "Hi",
        vec![body("One two three. Four five six."), body("Seven."), block(BlockRole::Quote, "Old words")],
    );
    let brief = ScriptContext { verbosity: Verbosity::Brief, ..context() };
    check(
        &mail,
        &brief,
        expect![[r#"
            announce | Ana Silva on Hi, ten past nine.
            body | One two three.
            (body | Four five six. | short mode)
            (body | Seven. | short mode)
            (quote | Old words | quoted text)"#]],
    );
    let full = ScriptContext { verbosity: Verbosity::Full, ..context() };
    assert!(shown(&Script::of(&mail, &full)).ends_with("quote | Old words"));
}

#[test]
fn the_length_of_a_long_mail_is_told() {
    let text = "The quick brown fox jumps over the lazy dog, again and again. ".repeat(300);
    let script = Script::of(&message("Long", vec![body(&text)]), &context());
    // 3,600 words at 180 a minute are 20 minutes.
    assert!((900.0..1_800.0).contains(&script.duration_s), "{}", script.duration_s);
}

#[test]
fn the_json_has_the_keys_of_the_contract() {
    let mut mail = message("Re: Budget", vec![body("Yes."), block(BlockRole::Quote, "> Can we?")]);
    mail.protection = Some(Protection { kind: ProtectionKind::Label, readable: true, label: Some("Secret".into()) });
    mail.attachments = vec![Attachment { name: None, media_type: "image/png".into(), bytes: 7 }];
    let script = Script::of(&mail, &context());
    let json = serde_json::to_string_pretty(&json::SpokenMail::of("a.eml", &mail, &script)).unwrap();
    expect![[r#"
        {
          "file": "a.eml",
          "from": {
            "name": "Ana Silva",
            "address": "ana@example.org"
          },
          "subject": "Re: Budget",
          "date": "2026-03-02T09:10:00Z",
          "language": "en",
          "kind": "person",
          "protection": {
            "kind": "label",
            "readable": true,
            "callout": "This message is protected: secret."
          },
          "attachments": [
            {
              "name": null,
              "type": "image/png",
              "bytes": 7
            }
          ],
          "segments": [
            {
              "role": "announce",
              "spoken": true,
              "text": "Ana Silva, ten past nine.",
              "say": "Ana Silva, ten past nine."
            },
            {
              "role": "gate",
              "spoken": true,
              "text": "This message is protected: secret.",
              "say": "This message is protected: secret."
            },
            {
              "role": "announce",
              "spoken": true,
              "text": "Budget",
              "say": "Budget"
            },
            {
              "role": "body",
              "spoken": true,
              "text": "Yes.",
              "say": "Yes."
            },
            {
              "role": "quote",
              "spoken": false,
              "text": "> Can we?",
              "say": "",
              "reason": "quoted text"
            },
            {
              "role": "attachment",
              "spoken": true,
              "text": "One attachment.",
              "say": "One attachment."
            }
          ],
          "duration_s": 8.3
        }"#]]
    .assert_eq(&json);
}

#[test]
fn a_forwarded_head_is_one_sentence() {
    let head = "---------- Forwarded message ---------\nFrom: Ben Otto <ben@example.org>\nDate: Sun, 1 Mar 2026 09:10:00 +0000\n\
                Subject: Lunch on Friday\nTo: Ana Silva <ana@example.org>";
    let mail = message("Fwd: Lunch", vec![body("See below."), block(BlockRole::Forward, head), body("Shall we?")]);
    let text = shown(&Script::of(&mail, &context()));
    assert!(text.contains("heading | Forwarded from Ben Otto on Lunch on Friday, yesterday."), "{text}");
    assert!(text.contains("body | Shall we?"), "{text}");
    let plain = message("Fwd: Lunch", vec![block(BlockRole::Forward, "Begin forwarded message"), body("Shall we?")]);
    assert!(shown(&Script::of(&plain, &context())).contains("heading | Begin forwarded message"));
}

#[test]
fn a_link_that_stands_alone_says_where_it_leads() {
    let link = |text: &str, target: &str| Block {
        links: vec![Link { text: text.into(), target: target.into() }],
        ..body(text)
    };
    let said = |block: Block| {
        let script = Script::of(&message("x", vec![block]), &context());
        let Fate::Spoken(lines) = script.segments[1].fate.clone() else { panic!("it is spoken") };
        assert_eq!(script.segments[1].role, SegmentRole::Link);
        lines[0].say.clone()
    };
    assert_eq!(said(link("View your order", "https://shop.example/o/1")), "link: View your order");
    assert_eq!(said(link("Click here", "https://shop.example/o/1")), "Click here, link to shop dot example");
    assert_eq!(said(link("Click here", "https://click.mail.shop.example/o/1")), "link: Click here");
}

#[test]
fn a_message_of_a_megabyte_is_said_in_part_and_the_rest_put_aside() {
    let text = "word and ".repeat(120_000);
    let script = Script::of(&message("Long", vec![body(&text)]), &context());
    let aside = script.segments.iter().any(|s| matches!(s.fate, Fate::Skipped { reason: "very long message", .. }));
    assert!(aside);
    assert!(script.duration_s < 4.0 * 3600.0, "{}", script.duration_s);
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn any_role() -> impl Strategy<Value = BlockRole> {
        prop::sample::select(vec![
            BlockRole::Body,
            BlockRole::Heading,
            BlockRole::ListItem,
            BlockRole::Table,
            BlockRole::Code,
            BlockRole::Quote,
            BlockRole::Signature,
            BlockRole::Footer,
            BlockRole::Forward,
        ])
    }

    fn any_blocks() -> impl Strategy<Value = Vec<Block>> {
        prop::collection::vec((any_role(), "[\\PC\n]{0,300}"), 0..6)
            .prop_map(|blocks| blocks.into_iter().map(|(role, text)| block(role, &text)).collect())
    }

    fn any_verbosity() -> impl Strategy<Value = Verbosity> {
        prop::sample::select(vec![Verbosity::Brief, Verbosity::Normal, Verbosity::Full])
    }

    /// Everything a listener could get, spoken or skipped; letters and figures only.
    fn words_of(segments: &[Segment]) -> String {
        let mut out = String::new();
        for segment in segments {
            match &segment.fate {
                Fate::Spoken(lines) => lines.iter().for_each(|line| out.push_str(&line.text)),
                Fate::Skipped { text, .. } => out.push_str(text),
            }
        }
        out.retain(char::is_alphanumeric);
        out
    }

    proptest! {
        #[test]
        fn any_message_gives_a_bounded_script(subject in "\\PC{0,120}", blocks in any_blocks(), verbosity in any_verbosity()) {
            let size: usize = subject.len() + blocks.iter().map(|b| b.text.len()).sum::<usize>();
            let script = Script::of(&message(&subject, blocks), &ScriptContext { verbosity, ..context() });
            prop_assert!(script.duration_s.is_finite() && script.duration_s <= 60.0 + size as f32 * 6.0);
            for segment in &script.segments {
                match &segment.fate {
                    Fate::Spoken(lines) => {
                        prop_assert!(!lines.is_empty());
                        for line in lines {
                            prop_assert!(!line.text.trim().is_empty());
                            prop_assert!(line.say.chars().any(char::is_alphabetic), "{line:?}");
                        }
                    }
                    Fate::Skipped { text, reason } => prop_assert!(!text.trim().is_empty() && !reason.is_empty()),
                }
            }
        }

        #[test]
        fn every_word_of_the_body_is_spoken_or_put_aside(
            words in prop::collection::vec("[a-zA-Z0-9é漢.,:/@#-]{1,50}", 1..60),
            verbosity in any_verbosity(),
        ) {
            let text = words.join(" ");
            let script = Script::of(&message("Hi", vec![body(&text)]), &ScriptContext { verbosity, ..context() });
            let heard = words_of(&script.segments);
            for word in text.split_whitespace() {
                let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
                prop_assert!(heard.contains(&bare), "{word:?} is lost:\n{}", shown(&script));
            }
        }

        #[test]
        fn nothing_of_a_protected_message_comes_before_its_gate(
            subject in "subjectword \\PC{0,60}",
            readable in any::<bool>(),
            verbosity in any_verbosity(),
        ) {
            let mut mail = message(&subject, vec![body("bodyword and more")]);
            mail.protection = Some(Protection { kind: ProtectionKind::Label, readable, label: None });
            let script = Script::of(&mail, &ScriptContext { verbosity, ..context() });
            let gate = script.segments.iter().position(|segment| segment.role == SegmentRole::Gate);
            prop_assert_eq!(gate, Some(1));
            let heard = words_of(&script.segments[..=1]);
            prop_assert!(!heard.contains("subjectword") && !heard.contains("bodyword"));
            let bodies = script.segments.iter().filter(|segment| segment.role == SegmentRole::Body).count();
            prop_assert_eq!(bodies > 0, readable);
        }
    }
}
