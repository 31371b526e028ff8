//! Delivery and read reports in one sentence.

use mail_parser::MessageParser;

use super::head::Head;
use super::lexicon::sentences;
use super::mime::Tree;

/// Bytes of a report that are looked at.
const REPORT_CAP: usize = 64 * 1024;

/// "Your message could not be delivered to Ana: the mailbox is full." `None` when the report says nothing usable.
pub(crate) fn sentence(tree: &Tree<'_>) -> Option<String> {
    let of_type = |media_type: &str| tree.parts.iter().find(|part| part.media_type == media_type);
    if let Some(part) = of_type("message/delivery-status").or_else(|| of_type("message/global-delivery-status")) {
        return delivery(&part.bytes());
    }
    if let Some(part) = of_type("message/disposition-notification") {
        return disposition(&part.bytes());
    }
    let failed = tree.part(0)?.head.get("x-failed-recipients")?;
    let names: Vec<String> = failed.split(',').map(|a| a.trim().to_owned()).filter(|a| !a.is_empty()).collect();
    Some(fill(&sentences().report.failed_plain, &who(&names), ""))
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
    let (_, detail) = status.split_once('.')?;
    let class = detail.split('.').next()?;
    sentences().why.get(detail).or_else(|| sentences().why.get(class)).cloned()
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
