//! Everything that can happen to a session.

use std::sync::Arc;

use crate::command::Command;
use crate::mail::Message;
use crate::units::{Millis, WallTime};

/// An input; each comes with its [`Millis`] in `Session::handle`.
#[derive(Debug, Clone)]
pub enum Input {
    /// From the ears.
    Ear(EarReport),
    /// From the mouth.
    Voice(VoiceReport),
    /// From the mailbox.
    Mail(MailReport),
    /// A key or button with a meaning; never gated.
    Press(Command),
    /// Long press of the headset button, or its key: listen now.
    ListenButton,
    /// Words typed instead of spoken.
    Typed(String),
    /// A deadline the session asked for has come.
    Deadline,
    /// Date or zone changed.
    Clock(WallTime),
    /// What the sound system says of the output.
    Route(OutputKind),
    /// What the canceller says of the echo.
    Echo(EchoQuality),
    /// A device vanished or is back.
    Device(DeviceChange),
    /// The platform took the audio away (a call), or gave it back.
    Interrupted,
    Suspended,
    Resumed,
    /// The listener closes the app: end as after "good-bye", without the words.
    Quit,
}

/// Where our voice comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    Headphones,
    Loudspeaker,
}

/// How well our own voice is kept out of the microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EchoQuality {
    /// Headphones, and no echo measured while playing.
    Headset,
    /// The platform cancels.
    System,
    Good,
    Poor,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceChange {
    MicrophoneLost,
    MicrophoneBack,
    SpeakerLost,
    SpeakerBack,
}

/// Reports of the ears.
#[derive(Debug, Clone, PartialEq)]
pub enum EarReport {
    /// A near voice began (on the cancelled signal); `at` = its first frame.
    Onset { at: Millis },
    /// The voice is over; `at` = last voiced frame.
    VoiceEnded { at: Millis },
    /// The voice goes on, but it is talk that is not for us: longer than any command, or not a command's words.
    Company { at: Millis },
    /// The recogniser has decided on an utterance.
    Utterance(Utterance),
    /// Something is wrong with the sound of the microphone; told once each.
    Input(InputTrouble),
    /// The recogniser failed and was restarted; one utterance may be lost.
    Restarted,
}

/// What is wrong with the sound of a microphone that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputTrouble {
    /// Nothing at all, not even noise: it is muted.
    Silent,
    /// Clipped.
    TooLoud,
    /// Commands are hardly above the noise.
    TooSoft,
}

/// One utterance as recognised, with everything the guard weighs.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Utterance {
    /// Words in lower case, separated by one blank; `[unk]` stands for what is no phrase; empty for speech without words.
    pub words: String,
    /// First frame of the phrase.
    pub start: Millis,
    /// Last frame of the phrase, trailing silence excluded.
    pub end: Millis,
    /// VAD onset that this utterance belongs to.
    pub onset: Millis,
    pub evidence: Evidence,
}

/// What speaks for and against an utterance being the phrase.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// Mean word confidence of the grammar decoder, 0 to 1.
    pub confidence: f32,
    /// Lowest word confidence, 0 to 1.
    pub min_confidence: f32,
    /// Rank of the phrase among the free decoder's alternatives, 0 = best; `None` = not among them.
    pub free_rank: Option<u8>,
    /// Level of the phrase minus level of the loudest second before it, in dB (large = isolated).
    pub isolation_before_db: f32,
    /// The same after it, over what was heard until the decision.
    pub isolation_after_db: f32,
    /// Speech before the phrase within the same utterance, in ms.
    pub lead_ms: u32,
    /// Active speech level of the phrase in dBFS.
    pub level_dbfs: f32,
    /// Log-odds that this is the phrase, fused from all of the above; `f32::NAN` is never used.
    pub score: f32,
}

/// Names an utterance of the mouth; never reused in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct UtteranceId(pub u64);

/// Rises with every hush; what carries an old one changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Epoch(pub u64);

