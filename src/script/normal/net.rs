//! Web addresses, e-mail addresses, handles, hashtags, file names. Never a path, never a tracking address.

use super::token::View;
use super::{Said, link, word};
use crate::script::body::tidy::{CODE_MARK, LINK_MARK};
use crate::script::words::spelled;

/// Endings of a host without a scheme. Those that are words in other tokens ("etc.so") are left out.
const TOPS: [&str; 40] = [
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "io", "dev", "app", "ai", "uk", "de", "fr", "es",
    "it", "nl", "be", "ch", "at", "eu", "us", "ca", "au", "nz", "jp", "cn", "in", "br", "pl", "se", "dk", "fi", "pt",
    "cz", "ie", "example", "test",
];
/// File endings said letter by letter, and those that are words.
const SPELLED_ENDINGS: [&str; 34] = [
    "pdf", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "png", "jpg", "mp3", "mp4", "html", "htm", "xml", "md",
    "rs", "py", "js", "ts", "odt", "ods", "odp", "rtf", "ics", "vcf", "eml", "tgz", "gz", "svg", "heic", "psd", "sql",
    "sh",
];
const WORD_ENDINGS: [&str; 14] =
    ["doc", "zip", "gif", "jpeg", "json", "toml", "yaml", "log", "exe", "mov", "wav", "tar", "bat", "key"];

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    if core.contains(LINK_MARK) {
        return Said::one("a link");
    }
    if core.contains(CODE_MARK) {
        return Said::one("a long code");
    }
    let core = core.strip_prefix("mailto:").unwrap_or(core);
    if let Some(whose) = core.strip_suffix("'s").or_else(|| core.strip_suffix("’s")) {
        return Said::one(format!("{}'s", email(whose).or_else(|| domain(whose))?));
    }
    let words = web(core)
        .or_else(|| email(core))
        .or_else(|| handle(core))
        .or_else(|| hashtag(core))
        .or_else(|| file(core))
        .or_else(|| domain(core))?;
    Said::one(words)
}

fn web(core: &str) -> Option<String> {
    let target = link::parse(core)?;
    Some(if target.tells { format!("link to {}", host(target.host)) } else { "a link".to_owned() })
}

/// "ana.silva@example.org".
fn email(core: &str) -> Option<String> {
    let (user, at) = core.split_once('@')?;
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '\'');
    if user.is_empty() || core.len() > 120 || !user.chars().all(fits) || !is_host(at) {
        return None;
    }
    Some(format!("{} at {}", pieces(user), host(at)))
}

/// "@ana_silva".
fn handle(core: &str) -> Option<String> {
    let name = core.strip_prefix('@')?;
    let fits = name.len() <= 60 && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    (fits && name.starts_with(char::is_alphabetic)).then(|| format!("at {}", word::parts(name)))
}

/// "#RustLang"; "#5" is a number.
fn hashtag(core: &str) -> Option<String> {
    let name = core.strip_prefix('#')?;
    let fits = name.len() <= 80 && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (fits && name.starts_with(char::is_alphabetic)).then(|| format!("hashtag {}", word::parts(name)))
}

/// "report_final-v2.pdf".
fn file(core: &str) -> Option<String> {
    // "docs.python.org/3/re.html" is a page of a host.
    if core.split_once('/').is_some_and(|(name, _)| domain(name).is_some()) {
        return None;
    }
    let (stem, ending) = core.rsplit_once('.')?;
    let lower = ending.to_lowercase();
    let ending = match () {
        () if SPELLED_ENDINGS.contains(&lower.as_str()) => spelled(&lower),
        () if WORD_ENDINGS.contains(&lower.as_str()) => lower,
        // "logo_v3.ai": no host has such a name.
        () if stem.contains('_') && (2..=4).contains(&lower.len()) && lower.bytes().all(|b| b.is_ascii_lowercase()) => {
            spelled(&lower)
        }
        () => return None,
    };
    let stem = stem.rsplit(['/', '\\']).next().unwrap_or(stem);
    if stem.is_empty() || stem.len() > 120 || stem.contains('@') {
        return None;
    }
    Some(format!("{} dot {ending}", word::parts(stem)))
}

/// "example.com", "example.com/login": the host, and a path only when it is one plain word.
fn domain(core: &str) -> Option<String> {
    let (name, path) = core.split_once('/').unwrap_or((core, ""));
    let port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let name = name.split_once(':').filter(|(_, figures)| port(figures)).map_or(name, |(name, _)| name);
    let (stem, top) = name.rsplit_once('.')?;
    let known = TOPS.contains(&top.to_lowercase().as_str());
    let lower_start = !top.starts_with(char::is_uppercase) || top.chars().all(char::is_uppercase);
    if !known || !lower_start || !is_host(name) || stem.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let path = path.trim_end_matches('/');
    let plain = !path.is_empty() && path.len() <= 20 && path.chars().all(char::is_alphabetic);
    Some(if plain { format!("{} slash {path}", host(name)) } else { host(name) })
}

fn is_host(text: &str) -> bool {
    let fits = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    text.len() <= 100 && text.contains('.') && text.split('.').all(fits)
}

/// Labels of a host: "example dot com", "docs dot example dot co dot U-K".
pub(super) fn host(text: &str) -> String {
    let lower = text.to_lowercase();
    let bare = lower.strip_prefix("www.").unwrap_or(&lower);
    let labels: Vec<String> = bare.split('.').map(label).collect();
    labels.join(" dot ")
}

fn label(text: &str) -> String {
    let tops_as_words = ["com", "org", "net", "info", "biz", "dev", "app", "int", "mil", "gov"];
    let short = text.len() <= 3 && text.chars().all(|c| c.is_ascii_alphabetic());
    match text {
        "edu" => "E-D-U".to_owned(),
        text if tops_as_words.contains(&text) => text.to_owned(),
        text if short && (text.len() == 2 || !word::has_vowel(text)) => spelled(text),
        text => pieces(text),
    }
}

/// Parts of an address with their signs as words.
fn pieces(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let sign = match c {
            '.' => "dot",
            '-' => "dash",
            '_' => "underscore",
            '+' => "plus",
            _ => continue,
        };
        out.extend(text.get(start..at).filter(|part| !part.is_empty()).map(word::parts));
        out.push(sign.to_owned());
        start = at + c.len_utf8();
    }
    out.extend(text.get(start..).filter(|part| !part.is_empty()).map(word::parts));
    out.join(" ")
}
