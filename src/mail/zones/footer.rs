//! Footers: legal text, external-sender banners, list footers, unsubscribe blocks, "view in browser".

use super::super::line::{Line, Mark, Print, Shape};
use super::super::message::BlockRole;
use super::super::text::is_rule;
use super::Thread;
use super::imprint::{is_imprint, is_imprint_pair, is_place, names_itself, says_who_sent};
use super::signature::{is_closing, is_contact, is_sentence};
use super::words::{any_in, count_in, fold, words};

/// A banner stands among the first lines.
const BANNER_REACH: usize = 4;
const BANNER_CHARS: usize = 500;
/// A line that is a link to the web version is short.
const WEBVIEW_CHARS: usize = 200;
const LINK_CHARS: usize = 100;
/// Share of a body, from the end, in which unsubscribe blocks are looked for.
const TAIL_UNITS: usize = 25;
const UNSUBSCRIBE_CHARS: usize = 500;
/// A machine's words stand at the start of their paragraph, or fill it.
const CUE_REACH: usize = 40;
const CUE_CHARS: usize = 180;
/// What stands below a rule and a machine's words.
const SEALED_CHARS: usize = 800;
/// Lines of a postal address between other lines of a footer.
const ADDRESS_LINES: usize = 4;
const ADDRESS_CHARS: usize = 60;
/// Units from the end that are looked through for legal text.
const LEGAL_UNITS: usize = 60;
/// Bytes of a unit that are looked at: footers say early what they are.
const UNIT_BYTES: usize = 3_000;
/// Topics of a confidentiality notice that make one, and its least length.
const TOPICS: usize = 3;
const TOPICS_CHARS: usize = 80;
/// Paragraphs between a closing and the notice below the contact data.
const SIGNED_UNITS: usize = 10;
/// Paragraphs from the end of which one may say that it came by itself.
const LAST_UNITS: usize = 3;
/// Lines of an imprint below the firm's name.
const PAIR_LINES: usize = 3;
/// Bytes of a link's target that are looked at.
const TARGET_BYTES: usize = 1_000;
/// Fine print at the end longer than this must be less than half of all.
const FINE_CHARS: usize = 1_500;
/// Lines after a list's own line.
const LIST_LINES: usize = 15;
/// The same below a short rule.
const SHORT_LIST_FOOTER: usize = 6;

/// A paragraph: lines that flow into each other.
pub(super) struct Unit {
    pub start: usize,
    pub end: usize,
    pub lower: String,
}

pub(crate) fn mark(lines: &[Line], roles: &mut [BlockRole], thread: Thread<'_>) {
    let units = units(lines, roles);
    let total = units.len();
    let mut footers = vec![false; total];
    for (nth, unit) in units.iter().enumerate() {
        let from_end = total - nth;
        let marked = lines.get(unit.start).is_some_and(|line| line.mark == Mark::Footer);
        let is = is_banner(nth, unit, lines, roles)
            || is_webview(nth, unit)
            || thread.bulk && nth < BANNER_REACH && is_browser_link(unit, lines)
            || thread.bulk && nth < 2 && is_fine(unit, lines) && is_web_link(unit, lines)
            || (nth < BANNER_REACH || from_end <= LEGAL_UNITS) && is_legal(nth, unit, lines, thread)
            || (from_end <= TAIL_UNITS && is_unsubscribe(unit, lines, thread))
            || thread.bulk && from_end <= TAIL_UNITS && is_app_offer(unit, lines)
            || thread.bulk && is_logo(unit, lines, thread.sender)
            || (marked && (thread.bulk || is_unsubscribe(unit, lines, thread)));
        if let Some(slot) = footers.get_mut(nth) {
            *slot = is;
        }
    }
    mark_notices(&units, lines, roles, &mut footers);
    if thread.meeting {
        mark_calendar(&units, &mut footers);
    }
    mark_list_footer(&units, &mut footers);
    mark_digest(&units, lines, roles, &mut footers);
    if thread.bulk {
        grow(&units, lines, &mut footers);
    }
    if thread.bulk || thread.meeting {
        mark_machine(&units, lines, &mut footers);
    }
    if thread.bulk || thread.meeting {
        mark_fine_print(&units, lines, thread, &mut footers);
    }
    mark_above(&units, &mut footers);
    mark_rules_between(&units, &mut footers);
    for (unit, _) in units.iter().zip(&footers).filter(|(_, footer)| **footer) {
        for role in roles.get_mut(unit.start..unit.end).unwrap_or_default() {
            *role = BlockRole::Footer;
        }
    }
}

