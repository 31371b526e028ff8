//! Plain text to lines: flowed paragraphs, quote prefixes, list items, code.

use super::line::{LINE_CAP, LINK_CAP, Line, Shape, squeeze};
use super::message::Link;
use super::zones::attribution;
use super::{code, lists};

/// Longest line that says anything about where a writer's program wraps.
const WRAP_MAX: usize = 90;
/// Programs wrap at 60 or more; a body of shorter lines was broken by its writer.
const WRAP_MIN: usize = 50;

/// How the lines of a text part are to be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Fixed,
    /// format=flowed (RFC 3676): a blank at the end continues the paragraph.
    Flowed,
    /// The same with delsp=yes: that blank is not part of the text.
    FlowedDelSp,
}

/// Makes lines of a text body.
pub(crate) fn lines(text: &str, flow: Flow) -> Vec<Line> {
    let initials = initials(text);
    let piped = is_piped(text);
    let unquoted = |line: &'_ str| -> (u16, usize) {
        if piped && let Some(rest) = line.strip_prefix('|') {
            return (1, line.len() - rest.strip_prefix(' ').unwrap_or(rest).len());
        }
        let tail = initials.and_then(|initials| line.trim_start().strip_prefix(initials));
        let (depth, rest) = unquote(tail.unwrap_or(line));
        (depth, line.len() - rest.len())
    };
    let raw: Vec<(u16, &str)> = text
        .split('\n')
        .take(LINE_CAP)
        .map(|line| line.trim_end_matches('\r'))
        .map(|line| {
            let (depth, at) = unquoted(line);
            (depth, line.get(at..).unwrap_or_default())
        })
        .collect();
    let code = code::mark(&raw);
    let wrap = wrap_width(&raw, &code);
    let mut lines = Vec::with_capacity(raw.len());
    let mut link_count = 0;
    for (index, &(quote, body)) in raw.iter().enumerate() {
        let next = raw.get(index + 1).filter(|(depth, text)| *depth == quote && !text.trim().is_empty());
        let is_code = code.get(index).copied().unwrap_or(false);
        let mut line =
            if is_code { Line::new(body.trim_end().to_owned(), Shape::Code, quote) } else { prose(body, quote) };
        if line.shape != Shape::Blank && !is_code {
            let next_is_code = code.get(index + 1).copied().unwrap_or(false);
            line.flows = !next_is_code
                && match (flow, next) {
                    (_, None) => false,
                    (Flow::Flowed | Flow::FlowedDelSp, Some(_)) => body.ends_with(' ') && body != "-- ",
                    (Flow::Fixed, Some((_, next))) => runs_on(body, next, wrap),
                };
            if link_count < LINK_CAP {
                line.links = find_links(&line.text);
                link_count += line.links.len();
            }
        }
        if flow == Flow::FlowedDelSp && line.flows && body.ends_with(' ') {
            line = glue(line);
        }
        lines.push(line);
    }
    unmark_lone_items(&mut lines);
    lines
}

/// One line with a dash is a dash ("- Ana"); items come in company, and lose their sign to their role.
fn unmark_lone_items(lines: &mut [Line]) {
    let signed = |line: &Line| line.shape == Shape::Item && lists::is_signed(&line.text);
    let own = lines.iter().filter(|line| line.quote == 0 && signed(line)).count();
    for line in lines.iter_mut().filter(|line| signed(line)) {
        if line.quote == 0 && own < 2 {
            line.shape = Shape::Prose;
        } else if let Some(text) = lists::bullet(&line.text).and_then(|len| line.text.get(len..)) {
            line.text = text.to_owned();
        }
    }
}

/// With delsp the next line is appended without a blank; the marker is taken out again when blocks are made.
fn glue(mut line: Line) -> Line {
    line.text.push(super::assemble::GLUE);
    line
}

fn prose(body: &str, quote: u16) -> Line {
    let text = squeeze(&without_placeholders(body));
    if text.is_empty() {
        // A signature delimiter is a line of its own kind and must not look blank.
        return Line::blank(quote);
    }
    // The blank that tells "-- " from "--" is the only one that matters.
    let text = if body == "-- " { "-- ".to_owned() } else { text };
    let shape = if lists::bullet(&text).is_some() { Shape::Item } else { Shape::Prose };
    Line::new(text, shape, quote)
}

/// Without what stands in text for pictures and link targets of the HTML: `[cid:image001.png@01DA]`, `<mailto:ana@x.org>`.
fn without_placeholders(line: &str) -> std::borrow::Cow<'_, str> {
    const MARKS: [(&str, char); 4] = [("[cid:", ']'), ("[image: ", ']'), ("<mailto:", '>'), ("[Image]", ']')];
    if !MARKS.iter().any(|(open, _)| line.contains(open)) {
        return line.into();
    }
    let mut out = line.to_owned();
    for (open, close) in MARKS {
        let mut kept = String::with_capacity(out.len());
        let mut rest = out.as_str();
        while let Some((before, tail)) = rest.split_once(open) {
            kept.push_str(before);
            let inside = if open.ends_with(close) { Some(("", tail)) } else { tail.split_once(close) };
            match inside.filter(|(inside, _)| inside.len() <= 200) {
                // An address that is only there is kept: "write to <mailto:ana@example.org>".
                Some((address, after)) if close == '>' && !before.trim_end().ends_with(address) => {
                    kept.push_str(address);
                    rest = after;
                }
                Some((_, after)) => rest = after,
                None => {
                    kept.push_str(open);
                    rest = tail;
                }
            }
        }
        kept.push_str(rest);
        out = kept;
    }
    out.into()
}

