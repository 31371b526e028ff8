//! Responses as trees of values. Lenient: what servers in the field really send is understood where it can be.

use super::framing::Piece;

/// Deeper nesting is cut: no real structure needs it.
const MOST_DEPTH: usize = 60;
/// Values of one response.
const MOST_VALUES: usize = 50_000;

/// A value of IMAP's syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Nil,
    Atom(String),
    /// Quoted or literal.
    Text(Vec<u8>),
    List(Vec<Value>),
}

impl Value {
    pub fn as_atom(&self) -> Option<&str> {
        match self {
            Value::Atom(atom) => Some(atom),
            Value::Nil | Value::Text(_) | Value::List(_) => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            Value::Nil | Value::Atom(_) | Value::Text(_) => None,
        }
    }

    /// Bytes of a string; atoms count too, servers forget quotes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Text(bytes) => Some(bytes),
            Value::Atom(atom) => Some(atom.as_bytes()),
            Value::Nil | Value::List(_) => None,
        }
    }

    pub fn as_text(&self) -> Option<String> {
        self.as_bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A number, also written as a float ("1.86931e+06" was seen).
    pub fn as_number(&self) -> Option<u64> {
        let text = self.as_text()?;
        if let Ok(number) = text.parse() {
            return Some(number);
        }
        let float: f64 = text.parse().ok()?;
        // `as` saturates and makes NaN 0.
        (float >= 0.0).then_some(float as u64)
    }
}

/// How strictly a quote ends a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// At the first quote that is not escaped.
    AsWritten,
    /// Only where something that may follow a string follows: mends strings with quotes inside.
    Mended,
}

/// All values of a response after its first words. If the text makes no sense as written, quotes inside quoted strings are mended.
pub(super) fn parse(pieces: &[Piece]) -> Vec<Value> {
    let mut strict = Parser::new(pieces, Quotes::AsWritten);
    let values = strict.values(0);
    if !strict.is_odd {
        return values;
    }
    let mut mended = Parser::new(pieces, Quotes::Mended);
    let second = mended.values(0);
    if mended.is_odd { values } else { second }
}

struct Parser<'a> {
    pieces: &'a [Piece],
    piece: usize,
    at: usize,
    quotes: Quotes,
    count: usize,
    /// Something was not as it should be.
    is_odd: bool,
}

