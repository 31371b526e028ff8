//! `hark config`: every setting with its default and its present value.

use std::process::ExitCode;

use super::Context;
use crate::config::Config;
use crate::session::Settings;

/// Prints one line a key: name, value, and the default where it differs.
pub fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let config = Config::load_or_default(&context.config)?;
    println!("# {}", context.config.display());
    println!("[settings]");
    for ((key, value), (_, default)) in listed(&config.settings).into_iter().zip(listed(&Settings::default())) {
        let note = if value == default { String::new() } else { format!("    # default {default}") };
        println!("{key} = {value}{note}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Destructured, so that a new setting cannot be forgotten here.
fn listed(settings: &Settings) -> Vec<(&'static str, String)> {
    let Settings {
        output,
        window_s,
        mark_read,
        protected,
        protected_pause_s,
        breaks,
        order,
        speed,
        verbosity,
        voice,
        hearing,
        wake_word,
    } = settings;
    let word = |name: &dyn std::fmt::Debug| format!("\"{}\"", format!("{name:?}").to_lowercase());
    vec![
        ("output", word(output)),
        ("window_s", format!("{window_s:?}")),
        ("mark_read", word(mark_read)),
        ("protected", word(protected)),
        ("protected_pause_s", format!("{protected_pause_s:?}")),
        ("breaks", word(breaks)),
        ("order", word(order)),
        ("speed", format!("{speed:?}")),
        ("verbosity", word(verbosity)),
        ("voice", format!("{voice:?}")),
        ("hearing", word(hearing)),
        ("wake_word", word(wake_word)),
    ]
}
