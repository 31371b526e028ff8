//! When to look for mail that is delivered during a session.

use std::path::Path;
use std::time::SystemTime;

use super::folder::Folder;
use crate::units::Millis;

/// Between two looks. One costs two `stat` calls (about 2 µs) while nothing changes, so this could be less; nobody hears
/// the difference, as news wait for the next boundary anyway.
const LOOK_EVERY_MS: u64 = 5_000;

/// Remembers what the inbox looked like, so that its files are listed only after a change.
#[derive(Debug)]
pub(super) struct Watch {
    next: Millis,
    stamps: Stamps,
    again: Again,
}

/// When `cur` and `new` last changed; `None` where that is not to be known.
type Stamps = [Option<SystemTime>; 2];

/// Whether the next look lists the files even if the stamps are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Yes,
    No,
}

impl Watch {
    /// From `now` on. The first look always lists: a stamp has the grain of the file system (up to 2 s on FAT), so a
    /// delivery right after a listing may leave it as it was.
    pub fn begin(root: &Path, now: Millis) -> Watch {
        Watch { next: now.plus(LOOK_EVERY_MS), stamps: stamps(root), again: Again::Yes }
    }

    /// The next look lists whatever the stamps say.
    pub fn look_again(&mut self) {
        self.again = Again::Yes;
    }

    /// Whether it is time to list the files.
    pub fn is_due(&mut self, root: &Path, now: Millis) -> bool {
        if now < self.next {
            return false;
        }
        self.next = now.plus(LOOK_EVERY_MS);
        let stamps = stamps(root);
        let changed = stamps != self.stamps || stamps.contains(&None);
        let due = changed || self.again == Again::Yes;
        self.stamps = stamps;
        self.again = if changed { Again::Yes } else { Again::No };
        due
    }
}

fn stamps(root: &Path) -> Stamps {
    Folder::inbox().parts(root).map(|part| part.metadata().and_then(|data| data.modified()).ok())
}
