//! The walk over the tree: what is shown becomes lines, with what the markup says about quotes and signatures.

use super::super::code;
use super::super::line::{LINE_CAP, LINK_CAP, Line, Mark, Shape, is_invisible, squeeze};
use super::super::message::Link;
use super::super::text::{self, Flow};
use super::super::zones::attribution;
use super::HtmlBody;
use super::print::{Print, Seen, mark_prints};
use super::style::is_hidden;
use super::table::data_rows;
use super::tree::{Element, Node, Tree, is_block};

/// Text inside a signature's markup beyond which somebody wrote their answer into it.
const SIGNATURE_CHARS: usize = 900;

pub(super) fn walk(tree: &Tree) -> HtmlBody {
    let mut walker = Walker {
        tree,
        lines: Vec::new(),
        prints: Vec::new(),
        text: String::new(),
        seen: Seen::default(),
        pictured: false,
        links: Vec::new(),
        link_count: 0,
        has_picture: false,
    };
    if let Some(Node::Element(root)) = tree.get(0) {
        let context = Context { quote: 0, shape: Shape::Prose, mark: Mark::None, print: Print::default() };
        walker.children(root, context);
        walker.flush(context);
    }
    mark_code(&mut walker.lines);
    mark_prints(&mut walker.lines, &walker.prints);
    HtmlBody { lines: walker.lines, has_picture: walker.has_picture }
}

/// Keys, logs and code are written without markup too.
fn mark_code(lines: &mut [Line]) {
    let texts: Vec<(u16, &str)> = lines.iter().map(|line| (line.quote, line.text.as_str())).collect();
    let marks = code::mark(&texts);
    for (line, is_code) in lines.iter_mut().zip(marks) {
        if is_code && line.shape == Shape::Prose {
            line.shape = Shape::Code;
        }
    }
}

/// Elements whose content is never read.
pub(super) fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "head"
            | "style"
            | "script"
            | "title"
            | "noscript"
            | "template"
            | "object"
            | "embed"
            | "iframe"
            | "svg"
            | "select"
            | "textarea"
            | "audio"
            | "video"
            | "map"
            | "meta"
            | "link"
            | "noembed"
            | "noframes"
            | "xml"
    )
}

/// What surrounds a node.
#[derive(Debug, Clone, Copy)]
struct Context {
    quote: u16,
    shape: Shape,
    mark: Mark,
    print: Print,
}

struct Walker<'t> {
    tree: &'t Tree,
    lines: Vec<Line>,
    /// How each line is printed.
    prints: Vec<Seen>,
    text: String,
    /// How the text so far is printed.
    seen: Seen,
    /// Some of it stands for a picture.
    pictured: bool,
    links: Vec<Link>,
    link_count: usize,
    has_picture: bool,
}

