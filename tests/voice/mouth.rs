//! The mouth, block by block: what is reported when, changes of speed in mid-sentence, pieces, quoted words.

use hark::ports::OUTPUT_BLOCK;
use hark::session::{Delivery, Earcon, Epoch, Say, Tone, UtteranceId, VoiceReport};
use hark::units::Millis;
use proptest::prelude::*;

use super::bench::{Bench, FakeClips, TONE_HZ, pitch, say};

#[test]
fn started_and_finished_come_with_their_frames() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "Archived."));
    bench.run(1000);
    let started = VoiceReport::Started { id: UtteranceId(1), epoch: Epoch(0), duration_ms: 500 };
    let finished = VoiceReport::Finished { id: UtteranceId(1), epoch: Epoch(0) };
    assert_eq!(bench.reports, [(10, started), (500, finished)]);
    assert!(bench.level(0, 500) > 0.3 && bench.level(500, 1000) == 0.0);
}

#[test]
fn nothing_is_reported_before_it_was_played() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "Archived."));
    (0..60).for_each(|_| bench.render());
    bench.collect();
    assert_eq!(bench.reports, []);
    bench.mouth.played(1);
    bench.collect();
    assert!(matches!(bench.reports.as_slice(), [(_, VoiceReport::Started { .. })]));
    bench.mouth.played(500 * 48 - 2);
    bench.collect();
    assert_eq!(bench.reports.len(), 1);
    bench.mouth.played(1);
    bench.collect();
    assert!(matches!(bench.reports.last(), Some((_, VoiceReport::Finished { .. }))));
}

#[test]
fn a_clip_that_is_late_is_waited_for_in_silence() {
    let clips = FakeClips { ready_at: [("Archived.".to_owned(), Millis(300))].into(), ..FakeClips::default() };
    let mut bench = Bench::new(clips);
    bench.mouth.say(bench.now, &say(1, 0, "Archived."));
    bench.run(900);
    assert_eq!(bench.level(0, 300), 0.0);
    assert!(bench.level(300, 800) > 0.3);
    assert_eq!(bench.reports.first().map(|(at, _)| *at), Some(310));
}

#[test]
fn what_cannot_be_spoken_is_reported_and_the_mouth_goes_on() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "fail"));
    bench.run(50);
    bench.mouth.say(bench.now, &say(2, 0, "fine"));
    bench.run(700);
    let reports: Vec<VoiceReport> = bench.reports.iter().map(|(_, report)| *report).collect();
    assert_eq!(reports.first(), Some(&VoiceReport::Failed { id: UtteranceId(1), epoch: Epoch(0) }));
    assert_eq!(reports.last(), Some(&VoiceReport::Finished { id: UtteranceId(2), epoch: Epoch(0) }));
}

#[test]
fn an_utterance_without_words_counts_as_played() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "  "));
    bench.run(20);
    assert!(matches!(bench.reports.as_slice(), [(_, VoiceReport::Started { .. }), (_, VoiceReport::Finished { .. })]));
}

#[test]
fn a_hush_drops_the_voice_and_its_reports_and_is_reported_itself() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "A sentence."));
    bench.run(200);
    bench.mouth.hush(Epoch(1));
    bench.mouth.say(bench.now, &say(2, 0, "Too late."));
    bench.run(500);
    assert_eq!(bench.level(200, 700), 0.0);
    assert_eq!(bench.epochs.get(19..21), Some([Epoch(0), Epoch(1)].as_slice()));
    let later: Vec<_> = bench.reports.iter().skip(1).collect();
    assert_eq!(later, [&(210, VoiceReport::Hushed { epoch: Epoch(1) })]);
}

#[test]
fn frames_under_way_are_not_reported_as_heard_after_a_hush() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "A sentence."));
    (0..51).for_each(|_| bench.render());
    bench.mouth.hush(Epoch(1));
    (0..5).for_each(|_| bench.render());
    bench.mouth.played(56 * OUTPUT_BLOCK as u64);
    bench.collect();
    assert_eq!(
        bench.reports.iter().map(|(_, report)| *report).collect::<Vec<_>>(),
        [VoiceReport::Hushed { epoch: Epoch(1) }]
    );
}

#[test]
fn an_earcon_is_heard_during_and_after_a_hush() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "A sentence."));
    bench.run(100);
    bench.mouth.hush(Epoch(1));
    bench.mouth.earcon(Earcon::Heard);
    bench.run(200);
    assert!(bench.level(100, 160) > 0.04, "{}", bench.level(100, 160));
    assert_eq!(bench.level(250, 300), 0.0);
}

