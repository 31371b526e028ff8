//! Which part is read, and how it becomes blocks.

use hark::mail::{BlockRole, ParseContext, parse};

use super::support::{all, body, html, plain, read, text, with};

#[test]
fn the_part_a_person_would_read_is_chosen() {
    let alternative = |plain: &str, html: &str| {
        read(&format!(
            "Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
        ))
    };
    assert_eq!(body(&alternative("plain words", "<p>html words</p>")), "html words");
    assert_eq!(body(&alternative("plain words", "<p> &nbsp; </p>")), "plain words");
    let related = read(
        "Subject: x\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>words</p><img src=cid:1>\n--b\nContent-Type: image/png; name=a.png\nContent-ID: <1>\n\nx\n--b--\n",
    );
    assert_eq!((body(&related).as_str(), related.attachments.len()), ("words", 0));
    let mixed = read(
        "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nAAAAAAAA\n--b\nContent-Type: text/plain; name=log.txt\nContent-Disposition: attachment; filename=log.txt\n\nlog\n--b\n\nmore words\n--b--\n",
    );
    assert_eq!(body(&mixed), "words\nmore words");
    let names: Vec<_> = mixed.attachments.iter().map(|a| (a.name.as_deref(), a.media_type.as_str(), a.bytes)).collect();
    assert_eq!(names, [(Some("a.pdf"), "application/pdf", 6), (Some("log.txt"), "text/plain", 3)]);
    assert_eq!(
        body(&read("Subject: x\nContent-Type: multipart/mixed; boundary=nowhere\n\njust words\n")),
        "just words"
    );
    assert_eq!(body(&read("Subject: x\nContent-Type: multipart/mixed\n\n--abc\n\nwords\n--abc--\n")), "words");
}

