//! Bytes to text, also where the charset label is missing, unknown or a lie.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// Bytes the detector looks at: it is sure long before that, and the cost of a large mail stays flat.
const DETECT_CAP: usize = 64 * 1024;

/// Decodes `bytes` as `label` says, unless the bytes themselves say otherwise.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.map(clean_label).unwrap_or_default();
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(bom..).unwrap_or_default()).0.into_owned();
    }
    if is_stateful(&label) {
        return labelled(bytes, &label).unwrap_or_else(|| guess(bytes).into_owned());
    }
    if bytes.is_ascii() && !has_iso2022_escape(bytes) && !label.starts_with("utf-16") && !label.starts_with("utf-32") {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let text = decode_8bit(bytes, &label);
    mend_mojibake(text)
}

fn decode_8bit(bytes: &[u8], label: &str) -> String {
    // Text that is valid UTF-8 with sequences in it is UTF-8, whatever a single-byte label claims.
    if !is_wide(label)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return text.to_owned();
    }
    match labelled(bytes, label) {
        Some(text) if !(is_damaged(&text) || is_western(label) && is_mostly_high(bytes)) => text,
        Some(text) => {
            let guessed = guess(bytes);
            let better =
                damage(&guessed) < damage(&text) || is_western(label) && is_mostly_high(bytes) && damage(&guessed) == 0;
            if better { guessed.into_owned() } else { text }
        }
        None => guess(bytes).into_owned(),
    }
}

/// Lower case, without quotes, comments and the `x-` some clients put before known names.
fn clean_label(label: &str) -> String {
    let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    match label.as_str() {
        "cp932" | "cswindows31j" | "windows-932" | "ms932" => "shift_jis".into(),
        "cp949" | "ks_c_5601" | "ms949" => "euc-kr".into(),
        "cp950" => "big5".into(),
        "cp936" | "ms936" => "gbk".into(),
        "utf8mb4" | "utf_8" | "x-utf-8" => "utf-8".into(),
        _ => label,
    }
}

fn is_stateful(label: &str) -> bool {
    label.contains("utf-7") || label == "utf7" || label.starts_with("iso-2022") || label.starts_with("hz-gb")
}

fn is_wide(label: &str) -> bool {
    label.starts_with("utf-16") || label.starts_with("utf-32") || label.starts_with("ucs-")
}

fn is_western(label: &str) -> bool {
    matches!(
        label,
        "iso-8859-1" | "iso-8859-15" | "windows-1252" | "latin1" | "us-ascii" | "ascii" | "cp1252" | "ansi_x3.4-1968"
    )
}

fn has_iso2022_escape(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\x1b$" || pair == b"\x1b(")
}

/// The text by its label; `None` when nobody knows the label.
fn labelled(bytes: &[u8], label: &str) -> Option<String> {
    if label.is_empty() || label.contains("unknown") || label == "us-ascii" || label == "8bit" {
        return None;
    }
    if let Some(encoding) = Encoding::for_label(label.as_bytes())
        && encoding != encoding_rs::REPLACEMENT
    {
        return Some(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    if label.len() > 45 {
        return None; // no known name is that long
    }
    charset_decoder(label.as_bytes()).map(|decoder| decoder(bytes))
}

fn guess(bytes: &[u8]) -> Cow<'_, str> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let sample = bytes.get(..DETECT_CAP).unwrap_or(bytes);
    detector.feed(sample, sample.len() == bytes.len());
    let encoding = detector.guess(None, Utf8Detection::Allow);
    encoding.decode_without_bom_handling(bytes).0
}

fn is_damaged(text: &str) -> bool {
    damage(text) > 0
}

/// Replacement characters and C1 controls: neither is written by people.
fn damage(text: &str) -> usize {
    text.chars().filter(|&c| c == '\u{FFFD}' || ('\u{80}'..='\u{9f}').contains(&c)).count()
}

/// More high bytes than letters of ASCII: no Western language writes so, Cyrillic or Greek under a false label does.
fn is_mostly_high(bytes: &[u8]) -> bool {
    let sample = bytes.get(..DETECT_CAP).unwrap_or(bytes);
    let high = sample.iter().filter(|&&b| b >= 0x80).count();
    let letters = sample.iter().filter(|b| b.is_ascii_alphabetic()).count();
    high > 8 && high > letters
}

/// Undoes UTF-8 that was once read as Windows-1252 ("GrÃ¼ÃŸe"), line by line, only where the bytes fit exactly.
pub(crate) fn mend_mojibake(text: String) -> String {
    if !text.contains(['Ã', 'Â', 'â', 'Ð', 'Ñ']) {
        return text;
    }
    let mended: Vec<Cow<'_, str>> = text.split('\n').map(mend_line).collect();
    mended.join("\n")
}

fn mend_line(line: &str) -> Cow<'_, str> {
    if line.is_ascii() {
        return line.into();
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(line);
    if unmappable {
        return line.into();
    }
    match UTF_8.decode_without_bom_handling_and_without_replacement(&bytes) {
        Some(text) => text.into_owned().into(),
        None => line.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn true_labels_are_believed() {
        assert_eq!(decode(b"caf\xe9", Some("iso-8859-1")), "café");
        assert_eq!(decode("Grüße".as_bytes(), Some("UTF-8")), "Grüße");
        assert_eq!(decode(b"\x1b$B$3$s\x1b(B", Some("ISO-2022-JP")), "こん");
        assert_eq!(decode(b"\x82\xb1\x82\xf1", Some("cp932")), "こん");
        assert_eq!(decode(b"Hi Mom -+Jjo--!", Some("utf-7")), "Hi Mom -☺-!");
    }

    #[test]
    fn false_and_missing_labels_are_mended() {
        assert_eq!(decode("Grüße".as_bytes(), Some("iso-8859-1")), "Grüße");
        assert_eq!(decode("Grüße".as_bytes(), Some("us-ascii")), "Grüße");
        assert_eq!(decode("naïve".as_bytes(), None), "naïve");
        assert_eq!(
            decode(b"voil\xe0, c'est tr\xe8s bien et d\xe9j\xe0 pr\xeat", None),
            "voilà, c'est très bien et déjà prêt"
        );
        assert_eq!(decode(b"Fran\xe7ais et tr\xe8s bien", Some("utf-8")), "Français et très bien");
        let (russian, _, _) = encoding_rs::WINDOWS_1251.encode("Привет, как дела? Встреча завтра утром.");
        assert_eq!(decode(&russian, Some("iso-8859-1")), "Привет, как дела? Встреча завтра утром.");
        assert_eq!(decode(&russian, Some("X-UNKNOWN")), "Привет, как дела? Встреча завтра утром.");
    }

    #[test]
    fn twice_encoded_text_is_mended_and_real_text_is_not() {
        assert_eq!(mend_mojibake("Viele GrÃ¼ÃŸe".into()), "Viele Grüße");
        assert_eq!(mend_mojibake("à la carte, Ñandú".into()), "à la carte, Ñandú");
    }
}
