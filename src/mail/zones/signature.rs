//! Signatures: after a delimiter, in a client's markup, of a device, or a block of contact data after a closing.

use super::super::line::{Line, Mark, Shape};
use super::super::message::BlockRole;
use super::super::text::is_rule;
use super::words::words;

/// Lines after "-- " that can still be a signature.
const DELIMITED_LINES: usize = 25;
/// The same after "--" without its blank, which may be a dash.
const LOOSE_LINES: usize = 10;
/// Lines after a closing that can be name and contact data.
const CLOSING_LINES: usize = 12;
/// Shortest line of signs above a signature.
const RULE_CHARS: usize = 5;
/// Lines below a short rule that can be the first of a signature.
const NAMED_LINES: usize = 2;
/// Longest line of contact data.
const CONTACT_CHARS: usize = 90;
/// Longest closing, in two languages or with a name.
const CLOSING_BYTES: usize = 90;
/// A device's line stands near the end of what its owner wrote.
const MOBILE_REACH: usize = 6;

pub(crate) fn mark(lines: &[Line], roles: &mut [BlockRole], sender: &str) {
    for (line, role) in lines.iter().zip(roles.iter_mut()) {
        if *role == BlockRole::Body && line.mark == Mark::Signature {
            *role = BlockRole::Signature;
        }
    }
    for (start, end) in segments(lines, roles) {
        let visible: Vec<usize> =
            (start..end).filter(|&i| lines.get(i).is_some_and(|l| !l.is_blank()) && is_body(roles, i)).collect();
        let find = |visible: &[usize]| {
            delimited(lines, visible)
                .or_else(|| ruled(lines, visible, sender))
                .or_else(|| closed(lines, visible))
                .or_else(|| named(lines, visible, sender))
        };
        // What people add below their signature is text again.
        let added = postscript(lines, &visible);
        let above = visible.get(..added.unwrap_or(0)).unwrap_or_default();
        if let Some(from) = find(&visible).or_else(|| find(above)) {
            let added = added.and_then(|nth| visible.get(nth).copied()).filter(|added| *added > from);
            let own = roles.get_mut(from..added.unwrap_or(end)).unwrap_or_default();
            for role in own.iter_mut().filter(|role| **role == BlockRole::Body) {
                *role = BlockRole::Signature;
            }
        }
        for &index in visible.iter().rev().take(MOBILE_REACH) {
            if lines.get(index).is_some_and(|line| line.shape != Shape::Code && is_mobile(&line.text))
                && let Some(role) = roles.get_mut(index)
            {
                *role = BlockRole::Signature;
            }
        }
    }
}

fn is_body(roles: &[BlockRole], index: usize) -> bool {
    roles.get(index) == Some(&BlockRole::Body)
}

/// Runs of new text between quotes; footers inside do not divide them.
fn segments(lines: &[Line], roles: &[BlockRole]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for index in 0..=lines.len() {
        let divides = match roles.get(index) {
            Some(BlockRole::Quote | BlockRole::Forward) | None => true,
            Some(_) => false,
        };
        match (divides, start) {
            (true, Some(first)) => {
                found.push((first, index));
                start = None;
            }
            (false, None) => start = Some(index),
            (true, None) | (false, Some(_)) => {}
        }
    }
    found
}

fn delimited(lines: &[Line], visible: &[usize]) -> Option<usize> {
    visible.iter().enumerate().find_map(|(nth, &index)| {
        let text = lines.get(index)?.text.as_str();
        let after = visible.len() - nth - 1;
        let cap = match text {
            "-- " => DELIMITED_LINES,
            "--" | "—" | "– –" | "--\u{a0}" => LOOSE_LINES,
            _ => return None,
        };
        (after <= cap).then_some(index)
    })
}

