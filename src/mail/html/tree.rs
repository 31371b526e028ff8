//! A tree of elements and text, built in linear time: depth and node count are capped, deeper elements are transparent.

use std::cell::RefCell;
use std::collections::HashSet;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// Open elements at once; newsletters of nested tables reach 60.
const DEPTH_CAP: usize = 120;
/// Nodes of one body.
const NODE_CAP: usize = 100_000;
/// Style sheet text that is looked at for hidden classes.
const STYLE_CAP: usize = 256 * 1024;

pub(super) type NodeId = usize;

/// An element with the attributes that matter, or a run of text.
#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

#[derive(Debug, Default)]
pub(super) struct Element {
    /// Lower case.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<NodeId>,
    /// A table with another table in it: always layout.
    pub holds_table: bool,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.attribute("class").unwrap_or_default().split_whitespace().map(unprefixed)
    }

    pub fn id(&self) -> &str {
        unprefixed(self.attribute("id").unwrap_or_default())
    }
}

/// Outlook puts `x_` before foreign classes and ids, once for every hop.
fn unprefixed(mut name: &str) -> &str {
    while let Some(rest) = name.strip_prefix("x_") {
        name = rest;
    }
    name
}

/// Index 0 is the root.
#[derive(Debug)]
pub(super) struct Tree {
    pub nodes: Vec<Node>,
    /// Classes and ids that the style sheet hides: `.name` or `#name`.
    pub hidden: HashSet<String>,
}

impl Tree {
    pub fn parse(html: &str) -> Tree {
        let sink = Sink(RefCell::new(Builder::new()));
        let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from(html));
        // Each script end tag hands control back; what follows must still be read.
        while let html5ever::TokenizerResult::Script(()) = tokenizer.feed(&queue) {}
        tokenizer.end();
        let builder = tokenizer.sink.0.into_inner();
        let hidden = super::style::hidden_selectors(&builder.style);
        Tree { nodes: builder.nodes, hidden }
    }

    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }
}

struct Sink(RefCell<Builder>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut builder = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => {
                    let name = tag.name.to_string();
                    let raw = raw_kind(&name);
                    let attributes = tag
                        .attrs
                        .iter()
                        .filter(|a| KEPT.contains(&&*a.name.local))
                        .map(|a| (a.name.local.to_string(), a.value.to_string()))
                        .collect();
                    builder.open(&name, attributes, tag.self_closing);
                    if let Some(kind) = raw {
                        return TokenSinkResult::RawData(kind);
                    }
                }
                TagKind::EndTag => builder.close(&tag.name),
            },
            Token::CharacterTokens(text) => builder.text(&text),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

const KEPT: &[&str] = &[
    "class",
    "id",
    "style",
    "href",
    "alt",
    "src",
    "width",
    "height",
    "type",
    "hidden",
    "border",
    "role",
    "cite",
    "name",
    "colspan",
    "data-smartmail",
    "data-marker",
    "data-email",
    "lang",
    "aria-hidden",
    "dir",
    "start",
    "title",
    "color",
    "size",
];

fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "script" => Some(RawKind::ScriptData),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

struct Builder {
    nodes: Vec<Node>,
    open: Vec<(NodeId, String)>,
    style: String,
    in_style: bool,
}

impl Builder {
    fn new() -> Builder {
        let root = Node::Element(Element { name: "#root".into(), ..Element::default() });
        Builder { nodes: vec![root], open: vec![(0, "#root".into())], style: String::new(), in_style: false }
    }

    fn open(&mut self, name: &str, attributes: Vec<(String, String)>, self_closing: bool) {
        self.imply_ends(name);
        self.in_style = name == "style";
        if self.nodes.len() >= NODE_CAP {
            return;
        }
        let void = VOID.contains(&name);
        if !void && self.open.len() >= DEPTH_CAP {
            return;
        }
        if name == "table" {
            self.note_nested_table();
        }
        let id = self.append(Node::Element(Element { name: name.into(), attributes, ..Element::default() }));
        // Office writes <o:p/>; HTML itself knows no self-closing elements.
        let closed = void || self_closing && name.contains(':');
        if !closed {
            self.open.push((id, name.into()));
        }
    }

    fn close(&mut self, name: &str) {
        self.in_style = false;
        if name == "br" || name == "p" && !self.open.iter().any(|(_, open)| open == "p") {
            self.open("br", Vec::new(), true);
            return;
        }
        let inline = is_inline(name);
        for (index, (_, open)) in self.open.iter().enumerate().skip(1).rev() {
            if open == name {
                self.open.truncate(index);
                return;
            }
            // The end of a format does not close the block in it; a cell is not closed from inside another table.
            if inline && !is_inline(open) || (is_fence(open) && !is_table_part(name) && name != "body") {
                return;
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_style {
            if self.style.len() + text.len() <= STYLE_CAP {
                self.style.push_str(text);
            }
            return;
        }
        let current = self.current();
        let last = match self.nodes.get(current) {
            Some(Node::Element(element)) => element.children.last().copied(),
            Some(Node::Text(_)) | None => None,
        };
        if let Some(Node::Text(earlier)) = last.and_then(|id| self.nodes.get_mut(id)) {
            earlier.push_str(text);
        } else {
            self.append(Node::Text(text.to_owned()));
        }
    }

    fn append(&mut self, node: Node) -> NodeId {
        let id = self.nodes.len();
        let current = self.current();
        self.nodes.push(node);
        if let Some(Node::Element(parent)) = self.nodes.get_mut(current) {
            parent.children.push(id);
        }
        id
    }

    fn note_nested_table(&mut self) {
        for (id, name) in &self.open {
            if name == "table"
                && let Some(Node::Element(table)) = self.nodes.get_mut(*id)
            {
                table.holds_table = true;
            }
        }
    }

    fn current(&self) -> NodeId {
        self.open.last().map_or(0, |(id, _)| *id)
    }

    /// A new paragraph ends the open one, a new item the open item of the same list, and so on.
    fn imply_ends(&mut self, name: &str) {
        let (ends, fences): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "table", "td", "th"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl", "table", "td"]),
            "td" | "th" => (&["td", "th"], &["table", "tr"]),
            "tr" => (&["tr"], &["table"]),
            "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot"], &["table"]),
            "option" => (&["option"], &["select"]),
            _ if is_block(name) => (&["p"], &["td", "th", "table", "li", "div", "blockquote", "body"]),
            _ => return,
        };
        for (index, (_, open)) in self.open.iter().enumerate().skip(1).rev() {
            if ends.contains(&open.as_str()) {
                self.open.truncate(index);
                return;
            }
            if fences.contains(&open.as_str()) {
                return;
            }
        }
    }
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "i"
            | "u"
            | "s"
            | "em"
            | "strong"
            | "font"
            | "span"
            | "small"
            | "big"
            | "code"
            | "tt"
            | "sub"
            | "sup"
            | "strike"
            | "label"
            | "q"
            | "abbr"
            | "cite"
            | "kbd"
            | "mark"
    )
}

fn is_fence(name: &str) -> bool {
    matches!(name, "td" | "th" | "table")
}

fn is_table_part(name: &str) -> bool {
    matches!(name, "td" | "th" | "tr" | "table" | "tbody" | "thead" | "tfoot" | "html")
}

/// Elements that stand on lines of their own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}
