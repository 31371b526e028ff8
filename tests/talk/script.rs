//! The text of a conversation: a mailbox, what happens, and (below the rule) what came of it.
//!
//! ```text
//! # what this shows
//! start 2026-03-02T08:10:00+01:00[Europe/Berlin]
//! set output = "headphones"
//! mail a1
//!   from Ana Silva <ana@example.org>
//!   subject Lunch
//!   when -20m
//!   body Are we still on? See you.
//! during "still on" 0.3 hear "delete"
//! ```
//! A happening waits for its trigger: seconds of session time, `after "words"` (said), `during "words"` (begins), `in window`
//! (or another moment), each with seconds added; happenings fire one after another.

use std::sync::Arc;

use hark::command::{Command, Slot};
use hark::mail::{
    Addressed, Attachment, Block, BlockRole, Correspondent, Leaving, MailTo, Message, MessageId, MessageKind,
    Protection, ProtectionKind,
};
use hark::session::{
    DeviceChange, EchoQuality, Event, Flags, InputTrouble, Mail, MailTrouble, Opened, OutputKind, Place, Settings,
};
use hark::units::WallTime;

use crate::house::{Happening, House, Later};

pub const RULE: &str = "=== time    happens                      comes of it";

/// What is told above the rule, and what is expected below it.
pub fn split(text: &str) -> (&str, &str) {
    match text.split_once("\n===") {
        Some((told, rest)) => (told, rest.split_once('\n').map_or("", |(_, expected)| expected)),
        None => (text, ""),
    }
}

pub fn difference(expected: &str, happened: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.trim().lines().collect(), happened.trim().lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let show = |lines: &[&str], sign: &str| {
        lines.iter().skip(same).take(6).map(|line| format!("  {sign} {line}\n")).collect::<String>()
    };
    let before = old.iter().skip(same.saturating_sub(2)).take(same.min(2)).map(|line| format!("    {line}\n"));
    format!("{}{}{}", before.collect::<String>(), show(&old, "-"), show(&new, "+"))
}

#[derive(Debug, Clone)]
enum Trigger {
    At(u64),
    After(String, u64),
    During(String, u64),
    In(String, u64),
}

pub struct Talk {
    start: WallTime,
    settings: Settings,
    opened: Result<Opened, MailTrouble>,
    mail_takes: Option<u64>,
    stop: u64,
    /// Languages the voice speaks, its own first.
    voice: Vec<String>,
    happenings: Vec<(String, Trigger, Happening)>,
    /// Mail that is not there at the start.
    later: Later,
}

