//! Subjects: "Re:" and "Fwd:" in many languages.

use super::head::Head;
use super::mime::Tree;
use super::parse::one_line;
use super::zones::words::words;

/// The decoded subject on one line, prefixes included; the one inside where the outer only hides it.
pub(crate) fn of(tree: &Tree<'_>, head: &Head) -> String {
    let outer = one_line(head.get("subject").unwrap_or_default());
    let hidden = matches!(outer.as_str(), "..." | "…" | "[...]" | "Encrypted Message" | "Encrypted Email");
    let inner = || {
        let part =
            tree.parts.iter().skip(1).find(|part| {
                part.head.parameter("protected-headers").is_some() || part.head.parameter("hp").is_some()
            })?;
        part.head.get("subject").map(one_line).filter(|subject| !subject.is_empty())
    };
    if hidden { inner().unwrap_or(outer) } else { outer }
}

/// True when the first prefix is that of a reply.
pub(crate) fn is_reply(subject: &str) -> bool {
    first_prefix(subject).is_some_and(|prefix| words().reply.subjects.contains(&prefix))
}

/// True when the first prefix is that of a forward.
pub(crate) fn is_forward(subject: &str) -> bool {
    first_prefix(subject).is_some_and(|prefix| words().forward.subjects.contains(&prefix))
}

/// "VS:" answers in Finnish and forwards in Danish and Norwegian; the labels of the head below it tell which. `text` is
/// folded.
pub(crate) fn forwards_in_danish(subject: &str, text: &str) -> bool {
    let labelled = |label: &str| text.lines().any(|line| line.starts_with(label));
    first_prefix(subject).is_some_and(|prefix| prefix == "vs") && labelled("fra:") && !labelled("lähettäjä:")
}

/// The subject without what stands before it: "Re: Lunch", "[list] Lunch".
pub(crate) fn bare(subject: &str) -> &str {
    let mut rest = subject.trim_start();
    loop {
        let known = first_prefix(rest).is_some_and(|prefix| {
            words().reply.subjects.contains(&prefix) || words().forward.subjects.contains(&prefix)
        });
        let after = match rest.split_once([':', '：']) {
            Some((_, after)) if known => after,
            _ => match rest.strip_prefix('[').and_then(|tail| tail.split_once(']')) {
                Some((_, after)) => after,
                None => return rest,
            },
        };
        rest = after.trim_start();
    }
}

/// The word before the first colon, without a counter: `Re[2]:`, `AW (3):`; a list's tag may stand before it.
fn first_prefix(subject: &str) -> Option<String> {
    // "[Fwd: plan]" is Mozilla's way.
    let subject = subject.trim_start();
    let mut rest = subject.strip_prefix('[').filter(|_| subject.ends_with(']')).unwrap_or(subject);
    while let Some((_, after)) = rest.strip_prefix('[').and_then(|tail| tail.split_once(']')) {
        rest = after.trim_start();
    }
    let end = rest.find([':', '：'])?;
    let prefix = rest.get(..end)?;
    let prefix = prefix.split(['[', '(', '^']).next().unwrap_or_default().trim().to_lowercase();
    (!prefix.is_empty() && prefix.chars().count() <= 12).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_known_in_many_languages() {
        for reply in ["Re: x", "RE[2]: x", "AW: x", "SV: x", "Antw: x", "[list] Re: x", "回复：x"] {
            assert!(is_reply(reply), "{reply}");
        }
        for forward in ["Fwd: x", "FW: x", "WG: x", "TR: x", "RV: x", "[ext] Fwd: x", "[Fwd: x]"] {
            assert!(is_forward(forward), "{forward}");
        }
        assert!(forwards_in_danish("VS: x", "se her\nfra: ana\nsendt: i går"));
        assert!(!forwards_in_danish("VS: x", "selvä\nlähettäjä: ana\nfra: x"));
        assert!(!forwards_in_danish("SV: x", "ja\nfra: ana"));
        for plain in ["Reminder: x", "Forward planning: x", "x", "", ": x", "Tracking: Re"] {
            assert!(!is_reply(plain) && !is_forward(plain), "{plain}");
        }
    }
}
