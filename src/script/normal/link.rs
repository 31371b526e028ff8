//! Web addresses: which host they lead to, and whether saying it helps anybody.

/// A web address in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) struct Target<'a> {
    /// Scheme and host, as written: "https://www.example.com".
    pub head: &'a str,
    /// Host without "www.": "example.com".
    pub host: &'a str,
    /// The address is short enough to be uttered as its host: no more than one short path follows.
    pub bare: bool,
    /// The host says where one would get to; false for trackers and shorteners.
    pub tells: bool,
}

/// Characters that stand around an address and are no part of it.
pub(in crate::script) fn around(c: char) -> bool {
    matches!(
        c,
        '(' | ')'
            | '['
            | ']'
            | '<'
            | '>'
            | '{'
            | '}'
            | '"'
            | '\''
            | '“'
            | '”'
            | '‘'
            | '’'
            | '«'
            | '»'
            | ','
            | ';'
            | ':'
            | '.'
            | '!'
            | '?'
            | '*'
            | '…'
    )
}

/// First labels of hosts that only count clicks.
const TRACKERS: [&str; 22] = [
    "click",
    "clicks",
    "ct",
    "track",
    "tracking",
    "trk",
    "links",
    "link",
    "lnk",
    "email",
    "e",
    "em",
    "el",
    "url",
    "t",
    "r",
    "go",
    "redirect",
    "mailing",
    "newsletter",
    "u",
    "clicktracking",
];
/// Hosts that hide where they lead.
const SHORTENERS: [&str; 14] = [
    "bit.ly",
    "t.co",
    "goo.gl",
    "ow.ly",
    "tinyurl.com",
    "lnkd.in",
    "is.gd",
    "buff.ly",
    "aka.ms",
    "amzn.to",
    "mailchi.mp",
    "list-manage.com",
    "sendgrid.net",
    "safelinks.protection.outlook.com",
];
/// Characters of a path that still make a bare address.
const SHORT_PATH: usize = 1;

/// Reads "https://host/path" or "www.host/path"; `None` for anything else, a host without a scheme included.
pub(in crate::script) fn parse(text: &str) -> Option<Target<'_>> {
    let after_scheme = ["https://", "http://", "ftp://"]
        .iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
        .map(|scheme| scheme.len());
    let www = text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."));
    let start = match (after_scheme, www) {
        (Some(start), _) => start,
        (None, true) => 0,
        (None, false) => return None,
    };
    let rest = text.get(start..)?;
    let host_len = rest.find(['/', '?', '#', ':']).unwrap_or(rest.len());
    let authority = rest.get(..host_len)?;
    let path = rest.get(host_len..)?;
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.strip_prefix("www.").or_else(|| host.strip_prefix("WWW.")).unwrap_or(host);
    let valid = !host.is_empty()
        && host.len() <= 100
        && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'));
    if !valid || !host.contains(char::is_alphanumeric) {
        return None;
    }
    let head = text.get(..start + host_len)?;
    Some(Target { head, host, bare: path.len() <= SHORT_PATH && !authority.contains('@'), tells: tells(host) })
}

fn tells(host: &str) -> bool {
    let host = host.to_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let first = labels.first().copied().unwrap_or("");
    let tracker = labels.len() > 2 && TRACKERS.contains(&first.trim_end_matches(|c: char| c.is_ascii_digit()));
    let shortener = SHORTENERS.iter().any(|s| host == *s || host.ends_with(&format!(".{s}")));
    let opaque = labels.iter().any(|label| label.len() > 24);
    // An address of figures tells nobody anything.
    let figures = labels.iter().all(|label| label.chars().all(|c| c.is_ascii_digit()));
    !(tracker || shortener || opaque || figures)
}
