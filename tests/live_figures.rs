//! Figures of the real program on virtual devices and a real server; no test: nothing is asserted about time.
//! `cargo test --test live_figures -- --ignored --nocapture` (in a release build: `--release`).
#![cfg(all(feature = "app", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // clippy takes helpers of a test for something else

mod live;
#[path = "live/server.rs"]
mod server;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use live::{Dovecot, PASSWORD, Proxy, USER};
use server::{SoundServer, missing_tools};

const RUNS: usize = 5;
/// Reading is watched for this long.
const READING: Duration = Duration::from_secs(60);

#[test]
#[ignore = "a measurement of minutes, not a test"]
fn start_cost_and_memory() {
    let missing = missing_tools();
    if !missing.is_empty() {
        println!("SKIPPED start_cost_and_memory: needs {}", missing.join(", "));
        return;
    }
    let Some(dovecot) = Dovecot::start("start_cost_and_memory") else { return };
    for number in 0..50 {
        dovecot.deliver(&format!("{number}.m"), "", mail(number).as_bytes());
    }
    let sound = SoundServer::start();
    for one_way in [0, 25] {
        let proxy = Proxy::start(dovecot.port, Duration::from_millis(one_way));
        let home = tempfile::tempdir().unwrap();
        let config = configuration(&dovecot, proxy.port, home.path());
        let mut figures = [(); 3].map(|()| Vec::new());
        // The first start renders the fixed prompts, the later ones find them on disk.
        for run in 0..=RUNS {
            let mut hark = Hark::start(&sound, &config, home.path());
            let first_sound = hark.until("Hark: Good");
            hark.say("next");
            let first_mail = hark.until("Hark: Person");
            println!("round trip {} ms, run {run}: greeting {first_sound:?}, mail {first_mail:?}", one_way * 2);
            if run > 0 {
                figures[0].push(first_sound.as_millis());
                figures[1].push(first_mail.as_millis());
            }
        }
        let hark = Hark::start(&sound, &config, home.path());
        figures[2].push(hark.until("Hark: Person").as_millis());
        for (name, mut values) in ["greeting", "first mail after \"next\"", "first mail"].into_iter().zip(figures) {
            values.sort_unstable();
            println!(
                "round trip {} ms, {name}: median {} worst {}",
                one_way * 2,
                values[values.len() / 2],
                values[values.len() - 1]
            );
        }
        hark.cost_of_reading();
    }
}

struct Hark {
    child: Child,
    started: Instant,
    lines: Receiver<(Instant, String)>,
}

impl Hark {
    fn start(sound: &SoundServer, config: &Path, home: &Path) -> Hark {
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_hark"))
            .args(["play", "--config"])
            .arg(config)
            .arg("--models")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("models"))
            .env("HOME", home)
            .env("PULSE_SERVER", sound.address())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send((Instant::now(), line));
            }
        });
        Hark { child, started, lines }
    }

    fn say(&mut self, words: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{words}").unwrap();
    }

    /// Time from the start of the program to the line that begins so (written when its first frame is played).
    fn until(&self, start: &str) -> Duration {
        loop {
            let (at, line) = self.lines.recv_timeout(Duration::from_secs(60)).unwrap();
            if line.contains(start) {
                return at - self.started;
            }
        }
    }

    fn cost_of_reading(&self) {
        let (cpu, at) = (self.cpu_s(), Instant::now());
        std::thread::sleep(READING);
        let share = (self.cpu_s() - cpu) / at.elapsed().as_secs_f64();
        println!("reading and listening: {share:.2} of a core over {READING:?}; {}", self.memory());
    }

    /// User and system time, from /proc (proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms).
    fn cpu_s(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        [11, 12].into_iter().map(|field| fields[field].parse::<f64>().unwrap()).sum::<f64>() / 100.0
    }

    fn memory(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        status
            .lines()
            .filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl Drop for Hark {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn mail(number: u32) -> String {
    // No two sentences alike: what was said before costs nothing the second time.
    let who = ["the baker", "my neighbour", "a tall woman", "the old captain", "our teacher", "one twin", "the driver"];
    let what =
        ["bought an umbrella", "waited for the ferry", "lost a glove", "sang", "asked for the way", "counted boats"];
    let sentence = |n: usize| {
        let n = n + 9 * number as usize;
        format!("On day {}, {} {} near house {}, and nobody was in a hurry. ", n % 31, who[n % 7], what[n % 6], 100 + n)
    };
    let text: String = (0..9).map(sentence).collect();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let date = jiff::Timestamp::from_second(i64::try_from(now).unwrap() - 300 - 60 * i64::from(number)).unwrap();
    let date = date.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000");
    format!(
        "From: Person {number} <p{number}@example.org>\r\nTo: {USER}\r\nSubject: Matter {number}\r\nDate: {date}\r\n\
         Message-ID: <m{number}@example.org>\r\n\r\n{text}\r\n"
    )
}

fn configuration(dovecot: &Dovecot, port: u16, home: &Path) -> PathBuf {
    let secret = home.join("secret");
    fs::write(&secret, PASSWORD).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let file = home.join("config.toml");
    let text = format!(
        "[settings]\nmark_read = \"never\"\n[account.work.imap]\nhost = \"localhost\"\nport = {port}\nuser = \"{USER}\"\nca_file = {:?}\npassword = {{ file = {secret:?} }}\n",
        dovecot.ca_file(),
    );
    fs::write(&file, text).unwrap();
    file
}