impl Walker<'_> {
    /// Depth is bounded by the tree's cap, so the recursion is too.
    fn children(&mut self, element: &Element, outer: Context) {
        let context = Context { print: outer.print.within(element), ..outer };
        for &id in &element.children {
            if self.lines.len() >= LINE_CAP {
                return;
            }
            match self.tree.get(id) {
                // Tables set their cells to no size to lose white space, and what they hold back to its own.
                Some(Node::Text(_)) if context.print.is_unseen() => {}
                Some(Node::Text(text)) => {
                    self.seen.add(text, context.print);
                    self.text.push_str(text);
                }
                Some(Node::Element(child)) => self.element(child, context),
                None => {}
            }
        }
    }

    fn element(&mut self, element: &Element, context: Context) {
        // A head that was never closed holds the body.
        if (is_skipped(&element.name) && element.name != "head") || is_hidden(element, &self.tree.hidden) {
            return;
        }
        match element.name.as_str() {
            "br" => self.line_break(context),
            "hr" => {
                self.flush(context);
                self.blank(context);
            }
            "img" => self.picture(element),
            "a" => self.link(element, context),
            "pre" => self.preformatted(element, context),
            "table" => self.table(element, context),
            name if is_block(name) => self.block(element, context),
            _ => self.children_marked(element, context),
        }
    }

    fn block(&mut self, element: &Element, outer: Context) {
        self.flush(outer);
        let spaced = is_spaced(element);
        if spaced {
            self.blank(outer);
        }
        let mut context = outer;
        match element.name.as_str() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => context.shape = Shape::Heading,
            "li" => context.shape = Shape::Item,
            "p" | "div" | "td" | "ul" | "ol" if context.shape == Shape::Heading => context.shape = Shape::Prose,
            _ => {}
        }
        if is_quote(element) || (element.name == "blockquote" && self.follows_attribution()) {
            context.quote = context.quote.saturating_add(1);
        }
        let first = self.lines.len();
        self.children_marked(element, context);
        self.flush(context);
        if element.name == "blockquote" && context.quote == outer.quote {
            self.quote_attributed(first);
        }
        if spaced {
            self.blank(outer);
        }
    }

    /// A blockquote that begins with "... wrote:" is one of mail, whoever made it.
    fn quote_attributed(&mut self, first: usize) {
        let inside = self.lines.get_mut(first..).unwrap_or_default();
        let opening = inside.iter().find(|line| !line.is_blank());
        // "In 2024 she wrote:" is a citation.
        let by_program = |text: &str| text.contains('@') || attribution::has_moment(text);
        if opening.is_some_and(|line| attribution::is_before_bare_quote(&line.text) && by_program(&line.text)) {
            inside.iter_mut().for_each(|line| line.quote = line.quote.saturating_add(1));
        }
    }

    fn children_marked(&mut self, element: &Element, outer: Context) {
        let mark = mark_of(element);
        let mark = if mark == Mark::None { outer.mark } else { mark };
        let context = Context { mark, ..outer };
        if mark == outer.mark {
            self.children(element, context);
            return;
        }
        self.flush(outer);
        let first = self.lines.len();
        self.children(element, context);
        self.flush(context);
        let inside = self.lines.get_mut(first..).unwrap_or_default();
        let chars: usize = inside.iter().map(|line| line.text.len()).sum();
        if mark == Mark::Signature && chars > SIGNATURE_CHARS {
            inside.iter_mut().for_each(|line| line.mark = outer.mark);
        }
    }

    fn follows_attribution(&self) -> bool {
        let last = self.lines.iter().rev().find(|line| !line.is_blank());
        last.is_some_and(|line| attribution::is_before_bare_quote(&line.text))
    }

    fn line_break(&mut self, context: Context) {
        if squeeze(&self.text).is_empty() {
            self.text.clear();
            self.blank(context);
        } else {
            self.flush(context);
        }
    }

    fn flush(&mut self, context: Context) {
        let raw = std::mem::take(&mut self.text);
        let links = std::mem::take(&mut self.links);
        let seen = std::mem::take(&mut self.seen);
        let pictured = std::mem::take(&mut self.pictured) && seen.chars == 0;
        let text = squeeze(&raw);
        if text.is_empty() {
            // A paragraph of one hard blank is an empty line.
            if raw.contains('\u{a0}') {
                self.blank(context);
            }
            return;
        }
        // "-- " at the start of a line is the signature's delimiter; squeezing took its blank.
        let text = if text == "--" && raw.trim_start_matches('\n').starts_with("-- ") { "-- ".into() } else { text };
        let mut line = Line::new(text, context.shape, context.quote);
        line.mark = if pictured && context.mark == Mark::None { Mark::Picture } else { context.mark };
        line.links = links;
        if line.links.is_empty() && self.link_count < LINK_CAP && line.text.contains("://") {
            line.links = text::find_links(&line.text);
            self.link_count += line.links.len();
        }
        self.push_seen(line, seen);
    }

    fn blank(&mut self, context: Context) {
        if self.lines.last().is_some_and(|line| !line.is_blank()) {
            self.push(Line::blank(context.quote));
        }
    }

    fn push(&mut self, line: Line) {
        self.push_seen(line, Seen::default());
    }

    fn push_seen(&mut self, line: Line, seen: Seen) {
        if self.lines.len() < LINE_CAP {
            self.lines.push(line);
            self.prints.push(seen);
        }
    }

    fn link(&mut self, element: &Element, context: Context) {
        let start = self.text.len();
        let lines = self.lines.len();
        self.children_marked(element, context);
        let own = if self.lines.len() == lines { self.text.get(start..) } else { Some(self.text.as_str()) };
        let text = squeeze(own.unwrap_or_default());
        let target = element.attribute("href").unwrap_or_default().trim();
        if !text.is_empty() && !target.is_empty() && !target.starts_with('#') && self.link_count < LINK_CAP {
            self.link_count += 1;
            self.links.push(Link { text, target: target.to_owned() });
        }
    }

    /// Alternative text is read when it says something a listener wants.
    fn picture(&mut self, element: &Element) {
        if is_pixel(element) {
            return;
        }
        let alt = squeeze(element.attribute("alt").unwrap_or_default());
        if is_emoji(&alt) {
            self.text.push_str(&alt);
            return;
        }
        self.has_picture = true;
        if says_something(&alt) {
            self.pictured = true;
            self.text.push(' ');
            self.text.push_str(&alt);
            self.text.push(' ');
        }
    }

    fn table(&mut self, element: &Element, context: Context) {
        self.flush(context);
        match data_rows(self.tree, element, context.print) {
            Some(rows) if is_labelled(&rows) => {
                let context = Context { mark: mark_or(element, context.mark), ..context };
                for row in rows {
                    self.text.push_str(&join_cells(&row));
                    self.flush(context);
                }
            }
            Some(rows) => {
                let text: Vec<String> = rows.iter().map(|row| join_cells(row)).collect();
                let mut line = Line::new(text.join("\n"), Shape::Table, context.quote);
                line.mark = context.mark;
                line.rows = rows;
                self.push(line);
            }
            None => {
                self.block(element, context);
            }
        }
        self.blank(context);
    }

    fn preformatted(&mut self, element: &Element, context: Context) {
        self.flush(context);
        let mut raw = String::new();
        let mut has_code = element.classes().any(|class| class.contains("code") || class.contains("highlight"));
        self.raw_text(element, &mut raw, &mut has_code);
        let raw = raw.strip_prefix('\n').unwrap_or(&raw);
        for mut line in text::lines(raw, Flow::Fixed) {
            line.quote = line.quote.saturating_add(context.quote);
            line.mark = context.mark;
            if has_code && !line.is_blank() {
                line.shape = Shape::Code;
            }
            self.push(line);
        }
        self.blank(context);
    }

    fn raw_text(&self, element: &Element, raw: &mut String, has_code: &mut bool) {
        for &id in &element.children {
            match self.tree.get(id) {
                Some(Node::Text(text)) => raw.extend(text.chars().filter(|c| !is_invisible(*c))),
                Some(Node::Element(child)) if !is_hidden(child, &self.tree.hidden) && !is_skipped(&child.name) => {
                    *has_code |= child.name == "code";
                    if child.name == "br" {
                        raw.push('\n');
                    }
                    self.raw_text(child, raw, has_code);
                    if is_block(&child.name) && !raw.ends_with('\n') {
                        raw.push('\n');
                    }
                }
                Some(Node::Element(_)) | None => {}
            }
        }
    }
}

