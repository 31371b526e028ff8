//! What was written before: quotes, replies' histories, forwards.

use super::super::line::{Ink, Line, Mark, Shape};
use super::super::message::BlockRole;
use super::super::text::is_rule;
use super::attribution::{self, Need};
use super::heads::{self, HeadKind, Heads};
use super::words::{any_in, fold, words};
use super::{Thread, has_body};

/// Lines an attribution may be wrapped over.
const ATTRIBUTION_LINES: usize = 4;

/// Marks quotes, attribution lines and the heads of forwards.
pub(crate) fn mark(lines: &[Line], roles: &mut [BlockRole], thread: Thread<'_>) {
    for (line, role) in lines.iter().zip(roles.iter_mut()) {
        if line.quote > 0 {
            *role = BlockRole::Quote;
        }
    }
    mark_wrapped(lines, roles);
    mark_heads(lines, roles, thread);
    mark_ticket(lines, roles);
    mark_attributions(lines, roles);
    if thread.forward && !roles.contains(&BlockRole::Forward) {
        free_quoted_forward(lines, roles);
    }
    free_lone_quotes(lines, roles, thread);
    free_answers(lines, roles);
}

/// Answers among the lines of a quote, in another colour: only where the text above says so, for people write in colours
/// to begin with, too.
fn free_answers(lines: &[Line], roles: &mut [BlockRole]) {
    if !lines.iter().any(|line| line.ink == Ink::Coloured) {
        return;
    }
    let above = lines.iter().zip(roles.iter()).take_while(|(_, role)| **role == BlockRole::Body);
    let told = above.map(|(line, _)| fold(&line.text)).any(|text| any_in(&words().answers.words, &text));
    if !told {
        return;
    }
    for (line, role) in lines.iter().zip(roles.iter_mut()).filter(|(line, _)| line.ink == Ink::Coloured) {
        if *role == BlockRole::Quote && heads::label(&line.text).is_none() {
            *role = BlockRole::Body;
        }
    }
}

/// Bytes of a quoted line that its program may have broken, leaving the rest without a mark.
const WRAPPED_BYTES: usize = 60;

/// The end of a broken line between two quoted ones: nobody answers there, in the middle of a sentence.
fn mark_wrapped(lines: &[Line], roles: &mut [BlockRole]) {
    for at in 1..lines.len() {
        let (Some(before), Some(line), Some(after)) = (lines.get(at - 1), lines.get(at), lines.get(at + 1)) else {
            return;
        };
        let broken =
            before.text.len() >= WRAPPED_BYTES && !before.text.ends_with(['.', '!', '?', ':', '。', '！', '？']);
        let between = before.quote > 0 && after.quote == before.quote && !after.is_blank();
        let own = line.quote == 0 && !line.is_blank();
        if let Some(role) = roles.get_mut(at).filter(|_| broken && between && own) {
            *role = BlockRole::Quote;
        }
    }
}

/// A ticket's history in plain text: "##- reply above this line -##", then rules with "Ana, Mar 2, 2026, 9:12" below
/// them, the newest first.
fn mark_ticket(lines: &[Line], roles: &mut [BlockRole]) {
    let mut visible = lines.iter().enumerate().filter(|(_, line)| !line.is_blank()).peekable();
    if visible.peek().is_none_or(|(_, line)| !line.text.starts_with("##") || !line.text.ends_with("##")) {
        return;
    }
    let mut heads = Vec::new();
    let mut rule = None;
    for (at, line) in visible {
        match rule {
            Some(rule) if line.text.contains(',') && attribution::has_moment(&line.text) => heads.push(rule),
            Some(_) | None => {}
        }
        rule = is_rule(&line.text).then_some(at);
    }
    if let Some(older) = heads.get(1) {
        set(roles, *older..lines.len(), BlockRole::Quote);
    }
}

fn mark_heads(lines: &[Line], roles: &mut [BlockRole], thread: Thread<'_>) {
    let heads = Heads::new(lines);
    let mut at = 0;
    let mut base = 0u16;
    let mut forwarding = false;
    while at < lines.len() {
        let Some(head) = heads.find(at) else {
            at += 1;
            continue;
        };
        let depth = lines.get(head.start).map_or(0, |line| line.quote);
        let first_forward = thread.forward && !forwarding && (head.kind == HeadKind::Forward || !thread.reply);
        if depth > base && !first_forward {
            // Inside a quote: skipped with it.
            at = head.end;
            continue;
        }
        let content = lines.iter().skip(head.end).find(|line| !line.is_blank()).map_or(depth, |line| line.quote);
        let forward = match head.kind {
            HeadKind::Forward => true,
            HeadKind::Original | HeadKind::Bare => {
                forwarding
                    || is_numbered(lines, head.start)
                    || (thread.forward && !thread.reply)
                    || (!thread.reply && !has_body(lines.get(..head.start), roles))
            }
        };
        if forward {
            set(roles, head.start..head.end, BlockRole::Forward);
            forwarding = true;
            // Apple Mail and GMX quote what they forward.
            let after = || lines.iter().skip(head.end).filter(|line| !line.is_blank());
            let all_deeper = content > depth && after().all(|line| line.quote > depth);
            base = if head.kind == HeadKind::Forward || depth > 0 || all_deeper { content } else { depth };
            for (line, role) in lines.iter().zip(roles.iter_mut()).skip(head.end) {
                *role = if line.quote > base { BlockRole::Quote } else { BlockRole::Body };
            }
            at = head.end;
        } else {
            set(roles, head.start..lines.len(), BlockRole::Quote);
            return;
        }
    }
}

