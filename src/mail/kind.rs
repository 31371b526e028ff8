//! Who wrote a message, and why it came: from header and structure first, from words where those are silent.

use super::body::Body;
use super::calendar::{Event, Method};
use super::head::Head;
use super::lexicon::kinds;
use super::message::MessageKind;
use super::mime::Tree;
use super::speaker::Speaker;
use super::subject;
use super::zones::words::{any_in, words};

/// What header and structure say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    report: bool,
    meeting: bool,
    /// Many may write to the list and read the answers.
    discussion: bool,
    /// Can be unsubscribed from, or says that it is one to many.
    bulk: bool,
    /// Marked by the mail system of a company or a program's header.
    machine: bool,
    /// The sender's address says that nobody reads answers.
    machine_sender: bool,
    /// The same, in so many words.
    deaf_sender: bool,
    /// "alerts@", "messages-noreply@": writes when something happens.
    event_sender: bool,
    /// Header of a program that writes about events, of a service that writes to many, and of generated mail.
    program: bool,
    campaign: bool,
    generated: bool,
    bulk_sender: bool,
    /// "hello@", "team@": more often to many than not.
    many_sender: bool,
    /// Has a List-Id.
    listed: bool,
    answers: bool,
    /// Holds an entry for the calendar that asks for no answer.
    published: bool,
    auto_reply: bool,
}

impl Facts {
    /// `subject` and `text` of the speaker are folded.
    pub fn of(head: &Head, tree: &Tree<'_>, body: &Body, speaker: &Speaker<'_>) -> Facts {
        let root = tree.part(0);
        let user = speaker.address.split('@').next().unwrap_or_default().to_ascii_lowercase();
        let lower = speaker.subject;
        let bounce = kinds().sender.daemon.contains(&user)
            && (any_in(&kinds().report.subject, lower) || head.has("x-failed-recipients"));
        let auto = head.get("auto-submitted").map(|v| v.trim().to_ascii_lowercase()).unwrap_or_default();
        let precedence = head.get("precedence").map(|v| v.trim().to_ascii_lowercase()).unwrap_or_default();
        let post = head.get("list-post").is_some_and(|v| !v.trim().eq_ignore_ascii_case("no"));
        let program = PROGRAM_HEADERS.iter().any(|name| head.has(name));
        let campaign = CAMPAIGN_HEADERS.iter().any(|name| head.has(name)) || is_campaign_host(head, speaker.address);
        let list_software =
            ["x-mailman-version", "x-beenthere", "x-google-group-id", "mailing-list", "x-mlmmj-version"]
                .iter()
                .any(|name| head.has(name));
        let answers = head.has("in-reply-to") || head.has("references");
        // Relays drop the list's own fields; somebody who answers there under an own address is a person.
        let answered = answers && precedence == "list" && speaker.is_person();
        let discussion = (post || list_software || answered)
            && head.has("list-id") | head.has("mailing-list")
            && !program
            && !campaign;
        let fresh = !answers && !subject::is_reply(lower) && !subject::is_forward(lower);
        let listed = head.has("list-id");
        let company = fresh && (speaker.is_company() || speaker.is_on_behalf() && !listed);
        Facts {
            report: root.is_some_and(|part| part.media_type == "multipart/report") || bounce,
            meeting: is_meeting(head, body),
            discussion,
            bulk: head.has("list-unsubscribe") || campaign || matches!(precedence.as_str(), "bulk" | "junk"),
            machine: program
                || company
                || auto.starts_with("auto")
                || head.get("x-auto-response-suppress").is_some_and(|v| v.to_ascii_lowercase().contains("all"))
                || head.get("return-path").is_some_and(|v| v.trim() == "<>"),
            machine_sender: is_machine(&user),
            deaf_sender: is_deaf(&user),
            event_sender: kinds().sender.event.iter().any(|word| user.contains(word.as_str())),
            program,
            campaign,
            generated: auto.starts_with("auto"),
            bulk_sender: kinds().sender.bulk.contains(&user),
            many_sender: kinds().sender.many.contains(&user),
            listed,
            answers,
            published: method(body) == Some(Method::Publish),
            auto_reply: auto.starts_with("auto-replied") || head.has("x-autoreply") || head.has("x-autorespond"),
        }
    }

