//! Code, logs and encoded data in plain text: found by form, so that none of it is ever read as prose.

/// Lines of base64 in a row that make a block: one alone may be a long word.
const BASE64_RUN: usize = 2;
/// Shortest full line of encoded data. PEM uses 64, MIME 76.
const BASE64_WIDTH: usize = 56;
/// One word of data alone: longer than a hash or an address of the web.
const BLOB_WIDTH: usize = 130;
/// Lines in a row that look like code before they are called so: fewer may be prose with brackets.
const CODE_RUN: usize = 3;

/// For each line (quote depth, text): does it belong to a block of code or data?
pub(crate) fn mark(lines: &[(u16, &str)]) -> Vec<bool> {
    let mut marks = vec![false; lines.len()];
    mark_fenced(lines, &mut marks);
    mark_runs(lines, &mut marks, BASE64_RUN, is_encoded);
    mark_runs(lines, &mut marks, 1, is_blob);
    mark_base64_tails(lines, &mut marks);
    mark_runs(lines, &mut marks, CODE_RUN, is_code_like);
    marks
}

/// Blocks with a beginning and an end: fences, PEM, uuencode, patches.
fn mark_fenced(lines: &[(u16, &str)], marks: &mut [bool]) {
    let mut index = 0;
    while let Some(&(_, line)) = lines.get(index) {
        let end = match Fence::of(line.trim()) {
            Some(fence) => fence.end(lines, index),
            None => None,
        };
        match end {
            Some(end) => {
                for mark in marks.iter_mut().take(end + 1).skip(index) {
                    *mark = true;
                }
                index = end + 1;
            }
            None => index += 1,
        }
    }
}

enum Fence {
    Backticks,
    Pem,
    Uuencode,
    Patch,
}

impl Fence {
    fn of(line: &str) -> Option<Fence> {
        if line.starts_with("```") || line.starts_with("~~~") {
            Some(Fence::Backticks)
        } else if line.starts_with("-----BEGIN ") && line.ends_with("-----") && !line.contains("SIGNED MESSAGE") {
            Some(Fence::Pem)
        } else if line.starts_with("begin 6") || line.starts_with("begin 7") {
            Some(Fence::Uuencode)
        } else if line.starts_with("diff --git ") || line.starts_with("@@ -") {
            Some(Fence::Patch)
        } else {
            None
        }
    }

    /// Index of the last line of the block. Keys and cipher text run to the end of the text when nothing ends them.
    fn end(&self, lines: &[(u16, &str)], start: usize) -> Option<usize> {
        let find = |ends: fn(&str) -> bool| {
            lines.iter().enumerate().skip(start + 1).find(|(_, (_, line))| ends(line.trim())).map(|(index, _)| index)
        };
        match self {
            Fence::Backticks => find(|line| line.starts_with("```") || line.starts_with("~~~")),
            Fence::Pem => {
                Some(find(|line| line.starts_with("-----END ")).unwrap_or_else(|| lines.len().saturating_sub(1)))
            }
            Fence::Uuencode => {
                let data = lines.get(start + 1).is_some_and(|(_, line)| line.starts_with('M') && line.len() > 40);
                if data { find(|line| line == "end") } else { None }
            }
            Fence::Patch => {
                let mut end = start;
                for (index, (_, line)) in lines.iter().enumerate().skip(start + 1) {
                    if !is_patch_line(line) {
                        break;
                    }
                    end = index;
                }
                (end > start).then_some(end)
            }
        }
    }
}

fn is_patch_line(line: &str) -> bool {
    // "-- " ends a patch as git writes it, and starts the signature.
    if line == "-- " || line == "--" {
        return false;
    }
    line.starts_with(['+', '-', ' ', '@', '\\'])
        || ["index ", "diff --git", "new file", "deleted file", "similarity ", "rename ", "old mode", "new mode"]
            .iter()
            .any(|p| line.starts_with(p))
}

fn mark_runs(lines: &[(u16, &str)], marks: &mut [bool], least: usize, looks: fn(&str) -> bool) {
    let mut start = 0;
    while start < lines.len() {
        let mut end = start;
        while lines.get(end).is_some_and(|(_, line)| looks(line)) {
            end += 1;
        }
        if end - start >= least {
            for mark in marks.iter_mut().take(end).skip(start) {
                *mark = true;
            }
        }
        start = end.max(start) + 1;
    }
}

