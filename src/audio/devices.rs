//! Both devices of a session: opened once, watched, and opened again when they were lost.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use super::capture::{Capture, CaptureConfig, CaptureReader};
use super::error::AudioError;
use super::playback::{Playback, Render, SpeakerDevice};
use super::watchdog::{Liveness, Watchdog};
use crate::ports::OUTPUT_RATE;
use crate::session::DeviceChange;
use crate::units::Millis;

/// Pause between two attempts to open a lost device.
const RETRY: Duration = Duration::from_secs(1);
/// A device opened again that moves nothing for so long is opened once more: a sound server that is still starting accepts a
/// stream and forgets it (seen with PulseAudio 16).
const PROOF_MS: u64 = 4_000;

/// Whether a session hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Microphone,
    NoMicrophone,
}

/// Makes the render closure for a loudspeaker that has just been opened. The one before it is lost with its device: a callback
/// thread may hang in the sound system for ever, with everything it owns.
pub type NewRender = Box<dyn FnMut() -> Render + Send>;

/// Microphone and loudspeaker of a session.
pub struct Devices {
    microphone: Microphone,
    speaker: Speaker,
    new_render: NewRender,
    watchdog: Watchdog,
    rate: u32,
}

/// What opening brought.
pub struct Opened {
    pub devices: Devices,
    /// Why there is no microphone for now; it is tried again each second.
    pub microphone_trouble: Option<AudioError>,
}

enum Microphone {
    Unwanted,
    Open { capture: Capture, reader: CaptureReader, since: Millis },
    Lost { frames: u64, attempt: Attempt<(Capture, CaptureReader)> },
}

enum Speaker {
    Open { playback: Playback, since: Millis },
    Lost { frames: u64, attempt: Attempt<SpeakerDevice> },
}

impl Devices {
    /// Opens the defaults of the system. Without a loudspeaker there is no session; without a microphone there are keys.
    pub fn open(mut new_render: NewRender, wanted: Wanted) -> Result<Opened, AudioError> {
        let start = Millis::default();
        let device = SpeakerDevice::open()?;
        let speaker = Speaker::Open { playback: device.play(new_render()), since: start };
        let mut rate = OUTPUT_RATE;
        let (microphone, microphone_trouble) = match wanted {
            Wanted::NoMicrophone => (Microphone::Unwanted, None),
            Wanted::Microphone => match Capture::open(CaptureConfig::default()) {
                Ok((capture, reader)) => {
                    rate = capture.rate();
                    (Microphone::Open { capture, reader, since: start }, None)
                }
                Err(error) => (Microphone::Lost { frames: 0, attempt: reopen_microphone(rate) }, Some(error)),
            },
        };
        let devices = Devices { microphone, speaker, new_render, watchdog: Watchdog::default(), rate };
        Ok(Opened { devices, microphone_trouble })
    }

    /// The next 10 ms of microphone, when there is a microphone and they are complete.
    pub fn next_block(&mut self) -> Option<&[f32]> {
        match &mut self.microphone {
            Microphone::Open { reader, .. } => reader.next_block(),
            Microphone::Unwanted | Microphone::Lost { .. } => None,
        }
    }

    /// Rate of the microphone's blocks in Hz. What comes back, or comes late, is opened at it too, if it can be.
    pub fn microphone_rate(&self) -> u32 {
        self.rate
    }

    /// What became of the devices. Call it every few milliseconds; it never waits.
    pub fn poll(&mut self, now: Millis) -> Vec<DeviceChange> {
        self.collect(now);
        let changes = self.watchdog.look(now, self.microphone.frames(), Some(self.speaker.frames()));
        for change in &changes {
            match change {
                DeviceChange::MicrophoneLost => self.microphone.lose(),
                DeviceChange::SpeakerLost => self.speaker.lose(),
                DeviceChange::MicrophoneBack | DeviceChange::SpeakerBack => {}
            }
        }
        self.retry_unproven(now);
        changes
    }

