//! Data tables told from tables that only place things.

use super::super::line::squeeze;
use super::print::Print;
use super::style::is_hidden;
use super::tree::{Element, Node, NodeId, Tree};

/// Rows of one table that are kept.
const ROW_CAP: usize = 500;
/// Cells of one row that are kept.
const CELL_CAP: usize = 50;
/// A cell with more text than this holds prose, and its table is layout.
const CELL_CHARS: usize = 160;

/// The cells of a data table by row; `None` when the table is layout.
pub(super) fn data_rows(tree: &Tree, table: &Element, print: Print) -> Option<Vec<Vec<String>>> {
    if table.holds_table || matches!(table.attribute("role"), Some("presentation" | "none")) {
        return None;
    }
    let mut found = Found::default();
    collect_rows(tree, table, print.within(table), &mut found);
    let bordered = table.attribute("border").is_some_and(|b| b.trim() != "0" && !b.trim().is_empty());
    found.is_data(bordered).then_some(found.rows)
}

#[derive(Default)]
struct Found {
    rows: Vec<Vec<String>>,
    header_cells: usize,
    /// Pictures, lists or headings in cells: signs of layout.
    rich_cells: usize,
    links: usize,
}

impl Found {
    fn is_data(&self, bordered: bool) -> bool {
        let filled = |row: &&Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count() >= 2;
        let full: Vec<&Vec<String>> = self.rows.iter().filter(filled).collect();
        let cells = || self.rows.iter().flatten().filter(|cell| !cell.is_empty());
        let count = cells().count().max(1);
        let chars: usize = cells().map(|cell| cell.chars().count()).sum();
        if full.len() < 2
            || full.len() * 10 < self.rows.len() * 7
            || chars / count > 60
            || cells().any(|cell| cell.chars().count() > CELL_CHARS)
            || self.rich_cells * 4 > count
            || self.links * 2 > count
        {
            return false;
        }
        let columns = full.first().map_or(0, |row| row.len());
        let regular = full.iter().filter(|row| row.len() == columns).count() * 10 >= full.len() * 7;
        let numbers = full
            .iter()
            .filter(|row| row.iter().skip(1).any(|cell| cell.contains(|c: char| c.is_ascii_digit())))
            .count();
        regular
            && (self.header_cells > 0 || bordered || numbers * 10 >= full.len() * 5 || columns > 2 && full.len() > 2)
    }
}

fn collect_rows(tree: &Tree, element: &Element, print: Print, found: &mut Found) {
    for child in elements(tree, element) {
        if is_hidden(child, &tree.hidden) {
            continue;
        }
        match child.name.as_str() {
            "tr" if found.rows.len() < ROW_CAP => {
                let row = cells(tree, child, print.within(child), found);
                if row.iter().any(|cell| !cell.is_empty()) {
                    found.rows.push(row);
                }
            }
            "tbody" | "thead" | "tfoot" => collect_rows(tree, child, print.within(child), found),
            _ => {}
        }
    }
}

fn cells(tree: &Tree, row: &Element, print: Print, found: &mut Found) -> Vec<String> {
    let mut cells = Vec::new();
    for cell in elements(tree, row) {
        if !matches!(cell.name.as_str(), "td" | "th") || cells.len() >= CELL_CAP {
            continue;
        }
        found.header_cells += usize::from(cell.name == "th");
        let mut text = String::new();
        let mut rich = false;
        cell_text(tree, cell, print.within(cell), &mut text, &mut rich, found);
        found.rich_cells += usize::from(rich);
        cells.push(squeeze(&text));
    }
    cells
}

fn cell_text(tree: &Tree, element: &Element, print: Print, text: &mut String, rich: &mut bool, found: &mut Found) {
    for &id in &element.children {
        match tree.get(id) {
            Some(Node::Text(_)) if print.is_unseen() => {}
            Some(Node::Text(run)) => text.push_str(run),
            Some(Node::Element(child)) if !is_hidden(child, &tree.hidden) && !super::walk::is_skipped(&child.name) => {
                match child.name.as_str() {
                    "img" | "ul" | "ol" | "h1" | "h2" | "h3" | "blockquote" | "pre" => *rich = true,
                    "a" => found.links += 1,
                    _ => {}
                }
                let apart = super::tree::is_block(&child.name) || child.name == "br";
                if apart {
                    text.push(' ');
                }
                cell_text(tree, child, print.within(child), text, rich, found);
                if apart {
                    text.push(' ');
                }
            }
            Some(Node::Element(_)) | None => {}
        }
    }
}

fn elements<'t>(tree: &'t Tree, element: &'t Element) -> impl Iterator<Item = &'t Element> {
    element.children.iter().filter_map(|&id: &NodeId| match tree.get(id) {
        Some(Node::Element(child)) => Some(child),
        Some(Node::Text(_)) | None => None,
    })
}