fn units(lines: &[Line], roles: &[BlockRole]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut open = false;
    for (index, (line, role)) in lines.iter().zip(roles).enumerate() {
        if *role != BlockRole::Body || line.is_blank() {
            open = false;
            continue;
        }
        let seen = line.text.get(..line.text.floor_char_boundary(UNIT_BYTES)).unwrap_or_default();
        let lower = fold(seen);
        match units.last_mut().filter(|_| open) {
            Some(unit) => {
                if unit.lower.len() < UNIT_BYTES {
                    unit.lower.push(' ');
                    unit.lower.push_str(&lower);
                }
                unit.end = index + 1;
            }
            None => units.push(Unit { start: index, end: index + 1, lower }),
        }
        open = line.flows;
    }
    units
}

/// The gateway's warning before what was written; after the head of a forward it stands first again.
fn is_banner(nth: usize, unit: &Unit, lines: &[Line], roles: &[BlockRole]) -> bool {
    let first = nth < BANNER_REACH
        || (unit.start.saturating_sub(BANNER_REACH)..unit.start)
            .any(|i| roles.get(i) == Some(&BlockRole::Forward) && lines.get(i).is_some_and(|l| !l.is_blank()));
    let tagged = ["[external]", "external", "extern", "[extern]", "(external)", "caution", "caution:"]
        .contains(&unit.lower.trim());
    first && unit.lower.len() <= BANNER_CHARS && (is_warning(&unit.lower) || tagged && nth == 0)
}

fn is_warning(lower: &str) -> bool {
    any_in(&words().banner.strong, lower) || count_in(&words().banner.weak, lower) >= 2
}

fn is_webview(nth: usize, unit: &Unit) -> bool {
    nth < BANNER_REACH && unit.lower.len() <= WEBVIEW_CHARS && any_in(&words().webview.words, &unit.lower)
}

/// A picture that stands for the sender's name, which was said already.
fn is_logo(unit: &Unit, lines: &[Line], sender: &str) -> bool {
    let sender = fold(sender);
    let pictured = lines.get(unit.start).is_some_and(|line| line.mark == Mark::Picture);
    pictured && (unit.lower == sender || sender.split_whitespace().any(|word| word == unit.lower))
}

/// "See it in your browser" in words not listed: a short line that is nothing but a link, and names the browser.
fn is_browser_link(unit: &Unit, lines: &[Line]) -> bool {
    unit.lower.len() <= LINK_CHARS && any_in(&words().webview.browser, &unit.lower) && is_link_alone(unit, lines)
}

/// One strong cue in a paragraph that starts near it, or several weak ones in a long paragraph, or what such paragraphs
/// speak of in any order.
fn is_legal(nth: usize, unit: &Unit, lines: &[Line], thread: Thread<'_>) -> bool {
    let strong = count_in(&words().legal.strong, &unit.lower);
    let weak = count_in(&words().legal.weak, &unit.lower);
    // People, too, write smaller what is meant to be read.
    let fine = nth > 0 && (thread.bulk || thread.meeting) && is_legal_print(unit, lines);
    strong >= 2 || strong == 1 && (weak >= 1 || unit.lower.len() < 160) || weak >= 4 && unit.lower.len() > 150 || fine
}

/// Fine print with fewer cues than other print needs.
fn is_legal_print(unit: &Unit, lines: &[Line]) -> bool {
    let lists = words();
    is_fine(unit, lines)
        && (any_in(&lists.legal.strong, &unit.lower)
            || count_in(&lists.legal.weak, &unit.lower) >= 2
            || legal_topics(&unit.lower) >= TOPICS - 1
            || any_in(&lists.legal_topics.data, &unit.lower))
}

