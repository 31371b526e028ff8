//! The ears: blocks in, reports out. No clock and no thread: the same blocks give the same reports, byte for byte.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use super::activity::{Activity, Voice};
use super::background::{Background, Surroundings};
use super::company::{self, Company, Told};
use super::decision::{self, Belief, Occasion, Opinions, Phrase};
use super::echo::Echo;
use super::ending::{Ending, Verdict};
use super::front::{Block, Front, Sound};
use super::input::InputWatch;
use super::levels::Levels;
use super::model::SpeechModel;
use super::recogniser::{Alternative, Fed, Free, Grammar, Recipe, Stumbled};
use super::score::{Model, Signs};
use super::{BLOCK, HearingError, RATE};
use crate::command::{Names, PhraseTable};
use crate::ports::{EarOutput, Ears, Rest};
use crate::session::{EarReport, Utterance};
use crate::units::Millis;

/// The free decoder hears this much from before the onset: 0.6 s.
const PRE_ROLL: usize = RATE * 6 / 10;
/// Over our own voice only so much, 0.1 s: before that there is nothing but what is left of it.
const ECHO_ROLL: usize = RATE / 10;
/// Sound kept for verifying what the voice detector missed: 6 s.
const KEPT: usize = 6 * RATE;
/// Nobody speaks a command for longer; then what was heard is looked at anyway: 12 s.
const LONGEST: u64 = 12 * RATE as u64;
/// Without a voice the words collected so far are thrown away this often, 3 s: the decoder stretches a first word back over
/// any length of noise ("who flag this" with a "who" of 12 s), and the phrase is then no phrase.
const STALE: u64 = 3 * RATE as u64;
/// They are kept while there was a trace of voice in the last 300 ms, in blocks: a word may be beginning.
const CALM: u64 = 30;
/// Nor while it is getting louder: in loud noise the detector is 0.4 s late for a soft first consonant ("stop" lost its "st").
const RISE: u64 = 10;
const RISE_DB: f32 = 1.0;
/// Shorter sounds without a phrase are clicks and coughs, not worth a report: 0.25 s.
const SHORTEST: u64 = RATE as u64 / 4;
/// What begins so soon after a phrase was told and is none itself is its end: 0.3 s.
const REMAINDER: u64 = RATE as u64 * 3 / 10;
/// Where no voice was detected, a phrase must be this near the top to be verified (that costs 0.1 s of CPU).
const NEAR_TOP: usize = 3;
/// A block that comes later than this after the one before it follows a gap, in ms.
const GAP_MS: u64 = 50;

/// Choices of the ears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarsConfig {
    /// Rate of the microphone in Hz.
    pub mic_rate: u32,
    pub recipe: Recipe,
}

impl EarsConfig {
    /// The recipe that measured best.
    pub fn new(mic_rate: u32) -> EarsConfig {
        EarsConfig { mic_rate, recipe: Recipe::Verified }
    }
}

/// Ears on a Vosk model.
pub struct VoskEars {
    model: Arc<SpeechModel>,
    table: PhraseTable,
    recipe: Recipe,
    front: Front,
    echo: Echo,
    activity: Activity,
    company: Company,
    input: InputWatch,
    levels: Levels,
    background: Background,
    hearing: Hearing,
    grammar: Grammar,
    /// `None` for the baseline, which verifies nothing.
    free: Option<Free>,
    /// The last seconds behind the canceller.
    kept: VecDeque<i16>,
    clock: Clock,
    /// Since when `grammar` collects words, in samples.
    decided: u64,
    playing: bool,
    ending: Ending,
    score: Model,
    /// Until when a phrase was last told, in samples.
    told: u64,
    /// Signs of the last utterance.
    signs: Option<Signs>,
    rest: Rest,
    learned: Option<Names>,
    reports: VecDeque<EarOutput>,
}

