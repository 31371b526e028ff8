//! What to synthesise next.

use crate::ports::{ClipKey, Urgency};
use crate::units::Millis;

/// Wanted-next jobs at most: older look-ahead belongs to a place the listener has left.
const MAX_AHEAD: usize = 24;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub key: ClipKey,
    pub urgency: Urgency,
    pub asked_at: Millis,
}

/// Jobs in the order they were asked for.
#[derive(Debug, Default)]
pub struct Queue {
    jobs: Vec<Job>,
}

impl Queue {
    /// Adds a job. Returns one that has no place any more.
    pub fn push(&mut self, job: Job) -> Option<Job> {
        self.jobs.push(job);
        let ahead = self.jobs.iter().filter(|job| job.urgency == Urgency::Ahead).count();
        let oldest = self.jobs.iter().position(|job| job.urgency == Urgency::Ahead)?;
        (ahead > MAX_AHEAD).then(|| self.jobs.remove(oldest))
    }

    /// Makes a waiting job more urgent. One that does not wait any more is under way or done: nothing to do, and above all
    /// not to be made twice.
    pub fn hasten(&mut self, key: &ClipKey, urgency: Urgency) {
        let waiting = self.jobs.iter().position(|job| job.key == *key && job.urgency < urgency);
        if let Some(place) = waiting {
            let job = self.jobs.remove(place);
            self.jobs.push(Job { urgency, ..job });
        }
    }

    /// The most urgent. Of those somebody waits for the latest, as the ones before were interrupted; else the oldest.
    pub fn pop(&mut self) -> Option<Job> {
        let most = self.jobs.iter().map(|job| job.urgency).max()?;
        let wanted = |job: &Job| job.urgency == most;
        let place = match most {
            Urgency::Now => self.jobs.iter().rposition(wanted),
            Urgency::Ahead | Urgency::Background => self.jobs.iter().position(wanted),
        }?;
        Some(self.jobs.remove(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(text: &str, urgency: Urgency) -> Job {
        Job {
            key: ClipKey { spoken: text.to_owned(), speed_percent: 100, language: None },
            urgency,
            asked_at: Millis(0),
        }
    }

    fn order(queue: &mut Queue) -> Vec<String> {
        std::iter::from_fn(|| queue.pop()).map(|job| job.key.spoken).collect()
    }

    #[test]
    fn somebody_who_waits_comes_first_and_the_latest_of_them() {
        let mut queue = Queue::default();
        for (text, urgency) in [
            ("prompt", Urgency::Background),
            ("next", Urgency::Ahead),
            ("interrupted", Urgency::Now),
            ("after that", Urgency::Ahead),
            ("answer", Urgency::Now),
        ] {
            assert_eq!(queue.push(job(text, urgency)), None);
        }
        assert_eq!(order(&mut queue), ["answer", "interrupted", "next", "after that", "prompt"]);
    }

    #[test]
    fn asking_again_can_only_make_a_waiting_job_more_urgent() {
        let mut queue = Queue::default();
        queue.push(job("a", Urgency::Ahead));
        queue.push(job("b", Urgency::Ahead));
        for (text, urgency) in [("b", Urgency::Now), ("b", Urgency::Background), ("done", Urgency::Now)] {
            queue.hasten(&job(text, urgency).key, urgency);
        }
        assert_eq!(order(&mut queue), ["b", "a"]);
    }

    #[test]
    fn look_ahead_is_bounded_and_the_oldest_gives_way() {
        let mut queue = Queue::default();
        let dropped: Vec<_> = (0..30).filter_map(|n| queue.push(job(&n.to_string(), Urgency::Ahead))).collect();
        assert_eq!(dropped.first().map(|job| job.key.spoken.as_str()), Some("0"));
        assert_eq!(dropped.len(), 30 - MAX_AHEAD);
    }
}
