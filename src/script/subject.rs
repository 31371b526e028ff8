//! Subjects without their chains of `Re:` and `Fwd:`.

/// What the chain before a subject says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    None,
    Reply,
    Forwarded,
}

/// Reply marks of mail programs in many languages, lower case.
const REPLY: [&str; 15] =
    ["re", "aw", "sv", "vs", "antw", "odp", "ynt", "res", "ref", "rif", "r", "回复", "答复", "回覆", "отв"];
/// Forward marks.
const FORWARD: [&str; 15] =
    ["fwd", "fw", "wg", "tr", "rv", "enc", "doorst", "vb", "vl", "pd", "i", "转发", "轉寄", "пересл", "ilt"];
/// Longest mark that is looked at, in bytes: "Re[12]:" and the longest word above.
const MARK_BYTES: usize = 24;

/// The subject without its chain and without a list's `[tag]` before it; the outermost mark decides the prefix.
pub fn bare_subject(subject: &str) -> (Prefix, &str) {
    let mut rest = subject.trim();
    let mut prefix = Prefix::None;
    while let Some((mark, tail)) = strip_mark(rest).or_else(|| strip_tag(rest)) {
        if prefix == Prefix::None {
            prefix = mark;
        }
        rest = tail;
    }
    (prefix, rest)
}

fn strip_mark(subject: &str) -> Option<(Prefix, &str)> {
    let colon = subject.find([':', '：'])?;
    if colon > MARK_BYTES {
        return None;
    }
    let mark = subject.get(..colon)?.trim();
    let tail = subject.get(colon..)?.trim_start_matches([':', '：']).trim_start();
    // "Re[2]:", "Re(2):", "Re^2:"
    let word = mark.split(['[', '(', '^']).next().unwrap_or("").trim().to_lowercase();
    // "I:" and "R:" are marks of Italian programs, but also list items: only in a longer subject.
    if REPLY.contains(&word.as_str()) {
        return Some((Prefix::Reply, tail));
    }
    FORWARD.contains(&word.as_str()).then_some((Prefix::Forwarded, tail))
}

/// `[tag]` goes where a mark follows it, and the banner of a gateway always.
fn strip_tag(subject: &str) -> Option<(Prefix, &str)> {
    let (tag, tail) = subject.strip_prefix('[')?.split_once(']')?;
    let tail = tail.trim_start();
    let banner = ["external", "ext", "external email", "extern"].iter().any(|b| tag.trim().eq_ignore_ascii_case(b));
    (banner || strip_mark(tail).is_some()).then_some((Prefix::None, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_become_one_word() {
        for (subject, prefix, bare) in [
            ("Re: Re: AW: Budget", Prefix::Reply, "Budget"),
            ("Fwd: Re: Budget", Prefix::Forwarded, "Budget"),
            ("RE[2]: Budget", Prefix::Reply, "Budget"),
            ("[rust] Re: Traits", Prefix::Reply, "Traits"),
            ("[EXTERNAL] Budget", Prefix::None, "Budget"),
            ("[Draft] Budget: March", Prefix::None, "[Draft] Budget: March"),
            ("Regarding: lunch", Prefix::None, "Regarding: lunch"),
            ("Re:", Prefix::Reply, ""),
            ("", Prefix::None, ""),
        ] {
            assert_eq!(bare_subject(subject), (prefix, bare), "{subject}");
        }
    }
}
