//! Mail to meaning, over whole messages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// A test that cannot read its mail has failed; helpers may say so like tests.

mod mail {
    mod body;
    mod bounds;
    pub mod gauge;
    mod gold;
    mod kind;
    mod message;
    mod properties;
    mod protection;
    pub mod support;
    mod told;
    mod whole;
    mod zones;
}
