//! Mail that must be read elsewhere: rights management, message encryption, confidential mode, portals.

use super::super::lexicon::kinds;
use super::super::message::ProtectionKind;
use super::super::mime::Part;
use super::Evidence;

/// Longest text of a notice: a letter that only mentions a portal is longer.
const NOTICE_CHARS: usize = 4_000;

/// Microsoft's two forms of the same wrapper.
pub(super) fn microsoft(evidence: &Evidence<'_, '_>, own: &[&Part<'_>]) -> Option<ProtectionKind> {
    let class = evidence.head.get("content-class").unwrap_or_default().to_ascii_lowercase();
    if class.trim() == "rpmsg.message" {
        return Some(ProtectionKind::RightsManaged);
    }
    let named = |part: &&&Part<'_>| {
        let name = part.head.file_name().unwrap_or_default().to_ascii_lowercase();
        name.starts_with("message") && name.ends_with(".rpmsg")
    };
    let wrapper = own.iter().any(|part| part.media_type == "application/x-microsoft-rpmsg-message")
        || own.iter().find(named).is_some();
    let page =
        own.iter().any(|part| part.head.file_name().is_some_and(|name| name.eq_ignore_ascii_case("message.html")));
    let button = targets(evidence).any(|target| is_encryption_link(&target));
    let header = evidence.head.has("x-ms-exchange-omemessageencrypted");
    if header || (button && (wrapper || page || says_notice(evidence))) || (page && says_notice(evidence)) {
        Some(ProtectionKind::MessageEncryption)
    } else if wrapper {
        Some(ProtectionKind::RightsManaged)
    } else {
        None
    }
}

/// `https://outlook.office365.com/Encryption/retrieve.ashx?...`
fn is_encryption_link(target: &str) -> bool {
    let lower = target.to_ascii_lowercase();
    lower.contains("/encryption/")
        && (lower.contains("outlook.") || lower.contains("office") || lower.contains("microsoft"))
}

/// Cisco's sealed page, or a notice whose link leads to a known portal.
pub(super) fn is_portal(evidence: &Evidence<'_, '_>, own: &[&Part<'_>]) -> bool {
    let words = &kinds().portal;
    let sealed = own.iter().any(|part| {
        let name = part.head.file_name().unwrap_or_default().to_lowercase();
        (name.ends_with(".html") || name.ends_with(".htm"))
            && words.files.iter().any(|file| name.starts_with(file.as_str()))
    });
    if sealed {
        return true;
    }
    let by_path = |target: &str| words.paths.iter().any(|path| target.to_ascii_lowercase().contains(path.as_str()));
    let linked =
        targets(evidence).any(|target| by_path(&target) || host(&target).is_some_and(|host| is_portal_host(&host)));
    linked && says_notice(evidence)
}

/// Gmail's confidential mode: a notice with a link to its own host.
pub(super) fn is_confidential_mode(evidence: &Evidence<'_, '_>) -> bool {
    let host_named = |text: &str| text.to_ascii_lowercase().contains("confidential-mail.google.com");
    targets(evidence).any(|target| host_named(&target))
}

fn says_notice(evidence: &Evidence<'_, '_>) -> bool {
    let lower = format!("{}\n{}", evidence.subject, evidence.text).to_lowercase();
    lower.len() <= NOTICE_CHARS
        && !evidence.reply
        && kinds().portal.notice.iter().any(|notice| lower.contains(notice.as_str()))
}

fn is_portal_host(host: &str) -> bool {
    kinds().portal.hosts.iter().any(|known| {
        host == known || host.ends_with(&format!(".{known}")) || host.contains(known.as_str()) && !known.contains('.')
    })
}

/// Targets of links in new text.
fn targets<'a>(evidence: &'a Evidence<'_, '_>) -> impl Iterator<Item = String> + 'a {
    evidence
        .lines
        .iter()
        .filter(|line| line.quote == 0)
        .flat_map(|line| line.links.iter())
        .map(|link| link.target.clone())
}

fn host(target: &str) -> Option<String> {
    let (_, rest) = target.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.split(':').next()?;
    Some(host.to_ascii_lowercase())
}
