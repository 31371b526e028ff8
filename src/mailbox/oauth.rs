//! Logins through a provider's page: device code, or a browser that comes back to this machine (loopback + PKCE);
//! afterwards a refresh token is kept, and access tokens live in memory only.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl,
    DeviceCodeErrorResponseType, EndpointNotSet, EndpointSet, PkceCodeChallenge, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardDeviceAuthorizationResponse, TokenResponse, TokenUrl,
};

use super::http::{Http, HttpError};
use super::secrets::{self, Place, Secret, SecretError, keyring_name};
use crate::config::{ImapAccount, OAuth};

/// An access token this close to its end is renewed first: a login may take half a minute.
const EARLY: Duration = Duration::from_secs(90);
/// How long somebody may take in the browser.
const PATIENCE: Duration = Duration::from_secs(600);
/// No token is taken to live longer: what a provider says may be beyond every clock.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);
/// Between two looks whether a code was typed, whatever the provider says.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Longest code that anybody would type, and longest address.
const CODE_CAP: usize = 64;
const PAGE_CAP: usize = 2_000;
/// Longest request line looked at on the loopback port.
const REQUEST_CAP: u64 = 8 * 1024;

/// Why there is no access, in the listener's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    #[error("the sign-in service cannot be reached: {0}")]
    Unreachable(String),
    #[error("the sign-in service does not trust this device any more; give permission anew with `hark account login`")]
    Revoked,
    #[error("permission was not given")]
    Denied,
    #[error("the time to give permission is over; try again")]
    TooLate,
    #[error("the sign-in service refused: {0}; check client_id and scope in the configuration")]
    Misconfigured(String),
    #[error("the sign-in service gave an answer that makes no sense")]
    BrokenAnswer,
    #[error("this provider has no code to type in; use the browser on this machine")]
    NoDeviceFlow,
    #[error("no port of this machine could be opened for the browser to come back to: {0}")]
    NoPort(String),
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl OAuthError {
    /// Whether the network is to blame.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            OAuthError::Unreachable(_) | OAuthError::BrokenAnswer => true,
            OAuthError::Revoked
            | OAuthError::Denied
            | OAuthError::TooLate
            | OAuthError::Misconfigured(_)
            | OAuthError::NoDeviceFlow
            | OAuthError::NoPort(_)
            | OAuthError::Secret(_) => false,
        }
    }
}

/// What to show somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invitation {
    /// Open this page anywhere, and type the code.
    Code { page: String, code: String },
    /// Open this page in a browser on this machine.
    Browser { page: String },
}

/// The access token of one account, as long as it is good. Every connection of the account has the same: two renewals at
/// once would end each other's permission where a provider changes the refresh token at each use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    token: Option<(Secret, Instant)>,
    /// The last renewal that failed, and when it was over.
    failed: Option<(Instant, OAuthError)>,
}

impl Keys {
    /// A token that is good for the next minute and a half.
    pub fn access(&self, account: &ImapAccount, oauth: &OAuth, http: Http) -> Result<Secret, OAuthError> {
        self.since(Instant::now(), |held| match &held.token {
            Some((token, until)) if Instant::now() + EARLY < *until => Ok(token.clone()),
            Some(_) | None => renew(&mut held.token, account, oauth, http),
        })
    }

    /// Another token: the server did not want this one. Somebody else may have seen to that meanwhile.
    pub fn renewed(
        &self,
        refused: &Secret,
        account: &ImapAccount,
        oauth: &OAuth,
        http: Http,
    ) -> Result<Secret, OAuthError> {
        self.since(Instant::now(), |held| match &held.token {
            Some((token, _)) if token.bytes() != refused.bytes() => Ok(token.clone()),
            Some(_) | None => renew(&mut held.token, account, oauth, http),
        })
    }

    /// Whoever waited since `asked` for a renewal that failed shares the failure: one after the other would wait half a minute
    /// for the same silence.
    fn since(
        &self,
        asked: Instant,
        get: impl FnOnce(&mut Held) -> Result<Secret, OAuthError>,
    ) -> Result<Secret, OAuthError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match &held.failed {
            Some((over, error)) if *over >= asked => return Err(error.clone()),
            Some(_) | None => {}
        }
        let got = get(&mut held);
        held.failed = got.as_ref().err().map(|error| (Instant::now(), error.clone()));
        got
    }
}

fn renew(
    held: &mut Option<(Secret, Instant)>,
    account: &ImapAccount,
    oauth: &OAuth,
    http: Http,
) -> Result<Secret, OAuthError> {
    *held = None;
    let (place, name) = (Place::from(&oauth.store), keyring_name(account));
    let refresh = secrets::load(&place, &name)?;
    let text = String::from_utf8_lossy(refresh.bytes()).into_owned();
    let answer = client(oauth)?
        .exchange_refresh_token(&RefreshToken::new(text))
        .request(&|request| http.call(request))
        .map_err(|error| told(error, Grant::Refresh))?;
    // Some providers change it at each use, and the old one then ends.
    if let Some(next) = answer.refresh_token().map(|token| Secret::new(token.secret().clone().into_bytes()))
        && next.bytes() != refresh.bytes()
    {
        secrets::save(&place, &name, &next)?;
    }
    let token = Secret::new(answer.access_token().secret().clone().into_bytes());
    // Without a word about it, it is asked for anew each time.
    let until = Instant::now() + answer.expires_in().unwrap_or_default().min(LONGEST_LIFE);
    *held = Some((token.clone(), until));
    Ok(token)
}

