//! One loudness for everything spoken, and clean edges.

/// Loudness of speech in LUFS.
pub const TARGET_LUFS: f64 = -19.0;
/// Peaks stay below this, so that resampling and stretching cannot clip.
const MAX_PEAK: f32 = 0.95;
/// Quieter than this is silence at a clip's edges, as a share of its peak (-46 dB).
const EDGE_SHARE: f32 = 0.005;
/// Kept before the first and after the last sound, in ms: breaths and closures belong to words.
const EDGE_MS: u64 = 15;
const FADE_MS: u64 = 5;
/// The limiter looks this far to either side, in ms.
const LIMIT_MS: u64 = 4;
/// Whispers are not blown up without end: +30 dB.
const MAX_GAIN: f32 = 31.6;

/// `speed` if it is a number within what the product promises, else the nearest that is.
pub fn sane_speed(speed: f32) -> f32 {
    if speed.is_finite() { speed.clamp(0.5, 3.0) } else { 1.0 }
}

/// Frames of `ms` at `rate` and `speed`.
pub fn frames(ms: u64, rate: u32, speed: f32) -> usize {
    (ms as f64 * f64::from(rate) / 1000.0 / f64::from(sane_speed(speed))) as usize
}

/// Trims silence, sets the loudness to [`TARGET_LUFS`] and fades the edges. Silence in gives nothing out.
pub fn even_out(mut samples: Vec<f32>, rate: u32) -> Vec<f32> {
    for sample in &mut samples {
        if !sample.is_finite() {
            *sample = 0.0;
        }
    }
    trim(&mut samples, rate);
    let peak = samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
    if peak < 1e-4 {
        return Vec::new();
    }
    let gain = 10_f64.powf((TARGET_LUFS - loudness_lufs(&samples, rate)) / 20.0) as f32;
    samples.iter_mut().for_each(|s| *s *= gain.min(MAX_GAIN));
    limit(&mut samples, rate);
    fade(&mut samples, rate);
    samples
}

/// Holds peaks under [`MAX_PEAK`] by turning down around them: speech whose peaks stand 20 dB above its loudness would
/// otherwise have to stay quieter than the rest (up to 5 dB in a reading of 20 sentences).
fn limit(samples: &mut [f32], rate: u32) {
    let reach = frames(LIMIT_MS, rate, 1.0).max(1);
    // Peaks are few, so the minimum around each frame is written from the peaks, not looked up from the frames.
    let mut lowest = vec![1.0_f32; samples.len()];
    for (at, sample) in samples.iter().enumerate().filter(|(_, sample)| sample.abs() > MAX_PEAK) {
        let reached = at.saturating_sub(reach)..samples.len().min(at + reach + 1);
        let gain = MAX_PEAK / sample.abs();
        lowest.get_mut(reached).unwrap_or_default().iter_mut().for_each(|low| *low = low.min(gain));
    }
    if lowest.iter().all(|gain| *gain >= 1.0) {
        return;
    }
    // The mean over the reach of minima over the same reach never exceeds what a peak needs, and has no corners.
    let sums: Vec<f64> = std::iter::once(0.0)
        .chain(lowest.iter().scan(0.0, |sum, gain| {
            *sum += f64::from(*gain);
            Some(*sum)
        }))
        .collect();
    let sum_to = |at: usize| sums.get(at).copied().unwrap_or_default();
    for (at, sample) in samples.iter_mut().enumerate() {
        let (from, to) = (at.saturating_sub(reach), lowest.len().min(at + reach + 1));
        *sample *= ((sum_to(to) - sum_to(from)) / (to - from).max(1) as f64) as f32;
    }
}

fn trim(samples: &mut Vec<f32>, rate: u32) {
    let edge = samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs())) * EDGE_SHARE;
    let kept = frames(EDGE_MS, rate, 1.0);
    let loud = |s: &f32| s.abs() > edge;
    let (Some(first), Some(last)) = (samples.iter().position(loud), samples.iter().rposition(loud)) else {
        return samples.clear();
    };
    samples.truncate(last.saturating_add(kept).saturating_add(1));
    samples.drain(..first.saturating_sub(kept));
}

fn fade(samples: &mut [f32], rate: u32) {
    let length = frames(FADE_MS, rate, 1.0).min(samples.len() / 2).max(1);
    let share = |index: usize| index as f32 / length as f32;
    samples.iter_mut().take(length).enumerate().for_each(|(i, s)| *s *= share(i));
    samples.iter_mut().rev().take(length).enumerate().for_each(|(i, s)| *s *= share(i));
}