/// Notices told by what they speak of. People write of secrets and mistakes, too, but not below their name, with nothing
/// after it.
fn mark_notices(units: &[Unit], lines: &[Line], roles: &[BlockRole], footers: &mut [bool]) {
    let divided = |from: usize, to: usize| {
        let between = roles.get(from..to).unwrap_or_default();
        between.iter().any(|role| matches!(role, BlockRole::Quote | BlockRole::Forward))
    };
    let mut last = true;
    for nth in (1..units.len()).rev() {
        let Some(unit) = units.get(nth) else { return };
        last |= units.get(nth + 1).is_some_and(|next| divided(unit.end, next.start));
        let signed = || {
            let above = units.get(nth.saturating_sub(SIGNED_UNITS)..nth).unwrap_or_default();
            let own = above.iter().flat_map(|unit| lines.get(unit.start..unit.end).unwrap_or_default());
            own.map(|line| line.text.as_str()).any(|text| is_closing(text) || is_contact(text) || is_rule(text))
        };
        let speaks = || unit.lower.len() > TOPICS_CHARS && legal_topics(&unit.lower) >= TOPICS;
        let reached = || {
            let above = units.get(nth.saturating_sub(SIGNED_UNITS)..nth).unwrap_or_default();
            above
                .iter()
                .flat_map(|unit| lines.get(unit.start..unit.end).unwrap_or_default())
                .any(|line| is_contact(&line.text) && !is_sentence(&line.text))
        };
        let data = || is_data_notice(&unit.lower) && reached();
        let notice = last && ((speaks() || is_legal_print(unit, lines)) && signed() || data());
        if let Some(footer) = footers.get_mut(nth) {
            *footer |= notice;
            last &= *footer || is_fine(unit, lines) || is_rule(&unit.lower) || is_imprint(unit, lines);
        }
    }
}

/// "When you write to us we process your personal data. Read more at": speaks of the law, of mail or the law again, and
/// of a page.
fn is_data_notice(lower: &str) -> bool {
    let lists = words();
    let page = |piece: &str| {
        let piece = piece.trim_start_matches('(');
        piece.starts_with("http")
            || piece.starts_with("www.")
            || piece.contains('@')
            || piece
                .split_once('/')
                .is_some_and(|(host, path)| host.contains('.') && path.contains(char::is_alphabetic))
    };
    (TOPICS_CHARS..=UNSUBSCRIBE_CHARS).contains(&lower.len())
        && !lower.ends_with('?')
        && lower.split_whitespace().any(page)
        && any_in(&lists.legal_topics.data, lower)
        && (any_in(&lists.machine.mail, lower) || count_in(&lists.legal_topics.data, lower) >= 2)
}

/// How many things the paragraph speaks of that confidentiality notices do: that it is confidential or forbidden to use,
/// who it is meant for, that it came by mistake, that it is to be destroyed. None without the first: people ask for mail
/// that went astray to be deleted, too.
fn legal_topics(lower: &str) -> usize {
    let topics = &words().legal_topics;
    if !any_in(&topics.secret, lower) && !any_in(&topics.forbidden, lower) {
        return 0;
    }
    [&topics.secret, &topics.forbidden, &topics.addressee, &topics.mistake, &topics.destroy]
        .iter()
        .filter(|topic| any_in(topic, lower))
        .count()
}

fn is_fine(unit: &Unit, lines: &[Line]) -> bool {
    let own = lines.get(unit.start..unit.end).unwrap_or_default();
    !own.is_empty() && own.iter().all(|line| line.print.is_fine() || line.is_blank())
}

/// Text, not a headline over it.
fn is_plain(line: &Line) -> bool {
    line.print == Print::Plain && line.shape != Shape::Heading && !line.is_blank()
}

fn is_tiny(unit: &Unit, lines: &[Line]) -> bool {
    lines.get(unit.start..unit.end).unwrap_or_default().iter().all(|line| line.print == Print::Tiny)
}

