use super::*;
use expect_test::{Expect, expect};

const FULL: &str = r#"
[settings]
output = "headphones"
window_s = 4.0
[account.work]
on = true
[account.work.imap]
host = "imap.example.org"
user = "Robin@example.org"
ca_file = "ca.pem"
password = { command = "pass show mail" }
[account.home]
on = false
[account.home.imap]
host = "127.0.0.1"
port = 10143
security = "plain"
user = "robin"
password = { file = "secret" }
"#;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/etc/hark/config.toml"))
}

#[test]
fn a_full_file_is_read() {
    let config = parse(FULL).unwrap();
    assert_eq!(config.settings.window_s, 4.0);
    assert_eq!(config.played().map(|(name, _)| name).collect::<Vec<_>>(), ["work"]);
    let work = &config.accounts["work"];
    assert_eq!(work.addresses, ["robin@example.org"]);
    let Source::Imap(imap) = &work.source else { panic!() };
    assert_eq!((imap.port, imap.security), (993, Security::Tls));
    assert_eq!(imap.ca_file.as_deref(), Some(Path::new("/etc/hark/ca.pem")));
    let Source::Imap(home) = &config.accounts["home"].source else { panic!() };
    assert_eq!(home.login, Login::File("/etc/hark/secret".into()));
}

#[test]
fn an_empty_file_has_every_default() {
    assert_eq!(parse("").unwrap(), Config::default());
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&parse(text).unwrap_err().to_string());
}

fn imap(lines: &str) -> String {
    format!("[account.work.imap]\nhost = \"imap.example.org\"\nuser = \"robin\"\n{lines}\n")
}

#[test]
fn unknown_keys_are_named_with_their_line() {
    check(
        "[settings]\nspeed = 1.0\nwindw_s = 3\n",
        expect![[
            r#"the configuration /etc/hark/config.toml, line 3: there is no key "windw_s" here; what can stand here: output, window_s, mark_read, protected, protected_pause_s, breaks, order, speed, verbosity, voice, hearing, wake_word"#
        ]],
    );
    check(
        "[setings]\n",
        expect![[
            r#"the configuration /etc/hark/config.toml, line 1: there is no key "setings" here; what can stand here: settings, account"#
        ]],
    );
    check(
        "[account.work]\non = true\nimapp = 1\n",
        expect![[
            r#"the configuration /etc/hark/config.toml, line 3: there is no key "imapp" here; what can stand here: on, imap, smtp, maildir, addresses"#
        ]],
    );
    check(
        &imap("hots = 1\npassword = { command = \"x\" }"),
        expect![[
            r#"the configuration /etc/hark/config.toml, line 4: there is no key "hots" here; what can stand here: host, port, user, ca_file, password, oauth, client_id, client_secret_file, token_file, auth_url, token_url, device_url, scope, security"#
        ]],
    );
    check(
        &imap("password = { comand = \"x\" }"),
        expect![[
            r#"the configuration /etc/hark/config.toml, line 4: there is no key "comand" here; what can stand here: command, file, keyring"#
        ]],
    );
}

