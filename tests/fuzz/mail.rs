//! Any bytes as a mail: read, put into words, and held against what holds of every mail.
#![no_main]

#[path = "../mail/gauge.rs"]
#[allow(dead_code)]
mod gauge;
#[path = "../mail/whole.rs"]
mod whole;

use hark::mail::{ParseContext, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = parse(bytes, &ParseContext::default())
        && let Err(fault) = whole::check(&message, bytes.len())
    {
        panic!("{fault}");
    }
});
