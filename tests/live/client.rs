//! Drives a mailbox as a session would, and looks at the server with another client.
#![allow(dead_code)]

use std::process::Command;
use std::time::{Duration, Instant};

use hark::ports::Mailbox;
use hark::session::{Act, ActVerb, Mail, MailReport, MailRequest, MailScope, MailTrouble, Opened, RequestId};
use hark::units::{Millis, WallTime};

/// Real mailboxes answer in milliseconds; this only keeps a broken one from hanging the suite.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Driver<M: Mailbox> {
    pub mailbox: M,
    requests: u64,
    pub seen: Vec<MailReport>,
}

impl<M: Mailbox> Driver<M> {
    pub fn new(mailbox: M) -> Driver<M> {
        Driver { mailbox, requests: 0, seen: Vec::new() }
    }

    /// The next report that `pick` wants; the others are kept in `seen`.
    pub fn wait<T>(&mut self, mut pick: impl FnMut(&MailReport) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.mailbox.poll(Millis(0)) {
                Some(report) => {
                    let picked = pick(&report);
                    self.seen.push(report);
                    if let Some(picked) = picked {
                        return picked;
                    }
                }
                None => {
                    assert!(Instant::now() < until, "no answer; so far: {:?}", self.kinds());
                    std::thread::sleep(Duration::from_micros(50));
                }
            }
        }
    }

    fn kinds(&self) -> Vec<String> {
        self.seen.iter().map(|report| format!("{report:?}").chars().take(60).collect()).collect()
    }

    pub fn open(&mut self, scope: MailScope) -> Result<Opened, MailTrouble> {
        self.mailbox.submit(Millis(0), MailRequest::Open(scope));
        self.wait(|report| match report {
            MailReport::Opened(opened) => Some(Ok((**opened).clone())),
            MailReport::CannotOpen(trouble) => Some(Err(*trouble)),
            _ => None,
        })
    }

    pub fn submit(&mut self, mail: &Mail, verb: ActVerb) -> RequestId {
        let request = self.next();
        let (place, message) = (mail.place.clone(), mail.message.id.clone());
        self.mailbox
            .submit(Millis(0), MailRequest::Act(Act { request, place, message, flags_before: mail.flags, verb }));
        self.wait(|report| {
            matches!(report, MailReport::Planned { request: planned } if *planned == request).then_some(())
        });
        request
    }

    pub fn act(&mut self, mail: &Mail, verb: ActVerb) -> (RequestId, Result<(), MailTrouble>) {
        let request = self.submit(mail, verb);
        (request, self.outcome(request))
    }

    pub fn submit_undo(&mut self, act: RequestId) -> RequestId {
        let request = self.next();
        self.mailbox.submit(Millis(0), MailRequest::Undo { request, act });
        request
    }

    pub fn undo(&mut self, act: RequestId) -> Result<(), MailTrouble> {
        let request = self.submit_undo(act);
        self.outcome(request)
    }

    pub fn outcome(&mut self, wanted: RequestId) -> Result<(), MailTrouble> {
        self.wait(|report| match report {
            MailReport::Applied { request } if *request == wanted => Some(Ok(())),
            MailReport::Failed { request, reason } if *request == wanted => Some(Err(*reason)),
            _ => None,
        })
    }

    /// The same, when the answer may have come while something else was waited for.
    pub fn outcome_seen(&mut self, wanted: RequestId) -> Result<(), MailTrouble> {
        let seen = self.seen.iter().find_map(|report| match report {
            MailReport::Applied { request } if *request == wanted => Some(Ok(())),
            MailReport::Failed { request, reason } if *request == wanted => Some(Err(*reason)),
            _ => None,
        });
        match seen {
            Some(outcome) => outcome,
            None => self.outcome(wanted),
        }
    }

    /// Waits until the connection is known to be gone.
    pub fn offline(&mut self) {
        if !self.seen.iter().any(|report| matches!(report, MailReport::Offline(_))) {
            self.wait(|report| matches!(report, MailReport::Offline(_)).then_some(()));
        }
    }

    /// Waits until it is in the journal.
    pub fn planned(&mut self, wanted: RequestId) {
        let is = |report: &MailReport| matches!(report, MailReport::Planned { request } if *request == wanted);
        if !self.seen.iter().any(is) {
            self.wait(|report| is(report).then_some(()));
        }
    }

    pub fn settle(&mut self) -> u32 {
        self.mailbox.submit(Millis(0), MailRequest::Settle);
        self.wait(|report| if let MailReport::Settled { queued } = report { Some(*queued) } else { None })
    }

    fn next(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }
}

pub fn wall(text: &str) -> WallTime {
    WallTime { utc_ms: text.parse::<jiff::Timestamp>().unwrap().as_millisecond(), zone: jiff::tz::TimeZone::UTC }
}

/// What another client (Python's imaplib) sees: `folder Message-ID flags`, sorted.
pub fn seen_by_another_client(port: u16, ca: &std::path::Path) -> Vec<String> {
    const SCRIPT: &str = r#"
import imaplib, ssl, sys, re
port, ca, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
context = ssl.create_default_context(cafile=ca)
imap = imaplib.IMAP4_SSL("localhost", port, ssl_context=context)
imap.login(user, password)
names = [re.search(rb'"/" "?([^"]+)"?$', line).group(1).decode() for line in imap.list()[1]]
for name in sorted(names):
    imap.select('"%s"' % name, readonly=True)
    for number in imap.search(None, "ALL")[1][0].split():
        data = imap.fetch(number, "(FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]
        text = b" ".join(part if isinstance(part, bytes) else part[0] + part[1] for part in data)
        flags = re.search(rb"FLAGS \(([^)]*)\)", text).group(1).decode().split()
        flags = " ".join(sorted(flag for flag in flags if flag != "\\Recent"))
        found = re.search(rb"<([^>]+)>", text)
        print(name, found.group(1).decode() if found else "-", flags)
"#;
    let output = Command::new("python3")
        .args(["-c", SCRIPT, &port.to_string(), ca.to_str().unwrap(), crate::live::USER, crate::live::PASSWORD])
        .output()
        .expect("python3 is needed to look at the server with another client");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim_end().to_owned()).collect()
}
