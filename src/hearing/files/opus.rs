//! Ogg Opus (RFC 7845): a head, tags, then packets of at most 120 ms, always decoded at 48 kHz.

use std::io::Cursor;

use ogg::PacketReader;
use opus_decoder::OpusDecoder;

use super::{Flaw, Mono, Recording, damaged};

/// Rate that Opus is decoded at, in Hz.
const RATE: u32 = 48_000;
/// Longest packet, in samples of one channel.
const LONGEST: usize = 5_760;

pub(super) fn decode(bytes: &[u8]) -> Result<Recording, Flaw> {
    let mut packets = PacketReader::new(Cursor::new(bytes));
    let first = packets.read_packet().map_err(damaged)?.ok_or(Flaw::Unknown)?;
    let head = Head::read(&first.data).ok_or_else(|| Flaw::Damaged("its Opus head is broken".to_owned()))?;
    let mut decoder = OpusDecoder::new(RATE, usize::from(head.channels)).map_err(damaged)?;
    let mut mono = Mono::new(RATE, u32::from(head.channels))?;
    let mut sound = vec![0.0; LONGEST * usize::from(head.channels)];
    let mut end = None;
    let mut tags = true;
    while let Ok(Some(packet)) = packets.read_packet() {
        if std::mem::take(&mut tags) {
            continue;
        }
        if packet.last_in_stream() {
            end = usize::try_from(packet.absgp_page()).ok();
        }
        let frames = decoder.decode_float(&packet.data, &mut sound, false).unwrap_or(0);
        for &sample in sound.iter().take(frames * usize::from(head.channels)) {
            mono.push(sample)?;
        }
    }
    Ok(trimmed(mono.done(), usize::from(head.skip), end))
}

/// Without the decoder's start-up and without what the last page says is no sound any more.
fn trimmed(mut recording: Recording, skip: usize, end: Option<usize>) -> Recording {
    if let Some(end) = end {
        recording.samples.truncate(end);
    }
    recording.samples.drain(..skip.min(recording.samples.len()));
    recording
}

struct Head {
    /// 1 or 2.
    channels: u8,
    /// Samples at 48 kHz to drop at the start.
    skip: u16,
}

impl Head {
    /// Magic (8 bytes), version, channels, pre-skip (16 bits, little-endian), …, mapping family (0 = mono or stereo).
    fn read(data: &[u8]) -> Option<Head> {
        let rest = data.strip_prefix(b"OpusHead")?;
        let channels = *rest.get(1)?;
        let skip = u16::from_le_bytes([*rest.get(2)?, *rest.get(3)?]);
        let family = *rest.get(10)?;
        (matches!(channels, 1 | 2) && family == 0).then_some(Head { channels, skip })
    }
}
