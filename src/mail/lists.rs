//! List items in plain text.

/// Length in bytes of a bullet or number at the start of a line, blank included; nothing when the line is no item.
pub(crate) fn bullet(line: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    let lead = line.len() - trimmed.len();
    let marker = sign(trimmed).or_else(|| number(trimmed))?;
    let rest = trimmed.get(marker..)?;
    let blank = rest.len() - rest.trim_start().len();
    // The signature delimiter and rules are not items.
    (blank > 0 && !rest.trim().is_empty() && rest.chars().any(char::is_alphanumeric)).then_some(lead + marker + blank)
}

/// True when the item starts with a sign, not a number.
pub(crate) fn is_signed(line: &str) -> bool {
    sign(line.trim_start()).is_some()
}

fn sign(line: &str) -> Option<usize> {
    let first = line.chars().next()?;
    matches!(first, '-' | '*' | '•' | '‣' | '◦' | '▪' | '●' | '–' | '·' | '+' | '□' | '☐' | '✓' | '✔' | '➤' | '→')
        .then(|| first.len_utf8())
}

/// `1.`, `12)`, `(3)`, `a)`: at most three digits, so that years stay years.
fn number(line: &str) -> Option<usize> {
    let open = usize::from(line.starts_with('('));
    let body = line.get(open..)?;
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let letters = body.bytes().take_while(u8::is_ascii_lowercase).count();
    let (len, numbered) = if digits > 0 { (digits, true) } else { (letters, false) };
    let close = body.get(len..)?.chars().next()?;
    let closes = matches!(close, ')') || (numbered && open == 0 && close == '.');
    let short = if numbered { (1..=3).contains(&len) } else { len == 1 };
    (closes && short).then_some(open + len + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_told_from_text() {
        for item in ["- milk", "* two", "• drei", "1. one", "12) twelve", "(3) three", "a) first", "  - indented"] {
            assert!(bullet(item).is_some(), "{item}");
        }
        for text in ["-- ", "---", "-5 degrees", "2024. It was", "etc) no", "- ", "1.5 litres", "*bold* text", "- - -"]
        {
            assert!(bullet(text).is_none(), "{text}");
        }
    }
}
