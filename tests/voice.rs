//! The mouth and the output stage, block by block, with clips of a fake voice; the real voices where they are installed.
#![cfg(feature = "voice")]
// A counting allocator is the only way to prove that the callback does not allocate.
#![allow(unsafe_code)]
// Helpers of tests may fail like tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hark::ports::{Clip, ClipKey, ClipSource, ClipState, OUTPUT_BLOCK, OUTPUT_RATE, Synthesiser, Urgency, VoiceError};
use hark::session::{Delivery, Earcon, Epoch, Say, Tone, UtteranceId, VoiceReport};
use hark::units::Millis;
use hark::voice::{
    ChargedClips, ClipOptions, EspeakVoice, Mouth, Noise, OutputControl, OutputStage, VoiceOptions, lexicons,
    loudness_lufs, open_voice, voices,
};
use proptest::prelude::*;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TONE_HZ: f32 = 200.0;

/// Clips of a 200 Hz tone, half a second each; ready from a set time on; texts with "fail" fail.
#[derive(Default)]
struct FakeClips {
    ready_at: BTreeMap<String, Millis>,
    requests: Vec<(ClipKey, Urgency)>,
    only_speed: Option<u16>,
}

impl ClipSource for FakeClips {
    fn request(&mut self, _now: Millis, key: &ClipKey, urgency: Urgency) {
        self.requests.push((key.clone(), urgency));
    }

    fn get(&mut self, now: Millis, key: &ClipKey) -> ClipState {
        let late = self.ready_at.get(&key.spoken).is_some_and(|ready| now < *ready);
        let asked = self.requests.iter().any(|(asked, _)| asked == key);
        if late || !asked || self.only_speed.is_some_and(|speed| speed != key.speed_percent) {
            ClipState::Pending
        } else if key.spoken.contains("fail") {
            ClipState::Failed(VoiceError::Failed("on purpose".to_owned()))
        } else {
            ClipState::Ready(Arc::new(tone(0.5, OUTPUT_RATE)))
        }
    }
}

fn tone(seconds: f32, rate: u32) -> Clip {
    let frames = (seconds * rate as f32) as usize;
    let samples = (0..frames).map(|n| 0.5 * (std::f32::consts::TAU * TONE_HZ * n as f32 / rate as f32).sin()).collect();
    Clip { samples, rate }
}

fn say(id: u64, epoch: u64, spoken: &str) -> Say {
    Say { id: UtteranceId(id), epoch: Epoch(epoch), spoken: spoken.to_owned(), delivery: Delivery::default() }
}

/// A mouth whose blocks are played at once, as in replay.
struct Bench {
    mouth: Mouth<FakeClips>,
    now: Millis,
    sound: Vec<f32>,
    epochs: Vec<Epoch>,
    reports: Vec<(u64, VoiceReport)>,
}

impl Bench {
    fn new(clips: FakeClips) -> Bench {
        Bench { mouth: Mouth::new(clips), now: Millis(0), sound: Vec::new(), epochs: Vec::new(), reports: Vec::new() }
    }

    fn run(&mut self, ms: u64) {
        for _ in 0..ms / 10 {
            self.render();
            self.mouth.played(OUTPUT_BLOCK as u64);
            self.collect();
        }
    }

    fn render(&mut self) {
        let mut block = [0.0; OUTPUT_BLOCK];
        self.epochs.push(self.mouth.render(self.now, &mut block));
        self.sound.extend_from_slice(&block);
        self.now = self.now.plus(10);
    }

    fn collect(&mut self) {
        while let Some(report) = self.mouth.poll() {
            self.reports.push((self.now.0, report));
        }
    }