/// Contact data below a line of signs, to the end: firms in Japan frame theirs so. Below a short line, which divides
/// all kinds of things, the sender's name must be among them.
fn ruled(lines: &[Line], visible: &[usize], sender: &str) -> Option<usize> {
    let text = |i: &usize| lines.get(*i).map(|line| line.text.as_str()).unwrap_or_default();
    let rule = |i: &usize| is_rule(text(i));
    let last = visible.iter().rposition(|i| !rule(i))?;
    let nth = visible.get(..last)?.iter().rposition(rule).filter(|nth| *nth > 0)?;
    let after = visible.get(nth + 1..=last)?;
    let short =
        |i: &usize| text(i).chars().count() <= CONTACT_CHARS && !is_sentence(text(i)) && !text(i).ends_with('。');
    let long = visible.get(nth).is_some_and(|i| text(i).chars().count() >= RULE_CHARS);
    let name = sender.trim();
    let own = || !name.is_empty() && after.iter().take(NAMED_LINES).any(|i| text(i).contains(name));
    let sure = (2..=CLOSING_LINES).contains(&after.len())
        && (long || own())
        && after.iter().all(short)
        && after.iter().any(|i| is_contact(text(i)));
    if sure { visible.get(nth).copied() } else { None }
}

/// Contact data after a closing: sure only when a telephone number, address or site is among short lines to the end.
fn closed(lines: &[Line], visible: &[usize]) -> Option<usize> {
    let nth = visible.iter().rposition(|&i| lines.get(i).is_some_and(|line| is_closing(&line.text)))?;
    let after = visible.get(nth + 1..)?;
    if after.is_empty() || after.len() > CLOSING_LINES {
        return None;
    }
    let texts: Vec<&str> = after.iter().filter_map(|&i| lines.get(i)).map(|line| line.text.as_str()).collect();
    let short = texts.iter().all(|text| text.chars().count() <= CONTACT_CHARS && !is_sentence(text));
    let contact = texts.iter().any(|text| is_contact(text));
    // The name right after the closing belongs to it.
    let first = usize::from(texts.first().is_some_and(|text| is_name(text)) && after.len() > 1);
    if short && contact {
        return after.get(first).copied();
    }
    // Job and company without any number: only right under the name, and nothing else to the end.
    let joined = after.windows(2).all(|pair| matches!(pair, [a, b] if b - a <= 1));
    let titles = first == 1 && texts.len() <= 5 && texts.iter().skip(1).all(|text| is_title(text));
    if joined && titles { after.get(1).copied() } else { None }
}

/// Contact data under the sender's own name, without a closing above it.
fn named(lines: &[Line], visible: &[usize], sender: &str) -> Option<usize> {
    let name = sender.trim().to_lowercase();
    if name.split_whitespace().count() < 2 {
        return None;
    }
    let signed = |text: &str| {
        let lower = text.trim_end_matches([',', '.']).to_lowercase();
        lower.contains(&name) && lower.split_whitespace().count() <= name.split_whitespace().count() + 2
    };
    let nth = visible.iter().rposition(|&i| lines.get(i).is_some_and(|line| signed(&line.text)))?;
    let after = visible.get(nth + 1..)?;
    let texts = || after.iter().filter_map(|&i| lines.get(i)).map(|line| line.text.as_str());
    // Details that people list have a date or a sentence among them; here each line must be one of a signature.
    let fits = |text: &str| text.chars().count() <= CONTACT_CHARS && (is_contact(text) || is_title(text));
    let sure = after.len() <= CLOSING_LINES && texts().all(fits) && texts().any(is_contact);
    after.first().copied().filter(|_| sure && nth > 0)
}

pub(super) fn is_closing(text: &str) -> bool {
    let known = |part: &str| {
        let part = part.trim_matches([',', '.', '!', ' ', '、', '，', '*', '_']).to_lowercase();
        words().closing.lines.contains(&part)
    };
    if text.len() > CLOSING_BYTES {
        return false;
    }
    // "Pozdrawiam / Best regards", "Best regards, Ana".
    let named = text.split_once([',', '，']).is_some_and(|(closing, name)| known(closing) && is_name(name));
    known(text) || text.split(['/', '|']).any(known) || named
}

