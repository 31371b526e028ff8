//! Tokens against a real Dovecot: good, over, of somebody else, taken back in mid-session.

use std::time::Duration;

use hark::config::{ImapAccount, Login, Security};
use hark::mailbox::{ImapError, ImapMailbox, Timeouts, probe};
use hark::session::{ActVerb, MailScope, MailTrouble};

use crate::authority::{Authority, Mood};
use crate::client::Driver;
use crate::live::{Dovecot, Proxy, USER};
use crate::suite::{options, plain};

const MECHANISMS: [&str; 2] = ["plain xoauth2", "plain oauthbearer"];

fn account(dovecot: &Dovecot, authority: &Authority, port: u16) -> ImapAccount {
    let token = dovecot.root().join("token");
    authority.grant(&token);
    ImapAccount {
        host: "localhost".into(),
        port,
        user: USER.into(),
        ca_file: Some(dovecot.ca_file()),
        login: Login::OAuth(authority.oauth(&token, true)),
        security: Security::Tls,
    }
}

#[test]
fn tokens_that_are_good_over_or_of_somebody_else() {
    for mechanisms in MECHANISMS {
        let Some(dovecot) = Dovecot::start_with("tokens_that_are_good_over_or_of_somebody_else", mechanisms) else {
            return;
        };
        let good = Authority::start(Mood::default());
        assert!(probe(&account(&dovecot, &good, dovecot.port), &Timeouts::default()).is_ok(), "{}", dovecot.log());
        assert_eq!(good.asked("refresh_token"), 1);

        // The provider says an hour, and it is over: the server's no makes us ask for another.
        let late = Authority::start(Mood { lifetime_s: -100, bad_answers: 1, ..Mood::default() });
        assert!(probe(&account(&dovecot, &late, dovecot.port), &Timeouts::default()).is_ok(), "{mechanisms}");
        assert_eq!(late.asked("refresh_token"), 2);

        let other = Authority::start(Mood { issuer: "https://evil/".into(), ..Mood::default() });
        let error = probe(&account(&dovecot, &other, dovecot.port), &Timeouts::default()).unwrap_err();
        assert!(matches!(error, ImapError::TokenRefused), "{mechanisms}: {error}");
        assert_eq!(other.asked("refresh_token"), 2, "asked once more, not for ever");

        let revoked = Authority::start(Mood { revoked: true, ..Mood::default() });
        let error = probe(&account(&dovecot, &revoked, dovecot.port), &Timeouts::default()).unwrap_err();
        assert!(error.to_string().contains("hark account login"), "{error}");
    }
}

#[test]
fn a_token_is_renewed_in_mid_session_and_a_new_refresh_token_is_kept() {
    let Some(dovecot) = Dovecot::start_with("a_token_is_renewed_in_mid_session", MECHANISMS[0]) else { return };
    dovecot.deliver("1000.a", "", &plain("a", "Mon, 2 Mar 2026 06:00:00 +0000"));
    // Shorter than what counts as good: each connection needs another.
    let authority = Authority::start(Mood { rotates: true, expires_in: 30, ..Mood::default() });
    let proxy = Proxy::start(dovecot.port, Duration::ZERO);
    let mailbox = ImapMailbox::open(account(&dovecot, &authority, proxy.port), options()).unwrap();
    let mut driver = Driver::new(mailbox);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    proxy.cut();
    let archive = driver.submit(&mails[0], ActVerb::Archive);
    driver.offline();
    proxy.mend();
    assert_eq!(driver.outcome(archive), Ok(()));
    assert!(authority.asked("refresh_token") >= 2);
    let kept = std::fs::read_to_string(dovecot.root().join("token")).unwrap();
    assert_eq!(kept.trim(), format!("refresh-{}", authority.asked("refresh_token")));
}

#[test]
fn a_permission_taken_back_in_mid_session_is_told_and_nothing_is_lost() {
    let Some(dovecot) = Dovecot::start_with("a_permission_taken_back_in_mid_session", MECHANISMS[1]) else { return };
    dovecot.deliver("1000.a", "", &plain("a", "Mon, 2 Mar 2026 06:00:00 +0000"));
    let authority = Authority::start(Mood { expires_in: 30, ..Mood::default() });
    let proxy = Proxy::start(dovecot.port, Duration::ZERO);
    let mailbox = ImapMailbox::open(account(&dovecot, &authority, proxy.port), options()).unwrap();
    let mut driver = Driver::new(mailbox);
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    authority.change(|mood| mood.revoked = true);
    proxy.cut();
    let archive = driver.submit(&mails[0], ActVerb::Archive);
    proxy.mend();
    driver.offline();
    // Whatever it was first, a new session hears the reason.
    let trouble = (0..50).find_map(|_| {
        let trouble = driver.open(MailScope::Unread).err();
        trouble.filter(|trouble| *trouble == MailTrouble::SignInAgain)
    });
    assert_eq!(trouble, Some(MailTrouble::SignInAgain));
    assert_eq!(driver.settle(), 1, "the change waits");
    authority.change(|mood| mood.revoked = false);
    assert_eq!(driver.outcome(archive), Ok(()));
}
