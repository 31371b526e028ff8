//! A data table: how many rows, then the first of them as "header: value" pairs.

use super::compose::Composer;
use crate::mail::Block;
use crate::script::texts::{fill, texts};
use crate::script::words::plural;
use crate::script::{SegmentRole, Verbosity, pace};

/// Rows read in normal mode; more are tiring and can be asked for.
const ROWS_READ: usize = 3;
/// Rows read when everything is asked for.
const ROWS_READ_FULL: usize = 200;

pub(super) fn segments(composer: &mut Composer, block: &Block) {
    let rows: Vec<&Vec<String>> = block.rows.iter().filter(|row| row.iter().any(|c| !c.trim().is_empty())).collect();
    let (header, data) = match rows.split_first() {
        None => return composer.paragraphs(SegmentRole::Body, block, pace::AFTER_PARAGRAPH_MS),
        Some((first, rest)) if is_header(first, rest) => (Some(*first), rest),
        Some(_) => (None, rows.as_slice()),
    };
    let text = fill(&texts().body.table, &[("rows", &plural(data.len(), "row"))]);
    composer.say(SegmentRole::Table, text, pace::AFTER_SENTENCE_MS);
    let limit = match composer.verbosity() {
        Verbosity::Brief | Verbosity::Normal => ROWS_READ,
        Verbosity::Full => ROWS_READ_FULL,
    };
    for row in data.iter().take(limit) {
        composer.paragraph(SegmentRole::Table, &pairs(header, row), pace::AFTER_ITEM_MS);
    }
    let rest: Vec<String> = data.iter().skip(limit).map(|row| row.join(" ")).collect();
    composer.skip(SegmentRole::Table, &rest.join("\n"), "further rows");
}

/// The first row names the columns when none of its cells is empty or a figure and there are rows below it.
fn is_header(first: &[String], rest: &[&Vec<String>]) -> bool {
    let names = |cell: &String| !cell.trim().is_empty() && !cell.contains(|c: char| c.is_ascii_digit());
    !rest.is_empty() && first.len() >= 2 && first.iter().all(names)
}

/// "Item: Coffee. Price: 3 €."
fn pairs(header: Option<&Vec<String>>, row: &[String]) -> String {
    let mut out = Vec::new();
    for (at, cell) in row.iter().enumerate() {
        let cell = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = header.and_then(|names| names.get(at)).map_or("", |name| name.trim().trim_end_matches(':'));
        match (cell.is_empty(), name.is_empty()) {
            (true, _) => {}
            (false, true) => out.push(cell),
            (false, false) => out.push(format!("{name}: {cell}")),
        }
    }
    if out.is_empty() { String::new() } else { format!("{}.", out.join(", ")) }
}
