//! The room and its devices: loudspeaker or headphones, what was lost and is back, and news of the connection.

use super::commands::By;
use super::flow::{AsideKind, Halt, Stage};
use super::voice::Utter;
use super::wording::Wording;
use super::{DeviceChange, EchoQuality, Event, InputTrouble, MailTrouble, OutputKind, OutputSetting, SayRole, Session};

/// Where our voice comes out, and how much of it comes back in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub output: OutputKind,
    pub echo: EchoQuality,
    follows: Follows,
    others: Others,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    SoundSystem,
    Setting,
}

/// "Others may hear this.": once a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    NotWarned,
    Warned,
}

impl Room {
    /// Until the sound system tells, the output is a loudspeaker: the careful guess.
    pub fn new(setting: OutputSetting) -> Room {
        let (output, follows) = match setting {
            OutputSetting::Auto => (OutputKind::Loudspeaker, Follows::SoundSystem),
            OutputSetting::Headphones => (OutputKind::Headphones, Follows::Setting),
            OutputSetting::Loudspeaker => (OutputKind::Loudspeaker, Follows::Setting),
        };
        Room { output, echo: EchoQuality::None, follows, others: Others::NotWarned }
    }

    pub fn others_warned(&mut self) {
        self.others = Others::Warned;
    }
}