/// The last, shorter line of an encoded block.
fn mark_base64_tails(lines: &[(u16, &str)], marks: &mut [bool]) {
    for index in 1..lines.len() {
        let after = marks.get(index - 1).copied().unwrap_or(false)
            && lines.get(index - 1).is_some_and(|(_, line)| is_encoded(line));
        if after
            && let Some((_, line)) = lines.get(index)
            && is_base64(line.trim())
            && let Some(mark) = marks.get_mut(index)
        {
            *mark = true;
        }
    }
}

fn is_base64(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

/// A full line of base64 or hex.
fn is_encoded(line: &str) -> bool {
    let line = line.trim();
    line.len() >= BASE64_WIDTH
        && is_base64(line)
        && line.bytes().any(|b| b.is_ascii_digit())
        && line.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Keys and data whose line breaks were lost, as in HTML.
fn is_blob(line: &str) -> bool {
    let line = line.trim();
    let armored = line.starts_with("-----BEGIN ") && line.len() > 64 && !line.contains("SIGNED MESSAGE");
    let words = line.split_whitespace().count();
    let data = |word: &str| word.len() >= BLOB_WIDTH && is_encoded(word) && !word.contains("//");
    armored || (words <= 3 && line.split_whitespace().any(data))
}

/// Source code, stack traces, log lines, shell output.
fn is_code_like(line: &str) -> bool {
    let text = line.trim();
    if text == "{" || text == "}" {
        return true;
    }
    if text.len() < 2 || text.starts_with("http") {
        return false;
    }
    is_log_line(text) || is_trace_line(text) || is_source_line(line)
}

/// `2026-03-02 08:10:00 ERROR ...`, `[12:30:01] ...`, `Mar  2 08:10:00 host ...`: a clock with seconds near the start.
fn is_log_line(text: &str) -> bool {
    let head: Vec<u8> = text.bytes().take(40).collect();
    head.windows(8)
        .any(|w| w.iter().enumerate().all(|(i, b)| if i == 2 || i == 5 { *b == b':' } else { b.is_ascii_digit() }))
        && (text.starts_with('[') || text.starts_with(|c: char| c.is_ascii_digit()) || has_level(text))
}

fn has_level(text: &str) -> bool {
    ["ERROR", "WARN", "INFO", "DEBUG", "FATAL", "TRACE", "]: "].iter().any(|level| text.contains(level))
}

fn is_trace_line(text: &str) -> bool {
    (text.starts_with("at ") && text.ends_with(')') && text.contains('('))
        || (text.starts_with("File \"") && text.contains("line "))
        || text.starts_with("Traceback (most recent")
        || text.starts_with("Caused by: ")
}

fn is_source_line(line: &str) -> bool {
    let text = line.trim();
    let ends = text.ends_with([';', '{', '}']) || text.ends_with("*/") || text.ends_with("=>") || text.ends_with("):");
    let starts = ["//", "/*", "#include", "#!/", "def ", "fn ", "$ ", ">>> ", "import ", "</", "<?", "$("]
        .iter()
        .any(|p| text.starts_with(p));
    let signs = text.bytes().filter(|b| b"{}()[];=<>|&\\$#@_".contains(b)).count();
    let indented = line.starts_with("    ") || line.starts_with('\t');
    (starts && signs > 0) || (ends && (signs >= 2 || text.len() <= 2)) || (indented && signs * 8 > text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(text: &str) -> Vec<bool> {
        mark(&text.lines().map(|line| (0, line)).collect::<Vec<_>>())
    }

    #[test]
    fn code_and_data_are_found_and_prose_is_not() {
        let key = "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----\nBye";
        assert_eq!(marks(key), [true, true, true, false]);
        assert_eq!(marks("See:\n```\nlet x = 1;\n```\nok"), [false, true, true, true, false]);
        let data = format!("{0}\n{0}\nabc=\nend of it", "QUJD1234".repeat(9));
        assert_eq!(marks(&data), [true, true, true, false]);
        assert_eq!(marks("fn main() {\n    let a = f(1);\n}"), [true, true, true]);
        assert_eq!(
            marks("a\n2026-03-02 08:10:00 ERROR x\n2026-03-02 08:10:01 INFO y\n2026-03-02 08:10:02 INFO z"),
            [false, true, true, true]
        );
        assert_eq!(marks("Hello (you);\nsee you at 08:10:00\nimport duties rise"), [false; 3]);
        assert_eq!(marks("An open key\n-----BEGIN PGP MESSAGE-----\nabc"), [false, true, true]);
    }
}
