//! Any bytes as the answers of a mail server.
#![no_main]

use hark::mailbox::fuzz::server_bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| server_bytes(bytes));
