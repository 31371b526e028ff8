//! The invariants of ARCHITECTURE.md over random streams of inputs. Each has been seen to fail with the code broken on purpose.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may")]

#[path = "talk/house.rs"]
mod house;
#[path = "talk/microphone.rs"]
mod microphone;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hark::command::{Command, Intent, Slot};
use hark::mail::{
    Addressed, Block, BlockRole, Correspondent, Message, MessageId, MessageKind, Protection, ProtectionKind,
};
use hark::script::{AmbiguousSender, Fate, Script, ScriptContext, SegmentRole, Verbosity};
use hark::session::{
    ActVerb, DeviceChange, EarReport, EchoQuality, Effect, Epoch, Event, Evidence, Flags, Input, Mail, MailReport,
    MailRequest, MailTrouble, Opened, OutputKind, OutputSetting, Place, ProtectedSetting, RequestId, SayRole, Settings,
    Utterance, UtteranceId, VoiceReport,
};
use hark::units::{Millis, WallTime};
use house::{House, Logged};
use microphone::Microphone;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

const PHRASES: &[&str] = &[
    "pause",
    "stop",
    "wait",
    "resume",
    "go on",
    "next",
    "previous",
    "repeat",
    "start over",
    "undo",
    "skip ahead",
    "next paragraph",
    "back a sentence",
    "flag",
    "remove flag",
    "archive",
    "delete",
    "mark as read",
    "keep it",
    "move to travel",
    "who is it from",
    "what's the subject",
    "any attachments",
    "how long is it",
    "read it all",
    "read the quoted text",
    "just the summary",
    "spell that",
    "read my mail",
    "read mail from ben",
    "only people",
    "only today",
    "how many left",
    "how long will it take",
    "read them",
    "archive them all",
    "unsubscribe",
    "faster",
    "slower",
    "louder",
    "short mode",
    "full mode",
    "help",
    "good bye",
    "yes",
    "no",
    "never mind",
    "reply",
    "[unk]",
    "",
];

const KEYS: &[Intent] = &[
    Intent::Pause,
    Intent::Resume,
    Intent::Next,
    Intent::Previous,
    Intent::Repeat,
    Intent::Undo,
    Intent::SentenceForward,
    Intent::Flag,
    Intent::Archive,
    Intent::Delete,
    Intent::MarkUnread,
    Intent::Details,
    Intent::ReadAll,
    Intent::ReadQuoted,
    Intent::Summary,
    Intent::ReadBundle,
    Intent::ArchiveBundle,
    Intent::Yes,
    Intent::No,
    Intent::Help,
    Intent::Scope,
    Intent::Start,
];

#[derive(Debug, Clone)]
enum Step {
    /// Let this many things happen.
    Pass(u8),
    /// Let this much time pass at most.
    Wait(u16),
    Hear {
        phrase: usize,
        clear: bool,
    },
    Key(usize),
    Subject,
    Listen,
    Type(usize),
    Noise(u16),
    Route(bool),
    Echo(u8),
    Device(u8),
    Interrupted(bool),
    Connection(bool),
    Fail(u8),
    VoiceFails,
    Clock(i32),
    /// One of [`arriving`] is new in the inbox.
    Arrives(u8),
    /// One of the texts that were not there at the start is here.
    TextOf(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (1u8..6).prop_map(Step::Pass),
        6 => (50u16..4_000).prop_map(Step::Wait),
        12 => (0..PHRASES.len(), any::<bool>()).prop_map(|(phrase, clear)| Step::Hear { phrase, clear }),
        5 => (0..KEYS.len()).prop_map(Step::Key),
        1 => Just(Step::Subject),
        1 => Just(Step::Listen),
        1 => (0..PHRASES.len()).prop_map(Step::Type),
        1 => (100u16..3_000).prop_map(Step::Noise),
        1 => any::<bool>().prop_map(Step::Route),
        1 => (0u8..5).prop_map(Step::Echo),
        1 => (0u8..4).prop_map(Step::Device),
        1 => any::<bool>().prop_map(Step::Interrupted),
        1 => any::<bool>().prop_map(Step::Connection),
        1 => (0u8..4).prop_map(Step::Fail),
        1 => Just(Step::VoiceFails),
        1 => (-100_000i32..100_000).prop_map(Step::Clock),
        1 => (0u8..3).prop_map(Step::Arrives),
        2 => any::<bool>().prop_map(Step::TextOf),
    ];
    proptest::collection::vec(step, 5..70)
}

