//! Cuts what the server sends into responses: lines, with the literals they announce. Everything is capped.

use std::io::Read;

use super::error::ImapError;

/// Bytes kept of one literal; the rest is read and thrown away, so that the next response is found.
pub(super) const LITERAL_CAP: usize = 512 * 1024;
/// A literal beyond this is no answer to anything we ask.
const LITERAL_LIMIT: usize = 64 * 1024 * 1024;
/// Bytes of one response without its literals.
const LINE_CAP: usize = 1024 * 1024;
/// Literals of one response.
const MOST_LITERALS: usize = 500;

/// One piece of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bytes of a line, without `{n}` and line end.
    Text(Vec<u8>),
    Literal(Vec<u8>),
}

/// Bytes received and not yet cut.
#[derive(Debug, Default)]
pub(super) struct Framer {
    buffer: Vec<u8>,
    start: usize,
}

impl Framer {
    /// The next response.
    pub fn next(&mut self, stream: &mut impl Read) -> Result<Vec<Piece>, ImapError> {
        let mut pieces = Vec::new();
        let mut total = 0_usize;
        loop {
            let mut line = self.line(stream, LINE_CAP.saturating_sub(total))?;
            total = total.saturating_add(line.len());
            let literal = if may_hold_literals(&pieces, &line) { literal_length(&line) } else { None };
            let Some((length, text_length)) = literal else {
                pieces.push(Piece::Text(line));
                return Ok(pieces);
            };
            if length > LITERAL_LIMIT || pieces.len() > MOST_LITERALS.saturating_mul(2) {
                return Err(ImapError::BrokenAnswer);
            }
            line.truncate(text_length);
            pieces.push(Piece::Text(line));
            pieces.push(Piece::Literal(self.literal(stream, length)?));
        }
    }

    /// Whether nothing came that was not read.
    pub fn is_empty(&self) -> bool {
        self.held().is_empty()
    }

    /// One line without its end. LF alone ends a line too.
    fn line(&mut self, stream: &mut impl Read, cap: usize) -> Result<Vec<u8>, ImapError> {
        let mut searched = 0;
        loop {
            let held = self.held();
            if let Some(end) = held.iter().skip(searched).position(|&byte| byte == b'\n') {
                let end = searched.saturating_add(end);
                let mut line = held.get(..end).unwrap_or_default().to_vec();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                self.start = self.start.saturating_add(end).saturating_add(1);
                return Ok(line);
            }
            searched = held.len();
            if searched > cap {
                return Err(ImapError::BrokenAnswer);
            }
            self.fill(stream)?;
        }
    }

    fn literal(&mut self, stream: &mut impl Read, length: usize) -> Result<Vec<u8>, ImapError> {
        let mut kept = Vec::new();
        let mut left = length;
        while left > 0 {
            if self.held().is_empty() {
                self.fill(stream)?;
            }
            let taken = left.min(self.held().len());
            let room = LITERAL_CAP.saturating_sub(kept.len()).min(taken);
            kept.extend_from_slice(self.held().get(..room).unwrap_or_default());
            self.start = self.start.saturating_add(taken);
            left = left.saturating_sub(taken);
        }
        Ok(kept)
    }

    fn held(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn fill(&mut self, stream: &mut impl Read) -> Result<(), ImapError> {
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.start = 0;
        let mut chunk = [0; 16 * 1024];
        let length = stream.read(&mut chunk).map_err(ImapError::io)?;
        if length == 0 {
            return Err(ImapError::Closed);
        }
        self.buffer.extend_from_slice(chunk.get(..length).unwrap_or_default());
        Ok(())
    }
}

/// Status texts are for people: one that ends in `{5}` announces nothing.
fn may_hold_literals(before: &[Piece], line: &[u8]) -> bool {
    if !before.is_empty() {
        return true;
    }
    let Some(rest) = line.strip_prefix(b"*") else { return false };
    let text = String::from_utf8_lossy(rest.get(..rest.len().min(32)).unwrap_or_default()).to_ascii_uppercase();
    let word = text.split_whitespace().next().unwrap_or_default();
    !matches!(word, "OK" | "NO" | "BAD" | "BYE" | "PREAUTH")
}

/// Length of the literal that a line announces at its end, and of the text before it: `{12}`, `{12+}`, `~{12}`.
fn literal_length(line: &[u8]) -> Option<(usize, usize)> {
    let inner = line.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|&byte| byte == b'{')?;
    let digits = std::str::from_utf8(inner.get(open.checked_add(1)?..)?).ok()?;
    let digits = digits.strip_suffix('+').unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A number too large to hold is too large to read: the cap refuses it.
    let length = digits.parse().unwrap_or(usize::MAX);
    let text = if open > 0 && inner.get(open.saturating_sub(1)) == Some(&b'~') { open.saturating_sub(1) } else { open };
    Some((length, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes one or a few at a time, as a slow network does.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(length);
            buffer[..length].copy_from_slice(now);
            self.0 = later;
            Ok(length)
        }
    }

    fn text(bytes: &str) -> Piece {
        Piece::Text(bytes.as_bytes().to_vec())
    }

    #[test]
    fn literals_are_taken_whole_however_they_arrive() {
        let wire = b"* 1 FETCH (BODY[1] {5}\r\na\r\nb) UID 7)\r\na1 OK done {3}\r\n";
        for step in [1, 2, 3, 7, 100] {
            let (mut stream, mut framer) = (Drip(wire, step), Framer::default());
            let first = framer.next(&mut stream).unwrap();
            assert_eq!(first, [text("* 1 FETCH (BODY[1] "), Piece::Literal(b"a\r\nb)".to_vec()), text(" UID 7)")]);
            assert_eq!(framer.next(&mut stream).unwrap(), [text("a1 OK done {3}")]);
            assert!(matches!(framer.next(&mut stream), Err(ImapError::Closed)));
        }
    }

    #[test]
    fn sizes_are_capped() {
        let huge = b"* 1 FETCH (BODY[1] {99999999999}\r\n";
        assert!(matches!(Framer::default().next(&mut Drip(huge, 99)), Err(ImapError::BrokenAnswer)));
        let endless = vec![b'a'; LINE_CAP * 2];
        assert!(matches!(Framer::default().next(&mut Drip(&endless, 9999)), Err(ImapError::BrokenAnswer)));
        let mut long = b"* 1 FETCH (BODY[1] {600000}\r\n".to_vec();
        long.extend(vec![b'x'; 600_000]);
        long.extend(b")\r\n* 2 EXISTS\r\n");
        let (mut stream, mut framer) = (Drip(&long, 9999), Framer::default());
        let Piece::Literal(kept) = &framer.next(&mut stream).unwrap()[1] else { panic!() };
        assert_eq!(kept.len(), LITERAL_CAP);
        assert_eq!(framer.next(&mut stream).unwrap(), [text("* 2 EXISTS")]);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..400), step in 1_usize..50) {
            let (mut stream, mut framer) = (Drip(&bytes, step), Framer::default());
            while framer.next(&mut stream).is_ok() {}
        }
    }
}
