//! One-time codes and password resets: nobody else may hear the code.

use super::super::lexicon::kinds;
use super::Evidence;

/// Mail with a code is short; a longer text talks about codes.
const TEXT_CHARS: usize = 5_000;
/// Characters between the name of the code and the code.
const REACH: usize = 160;

pub(super) fn is_one_time(evidence: &Evidence<'_, '_>) -> bool {
    if evidence.text.len() > TEXT_CHARS {
        return false;
    }
    let subject = evidence.subject.to_lowercase();
    let text = evidence.text.to_lowercase();
    let names = &kinds().code.names;
    let both = format!("{subject}\n{text}");
    let code = names.iter().any(|name| code_near(&both, evidence, name));
    code || is_reset(evidence, &subject, &text)
}

/// The name of a code with a code beside it.
fn code_near(lower: &str, evidence: &Evidence<'_, '_>, name: &str) -> bool {
    lower.match_indices(name).take(20).any(|(at, _)| {
        // Cut at character borders: `at` is one, the reach may not be.
        let from = lower.floor_char_boundary(at.saturating_sub(REACH));
        let to = lower.ceil_char_boundary((at + name.len() + REACH).min(lower.len()));
        let window = lower.get(from..to).unwrap_or_default();
        let weak = evidence.reply || !evidence.automatic && name.starts_with("use ");
        window.split(is_divider).any(is_code) && !weak
    })
}

fn is_divider(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            ':' | ','
                | '.'
                | ';'
                | '('
                | ')'
                | '"'
                | '\''
                | '*'
                | '!'
                | '['
                | ']'
                | '：'
                | '。'
                | '，'
                | '„'
                | '“'
                | '”'
                | '«'
                | '»'
                | '<'
                | '>'
                | '【'
                | '】'
        )
}

/// `123456`, `123-456`, `G-123456`, `A1B2C3`; a year or a telephone number is none.
fn is_code(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let signs = word.bytes().filter(|&b| b == b'-').count();
    let plain = word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    let letters = word.len() - digits - signs;
    plain
        && signs <= 1
        && !year
        && word.len() <= 12
        && (digits >= 4 || digits >= 2 && letters >= 2 && word.len() >= 6)
        && digits <= 10
}

/// A reset is asked for by a machine: named in the subject, or in a short text of one.
fn is_reset(evidence: &Evidence<'_, '_>, subject: &str, text: &str) -> bool {
    let named = |text: &str| kinds().code.resets.iter().any(|reset| text.contains(reset.as_str()));
    !evidence.reply
        && (named(subject) && (evidence.automatic || has_link(evidence))
            || (evidence.automatic && has_link(evidence) && text.len() < 2_000 && named(text)))
}

fn has_link(evidence: &Evidence<'_, '_>) -> bool {
    evidence.lines.iter().any(|line| line.links.iter().any(|link| link.target.starts_with("http")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_other_words() {
        for code in ["123456", "1234", "123-456", "g-123456", "a1b2c3", "87654321"] {
            assert!(is_code(code), "{code}");
        }
        for word in ["2026", "hello", "12", "abc", "a1", "+4912345678901", "http", "123456789012"] {
            assert!(!is_code(word), "{word}");
        }
    }
}
