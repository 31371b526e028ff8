//! A process that is killed (kill -9) at any step of its journal or of its talk with the server, and started again:
//! in the end the server shows what was acknowledged.
#![allow(dead_code)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hark::config::{ImapAccount, Login, Security};
use hark::mailbox::{
    Backoff, Disk, ImapMailbox, ImapOptions, News, RealDisk, RealNetwork, Texts, Timeouts, World as Around,
};
use hark::session::{ActVerb, Mail, MailReport, MailScope, Order};

use crate::client::{Driver, wall};

/// What the child does, in order.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    Act(&'static str, Verb),
    /// Takes back the step with this index.
    Undo(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Archive,
    Delete,
    Flag,
    MarkRead,
}

pub const STEPS: [Step; 9] = [
    Step::Act("a", Verb::Archive),
    Step::Act("b", Verb::Flag),
    Step::Act("b", Verb::Delete),
    Step::Undo(2),
    Step::Act("c", Verb::MarkRead),
    Step::Undo(0),
    Step::Act("c", Verb::Archive),
    Step::Undo(4),
    Step::Act("a", Verb::Delete),
];

/// Whether the child goes on as soon as it is acknowledged, or when the server shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Planned,
    Applied,
}

/// A disk that kills its own process.
#[derive(Debug)]
struct Deadly {
    disk: RealDisk,
    left: u32,
}

impl Deadly {
    fn step(&mut self) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
            std::thread::sleep(Duration::from_secs(60));
        }
    }
}

impl Disk for Deadly {
    fn read(&mut self, path: &Path, cap: u64) -> std::io::Result<String> {
        self.disk.read(path, cap)
    }

    fn write(&mut self, path: &Path, text: &str) -> std::io::Result<()> {
        self.step();
        self.disk.write(path, text)
    }

    fn sync(&mut self, path: &Path) -> std::io::Result<()> {
        self.step();
        self.disk.sync(path)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> std::io::Result<()> {
        self.step();
        self.disk.rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> std::io::Result<()> {
        self.step();
        self.disk.remove(path)
    }

    fn sync_folder(&mut self, folder: &Path) -> std::io::Result<()> {
        self.step();
        self.disk.sync_folder(folder)
    }

    fn lock(&mut self, path: &Path) -> std::io::Result<()> {
        self.disk.lock(path)
    }
}

/// Where the child finds its server and its folder.
#[derive(Debug, Clone)]
pub struct Target {
    pub port: u16,
    pub folder: PathBuf,
    pub password: PathBuf,
    /// The authority of a real server; `None` = plain text to the scripted one.
    pub ca_file: Option<PathBuf>,
    pub user: String,
    /// Before the names of the messages: a real server keeps those of earlier rounds.
    pub prefix: String,
}

fn account(target: &Target) -> ImapAccount {
    ImapAccount {
        host: "localhost".into(),
        port: target.port,
        user: target.user.clone(),
        ca_file: target.ca_file.clone(),
        login: Login::File(target.password.clone()),
        security: if target.ca_file.is_some() { Security::Tls } else { Security::Plain },
    }
}

/// The other process: this test program again, told what to do by its environment.
#[test]
#[ignore = "is started by the others"]
fn child() {
    let Ok(plan) = std::env::var("HARK_CRASH_CHILD") else { return };
    let words: Vec<&str> = plan.split('\t').collect();
    let [port, folder, password, ca_file, user, prefix, pace, dies] = words[..] else { panic!("{plan}") };
    let target = Target {
        port: port.parse().unwrap(),
        folder: folder.into(),
        password: password.into(),
        ca_file: (!ca_file.is_empty()).then(|| ca_file.into()),
        user: user.into(),
        prefix: prefix.into(),
    };
    let left = dies.parse().unwrap();
    let disk = Box::new(Deadly { disk: RealDisk::default(), left });
    let around = Around { disk, network: Arc::new(RealNetwork) };
    let short = Duration::from_millis(10);
    let options = ImapOptions {
        account: "work".into(),
        start: wall("2026-03-02T07:10:00Z"),
        own_addresses: vec![],
        journal_dir: Some(target.folder.join("journal")),
        timeouts: Timeouts::default(),
        backoff: Backoff { first: short, most: short, locked_out: short },
        texts: Texts::BeforeOpened,
        order: Order::Newest,
        news: News::Ignored,
    };
    let mut driver = Driver::new(ImapMailbox::open_in(account(&target), options, around).unwrap());
    match pace {
        "finish" => finish(&mut driver, &target),
        pace => act(&mut driver, &target, if pace == "Planned" { Pace::Planned } else { Pace::Applied }),
    }
}

fn finish(driver: &mut Driver<ImapMailbox>, target: &Target) {
    driver.open(MailScope::Unread).unwrap();
    driver.settle();
    let failed = driver.seen.iter().any(|report| match report {
        MailReport::Earlier(earlier) => !earlier.failed.is_empty(),
        _ => false,
    });
    assert!(!failed, "{:?}", driver.seen);
    assert!(!target.folder.join("journal/work.jsonl").exists(), "something is left in the journal");
}

fn act(driver: &mut Driver<ImapMailbox>, target: &Target, pace: Pace) {
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    let mail = |name: &str| -> &Mail {
        let wanted = format!("{}{name}", target.prefix);
        mails.iter().find(|mail| mail.message.subject == wanted).unwrap()
    };
    let mut requests = Vec::new();
    for (index, step) in STEPS.into_iter().enumerate() {
        let request = match step {
            Step::Act(name, verb) => {
                let verb = match verb {
                    Verb::Archive => ActVerb::Archive,
                    Verb::Delete => ActVerb::Delete,
                    Verb::Flag => ActVerb::Flag,
                    Verb::MarkRead => ActVerb::MarkRead,
                };
                driver.submit(mail(name), verb)
            }
            Step::Undo(of) => {
                let request = driver.submit_undo(requests[of]);
                driver.planned(request);
                request
            }
        };
        // Said aloud: from here on it has to come true.
        println!("planned {index}");
        requests.push(request);
        if pace == Pace::Applied {
            driver.outcome_seen(request).unwrap();
        }
    }
    // What was taken back before it began has no end of its own.
    let is_undone = |index: usize| STEPS.iter().any(|step| matches!(step, Step::Undo(of) if *of == index));
    for (_, request) in requests.into_iter().enumerate().filter(|(index, _)| !is_undone(*index)) {
        driver.outcome_seen(request).unwrap();
    }
    driver.settle();
}

fn start(target: &Target, pace: &str, dies: u32) -> Child {
    let ca_file = target.ca_file.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let (folder, password) = (target.folder.display(), target.password.display());
    let plan =
        format!("{}\t{folder}\t{password}\t{ca_file}\t{}\t{}\t{pace}\t{dies}", target.port, target.user, target.prefix);
    Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--ignored", "--nocapture"])
        .env("HARK_CRASH_CHILD", plan)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// `folder name flags`, sorted, after these many steps.
fn expected(done: usize, prefix: &str, mark: Mark) -> Vec<String> {
    let names = ["a", "b", "c"];
    let mut state: Vec<(&str, bool, bool)> = vec![("INBOX", false, false); 3];
    let mut before = Vec::new();
    for step in &STEPS[..done] {
        before.push(state.clone());
        match *step {
            Step::Act(name, verb) => {
                let at = names.iter().position(|known| *known == name).unwrap();
                match verb {
                    Verb::Archive => state[at].0 = "Archive",
                    Verb::Delete => state[at].0 = "Trash",
                    Verb::Flag => state[at].1 = true,
                    Verb::MarkRead => state[at].2 = true,
                }
            }
            Step::Undo(of) => {
                let Step::Act(name, verb) = STEPS[of] else { panic!() };
                let at = names.iter().position(|known| *known == name).unwrap();
                let was = before[of][at];
                match verb {
                    Verb::Archive | Verb::Delete => state[at].0 = was.0,
                    Verb::Flag => state[at].1 = was.1,
                    Verb::MarkRead => state[at].2 = was.2,
                }
            }
        }
    }
    let line = |(name, (folder, flagged, seen)): (&str, (&str, bool, bool))| {
        let flags = [flagged.then_some("\\Flagged"), seen.then_some("\\Seen")];
        let flags: Vec<&str> = flags.into_iter().flatten().collect();
        let name = match mark {
            Mark::Name => format!("{prefix}{name}"),
            Mark::Id => format!("{prefix}{name}@example.org"),
        };
        format!("{folder} {name} {}", flags.join(" ")).trim_end().to_owned()
    };
    let mut lines: Vec<String> = names.into_iter().zip(state).map(line).collect();
    lines.sort();
    lines
}

/// How a look at the server names messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Name,
    Id,
}

/// How the first child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    Starts,
    Runs(u32),
    Over,
}

/// Whether there was anything to die at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Died {
    Yes,
    No,
}

