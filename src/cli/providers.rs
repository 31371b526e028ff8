//! Servers of well-known providers, so that most people need not know theirs. No directory is asked.

use crate::config::Security;

/// A provider.
pub struct Known {
    domains: &'static [&'static str],
    pub host: &'static str,
    /// The server that mail is sent by, on its usual port; `None` where the usual permission does not reach so far.
    pub smtp: Option<(&'static str, Security)>,
    /// What one has to know before the first login.
    pub advice: Option<&'static str>,
    /// Passwords of no kind are taken.
    pub only_oauth: bool,
}

const APP_PASSWORD: Option<&str> = Some(
    "This provider wants an app password for mail programs: switch on two-step sign-in, make an app password on its security page, and use that instead of your own.",
);
const ALLOW_IMAP: Option<&str> =
    Some("This provider lets mail programs in only after IMAP was allowed in the settings of its web page.");
const OWN_PAGE: Option<&str> = Some(
    "This provider lets mail programs in only through its own page (OAuth). That needs a client id, which your organisation or the maker of your package has.",
);

const fn with_password(
    domains: &'static [&'static str],
    host: &'static str,
    smtp: (&'static str, Security),
    advice: Option<&'static str>,
) -> Known {
    Known { domains, host, smtp: Some(smtp), advice, only_oauth: false }
}

const PROVIDERS: [Known; 14] = [
    with_password(&["gmail.com", "googlemail.com"], "imap.gmail.com", ("smtp.gmail.com", Security::Tls), APP_PASSWORD),
    with_password(
        &["icloud.com", "me.com", "mac.com"],
        "imap.mail.me.com",
        ("smtp.mail.me.com", Security::StartTls),
        APP_PASSWORD,
    ),
    with_password(
        &["yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com"],
        "imap.mail.yahoo.com",
        ("smtp.mail.yahoo.com", Security::Tls),
        APP_PASSWORD,
    ),
    with_password(&["aol.com"], "imap.aol.com", ("smtp.aol.com", Security::Tls), APP_PASSWORD),
    with_password(
        &["fastmail.com", "fastmail.fm"],
        "imap.fastmail.com",
        ("smtp.fastmail.com", Security::Tls),
        APP_PASSWORD,
    ),
    Known {
        domains: &["outlook.com", "outlook.de", "hotmail.com", "live.com", "msn.com"],
        host: "outlook.office365.com",
        smtp: None,
        advice: OWN_PAGE,
        only_oauth: true,
    },
    with_password(
        &["gmx.de", "gmx.net", "gmx.at", "gmx.ch"],
        "imap.gmx.net",
        ("mail.gmx.net", Security::Tls),
        ALLOW_IMAP,
    ),
    with_password(&["gmx.com"], "imap.gmx.com", ("mail.gmx.com", Security::Tls), ALLOW_IMAP),
    with_password(&["web.de"], "imap.web.de", ("smtp.web.de", Security::StartTls), ALLOW_IMAP),
    with_password(&["posteo.de", "posteo.net"], "posteo.de", ("posteo.de", Security::Tls), None),
    with_password(&["mailbox.org"], "imap.mailbox.org", ("smtp.mailbox.org", Security::Tls), None),
    with_password(
        &["t-online.de"],
        "secureimap.t-online.de",
        ("securesmtp.t-online.de", Security::Tls),
        Some("This provider has a mail password of its own, made in its customer centre."),
    ),
    with_password(&["zoho.com", "zohomail.com"], "imap.zoho.com", ("smtp.zoho.com", Security::Tls), APP_PASSWORD),
    with_password(&["yandex.com", "yandex.ru"], "imap.yandex.com", ("smtp.yandex.com", Security::Tls), APP_PASSWORD),
];

/// The provider of an address.
pub fn of(address: &str) -> Option<&'static Known> {
    let domain = domain(address)?;
    PROVIDERS.iter().find(|provider| provider.domains.contains(&domain.as_str()))
}

/// The usual names of a server at the user's own domain, best first; none for what is no address.
pub fn guesses(address: &str) -> Vec<String> {
    let Some(domain) = domain(address) else { return Vec::new() };
    vec![format!("imap.{domain}"), format!("mail.{domain}"), domain]
}

/// Whether somebody named the server, so that the login belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The one that is read from, or its neighbour.
    Named,
    Guessed,
}

/// The usual names of a server to send by, best first: beside the server that is read from, that one, and at the user's own domain.
pub fn guesses_to_send(address: &str, imap_host: &str) -> Vec<(String, Whose)> {
    let imap_host = imap_host.to_lowercase();
    // Beside `imap.com` stands somebody else.
    let beside = imap_host.strip_prefix("imap.").filter(|rest| rest.contains('.')).map(|rest| format!("smtp.{rest}"));
    let own = domain(address).map(|domain| [format!("smtp.{domain}"), format!("mail.{domain}")]);
    let named = beside.into_iter().chain([imap_host]).map(|name| (name, Whose::Named));
    let mut names: Vec<(String, Whose)> = Vec::new();
    for (name, whose) in named.chain(own.into_iter().flatten().map(|name| (name, Whose::Guessed))) {
        if !names.iter().any(|(known, _)| *known == name) {
            names.push((name, whose));
        }
    }
    names
}

fn domain(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    (!domain.is_empty()).then(|| domain.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown_domains() {
        assert_eq!(of("Robin@GMail.com").map(|provider| provider.host), Some("imap.gmail.com"));
        assert!(of("robin@example.org").is_none());
        assert_eq!(guesses("robin@example.org"), ["imap.example.org", "mail.example.org", "example.org"]);
        assert!(guesses("robin").is_empty());
    }

    #[test]
    fn servers_to_send_by_are_looked_for_at_home() {
        // In brackets what nobody named.
        let shown = |(name, whose): (String, Whose)| if whose == Whose::Named { name } else { format!("({name})") };
        let guesses =
            |user: &str, host: &str| guesses_to_send(user, host).into_iter().map(shown).collect::<Vec<_>>().join(" ");
        for host in ["imap.example.org", "IMAP.Example.org"] {
            assert_eq!(guesses("robin@example.org", host), "smtp.example.org imap.example.org (mail.example.org)");
        }
        assert_eq!(
            guesses("robin@example.org", "mail.host.example"),
            "mail.host.example (smtp.example.org) (mail.example.org)"
        );
        assert_eq!(guesses("robin", "127.0.0.1"), "127.0.0.1");
        assert_eq!(guesses("robin", "imap.com"), "imap.com");
        assert_eq!(of("a@web.de").and_then(|known| known.smtp), Some(("smtp.web.de", Security::StartTls)));
        assert_eq!(of("a@posteo.de").and_then(|known| known.smtp), Some(("posteo.de", Security::Tls)));
    }
}
