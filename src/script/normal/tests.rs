//! The normalisation table: each class with its cases and counter-cases.

use super::*;

fn say(text: &str) -> String {
    speakable(text, &Hints::default())
}

/// Checks every row and shows all that differ at once.
pub(super) fn table(rows: &[(&str, &str)]) {
    table_with(&Hints::default(), rows);
}

/// The same for a mail that tells how its figures are to be read.
pub(super) fn table_with(hints: &Hints, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(text, expected)| (text, speakable(text, hints), expected))
        .filter(|(_, said, expected)| said != *expected)
        .map(|(text, said, expected)| format!("{text:?}: said {said:?}, expected {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn times_are_said_with_their_half_of_the_day() {
    table(&[
        ("at 9:10", "at nine ten"),
        ("at 09:05 sharp", "at nine oh five sharp"),
        ("at 9 am", "at nine A-M"),
        ("at 9:30am.", "at nine thirty A-M."),
        ("at 10 a.m. in the hall", "at ten A-M in the hall"),
        ("at 14:30", "at two thirty P-M"),
        ("at 18:00", "at six P-M"),
        ("at 9:00", "at nine o'clock"),
        ("at 12:00", "at noon"),
        ("10:00-11:30", "ten o'clock to eleven thirty"),
        ("9-11am", "nine to eleven A-M"),
        ("from 2pm to 4 pm", "from two P-M to four P-M"),
        ("it took 9:10:05", "it took nine ten and five seconds"),
        // counter-cases
        ("in 16:9", "in sixteen to nine"),
        ("I am 9", "I am nine"),
        ("at 9 in the morning", "at nine in the morning"),
        ("25:61", "twenty-five to sixty-one"),
    ]);
}

#[test]
fn zones_are_said_in_words() {
    table(&[
        ("10:30 CET", "ten thirty Central European Time"),
        ("at 3 pm PT", "at three P-M Pacific Time"),
        ("at 15:00 UTC+2", "at three P-M U-T-C plus two"),
        ("18:00 GMT", "six P-M G-M-T"),
        ("GMT+5:30", "G-M-T plus five thirty"),
        ("an MT card", "an M-T card"),
        ("visit ET", "visit E-T"),
    ]);
}

#[test]
fn dates_are_said_as_days_that_exist() {
    table(&[
        ("on 2026-03-02", "on March second, twenty twenty-six"),
        ("due 3/4/2026", "due March fourth, twenty twenty-six"),
        ("due 25/3/2026", "due March twenty-fifth, twenty twenty-six"),
        ("am 3.4.2026", "am April third, twenty twenty-six"),
        ("on March 3, 2026", "on March third, twenty twenty-six"),
        ("on 3 March 2026 we", "on March third, twenty twenty-six we"),
        ("the 3rd of March", "the March third"),
        ("Tue, Mar 3", "Tuesday, March third"),
        ("in May 2026", "in May twenty twenty-six"),
        ("on May 5", "on May fifth"),
        ("by 3/4", "by March fourth"),
        ("Mon-Fri", "Monday to Friday"),
        ("2026-03-02T08:10:00Z", "March second, twenty twenty-six, eight ten U-T-C"),
        ("Tue 3/10", "Tuesday March tenth"),
        ("the 5th/6th", "the fifth sixth"),
        // counter-cases
        ("you may 3 times", "you may three times"),
        ("version 2.1.3", "version two point one point three"),
        ("1.2.2026.4", "one point two point two thousand twenty-six point four"),
        ("99/99/2026 is no date", "nine nine, nine nine, two zero two six is no date"),
        ("the Sun is up", "the Sun is up"),
        ("they march 5 miles", "they march five miles"),
    ]);
}

#[test]
fn the_mail_decides_the_order_of_its_dates() {
    let day_first = Hints { dates: DateOrder::DayFirst, ..Hints::default() };
    assert_eq!(speakable("3/4/2026", &day_first), "April third, twenty twenty-six");
    assert_eq!(speakable("on 3/4", &day_first), "on April third");
    assert_eq!(speakable("3/25/2026", &day_first), "March twenty-fifth, twenty twenty-six");
}

#[test]
fn money_is_said_with_its_currency() {
    table(&[
        ("$5", "five dollars"),
        ("$1", "one dollar"),
        ("$1,250.50", "one thousand two hundred fifty dollars and fifty cents"),
        ("$12.00", "twelve dollars"),
        ("€1.250,50", "one thousand two hundred fifty euros and fifty cents"),
        ("1.250,50 €", "one thousand two hundred fifty euros and fifty cents"),
        ("49,99 EUR", "forty-nine euros and ninety-nine cents"),
        ("EUR 5", "five euros"),
        ("£3.20", "three pounds and twenty pence"),
        ("$0.99", "ninety-nine cents"),
        ("CHF 1'250.50", "one thousand two hundred fifty francs and fifty centimes"),
        ("₹1,00,000", "one hundred thousand rupees"),
        ("Rs. 500", "five hundred rupees"),
        ("¥500", "five hundred yen"),
        ("$5M", "five million dollars"),
        ("$3.5 billion", "three point five billion dollars"),
        ("-$5", "minus five dollars"),
        ("$10-15", "ten to fifteen dollars"),
        ("costs 20,- €", "costs twenty euros"),
        ("€1.250", "one thousand two hundred fifty euros"),
        ("€20/mo", "twenty euros per month"),
        ("2.500 Euro", "two thousand five hundred euros"),
        ("₹2 lakh", "two lakh rupees"),
        // counter-cases
        ("US citizens", "U-S citizens"),
        ("5 try hard", "five try hard"),
        ("the $ sign", "the dollars sign"),
    ]);
}

#[test]
fn phone_numbers_are_said_in_groups() {
    table(&[
        ("555-123-4567", "five five five, one two three, four five six seven"),
        ("(555) 123-4567", "five five five, one two three, four five six seven"),
        ("+49 30 1234567", "plus four nine, three zero, one two three, four five six seven"),
        ("+1-555-123-4567", "plus one, five five five, one two three, four five six seven"),
        ("call 030 1234567 now", "call zero three zero, one two three, four five six seven now"),
        ("555-1234", "five five five, one two three four"),
        // counter-cases
        ("10-12", "ten to twelve"),
        ("we are 300 2000 times", "we are three hundred two thousand times"),
        ("1990-1995", "nineteen ninety to nineteen ninety-five"),
    ]);
}

#[test]
fn ordinals_need_the_fitting_ending() {
    table(&[
        ("the 1st", "the first"),
        ("22nd floor", "twenty-second floor"),
        ("the 113th", "the one hundred thirteenth"),
        ("the 2ST", "the two S-T"),
        ("4th", "fourth"),
    ]);
}

#[test]
fn ranges_are_said_with_to() {
    table(&[
        ("10-12 people", "ten to twelve people"),
        ("3–5", "three to five"),
        ("10 - 12", "ten to twelve"),
        ("pp. 3–5", "pages three to five"),
        ("2024-25", "twenty twenty-four to twenty-five"),
        ("a well-known fact", "a well-known fact"),
        ("1-2 km", "one to two kilometers"),
        ("we won 3-2", "we won three to two"),
        ("007-123", "zero zero seven one two three"),
    ]);
}

#[test]
fn percentages_and_units_follow_their_figure() {
    table(&[
        ("3%", "three percent"),
        ("3.5 %", "three point five percent"),
        ("10 km", "ten kilometers"),
        ("1 km", "one kilometer"),
        ("5kg", "five kilograms"),
        ("20 °C", "twenty degrees Celsius"),
        ("100 km/h", "one hundred kilometers per hour"),
        ("2 GB", "two gigabytes"),
        ("80 m²", "eighty square meters"),
        ("2x faster", "two times faster"),
        ("10x20 cm", "ten by twenty centimeters"),
        ("5-10%", "five to ten percent"),
        ("10k users", "ten thousand users"),
        // counter-cases
        ("5 in the box", "five in the box"),
        ("5G networks", "five G networks"),
        ("a 4K screen", "a four K screen"),
        ("5 s words", "five s words"),
    ]);
}

#[test]
fn versions_are_said_point_by_point() {
    table(&[
        ("v2.1.3", "version two point one point three"),
        ("version 2.10", "version two point ten"),
        ("2.0.0-rc1", "two point zero point zero rc one"),
        ("192.168.1.20", "one hundred ninety-two point one hundred sixty-eight point one point twenty"),
        ("V2", "version two"),
        ("it costs 2.10", "it costs two point one zero"),
        ("via", "via"),
    ]);
}

#[test]
fn decimals_and_thousands_are_read_in_both_styles() {
    table(&[
        ("3.14", "three point one four"),
        ("3,14", "three point one four"),
        ("1,250", "one thousand two hundred fifty"),
        ("1,250,000", "one million two hundred fifty thousand"),
        ("1.250.000", "one million two hundred fifty thousand"),
        ("1,250.5", "one thousand two hundred fifty point five"),
        ("12,34,567", "one million two hundred thirty-four thousand five hundred sixty-seven"),
        ("the '90s", "the nineties"),
        ("+12.5%", "plus twelve point five percent"),
        ("-7 degrees", "minus seven degrees"),
        ("~5", "about five"),
        ("10+", "ten plus"),
        ("1.250", "one point two five zero"),
        ("1,2,3", "one two three"),
        ("in 1990", "in nineteen ninety"),
        ("the 1990s", "the nineteen nineties"),
        ("4800", "four thousand eight hundred"),
    ]);
    let comma = Hints { numbers: NumberStyle::Comma, ..Hints::default() };
    assert_eq!(speakable("1.250", &comma), "one thousand two hundred fifty");
}

#[test]
fn fractions_are_told_from_dates_and_sayings() {
    table(&[
        ("1/2", "one half"),
        ("3/4 cup", "three quarters cup"),
        ("2/3", "two thirds"),
        ("1 1/2 cups", "one and one half cups"),
        ("½ hour", "one half hour"),
        ("2½", "two and one half"),
        ("50/50", "fifty fifty"),
        ("24/7", "twenty-four seven"),
        ("9/11", "nine eleven"),
        ("page 3/12", "page three of twelve"),
        ("and/or", "and or"),
        ("5/4", "five over four"),
    ]);
}

#[test]
fn roman_numerals_need_a_name_before_them() {
    table(&[
        ("World War II ended", "World War two ended"),
        ("Queen Elizabeth II", "Queen Elizabeth the second"),
        ("Chapter IV", "Chapter four"),
        ("Henry VIII", "Henry the eighth"),
        ("Part I and II", "Part one and two"),
        ("Super Bowl LVIII", "Super Bowl fifty-eight"),
        ("Rocky III", "Rocky three"),
        // counter-cases
        ("Then I went", "Then I went"),
        ("Plan V", "Plan V"),
        ("an IV drip", "an I-V drip"),
        ("the CD", "the C-D"),
    ]);
}

#[test]
fn initialisms_are_spelled_and_loud_words_are_not() {
    table(&[
        ("the PDF", "the P-D-F"),
        ("the API docs", "the A-P-I docs"),
        ("NASA and HTML", "nasa and H-T-M-L"),
        ("IMPORTANT", "important"),
        ("THIS IS VERY IMPORTANT", "this is very important"),
        ("READ THE FAQ", "read the F-A-Q"),
        ("two PDFs", "two P-D-Fs"),
        ("the CEO", "the C-E-O"),
        ("OK", "ok"),
        ("I said NO", "I said no"),
        ("GDPR/CCPA", "G-D-P-R C-C-P-A"),
        ("AT&T and R&D", "A-T and T and R and D"),
        ("C# and C++", "C sharp and C plus plus"),
        ("U.S. law", "U-S law"),
    ]);
}

#[test]
fn abbreviations_with_two_readings_look_at_their_neighbours() {
    table(&[
        ("Dr. Smith", "doctor Smith"),
        ("12 Sunset Dr. is closed", "twelve Sunset drive is closed"),
        ("near St. Pancras", "near saint Pancras"),
        ("on Main St. today", "on Main street today"),
        ("No. 5", "number five"),
        ("No. I will not", "No. I will not"),
        ("e.g. this", "for example this"),
        ("apples, pears etc.", "apples, pears et cetera."),
        ("Mr. Jones and Mrs. Hill", "mister Jones and missus Hill"),
        ("c/o Ana", "care of Ana"),
        ("coffee w/ milk", "coffee with milk"),
        ("p. 12", "page twelve"),
        ("Fig. 3", "figure three"),
        ("ext. 12", "extension twelve"),
    ]);
}

#[test]
fn addresses_lead_to_their_host_and_no_further() {
    table(&[
        ("see https://example.com/a/b?x=1.", "see link to example dot com."),
        ("see https://www.example.co.uk", "see link to example dot C-O dot U-K"),
        ("(http://docs.example.org/)", "link to docs dot example dot org,"),
        ("https://click.mail.example.com/u/?qs=8f7a", "a link"),
        ("https://bit.ly/3xYz", "a link"),
        ("go to example.com now", "go to example dot com now"),
        ("the end.Next one", "the end Next one"),
        ("3.5", "three point five"),
    ]);
}

#[test]
fn mail_addresses_handles_and_hashtags_are_words() {
    table(&[
        ("ana.silva@example.org", "ana dot silva at example dot org"),
        ("info-desk_2@mail.example.com", "info dash desk underscore two at mail dot example dot com"),
        ("mailto:ana@example.org", "ana at example dot org"),
        ("@ana_silva", "at ana silva"),
        ("#RustLang", "hashtag Rust Lang"),
        ("#5", "number five"),
        ("meet @ noon", "meet at noon"),
    ]);
}

#[test]
fn file_names_are_said_with_their_ending() {
    table(&[
        ("report_final-v2.pdf", "report final v two dot P-D-F"),
        ("budget.xlsx", "budget dot X-L-S-X"),
        ("photo.JPG", "photo dot J-P-G"),
        ("archive.zip", "archive dot zip"),
        ("C:\\data\\notes.txt", "notes dot T-X-T"),
        ("the end.", "the end."),
    ]);
}

#[test]
fn emoji_and_smileys_are_said_by_name_once() {
    table(&[
        ("Great 👍", "Great thumbs up"),
        ("Great👍👍", "Great, thumbs up"),
        ("Thanks :-)", "Thanks smile"),
        ("Thanks :).", "Thanks smile."),
        ("I ❤️ it", "I heart it"),
        ("★★★ Sale ★★★", "Sale"),
        ("(see)", "see,"),
        ("a :b", "a b"),
    ]);
}

#[test]
fn camel_case_is_split_and_names_are_not() {
    table(&[
        ("camelCase", "camel Case"),
        ("PDFReader", "P-D-F Reader"),
        ("snake_case_name", "snake case name"),
        ("McDonald", "McDonald"),
        ("an iPhone", "an iPhone"),
        ("GitHub", "Git Hub"),
        ("COVID-19", "covid nineteen"),
        ("MP3 player", "M-P three player"),
    ]);
}

#[test]
fn codes_are_said_digit_by_digit() {
    table(&[
        ("Your code is 482913.", "Your code is four eight two, nine one three."),
        ("482913 is your verification code", "four eight two, nine one three is your verification code"),
        ("G-482913", "G, four eight two, nine one three"),
        ("order #12345", "order number one two, three four five"),
        ("order AB-12345", "order A-B, one two, three four five"),
        ("card 4111 1111 1111 1111", "card four one one one, one one one one, one one one one, one one one one"),
        ("1Z999AA10123456784", "one, Z, nine nine nine, A-A, one zero one, two three four, five six, seven eight four"),
        ("invoice 20391", "invoice two zero, three nine one"),
        // counter-cases
        ("12345 people", "twelve thousand three hundred forty-five people"),
        ("1000000 users", "one million users"),
        ("chapter 12", "chapter twelve"),
    ]);
}

#[test]
fn punctuation_becomes_pauses() {
    table(&[
        ("Wait… what", "Wait, what"),
        ("Wait... What", "Wait. What"),
        ("\"Yes,\" he said", "Yes, he said"),
        ("this (and that) too", "this, and that, too"),
        ("one – two", "one, two"),
        ("one -- two", "one, two"),
        ("Really?!", "Really?"),
        ("don’t", "don't"),
        ("• milk", "milk"),
        ("-----", ""),
        ("* * *", ""),
        ("A & B", "A and B"),
        ("**bold** _it_", "bold it"),
        ("1) First", "one, First"),
    ]);
}

#[test]
fn words_of_other_scripts_pass_through() {
    table(&[
        ("Größe und Naïveté", "Größe und Naïveté"),
        ("привет мир", "привет мир"),
        ("नमस्ते", "नमस्ते"),
        ("漢字", "漢字"),
    ]);
}

#[test]
fn long_lines_of_figures_and_signs_are_said_in_one_pass() {
    let hostile = [
        "8am/9am",
        "1-2/3-",
        "1.1",
        "**** ",
        "10-Sept ",
        "9.9%-",
        "+1 ",
        "x1 ",
        "1/2 ",
        "0 1 ",
        "Ctrl+",
        "ii ",
        "4242 4242 ",
        "< 1 ",
        "01 23 45 67 89 ",
        "DE89 ",
        "₂²",
        "£1k–",
        "12h30 - ",
        "a_1s",
    ];
    for piece in hostile {
        let said = say(&piece.repeat((1 << 17) / piece.len()));
        assert!(said.len() <= 40 << 17, "{piece:?}");
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn allowed(c: char) -> bool {
        c.is_alphabetic()
            || matches!(c, ' ' | ',' | '.' | ';' | ':' | '!' | '?' | '\'' | '-')
            || !c.is_ascii() && !c.is_numeric()
    }

    proptest! {
        #[test]
        fn any_text_becomes_bounded_words_without_digits(text in "\\PC{0,200}") {
            let said = say(&text);
            prop_assert!(said.len() <= 60 + text.len() * 40, "{said}");
            prop_assert!(said.chars().all(allowed), "{said:?}");
        }

        #[test]
        fn figures_and_signs_never_break_it(text in "[0-9a-zA-Z.,:/#$€%+@ ()'-]{0,60}") {
            let said = say(&text);
            prop_assert!(said.chars().all(allowed), "{text:?} -> {said:?}");
        }

        #[test]
        fn plain_words_are_never_dropped(words in prop::collection::vec("[b-z][a-z]{5,9}", 1..12)) {
            let text = words.join(" ");
            prop_assert_eq!(say(&text), text);
        }
    }
}
