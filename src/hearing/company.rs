//! Who else is talking: which voices are worth a dip of the reading, and which are only company.
//!
//! The voice detector hears every voice. A voice is *near* while it is louder than the company that has shown itself lately; only near
//! voices are reported as onsets. Company is what talks for longer than any command lasts, and what came to nothing several times.

use std::collections::VecDeque;

use super::activity::Voice;
use super::front::SILENCE_DB;
use super::{BLOCK, RATE};
use crate::command::PhraseTable;

/// No command lasts longer ("read the mail from Siobhan Fitzgerald": 2.1 s at a walking pace): 2.5 s in samples.
const LONGEST_COMMAND: u64 = 5 * RATE as u64 / 2;
/// A near voice has said two or three words after 0.9 s, and another one every 0.4 s.
const FIRST_WORDS: u64 = 9 * RATE as u64 / 10;
const MORE_WORDS: u64 = 4 * RATE as u64 / 10;
/// Levels are means over so many blocks: 60 ms, a short vowel.
const MEAN: usize = 6;
/// How far above the louder moments of company a voice is near, in dB: talkers vary by about this from one sentence to the next.
const MARGIN_DB: f32 = 5.0;
/// A listener known to be louder than company is near from this far below the usual level on, in dB; at least [`LEAST_DB`] above company.
const BELOW_LISTENER_DB: f32 = 2.0;
const LEAST_DB: f32 = 2.0;
/// A near voice is over when it was this far below the threshold for this long, 0.4 s of blocks, although others still talk.
const FALLEN_DB: f32 = 3.0;
const FALLEN: u32 = 40;
/// So many onsets that came to nothing within this time, 20 s, make company of them (behaviour.md, "Voice over voice").
const FRUITLESS: usize = 3;
const FRUITLESS_WITHIN: u64 = 20 * RATE as u64;
/// From so many words on, only the first may be a noise.
const MANY_WORDS: usize = 4;
/// A near voice rises at least so much above the noise, in dB: what only goes on is no onset, whatever the detector says of it.
const RISE_DB: f32 = 2.5;
/// Steps by which the noise is followed, in dB a block, while nobody near speaks: its level settles where 60 % of the blocks are softer.
const NOISE_UP_DB: f32 = 0.06;
const NOISE_DOWN_DB: f32 = 0.04;
/// Company that was not heard for so long is gone: 30 s.
const GONE: u64 = 30 * RATE as u64;
/// Share of the way to softer company that is gone every time it is measured (2.5 s): the louder talker may only be listening.
const FORGETS: f32 = 0.05;
/// One voice that came to nothing has to be surpassed, two by this much, in dB.
const TWICE_DB: f32 = 2.0;
/// The share of moments of a voice that are softer than its level.
const LOUD_SHARE: f32 = 0.9;

/// What the session is to know of a voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A near voice began here.
    Onset(u64),
    /// It was over here.
    Over(u64),
    /// It goes on, but it is nobody who speaks to us.
    Company(u64),
}

/// Whether onsets are weighed against company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weighed {
    Yes,
    /// Our voice is loud in the microphone: a dip is needed to hear anything at all.
    No,
}

#[derive(Debug, Default)]
pub(super) struct Company {
    /// Sample at which the last block ended.
    now: u64,
    state: State,
    /// Powers of the last blocks.
    recent: VecDeque<f32>,
    /// Levels of the voice that is on, block by block, since it began or was last judged.
    levels: Vec<f32>,
    noise: Option<f32>,
    others: Option<Others>,
    /// Level of accepted commands.
    listener: Option<f32>,
    /// The voice that was over last: when, how loud it was, and what company there was before it.
    last: Option<(u64, f32, Option<Others>)>,
    /// Near voices that came to nothing: when, and how loud.
    fruitless: VecDeque<(u64, f32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Quiet,
    /// A voice is on, not a near one.
    Far,
    Near {
        since: u64,
        fallen: u32,
    },
}

/// The loudest company of late, in dBFS, and when it was last heard.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Others {
    level: f32,
    heard: u64,
}

