//! `hark doctor`: devices, models, voice, accounts: what works, what is wrong, how to mend it.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Context;
use super::screen::plain;
use super::sending;
use crate::audio::{AudioError, Capture, CaptureConfig, CaptureReader, SpeakerDevice, output_kind};
use crate::config::{Account, Config, ImapAccount, Login, Source, Switch};
use crate::hearing::InputWatch;
use crate::mailbox::{SecretError, SecretPlace, keyring_name, load_secret};
use crate::models::{self, Health, ModelStatus};
use crate::session::{InputTrouble, OutputKind};
use crate::voice::{self, EspeakVoice, Lexicons, SYSTEM_VOICE, VoiceInfo, VoiceKind};

/// Devices, models, voice, accounts: what works and how to mend the rest.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hark doctor\n  hark doctor --json")]
pub struct DoctorArgs {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub check: Check,
    pub ok: bool,
    /// What was found, one sentence.
    pub text: String,
    /// What to do; `None` when it is well.
    pub mend: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Speaker,
    Output,
    Microphone,
    Model,
    Phonemes,
    Voice,
    Lexicon,
    Account,
    /// The server that mail is sent by, for "unsubscribe".
    Sending,
}

/// Looks at everything. Exit code 1 when something is wrong.
pub fn run(context: &Context, args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let mut findings = sound();
    findings.extend(models::verify(&context.models)?.iter().map(model));
    findings.push(phonemes());
    findings.extend(voices(context));
    findings.extend(accounts(context));
    for finding in &findings {
        if args.json {
            println!("{}", serde_json::to_string(finding)?);
        } else {
            finding.lines().iter().for_each(|line| println!("{line}"));
        }
    }
    let all_well = findings.iter().all(|finding| finding.ok);
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

impl Finding {
    fn well(check: Check, text: String) -> Finding {
        Finding { check, ok: true, text, mend: None }
    }

    fn wrong(check: Check, text: String, mend: impl Into<String>) -> Finding {
        Finding { check, ok: false, text, mend: Some(mend.into()) }
    }

    /// For people.
    fn lines(&self) -> Vec<String> {
        let mark = if self.ok { "ok    " } else { "wrong " };
        let found = format!("{mark} {}", plain(&self.text));
        let mend = self.mend.as_ref().map(|mend| format!("       {}", plain(mend)));
        std::iter::once(found).chain(mend).collect()
    }
}

fn sound() -> Vec<Finding> {
    let speaker = match SpeakerDevice::open() {
        Ok(_) => Finding::well(Check::Speaker, "The loudspeaker opens.".to_owned()),
        Err(error) => trouble(Check::Speaker, &error),
    };
    let microphone = match Capture::open(CaptureConfig::default()) {
        Ok((capture, reader)) => microphone(&capture, reader),
        Err(error) => trouble(Check::Microphone, &error),
    };
    let output = match output_kind() {
        OutputKind::Headphones => "The sound system says: headphones.",
        OutputKind::Loudspeaker => {
            "The sound system says: loudspeaker, or it does not say. Hark is careful with private mail then."
        }
    };
    vec![speaker, Finding::well(Check::Output, output.to_owned()), microphone]
}

/// What is heard is looked at for so long: a little more than a muted microphone needs to be known.
const LISTEN: Duration = Duration::from_millis(5_500);

/// Listens for a moment: an open microphone may be muted, or clip.
fn microphone(capture: &Capture, mut reader: CaptureReader) -> Finding {
    let mut watch = InputWatch::default();
    let until = Instant::now() + LISTEN;
    while Instant::now() < until {
        while let Some(block) = reader.next_block() {
            if let Some(trouble) = watch.look(block) {
                return input_trouble(trouble);
            }
        }
        if watch.has_heard() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Finding::well(Check::Microphone, format!("The microphone opens at {} Hz.", capture.rate()))
}

fn input_trouble(trouble: InputTrouble) -> Finding {
    let (what, mend) = match trouble {
        InputTrouble::Silent => {
            ("The microphone opens, but seems muted.", "Look for a mute key on it, and into the sound settings.")
        }
        InputTrouble::TooLoud => ("The microphone is too loud: it distorts.", "Turn it down in the sound settings."),
        InputTrouble::TooSoft => ("The microphone is too soft.", "Turn it up in the sound settings."),
    };
    Finding::wrong(Check::Microphone, what.to_owned(), mend)
}

/// An audio error holds what happened and, behind the first full stop, what to do.
fn trouble(check: Check, error: &AudioError) -> Finding {
    let text = error.to_string();
    match text.split_once(". ") {
        Some((what, mend)) => Finding::wrong(check, format!("{what}."), format!("{mend}.")),
        None => Finding::wrong(check, text, "Look into the sound settings."),
    }
}

fn model(status: &ModelStatus) -> Finding {
    let title = format!("{} {}", status.title, status.version);
    let fetch = format!("Run `cargo xtask models`, or `hark models add FILE` with this one: {}", status.origin);
    match &status.health {
        Health::Whole => Finding::well(Check::Model, format!("{title} is there and whole.")),
        Health::Missing => {
            Finding::wrong(Check::Model, format!("{title} is missing in {}.", status.folder.display()), fetch)
        }
        Health::Damaged { file, what } => {
            Finding::wrong(Check::Model, format!("{title} is damaged: {file}: {what}."), fetch)
        }
    }
}

fn phonemes() -> Finding {
    match EspeakVoice::open("en-us") {
        Ok(_) => Finding::well(Check::Phonemes, "espeak-ng is there; it tells the voice how words sound.".to_owned()),
        Err(_) => Finding::wrong(
            Check::Phonemes,
            "espeak-ng is missing; the voice cannot speak without it.".to_owned(),
            "Install the package espeak-ng.",
        ),
    }
}

/// Every voice that may be chosen, whether the chosen one is among them, and the listener's own words.
fn voices(context: &Context) -> Vec<Finding> {
    let configured = Config::load_or_default(&context.config).unwrap_or_default().settings;
    let chosen = context.settings(configured).voice;
    let known = voice::voices(&context.models);
    let mut findings: Vec<Finding> = known.iter().map(|voice| one_voice(voice, &chosen)).collect();
    match voice::open_system_voice() {
        Ok(_) => findings.push(Finding::well(Check::Voice, told_of(SYSTEM_VOICE, "the system's own voice", &chosen))),
        Err(error) if chosen == SYSTEM_VOICE => {
            let mend = "Set `voice` to one of the others.";
            findings.push(Finding::wrong(Check::Voice, error.to_string(), mend));
        }
        Err(_) => {}
    }
    if chosen != SYSTEM_VOICE && voice::find_voice(&chosen, &context.models).is_err() {
        let text = format!("The voice {chosen} is not there.");
        findings.push(Finding::wrong(Check::Voice, text, "Set `voice` to one of the others, or add it to the models."));
    }
    let path = context.lexicon();
    match Lexicons::with_file(&path) {
        Ok(_) if path.exists() => {
            findings.push(Finding::well(Check::Lexicon, format!("Your words in {} are used.", path.display())));
        }
        Ok(_) => {}
        Err(error) => findings.push(Finding::wrong(Check::Lexicon, error.to_string(), "Mend that line of the file.")),
    }
    findings
}

fn one_voice(voice: &VoiceInfo, chosen: &str) -> Finding {
    if let Some(trouble) = &voice.trouble {
        return Finding::wrong(
            Check::Voice,
            format!("The voice {}: {trouble}.", voice.name),
            "Choose another, or mend it.",
        );
    }
    let what = match voice.kind {
        VoiceKind::Piper => format!("a neural voice, language {}", voice.languages.join(", ")),
        VoiceKind::Espeak => {
            format!("espeak-ng, plain, {} languages: {}", voice.languages.len(), voice.languages.join(" "))
        }
        VoiceKind::System => "the system's own voice".to_owned(),
    };
    Finding::well(Check::Voice, told_of(&voice.name, &what, chosen))
}

fn told_of(name: &str, what: &str, chosen: &str) -> String {
    let mark = if name == chosen { " It is the one in use." } else { "" };
    format!("The voice {name}: {what}.{mark}")
}

/// Says what is configured; `hark account test` is what connects.
fn accounts(context: &Context) -> Vec<Finding> {
    let config = match Config::load_or_default(&context.config) {
        Ok(config) => config,
        Err(error) => {
            return vec![Finding::wrong(
                Check::Account,
                error.to_string(),
                "Mend that line of the configuration file.",
            )];
        }
    };
    if config.accounts.is_empty() {
        let mend = "Add one with `hark account add`, or try `hark demo` first.";
        return vec![Finding::wrong(Check::Account, "There is no account yet.".to_owned(), mend)];
    }
    config.accounts.iter().flat_map(|(name, account)| of_account(name, account)).collect()
}

/// An account, and what it sends by where it is on.
fn of_account(name: &str, account: &Account) -> Vec<Finding> {
    let reading = one_account(name, account);
    let secret = if reading.ok { sending::Secret::There } else { sending::Secret::Missing };
    let look = match account.switch {
        Switch::Off => Ok(None),
        Switch::On => sending::look(name, account, secret),
    };
    let sending = match look {
        Ok(look) => look.map(|look| match look.mend {
            None => Finding::well(Check::Sending, look.text),
            Some(mend) => Finding::wrong(Check::Sending, look.text, mend),
        }),
        Err(error) => Some(Finding::wrong(Check::Sending, format!("{error:#}."), "Install Hark again.")),
    };
    std::iter::once(reading).chain(sending).collect()
}

/// Looks at what is on this machine: the switch, and whether there is a secret.
fn one_account(name: &str, account: &Account) -> Finding {
    let place = match &account.source {
        Source::Imap(imap) => imap.host.clone(),
        Source::Maildir(folder) => folder.display().to_string(),
    };
    match (account.switch, &account.source) {
        (Switch::Off, _) => {
            let text = format!("The account {name} ({place}) is off; it is never connected to.");
            Finding::well(Check::Account, text)
        }
        (Switch::On, Source::Maildir(folder)) if !folder.join("cur").is_dir() => Finding::wrong(
            Check::Account,
            format!("The account {name} is on, but {place} is no Maildir."),
            "Mend maildir in the configuration: it should hold the folders cur and new.",
        ),
        (Switch::On, Source::Imap(imap)) => match secret(imap) {
            Ok(()) => Finding::well(
                Check::Account,
                format!("The account {name} ({place}) is on. `hark account test {name}` connects to it."),
            ),
            Err(error) => Finding::wrong(
                Check::Account,
                format!("The account {name} ({place}) cannot log in: {error}."),
                format!("Mend that, then `hark account test {name}`."),
            ),
        },
        (Switch::On, Source::Maildir(_)) => {
            Finding::well(Check::Account, format!("The account {name} ({place}) is on."))
        }
    }
}

/// Whether the secret is there, without using it; a command is not run: it may ask for a key.
fn secret(imap: &ImapAccount) -> Result<(), SecretError> {
    let place = match &imap.login {
        Login::Command(_) => return Ok(()),
        Login::File(file) => SecretPlace::File(file),
        Login::Keyring => SecretPlace::Keyring,
        Login::OAuth(oauth) => SecretPlace::from(&oauth.store),
    };
    load_secret(&place, &keyring_name(imap)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Side;

    #[test]
    fn a_missing_device_says_what_happened_and_how_to_mend_it() {
        let finding = trouble(Check::Microphone, &AudioError::Missing(Side::Microphone));
        assert_eq!(
            finding.lines(),
            ["wrong  No microphone was found.", "       Plug one in or switch it on, then try again."]
        );
    }

    #[test]
    fn json_has_one_object_a_finding() {
        let well = Finding::well(Check::Speaker, "The loudspeaker opens.".to_owned());
        assert_eq!(
            serde_json::to_string(&well).unwrap(),
            r#"{"check":"speaker","ok":true,"text":"The loudspeaker opens.","mend":null}"#
        );
    }
}
