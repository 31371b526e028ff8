//! Delivery and read reports in one sentence.

use mail_parser::MessageParser;

use super::head::Head;
use super::lexicon::sentences;
use super::mime::Tree;

/// Bytes of a report that are looked at.
const REPORT_CAP: usize = 64 * 1024;
/// Lines of a report in words that are looked at.
const PROSE_LINES: usize = 60;

/// "Your message could not be delivered to Ana: the mailbox is full." `None` when the report says nothing usable.
pub(crate) fn sentence(tree: &Tree<'_>) -> Option<String> {
    let of_type = |media_type: &str| tree.parts.iter().find(|part| part.media_type == media_type);
    if let Some(part) = of_type("message/delivery-status").or_else(|| of_type("message/global-delivery-status")) {
        return delivery(&part.bytes());
    }
    if let Some(part) = of_type("message/disposition-notification") {
        return disposition(&part.bytes());
    }
    prose(tree)
}

/// What programs that know no machine-readable report say in words: whom it did not reach, and why.
fn prose(tree: &Tree<'_>) -> Option<String> {
    let root = tree.part(0)?;
    let text = tree.parts.iter().find(|part| part.media_type.starts_with("text/")).map(|part| part.text())?;
    // What follows is the message that did not arrive, with addresses of its own.
    let told: Vec<&str> = text.lines().take(PROSE_LINES).take_while(|line| !is_copy(line)).collect();
    let failed = root.head.get("x-failed-recipients").unwrap_or_default();
    let mut names: Vec<String> = failed.split(',').map(|a| a.trim().to_owned()).filter(|a| !a.is_empty()).collect();
    if names.is_empty() {
        names = told.iter().find_map(|line| recipient(line)).into_iter().collect();
    }
    let words =
        |line: &&str| line.split(|c: char| c.is_whitespace() || matches!(c, ';' | '(' | '#')).find_map(status_code);
    let why = told.iter().find_map(words).and_then(|status| reason(&status)).or_else(|| {
        let lower = told.join(" ").to_lowercase();
        sentences().said.iter().find(|(said, _)| lower.contains(said.as_str())).and_then(|(_, code)| reason(code))
    });
    if names.is_empty() && why.is_none() {
        return None;
    }
    let report = &sentences().report;
    let template = if why.is_some() { &report.failed } else { &report.failed_plain };
    Some(fill(template, &who(&names), &why.unwrap_or_default()))
}

/// `--- Below this line is a copy of the message.`, `------ This is a copy of the message ------`
fn is_copy(line: &str) -> bool {
    let lower = line.to_lowercase();
    line.starts_with("--")
        && ["copy of", "original message", "returned message", "kopie", "copie", "copia"]
            .iter()
            .any(|w| lower.contains(w))
}

/// `<ana@example.org>:`, `  ana@example.org`: an address alone on its line.
fn recipient(line: &str) -> Option<String> {
    // The reason may follow in the same line: `<ana@example.org>: 550 5.1.1 User unknown`.
    let line = line.trim();
    let line = line.strip_prefix('<').and_then(|tail| tail.split_once('>')).map_or(line, |(address, _)| address);
    let line = line.trim_end_matches(':').trim_matches(['"', ' ']);
    let mut sides = line.split('@');
    let (user, host) = (sides.next()?, sides.next()?);
    let whole = sides.next().is_none() && !user.is_empty() && host.contains('.');
    (whole && !line.contains(|c: char| c.is_whitespace() || "<>()[],;:".contains(c)))
        .then(|| super::parse::one_line(line))
}

/// `5.2.2` in words.
fn reason(status: &str) -> Option<String> {
    let (_, detail) = status.split_once('.')?;
    let class = detail.split('.').next()?;
    sentences().why.get(detail).or_else(|| sentences().why.get(class)).cloned()
}

/// What happened to a message for one addressee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Delivered,
    Delayed,
    Failed,
}

