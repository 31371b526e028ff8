//! The Maildir mailbox, from outside: what is played, what acts leave on disk, and their exact undo.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "maildir")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hark::mailbox::{MaildirMailbox, MaildirOptions, copy_maildir, from_eml_files};
use hark::ports::Mailbox;
use hark::session::{Act, ActVerb, Mail, MailReport, MailRequest, MailScope, MailTrouble, Opened, RequestId};
use hark::units::{Millis, WallTime};

const NOW: &str = "2026-03-02T07:10:00Z";
const END: Millis = Millis(u64::MAX);

fn options() -> MaildirOptions {
    let utc_ms = NOW.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    MaildirOptions {
        now: WallTime { utc_ms, zone: jiff::tz::TimeZone::UTC },
        own_addresses: vec!["robin@example.org".to_owned()],
        account: "work".to_owned(),
        round_trip_ms: 50,
    }
}

fn mail(id: &str, date: &str) -> String {
    format!(
        "From: Ana <ana@example.org>\r\nTo: robin@example.org\r\nMessage-ID: <{id}@example.org>\r\nDate: {date}\r\nSubject: {id}\r\n\r\nText of {id}.\r\n"
    )
}

/// A Maildir with three unread, one read and one old unread message.
fn sample(dir: &Path) {
    for part in ["cur", "new", "tmp", ".Travel/cur", ".Travel/new", ".Travel/tmp"] {
        fs::create_dir_all(dir.join(part)).unwrap();
    }
    for (name, id, date) in [
        ("cur/1.a:2,", "a", "Mon, 2 Mar 2026 06:00:00 +0000"),
        ("cur/2.b:2,FR", "b", "Sun, 1 Mar 2026 06:00:00 +0000"),
        ("new/3.c", "c", "Sat, 28 Feb 2026 06:00:00 +0000"),
        ("cur/4.d:2,S", "d", "Sat, 28 Feb 2026 07:00:00 +0000"),
        ("cur/5.e:2,", "e", "Thu, 1 Jan 2026 06:00:00 +0000"),
    ] {
        fs::write(dir.join(name), mail(id, date)).unwrap();
    }
}

