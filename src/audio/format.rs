//! Which of the formats a device offers is taken. Pure.

use cpal::{BufferSize, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfigRange};

use super::error::{AudioError, Side};

/// Rates that ears can use and that give whole 10 ms blocks, best first: 48 kHz needs no conversion of the voice.
const RATES: [u32; 4] = [48_000, 44_100, 16_000, 8_000];

/// Sample formats, best first. Everything else is exotic; where nothing else is offered the device is refused.
const FORMATS: [SampleFormat; 8] = [
    SampleFormat::F32,
    SampleFormat::I16,
    SampleFormat::I32,
    SampleFormat::I24,
    SampleFormat::F64,
    SampleFormat::U16,
    SampleFormat::U8,
    SampleFormat::I8,
];

/// What a stream is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) config: StreamConfig,
    pub(super) format: SampleFormat,
}

/// The rate a stream must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RateWish {
    Best,
    Exactly(u32),
}

/// Picks rate, then format, then the channel count nearest to `channels`, and periods of `period_ms`.
pub(super) fn choose(
    side: Side,
    offers: &[SupportedStreamConfigRange],
    wish: RateWish,
    channels: u16,
    period_ms: u32,
) -> Result<Choice, AudioError> {
    let wanted: &[u32] = match &wish {
        RateWish::Best => &RATES,
        RateWish::Exactly(rate) => std::slice::from_ref(rate),
    };
    wanted
        .iter()
        .filter(|rate| **rate > 0 && rate.is_multiple_of(100))
        .find_map(|rate| best_at(*rate, offers, channels, period_ms))
        .ok_or(AudioError::Format(side))
}

fn best_at(rate: u32, offers: &[SupportedStreamConfigRange], channels: u16, period_ms: u32) -> Option<Choice> {
    offers
        .iter()
        .filter(|offer| offer.channels() > 0 && (offer.min_sample_rate()..=offer.max_sample_rate()).contains(&rate))
        .filter_map(|offer| Some((FORMATS.iter().position(|format| *format == offer.sample_format())?, offer)))
        .min_by_key(|(quality, offer)| (*quality, offer.channels().abs_diff(channels)))
        .map(|(_, offer)| Choice {
            config: StreamConfig {
                channels: offer.channels(),
                sample_rate: rate,
                buffer_size: period(rate, period_ms, offer.buffer_size()),
            },
            format: offer.sample_format(),
        })
}

/// `period_ms` in frames, moved into what the device can do; its own choice when it does not tell.
fn period(rate: u32, period_ms: u32, range: &SupportedBufferSize) -> BufferSize {
    let frames = rate.saturating_mul(period_ms) / 1000;
    match range {
        SupportedBufferSize::Range { min, max } if min <= max => BufferSize::Fixed(frames.clamp(*min, *max)),
        SupportedBufferSize::Range { .. } | SupportedBufferSize::Unknown => BufferSize::Default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(channels: u16, rates: (u32, u32), format: SampleFormat) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Range { min: 64, max: 100_000 };
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, buffer, format)
    }

    fn pick(offers: &[SupportedStreamConfigRange], wish: RateWish, channels: u16) -> Result<Choice, AudioError> {
        choose(Side::Microphone, offers, wish, channels, 10)
    }

    #[test]
    fn forty_eight_kilohertz_float_with_the_wanted_channels_wins() {
        let offers = [
            offer(1, (8_000, 44_100), SampleFormat::F32),
            offer(2, (8_000, 96_000), SampleFormat::I16),
            offer(6, (8_000, 96_000), SampleFormat::F32),
            offer(2, (8_000, 96_000), SampleFormat::F32),
        ];
        let choice = pick(&offers, RateWish::Best, 2).unwrap();
        assert_eq!((choice.config.sample_rate, choice.config.channels, choice.format), (48_000, 2, SampleFormat::F32));
        assert_eq!(choice.config.buffer_size, BufferSize::Fixed(480));
    }

    #[test]
    fn a_card_that_only_knows_cd_rate_is_used_at_that_rate() {
        let offers = [offer(2, (44_100, 44_100), SampleFormat::I16)];
        let choice = pick(&offers, RateWish::Best, 1).unwrap();
        assert_eq!((choice.config.sample_rate, choice.config.channels), (44_100, 2));
        assert_eq!(choice.config.buffer_size, BufferSize::Fixed(441));
    }

    #[test]
    fn rates_without_whole_blocks_and_unknown_formats_are_refused() {
        let odd = [offer(1, (22_050, 22_050), SampleFormat::I16)];
        assert_eq!(pick(&odd, RateWish::Best, 1), Err(AudioError::Format(Side::Microphone)));
        assert_eq!(pick(&odd, RateWish::Exactly(22_050), 1), Err(AudioError::Format(Side::Microphone)));
        let dsd = [offer(1, (48_000, 48_000), SampleFormat::DsdU8)];
        assert_eq!(pick(&dsd, RateWish::Best, 1), Err(AudioError::Format(Side::Microphone)));
        assert_eq!(pick(&[], RateWish::Best, 1), Err(AudioError::Format(Side::Microphone)));
    }

    #[test]
    fn a_device_with_large_periods_is_asked_for_its_smallest() {
        let buffer = SupportedBufferSize::Range { min: 2_048, max: 4_096 };
        let offers = [SupportedStreamConfigRange::new(1, 48_000, 48_000, buffer, SampleFormat::F32)];
        assert_eq!(pick(&offers, RateWish::Best, 1).unwrap().config.buffer_size, BufferSize::Fixed(2_048));
    }

    #[test]
    fn a_wished_rate_is_taken_or_refused() {
        let offers = [offer(1, (8_000, 48_000), SampleFormat::F32)];
        assert_eq!(pick(&offers, RateWish::Exactly(16_000), 1).unwrap().config.sample_rate, 16_000);
        assert!(pick(&offers, RateWish::Exactly(96_000), 1).is_err());
    }
}