/// Shows a code to type on any device, waits for the permission and keeps it.
pub(crate) fn sign_in_by_code(
    account: &ImapAccount,
    oauth: &OAuth,
    http: Http,
    show: &mut dyn FnMut(&Invitation),
) -> Result<(), OAuthError> {
    let device = oauth.endpoints.device.clone().ok_or(OAuthError::NoDeviceFlow)?;
    let device = DeviceAuthorizationUrl::new(device).map_err(|_| bad_address())?;
    let client = client(oauth)?.set_device_authorization_url(device);
    let call = |request| http.call(request);
    let details: StandardDeviceAuthorizationResponse = client
        .exchange_device_code()
        .add_scopes(scopes(oauth))
        .request(&call)
        .map_err(|error| told(error, Grant::Permission))?;
    let invitation = invitation(&details).ok_or(OAuthError::BrokenAnswer)?;
    show(&invitation);
    let pause = |time: Duration| std::thread::sleep(time.clamp(LEAST_PAUSE, LONGEST_PAUSE));
    let answer =
        client.exchange_device_access_token(&details).request(&call, pause, Some(PATIENCE)).map_err(device_told)?;
    keep(account, oauth, &answer)
}

/// What a person can read and a browser can open, and nothing that a terminal obeys; `None` for anything else, and where
/// the next look is later than anybody waits.
fn invitation(details: &StandardDeviceAuthorizationResponse) -> Option<Invitation> {
    let page = details.verification_uri().url();
    let code = details.user_code().secret();
    let usable = matches!(page.scheme(), "https" | "http")
        && page.as_str().len() <= PAGE_CAP
        && (1..=CODE_CAP).contains(&code.chars().count())
        && !code.chars().any(char::is_control)
        && details.interval() <= PATIENCE;
    usable.then(|| Invitation::Code { page: page.to_string(), code: code.clone() })
}

/// Shows a page to open on this machine, waits for the browser to come back and keeps the permission.
pub(crate) fn sign_in_by_browser(
    account: &ImapAccount,
    oauth: &OAuth,
    http: Http,
    show: &mut dyn FnMut(&Invitation),
) -> Result<(), OAuthError> {
    let no_port = |error: std::io::Error| OAuthError::NoPort(error.to_string());
    let listener = TcpListener::bind("127.0.0.1:0").map_err(no_port)?;
    let port = listener.local_addr().map_err(no_port)?.port();
    let redirect = RedirectUrl::new(format!("http://127.0.0.1:{port}/")).map_err(|_| bad_address())?;
    let client = client(oauth)?.set_redirect_uri(redirect);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request =
        client.authorize_url(CsrfToken::new_random).add_scopes(scopes(oauth)).set_pkce_challenge(challenge);
    // Google gives a refresh token only when asked so.
    request = request.add_extra_param("access_type", "offline").add_extra_param("prompt", "consent");
    let (page, state) = request.add_extra_param("login_hint", account.user.clone()).url();
    show(&Invitation::Browser { page: page.to_string() });
    let code = wait_for_browser(&listener, state.secret())?;
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(verifier)
        .request(&|request| http.call(request))
        .map_err(|error| told(error, Grant::Permission))?;
    keep(account, oauth, &answer)
}

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

fn client(oauth: &OAuth) -> Result<Client, OAuthError> {
    let authorize = AuthUrl::new(oauth.endpoints.authorize.clone()).map_err(|_| bad_address())?;
    let token = TokenUrl::new(oauth.endpoints.token.clone()).map_err(|_| bad_address())?;
    let mut client = BasicClient::new(ClientId::new(oauth.client_id.clone()))
        .set_auth_uri(authorize)
        .set_token_uri(token)
        // Both large providers want it in the body.
        .set_auth_type(AuthType::RequestBody);
    if let Some(file) = &oauth.client_secret {
        let secret = secrets::load(&Place::File(file), "")?;
        client = client.set_client_secret(ClientSecret::new(String::from_utf8_lossy(secret.bytes()).into_owned()));
    }
    Ok(client)
}

fn scopes(oauth: &OAuth) -> Vec<Scope> {
    oauth.endpoints.scope.split_whitespace().map(|scope| Scope::new(scope.to_owned())).collect()
}

fn bad_address() -> OAuthError {
    OAuthError::Misconfigured("its address makes no sense".to_owned())
}

fn keep(account: &ImapAccount, oauth: &OAuth, answer: &BasicTokenResponse) -> Result<(), OAuthError> {
    let refresh = answer.refresh_token().ok_or(OAuthError::BrokenAnswer)?;
    let secret = Secret::new(refresh.secret().clone().into_bytes());
    Ok(secrets::save(&Place::from(&oauth.store), &keyring_name(account), &secret)?)
}