    /// A machine wrote it.
    pub fn is_automatic(&self) -> bool {
        !self.discussion && (self.machine || self.machine_sender || self.bulk)
    }

    /// Footers are to be expected. What people write to a list is theirs; what the list adds below has its own forms.
    pub fn is_bulk(&self) -> bool {
        self.is_automatic()
    }

    /// Judged with `subject` and `text` folded.
    pub fn kind(&self, subject: &str, text: &str) -> MessageKind {
        if self.report {
            return MessageKind::Report;
        }
        if self.meeting {
            return MessageKind::Meeting;
        }
        if self.auto_reply {
            return MessageKind::Notification;
        }
        // People answer from billing@ and orders@, too.
        let answer = self.answers && !self.machine && !self.bulk && !self.deaf_sender;
        if self.discussion && !self.machine_sender || answer {
            return MessageKind::Person;
        }
        let unsubscribable = any_in(&words().unsubscribe.words, text);
        let web_view = any_in(&words().webview.words, text);
        let automatic = self.is_automatic() || (unsubscribable && !self.answers && web_view);
        if !automatic {
            return MessageKind::Person;
        }
        // That something is on its way is news, whatever it cost.
        if is_receipt(subject, text) && !any_in(&kinds().notification.delivery, subject) {
            return MessageKind::Receipt;
        }
        if self.published && any_in(&kinds().meeting.subject, subject) {
            return MessageKind::Meeting;
        }
        let to_many = self.bulk || unsubscribable || self.bulk_sender;
        if self.program || !to_many || self.newsletter_votes(subject, text) <= 0 {
            MessageKind::Notification
        } else {
            MessageKind::Newsletter
        }
    }

    /// Nearly all automatic mail can be unsubscribed from nowadays: what the sender calls itself, whether it tells of an
    /// event and how long it is decide between a letter to many and a note about something that happened.
    fn newsletter_votes(&self, subject: &str, text: &str) -> i32 {
        let lists = kinds();
        let vote = |yes: bool, weight: i32| if yes { weight } else { 0 };
        let event = any_in(&lists.notification.subject, subject);
        let issue = any_in(&lists.newsletter.subject, subject);
        1 + vote(self.campaign, 2)
            + vote(self.bulk_sender, 3)
            + vote(self.many_sender, 1)
            + vote(self.listed, 1)
            + vote(issue, 2)
            + vote(any_in(&words().webview.words, text), 1)
            + vote(any_in(&lists.newsletter.text, text), 1)
            + vote(text.len() > 2_500, 2)
            - vote(event && !issue, 2)
            - vote(self.event_sender, 2)
            - vote(self.deaf_sender, 1)
            - vote(self.generated, 2)
            - vote(self.answers, 2)
            - vote(text.len() < 700 && (event || self.event_sender || self.deaf_sender), 1)
    }
}

/// Headers of programs that write about events.
const PROGRAM_HEADERS: [&str; 32] = [
    "x-discourse-post-id",
    "x-zendesk-from-account-id",
    "x-zendesk-ticket-id",
    "x-trello-type",
    "x-asana-user-id",
    "x-basecamp-kind",
    "x-gitea-reason",
    "x-forgejo-reason",
    "x-gogs-reason",
    "x-confluence-fingerprint",
    "x-atlassian-mail-transaction-id",
    "x-otrs-loop",
    "x-rt-ticket",
    "x-freshdesk-ticket-id",
    "x-nagios-notification",
    "x-linkedin-class",
    "x-facebook-notify",
    "x-bitbucket-repo",
    "x-github-reason",
    "x-github-sender",
    "x-gitlab-project",
    "x-gitlab-notificationreason",
    "x-jira-fingerprint",
    "x-jenkins-job",
    "x-cron-env",
    "x-bugzilla-reason",
    "x-redmine-project",
    "x-trac-project",
    "x-phabricator-mail-id",
    "x-gerrit-messagetype",
    "x-launchpad-notification-type",
    "x-discourse-topic-id",
];

/// Headers of services that send one mail to many.
const CAMPAIGN_HEADERS: [&str; 12] = [
    "x-mailchimp-campaignid",
    "x-cleverreach-id",
    "x-csa-complaints",
    "x-rapidmail-id",
    "x-mc-user",
    "x-campaign",
    "x-campaignid",
    "x-campaign-id",
    "x-mailchimp-campaign-id",
    "x-mailer-recptid",
    "x-newsletter",
    "x-cmail-campaignid",
];

