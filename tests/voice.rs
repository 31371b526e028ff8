//! The mouth and the output stage, block by block, with clips of a fake voice; the real voices where they are installed.
#![cfg(feature = "voice")]
// A counting allocator is the only way to prove that the callback does not allocate.
#![allow(unsafe_code)]
// Helpers of tests may fail like tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod voice {
    mod bench;
    mod charged;
    mod mouth;
    mod output;
    #[cfg(feature = "hearing")]
    mod read_back;
    mod voices;
    mod words;
}
