//! Judged lines to blocks: neighbours of one role become one block, a table, item or heading stays one of its own.

use super::line::{Line, Shape};
use super::message::{Block, BlockRole};

/// Stands at the end of a line whose paragraph goes on without a blank (format=flowed with delsp).
pub(crate) const GLUE: char = '\u{fdd0}';

/// Joins lines into blocks. `roles` holds the zone of each line.
pub(crate) fn blocks(lines: Vec<Line>, roles: &[BlockRole]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Open> = None;
    for (line, zone) in lines.into_iter().zip(roles) {
        if line.is_blank() {
            if let Some(open) = &mut open {
                open.broken = true;
            }
            continue;
        }
        let role = role_of(&line, *zone);
        match &mut open {
            Some(open) if open.takes(&line, role) => open.push(line),
            _ => {
                blocks.extend(open.take().map(|open| open.block));
                open = Some(Open::new(line, role));
            }
        }
    }
    blocks.extend(open.map(|open| open.block));
    blocks.retain(|block: &Block| !block.text.is_empty());
    blocks
}

/// Zones other than new text hide the form of a line; code stays code wherever it stands.
fn role_of(line: &Line, zone: BlockRole) -> BlockRole {
    match (zone, line.shape) {
        (BlockRole::Body, Shape::Heading) => BlockRole::Heading,
        (BlockRole::Body, Shape::Item) => BlockRole::ListItem,
        (BlockRole::Body, Shape::Table) => BlockRole::Table,
        (BlockRole::Body, Shape::Code) => BlockRole::Code,
        (zone, _) => zone,
    }
}

struct Open {
    block: Block,
    flows: bool,
    shape: Shape,
    /// A blank line came since.
    broken: bool,
}

impl Open {
    fn new(line: Line, role: BlockRole) -> Open {
        let mut open = Open {
            block: Block { role, text: String::new(), links: Vec::new(), rows: Vec::new() },
            flows: false,
            shape: line.shape,
            broken: false,
        };
        open.push(line);
        open
    }

    fn takes(&self, line: &Line, role: BlockRole) -> bool {
        match role {
            _ if role != self.block.role => {
                // The second line of an item looks like prose.
                self.block.role == BlockRole::ListItem && role == BlockRole::Body && self.flows && !self.broken
            }
            BlockRole::Heading | BlockRole::Table => false,
            BlockRole::ListItem => self.flows && !self.broken && line.shape != Shape::Item,
            BlockRole::Code => true,
            BlockRole::Body | BlockRole::Quote | BlockRole::Signature | BlockRole::Footer | BlockRole::Forward => true,
        }
    }

    fn push(&mut self, line: Line) {
        let text = &mut self.block.text;
        if !text.is_empty() {
            let glued = self.flows && text.ends_with(GLUE);
            if glued {
                text.pop();
            } else {
                text.push(if self.flows && !self.broken { ' ' } else { '\n' });
            }
        }
        text.push_str(&line.text);
        self.flows = line.flows;
        if !line.flows && text.ends_with(GLUE) {
            text.pop();
        }
        self.shape = line.shape;
        self.broken = false;
        self.block.links.extend(line.links);
        self.block.rows.extend(line.rows);
    }
}
