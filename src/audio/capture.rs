//! The microphone: whatever the card gives becomes mono samples in a ring; the engine takes blocks of 10 ms from it.

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample};

use super::complaints::Complaints;
use super::counter::FrameCounter;
use super::error::{AudioError, Side};
use super::format::{Choice, RateWish, choose};
use super::quiet::quiet;

/// 10 ms: with the two periods a card keeps, a word is heard at most 20 ms late.
const PERIOD_MS: u32 = 10;

/// How to open the microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaptureConfig {
    /// The rate it must have, in Hz, a multiple of 100: ears that were built for one rate ask for it again when a device comes
    /// back. `None`: 48 kHz or the nearest the device offers.
    pub rate: Option<u32>,
}

/// An open microphone; closed when dropped.
pub struct Capture {
    _stream: cpal::Stream,
    rate: u32,
    frames: FrameCounter,
    lost: FrameCounter,
    complaints: FrameCounter,
}

impl Capture {
    /// Opens the default microphone of the system. Blocks until it is open, usually a few milliseconds.
    pub fn open(config: CaptureConfig) -> Result<(Capture, CaptureReader), AudioError> {
        quiet();
        let refuse = |error: cpal::Error| AudioError::from_cpal(Side::Microphone, &error);
        let device = cpal::default_host().default_input_device().ok_or(AudioError::Missing(Side::Microphone))?;
        let offers: Vec<_> = device.supported_input_configs().map_err(refuse)?.collect();
        let wish = config.rate.map_or(RateWish::Best, RateWish::Exactly);
        let choice = choose(Side::Microphone, &offers, wish, 1, PERIOD_MS)?;

        let rate = choice.config.sample_rate;
        let (sink, reader) = MicrophoneSink::new(rate, choice.config.channels);
        let (frames, lost) = (sink.frames.clone(), sink.lost.clone());
        let complaints = FrameCounter::default();
        let stream = build(&device, choice, sink, complaints.clone())?;
        stream.play().map_err(refuse)?;
        Ok((Capture { _stream: stream, rate, frames, lost, complaints }, reader))
    }

    /// Rate of the blocks in Hz.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Frames heard since it was opened. Stands still when the device is gone.
    pub fn frames(&self) -> u64 {
        self.frames.frames()
    }

    /// Frames thrown away because nobody took the blocks for a second.
    pub fn lost(&self) -> u64 {
        self.lost.frames()
    }

    /// How often the sound system complained. Means nothing by itself: ALSA over PulseAudio complains while sound flows.
    pub fn complaints(&self) -> u64 {
        self.complaints.frames()
    }
}

fn build(
    device: &cpal::Device,
    choice: Choice,
    sink: MicrophoneSink,
    complaints: FrameCounter,
) -> Result<cpal::Stream, AudioError> {
    match choice.format {
        SampleFormat::F32 => build_as::<f32>(device, choice, sink, complaints),
        SampleFormat::F64 => build_as::<f64>(device, choice, sink, complaints),
        SampleFormat::I8 => build_as::<i8>(device, choice, sink, complaints),
        SampleFormat::I16 => build_as::<i16>(device, choice, sink, complaints),
        SampleFormat::I24 => build_as::<cpal::I24>(device, choice, sink, complaints),
        SampleFormat::I32 => build_as::<i32>(device, choice, sink, complaints),
        SampleFormat::U8 => build_as::<u8>(device, choice, sink, complaints),
        SampleFormat::U16 => build_as::<u16>(device, choice, sink, complaints),
        // The list of formats is open; `choose` takes none of the others.
        _ => Err(AudioError::Format(Side::Microphone)),
    }
}

fn build_as<T>(
    device: &cpal::Device,
    choice: Choice,
    mut sink: MicrophoneSink,
    complaints: FrameCounter,
) -> Result<cpal::Stream, AudioError>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let mut complaints = Complaints::new(complaints, sink.frames.clone());
    device
        .build_input_stream::<T, _, _>(choice.config, move |data, _| sink.take(data), move |_| complaints.take(), None)
        .map_err(|error| AudioError::from_cpal(Side::Microphone, &error))
}

/// The callback's side: any format and channel count in, mono out.
pub struct MicrophoneSink {
    ring: rtrb::Producer<f32>,
    channels: usize,
    frames: FrameCounter,
    lost: FrameCounter,
}

