//! Reads clips into blocks: one utterance at a time, piece by piece, at the wanted speed, with earcons mixed in. Never waits:
//! while a clip is not ready it renders silence.

use std::collections::VecDeque;
use std::sync::Arc;

use super::earcons;
use super::elsewhere::Elsewhere;
use super::pieces::{Pause, pieces};
use super::resample::Resampler;
use super::stretch::{Progress, Stretch};
use crate::ports::{BLOCK_MS, Clip, ClipKey, ClipSource, ClipState, OUTPUT_BLOCK, OUTPUT_RATE, RemoteVoice, Urgency};
use crate::session::{Delivery, Earcon, Epoch, Say, Tone, UtteranceId, VoiceReport};
use crate::units::Millis;

/// Clips are synthesised within this range of speed (per cent); the stretch does the rest. Beyond it the voice swallows sounds.
const MADE_PERCENT: (f32, f32) = (70.0, 180.0);
/// Frames within which a hushed voice has faded (5 ms).
const FADE_FRAMES: u64 = OUTPUT_RATE as u64 / 200;
/// Requests remembered, so that a clip made for another speed is used and not made again.
const REMEMBERED: usize = 32;
/// Quoted words: 3 dB quieter and 8 % slower, so that they are told from new ones without a word.
const QUOTED: Manner = Manner { gain: 0.708, pace: 0.92 };
/// Earcons that may wait for each other.
const MAX_EARCONS: usize = 4;

/// A mouth whose source is chosen when it runs.
pub type AnyMouth = Mouth<Box<dyn ClipSource>>;

/// The mouth of an engine.
pub struct Mouth<C: ClipSource> {
    clips: C,
    epoch: Epoch,
    speed: f32,
    live: Option<Live>,
    /// A voice that plays by itself; then only earcons are rendered here.
    elsewhere: Option<Elsewhere>,
    now: Millis,
    /// Blocks of silence still owed after the last utterance, before the next may start.
    rest: u64,
    earcons: VecDeque<(Vec<f32>, usize)>,
    asked: VecDeque<ClipKey>,
    prompts: Vec<String>,
    prompts_due: bool,
    resampler: Resampler,
    marks: VecDeque<Mark>,
    /// Frames rendered and frames played so far.
    rendered: u64,
    played: u64,
}

/// A report that is due once so many frames were played.
#[derive(Debug, Clone, Copy)]
struct Mark {
    frame: u64,
    report: VoiceReport,
}

/// The utterance that is being spoken.
struct Live {
    id: UtteranceId,
    pieces: Vec<String>,
    delivery: Delivery,
    /// Piece that is or will be played next.
    at: usize,
    playing: Option<Playing>,
    started: bool,
    /// A clip that failed is asked for once more: a busy machine must not cost a sentence.
    tried_again: bool,
}

/// How a tone sounds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Manner {
    gain: f32,
    /// Times as fast.
    pace: f32,
}

impl Manner {
    fn of(tone: Tone) -> Manner {
        match tone {
            Tone::Plain => Manner { gain: 1.0, pace: 1.0 },
            Tone::Quoted => QUOTED,
        }
    }
}

struct Playing {
    stretch: Stretch,
    /// Speed the clip was made at.
    made: f32,
}

impl Live {
    fn language(&self) -> Option<&str> {
        self.delivery.language.as_deref()
    }
}

impl<C: ClipSource> Mouth<C> {
    pub fn new(clips: C) -> Mouth<C> {
        Mouth {
            clips,
            epoch: Epoch(0),
            speed: 1.0,
            live: None,
            elsewhere: None,
            now: Millis(0),
            rest: 0,
            earcons: VecDeque::new(),
            asked: VecDeque::new(),
            prompts: Vec::new(),
            prompts_due: false,
            resampler: Resampler::default(),
            marks: VecDeque::new(),
            rendered: 0,
            played: 0,
        }
    }

