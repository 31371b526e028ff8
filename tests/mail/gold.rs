//! The gold set: mails written for it, what a listener should get of each beside them.

use super::gauge::{Score, folder, mails, score};

/// Share of mails that are right in everything.
const RIGHT_GOAL: f64 = 0.95;
/// Share of new text that may be lost.
const LOST_GOAL: f64 = 0.01;

fn describe(score: &Score) -> String {
    let mut lines = vec![format!("{}:", score.name)];
    lines.extend(score.faults.iter().map(|fault| format!("  {fault}")));
    if !score.lost.is_empty() {
        lines.push(format!("  lost: {}", score.lost.join(" ")));
    }
    if !score.leaked.is_empty() {
        lines.push(format!("  leaked: {}", score.leaked.join(" ")));
    }
    lines.join("\n")
}

#[test]
fn the_gold_set_is_read_as_a_person_would_want() {
    let scores: Vec<Score> = mails(&folder()).iter().map(|(name, (raw, gold))| score(name, raw, gold)).collect();
    let wrong: Vec<String> = scores.iter().filter(|s| !s.is_right()).map(describe).collect();
    let right = (scores.len() - wrong.len()) as f64 / scores.len() as f64;
    let words: usize = scores.iter().map(|s| s.words).sum();
    let lost: usize = scores.iter().map(|s| s.lost.len()).sum();
    println!(
        "{} mails, {:.1} % right, {lost} of {words} words lost\n{}",
        scores.len(),
        right * 100.0,
        wrong.join("\n")
    );
    assert!(scores.len() >= 120, "{} mails", scores.len());
    assert!(right >= RIGHT_GOAL, "{:.1} % right\n{}", right * 100.0, wrong.join("\n"));
    assert!((lost as f64) <= LOST_GOAL * words as f64, "{lost} of {words} words lost");
}

#[test]
fn protection_is_never_missed_and_never_called_falsely() {
    for (name, (raw, gold)) in mails(&folder()) {
        let score = score(&name, &raw, &gold);
        assert_eq!(score.protection.1, score.protection.0, "{name}");
    }
}