/// Everything on disk, as paths relative to the root.
fn tree(dir: &Path) -> BTreeSet<String> {
    fn walk(dir: &Path, root: &Path, out: &mut BTreeSet<String>) {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            if entry.path().is_dir() {
                walk(&entry.path(), root, out);
            } else {
                out.insert(entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut out = BTreeSet::new();
    walk(dir, dir, &mut out);
    out
}

struct Bench {
    dir: tempfile::TempDir,
    mailbox: MaildirMailbox,
    requests: u64,
}

impl Bench {
    fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        sample(dir.path());
        let mailbox = MaildirMailbox::open(dir.path(), options()).unwrap();
        Bench { dir, mailbox, requests: 0 }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn tree(&self) -> Vec<String> {
        tree(self.path()).into_iter().collect()
    }

    fn open(&mut self, scope: MailScope) -> Opened {
        self.mailbox.submit(Millis(0), MailRequest::Open(scope));
        let mut opened = None;
        while let Some(report) = self.mailbox.poll(END) {
            if let MailReport::Opened(found) = report {
                opened = Some(*found);
            }
        }
        opened.unwrap()
    }

    fn act(&mut self, mail: &Mail, verb: ActVerb) -> (RequestId, Result<(), MailTrouble>) {
        let request = self.next();
        let (place, message) = (mail.place.clone(), mail.message.id.clone());
        let act = Act { request, place, message, flags_before: mail.flags, verb };
        self.mailbox.submit(Millis(0), MailRequest::Act(act));
        (request, self.outcome(request))
    }

    fn undo(&mut self, act: RequestId) -> Result<(), MailTrouble> {
        let request = self.next();
        self.mailbox.submit(Millis(0), MailRequest::Undo { request, act });
        self.outcome(request)
    }

    fn next(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// Planned comes first, then the outcome.
    fn outcome(&mut self, wanted: RequestId) -> Result<(), MailTrouble> {
        assert!(matches!(self.mailbox.poll(END), Some(MailReport::Planned { request }) if request == wanted));
        match self.mailbox.poll(END) {
            Some(MailReport::Applied { request }) if request == wanted => Ok(()),
            Some(MailReport::Failed { request, reason }) if request == wanted => Err(reason),
            other => panic!("{other:?}"),
        }
    }
}

fn ids(opened: &Opened) -> Vec<&str> {
    opened.mails.iter().map(|mail| mail.message.subject.as_str()).collect()
}

#[test]
fn unread_mail_of_seven_days_is_played_newest_first_and_the_rest_is_counted() {
    let mut bench = Bench::new();
    let opened = bench.open(MailScope::Unread);
    assert_eq!(ids(&opened), ["a", "b", "c"]);
    assert_eq!((opened.older_unread, opened.unreadable), (1, 0));
    assert_eq!(opened.folders, ["Travel"]);
    assert!(opened.mails[1].flags.flagged && opened.mails[1].flags.answered && !opened.mails[1].flags.seen);
}

#[test]
fn other_scopes() {
    let mut bench = Bench::new();
    assert_eq!(ids(&bench.open(MailScope::Today)), ["a"]);
    assert_eq!(ids(&bench.open(MailScope::Flagged)), ["b"]);
    assert_eq!(ids(&bench.open(MailScope::NewestTen)), ["a", "b", "d", "c", "e"]);
}

#[test]
fn reports_come_at_fixed_times() {
    let mut bench = Bench::new();
    bench.mailbox.submit(Millis(1000), MailRequest::Open(MailScope::Unread));
    assert!(bench.mailbox.poll(Millis(1249)).is_none());
    assert!(matches!(bench.mailbox.poll(Millis(1250)), Some(MailReport::Counted { unread: 4 })));
    assert!(bench.mailbox.poll(Millis(1349)).is_none());
    assert!(matches!(bench.mailbox.poll(Millis(1350)), Some(MailReport::Opened(_))));
}

#[test]
fn every_act_and_its_undo_leave_exactly_what_was_there() {
    let verbs = [
        (ActVerb::Archive, ".Archive/cur/2.b:2,FR"),
        (ActVerb::Delete, ".Trash/cur/2.b:2,FR"),
        (ActVerb::MoveTo("travel".into()), ".Travel/cur/2.b:2,FR"),
        (ActVerb::Flag, "cur/2.b:2,FR"),
        (ActVerb::Unflag, "cur/2.b:2,R"),
        (ActVerb::MarkRead, "cur/2.b:2,FRS"),
        (ActVerb::MarkUnread, "cur/2.b:2,FR"),
    ];
    for (verb, expected) in verbs {
        let mut bench = Bench::new();
        let before = bench.tree();
        let mail = bench.open(MailScope::Unread).mails.remove(1);
        let (request, outcome) = bench.act(&mail, verb.clone());
        assert_eq!(outcome, Ok(()), "{verb:?}");
        assert!(bench.tree().iter().any(|file| file == expected), "{verb:?}: {:?}", bench.tree());
        assert_eq!(bench.tree().len(), before.len(), "{verb:?}");
        assert_eq!(bench.undo(request), Ok(()), "{verb:?}");
        assert_eq!(bench.tree(), before, "{verb:?}");
    }
}

#[test]
fn undo_goes_back_to_the_start() {
    let mut bench = Bench::new();
    let before = bench.tree();
    let mail = bench.open(MailScope::Unread).mails.remove(0);
    let (flag, _) = bench.act(&mail, ActVerb::Flag);
    let (seen, _) = bench.act(&mail, ActVerb::MarkRead);
    let (archive, _) = bench.act(&mail, ActVerb::Archive);
    assert!(bench.tree().contains(&".Archive/cur/1.a:2,FS".to_owned()));
    for act in [archive, seen, flag] {
        assert_eq!(bench.undo(act), Ok(()));
    }
    assert_eq!(bench.tree(), before);
    assert_eq!(bench.undo(flag), Err(MailTrouble::Gone), "taken back already");
}

#[test]
fn a_name_taken_in_the_destination_loses_nobody() {
    let mut bench = Bench::new();
    fs::create_dir_all(bench.path().join(".Archive/cur")).unwrap();
    fs::write(bench.path().join(".Archive/cur/1.a:2,S"), "another").unwrap();
    let mail = bench.open(MailScope::Unread).mails.remove(0);
    let (request, outcome) = bench.act(&mail, ActVerb::Archive);
    assert_eq!(outcome, Ok(()));
    assert_eq!(fs::read_to_string(bench.path().join(".Archive/cur/1.a:2,S")).unwrap(), "another");
    assert!(bench.tree().contains(&".Archive/cur/1.a_1:2,".to_owned()));
    assert_eq!(bench.undo(request), Ok(()));
    assert!(bench.tree().contains(&"cur/1.a:2,".to_owned()));
}

#[test]
fn known_folder_names_are_used_before_one_is_made() {
    let mut bench = Bench::new();
    fs::create_dir_all(bench.path().join(".deleted items/cur")).unwrap();
    let mail = bench.open(MailScope::Unread).mails.remove(0);
    bench.act(&mail, ActVerb::Delete).1.unwrap();
    assert!(bench.tree().contains(&".deleted items/cur/1.a:2,".to_owned()));
}

#[test]
fn what_is_not_there_is_told() {
    let mut bench = Bench::new();
    let mail = bench.open(MailScope::Unread).mails.remove(0);
    let (request, outcome) = bench.act(&mail, ActVerb::MoveTo("Nowhere".into()));
    assert_eq!(outcome, Err(MailTrouble::NoSuchFolder));
    assert_eq!(bench.undo(request), Ok(()), "to take back what failed, nothing has to be done");
    let mut strange = mail.clone();
    strange.place.uid_validity = 7;
    assert_eq!(bench.act(&strange, ActVerb::Delete).1, Err(MailTrouble::Gone));
    fs::remove_file(bench.path().join("cur/1.a:2,")).unwrap();
    assert_eq!(bench.act(&mail, ActVerb::Delete).1, Err(MailTrouble::Gone));
}

#[test]
fn flags_changed_by_another_program_meanwhile_are_kept() {
    let mut bench = Bench::new();
    let mail = bench.open(MailScope::Unread).mails.remove(0);
    fs::rename(bench.path().join("cur/1.a:2,"), bench.path().join("cur/1.a:2,RS")).unwrap();
    bench.act(&mail, ActVerb::Flag).1.unwrap();
    assert!(bench.tree().contains(&"cur/1.a:2,FRS".to_owned()));
}

#[test]
fn an_unreadable_message_hides_no_other() {
    let mut bench = Bench::new();
    fs::write(bench.path().join("cur/0.bad:2,"), b"").unwrap();
    let opened = bench.open(MailScope::Unread);
    assert_eq!(ids(&opened), ["a", "b", "c"]);
    assert_eq!(opened.unreadable, 1);
}

#[cfg(unix)]
#[test]
fn links_and_odd_names_are_no_messages() {
    let mut bench = Bench::new();
    std::os::unix::fs::symlink("/etc/hostname", bench.path().join("cur/9.link:2,")).unwrap();
    fs::create_dir(bench.path().join("cur/8.folder:2,")).unwrap();
    fs::write(bench.path().join("cur/.hidden"), "x").unwrap();
    assert_eq!(bench.open(MailScope::NewestTen).mails.len(), 5);
}

#[test]
fn copies_leave_the_original_alone_and_keep_flags() {
    let mut bench = Bench::new();
    let before = bench.tree();
    let copy = tempfile::tempdir().unwrap();
    copy_maildir(bench.path(), copy.path()).unwrap();
    bench.mailbox = MaildirMailbox::open(copy.path(), options()).unwrap();
    let mail = bench.open(MailScope::Unread).mails.remove(1);
    bench.act(&mail, ActVerb::Delete).1.unwrap();
    assert_eq!(bench.tree(), before);
    assert!(tree(copy.path()).contains(".Trash/cur/2.b:2,FR"));
}

#[test]
fn mail_files_become_an_unread_maildir() {
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<_> = ["x", "y"].iter().map(|id| dir.path().join(format!("{id}.eml"))).collect();
    for (file, id) in files.iter().zip(["x", "y"]) {
        fs::write(file, mail(id, "Mon, 2 Mar 2026 06:00:00 +0000")).unwrap();
    }
    let out = dir.path().join("mail");
    from_eml_files(&files, &out).unwrap();
    let mut mailbox = MaildirMailbox::open(&out, options()).unwrap();
    mailbox.submit(Millis(0), MailRequest::Open(MailScope::Unread));
    assert!(matches!(mailbox.poll(END), Some(MailReport::Counted { unread: 2 })));
    let missing = from_eml_files(&[dir.path().join("none.eml")], &dir.path().join("other"));
    assert!(missing.unwrap_err().to_string().contains("none.eml cannot be read"));
}

#[test]
fn a_folder_that_is_no_maildir_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let error = MaildirMailbox::open(dir.path(), options()).err().unwrap();
    assert!(error.to_string().contains("is no Maildir"), "{error}");
}

/// Delivers as a mail server does: written elsewhere, then renamed into `new`.
fn deliver(dir: &Path, name: &str, id: &str, date: &str) {
    fs::write(dir.join("tmp").join(name), mail(id, date)).unwrap();
    fs::rename(dir.join("tmp").join(name), dir.join("new").join(name)).unwrap();
}

impl Bench {
    /// Opens the inbox at the beginning of the session: the other tests jump to its end.
    fn begin(&mut self, scope: MailScope) -> Opened {
        self.mailbox.submit(Millis(0), MailRequest::Open(scope));
        let opened = self.until(1_000).into_iter().find_map(|report| match report {
            MailReport::Opened(opened) => Some(*opened),
            _ => None,
        });
        opened.unwrap()
    }

    /// What is told until then.
    fn until(&mut self, end: u64) -> Vec<MailReport> {
        let mut told = Vec::new();
        for now in (0..=end).step_by(10) {
            told.extend(std::iter::from_fn(|| self.mailbox.poll(Millis(now))));
        }
        told
    }

    /// Subjects of the news that are told until then.
    fn news_until(&mut self, end: u64) -> Vec<Vec<String>> {
        let news = self.until(end).into_iter().filter_map(|report| match report {
            MailReport::Arrived(news) => Some(ids(&news).into_iter().map(str::to_owned).collect()),
            _ => None,
        });
        news.collect()
    }
}

const NINE: &str = "Mon, 2 Mar 2026 07:09:00 +0000";

#[test]
fn mail_delivered_during_a_session_is_told_once_and_can_be_acted_on() {
    let mut bench = Bench::new();
    bench.begin(MailScope::Unread);
    assert!(bench.news_until(60_000).is_empty(), "nothing has come");
    deliver(bench.path(), "6.f", "f", NINE);
    deliver(bench.path(), "7.g", "g", "Mon, 2 Mar 2026 07:08:00 +0000");
    let told = bench.until(120_000);
    let [MailReport::Arrived(news)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((ids(news), news.older_unread, news.unreadable), (vec!["f", "g"], 0, 0));
    assert!(news.mails[0].message.blocks.iter().any(|block| block.text.contains("Text of f.")));
    let act = |request| {
        let (place, message) = (news.mails[0].place.clone(), news.mails[0].message.id.clone());
        MailRequest::Act(Act { request, place, message, flags_before: news.mails[0].flags, verb: ActVerb::Archive })
    };
    bench.mailbox.submit(Millis(120_000), act(RequestId(1)));
    assert!(bench.tree().contains(&".Archive/cur/6.f:2,".to_owned()));
    assert!(bench.news_until(180_000).is_empty());
    bench.mailbox.submit(Millis(180_000), MailRequest::Undo { request: RequestId(2), act: RequestId(1) });
    assert!(bench.tree().contains(&"cur/6.f:2,".to_owned()));
    assert!(bench.news_until(240_000).is_empty(), "what is known is no news, wherever it was meanwhile");
}

#[test]
fn what_another_program_moved_read_or_marked_is_no_news() {
    let mut bench = Bench::new();
    bench.begin(MailScope::Unread);
    fs::rename(bench.path().join("new/3.c"), bench.path().join("cur/3.c:2,")).unwrap();
    fs::write(bench.path().join("cur/6.f:2,S"), mail("f", NINE)).unwrap();
    fs::write(bench.path().join("cur/7.g:2,T"), mail("g", NINE)).unwrap();
    // Another program looked into its inbox, and did not open it.
    fs::write(bench.path().join("cur/8.h:2,"), mail("h", NINE)).unwrap();
    // Old mail that was moved here.
    fs::write(bench.path().join("cur/9.i:2,"), mail("i", "Thu, 1 Jan 2026 06:00:00 +0000")).unwrap();
    assert_eq!(bench.news_until(60_000), [["h"]]);
}

#[test]
fn nothing_is_news_before_the_inbox_was_opened() {
    let mut bench = Bench::new();
    deliver(bench.path(), "6.f", "f", NINE);
    assert!(bench.until(60_000).is_empty());
    bench.mailbox.submit(Millis(60_000), MailRequest::Open(MailScope::Today));
    assert!(bench.news_until(120_000).is_empty());
}

#[test]
fn an_unreadable_delivery_hides_no_other_and_thousands_are_capped() {
    let mut bench = Bench::new();
    bench.begin(MailScope::Unread);
    fs::write(bench.path().join("new/6.bad"), b"").unwrap();
    deliver(bench.path(), "7.g", "g", NINE);
    let told = bench.until(60_000);
    let [MailReport::Arrived(news)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((ids(news), news.unreadable), (vec!["g"], 1));
    for number in 0..70 {
        deliver(bench.path(), &format!("8{number:02}.x"), &format!("x{number}"), NINE);
    }
    let told = bench.news_until(120_000);
    assert_eq!(told.iter().map(Vec::len).collect::<Vec<_>>(), [50]);
    assert!(bench.news_until(180_000).is_empty());
}

/// What stands in the way of a listing may go without a change of any time stamp: without another look the mail would never
/// be told.
#[test]
fn a_folder_that_could_not_be_listed_for_a_while_is_looked_at_again() {
    let mut bench = Bench::new();
    bench.begin(MailScope::Unread);
    assert!(bench.news_until(60_000).is_empty());
    deliver(bench.path(), "6.f", "f", NINE);
    let (new, aside) = (bench.path().join("new"), bench.path().join("aside"));
    let changed = fs::metadata(&new).unwrap().modified().unwrap();
    fs::rename(&new, &aside).unwrap();
    fs::File::create(&new).unwrap().set_modified(changed).unwrap();
    assert!(bench.until(120_000).is_empty());
    fs::remove_file(&new).unwrap();
    fs::rename(&aside, &new).unwrap();
    assert_eq!(bench.news_until(180_000), [["f"]]);
}

/// As a session has it: on a thread of its own.
#[cfg(feature = "imap")]
#[test]
fn a_maildir_account_answers_from_a_thread_of_its_own() {
    use hark::config::{Account, Source, Switch};
    use hark::session::Order;
    let dir = tempfile::tempdir().unwrap();
    sample(dir.path());
    let account =
        Account { switch: Switch::On, source: Source::Maildir(dir.path().to_owned()), addresses: vec![], smtp: None };
    let start = options().now;
    let mut mailbox = hark::mailbox::open_account("work", &account, start, dir.path(), Order::Newest).unwrap();
    let wait = |mailbox: &mut Box<dyn Mailbox + Send>| loop {
        match mailbox.poll(Millis(0)) {
            Some(report) => return report,
            None => std::thread::yield_now(),
        }
    };
    mailbox.submit(Millis(0), MailRequest::Open(MailScope::Unread));
    assert!(matches!(wait(&mut mailbox), MailReport::Counted { .. }));
    let MailReport::Opened(opened) = wait(&mut mailbox) else { panic!("not opened") };
    let (mail, request) = (&opened.mails[0], RequestId(1));
    let (place, message) = (mail.place.clone(), mail.message.id.clone());
    let act = Act { request, place, message, flags_before: mail.flags, verb: ActVerb::Archive };
    mailbox.submit(Millis(0), MailRequest::Act(act));
    assert!(matches!(wait(&mut mailbox), MailReport::Planned { request } if request == RequestId(1)));
    assert!(matches!(wait(&mut mailbox), MailReport::Applied { request } if request == RequestId(1)));
}