/// Groups of fields, one a recipient (RFC 3464); the worst news is told.
fn delivery(bytes: &[u8]) -> Option<String> {
    let mut worst: Option<(Action, Option<String>)> = None;
    let mut names: Vec<String> = Vec::new();
    for group in groups(bytes) {
        let Some(action) = group.get("action").and_then(action) else { continue };
        let recipient = group.get("original-recipient").or_else(|| group.get("final-recipient")).map(address);
        if worst.as_ref().is_none_or(|(known, _)| action > *known) {
            worst = Some((action, why(&group)));
            names.clear();
        }
        if worst.as_ref().is_some_and(|(known, _)| action == *known) {
            names.extend(recipient.filter(|r| !r.is_empty()));
        }
    }
    let (action, why) = worst?;
    let report = &sentences().report;
    let template = match (action, &why) {
        (Action::Failed, Some(_)) => &report.failed,
        (Action::Failed, None) => &report.failed_plain,
        (Action::Delayed, Some(_)) => &report.delayed,
        (Action::Delayed, None) => &report.delayed_plain,
        (Action::Delivered, _) => &report.delivered,
    };
    Some(fill(template, &who(&names), &why.unwrap_or_default()))
}

fn action(value: &str) -> Option<Action> {
    match value.trim().to_ascii_lowercase().as_str() {
        "failed" => Some(Action::Failed),
        "delayed" => Some(Action::Delayed),
        "delivered" | "relayed" | "expanded" => Some(Action::Delivered),
        _ => None,
    }
}

/// The reason in words, by the enhanced status code.
fn why(group: &Head) -> Option<String> {
    let status = group.get("status").and_then(status_code).or_else(|| {
        let diagnostic = group.get("diagnostic-code")?;
        diagnostic.split(|c: char| c.is_whitespace() || c == ';' || c == '-').find_map(status_code)
    })?;
    // Exchange says 5.1.10 of an unknown address, other systems of a domain without mail (RFC 7505).
    let said = group.get("diagnostic-code").filter(|_| status.ends_with(".1.10")).map(str::to_lowercase);
    if said.is_some_and(|text| text.contains("not found") || text.contains("notfound")) {
        return reason("5.1.1");
    }
    reason(&status)
}

/// `5.2.2` out of `5.2.2 (mailbox full)`; `5.0.0` says nothing.
fn status_code(text: &str) -> Option<String> {
    let code: String = text.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let parts: Vec<&str> = code.split('.').collect();
    let valid = parts.len() == 3 && parts.iter().all(|p| !p.is_empty() && p.len() <= 3) && parts.first()?.len() == 1;
    (valid && parts.get(1) != Some(&"0")).then_some(code)
}

/// `rfc822; ana@example.org`.
fn address(value: &str) -> String {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    super::parse::one_line(address.trim().trim_matches(['<', '>']))
}

fn disposition(bytes: &[u8]) -> Option<String> {
    let group = groups(bytes).into_iter().find(|group| group.has("disposition"))?;
    let outcome = group.get("disposition")?.to_ascii_lowercase();
    let name = group.get("final-recipient").or_else(|| group.get("original-recipient")).map(address);
    let report = &sentences().report;
    let template = if outcome.contains("deleted") { &report.deleted } else { &report.read };
    Some(fill(template, &who(&name.into_iter().collect::<Vec<_>>()), ""))
}

fn groups(bytes: &[u8]) -> Vec<Head> {
    let bytes = bytes.get(..REPORT_CAP).unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let parser = MessageParser::default();
    text.split("\n\n").take(200).map(|group| Head::parse(group.trim_start().as_bytes(), &parser)).collect()
}

fn who(names: &[String]) -> String {
    let report = &sentences().report;
    match names {
        [] => report.nobody.clone(),
        [one] => one.clone(),
        [first, others @ ..] => report.more.replace("{who}", first).replace("{count}", &others.len().to_string()),
    }
}

fn fill(template: &str, who: &str, why: &str) -> String {
    template.replace("{why}", why).replace("{who}", who)
}
