//! Who wrote a mail and why it came.

use hark::mail::MessageKind::{self, *};

use super::support::{body, read};

#[test]
fn kinds_are_told_by_header_structure_and_words() {
    let table: &[(MessageKind, &str)] = &[
        (Person, "From: Ana <ana@example.org>\nSubject: Lunch\n\nAt one?"),
        (Person, "From: Ana <ana@example.org>\nSubject: Invoice for March\n\nHi, my invoice is attached. Best, Ana"),
        (
            Person,
            "From: Ana <ana@example.org>\nSubject: Re: [dev] plan\nList-Id: dev <dev.lists.example.org>\nList-Post: <mailto:dev@lists.example.org>\nList-Unsubscribe: <mailto:x@y>\nPrecedence: list\nX-Mailman-Version: 2.1\n\nYes.",
        ),
        (
            Newsletter,
            "From: Shop <hello@shop.example>\nSubject: Spring is here\nList-Unsubscribe: <https://shop.example/u>\n\nNew things.",
        ),
        (Newsletter, "From: Shop <info@shop.example>\nSubject: Spring\nPrecedence: bulk\n\nNew things."),
        (
            Newsletter,
            "From: News <newsletter@paper.example>\nSubject: Today\nList-Id: <n.paper.example>\nList-Post: NO\nList-Unsubscribe: <https://x>\n\nNews.",
        ),
        (
            Notification,
            "From: Forge <notifications@forge.example>\nSubject: [repo] Fix (#12)\nX-GitHub-Reason: mention\nList-Id: repo <repo.forge.example>\nList-Post: <mailto:reply@forge.example>\nList-Unsubscribe: <https://x>\nPrecedence: list\nIn-Reply-To: <a@b>\n\n@ana looks good",
        ),
        (Notification, "From: Bank <no-reply@bank.example>\nSubject: New sign-in to your account\n\nWas it you?"),
        (
            Notification,
            "From: Cron <root@host.example>\nSubject: Cron <root@host> backup\nAuto-Submitted: auto-generated\n\ndone",
        ),
        (
            Notification,
            "From: Ana <ana@example.org>\nSubject: Automatic reply: plan\nAuto-Submitted: auto-replied\n\nI am away.",
        ),
        (Receipt, "From: Shop <orders@shop.example>\nSubject: Your order 4711\n\nTotal: 12.50 EUR"),
        (Receipt, "From: Shop <noreply@shop.example>\nSubject: Rechnung Nr. 4711\n\nGesamtbetrag 12,50 €"),
        (Receipt, "From: Rail <noreply@rail.example>\nSubject: Thank you\n\nBooking reference ABC123\nTotal 59,90 €"),
        (
            Receipt,
            "From: Shop <shop@shop.example>\nSubject: Order confirmation\nList-Unsubscribe: <https://x>\n\nTotal: $5",
        ),
        (
            Meeting,
            "From: Ana <ana@example.org>\nSubject: Lunch\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Lunch\nDTSTART:20260303T123000\nEND:VEVENT\nEND:VCALENDAR\n",
        ),
        (
            Report,
            "From: <mailer-daemon@example.org>\nSubject: Undelivered Mail Returned to Sender\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nThis is the mail system.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; bo@example.org\nAction: failed\nStatus: 5.2.2\n--b\nContent-Type: message/rfc822\n\nSubject: old\n\nold text\n--b--\n",
        ),
        (Report, "From: Mail Delivery System <MAILER-DAEMON@example.org>\nSubject: failure notice\n\nSorry."),
    ];
    for (kind, raw) in table {
        assert_eq!(read(raw).kind, *kind, "{raw}");
    }
}

#[test]
fn reports_are_one_sentence() {
    let report = |fields: &str, kind: &str| {
        read(&format!(
            "From: mailer-daemon@example.org\nSubject: Report\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n--b\n\nLong story with addresses.\n--b\nContent-Type: message/{kind}\n\n{fields}\n--b\nContent-Type: message/rfc822\n\nSubject: old\n\nold text\n--b--\n"
        ))
    };
    let failed = |status: &str| {
        format!("Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; bo@example.org\nAction: failed\n{status}")
    };
    for (fields, sentence) in [
        (failed("Status: 5.2.2"), "Your message could not be delivered to bo@example.org: the mailbox is full."),
        (failed("Status: 5.1.1"), "Your message could not be delivered to bo@example.org: there is no such address."),
        (
            failed("Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no user"),
            "Your message could not be delivered to bo@example.org: there is no such address.",
        ),
        (failed("Status: 5.0.0"), "Your message could not be delivered to bo@example.org."),
        (
            "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; bo@example.org\nAction: delayed\nStatus: 4.4.1".into(),
            "Your message to bo@example.org is delayed: the mail server does not answer. It will be tried again.",
        ),
    ] {
        let message = report(&fields, "delivery-status");
        assert_eq!(body(&message), sentence);
        assert!(message.attachments.is_empty());
    }
    let read = report(
        "Final-Recipient: rfc822; bo@example.org\nDisposition: manual-action/MDN-sent-manually; displayed",
        "disposition-notification",
    );
    assert_eq!(body(&read), "Your message to bo@example.org was read.");
}

#[test]
fn meetings_without_words_get_a_sentence_and_others_keep_theirs() {
    let calendar = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Lunch\nDTSTART:20260303T123000\nEND:VEVENT\nEND:VCALENDAR\n";
    let bare = read(&format!("From: a@example.org\nSubject: Lunch\n{calendar}"));
    assert_eq!(body(&bare), "Invitation: Lunch, Tuesday, 3 March 2026 at 12:30.");
    let told = read(&format!(
        "From: a@example.org\nSubject: Lunch\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nCome to lunch.\n--b\n{calendar}--b--\n"
    ));
    assert_eq!((body(&told).as_str(), told.kind), ("Come to lunch.", Meeting));
}
