//! A scripted IMAP server on loopback: a small, correct one, and a hook that may answer any command differently.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

/// A message in a folder.
#[derive(Debug, Clone)]
pub struct Stored {
    pub uid: u32,
    pub id: String,
    pub flags: Vec<String>,
    pub date: String,
}

impl Stored {
    pub fn header(&self) -> String {
        // An id like `list-1` is a newsletter's.
        let list = if self.id.starts_with("list-") {
            "List-Unsubscribe: <mailto:off@example.org>\r\nPrecedence: bulk\r\n"
        } else {
            ""
        };
        format!(
            "From: Ana <ana@example.org>\r\nMessage-ID: <{}@example.org>\r\nDate: {}\r\nSubject: {}\r\n{list}\r\n",
            self.id, self.date, self.id
        )
    }

    /// Of an id like `long-200000` that many bytes, in numbered lines.
    pub fn text(&self) -> String {
        let first = format!("Text of {}.\r\n", self.id);
        let Some(length) = self.id.strip_prefix("long-").and_then(|length| length.parse::<usize>().ok()) else {
            return first;
        };
        let mut text: String =
            first + &(0..=length / 15).map(|line| format!("Line {line:07}.\r\n")).collect::<String>();
        text.truncate(length);
        text
    }
}

#[derive(Debug, Clone)]
pub struct Folder {
    pub validity: u32,
    pub next: u32,
    pub messages: Vec<Stored>,
    pub attributes: &'static str,
}

/// The server's state; tests look at it afterwards.
#[derive(Debug, Clone)]
pub struct World {
    pub capabilities: &'static str,
    pub folders: BTreeMap<String, Folder>,
    /// Every command as it came, without its tag.
    pub log: Vec<String>,
    pub connections: u32,
}

impl World {
    /// INBOX with unread a, b, c (UIDs 1 to 3), Archive and Trash.
    pub fn new(capabilities: &'static str) -> World {
        let mut folders = BTreeMap::new();
        let folder = |validity, attributes| Folder { validity, next: 1, messages: Vec::new(), attributes };
        folders.insert("INBOX".to_owned(), folder(7, ""));
        folders.insert("Archive".to_owned(), folder(8, "\\Archive"));
        folders.insert("Trash".to_owned(), folder(9, "\\TRASH"));
        let mut world = World { capabilities, folders, log: Vec::new(), connections: 0 };
        for (id, date) in [
            ("a", "Mon, 2 Mar 2026 06:00:00 +0000"),
            ("b", "Sun, 1 Mar 2026 06:00:00 +0000"),
            ("c", "Sat, 28 Feb 2026 06:00:00 +0000"),
        ] {
            world.put("INBOX", Stored { uid: 0, id: id.into(), flags: vec![], date: date.into() });
        }
        world
    }

    pub fn put(&mut self, folder: &str, mut message: Stored) -> u32 {
        let folder = self.folders.get_mut(folder).unwrap();
        message.uid = folder.next;
        folder.next += 1;
        folder.messages.push(message);
        folder.next - 1
    }

    /// `folder id flags` of everything, sorted.
    pub fn shows(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .folders
            .iter()
            .flat_map(|(name, folder)| {
                folder
                    .messages
                    .iter()
                    .map(move |m| format!("{name} {} {}", m.id, m.flags.join(" ")).trim_end().to_owned())
            })
            .collect();
        lines.sort();
        lines
    }

    pub fn asked(&self, start: &str) -> usize {
        self.log.iter().filter(|line| line.starts_with(start)).count()
    }
}

/// What a hook does with a command; `TAG` in an answer stands for the command's tag.
pub enum Hook {
    Usual,
    Answer(String),
    /// Do it, but answer this instead.
    DoAndAnswer(String),
    /// Do it, then hang up without a word.
    DoAndHangUp,
    /// Send this and hang up.
    HangUp(String),
    /// Never answer.
    Silence,
}

pub type HookFn = Box<dyn FnMut(&str, &mut World) -> Hook + Send>;

pub struct Server {
    pub port: u16,
    pub world: Arc<Mutex<World>>,
}

impl Server {
    pub fn start(world: World, hook: impl FnMut(&str, &mut World) -> Hook + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let world = Arc::new(Mutex::new(world));
        let (shared, hook) = (world.clone(), Arc::new(Mutex::new(Box::new(hook) as HookFn)));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (world, hook) = (shared.clone(), hook.clone());
                let out = stream.try_clone().unwrap();
                thread::spawn(move || serve(stream, out, &world, &hook));
            }
        });
        Server { port, world }
    }

    pub fn world(&self) -> World {
        self.world.lock().unwrap().clone()
    }
}