impl VoskEars {
    /// Loads the model from the models folder (0.7 s) and starts listening for the phrases of `table`.
    pub fn open(models: &Path, table: PhraseTable, config: EarsConfig) -> Result<VoskEars, HearingError> {
        VoskEars::on(&SpeechModel::open(models)?, table, config)
    }

    /// The same on a model that is loaded already (0.1 s).
    pub fn on(model: &Arc<SpeechModel>, table: PhraseTable, config: EarsConfig) -> Result<VoskEars, HearingError> {
        Ok(VoskEars {
            front: Front::new(config.mic_rate)?,
            echo: Echo::new(),
            activity: Activity::new(),
            company: Company::default(),
            input: InputWatch::default(),
            levels: Levels::new(),
            background: Background::default(),
            hearing: Hearing::AsItIs,
            grammar: Grammar::new(model, &table, config.recipe, 0)?,
            free: match config.recipe {
                Recipe::Verified | Recipe::Candidates => Some(Free::new(model)?),
                Recipe::GrammarAlone => None,
            },
            kept: VecDeque::with_capacity(KEPT + BLOCK),
            clock: Clock::default(),
            decided: 0,
            playing: false,
            ending: Ending::default(),
            score: Model::english()?,
            told: 0,
            signs: None,
            rest: Rest::Wake,
            learned: None,
            reports: VecDeque::new(),
            model: Arc::clone(model),
            recipe: config.recipe,
            table,
        })
    }

    fn block(&mut self, block: &Block) -> Result<(), Stumbled> {
        let look = self.echo.look(block.powers, self.activity.voice().is_some());
        self.playing = look.playing;
        self.reports.extend(look.quality.map(EarOutput::Echo));
        let sound = self.plain(block);
        let opened = self.activity.push(&sound.samples, look.near);
        self.levels.push(sound.level, self.activity.probability());
        if self.activity.voice().is_none() {
            self.choose(block);
        }
        self.keep(self.in_voice(block));
        self.clock.position += BLOCK as u64;
        let weighed = self.echo.weighed();
        let told = self.company.look(self.clock.position, sound.presence, self.activity.voice(), weighed);
        self.tell_company(told);
        let fed = match opened {
            Some(opened) => self.opened(opened.at, block)?,
            None => self.feed(block)?,
        };
        self.follow(fed)?;
        self.decide()
    }

    /// A voice began: the free decoder hears it from before its onset, and over an echo of our own voice the grammar does, too.
    fn opened(&mut self, at: u64, block: &Block) -> Result<Fed, Stumbled> {
        self.ending.restart(self.clock.position);
        let roll = if self.over_echo() { ECHO_ROLL } else { PRE_ROLL };
        let from = at.saturating_sub(roll as u64);
        let before = self.kept_from(from);
        if let Some(free) = &mut self.free {
            free.forget();
            free.feed(&before)?;
        }
        if self.over_echo() {
            self.decided = from;
            self.grammar.again(&before, self.clock.position)
        } else {
            self.grammar.feed(self.in_voice(block))
        }
    }

    fn feed(&mut self, block: &Block) -> Result<Fed, Stumbled> {
        if self.activity.voice().is_none() {
            return self.grammar.feed(&self.plain(block).samples);
        }
        let sound = self.in_voice(block);
        if let Some(free) = &mut self.free {
            free.feed(sound)?;
        }
        self.grammar.feed(sound)
    }

    fn over_echo(&self) -> bool {
        self.playing && self.echo.in_microphone()
    }

