//! The one model of a body that text and HTML both become before anything is judged: lines with what is known of each.

use super::message::Link;

/// Lines of one body that are looked at. What lies beyond is left out: 12,000 lines are hours of speech.
pub(crate) const LINE_CAP: usize = 12_000;
/// Links of one body that are kept.
pub(crate) const LINK_CAP: usize = 5_000;

/// What a line is by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Prose,
    Heading,
    Item,
    Table,
    Code,
    Blank,
}

/// What the writer's mail program says a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    None,
    /// Inside what a client marks as signature.
    Signature,
    /// The line before a quote ("On ... wrote:").
    Attribution,
    /// Starts the header block of a reply or forward.
    ReplyHead,
    /// Names itself a footer or unsubscribe block.
    Footer,
    /// Nothing but what stands for a picture.
    Picture,
}

/// How a line is set beside most of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Print {
    Plain,
    /// A headline by its size.
    Large,
    /// Smaller or paler.
    Fine,
    /// So small that it is there for the law.
    Tiny,
}

impl Print {
    pub fn is_fine(self) -> bool {
        match self {
            Print::Plain | Print::Large => false,
            Print::Fine | Print::Tiny => true,
        }
    }
}

/// What a line is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Black, grey, a link's colour, or that which a program gives to all answers.
    Plain,
    /// At least in part in a colour that somebody chose.
    Coloured,
}

/// One visible line: of text as it stands, of HTML up to a break or the end of a block.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Trimmed, white space collapsed (except in code); for tables the rows divided by `\n`.
    pub text: String,
    pub shape: Shape,
    /// Depth of quotation by prefix or markup.
    pub quote: u16,
    pub mark: Mark,
    pub print: Print,
    pub ink: Ink,
    /// The next line goes on in the same paragraph.
    pub flows: bool,
    pub links: Vec<Link>,
    pub rows: Vec<Vec<String>>,
}

impl Line {
    pub fn new(text: String, shape: Shape, quote: u16) -> Line {
        Line {
            text,
            shape,
            quote,
            mark: Mark::None,
            print: Print::Plain,
            ink: Ink::Plain,
            flows: false,
            links: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub fn blank(quote: u16) -> Line {
        Line::new(String::new(), Shape::Blank, quote)
    }

    pub fn is_blank(&self) -> bool {
        self.shape == Shape::Blank
    }
}

/// Characters that are there to be unseen: preheader padding, soft hyphens, byte order marks.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'
            ..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffc}'
    ) || (c.is_control() && !c.is_whitespace())
}

/// Trims and makes one blank of every run of white space; drops unseen characters.
pub(crate) fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() {
            blank = true;
        } else if !is_invisible(c) && !(is_joiner(c) && (blank || out.is_empty())) {
            if blank && !out.is_empty() {
                out.push(' ');
            }
            blank = false;
            out.push(c);
        }
    }
    out
}

/// Joiners matter inside words and emoji, nowhere else.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}
