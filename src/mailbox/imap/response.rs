//! What a response means. Unknown ones are passed over: servers send much that nobody asked for.

use super::framing::Piece;
use super::structure::Part;
use super::value::{self, Value};

/// UIDs expanded from one set.
const MOST_UIDS: usize = 100_000;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Response {
    /// `+`: the server waits for more.
    Continue,
    Tagged {
        tag: String,
        status: Status,
        code: Option<Code>,
        text: String,
    },
    Status {
        status: Untagged,
        code: Option<Code>,
        /// For people; BYE says why in it.
        text: String,
    },
    Capability(Vec<String>),
    List(Listed),
    /// SEARCH: UIDs.
    Found(Vec<u32>),
    Exists(u32),
    /// One message less.
    Expunged,
    Fetch(Fetched),
    /// STATUS of a folder.
    Counts(Counts),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    No,
    Bad,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untagged {
    Ok,
    No,
    Bad,
    Bye,
    Preauth,
}

/// Response codes that change what we do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    UidValidity(u32),
    UidNext(u32),
    /// Where copies went: UIDVALIDITY of the destination, old and new UIDs.
    CopyUid {
        validity: u32,
        from: Vec<u32>,
        to: Vec<u32>,
    },
    Capability(Vec<String>),
    ReadOnly,
    TryCreate,
    OverQuota,
    NonExistent,
    NoPermission,
    AuthenticationFailed,
    Unavailable,
    Other,
}

/// A folder of LIST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Attributes in lower case: `\trash`.
    pub attributes: Vec<String>,
    pub delimiter: Option<char>,
    /// As it goes to the server.
    pub raw: String,
}

/// What FETCH told of one message.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Fetched {
    pub uid: Option<u32>,
    /// In lower case: `\seen`.
    pub flags: Option<Vec<String>>,
    pub internal_date: Option<String>,
    /// RFC822.SIZE.
    pub size: Option<u64>,
    pub structure: Option<Part>,
    pub sections: Vec<Section>,
}

/// A section of a message, or a window of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    /// In upper case: `HEADER`, `1.2`, empty for all.
    pub name: String,
    /// Where its bytes begin; 0 when the server does not say.
    pub origin: usize,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub unseen: Option<u32>,
    pub uid_next: Option<u32>,
    pub uid_validity: Option<u32>,
}

/// Understands one response.
pub(super) fn understand(pieces: &[Piece]) -> Response {
    let Some((Piece::Text(first), _)) = pieces.split_first() else { return Response::Other };
    let line = String::from_utf8_lossy(first);
    let (mark, rest) = split_word(&line);
    match mark {
        "+" => Response::Continue,
        "*" => untagged(rest, pieces),
        tag => tagged(tag, rest),
    }
}

fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once([' ', '\t']).map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

fn tagged(tag: &str, rest: &str) -> Response {
    let (word, text) = split_word(rest);
    let status = match word.to_ascii_uppercase().as_str() {
        "OK" => Status::Ok,
        "NO" => Status::No,
        "BAD" => Status::Bad,
        _ => return Response::Other,
    };
    Response::Tagged { tag: tag.to_owned(), status, code: code(text), text: text.to_owned() }
}

fn untagged(rest: &str, pieces: &[Piece]) -> Response {
    let (word, tail) = split_word(rest);
    let status = |status| Response::Status { status, code: code(tail), text: tail.to_owned() };
    match word.to_ascii_uppercase().as_str() {
        "OK" => status(Untagged::Ok),
        "NO" => status(Untagged::No),
        "BAD" => status(Untagged::Bad),
        "BYE" => status(Untagged::Bye),
        "PREAUTH" => status(Untagged::Preauth),
        "CAPABILITY" => Response::Capability(words(tail)),
        "SEARCH" => {
            Response::Found(tail.split_whitespace().filter_map(|uid| uid.parse().ok()).take(MOST_UIDS).collect())
        }
        "LIST" | "XLIST" => listed(&values_after(pieces, 2)),
        "STATUS" => counts(&values_after(pieces, 2)),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => numbered(number, tail, pieces),
        _ => Response::Other,
    }
}

fn numbered(number: &str, tail: &str, pieces: &[Piece]) -> Response {
    let (word, _) = split_word(tail);
    match word.to_ascii_uppercase().as_str() {
        "EXISTS" => number.parse().map_or(Response::Other, Response::Exists),
        "EXPUNGE" => Response::Expunged,
        "FETCH" => match values_after(pieces, 3).first() {
            Some(Value::List(items)) => Response::Fetch(fetched(items)),
            _ => Response::Fetch(Fetched::default()),
        },
        _ => Response::Other,
    }
}

