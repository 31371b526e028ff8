//! The envelope of S/MIME (CMS, RFC 5652): told apart by its content type; what is only signed is read without keys.

/// Elements that are looked at; a signed mail has a few dozen before its content ends.
const ELEMENT_CAP: usize = 100_000;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

const SEQUENCE: u8 = 0x30;
const OBJECT_ID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const OCTETS_PARTS: u8 = 0x24;
const EXPLICIT: u8 = 0xa0;

/// The content of signed data; `None` when `bytes` is anything else or holds none.
pub(crate) fn signed_content(bytes: &[u8]) -> Option<Vec<u8>> {
    let outer = Element::read(bytes)?.inside(SEQUENCE)?;
    let (kind, rest) = Element::split(outer)?;
    if kind.tag != OBJECT_ID || kind.body != SIGNED_DATA {
        return None;
    }
    let explicit = Element::read(rest)?.inside(EXPLICIT)?;
    let signed = Element::read(explicit)?.inside(SEQUENCE)?;
    let (_version, rest) = Element::split(signed)?;
    let (_digests, rest) = Element::split(rest)?;
    let content = Element::read(rest)?.inside(SEQUENCE)?;
    let (_type, rest) = Element::split(content)?;
    let explicit = Element::read(rest)?.inside(EXPLICIT)?;
    octets(explicit)
}

/// True when the bytes name themselves signed data.
pub(crate) fn is_signed(bytes: &[u8]) -> bool {
    bytes.get(..64).unwrap_or(bytes).windows(SIGNED_DATA.len()).any(|w| w == SIGNED_DATA)
}

/// An octet string, also one sent in pieces.
fn octets(bytes: &[u8]) -> Option<Vec<u8>> {
    let element = Element::read(bytes)?;
    match element.tag {
        OCTETS => Some(element.body.to_vec()),
        OCTETS_PARTS => {
            let mut out = Vec::new();
            let mut rest = element.body;
            for _ in 0..ELEMENT_CAP {
                let Some((piece, after)) = Element::split(rest) else { break };
                if piece.tag != OCTETS {
                    break;
                }
                out.extend_from_slice(piece.body);
                rest = after;
            }
            Some(out)
        }
        _ => None,
    }
}

struct Element<'x> {
    tag: u8,
    body: &'x [u8],
}

impl<'x> Element<'x> {
    fn read(bytes: &'x [u8]) -> Option<Element<'x>> {
        Element::split(bytes).map(|(element, _)| element)
    }

    fn inside(self, tag: u8) -> Option<&'x [u8]> {
        (self.tag == tag).then_some(self.body)
    }

    /// The first element and what follows it. Cut-off elements are taken as far as they go.
    fn split(bytes: &'x [u8]) -> Option<(Element<'x>, &'x [u8])> {
        let (tag, header, length) = header(bytes)?;
        let rest = bytes.get(header..)?;
        match length {
            Some(length) => {
                let length = length.min(rest.len());
                let (body, after) = rest.split_at_checked(length)?;
                Some((Element { tag, body }, after))
            }
            None => {
                let end = end_of_indefinite(rest);
                let body = rest.get(..end)?;
                Some((Element { tag, body }, rest.get(end + 2..).unwrap_or_default()))
            }
        }
    }
}

/// Tag, bytes of the header, length (`None` = indefinite). Tags of more than one byte do not occur here.
fn header(bytes: &[u8]) -> Option<(u8, usize, Option<usize>)> {
    let tag = *bytes.first()?;
    let first = *bytes.get(1)?;
    match first {
        0x80 => Some((tag, 2, None)),
        0..=0x7f => Some((tag, 2, Some(usize::from(first)))),
        _ => {
            let count = usize::from(first & 0x7f);
            let digits = bytes.get(2..2 + count)?;
            if count > 4 {
                return None;
            }
            let length = digits.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
            Some((tag, 2 + count, Some(length)))
        }
    }
}

/// Where the two zero bytes stand that end an indefinite length; levels are counted, not recursed into.
fn end_of_indefinite(bytes: &[u8]) -> usize {
    let mut at = 0;
    let mut depth = 0usize;
    for _ in 0..ELEMENT_CAP {
        let Some(rest) = bytes.get(at..) else { break };
        if rest.starts_with(&[0, 0]) {
            if depth == 0 {
                return at;
            }
            depth -= 1;
            at += 2;
            continue;
        }
        match header(rest) {
            Some((_, header, Some(length))) => at = at.saturating_add(header).saturating_add(length),
            Some((_, header, None)) => {
                depth += 1;
                at += header;
            }
            None => break,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![tag, 0x82, (body.len() >> 8) as u8, body.len() as u8];
        out.extend_from_slice(body);
        out
    }

    fn indefinite(tag: u8, body: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], body, &[0, 0]].concat()
    }

    #[test]
    fn signed_content_is_found_in_both_encodings() {
        let data = element(OBJECT_ID, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01]);
        let whole = element(EXPLICIT, &element(OCTETS, b"Content-Type: text/plain\n\nhello"));
        let pieces = [element(OCTETS, b"Content-Type: text/plain\n"), element(OCTETS, b"\nhello")].concat();
        let pieces = indefinite(EXPLICIT, &indefinite(OCTETS_PARTS, &pieces));
        for content in [whole, pieces] {
            let body =
                [element(0x02, &[1]), element(0x31, b""), indefinite(SEQUENCE, &[data.clone(), content].concat())];
            let signed = element(EXPLICIT, &element(SEQUENCE, &body.concat()));
            let cms = indefinite(SEQUENCE, &[element(OBJECT_ID, SIGNED_DATA), signed].concat());
            assert_eq!(signed_content(&cms).as_deref(), Some(&b"Content-Type: text/plain\n\nhello"[..]));
            assert!(is_signed(&cms));
        }
    }

    #[test]
    fn anything_else_is_nothing() {
        for bytes in [&b""[..], b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"hello", &[0x30; 500]] {
            assert_eq!(signed_content(bytes), None);
        }
    }
}
