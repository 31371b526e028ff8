//! A house in virtual time around one session: a mouth that takes as long as the words do, a mailbox that answers, and the day's clock.
#![allow(dead_code, reason = "two test programs share it, and neither uses all of it")]

use std::collections::{BTreeMap, VecDeque};

use hark::command::{Command, PhraseTable};
use hark::session::{
    ActVerb, DeviceChange, EarReport, Earlier, EarlierFailure, EchoQuality, Effect, Epoch, Event, Evidence, Input,
    InputTrouble, Mail, MailReport, MailRequest, MailTrouble, MailVerb, MomentName, Opened, OutputKind, Prompts,
    RequestId, Session, Settings, Utterance, UtteranceId, VoiceReport,
};
use hark::units::{Millis, WallTime};

/// From `Say` to the first frame: rendered ahead, as it nearly always is.
const FIRST_FRAME_MS: u64 = 40;
const WORD_MS: u64 = 330;
const LINE_MS: u64 = 150;
const HUSH_MS: u64 = 10;
const PLANNED_MS: u64 = 20;
const APPLIED_MS: u64 = 120;
const OPENED_MS: u64 = 300;
const SENT_MS: u64 = 1_500;

/// What can be made to happen.
#[derive(Debug, Clone)]
pub enum Happening {
    Hear {
        words: String,
        isolated: bool,
    },
    Noise {
        ms: u64,
    },
    /// A talker who turns out to be company after so long.
    Company {
        ms: u64,
    },
    Input(InputTrouble),
    Press(Command),
    Type(String),
    Listen,
    Route(OutputKind),
    Echo(EchoQuality),
    Device(DeviceChange),
    Interrupted,
    Resumed,
    Offline(MailTrouble),
    Online,
    Fails {
        verb: String,
        trouble: MailTrouble,
    },
    Clock(WallTime),
    /// These messages are new in the inbox.
    Arrives(Vec<String>),
    /// The text of this message is here.
    TextOf(String),
    /// Of an earlier session one change was made, and an archiving was not.
    EarlierFailed(MailTrouble),
    Quit,
    Nothing,
}

/// Mail of which something is missing at the start.
#[derive(Debug, Clone, Default)]
pub struct Later {
    pub arriving: Vec<Mail>,
    pub coming: Vec<Mail>,
}

#[derive(Debug, Clone)]
enum Due {
    Input(Input),
    Happening(String, Happening),
}

/// What came of it, for the golden text.
#[derive(Debug, Clone)]
pub struct Row {
    pub at: u64,
    pub left: String,
    pub right: String,
}

pub struct House {
    pub session: Session,
    pub now: u64,
    due: BTreeMap<(u64, u64), Due>,
    serial: u64,
    speed: f32,
    mouth: Option<(UtteranceId, Epoch)>,
    epoch: Epoch,
    opened: Result<Opened, MailTrouble>,
    opened_after: u64,
    later: Later,
    fails: VecDeque<(String, MailTrouble)>,
    acts: BTreeMap<RequestId, String>,
    offline: bool,
    waiting: Vec<RequestId>,
    pub rows: Vec<Row>,
    pub events: Vec<(u64, Event)>,
    pub ended: bool,
    /// Everything that went in and came out.
    pub log: Vec<(u64, Logged)>,
}

#[derive(Debug, Clone)]
pub enum Logged {
    In(Input),
    Out(Effect),
}

impl House {
    pub fn new(start: WallTime, settings: Settings, opened: Result<Opened, MailTrouble>) -> House {
        let table = PhraseTable::english().unwrap();
        let session =
            Session::new(start, settings, table, Prompts::english().unwrap()).with_senders(vec!["work".to_owned()]);
        House {
            session,
            now: 0,
            due: BTreeMap::new(),
            serial: 0,
            speed: 1.0,
            mouth: None,
            epoch: Epoch(0),
            opened,
            opened_after: OPENED_MS,
            later: Later::default(),
            fails: VecDeque::new(),
            acts: BTreeMap::new(),
            offline: false,
            waiting: Vec::new(),
            rows: Vec::new(),
            events: Vec::new(),
            ended: false,
            log: Vec::new(),
        }
    }

    pub fn mail_takes(&mut self, ms: u64) {
        self.opened_after = ms;
    }

    pub fn later(&mut self, later: Later) {
        self.later = later;
    }

    pub fn start(&mut self) {
        let effects = self.session.start(Millis(0));
        self.row("(start)", String::new());
        self.carry_out(effects);
    }

