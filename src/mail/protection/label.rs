//! Sensitivity labels and the Sensitivity header.

use super::super::head::Head;
use super::super::parse::one_line;

/// `Some(name)` when a label is on the message; the name is often missing.
pub(super) fn of(head: &Head) -> Option<Option<String>> {
    let mut found = Found::default();
    for value in head.all("msip_labels") {
        for item in value.split(';') {
            if let Some((key, value)) = item.split_once('=') {
                found.take(key.trim(), value.trim());
            }
        }
    }
    for (key, value) in head.with_prefix("msip_label_") {
        found.take(key, value);
    }
    found.finish()
}

#[derive(Default)]
struct Found {
    seen: bool,
    enabled: bool,
    disabled: bool,
    name: Option<String>,
}

impl Found {
    /// `MSIP_Label_<guid>_Name` and its siblings, in any case.
    fn take(&mut self, key: &str, value: &str) {
        let key = key.to_ascii_lowercase();
        if !key.starts_with("msip_label_") {
            return;
        }
        self.seen = true;
        let value = one_line(value.trim_matches('"'));
        if key.ends_with("_enabled") {
            let on = value.eq_ignore_ascii_case("true");
            self.enabled |= on;
            self.disabled |= !on;
        } else if key.ends_with("_name") && self.name.is_none() && !value.is_empty() {
            self.name = Some(value);
        }
    }

    fn finish(self) -> Option<Option<String>> {
        let on = self.enabled || !self.disabled;
        (self.seen && on).then_some(self.name)
    }
}

/// What the Sensitivity header says; `Normal` and unknown words say nothing.
pub(super) fn sensitivity(head: &Head) -> Option<String> {
    let value = head.get("sensitivity")?.split([';', '(']).next()?.trim().trim_matches('"').to_ascii_lowercase();
    match value.replace(['-', '_'], " ").as_str() {
        "personal" => Some("personal".into()),
        "private" => Some("private".into()),
        "company confidential" | "confidential" => Some("company confidential".into()),
        _ => None,
    }
}
