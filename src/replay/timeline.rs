//! A page that shows a session: waveforms, what was said, heard, refused and done. One HTML file, nothing fetched.

use serde::Serialize;

use super::report::Summary;
use super::run::Replayed;
use crate::engine::Stamped;
use crate::ports::OUTPUT_RATE;

/// Envelope points per second: enough to see a syllable when zoomed in.
const POINTS_PER_SECOND: usize = 50;

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    audio: Option<&'a str>,
    seconds: f64,
    points_per_second: usize,
    mic: Vec<u8>,
    voice: Vec<u8>,
    events: &'a [Stamped],
    summary: &'a Summary,
    unmet: Vec<String>,
}

/// The page as HTML. `audio`: file name of the WAV beside it, if one was written.
pub fn timeline(title: &str, replayed: &Replayed, audio: Option<&str>) -> String {
    let page = Page {
        title,
        audio,
        seconds: replayed.voice.len() as f64 / f64::from(OUTPUT_RATE),
        points_per_second: POINTS_PER_SECOND,
        mic: envelope(&replayed.mic),
        voice: envelope(&replayed.voice),
        events: &replayed.events,
        summary: &replayed.summary,
        unmet: replayed.unmet.iter().map(|unmet| format!("{}. {}", unmet.number, unmet.text)).collect(),
    };
    // "<" cannot occur in the data then, so no mail can close the script element.
    let data = serde_json::to_string(&page).unwrap_or_else(|_| "{}".to_owned()).replace('<', "\\u003c");
    include_str!("../../assets/timeline.html").replacen("/*DATA*/null", &data, 1)
}

/// Peak of each slice on a scale of 0 to 255 that follows decibels from -60 to 0.
fn envelope(samples: &[f32]) -> Vec<u8> {
    samples
        .chunks(OUTPUT_RATE as usize / POINTS_PER_SECOND)
        .map(|slice| {
            let peak = slice.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
            let db = 20.0 * peak.max(1e-6).log10();
            (((db + 60.0) / 60.0).clamp(0.0, 1.0) * 255.0).round() as u8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_follows_decibels() {
        let loud = envelope(&vec![1.0; 960]);
        let half = envelope(&vec![0.0316; 960]);
        assert_eq!(loud, vec![255]);
        assert!((120..=135).contains(&half[0]), "{half:?}");
        assert_eq!(envelope(&vec![0.0; 960]), vec![0]);
    }

    #[test]
    fn the_template_has_its_place_for_data() {
        assert_eq!(include_str!("../../assets/timeline.html").matches("/*DATA*/null").count(), 1);
    }
}
