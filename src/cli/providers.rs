//! Servers of well-known providers, so that most people need not know theirs. No directory is asked.

/// A provider.
pub struct Known {
    domains: &'static [&'static str],
    pub host: &'static str,
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

const fn with_password(domains: &'static [&'static str], host: &'static str, advice: Option<&'static str>) -> Known {
    Known { domains, host, advice, only_oauth: false }
}

const PROVIDERS: [Known; 14] = [
    with_password(&["gmail.com", "googlemail.com"], "imap.gmail.com", APP_PASSWORD),
    with_password(&["icloud.com", "me.com", "mac.com"], "imap.mail.me.com", APP_PASSWORD),
    with_password(
        &["yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com"],
        "imap.mail.yahoo.com",
        APP_PASSWORD,
    ),
    with_password(&["aol.com"], "imap.aol.com", APP_PASSWORD),
    with_password(&["fastmail.com", "fastmail.fm"], "imap.fastmail.com", APP_PASSWORD),
    Known {
        domains: &["outlook.com", "outlook.de", "hotmail.com", "live.com", "msn.com"],
        host: "outlook.office365.com",
        advice: OWN_PAGE,
        only_oauth: true,
    },
    with_password(&["gmx.de", "gmx.net", "gmx.at", "gmx.ch"], "imap.gmx.net", ALLOW_IMAP),
    with_password(&["gmx.com"], "imap.gmx.com", ALLOW_IMAP),
    with_password(&["web.de"], "imap.web.de", ALLOW_IMAP),
    with_password(&["posteo.de", "posteo.net"], "posteo.de", None),
    with_password(&["mailbox.org"], "imap.mailbox.org", None),
    with_password(
        &["t-online.de"],
        "secureimap.t-online.de",
        Some("This provider has a mail password of its own, made in its customer centre."),
    ),
    with_password(&["zoho.com", "zohomail.com"], "imap.zoho.com", APP_PASSWORD),
    with_password(&["yandex.com", "yandex.ru"], "imap.yandex.com", APP_PASSWORD),
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
}
