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
