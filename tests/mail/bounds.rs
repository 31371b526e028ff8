//! Hostile mail: bounded work whatever the bytes are.

use hark::mail::{Message, ParseContext, parse};

fn read(raw: &str) -> Message {
    parse(raw.as_bytes(), &ParseContext::default()).expect("a message")
}

fn visible(message: &Message) -> usize {
    message.blocks.iter().map(|block| block.text.len()).sum()
}

#[test]
fn html_nested_a_hundred_thousand_deep_is_read() {
    let html = format!("{}deep words{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
    let message = read(&format!("Subject: x\nContent-Type: text/html\n\n{html}"));
    assert!(message.blocks.iter().any(|b| b.text.contains("deep words")));
    let fonts: String = (0..20_000).map(|n| format!("<font size={n}><p>x")).collect();
    assert!(visible(&read(&format!("Subject: x\nContent-Type: text/html\n\n{fonts}"))) > 0);
    let tables = format!("{}cell", "<table><tr><td>".repeat(20_000));
    assert!(visible(&read(&format!("Subject: x\nContent-Type: text/html\n\n{tables}"))) > 0);
}

#[test]
fn parts_nested_a_thousand_deep_are_cut_not_failed() {
    let mut raw = String::from("Subject: x\n");
    for level in 0..1_000 {
        raw += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    }
    raw += "\ninner\n";
    assert_eq!(read(&raw).subject, "x");
    let nested = format!("Subject: x\n{}\nend", "Content-Type: message/rfc822\n\n".repeat(30_000));
    assert_eq!(read(&nested).subject, "x");
}

#[test]
fn ten_thousand_parts_are_bounded() {
    let mut raw = String::from("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n");
    for n in 0..10_000 {
        raw += &format!("--b\nContent-Type: application/pdf; name=\"{n}.pdf\"\n\nx\n");
    }
    let message = read(&raw);
    assert!(message.attachments.len() <= 500);
    assert_eq!(message.blocks.first().map(|b| b.text.as_str()), Some("hello"));
}

#[test]
fn one_line_of_a_megabyte_is_read() {
    let line = "word ".repeat(200_000);
    assert!(visible(&read(&format!("Subject: x\n\n{line}"))) > 900_000);
    assert!(visible(&read(&format!("Subject: x\n\n{}", "a".repeat(1_000_000)))) > 900_000);
}

#[test]
fn no_header_and_too_large_are_told() {
    use hark::mail::{MESSAGE_CAP, MailError};
    let context = ParseContext::default();
    assert_eq!(parse(b"", &context), Err(MailError::NoHeader));
    assert_eq!(parse(b"just some text\nwithout a header\n", &context), Err(MailError::NoHeader));
    assert_eq!(parse(&vec![0u8; 1000], &context), Err(MailError::NoHeader));
    assert_eq!(parse(&vec![b'a'; MESSAGE_CAP + 1], &context), Err(MailError::TooLarge));
}

mod any_bytes {
    use hark::mail::{BlockRole, ParseContext, parse};
    use proptest::prelude::*;

    fn fragment() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("Subject: x\n".to_owned()),
            Just("Content-Type: multipart/mixed; boundary=b\n\n".to_owned()),
            Just("Content-Type: text/html; charset=gbk\n\n".to_owned()),
            Just("Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n".to_owned()),
            Just("Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026\n".to_owned()),
            Just("Content-Transfer-Encoding: quoted-printable\n".to_owned()),
            Just("\n--b\n".to_owned()),
            Just("--b--\n".to_owned()),
            Just("> On 1.1.2026 10:00 Ana wrote:\n> > ".to_owned()),
            Just("From: a\nSent: b\nTo: c\nSubject: d\n".to_owned()),
            Just("<table><tr><td>1<blockquote type=cite><div style='display:none'>".to_owned()),
            Just("</td></p></div><pre>x</pre><a href=y>".to_owned()),
            Just("=?utf-8?Q?=C3=?= =?utf-8?B?w?= ".to_owned()),
            Just("-- \n".to_owned()),
            Just("-----BEGIN PGP MESSAGE-----\n".to_owned()),
            ".{0,40}",
            "[a-zäß漢😀 ,.:]{0,60}\n",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn never_panic_and_never_grow(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = parse(&bytes, &ParseContext::default());
            let with_header = [&b"Subject: x\nContent-Type: text/html\n\n"[..], &bytes].concat();
            let message = parse(&with_header, &ParseContext::default()).expect("has a header");
            let size: usize = message.blocks.iter().map(|b| b.text.len()).sum();
            // A wrongly labelled byte becomes at most three bytes of UTF-8; entities only shrink.
            prop_assert!(size <= 4 * with_header.len());
        }

        #[test]
        fn mail_made_of_real_pieces_never_panics(pieces in proptest::collection::vec(fragment(), 0..40)) {
            let raw = format!("From: a@b\n{}", pieces.concat());
            let message = parse(raw.as_bytes(), &ParseContext::default()).expect("has a header");
            if message.protection.as_ref().is_some_and(|p| !p.readable) {
                prop_assert!(message.blocks.is_empty());
            }
            for block in &message.blocks {
                prop_assert!(!block.text.is_empty());
                prop_assert_eq!(block.rows.is_empty(), block.role != BlockRole::Table || block.rows.is_empty());
            }
        }

        #[test]
        fn every_word_of_a_text_is_in_exactly_one_block(
            lines in proptest::collection::vec("(> ?|- |-- |On 2[.]3[.]2026 10:15 Ana wrote: |Best regards,|    )?[a-z]{1,6}( [a-z]{1,6}){0,12}", 1..30)
        ) {
            // Numbered words are unique, so that losing or doubling one shows.
            let mut count = 0;
            let numbered: Vec<String> = lines.iter().map(|line| {
                line.split(' ').map(|word| {
                    if word.chars().all(char::is_alphabetic) { count += 1; format!("{word}{count}") } else { word.to_owned() }
                }).collect::<Vec<_>>().join(" ")
            }).collect();
            let raw = format!("Subject: x\n\n{}", numbered.join("\n"));
            let message = parse(raw.as_bytes(), &ParseContext::default()).expect("has a header");
            let told: Vec<&str> = message.blocks.iter().flat_map(|b| b.text.split_whitespace()).filter(|w| w.chars().any(char::is_alphanumeric)).collect();
            let visible: Vec<&str> = numbered.iter().flat_map(|l| l.split_whitespace()).map(|w| w.trim_start_matches('>')).filter(|w| w.chars().any(char::is_alphanumeric)).collect();
            prop_assert_eq!(told, visible);
        }
    }
}
