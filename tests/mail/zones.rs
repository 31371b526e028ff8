//! Which text is new: one table row a rule.

use hark::mail::BlockRole;

use super::support::{all, body, html, plain, read, text};

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

/// Plain text: what is new in it.
#[test]
fn new_text_of_plain_replies() {
    for (raw, new) in [
        // Attributions in many languages, wrapped or not.
        ("Ja.\n\nAm 02.03.2026 um 10:15 schrieb Bo <bo@example.org>:\n> Geht Montag?\n", "Ja."),
        ("Oui.\n\nLe lun. 2 mars 2026 à 10:15, Bo Martin <bo@example.org> a\nécrit :\n> Lundi ?\n", "Oui."),
        ("Sí.\n\nEl lun, 2 mar 2026 a las 10:15, Bo (<bo@example.org>) escribió:\n\n> ¿Lunes?\n", "Sí."),
        ("Sì.\n\nIl giorno lun 2 mar 2026 alle ore 10:15 Bo <bo@example.org>\nha scritto:\n> Lunedì?\n", "Sì."),
        ("Sim.\n\nEm seg., 2 de mar. de 2026 às 10:15, Bo <bo@example.org>\nescreveu:\n> Segunda?\n", "Sim."),
        ("Ja.\n\nOp ma 2 mrt 2026 om 10:15 schreef Bo <bo@example.org>:\n> Maandag?\n", "Ja."),
        ("Tak.\n\npon., 2 mar 2026 o 10:15 Bo <bo@example.org> napisał(a):\n> Poniedziałek?\n", "Tak."),
        ("Да.\n\nпн, 2 мар. 2026 г. в 10:15, Bo <bo@example.org>:\n> Понедельник?\n", "Да."),
        ("はい。\n\n2026年3月2日(月) 10:15 Bo <bo@example.org>:\n> 月曜？\n", "はい。"),
        ("Yes.\n\nBo Martin wrote:\n> Monday?\n", "Yes."),
        ("Yes.\n\n* Bo Martin [2026-03-02 10:15]:\n> Monday?\n", "Yes."),
        // Answers between and below.
        (
            "Hi,\n\nOn Mon, 2 Mar 2026 at 10:15, Bo <bo@example.org> wrote:\n> First?\n\nYes, first.\n\n> Second?\n\nNo.\n",
            "Hi,|Yes, first.|No.",
        ),
        ("On Mon, 2 Mar 2026 at 10:15, Bo <bo@example.org> wrote:\n> First?\n\nYes, below.\n", "Yes, below."),
        // Nothing marks the quote but its attribution.
        ("Fine.\n\nOn Mon, 2 Mar 2026 at 10:15, Bo <bo@example.org> wrote:\n\nOld text\nmore of it\n", "Fine."),
        // Header blocks.
        ("Fine.\n\n-----Original Message-----\nFrom: Bo\nSent: Monday\nTo: Ana\nSubject: plan\n\nOld text\n", "Fine."),
        (
            "Fine.\n\n-----Ursprüngliche Nachricht-----\nVon: Bo\nGesendet: Montag\nAn: Ana\nBetreff: plan\n\nAlt\n",
            "Fine.",
        ),
        (
            "Bien.\n\nDe : Bo <bo@example.org>\nEnvoyé : lundi 2 mars 2026 10:15\nÀ : Ana\nObjet : plan\n\nVieux\n",
            "Bien.",
        ),
        (
            "Bien.\n\nDe: Bo <bo@example.org>\nEnviado el: lunes\nEnviado: lunes\nPara: Ana\nAsunto: plan\n\nViejo\n",
            "Bien.",
        ),
        ("Fine.\n\n*From:* Bo <bo@example.org>\n*Date:* Monday\n*To:* Ana\n*Subject:* plan\n\nOld\n", "Fine."),
        // Counter-cases: new text that looks like something else.
        (
            "The note says: from here on we wait.\nTo: be decided.\n",
            "The note says: from here on we wait.\nTo: be decided.",
        ),
        ("He wrote:\nwe should go.\n", "He wrote:\nwe should go."),
        ("On Monday at 10:15 we wrote:\na long list.\n", "On Monday at 10:15 we wrote:\na long list."),
        ("Please buy:\n\nmilk and bread\n", "Please buy:\nmilk and bread"),
    ] {
        assert_eq!(text(&plain(raw), BlockRole::Body), new, "{raw}");
    }
}