/// Runs the child until it dies or is done, and once more to the end; `look` shows the server's state without what is only marked as deleted.
pub fn round(
    target: &Target,
    pace: Pace,
    death: u32,
    tell: impl Fn(Victim),
    mark: Mark,
    look: impl Fn() -> Vec<String>,
    name: &str,
) -> Died {
    let _ = fs::remove_dir_all(target.folder.join("journal"));
    let mut first = start(target, &format!("{pace:?}"), death);
    tell(Victim::Runs(first.id()));
    let said = BufReader::new(first.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter(|line| line.contains("planned "))
        .count();
    let output = first.wait_with_output().unwrap();
    tell(Victim::Over);
    let died = if output.status.success() { Died::No } else { Died::Yes };
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(died == Died::No || !text.contains("panicked"), "{name}: {text}");
    let second = start(target, "finish", u32::MAX).wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&second.stderr);
    assert!(second.status.success(), "{name}, after {said} steps: {text}");
    let shows = look();
    // The step that was under way may have come true: nobody was told either way.
    let fine = [said, (said + 1).min(STEPS.len())].map(|done| expected(done, &target.prefix, mark));
    assert!(fine.contains(&shows), "{name}, after {said} steps said:\n{shows:#?}\nnot one of\n{fine:#?}");
    died
}

/// One death at a disk step against a real server; `fill` puts three messages whose names begin so into the inbox, `look` shows them.
pub fn against(
    target: &Target,
    step: u32,
    fill: impl Fn(&str),
    look: impl Fn(&str) -> Vec<String>,
    name: &str,
) -> Died {
    let prefix = format!("k{step}-{}-", std::process::id());
    fill(&prefix);
    let target = Target { prefix: prefix.clone(), ..target.clone() };
    round(&target, Pace::Applied, step, |_| {}, Mark::Id, || look(&prefix), name)
}