#[test]
fn a_long_sentence_starts_after_its_first_piece_and_asks_for_the_next_in_time() {
    let text =
        "Thanks for the notes from Tuesday, I went through all of them, and I think that we should move the launch.";
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, text));
    bench.run(2500);
    let reports: Vec<VoiceReport> = bench.reports.iter().map(|(_, report)| *report).collect();
    assert!(matches!(
        reports.as_slice(),
        [VoiceReport::Started { duration_ms: 1000..2500, .. }, VoiceReport::Finished { .. }]
    ));
    let at = bench.reports.last().expect("finished").0;
    assert!((1000..2000).contains(&at), "{at}");
}

#[test]
fn a_change_of_speed_in_mid_sentence_is_heard_at_once_and_keeps_the_pitch() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "A sentence."));
    bench.run(100);
    bench.mouth.set_speed(2.0);
    bench.run(300);
    assert_eq!(bench.reports.last().map(|(at, _)| *at), Some(300), "100 ms at 1x and 400 ms at 2x");
    let fast = bench.sound.get(100 * 48..280 * 48).expect("rendered");
    assert!((pitch(fast) - TONE_HZ).abs() < 8.0, "{} Hz", pitch(fast));
}

#[test]
fn a_clip_made_for_another_speed_is_stretched_and_not_made_again() {
    let mut bench = Bench::new(FakeClips { only_speed: Some(100), ..FakeClips::default() });
    bench.mouth.prepare(bench.now, "A sentence.", None);
    bench.mouth.set_speed(1.5);
    bench.mouth.say(bench.now, &say(1, 0, "A sentence."));
    bench.run(600);
    let finished = bench.reports.last().expect("finished").0;
    assert!((330..=350).contains(&finished), "{finished}");
}

#[test]
fn preparing_is_never_audible() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.prepare(bench.now, "A secret.", None);
    bench.run(1000);
    assert_eq!(bench.level(0, 1000), 0.0);
    assert_eq!(bench.reports, []);
}

#[test]
fn quoted_words_are_a_little_quieter_and_slower() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.say(bench.now, &say(1, 0, "New words."));
    bench.run(1000);
    let quoted = Delivery { tone: Tone::Quoted, language: None };
    bench.mouth.say(bench.now, &Say { delivery: quoted, ..say(2, 0, "Old words.") });
    bench.run(1000);
    let db = 20.0 * (bench.level(1100, 1400) / bench.level(100, 400)).log10();
    assert!((-3.5..-2.5).contains(&db), "{db}");
    let (new, old) = (bench.reports[1].0 - 10, bench.reports[3].0 - bench.reports[2].0);
    assert!((new..new + 100).contains(&old) && old >= new + 20, "{new} {old}");
}

#[test]
fn a_clip_of_another_language_is_another_clip() {
    let mut bench = Bench::new(FakeClips::default());
    bench.mouth.prepare(bench.now, "Gift.", None);
    let german = Delivery { language: Some("de".to_owned()), ..Delivery::default() };
    bench.mouth.say(bench.now, &Say { delivery: german, ..say(1, 0, "Gift.") });
    bench.run(1000);
    assert!(matches!(bench.reports.last(), Some((_, VoiceReport::Finished { .. }))));
}

proptest! {
    #[test]
    fn any_order_of_orders_keeps_the_reports_in_order(
        orders in proptest::collection::vec((0_u8..7, ".{0,60}"), 0..60)
    ) {
        let mut bench = Bench::new(FakeClips::default());
        let mut epoch = 0;
        for (id, (order, text)) in orders.into_iter().enumerate() {
            match order {
                0 | 1 => bench.mouth.say(bench.now, &say(id as u64, epoch, &text)),
                2 => bench.mouth.prepare(bench.now, &text, None),
                3 => { epoch += 1; bench.mouth.hush(Epoch(epoch)); }
                4 => bench.mouth.set_speed(text.len() as f32 / 10.0),
                5 => bench.mouth.earcon(Earcon::Done),
                _ => bench.run(200),
            }
            bench.run(30);
        }
        let mut open = None;
        for (_, report) in &bench.reports {
            match report {
                VoiceReport::Started { id, .. } => open = Some(*id),
                VoiceReport::Finished { id, .. } => prop_assert_eq!(open.take(), Some(*id)),
                VoiceReport::Hushed { .. } => open = None,
                VoiceReport::Failed { .. } => {}
            }
        }
        prop_assert!(bench.sound.iter().all(|s| s.is_finite()));
    }
}