#[test]
fn new_text_of_html_replies() {
    for (raw, new) in [
        // Outlook.
        (
            "<div>Fine.</div><hr tabindex=-1><div id=divRplyFwdMsg><font><b>From:</b> Bo<br><b>Sent:</b> Monday<br><b>To:</b> Ana<br><b>Subject:</b> plan</font></div><div>Old text</div>",
            "Fine.",
        ),
        (
            "<p class=MsoNormal>Fine.</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>Von:</b> Bo<br><b>Gesendet:</b> Montag<br><b>An:</b> Ana<br><b>Betreff:</b> plan</p></div></div><p class=MsoNormal>Alt</p>",
            "Fine.",
        ),
        // Thunderbird.
        (
            "<p>Fine.</p><div class=moz-cite-prefix>Am 02.03.26 um 10:15 schrieb Bo:<br></div><blockquote type=cite cite='mid:x'><p>Old</p></blockquote>",
            "Fine.",
        ),
        // Apple Mail.
        (
            "<div>Fine.</div><br><blockquote type=cite><div>On 2 Mar 2026, at 10:15, Bo &lt;bo@example.org&gt; wrote:</div><br><div>Old</div></blockquote>",
            "Fine.",
        ),
        // Yahoo.
        (
            "<div>Fine.</div><div id=yahoo_quoted_1 class=yahoo_quoted><div>On Monday, March 2, 2026 at 10:15 AM, Bo wrote:</div><div>Old</div></div>",
            "Fine.",
        ),
        // Proton.
        (
            "<div>Fine.</div><div class=protonmail_quote>On Monday, March 2nd, 2026 at 10:15, Bo &lt;bo@example.org&gt; wrote:<br><blockquote class=protonmail_quote type=cite>Old</blockquote></div>",
            "Fine.",
        ),
        // Classes renamed by Outlook on the way.
        (
            "<div>Fine.</div><div class=x_gmail_quote><div class=x_gmail_attr>On Mon, 2 Mar 2026 at 10:15, Bo wrote:</div><blockquote class=x_gmail_quote>Old</blockquote></div>",
            "Fine.",
        ),
        // A bare blockquote after an attribution.
        (
            "<div>Fine.</div><div>On 2 Mar 2026, at 10:15, Bo &lt;bo@example.org&gt; wrote:</div><blockquote style='border-left:1px solid blue'>Old</blockquote>",
            "Fine.",
        ),
        // Answers between.
        (
            "<div>See inline.</div><div class=gmail_quote><div class=gmail_attr>On Mon, 2 Mar 2026 at 10:15, Bo wrote:</div><blockquote class=gmail_quote>First?</blockquote><div>Yes.</div><blockquote class=gmail_quote>Second?</blockquote><div>No.</div></div>",
            "See inline.|Yes.|No.",
        ),
        // Somebody cites a poem.
        (
            "<p>As he said:</p><blockquote>Roses are red.</blockquote><p>Right?</p>",
            "As he said:\nRoses are red.\nRight?",
        ),
    ] {
        assert_eq!(text(&html(raw), BlockRole::Body), new, "{raw}");
    }
}

