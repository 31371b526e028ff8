//! Letter by letter: variants as the plain letter or digit, Cyrillic and Greek in Latin letters.

/// Zeros of scripts with digits of their own.
const ZEROS: [char; 18] = [
    '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}', '\u{ce6}',
    '\u{d66}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{17e0}', '\u{1810}', '\u{ff10}',
];

/// Variants of letters and digits as the plain ones.
pub fn fold(c: char) -> Folded {
    let code = u32::from(c);
    if c < '\u{2c6}' {
        return Folded::One(c);
    }
    if let Some(zero) = ZEROS.iter().find(|zero| (u32::from(**zero)..u32::from(**zero) + 10).contains(&code)) {
        return Folded::digit(code - u32::from(*zero));
    }
    match code {
        // Vietnamese and other letters with marks below and above, which espeak-ng spells as code points.
        0x1e00..=0x1eff => {
            Folded::One(base(code).map_or(c, |base| if code % 2 == 0 { base } else { base.to_ascii_lowercase() }))
        }
        0xff01..=0xff5e => Folded::One(char::from_u32(code - 0xfee0).unwrap_or(c)),
        0x24b6..=0x24cf => Folded::letter('A', code - 0x24b6),
        0x24d0..=0x24e9 => Folded::letter('a', code - 0x24d0),
        0x2460..=0x2473 => Folded::number(code - 0x2460 + 1),
        0x2160..=0x216b => Folded::number(code - 0x2160 + 1),
        0x2170..=0x217b => Folded::number(code - 0x2170 + 1),
        // Letters of mathematics: alphabets of 26 capitals and 26 small letters each, then digits.
        0x1d400..=0x1d6a3 => match (code - 0x1d400) % 52 {
            place @ 0..=25 => Folded::letter('A', place),
            place => Folded::letter('a', place - 26),
        },
        0x1d7ce..=0x1d7ff => Folded::digit((code - 0x1d7ce) % 10),
        0xfb00 => Folded::Text("ff"),
        0xfb01 => Folded::Text("fi"),
        0xfb02 => Folded::Text("fl"),
        0xfb03 => Folded::Text("ffi"),
        0xfb04 => Folded::Text("ffl"),
        0xfb05 | 0xfb06 => Folded::Text("st"),
        _ => Folded::One(c),
    }
}

/// The plain capital behind U+1E00..U+1EFF; capitals have even code points there, nearly all.
fn base(code: u32) -> Option<char> {
    const LAST: [(u32, char); 37] = [
        (0x1e01, 'A'),
        (0x1e07, 'B'),
        (0x1e09, 'C'),
        (0x1e13, 'D'),
        (0x1e1d, 'E'),
        (0x1e1f, 'F'),
        (0x1e21, 'G'),
        (0x1e2b, 'H'),
        (0x1e2f, 'I'),
        (0x1e35, 'K'),
        (0x1e3d, 'L'),
        (0x1e43, 'M'),
        (0x1e4b, 'N'),
        (0x1e53, 'O'),
        (0x1e57, 'P'),
        (0x1e5f, 'R'),
        (0x1e69, 'S'),
        (0x1e71, 'T'),
        (0x1e7b, 'U'),
        (0x1e7f, 'V'),
        (0x1e89, 'W'),
        (0x1e8d, 'X'),
        (0x1e8f, 'Y'),
        (0x1e95, 'Z'),
        (0x1e96, 'H'),
        (0x1e97, 'T'),
        (0x1e98, 'W'),
        (0x1e99, 'Y'),
        (0x1e9d, 'S'),
        (0x1e9f, 'S'),
        (0x1eb7, 'A'),
        (0x1ec7, 'E'),
        (0x1ecb, 'I'),
        (0x1ee3, 'O'),
        (0x1ef1, 'U'),
        (0x1ef9, 'Y'),
        (0x1eff, 'L'),
    ];
    LAST.iter().find(|(last, _)| code <= *last).map(|(_, base)| *base)
}

/// What a character becomes, character by character.
pub enum Folded {
    One(char),
    Text(&'static str),
    Number([Option<char>; 4]),
    Done,
}

impl Folded {
    fn digit(value: u32) -> Folded {
        char::from_digit(value, 10).map_or(Folded::Done, Folded::One)
    }

    fn letter(first: char, place: u32) -> Folded {
        char::from_u32(u32::from(first) + place).map_or(Folded::Done, Folded::One)
    }

    /// With blanks around it: numbers in rings stand close to words.
    fn number(value: u32) -> Folded {
        let tens = (value >= 10).then(|| char::from_digit(value / 10 % 10, 10)).flatten();
        Folded::Number([Some(' '), tens, char::from_digit(value % 10, 10), Some(' ')])
    }
}

impl Iterator for Folded {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Folded::One(c) => {
                let c = *c;
                *self = Folded::Done;
                Some(c)
            }
            Folded::Text(text) => {
                let mut letters = text.chars();
                let first = letters.next();
                *text = letters.as_str();
                first
            }
            Folded::Number(digits) => digits.iter_mut().find_map(Option::take),
            Folded::Done => None,
        }
    }
}

pub fn is_cyrillic(c: char) -> bool {
    ('\u{400}'..='\u{52f}').contains(&c)
}

pub fn is_greek(c: char) -> bool {
    ('\u{370}'..='\u{3ff}').contains(&c) || ('\u{1f00}'..='\u{1fff}').contains(&c)
}

/// A small letter in Latin ones, as passports and maps write them; `before` is the letter before it.
pub fn latin(c: char, before: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' => "e",
        'ё' => "yo",
        'ж' => "zh",
        'з' => "z",
        'и' => "i",
        'й' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ы' => "y",
        'э' => "e",
        'ю' => "yu",
        'я' => "ya",
        'є' => "ye",
        'і' => "i",
        'ї' => "yi",
        'ў' => "w",
        'ђ' => "dj",
        'ѓ' => "gj",
        'ѕ' => "dz",
        'ј' => "y",
        'љ' => "ly",
        'њ' => "ny",
        'ћ' => "ch",
        'ќ' => "kj",
        'џ' => "dzh",
        'қ' => "k",
        'ғ' => "g",
        'ң' => "ng",
        'ә' => "a",
        'ө' => "o",
        'ұ' | 'ү' => "u",
        'һ' => "h",
        'υ' | 'ύ' if before == 'ο' => "u",
        'α' | 'ά' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' | 'έ' => "e",
        'ζ' => "z",
        'η' | 'ή' => "i",
        'θ' => "th",
        'ι' | 'ί' | 'ϊ' | 'ΐ' => "i",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ό' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' | 'ς' => "s",
        'τ' => "t",
        'υ' | 'ύ' | 'ϋ' | 'ΰ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        'ω' | 'ώ' => "o",
        _ if is_cyrillic(c) || is_greek(c) => "a",
        _ => return None,
    })
}
