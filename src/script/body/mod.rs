//! Blocks of the body to segments, in reading order.

mod brief;
mod compose;
mod forward;
mod table;
pub(super) mod tidy;

use compose::Composer;

use super::texts::{fill, texts};
use super::words::{listed, plural};
use super::{Hints, ScriptContext, Segment, SegmentRole, Verbosity, pace};
use crate::mail::{Block, BlockRole, Message};

/// Attachments named at most; the count is said in any case.
const NAMED_ATTACHMENTS: usize = 5;

pub(super) fn segments(message: &Message, context: &ScriptContext, hints: &Hints) -> Vec<Segment> {
    let mut composer = Composer::new(context.verbosity, hints);
    let signature_only = !message.blocks.iter().any(is_content);
    for block in &message.blocks {
        let head =
            (block.role == BlockRole::Forward).then(|| forward::sentence(&block.text, message, context)).flatten();
        block_segments(&mut composer, block, signature_only, head);
    }
    let mut out = composer.finish();
    say_if_nothing(&mut out, message, hints);
    out.extend(attachments(message, hints));
    match context.verbosity {
        Verbosity::Brief => brief::shortened(out),
        Verbosity::Normal | Verbosity::Full => out,
    }
}

fn is_content(block: &Block) -> bool {
    match block.role {
        BlockRole::Body
        | BlockRole::Heading
        | BlockRole::ListItem
        | BlockRole::Table
        | BlockRole::Code
        | BlockRole::Forward => !block.text.trim().is_empty() || !block.rows.is_empty(),
        BlockRole::Quote | BlockRole::Signature | BlockRole::Footer => false,
    }
}

/// `head`: the sentence that stands for a forwarded message's head.
fn block_segments(composer: &mut Composer, block: &Block, signature_only: bool, head: Option<String>) {
    match block.role {
        BlockRole::Body => composer.paragraphs(SegmentRole::Body, block, pace::AFTER_PARAGRAPH_MS),
        BlockRole::Heading => composer.paragraphs(SegmentRole::Heading, block, pace::AFTER_HEADING_MS),
        BlockRole::ListItem => composer.item(block),
        BlockRole::Table => table::segments(composer, block),
        BlockRole::Code => code(composer, block),
        BlockRole::Forward => match head {
            Some(sentence) => {
                composer.say(SegmentRole::Heading, sentence, pace::AFTER_HEADING_MS);
                composer.skip(SegmentRole::Heading, &block.text, "header of the forwarded message");
            }
            None => composer.paragraphs(SegmentRole::Heading, block, pace::AFTER_HEADING_MS),
        },
        BlockRole::Quote => match composer.verbosity() {
            Verbosity::Full => composer.paragraphs(SegmentRole::Quote, block, pace::AFTER_PARAGRAPH_MS),
            Verbosity::Brief | Verbosity::Normal => composer.skip(SegmentRole::Quote, &block.text, "quoted text"),
        },
        BlockRole::Signature => match composer.verbosity() {
            Verbosity::Full => composer.paragraphs(SegmentRole::Signature, block, pace::AFTER_PARAGRAPH_MS),
            // A signature that is all there is is what the sender had to say.
            Verbosity::Brief | Verbosity::Normal if signature_only => {
                composer.paragraphs(SegmentRole::Signature, block, pace::AFTER_PARAGRAPH_MS);
            }
            Verbosity::Brief | Verbosity::Normal => composer.skip(SegmentRole::Signature, &block.text, "signature"),
        },
        BlockRole::Footer => composer.skip(SegmentRole::Footer, &block.text, "footer"),
    }
}

/// "A block of code, twelve lines, skipped.", then the code itself as skipped text.
fn code(composer: &mut Composer, block: &Block) {
    let count = block.text.lines().filter(|line| !line.trim().is_empty()).count();
    if count == 0 {
        return;
    }
    let text = fill(&texts().body.code, &[("lines", &plural(count, "line"))]);
    composer.say(SegmentRole::Code, text, pace::AFTER_PARAGRAPH_MS);
    composer.skip(SegmentRole::Code, &block.text, "code");
}

/// Nothing spoken at all would be taken for a fault.
fn say_if_nothing(out: &mut Vec<Segment>, message: &Message, hints: &Hints) {
    if out.iter().any(compose::is_spoken) {
        return;
    }
    let body = &texts().body;
    let text = if message.picture_only { &body.picture_only } else { &body.empty };
    out.insert(0, compose::one_line(SegmentRole::Body, text.clone(), hints, pace::AFTER_PARAGRAPH_MS));
}

/// "Two attachments: budget.xlsx and plan.pdf."
fn attachments(message: &Message, hints: &Hints) -> Option<Segment> {
    let all = &message.attachments;
    if all.is_empty() {
        return None;
    }
    let named: Vec<String> = all.iter().filter_map(|a| a.name.as_deref()).map(|n| tidy::title(n, 60)).collect();
    let named: Vec<String> = named.into_iter().filter(|n| !n.is_empty()).take(NAMED_ATTACHMENTS).collect();
    let count = plural(all.len(), "attachment");
    let mut letters = count.chars();
    let count: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let text = match named.is_empty() {
        true => format!("{count}."),
        false => fill(&texts().body.attachment, &[("count", &count), ("names", &listed(&named))]),
    };
    Some(compose::one_line(SegmentRole::Attachment, text, hints, pace::AFTER_PARAGRAPH_MS))
}