impl Talk {
    pub fn parse(name: &str, text: &str) -> Talk {
        let mut talk = Talk {
            start: wall("2026-03-02T08:10:00+01:00[Europe/Berlin]"),
            settings: Settings::default(),
            opened: Ok(Opened {
                mails: Vec::new(),
                older_unread: 0,
                unreadable: 0,
                folders: vec!["Travel".to_owned(), "Family".to_owned()],
            }),
            mail_takes: None,
            stop: 600_000,
            voice: vec!["en".to_owned()],
            happenings: Vec::new(),
            later: Later::default(),
        };
        let mut settings = String::new();
        let mut mails: Vec<(String, Vec<String>)> = Vec::new();
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
            let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            if line.starts_with(' ') {
                mails.last_mut().expect("a line of no mail").1.push(line.trim().to_owned());
                continue;
            }
            match word {
                "start" => talk.start = wall(rest),
                "set" => settings.push_str(&format!("{rest}\n")),
                "mail" => mails.push((rest.to_owned(), Vec::new())),
                "older" => talk.on_opened(|opened| opened.older_unread = rest.parse().unwrap()),
                "unreadable" => talk.on_opened(|opened| opened.unreadable = rest.parse().unwrap()),
                "cannot-open" => talk.opened = Err(trouble(rest)),
                "mail-takes" => talk.mail_takes = Some(millis(rest)),
                "voice-speaks" => talk.voice = rest.split_whitespace().map(str::to_owned).collect(),
                "stop" => talk.stop = millis(rest),
                _ => {
                    let happening = parse_happening(line).unwrap_or_else(|| panic!("{name}: not understood: {line}"));
                    talk.happenings.push(happening);
                }
            }
        }
        talk.settings = toml::from_str(&settings).unwrap_or_else(|error| panic!("{name}: {error}"));
        let now = jiff::Timestamp::from_millisecond(talk.start.utc_ms).unwrap();
        let mut parsed: Vec<Mail> =
            mails.iter().enumerate().map(|(nth, (id, lines))| mail(now, nth as u32 + 1, id, lines)).collect();
        parsed.sort_by_key(|mail| std::cmp::Reverse(mail.message.date));
        let is = |mail: &Mail, line: &str| {
            mails.iter().any(|(id, lines)| *id == mail.message.id.0 && lines.iter().any(|known| known == line))
        };
        let (arriving, there): (Vec<Mail>, Vec<Mail>) = parsed.into_iter().partition(|mail| is(mail, "arrives"));
        let coming: Vec<Mail> = there.iter().filter(|mail| is(mail, "text-comes")).cloned().collect();
        let heads = there.into_iter().map(|mail| if is(&mail, "text-comes") { head(mail) } else { mail }).collect();
        talk.on_opened(|opened| opened.mails = heads);
        talk.later = Later { arriving, coming };
        talk
    }

    fn on_opened(&mut self, change: impl FnOnce(&mut Opened)) {
        if let Ok(opened) = &mut self.opened {
            change(opened);
        }
    }

    /// Plays it to the end and tells what happened.
    pub fn play(&self) -> String {
        let mut house = House::new(self.start.clone(), self.settings.clone(), self.opened.clone());
        house.session = house.session.with_languages(self.voice.clone());
        house.later(self.later.clone());
        if let Some(ms) = self.mail_takes {
            house.mail_takes(ms);
        }
        house.start();
        let mut waiting = self.happenings.iter();
        let mut next = waiting.next();
        let mut seen = 0;
        while !house.ended {
            while let Some((label, trigger, happening)) = next {
                let Some(at) = trigger.fires(&house, &mut seen) else { break };
                house.at(at, label, happening.clone());
                next = waiting.next();
            }
            if house.next().is_none_or(|at| at > self.stop) || !house.step() {
                break;
            }
        }
        let mut told = String::new();
        if let Some((label, ..)) = next {
            return format!("{}\nNEVER HAPPENED: {label}\n", render(&house));
        }
        told.push_str(&render(&house));
        told
    }
}

fn render(house: &House) -> String {
    let mut text = String::new();
    let mut last = u64::MAX;
    for row in &house.rows {
        let time = if row.at == last { String::new() } else { format!("{:.2}", row.at as f64 / 1_000.0) };
        last = row.at;
        text.push_str(format!("{time:>8}    {:<28} {}", row.left, row.right).trim_end());
        text.push('\n');
    }
    text
}

impl Trigger {
    /// When it fires, if what it waits for has happened among the events not seen yet.
    fn fires(&self, house: &House, seen: &mut usize) -> Option<u64> {
        let found = |seen: &mut usize, wanted: &dyn Fn(&Event) -> bool| {
            let at = house.events.iter().skip(*seen).position(|(_, event)| wanted(event))? + *seen;
            *seen = at + 1;
            house.events.get(at).map(|(at, _)| *at)
        };
        match self {
            Trigger::At(at) => Some(*at),
            Trigger::During(words, plus) => {
                found(seen, &|event| matches!(event, Event::Say { spoken, .. } if spoken.contains(words.as_str())))
                    .map(|at| at + plus)
            }
            Trigger::After(words, plus) => {
                let say = house.events.iter().skip(*seen).find_map(|(_, event)| match event {
                    Event::Say { spoken, utterance, .. } if spoken.contains(words.as_str()) => Some(*utterance),
                    _ => None,
                })?;
                found(seen, &|event| matches!(event, Event::Said { utterance, .. } if *utterance == say))
                    .map(|at| at + plus)
            }
            Trigger::In(moment, plus) => found(seen, &|event| match event {
                Event::Moment { name, .. } => format!("{name:?}").to_lowercase() == *moment,
                _ => false,
            })
            .map(|at| at + plus),
        }
    }
}

