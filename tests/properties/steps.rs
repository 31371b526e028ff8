//! Random streams of inputs, and the mail they meet.

use std::sync::Arc;

use hark::command::{Command, Intent, Slot};
use hark::mail::{
    Addressed, Block, BlockRole, Correspondent, Leaving, MailTo, Message, MessageId, MessageKind, Protection,
    ProtectionKind,
};
use hark::script::Verbosity;
use hark::session::{
    DeviceChange, EarReport, EchoQuality, Evidence, Flags, Input, Mail, MailReport, MailTrouble, Opened, OutputKind,
    OutputSetting, Place, ProtectedSetting, Settings, Utterance, WakeWord,
};
use hark::units::{Millis, WallTime};
use proptest::prelude::*;

use crate::house::{self, House};

pub const PHRASES: &[&str] = &[
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

pub const KEYS: &[Intent] = &[
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
    Intent::Unsubscribe,
];

#[derive(Debug, Clone)]
pub enum Step {
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

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
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

pub fn settings() -> impl Strategy<Value = Settings> {
    (0u8..3, 0u8..3, any::<bool>(), 0u8..6).prop_map(|(output, protected, brief, wake_word)| Settings {
        wake_word: match wake_word {
            0 => WakeWord::Always,
            1 => WakeWord::Loudspeaker,
            _ => WakeWord::Never,
        },
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

pub fn wall() -> WallTime {
    WallTime { utc_ms: 1_772_438_400_000, zone: jiff::tz::TimeZone::UTC }
}

pub fn mail(uid: u32, from: &str, subject: &str, kind: MessageKind, body: &str) -> Mail {
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
        leaving: if kind == MessageKind::Newsletter || uid == 1 {
            Leaving::Mail(MailTo::parse(&format!("mailto:leave-{uid}@example.org")).unwrap())
        } else {
            Leaving::WebOnly
        },
        picture_only: false,
    };
    let place = Place { account: "work".to_owned(), folder: "INBOX".to_owned(), uid_validity: 7, uid };
    Mail { place, message: Arc::new(message), flags: Flags::default() }
}

pub fn protect(mut mail: Mail, kind: ProtectionKind, readable: bool) -> Mail {
    let message = Arc::make_mut(&mut mail.message);
    message.protection = Some(Protection { kind, readable, label: Some("confidential".to_owned()) });
    mail
}

pub fn mailbox() -> Vec<Mail> {
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
pub fn arriving() -> Vec<Mail> {
    vec![
        mail(8, "Chloe", "Train", MessageKind::Person, "My train is late. Delete this."),
        protect(mail(9, "Finn", "Secretsubject", MessageKind::Person, "Secretbody."), ProtectionKind::Label, true),
        mail(10, "Market", "Offers", MessageKind::Newsletter, "Cheap things."),
    ]
}

/// Of these only the head is here at the start, and nobody can see in it that one holds a code.
pub const COMING: [&str; 2] = ["m3", "m4"];

pub fn head(mail: Mail) -> Mail {
    let message = Message { blocks: Vec::new(), protection: None, ..(*mail.message).clone() };
    Mail { message: Arc::new(message), ..mail }
}

pub fn opened(mails: Vec<Mail>) -> Opened {
    Opened { mails, older_unread: 3, unreadable: 1, folders: vec!["Travel".to_owned()] }
}

pub fn evidence(clear: bool) -> Evidence {
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

pub fn utterance(words: &str, start: u64, end: u64, clear: bool) -> Input {
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
pub fn play(settings: Settings, steps: &[Step], mut check: impl FnMut(&mut House)) -> House {
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

pub fn take(house: &mut House, step: &Step) {
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