#[test]
fn forwards_of_many_programs_keep_their_content() {
    for (form, words) in [
        (
            "Content-Type: text/plain\n\nFYI\n\n________________________________\nFrom: Bo <bo@example.org>\nSent: Monday\nTo: Ana\nSubject: plan\n\nThe plan is good.\n",
            "FYI|The plan is good.",
        ),
        (
            "Content-Type: text/plain\n\n-------- Weitergeleitete Nachricht --------\nBetreff: plan\nDatum: Mon, 2 Mar 2026\nVon: Bo <bo@example.org>\nAn: Ana\n\nThe plan is good.\n",
            "The plan is good.",
        ),
        (
            "Content-Type: text/plain\n\nBegin forwarded message:\n\n> From: Bo <bo@example.org>\n> Subject: plan\n> Date: 2 March 2026\n> To: Ana\n> \n> The plan is good.\n> \n> > Was it?\n",
            "The plan is good.",
        ),
        (
            "Content-Type: text/html\n\n<div>FYI</div><div class=gmail_quote><div class=gmail_attr>---------- Forwarded message ---------<br>From: <b>Bo</b> &lt;bo@example.org&gt;<br>Date: Mon, 2 Mar 2026<br>Subject: plan<br>To: Ana<br></div><br><div>The plan is good.</div></div>",
            "FYI|The plan is good.",
        ),
        (
            "Content-Type: text/html\n\n<div>FYI<br><div><br><blockquote type=cite><div>Begin forwarded message:</div><br><div><b>From: </b>Bo &lt;bo@example.org&gt;</div><div><b>Subject: </b>plan</div><div><b>Date: </b>2 March 2026</div><div><b>To: </b>Ana</div><br><div>The plan is good.</div></blockquote></div></div>",
            "FYI|The plan is good.",
        ),
        (
            "Content-Type: text/plain\n\nOn Mon, 2 Mar 2026 at 10:15, Bo <bo@example.org> wrote:\n> The plan is good.\n",
            "The plan is good.",
        ),
        (
            "Content-Type: text/html\n\n<div id=divRplyFwdMsg><b>De :</b> Bo<br><b>Envoyé :</b> lundi<br><b>À :</b> Ana<br><b>Objet :</b> plan</div><div>The plan is good.</div>",
            "The plan is good.",
        ),
    ] {
        let message = read(&format!("From: Ana <ana@example.org>\nSubject: Fwd: plan\n{form}"));
        assert_eq!(text(&message, BlockRole::Body), words, "{form}");
        assert!(!text(&message, BlockRole::Forward).is_empty(), "{form}");
    }
}

#[test]
fn signatures_footers_and_banners_are_not_new_text() {
    for (raw, new) in [
        ("See you.\n\n-- \nAna Silva\nHead of Roofs\n", "See you."),
        ("See you.\n--\nAna Silva\n", "See you."),
        ("See you.\n\nVon meinem iPhone gesendet\n", "See you."),
        ("See you.\n\nEnvoyé de mon iPhone\n", "See you."),
        ("See you.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n", "See you."),
        ("See you.\n\niPhoneから送信\n", "See you."),
        (
            "See you.\n\nBest regards,\nAna Silva\nHead of Roofs | Roof Ltd\nTel. +351 21 000 00 00\nwww.roof.example\n",
            "See you.\nBest regards,\nAna Silva",
        ),
        ("See you.\n\nBest,\nAna\n", "See you.\nBest,\nAna"),
        (
            "See you.\n\nThis email and any attachments are confidential and intended solely for the addressee. If you have received it in error, please delete it.\n",
            "See you.",
        ),
        (
            "Bis bald.\n\nDiese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie diese Mail.\n",
            "Bis bald.",
        ),
        (
            "CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless you recognize the sender.\n\nSee you.\n",
            "See you.",
        ),
        ("[EXTERNAL]\n\nSee you.\n", "See you."),
        (
            "See you.\n\n_______________________________________________\ndev mailing list\ndev@lists.example.org\nhttps://lists.example.org/mailman/listinfo/dev\n",
            "See you.",
        ),
        (
            "See you.\n\n-- \nYou received this message because you are subscribed to the Google Groups \"dev\" group.\nTo unsubscribe from this group, send an email to dev+unsubscribe@googlegroups.com.\n",
            "See you.",
        ),
        // Counter-cases.
        ("We sent it from my phone yesterday, as you asked.\n", "We sent it from my phone yesterday, as you asked."),
        ("Please treat this as confidential until Monday.\n", "Please treat this as confidential until Monday."),
        (
            "How do I unsubscribe from the club's letters without losing my seat?\n",
            "How do I unsubscribe from the club's letters without losing my seat?",
        ),
        (
            "Thanks,\nwe will call +351 21 000 00 00 tomorrow. Is that all right for you?\n",
            "Thanks, we will call +351 21 000 00 00 tomorrow. Is that all right for you?",
        ),
    ] {
        assert_eq!(text(&plain(raw), BlockRole::Body), new, "{raw}");
    }
}