fn settings() -> impl Strategy<Value = Settings> {
    (0u8..3, 0u8..3, any::<bool>()).prop_map(|(output, protected, brief)| Settings {
        output: match output {
            0 => OutputSetting::Auto,
            1 => OutputSetting::Headphones,
            _ => OutputSetting::Loudspeaker,
        },
        protected: match protected {
            0 => ProtectedSetting::Pause,
            1 => ProtectedSetting::Ask,
            _ => ProtectedSetting::Skip,
        },
        verbosity: if brief { Verbosity::Brief } else { Verbosity::Normal },
        ..Settings::default()
    })
}

fn wall() -> WallTime {
    WallTime { utc_ms: 1_772_438_400_000, zone: jiff::tz::TimeZone::UTC }
}

fn mail(uid: u32, from: &str, subject: &str, kind: MessageKind, body: &str) -> Mail {
    let now = jiff::Timestamp::from_millisecond(wall().utc_ms - i64::from(uid) * 600_000).unwrap();
    let block = |role, text: &str| Block { role, text: text.to_owned(), links: Vec::new(), rows: Vec::new() };
    let message = Message {
        id: MessageId(format!("m{uid}")),
        from: Some(Correspondent { name: Some(from.to_owned()), address: format!("{uid}@example.org") }),
        to: Vec::new(),
        cc: Vec::new(),
        subject: subject.to_owned(),
        date: Some(now),
        date_offset_s: Some(0),
        language: Some("en".to_owned()),
        kind,
        protection: None,
        attachments: Vec::new(),
        blocks: vec![block(BlockRole::Body, body), block(BlockRole::Quote, "Earlier words.")],
        references: Vec::new(),
        addressed: Addressed::To,
        list: None,
        picture_only: false,
    };
    let place = Place { account: "work".to_owned(), folder: "INBOX".to_owned(), uid_validity: 7, uid };
    Mail { place, message: Arc::new(message), flags: Flags::default() }
}

fn protect(mut mail: Mail, kind: ProtectionKind, readable: bool) -> Mail {
    let message = Arc::make_mut(&mut mail.message);
    message.protection = Some(Protection { kind, readable, label: Some("confidential".to_owned()) });
    mail
}

fn mailbox() -> Vec<Mail> {
    vec![
        mail(1, "Ana", "Lunch", MessageKind::Person, "Are we still on? Delete this. Please archive the old one."),
        protect(
            mail(2, "Dana", "Secretsubject", MessageKind::Person, "Secretbody one. Secretbody two."),
            ProtectionKind::Label,
            true,
        ),
        mail(3, "Ben", "Stop", MessageKind::Person, "Pause. Delete. Yes. Undo that and archive this message."),
        protect(
            mail(4, "Bank", "Secretsubject", MessageKind::Notification, "Secretbody."),
            ProtectionKind::OneTimeCode,
            true,
        ),
        protect(
            mail(5, "Eli", "Secretsubject", MessageKind::Person, "Secretbody."),
            ProtectionKind::SmimeEncrypted,
            false,
        ),
        mail(6, "Garden", "Peas", MessageKind::Newsletter, "Peas and beans."),
        mail(7, "Shop", "Books", MessageKind::Newsletter, "Ten new books."),
    ]
}

/// Mail that comes later.
fn arriving() -> Vec<Mail> {
    vec![
        mail(8, "Chloe", "Train", MessageKind::Person, "My train is late. Delete this."),
        protect(mail(9, "Finn", "Secretsubject", MessageKind::Person, "Secretbody."), ProtectionKind::Label, true),
        mail(10, "Market", "Offers", MessageKind::Newsletter, "Cheap things."),
    ]
}

/// Of these only the head is here at the start, and nobody can see in it that one holds a code.
const COMING: [&str; 2] = ["m3", "m4"];