    /// When anything happens next without us.
    pub fn next(&self) -> Option<u64> {
        let due = self.due.keys().next().map(|(at, _)| *at);
        let deadline = self.session.next_deadline().map(|at| at.0);
        [due, deadline].into_iter().flatten().min()
    }

    /// Lets the next thing happen; false when nothing ever will.
    pub fn step(&mut self) -> bool {
        let Some(at) = self.next() else { return false };
        self.now = at.max(self.now);
        let first = self.due.keys().next().copied().filter(|(due, _)| *due <= at);
        match first.and_then(|key| self.due.remove(&key)) {
            Some(Due::Input(input)) => self.give(input),
            Some(Due::Happening(label, happening)) => self.happen(&label, happening),
            None => self.give(Input::Deadline),
        }
        true
    }

    pub fn at(&mut self, at: u64, label: &str, happening: Happening) {
        self.put(at.max(self.now), Due::Happening(label.to_owned(), happening));
    }

    /// The utterance that the mouth has, and the epoch of the last hush.
    pub fn live(&self) -> Option<UtteranceId> {
        self.mouth.map(|(id, _)| id)
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// What the mouth has cannot be spoken.
    pub fn fail_voice(&mut self) {
        let Some((id, epoch)) = self.mouth else { return };
        self.silence();
        self.give(Input::Voice(VoiceReport::Failed { id, epoch }));
    }

    fn put(&mut self, at: u64, due: Due) {
        self.serial += 1;
        self.due.insert((at, self.serial), due);
    }

    pub fn give(&mut self, input: Input) {
        if let Input::Voice(VoiceReport::Finished { id, .. } | VoiceReport::Failed { id, .. }) = &input
            && self.mouth.is_some_and(|(live, _)| live == *id)
        {
            self.mouth = None;
        }
        self.log.push((self.now, Logged::In(input.clone())));
        let effects = self.session.handle(Millis(self.now), input);
        self.carry_out(effects);
        let deadline = self.session.next_deadline();
        assert!(deadline.is_none_or(|at| at.0 > self.now), "a deadline that is not in the future");
    }

    fn happen(&mut self, label: &str, happening: Happening) {
        self.row(label, String::new());
        match happening {
            Happening::Hear { words, isolated } => self.hear(&words, isolated),
            Happening::Noise { ms } => {
                let onset = Millis(self.now);
                self.give(Input::Ear(EarReport::Onset { at: onset }));
                let end = Millis(self.now + ms);
                self.put(end.0 + 150, Due::Input(Input::Ear(EarReport::VoiceEnded { at: end })));
            }
            Happening::Company { ms } => {
                self.give(Input::Ear(EarReport::Onset { at: Millis(self.now) }));
                let at = self.now + ms;
                self.put(at, Due::Input(Input::Ear(EarReport::Company { at: Millis(at) })));
            }
            Happening::Input(trouble) => self.give(Input::Ear(EarReport::Input(trouble))),
            Happening::Press(command) => self.give(Input::Press(command)),
            Happening::Type(words) => self.give(Input::Typed(words)),
            Happening::Listen => self.give(Input::ListenButton),
            Happening::Route(output) => self.give(Input::Route(output)),
            Happening::Echo(echo) => self.give(Input::Echo(echo)),
            Happening::Device(change) => {
                if change == DeviceChange::SpeakerLost {
                    self.silence();
                }
                self.give(Input::Device(change));
            }
            Happening::Interrupted => self.give(Input::Interrupted),
            Happening::Resumed => self.give(Input::Resumed),
            Happening::Offline(trouble) => {
                self.offline = true;
                self.give(Input::Mail(MailReport::Offline(trouble)));
            }
            Happening::Online => {
                self.offline = false;
                self.give(Input::Mail(MailReport::Online));
                for (nth, request) in std::mem::take(&mut self.waiting).into_iter().enumerate() {
                    let at = self.now + APPLIED_MS + nth as u64;
                    self.put(at, Due::Input(Input::Mail(MailReport::Applied { request })));
                }
            }
            Happening::Fails { verb, trouble } => self.fails.push_back((verb, trouble)),
            Happening::Clock(wall) => self.give(Input::Clock(wall)),
            Happening::Arrives(ids) => {
                let arriving = self.later.arriving.iter().filter(|mail| ids.contains(&mail.message.id.0));
                let mails = arriving.cloned().collect();
                let opened = Opened { mails, older_unread: 0, unreadable: 0, folders: Vec::new() };
                self.give(Input::Mail(MailReport::Arrived(Box::new(opened))));
            }
            Happening::TextOf(id) => {
                let mail = self.later.coming.iter().find(|mail| mail.message.id.0 == id).cloned();
                self.give(Input::Mail(MailReport::Filled(Box::new(mail.expect("a text that comes")))));
            }
            Happening::EarlierFailed(reason) => {
                let failed = vec![EarlierFailure { verb: MailVerb::Archive, message: None, reason }];
                self.give(Input::Mail(MailReport::Earlier(Earlier { done: 1, failed })));
            }
            Happening::Quit => self.give(Input::Quit),
            Happening::Nothing => {}
        }
    }

    fn hear(&mut self, words: &str, isolated: bool) {
        let onset = Millis(self.now);
        let spoken = words.split_whitespace().count().max(1) as u64;
        let end = Millis(self.now + 350 * spoken);
        let isolation = if isolated { 40.0 } else { -3.0 };
        let evidence = Evidence {
            confidence: 1.0,
            min_confidence: 1.0,
            free_rank: Some(0),
            isolation_before_db: isolation,
            isolation_after_db: isolation,
            lead_ms: 0,
            level_dbfs: -26.0,
            score: 6.0,
        };
        let utterance = Utterance { words: words.to_owned(), start: onset, end, onset, evidence };
        self.give(Input::Ear(EarReport::Onset { at: onset }));
        self.put(end.0 + 150, Due::Input(Input::Ear(EarReport::VoiceEnded { at: end })));
        self.put(end.0 + 250, Due::Input(Input::Ear(EarReport::Utterance(utterance))));
    }

    fn silence(&mut self) {
        self.mouth = None;
        self.due.retain(|_, due| {
            !matches!(due, Due::Input(Input::Voice(VoiceReport::Started { .. } | VoiceReport::Finished { .. })))
        });
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            assert!(!self.ended, "an effect after the end: {effect:?}");
            self.log.push((self.now, Logged::Out(effect.clone())));
            match effect {
                Effect::Say(say) => {
                    assert!(self.mouth.is_none(), "two live utterances");
                    self.mouth = Some((say.id, say.epoch));
                    let words = say.spoken.split_whitespace().count() as u64;
                    let duration = ((words * WORD_MS + LINE_MS) as f32 / self.speed) as u64;
                    let (id, epoch) = (say.id, say.epoch);
                    let started = VoiceReport::Started { id, epoch, duration_ms: duration as u32 };
                    self.put(self.now + FIRST_FRAME_MS, Due::Input(Input::Voice(started)));
                    let finished = VoiceReport::Finished { id, epoch };
                    self.put(self.now + FIRST_FRAME_MS + duration, Due::Input(Input::Voice(finished)));
                }
                Effect::Hush { epoch } => {
                    self.silence();
                    self.epoch = epoch;
                    self.put(self.now + HUSH_MS, Due::Input(Input::Voice(VoiceReport::Hushed { epoch })));
                }
                Effect::Speed(speed) => {
                    self.speed = speed;
                    self.right(format!("speed {speed:.2}"));
                }
                Effect::NextVoice => self.right("another voice".to_owned()),
                Effect::Volume(db) => self.right(format!("volume {db:+.0} dB")),
                Effect::Microphone(state) => self.right(format!("microphone {state:?}").to_lowercase()),
                Effect::Mail(request) => self.mail(request),
                Effect::Names(names) => {
                    self.right(format!("names: {}; folders: {}", names.senders.join(", "), names.folders.join(", ")));
                }
                Effect::Report(event) => self.event(event),
                Effect::End => {
                    self.ended = true;
                    self.due.clear();
                    self.right("(the end)".to_owned());
                }
                Effect::Prepare { .. } | Effect::Vouch | Effect::Duck | Effect::Unduck | Effect::Earcon(_) => {}
            }
        }
    }

