//! Modified UTF-7 of folder names (RFC 3501, 5.1.3): `&` begins a run of UTF-16 in base64 with `,` for `/`; `&-` is `&`.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// The name as displayed; a name that is no valid modified UTF-7 is displayed as it stands.
pub(crate) fn decode(name: &str) -> String {
    try_decode(name).unwrap_or_else(|| name.to_owned())
}

fn try_decode(name: &str) -> Option<String> {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (run, tail) = after.split_once('-')?;
        if run.is_empty() {
            out.push('&');
        } else {
            out.push_str(&decode_run(run)?);
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

fn decode_run(run: &str) -> Option<String> {
    let mut bits: u32 = 0;
    let mut held = 0;
    let mut units = Vec::new();
    for byte in run.bytes() {
        let value = ALPHABET.iter().position(|&letter| letter == byte)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from((bits >> held) & 0xffff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf16(&units).ok()
}

/// The name as it goes to the server or on disk.
pub(crate) fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut run: Vec<u16> = Vec::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            close_run(&mut out, &mut run);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            run.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    close_run(&mut out, &mut run);
    out
}

fn close_run(out: &mut String, run: &mut Vec<u16>) {
    if run.is_empty() {
        return;
    }
    out.push('&');
    let mut bits: u32 = 0;
    let mut held = 0;
    for unit in run.drain(..) {
        bits = (bits << 16) | u32::from(unit);
        held += 16;
        while held >= 6 {
            held -= 6;
            push_letter(out, bits >> held);
            bits &= (1 << held) - 1;
        }
    }
    if held > 0 {
        push_letter(out, bits << (6 - held));
    }
    out.push('-');
}

fn push_letter(out: &mut String, value: u32) {
    let letter = ALPHABET.get((value & 63) as usize).copied().unwrap_or(b'A');
    out.push(char::from(letter));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_rfc() {
        assert_eq!(decode("~peter/mail/&U,BTFw-/&ZeVnLIqe-"), "~peter/mail/台北/日本語");
        assert_eq!(encode("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(decode("Entw&APw-rfe"), "Entwürfe");
        assert_eq!(encode("A & B"), "A &- B");
    }

    #[test]
    fn a_broken_name_is_displayed_as_it_stands() {
        assert_eq!(decode("R&D"), "R&D");
        assert_eq!(decode("x&!!-"), "x&!!-");
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in any::<String>()) {
            prop_assert_eq!(decode(&encode(&name)), name);
        }

        #[test]
        fn no_name_is_too_odd(name in any::<String>()) {
            decode(&name);
        }
    }
}