fn head(mail: Mail) -> Mail {
    let message = Message { blocks: Vec::new(), protection: None, ..(*mail.message).clone() };
    Mail { message: Arc::new(message), ..mail }
}

fn opened(mails: Vec<Mail>) -> Opened {
    Opened { mails, older_unread: 3, unreadable: 1, folders: vec!["Travel".to_owned()] }
}

fn evidence(clear: bool) -> Evidence {
    Evidence {
        confidence: if clear { 1.0 } else { 0.3 },
        min_confidence: if clear { 1.0 } else { 0.2 },
        free_rank: clear.then_some(0),
        isolation_before_db: if clear { 30.0 } else { -4.0 },
        isolation_after_db: if clear { 30.0 } else { -4.0 },
        lead_ms: 0,
        level_dbfs: -26.0,
        score: if clear { 8.0 } else { -3.0 },
    }
}

fn utterance(words: &str, start: u64, end: u64, clear: bool) -> Input {
    let (start, end) = (Millis(start), Millis(end));
    Input::Ear(EarReport::Utterance(Utterance {
        words: words.to_owned(),
        start,
        end,
        onset: start,
        evidence: evidence(clear),
    }))
}

/// Plays the steps; `check` is called after every one.
fn play(settings: Settings, steps: &[Step], mut check: impl FnMut(&mut House)) -> House {
    let (coming, there): (Vec<Mail>, Vec<Mail>) =
        mailbox().into_iter().partition(|mail| COMING.contains(&mail.message.id.0.as_str()));
    let heads = there.into_iter().chain(coming.iter().cloned().map(head)).collect();
    let mut house = House::new(wall(), settings, Ok(opened(heads)));
    house.later(house::Later { arriving: arriving(), coming });
    house.start();
    for step in steps {
        if house.ended {
            break;
        }
        take(&mut house, step);
        check(&mut house);
    }
    house
}

fn take(house: &mut House, step: &Step) {
    match step {
        Step::Pass(times) => {
            for _ in 0..*times {
                house.step();
            }
        }
        Step::Wait(ms) => {
            let until = house.now + u64::from(*ms);
            while !house.ended && house.next().is_some_and(|at| at <= until) {
                house.step();
            }
            house.now = house.now.max(until);
        }
        Step::Hear { phrase, clear } => {
            let words = PHRASES[*phrase];
            let start = house.now;
            house.give(Input::Ear(EarReport::Onset { at: Millis(start) }));
            take(house, &Step::Wait(350 * words.split(' ').count() as u16));
            let end = house.now;
            if !house.ended {
                house.give(Input::Ear(EarReport::VoiceEnded { at: Millis(end) }));
                house.give(utterance(words, start, end, *clear));
            }
        }
        Step::Key(key) => house.give(Input::Press(Command::from(KEYS[*key]))),
        Step::Subject => {
            let slot = Some(Slot::Choice("subject".to_owned()));
            house.give(Input::Press(Command { intent: Intent::Details, slot }));
        }
        Step::Listen => house.give(Input::ListenButton),
        Step::Type(phrase) => house.give(Input::Typed(PHRASES[*phrase].to_owned())),
        Step::Noise(ms) => {
            house.give(Input::Ear(EarReport::Onset { at: Millis(house.now) }));
            take(house, &Step::Wait(*ms));
            if !house.ended {
                house.give(Input::Ear(EarReport::VoiceEnded { at: Millis(house.now) }));
            }
        }
        Step::Route(loud) => {
            house.give(Input::Route(if *loud { OutputKind::Loudspeaker } else { OutputKind::Headphones }));
        }
        Step::Echo(quality) => house.give(Input::Echo(match quality {
            0 => EchoQuality::Headset,
            1 => EchoQuality::System,
            2 => EchoQuality::Good,
            3 => EchoQuality::Poor,
            _ => EchoQuality::None,
        })),
        Step::Device(which) => house.give(Input::Device(match which {
            0 => DeviceChange::MicrophoneLost,
            1 => DeviceChange::MicrophoneBack,
            2 => DeviceChange::SpeakerLost,
            _ => DeviceChange::SpeakerBack,
        })),
        Step::Interrupted(gone) => house.give(if *gone { Input::Interrupted } else { Input::Resumed }),
        Step::Connection(up) => {
            house.give(Input::Mail(if *up { MailReport::Online } else { MailReport::Offline(MailTrouble::NoNetwork) }))
        }
        Step::Fail(which) => {
            let verb = ["archive", "delete", "flag", "undo"][usize::from(*which)].to_owned();
            house.at(house.now, "", house::Happening::Fails { verb, trouble: MailTrouble::FolderFull });
            house.step();
        }
        Step::VoiceFails => house.fail_voice(),
        Step::Clock(minutes) => {
            let utc_ms = wall().utc_ms + i64::from(*minutes) * 60_000;
            house.give(Input::Clock(WallTime { utc_ms, ..wall() }));
        }
        Step::Arrives(which) => {
            let id = format!("m{}", 8 + which);
            house.at(house.now, "", house::Happening::Arrives(vec![id]));
            house.step();
        }
        Step::TextOf(first) => {
            let id = COMING[usize::from(!*first)].to_owned();
            house.at(house.now, "", house::Happening::TextOf(id));
            house.step();
        }
    }
}

