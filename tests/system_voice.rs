//! The operating system's own voice, where this machine has one.
#![cfg(feature = "system-voice")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "live/server.rs"]
mod server;

use std::time::{Duration, Instant};

use hark::ports::RemoteMark;
use hark::session::UtteranceId;
use hark::voice::open_system_voice;
use server::{SoundServer, missing_tools};

/// Until a machine that does not speak is taken for one without a loudspeaker.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
#[allow(unsafe_code)]
fn it_tells_when_a_sentence_begins_and_ends_and_stops_when_told() {
    const NAME: &str = "it_tells_when_a_sentence_begins_and_ends_and_stops_when_told";
    let missing = missing_tools();
    if !missing.is_empty() {
        return eprintln!("SKIPPED {NAME}: needs {}", missing.join(", "));
    }
    // A loudspeaker for it: without one it begins to speak and never ends. And a folder of its own, so that a speech
    // server of that sound server is started.
    let sound = SoundServer::start();
    sound.use_in_this_process();
    let runtime = tempfile::tempdir().unwrap();
    // SAFETY: nothing else of this process reads or writes the environment yet.
    unsafe { std::env::set_var("XDG_RUNTIME_DIR", runtime.path()) };
    let mut voice = match open_system_voice() {
        Ok(voice) => voice,
        Err(error) => {
            return eprintln!("SKIPPED {NAME}: {error}");
        }
    };
    let mut marks = Vec::new();
    let mut wait = |voice: &mut Box<dyn hark::ports::RemoteVoice + Send>, wanted: RemoteMark| {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && !marks.contains(&wanted) {
            marks.extend(voice.poll());
            std::thread::sleep(Duration::from_millis(5));
        }
        marks.contains(&wanted)
    };
    voice.speak(UtteranceId(1), "Archived.", 1.5);
    if !wait(&mut voice, RemoteMark::Began(UtteranceId(1))) {
        return eprintln!("SKIPPED {NAME}: it does not speak");
    }
    assert!(wait(&mut voice, RemoteMark::Ended(UtteranceId(1))));
    // A sentence that is stopped does not keep the next one waiting.
    voice.speak(UtteranceId(2), &"a very long sentence ".repeat(50), 1.0);
    assert!(wait(&mut voice, RemoteMark::Began(UtteranceId(2))));
    voice.stop();
    voice.speak(UtteranceId(3), "Done.", 1.5);
    assert!(wait(&mut voice, RemoteMark::Ended(UtteranceId(3))));
}
