//! Mail to meaning, over whole messages.

// A test that cannot read its mail has failed; helpers may say so like tests.
#![allow(clippy::expect_used)]

mod mail {
    mod body;
    mod bounds;
    mod kind;
    mod message;
    mod protection;
    pub mod support;
    mod zones;
}
