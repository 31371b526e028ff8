//! Which text is new: one table row a rule.

use hark::mail::BlockRole;

use super::support::{html, plain, read, text};

#[test]
fn quotes_are_told_from_new_text() {
    let message =
        plain("Yes, Monday.\n\nOn Mon, 2 Mar 2026 at 10:15, Bo <bo@example.org>\nwrote:\n> Monday?\n> Or later?\n");
    assert_eq!(text(&message, BlockRole::Body), "Yes, Monday.");
    assert!(text(&message, BlockRole::Quote).contains("wrote:"));
}

#[test]
fn answers_between_quotes_are_new_text() {
    let message = plain("> First?\nYes.\n> Second?\nNo.\n");
    assert_eq!(text(&message, BlockRole::Body), "Yes.|No.");
}

#[test]
fn gmail_quotes_in_html_are_quotes() {
    let message = html(
        "<div dir=ltr>Fine by me.</div><br><div class=gmail_quote><div class=gmail_attr>On Mon, Mar 2, 2026 at 10:15 AM Bo &lt;bo@x.org&gt; wrote:<br></div><blockquote class=gmail_quote style='margin:0 0 0 .8ex'><div>Old text</div></blockquote></div>",
    );
    assert_eq!(text(&message, BlockRole::Body), "Fine by me.");
    assert!(text(&message, BlockRole::Quote).contains("Old text"));
}

#[test]
fn outlook_header_blocks_start_the_quote() {
    let message = plain(
        "Agreed.\n\n________________________________\nVon: Bo <bo@example.org>\nGesendet: Montag, 2. März 2026 10:15\nAn: Ana\nBetreff: plan\n\nOld text here.\n",
    );
    assert_eq!(text(&message, BlockRole::Body), "Agreed.");
}

#[test]
fn forwards_keep_their_content() {
    let message = read(
        "From: Ana <ana@example.org>\nSubject: Fwd: plan\n\nSee below.\n\n---------- Forwarded message ---------\nFrom: Bo <bo@example.org>\nDate: Mon, 2 Mar 2026\nSubject: plan\nTo: Ana <ana@example.org>\n\nThe plan is good.\n",
    );
    assert_eq!(text(&message, BlockRole::Body), "See below.|The plan is good.");
    assert!(text(&message, BlockRole::Forward).contains("From: Bo"));
}

#[test]
fn signatures_are_told_from_text() {
    let message = plain("See you.\n\n-- \nAna Silva\n+351 21 000 0000\n");
    assert_eq!(text(&message, BlockRole::Body), "See you.");
    let message = plain("See you.\n\nSent from my iPhone\n");
    assert_eq!(text(&message, BlockRole::Body), "See you.");
    let message = read("From: a@b\nSubject: x\n\n-- \nAna Silva\n");
    assert!(text(&message, BlockRole::Body).contains("Ana Silva"));
}