    /// Has everything spoken by a voice that plays by itself. Speeds are heard from the next sentence on.
    pub fn speak_elsewhere(&mut self, voice: Box<dyn RemoteVoice + Send>) {
        self.elsewhere = Some(Elsewhere::new(voice));
    }

    /// Whether what is spoken is not in the rendered blocks: nothing can cancel its echo.
    pub fn speaks_elsewhere(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// Prompts to have at hand at every speed, the most likely first; rendered in the background.
    pub fn set_prompts(&mut self, prompts: Vec<String>) {
        self.prompts = prompts;
        self.prompts_due = true;
    }

    /// Speaks. An utterance of an epoch that is over is ignored; one that is still live is replaced (the session never
    /// does that: I1).
    pub fn say(&mut self, now: Millis, say: &Say) {
        if say.epoch < self.epoch {
            return;
        }
        if say.epoch > self.epoch {
            self.hush(say.epoch);
        }
        if let Some(elsewhere) = &mut self.elsewhere {
            return elsewhere.say(now, say, self.speed);
        }
        let pieces = pieces(&say.spoken);
        if let Some(first) = pieces.first() {
            self.request(now, first, say.delivery.language.as_deref(), Urgency::Now);
        }
        let delivery = say.delivery.clone();
        self.live =
            Some(Live { id: say.id, pieces, delivery, at: 0, playing: None, started: false, tried_again: false });
    }

    /// Renders ahead; nothing becomes audible.
    pub fn prepare(&mut self, now: Millis, spoken: &str, language: Option<&str>) {
        if self.speaks_elsewhere() {
            return;
        }
        for piece in pieces(spoken) {
            self.request(now, &piece, language, Urgency::Ahead);
        }
    }

    /// Drops whatever belongs to an epoch before `epoch`, reports included. Earcons go on.
    pub fn hush(&mut self, epoch: Epoch) {
        if epoch <= self.epoch {
            return;
        }
        self.epoch = epoch;
        self.live = None;
        if let Some(elsewhere) = &mut self.elsewhere {
            elsewhere.hush();
        }
        self.rest = 0;
        let played = self.played;
        self.marks.retain(|mark| mark.frame <= played);
        self.mark(self.rendered.saturating_add(FADE_FRAMES), VoiceReport::Hushed { epoch });
    }

    /// Sounds an earcon, after the ones under way.
    pub fn earcon(&mut self, earcon: Earcon) {
        if self.earcons.len() < MAX_EARCONS {
            self.earcons.push_back((earcons::sound(earcon), 0));
        }
    }

    /// Speaking rate from now on, 0.5 to 3, heard in the next block.
    pub fn set_speed(&mut self, speed: f32) {
        let speed = super::level::sane_speed(speed);
        self.prompts_due |= made_percent(speed) != made_percent(self.speed);
        self.speed = speed;
    }

    /// The next of the voices at hand speaks from the next utterance on.
    pub fn next_voice(&mut self) {
        self.clips.next_voice();
        self.asked.clear();
        self.prompts_due = true;
    }

    /// Whether an utterance is live (it may still wait for its clip).
    pub fn is_speaking(&self) -> bool {
        self.live.is_some() || self.elsewhere.as_ref().is_some_and(Elsewhere::is_speaking)
    }

    /// Fills `block` with the 10 ms from `now`; they belong to the returned epoch.
    pub fn render(&mut self, now: Millis, block: &mut [f32; OUTPUT_BLOCK]) -> Epoch {
        block.fill(0.0);
        self.now = now;
        self.request_prompts(now);
        if self.rest > 0 {
            self.rest -= 1;
        } else if let Some(live) = self.live.take() {
            self.live = self.speak(now, live, block);
        }
        self.mix_earcon(block);
        self.rendered = self.rendered.saturating_add(OUTPUT_BLOCK as u64);
        self.epoch
    }

    /// Tells how many more rendered frames have left the device, in order; frames that a hush silenced count too.
    pub fn played(&mut self, frames: u64) {
        self.played = self.played.saturating_add(frames).min(self.rendered);
    }

    /// The next report that is due, oldest first.
    pub fn poll(&mut self) -> Option<VoiceReport> {
        let due = self.marks.front().is_some_and(|mark| mark.frame <= self.played);
        if due {
            return self.marks.pop_front().map(|mark| mark.report);
        }
        let now = self.now;
        self.elsewhere.as_mut().and_then(|elsewhere| elsewhere.poll(now))
    }

    /// One block of speech, or of waiting for it. Gives the utterance back until it is over.
    fn speak(&mut self, now: Millis, mut live: Live, block: &mut [f32; OUTPUT_BLOCK]) -> Option<Live> {
        let mut playing = match live.playing.take() {
            Some(playing) => playing,
            None => match self.begin_piece(now, &live) {
                Begin::Wait => return Some(live),
                Begin::Fail if !live.tried_again => {
                    live.tried_again = true;
                    if let Some(piece) = live.pieces.get(live.at) {
                        self.request(now, piece, live.language(), Urgency::Now);
                    }
                    return Some(live);
                }
                Begin::Fail => {
                    self.mark(self.rendered, VoiceReport::Failed { id: live.id, epoch: self.epoch });
                    return None;
                }
                Begin::Play(playing) => playing,
            },
        };
        if !live.started {
            live.started = true;
            let duration_ms = self.duration_ms(now, &live, &playing);
            self.mark(self.rendered + 1, VoiceReport::Started { id: live.id, epoch: self.epoch, duration_ms });
        }
        let manner = Manner::of(live.delivery.tone);
        let progress = playing.stretch.step(block, f64::from(self.speed * manner.pace / playing.made));
        if manner.gain != 1.0 {
            block.iter_mut().for_each(|sample| *sample *= manner.gain);
        }
        match progress {
            Progress::More => {
                live.playing = Some(playing);
                Some(live)
            }
            Progress::Ended => self.end_piece(live),
        }
    }

    /// Finds the clip of the piece that is next; asks for the one behind it as soon as this one is there.
    fn begin_piece(&mut self, now: Millis, live: &Live) -> Begin {
        let Some(piece) = live.pieces.get(live.at) else {
            // Nothing in it can be spoken: as if it had been.
            return Begin::Play(Playing { stretch: Stretch::new(Vec::new()), made: 1.0 });
        };
        match self.find(now, piece, live.language()) {
            Found::Clip(clip, made) => {
                if let Some(next) = live.pieces.get(live.at + 1) {
                    self.request(now, next, live.language(), Urgency::Now);
                }
                Begin::Play(Playing { stretch: Stretch::new(self.resampler.convert(&clip)), made })
            }
            Found::Nothing => {
                // Asked again in each block: a source may have dropped it for others meanwhile.
                self.request(now, piece, live.language(), Urgency::Now);
                Begin::Wait
            }
            Found::Failed => Begin::Fail,
        }
    }

    fn end_piece(&mut self, mut live: Live) -> Option<Live> {
        let pause = live.pieces.get(live.at).map_or(Pause::None, |piece| Pause::after(piece));
        self.rest = (pause.ms() as f32 / (self.speed * Manner::of(live.delivery.tone).pace)) as u64 / BLOCK_MS;
        live.at += 1;
        if live.at < live.pieces.len() {
            return Some(live);
        }
        let end = self.rendered.saturating_add(OUTPUT_BLOCK as u64);
        self.mark(end, VoiceReport::Finished { id: live.id, epoch: self.epoch });
        None
    }

    /// A ready clip of `piece`: for the present speed, else for any other, which the stretch will correct.
    fn find(&mut self, now: Millis, piece: &str, language: Option<&str>) -> Found {
        let wanted = key(piece, language, made_percent(self.speed));
        let state = self.clips.get(now, &wanted);
        let others = self.asked.iter().rev().filter(|asked| says(asked, piece, language)).cloned();
        for other in std::iter::once(wanted).chain(others.collect::<Vec<_>>()).chain([key(piece, language, 100)]) {
            if let ClipState::Ready(clip) = self.clips.get(now, &other) {
                return Found::Clip(clip, f32::from(other.speed_percent) / 100.0);
            }
        }
        match state {
            ClipState::Failed(_) => Found::Failed,
            ClipState::Pending | ClipState::Ready(_) => Found::Nothing,
        }
    }

    /// Asks for a piece once: a clip under way for another speed will do.
    fn request(&mut self, now: Millis, piece: &str, language: Option<&str>, urgency: Urgency) {
        let asked = self.asked.iter().rev().find(|asked| says(asked, piece, language)).cloned();
        let under_way = asked.filter(|asked| !matches!(self.clips.get(now, asked), ClipState::Failed(_)));
        let key = under_way.unwrap_or_else(|| key(piece, language, made_percent(self.speed)));
        self.clips.request(now, &key, urgency);
        if !self.asked.contains(&key) {
            self.asked.push_back(key);
            if self.asked.len() > REMEMBERED {
                self.asked.pop_front();
            }
        }
    }

    fn request_prompts(&mut self, now: Millis) {
        if !std::mem::take(&mut self.prompts_due) || self.speaks_elsewhere() {
            return;
        }
        let percent = made_percent(self.speed);
        for piece in self.prompts.iter().flat_map(|prompt| pieces(prompt)) {
            self.clips.request(now, &key(&piece, None, percent), Urgency::Background);
        }
    }

    /// Length of the whole utterance at the present speed; pieces that are not made yet count by their characters.
    fn duration_ms(&mut self, now: Millis, live: &Live, playing: &Playing) -> u32 {
        let first_s = playing.stretch.frames() as f32 / OUTPUT_RATE as f32 * playing.made;
        let count = |piece: &String| piece.chars().count().max(1) as f32;
        let first_count = live.pieces.first().map_or(1.0, count);
        let mut seconds = first_s;
        for pair in live.pieces.windows(2) {
            let [before, piece] = pair else { continue };
            seconds += Pause::after(before).ms() as f32 / 1000.0;
            seconds += match self.find(now, piece, live.language()) {
                Found::Clip(clip, made) => clip.seconds() as f32 * made,
                Found::Nothing | Found::Failed => first_s * count(piece) / first_count,
            };
        }
        (seconds / (self.speed * Manner::of(live.delivery.tone).pace) * 1000.0) as u32
    }

    fn mix_earcon(&mut self, block: &mut [f32; OUTPUT_BLOCK]) {
        let Some((sound, at)) = self.earcons.front_mut() else { return };
        let rest = sound.get(*at..).unwrap_or_default();
        block.iter_mut().zip(rest).for_each(|(out, sample)| *out += sample);
        *at = at.saturating_add(OUTPUT_BLOCK);
        if *at >= sound.len() {
            self.earcons.pop_front();
        }
    }

    fn mark(&mut self, frame: u64, report: VoiceReport) {
        self.marks.push_back(Mark { frame, report });
    }
}

enum Begin {
    Play(Playing),
    Wait,
    Fail,
}

enum Found {
    /// The clip, and the speed it was made at.
    Clip(Arc<Clip>, f32),
    Nothing,
    Failed,
}

fn key(piece: &str, language: Option<&str>, speed_percent: u16) -> ClipKey {
    ClipKey { spoken: piece.to_owned(), speed_percent, language: language.map(str::to_owned) }
}

fn says(key: &ClipKey, piece: &str, language: Option<&str>) -> bool {
    key.spoken == piece && key.language.as_deref() == language
}

fn made_percent(speed: f32) -> u16 {
    (speed * 100.0).round().clamp(MADE_PERCENT.0, MADE_PERCENT.1) as u16
}
