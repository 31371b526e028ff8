//! Recorded audio as the microphone, virtual time, real recogniser and voice: the same report on every run.

mod expect;
mod measure;
mod report;
mod room;
mod run;
mod scenario;
mod timeline;
mod triggers;

pub use expect::{Unmet, check};
pub use measure::{cpu_seconds, resident_megabytes};
pub use report::{Latency, Measured, Summary, write_report};
pub use room::{ROOM_RATE, VirtualRoom};
pub use run::{OpenAccount, Parts, Progress, Replayed, run, wall_time};
pub use scenario::*;
pub use timeline::timeline;