    fn mail(&mut self, request: MailRequest) {
        match request {
            MailRequest::Open(scope) => {
                self.right(format!("open {scope:?}").to_lowercase());
                let report = match self.opened.clone() {
                    Ok(opened) => MailReport::Opened(Box::new(opened)),
                    Err(trouble) => MailReport::CannotOpen(trouble),
                };
                if !self.later.coming.is_empty() {
                    let places = self.later.coming.iter().map(|mail| mail.place.clone()).collect();
                    let filling = Input::Mail(MailReport::Filling(places));
                    self.put(self.now + self.opened_after, Due::Input(filling));
                }
                self.put(self.now + self.opened_after, Due::Input(Input::Mail(report)));
            }
            MailRequest::Act(act) => self.apply(act.request, verb_name(&act.verb).to_owned()),
            MailRequest::Undo { request, act } => {
                assert!(self.acts.contains_key(&act), "an undo of nothing");
                self.apply(request, "undo".to_owned());
            }
            MailRequest::Leave(leave) => {
                let to = &leave.to;
                self.right(format!("leave by {}: {} / {}", to.address(), to.subject(), to.body()));
                self.send(leave.request);
            }
            MailRequest::Settle => {
                let queued = self.waiting.len() as u32;
                self.put(self.now + APPLIED_MS, Due::Input(Input::Mail(MailReport::Settled { queued })));
            }
        }
    }