/// Integrated loudness of mono speech in LUFS after ITU-R BS.1770-4: K-weighting, blocks of 400 ms every 100 ms, gates at
/// -70 LUFS and 10 LU below the mean. Shorter sounds count as one block. Silence is -70.
pub fn loudness_lufs(samples: &[f32], rate: u32) -> f64 {
    let weighted = k_weighted(samples, rate);
    let block = frames(400, rate, 1.0).max(1);
    let step = (block / 4).max(1);
    let power = |part: &[f64]| part.iter().map(|s| s * s).sum::<f64>() / part.len().max(1) as f64;
    let mut powers: Vec<f64> = weighted.windows(block).step_by(step).map(power).collect();
    if powers.is_empty() {
        powers.push(power(&weighted));
    }
    let lufs = |power: f64| -0.691 + 10.0 * power.max(1e-12).log10();
    powers.retain(|p| lufs(*p) > -70.0);
    let mean = |powers: &[f64]| powers.iter().sum::<f64>() / powers.len().max(1) as f64;
    let gate = lufs(mean(&powers)) - 10.0;
    powers.retain(|p| lufs(*p) > gate);
    if powers.is_empty() { -70.0 } else { lufs(mean(&powers)).max(-70.0) }
}

/// High shelf (+4 dB above 1.7 kHz) and high pass (38 Hz). BS.1770 gives coefficients for 48 kHz only; these come from the
/// bilinear transform of the analogue filters behind them, so they hold at any rate.
fn k_weighted(samples: &[f32], rate: u32) -> Vec<f64> {
    let rate = f64::from(rate.max(1));
    let shelf = {
        let (k, q) = ((std::f64::consts::PI * 1_681.974_450_955_533 / rate).tan(), 0.707_175_236_955_419_6);
        let high = 10_f64.powf(3.999_843_853_973_347 / 20.0);
        let band = high.powf(0.499_666_774_154_541_6);
        let a0 = 1.0 + k / q + k * k;
        Biquad {
            b: [(high + band * k / q + k * k) / a0, 2.0 * (k * k - high) / a0, (high - band * k / q + k * k) / a0],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
            ..Biquad::default()
        }
    };
    let pass = {
        let (k, q) = ((std::f64::consts::PI * 38.135_470_876_139_82 / rate).tan(), 0.500_327_037_323_877_3);
        let a0 = 1.0 + k / q + k * k;
        Biquad { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0], ..Biquad::default() }
    };
    let (mut shelf, mut pass) = (shelf, pass);
    samples.iter().map(|s| pass.next(shelf.next(f64::from(*s)))).collect()
}

/// Second-order filter, transposed direct form 2.
#[derive(Debug, Default, Clone, Copy)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Biquad {
    fn next(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.state[0];
        self.state = [self.b[1] * x - self.a[0] * y + self.state[1], self.b[2] * x - self.a[1] * y];
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, gain: f64, rate: u32, seconds: f64) -> Vec<f32> {
        (0..(seconds * f64::from(rate)) as usize)
            .map(|n| (gain * (std::f64::consts::TAU * hz * n as f64 / f64::from(rate)).sin()) as f32)
            .collect()
    }

    /// BS.1770: a 0 dBFS sine of 997 Hz in one channel measures -3.01 LUFS.
    #[test]
    fn loudness_of_the_reference_tone_is_right_at_both_rates() {
        for rate in [22_050, 48_000] {
            let lufs = loudness_lufs(&sine(997.0, 1.0, rate, 3.0), rate);
            assert!((lufs + 3.01).abs() < 0.1, "{rate}: {lufs}");
        }
    }

    #[test]
    fn loud_and_quiet_sounds_come_out_alike() {
        for gain in [0.02, 0.9] {
            let even = even_out(sine(300.0, gain, 22_050, 1.0), 22_050);
            let lufs = loudness_lufs(&even, 22_050);
            assert!((lufs - TARGET_LUFS).abs() < 0.5, "{gain}: {lufs}");
        }
    }

    #[test]
    fn a_peak_does_not_keep_the_rest_quiet() {
        let mut samples = sine(300.0, 0.05, 22_050, 1.0);
        samples.iter_mut().skip(9_000).take(40).for_each(|s| *s *= 15.0);
        let even = even_out(samples, 22_050);
        let lufs = loudness_lufs(&even, 22_050);
        assert!((lufs - TARGET_LUFS).abs() < 1.5, "{lufs}");
        assert!(even.iter().all(|s| s.abs() <= MAX_PEAK + 1e-4));
    }

    #[test]
    fn silence_around_a_word_is_trimmed_and_silence_alone_is_nothing() {
        let word = sine(300.0, 0.5, 22_050, 0.5);
        let padded = [vec![0.0; 22_050], word.clone(), vec![0.0; 22_050]].concat();
        let even = even_out(padded, 22_050);
        assert!(even.len() < word.len() + 22_050 / 20, "{}", even.len());
        assert_eq!(even_out(vec![0.0; 100], 22_050), Vec::<f32>::new());
        assert_eq!(even_out(vec![f32::NAN; 100], 22_050), Vec::<f32>::new());
    }
}