#[test]
fn ranges_and_forms_are_checked_in_words() {
    check(
        "[settings]\n\nprotected_pause_s = 1\n",
        expect!["the configuration /etc/hark/config.toml, line 3: protected_pause_s must be between 2 and 10 seconds"],
    );
    check(
        "[settings]\nspeed = nan\n",
        expect!["the configuration /etc/hark/config.toml, line 2: speed must be between 0.5 and 3"],
    );
    check(
        "[settings]\noutput = \"ears\"\n",
        expect![
            "the configuration /etc/hark/config.toml, line 2: unknown variant `ears`, expected one of `auto`, `headphones`, `loudspeaker`"
        ],
    );
    check(
        "[settings]\nspeed = \"fast\"\n",
        expect![[r#"the configuration /etc/hark/config.toml, line 2: invalid type: string "fast", expected f64"#]],
    );
    check("[settings\n", expect!["the configuration /etc/hark/config.toml, line 1: unclosed table, expected `]`"]);
    check(
        "[account.work]\n",
        expect![
            "the configuration /etc/hark/config.toml, line 1: this account needs an [account.NAME.imap] part with host and user"
        ],
    );
    check(
        &imap(""),
        expect![[
            r#"the configuration /etc/hark/config.toml, line 1: this account needs password = { command = "…" }, { file = "…" } or { keyring = true }"#
        ]],
    );
    check(
        &imap("security = \"plain\"\npassword = { command = \"x\" }"),
        expect![[
            r#"the configuration /etc/hark/config.toml, line 1: security = "plain" is only for a server on this machine: your password would travel in the open"#
        ]],
    );
    check(
        "[account.\"my mail\"]\nmaildir = \"x\"\n",
        expect!["the configuration /etc/hark/config.toml, line 1: an account's name has only letters, digits, - and _"],
    );
}

#[test]
fn a_password_written_into_the_file_is_refused_and_not_repeated() {
    let error = parse(&imap("password = \"hunter2\"")).unwrap_err().to_string();
    assert!(!error.contains("hunter2"), "{error}");
    assert!(error.contains("line 4: the password itself must not stand here"), "{error}");
    for odd in [
        "password = 123456",
        "password = { command = \"a\", file = \"b\" }",
        "password = {}",
        "password = [\"hunter2\"]",
    ] {
        let error = parse(&imap(odd)).unwrap_err().to_string();
        assert!(!error.contains("hunter2") && !error.contains("123456"), "{error}");
    }
}

#[test]
fn places_follow_the_environment() {
    let vars = |name: &str| match name {
        "HOME" => Some("/home/robin".into()),
        "XDG_CACHE_HOME" => Some("/tmp/cache".into()),
        "XDG_DATA_HOME" => Some("relative".into()),
        _ => None,
    };
    if cfg!(target_os = "linux") {
        let places = Places::find(vars).unwrap();
        assert_eq!(places.config_file(), Path::new("/home/robin/.config/hark/config.toml"));
        assert_eq!(places.prompts(), Path::new("/tmp/cache/hark/prompts"));
        assert_eq!(places.data, Path::new("/home/robin/.local/share/hark"));
    }
}

#[cfg(feature = "imap")]
mod edits {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        fs::write(&path, text).unwrap();
        (dir, path)
    }

    fn home() -> ImapAccount {
        ImapAccount {
            host: "mail.example.net".into(),
            port: 993,
            user: "ana".into(),
            ca_file: None,
            login: Login::Command("pass show \"home\"".into()),
            security: Security::Tls,
        }
    }

    #[test]
    fn adding_turning_and_removing_leave_the_rest_as_it_was() {
        let before = "# mine\n[settings]\nspeed = 1.2 # fast\n\n[account.work]\non = true   # weekdays\n[account.work.imap]\nhost = \"h\"\nuser = \"u\"\npassword = { file = \"f\" }\n";
        let (_dir, path) = file(before);
        edit::add(&path, "home", &home(), None).unwrap();
        let Source::Imap(added) = &Config::load(&path).unwrap().accounts["home"].source else { panic!() };
        assert_eq!(added, &home());
        assert!(fs::read_to_string(&path).unwrap().starts_with(before));
        edit::turn(&path, "work", Switch::Off).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("on = false   # weekdays"));
        edit::turn(&path, "work", Switch::On).unwrap();
        edit::remove(&path, "home").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().trim_end(), before.trim_end());
    }

    #[test]
    fn a_first_account_makes_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/config.toml");
        edit::add(&path, "home", &home(), None).unwrap();
        assert_eq!(Config::load(&path).unwrap().accounts.len(), 1);
        assert!(matches!(edit::add(&path, "home", &home(), None), Err(edit::EditError::Exists(_))));
        assert!(matches!(edit::add(&path, "a b", &home(), None), Err(edit::EditError::BadName)));
        assert!(matches!(edit::remove(&path, "other"), Err(edit::EditError::NoSuchAccount(_))));
    }

    #[test]
    fn a_broken_file_is_never_written_over() {
        let (_dir, path) = file("[settings]\nspeeed = 1\n");
        assert!(edit::add(&path, "home", &home(), None).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "[settings]\nspeeed = 1\n");
    }
}

fn smtp(addresses: &str, lines: &str) -> String {
    format!(
        "[account.work]\n{addresses}\n[account.work.imap]\nhost = \"imap.example.org\"\nuser = \"robin\"\n\
         password = {{ keyring = true }}\n[account.work.smtp]\nhost = \"smtp.example.org\"\n{lines}\n"
    )
}

#[test]
fn a_server_to_send_by_shares_the_login() {
    let own = "addresses = [\"no address\", \"robin@example.org\"]";
    let read = |lines: &str| parse(&smtp(own, lines)).unwrap().accounts["work"].smtp.clone().unwrap();
    let usual = read("");
    assert_eq!((usual.port, usual.security, usual.user.as_str()), (465, Security::Tls, "robin"));
    assert_eq!((usual.from.as_str(), usual.ca_file.as_deref()), ("robin@example.org", None));
    let other = read("security = \"starttls\"\nuser = \"sender\"\nca_file = \"ca.pem\"");
    assert_eq!((other.port, other.user.as_str()), (587, "sender"));
    assert_eq!(other.ca_file.as_deref(), Some(Path::new("/etc/hark/ca.pem")));
    assert_eq!(read("port = 2525").port, 2525);
    let config = parse(FULL).unwrap();
    assert_eq!(config.accounts["work"].smtp, None);
}

#[test]
fn a_server_to_send_by_needs_safety_an_address_and_imap() {
    let own = "addresses = [\"robin@example.org\"]";
    for (text, part) in [
        (smtp(own, "security = \"plain\""), "smtp: security = \"plain\" is only for a server on this machine"),
        (smtp(own, "port = 0"), "smtp: port must be"),
        (smtp(own, "password = { keyring = true }"), "there is no key \"password\""),
        (smtp("", ""), "smtp needs an address"),
        ("[account.home]\nmaildir = \"m\"\n[account.home.smtp]\nhost = \"x\"\n".to_owned(), "stands beside imap"),
    ] {
        let error = parse(&text).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}