impl Company {
    /// Takes a block that ends at sample `now`, `level` = its presence; `voice` = the voice that is on.
    pub fn look(&mut self, now: u64, level: f32, voice: Option<Voice>, weighed: Weighed) -> Option<Told> {
        let level = self.mean(level);
        self.now = now;
        if self.others.is_some_and(|others| now.saturating_sub(others.heard) > GONE) {
            self.others = None;
        }
        let noise = self.follow_noise(level);
        let Some(voice) = voice else { return self.over(now) };
        self.levels.push(level);
        let threshold = match weighed {
            Weighed::Yes => self.threshold().max(noise + RISE_DB),
            Weighed::No => SILENCE_DB,
        };
        match self.state {
            State::Quiet | State::Far if level >= threshold => {
                let since = voice.onset.max(now.saturating_sub((2 * MEAN * BLOCK) as u64));
                self.state = State::Near { since, fallen: 0 };
                self.levels.clear();
                Some(Told::Onset(since))
            }
            State::Quiet | State::Far => {
                self.state = State::Far;
                if self.levels.len() as u64 * BLOCK as u64 >= LONGEST_COMMAND {
                    self.learn(now);
                }
                None
            }
            State::Near { since, fallen } => self.near(now, since, fallen, level < threshold - FALLEN_DB),
        }
    }

    fn near(&mut self, now: u64, since: u64, fallen: u32, low: bool) -> Option<Told> {
        let fallen = if low { fallen + 1 } else { 0 };
        if now.saturating_sub(since) >= LONGEST_COMMAND {
            self.learn(now);
            self.state = State::Far;
            return Some(Told::Company(now));
        }
        if fallen >= FALLEN {
            self.came_to_nothing(now);
            self.state = State::Far;
            return Some(Told::Over(now.saturating_sub(u64::from(FALLEN) * BLOCK as u64)));
        }
        self.state = State::Near { since, fallen };
        None
    }

    /// No voice is on any more; the last one ended at sample `end`.
    pub fn over(&mut self, end: u64) -> Option<Told> {
        let now = self.now;
        if self.state != State::Quiet {
            self.last = Some((now, loud(&mut self.levels), self.others));
        }
        let told = match self.state {
            State::Quiet => None,
            State::Far => {
                // Too soft to count as near: it is still there.
                self.others.as_mut().into_iter().for_each(|others| others.heard = now);
                None
            }
            State::Near { .. } => {
                self.came_to_nothing(now);
                Some(Told::Over(end))
            }
        };
        self.state = State::Quiet;
        self.levels.clear();
        told
    }

    /// The voice that is on says what no command begins with: not a near voice any more.
    pub fn talks(&mut self, now: u64) -> Option<Told> {
        let State::Near { .. } = self.state else { return None };
        self.learn(now);
        self.state = State::Far;
        Some(Told::Company(now))
    }

    /// Whether it is time to ask what a near voice says: first after [`FIRST_WORDS`], then again every [`MORE_WORDS`].
    pub fn asks(&self, now: u64) -> bool {
        match self.state {
            State::Near { since, .. } => {
                let on = now.saturating_sub(since);
                on >= FIRST_WORDS && (on - FIRST_WORDS) % MORE_WORDS < BLOCK as u64
            }
            State::Quiet | State::Far => false,
        }
    }

    /// The last voice was the listener's: it gave a command.
    pub fn vouch(&mut self) {
        let Some((at, level, others)) = self.last.take() else { return };
        if self.now.saturating_sub(at) >= LONGEST_COMMAND {
            return;
        }
        self.fruitless.retain(|(fruitless, _)| *fruitless != at);
        self.others = others;
        self.listener = Some(self.listener.map_or(level, |known| known + (level - known) * 0.5));
    }

    fn follow_noise(&mut self, level: f32) -> f32 {
        let noise = self.noise.unwrap_or(level);
        let step = if level > noise { NOISE_UP_DB } else { -NOISE_DOWN_DB };
        let near = matches!(self.state, State::Near { .. });
        self.noise = Some(if near { noise } else { noise + step });
        noise
    }