    fn apply(&mut self, request: RequestId, verb: String) {
        self.put(self.now + PLANNED_MS, Due::Input(Input::Mail(MailReport::Planned { request })));
        let fails = self.fails.iter().position(|(failing, _)| *failing == verb);
        self.acts.insert(request, verb);
        match fails.and_then(|at| self.fails.remove(at)) {
            Some((_, reason)) => {
                let report = MailReport::Failed { request, reason };
                self.put(self.now + APPLIED_MS, Due::Input(Input::Mail(report)));
            }
            None if self.offline => self.waiting.push(request),
            None => {
                self.put(self.now + APPLIED_MS, Due::Input(Input::Mail(MailReport::Applied { request })));
            }
        }
    }

    /// Sending takes longer than a change; "unsure" and "silence" stand for a server that does not say whether it took it.
    fn send(&mut self, request: RequestId) {
        let fails = self.fails.iter().position(|(failing, _)| failing == "unsubscribe");
        let report = match fails.and_then(|at| self.fails.remove(at)) {
            Some((_, MailTrouble::TimedOut)) => MailReport::Unsure { request },
            Some((_, MailTrouble::Busy)) => return,
            Some((_, reason)) => MailReport::Failed { request, reason },
            None => MailReport::Applied { request },
        };
        self.put(self.now + SENT_MS, Due::Input(Input::Mail(report)));
    }

    fn event(&mut self, event: Event) {
        let told = tell(&event);
        self.events.push((self.now, event));
        if let Some(told) = told {
            self.right(told);
        }
    }

    fn right(&mut self, right: String) {
        self.row("", right);
    }

    fn row(&mut self, left: &str, right: String) {
        let last = self.rows.last_mut().filter(|row| row.at == self.now && row.right.is_empty() && left.is_empty());
        match last {
            Some(row) => row.right = right,
            None => self.rows.push(Row { at: self.now, left: left.to_owned(), right }),
        }
    }
}

fn verb_name(verb: &ActVerb) -> &'static str {
    match verb {
        ActVerb::Archive => "archive",
        ActVerb::Delete => "delete",
        ActVerb::MoveTo(_) => "move",
        ActVerb::Flag => "flag",
        ActVerb::Unflag => "unflag",
        ActVerb::MarkRead => "mark_read",
        ActVerb::MarkUnread => "mark_unread",
    }
}

fn named<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

/// One event as a line of the golden text; `None` for what would only be noise there.
fn tell(event: &Event) -> Option<String> {
    Some(match event {
        Event::Moment { name, message_id } => {
            let name = match name {
                MomentName::Window => format!("window {}", message_id.as_deref().unwrap_or_default()),
                other => format!("{} {}", named(other), message_id.as_deref().unwrap_or_default()),
            };
            format!("-- {}", name.trim_end())
        }
        Event::Say { spoken, role, .. } => {
            let short: String = spoken.chars().take(110).collect();
            format!("{}: {short}", named(role))
        }
        Event::Said { complete: true, .. } => return None,
        Event::Said { complete: false, .. } => "cut short".to_owned(),
        Event::Heard { intent, phrase, .. } => format!("heard {} ({phrase})", named(intent)),
        Event::Refused { phrase, reason, .. } => format!("refused ({phrase}): {reason}"),
        Event::Duck => "duck".to_owned(),
        Event::Unduck => "unduck".to_owned(),
        Event::Hush => "hush".to_owned(),
        Event::Earcon { kind } => format!("tone {}", named(kind)),
        Event::Pause => "pause".to_owned(),
        Event::Resume => "resume".to_owned(),
        Event::Mail { verb, of, message_id, state, auto, bundle } => {
            let of = of.map(|of| format!(" of {}", named(&of))).unwrap_or_default();
            let auto = if *auto { ", heard" } else { "" };
            let bundle = if *bundle { ", bundle" } else { "" };
            format!("mail {}{of} {message_id}: {}{auto}{bundle}", named(verb), named(state))
        }
        Event::Error { kind, text } => format!("error {kind}: {text}"),
    })
}
