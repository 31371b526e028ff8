//! The recogniser as a listener: writes down what it hears, without a grammar.

use hark::ports::Clip;

pub struct Listener(vosk::Model);

impl Listener {
    pub fn open() -> Option<Listener> {
        vosk::Model::new("models/vosk-model-en").map(Listener)
    }

    /// Words heard, as [`plain`] has them. Half a second of faint noise around: recognisers do worse on digital silence
    /// than in any room.
    pub fn write_down(&self, clip: &Clip) -> Vec<String> {
        let Some(mut recogniser) = vosk::Recognizer::new(&self.0, clip.rate as f32) else { return Vec::new() };
        let mut seed = 1_u32;
        let mut samples: Vec<i16> = Vec::new();
        let silence = vec![0.0; clip.rate as usize / 2];
        for sample in silence.iter().chain(&clip.samples).chain(&silence) {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (seed >> 16) as f32 / 65_536.0 - 0.5;
            samples.push((sample * 32_000.0 + noise * 20.0) as i16);
        }
        let mut words = Vec::new();
        for chunk in samples.chunks(4_000) {
            if let Ok(vosk::DecodingState::Finalized) = recogniser.accept_waveform(chunk) {
                words.extend(recogniser.result().single().map(|result| result.text.to_owned()));
            }
        }
        words.extend(recogniser.final_result().single().map(|result| result.text.to_owned()));
        plain(&words.join(" "))
    }
}

/// Words in small letters; letters said one by one are one word ("P-M" and "p m" are "pm").
pub fn plain(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(|c: char| !c.is_alphanumeric() && c != '\'', " ");
    let mut words: Vec<String> = Vec::new();
    let mut spelling = false;
    for word in text.split_whitespace() {
        let letter = word.chars().count() == 1;
        match words.last_mut() {
            Some(last) if letter && spelling => last.push_str(word),
            Some(_) | None => words.push(word.to_owned()),
        }
        spelling = letter;
    }
    words
}

/// Words to change, add or leave out.
pub fn distance(a: &[String], b: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substitute = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