#[test]
fn html_signatures_are_known_by_their_markup() {
    for signature in [
        "<div class=gmail_signature data-smartmail=gmail_signature>Ana Silva<br>Roof Ltd</div>",
        "<div class=moz-signature>-- <br>Ana Silva</div>",
        "<div id=Signature><p>Ana Silva</p><p>Roof Ltd</p></div>",
        "<div id=ms-outlook-mobile-signature>Get <a href='https://aka.ms/x'>Outlook for iOS</a></div>",
        "<div>Sent from my iPhone</div>",
        "<div>-- <br>Ana Silva</div>",
    ] {
        let message = html(&format!("<div>See you.</div><br>{signature}"));
        assert_eq!(text(&message, BlockRole::Body), "See you.", "{signature}");
        assert!(!text(&message, BlockRole::Signature).is_empty(), "{signature}");
    }
}

#[test]
fn newsletters_lose_their_frames_only() {
    let message = read(
        "From: Paper <newsletter@paper.example>\nSubject: Today\nList-Unsubscribe: <https://paper.example/u>\nContent-Type: text/html\n\n\
        <div style='display:none'>Preheader words</div><p><a href='https://paper.example/w'>View in browser</a></p>\
        <h1>Spring is here</h1><p>The trees are green again.</p><p>Read about the best parks.</p>\
        <p>You are receiving this because you signed up at paper.example.</p><p><a href='https://paper.example/u'>Unsubscribe</a> | <a href='https://paper.example/p'>Preferences</a></p>\
        <p>Paper Inc, 1 High Street, Springfield</p><p>© 2026 Paper Inc. All rights reserved.</p>",
    );
    assert_eq!(text(&message, BlockRole::Body), "The trees are green again.\nRead about the best parks.");
    assert_eq!(text(&message, BlockRole::Heading), "Spring is here");
    assert!(text(&message, BlockRole::Footer).contains("High Street"));
}

fn bulk(body: &str) -> hark::mail::Message {
    read(&format!(
        "From: Otter Trust <news@otter.example>\nSubject: News\nList-Unsubscribe: <https://otter.example/u>\n\
         Content-Type: text/html; charset=utf-8\n\n{body}"
    ))
}

#[test]
fn text_below_a_headline_is_no_fine_print() {
    for (size, text_size) in [("28px", "14px"), ("32px", "11px"), ("24px", "12px")] {
        let message = bulk(&format!(
            "<div style='font-size:{size}'>The otters are back in the upper river</div>\
             <div style='font-size:{text_size}'>Two were seen on Friday at the weir.</div>"
        ));
        assert!(body(&message).contains("Two were seen"), "{size} {text_size}");
    }
    // Nor below one hardly larger than the text, with a firm's line after it.
    let message = bulk(
        "<div style='font-size:18px'>The otters are back in the upper river</div>\
         <div style='font-size:13px'>Two were seen on Friday at the weir.</div>\
         <div style='font-size:11px'>Otter Media AG, Weir 3, 8021 Chur</div>",
    );
    assert!(body(&message).contains("Two were seen"));
}

#[test]
fn who_writes_at_length_of_unsubscribing_offers_it_not() {
    let message = read(
        "From: Marta Okoro <service@tidewater.example>\nSubject: Reminder\n\nDear Robin,\n\nYou left your folder under the \
         third chair. I could not find how to unsubscribe you from the rota either, so please tell Ben when you see him, \
         or anybody else of the choir.\n\nThis is an automated message.\n",
    );
    assert!(body(&message).contains("third chair"));
}