/// What is missing at the moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Absent {
    speaker: Missing,
    /// The platform took the sound away, for a call or to sleep.
    platform: Missing,
    microphone: Microphone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Missing {
    #[default]
    Here,
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Microphone {
    #[default]
    Here,
    /// Gone, and the reading was paused for it.
    GoneAndPaused,
    Gone,
}

impl Absent {
    /// Nothing can be heard: nothing is said.
    pub fn silences(self) -> bool {
        self.speaker == Missing::Gone || self.platform == Missing::Gone
    }
}

/// Commands as soft as this are told, in dBFS: 24 dB below the usual -26.
const SOFT_DBFS: f32 = -50.0;
/// But not before so many in a row: one may come from another room.
const SOFT_MANY: u8 = 2;

/// What is said at the next boundary.
#[derive(Debug, Default)]
pub(super) struct Notices {
    sentences: Vec<Wording>,
    connection: Connection,
    /// Said once a session each.
    told: Vec<InputTrouble>,
    /// Commands in a row that could hardly be heard.
    soft: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Connection {
    #[default]
    Fine,
    LostUntold(MailTrouble),
    LostTold,
    BackUntold,
}

impl Session {
    pub(super) fn routed(&mut self, output: OutputKind) {
        if self.room.follows == Follows::Setting || self.room.output == output {
            return;
        }
        self.room.output = output;
        if output == OutputKind::Headphones {
            if let Stage::Opening(opening) = &mut self.stage {
                opening.drop_line(&self.prompts.opening.others_may_hear);
            }
            return;
        }
        let warned = self.room.others == Others::Warned;
        self.room.others_warned();
        if matches!(self.stage, Stage::Playing(_)) && !self.stays_paused() {
            self.pause(&By::Hand);
            let said = self.prompts.devices.loudspeaker.clone();
            self.aside(prompt(Wording::plain(&said)), AsideKind::Notice);
        } else if !warned {
            let said = self.prompts.opening.others_may_hear.clone();
            self.aside(prompt(Wording::plain(&said)), AsideKind::Notice);
        }
    }

    pub(super) fn device_changed(&mut self, change: DeviceChange) {
        match change {
            DeviceChange::SpeakerLost => {
                let before = self.absent.silences();
                self.absent.speaker = Missing::Gone;
                self.fall_silent(before);
            }
            DeviceChange::SpeakerBack => {
                if self.absent.speaker == Missing::Gone {
                    self.absent.speaker = Missing::Here;
                    self.sound_again();
                    let said = self.prompts.devices.speaker_back.clone();
                    self.aside(prompt(Wording::plain(&said)), AsideKind::Answer);
                }
            }
            DeviceChange::MicrophoneLost => self.microphone_lost(),
            DeviceChange::MicrophoneBack => self.microphone_back(),
        }
    }

    fn microphone_lost(&mut self) {
        if self.absent.microphone != Microphone::Here {
            return;
        }
        self.hearing.restarted();
        self.absent.microphone = if self.stays_paused() { Microphone::Gone } else { Microphone::GoneAndPaused };
        self.pause(&By::Hand);
        let said = self.prompts.devices.microphone_lost.clone();
        self.aside(prompt(Wording::plain(&said)), AsideKind::Notice);
    }

    fn microphone_back(&mut self) {
        let was = std::mem::take(&mut self.absent.microphone);
        if was == Microphone::Here {
            return;
        }
        let said = self.prompts.devices.microphone_back.clone();
        self.aside(prompt(Wording::plain(&said)), AsideKind::Answer);
        if was == Microphone::GoneAndPaused && self.is_paused() {
            self.go_on();
        }
    }

    /// Said at once: whoever waits for an answer to what nobody heard would wait for ever. The reading goes on.
    pub(super) fn input_trouble(&mut self, trouble: InputTrouble) {
        if self.notices.told.contains(&trouble) {
            return;
        }
        self.notices.told.push(trouble);
        let devices = &self.prompts.devices;
        let said = match trouble {
            InputTrouble::Silent => devices.microphone_silent.clone(),
            InputTrouble::TooLoud => devices.microphone_loud.clone(),
            InputTrouble::TooSoft => devices.microphone_soft.clone(),
        };
        self.aside(prompt(Wording::plain(&said)), AsideKind::Notice);
    }

    /// A phrase was heard at this level: too soft, several times in a row, is told.
    pub(super) fn weigh_level(&mut self, level_dbfs: f32) {
        self.notices.soft = if level_dbfs < SOFT_DBFS { self.notices.soft.saturating_add(1) } else { 0 };
        if self.notices.soft >= SOFT_MANY {
            self.input_trouble(InputTrouble::TooSoft);
        }
    }

    pub(super) fn interrupted(&mut self) {
        let before = self.absent.silences();
        self.absent.platform = Missing::Gone;
        self.fall_silent(before);
    }

    pub(super) fn given_back(&mut self) {
        if self.absent.platform == Missing::Gone {
            self.absent.platform = Missing::Here;
            self.sound_again();
        }
    }

    fn fall_silent(&mut self, already: bool) {
        // A voice that was on when the sound went is not waited for.
        self.hearing.restarted();
        if already {
            return;
        }
        self.hush();
        self.unduck();
        self.ask_again_later();
        if !self.is_paused() {
            self.report(Event::Pause);
        }
    }

    fn sound_again(&mut self) {
        if self.absent.silences() {
            return;
        }
        if let Halt::Running = self.halt {
            self.report(Event::Resume);
        }
        self.silence_begins_anew();
    }

    /// The boundary: between messages, before the summary.
    pub(super) fn speak_notices(&mut self) {
        let mut said = std::mem::take(&mut self.notices.sentences);
        match self.notices.connection {
            Connection::LostUntold(trouble) => {
                said.push(self.offline_words(trouble));
                self.notices.connection = Connection::LostTold;
            }
            Connection::BackUntold => {
                said.push(Wording::plain(&self.prompts.trouble.online));
                self.notices.connection = Connection::Fine;
            }
            Connection::Fine | Connection::LostTold => {}
        }
        for wording in said {
            self.aside(prompt(wording), AsideKind::Notice);
        }
    }

    pub(super) fn notice(&mut self, wording: Wording) {
        self.notices.sentences.push(wording);
    }

    /// A tunnel passes by itself; for the rest the listener may be able to do something.
    fn offline_words(&self, trouble: MailTrouble) -> Wording {
        let words = &self.prompts.trouble;
        match trouble {
            MailTrouble::WrongPassword
            | MailTrouble::CertificateRefused
            | MailTrouble::Busy
            | MailTrouble::LoginPage
            | MailTrouble::SignInAgain
            | MailTrouble::Disk => Wording::fill(&words.shut_out, &[("reason", &Wording::plain(self.reason(trouble)))]),
            MailTrouble::NoNetwork
            | MailTrouble::TimedOut
            | MailTrouble::ServerRefused
            | MailTrouble::FolderFull
            | MailTrouble::NoSuchFolder
            | MailTrouble::Gone
            | MailTrouble::ReadOnly
            | MailTrouble::BrokenAnswer
            | MailTrouble::NoSubmission => Wording::plain(&words.offline),
        }
    }

    pub(super) fn offline(&mut self, trouble: MailTrouble) {
        self.notices.connection = match self.notices.connection {
            Connection::Fine | Connection::LostUntold(_) => Connection::LostUntold(trouble),
            // Lost, told, back for a moment: nothing new to tell.
            Connection::LostTold | Connection::BackUntold => Connection::LostTold,
        };
    }

    pub(super) fn online(&mut self) {
        self.notices.connection = match self.notices.connection {
            Connection::Fine | Connection::LostUntold(_) => Connection::Fine,
            Connection::LostTold | Connection::BackUntold => Connection::BackUntold,
        };
    }
}

fn prompt(wording: Wording) -> Utter {
    Utter::new(wording, SayRole::Prompt)
}
