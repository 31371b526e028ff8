//! Encoded words (RFC 2047) as found in the field: broken across words, with blanks inside, in unknown charsets.

use std::borrow::Cow;

use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};

use super::charset;

/// One `=?charset?X?data?=`, decoded from its wrapping but not from its charset.
struct Word<'x> {
    charset: &'x str,
    encoding: char,
    bytes: Vec<u8>,
    /// Bytes of input it took.
    len: usize,
}

/// Replaces every encoded word by its text.
pub(crate) fn decode(text: &str) -> String {
    rewrite(text, |text, out| out.push_str(text))
}

/// Replaces every run of encoded words by one well-formed UTF-8 word, so that an address parser sees no sign of it.
pub(crate) fn normalise(text: &str) -> Cow<'_, str> {
    if !text.contains("=?") {
        return text.into();
    }
    rewrite(text, |text, out| {
        // Raw line breaks inside a decoded word would start a new header field.
        let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        out.push_str("=?utf-8?B?");
        push_base64(flat.as_bytes(), out);
        out.push_str("?=");
    })
    .into()
}

fn rewrite(text: &str, mut emit: impl FnMut(&str, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (before, tail) = rest.split_at(start);
        out.push_str(before);
        let Some(mut word) = parse_word(tail) else {
            out.push_str("=?");
            rest = tail.get(2..).unwrap_or_default();
            continue;
        };
        rest = tail.get(word.len..).unwrap_or_default();
        let mut decoded = String::new();
        // Words divided by white space only belong together; bytes of one character may be split between them.
        loop {
            let blank = rest.len() - rest.trim_start().len();
            let Some(next) = rest.get(blank..).and_then(parse_word) else { break };
            rest = rest.get(blank + next.len..).unwrap_or_default();
            if next.charset.eq_ignore_ascii_case(word.charset) && next.encoding == word.encoding {
                word.bytes.extend_from_slice(&next.bytes);
            } else {
                decoded.push_str(&charset::decode(&word.bytes, Some(label(word.charset))));
                word = next;
            }
        }
        decoded.push_str(&charset::decode(&word.bytes, Some(label(word.charset))));
        emit(&decoded, &mut out);
    }
    out.push_str(rest);
    out
}

/// A language tag may follow the charset: `=?utf-8*en?Q?..?=`.
fn label(charset: &str) -> &str {
    charset.split('*').next().unwrap_or(charset)
}

fn parse_word(text: &str) -> Option<Word<'_>> {
    let body = text.strip_prefix("=?")?;
    let (charset, body) = body.split_once('?')?;
    if charset.is_empty() || charset.len() > 60 || charset.contains(|c: char| c.is_whitespace()) {
        return None;
    }
    let encoding = body.chars().next()?.to_ascii_uppercase();
    let data = body.get(1..)?.strip_prefix('?')?;
    let end = data.find("?=")?;
    let payload = data.get(..end)?;
    if payload.len() > 64 * 1024 || payload.contains("\n\n") {
        return None;
    }
    let bytes = match encoding {
        'B' => {
            let compact: Vec<u8> = payload.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
            base64_decode(&compact)?
        }
        'Q' => {
            // Blanks are escaped first: as themselves they would be trimmed at a line's end.
            quoted_printable_decode(payload.replace(['_', ' '], "=20").as_bytes())?
        }
        _ => return None,
    };
    let len = text.len() - data.len() + end + 2;
    Some(Word { charset, encoding, bytes, len })
}

fn push_base64(bytes: &[u8], out: &mut String) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let mut group = [0u8; 3];
        for (slot, byte) in group.iter_mut().zip(chunk) {
            *slot = *byte;
        }
        let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        for index in 0..4 {
            let six = (bits >> (18 - 6 * index)) & 63;
            out.push(if index <= chunk.len() { char::from(ALPHABET[six as usize]) } else { '=' });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded_whatever_was_done_to_them() {
        for (raw, text) in [
            ("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
            ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
            ("=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=", "Grüße"),
            ("=?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=BC=C3=9Fe?= aus Ulm", "Grüße aus Ulm"),
            ("=?utf-8?Q?two words?=", "two words"),
            ("=?cp932?B?grGC8Q==?=", "こん"),
            ("=?utf-8*de?Q?Stra=C3=9Fe?=", "Straße"),
            ("plain =?broken", "plain =?broken"),
            ("=?iso-8859-1?Q?a?= =?utf-8?Q?=C3=BC?=", "aü"),
        ] {
            assert_eq!(decode(raw), text, "{raw}");
        }
    }

    #[test]
    fn normal_form_survives_its_own_decoding() {
        for text in ["Grüße", "a", "ab", "abc", "日本語"] {
            let mut word = String::from("=?utf-8?B?");
            push_base64(text.as_bytes(), &mut word);
            word.push_str("?=");
            assert_eq!(decode(&word), text);
        }
    }
}
