//! Servers of well-known providers, so that most people need not know theirs. No directory is asked.

/// A provider.
pub struct Provider {
    domains: &'static [&'static str],
    pub host: &'static str,
    /// What one has to know before the first login.
    pub advice: Option<&'static str>,
}

const APP_PASSWORD: Option<&str> = Some(
    "This provider wants an app password for mail programs: make one on its security page, and store that instead of your own.",
);

const PROVIDERS: [Provider; 8] = [
    Provider { domains: &["gmail.com", "googlemail.com"], host: "imap.gmail.com", advice: APP_PASSWORD },
    Provider { domains: &["icloud.com", "me.com", "mac.com"], host: "imap.mail.me.com", advice: APP_PASSWORD },
    Provider {
        domains: &["yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr"],
        host: "imap.mail.yahoo.com",
        advice: APP_PASSWORD,
    },
    Provider { domains: &["aol.com"], host: "imap.aol.com", advice: APP_PASSWORD },
    Provider { domains: &["fastmail.com", "fastmail.fm"], host: "imap.fastmail.com", advice: APP_PASSWORD },
    Provider {
        domains: &["outlook.com", "hotmail.com", "live.com", "msn.com"],
        host: "outlook.office365.com",
        advice: Some(
            "This provider lets mail programs in only through its own page (OAuth), which this version of Hark cannot do yet.",
        ),
    },
    Provider {
        domains: &["gmx.de", "gmx.net", "gmx.at", "gmx.ch"],
        host: "imap.gmx.net",
        advice: Some("This provider lets mail programs in only after IMAP was allowed in its settings."),
    },
    Provider {
        domains: &["web.de"],
        host: "imap.web.de",
        advice: Some("This provider lets mail programs in only after IMAP was allowed in its settings."),
    },
];

/// The provider of an address.
pub fn of(address: &str) -> Option<&'static Provider> {
    let domain = domain(address)?;
    PROVIDERS.iter().find(|provider| provider.domains.contains(&domain.as_str()))
}

/// The usual name of a server at the user's own domain; empty for what is no address.
pub fn guess(address: &str) -> String {
    domain(address).map(|domain| format!("imap.{domain}")).unwrap_or_default()
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
        assert_eq!(guess("robin@example.org"), "imap.example.org");
        assert_eq!(guess("robin"), "");
    }
}
