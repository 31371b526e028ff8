//! S/MIME messages that are signed but not encrypted: the text is inside and readable without any key.

use super::cms;
use super::mime::Tree;

/// The message with its signed envelope taken off; `None` when it has none.
pub(crate) fn open(tree: &Tree<'_>, raw: &[u8]) -> Option<Vec<u8>> {
    let index = (0..tree.parts.len()).find(|&index| is_envelope(tree, index))?;
    let content = cms::signed_content(&tree.part(index)?.bytes())?;
    let mut opened = own_fields(raw);
    opened.extend_from_slice(&content);
    Some(opened)
}

/// The message itself or a part of a mixed one, as left by gateways; not a document somebody attached.
fn is_envelope(tree: &Tree<'_>, index: usize) -> bool {
    let Some(part) = tree.part(index) else { return false };
    let name = part.head.file_name().unwrap_or_default().to_ascii_lowercase();
    let typed = matches!(part.media_type.as_str(), "application/pkcs7-mime" | "application/x-pkcs7-mime");
    let smime_name = name.starts_with("smime") && name.ends_with(".p7m");
    let octets = part.media_type == "application/octet-stream" && smime_name;
    (typed && (index == 0 || name.is_empty() || smime_name) || octets) && cms::is_signed(&part.bytes())
}

/// The header without what describes the envelope; the content brings its own description.
fn own_fields(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut keep = true;
    for line in raw.split_inclusive(|&b| b == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            keep = !line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
        }
        if keep {
            out.extend_from_slice(line);
        }
    }
    out
}