fn is_unsubscribe(unit: &Unit, lines: &[Line], thread: Thread<'_>) -> bool {
    let words_found = any_in(&words().unsubscribe.words, &unit.lower);
    let own = lines.get(unit.start..unit.end).unwrap_or_default();
    let sure = thread.bulk && is_offer(unit, lines)
        || unit.lower.contains("http")
        || unit.lower.split_whitespace().count() <= 4;
    let linked = thread.bulk && own.iter().any(|line| leads_out(line, thread));
    (words_found && sure || linked) && unit.lower.len() <= UNSUBSCRIBE_CHARS
}

/// People write about unsubscribing at length; who offers it is short or says where.
fn is_offer(unit: &Unit, lines: &[Line]) -> bool {
    let own = lines.get(unit.start..unit.end).unwrap_or_default();
    unit.lower.len() <= LINK_CHARS
        || unit.lower.contains(['@', '/'])
        || is_fine(unit, lines)
        || own.iter().any(|line| !line.links.is_empty())
}

/// "Get the app for Android or iOS": both names in a short line of links, in any language.
fn is_app_offer(unit: &Unit, lines: &[Line]) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| unit.lower.contains(name));
    let own = lines.get(unit.start..unit.end).unwrap_or_default();
    unit.lower.len() <= CUE_CHARS
        && has(&["android", "google play"])
        && has(&[" ios", "iphone", "app store"])
        && own.iter().any(|line| !line.links.is_empty())
}

/// A link that leaves the list, whatever the words on it: addresses are written in English more often than texts.
fn leads_out(line: &Line, thread: Thread<'_>) -> bool {
    line.links.iter().any(|link| {
        let target = link.target.get(..link.target.floor_char_boundary(TARGET_BYTES)).unwrap_or_default();
        !thread.leave.is_empty() && target == thread.leave
            || any_in(&words().unsubscribe.targets, &target.to_ascii_lowercase())
    })
}

/// "You get this mail because", "automatic message": what the two sentences have in common in all languages.
fn says_why(lower: &str) -> bool {
    let machine = &words().machine;
    lower.len() <= UNSUBSCRIBE_CHARS && any_in(&machine.mail, lower) && any_in(&machine.because, lower)
        || is_automatic_note(lower)
}

/// "You cannot answer this mail."
pub(crate) fn refuses_answer(lower: &str) -> bool {
    let machine = &words().machine;
    let any = |stems: &[String]| any_in(stems, lower);
    lower.len() <= CUE_CHARS && any(&machine.mail) && any(&machine.answer) && any(&machine.not)
}

/// "This message was sent automatically, please do not reply."
pub(crate) fn is_automatic_note(lower: &str) -> bool {
    let machine = &words().machine;
    lower.len() <= CUE_CHARS
        && any_in(&machine.automatic, lower)
        && (any_in(&machine.mail, lower) || any_in(&machine.answer, lower))
}

/// The run of small or pale print at the end, when something in it is surely what firms write below their mail.
fn mark_fine_print(units: &[Unit], lines: &[Line], thread: Thread<'_>, footers: &mut [bool]) {
    let sender = fold(thread.sender);
    let is_pair = |nth: usize| {
        let pair = units.get(nth).zip(units.get(nth + 1));
        nth > 0 && pair.is_some_and(|(firm, place)| is_imprint_pair(firm, place, lines, &sender))
    };
    // The place, and a number of a register below it.
    let is_below_pair = |nth: usize| {
        (1..=PAIR_LINES).filter_map(|lines| nth.checked_sub(lines)).any(|firm| {
            is_pair(firm) && units.get(firm + 1..=nth).unwrap_or_default().iter().all(|unit| is_place(&unit.lower))
        })
    };
    let is_tail = |nth: usize| {
        let above = nth.checked_sub(1).and_then(|nth| units.get(nth));
        footers.get(nth) == Some(&true)
            // "You cannot answer this mail" below an address; above one it may be about an answer that is due.
            || above.is_some_and(|above| is_imprint(above, lines))
                && units.get(nth).is_some_and(|unit| refuses_answer(&unit.lower))
            || is_pair(nth)
            || is_below_pair(nth)
            || units
                .get(nth)
                .is_some_and(|unit| is_fine(unit, lines) || is_rule(&unit.lower) || is_imprint(unit, lines))
    };
    let from = (0..units.len()).rev().take_while(|nth| is_tail(*nth)).last().unwrap_or(units.len());
    let tail = units.get(from..).unwrap_or_default();
    // Below nothing but a headline small print may be the text.
    let read = units.iter().zip(footers.iter()).take(from).filter(|(_, footer)| !**footer);
    let has_text = read.flat_map(|(unit, _)| lines.get(unit.start..unit.end).unwrap_or_default()).any(is_plain);
    let sure = footers.get(from..).unwrap_or_default().contains(&true)
        || (from..units.len()).any(is_pair)
        || tail.iter().any(|unit| {
            let addressed = thread.address.contains('@') && unit.lower.contains(thread.address);
            let sent = has_text && says_who_sent(&unit.lower, thread.sender, thread.address);
            let own = || addressed || sent || says_why(&unit.lower) || names_itself(&unit.lower, &sender);
            is_imprint(unit, lines) || has_text && is_tiny(unit, lines) || is_fine(unit, lines) && own()
        });
    let chars = |from: usize| units.get(from..).unwrap_or_default().iter().map(|unit| unit.lower.len()).sum::<usize>();
    if from > 0 && sure && chars(from) <= FINE_CHARS.max(chars(0) / 2) {
        footers.iter_mut().skip(from).for_each(|footer| *footer = true);
    }
}

