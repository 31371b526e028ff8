//! What speaks for a phrase, weighed: a logistic model, trained by `cargo xtask train-hearing` (assets/hearing-score.md).

use serde::Deserialize;

use super::HearingError;
use crate::command::Risk;

/// The signs of a phrase that was heard.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Signs {
    /// How much more likely than its best rival the grammar finds it, in natural log, -10 to 10.
    pub gap: f32,
    /// The same for a decoder that may hear any words; `None` = not among its 30 best.
    pub free_gap: Option<f32>,
    pub words: usize,
    pub letters: usize,
    /// Length of the phrase in s.
    pub length_s: f32,
    /// Voice within the second before it, in s.
    pub lead_s: f32,
    /// Voice in unknown sounds right beside it, in s.
    pub beside_s: f32,
    /// How much louder than the loudest voice in the second before it, and after it until the decision.
    pub before_db: f32,
    pub after_db: f32,
    /// How much louder than the quiet moments of the last 3 s.
    pub above_noise_db: f32,
    /// Share of the phrase that the voice detector calls a voice, 0 to 1.
    pub voiced: f32,
}

/// How many numbers the signs make.
pub const NUMBERS: usize = 12;
/// Seconds that a letter takes, about, and how far off nobody is surprised (natural log of the ratio).
const LETTER_S: f32 = 0.085;
const USUAL_PACE: f32 = 0.6;
/// So far ahead of anything else in the grammar, in natural log, several words speak for themselves.
const CLEAR: f32 = 1.0;

impl Signs {
    /// Whether a decoder that knows vouches for the phrase: the free one thought of it, or the grammar finds nothing as near to several
    /// words. Of the training sounds that the free decoder did not have among its 30, a lone word was said in 4 of 250; several
    /// words in 24 of 227 where something else was as near, and in 17 of 29 where not.
    pub fn vouched(&self) -> bool {
        self.free_gap.is_some() || (self.words > 1 && self.gap >= CLEAR)
    }

    /// As numbers of about the same size; the order is that of the weights.
    pub fn numbers(&self) -> [f32; NUMBERS] {
        let free = self.free_gap.unwrap_or(-8.0);
        let lone = self.words <= 1;
        let pace = (self.length_s / (LETTER_S * self.letters.max(2) as f32)).max(0.05).ln();
        let flag = |yes: bool| if yes { 1.0 } else { 0.0 };
        [
            1.0,
            self.gap.clamp(0.0, 8.0) / 4.0,
            self.gap.clamp(-8.0, 0.0) / 4.0,
            free.clamp(0.0, 6.0) / 4.0,
            free.clamp(-8.0, 0.0) / 4.0,
            flag(self.free_gap.is_none()),
            flag(self.free_gap.is_none() && lone),
            flag(!lone),
            self.before_db.clamp(-5.0, 20.0) / 10.0,
            self.lead_s.min(1.0),
            (self.beside_s / 0.25).min(1.0),
            (pace.abs() - USUAL_PACE).clamp(0.0, 1.0),
        ]
    }
}

/// The weights.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Model {
    weights: Vec<f32>,
}

impl Model {
    /// The English weights in assets; a test reads them, so an error here cannot reach a user.
    pub fn english() -> Result<Model, HearingError> {
        Model::parse(include_str!("../../assets/hearing-score.toml"))
    }

    fn parse(text: &str) -> Result<Model, HearingError> {
        let model: Model = toml::from_str(text).map_err(|error| HearingError::Weights(error.to_string()))?;
        let fits = model.weights.len() == NUMBERS && model.weights.iter().all(|weight| weight.is_finite());
        if fits { Ok(model) } else { Err(HearingError::Weights(format!("{NUMBERS} numbers are needed"))) }
    }

    /// Log-odds that the phrase was said, alone.
    pub fn score(&self, signs: &Signs) -> f32 {
        self.weights.iter().zip(signs.numbers()).map(|(weight, number)| weight * number).sum()
    }

    /// Below this log-odds the ears do not call it the phrase at all. For safe words this is all that is asked in a session
    /// ("pause" is never gated there); the guard asks more for the others.
    pub fn plausible(risk: Risk) -> f32 {
        match risk {
            Risk::Safe => -1.5,
            Risk::Move | Risk::Change | Risk::Destructive => -2.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn clear() -> Signs {
        Signs {
            gap: 8.0,
            free_gap: Some(3.0),
            words: 1,
            letters: 4,
            length_s: 0.4,
            lead_s: 0.0,
            beside_s: 0.0,
            before_db: 40.0,
            after_db: 40.0,
            above_noise_db: 30.0,
            voiced: 1.0,
        }
    }

    #[test]
    fn the_weights_in_assets_fit_and_a_clear_word_is_believed() {
        let model = Model::english().unwrap();
        assert!(model.score(&clear()) > 2.0);
        assert!(model.score(&Signs { gap: -6.0, free_gap: None, ..clear() }) < model.score(&clear()) - 2.0);
    }

    #[test]
    fn a_lone_word_needs_the_free_decoder_and_several_words_need_it_or_a_lead() {
        assert!(clear().vouched());
        let unheard = Signs { free_gap: None, ..clear() };
        assert!(!unheard.vouched());
        assert!(Signs { words: 2, ..unheard }.vouched());
        assert!(!Signs { words: 2, gap: 0.5, ..unheard }.vouched());
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        for text in ["weights = [1.0]", "weights = 3", "", "weights = [nan]"] {
            assert!(Model::parse(text).is_err(), "{text}");
        }
    }
}