/// The lines of the parts of a message, as the session would say them at the start.
fn lines(mail: &Mail, verbosity: Verbosity, wanted: impl Fn(SegmentRole) -> bool) -> Vec<String> {
    let context = ScriptContext {
        now: jiff::Timestamp::from_millisecond(wall().utc_ms).unwrap(),
        zone: wall().zone,
        verbosity,
        place_in_conversation: 1,
        ambiguous_sender: AmbiguousSender::Clear,
    };
    let segments = Script::of(&mail.message, &context).segments.into_iter().filter(|segment| wanted(segment.role));
    let lines = segments.filter_map(|segment| match segment.fate {
        Fate::Spoken(lines) => Some(lines.into_iter().map(|line| line.say)),
        Fate::Skipped { .. } => None,
    });
    lines.flatten().collect()
}

/// What the listener has heard, from the report alone.
#[derive(Default)]
struct Heard {
    said: BTreeMap<UtteranceId, (String, SayRole, Option<String>)>,
    complete: BTreeSet<(String, String)>,
    roles: BTreeMap<String, Vec<(u64, SayRole)>>,
}

impl Heard {
    fn take(&mut self, at: u64, event: &Event) {
        match event {
            Event::Say { utterance, spoken, role, message_id, .. } => {
                self.said.insert(*utterance, (spoken.clone(), *role, message_id.clone()));
            }
            Event::Said { utterance, complete: true } => {
                if let Some((spoken, role, Some(id))) = self.said.get(utterance) {
                    self.complete.insert((id.clone(), spoken.clone()));
                    self.roles.entry(id.clone()).or_default().push((at, *role));
                }
            }
            _ => {}
        }
    }

    /// How many lines of these parts were played to their end.
    fn count(&self, id: &str, wanted: impl Fn(SayRole) -> bool) -> usize {
        self.roles.get(id).map_or(0, |roles| roles.iter().filter(|(_, role)| wanted(*role)).count())
    }
}

