//! Our own voice: at most one live utterance (I1), epochs, duck.

use std::collections::VecDeque;

use super::store::{MailIx, Store};
use super::timeline::{Timeline, Whose};
use super::wording::Wording;
use super::{Delivery, Effect, Epoch, Event, Say, SayRole, UtteranceId};
use crate::units::Millis;

/// `Prepare` is not repeated for what was prepared this recently.
const PREPARED_KEPT: usize = 64;

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Utter {
    pub wording: Wording,
    pub role: SayRole,
    pub mail: Option<MailIx>,
    pub pause_after_ms: u64,
    pub delivery: Delivery,
}

impl Utter {
    pub fn new(wording: Wording, role: SayRole) -> Utter {
        Utter { wording, role, mail: None, pause_after_ms: 250, delivery: Delivery::default() }
    }
}

/// Who wanted it said, and is told when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The first of the asides.
    Aside,
    Question,
    Stage,
}

#[derive(Debug, Clone)]
pub(super) struct Live {
    id: UtteranceId,
    pub source: Source,
    pub utter: Utter,
    started: Option<Millis>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Voice {
    last: u64,
    epoch: Epoch,
    live: Option<Live>,
    pub timeline: Timeline,
    prepared: VecDeque<String>,
}

impl Voice {
    pub fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// The utterance of which at least one frame was played.
    pub fn playing(&self) -> Option<UtteranceId> {
        self.live.as_ref().filter(|live| live.started.is_some()).map(|live| live.id)
    }

    /// The same, with who wanted it and its words.
    pub fn playing_text(&self) -> Option<(UtteranceId, Source, String)> {
        let live = self.live.as_ref().filter(|live| live.started.is_some())?;
        Some((live.id, live.source, live.utter.wording.spoken.clone()))
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Speaks. The caller sees to it that nothing is live.
    pub fn say(&mut self, utter: Utter, source: Source, out: &mut Vec<Effect>) {
        debug_assert!(self.live.is_none(), "two live utterances");
        self.last += 1;
        let id = UtteranceId(self.last);
        let (spoken, delivery) = (utter.wording.spoken.clone(), utter.delivery.clone());
        out.push(Effect::Say(Say { id, epoch: self.epoch, spoken, delivery }));
        self.live = Some(Live { id, source, utter, started: None });
    }

    pub fn prepare(&mut self, spoken: &str, out: &mut Vec<Effect>) {
        self.prepare_in(None, spoken, out);
    }

    pub fn prepare_in(&mut self, language: Option<&str>, spoken: &str, out: &mut Vec<Effect>) {
        if spoken.trim().is_empty() || self.prepared.iter().any(|known| known == spoken) {
            return;
        }
        if self.prepared.len() >= PREPARED_KEPT {
            self.prepared.pop_front();
        }
        self.prepared.push_back(spoken.to_owned());
        out.push(Effect::Prepare { spoken: spoken.to_owned(), language: language.map(str::to_owned) });
    }

    /// The first frame was played; `None` when the report is not about the live utterance (I4).
    pub fn started(&mut self, now: Millis, id: UtteranceId, epoch: Epoch, duration_ms: u32) -> Option<&Live> {
        let current = self.epoch;
        let live = self.live.as_mut().filter(|live| live.id == id && epoch == current && live.started.is_none())?;
        live.started = Some(now);
        self.timeline.began(now, id, &live.utter.wording.spoken, u64::from(duration_ms), whose(live.utter.role));
        Some(live)
    }

    /// The last frame was played, or it could not be spoken; `None` for anything but the live utterance (I4).
    pub fn finished(&mut self, now: Millis, id: UtteranceId, epoch: Epoch) -> Option<Live> {
        let current = self.epoch;
        let live = self.live.take_if(|live| live.id == id && epoch == current)?;
        self.timeline.ended(now, id);
        Some(live)
    }

    /// Silence at once. Returns what was cut.
    pub fn hush(&mut self, now: Millis, out: &mut Vec<Effect>) -> Option<Live> {
        self.epoch = Epoch(self.epoch.0 + 1);
        out.push(Effect::Hush { epoch: self.epoch });
        out.push(Effect::Report(Event::Hush));
        let cut = self.live.take()?;
        self.timeline.ended(now, cut.id);
        if cut.started.is_some() {
            out.push(Effect::Report(Event::Said { utterance: cut.id, complete: false }));
        }
        Some(cut)
    }
}

fn whose(role: SayRole) -> Whose {
    match role {
        SayRole::Announce | SayRole::Subject | SayRole::Body | SayRole::Gate => Whose::Mail,
        SayRole::Opening
        | SayRole::Prompt
        | SayRole::Question
        | SayRole::Answer
        | SayRole::Bundle
        | SayRole::Closing => Whose::Ours,
    }
}

impl Live {
    pub fn was_played(&self) -> bool {
        self.started.is_some()
    }

    pub fn say_event(&self, store: &Store) -> Event {
        Event::Say {
            utterance: self.id,
            text: self.utter.wording.text.clone(),
            spoken: self.utter.wording.spoken.clone(),
            role: self.utter.role,
            message_id: self.utter.mail.and_then(|ix| store.message_id(ix)),
        }
    }

    pub fn id(&self) -> UtteranceId {
        self.id
    }
}