#[test]
fn attachments_are_named_however_their_names_are_written() {
    for (header, name) in [
        ("Content-Disposition: attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("Content-Disposition: attachment; filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe.pdf", "Grüße.pdf"),
        ("Content-Disposition: attachment; filename=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?=\"", "Grüße.pdf"),
        ("Content-Disposition: attachment; filename=\"two words.pdf\"", "two words.pdf"),
    ] {
        let message = read(&format!(
            "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/pdf\n{header}\nX-Hark-Octets: 12345\n\n--b--\n"
        ));
        let attachment = message.attachments.first().expect("one attachment");
        assert_eq!((attachment.name.as_deref(), attachment.bytes), (Some(name), 12345), "{header}");
    }
}

#[test]
fn messages_inside_are_forwards() {
    let message = read(
        "From: a@b\nSubject: Fwd: plan\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\nContent-Type: message/rfc822\n\nFrom: Bo <bo@example.org>\nSubject: plan\nContent-Type: text/plain\n\nThe plan is good.\n\n-- \nBo\n--b--\n",
    );
    assert_eq!(body(&message), "See below.|The plan is good.");
    assert_eq!(text(&message, BlockRole::Forward), "From: Bo\nSubject: plan");
    assert!(message.attachments.is_empty());
}

#[test]
fn wrapped_and_flowed_lines_become_paragraphs() {
    let wrapped = "This is a long paragraph that somebody's mail program has\nwrapped at some seventy characters as it was usual long\nago.\n\nSecond paragraph.\n";
    assert_eq!(
        body(&plain(wrapped)),
        "This is a long paragraph that somebody's mail program has wrapped at some seventy characters as it was usual long ago.\nSecond paragraph."
    );
    assert_eq!(
        body(&plain("Hi Bo,\nthe train leaves at nine.\nBring a coat.\n")),
        "Hi Bo, the train leaves at nine.\nBring a coat."
    );
    let flowed = |delsp: &str, text: &str| {
        body(&with(&format!("Subject: x\nContent-Type: text/plain; format=flowed{delsp}"), text))
    };
    assert_eq!(flowed("", "one \ntwo\nthree\n"), "one two\nthree");
    assert_eq!(flowed("; delsp=yes", "won \nderful\nnext\n"), "wonderful\nnext");
}

#[test]
fn structure_of_html_is_kept() {
    let message = html(
        "<h1>Title</h1><p>One<br>two</p><ul><li>milk</li><li>bread <b>fresh</b></li></ul><pre><code>let a = 1;</code></pre><p>See <a href='https://example.org/x'>the page</a>.</p>",
    );
    assert_eq!(text(&message, BlockRole::Heading), "Title");
    assert_eq!(text(&message, BlockRole::ListItem), "milk|bread fresh");
    assert_eq!(text(&message, BlockRole::Code), "let a = 1;");
    assert_eq!(body(&message), "One\ntwo|See the page.");
    let link = message.blocks.iter().flat_map(|b| &b.links).next().expect("a link");
    assert_eq!((link.text.as_str(), link.target.as_str()), ("the page", "https://example.org/x"));
}

#[test]
fn data_tables_have_rows_and_layout_tables_none() {
    let data = html(
        "<p>Prices</p><table border=1><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>2,50 €</td></tr><tr><td>Cake</td><td>4,00 €</td></tr></table>",
    );
    let table = data.blocks.iter().find(|b| b.role == BlockRole::Table).expect("a table");
    assert_eq!(table.rows, [["Item", "Price"], ["Tea", "2,50 €"], ["Cake", "4,00 €"]]);
    let layout = html(
        "<table role=presentation><tr><td><table><tr><td>Hello Ana,</td></tr><tr><td>this is text.</td></tr></table></td></tr></table>",
    );
    assert_eq!(body(&layout), "Hello Ana,\nthis is text.");
    let menu =
        html("<table><tr><td><a href=http://a>Home</a></td><td><a href=http://b>Shop</a></td></tr></table><p>Hi</p>");
    assert!(menu.blocks.iter().all(|b| b.rows.is_empty()));
}

#[test]
fn what_is_not_shown_is_not_read() {
    for hidden in [
        "<div style='display:none'>secret</div>",
        "<span style=\"font-size:0px\">secret</span>",
        "<div style='max-height:0;overflow:hidden'>secret</div>",
        "<style>p{content:'secret'}</style>",
        "<script>var secret = '<p>secret</p>';</script>",
        "<title>secret</title>",
        "<!-- secret -->",
        "<img width=1 height=1 src=x alt='secret word here'>",
        "<img alt='secret.png'>",
        "<p hidden>secret</p>",
        "<style>.pre{display:none}</style><div class=pre>secret</div>",
        "<!--[if mso]><p>secret</p><![endif]-->",
    ] {
        let message = html(&format!("<html><body>{hidden}<p>shown</p></body></html>"));
        assert_eq!(all(&message), "shown", "{hidden}");
    }
    assert_eq!(all(&html("<p>a&#8203;b&shy;c &zwnj;&nbsp;&#847; d</p>")), "abc d");
}

#[test]
fn pictures_are_told_from_text() {
    let picture = html("<a href='https://x'><img src=a.png width=600 height=300></a>");
    assert!(picture.picture_only && all(&picture).is_empty());
    assert_eq!(all(&html("<img src=a.png alt='Summer sale: 20 % off'>")), "Summer sale: 20 % off");
    assert!(!html("<img src=a.png width=600><p>words</p>").picture_only);
    assert_eq!(all(&html("Nice <img alt='😀' src=x> day")), "Nice 😀 day");
}

#[test]
fn broken_html_is_read() {
    for (broken, words) in [
        ("<p>one<p>two", "one\ntwo"),
        ("<b><i>one</b></i> two", "one two"),
        ("<div>one</span></div>two", "one\ntwo"),
        ("<table><tr><td>one<td>two</table>three", "one\ntwo\nthree"),
        ("<body><p>one</body></html>two", "one\ntwo"),
        ("one &amp; two &eacute; &#x41; &unknown;", "one & two é A &unknown;"),
        ("<html><head><body>one", "one"),
        ("<p>a < b and c > d</p>", "a < b and c > d"),
    ] {
        assert_eq!(all(&html(broken)), words, "{broken}");
    }
}

#[test]
fn keys_logs_and_data_are_code() {
    let key = plain(
        "Here it is:\n\n-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n\nThanks\n",
    );
    assert_eq!(body(&key), "Here it is:|Thanks");
    assert!(text(&key, BlockRole::Code).contains("MIIEvQ"));
    let html_key = html(
        "<p>Here:</p><p>-----BEGIN PRIVATE KEY-----<br>MIIEvQIBADANBgkqhkiG9w0BAQEFAASC<br>-----END PRIVATE KEY-----</p><p>Thanks</p>",
    );
    assert!(!body(&html_key).contains("MIIEvQ"), "{}", body(&html_key));
}

#[test]
fn bytes_in_any_charset_become_text() {
    let mut raw = b"Subject: =?x-unknown?Q?caf=E9?=\nContent-Type: text/plain\n\n".to_vec();
    raw.extend_from_slice(b"d\xe9j\xe0 vu, tr\xe8s bien\n");
    let message = parse(&raw, &ParseContext::default()).expect("a message");
    assert_eq!((message.subject.as_str(), body(&message).as_str()), ("café", "déjà vu, très bien"));
}
