//! Mail to meaning, over whole messages.

mod mail {
    mod body;
    mod bounds;
    mod kind;
    mod message;
    mod protection;
    pub mod support;
    mod zones;
}