fn parse_happening(line: &str) -> Option<(String, Trigger, Happening)> {
    let (word, rest) = line.trim().split_once(' ')?;
    let (trigger, rest) = match word {
        "after" | "during" => {
            let (words, rest) = rest.trim().strip_prefix('"')?.split_once('"')?;
            let (plus, rest) = rest.trim().split_once(' ')?;
            let words = words.to_owned();
            let plus = millis(plus);
            (if word == "after" { Trigger::After(words, plus) } else { Trigger::During(words, plus) }, rest)
        }
        "in" => {
            let (moment, rest) = rest.split_once(' ')?;
            let (plus, rest) = rest.trim().split_once(' ')?;
            (Trigger::In(moment.to_owned(), millis(plus)), rest)
        }
        at => (Trigger::At((at.parse::<f64>().ok()? * 1_000.0).round() as u64), rest),
    };
    let rest = rest.trim();
    Some((rest.to_owned(), trigger, happening(rest)?))
}

fn happening(text: &str) -> Option<Happening> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let quoted = || rest.trim().trim_matches('"').to_owned();
    Some(match word {
        "hear" => Happening::Hear { words: quoted(), isolated: true },
        "chatter" => Happening::Hear { words: quoted(), isolated: false },
        "noise" => Happening::Noise { ms: millis(rest) },
        "company" => Happening::Company { ms: millis(rest) },
        "muted" => Happening::Input(InputTrouble::Silent),
        "clipping" => Happening::Input(InputTrouble::TooLoud),
        "press" => {
            let (intent, slot) = rest.split_once(' ').unwrap_or((rest, ""));
            let intent = serde_json::from_value(serde_json::Value::String(intent.to_owned())).ok()?;
            let slot = (!slot.is_empty()).then(|| Slot::Folder(slot.to_owned()));
            Happening::Press(Command { intent, slot })
        }
        "type" => Happening::Type(quoted()),
        "listen" => Happening::Listen,
        "route" => {
            Happening::Route(if rest == "loudspeaker" { OutputKind::Loudspeaker } else { OutputKind::Headphones })
        }
        "echo" => Happening::Echo(match rest {
            "headset" => EchoQuality::Headset,
            "system" => EchoQuality::System,
            "good" => EchoQuality::Good,
            "poor" => EchoQuality::Poor,
            _ => EchoQuality::None,
        }),
        "speaker" if rest == "lost" => Happening::Device(DeviceChange::SpeakerLost),
        "speaker" => Happening::Device(DeviceChange::SpeakerBack),
        "microphone" if rest == "lost" => Happening::Device(DeviceChange::MicrophoneLost),
        "microphone" => Happening::Device(DeviceChange::MicrophoneBack),
        "interrupted" => Happening::Interrupted,
        "resumed" => Happening::Resumed,
        "offline" => Happening::Offline(if rest.is_empty() { MailTrouble::NoNetwork } else { trouble(rest) }),
        "online" => Happening::Online,
        "fails" => {
            let (verb, reason) = rest.split_once(' ')?;
            Happening::Fails { verb: verb.to_owned(), trouble: trouble(reason) }
        }
        "clock" => Happening::Clock(wall(rest)),
        "arrives" => Happening::Arrives(rest.split_whitespace().map(str::to_owned).collect()),
        "text-of" => Happening::TextOf(rest.to_owned()),
        "earlier-failed" => Happening::EarlierFailed(trouble(rest)),
        "quit" => Happening::Quit,
        "nothing" => Happening::Nothing,
        _ => return None,
    })
}

fn trouble(text: &str) -> MailTrouble {
    match text {
        "no-network" => MailTrouble::NoNetwork,
        "wrong-password" => MailTrouble::WrongPassword,
        "folder-full" => MailTrouble::FolderFull,
        "gone" => MailTrouble::Gone,
        "disk" => MailTrouble::Disk,
        "server-refused" => MailTrouble::ServerRefused,
        "unsure" => MailTrouble::TimedOut,
        "silence" => MailTrouble::Busy,
        other => panic!("no such trouble: {other}"),
    }
}

fn millis(seconds: &str) -> u64 {
    (seconds.trim().parse::<f64>().unwrap() * 1_000.0).round() as u64
}

fn wall(text: &str) -> WallTime {
    let zoned: jiff::Zoned = text.trim().parse().unwrap();
    WallTime { utc_ms: zoned.timestamp().as_millisecond(), zone: zoned.time_zone().clone() }
}

