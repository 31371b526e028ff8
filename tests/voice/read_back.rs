//! The recogniser as a listener: what it writes down is what was said.

use hark::voice::Noise;

use super::bench::{joe, models};

#[test]
fn what_is_spoken_can_be_understood() {
    const TEXTS: [&str; 3] = [
        "I was in the garden the whole morning and did not hear the phone.",
        "Let me know if the price of two hundred and fifty dollars is fine for you.",
        "If it rains, we will meet in the library instead of the park.",
    ];
    let Some(mut voice) = joe(Noise::None) else { return };
    let folder = models().join("vosk-model-en");
    if !folder.join("am/final.mdl").is_file() {
        return eprintln!("SKIPPED what_is_spoken_can_be_understood: no recogniser in {}", folder.display());
    }
    let model = vosk::Model::new(folder.to_string_lossy()).expect("model");
    let (mut right, mut words) = (0, 0);
    for text in TEXTS {
        let clip = voice.synthesise(text, 1.3).expect("speech");
        let mut recogniser = vosk::Recognizer::new(&model, clip.rate as f32).expect("recogniser");
        // A floor of noise: recognisers do worse on digital silence than in any room.
        let quiet = vec![0.0; clip.rate as usize / 2];
        let samples: Vec<i16> = quiet
            .iter()
            .chain(&clip.samples)
            .chain(&quiet)
            .enumerate()
            .map(|(n, s)| (s * 32_000.0) as i16 + ((n * 7919 % 23) as i16 - 11))
            .collect();
        let mut heard = String::new();
        for chunk in samples.chunks(4_000) {
            if let Ok(vosk::DecodingState::Finalized) = recogniser.accept_waveform(chunk) {
                heard += recogniser.result().single().map_or("", |result| result.text);
                heard.push(' ');
            }
        }
        heard += recogniser.final_result().single().map_or("", |result| result.text);
        let heard: Vec<&str> = heard.split_whitespace().collect();
        let wanted = text.to_lowercase().replace(['.', ','], "");
        words += wanted.split_whitespace().count();
        right += wanted.split_whitespace().filter(|word| heard.contains(word)).count();
    }
    assert!(right * 100 >= words * 85, "{right} of {words} words understood");
}