/// Google writes this line between what people wrote and what its calendar says of itself.
const CALENDAR_RULE: &str = "~~//~~";

fn mark_calendar(units: &[Unit], footers: &mut [bool]) {
    let from = units.iter().position(|unit| unit.lower.starts_with(CALENDAR_RULE)).unwrap_or(units.len());
    footers.iter_mut().skip(from).for_each(|footer| *footer = true);
    let Some((first, last)) = dial_in(units) else { return };
    footers.iter_mut().take(last + 1).skip(first).for_each(|footer| *footer = true);
}

/// How to join, as a calendar's program puts it between two lines of underscores: numbers and links for the eye.
fn dial_in(units: &[Unit]) -> Option<(usize, usize)> {
    let ruled = |unit: &Unit| unit.lower.len() >= DIAL_IN_RULE && unit.lower.chars().all(|c| c == '_');
    let named = |nth: usize| {
        let below = units.get(nth + 1..).unwrap_or_default();
        below.iter().take(DIAL_IN_REACH).any(|unit| any_in(&words().machine.calls, &unit.lower))
    };
    let first = (0..units.len()).find(|nth| units.get(*nth).is_some_and(ruled) && named(*nth))?;
    let last = units.iter().rposition(ruled).filter(|last| *last > first)?;
    Some((first, last))
}

/// Signs of the line above and below.
const DIAL_IN_RULE: usize = 30;
/// Paragraphs below it in one of which the program names itself.
const DIAL_IN_REACH: usize = 2;

/// Mailman's rule and Google's sentence: all that follows is the list's.
fn mark_list_footer(units: &[Unit], footers: &mut [bool]) {
    for (nth, unit) in units.iter().enumerate() {
        let left = units.len() - nth;
        if left > LIST_LINES {
            continue;
        }
        let near = left <= SHORT_LIST_FOOTER && footers.iter().skip(nth + 1).any(|footer| *footer);
        let ruled =
            is_rule(&unit.lower) && (unit.lower.len() >= 10 || near) || unit.lower == "--" || unit.lower == "-- ";
        let named = units.get(nth + 1..).unwrap_or_default().iter().take(4).any(|next| {
            any_in(&words().list.words, &next.lower)
                && (next.lower.contains("http") || next.lower.contains('@') || next.lower.len() < 90)
        });
        let told = words().list.starts.iter().any(|start| unit.lower.starts_with(start.as_str()));
        let links = units
            .get(nth..)
            .unwrap_or_default()
            .iter()
            .any(|u| u.lower.contains("http") || u.lower.contains('@') || any_in(&words().list.words, &u.lower));
        if (ruled && named) || (told && links) {
            // The rule that sets it apart goes with it.
            let from = if nth > 0 && units.get(nth - 1).is_some_and(|u| is_rule(&u.lower) || u.lower == "-- ") {
                nth - 1
            } else {
                nth
            };
            footers.iter_mut().skip(from).for_each(|footer| *footer = true);
            return;
        }
    }
}

