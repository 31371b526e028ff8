//! Whatever a server sends: one entry for the fuzz target and for the property below.

use std::io::Cursor;

use super::framing::{Framer, LITERAL_CAP, Piece};
use super::response::understand;

/// Cuts the bytes into responses and understands each, until they end or make no sense.
///
/// # Panics
/// When a piece is larger than its cap: that is what is looked for.
pub fn server_bytes(bytes: &[u8]) {
    let mut stream = Cursor::new(bytes);
    let mut framer = Framer::default();
    while let Ok(pieces) = framer.next(&mut stream) {
        for piece in &pieces {
            if let Piece::Literal(literal) = piece {
                assert!(literal.len() <= LITERAL_CAP);
            }
        }
        let _ = understand(&pieces);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_and_literals_in_any_order_come_to_an_end(
            pieces in proptest::collection::vec(
                prop_oneof![
                    "\\* [0-9]{1,5} FETCH \\(UID [0-9]{1,9} BODY\\[[0-9.]{0,5}\\] \\{[0-9]{1,9}\\}\r\n",
                    "\\* (OK|NO|BYE|LIST|STATUS) [ -~]{0,40}\r?\n",
                    "[ -~\r\n(){}]{0,60}",
                ],
                0..20,
            ),
        ) {
            server_bytes(pieces.concat().as_bytes());
        }
    }
}
