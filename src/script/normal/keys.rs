//! Keys pressed together: "Ctrl+Shift+T", "Alt-F4", "⌘C".

use super::token::View;
use super::{Said, word};

/// The first of them holds the others: it makes the rest keys, too.
const HELD: [(&str, &str); 12] = [
    ("ctrl", "control"),
    ("control", "control"),
    ("strg", "control"),
    ("alt", "alt"),
    ("shift", "shift"),
    ("cmd", "command"),
    ("command", "command"),
    ("opt", "option"),
    ("option", "option"),
    ("win", "windows"),
    ("windows", "windows"),
    ("fn", "function"),
];
const DRAWN: [(char, &str); 4] = [('⌘', "command"), ('⌥', "option"), ('⌃', "control"), ('⇧', "shift")];
const PRESSED: [(&str, &str); 9] = [
    ("esc", "escape"),
    ("del", "delete"),
    ("ins", "insert"),
    ("pgup", "page up"),
    ("pgdn", "page down"),
    ("+", "plus"),
    ("-", "minus"),
    ("ret", "return"),
    ("bksp", "backspace"),
];
/// Bytes of the longest word that is looked at.
const MOST_BYTES: usize = 32;

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core.len() > MOST_BYTES {
        return None;
    }
    drawn(core).or_else(|| named(core)).and_then(Said::one)
}

/// "⌘C", "⌘⇧4".
fn drawn(core: &str) -> Option<String> {
    let name = |c: char| DRAWN.iter().find(|(sign, _)| *sign == c).map(|(_, name)| *name);
    let rest = core.trim_start_matches(|c| name(c).is_some() || c == '+');
    let mut keys: Vec<String> =
        core.chars().map_while(|c| name(c).or((c == '+').then_some(""))).map(str::to_owned).collect();
    keys.retain(|key| !key.is_empty());
    if keys.is_empty() {
        return None;
    }
    keys.push(key(rest));
    Some(keys.join(" ").trim_end().to_owned())
}

/// "Ctrl+Shift+T", "Ctrl-C"; "Alt-right" and "shift-work" are words.
fn named(core: &str) -> Option<String> {
    let (first, rest) = core.split_once(['+', '-']).filter(|(_, rest)| !rest.is_empty())?;
    let plus = core.contains('+');
    if held(first).is_none() || !(plus || first.starts_with(char::is_uppercase) && is_key(rest)) {
        return None;
    }
    let mut keys = vec![key(first)];
    let (inner, last) = match rest {
        "+" | "-" => (None, rest),
        _ => rest.rsplit_once(['+', '-']).map_or((None, rest), |(inner, last)| (Some(inner), last)),
    };
    keys.extend(inner.into_iter().flat_map(|inner| inner.split(['+', '-'])).map(key));
    keys.push(key(last));
    Some(keys.join(" "))
}

/// One letter or figure, "F4", "Del", "Shift-T".
fn is_key(text: &str) -> bool {
    text.split('-').all(|part| {
        let function = part.strip_prefix('F').is_some_and(|n| n.parse::<u8>().is_ok_and(|n| n <= 24));
        part.chars().count() == 1
            || function
            || held(part).is_some()
            || look_up(&PRESSED, part).is_some()
            || part == "Tab"
    })
}

fn held(name: &str) -> Option<&'static str> {
    look_up(&HELD, name)
}

fn look_up(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(short, _)| short.eq_ignore_ascii_case(name)).map(|(_, long)| *long)
}

fn key(name: &str) -> String {
    let known = held(name).or_else(|| look_up(&PRESSED, name));
    match known {
        Some(long) => long.to_owned(),
        None if name.chars().count() == 1 && name.chars().all(char::is_alphabetic) => name.to_uppercase(),
        None => word::parts(name).to_lowercase().replace("f ", "F "),
    }
}