    fn level(&self, from_ms: usize, to_ms: usize) -> f32 {
        rms(self.sound.get(from_ms * 48..to_ms * 48).expect("rendered"))
    }
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

fn pitch(samples: &[f32]) -> f32 {
    let crossings = samples.windows(2).filter(|pair| matches!(pair, [a, b] if *a < 0.0 && *b >= 0.0)).count();
    crossings as f32 * OUTPUT_RATE as f32 / samples.len() as f32
}

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

fn stage() -> (Arc<OutputControl>, OutputStage) {
    let control = OutputControl::new();
    (Arc::clone(&control), OutputStage::new(control))
}

#[test]
fn ducking_reaches_18_db_within_10_ms_and_comes_back() {
    let (control, mut stage) = stage();
    control.duck();
    let mut block = [0.5; 480 * 2];
    stage.process(&mut block, Epoch(0));
    let deepest = block.get(480..).expect("10 ms").iter().fold(0.0_f32, |most, s| most.max(s.abs()));
    assert!(20.0 * (deepest / 0.5).log10() <= -18.0, "{deepest}");
    let step = block.windows(2).fold(0.0_f32, |most, pair| most.max((pair[0] - pair[1]).abs()));
    assert!(step < 0.002, "a ramp, not a step: {step}");
    control.unduck();
    let mut block = [0.5; 480 * 2];
    stage.process(&mut block, Epoch(0));
    assert_eq!(block.last(), Some(&0.5));
}

#[test]
fn blocks_of_an_old_epoch_fade_within_5_ms_and_never_come_back() {
    let (control, mut stage) = stage();
    let mut block = [0.5; 480];
    stage.process(&mut block, Epoch(0));
    control.hush(Epoch(1));
    for _ in 0..3 {
        let mut old = [0.5; 480];
        stage.process(&mut old, Epoch(0));
        assert!(old.get(240..).expect("5 ms").iter().all(|s| *s == 0.0));
    }
    let mut new = [0.25; 480];
    stage.process(&mut new, Epoch(1));
    assert_eq!(new, [0.25; 480]);
}

#[test]
fn a_voice_cut_off_between_blocks_dies_away_without_a_click() {
    let (control, mut stage) = stage();
    stage.process(&mut [0.5; 480], Epoch(0));
    control.hush(Epoch(1));
    let mut new = [0.0; 480];
    stage.process(&mut new, Epoch(1));
    assert!(new.first().is_some_and(|s| *s > 0.48));
    assert!(new.get(240..).expect("5 ms").iter().all(|s| *s == 0.0));
}

#[test]
fn volume_is_clamped_and_never_clips() {
    let (control, mut stage) = stage();
    control.set_volume(100.0);
    let mut block = [0.9; 4800];
    stage.process(&mut block, Epoch(0));
    assert!(block.iter().all(|s| *s < 1.0));
    control.set_volume(f32::NAN);
    control.set_volume(-20.0);
    let mut block = [0.5; 4800];
    stage.process(&mut block, Epoch(0));
    assert!(block.last().is_some_and(|s| (s - 0.05).abs() < 1e-3));
}

#[test]
fn the_output_stage_never_allocates() {
    let (control, mut stage) = stage();
    let mut block = [0.5_f32; 441];
    let before = ALLOCATIONS.with(Cell::get);
    for n in 0..1000_u64 {
        if n % 10 == 0 {
            control.hush(Epoch(n / 10));
            control.duck();
            control.set_volume((n % 20) as f32 - 10.0);
        }
        if n % 10 == 5 {
            control.unduck();
        }
        stage.process(&mut block, Epoch(n / 10 - u64::from(n % 10 == 0 && n > 0)));
    }
    assert_eq!(ALLOCATIONS.with(Cell::get), before);
}

proptest! {
    #[test]
    fn any_block_sizes_any_samples_any_epochs_stay_in_range(
        blocks in proptest::collection::vec((proptest::collection::vec(any::<f32>(), 0..100), 0_u64..4, 0_u64..4), 0..40)
    ) {
        let (control, mut stage) = stage();
        for (mut block, epoch, hush) in blocks {
            control.hush(Epoch(hush));
            stage.process(&mut block, Epoch(epoch));
            prop_assert!(block.iter().all(|s| s.abs() <= 1.0));
        }
    }

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

fn joe(noise: Noise) -> Option<Box<dyn Synthesiser + Send>> {
    let models = std::env::var_os("HARK_MODELS").map_or_else(|| Path::new("models").to_owned(), Into::into);
    match open_voice("joe", &models, VoiceOptions { noise, ..VoiceOptions::default() }) {
        Ok(voice) => Some(voice),
        Err(error @ (VoiceError::Missing(_) | VoiceError::NoPhonemes)) => {
            eprintln!("SKIPPED a test with the voice \"joe\": {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_neural_voice_speaks_the_same_samples_twice_at_the_set_loudness() {
    let Some(mut voice) = joe(Noise::None) else { return };
    let first = voice.synthesise("Ana on the roadmap, ten past nine.", 1.0).expect("speech");
    let second = voice.synthesise("Ana on the roadmap, ten past nine.", 1.0).expect("speech");
    assert_eq!(first, second);
    assert!((1.5..4.0).contains(&first.seconds()), "{}", first.seconds());
    let lufs = loudness_lufs(&first.samples, first.rate);
    assert!((-20.5..-17.5).contains(&lufs), "{lufs}");
    for speed in [0.7_f32, 1.5, 1.8] {
        let other = voice.synthesise("Ana on the roadmap, ten past nine.", speed).expect("speech");
        let faster = first.seconds() / other.seconds();
        assert!((0.9..1.1).contains(&(faster / f64::from(speed))), "{speed}: {faster}");
    }
}

#[test]
fn a_long_text_is_cut_and_stays_whole_and_odd_text_is_no_error() {
    let Some(mut voice) = joe(Noise::None) else { return };
    let one = voice.synthesise("The garden is wet.", 1.0).expect("speech").seconds();
    let four = voice.synthesise(&"The garden is wet. ".repeat(4), 1.0).expect("speech").seconds();
    assert!(four > 3.5 * one && four < 6.5 * one, "{one} {four}");
    for odd in ["", "...", "\u{0}\u{1}", "\u{1f600}", "\u{202e}abc", "<speak>x</speak>", "[[a]]", "-f /etc/passwd"] {
        voice.synthesise(odd, f32::NAN).unwrap_or_else(|error| panic!("{odd:?}: {error}"));
    }
}

#[test]
fn the_fallback_voice_speaks() {
    let mut voice = match EspeakVoice::open("en-us") {
        Ok(voice) => voice,
        Err(error) => return eprintln!("SKIPPED the_fallback_voice_speaks: {error}"),
    };
    let clip = voice.synthesise("Archived.", 1.0).expect("speech");
    assert!((0.3..1.5).contains(&clip.seconds()), "{}", clip.seconds());
    assert_eq!(voice.synthesise("...", 1.0).expect("silence").samples, Vec::<f32>::new());
}

#[test]
fn a_voice_that_is_not_there_says_what_to_do() {
    let folder = tempfile::tempdir().expect("folder");
    for name in ["joe", "../joe", "", ".hidden", "a/b"] {
        let error = open_voice(name, folder.path(), VoiceOptions::default()).err().expect("no voice");
        assert!(matches!(error, VoiceError::Missing(_)), "{name}: {error}");
        assert!(error.to_string().contains("hark models add"));
    }
}

#[test]
fn a_damaged_voice_is_told_from_a_missing_one() {
    let folder = tempfile::tempdir().expect("folder");
    let voice = folder.path().join("bad");
    std::fs::create_dir(&voice).expect("folder");
    std::fs::write(voice.join("x.onnx"), b"no graph").expect("file");
    for settings in [
        "",
        "{}",
        r#"{"audio":{"sample_rate":0},"espeak":{"voice":"en"},"phoneme_id_map":{}}"#,
        r#"{"audio":{"sample_rate":22050},"espeak":{"voice":"en"},"phoneme_id_map":{}}"#,
    ] {
        std::fs::write(voice.join("x.onnx.json"), settings).expect("file");
        let error = open_voice("bad", folder.path(), VoiceOptions::default()).err().expect("no voice");
        assert!(matches!(error, VoiceError::Damaged(_) | VoiceError::NoPhonemes), "{settings}: {error}");
    }
}

/// What a listener meets in names, subjects and bodies: no token of it may be silent.
const TOKENS: [&str; 44] = [
    "word",
    "Ångström",
    "Łódź",
    "Nguyễn",
    "straße",
    "fooBar",
    "HTTPS",
    "XLSX",
    "x",
    "7",
    "007",
    "3.14",
    "1,234",
    "½",
    "№ 5",
    "٣٤٥",
    "१२३",
    "Ⅷ",
    "①",
    "𝓗𝓮𝓵𝓵𝓸",
    "ＡＢＣ",
    "ﬁ",
    "Привет",
    "Київ",
    "Καλημέρα",
    "α",
    "你好",
    "こんにちは",
    "안녕",
    "مرحبا",
    "שלום",
    "สวัสดี",
    "नमस्ते",
    "தமிழ்",
    "ქართული",
    "Հայերեն",
    "አማርኛ",
    "ᚠᚢᚦ",
    "ꙮ",
    "€",
    "+",
    "★",
    "😀",
    "ʻ",
];

#[test]
fn no_word_digit_or_sign_of_any_script_is_silent() {
    let models = std::env::var_os("HARK_MODELS").map_or_else(|| Path::new("models").to_owned(), Into::into);
    let mut voices = vec![("joe", joe(Noise::None))];
    match open_voice("espeak", &models, VoiceOptions::default()) {
        Ok(voice) => voices.push(("espeak", Some(voice))),
        Err(error) => eprintln!("SKIPPED no_word_digit_or_sign_of_any_script_is_silent for espeak: {error}"),
    }
    for (name, voice) in voices {
        let Some(mut voice) = voice else { continue };
        for token in TOKENS {
            let clip = voice.synthesise(token, 1.5).unwrap_or_else(|error| panic!("{name}, {token}: {error}"));
            assert!(clip.seconds() > 0.05, "{name} says nothing for {token}");
            assert!(clip.seconds() < 4.0, "{name} spells {token} out: {} s", clip.seconds());
        }
    }
}

#[test]
fn a_page_of_letters_that_cannot_be_read_is_one_short_name() {
    let Some(mut voice) = joe(Noise::None) else { return };
    let clip = voice.synthesise(&"你好，世界。".repeat(200), 1.0).expect("speech");
    assert!((0.5..4.0).contains(&clip.seconds()), "{}", clip.seconds());
}

#[test]
fn the_listeners_own_lexicon_changes_what_is_said() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("lexicon.toml");
    std::fs::write(&path, "hark = \"an extraordinarily long respelling\"\n").expect("file");
    let (lexicons, trouble) = lexicons(&path);
    assert_eq!(trouble, None);
    let open = |options| open_voice("espeak", folder.path(), options);
    let (Ok(mut own), Ok(mut plain)) =
        (open(VoiceOptions { lexicons, ..VoiceOptions::default() }), open(VoiceOptions::default()))
    else {
        return eprintln!("SKIPPED the_listeners_own_lexicon_changes_what_is_said: espeak-ng is not installed");
    };
    let seconds = |voice: &mut Box<dyn Synthesiser + Send>| voice.synthesise("Hark.", 1.0).expect("speech").seconds();
    assert!(seconds(&mut own) > 2.0 * seconds(&mut plain));
    assert_ne!(own.identity(), plain.identity());
}

/// The graph of "joe" with settings that say German: what matters is which settings and phonemes are used.
#[test]
fn a_voice_of_another_language_speaks_mail_of_that_language() {
    let models = std::env::var_os("HARK_MODELS").map_or_else(|| Path::new("models").to_owned(), Into::into);
    let joe = models.join("joe");
    let (graph, settings) = (joe.join("en_US-joe-medium.onnx"), joe.join("en_US-joe-medium.onnx.json"));
    if !graph.is_file() {
        return eprintln!("SKIPPED a_voice_of_another_language_speaks_mail_of_that_language: no voice \"joe\"");
    }
    let folder = tempfile::tempdir().expect("folder");
    let english = std::fs::read_to_string(&settings).expect("settings");
    let german = english.replace("\"voice\": \"en-us\"", "\"voice\": \"de\"").replace("en_US", "de_DE");
    for (name, stem, settings) in [("joe", "en_US-joe", &english), ("hans", "de_DE-hans", &german)] {
        let voice = folder.path().join(name);
        std::fs::create_dir(&voice).expect("folder");
        std::fs::hard_link(&graph, voice.join(format!("{stem}.onnx")))
            .or_else(|_| std::fs::copy(&graph, voice.join(format!("{stem}.onnx"))).map(drop))
            .expect("graph");
        std::fs::write(voice.join(format!("{stem}.onnx.json")), settings).expect("settings");
    }
    let options = VoiceOptions { noise: Noise::None, ..VoiceOptions::default() };
    let mut voice = match open_voice("joe", folder.path(), options) {
        Ok(voice) => voice,
        Err(error) => return eprintln!("SKIPPED a_voice_of_another_language_speaks_mail_of_that_language: {error}"),
    };
    assert_eq!(voice.languages(), ["en", "de"]);
    let english = voice.synthesise_in(None, "Die Zeit ist um.", 1.0).expect("speech");
    assert_eq!(voice.synthesise_in(Some("fr"), "Die Zeit ist um.", 1.0).expect("speech"), english, "no French voice");
    let german = voice.synthesise_in(Some("de"), "Die Zeit ist um.", 1.0).expect("speech");
    assert_ne!(german, english);
    let by_file = open_voice("de_DE-hans", folder.path(), VoiceOptions::default());
    assert_eq!(by_file.map(|voice| voice.languages()).expect("voice"), ["de", "en"]);
    let names: Vec<String> = voices(folder.path()).into_iter().map(|voice| voice.name).collect();
    assert_eq!(names, ["hans", "joe", "espeak"]);
}

#[test]
fn changing_the_voice_goes_around_those_of_its_language() {
    let Some(mut voice) = joe(Noise::None) else { return };
    let joe = voice.identity();
    assert!(voice.next_voice());
    assert!(voice.identity().starts_with("espeak-ng en-us"), "{}", voice.identity());
    assert!(voice.synthesise("Archived.", 1.0).expect("speech").seconds() > 0.3);
    assert!(voice.next_voice());
    assert_eq!(voice.identity(), joe);
}

#[test]
fn espeak_speaks_all_its_languages() {
    let folder = tempfile::tempdir().expect("folder");
    let Ok(mut voice) = open_voice("espeak", folder.path(), VoiceOptions::default()) else {
        return eprintln!("SKIPPED espeak_speaks_all_its_languages: espeak-ng is not installed");
    };
    let languages = voice.languages();
    assert_eq!(languages.first().map(String::as_str), Some("en"));
    for (language, text) in
        [("de", "Guten Tag."), ("fr", "Bonjour à tous."), ("ru", "Добрый день."), ("zh", "你好，世界。")]
    {
        assert!(languages.iter().any(|known| known == language), "{language}");
        let clip = voice.synthesise_in(Some(language), text, 1.0).expect("speech");
        assert!(clip.seconds() > 0.3, "{language}");
        assert_ne!(clip, voice.synthesise(text, 1.0).expect("speech"), "{language}");
    }
    assert!(
        open_voice("espeak-de", folder.path(), VoiceOptions::default()).is_ok_and(|voice| voice.languages()[0] == "de")
    );
    let unknown = open_voice("espeak-klingon-x", folder.path(), VoiceOptions::default());
    assert!(matches!(unknown.err(), Some(VoiceError::Missing(_))));
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

/// The recogniser as a listener: what it writes down is what was said.
#[cfg(feature = "hearing")]
#[test]
fn what_is_spoken_can_be_understood() {
    const TEXTS: [&str; 3] = [
        "I was in the garden the whole morning and did not hear the phone.",
        "Let me know if the price of two hundred and fifty dollars is fine for you.",
        "If it rains, we will meet in the library instead of the park.",
    ];
    let Some(mut voice) = joe(Noise::None) else { return };
    let models =
        std::env::var_os("HARK_MODELS").map_or_else(|| Path::new("models").to_owned(), std::path::PathBuf::from);
    let folder = models.join("vosk-model-en");
    if !folder.join("am/final.mdl").is_file() {
        return eprintln!("SKIPPED what_is_spoken_can_be_understood: no recogniser in {}", folder.display());
    }
    let model = vosk::Model::new(folder.to_string_lossy()).expect("model");
    let (mut right, mut words) = (0, 0);
    for text in TEXTS {
        let clip = voice.synthesise(text, 1.3).expect("speech");
        let mut recogniser = vosk::Recognizer::new(&model, clip.rate as f32).expect("recogniser");
        // A floor of noise: recognisers do worse on digital silence than in any room.
        let quiet = vec![0.0; clip.rate as usize / 2];
        let samples: Vec<i16> = quiet
            .iter()
            .chain(&clip.samples)
            .chain(&quiet)
            .enumerate()
            .map(|(n, s)| (s * 32_000.0) as i16 + ((n * 7919 % 23) as i16 - 11))
            .collect();
        let mut heard = String::new();
        for chunk in samples.chunks(4_000) {
            if let Ok(vosk::DecodingState::Finalized) = recogniser.accept_waveform(chunk) {
                heard += recogniser.result().single().map_or("", |result| result.text);
                heard.push(' ');
            }
        }
        heard += recogniser.final_result().single().map_or("", |result| result.text);
        let heard: Vec<&str> = heard.split_whitespace().collect();
        let wanted = text.to_lowercase().replace(['.', ','], "");
        words += wanted.split_whitespace().count();
        right += wanted.split_whitespace().filter(|word| heard.contains(word)).count();
    }
    assert!(right * 100 >= words * 85, "{right} of {words} words understood");
}
