//! Emoji and smileys by short name; those without a name here are decoration.

use std::collections::HashSet;

use super::Said;
use super::token::View;
use super::word;

const NAMES: [(char, &str); 74] = [
    ('😀', "grinning face"),
    ('😃', "smile"),
    ('😄', "smile"),
    ('😁', "grin"),
    ('😅', "nervous laugh"),
    ('😂', "laughing with tears"),
    ('🤣', "rolling with laughter"),
    ('🙂', "smile"),
    ('😊', "smile"),
    ('😉', "wink"),
    ('😍', "heart eyes"),
    ('😘', "kiss"),
    ('😎', "sunglasses"),
    ('🤔', "thinking"),
    ('😐', "straight face"),
    ('🙄', "eye roll"),
    ('😢', "crying"),
    ('😭', "sobbing"),
    ('😞', "disappointed"),
    ('🙁', "sad face"),
    ('☹', "sad face"),
    ('😠', "angry"),
    ('😡', "angry"),
    ('😱', "scream"),
    ('😴', "asleep"),
    ('😇', "angel"),
    ('🤗', "hug"),
    ('🤩', "star eyes"),
    ('🥳', "party face"),
    ('😬', "grimace"),
    ('🤞', "fingers crossed"),
    ('👍', "thumbs up"),
    ('👎', "thumbs down"),
    ('👏', "applause"),
    ('🙏', "thank you"),
    ('👋', "wave"),
    ('💪', "strong arm"),
    ('👌', "okay"),
    ('✌', "peace"),
    ('🤝', "handshake"),
    ('🙌', "raised hands"),
    ('❤', "heart"),
    ('💙', "blue heart"),
    ('💚', "green heart"),
    ('💛', "yellow heart"),
    ('💜', "purple heart"),
    ('💔', "broken heart"),
    ('💕', "hearts"),
    ('🔥', "fire"),
    ('🎉', "party"),
    ('🎊', "confetti"),
    ('🎁', "gift"),
    ('🎂', "birthday cake"),
    ('🍰', "cake"),
    ('☕', "coffee"),
    ('🍺', "beer"),
    ('🍻', "cheers"),
    ('🥂', "cheers"),
    ('🍕', "pizza"),
    ('🌞', "sun"),
    ('☀', "sun"),
    ('🌧', "rain"),
    ('❄', "snow"),
    ('🌈', "rainbow"),
    ('🚀', "rocket"),
    ('✈', "plane"),
    ('🚗', "car"),
    ('🚆', "train"),
    ('✅', "check"),
    ('❌', "cross"),
    ('⚠', "warning"),
    ('💡', "idea"),
    ('🐶', "dog"),
    ('🐱', "cat"),
];
/// Bytes of the longest, with a full stop.
const SMILEY_BYTES: usize = 16;
const SMILEYS: [(&str, &str); 28] = [
    (":-)", "smile"),
    (":)", "smile"),
    ("(:", "smile"),
    ("=)", "smile"),
    (":]", "smile"),
    ("^^", "smile"),
    (":-D", "grin"),
    (":D", "grin"),
    ("=D", "grin"),
    ("xD", "laughing"),
    ("XD", "laughing"),
    (";-)", "wink"),
    (";)", "wink"),
    (":-(", "sad face"),
    (":(", "sad face"),
    (":'(", "crying"),
    (":-P", "tongue out"),
    (":P", "tongue out"),
    (":-p", "tongue out"),
    (":p", "tongue out"),
    (":-/", "doubtful"),
    (":/", "doubtful"),
    (":-O", "surprised"),
    (":O", "surprised"),
    ("<3", "heart"),
    (":-*", "kiss"),
    ("¯\\_(ツ)_/¯", "shrug"),
    ("o/", "wave"),
];

/// The smiley a word is, with what closes the sentence after it: its own brackets are no punctuation.
pub(super) fn split_smiley(word: &str) -> Option<(&str, &str)> {
    smiley(word)?;
    word.split_at_checked(word.trim_end_matches(['.', ',', '!']).len())
}

fn smiley(word: &str) -> Option<&'static str> {
    if word.len() > SMILEY_BYTES {
        return None;
    }
    let bare = word.trim_end_matches(['.', ',', '!']);
    SMILEYS.iter().find(|(sign, _)| *sign == bare).map(|(_, name)| *name)
}

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if let Some(name) = smiley(core) {
        return Said::one(name);
    }
    if !core.contains(is_emoji) {
        return None;
    }
    let mut out: Vec<String> = Vec::new();
    for piece in core.split_inclusive(is_emoji) {
        let sign = piece.chars().last().filter(|c| is_emoji(*c));
        let text: String = piece.chars().filter(|c| !is_emoji(*c)).collect();
        let text = word::letters_only(&text);
        if piece.contains(char::is_alphanumeric) && !text.is_empty() {
            out.push(text);
        }
        let name = sign.and_then(name).map(str::to_owned);
        out.extend(name.filter(|name| !out.contains(name)));
    }
    Said::one(out.join(", "))
}

fn name(c: char) -> Option<&'static str> {
    NAMES.iter().find(|(sign, _)| *sign == c).map(|(_, name)| *name)
}

/// Pictures, their modifiers, dingbats, arrows and box drawing.
fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x1f000..=0x1faff | 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x2300..=0x23ff | 0x2190..=0x21ff | 0x2500..=0x25ff
        | 0xfe00..=0xfe0f | 0x200d | 0x20e3 | 0xe0020..=0xe007f)
}

/// A word without the emoji met before.
pub(in crate::script) fn once(word: &str, seen: &mut HashSet<char>) -> String {
    if !word.contains(is_emoji) {
        return word.to_owned();
    }
    word.chars().filter(|c| !is_emoji(*c) || (name(*c).is_some() && seen.insert(*c))).collect()
}
