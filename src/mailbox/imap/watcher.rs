//! Looks out for new mail on a connection of its own, so that no command ever waits for it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::client::Wake;
use super::error::{ImapError, Refusal};
use super::link::Link;
use super::login::Dialer;
use super::open::INBOX;
use super::stream::LOOK_EVERY;
use super::worker::Task;
use crate::mailbox::network::Here;

/// How long one IDLE is kept: routers forget silent connections after about 5 minutes.
const IDLE_FOR: Duration = Duration::from_secs(280);
/// Between two looks at a server without IDLE.
const POLL_EVERY: Duration = Duration::from_secs(60);
/// Refusals after which a second connection is one too many for this server; the worker's own looks remain.
const MOST_REFUSALS: u32 = 3;

pub(super) struct Watcher {
    dialer: Dialer,
    worker: Sender<Task>,
    /// Closed when the worker is done.
    stop: Receiver<()>,
    backoff: Backoff,
    /// Where we were when we last tried to connect.
    here: Here,
}

/// The worker is done.
struct Over;

impl Watcher {
    pub fn new(dialer: Dialer, worker: Sender<Task>, stop: Receiver<()>, backoff: Backoff) -> Watcher {
        let here = dialer.network.here();
        Watcher { dialer, worker, stop, backoff, here }
    }

    /// Runs until the worker is done, or the server has refused too often.
    pub fn run(mut self) {
        let mut tries = 0;
        let mut refusals = 0;
        loop {
            let error = match self.watch(&mut tries) {
                Ok(Over) => return,
                Err(error) => error,
            };
            tracing::debug!(%error, "the watch for new mail was interrupted");
            tries += 1;
            let mut wait = self.backoff.after(tries);
            match error {
                ImapError::Refused(_, Refusal::Throttled(ms)) => {
                    refusals += 1;
                    wait = wait.max(Duration::from_millis(ms));
                }
                ImapError::Refused(_, Refusal::Other) => refusals += 1,
                // Another one is there already.
                ImapError::Elsewhere => wait = Duration::ZERO,
                // A network in between may have a certificate of its own, and is left behind some day.
                ImapError::Certificate(_) => wait = self.backoff.locked_out,
                error if !error.is_passing() => return,
                _ => {}
            }
            if refusals >= MOST_REFUSALS || self.rest(wait).is_err() {
                return;
            }
        }
    }

    fn watch(&mut self, tries: &mut u32) -> Result<Over, ImapError> {
        self.here = self.dialer.network.here();
        let mut link = Link::connect(&self.dialer)?;
        let mut known = link.select(INBOX)?.exists;
        // What came while nobody watched is found too.
        if self.worker.send(Task::News).is_err() {
            return Ok(Over);
        }
        *tries = 0;
        loop {
            let stop = &self.stop;
            let is_over = || matches!(stop.try_recv(), Err(TryRecvError::Disconnected));
            let wake = if link.client.knows("IDLE") {
                link.client.idle(IDLE_FOR, known, &is_over)?
            } else {
                if self.rest(POLL_EVERY).is_err() {
                    return Ok(Over);
                }
                let now = link.client.command("NOOP")?.accepted()?.last_exists().unwrap_or(known);
                // Less and more at once looks like nothing: any change is worth a look.
                if now != known { Wake::Grown(now) } else { Wake::Quiet(now) }
            };
            match wake {
                Wake::Over => {
                    link.client.close();
                    return Ok(Over);
                }
                Wake::Quiet(now) => known = now,
                Wake::Grown(now) => {
                    known = now;
                    if self.worker.send(Task::News).is_err() {
                        return Ok(Over);
                    }
                }
            }
        }
    }

    /// Until the time is over, or the machine is in another network.
    fn rest(&mut self, time: Duration) -> Result<(), Over> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.stop.recv_timeout(left.min(LOOK_EVERY)) {
                Err(RecvTimeoutError::Disconnected) => return Err(Over),
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            }
            let here = self.dialer.network.here();
            if std::mem::replace(&mut self.here, here) != here || left <= LOOK_EVERY {
                return Ok(());
            }
        }
    }
}