/// How a list's digest begins: its addresses and pages, then a line above the numbered topics, then the messages, with
/// their heads.
fn mark_digest(units: &[Unit], lines: &[Line], roles: &[BlockRole], footers: &mut [bool]) {
    let Some(first) = units.iter().position(|unit| unit.lower.starts_with("1. ")).filter(|first| *first > 1) else {
        return;
    };
    let listed = |unit: &Unit| any_in(&words().list.words, &unit.lower);
    let top = units.get(..first - 1).unwrap_or_default();
    let messages = units.get(first).and_then(|unit| roles.get(unit.end..)).unwrap_or_default();
    let named = units.get(first - 1).is_some_and(|unit| unit.lower.ends_with([':', '：']));
    if named && messages.contains(&BlockRole::Forward) && top.iter().any(listed) && top.iter().any(|u| leads(u, lines))
    {
        footers.iter_mut().take(first - 1).for_each(|footer| *footer = true);
    }
}

fn leads(unit: &Unit, lines: &[Line]) -> bool {
    let own = lines.get(unit.start..unit.end).unwrap_or_default();
    unit.lower.contains("http") || own.iter().any(|line| !line.links.is_empty())
}

/// In mail to many, the neighbours of an unsubscribe line are of its kind: copyright, address, "why you get this".
fn grow(units: &[Unit], lines: &[Line], footers: &mut [bool]) {
    let tail = units.len().saturating_sub(TAIL_UNITS);
    // "View in browser" and banners stand first; what counts is the footer after some text.
    let text = footers.iter().position(|footer| !footer).unwrap_or(0);
    let Some(seed) = (tail.max(text)..units.len()).find(|&nth| footers.get(nth) == Some(&true)) else { return };
    let like = |nth: usize| {
        units.get(nth).is_some_and(|unit| {
            unit.lower.len() <= UNSUBSCRIBE_CHARS
                && any_in(&words().unsubscribe.around, &unit.lower)
                && (is_offer(unit, lines) || !any_in(&words().unsubscribe.words, &unit.lower))
        })
    };
    let mut from = seed;
    while from > 0 {
        if like(from - 1) || footers.get(from - 1) == Some(&true) {
            from -= 1;
        } else if let Some(top) = address_top(units, from) {
            from = top;
        } else {
            break;
        }
    }
    // What follows is footer as long as it is short: addresses, names, further links.
    let rest: usize = units.get(seed..).unwrap_or_default().iter().map(|unit| unit.lower.len()).sum();
    let to = if rest <= 1_500 { units.len() } else { seed + 1 };
    for nth in from..units.len() {
        if (nth < to || like(nth))
            && let Some(footer) = footers.get_mut(nth)
        {
            *footer = true;
        }
    }
}

/// A postal address of a few short lines between "our address is" and "unsubscribe": where it starts.
fn address_top(units: &[Unit], from: usize) -> Option<usize> {
    let above = |lines: usize| from.checked_sub(lines).and_then(|nth| units.get(nth).map(|unit| (nth, unit)));
    (1..=ADDRESS_LINES)
        .take_while(|lines| above(*lines).is_some_and(|(_, unit)| unit.lower.len() <= ADDRESS_CHARS))
        .filter_map(|lines| above(lines + 1))
        .find(|(_, unit)| unit.lower.len() <= UNSUBSCRIBE_CHARS && any_in(&words().unsubscribe.address, &unit.lower))
        .map(|(nth, _)| nth)
}

