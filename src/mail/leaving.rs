//! How a list is left: the `mailto:` form of List-Unsubscribe (RFC 2369, RFC 6068), strictly read. What a stranger writes there
//! becomes a mail of the listener's, so whatever is not plainly one address with a short text is no way to leave.

use super::head::Head;

/// Bytes of the field that are looked at; a longer one is an attack.
const FIELD_CAP: usize = 8 * 1024;
/// Longest address form; tokens in it are long, but not that long.
const URI_CAP: usize = 2_000;
/// Forms of one field that are looked at.
const FORMS_CAP: usize = 8;
/// Lists ask for a word or a token in the subject, for a line in the text.
const SUBJECT_CHARS: usize = 200;
const BODY_CHARS: usize = 500;
/// RFC 5321 allows 254 bytes, and 64 for the part before the sign; tokens of large senders are longer than that.
const ADDRESS_CAP: usize = 254;
const LABEL_CAP: usize = 63;
/// What a list expects where the form names no text.
const USUAL: &str = "unsubscribe";

/// The way out of a list that a message names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Leaving {
    /// It names none that can be used.
    #[default]
    None,
    /// Only a page or a web server of the sender's (RFC 8058 included): never visited.
    WebOnly,
    Mail(MailTo),
}

/// A mail that leaves a list: one address, a subject and a line of text, without control characters. Only [`MailTo::parse`]
/// makes one, so that whoever sends it needs no doubts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTo {
    address: String,
    subject: String,
    body: String,
}