/// The response's values without its first `count` words.
fn values_after(pieces: &[Piece], count: usize) -> Vec<Value> {
    let mut pieces = pieces.to_vec();
    if let Some(Piece::Text(first)) = pieces.first_mut() {
        for _ in 0..count {
            let trimmed = first.trim_ascii_start();
            let end = trimmed.iter().position(|&byte| byte == b' ' || byte == b'(').unwrap_or(trimmed.len());
            *first = trimmed.get(end..).unwrap_or_default().to_vec();
        }
    }
    value::parse(&pieces)
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_ascii_uppercase).take(500).collect()
}

fn listed(values: &[Value]) -> Response {
    let [attributes, delimiter, name, ..] = values else { return Response::Other };
    let attributes = attributes.as_list().unwrap_or_default().iter();
    let raw = name.as_text().unwrap_or_default();
    // A folder without a name was seen in the field; there is nothing to do with it.
    if raw.is_empty() {
        return Response::Other;
    }
    Response::List(Listed {
        attributes: attributes.filter_map(Value::as_text).map(|name| name.to_ascii_lowercase()).collect(),
        delimiter: delimiter.as_text().and_then(|text| text.chars().next()),
        raw,
    })
}

fn counts(values: &[Value]) -> Response {
    let Some(items) = values.iter().rev().find_map(Value::as_list) else { return Response::Other };
    let mut counts = Counts::default();
    for pair in items.chunks(2) {
        let [name, number] = pair else { continue };
        let number = number.as_number().and_then(|number| u32::try_from(number).ok());
        match name.as_text().unwrap_or_default().to_ascii_uppercase().as_str() {
            "UNSEEN" => counts.unseen = number,
            "UIDNEXT" => counts.uid_next = number,
            "UIDVALIDITY" => counts.uid_validity = number,
            _ => {}
        }
    }
    Response::Counts(counts)
}

/// Names and values of a FETCH list. What is unknown is passed over together with its value.
fn fetched(items: &[Value]) -> Fetched {
    let mut fetched = Fetched::default();
    let mut rest = items.iter();
    while let Some(name) = rest.next() {
        let Some(name) = name.as_atom() else { continue };
        let Some(value) = rest.next() else { break };
        let name = name.to_ascii_uppercase();
        match name.as_str() {
            "UID" => fetched.uid = value.as_number().and_then(|uid| u32::try_from(uid).ok()).filter(|&uid| uid > 0),
            "FLAGS" => fetched.flags = value.as_list().map(lower_texts),
            "RFC822.SIZE" => fetched.size = value.as_number(),
            "INTERNALDATE" => fetched.internal_date = value.as_text(),
            "BODYSTRUCTURE" => fetched.structure = Part::read(value),
            _ => {
                if let Some((section, tail)) = name.strip_prefix("BODY[").and_then(|rest| rest.split_once(']')) {
                    let bytes = value.as_bytes().unwrap_or_default().to_vec();
                    fetched.sections.push(Section { name: section.to_owned(), origin: origin(tail), bytes });
                }
            }
        }
    }
    fetched
}

/// `<4096>` behind a section. What is no number is nowhere: such bytes fit no window.
fn origin(tail: &str) -> usize {
    match tail.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        Some(number) => number.parse().unwrap_or(usize::MAX),
        None => 0,
    }
}

fn lower_texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_text).map(|text| text.to_ascii_lowercase()).take(1000).collect()
}

/// The response code at the beginning of a status text.
fn code(text: &str) -> Option<Code> {
    let inner = text.trim_start().strip_prefix('[')?;
    let (inner, _) = inner.split_once(']').unwrap_or((inner, ""));
    let (name, rest) = split_word(inner);
    let number = || rest.split_whitespace().next().and_then(|word| word.parse().ok());
    Some(match name.to_ascii_uppercase().as_str() {
        "UIDVALIDITY" => Code::UidValidity(number()?),
        "UIDNEXT" => Code::UidNext(number()?),
        "COPYUID" => copy_uid(rest).unwrap_or(Code::Other),
        "CAPABILITY" => Code::Capability(words(rest)),
        "READ-ONLY" => Code::ReadOnly,
        "TRYCREATE" => Code::TryCreate,
        "OVERQUOTA" | "LIMIT" => Code::OverQuota,
        "NONEXISTENT" => Code::NonExistent,
        "NOPERM" => Code::NoPermission,
        "AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" => Code::AuthenticationFailed,
        "UNAVAILABLE" | "INUSE" | "THROTTLED" => Code::Unavailable,
        _ => Code::Other,
    })
}

