//! Real devices, on a private sound server with null sinks: what is said into the virtual microphone is captured, what is rendered
//! comes out of the virtual loudspeaker, and a server that dies is noticed and survived.
//!
//! One process, one server, one test at a time (`PULSE_SERVER` is the process's): so there is a single test function that calls
//! the cases in turn. No timing is asserted; waiting has generous ends.
#![cfg(feature = "audio")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // clippy takes helpers of a test for something else

#[path = "live/server.rs"]
mod server;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hark::audio::{Capture, CaptureConfig, Devices, Playback, Render, Wanted, output_kind};
use hark::session::{DeviceChange, OutputKind};
use hark::units::Millis;
use server::{SoundServer, missing_tools, tone_share, within};

const TONE: f64 = 1_000.0;

#[test]
fn devices_on_a_virtual_sound_card() {
    let missing = missing_tools();
    if !missing.is_empty() {
        println!(
            "SKIPPED: devices_on_a_virtual_sound_card needs {} (packages pulseaudio, pulseaudio-utils)",
            missing.join(", ")
        );
        return;
    }
    let mut server = SoundServer::start();
    server.use_in_this_process();
    the_microphone_hears_what_is_said_into_it(&server);
    a_microphone_has_the_rate_that_was_asked_for();
    the_loudspeaker_plays_what_is_rendered(&server);
    the_null_sink_is_a_loudspeaker();
    a_hushed_voice_is_silent_at_the_microphone(&server);
    another_default_is_followed_in_mid_stream(&server);
    a_killed_server_is_noticed_and_a_new_one_is_used(&mut server);
}

fn tone(seconds: f64) -> Vec<f32> {
    let turn = 2.0 * std::f64::consts::PI * TONE / 48_000.0;
    (0..(48_000.0 * seconds) as usize).map(|index| 0.5 * (turn * index as f64).sin() as f32).collect()
}

fn sine() -> Render {
    let mut phase = 0.0_f64;
    Box::new(move |samples: &mut [f32]| {
        for sample in samples {
            *sample = 0.25 * (2.0 * std::f64::consts::PI * phase).sin() as f32;
            phase = (phase + TONE / 48_000.0).fract();
        }
    })
}

/// The loudest second by share of the tone: starts and ends of recordings do not matter.
fn best_second(samples: &[f32]) -> f64 {
    samples.windows(24_000).step_by(4_800).map(|window| tone_share(window, TONE)).fold(0.0, f64::max)
}

