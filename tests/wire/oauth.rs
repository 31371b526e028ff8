//! Sign-in flows against a local authorisation server.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use hark::config::{ImapAccount, Login, Security};
use hark::mailbox::{ImapMailbox, ImapOptions, Invitation, News, OAuthError, RealNetwork, sign_in};
use hark::session::MailScope;

use crate::authority::{Authority, Decision, Mood, get};
use crate::client::Driver;
use crate::server::{Hook, Server, World};

fn account(oauth: &hark::config::OAuth) -> ImapAccount {
    ImapAccount {
        host: "localhost".into(),
        port: 993,
        user: "test@example.org".into(),
        ca_file: None,
        login: Login::OAuth(oauth.clone()),
        security: Security::Tls,
    }
}

#[test]
fn a_code_that_is_typed_elsewhere_gives_permission_and_only_the_owner_can_read_it() {
    let authority = Authority::start(Mood { pending: 1, ..Mood::default() });
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    let oauth = authority.oauth(&file, true);
    let mut shown = Vec::new();
    sign_in(&account(&oauth), &oauth, &RealNetwork, &mut |invitation| shown.push(invitation.clone())).unwrap();
    let page = "https://example.org/activate".to_owned();
    assert_eq!(shown, [Invitation::Code { page, code: "WORD-1".into() }]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "refresh-0\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_permission_that_was_not_given_is_told() {
    for (decision, told) in [(Decision::Deny, OAuthError::Denied), (Decision::Expire, OAuthError::TooLate)] {
        let authority = Authority::start(Mood { decision, ..Mood::default() });
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        let oauth = authority.oauth(&file, true);
        assert_eq!(sign_in(&account(&oauth), &oauth, &RealNetwork, &mut |_| {}), Err(told));
        assert!(!file.exists());
    }
}

#[test]
fn the_browser_comes_back_with_a_code_that_only_this_sign_in_can_use() {
    let authority = Authority::start(Mood::default());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    let oauth = authority.oauth(&file, false);
    sign_in(&account(&oauth), &oauth, &RealNetwork, &mut |invitation| {
        let Invitation::Browser { page } = invitation.clone() else { panic!("{invitation:?}") };
        std::thread::spawn(move || {
            let back = get(&page);
            // Somebody else on this machine guesses first.
            let guess = back.replace("state=", "state=x");
            assert!(get(&guess).contains("nothing here"));
            assert!(get(&back).contains("may read your mail"));
        });
    })
    .unwrap();
    assert_eq!(authority.asked("authorization_code"), 1);
    assert_eq!(fs::read_to_string(&file).unwrap(), "refresh-0\n");
}

#[test]
fn a_client_id_that_is_not_known_is_told() {
    let authority = Authority::start(Mood::default());
    let dir = tempfile::tempdir().unwrap();
    let mut oauth = authority.oauth(&dir.path().join("token"), true);
    oauth.client_id = "wrong".into();
    let error = sign_in(&account(&oauth), &oauth, &RealNetwork, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("check client_id"), "{error}");
}

/// A server, an authority that changes the refresh token at each use, an account of both that is permitted already, and the folder of
/// its token.
pub fn rotating() -> (Server, Authority, ImapAccount, tempfile::TempDir) {
    let server = Server::start(World::new("AUTH=XOAUTH2 SASL-IR MOVE UIDPLUS"), |command, _| {
        if command.starts_with("AUTHENTICATE XOAUTH2") { Hook::Answer("TAG OK in\r\n".into()) } else { Hook::Usual }
    });
    let authority = Authority::start(Mood { rotates: true, ..Mood::default() });
    let dir = tempfile::tempdir().unwrap();
    let token = dir.path().join("token");
    authority.grant(&token);
    let login = Login::OAuth(authority.oauth(&token, true));
    let imap = ImapAccount { login, security: Security::Plain, ..crate::account(server.port) };
    (server, authority, imap, dir)
}

/// Where a provider changes the refresh token at each use, two renewals at once would end the permission.
#[test]
fn both_connections_of_an_account_share_one_token() {
    let (server, authority, imap, _dir) = rotating();
    let options = ImapOptions { news: News::Watched, ..crate::options() };
    let mut driver = Driver::new(ImapMailbox::open(imap, options).unwrap());
    driver.open(MailScope::Unread).unwrap();
    while server.world().asked("AUTHENTICATE") < 2 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert_eq!(authority.asked("refresh_token"), 1);
}
