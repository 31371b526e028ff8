//! The loudspeaker: one long-lived source on one device, for as long as it lives.

use std::num::NonZero;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, Source};

use super::complaints::Complaints;
use super::counter::FrameCounter;
use super::error::{AudioError, Side};
use super::format::{RateWish, choose};
use super::quiet::quiet;
use crate::ports::OUTPUT_RATE;

/// 10 ms, twice in a card: "stop" is silence at most 20 ms after the block that carries it.
const PERIOD_MS: u32 = 10;
/// Frames rendered at a time: 2.5 ms, so that little is decided ahead of the callback that plays it.
const CHUNK: usize = 120;

/// Fills a slice with mono samples at [`OUTPUT_RATE`], in the device's callback: it must not allocate, lock, wait or log.
pub type Render = Box<dyn FnMut(&mut [f32]) + Send>;

/// An open loudspeaker that plays silence until it is given something to play.
pub struct SpeakerDevice {
    sink: MixerDeviceSink,
    frames: FrameCounter,
    complaints: FrameCounter,
}

impl SpeakerDevice {
    /// Opens the default output of the system. Blocks until it is open, usually a few milliseconds.
    pub fn open() -> Result<SpeakerDevice, AudioError> {
        quiet();
        let refuse = |error: cpal::Error| AudioError::from_cpal(Side::Speaker, &error);
        let device = cpal::default_host().default_output_device().ok_or(AudioError::Missing(Side::Speaker))?;
        let offers: Vec<_> = device.supported_output_configs().map_err(refuse)?.collect();
        let choice = choose(Side::Speaker, &offers, RateWish::Best, 2, PERIOD_MS)?;
        let (frames, complaints) = (FrameCounter::default(), FrameCounter::default());
        let mut complained = Complaints::new(complaints.clone(), frames.clone());
        let mut sink = DeviceSinkBuilder::default()
            .with_device(device)
            .with_config(&choice.config)
            .with_sample_format(choice.format)
            .with_error_callback(move |_| complained.take())
            .open_stream()
            .map_err(refuse_sink)?;
        sink.log_on_drop(false);
        Ok(SpeakerDevice { sink, frames, complaints })
    }

    /// Plays what `render` gives from now on.
    pub fn play(self, render: Render) -> Playback {
        self.sink.mixer().add(RenderSource::counted(render, self.frames.clone()));
        Playback { _sink: self.sink, frames: self.frames, complaints: self.complaints }
    }
}

/// An open loudspeaker; closed when dropped.
pub struct Playback {
    _sink: MixerDeviceSink,
    frames: FrameCounter,
    complaints: FrameCounter,
}

impl Playback {
    /// Opens the default output of the system and plays what `render` gives from now on.
    pub fn open(render: Render) -> Result<Playback, AudioError> {
        Ok(SpeakerDevice::open()?.play(render))
    }

    /// Frames rendered at [`OUTPUT_RATE`] since it was opened. Stands still when the device is gone.
    pub fn frames(&self) -> u64 {
        self.frames.frames()
    }

    /// How often the sound system complained. Means nothing by itself: ALSA over PulseAudio complains while sound flows.
    pub fn complaints(&self) -> u64 {
        self.complaints.frames()
    }
}

fn refuse_sink(error: DeviceSinkError) -> AudioError {
    match error {
        DeviceSinkError::PlayError(cause)
        | DeviceSinkError::DefaultSinkConfigError(cause)
        | DeviceSinkError::BuildError(cause)
        | DeviceSinkError::SupportedConfigsError(cause) => AudioError::from_cpal(Side::Speaker, &cause),
        DeviceSinkError::NoDevice => AudioError::Missing(Side::Speaker),
        DeviceSinkError::UnsupportedSampleFormat => AudioError::Format(Side::Speaker),
    }
}

/// The source that never ends: rodio asks it sample by sample, it asks `render` chunk by chunk.
pub struct RenderSource {
    render: Render,
    chunk: [f32; CHUNK],
    next: usize,
    frames: FrameCounter,
}

impl RenderSource {
    /// The source and its frame counter.
    pub fn new(render: Render) -> (RenderSource, FrameCounter) {
        let frames = FrameCounter::default();
        (RenderSource::counted(render, frames.clone()), frames)
    }

    fn counted(render: Render, frames: FrameCounter) -> RenderSource {
        RenderSource { render, chunk: [0.0; CHUNK], next: CHUNK, frames }
    }
}

impl Iterator for RenderSource {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.next >= CHUNK {
            (self.render)(&mut self.chunk);
            self.next = 0;
            self.frames.add(CHUNK);
        }
        let sample = self.chunk.get(self.next).copied();
        self.next += 1;
        sample
    }
}

impl Source for RenderSource {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        NonZero::<u16>::MIN
    }

    fn sample_rate(&self) -> NonZero<u32> {
        NonZero::new(OUTPUT_RATE).unwrap_or(NonZero::<u32>::MIN)
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_plays_every_rendered_sample_once_and_counts_it() {
        let mut count = 0.0;
        let render: Render = Box::new(move |samples: &mut [f32]| {
            samples.iter_mut().for_each(|sample| {
                *sample = count;
                count += 1.0;
            });
        });
        let (source, frames) = RenderSource::new(render);
        let played: Vec<f32> = source.take(300).collect();
        assert!(played.iter().enumerate().all(|(index, sample)| *sample == index as f32));
        assert_eq!(frames.frames(), 360);
    }
}