    /// What the recognisers hear of a voice (docs/adr/0019).
    fn in_voice<'a>(&self, block: &'a Block) -> &'a [i16; BLOCK] {
        if self.over_echo() { &block.linear } else { &self.plain(block).samples }
    }

    /// What everybody hears else (docs/adr/0020).
    fn plain<'a>(&self, block: &'a Block) -> &'a Sound {
        match self.hearing {
            Hearing::AsItIs => &block.suppressed,
            Hearing::Denoised => &block.denoised,
        }
    }

    /// Chosen between voices: the denoised sound is late, and a word must not jump. Denoised in noise only, because in a quiet room that makes
    /// words of what is none; and not where our own voice may be: there every ms counts until it dips, and what is left of it is no noise.
    fn choose(&mut self, block: &Block) {
        if self.playing && self.echo.may_be_in_microphone() {
            self.hearing = Hearing::AsItIs;
            return;
        }
        self.background.push(block.suppressed.level);
        self.hearing = match self.background.surroundings() {
            Surroundings::Noisy => Hearing::Denoised,
            Surroundings::Quiet => Hearing::AsItIs,
        };
    }

    /// Keeps track of what the recogniser would say.
    fn follow(&mut self, fed: Fed) -> Result<(), Stumbled> {
        let now = self.clock.position;
        match fed {
            Fed::Waiting => {}
            Fed::GoesOn | Fed::Over => {
                self.ending.over(fed == Fed::Over, now);
                if self.activity.voice().is_some() || fed == Fed::Over {
                    let words = self.grammar.so_far()?;
                    self.ending.words(words, now);
                }
            }
        }
        self.ending.level(&self.levels, now);
        Ok(())
    }

    /// Decides when the voice is over, when the words and the noise say so, or when it has gone on for too long.
    fn decide(&mut self) -> Result<(), Stumbled> {
        let now = self.clock.position;
        let silent_ms = self.activity.silence_ms();
        let verdict = self.ending.verdict(silent_ms, &self.table, now);
        let Some(voice) = self.activity.voice() else {
            return match verdict {
                Verdict::Decided if self.ending.complete(&self.table) => self.unvoiced(),
                Verdict::Decided | Verdict::GoesOn | Verdict::Ended if self.stale() => self.unvoiced(),
                Verdict::Decided | Verdict::GoesOn | Verdict::Ended => self.refresh(),
            };
        };
        match verdict {
            Verdict::Ended => {
                self.activity.close();
                let told = self.company.over(voice.last);
                self.tell_company(told);
                self.utterance(voice)
            }
            Verdict::Decided => self.utterance(voice),
            Verdict::GoesOn if now - self.decided.max(voice.onset) > LONGEST => self.utterance(voice),
            Verdict::GoesOn => self.look_for_talk(),
        }
    }

    /// A near voice that says what no command begins with is told as company at once.
    fn look_for_talk(&mut self) -> Result<(), Stumbled> {
        if self.company.asks(self.clock.position) {
            let words = self.grammar.so_far()?;
            if company::is_talk(&words, &self.table) {
                let told = self.company.talks(self.clock.position);
                self.tell_company(told);
            }
        }
        Ok(())
    }

    fn tell_company(&mut self, told: Option<Told>) {
        self.reports.extend(told.map(|told| {
            EarOutput::Report(match told {
                Told::Onset(at) => EarReport::Onset { at: self.clock.time(at) },
                Told::Over(at) => EarReport::VoiceEnded { at: self.clock.time(at) },
                Told::Company(at) => EarReport::Company { at: self.clock.time(at) },
            })
        }));
    }

    /// Whether nothing but silence or noise has been collected for so long that it would be taken for the beginning of a word, and
    /// no word is beginning just now.
    fn stale(&self) -> bool {
        if self.clock.position - self.decided <= STALE {
            return false;
        }
        let now = self.clock.position / BLOCK as u64;
        let level = |blocks: u64| self.levels.active(now.saturating_sub(blocks)..now);
        self.levels.voiced_share(now.saturating_sub(CALM)..now) == 0.0
            && level(RISE) < level(STALE / BLOCK as u64) + RISE_DB
    }

    /// An utterance of a voice that was detected.
    fn utterance(&mut self, voice: Voice) -> Result<(), Stumbled> {
        let hypotheses = self.grammar.decide()?;
        let alternatives = self.alternatives()?;
        let phrases: Vec<Phrase> = decision::phrases(&hypotheses, self.grammar.spellings(), &self.levels)
            .into_iter()
            .map(|phrase| phrase.within(voice.onset.saturating_sub(PRE_ROLL as u64)..self.clock.position))
            .collect();
        let now = self.clock.position;
        let before = std::mem::replace(&mut self.decided, now);
        self.ending.restart(now);
        // What is left of a voice after its word is no second utterance.
        let shortest = if before > voice.onset { 4 * SHORTEST } else { SHORTEST };
        match self.belief(&phrases, &alternatives, voice.onset) {
            Some(belief) if self.remainder(&belief) => {}
            Some(belief) => self.tell(belief, voice.onset),
            None if self.activity.voice().is_none() && voice.last > before.max(voice.onset) + shortest => {
                let phrase = Phrase::wordless(before.max(voice.onset)..voice.last);
                let opinions = Opinions { phrases: &[], alternatives: &[], table: &self.table, levels: &self.levels };
                let belief = opinions.weighed(phrase, Occasion { onset: voice.onset, now }, &self.score);
                self.tell(belief, voice.onset);
            }
            None => {}
        }
        Ok(())
    }

    /// Whether it is what was left of the sound of a phrase that was told: decided early, its last consonant makes another word.
    fn remainder(&self, belief: &Belief) -> bool {
        let known = self.table.command(&belief.phrase.words).is_some();
        self.told > 0 && !known && belief.phrase.range.start < self.told + REMAINDER
    }

    fn belief(&self, phrases: &[Phrase], alternatives: &[Alternative], onset: u64) -> Option<Belief> {
        let opinions = Opinions { phrases, alternatives, table: &self.table, levels: &self.levels };
        let at = Occasion { onset, now: self.clock.position };
        match self.recipe {
            Recipe::Verified => opinions.belief(at, &self.score),
            Recipe::Candidates => opinions.candidate(at, &self.score).or_else(|| opinions.belief(at, &self.score)),
            Recipe::GrammarAlone => {
                let first = phrases.iter().find(|phrase| !phrase.words.is_empty())?;
                Some(opinions.weighed(first.clone(), at, &self.score))
            }
        }
    }

    /// The recogniser heard something where no voice was detected: a phrase in loud noise, or nothing. Never while we play: that is our echo.
    fn unvoiced(&mut self) -> Result<(), Stumbled> {
        let hypotheses = self.grammar.decide()?;
        let phrases = decision::phrases(&hypotheses, self.grammar.spellings(), &self.levels);
        let now = self.clock.position;
        let since = std::mem::replace(&mut self.decided, now);
        self.ending.restart(now);
        let spoken = phrases.iter().take(NEAR_TOP).find(|phrase| self.table.command(&phrase.words).is_some());
        let Some(phrase) = spoken.filter(|_| !self.playing) else { return Ok(()) };
        let onset = phrase.range.start;
        let sound = self.kept_from(onset.saturating_sub(PRE_ROLL as u64).max(since));
        if let Some(free) = &mut self.free {
            free.forget();
            free.feed(&sound)?;
        }
        let alternatives = self.alternatives()?;
        let belief = self.belief(&phrases, &alternatives, onset);
        if let Some(belief) = belief.filter(|belief| self.table.command(&belief.phrase.words).is_some()) {
            self.tell(belief, onset);
        }
        Ok(())
    }

    fn alternatives(&mut self) -> Result<Vec<Alternative>, Stumbled> {
        let mut alternatives = self.free.as_mut().map_or(Ok(Vec::new()), Free::decide)?;
        for one in &mut alternatives {
            one.text = self.grammar.spellings().meant(std::mem::take(&mut one.text));
        }
        Ok(alternatives)
    }

    /// In silence the grammar is renewed when there are new names.
    fn refresh(&mut self) -> Result<(), Stumbled> {
        if let Some(names) = self.learned.take() {
            self.table.learn(&names);
            self.grammar =
                Grammar::new(&self.model, &self.table, self.recipe, self.clock.position).map_err(|_| Stumbled)?;
        }
        Ok(())
    }

    fn tell(&mut self, belief: Belief, onset: u64) {
        let Belief { phrase, evidence, signs } = belief;
        self.signs = Some(signs);
        if self.table.command(&phrase.words).is_some() {
            self.told = self.clock.position;
        }
        let utterance = Utterance {
            start: self.clock.time(phrase.range.start),
            end: self.clock.time(phrase.range.end),
            onset: self.clock.time(onset),
            words: phrase.words,
            evidence,
        };
        self.report(EarReport::Utterance(utterance));
    }

    /// The signs of the last utterance: for the bench and the training.
    pub fn signs(&self) -> Option<Signs> {
        self.signs
    }

    fn report(&mut self, report: EarReport) {
        self.reports.push_back(EarOutput::Report(report));
    }

    fn keep(&mut self, samples: &[i16]) {
        self.kept.extend(samples);
        let surplus = self.kept.len().saturating_sub(KEPT);
        self.kept.drain(..surplus);
    }

    /// What was heard from this sample on, as far as it is kept.
    fn kept_from(&self, position: u64) -> Vec<i16> {
        let first = self.clock.position - self.kept.len() as u64;
        self.kept.iter().skip(position.saturating_sub(first) as usize).copied().collect()
    }

    /// Starts anew after a gap or a stumble: what was half heard is lost.
    fn start_over(&mut self) {
        if let Some(voice) = self.activity.close() {
            let told = self.company.over(voice.last);
            self.tell_company(told);
        }
        self.activity.reset();
        if let Some(free) = &mut self.free {
            free.forget();
        }
        self.kept.clear();
        self.decided = self.clock.position;
        self.ending.restart(self.clock.position);
        // The old one goes on if no new one can be had.
        if let Ok(grammar) = Grammar::new(&self.model, &self.table, self.recipe, self.clock.position) {
            self.grammar = grammar;
        }
    }
}