fn the_microphone_hears_what_is_said_into_it(server: &SoundServer) {
    let (capture, mut reader) = Capture::open(CaptureConfig::default()).unwrap();
    assert_eq!((capture.rate(), reader.rate()), (48_000, 48_000));
    assert!(within(Duration::from_secs(10), || capture.frames() > 0), "no frame came");
    while reader.next_block().is_some() {}
    let mut heard = Vec::new();
    let sound = tone(1.5);
    std::thread::scope(|scope| {
        let saying = scope.spawn(|| server.say(&sound));
        while !saying.is_finished() {
            while let Some(block) = reader.next_block() {
                assert_eq!(block.len(), 480);
                heard.extend_from_slice(block);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let share = best_second(&heard);
    assert!(share > 0.9, "of {} samples heard, only {share:.3} is the tone", heard.len());
    assert_eq!(capture.lost(), 0);
}

fn a_microphone_has_the_rate_that_was_asked_for() {
    let (capture, mut reader) = Capture::open(CaptureConfig { rate: Some(16_000) }).unwrap();
    assert_eq!(capture.rate(), 16_000);
    assert!(within(Duration::from_secs(10), || reader.next_block().is_some_and(|block| block.len() == 160)));
}

fn the_loudspeaker_plays_what_is_rendered(server: &SoundServer) {
    let playback = Playback::open(sine()).unwrap();
    assert!(within(Duration::from_secs(10), || playback.frames() > 48_000), "the frame counter stands still");
    let played = server.listen(Duration::from_millis(1_500));
    let share = best_second(&played);
    assert!(share > 0.9, "of {} samples played, only {share:.3} is the tone", played.len());
    println!("complaints of the sound system while playing: {}", playback.complaints());
}

fn the_null_sink_is_a_loudspeaker() {
    assert_eq!(output_kind(), OutputKind::Loudspeaker);
}

/// The loudspeaker is put into the microphone: what is measured is both devices' buffers and the server between them. Printed, not
/// asserted.
fn a_hushed_voice_is_silent_at_the_microphone(server: &SoundServer) {
    server.pactl(&["set-default-sink", "micfeed"]);
    let loud = Arc::new(AtomicU64::new(0));
    let (switch, mut sine) = (loud.clone(), sine());
    let render: Render = Box::new(move |samples| {
        sine(samples);
        if switch.load(Ordering::Relaxed) == 0 {
            samples.fill(0.0);
        }
    });
    let (_capture, mut reader) = Capture::open(CaptureConfig::default()).unwrap();
    let _playback = Playback::open(render).unwrap();
    let mut heard_after = |wanted: u64| {
        loud.store(wanted, Ordering::Relaxed);
        let start = Instant::now();
        let reached = within_a_blink(Duration::from_secs(10), || {
            let mut reached = false;
            while let Some(block) = reader.next_block() {
                reached = (block.iter().any(|sample| sample.abs() > 0.02)) == (wanted == 1);
            }
            reached
        });
        assert!(reached, "the microphone did not hear the change to {wanted}");
        start.elapsed().as_millis()
    };
    let mut figures: [Vec<u128>; 2] = [Vec::new(), Vec::new()];
    for turn in 0..40 {
        let wanted = 1 - turn % 2;
        figures[wanted as usize].push(heard_after(wanted));
        std::thread::sleep(Duration::from_millis(150 + 7 * turn));
    }
    for (name, figures) in ["hush to silence", "render to sound"].iter().zip(&mut figures) {
        figures.sort_unstable();
        println!(
            "{name}, at the microphone: P50 {} ms, P95 {} ms",
            figures[figures.len() / 2],
            figures[figures.len() * 19 / 20]
        );
    }
    server.pactl(&["set-default-sink", "speaker"]);
}

/// A headset is plugged in: another rate, another number of channels, and the streams go on there.
fn another_default_is_followed_in_mid_stream(server: &SoundServer) {
    let playback = Playback::open(sine()).unwrap();
    let (capture, mut reader) = Capture::open(CaptureConfig::default()).unwrap();
    assert!(within(Duration::from_secs(10), || playback.frames() > 4_800 && capture.frames() > 4_800));
    for (kind, name, more) in
        [("null-sink", "headset", "rate=44100 channels=1"), ("null-sink", "hsfeed", "rate=16000 channels=1")]
    {
        let module = format!("module-{kind}");
        let mut arguments = vec!["load-module", module.as_str()];
        let named = format!("sink_name={name}");
        arguments.push(&named);
        arguments.extend(more.split(' '));
        arguments.push("norewinds=1");
        server.pactl(&arguments);
    }
    server.pactl(&["load-module", "module-remap-source", "source_name=hsmic", "master=hsfeed.monitor"]);
    server.pactl(&["set-default-sink", "headset"]);
    server.pactl(&["set-default-source", "hsmic"]);
    let heard = within(Duration::from_secs(10), || {
        best_second(&server.listen_to("headset.monitor", Duration::from_millis(900))) > 0.9
    });
    assert!(heard, "the voice did not go to the new default");
    let (frames, played) = (capture.frames(), playback.frames());
    let moves = within(Duration::from_secs(10), || {
        while reader.next_block().is_some() {}
        capture.frames() > frames + 48_000 && playback.frames() > played + 48_000
    });
    assert!(moves, "a device stands still after the change");
    server.pactl(&["set-default-sink", "speaker"]);
    server.pactl(&["set-default-source", "mic"]);
}

fn within_a_blink(time: Duration, mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + time;
    while Instant::now() < deadline {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}

fn a_killed_server_is_noticed_and_a_new_one_is_used(server: &mut SoundServer) {
    let rendered = Arc::new(AtomicU64::new(0));
    let counter = rendered.clone();
    let new_render = move || -> Render {
        let (count, mut sine) = (counter.clone(), sine());
        Box::new(move |samples| {
            count.fetch_add(samples.len() as u64, Ordering::Relaxed);
            sine(samples);
        })
    };
    let opened = Devices::open(Box::new(new_render), Wanted::Microphone).unwrap();
    assert_eq!(opened.microphone_trouble, None);
    let start = Instant::now();
    let devices = Mutex::new(opened.devices);
    let mut seen = Vec::new();
    let watch = |until: &[DeviceChange], seen: &mut Vec<DeviceChange>| {
        within(Duration::from_secs(30), || {
            let mut devices = devices.lock().unwrap();
            while devices.next_block().is_some() {}
            let changes = devices.poll(Millis(start.elapsed().as_millis() as u64));
            if !changes.is_empty() {
                println!("{:?} after {} ms", changes, start.elapsed().as_millis());
            }
            seen.extend(changes);
            until.iter().all(|change| seen.contains(change))
        })
    };
    assert!(within(Duration::from_secs(10), || rendered.load(Ordering::Relaxed) > 4_800));

    server.kill();
    assert!(
        watch(&[DeviceChange::MicrophoneLost, DeviceChange::SpeakerLost], &mut seen),
        "the loss was not noticed: {seen:?}"
    );
    server.restart();
    assert!(
        watch(&[DeviceChange::MicrophoneBack, DeviceChange::SpeakerBack], &mut seen),
        "the new server was not used: {seen:?}"
    );
    assert_eq!(seen.len(), 4, "{seen:?}");
    let played = server.listen(Duration::from_millis(1_500));
    assert!(best_second(&played) > 0.9, "nothing is played on the new server");
}
