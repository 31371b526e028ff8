//! The mail itself: what the list asked for, and nothing else. No program's name, no zone, no host of this machine.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use jiff::Timestamp;

use crate::mail::MailTo;
use crate::mailbox::base64;

/// Bytes of a word in one encoded word: 60 letters of base64 in at most 75 (RFC 2047).
const WORD_BYTES: usize = 45;
/// Letters of base64 on one line (RFC 2045).
const LINE: usize = 76;

/// RFC 5322 text, lines ended by CR LF, dots at their beginning not yet doubled.
pub(super) fn write(from: &str, to: &MailTo, utc_ms: i64) -> String {
    let date = Timestamp::from_millisecond(utc_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let host = from.rsplit_once('@').map_or("localhost", |(_, host)| host);
    let (encoding, body) = body(to.body());
    format!(
        "Date: {}\r\nFrom: <{from}>\r\nTo: <{}>\r\nMessage-ID: <{}@{host}>\r\nSubject: {}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n",
        date.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        to.address(),
        unlike_any_other(),
        subject(to.subject()),
    )
}

/// 128 bits that tell nothing: keys of the hasher are the operating system's randomness.
fn unlike_any_other() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

fn subject(text: &str) -> String {
    if text.is_ascii() && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for letter in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + letter.len_utf8() <= WORD_BYTES => word.push(letter),
            Some(_) | None => words.push(letter.to_string()),
        }
    }
    let words: Vec<String> =
        words.iter().map(|word| format!("=?utf-8?B?{}?=", base64::encode(word.as_bytes()))).collect();
    words.join("\r\n ")
}

fn body(text: &str) -> (&'static str, String) {
    if text.is_ascii() {
        return ("7bit", text.to_owned());
    }
    let letters: Vec<char> = base64::encode(text.as_bytes()).chars().collect();
    let lines: Vec<String> = letters.chunks(LINE).map(|line| line.iter().collect()).collect();
    ("base64", lines.join("\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{ParseContext, parse};

    fn letter(uri: &str) -> String {
        write("robin@example.org", &MailTo::parse(uri).unwrap(), 1_772_435_400_000)
    }

    #[test]
    fn it_says_what_the_list_asked_for_and_nothing_of_this_machine() {
        let text = letter("mailto:leave@lists.example?subject=leave%20me&body=token%201&cc=x@y");
        let expected = [
            "Date: Mon, 02 Mar 2026 07:10:00 +0000",
            "From: <robin@example.org>",
            "To: <leave@lists.example>",
            "Message-ID: <*@example.org>",
            "Subject: leave me",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 7bit",
            "",
            "token 1",
            "",
        ];
        let id = text.split_once("Message-ID: <").and_then(|(_, rest)| rest.split_once('@')).unwrap().0;
        assert_eq!(text.replace(id, "*").split("\r\n").collect::<Vec<_>>(), expected);
        assert_eq!(id.len(), 32);
        assert_ne!(text, letter("mailto:leave@lists.example?subject=leave%20me&body=token%201"));
    }

    #[test]
    fn other_letters_than_ascii_arrive() {
        let word = "d%C3%A9sabonnement%20".repeat(12);
        let text = letter(&format!("mailto:a@x.example?subject={word}&body={word}"));
        assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 90), "{text}");
        let message = parse(text.as_bytes(), &ParseContext::default()).unwrap();
        let expected = "désabonnement ".repeat(12);
        assert_eq!(message.subject, expected.trim());
        assert_eq!(message.blocks[0].text, expected.trim());
    }

    #[test]
    fn what_looks_encoded_stays_as_written() {
        let text = letter("mailto:a@x.example?subject=%3D%3Futf-8%3FQ%3Fx%3F%3D");
        let message = parse(text.as_bytes(), &ParseContext::default()).unwrap();
        assert_eq!(message.subject, "=?utf-8?Q?x?=");
    }
}