fn mark_or(element: &Element, outer: Mark) -> Mark {
    match mark_of(element) {
        Mark::None => outer,
        mark => mark,
    }
}

/// "Subject: | Lunch": a label with its colon and a value in every row is no table to a listener.
fn is_labelled(rows: &[Vec<String>]) -> bool {
    let labelled = |row: &Vec<String>| {
        row.iter().filter(|cell| !cell.is_empty()).count() <= 2
            && row.first().is_some_and(|cell| cell.ends_with([':', '：']))
    };
    rows.iter().all(labelled)
}

fn join_cells(row: &[String]) -> String {
    let filled: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    filled.join(" ")
}

/// Blocks that are set apart by more than a line. Outlook writes every line as a paragraph.
fn is_spaced(element: &Element) -> bool {
    match element.name.as_str() {
        "p" => !element.classes().any(|class| class.starts_with("Mso") || class == "p1"),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "ul" | "ol" | "dl" | "table" | "section"
        | "article" => true,
        _ => false,
    }
}

/// Quotes by the markup of mail programs. A blockquote alone is not one: people and newsletters cite.
fn is_quote(element: &Element) -> bool {
    let by_class = |names: &[&str]| element.classes().any(|class| names.contains(&class));
    if element.name == "blockquote" {
        return element.attribute("type").is_some_and(|t| t.eq_ignore_ascii_case("cite"))
            || element.attribute("cite").is_some_and(|c| c.starts_with("mid:"))
            || by_class(&[
                "gmail_quote",
                "protonmail_quote",
                "tutanota_quote",
                "cite",
                "moz-quote",
                "mail-quote",
                "quote",
                "spark_quote",
                "front-blockquote",
                "freshdesk_quote",
                "zmail_quote",
                "iosymail",
                "gmx-quote",
                "ox-quote",
                "hey-quote",
                "email_quote",
                "quoted",
            ])
            || matches!(element.id(), "isReplyContent" | "blockquote_zmail" | "oriMsgHtmlSeperator" | "replySplit")
            || element.attribute("data-email").is_some()
            || element.attribute("type").is_some_and(|t| t.eq_ignore_ascii_case("quote"))
            || element.attribute("style").is_some_and(is_gmail_bar);
    }
    by_class(&[
        "yahoo_quoted",
        "zmail_extra",
        "moz-email-quote",
        "wordsection-quote",
        "email_quote",
        "hmmessage_quote",
        "freshdesk_quote",
        "ms-outlook-mobile-reference-message",
        "gmail_quote_attribution",
        "front-blockquote",
        "intercom-quote",
        "mail-quoted-text",
    ]) || element.classes().any(|class| class.ends_with("yahoo_quoted"))
        || element.id().starts_with("yahoo_quoted")
        || matches!(
            element.id(),
            "isReplyContent" | "mail-editor-reference-message-container" | "replySplit" | "reply-quote"
        )
        || matches!(element.attribute("name"), Some("quoted-content" | "messageReplySection"))
}

