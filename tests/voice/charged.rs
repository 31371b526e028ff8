//! Clips in virtual time: what is ready when.

use hark::ports::{Clip, ClipKey, ClipSource, ClipState, Synthesiser, Urgency, VoiceError};
use hark::units::Millis;
use hark::voice::{ChargedClips, ClipOptions};

use super::bench::tone;

/// A voice that takes 0.1 s of speech per letter.
struct Letters;

impl Synthesiser for Letters {
    fn synthesise(&mut self, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        Ok(tone(text.len() as f32 * 0.1 / speed, 22_050))
    }

    fn identity(&self) -> String {
        "letters".to_owned()
    }
}

fn charged(fixed: &[&str]) -> ChargedClips {
    let fixed = fixed.iter().map(|text| (*text).to_owned()).collect();
    ChargedClips::new(Box::new(Letters), 0.25, ClipOptions { fixed, ..ClipOptions::default() })
}

fn key(text: &str) -> ClipKey {
    ClipKey { spoken: text.to_owned(), speed_percent: 100, language: None }
}

fn is_ready(clips: &mut ChargedClips, now: u64, text: &str) -> bool {
    matches!(clips.get(Millis(now), &key(text)), ClipState::Ready(_))
}

#[test]
fn a_charged_clip_is_ready_when_its_work_would_be_done() {
    let mut clips = charged(&[]);
    clips.request(Millis(1000), &key("0123456789"), Urgency::Now);
    clips.request(Millis(1000), &key("abcde"), Urgency::Ahead);
    assert!(!is_ready(&mut clips, 1249, "0123456789"));
    assert!(is_ready(&mut clips, 1250, "0123456789"));
    assert!(!is_ready(&mut clips, 1374, "abcde"));
    assert!(is_ready(&mut clips, 1375, "abcde"));
}

#[test]
fn a_charged_clip_under_way_that_becomes_urgent_costs_once() {
    let mut clips = charged(&[]);
    clips.request(Millis(0), &key("0123456789"), Urgency::Ahead);
    assert!(!is_ready(&mut clips, 100, "0123456789"));
    clips.request(Millis(100), &key("0123456789"), Urgency::Now);
    clips.request(Millis(100), &key("abcde"), Urgency::Ahead);
    assert!(is_ready(&mut clips, 375, "abcde"), "250 ms and 125 ms");
}

#[test]
fn in_virtual_time_the_urgent_waits_only_for_what_is_under_way() {
    let mut clips = charged(&[]);
    for text in ["0000000000", "1111111111", "2222222222"] {
        clips.request(Millis(0), &key(text), Urgency::Background);
    }
    clips.request(Millis(100), &key("now"), Urgency::Now);
    assert!(is_ready(&mut clips, 325, "now"), "250 ms of the first and 75 ms of its own");
    assert!(!is_ready(&mut clips, 574, "1111111111"));
    assert!(is_ready(&mut clips, 575, "1111111111"));
}

#[test]
fn fixed_prompts_are_ready_at_once_in_virtual_time() {
    let mut clips = charged(&["Archived."]);
    clips.request(Millis(0), &key("0000000000"), Urgency::Now);
    clips.request(Millis(5), &key("Archived."), Urgency::Now);
    assert!(is_ready(&mut clips, 5, "Archived."));
}