fn is_name(text: &str) -> bool {
    let words = text.split_whitespace().count();
    (1..=4).contains(&words) && !text.contains(['@', '|', '/', ':']) && !text.contains(|c: char| c.is_ascii_digit())
}

/// People write sentences with a full stop or question mark after several words; contact data has none.
pub(super) fn is_sentence(text: &str) -> bool {
    // "Mostostal Sp. z o.o." is a firm; "We meet at 10.30." is not.
    let letters = |piece: &str| (1..=2).contains(&piece.chars().count()) && piece.chars().all(char::is_alphabetic);
    let initials = |word: &str| word.contains('.') && word.split('.').all(letters);
    let short = text.split_whitespace().last().is_some_and(|word| initials(word.trim_end_matches('.')));
    text.split_whitespace().count() >= 5 && text.ends_with(['.', '?', '!', '。']) && !short
}

pub(super) fn is_contact(text: &str) -> bool {
    let lower = text.to_lowercase();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let phone_signs = text.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
    (digits >= 7 && (phone_signs || text.contains('+')))
        || text.split(['|', '/', '·']).any(is_lettered_phone)
        || (digits >= 6 && PHONE_WORDS.iter().any(|word| lower.contains(word)))
        || (text.contains('@') && text.contains('.') && text.split_whitespace().count() <= 4)
        || lower.starts_with("www.")
        || (lower.starts_with("http") && text.split_whitespace().count() == 1)
}

/// "T 0299 555 014": a letter, then nothing but a number.
fn is_lettered_phone(text: &str) -> bool {
    let Some((letter, number)) = text.trim().split_once(' ') else { return false };
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    matches!(letter, "T" | "M" | "F" | "P" | "D" | "t" | "m" | "f")
        && digits >= 7
        && number.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c))
}

/// What stands before a telephone number.
const PHONE_WORDS: [&str; 40] = [
    "tel",
    "phone",
    "fon",
    "mobil",
    "cell",
    "fax",
    "tél",
    "t:",
    "m:",
    "t +",
    "m +",
    "t.",
    "m.",
    "d:",
    "p:",
    "тел",
    "моб",
    "電話",
    "电话",
    "手机",
    "手機",
    "携帯",
    "전화",
    "휴대",
    "連絡先",
    "tlf",
    "tfno",
    "tfn",
    "puh",
    "gsm",
    "direct",
    "mob",
    "móvil",
    "movil",
    "cel",
    "τηλ",
    "κιν",
    "טל",
    "נייד",
    "هاتف",
];

/// A job or a company: every word of weight has a capital, and no sentence ends in it.
fn is_title(text: &str) -> bool {
    const SMALL: [&str; 24] = [
        "of", "and", "for", "the", "in", "at", "und", "für", "der", "die", "des", "im", "am", "de", "du", "la", "le",
        "des", "et", "del", "di", "e", "van", "voor",
    ];
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || "|,·•/–-&".contains(c)).filter(|w| !w.is_empty()).collect();
    let capital = |word: &&str| {
        word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || "(".contains(c)) || SMALL.contains(word)
    };
    (1..=9).contains(&words.len())
        && text.chars().count() <= 70
        && !text.ends_with(['.', '!', '?', ':', ','])
        && text.chars().next().is_some_and(char::is_uppercase)
        && words.iter().all(capital)
        && !PS.iter().any(|ps| text.to_lowercase().starts_with(ps))
}

const PS: [&str; 8] = ["ps", "p.s", "p. s", "nb", "pd", "post script", "edit", "n.b"];

/// Before what people add below their name, with a point or colon after it.
const POSTSCRIPT: [&str; 12] =
    ["ps", "p.s", "p. s", "p.-s", "p.p.s", "pps", "pd", "p.d", "post scriptum", "post-scriptum", "постскриптум", "υ.γ"];
/// The same in scripts that need no sign after it.
const POSTSCRIPT_CJK: [&str; 4] = ["追伸", "又及", "附言", "추신"];
/// Words of the shortest postscript without a sign after its letters.
const POSTSCRIPT_WORDS: usize = 5;