/// `None` for the empty answers seen in the field ("COPYUID 0").
fn copy_uid(rest: &str) -> Option<Code> {
    let mut words = rest.split_whitespace();
    let validity: u32 = words.next()?.parse().ok()?;
    let (from, to) = (uid_set(words.next()?), uid_set(words.next()?));
    (validity > 0 && !from.is_empty() && from.len() == to.len()).then_some(Code::CopyUid { validity, from, to })
}

/// `3,5:7` as its UIDs, in the order written.
fn uid_set(text: &str) -> Vec<u32> {
    let mut uids = Vec::new();
    for range in text.split(',') {
        let (first, last) = range.split_once(':').unwrap_or((range, range));
        let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else { continue };
        let room = MOST_UIDS.saturating_sub(uids.len());
        if first <= last {
            uids.extend((first..=last).take(room));
        } else {
            uids.extend((last..=first).rev().take(room));
        }
    }
    uids
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(text: &str) -> Response {
        understand(&[Piece::Text(text.as_bytes().to_vec())])
    }

    fn code_of(text: &str) -> Option<Code> {
        match line(text) {
            Response::Tagged { code, .. } | Response::Status { code, .. } => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_seen_in_the_field() {
        assert_eq!(line("*  1688 EXISTS"), Response::Exists(1688));
        assert_eq!(line("* VANISHED (EARLIER) 1:5"), Response::Other);
        assert_eq!(line("* LIST () \"/\" \"\""), Response::Other);
        assert_eq!(line("* XYZZY (((\""), Response::Other);
        assert_eq!(line("* SEARCH"), Response::Found(vec![]));
        assert_eq!(line("* SEARCH 3 5 x 7 "), Response::Found(vec![3, 5, 7]));
        let Response::Fetch(fetched) = line("* 1 FETCH (UID 19436 )") else { panic!() };
        assert_eq!(fetched.uid, Some(19436));
        let odd = line(
            r#"* 1 FETCH (X-GM-MSGID 12 X-GM-LABELS ("\\Inbox" "a b") PREVIEW NIL EMAILID (M1) RFC822.SIZE 1.86931e+06 UID 4 FLAGS (\Seen $x))"#,
        );
        let Response::Fetch(fetched) = odd else { panic!() };
        assert_eq!((fetched.uid, fetched.flags), (Some(4), Some(vec!["\\seen".into(), "$x".into()])));
    }

    #[test]
    fn windows_say_where_they_begin() {
        let Response::Fetch(fetched) = line(r#"* 1 FETCH (BODY[1] "a" BODY[1]<4096> "b" BODY[2]<x> "c")"#) else {
            panic!()
        };
        let sections: Vec<_> = fetched.sections.iter().map(|s| (s.name.as_str(), s.origin)).collect();
        assert_eq!(sections, [("1", 0), ("1", 4096), ("2", usize::MAX)]);
    }

    #[test]
    fn codes_seen_in_the_field() {
        assert_eq!(code_of("* OK [HIGHESTMODSEQ 12]"), Some(Code::Other));
        assert_eq!(
            code_of("* OK [COPYUID 7 3,5 9:10]"),
            Some(Code::CopyUid { validity: 7, from: vec![3, 5], to: vec![9, 10] })
        );
        assert_eq!(code_of("a1 OK [COPYUID 0 ] done"), Some(Code::Other));
        assert_eq!(code_of("a1 OK [COPYUID 7 3 ] done"), Some(Code::Other));
        assert_eq!(code_of("a1 OK [Error=\"x] y\"] done"), Some(Code::Other));
        assert_eq!(code_of("a1 NO [TRYCREATE] no such folder"), Some(Code::TryCreate));
        assert_eq!(code_of("a1 OK done"), None);
    }

    #[test]
    fn folders_with_their_attributes_in_any_case() {
        let Response::List(listed) = line(r#"* LIST (\HasNoChildren \TRASH) "." INBOX.Trash"#) else { panic!() };
        assert_eq!(listed.attributes, ["\\hasnochildren", "\\trash"]);
        assert_eq!((listed.delimiter, listed.raw.as_str()), (Some('.'), "INBOX.Trash"));
    }

    proptest! {
        #[test]
        fn no_response_is_too_odd(
            head in "[*+ah0-9]{0,3} ?(OK|FETCH|LIST|STATUS|SEARCH|[0-9]{1,12} (FETCH|EXISTS))? ?",
            tail in r#"(UID|FLAGS|BODYSTRUCTURE|BODY\[|COPYUID|[()"\\\[\]{}<>:,a-zA-Z0-9é ]){0,60}"#,
            literal in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let text = Piece::Text(format!("{head}{tail}").into_bytes());
            understand(&[text.clone(), Piece::Literal(literal), text]);
        }
    }
}
