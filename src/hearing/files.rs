//! Recordings: WAV, FLAC and Ogg (Vorbis, Opus) of any rate and number of channels, as mono samples.

use std::fs;
use std::io::Cursor;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler};

use super::front::sane;

mod opus;

/// Longer recordings are refused: 3 hours.
const LONGEST_S: usize = 3 * 3600;
/// Larger files are refused: 4 GB.
const LARGEST: u64 = 4 << 30;
const RATES: std::ops::RangeInclusive<u32> = 2_000..=384_000;

/// Mono sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// From -1 to 1; all of them numbers.
    pub samples: Vec<f32>,
    /// In Hz.
    pub rate: u32,
}

/// Why a recording cannot be used; a plain sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    #[error("{} is not there: check the name", .0.display())]
    Missing(PathBuf),
    #[error("{} could not be read: {reason}", .path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{} holds no sound: it is empty", .0.display())]
    Empty(PathBuf),
    #[error("{} is no recording that Hark can read: use WAV, FLAC or Ogg", .0.display())]
    Unknown(PathBuf),
    #[error("{} is damaged: {reason}", .path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("{} is too long: at most 3 hours", .0.display())]
    TooLong(PathBuf),
    #[error("{} has a rate of {rate} Hz: use 2,000 to 384,000 Hz", .path.display())]
    Rate { path: PathBuf, rate: u32 },
}

impl Recording {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate.max(1))
    }

    /// The same sound at another rate; unchanged where the rates are equal or no converter exists.
    #[must_use]
    pub fn at_rate(self, rate: u32) -> Recording {
        if self.rate == rate {
            return self;
        }
        match resampled(&self.samples, self.rate, rate) {
            Some(samples) => Recording { samples, rate },
            None => self,
        }
    }
}

/// Reads a recording; several channels are averaged. What is there of a recording that breaks off is used.
pub fn read_recording(path: &Path) -> Result<Recording, RecordingError> {
    let owned = || path.to_owned();
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => RecordingError::Missing(owned()),
        _ => RecordingError::Unreadable { path: owned(), reason: error.to_string() },
    };
    let about = fs::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err(RecordingError::Unreadable { path: owned(), reason: "it is a folder".to_owned() });
    }
    if about.len() > LARGEST {
        return Err(RecordingError::TooLong(owned()));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    // Decoders of others, on bytes of others: a panic is a damaged file.
    let decoded = catch_unwind(|| decode(&bytes)).unwrap_or(Err(Flaw::Damaged("it cannot be decoded".to_owned())));
    let recording = decoded.map_err(|flaw| flaw.of(path, bytes.is_empty()))?;
    if recording.samples.is_empty() { Err(RecordingError::Empty(owned())) } else { Ok(recording) }
}

/// What is wrong, before the path is known.
enum Flaw {
    Unknown,
    Damaged(String),
    TooLong,
    Rate(u32),
}

impl Flaw {
    fn of(self, path: &Path, empty: bool) -> RecordingError {
        let path = path.to_owned();
        match self {
            Flaw::Unknown if empty => RecordingError::Empty(path),
            Flaw::Unknown => RecordingError::Unknown(path),
            Flaw::Damaged(reason) => RecordingError::Damaged { path, reason },
            Flaw::TooLong => RecordingError::TooLong(path),
            Flaw::Rate(rate) => RecordingError::Rate { path, rate },
        }
    }
}

fn damaged(error: impl std::fmt::Display) -> Flaw {
    Flaw::Damaged(error.to_string())
}

fn decode(bytes: &[u8]) -> Result<Recording, Flaw> {
    match bytes.get(..4) {
        Some(b"RIFF") => wav(bytes),
        Some(b"fLaC") => flac(bytes),
        Some(b"OggS") => ogg(bytes),
        _ => Err(Flaw::Unknown),
    }
}

fn wav(bytes: &[u8]) -> Result<Recording, Flaw> {
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).map_err(damaged)?;
    let spec = reader.spec();
    let mut mono = Mono::new(spec.sample_rate, u32::from(spec.channels))?;
    match spec.sample_format {
        hound::SampleFormat::Float => {
            for sample in reader.samples::<f32>().map_while(Result::ok) {
                mono.push(sample)?;
            }
        }
        hound::SampleFormat::Int => {
            let full = 2.0_f32.powi(i32::from(spec.bits_per_sample).clamp(1, 32) - 1);
            for sample in reader.samples::<i32>().map_while(Result::ok) {
                mono.push(sample as f32 / full)?;
            }
        }
    }
    Ok(mono.done())
}

fn flac(bytes: &[u8]) -> Result<Recording, Flaw> {
    let mut reader = claxon::FlacReader::new(Cursor::new(bytes)).map_err(damaged)?;
    let info = reader.streaminfo();
    let full = 2.0_f32.powi(info.bits_per_sample.clamp(1, 32) as i32 - 1);
    let mut mono = Mono::new(info.sample_rate, info.channels)?;
    for sample in reader.samples().map_while(Result::ok) {
        mono.push(sample as f32 / full)?;
    }
    Ok(mono.done())
}

fn ogg(bytes: &[u8]) -> Result<Recording, Flaw> {
    // The first packet names the codec; it stands within the first page.
    let head = bytes.get(..64.min(bytes.len())).unwrap_or_default();
    if head.windows(8).any(|eight| eight == b"OpusHead") { opus::decode(bytes) } else { vorbis(bytes) }
}