impl Ears for VoskEars {
    fn hear(&mut self, now: Millis, mic: &[f32], reference: &[f32]) {
        if self.rest == Rest::Sleep {
            return;
        }
        if self.clock.meets_gap(now) {
            self.start_over();
            self.clock.restart(now);
        }
        if let Some(trouble) = self.input.look(mic) {
            self.report(EarReport::Input(trouble));
        }
        let block = self.front.clean(mic, reference);
        if self.block(&block).is_err() {
            self.start_over();
            self.report(EarReport::Restarted);
        }
    }

    fn poll(&mut self) -> Option<EarOutput> {
        self.reports.pop_front()
    }

    fn learn(&mut self, names: &Names) {
        self.learned = Some(names.clone());
    }

    fn vouch(&mut self) {
        self.company.vouch();
    }

    fn rest(&mut self, rest: Rest) {
        self.rest = rest;
    }
}

/// Which sound is heard where our voice is not known to be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hearing {
    AsItIs,
    Denoised,
}

/// Samples to session time.
#[derive(Debug, Default)]
struct Clock {
    /// Samples accepted.
    position: u64,
    /// Session time and number of the first sample after the last gap.
    origin: Millis,
    origin_position: u64,
}

impl Clock {
    fn time(&self, position: u64) -> Millis {
        let ms = |samples: u64| samples * 1000 / RATE as u64;
        if position >= self.origin_position {
            self.origin.plus(ms(position - self.origin_position))
        } else {
            Millis(self.origin.0.saturating_sub(ms(self.origin_position - position)))
        }
    }

    fn meets_gap(&self, now: Millis) -> bool {
        self.position > 0 && now.0.abs_diff(self.time(self.position).0) > GAP_MS
    }

    fn restart(&mut self, now: Millis) {
        self.origin = now;
        self.origin_position = self.position;
    }
}
