//! The words around a message, from `assets/speaking.en.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Parsed once: it is part of the program, not state. A test keeps the file whole, so the fallback is never met.
static TEXTS: LazyLock<Texts> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/speaking.en.toml")).unwrap_or_default());

pub(super) fn texts() -> &'static Texts {
    &TEXTS
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub announce: Announce,
    pub gate: Gate,
    pub body: Body,
    pub languages: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Announce {
    pub no_sender: String,
    pub on: String,
    pub on_undated: String,
    pub no_subject: String,
    pub no_subject_undated: String,
    pub sender_only: String,
    pub sender_only_undated: String,
    pub with_address: String,
    pub reply: String,
    pub forwarded: String,
    pub place: String,
    pub copied: String,
    pub list: String,
    pub attachments: String,
    pub language: String,
    pub other_language: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gate {
    pub smime_encrypted: String,
    pub pgp_encrypted: String,
    pub rights_managed: String,
    pub message_encryption: String,
    pub portal: String,
    pub label: String,
    pub sensitivity: String,
    pub confidential_mode: String,
    pub one_time_code: String,
    pub labelled: String,
    pub readable: String,
    pub unreadable: String,
    pub kind_encrypted: String,
    pub kind_rights_managed: String,
    pub kind_portal: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub empty: String,
    pub picture_only: String,
    pub table: String,
    pub code: String,
    pub forwarded_from: String,
    pub forwarded_on: String,
    pub forwarded_when: String,
    pub attachment: String,
    pub link: String,
    pub link_to: String,
}

/// Fills `{name}` places. One pass over the template, so that braces inside a value are never filled again.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, following)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        if let Some((_, value)) = values.iter().find(|(key, _)| *key == name) {
            out.push_str(value);
        }
        rest = following;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asset_is_whole() {
        let texts: Texts = toml::from_str(include_str!("../../assets/speaking.en.toml")).unwrap();
        assert_eq!(texts.languages.get("de").map(String::as_str), Some("German"));
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        assert_eq!(fill("{a} on {b}.", &[("a", "{b}"), ("b", "x")]), "{b} on x.");
        assert_eq!(fill("open {", &[]), "open {");
    }
}
