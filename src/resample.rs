//! Rates of sound: whole recordings at once, streams block by block. A thin face over `rubato`.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

/// A rate pair that cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sound at {from} Hz cannot be changed to {to} Hz")]
pub struct RateError {
    pub from: u32,
    pub to: u32,
}

/// A whole mono recording at another rate; the resampler's delay is trimmed off.
pub fn whole(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, RateError> {
    if from == to || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let error = || RateError { from, to };
    if from == 0 || to == 0 {
        return Err(error());
    }
    let mut resampler = Fft::<f32>::new(from as usize, to as usize, 1024, 1, FixedSync::Both).map_err(|_| error())?;
    let input = InterleavedSlice::new(samples, 1, samples.len()).map_err(|_| error())?;
    let output = resampler.process_all(&input, samples.len(), None).map_err(|_| error())?;
    Ok(output.take_data())
}

/// A mono stream in blocks of 10 ms.
pub struct Stream {
    inner: Option<Fft<f32>>,
    from: u32,
    to: u32,
}

impl Stream {
    /// Both rates must be multiples of 100 Hz, so that 10 ms are whole frames on both sides.
    pub fn new(from: u32, to: u32) -> Result<Stream, RateError> {
        let error = RateError { from, to };
        if from == 0 || to == 0 || !from.is_multiple_of(100) || !to.is_multiple_of(100) {
            return Err(error);
        }
        if from == to {
            return Ok(Stream { inner: None, from, to });
        }
        let block = (from / 100) as usize;
        let inner =
            Fft::<f32>::new(from as usize, to as usize, block, 1, FixedSync::Both).map_err(|_| error.clone())?;
        // `Both` picks a block of its own when 10 ms do not divide into the pair.
        if inner.input_frames_next() != block {
            return Err(error);
        }
        Ok(Stream { inner: Some(inner), from, to })
    }

    /// 10 ms in, 10 ms out; a block of another length gives silence.
    pub fn block(&mut self, input: &[f32]) -> Vec<f32> {
        let silence = vec![0.0; (self.to / 100) as usize];
        let Some(inner) = &mut self.inner else { return input.to_vec() };
        if input.len() != (self.from / 100) as usize {
            return silence;
        }
        let Ok(adapter) = InterleavedSlice::new(input, 1, input.len()) else { return silence };
        match inner.process(&adapter, None) {
            Ok(output) => output.take_data(),
            Err(_) => silence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, hertz: f32, seconds: f32) -> Vec<f32> {
        (0..(rate as f32 * seconds) as usize)
            .map(|n| (std::f32::consts::TAU * hertz * n as f32 / rate as f32).sin() * 0.5)
            .collect()
    }

    fn crossings(samples: &[f32]) -> usize {
        samples.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count()
    }

    #[test]
    fn a_whole_sine_keeps_its_pitch_and_length() {
        let out = whole(&sine(44_100, 440.0, 1.0), 44_100, 16_000).unwrap();
        assert!((15_990..=16_010).contains(&out.len()), "{}", out.len());
        assert!((438..=441).contains(&crossings(&out)));
    }

    #[test]
    fn a_stream_keeps_blocks_of_ten_milliseconds() {
        for (from, to) in [(48_000, 16_000), (8_000, 16_000), (44_100, 16_000), (16_000, 48_000)] {
            let mut stream = Stream::new(from, to).unwrap();
            let input = sine(from, 200.0, 1.0);
            let out: Vec<f32> = input.chunks((from / 100) as usize).flat_map(|block| stream.block(block)).collect();
            assert_eq!(out.len(), to as usize);
            // Behind the filter's delay, where there is only ringing.
            let settled = &out[to as usize / 10..];
            assert!((179..=181).contains(&crossings(settled)), "{from} {to} {}", crossings(settled));
        }
    }

    #[test]
    fn odd_rates_are_refused_in_words() {
        assert_eq!(
            Stream::new(16_001, 16_000).err().unwrap().to_string(),
            "sound at 16001 Hz cannot be changed to 16000 Hz"
        );
    }
}