impl MailTo {
    /// `mailto:ADDRESS[?subject=…&body=…]`; other fields (cc, bcc, to, …) are passed over. `None` for more than one address,
    /// for bad encoding, and for a line end or control character anywhere, encoded or not.
    pub fn parse(uri: &str) -> Option<MailTo> {
        if uri.len() > URI_CAP {
            return None;
        }
        let (scheme, rest) = uri.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("mailto") {
            return None;
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (address, fields) = rest.split_once('?').unwrap_or((rest, ""));
        let address = decode(address).filter(|address| is_address(address))?;
        let subject = field(fields, "subject", SUBJECT_CHARS)?;
        let body = field(fields, "body", BODY_CHARS)?;
        Some(MailTo { address, subject, body })
    }

    /// `user@host`, ASCII.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// One line, at most 200 characters, never empty.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// One line, at most 500 characters, never empty.
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// Whether this is `user@host` as it can stand in an SMTP command: ASCII, unquoted, no blanks.
pub fn is_address(text: &str) -> bool {
    let Some((user, host)) = text.rsplit_once('@') else { return false };
    let atom = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c);
    let user_is_fine = user.split('.').all(|part| !part.is_empty() && part.bytes().all(atom));
    let label_is_fine = |label: &str| {
        let letters = label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
        (1..=LABEL_CAP).contains(&label.len()) && letters && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= ADDRESS_CAP && user_is_fine && host.split('.').all(label_is_fine)
}

pub(crate) fn of(head: &Head) -> Leaving {
    head.get("list-unsubscribe").map_or(Leaving::None, read)
}

/// The first usable `mailto:` form counts, in the list's own order of liking.
fn read(value: &str) -> Leaving {
    if value.len() > FIELD_CAP {
        return Leaving::None;
    }
    let forms = forms(value);
    if let Some(mail) = forms.iter().find_map(|form| MailTo::parse(form)) {
        return Leaving::Mail(mail);
    }
    if forms.into_iter().any(is_web) { Leaving::WebOnly } else { Leaving::None }
}

fn is_web(form: &str) -> bool {
    let scheme = form.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// The first page of the field that one can leave by.
pub(crate) fn web_form(field: &str) -> Option<&str> {
    let cap = field.len() <= FIELD_CAP;
    forms(field).into_iter().find(|form| cap && is_web(form))
}

/// What stands in angle brackets (comments beside them are passed over); without any, what stands between commas.
fn forms(value: &str) -> Vec<&str> {
    if !value.contains('<') {
        return value.split(',').map(str::trim).take(FORMS_CAP).collect();
    }
    let inside = value.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    inside.map(|(form, _)| form.trim()).take(FORMS_CAP).collect()
}

/// The first field of this name, decoded; the usual word where there is none; `None` for one that cannot be used.
fn field(fields: &str, name: &str, chars: usize) -> Option<String> {
    let named = fields.split('&').filter_map(|field| field.split_once('='));
    let Some((_, value)) = named.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) else {
        return Some(USUAL.to_owned());
    };
    let text = decode(value)?;
    let text = text.trim();
    match text.chars().count() {
        0 => Some(USUAL.to_owned()),
        many if many <= chars => Some(text.to_owned()),
        _ => None,
    }
}

/// Percent-decoding, once; `None` for what is no UTF-8 afterwards or holds a control character or line separator.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (hex(rest.next()?)?, hex(rest.next()?)?);
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    String::from_utf8(bytes).ok().filter(|text| !text.contains(breaks))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mail(value: &str) -> Option<(String, String, String)> {
        match read(value) {
            Leaving::Mail(mail) => Some((mail.address, mail.subject, mail.body)),
            Leaving::None | Leaving::WebOnly => None,
        }
    }

    fn told(address: &str, subject: &str, body: &str) -> Option<(String, String, String)> {
        Some((address.to_owned(), subject.to_owned(), body.to_owned()))
    }

    #[test]
    fn forms_as_lists_write_them() {
        let usual = told("leave@lists.example.org", "unsubscribe", "unsubscribe");
        for value in [
            "<mailto:leave@lists.example.org>",
            "<https://lists.example.org/u?x=1>, <mailto:leave@lists.example.org>",
            "(by mail) < MAILTO:leave@lists.example.org >,\t<https://lists.example.org/u>",
            "mailto:leave@lists.example.org",
            "<mailto:leave%40lists.example.org>",
            "<mailto:leave@lists.example.org?>",
            "<mailto:leave@lists.example.org?subject=>",
            "<mailto:leave@lists.example.org?subject=unsubscribe#top>",
            "<mailto:broken@@x>, <mailto:leave@lists.example.org>",
        ] {
            assert_eq!(mail(value), usual, "{value}");
        }
        assert_eq!(
            mail("<mailto:listserv@x.example?body=SIGNOFF%20TRAMS&Subject=caf%C3%A9+1>"),
            told("listserv@x.example", "café+1", "SIGNOFF TRAMS")
        );
    }

    #[test]
    fn the_web_is_told_from_nothing() {
        for value in
            ["<https://x.example/u>", "<HTTP://x.example>", "https://x.example/u", "<mailto:a@b,c@d>, <https://x>"]
        {
            assert_eq!(read(value), Leaving::WebOnly, "{value}");
        }
        for value in ["", "<>", "NO", "<ftp://x.example>", "<mailto:>", "<tel:+123>", "unsubscribe@x.example"] {
            assert_eq!(read(value), Leaving::None, "{value}");
        }
    }

    #[test]
    fn nobody_else_is_written_to() {
        for value in [
            "<mailto:a@x.example,b@x.example>",
            "<mailto:a@x.example%2Cb@x.example>",
            "<mailto:a@x.example;b@x.example>",
            "<mailto:a@x.example%20b@x.example>",
            "<mailto:%22a%20b%22@x.example>",
            "<mailto:Ana%20%3Ca@x.example%3E>",
            "<mailto:?to=a@x.example>",
            "<mailto:a@[127.0.0.1]>",
            "<mailto:a@x..example>",
            "<mailto:ä@x.example>",
        ] {
            assert_eq!(mail(value), None, "{value}");
        }
        assert_eq!(
            mail("<mailto:a@x.example?cc=b@x.example&bcc=c@x.example&to=d@x.example&from=e@x.example&subject=s>"),
            told("a@x.example", "s", "unsubscribe")
        );
    }

    #[test]
    fn no_line_of_a_stranger_gets_into_the_header() {
        for value in [
            "<mailto:a@x.example?subject=s%0D%0ABcc:%20b@x.example>",
            "<mailto:a@x.example?subject=s%0ABcc:b@x.example>",
            "<mailto:a@x.example%0D%0ARCPT%20TO:b@x.example>",
            "<mailto:a@x.example%00>",
            "<mailto:a@x.example?body=%0D%0A.%0D%0AMAIL%20FROM:b@x.example>",
            "<mailto:a@x.example?subject=%C2%85x>",
            "<mailto:a@x.example?subject=%E2%80%A8x>",
            "<mailto:a@x.example?subject=%FF>",
            "<mailto:a@x.example?subject=%4>",
            "<mailto:a@x.example?subject=%zz>",
            "<mailto:a@x.example?subject=\u{7}>",
        ] {
            assert_eq!(mail(value), None, "{value}");
        }
        // Encoded twice stays encoded once.
        assert_eq!(mail("<mailto:a@x.example?subject=%250D%250A>"), told("a@x.example", "%0D%0A", "unsubscribe"));
    }

    #[test]
    fn what_is_too_long_is_no_way_out() {
        let long = "x".repeat(10_000);
        for value in [
            format!("<mailto:a@x.example?subject={long}>"),
            format!("<mailto:{long}@x.example>"),
            format!("<mailto:a@{long}.example>"),
            format!("{}<mailto:a@x.example>", " ".repeat(10_000)),
            format!("<mailto:a@x.example?subject={}>", "x".repeat(201)),
            format!("<mailto:a@x.example?body={}>", "x".repeat(501)),
            format!("{}<mailto:a@x.example>", "<x:y>,".repeat(8)),
        ] {
            assert_eq!(mail(&value), None);
        }
        assert!(mail(&format!("<mailto:unsub-{}@x.example>", "k".repeat(150))).is_some());
    }

    proptest! {
        #[test]
        fn whatever_comes_is_one_address_and_two_lines(value in "(<mailto:)?[a-c@,%0-9ADdxX?&=<> .\\r\\n]{0,60}>?") {
            if let Leaving::Mail(mail) = read(&value) {
                prop_assert!(is_address(&mail.address));
                prop_assert!(!mail.subject.contains(char::is_control) && !mail.body.contains(char::is_control));
                prop_assert!(!mail.subject.is_empty() && !mail.body.is_empty());
            }
        }
    }
}
