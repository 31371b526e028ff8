//! A scripted submission server on loopback, and what it gets to see.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use hark::config::{Security, SmtpAccount};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the server does with a command; "" is the greeting, "." the end of the text.
pub enum Act {
    Usual,
    Say(&'static str),
    HangUp,
    Silence,
}

#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Commands as they came; "(connected)" and "(encrypted)" in between.
    pub log: Vec<String>,
    pub letters: Vec<String>,
}

type Hook = Box<dyn FnMut(&str) -> Act + Send>;

pub struct Smtp {
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Smtp {
    /// `tls` is used at once, or after STARTTLS.
    pub fn start(
        security: Security,
        tls: Option<Arc<ServerConfig>>,
        hook: impl FnMut(&str) -> Act + Send + 'static,
    ) -> Smtp {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = seen.clone();
        let mut hook: Hook = Box::new(hook);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                shared.lock().unwrap().log.push("(connected)".to_owned());
                let encrypted = |stream| StreamOwned::new(ServerConnection::new(tls.clone().unwrap()).unwrap(), stream);
                if security == Security::Tls {
                    serve(encrypted(stream), "AUTH PLAIN", Greeting::Due, &shared, &mut hook);
                    continue;
                }
                let offers = if tls.is_some() { "STARTTLS" } else { "AUTH PLAIN LOGIN XOAUTH2" };
                let other = stream.try_clone().unwrap();
                if serve(stream, offers, Greeting::Due, &shared, &mut hook) == End::StartTls {
                    shared.lock().unwrap().log.push("(encrypted)".to_owned());
                    serve(encrypted(other), "AUTH LOGIN", Greeting::Over, &shared, &mut hook);
                }
            }
        });
        Smtp { port, seen }
    }

    pub fn log(&self) -> Vec<String> {
        self.seen.lock().unwrap().log.clone()
    }

    pub fn letters(&self) -> Vec<String> {
        self.seen.lock().unwrap().letters.clone()
    }

    pub fn account(&self, security: Security) -> SmtpAccount {
        SmtpAccount {
            host: "127.0.0.1".into(),
            port: self.port,
            user: "robin".into(),
            ca_file: None,
            security,
            from: "robin@example.org".into(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Greeting {
    Due,
    Over,
}

#[derive(PartialEq, Eq)]
enum End {
    Over,
    StartTls,
}

fn serve(stream: impl Read + Write, offers: &str, greeting: Greeting, seen: &Mutex<Seen>, hook: &mut Hook) -> End {
    let mut lines = BufReader::new(stream);
    let mut command = String::new();
    let mut due = greeting == Greeting::Due;
    loop {
        if !std::mem::take(&mut due) {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                return End::Over;
            }
            command = line.trim_end().to_owned();
            seen.lock().unwrap().log.push(command.clone());
        }
        let mut letter = String::new();
        let usual = match command.split(' ').next().unwrap() {
            "" => "220 here\r\n".to_owned(),
            "EHLO" => format!("250-here\r\n250-SIZE 1000\r\n250 {offers}\r\n"),
            "STARTTLS" => "220 go on\r\n".to_owned(),
            "AUTH" if command == "AUTH LOGIN" => "334 VXNlcm5hbWU6\r\n".to_owned(),
            "AUTH" => "235 in\r\n".to_owned(),
            "cm9iaW4=" => "334 UGFzc3dvcmQ6\r\n".to_owned(),
            "c2VjcmV0" => "235 in\r\n".to_owned(),
            "MAIL" | "RCPT" => "250 fine\r\n".to_owned(),
            "DATA" => "354 go on\r\n".to_owned(),
            "." => "250 taken\r\n".to_owned(),
            "QUIT" => return End::Over,
            _ => "500 what?\r\n".to_owned(),
        };
        let answer = match hook(&command) {
            Act::Usual => usual,
            Act::Say(answer) => answer.to_owned(),
            Act::HangUp => return End::Over,
            Act::Silence => continue,
        };
        if lines.get_mut().write_all(answer.as_bytes()).and_then(|()| lines.get_mut().flush()).is_err() {
            return End::Over;
        }
        if command == "STARTTLS" && answer.starts_with('2') {
            return End::StartTls;
        }
        if command == "DATA" && answer.starts_with('3') {
            loop {
                let mut line = String::new();
                if lines.read_line(&mut line).unwrap_or(0) == 0 {
                    return End::Over;
                }
                if line == ".\r\n" {
                    break;
                }
                letter.push_str(line.strip_prefix('.').unwrap_or(&line));
            }
            seen.lock().unwrap().letters.push(letter);
            command = ".".to_owned();
            due = true;
        }
    }
}

pub fn usual(_: &str) -> Act {
    Act::Usual
}

/// At this command another answer, else the usual ones.
pub fn at(command: &'static str, answer: &'static str) -> impl FnMut(&str) -> Act + Send + 'static {
    move |said| if !command.is_empty() && said.starts_with(command) { Act::Say(answer) } else { Act::Usual }
}
