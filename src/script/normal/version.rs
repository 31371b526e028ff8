//! "v2.1.3", "2.1.3", "2.0.0-rc.1", addresses of figures.

use super::numeral::{Numeral, cardinal};
use super::token::View;
use super::{NumberStyle, Said, money, unit, word};

/// Words whose figure is a version or is counted like one.
const BEFORE: [&str; 7] = ["version", "release", "versions", "v", "build", "chapter", "section"];
/// Programs whose versions have two parts, so that "Python 3.12" is no decimal.
const PROGRAMS: [&str; 24] = [
    "python",
    "php",
    "kubernetes",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlite",
    "linux",
    "ubuntu",
    "debian",
    "fedora",
    "macos",
    "ios",
    "ipados",
    "libreoffice",
    "gcc",
    "clang",
    "nginx",
    "openssl",
    "openssh",
    "npm",
    "kde",
    "tls",
];
/// The same with names that are words: only with a capital.
const NAMED_PROGRAMS: [&str; 22] = [
    "java",
    "node",
    "ruby",
    "perl",
    "rust",
    "go",
    "swift",
    "kotlin",
    "scala",
    "django",
    "rails",
    "react",
    "angular",
    "vue",
    "docker",
    "android",
    "windows",
    "firefox",
    "chrome",
    "thunderbird",
    "safari",
    "blender",
];

/// Whether the word before is a program's name. "Go 2.5 miles" and "Rust 3.5 mm deep" begin with words.
fn follows_program(view: &View<'_>, name: &str) -> bool {
    let lower = name.to_lowercase();
    let begins = view.behind(2).nth(1).is_none();
    let measured = view.next(1).is_some_and(|word| unit::is_unit(word) || money::is_sign(word) || word == "times");
    PROGRAMS.contains(&lower.as_str())
        || NAMED_PROGRAMS.contains(&lower.as_str()) && name.starts_with(char::is_uppercase) && !begins && !measured
}

pub(super) fn say(view: &View<'_>) -> Option<Said> {
    let core = view.core();
    let marked = core.strip_prefix(['v', 'V']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let after_word =
        view.before().is_some_and(|word| BEFORE.contains(&word.to_lowercase().as_str()) || follows_program(view, word));
    let body = marked.unwrap_or(core);
    let end = body.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(body.len());
    let (figures, rest) = body.split_at_checked(end)?;
    let parts: Vec<&str> = figures.split('.').collect();
    let enough = match (marked, after_word) {
        (Some(_), _) => 1,
        (None, true) => 2,
        (None, false) => 3,
    };
    let tail_fits =
        rest.is_empty() || rest.starts_with(['-', '+']) || (marked.is_none() && after_word && !unit::is_unit(rest));
    let figures_fit = parts.iter().all(|part| (1..=5).contains(&part.len()));
    if parts.len() < enough || parts.len() > 6 || !tail_fits || !figures_fit {
        return None;
    }
    // "1.250.000" is an amount where a mail groups so, or where the groups are round.
    let amount = Numeral::parse(core, view.numbers()).is_some_and(|n| n.grouped);
    if amount && !after_word && (core.ends_with("000") || view.numbers() == NumberStyle::Comma) {
        return None;
    }
    let figures: Vec<String> = parts.iter().map(|part| cardinal(part)).collect();
    let lead = if marked.is_some() && !after_word { "version " } else { "" };
    let tail = word::letters_only(rest.trim_start_matches(['-', '+']));
    Said::one(format!("{lead}{} {tail}", figures.join(" point ")).trim())
}