#[test]
fn answers_in_another_colour_are_new_text_where_the_writer_says_so() {
    let quoted = "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>From:</b> Bo \
         &lt;bo@example.org&gt;<br><b>Sent:</b> Sunday, March 1, 2026 6:42 PM<br><b>To:</b> Ana<br><b>Subject:</b> x</p></div>\
         <p>Who brings the tent?</p><p style='color:#C00000'>Agnes does.</p>";
    assert!(body(&html(&format!("<p>My answers are below.</p>{quoted}"))).contains("Agnes does"));
    assert!(!body(&html(&format!("<p>Thanks!</p>{quoted}"))).contains("Agnes does"));
}

#[test]
fn what_a_program_breaks_in_a_quote_stays_a_quote() {
    let message = read(
        "From: Ana <ana@example.org>\nSubject: Re: x\nIn-Reply-To: <a@b>\n\nBo wrote:\n\n\
         > I moved the backup to half past two at night and on the last Sunday of March it did\nnot run at all.\n> Why?\n\nNo idea.\n",
    );
    assert_eq!(body(&message).trim(), "No idea.");
    let message = read(
        "From: Ana <ana@example.org>\nSubject: Re: x\nIn-Reply-To: <a@b>\n\nBo wrote:\n\n> Who?\nAgnes.\n> When?\nAt noon.\n",
    );
    assert!(body(&message).contains("Agnes."));
}

#[test]
fn white_text_on_a_coloured_ground_is_not_pale() {
    let message = bulk(
        "<p style='color:#000'>The otters are back in the upper river, and there is more to tell of them this time.</p>\
         <table bgcolor='#003366'><tr><td style='color:#ffffff'>Come to Otter Trust, Weir Cottage, on 3 May</td></tr></table>",
    );
    assert!(all(&message).contains("Weir Cottage") && !text(&message, BlockRole::Footer).contains("Weir Cottage"));
    // A short grey line above the text with a link among its words is text.
    let message = bulk(
        "<p style='font-size:12px'>Lea writes from <a href='https://otter.example/weir'>the weir</a> this week.</p>\
         <p>The otters are back in the upper river, and there is more to tell of them this time.</p>",
    );
    assert!(body(&message).contains("Lea writes"));
}

#[test]
fn small_print_of_a_person_is_text() {
    let message = html(
        "<p>The contract is in the safe, and the key to it is with Agnes at the front desk until noon.</p>\
         <p style='font-size:12px;color:#888'>Our data protection officer would like to see it as confidential.</p>\
         <p>See you there.</p>",
    );
    assert!(body(&message).contains("data protection officer"));
}

#[test]
fn a_sentence_with_a_time_below_the_name_is_no_contact_data() {
    let message = read(
        "From: Ana Silva <ana@example.org>\nSubject: plan\n\nHello.\n\nBest regards,\nAna Silva\n\
         We can meet there on Monday at 10.30.\nTel. +351 21 000 00 00\n",
    );
    assert!(body(&message).contains("10.30"));
}

#[test]
fn short_words_are_no_forms_of_firms() {
    for line in [
        "As of 1 May, the shop opens at nine.",
        "Ab 3. Mai, also bald, ist wieder offen.",
        "Open: Mo, Fr, Sa 10-12",
        "Co 3, as ever.",
    ] {
        let message = bulk(&format!(
            "<p>The otters are back in the upper river, and there is more to tell of them this time.</p><p>{line}</p>\
             <p style='font-size:12px'>See you at the weir.</p>"
        ));
        assert!(body(&message).contains(line), "{line}");
    }
    let message = bulk(
        "<p>The otters are back in the upper river.</p><p style='font-size:12px'>Otter Media AG, Weir 3, 8021 Chur</p>",
    );
    assert!(!body(&message).contains("Chur"));
}
