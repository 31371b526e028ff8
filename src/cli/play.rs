//! `hark` and `hark play`: the listener's own mail, on real devices.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;

use super::Context;
use super::keys::{LineEnd, print_line};
use super::screen::Screen;
use super::terminal::play_here;
use super::typed::TypedLines;
use crate::audio::{AudioError, SpeakerDevice, Wanted, output_kind};
use crate::command::{Command, Intent, PhraseTable, Slot};
use crate::config::{Config, Places};
use crate::driver::{Heard, Inbox, NoEars, NoSound, Options, ReadingTime, Route, inbox, run_live};
use crate::engine::Engine;
use crate::hearing::{EarsConfig, ThreadedEars, VoskEars};
use crate::mailbox::{MaildirMailbox, MaildirOptions, ManyMailboxes, Member, open_account};
use crate::ports::{ClipSource, Ears, Mailbox};
use crate::replay::ScenarioError;
use crate::session::{Event, Input, OutputKind, OutputSetting, Prompts, Session, Settings};
use crate::units::{Millis, WallTime};
use crate::voice::{
    AnyMouth, ClipOptions, Mouth, OutputControl, OutputStage, SYSTEM_VOICE, WorkerClips, open_system_voice, open_voice,
};

/// Play mail with choices.
#[derive(Debug, Default, Args)]
#[command(after_help = "Example: hark play --account work --today")]
pub struct PlayArgs {
    /// Only this account; more than once for several.
    #[arg(long, value_name = "A")]
    account: Vec<String>,
    /// Only mail from this sender.
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// Unread mail (the default).
    #[arg(long, conflicts_with_all = ["today", "flagged"])]
    unread: bool,
    /// Only today's mail.
    #[arg(long, conflicts_with = "flagged")]
    today: bool,
    /// Only flagged mail.
    #[arg(long)]
    flagged: bool,
    /// Do not listen: keys only.
    #[arg(long)]
    no_mic: bool,
    /// Type what you would say, read what it would say; needs no devices and no models.
    #[arg(long)]
    text: bool,
}

/// Plays the accounts that are on.
pub fn run(context: &Context, args: PlayArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load_or_default(&context.config)?;
    let wall = wall_clock();
    let Some(mailbox) = open_accounts(&config, &args.account, &wall)? else {
        return Ok(invite());
    };
    let senders = config.played().filter(|(_, account)| account.smtp.is_some()).map(|(name, _)| name.to_owned());
    let (senders, first) = (senders.collect(), first_command(&args));
    let parts = Parts { settings: context.settings(config.settings), wall, mailbox, senders, first };
    play(context, parts, manner(&args))
}

/// Plays a mailbox that is no account of the listener's (the demo) on real devices, in its own day.
pub fn made_up(context: &Context, maildir: &Path, wall: WallTime) -> anyhow::Result<ExitCode> {
    let mailbox = open_maildir("demo", maildir, Vec::new(), &wall)?;
    let settings = context.settings(Config::load_or_default(&context.config)?.settings);
    let parts = Parts { settings, wall, mailbox, senders: Vec::new(), first: None };
    play(context, parts, Manner::Spoken(Wanted::Microphone))
}

/// The mailbox of a scenario that names an account.
pub fn scenario_account(context: &Context, name: &str, start: &WallTime) -> Result<Box<dyn Mailbox>, ScenarioError> {
    let told = |error: anyhow::Error| ScenarioError::Mailbox(format!("{error:#}"));
    let config = Config::load(&context.config).map_err(|error| told(error.into()))?;
    let opened = open_accounts(&config, &[name.to_owned()], start).map_err(told)?;
    opened.ok_or_else(|| ScenarioError::Mailbox(format!("the account {name} is off: hark account on {name}")))
}

/// Whether a session can be heard: is there a loudspeaker?
pub fn devices() -> Result<(), AudioError> {
    SpeakerDevice::open().map(drop)
}

/// How a session meets its listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Spoken(Wanted),
    Text,
}

fn manner(args: &PlayArgs) -> Manner {
    match (args.text, args.no_mic) {
        (true, _) => Manner::Text,
        (false, true) => Manner::Spoken(Wanted::NoMicrophone),
        (false, false) => Manner::Spoken(Wanted::Microphone),
    }
}

fn first_command(args: &PlayArgs) -> Option<Command> {
    let choice = |choice: &str| Command { intent: Intent::Scope, slot: Some(Slot::Choice(choice.to_owned())) };
    if let Some(name) = &args.from {
        return Some(Command { intent: Intent::ReadFrom, slot: Some(Slot::Name(name.clone())) });
    }
    if args.today {
        return Some(choice("today"));
    }
    args.flagged.then(|| choice("flagged"))
}

/// Without an account there is still something to do.
fn invite() -> ExitCode {
    println!("No account is set up yet.");
    println!("To try Hark with made-up mail:  hark demo");
    println!("To add your own:                hark account add");
    ExitCode::SUCCESS
}

/// Everything a session is made of beside its devices.
struct Parts {
    settings: Settings,
    wall: WallTime,
    mailbox: Box<dyn Mailbox>,
    /// Accounts that can send.
    senders: Vec<String>,
    first: Option<Command>,
}

