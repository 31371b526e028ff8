//! Mail to meaning, over whole messages.

mod mail {
    mod bounds;
    mod zones;
}