/// The initials that some programs put before the quote sign ("AS> text"), when two lines have the same.
fn initials(text: &str) -> Option<&str> {
    let of_line = |line: &'_ str| -> Option<usize> {
        let line = line.trim_start();
        let letters = line.bytes().take_while(u8::is_ascii_uppercase).count();
        let quoted = line.as_bytes().get(letters) == Some(&b'>');
        ((1..=4).contains(&letters) && quoted).then_some(letters)
    };
    let mut found = text.split('\n').take(LINE_CAP).filter_map(|line| line.trim_start().get(..of_line(line)?));
    let first = found.next()?;
    found.any(|other| other == first).then_some(first)
}

/// Some quote with a bar: told by the attribution above the first.
fn is_piped(text: &str) -> bool {
    let mut above = "";
    for line in text.split('\n').take(LINE_CAP).map(str::trim_end).filter(|line| !line.is_empty()) {
        if line.starts_with('|') {
            return attribution::is_before_bare_quote(above);
        }
        above = line;
    }
    false
}

/// Takes the quote prefix off: `> > text`, `>> text`, also with a blank before it. `>From` is an escaped "From".
fn unquote(line: &str) -> (u16, &str) {
    if line.starts_with(">From ") {
        return (0, line.get(1..).unwrap_or(line));
    }
    // GroupWise: `>>> Ana Silva <ana@example.org> 3/2/2026 10:15 AM >>>` stands before what it quotes.
    if line.starts_with(">>> ") && line.trim_end().ends_with(" >>>") {
        return (0, line);
    }
    let mut depth = 0u16;
    let mut rest = line;
    loop {
        let trimmed = rest.strip_prefix(' ').unwrap_or(rest);
        match trimmed.strip_prefix('>') {
            Some(tail) if depth < 200 => {
                depth += 1;
                rest = tail;
            }
            _ => break,
        }
    }
    if depth == 0 { (0, line) } else { (depth, rest.strip_prefix(' ').unwrap_or(rest)) }
}

/// The width the writer's program wraps at, or nothing when lines are not wrapped by a program.
fn wrap_width(raw: &[(u16, &str)], code: &[bool]) -> Option<usize> {
    let widths =
        raw.iter().zip(code).filter(|((quote, _), code)| *quote == 0 && !**code).map(|((_, text), _)| width(text));
    let (mut widest, mut long, mut all) = (0, 0usize, 0usize);
    for width in widths.filter(|w| *w > 0) {
        all += 1;
        if width > WRAP_MAX {
            long += 1;
        } else {
            widest = widest.max(width);
        }
    }
    // A stray long link does not mean that the rest is unwrapped.
    (widest >= WRAP_MIN && long * 4 <= all).then_some(widest)
}

fn width(text: &str) -> usize {
    text.trim_end().chars().count()
}

/// True when the break after `line` is the program's, not the writer's.
fn runs_on(line: &str, next: &str, wrap: Option<usize>) -> bool {
    let (line, next) = (line.trim_end(), next.trim_start());
    if lists::bullet(next).is_some() || is_rule(line) || is_rule(next) || line == "--" {
        return false;
    }
    let first_word = next.split_whitespace().next().map_or(0, |w| w.chars().count());
    let no_room = wrap.is_some_and(|wrap| width(line) + 1 + first_word > wrap);
    let mid_sentence = line.ends_with(|c: char| c.is_alphanumeric() || c == ',')
        && next.starts_with(char::is_lowercase)
        && !line.contains("://");
    no_room || mid_sentence
}

/// A line of decoration: `-----`, `=====`, `* * *`.
pub(crate) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|c| !c.is_alphanumeric())
}

/// Addresses of the web that stand in the text.
pub(crate) fn find_links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = text;
    while let Some(at) = ["http://", "https://", "www."].iter().filter_map(|s| find_ignore_case(rest, s)).min() {
        let tail = rest.get(at..).unwrap_or_default();
        let end = tail.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`')).unwrap_or(tail.len());
        let url =
            tail.get(..end).unwrap_or_default().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*']);
        if url.len() > 7 {
            let target = if url.starts_with("www.") { format!("http://{url}") } else { url.to_owned() };
            links.push(Link { text: url.to_owned(), target });
        }
        rest = tail.get(end.max(4)..).unwrap_or_default();
    }
    links
}

fn find_ignore_case(text: &str, what: &str) -> Option<usize> {
    text.as_bytes().windows(what.len()).position(|w| w.eq_ignore_ascii_case(what.as_bytes()))
}