impl MicrophoneSink {
    /// A ring of one second at `rate` Hz for a device of `channels`.
    pub fn new(rate: u32, channels: u16) -> (MicrophoneSink, CaptureReader) {
        let (producer, consumer) = rtrb::RingBuffer::new(rate as usize);
        let channels = usize::from(channels.max(1));
        let sink =
            MicrophoneSink { ring: producer, channels, frames: FrameCounter::default(), lost: FrameCounter::default() };
        let block = vec![0.0; (rate / 100).max(1) as usize];
        (sink, CaptureReader { ring: consumer, rate, block })
    }

    /// Interleaved frames as the device gives them. Channels are averaged: which one a voice is on is not known. Runs in the callback.
    pub fn take<T>(&mut self, data: &[T])
    where
        T: SizedSample,
        f32: FromSample<T>,
    {
        let frames = data.len() / self.channels;
        let room = self.ring.slots().min(frames);
        let share = 1.0 / self.channels as f32;
        if let Ok(chunk) = self.ring.write_chunk_uninit(room) {
            let mono = data
                .chunks_exact(self.channels)
                .map(|frame| clean(frame.iter().map(|sample| f32::from_sample_(*sample)).sum::<f32>() * share));
            chunk.fill_from_iter(mono);
        }
        self.frames.add(frames);
        self.lost.add(frames - room);
    }
}

/// Drivers have been seen to give NaN and overshoots; what follows may rely on -1 to 1.
fn clean(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

/// The engine's side.
pub struct CaptureReader {
    ring: rtrb::Consumer<f32>,
    rate: u32,
    block: Vec<f32>,
}

impl CaptureReader {
    /// The next 10 ms, mono, -1 to 1, `rate() / 100` samples; `None` when they are not complete yet. Never waits.
    pub fn next_block(&mut self) -> Option<&[f32]> {
        self.ring.pop_entire_slice(&mut self.block).ok()?;
        Some(&self.block)
    }

    /// Rate of the blocks in Hz.
    pub fn rate(&self) -> u32 {
        self.rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_out_when_they_are_complete() {
        let (mut sink, mut reader) = MicrophoneSink::new(48_000, 1);
        sink.take(&[0.25_f32; 479]);
        assert!(reader.next_block().is_none());
        sink.take(&[0.25_f32; 481]);
        assert_eq!(reader.next_block(), Some(&[0.25; 480][..]));
        assert_eq!(reader.next_block(), Some(&[0.25; 480][..]));
        assert!(reader.next_block().is_none());
        assert_eq!(sink.frames.frames(), 960);
    }

    #[test]
    fn stereo_of_sixteen_bits_becomes_the_mean_of_both() {
        let (mut sink, mut reader) = MicrophoneSink::new(8_000, 2);
        let frames: Vec<i16> = std::iter::repeat_n([16_384_i16, 0], 80).flatten().collect();
        sink.take(&frames);
        assert!(reader.next_block().unwrap().iter().all(|sample| (*sample - 0.25).abs() < 1e-6));
    }

    #[test]
    fn silence_of_unsigned_cards_is_silence() {
        let (mut sink, mut reader) = MicrophoneSink::new(8_000, 1);
        sink.take(&[32_768_u16; 80]);
        assert_eq!(reader.next_block(), Some(&[0.0; 80][..]));
    }

    #[test]
    fn nonsense_of_a_driver_stays_outside() {
        let (mut sink, mut reader) = MicrophoneSink::new(8_000, 1);
        let mut data = [0.0_f32; 80];
        data[..4].copy_from_slice(&[f32::NAN, f32::INFINITY, 7.0, -1e30]);
        sink.take(&data);
        assert_eq!(&reader.next_block().unwrap()[..4], &[0.0, 0.0, 1.0, -1.0]);
    }

    #[test]
    fn a_reader_that_sleeps_loses_the_newest_and_it_is_counted() {
        let (mut sink, mut reader) = MicrophoneSink::new(8_000, 1);
        for _ in 0..101 {
            sink.take(&[0.5_f32; 80]);
        }
        assert_eq!((sink.frames.frames(), sink.lost.frames()), (8_080, 80));
        assert_eq!(std::iter::from_fn(|| reader.next_block().map(|_| ())).count(), 100);
    }
}
