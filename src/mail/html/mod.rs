//! HTML mail to lines: a small tree, walked with the rules of reading.
//!
//! Tokens come from html5ever; the tree is our own, because a browser's tree repair makes hostile nesting quadratic
//! (100,000 open elements, or formatting elements re-opened in every paragraph) and text needs none of it.

mod print;
mod style;
mod table;
mod tree;
mod walk;

use super::line::Line;

/// What reading an HTML body gave.
#[derive(Debug, Default)]
pub(crate) struct HtmlBody {
    pub lines: Vec<Line>,
    /// There is at least one picture that is not a tracking pixel.
    pub has_picture: bool,
}

/// Makes lines of an HTML body.
pub(crate) fn lines(html: &str) -> HtmlBody {
    let tree = tree::Tree::parse(html);
    walk::walk(&tree)
}