/// The bar Gmail draws, copied by others together with its odd unit.
fn is_gmail_bar(style: &str) -> bool {
    style.contains("border-left") && style.contains("ex") && style.contains("margin")
}

fn mark_of(element: &Element) -> Mark {
    let id = element.id();
    let class = |names: &[&str]| element.classes().any(|class| names.contains(&class));
    if class(&[
        "gmail_signature",
        "moz-signature",
        "protonmail_signature_block",
        "tutanota_signature",
        "email-signature",
        "front-signature",
        "sh-signature",
        "hs_signature",
        "mail-signature",
        "zm_signature",
        "io-ox-signature",
        "missive_signature",
        "edo-signature",
        "freshdesk_signature",
    ]) || matches!(element.attribute("name"), Some("messageSignatureSection"))
        || element.attribute("data-smartmail") == Some("gmail_signature")
        || matches!(id, "Signature" | "AppleMailSignature" | "ymail_android_signature" | "ymail_ios_signature")
        || matches!(
            id,
            "ms-outlook-mobile-signature"
                | "Zm-_Id_-Sgn"
                | "composer_signature"
                | "mail-signature"
                | "edo-signature"
                | "ox-signature"
                | "mobile-signature"
                | "mail-editor-signature"
                | "spark-signature"
                | "tutanota-signature"
        )
        || id.starts_with("ms-outlook-mobile-signature")
        || id.starts_with("Zm-_Id_-Sgn") && id == "Zm-_Id_-Sgn"
    {
        return Mark::Signature;
    }
    if class(&["gmail_attr", "moz-cite-prefix", "yahoo_quoted_begin", "quote-header"]) {
        return Mark::Attribution;
    }
    if matches!(id, "divRplyFwdMsg" | "divTaggedContent" | "OLK_SRC_BODY_SECTION")
        || class(&["OutlookMessageHeader", "moz-email-headers-table"])
        || element.attribute("data-marker") == Some("__HEADERS__")
    {
        return Mark::ReplyHead;
    }
    if element.attribute("style").is_some_and(is_words_line) {
        return Mark::ReplyHead;
    }
    let names_footer = |name: &str| {
        matches!(
            name.to_ascii_lowercase().as_str(),
            "footer"
                | "email-footer"
                | "emailfooter"
                | "footercontainer"
                | "mcnfootercontainer"
                | "templatefooter"
                | "unsubscribe"
                | "preheader"
                | "preview-text"
                | "previewtext"
                | "mcnpreviewtext"
                | "disclaimer"
        )
    };
    if element.name == "footer" || element.classes().any(names_footer) || names_footer(id) {
        return Mark::Footer;
    }
    Mark::None
}

/// The line that Word draws above the header block of what it answers.
fn is_words_line(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    style.contains("border:none;border-top:solid#") && style.contains("padding:3.0pt")
}

/// One or two pixels: a tracking device or a spacer.
fn is_pixel(element: &Element) -> bool {
    let tiny = |name: &str| {
        element
            .attribute(name)
            .and_then(|v| v.trim().trim_end_matches("px").trim().parse::<u32>().ok())
            .is_some_and(|size| size <= 2)
    };
    tiny("width") || tiny("height")
}

fn is_emoji(alt: &str) -> bool {
    !alt.is_empty() && alt.chars().count() <= 8 && alt.chars().all(|c| !c.is_ascii() && !c.is_alphabetic())
}

/// File names, "logo" and the like say nothing.
fn says_something(alt: &str) -> bool {
    let lower = alt.to_lowercase();
    let is_file = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp"].iter().any(|end| lower.ends_with(end));
    let words = lower.split_whitespace().count();
    let empty_word =
        ["logo", "image", "icon", "spacer", "banner", "picture", "photo", "bild", "avatar", "divider", "pixel"]
            .iter()
            .any(|word| lower == *word || (words <= 3 && lower.split_whitespace().any(|w| w == *word)));
    // Office describes pictures by itself, in every language.
    let by_machine = [
        "automatically generated",
        "automatisch gener",
        "automatisch gegenereerd",
        "générée automatiquement",
        "ai-generated",
        "ai generated",
        "generada automáticamente",
        "generata automaticamente",
        "gerada automaticamente",
        "automatiskt genererad",
        "automatisk genereret",
        "automatisk generert",
        "wygenerowany automatycznie",
        "automaticky gener",
        "automaattisesti",
        "自動的に生成",
        "自动生成",
        "自動產生",
        "자동으로 생성",
        "автоматически",
        "otomatik olarak",
        "ki-generiert",
        "généré par l",
        "generado por ia",
    ]
    .iter()
    .any(|mark| lower.contains(mark));
    words > 0
        && !is_file
        && !empty_word
        && !by_machine
        && !lower.contains("://")
        && lower.chars().any(char::is_alphabetic)
}
