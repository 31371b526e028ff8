//! The session decides everything and touches nothing: inputs in, effects out, time as an argument.
//!
//! Read in this order: [`Session::handle`] here; `flow` (what comes next when nobody interferes); `hearing` (is it a command?);
//! `commands` (what it does); `acting` (changes of the mailbox, undo). Each of the small files beside them holds one idea.

mod acting;
mod agenda;
mod answers;
mod arrivals;
mod ask;
mod clock;
mod closing;
mod commands;
mod details;
mod devices;
mod dips;
mod effect;
mod event;
mod flow;
pub mod guard;
mod hearing;
mod history;
mod input;
mod items;
mod moments;
mod opening;
mod pending;
mod prompts;
mod reading;
mod settings;
mod store;
mod timeline;
mod unsubscribing;
mod voice;
mod wake;
mod wording;

pub use agenda::listening_order;
pub use commands::is_answer;
pub use effect::*;
pub use event::*;
pub use input::*;
pub use moments::{Liveness, cancelled, live};
pub use prompts::{Prompts, PromptsError};
pub use settings::*;
pub use wake::Floor;

use agenda::{Agenda, Subject};
use arrivals::Arrivals;
use ask::Question;
use clock::Clock;
use devices::{Absent, Notices, Room};
use flow::{Asides, Halt, Stage};
use guard::Guard;
use hearing::Hearing;
use history::History;
use opening::{Opening, Scope};
use pending::Acts;
use store::{MailIx, Store};
use voice::Voice;
use wake::Given;

use crate::command::{Intent, PhraseTable};
use crate::script::Verbosity;
use crate::units::{Millis, WallTime};

/// One listener with one inbox, from greeting to good-bye.
///
/// Give it every input with the time it happened, carry out the effects in order, and call again with [`Input::Deadline`]
/// at [`Session::next_deadline`].
#[derive(Debug)]
pub struct Session {
    now: Millis,
    clock: Clock,
    settings: Settings,
    verbosity: Verbosity,
    volume_db: f32,
    table: PhraseTable,
    prompts: Prompts,
    /// Effects of the call under way.
    out: Vec<Effect>,
    voice: Voice,
    store: Store,
    agenda: Agenda,
    /// What the mailbox gave for the present scope, before it is narrowed.
    opened_mails: Vec<MailIx>,
    scope: Scope,
    /// Folders one can move to.
    folders: Vec<String>,
    arrivals: Arrivals,
    stage: Stage,
    asides: Asides,
    question: Option<Question>,
    halt: Halt,
    absent: Absent,
    notices: Notices,
    /// The pause after a line; nothing is said before.
    quiet_until: Option<Millis>,
    room: Room,
    hearing: Hearing,
    guard: Guard,
    /// The listener was given the floor.
    floor: Option<Given>,
    history: History,
    acts: Acts,
    /// What was played before the subject in focus.
    before: Option<Subject>,
    /// The destructive word obeyed last, until the next announcement is over.
    obeyed: Option<Intent>,
    /// Stays at items so far; names the one under way.
    visits: u64,
    told_bundle_choice: bool,
    told: Option<flow::Told>,
    window_told: Option<u64>,
    /// Languages the voice speaks, its own first.
    languages: Vec<String>,
    /// Accounts that can send mail.
    senders: Vec<String>,
}

impl Session {
    /// A session that begins at `start` (session time 0). Nothing happens before [`Session::start`].
    #[must_use]
    pub fn new(start: WallTime, settings: Settings, table: PhraseTable, prompts: Prompts) -> Session {
        let room = Room::new(settings.output);
        Session {
            now: Millis(0),
            clock: Clock::new(start),
            verbosity: settings.verbosity,
            volume_db: 0.0,
            guard: Guard::new(settings.hearing),
            settings,
            table,
            prompts,
            out: Vec::new(),
            voice: Voice::default(),
            store: Store::default(),
            agenda: Agenda::default(),
            opened_mails: Vec::new(),
            scope: Scope::Everything,
            folders: Vec::new(),
            arrivals: Arrivals::default(),
            stage: Stage::Opening(Opening::default()),
            asides: Asides::default(),
            question: None,
            halt: Halt::Running,
            absent: Absent::default(),
            notices: Notices::default(),
            quiet_until: None,
            room,
            hearing: Hearing::default(),
            floor: None,
            history: History::default(),
            acts: Acts::default(),
            before: None,
            obeyed: None,
            visits: 0,
            told_bundle_choice: false,
            told: None,
            window_told: None,
            languages: Vec::new(),
            senders: Vec::new(),
        }
    }

    /// Tells which languages (ISO 639-1) the voice speaks, its own first: mail in one of the others is said in it, as written.
    #[must_use]
    pub fn with_languages(self, languages: Vec<String>) -> Session {
        Session { languages, ..self }
    }

    /// Tells which accounts can send mail: of the others no list can be left, and that is said before anything is asked.
    #[must_use]
    pub fn with_senders(self, senders: Vec<String>) -> Session {
        Session { senders, ..self }
    }

    /// Greets and asks for the mail. Call it once, first.
    #[must_use]
    pub fn start(&mut self, now: Millis) -> Vec<Effect> {
        self.now = self.now.max(now);
        self.listen_for_the_call();
        self.open_up();
        self.conclude()
    }

    /// What `input` at `now` leads to, in order. Never blocks, never panics; time that runs backwards is taken as standing still.
    #[must_use]
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        self.now = self.now.max(now);
        if matches!(self.stage, Stage::Over) {
            return Vec::new();
        }
        match input {
            Input::Ear(report) => self.ear(report),
            Input::Voice(report) => self.voice_reported(report),
            Input::Mail(report) => self.mail_reported(report),
            Input::Press(command) => self.pressed(&command),
            Input::ListenButton => self.listen(),
            Input::Typed(words) => self.typed(&words),
            Input::Deadline => {}
            Input::Clock(wall) => self.clock.set(self.now, wall),
            Input::Route(output) => self.routed(output),
            Input::Echo(echo) => self.room.echo = echo,
            Input::Device(change) => self.device_changed(change),
            Input::Interrupted | Input::Suspended => self.interrupted(),
            Input::Resumed => self.given_back(),
            Input::Quit => self.quit(),
        }
        self.conclude()
    }

    /// When the session wants [`Input::Deadline`] next; always later than the last `now`.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Millis> {
        self.wake_at().map(|at| at.max(self.now.plus(1)))
    }

    fn conclude(&mut self) -> Vec<Effect> {
        self.proceed();
        let snapshot = self.snapshot();
        self.history.note(self.now, snapshot);
        std::mem::take(&mut self.out)
    }

    fn report(&mut self, event: Event) {
        self.out.push(Effect::Report(event));
    }

    fn earcon(&mut self, kind: Earcon) {
        self.out.push(Effect::Earcon(kind));
        self.report(Event::Earcon { kind });
    }
}
