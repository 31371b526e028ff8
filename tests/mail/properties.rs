//! What holds of every mail: the gold set as it is, and the gold set damaged.

use std::collections::HashSet;

use hark::mail::{Message, ParseContext, parse};
use hark::script::{AmbiguousSender, Fate, Script, ScriptContext, SegmentRole, Tongue, Verbosity};
use proptest::prelude::*;

use super::gauge::{folder, mails, words};

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

/// Nothing is spoken that is neither in the message nor our own; nothing of the message is gone.
fn check(message: &Message) -> Result<(), TestCaseError> {
    for verbosity in [Verbosity::Brief, Verbosity::Normal, Verbosity::Full] {
        let script = script(message, verbosity);
        let (own, source) = (own_words(), source_words(message));
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
                        prop_assert!(known, "{word:?} is spoken and not in the message");
                    }
                    there.extend(said);
                }
            }
        }
        let readable = message.protection.as_ref().is_none_or(|protection| protection.readable);
        let there = there.concat();
        for word in message.blocks.iter().filter(|_| readable).flat_map(|block| words(&block.text)) {
            prop_assert!(there.contains(word.as_str()), "{word:?} is gone");
        }
    }
    Ok(())
}

#[test]
fn gold_mails_are_spoken_from_what_they_say_and_lose_nothing() {
    for (name, (raw, _)) in mails(&folder()) {
        let message = parse(&raw, &ParseContext::default()).expect("a mail");
        check(&message).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// A way to damage a mail.
#[derive(Debug, Clone)]
enum Damage {
    Cut { at: usize, len: usize },
    Double { at: usize, len: usize },
    Set { at: usize, to: u8 },
    End { at: usize },
    Swap { at: usize, other: usize, len: usize },
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = 0usize..20_000;
    prop_oneof![
        (at.clone(), 1usize..400).prop_map(|(at, len)| Damage::Cut { at, len }),
        (at.clone(), 1usize..400).prop_map(|(at, len)| Damage::Double { at, len }),
        (at.clone(), any::<u8>()).prop_map(|(at, to)| Damage::Set { at, to }),
        at.clone().prop_map(|at| Damage::End { at }),
        (at.clone(), at, 1usize..200).prop_map(|(at, other, len)| Damage::Swap { at, other, len }),
    ]
}

fn apply(raw: &mut Vec<u8>, damage: &Damage) {
    let size = raw.len().max(1);
    let span = |at: usize, len: usize| at % size..(at % size + len).min(size);
    match *damage {
        Damage::Cut { at, len } => drop(raw.drain(span(at, len))),
        Damage::Double { at, len } => {
            let piece = raw[span(at, len)].to_vec();
            let at = at % size;
            drop(raw.splice(at..at, piece));
        }
        Damage::Set { at, to } => raw[at % size] = to,
        Damage::End { at } => raw.truncate(at % size + 1),
        Damage::Swap { at, other, len } => {
            let piece = raw[span(at, len)].to_vec();
            let target = span(other, piece.len());
            let fits = target.len();
            raw[target].copy_from_slice(&piece[..fits]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_mails_are_read_as_far_as_they_go(
        which in any::<prop::sample::Index>(),
        damages in proptest::collection::vec(damage(), 1..6),
    ) {
        thread_local! {
            static MAILS: Vec<Vec<u8>> = mails(&folder()).into_values().map(|(raw, _)| raw).collect();
        }
        let mut raw = MAILS.with(|mails| which.get(mails).clone());
        for damage in &damages {
            if !raw.is_empty() {
                apply(&mut raw, damage);
            }
        }
        if let Ok(message) = parse(&raw, &ParseContext::default()) {
            let size: usize = message.blocks.iter().map(|block| block.text.len()).sum();
            prop_assert!(size <= 4 * raw.len() + 1_000);
            check(&message)?;
        }
    }
}
