//! What holds of every mail: the gold set as it is, and the gold set damaged.

use hark::mail::{ParseContext, parse};
use proptest::prelude::*;

use super::gauge::{folder, mails};
use super::whole::check;

#[test]
fn gold_mails_are_spoken_from_what_they_say_and_lose_nothing() {
    for (name, (raw, _)) in mails(&folder()) {
        let message = parse(&raw, &ParseContext::default()).expect("a mail");
        check(&message, raw.len()).unwrap_or_else(|error| panic!("{name}: {error}"));
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
            check(&message, raw.len()).map_err(TestCaseError::fail)?;
        }
    }
}
