//! Every wire form of protected mail, and its look-alikes.

use hark::mail::{Message, ProtectionKind};

use super::support::{all, body, read, with};

fn kind(message: &Message) -> Option<(ProtectionKind, bool)> {
    message.protection.as_ref().map(|p| (p.kind, p.readable))
}

const CIPHER: &str = "MIAGCSqGSIb3DQEHA6CAMIACAQAxggHXMIIB0wIBADCBujCBpDELMAkGA1UEBhMC";

#[test]
fn unreadable_forms_are_named_and_nothing_of_them_is_text() {
    use ProtectionKind::*;
    let forms: Vec<(ProtectionKind, String)> = vec![
        (SmimeEncrypted, format!("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n{CIPHER}")),
        (SmimeEncrypted, format!("Content-Type: application/x-pkcs7-mime; smime-type=authEnveloped-data\nContent-Transfer-Encoding: base64\n\n{CIPHER}")),
        (SmimeEncrypted, format!("Content-Type: application/x-pkcs7-mime; name=\"smime.p7m\"\nContent-Transfer-Encoding: base64\n\n{CIPHER}")),
        (SmimeEncrypted, format!("Content-Type: APPLICATION/PKCS7-MIME; SMIME-TYPE=Enveloped-Data\nContent-Transfer-Encoding: base64\n\n{CIPHER}")),
        (SmimeEncrypted, format!("Content-Type: application/octet-stream; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n{CIPHER}")),
        (SmimeEncrypted, format!("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n{CIPHER}\n--b\n\n_____________\nA list footer\n--b--\n")),
        (PgpEncrypted, "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA9\n-----END PGP MESSAGE-----\n--b--\n".into()),
        (PgpEncrypted, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\n--b\nContent-Type: application/pgp-encrypted; name=\"PGPMIME version identification\"\n\nVersion: 1\n--b\nContent-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA9\n--b--\n".into()),
        (PgpEncrypted, "Content-Type: text/plain\n\n-----BEGIN PGP MESSAGE-----\nVersion: GnuPG\n\nhQEMA9abc\n=abcd\n-----END PGP MESSAGE-----\n".into()),
        (PgpEncrypted, "Content-Type: text/html\n\n<p>-----BEGIN PGP MESSAGE-----<br><br>hQEMA9abc<br>-----END PGP MESSAGE-----</p>".into()),
        (PgpEncrypted, "Content-Type: text/html\n\n<p>-----BEGIN PGP MESSAGE----- hQEMA9abchQEMA9abchQEMA9abchQEMA9abchQEMA9abc -----END PGP MESSAGE-----</p>".into()),
        (RightsManaged, "Content-Class: rpmsg.message\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThis message is protected with rights management.\n--b\nContent-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n".into()),
        (RightsManaged, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nTo read this, use Outlook.\n--b\nContent-Type: application/octet-stream; name=message_v2.rpmsg\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n".into()),
        (MessageEncryption, "Content-Type: multipart/mixed; boundary=b\nX-MS-Exchange-OMEMessageEncrypted: true\n\n--b\nContent-Type: text/html\n\n<p>Ana has sent you a protected message.</p><a href=\"https://outlook.office365.com/Encryption/retrieve.ashx?x=1\">Read the message</a>\n--b\nContent-Type: application/octet-stream; name=message_v4.rpmsg\n\nAAAA\n--b--\n".into()),
        (MessageEncryption, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>You've received an encrypted message. Open the attachment.</p>\n--b\nContent-Type: text/html; name=message.html\nContent-Disposition: attachment; filename=message.html\n\n<form>abc</form>\n--b--\n".into()),
        (Portal, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nYou have received a secure message. Open the attachment.\n--b\nContent-Type: text/html; name=securedoc_20260302T101500.html\nContent-Disposition: attachment\n\n<html>x</html>\n--b--\n".into()),
        (Portal, "Content-Type: text/html\n\n<p>Ana sent you an encrypted email.</p><a href='https://secure.virtru.com/start/?x=1'>Unlock Message</a>".into()),
        (Portal, "Content-Type: text/plain\n\nYou have a new secure message. Read it at https://web1.zixmessagecenter.com/s/e?b=x\n".into()),
    ];
    for (expected, form) in forms {
        let message = read(&format!("From: Ana <ana@example.org>\nSubject: x\n{form}"));
        assert_eq!(kind(&message), Some((expected, false)), "{form}");
        assert_eq!(all(&message), "", "{form}");
    }
}

#[test]
fn readable_forms_are_named_and_read() {
    use ProtectionKind::*;
    let labels = "msip_labels: MSIP_Label_2f1b9a_Enabled=true;\n MSIP_Label_2f1b9a_SetDate=2026-03-02;\n MSIP_Label_2f1b9a_Name=Confidential;\n MSIP_Label_2f1b9a_ContentBits=1";
    for (expected, name, header) in [
        (Label, Some("Confidential"), labels),
        (Label, None, "MSIP_Labels: MSIP_Label_2f1b9a_Enabled=True; MSIP_Label_2f1b9a_ContentBits=0;"),
        (Label, Some("Secret"), "msip_label_2f1b9a_enabled: true\nmsip_label_2f1b9a_name: Secret"),
        (Sensitivity, Some("company confidential"), "Sensitivity: Company-Confidential"),
        (Sensitivity, Some("private"), "sensitivity: PRIVATE"),
        (Sensitivity, Some("personal"), "Sensitivity: Personal"),
    ] {
        let message = with(&format!("From: a@example.org\nSubject: x\n{header}"), "The roof is done.");
        assert_eq!(kind(&message), Some((expected, true)), "{header}");
        assert_eq!(message.protection.as_ref().and_then(|p| p.label.as_deref()), name, "{header}");
        assert_eq!(body(&message), "The roof is done.");
    }
    let notice = "<p>Ana has sent you an email via Gmail confidential mode:</p><a href='https://confidential-mail.google.com/msg/x'>View the email</a>";
    let message = with("From: a@example.org\nSubject: x\nContent-Type: text/html", notice);
    assert_eq!(kind(&message), Some((ConfidentialMode, true)));
}

#[test]
fn codes_and_resets_are_called_out() {
    for (subject, text) in [
        ("Your verification code", "Your verification code is 482913. It is valid for ten minutes."),
        ("Sign in", "Use this code to sign in:\n\n482-913\n\nIf you did not ask for it, ignore this mail."),
        ("Ihr Bestätigungscode", "Ihr Bestätigungscode lautet: 4829"),
        ("Code de vérification", "Votre code de vérification : 482913"),
        ("482913 is your security code", "Do not share it."),
        ("Reset your password", "Somebody asked for a new password. https://example.org/reset?t=1"),
        ("Passwort zurücksetzen", "Klicken Sie hier: https://example.org/x"),
    ] {
        let message = with(&format!("From: no-reply@example.org\nSubject: {subject}"), text);
        assert_eq!(kind(&message), Some((ProtectionKind::OneTimeCode, true)), "{subject}");
    }
    for (from, subject, text) in [
        ("ana@example.org", "Lunch", "The code of the door is 1234, see you."),
        ("ana@example.org", "Re: Reset your password", "I have done that, thanks."),
        ("news@example.org", "Spring sale", "Use code SPRING for 20 % off."),
        ("ana@example.org", "Security", "We talked about verification codes in 2026."),
        ("shop@example.org", "Your order 123456", "Thank you for your order 123456."),
    ] {
        let message = with(&format!("From: {from}\nSubject: {subject}"), text);
        assert_eq!(kind(&message), None, "{subject}");
    }
}

#[test]
fn signed_bridged_and_normal_mail_is_not_protected() {
    for form in [
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\n\n--b\n\nThe roof is done.\n--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\nMIAG\n--b--\n",
        "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n\nThe roof is done.\n--b\nContent-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----\n--b--\n",
        "Sensitivity: Normal\n\nThe roof is done.",
        "X-Pm-Content-Encryption: end-to-end\nContent-Type: text/plain\n\nThe roof is done.",
        "msip_labels: MSIP_Label_1_Enabled=false; MSIP_Label_1_Name=Confidential\n\nThe roof is done.",
        "Content-Type: text/plain\n\nThe roof is done.\n\n> -----BEGIN PGP MESSAGE-----\n> hQEMA9abc\n> -----END PGP MESSAGE-----\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nThe roof is done.\n--b\nContent-Type: application/pkcs7-mime; name=contract.pdf.p7m\nContent-Disposition: attachment; filename=contract.pdf.p7m\nContent-Transfer-Encoding: base64\n\nMIAG\n--b--\n",
        "Content-Type: text/plain\n\nThe roof is done. See https://urldefense.proofpoint.com/v2/url?u=x for the secure message.",
    ] {
        let message = read(&format!("From: a@example.org\nSubject: roof\n{form}"));
        assert_eq!(kind(&message), None, "{form}");
        assert!(body(&message).contains("The roof is done."), "{form}");
    }
}

#[test]
fn unreadable_goes_before_readable_and_keeps_the_labels_name() {
    let message = read(
        "From: a@example.org\nSubject: x\nSensitivity: Private\nContent-Class: rpmsg.message\nmsip_labels: MSIP_Label_1_Enabled=true; MSIP_Label_1_Name=Secret\nContent-Type: text/plain\n\nhidden",
    );
    let protection = message.protection.expect("protected");
    assert_eq!((protection.kind, protection.readable), (ProtectionKind::RightsManaged, false));
    assert_eq!(protection.label.as_deref(), Some("Secret"));
}

#[test]
fn opaque_signed_mail_is_read() {
    // CMS signed-data around "Content-Type: text/plain\n\nThe roof is done.\n", without signers.
    let inner = b"Content-Type: text/plain\n\nThe roof is done.\n";
    let mut octets = vec![0x04, inner.len() as u8];
    octets.extend_from_slice(inner);
    let wrap = |tag: u8, body: &[u8]| [&[tag, 0x81, body.len() as u8], body].concat();
    let data: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    let signed: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let content = wrap(0x30, &[data, &wrap(0xa0, &octets)].concat());
    let body_ = wrap(0x30, &[&[0x02, 0x01, 0x01, 0x31, 0x00], &content[..]].concat());
    let cms = wrap(0x30, &[signed, &wrap(0xa0, &body_)].concat());
    let encoded = base64(&cms);
    for kind in ["; smime-type=signed-data; name=smime.p7m", "; name=smime.p7m", ""] {
        let message = read(&format!(
            "From: a@example.org\nSubject: roof\nMessage-ID: <m@x>\nContent-Type: application/pkcs7-mime{kind}\nContent-Transfer-Encoding: base64\n\n{encoded}\n"
        ));
        assert_eq!(message.protection, None);
        assert_eq!(body(&message), "The roof is done.");
        assert_eq!((message.id.0.as_str(), message.attachments.len()), ("m@x", 0));
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |sum, b| sum << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            out.push(if index <= chunk.len() {
                ALPHABET[(bits >> (18 - 6 * index)) as usize & 63] as char
            } else {
                '='
            });
        }
    }
    out
}

#[test]
fn a_hidden_subject_is_found_inside() {
    let message = read(
        "From: a@example.org\nSubject: ...\nContent-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: text/plain; protected-headers=\"v1\"\nSubject: The roof\n\nIt is done.\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n",
    );
    assert_eq!(message.subject, "The roof");
    assert_eq!(body(&message), "It is done.");
}