fn is_meeting(head: &Head, body: &Body) -> bool {
    let class = head.get("content-class").unwrap_or_default().to_ascii_lowercase();
    class.contains("calendarmessage")
        || matches!(method(body), Some(Method::Request | Method::Reply | Method::Cancel | Method::Counter))
}

fn method(body: &Body) -> Option<Method> {
    body.calendar.as_deref().and_then(|text| Event::parse(text, 0).method)
}

/// Sent through a service for letters to many.
fn is_campaign_host(head: &Head, from: &str) -> bool {
    let holds = |text: &str| any_in(&kinds().sender.campaign, &text.to_ascii_lowercase());
    let host = from.rsplit('@').next().unwrap_or_default();
    holds(host) || ["return-path", "list-unsubscribe", "list-id"].iter().any(|name| head.get(name).is_some_and(holds))
}

/// The user part is one of the known words, or has one between its dots and dashes.
fn is_machine(user: &str) -> bool {
    let known = &kinds().sender.machine;
    known.iter().any(|word| word == user)
        || user.split(['.', '+', '=', '_']).any(|piece| known.iter().any(|word| word == piece && word.len() > 4))
        || is_deaf(user)
}

fn is_deaf(user: &str) -> bool {
    const DEAF: [&str; 27] = [
        "noreply",
        "no-reply",
        "no_reply",
        "no.reply",
        "donotreply",
        "do-not-reply",
        "do_not_reply",
        "notification",
        "noresponse",
        "nepasrepondre",
        "ne-pas-repondre",
        "nicht-antworten",
        "keineantwort",
        "noresponder",
        "no-responder",
        "naoresponda",
        "nao-responda",
        "naoresponder",
        "nao-responder",
        "nonrispondere",
        "non-rispondere",
        "geenantwoord",
        "ikke-svar",
        "svar-inte",
        "eivastaus",
        "nieodpowiadaj",
        "neodpovid",
    ];
    DEAF.iter().any(|word| user.contains(word))
}

/// A receipt says so in its subject, or names a number and an amount.
pub(super) fn is_receipt(subject: &str, text: &str) -> bool {
    any_in(&kinds().receipt.subject, subject) || any_in(&kinds().receipt.text, text) && has_amount(text)
}

/// Signs and codes of money, as they stand beside a figure.
const MONEY: [&str; 30] = [
    "€", "$", "£", "¥", "₹", "₫", "đ", "rp", "₩", "₪", "ft", "lei", "лв", "грн", "₴", "tl", "zł", "kr", "eur", "euro",
    "euros", "usd", "gbp", "chf", "руб", "₽", "₺", "元", "円", "kč",
];

/// `€ 12.50`, `12,50 EUR`, `$5`; but not "left 5 of them": letters are a word of their own.
pub(super) fn has_amount(text: &str) -> bool {
    let is_amount = |at: usize, sign: &str| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + sign.len()..).unwrap_or_default());
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        let word = sign.chars().all(|c| c.is_alphabetic() && u32::from(c) < CJK);
        let apart = !letter(before.chars().next_back()) && !letter(after.chars().next());
        let figure = digit(before.trim_end().chars().next_back()) || digit(after.trim_start().chars().next());
        figure && (apart || !word)
    };
    MONEY.iter().any(|sign| text.match_indices(sign).take(SIGNS_CAP).any(|(at, _)| is_amount(at, sign)))
}

/// Scripts from here on have no blanks between words.
const CJK: u32 = 0x2e80;
/// Places of one sign that are looked at.
const SIGNS_CAP: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_from_words_beside_figures() {
        for amount in [
            "€ 12.50",
            "12,50 eur",
            "$5",
            "12,50€",
            "149 kr",
            "149 kr.",
            "rp12.000",
            "120 руб.",
            "合計3000円です",
            "500.000đ",
        ] {
            assert!(has_amount(amount), "{amount}");
        }
        for none in ["left 5 of them", "we lift 3 times", "5 krill", "2 leitungen", "entl 3", "kr", "12 amateur 3"] {
            assert!(!has_amount(none), "{none}");
        }
    }
}
