//! The armour around text that was signed inline: nobody wants to hear it, not even as "a block of code".

use super::super::line::Line;
use super::super::message::BlockRole;

/// Lines between the first line of the armour and its blank line: "Hash: SHA512", "Charset: utf-8".
const FIELD_CAP: usize = 6;
/// Lines of a signature.
const SIGNATURE_CAP: usize = 60;

pub(crate) fn mark(lines: &[Line], roles: &mut [BlockRole]) {
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let text = line.text.trim_start();
        let len = if text.starts_with("-----BEGIN PGP SIGNED MESSAGE-----") {
            let field = |line: &&Line| !line.is_blank() && line.text.contains(": ");
            1 + lines.iter().skip(at + 1).take(FIELD_CAP).take_while(field).count()
        } else if text.starts_with("-----BEGIN PGP SIGNATURE-----") {
            let end = lines.iter().skip(at).take(SIGNATURE_CAP).position(|l| l.text.contains("-----END PGP SIGNATURE"));
            end.map_or(1, |end| end + 1)
        } else {
            at += 1;
            continue;
        };
        for role in roles.iter_mut().skip(at).take(len).filter(|role| **role == BlockRole::Body) {
            *role = BlockRole::Footer;
        }
        at += len;
    }
}