    fn threshold(&self) -> f32 {
        let Some(others) = self.others else { return self.doubt() };
        let usual = others.level + MARGIN_DB;
        let near_listener = |level: f32| (level - BELOW_LISTENER_DB).max(others.level + LEAST_DB);
        self.listener.map_or(usual, |level| usual.min(near_listener(level)))
    }

    /// Before there is company: what came to nothing once or twice of late.
    fn doubt(&self) -> f32 {
        let lately = self.fruitless.iter().filter(|(at, _)| self.now.saturating_sub(*at) < FRUITLESS_WITHIN);
        let (count, loudest) =
            lately.fold((0, SILENCE_DB), |(count, loudest), (_, level)| (count + 1, f32::max(loudest, *level)));
        match count {
            0 => SILENCE_DB,
            1 => loudest,
            _ => loudest + TWICE_DB,
        }
    }

    fn learn(&mut self, now: u64) {
        let level = loud(&mut self.levels);
        self.levels.clear();
        self.hear_others(now, level);
    }

    fn hear_others(&mut self, now: u64, level: f32) {
        let known = self.others.map_or(SILENCE_DB, |others| others.level);
        let level = if level >= known { level } else { known + (level - known) * FORGETS };
        self.others = Some(Others { level, heard: now });
    }

    fn came_to_nothing(&mut self, now: u64) {
        let level = loud(&mut self.levels);
        self.levels.clear();
        self.fruitless.retain(|(at, _)| now.saturating_sub(*at) < FRUITLESS_WITHIN);
        self.fruitless.push_back((now, level));
        if self.others.is_some() {
            // There is company already: this is one more of it, and louder.
            self.hear_others(now, level);
        }
        if self.fruitless.len() >= FRUITLESS {
            let loudest = self.fruitless.iter().map(|(_, level)| *level).fold(SILENCE_DB, f32::max);
            self.fruitless.pop_front();
            self.hear_others(now, loudest);
        }
    }

    fn mean(&mut self, level: f32) -> f32 {
        self.recent.push_back(10.0_f32.powf(level / 10.0));
        if self.recent.len() > MEAN {
            self.recent.pop_front();
        }
        let sum: f32 = self.recent.iter().sum();
        (10.0 * (sum / self.recent.len() as f32).log10()).max(SILENCE_DB)
    }
}

/// Whether words so far, of the grammar, are no command and not going to be one: no phrase begins where any of them does, or there
/// are more before the phrase than a noise explains.
pub(super) fn is_talk(so_far: &str, table: &PhraseTable) -> bool {
    let words: Vec<&str> = so_far.split(' ').filter(|word| !word.is_empty()).collect();
    let begins = |from: usize| {
        let said = words.get(from..).unwrap_or_default().join(" ");
        table.phrases().any(|(phrase, _)| phrase.starts_with(&said))
    };
    let noise_words = if words.len() >= MANY_WORDS { 1 } else { words.len().saturating_sub(1) };
    words.len() >= 2 && !(0..=noise_words).any(begins)
}