/// "Message: 1" below a rule, above a head: a digest's messages stand so.
fn is_numbered(lines: &[Line], head: usize) -> bool {
    let number = |text: &str| {
        let (label, number) = text.rsplit_once([':', '：', ' ']).unwrap_or_default();
        let digits = number.trim();
        (1..=30).contains(&label.len()) && (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let mut above = lines.get(..head).unwrap_or_default().iter().rev().filter(|line| !line.is_blank());
    let mut own = lines.iter().skip(head).filter(|line| !line.is_blank());
    // The rule is the head's own where all that follows it looks like labels.
    own.next().is_some_and(|line| is_rule(&line.text)) && own.next().is_some_and(|line| number(&line.text))
        || above.next().is_some_and(|line| number(&line.text)) && above.next().is_some_and(|line| is_rule(&line.text))
}

fn mark_attributions(lines: &[Line], roles: &mut [BlockRole]) {
    let last_marked = lines.iter().rposition(|line| line.quote > 0).unwrap_or(0);
    for at in 0..lines.len() {
        let Some(line) = lines.get(at) else { return };
        if roles.get(at) == Some(&BlockRole::Body) && last_marked < at && attribution::leads(&line.text).is_some() {
            set(roles, at..lines.len(), BlockRole::Quote);
            return;
        }
        if roles.get(at) != Some(&BlockRole::Body) || !attribution::may_end_one(&line.text) {
            continue;
        }
        let quote_next = lines
            .iter()
            .zip(roles.iter())
            .skip(at + 1)
            .take(4)
            .find(|(next, _)| !next.is_blank())
            .is_some_and(|(next, role)| *role == BlockRole::Quote && next.quote > line.quote);
        if quote_next {
            if let Some(start) = attribution_start(lines, roles, at) {
                set(roles, start..at + 1, BlockRole::Quote);
            }
        } else if line.mark == Mark::Attribution && attribution::ends_like_one(&line.text) {
            set(roles, at..at + 1, BlockRole::Quote);
        } else if let Some(start) = lone_attribution(lines, roles, at) {
            // Nothing marks the quote but this line: it goes on to the end, unless marked quotes come later.
            let end = if last_marked > at { at + 1 } else { lines.len() };
            set(roles, start..end, BlockRole::Quote);
        }
    }
}

/// First line of the attribution that ends at `end`, before a marked quote.
fn attribution_start(lines: &[Line], roles: &[BlockRole], end: usize) -> Option<usize> {
    let mut joined = String::new();
    let mut fallback = None;
    for start in (end.saturating_sub(ATTRIBUTION_LINES - 1)..=end).rev() {
        let Some(line) = lines.get(start).filter(|line| matches!(line.shape, Shape::Prose | Shape::Item)) else {
            break;
        };
        if roles.get(start) != Some(&BlockRole::Body) {
            break;
        }
        joined = format!("{} {joined}", line.text);
        if attribution::is_whole(&joined) || attribution::has_its_form(&joined) {
            return Some(start);
        }
        if start == end && attribution::is_one(&joined, Need::QuoteFollows) {
            fallback = Some(start);
        }
        let last = start == end && fallback.is_none();
        if last && !attribution::ends_like_one(&line.text) && !attribution::may_hold_its_end(&line.text) {
            return None;
        }
    }
    fallback
}

fn lone_attribution(lines: &[Line], roles: &[BlockRole], end: usize) -> Option<usize> {
    let mut joined = String::new();
    for start in (end.saturating_sub(ATTRIBUTION_LINES - 1)..=end).rev() {
        let line = lines.get(start).filter(|line| line.shape == Shape::Prose)?;
        if roles.get(start) != Some(&BlockRole::Body) || line.is_blank() {
            return None;
        }
        joined = format!("{} {joined}", line.text);
        if attribution::is_one(&joined, Need::Alone) {
            return Some(start);
        }
        if start == end && !joined.trim_end().ends_with([':', '：']) {
            return None;
        }
    }
    None
}

/// A forward whose program quoted all of it: what it quotes is the content.
fn free_quoted_forward(lines: &[Line], roles: &mut [BlockRole]) {
    let Some(base) = lines.iter().filter(|line| line.quote > 0 && !line.is_blank()).map(|line| line.quote).min() else {
        return;
    };
    for (line, role) in lines.iter().zip(roles.iter_mut()) {
        if *role == BlockRole::Quote && line.quote == 0 {
            *role = BlockRole::Forward;
        } else if *role == BlockRole::Quote && line.quote <= base {
            *role = BlockRole::Body;
        }
    }
}

/// When all is quote and nothing says that it answers anything, it is the message.
fn free_lone_quotes(lines: &[Line], roles: &mut [BlockRole], thread: Thread<'_>) {
    if thread.reply || thread.forward || has_body(Some(lines), roles) {
        return;
    }
    let attributed =
        lines.iter().zip(roles.iter()).any(|(l, r)| *r == BlockRole::Quote && l.quote == 0 && !l.is_blank());
    if !attributed {
        roles.iter_mut().filter(|role| **role == BlockRole::Quote).for_each(|role| *role = BlockRole::Body);
    }
}

fn set(roles: &mut [BlockRole], range: std::ops::Range<usize>, role: BlockRole) {
    for slot in roles.get_mut(range).unwrap_or_default() {
        *slot = role;
    }
}
