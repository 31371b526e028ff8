//! How a message is protected, by the wire forms seen in the field.

mod code;
mod label;
mod portal;

use super::head::Head;
use super::message::{MessageKind, Protection, ProtectionKind};
use super::mime::{Part, Tree};
use super::{cms, line::Line};

/// What the forms are looked for in.
pub(crate) struct Evidence<'a, 'x> {
    pub tree: &'a Tree<'x>,
    pub head: &'a Head,
    pub subject: &'a str,
    /// New text, without what is quoted.
    pub text: &'a str,
    pub lines: &'a [Line],
    pub kind: MessageKind,
    /// A machine wrote it.
    pub automatic: bool,
    /// It answers something, so that codes in it are talked about, not sent.
    pub reply: bool,
}

/// The protection to call out: unreadable before readable, then in the order of [`ProtectionKind`].
pub(crate) fn find(evidence: &Evidence<'_, '_>) -> Option<Protection> {
    let label = label::of(evidence.head);
    let mut found: Vec<Protection> = Vec::new();
    let mut add = |kind: ProtectionKind, readable: bool, name: Option<String>| {
        found.push(Protection { kind, readable, label: name });
    };
    let own = own_parts(evidence.tree);
    if own.iter().any(|part| is_smime_encrypted(part, own.len())) {
        add(ProtectionKind::SmimeEncrypted, false, None);
    }
    if is_pgp(evidence, &own) {
        add(ProtectionKind::PgpEncrypted, false, None);
    }
    let policy_name = label.clone().flatten();
    match portal::microsoft(evidence, &own) {
        Some(kind) => add(kind, false, policy_name),
        None => {
            if portal::is_portal(evidence, &own) {
                add(ProtectionKind::Portal, false, None);
            }
        }
    }
    if let Some(name) = label {
        add(ProtectionKind::Label, true, name);
    }
    if let Some(name) = label::sensitivity(evidence.head) {
        add(ProtectionKind::Sensitivity, true, Some(name));
    }
    if portal::is_confidential_mode(evidence) {
        add(ProtectionKind::ConfidentialMode, true, None);
    }
    if code::is_one_time(evidence) {
        add(ProtectionKind::OneTimeCode, true, None);
    }
    found.into_iter().min_by_key(|p| (p.readable, p.kind))
}

/// Parts of the message itself, without those of messages inside it, unless there is nothing else.
fn own_parts<'a, 'x>(tree: &'a Tree<'x>) -> Vec<&'a Part<'x>> {
    let mut own = Vec::new();
    let mut todo = vec![0usize];
    while let Some(index) = todo.pop() {
        let Some(part) = tree.part(index) else { continue };
        own.push(part);
        let only_message = tree.parts.iter().filter(|p| !p.is_multipart()).count() <= 2;
        if part.media_type != "message/rfc822" || only_message {
            todo.extend(part.children.iter().rev());
        }
    }
    own
}

fn is_smime_encrypted(part: &Part<'_>, siblings: usize) -> bool {
    let name = part.head.file_name().unwrap_or_default().to_ascii_lowercase();
    let smime_name = name == "smime.p7m" || name.starts_with("smime") && name.ends_with(".p7m");
    let typed = matches!(part.media_type.as_str(), "application/pkcs7-mime" | "application/x-pkcs7-mime");
    let untyped = part.media_type == "application/octet-stream" && smime_name;
    if !typed && !untyped {
        return false;
    }
    // "contract.pdf.p7m" is a signed document somebody attached.
    if !name.is_empty() && !smime_name && siblings > 1 {
        return false;
    }
    match part.head.parameter("smime-type").map(str::to_ascii_lowercase) {
        Some(kind) if kind.contains("enveloped") => true,
        Some(kind) if kind.contains("signed") || kind.contains("certs") || kind.contains("compressed") => false,
        Some(_) | None => !cms::is_signed(&part.bytes()),
    }
}

/// PGP by structure, by structure that a gateway broke, by an encrypted file alone, or inline.
fn is_pgp(evidence: &Evidence<'_, '_>, own: &[&Part<'_>]) -> bool {
    let by_type = own.iter().any(|part| {
        part.media_type == "application/pgp-encrypted"
            || part.media_type == "multipart/encrypted"
                && !part.head.parameter("protocol").is_some_and(|p| p.to_ascii_lowercase().contains("pkcs7"))
    });
    let wordless = !evidence.text.chars().any(char::is_alphanumeric);
    let by_file = wordless
        && own.iter().any(|part| {
            let name = part.head.file_name().unwrap_or_default().to_ascii_lowercase();
            [".pgp", ".gpg"].iter().any(|end| name.ends_with(end)) || name == "encrypted.asc"
        });
    by_type || by_file || evidence.lines.iter().any(is_pgp_armor)
}

/// The armor's first line, alone or, in HTML that lost its breaks, followed by the data.
fn is_pgp_armor(line: &Line) -> bool {
    const BEGIN: &str = "-----BEGIN PGP MESSAGE";
    let text = line.text.trim_start();
    let Some(rest) = text.strip_prefix(BEGIN).filter(|_| line.quote == 0) else { return false };
    let rest = rest.trim_start_matches(|c: char| c != '-').trim_start_matches('-').trim();
    rest.is_empty() || rest.contains("-----END PGP") || rest.split_whitespace().any(|word| word.len() >= 40)
}