/// One connection, to its end.
pub fn serve(stream: impl Read, mut out: impl Write, world: &Mutex<World>, hook: &Mutex<HookFn>) {
    let mut lines = BufReader::new(stream);
    let mut selected = String::new();
    world.lock().unwrap().connections += 1;
    if out.write_all(b"* OK ready\r\n").is_err() {
        return;
    }
    while let Some(command) = read_command(&mut lines, &mut out) {
        let (tag, command) =
            command.split_once(' ').map(|(tag, rest)| (tag.to_owned(), rest.to_owned())).unwrap_or_default();
        let mut world = world.lock().unwrap();
        world.log.push(command.clone());
        let decided = hook.lock().unwrap()(&command, &mut world);
        let (answer, hang_up) = match decided {
            Hook::Usual => (usual(&command, &mut world, &mut selected), false),
            Hook::Answer(answer) => (answer, false),
            Hook::DoAndAnswer(answer) => {
                usual(&command, &mut world, &mut selected);
                (answer, false)
            }
            Hook::DoAndHangUp => {
                usual(&command, &mut world, &mut selected);
                (String::new(), true)
            }
            Hook::HangUp(answer) => (answer, true),
            Hook::Silence => continue,
        };
        drop(world);
        if out.write_all(answer.replace("TAG", &tag).as_bytes()).is_err() || hang_up || command == "LOGOUT" {
            return;
        }
    }
}

/// One command with its literals put in; `None` at the end.
fn read_command(lines: &mut BufReader<impl Read>, out: &mut impl Write) -> Option<String> {
    let mut command = String::new();
    loop {
        let mut line = String::new();
        // Half a line is no command.
        if lines.read_line(&mut line).ok()? == 0 || !line.ends_with('\n') {
            return None;
        }
        let line = line.trim_end_matches(['\r', '\n']);
        command.push_str(line);
        let Some(length) = line.strip_suffix('}').and_then(|l| l.rsplit_once('{')).and_then(|(_, n)| n.parse().ok())
        else {
            if command.ends_with("AUTHENTICATE PLAIN") {
                out.write_all(b"+ \r\n").ok()?;
                command.push(' ');
                continue;
            }
            return Some(command);
        };
        out.write_all(b"+ go on\r\n").ok()?;
        let mut literal = vec![0; length];
        lines.read_exact(&mut literal).ok()?;
        command.push_str(&String::from_utf8_lossy(&literal));
    }
}

/// A hook that leaves everything as it is.
pub fn usual_hook(_: &str, _: &mut World) -> Hook {
    Hook::Usual
}

/// What a decent server answers.
pub fn usual(command: &str, world: &mut World, selected: &mut String) -> String {
    let words: Vec<&str> = words(command);
    let done = "TAG OK done\r\n";
    let unquoted = |word: &str| word.trim_matches('"').to_owned();
    match words[0] {
        "CAPABILITY" => format!("* CAPABILITY IMAP4rev1 {}\r\n{done}", world.capabilities),
        "AUTHENTICATE" | "LOGIN" | "NOOP" | "SUBSCRIBE" | "LOGOUT" => done.to_owned(),
        "LIST" | "XLIST" => {
            let line =
                |(name, folder): (&String, &Folder)| format!("* LIST ({}) \"/\" \"{name}\"\r\n", folder.attributes);
            format!("{}{done}", world.folders.iter().map(line).collect::<String>())
        }
        "CREATE" => {
            let folder = Folder { validity: 20, next: 1, messages: vec![], attributes: "" };
            world.folders.entry(unquoted(words[1])).or_insert(folder);
            done.to_owned()
        }
        "STATUS" => {
            let name = unquoted(words[1]);
            let Some(folder) = world.folders.get(&name) else { return "TAG NO no such folder\r\n".to_owned() };
            let unseen = folder.messages.iter().filter(|m| !m.flags.contains(&"\\Seen".into())).count();
            format!(
                "* STATUS \"{name}\" (UNSEEN {unseen} UIDNEXT {} UIDVALIDITY {})\r\n{done}",
                folder.next, folder.validity
            )
        }
        "SELECT" => {
            let name = unquoted(words[1]);
            let Some(folder) = world.folders.get(&name) else { return "TAG NO no such folder\r\n".to_owned() };
            *selected = name;
            format!(
                "* {} EXISTS\r\n* OK [UIDVALIDITY {}] ok\r\n* OK [UIDNEXT {}]\r\nTAG OK [READ-WRITE] done\r\n",
                folder.messages.len(),
                folder.validity,
                folder.next
            )
        }
        "UID" => uid_command(&words[1..], command, world, selected),
        "EXPUNGE" => {
            world.folders.get_mut(selected).unwrap().messages.retain(|m| !m.flags.contains(&"\\Deleted".into()));
            done.to_owned()
        }
        _ => "TAG BAD what?\r\n".to_owned(),
    }
}

/// Words at blanks, except within quotes.
fn words(command: &str) -> Vec<&str> {
    let mut quoted = false;
    let is_end = move |letter: char| {
        quoted ^= letter == '"';
        letter == ' ' && !quoted
    };
    command.split(is_end).collect()
}