/// What machines add to their text, and what goes on in its kind below it. Never the first paragraph: some machines
/// begin with what they are.
fn mark_machine(units: &[Unit], lines: &[Line], footers: &mut [bool]) {
    let mut open = false;
    let mut sealed = false;
    // What stands above the text says nothing of what comes after it.
    let above = footers.iter().position(|footer| !footer).unwrap_or(0);
    let chars = |units: &[Unit]| units.iter().map(|unit| unit.lower.len()).sum::<usize>();
    let total = chars(units);
    let mut read = chars(units.get(..above).unwrap_or_default());
    for nth in above..units.len() {
        let Some((unit, footer)) = units.get(nth).zip(footers.get_mut(nth)) else { return };
        let text = unit.lower.as_str();
        let cue = words().machine.words.iter().filter_map(|word| text.find(word.as_str())).min();
        let own = cue.is_some_and(|at| at <= CUE_REACH && text.len() <= UNSUBSCRIBE_CHARS || text.len() <= CUE_CHARS)
            || is_automatic_note(text) && nth + LAST_UNITS >= units.len();
        let own = own && (is_fine(unit, lines) || !cue.is_some_and(|at| begins_as_text(text, at)));
        let like = open && text.len() <= UNSUBSCRIBE_CHARS && any_in(&words().unsubscribe.around, text)
            || open && is_link_alone(unit, lines);
        // A rule and then what machines say: the short rest is theirs, too, unless another rule ends it.
        let rest = total.saturating_sub(read);
        let ruled = || nth.checked_sub(1).and_then(|nth| units.get(nth)).is_some_and(|above| is_rule(&above.lower));
        let ended = || units.get(nth..).unwrap_or_default().iter().any(|unit| is_rule(&unit.lower));
        sealed |= own && rest <= SEALED_CHARS && rest <= 3 * read && ruled() && !ended();
        read += text.len();
        open = *footer || nth > 0 && own || like || sealed;
        *footer |= open;
    }
}

/// "Bring this mail with you. This is an automatic message.": before the machine's words at `cue` stands a sentence that
/// may be meant for the listener.
fn begins_as_text(lower: &str, cue: usize) -> bool {
    let before = lower.get(..cue).unwrap_or_default();
    let Some((head, _)) =
        [". ", "! "].iter().filter_map(|end| before.rsplit_once(end)).max_by_key(|(head, _)| head.len())
    else {
        return false;
    };
    let lists = words();
    head.split_whitespace().count() >= TEXT_WORDS
        && !any_in(&lists.unsubscribe.around, head)
        && !any_in(&lists.unsubscribe.words, head)
        && !any_in(&lists.machine.answer, head)
        && !head.contains(['©', '|', '@', '/'])
}

/// Words of the shortest sentence that may be meant for the listener.
const TEXT_WORDS: usize = 4;

/// "Manage your notifications" below a footer: nothing but a link.
fn is_link_alone(unit: &Unit, lines: &[Line]) -> bool {
    let own = lines.get(unit.start..unit.end).unwrap_or_default();
    unit.lower.len() <= WEBVIEW_CHARS && own.iter().all(|line| line.links.iter().any(|link| link.text == line.text))
}

/// A short line above the text that is nothing but a link, ends in one, or asks to be seen on the web.
fn is_web_link(unit: &Unit, lines: &[Line]) -> bool {
    let asks = any_in(&words().webview.words, &unit.lower) || any_in(&words().webview.browser, &unit.lower);
    let own = lines.get(unit.start..unit.end).unwrap_or_default();
    let linked = own.iter().any(|line| !line.links.is_empty());
    let ends = own.last().is_some_and(|line| line.links.iter().any(|link| line.text.ends_with(&link.text)));
    unit.lower.len() <= LINK_CHARS && (ends || linked && asks)
}

/// Lines for whoever answers by mail.
fn mark_above(units: &[Unit], footers: &mut [bool]) {
    for (unit, footer) in units.iter().zip(footers) {
        *footer |= unit.lower.len() <= WEBVIEW_CHARS && any_in(&words().machine.above, &unit.lower);
    }
}

/// Rules next to footers belong to them.
fn mark_rules_between(units: &[Unit], footers: &mut [bool]) {
    for nth in (0..units.len()).rev() {
        let rule = units.get(nth).is_some_and(|unit| is_rule(&unit.lower));
        let next = footers.get(nth + 1).copied().unwrap_or(false);
        if rule
            && next
            && let Some(footer) = footers.get_mut(nth)
        {
            *footer = true;
        }
    }
}
