//! The same ears on a thread of their own, for live use: a flush may cost 40 ms, a device callback may not wait.

use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread;

use crate::command::Names;
use crate::ports::{EarOutput, Ears, Rest};
use crate::units::Millis;

/// Blocks that may wait: 2 s. More behind than that, the newest are dropped; the ears see a gap and start over.
const WAITING: usize = 200;

/// Ears behind a bounded channel.
pub struct ThreadedEars {
    /// `None` once the thread is told to end.
    jobs: Option<SyncSender<Job>>,
    reports: Receiver<EarOutput>,
    worker: Option<thread::JoinHandle<()>>,
}

enum Job {
    Block { now: Millis, mic: Vec<f32>, reference: Vec<f32> },
    Learn(Names),
    Vouch,
    Rest(Rest),
}

impl ThreadedEars {
    /// Moves `ears` to a thread of their own.
    pub fn start<E: Ears + Send + 'static>(ears: E) -> std::io::Result<ThreadedEars> {
        let (jobs, inbox) = sync_channel(WAITING);
        let (outbox, reports) = channel();
        let worker = thread::Builder::new().name("hark-ears".to_owned()).spawn(move || work(ears, &inbox, &outbox))?;
        Ok(ThreadedEars { jobs: Some(jobs), reports, worker: Some(worker) })
    }

    fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            match jobs.try_send(job) {
                Ok(()) | Err(TrySendError::Full(Job::Block { .. }) | TrySendError::Disconnected(_)) => {}
                // Rare and small: worth waiting for a place.
                Err(TrySendError::Full(job @ (Job::Learn(_) | Job::Vouch | Job::Rest(_)))) => drop(jobs.send(job)),
            }
        }
    }
}

fn work<E: Ears>(mut ears: E, inbox: &Receiver<Job>, outbox: &Sender<EarOutput>) {
    while let Ok(job) = inbox.recv() {
        match job {
            Job::Block { now, mic, reference } => ears.hear(now, &mic, &reference),
            Job::Learn(names) => ears.learn(&names),
            Job::Vouch => ears.vouch(),
            Job::Rest(rest) => ears.rest(rest),
        }
        while let Some(output) = ears.poll() {
            if outbox.send(output).is_err() {
                return;
            }
        }
    }
}

impl Ears for ThreadedEars {
    fn hear(&mut self, now: Millis, mic: &[f32], reference: &[f32]) {
        self.send(Job::Block { now, mic: mic.to_vec(), reference: reference.to_vec() });
    }

    fn poll(&mut self) -> Option<EarOutput> {
        self.reports.try_recv().ok()
    }

    fn learn(&mut self, names: &Names) {
        self.send(Job::Learn(names.clone()));
    }

    fn vouch(&mut self) {
        self.send(Job::Vouch);
    }

    fn rest(&mut self, rest: Rest) {
        self.send(Job::Rest(rest));
    }
}

impl Drop for ThreadedEars {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(worker) = self.worker.take() {
            // A panic of the worker was reported by the panic hook already.
            let _ = worker.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::EarReport;

    /// Reports every block at once.
    #[derive(Default)]
    struct Echoing(std::collections::VecDeque<EarOutput>);

    impl Ears for Echoing {
        fn hear(&mut self, now: Millis, _: &[f32], _: &[f32]) {
            self.0.push_back(EarOutput::Report(EarReport::Onset { at: now }));
        }
        fn poll(&mut self) -> Option<EarOutput> {
            self.0.pop_front()
        }
        fn learn(&mut self, _: &Names) {}
        fn rest(&mut self, _: Rest) {}
    }

    #[test]
    fn reports_come_back_in_order() {
        let mut ears = ThreadedEars::start(Echoing::default()).unwrap();
        for ms in 0..50 {
            ears.hear(Millis(ms * 10), &[0.0; 160], &[0.0; 480]);
        }
        let mut times = Vec::new();
        while times.len() < 50 {
            match ears.poll() {
                Some(EarOutput::Report(EarReport::Onset { at })) => times.push(at.0),
                Some(other) => panic!("{other:?}"),
                None => thread::yield_now(),
            }
        }
        assert_eq!(times, (0..50).map(|ms| ms * 10).collect::<Vec<u64>>());
    }
}