fn uid_command(words: &[&str], command: &str, world: &mut World, selected: &str) -> String {
    let done = "TAG OK done\r\n";
    let Some(folder) = world.folders.get_mut(selected) else { return "TAG BAD nothing selected\r\n".to_owned() };
    let uids: Vec<u32> = words[1].split(',').filter_map(|uid| uid.parse().ok()).collect();
    match words[0] {
        "SEARCH" => {
            let id = command.split_once("HEADER Message-ID \"").map(|(_, id)| id.trim_end_matches('"').to_owned());
            let fits = |m: &&Stored| match &id {
                Some(id) => format!("{}@example.org", m.id) == *id,
                None => !m.flags.contains(&"\\Seen".into()),
            };
            let is_kept = |m: &&Stored| !m.flags.contains(&"\\Deleted".into());
            let found: Vec<String> =
                folder.messages.iter().filter(fits).filter(is_kept).map(|m| m.uid.to_string()).collect();
            format!("* SEARCH {}\r\n{done}", found.join(" "))
        }
        "FETCH" => {
            let lines: String =
                folder.messages.iter().filter(|m| uids.contains(&m.uid)).map(|m| fetch_line(m, command)).collect();
            format!("{lines}{done}")
        }
        "STORE" => {
            let flag = command.split_once('(').map(|(_, rest)| rest.trim_end_matches(')').to_owned()).unwrap();
            for message in folder.messages.iter_mut().filter(|m| uids.contains(&m.uid)) {
                message.flags.retain(|f| *f != flag);
                if words[2].starts_with('+') {
                    message.flags.push(flag.clone());
                }
            }
            done.to_owned()
        }
        "EXPUNGE" => {
            folder.messages.retain(|m| !(uids.contains(&m.uid) && m.flags.contains(&"\\Deleted".into())));
            done.to_owned()
        }
        verb @ ("MOVE" | "COPY") => {
            let to = words[2].trim_matches('"').to_owned();
            let (going, staying): (Vec<Stored>, Vec<Stored>) =
                folder.messages.clone().into_iter().partition(|m| uids.contains(&m.uid));
            if !world.folders.contains_key(&to) {
                return "TAG NO [TRYCREATE] no such folder\r\n".to_owned();
            }
            if verb == "MOVE" {
                world.folders.get_mut(selected).unwrap().messages = staying;
            }
            let news: Vec<String> = going.iter().map(|m| world.put(&to, m.clone()).to_string()).collect();
            let olds: Vec<String> = going.iter().map(|m| m.uid.to_string()).collect();
            if news.is_empty() || !world.capabilities.contains("UIDPLUS") {
                return done.to_owned();
            }
            let code = format!("[COPYUID {} {} {}]", world.folders[&to].validity, olds.join(","), news.join(","));
            if verb == "MOVE" { format!("* OK {code} moved\r\n{done}") } else { format!("TAG OK {code} copied\r\n") }
        }
        _ => "TAG BAD what?\r\n".to_owned(),
    }
}

pub const STRUCTURE: &str = r#"("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1 NIL NIL NIL NIL)"#;

/// A FETCH line with what was asked for.
pub fn fetch_line(message: &Stored, command: &str) -> String {
    let mut items = format!("UID {} FLAGS ({})", message.uid, message.flags.join(" "));
    if command.contains("INTERNALDATE") {
        items.push_str(" INTERNALDATE \" 1-Mar-2026 06:00:00 +0000\"");
    }
    if command.contains("BODYSTRUCTURE") {
        let octets = if message.id.starts_with("long-") { message.text().len() } else { 12 };
        items.push_str(&format!(" BODYSTRUCTURE {}", STRUCTURE.replace(" 12 ", &format!(" {octets} "))));
    }
    let mut literal = |name: &str, text: String| items.push_str(&format!(" {name} {{{}}}\r\n{text}", text.len()));
    if command.contains("RFC822.SIZE") {
        literal("RFC822.SIZE", format!("{}", message.header().len() + message.text().len()));
    }
    for name in ["HEADER", "HEADER.FIELDS.NOT (Received)"] {
        if command.contains(&format!("[{}", name.split('(').next().unwrap()))
            && command.contains("[HEADER]") != name.contains('(')
        {
            literal(&format!("BODY[{name}]<0>"), message.header());
        }
    }
    for (name, all) in [("[1]", message.text()), ("[]", format!("{}{}", message.header(), message.text()))] {
        if let Some((offset, count)) = window(command, name) {
            let end = (offset + count).min(all.len());
            literal(&format!("BODY{name}<{offset}>"), all.get(offset..end).unwrap_or_default().to_owned());
        }
    }
    format!("* {} FETCH ({items})\r\n", message.uid)
}

/// Offset and length of the window that a command asks of a section (`[1]`); `None` when it does not ask for it.
pub fn window(command: &str, section: &str) -> Option<(usize, usize)> {
    let (_, rest) = command.split_once(&format!("PEEK{section}"))?;
    let inner = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(inner, _)| inner);
    let Some((offset, count)) = inner.and_then(|inner| inner.split_once('.')) else { return Some((0, usize::MAX / 2)) };
    Some((offset.parse().unwrap(), count.parse().unwrap()))
}