/// Seeds of failures are kept beside this file.
fn config() -> ProptestConfig {
    let seeds = FileFailurePersistence::Direct("tests/session_properties.proptest-regressions");
    ProptestConfig {
        cases: 48,
        max_shrink_iters: 2_000,
        failure_persistence: Some(Box::new(seeds)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    /// I1 (one live utterance), I5 (never panics, deadlines ahead): the house asserts both at every call.
    #[test]
    fn i1_i5_one_voice_and_deadlines_ahead(settings in settings(), steps in steps()) {
        let mut house = play(settings, &steps, |_| {});
        // And left alone it comes to rest or to its end.
        for _ in 0..5_000 {
            if house.ended || !house.step() {
                break;
            }
        }
    }

    /// I2 and I7: nothing changes but by a command on an announced message, or by having been heard to the end; with its full key.
    #[test]
    fn i2_i7_changes_only_what_was_announced(settings in settings(), steps in steps()) {
        let mails: Vec<Mail> = mailbox().into_iter().chain(arriving()).collect();
        let verbosity = settings.verbosity;
        let house = play(settings, &steps, |_| {});
        let mut heard = Heard::default();
        let mut input = Input::Deadline;
        for (at, logged) in &house.log {
            match logged {
                Logged::In(given) => input = given.clone(),
                Logged::Out(Effect::Report(event)) => heard.take(*at, event),
                Logged::Out(Effect::Mail(MailRequest::Act(act))) => {
                    let mail = mails.iter().find(|mail| mail.message.id == act.message).unwrap();
                    prop_assert_eq!(&act.place, &mail.place);
                    let announce = lines(mail, verbosity, |role| role == SegmentRole::Announce).len();
                    let played = heard.count(&act.message.0, |role| matches!(role, SayRole::Announce | SayRole::Bundle));
                    prop_assert!(played >= announce.min(1), "{:?} before its announcement ({announce})", act);
                    match input {
                        Input::Voice(VoiceReport::Finished { .. }) => {
                            prop_assert_eq!(&act.verb, &ActVerb::MarkRead);
                            let body = lines(mail, Verbosity::Brief, |role| role == SegmentRole::Body).len();
                            prop_assert!(heard.count(&act.message.0, |role| role == SayRole::Body) >= body.min(1));
                            prop_assert!(mail.message.protection.as_ref().is_none_or(|p| p.readable));
                        }
                        Input::Press(_) | Input::Typed(_) | Input::Ear(EarReport::Utterance(_)) => {}
                        ref other => prop_assert!(false, "{:?} by {:?}", act, other),
                    }
                }
                Logged::Out(_) => {}
            }
        }
    }

    /// I3: nothing protected is said before its call-out was played and its pause has run out, or "go on" or "yes" was said.
    #[test]
    fn i3_protected_text_waits(settings in settings(), steps in steps()) {
        let pause_ms = (settings.protected_pause_s * 1_000.0) as u64;
        let asks = settings.protected != ProtectedSetting::Pause;
        let house = play(settings, &steps, |_| {});
        let mut called_out: Option<u64> = None;
        let mut consent = false;
        let mut heard = Heard::default();
        for (at, logged) in &house.log {
            match logged {
                Logged::In(Input::Press(command)) if matches!(command.intent, Intent::Resume | Intent::Yes) => consent = true,
                Logged::In(Input::Typed(words)) if ["resume", "go on", "yes"].contains(&words.as_str()) => consent = true,
                Logged::Out(Effect::Report(Event::Heard { intent: Intent::Resume | Intent::Yes, .. })) => consent = true,
                Logged::Out(Effect::Report(event)) => {
                    heard.take(*at, event);
                    if let Event::Said { utterance, complete: true } = event
                        && heard.said.get(utterance).is_some_and(|(_, role, _)| *role == SayRole::Gate)
                    {
                        called_out = Some(*at);
                        consent = false;
                    }
                    // A new announcement locks again.
                    if let Event::Say { role: SayRole::Announce, .. } = event {
                        called_out = None;
                    }
                }
                Logged::Out(Effect::Say(say)) if say.spoken.to_lowercase().contains("secret") => {
                    let Some(since) = called_out else {
                        return Err(TestCaseError::fail(format!("{say:?} without a call-out")));
                    };
                    prop_assert!(consent || at - since >= pause_ms, "{:?}", say);
                    if asks {
                        // Unreadable ones have nothing but a subject, which waits for the pause only.
                        prop_assert!(consent || say.spoken.to_lowercase().contains("secretsubject"), "{:?}", say);
                    }
                }
                Logged::In(_) | Logged::Out(_) => {}
            }
        }
    }

    /// I4: reports with an old epoch, utterance or request id change nothing.
    #[test]
    fn i4_old_reports_change_nothing(settings in settings(), steps in steps(), id in 0u64..40, old in 1u64..5) {
        play(settings, &steps, |house| {
            if house.ended {
                return;
            }
            house.give(Input::Deadline);
            let live = house.live();
            let (id, epoch) = (UtteranceId(id), house.epoch());
            let stale_epoch = Epoch(epoch.0.wrapping_sub(old));
            let mut stale = vec![
                Input::Voice(VoiceReport::Finished { id, epoch: stale_epoch }),
                Input::Voice(VoiceReport::Started { id, epoch: stale_epoch, duration_ms: 500 }),
                Input::Voice(VoiceReport::Hushed { epoch: stale_epoch }),
                Input::Mail(MailReport::Applied { request: RequestId(10_000) }),
                Input::Mail(MailReport::Failed { request: RequestId(10_000), reason: MailTrouble::Gone }),
            ];
            if live != Some(id) {
                stale.push(Input::Voice(VoiceReport::Finished { id, epoch }));
                stale.push(Input::Voice(VoiceReport::Failed { id, epoch }));
            }
            // What is due at this time anyway has come first.
            for input in stale {
                let before = format!("{:?}", house.session);
                let effects = house.session.handle(Millis(house.now), input.clone());
                let after = format!("{:?}", house.session);
                assert!(effects.is_empty(), "{input:?}: {effects:?}");
                assert!(before == after, "{input:?} changed something");
            }
        });
    }

    /// I8: "pause" silences in the same call, whatever the state and however badly it was heard.
    #[test]
    fn i8_pause_is_never_gated(settings in settings(), steps in steps(), how in 0u8..5) {
        let mut house = play(settings, &steps, |_| {});
        if !house.ended {
            let now = house.now;
            let input = match how {
                0 => Input::Press(Command::from(Intent::Pause)),
                1 => utterance("pause", now.saturating_sub(400), now, false),
                2 => utterance("stop", now.saturating_sub(400), now, false),
                3 => utterance("wait", now.saturating_sub(400), now, false),
                _ => Input::ListenButton,
            };
            let effects = house.session.handle(Millis(now), input);
            let hush = effects.iter().position(|effect| matches!(effect, Effect::Hush { .. }));
            prop_assert!(hush.is_some(), "{:?}", effects);
            let say = effects.iter().any(|effect| matches!(effect, Effect::Say(_)));
            prop_assert!(!say, "{:?}", effects);
        }
    }

    /// I9: the same inputs lead to the same effects.
    #[test]
    fn i9_the_same_inputs_lead_to_the_same_effects(settings in settings(), steps in steps()) {
        let one = play(settings.clone(), &steps, |_| {});
        let two = play(settings, &steps, |_| {});
        prop_assert_eq!(format!("{:?}", one.log), format!("{:?}", two.log));
    }

    /// I6: whatever a mail says, its echo in the microphone destroys nothing and ends nothing.
    #[test]
    fn i6_own_speech_destroys_nothing(
        picks in proptest::collection::vec(0..PHRASES.len(), 3..14),
        joins in proptest::collection::vec(0u8..3, 14),
        delay in 0u64..450,
        headphones in any::<bool>(),
    ) {
        let mut body = String::new();
        for (pick, join) in picks.iter().zip(&joins) {
            let words = PHRASES[*pick].replace("[unk]", "well");
            body.push_str(&words);
            body.push_str(match join { 0 => ". ", 1 => ", and then ", _ => " " });
        }
        let mut settings = Settings { output: OutputSetting::Loudspeaker, ..Settings::default() };
        if headphones {
            settings.output = OutputSetting::Headphones;
        }
        let mails = vec![
            mail(1, "Ana", "Delete", MessageKind::Person, "First."),
            mail(2, "Ben", "Yes", MessageKind::Person, &body),
            mail(3, "Cora", "Archive this", MessageKind::Newsletter, "Peas."),
        ];
        let mut house = House::new(wall(), settings, Ok(opened(mails)));
        house.start();
        let mut microphone = Microphone::delayed(delay);
        for _ in 0..600 {
            microphone.hear(&mut house);
            if house.ended || !house.step() {
                break;
            }
        }
        for (_, logged) in &house.log {
            if let Logged::Out(Effect::Mail(MailRequest::Act(act))) = logged {
                prop_assert_eq!(&act.verb, &ActVerb::MarkRead, "{:?}", act);
            }
            if let Logged::Out(Effect::Report(Event::Heard { intent, .. })) = logged {
                prop_assert!(*intent != Intent::End && *intent != Intent::Yes, "{:?}", intent);
            }
        }
    }
}