/// Reports of the mouth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceReport {
    /// The first frame was played; `duration_ms` = its length at the present speed (0 = not known: a remote voice).
    Started { id: UtteranceId, epoch: Epoch, duration_ms: u32 },
    /// The last frame was played.
    Finished { id: UtteranceId, epoch: Epoch },
    /// The hush of this epoch is complete: nothing of earlier epochs is audible.
    Hushed { epoch: Epoch },
    /// It could not be spoken; the session goes on as if it had been played.
    Failed { id: UtteranceId, epoch: Epoch },
}

/// Names one request to the mailbox; never reused in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Where a message lives: the key of every write (I7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub account: String,
    pub folder: String,
    pub uid_validity: u32,
    pub uid: u32,
}

/// A message of this session.
#[derive(Debug, Clone)]
pub struct Mail {
    pub place: Place,
    pub message: Arc<Message>,
    pub flags: Flags,
}

/// The flags that matter here, as the server had them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    pub seen: bool,
    pub flagged: bool,
    pub answered: bool,
}

/// Reports of the mailbox.
#[derive(Debug, Clone)]
pub enum MailReport {
    /// Connected; counts only, so that something can be said.
    Counted {
        unread: u32,
    },
    /// All messages of the asked scope are in memory.
    Opened(Box<Opened>),
    /// Written to the journal: it will happen, exactly once.
    Planned {
        request: RequestId,
    },
    /// The server (or folder on disk) shows it.
    Applied {
        request: RequestId,
    },
    /// It did not and will not happen.
    Failed {
        request: RequestId,
        reason: MailTrouble,
    },
    /// Sent, but the server's word that it was taken never came; it is not tried again.
    Unsure {
        request: RequestId,
    },
    /// Connection lost or back; the session goes on either way.
    Offline(MailTrouble),
    Online,
    /// The mailbox could not be opened at all.
    CannotOpen(MailTrouble),
    /// Nothing is left to apply (answer to `MailRequest::Settle`), or it is safely queued.
    Settled {
        queued: u32,
    },
    /// New unread mail since the last `Opened` or `Arrived`, its text in memory; `folders` is empty.
    Arrived(Box<Opened>),
    /// These messages come without their bodies in the `Opened` that follows; a `Filled` brings each, in listening order.
    Filling(Vec<Place>),
    /// Folders one can move to, as displayed: where `Opened` did not wait for them.
    Folders(Vec<String>),
    /// The text of a message that `Opened` brought without its body: takes the place of the one with this `place`.
    Filled(Box<Mail>),
    /// What an earlier session left behind is settled; comes once, and only if there was something.
    Earlier(Earlier),
}

/// How the changes of an earlier session ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Earlier {
    pub done: u32,
    pub failed: Vec<EarlierFailure>,
}

/// A change of an earlier session that was acknowledged then, and could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierFailure {
    pub verb: super::MailVerb,
    /// `None` when it has none.
    pub message: Option<crate::mail::MessageId>,
    pub reason: MailTrouble,
}

/// What a mailbox holds at the start.
#[derive(Debug, Clone)]
pub struct Opened {
    /// At most 50, newest first.
    pub mails: Vec<Mail>,
    /// Unread mail beyond `mails`.
    pub older_unread: u32,
    /// Messages that could not be read at all.
    pub unreadable: u32,
    /// Folders one can move to, as displayed.
    pub folders: Vec<String>,
}

/// Why the mailbox could not do something; the session has a sentence for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTrouble {
    NoNetwork,
    WrongPassword,
    CertificateRefused,
    TimedOut,
    ServerRefused,
    FolderFull,
    NoSuchFolder,
    /// Moved or deleted elsewhere meanwhile.
    Gone,
    ReadOnly,
    BrokenAnswer,
    /// Local trouble: disk full, no permission.
    Disk,
    /// The server has too much to do, or too many are connected.
    Busy,
    /// What answers is no mail server: in a hotel or train mostly the network's login page.
    LoginPage,
    /// The provider's permission (OAuth) is over or was taken back.
    SignInAgain,
    /// The account names no server to send mail by.
    NoSubmission,
}
