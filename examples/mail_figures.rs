//! Figures of docs/benchmarks-mail.md: `cargo run --release --example mail_figures --no-default-features [FOLDER]`.
//! FOLDER holds `NAME.eml` with `NAME.json` beside it; else the gold set in tests/mail/gold.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "../tests/mail/gauge.rs"]
mod gauge;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use hark::mail::{ParseContext, parse};

/// Times each mail is read; the quickest counts, so that other work on the machine does not.
const ROUNDS: usize = 15;

fn main() {
    let folder = std::env::args().nth(1).map_or_else(gauge::folder, PathBuf::from);
    let mails = gauge::mails(&folder);
    let scores: Vec<gauge::Score> = mails.iter().map(|(name, (raw, gold))| gauge::score(name, raw, gold)).collect();
    let sum = |count: fn(&gauge::Score) -> usize| scores.iter().map(count).sum::<usize>();
    let (words, lost, leaked) = (sum(|s| s.words), sum(|s| s.lost.len()), sum(|s| s.leaked.len()));
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let right = scores.iter().filter(|score| score.is_right()).count();
    println!("mails fully right    {right} of {} ({:.1} %)", scores.len(), share(right, scores.len()));
    println!("new text lost        {lost} of {words} words ({:.2} %)", share(lost, words));
    println!(
        "leaked               {leaked} of {} words spoken ({:.2} %)",
        sum(|s| s.spoken),
        share(leaked, sum(|s| s.spoken))
    );
    let kind = scores.iter().filter(|s| s.kind.0 == s.kind.1).count();
    let language = scores.iter().filter(|s| s.language.0 == s.language.1).count();
    println!("kind right           {:.1} %", share(kind, scores.len()));
    println!("language right       {:.1} %", share(language, scores.len()));
    protection(&scores);
    for score in scores.iter().filter(|score| !score.is_right()) {
        println!("  wrong: {} {:?} lost {:?} leaked {:?}", score.name, score.faults, score.lost, score.leaked);
    }
    times(&mails);
    hostile();
}

fn protection(scores: &[gauge::Score]) {
    let mut kinds: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for score in scores {
        match (&score.protection.0, &score.protection.1) {
            (Some(gold), Some(told)) if gold == told => kinds.entry(gold).or_default().0 += 1,
            (gold, told) => {
                if let Some(gold) = gold {
                    kinds.entry(gold).or_default().1 += 1;
                }
                if let Some(told) = told {
                    kinds.entry(told).or_default().2 += 1;
                }
            }
        }
    }
    println!("protection           found / missed / false");
    for (kind, (found, missed, wrong)) in kinds {
        println!("  {kind:20} {found} / {missed} / {wrong}");
    }
}

fn quickest(raw: &[u8]) -> f64 {
    let once = || {
        let start = Instant::now();
        std::hint::black_box(gauge::spoken(raw));
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..ROUNDS).map(|_| once()).fold(f64::INFINITY, f64::min)
}

fn times(mails: &BTreeMap<String, (Vec<u8>, gauge::Gold)>) {
    let times: Vec<(f64, &String)> = mails.iter().map(|(name, (raw, _))| (quickest(raw), name)).collect();
    let mean = times.iter().map(|(time, _)| time).sum::<f64>() / times.len() as f64;
    let worst = times.iter().max_by(|a, b| a.0.total_cmp(&b.0)).expect("a mail");
    println!("time a mail          mean {mean:.2} ms, worst {:.2} ms ({})", worst.0, worst.1);
}

/// A megabyte of each kind of trouble.
fn hostile() {
    let prose =
        "This is a line of ordinary prose that was wrapped by some program at its usual width.\n".repeat(4) + "\n";
    let quoted: String =
        (0..12_000).map(|i| format!("> On 2.3.2026 10:15 Ana wrote: line {i}\nFrom: a\n- item {i} @ word\n")).collect();
    let html = "<div><p>Some <b>bold</b> words and <a href='https://example.org/x?y=1'>a link</a> here.</p><br></div>";
    let parts: String = (0..10_000).map(|n| format!("--b\nContent-Type: text/plain\n\nhello world {n}\n")).collect();
    let nested: String =
        (0..1_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    let typed = |body: String| format!("Content-Type: text/html\n\n{body}");
    for (name, rest) in [
        ("1 MB of prose", format!("\n{}", prose.repeat(1_000_000 / prose.len()))),
        ("1 MB of quotes and heads", format!("\n{quoted}")),
        ("1 MB of dense HTML", typed(html.repeat(10_000))),
        ("1 MB in one line", format!("\n{}", "word ".repeat(200_000))),
        ("1 MB in one word", format!("\n{}", "a".repeat(1_000_000))),
        ("10,000 parts", format!("Content-Type: multipart/mixed; boundary=b\n\n{parts}")),
        ("parts nested 1,000 deep", nested),
        ("elements nested 200,000 deep", typed("<div>".repeat(200_000))),
        ("140,000 rules", format!("\n{}", "-----\n\n".repeat(140_000))),
        ("120,000 labels", format!("\n{}", "from: a\n".repeat(120_000))),
    ] {
        let raw = format!("From: a@b\nSubject: x\n{rest}");
        let once = || {
            let start = Instant::now();
            std::hint::black_box(parse(raw.as_bytes(), &ParseContext::default()).expect("a message"));
            start.elapsed().as_secs_f64() * 1e3
        };
        let best = (0..5).map(|_| once()).fold(f64::INFINITY, f64::min);
        println!("{name:30} {best:6.1} ms");
    }
}
