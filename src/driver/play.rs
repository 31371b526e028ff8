//! From devices to a played session.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::live::new_render;
use super::run::{DriverError, Inbox, Options, Sender, run_live};
use crate::audio::{AudioError, Devices, Wanted};
use crate::engine::Engine;
use crate::session::Event;
use crate::units::Millis;
use crate::voice::{OutputControl, OutputStage};

/// What an engine is built with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Rate of the microphone blocks in Hz, whether a microphone is there already or comes later.
    pub microphone_rate: u32,
    /// Why there is no microphone for now; to be shown. It is tried again each second.
    pub trouble: Option<AudioError>,
}

/// Opens the devices, has the engine built, and plays the session to its end on the calling thread.
///
/// `build` starts the session at session time 0; `control` is the one the engine was given. The outer error is the devices', the
/// inner one that of `build`.
pub fn play<E>(
    wanted: Wanted,
    control: Arc<OutputControl>,
    build: impl FnOnce(Heard) -> Result<Engine, E>,
    inbox: (Sender, mpsc::UnboundedReceiver<Inbox>),
    options: Options,
    show: impl FnMut(Millis, &Event),
) -> Result<Result<(), E>, DriverError> {
    let (make, ends) = new_render(move || OutputStage::new(control.clone()));
    let opened = Devices::open(make, wanted)?;
    let heard = Heard { microphone_rate: opened.devices.microphone_rate(), trouble: opened.microphone_trouble };
    match build(heard) {
        Ok(engine) => run_live(engine, opened.devices, ends, inbox, options, show).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}
