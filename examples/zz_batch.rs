#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]
#[path = "../tests/mail/gauge.rs"]
mod gauge;
fn main() {
    for folder in std::env::args().skip(1) {
        let mails = gauge::mails(std::path::Path::new(&folder));
        let (mut right, mut lost, mut words) = (0, 0, 0);
        for (name, (raw, gold)) in &mails {
            let s = gauge::score(name, raw, gold);
            words += s.words;
            lost += s.lost.len();
            if s.is_right() {
                right += 1;
            } else {
                println!("{name}\n   {:?}\n   lost: {}\n   leaked: {}", s.faults, s.lost.join(" "), s.leaked.join(" "));
                if std::env::var("V").is_ok() {
                    let told = gauge::spoken(raw);
                    for seg in told["segments"].as_array().unwrap() {
                        println!(
                            "      {} {} | {}",
                            seg["role"],
                            if seg["spoken"] == true { "SAY" } else { "-" },
                            seg["text"]
                        );
                    }
                }
            }
        }
        println!("{folder}: {right} of {} right, {lost} of {words} words lost", mails.len());
    }
}