    /// Takes devices over that were opened again meanwhile.
    fn collect(&mut self, now: Millis) {
        if let Microphone::Lost { attempt, .. } = &self.microphone
            && let Some((capture, reader)) = attempt.done()
        {
            self.microphone = Microphone::Open { capture, reader, since: now };
        }
        if let Speaker::Lost { attempt, .. } = &self.speaker
            && let Some(device) = attempt.done()
        {
            self.speaker = Speaker::Open { playback: device.play((self.new_render)()), since: now };
        }
    }

    fn retry_unproven(&mut self, now: Millis) {
        if let Microphone::Open { since, .. } = &self.microphone
            && self.watchdog.microphone() == Some(Liveness::Lost)
            && now.since(*since) > PROOF_MS
        {
            self.microphone.lose();
        }
        if let Speaker::Open { since, .. } = &self.speaker
            && self.watchdog.speaker() == Some(Liveness::Lost)
            && now.since(*since) > PROOF_MS
        {
            self.speaker.lose();
        }
    }
}

impl Microphone {
    fn frames(&self) -> Option<u64> {
        match self {
            Microphone::Unwanted => None,
            Microphone::Open { capture, .. } => Some(capture.frames()),
            Microphone::Lost { frames, .. } => Some(*frames),
        }
    }

    fn lose(&mut self) {
        if let Microphone::Open { capture, .. } = self {
            let (frames, rate) = (capture.frames(), capture.rate());
            let lost = Microphone::Lost { frames, attempt: reopen_microphone(rate) };
            abandon(std::mem::replace(self, lost));
        }
    }
}

impl Speaker {
    fn frames(&self) -> u64 {
        match self {
            Speaker::Open { playback, .. } => playback.frames(),
            Speaker::Lost { frames, .. } => *frames,
        }
    }

    fn lose(&mut self) {
        if let Speaker::Open { playback, .. } = self {
            let frames = playback.frames();
            let lost = Speaker::Lost { frames, attempt: attempt(|| SpeakerDevice::open().ok()) };
            abandon(std::mem::replace(self, lost));
        }
    }
}

fn reopen_microphone(rate: u32) -> Attempt<(Capture, CaptureReader)> {
    // Another microphone may not have the rate of the one before; ears follow the length of the blocks.
    attempt(move || {
        let same = Capture::open(CaptureConfig { rate: Some(rate) });
        same.or_else(|_| Capture::open(CaptureConfig::default())).ok()
    })
}

/// Closes a lost device on a thread that nobody waits for: closing joins the callback's thread, and when a PulseAudio server was
/// killed that thread was seen to hang for ever on a lock inside ALSA's pulse plugin (microphone, 2 of 3 runs).
fn abandon(device: impl Send + 'static) {
    // Should no thread start, the device is closed here when the closure is dropped.
    let _ = thread::Builder::new().name("close device".to_owned()).spawn(move || drop(device));
}

/// Opening on a thread of its own: it may take seconds when a sound server hangs.
struct Attempt<T> {
    done: mpsc::Receiver<T>,
    /// The thread gives up when this is gone.
    _wanted: Arc<()>,
}

impl<T> Attempt<T> {
    fn done(&self) -> Option<T> {
        self.done.try_recv().ok()
    }
}

/// Runs `open` every second until it gives something or nobody wants it any more.
fn attempt<T: Send + 'static>(open: impl Fn() -> Option<T> + Send + 'static) -> Attempt<T> {
    let (sender, done) = mpsc::sync_channel(1);
    let wanted = Arc::new(());
    let still_wanted = Arc::downgrade(&wanted);
    let work = move || {
        while still_wanted.strong_count() > 0 {
            if let Some(opened) = open() {
                let _ = sender.try_send(opened);
                return;
            }
            thread::sleep(RETRY);
        }
    };
    // Without a thread (out of resources) the device stays lost; the session is paused and keys still work.
    let _ = thread::Builder::new().name("open device".to_owned()).spawn(work);
    Attempt { done, _wanted: wanted }
}