/// What was asked for when it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    Refresh,
    Permission,
}

fn told(error: RequestTokenError<HttpError, oauth2::basic::BasicErrorResponse>, grant: Grant) -> OAuthError {
    match error {
        RequestTokenError::ServerResponse(answer) => match (answer.error(), grant) {
            (BasicErrorResponseType::InvalidGrant, Grant::Refresh) => OAuthError::Revoked,
            (BasicErrorResponseType::InvalidGrant, Grant::Permission) => OAuthError::Denied,
            (other, _) => OAuthError::Misconfigured(name(other.as_ref())),
        },
        other => unanswered(other),
    }
}

fn device_told(error: RequestTokenError<HttpError, oauth2::DeviceCodeErrorResponse>) -> OAuthError {
    match error {
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            DeviceCodeErrorResponseType::AccessDenied => OAuthError::Denied,
            DeviceCodeErrorResponseType::ExpiredToken => OAuthError::TooLate,
            DeviceCodeErrorResponseType::AuthorizationPending | DeviceCodeErrorResponseType::SlowDown => {
                OAuthError::TooLate
            }
            DeviceCodeErrorResponseType::Basic(other) => OAuthError::Misconfigured(name(other.as_ref())),
        },
        other => unanswered(other),
    }
}

/// The name of an error (RFC 6749, 5.2) where it is one: anything else may be a token, or written for a terminal.
fn name(error: &str) -> String {
    let is_name = error.len() <= 40 && error.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if is_name && !error.is_empty() { error.to_owned() } else { "for no reason that it names".to_owned() }
}

/// Never the answer itself: it may hold a token.
fn unanswered<T: oauth2::ErrorResponse + 'static>(error: RequestTokenError<HttpError, T>) -> OAuthError {
    match error {
        RequestTokenError::Request(error) => OAuthError::Unreachable(error.to_string()),
        RequestTokenError::ServerResponse(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            OAuthError::BrokenAnswer
        }
    }
}

/// The code that the browser brings; requests for anything else (icons, guesses) are answered and passed over.
fn wait_for_browser(listener: &TcpListener, state: &str) -> Result<String, OAuthError> {
    let no_port = |error: std::io::Error| OAuthError::NoPort(error.to_string());
    listener.set_nonblocking(true).map_err(no_port)?;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        let Ok((stream, _)) = listener.accept() else {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        let patience = Some(Duration::from_secs(5));
        stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(patience)).map_err(no_port)?;
        let mut line = String::new();
        let limited = std::io::Read::take(&stream, REQUEST_CAP);
        // A visitor that says nothing is none.
        let _ = BufReader::new(limited).read_line(&mut line);
        let found = outcome(&line, state);
        let text = match &found {
            Some(Ok(_)) => "Hark may read your mail now. You can close this page.",
            Some(Err(_)) => "Hark was not allowed to read your mail. You can close this page.",
            None => "There is nothing here.",
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        );
        // The browser may be gone.
        let _ = (&stream).write_all(answer.as_bytes());
        if let Some(found) = found {
            return found;
        }
    }
    Err(OAuthError::TooLate)
}

/// `None` for a request that is not the provider's answer to this state.
fn outcome(request_line: &str, state: &str) -> Option<Result<String, OAuthError>> {
    let target = request_line.strip_prefix("GET ")?.split_whitespace().next()?;
    let url = oauth2::url::Url::parse("http://127.0.0.1/").ok()?.join(target).ok()?;
    let value = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    if value("state").as_deref() != Some(state) {
        return None;
    }
    match (value("code"), value("error")) {
        (Some(code), None) => Some(Ok(code)),
        (_, Some(_)) => Some(Err(OAuthError::Denied)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waited_for_a_renewal_that_failed_shares_the_failure_and_the_next_one_tries_again() {
        let keys = Keys::default();
        let asked = Instant::now();
        let fails = |_: &mut Held| Err(OAuthError::Unreachable("silence".into()));
        let works = |_: &mut Held| Ok(Secret::new(b"token".to_vec()));
        assert!(keys.since(asked, fails).is_err());
        let waited = keys.clone().since(asked, |_| panic!("the same silence again"));
        assert_eq!(waited.unwrap_err(), OAuthError::Unreachable("silence".into()));
        std::thread::sleep(Duration::from_millis(1));
        assert!(keys.since(Instant::now(), works).is_ok());
        assert!(keys.since(asked, works).is_ok(), "what was mended is no failure any more");
    }

    #[test]
    fn only_the_answer_to_our_own_question_counts() {
        assert_eq!(outcome("GET /?code=a%2Fb&state=s HTTP/1.1\r\n", "s"), Some(Ok("a/b".into())));
        assert_eq!(outcome("GET /?error=access_denied&state=s HTTP/1.1", "s"), Some(Err(OAuthError::Denied)));
        for other in ["GET /?code=x&state=t HTTP/1.1", "GET /favicon.ico HTTP/1.1", "POST /?code=x&state=s", "", "GET"]
        {
            assert_eq!(outcome(other, "s"), None, "{other}");
        }
    }
}
