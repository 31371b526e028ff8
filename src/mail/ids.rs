//! Message-IDs and the stand-in for those who have none.

use super::message::MessageId;

/// References of one message that are kept, from the oldest on.
const REFERENCE_CAP: usize = 200;

/// The message's own id, else a stand-in made from the bytes of its header.
pub(crate) fn own_id(header: Option<&str>, raw_head: &[u8]) -> MessageId {
    match header.and_then(|value| bracketed(value).next().or_else(|| bare(value))) {
        Some(id) => MessageId(id.to_owned()),
        None => MessageId(format!("{:016x}@no-id.hark", fnv1a(raw_head))),
    }
}

/// References, else In-Reply-To, oldest first, each once.
pub(crate) fn references(references: Option<&str>, in_reply_to: Option<&str>) -> Vec<MessageId> {
    let mut ids: Vec<MessageId> = Vec::new();
    for id in references.into_iter().flat_map(bracketed).chain(in_reply_to.into_iter().flat_map(bracketed)) {
        if ids.len() < REFERENCE_CAP && !ids.iter().any(|known| known.0 == id) {
            ids.push(MessageId(id.to_owned()));
        }
    }
    ids
}

fn bracketed(value: &str) -> impl Iterator<Item = &str> {
    value.split('<').skip(1).filter_map(|tail| tail.split_once('>')).map(|(id, _)| id.trim()).filter(|id| is_id(id))
}

/// Some programs leave the brackets out.
fn bare(value: &str) -> Option<&str> {
    let value = value.trim().trim_matches(['<', '>']);
    (is_id(value) && !value.contains(char::is_whitespace)).then_some(value)
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 998
}

/// FNV-1a, 64 bit (Fowler, Noll, Vo): stable over versions and machines, which std's hasher is not.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lose_their_brackets_and_missing_ones_are_stable() {
        assert_eq!(own_id(Some(" <a@b> "), b"").0, "a@b");
        assert_eq!(own_id(Some("a@b"), b"").0, "a@b");
        assert_eq!(own_id(None, b"From: x"), own_id(Some("<>"), b"From: x"));
        assert_ne!(own_id(None, b"From: x"), own_id(None, b"From: y"));
    }

    #[test]
    fn references_come_oldest_first_and_once() {
        let ids = references(Some("<a@x> <b@x>\t<a@x>"), Some("<c@x>"));
        assert_eq!(ids.iter().map(|id| id.0.as_str()).collect::<Vec<_>>(), ["a@x", "b@x", "c@x"]);
        assert_eq!(references(None, Some("your mail <m@x> of Monday")).len(), 1);
    }
}
