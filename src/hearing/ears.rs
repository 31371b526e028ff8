//! The ears: blocks in, reports out. No clock and no thread: the same blocks give the same reports, byte for byte.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::activity::{Activity, Voice};
use super::company::{self, Company, Told};
use super::decision::{self, Phrase};
use super::echo::Echo;
use super::front::{Block, Front};
use super::input::InputWatch;
use super::levels::Levels;
use super::model::SpeechModel;
use super::recogniser::{Fed, Free, Grammar, Recipe, Stumbled, Word};
use super::{BLOCK, HearingError, RATE};
use crate::command::{Names, PhraseTable};
use crate::ports::{EarOutput, Ears, Rest};
use crate::session::{EarReport, Evidence, Utterance};
use crate::units::Millis;

/// Silence after which an utterance is over when nothing longer can follow, and in any case, in ms.
const QUICK_END_MS: u64 = 200;
const END_MS: u64 = 300;
/// The free decoder hears this much from before the onset: 0.6 s.
const PRE_ROLL: usize = RATE * 6 / 10;
/// Sound kept for verifying what the voice detector missed: 6 s.
const KEPT: usize = 6 * RATE;
/// Nobody speaks a command for longer; then what was heard is looked at anyway: 12 s.
const LONGEST: u64 = 12 * RATE as u64;
/// Shorter sounds without a phrase are clicks and coughs, not worth a report: 0.25 s.
/// Without a voice the words collected so far are thrown away this often, 3 s: the decoder stretches a first word back over
/// any length of noise ("who flag this" with a "who" of 12 s), and the phrase is then no phrase.
const STALE: u64 = 3 * RATE as u64;
/// They are kept while there was a trace of voice in the last 300 ms, in blocks: a word may be beginning.
const CALM: u64 = 30;
/// Nor while it is getting louder: in loud noise the detector is 0.4 s late for a soft first consonant ("stop" lost its "st").
const RISE: u64 = 10;
const RISE_DB: f32 = 1.0;
const SHORTEST: u64 = RATE as u64 / 4;
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
    grammar: Grammar,
    /// `None` for the baseline, which verifies nothing.
    free: Option<Free>,
    /// The last seconds behind the canceller.
    kept: VecDeque<i16>,
    clock: Clock,
    /// Since when `grammar` collects words, in samples.
    decided: u64,
    playing: bool,
    quick_asked: u64,
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
            grammar: Grammar::new(model, &table, config.recipe, 0)?,
            free: match config.recipe {
                Recipe::Verified => Some(Free::new(model)?),
                Recipe::GrammarAlone => None,
            },
            kept: VecDeque::with_capacity(KEPT + BLOCK),
            clock: Clock::default(),
            decided: 0,
            playing: false,
            quick_asked: 0,
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
        let opened = self.activity.push(&block.samples, look.near);
        self.levels.push(block.powers.cancelled, self.activity.probability());
        self.keep(&block.samples);
        self.clock.position += BLOCK as u64;
        let weighed = self.echo.weighed();
        let told = self.company.look(self.clock.position, block.presence, self.activity.voice(), weighed);
        self.tell_company(told);
        if let Some(opened) = opened {
            let pre_roll = self.kept_from(opened.at.saturating_sub(PRE_ROLL as u64));
            if let Some(free) = &mut self.free {
                free.forget();
                free.feed(&pre_roll)?;
            }
        } else if let (Some(_), Some(free)) = (self.activity.voice(), &mut self.free) {
            free.feed(&block.samples)?;
        }
        let fed = self.grammar.feed(&block.samples)?;
        self.decide(fed)
    }

    /// Decides when the voice is over, when the recogniser says so, or when it has gone on for too long.
    fn decide(&mut self, fed: Fed) -> Result<(), Stumbled> {
        let Some(voice) = self.activity.voice() else {
            return match fed {
                Fed::Over => self.unvoiced(),
                Fed::GoesOn if self.stale() => self.unvoiced(),
                Fed::GoesOn => self.refresh(),
            };
        };
        let silence = self.activity.silence_ms();
        if silence >= END_MS || (silence >= QUICK_END_MS && self.nothing_can_follow(voice)?) {
            self.activity.close();
            let told = self.company.over(voice.last);
            self.tell_company(told);
            self.utterance(voice)
        } else if fed == Fed::Over || self.clock.position - self.decided.max(voice.onset) > LONGEST {
            self.utterance(voice)
        } else {
            self.look_for_talk()
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

    /// Whether a phrase is complete and no other phrase goes on from it; asked once for each silence.
    fn nothing_can_follow(&mut self, voice: Voice) -> Result<bool, Stumbled> {
        if self.quick_asked == voice.last {
            return Ok(false);
        }
        self.quick_asked = voice.last;
        let words = self.grammar.so_far()?;
        Ok(self.table.is_final(&words))
    }

    /// An utterance of a voice that was detected.
    fn utterance(&mut self, voice: Voice) -> Result<(), Stumbled> {
        let words = self.grammar.decide()?;
        let alternatives = self.alternatives()?;
        let since = std::mem::replace(&mut self.decided, self.clock.position).max(voice.onset);
        match decision::phrase(&words, &self.levels) {
            Some(phrase) => {
                let phrase = decision::rescued(&phrase, &alternatives, &self.table).unwrap_or(phrase);
                let phrase = phrase.within(voice.onset.saturating_sub(PRE_ROLL as u64)..self.clock.position);
                self.tell(phrase, voice.onset, &alternatives);
            }
            None if self.activity.voice().is_none() && voice.last > since + SHORTEST => {
                self.tell(wordless(since..voice.last), voice.onset, &alternatives);
            }
            None => {}
        }
        Ok(())
    }

    /// The recogniser heard something where no voice was detected: a phrase in loud noise, or nothing. Never while we play: that is our echo.
    fn unvoiced(&mut self) -> Result<(), Stumbled> {
        let words: Vec<Word> = self.grammar.decide()?;
        let since = std::mem::replace(&mut self.decided, self.clock.position);
        let Some(phrase) = decision::phrase(&words, &self.levels) else { return Ok(()) };
        if self.playing || self.table.command(&phrase.words).is_none() {
            return Ok(());
        }
        let from = phrase.range.start.saturating_sub(PRE_ROLL as u64).max(since);
        let sound = self.kept_from(from);
        if let Some(free) = &mut self.free {
            free.forget();
            free.feed(&sound)?;
        }
        let alternatives = self.alternatives()?;
        let onset = phrase.range.start;
        self.tell(phrase, onset, &alternatives);
        Ok(())
    }

    fn alternatives(&mut self) -> Result<Vec<String>, Stumbled> {
        self.free.as_mut().map_or(Ok(Vec::new()), Free::decide)
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

    fn tell(&mut self, phrase: Phrase, onset: u64, alternatives: &[String]) {
        let evidence: Evidence =
            decision::evidence(&phrase, onset, self.clock.position, alternatives, &self.levels, &self.table);
        let utterance = Utterance {
            start: self.clock.time(phrase.range.start),
            end: self.clock.time(phrase.range.end),
            onset: self.clock.time(onset),
            words: phrase.words,
            evidence,
        };
        self.report(EarReport::Utterance(utterance));
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

/// Speech without a word of ours.
fn wordless(range: Range<u64>) -> Phrase {
    Phrase { words: String::new(), range, confidence: 0.0, min_confidence: 0.0 }
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