fn play(context: &Context, parts: Parts, manner: Manner) -> anyhow::Result<ExitCode> {
    match manner {
        Manner::Text => in_text(parts)?,
        Manner::Spoken(wanted) => aloud(context, parts, wanted)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn in_text(parts: Parts) -> anyhow::Result<()> {
    let (sender, receiver) = inbox();
    if let Some(command) = parts.first {
        sender.send(Inbox::Input(Input::Press(command)));
    }
    let control = OutputControl::new();
    let mouth = Mouth::new(Box::new(ReadingTime) as Box<dyn ClipSource>);
    let options = options(Route::AsSet, &parts.wall);
    // Text is for one pair of eyes, like headphones.
    let session = Session::new(parts.wall, parts.settings, PhraseTable::english()?, Prompts::english()?)
        .with_senders(parts.senders);
    let ears = Box::new(NoEars);
    let route = OutputKind::Headphones;
    let engine = Engine::new(session, ears, mouth, parts.mailbox, control.clone(), route, Millis(0));
    let (sound, ends) = NoSound::new(move || OutputStage::new(control.clone()));
    let screen = Screen::english()?;
    let typed = TypedLines::start(sender.clone())?;
    let show = |at, event: &Event| {
        if let Some(line) = screen.event(at, event) {
            print_line(&line, LineEnd::Plain);
        }
        typed.see(event);
    };
    Ok(run_live(engine, sound, ends, (sender, receiver), options, show)?)
}

fn aloud(context: &Context, parts: Parts, wanted: Wanted) -> anyhow::Result<()> {
    let Parts { settings, wall, mailbox, senders, first } = parts;
    let (asked, route) = match settings.output {
        OutputSetting::Auto => (Route::Ask, output_kind()),
        OutputSetting::Headphones => (Route::AsSet, OutputKind::Headphones),
        OutputSetting::Loudspeaker => (Route::AsSet, OutputKind::Loudspeaker),
    };
    let options = options(asked, &wall);
    let (table, prompts) = (PhraseTable::english()?, Prompts::english()?);
    let (mouth, languages) = live_mouth(context, &settings, prompts.fixed())?;
    let control = OutputControl::new();
    let for_engine = control.clone();
    let models = context.models.clone();
    let build = move |heard: &Heard| -> anyhow::Result<Engine> {
        let ears: Box<dyn Ears> = match wanted {
            Wanted::NoMicrophone => Box::new(NoEars),
            Wanted::Microphone => {
                let ears = VoskEars::open(&models, table.clone(), EarsConfig::new(heard.microphone_rate))?;
                Box::new(ThreadedEars::start(ears)?)
            }
        };
        let session = Session::new(wall, settings, table, prompts).with_languages(languages).with_senders(senders);
        Ok(Engine::new(session, ears, mouth, mailbox, for_engine, route, Millis(0)))
    };
    play_here(wanted, control, options, first, build)
}

/// The voice on its own thread, and the languages it speaks; fixed prompts come from the cache of earlier sessions.
fn live_mouth(context: &Context, settings: &Settings, fixed: Vec<String>) -> anyhow::Result<(AnyMouth, Vec<String>)> {
    if settings.voice == SYSTEM_VOICE {
        // Its clips are never asked for.
        let mut mouth = Mouth::new(Box::new(ReadingTime) as Box<dyn ClipSource>);
        mouth.speak_elsewhere(open_system_voice()?);
        mouth.set_speed(settings.speed as f32);
        return Ok((mouth, Vec::new()));
    }
    let voice = open_voice(&settings.voice, &context.models, context.voice_options())?;
    let languages = voice.languages();
    let cache_dir = Some(places()?.prompts());
    let clips = WorkerClips::start(voice, ClipOptions { fixed: fixed.clone(), cache_dir, ..ClipOptions::default() })?;
    let mut mouth = Mouth::new(Box::new(clips) as Box<dyn ClipSource>);
    mouth.set_prompts(fixed);
    mouth.set_speed(settings.speed as f32);
    Ok((mouth, languages))
}

fn options(route: Route, wall: &WallTime) -> Options {
    Options { route, start: wall.clone(), wall: wall_reader(wall) }
}

fn open_accounts(config: &Config, only: &[String], wall: &WallTime) -> anyhow::Result<Option<Box<dyn Mailbox>>> {
    if let Some(unknown) = only.iter().find(|name| !config.accounts.contains_key(*name)) {
        bail!("there is no account called {unknown}: see hark account list");
    }
    let journals = places()?.journals();
    let mut members = Vec::new();
    for (name, account) in config.played() {
        if only.is_empty() || only.iter().any(|wanted| wanted == name) {
            members.push(Member {
                account: name.to_owned(),
                mailbox: open_account(name, account, wall.clone(), &journals, config.settings.order)?,
            });
        }
    }
    Ok(match members.len() {
        0 => None,
        1 => members.pop().map(|member| member.mailbox),
        _ => Some(Box::new(ManyMailboxes::new(members))),
    })
}

fn open_maildir(
    name: &str,
    path: &Path,
    own_addresses: Vec<String>,
    wall: &WallTime,
) -> anyhow::Result<Box<dyn Mailbox>> {
    let options = MaildirOptions { now: wall.clone(), own_addresses, account: name.to_owned(), round_trip_ms: 0 };
    Ok(Box::new(MaildirMailbox::open(path, options)?))
}

fn places() -> anyhow::Result<Places> {
    Places::find(|name| std::env::var_os(name)).context("there is no home folder: set HOME")
}

/// Reads the clock and the zone of this machine.
fn wall_clock() -> WallTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let utc_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    WallTime { utc_ms, zone: jiff::tz::TimeZone::system() }
}

/// The clock as the session started it: a demo goes on in its own day.
fn wall_reader(start: &WallTime) -> Box<dyn FnMut() -> WallTime> {
    let (start, real) = (start.clone(), wall_clock());
    Box::new(move || {
        let now = wall_clock();
        let zone = if start.zone == real.zone { now.zone } else { start.zone.clone() };
        WallTime { utc_ms: start.utc_ms.saturating_add(now.utc_ms.saturating_sub(real.utc_ms)), zone }
    })
}
