//! A mailbox on a thread of its own: whoever asks never waits for the disk, and a folder of thousands of files stalls no voice.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::ports::Mailbox;
use crate::session::{MailReport, MailRequest};
use crate::units::Millis;

/// Between two looks for what nobody asked for. Half a second later is soon enough for news, and 2 wakings a second cost nothing.
const LOOK_EVERY_MS: u64 = 500;

/// The near end of a mailbox that works elsewhere. When it is dropped, what was asked is still done.
pub(super) struct Apart {
    tasks: Sender<Task>,
    said: Receiver<Said>,
    look: Look,
    /// When the next look may be asked for.
    next: Millis,
}

enum Task {
    Request(Millis, MailRequest),
    Look(Millis),
}

enum Said {
    Report(MailReport),
    Looked,
}

/// Only one look is ever under way: while the mailbox is busy none pile up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Asked,
    Over,
}

impl Apart {
    /// `Err` when there is no thread to be had.
    pub fn start(mailbox: Box<dyn Mailbox + Send>, name: &str) -> io::Result<Apart> {
        let (tasks, inbox) = channel();
        let (outbox, said) = channel();
        thread::Builder::new().name(name.to_owned()).spawn(move || work(mailbox, &inbox, &outbox))?;
        Ok(Apart { tasks, said, look: Look::Over, next: Millis(0) })
    }
}

/// Until the near end is dropped and everything asked before is done.
fn work(mut mailbox: Box<dyn Mailbox + Send>, inbox: &Receiver<Task>, outbox: &Sender<Said>) {
    for task in inbox {
        let (now, looked) = match task {
            Task::Request(now, request) => {
                mailbox.submit(now, request);
                (now, None)
            }
            Task::Look(now) => (now, Some(Said::Looked)),
        };
        let reports = std::iter::from_fn(|| mailbox.poll(now)).map(Said::Report);
        // Nobody listens any more when the session is over.
        reports.chain(looked).for_each(|said| drop(outbox.send(said)));
    }
}

impl Mailbox for Apart {
    fn submit(&mut self, now: Millis, request: MailRequest) {
        // The thread ends only when this is dropped.
        let _ = self.tasks.send(Task::Request(now, request));
    }

    fn poll(&mut self, now: Millis) -> Option<MailReport> {
        for said in self.said.try_iter() {
            match said {
                Said::Report(report) => return Some(report),
                Said::Looked => self.look = Look::Over,
            }
        }
        if self.look == Look::Over && now >= self.next {
            self.look = Look::Asked;
            self.next = now.plus(LOOK_EVERY_MS);
            let _ = self.tasks.send(Task::Look(now));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::MailScope;
    use std::time::Duration;

    /// Stands still in everything until the test lets it go on, and tells what it was asked.
    struct Slow {
        go_on: Receiver<()>,
        asked: Sender<String>,
        reports: Vec<MailReport>,
    }

    impl Slow {
        fn stand_still(&self) {
            // Whoever calls this on the test's own thread waits for this long.
            let _ = self.go_on.recv_timeout(Duration::from_secs(2));
        }
    }

    impl Mailbox for Slow {
        fn submit(&mut self, _: Millis, request: MailRequest) {
            self.stand_still();
            self.reports.push(MailReport::Settled { queued: 1 });
            let _ = self.asked.send(format!("{request:?}"));
        }

        fn poll(&mut self, now: Millis) -> Option<MailReport> {
            if self.reports.is_empty() {
                let _ = self.asked.send(format!("look {}", now.0));
            }
            self.reports.pop()
        }
    }

    fn apart() -> (Apart, Sender<()>, Receiver<String>) {
        let ((go, go_on), (asked, heard)) = (channel(), channel());
        (Apart::start(Box::new(Slow { go_on, asked, reports: vec![] }), "slow").unwrap(), go, heard)
    }

    fn wait(apart: &mut Apart, now: Millis) -> MailReport {
        loop {
            match apart.poll(now) {
                Some(report) => return report,
                None => thread::yield_now(),
            }
        }
    }

    #[test]
    fn nobody_waits_for_a_disk_that_stands_still() {
        let (mut apart, go, _heard) = apart();
        apart.submit(Millis(0), MailRequest::Open(MailScope::Unread));
        for now in 0..100 {
            assert!(apart.poll(Millis(now * 10)).is_none());
        }
        go.send(()).unwrap();
        assert!(matches!(wait(&mut apart, Millis(1_000)), MailReport::Settled { queued: 1 }));
    }

    #[test]
    fn looks_do_not_pile_up_while_it_is_busy() {
        let (mut apart, go, heard) = apart();
        apart.submit(Millis(0), MailRequest::Settle);
        (0..1_000).for_each(|now| assert!(apart.poll(Millis(now * 10)).is_none()));
        go.send(()).unwrap();
        wait(&mut apart, Millis(0));
        drop(apart);
        let heard: Vec<String> = heard.iter().collect();
        assert_eq!(heard, ["Settle", "look 0", "look 0"], "the one after the request, and the one that was asked");
    }

    #[test]
    fn what_was_asked_before_the_end_is_done() {
        let (mut apart, go, heard) = apart();
        apart.submit(Millis(0), MailRequest::Open(MailScope::Unread));
        apart.submit(Millis(0), MailRequest::Settle);
        drop(apart);
        (0..2).for_each(|_| go.send(()).unwrap());
        let heard: Vec<String> = heard.iter().filter(|asked| !asked.starts_with("look")).collect();
        assert_eq!(heard, ["Open(Unread)", "Settle"]);
    }
}