impl<'a> Parser<'a> {
    fn new(pieces: &'a [Piece], quotes: Quotes) -> Parser<'a> {
        Parser { pieces, piece: 0, at: 0, quotes, count: 0, is_odd: false }
    }

    /// The rest of the present text piece.
    fn rest(&self) -> &'a [u8] {
        match self.pieces.get(self.piece) {
            Some(Piece::Text(text)) => text.get(self.at..).unwrap_or_default(),
            Some(Piece::Literal(_)) | None => &[],
        }
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn advance(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
    }

    /// Values up to `)` or the end.
    fn values(&mut self, depth: usize) -> Vec<Value> {
        let mut values = Vec::new();
        loop {
            match self.peek() {
                None => match self.next_literal() {
                    Next::Literal(bytes) => values.push(Value::Text(bytes)),
                    Next::Text => {}
                    Next::End => {
                        self.is_odd |= depth > 0;
                        return values;
                    }
                },
                Some(b' ' | b'\t') => self.advance(1),
                Some(b')') => {
                    self.advance(1);
                    if depth > 0 {
                        return values;
                    }
                    self.is_odd = true;
                }
                Some(b'(') => {
                    self.advance(1);
                    let inner =
                        if depth < MOST_DEPTH { self.values(depth.saturating_add(1)) } else { self.skip_deep() };
                    values.push(Value::List(inner));
                }
                Some(b'"') => values.push(Value::Text(self.quoted())),
                Some(_) => values.push(self.atom()),
            }
            self.count = self.count.saturating_add(1);
            if self.count > MOST_VALUES {
                self.is_odd = true;
                self.piece = self.pieces.len();
                return values;
            }
        }
    }

    fn next_literal(&mut self) -> Next {
        self.piece = self.piece.saturating_add(1);
        self.at = 0;
        match self.pieces.get(self.piece) {
            Some(Piece::Literal(bytes)) => Next::Literal(bytes.clone()),
            Some(Piece::Text(_)) => Next::Text,
            None => Next::End,
        }
    }

    /// Beyond the deepest level nothing is kept.
    fn skip_deep(&mut self) -> Vec<Value> {
        self.is_odd = true;
        self.piece = self.pieces.len();
        Vec::new()
    }

    fn quoted(&mut self) -> Vec<u8> {
        self.advance(1);
        let mut out = Vec::new();
        while let Some(byte) = self.peek() {
            self.advance(1);
            match byte {
                b'\\' => {
                    if let Some(escaped) = self.peek() {
                        out.push(escaped);
                        self.advance(1);
                    }
                }
                b'"' if self.ends_string() => return out,
                other => out.push(other),
            }
        }
        self.is_odd = true;
        out
    }

    /// Whether the quote just read is the string's end.
    fn ends_string(&mut self) -> bool {
        let rest = self.rest();
        let follows = match rest.first() {
            None | Some(b')' | b' ' | b'(') => true,
            Some(_) => false,
        };
        match self.quotes {
            Quotes::AsWritten => {
                self.is_odd |= !follows;
                true
            }
            Quotes::Mended => follows && may_follow(rest.trim_ascii_start()),
        }
    }

    /// An atom; brackets hold blanks and parentheses together (`BODY[HEADER.FIELDS (DATE)]<0>`).
    fn atom(&mut self) -> Value {
        let rest = self.rest();
        let mut in_brackets = false;
        let mut length = 0;
        for &byte in rest {
            match byte {
                b'[' => in_brackets = true,
                b']' => in_brackets = false,
                b' ' | b'\t' | b'(' | b')' if !in_brackets => break,
                // A quote within an atom: no atom at all, or the tail of a string with quotes inside.
                b'"' if !in_brackets => {
                    self.is_odd = true;
                }
                _ => {}
            }
            length += 1;
        }
        let bytes = rest.get(..length).unwrap_or_default();
        self.advance(length.max(1));
        if bytes.eq_ignore_ascii_case(b"NIL") {
            Value::Nil
        } else {
            Value::Atom(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}

enum Next {
    Literal(Vec<u8>),
    Text,
    End,
}

/// What can stand after a string in a FETCH answer.
fn may_follow(rest: &[u8]) -> bool {
    const WORDS: [&str; 12] = [
        "NIL",
        "UID",
        "FLAGS",
        "INTERNALDATE",
        "RFC822",
        "BODY",
        "ENVELOPE",
        "MODSEQ",
        "X-GM",
        "EMAILID",
        "THREADID",
        "PREVIEW",
    ];
    match rest.first() {
        None | Some(b')' | b'(' | b'"' | b'{' | b'~' | b'0'..=b'9') => true,
        Some(_) => WORDS
            .iter()
            .any(|word| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Vec<Value> {
        parse(&[Piece::Text(text.as_bytes().to_vec())])
    }

    fn atom(text: &str) -> Value {
        Value::Atom(text.into())
    }

    fn string(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn plain_values() {
        assert_eq!(
            parsed(r#"(a "b\"c" NIL (1 ()))"#),
            [Value::List(vec![
                atom("a"),
                string("b\"c"),
                Value::Nil,
                Value::List(vec![atom("1"), Value::List(vec![])])
            ])]
        );
        assert_eq!(parsed("BODY[HEADER.FIELDS (DATE TO)]<0> x"), [atom("BODY[HEADER.FIELDS (DATE TO)]<0>"), atom("x")]);
    }

    #[test]
    fn a_blank_before_a_parenthesis_is_no_trouble() {
        assert_eq!(parsed("(UID 19436 )"), [Value::List(vec![atom("UID"), atom("19436")])]);
    }

    #[test]
    fn quotes_inside_quoted_strings_are_mended() {
        assert_eq!(
            parsed(r#"("TEXT" NIL "a "big" plan" "7BIT" 12)"#),
            [Value::List(vec![string("TEXT"), Value::Nil, string("a \"big\" plan"), string("7BIT"), atom("12")])]
        );
    }

    #[test]
    fn odd_numbers() {
        assert_eq!(atom("1.86931e+06").as_number(), Some(1_869_310));
        assert_eq!(string("12").as_number(), Some(12));
        assert_eq!(atom("NaN").as_number(), None);
        assert_eq!(atom("-1").as_number(), None);
    }

    #[test]
    fn deep_nesting_ends() {
        parsed(&"(".repeat(100_000));
        parsed(&format!("{}{}", "(".repeat(5_000), ")".repeat(5_000)));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in r#"[()"\\ \[\]{}a-zNIL0-9]{0,200}"#) {
            parsed(&text);
        }
    }
}