fn mail(now: jiff::Timestamp, uid: u32, id: &str, lines: &[String]) -> Mail {
    let mut message = Message {
        id: MessageId(id.to_owned()),
        from: None,
        to: vec![person("Robin <robin@example.org>")],
        cc: Vec::new(),
        subject: String::new(),
        date: Some(now),
        date_offset_s: Some(3_600),
        language: Some("en".to_owned()),
        kind: MessageKind::Person,
        protection: None,
        attachments: Vec::new(),
        blocks: Vec::new(),
        references: Vec::new(),
        addressed: Addressed::To,
        list: None,
        leaving: Leaving::None,
        picture_only: false,
    };
    let mut flags = Flags::default();
    let mut account = "work".to_owned();
    for line in lines {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "from" => message.from = Some(person(rest)),
            "to" => message.to.push(person(rest)),
            "subject" => message.subject = rest.to_owned(),
            "when" => message.date = Some(before(now, rest)),
            "kind" => message.kind = kind(rest),
            "language" => message.language = Some(rest.to_owned()),
            "body" => message.blocks.push(block(BlockRole::Body, rest)),
            "quote" => message.blocks.push(block(BlockRole::Quote, rest)),
            "signature" => message.blocks.push(block(BlockRole::Signature, rest)),
            "long" => {
                let (times, sentence) = rest.split_once(' ').unwrap();
                let times: usize = times.parse().unwrap();
                message.blocks.push(block(BlockRole::Body, &format!("{sentence} ").repeat(times)));
            }
            "reply-to" => message.references.push(MessageId(rest.to_owned())),
            "protected" => message.protection = Some(protection(rest)),
            "attach" => message.attachments.push(Attachment {
                name: Some(rest.to_owned()),
                media_type: "application/pdf".to_owned(),
                bytes: 20_000,
            }),
            "arrives" | "text-comes" => {}
            "list" => message.list = Some(rest.to_owned()),
            "leave" if rest == "web" => message.leaving = Leaving::WebOnly,
            "leave" => message.leaving = Leaving::Mail(MailTo::parse(rest).expect("a mailto")),
            "flagged" => flags.flagged = true,
            "account" => account = rest.to_owned(),
            other => panic!("{id}: no such line: {other}"),
        }
    }
    let place = Place { account, folder: "INBOX".to_owned(), uid_validity: 1, uid };
    Mail { place, message: Arc::new(message), flags }
}

/// What is known of a message before its text is here.
fn head(mail: Mail) -> Mail {
    let message = Message { blocks: Vec::new(), ..(*mail.message).clone() };
    Mail { message: Arc::new(message), ..mail }
}

fn person(text: &str) -> Correspondent {
    let (name, address) = text.split_once('<').unwrap_or((text, ""));
    let name = name.trim();
    Correspondent {
        name: (!name.is_empty()).then(|| name.to_owned()),
        address: address.trim_end_matches('>').to_owned(),
    }
}

/// "-20m", "-3h", "-2d".
fn before(now: jiff::Timestamp, text: &str) -> jiff::Timestamp {
    let text = text.trim_start_matches('-');
    let (figures, unit) = text.split_at(text.len() - 1);
    let figures: i64 = figures.parse().unwrap();
    let minutes = match unit {
        "m" => figures,
        "h" => figures * 60,
        "d" => figures * 60 * 24,
        other => panic!("no such unit: {other}"),
    };
    jiff::Timestamp::from_millisecond(now.as_millisecond() - minutes * 60_000).unwrap()
}

fn kind(text: &str) -> MessageKind {
    match text {
        "person" => MessageKind::Person,
        "newsletter" => MessageKind::Newsletter,
        "notification" => MessageKind::Notification,
        "receipt" => MessageKind::Receipt,
        "meeting" => MessageKind::Meeting,
        other => panic!("no such kind: {other}"),
    }
}

fn protection(text: &str) -> Protection {
    let (kind, readable) = match text {
        "label" => (ProtectionKind::Label, true),
        "smime" => (ProtectionKind::SmimeEncrypted, false),
        "code" => (ProtectionKind::OneTimeCode, true),
        other => panic!("no such protection: {other}"),
    };
    let label = (kind == ProtectionKind::Label).then(|| "confidential".to_owned());
    Protection { kind, readable, label }
}

fn block(role: BlockRole, text: &str) -> Block {
    Block { role, text: text.trim().to_owned(), links: Vec::new(), rows: Vec::new() }
}
