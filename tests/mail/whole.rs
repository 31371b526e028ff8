//! What holds of a whole mail, from its bytes to what is said of it. Used by the properties and by the fuzz targets.

use std::collections::HashSet;
use std::sync::LazyLock;

use hark::mail::Message;
use hark::script::{AmbiguousSender, Fate, Script, ScriptContext, SegmentRole, Tongue, Verbosity};

use super::gauge::words;

fn script(message: &Message, verbosity: Verbosity) -> Script {
    let context = ScriptContext {
        now: "2026-03-02T10:00:00Z".parse().expect("a time"),
        zone: jiff::tz::TimeZone::UTC,
        verbosity,
        place_in_conversation: 1,
        ambiguous_sender: AmbiguousSender::Clear,
        tongue: Tongue::Unspoken,
    };
    Script::of(message, &context)
}

static OWN: LazyLock<HashSet<String>> = LazyLock::new(own_words);

/// Words that the program says of its own, from its texts.
fn own_words() -> HashSet<String> {
    let texts = [include_str!("../../assets/speaking.en.toml"), include_str!("../../assets/mail.en.toml")].join("\n");
    let figures = "january february march april may june july august september october november december monday tuesday \
        wednesday thursday friday saturday sunday quarter past half to at noon midnight o clock am pm \
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
        eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand oh first second third fourth \
        fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth \
        eighteenth nineteenth twentieth thirtieth row line yesterday today tomorrow";
    words(&texts).into_iter().chain(words(figures)).collect()
}

/// Words of everything in the message that may be spoken after its announcement.
fn source_words(message: &Message) -> Vec<String> {
    let mut all = vec![message.subject.clone()];
    for block in &message.blocks {
        all.push(block.text.clone());
        all.extend(block.rows.iter().flatten().cloned());
        all.extend(block.links.iter().map(|link| link.target.clone()));
    }
    all.extend(message.attachments.iter().filter_map(|a| a.name.clone()));
    words(&all.join("\n"))
}

/// Nothing is spoken that is neither in the message nor our own; nothing of the message is gone; no text grows.
///
/// # Errors
/// Says what does not hold.
pub fn check(message: &Message, raw_len: usize) -> Result<(), String> {
    let size: usize = message.blocks.iter().map(|block| block.text.len()).sum();
    if size > 4 * raw_len + 1_000 {
        return Err(format!("{size} bytes of text in a mail of {raw_len}"));
    }
    for verbosity in [Verbosity::Brief, Verbosity::Normal, Verbosity::Full] {
        let script = script(message, verbosity);
        let (own, source) = (&*OWN, source_words(message));
        // Signs that no voice says are dropped, and what stood beside them is one word then.
        let source: String = source.concat();
        let mut there: Vec<String> = Vec::new();
        for segment in &script.segments {
            match &segment.fate {
                Fate::Skipped { text, .. } => there.extend(words(text)),
                Fate::Spoken(lines) => {
                    let said = words(&lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" "));
                    let announced = matches!(segment.role, SegmentRole::Announce | SegmentRole::Gate);
                    for word in said.iter().filter(|_| !announced) {
                        let known = source.contains(word.as_str()) || own.contains(word);
                        if !known {
                            return Err(format!("{word:?} is spoken and not in the message"));
                        }
                    }
                    there.extend(said);
                }
            }
        }
        let readable = message.protection.as_ref().is_none_or(|protection| protection.readable);
        let there = there.concat();
        for word in message.blocks.iter().filter(|_| readable).flat_map(|block| words(&block.text)) {
            if !there.contains(word.as_str()) {
                return Err(format!("{word:?} is gone"));
            }
        }
    }
    Ok(())
}