/// The level that is reached in a tenth of the blocks.
fn loud(levels: &mut [f32]) -> f32 {
    levels.sort_by(f32::total_cmp);
    let at = (levels.len() as f32 * LOUD_SHARE) as usize;
    levels.get(at.min(levels.len().saturating_sub(1))).copied().unwrap_or(SILENCE_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Street {
        company: Company,
        now: u64,
        told: Vec<(u64, Told)>,
    }

    impl Street {
        fn new() -> Street {
            let mut street = Street { company: Company::default(), now: 0, told: Vec::new() };
            street.blocks(500, -70.0, None);
            street
        }

        /// A voice for so many ms at this level, then silence of 500 ms. Onsets that were told.
        fn voice(&mut self, ms: u64, level: f32) -> usize {
            let before = self.told.len();
            let onset = self.now;
            self.blocks(ms, level, Some(onset));
            self.blocks(500, -70.0, None);
            self.told[before..].iter().filter(|(_, told)| matches!(told, Told::Onset(_))).count()
        }

        fn blocks(&mut self, ms: u64, level: f32, onset: Option<u64>) {
            for _ in 0..ms / 10 {
                self.now += BLOCK as u64;
                let voice = onset.map(|onset| Voice { onset, last: self.now });
                let told = self.company.look(self.now, level, voice, Weighed::Yes);
                self.told.extend(told.map(|told| (self.now * 1000 / RATE as u64, told)));
            }
        }
    }

    #[test]
    fn alone_every_voice_is_near_at_once() {
        let mut street = Street::new();
        assert_eq!(street.voice(600, -45.0), 1);
        assert_eq!(street.voice(600, -20.0), 1);
        assert_eq!(street.told[0].0, 510);
    }

    #[test]
    fn who_talks_for_longer_than_a_command_is_company_and_a_louder_voice_is_near() {
        let mut street = Street::new();
        assert_eq!(street.voice(6_000, -36.0), 1);
        assert!(
            street.told.iter().any(|(at, told)| matches!(told, Told::Company(_)) && *at <= 3_100),
            "{:?}",
            street.told
        );
        for _ in 0..10 {
            assert_eq!(street.voice(1_500, -35.0), 0);
        }
        assert_eq!(street.voice(700, -26.0), 1);
    }

    #[test]
    fn a_louder_voice_is_near_while_company_talks_on() {
        let mut street = Street::new();
        street.blocks(5_000, -38.0, Some(0));
        let before = street.told.len();
        street.blocks(700, -26.0, Some(0));
        street.blocks(2_000, -38.0, Some(0));
        assert!(matches!(street.told[before..], [(_, Told::Onset(_)), (_, Told::Over(_))]), "{:?}", street.told);
    }

    #[test]
    fn three_short_voices_that_came_to_nothing_are_company_for_half_a_minute() {
        let mut street = Street::new();
        for level in [-33.0, -31.0, -27.0] {
            assert_eq!(street.voice(400, level), 1);
        }
        assert_eq!(street.voice(400, -25.0), 0);
        street.blocks(31_000, -70.0, None);
        assert_eq!(street.voice(400, -30.0), 1);
    }

    #[test]
    fn commands_that_were_understood_are_no_company() {
        let mut street = Street::new();
        for _ in 0..6 {
            assert_eq!(street.voice(600, -26.0), 1);
            street.company.vouch();
        }
    }

    #[test]
    fn a_known_listener_is_near_at_the_usual_level() {
        let mut street = Street::new();
        street.voice(600, -26.0);
        street.company.vouch();
        street.voice(6_000, -29.0);
        assert_eq!(street.voice(600, -26.5), 1, "three dB over company, half a dB below the usual level");
    }

    #[test]
    fn a_noise_that_only_goes_on_is_no_onset_and_a_voice_over_it_is() {
        let mut street = Street::new();
        street.blocks(9_000, -40.0, None);
        assert_eq!(street.voice(600, -39.0), 0);
        street.blocks(9_000, -40.0, None);
        assert_eq!(street.voice(600, -35.0), 1);
    }

    #[test]
    fn talk_is_told_from_the_beginning_of_a_command() {
        let table = PhraseTable::english().unwrap();
        for command in ["", "next", "[unk] delete", "who flag this", "read", "[unk]", "archive them"] {
            assert!(!is_talk(command, &table), "{command}");
        }
        for talk in ["hello my", "[unk] hello", "hello read my replay", "it is the archive of"] {
            assert!(is_talk(talk, &table), "{talk}");
        }
    }

    #[test]
    fn over_our_own_loud_voice_nothing_is_weighed() {
        let mut street = Street::new();
        street.voice(6_000, -30.0);
        let onset = street.now;
        street.now += BLOCK as u64;
        let told = street.company.look(street.now, -40.0, Some(Voice { onset, last: street.now }), Weighed::No);
        assert!(matches!(told, Some(Told::Onset(_))));
    }
}