/// The last paragraph that begins with "P.S.": its place among the visible lines.
fn postscript(lines: &[Line], visible: &[usize]) -> Option<usize> {
    let nth = visible.iter().rposition(|&i| lines.get(i).is_some_and(|line| is_postscript(&line.text)))?;
    (nth > 0).then_some(nth)
}

fn is_postscript(text: &str) -> bool {
    let lower = text.trim_start_matches(['*', '_', ' ']).to_lowercase();
    let marked = POSTSCRIPT.iter().filter_map(|word| lower.strip_prefix(word)).any(|rest| {
        let signed = rest.trim_start_matches([' ', '\u{a0}']).starts_with(['.', ':']);
        signed && rest.contains(char::is_alphabetic)
    });
    let bare = lower.starts_with("ps ") && lower.split_whitespace().count() >= POSTSCRIPT_WORDS;
    marked || bare || POSTSCRIPT_CJK.iter().any(|word| lower.starts_with(word))
}

/// The whole line is what a telephone adds.
pub(crate) fn is_mobile(text: &str) -> bool {
    if text.chars().count() > 90 || text.ends_with('?') {
        return false;
    }
    let lower = text.trim_matches(['-', '_', '*', ' ', '.', '—', '<', '>', '\u{2022}']).to_lowercase();
    let lower = lower.as_str();
    let mobile = &words().mobile;
    let starts = mobile.starts.iter().any(|start| lower.starts_with(start.as_str()));
    let ends = mobile.ends.iter().any(|end| lower.ends_with(end.as_str()));
    let names_device = DEVICES.iter().any(|device| lower.contains(device));
    (starts || ends) && names_device && lower.split_whitespace().count() <= 12
}

/// Without one of these a line that starts "sent from the" is a sentence.
const DEVICES: [&str; 114] = [
    "iphon",
    "ipad",
    "android",
    "mobile",
    "phone",
    "outlook",
    "samsung",
    "galaxy",
    "huawei",
    "blackberry",
    "windows",
    "mail",
    "proton",
    "handy",
    "smartphone",
    "tablet",
    "téléphone",
    "teléfono",
    "telefono",
    "telefone",
    "celular",
    "móvil",
    "mobil",
    "mobiltelefon",
    "telefoon",
    "telefon",
    "ios",
    "gerät",
    "device",
    "xiaomi",
    "pixel",
    "spark",
    "телефон",
    "手机",
    "手機",
    "携帯",
    "apple watch",
    "nokia",
    "bluemail",
    "aquamail",
    "k-9",
    "fairemail",
    "oneplus",
    "oppo",
    "vivo",
    "redmi",
    "realme",
    "sony",
    "xperia",
    "surface",
    "chromebook",
    "超级",
    "邮箱",
    "郵箱",
    "网易",
    "qq",
    "小米",
    "华为",
    "荣耀",
    "スマホ",
    "スマートフォン",
    "휴대",
    "모바일",
    "아이폰",
    "갤럭시",
    "네이버",
    "мобильн",
    "мобільн",
    "почт",
    "пошт",
    "яндекс",
    "айфон",
    "מכשיר",
    "הנייד",
    "אייפון",
    "جهاز",
    "هاتف",
    "آيفون",
    "آيباد",
    "κινητό",
    "συσκευή",
    "puhelim",
    "készülék",
    "zařízení",
    "zariaden",
    "urządze",
    "komórk",
    "enhet",
    "enhed",
    "dispositivo",
    "appareil",
    "cihaz",
    "uređaj",
    "naprav",
    "superhuman",
    "airmail",
    "mailspring",
    "edison",
    "missive",
    "tutanota",
    "tuta",
    "zoho",
    "vodafone",
    "verizon",
    "t-mobile",
    "at&t",
    "telekom",
    "gmx",
    "web.de",
    "sfr",
    "bouygues",
    "libero",
    "onet",
    "interia",
];