fn vorbis(bytes: &[u8]) -> Result<Recording, Flaw> {
    let neither = |_| Flaw::Damaged("only Vorbis and Opus sound can be read from an Ogg file".to_owned());
    let mut reader = lewton::inside_ogg::OggStreamReader::new(Cursor::new(bytes)).map_err(neither)?;
    let channels = u32::from(reader.ident_hdr.audio_channels);
    let mut mono = Mono::new(reader.ident_hdr.audio_sample_rate, channels)?;
    while let Ok(Some(packet)) = reader.read_dec_packet_itl() {
        for sample in packet {
            mono.push(f32::from(sample) / 32_768.0)?;
        }
    }
    Ok(mono.done())
}

/// Averages interleaved channels.
struct Mono {
    rate: u32,
    channels: u32,
    sum: f32,
    summed: u32,
    samples: Vec<f32>,
}

impl Mono {
    fn new(rate: u32, channels: u32) -> Result<Mono, Flaw> {
        if !RATES.contains(&rate) {
            return Err(Flaw::Rate(rate));
        }
        if channels == 0 {
            return Err(Flaw::Damaged("it has no channels".to_owned()));
        }
        Ok(Mono { rate, channels, sum: 0.0, summed: 0, samples: Vec::new() })
    }

    fn push(&mut self, sample: f32) -> Result<(), Flaw> {
        self.sum += sane(sample);
        self.summed += 1;
        if self.summed == self.channels {
            self.samples.push(self.sum / self.channels as f32);
            self.sum = 0.0;
            self.summed = 0;
            if self.samples.len() > LONGEST_S * self.rate as usize {
                return Err(Flaw::TooLong);
            }
        }
        Ok(())
    }

    fn done(self) -> Recording {
        Recording { samples: self.samples, rate: self.rate }
    }
}

fn resampled(samples: &[f32], from: u32, to: u32) -> Option<Vec<f32>> {
    let mut fft = Fft::<f32>::new(from as usize, to as usize, 1024, 1, FixedSync::Input).ok()?;
    let length = (samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize;
    let room = length + fft.output_frames_max() * 2 + fft.output_delay();
    let mut output = vec![0.0; room];
    let input = SequentialSlice::new(samples, 1, samples.len()).ok()?;
    let mut into = SequentialSlice::new_mut(&mut output, 1, room).ok()?;
    fft.process_all_into_buffer(&input, &mut into, samples.len(), None).ok()?;
    output.truncate(length);
    Some(output.into_iter().map(sane).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(spec: hound::WavSpec, frames: usize) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = hound::WavWriter::create(file.path(), spec).unwrap();
        for frame in 0..frames {
            let value = (frame as f32 / f32::from(spec.sample_rate as u16) * 440.0 * std::f32::consts::TAU).sin() * 0.5;
            for _ in 0..spec.channels {
                match spec.sample_format {
                    hound::SampleFormat::Float => writer.write_sample(value).unwrap(),
                    hound::SampleFormat::Int => {
                        let full = 2.0_f64.powi(i32::from(spec.bits_per_sample) - 1) - 1.0;
                        writer.write_sample((f64::from(value) * full) as i32).unwrap();
                    }
                }
            }
        }
        writer.finalize().unwrap();
        file
    }

    fn peak(samples: &[f32]) -> f32 {
        samples.iter().fold(0.0, |peak, sample| sample.abs().max(peak))
    }

    #[test]
    fn every_usual_wav_is_read_and_brought_to_16_khz() {
        for (bits, format) in [
            (8, hound::SampleFormat::Int),
            (16, hound::SampleFormat::Int),
            (24, hound::SampleFormat::Int),
            (32, hound::SampleFormat::Int),
            (32, hound::SampleFormat::Float),
        ] {
            for (rate, channels) in [(8_000, 1), (11_025, 2), (22_050, 1), (44_100, 2), (48_000, 6)] {
                let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: format };
                let file = written(spec, rate as usize);
                let recording = read_recording(file.path()).unwrap().at_rate(16_000);
                assert_eq!((recording.rate, recording.samples.len()), (16_000, 16_000), "{spec:?}");
                assert!((peak(&recording.samples) - 0.5).abs() < 0.02, "{spec:?}");
            }
        }
    }

    #[test]
    fn what_is_no_recording_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let silent = written(spec, 0);
        let missing = folder.path().join("none.wav");
        assert_eq!(read_recording(&missing), Err(RecordingError::Missing(missing)));
        let empty = write("empty.wav", b"");
        assert_eq!(read_recording(&empty), Err(RecordingError::Empty(empty)));
        assert_eq!(read_recording(silent.path()), Err(RecordingError::Empty(silent.path().to_owned())));
        let text = write("text.wav", b"hello, this is text");
        assert_eq!(read_recording(&text), Err(RecordingError::Unknown(text)));
        assert!(matches!(read_recording(folder.path()), Err(RecordingError::Unreadable { .. })));
        for (name, head) in [("a.wav", b"RIFF"), ("a.flac", b"fLaC"), ("a.ogg", b"OggS")] {
            let mut bytes = head.to_vec();
            bytes.extend([0x5a; 300]);
            let torn = write(name, &bytes);
            assert!(matches!(read_recording(&torn), Err(RecordingError::Damaged { .. })), "{name}");
        }
    }

    #[test]
    fn a_recording_that_breaks_off_is_used_as_far_as_it_goes() {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let file = written(spec, 16_000);
        let bytes = fs::read(file.path()).unwrap();
        fs::write(file.path(), bytes.get(..10_044).unwrap()).unwrap();
        let recording = read_recording(file.path()).unwrap();
        assert_eq!(recording.samples.len(), 5_000);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_a_decoder_panic_through(kind in 0..3_usize, tail in proptest::collection::vec(0..=255_u8, 0..400)) {
            let file = tempfile::NamedTempFile::new().unwrap();
            let head: &[u8] = [b"RIFF".as_slice(), b"fLaC", b"OggS"].get(kind).unwrap();
            fs::write(file.path(), [head, &tail].concat()).unwrap();
            let _ = read_recording(file.path());
        }
    }
}
