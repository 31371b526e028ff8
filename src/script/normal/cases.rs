//! Further cases of the normalisation table: what mails of the field hold that the first table has not.

use super::tests::table;
use super::{Hints, NumberStyle, speakable};

#[test]
fn streets_doctors_and_numbers_are_told_by_their_neighbours() {
    table(&[
        ("St. Mary's Church", "saint Mary's Church"),
        ("St Mary's Church", "saint Mary's Church"),
        ("5 High St.", "five High street."),
        ("Dr Okafor", "doctor Okafor"),
        ("Drs. Hill and Moss", "doctors Hill and Moss"),
        ("Prof. Lang", "professor Lang"),
        ("No. 12 is open", "number twelve is open"),
        ("Nos. 3-5", "numbers three to five"),
        ("I said no. Then he left", "I said no. Then he left"),
        ("the 1st St. is closed", "the first street is closed"),
        ("approx. 20", "approximately twenty"),
        ("vs. Leeds", "versus Leeds"),
        ("i.e. never", "that is never"),
        ("Inc. and Ltd.", "incorporated and limited."),
        ("a.k.a. Moss", "also known as Moss"),
    ]);
}

#[test]
fn care_of_and_slashes_are_words() {
    table(&[
        ("c/o Mill Lane", "care of Mill Lane"),
        ("w/o sugar", "without sugar"),
        ("he/she", "he she"),
        ("yes/no", "yes no"),
        ("n/a", "not applicable"),
        ("km/h", "km h"),
        ("open 24/7", "open twenty-four seven"),
        ("and/or both", "and or both"),
        ("input/output", "input output"),
    ]);
}

#[test]
fn ordinals_of_dates_and_streets() {
    table(&[
        ("on the 21st", "on the twenty-first"),
        ("11th hour", "eleventh hour"),
        ("the 2nd of May", "the May second"),
        ("100th", "one hundredth"),
        ("12th", "twelfth"),
        ("the 3RD", "the third"),
        ("5 th", "five th"),
    ]);
}

#[test]
fn handles_tags_and_addresses() {
    table(&[
        ("write to robin@example.org, please", "write to robin at example dot org, please"),
        ("<robin@example.org>", "robin at example dot org"),
        ("r.b+list@example.co.uk", "r dot b plus list at example dot C-O dot U-K"),
        ("#ThrowbackThursday", "hashtag Throwback Thursday"),
        ("#garden and #bees", "hashtag garden and hashtag bees"),
        ("follow @harkmail", "follow at harkmail"),
        ("5 @ 3 euros", "five at three euros"),
    ]);
}

#[test]
fn smileys_are_told_from_punctuation() {
    table(&[
        ("See you ;-)", "See you wink"),
        ("Oh no :-(", "Oh no sad face"),
        ("Ha :D", "Ha grin"),
        ("<3 Kim", "heart Kim"),
        ("Thanks 🙏🙏🙏", "Thanks thank you"),
        ("(a) first", "a, first"),
        ("at 8:00)", "at eight o'clock,"),
        ("list:", "list:"),
    ]);
}

#[test]
fn versions_files_and_names_of_programs() {
    table(&[
        ("v1.0", "version one point zero"),
        ("release 10.4.1", "release ten point four point one"),
        ("notes.md", "notes dot M-D"),
        ("main.rs", "main dot R-S"),
        ("IMG_2041.jpeg", "I-M-G twenty forty-one dot jpeg"),
        ("myVariableName", "my Variable Name"),
        ("YouTube", "You Tube"),
        ("WiFi", "Wi Fi"),
    ]);
}

#[test]
fn tracking_numbers_and_codes_are_spelled() {
    table(&[
        (
            "tracking number 00340434161094042557",
            "tracking number zero zero three, four zero four, three four one, six one zero, nine four zero, four two, five five seven",
        ),
        ("PIN 4711", "pin four seven one one"),
        ("booking reference QJ7K2P", "booking reference Q-J seven K two P"),
        (
            "IBAN DE89 3704 0044 0532 0130 00",
            "iban D-E, eight nine, three seven zero four, zero zero four four, zero five three two, zero one three zero, zero zero",
        ),
        ("room 101", "room one hundred one"),
        ("code 39", "code thirty-nine"),
    ]);
}

#[test]
fn brackets_quotes_and_dots() {
    table(&[
        ("[sic]", "sic,"),
        ("“Fine,” she said", "Fine, she said"),
        ("‘quoted’", "quoted"),
        ("«oui»", "oui"),
        ("well…", "well."),
        ("a - b", "a, b"),
        ("=====", ""),
        ("_____", ""),
        ("don't", "don't"),
        ("Really??", "Really?"),
        ("Stop!!!", "Stop!"),
    ]);
}

#[test]
fn money_times_and_ranges_in_sentences() {
    table(&[
        ("£5-£10", "five to ten pounds"),
        ("EUR 1.234,00", "one thousand two hundred thirty-four euros"),
        ("US$20", "twenty dollars"),
        ("20 kr", "twenty kroner"),
        ("48,90 zł", "forty-eight zlotys and ninety groszy"),
        ("$1.2m", "one point two million dollars"),
        ("7pm", "seven P-M"),
        ("19h30", "seven thirty P-M"),
        ("8 p.m. EST", "eight P-M Eastern Standard Time"),
        ("00:00", "midnight"),
        ("5-7 May", "May fifth to seventh"),
        ("3 to 4", "three to four"),
        ("ages 3-5", "ages three to five"),
        ("-5 °C", "minus five degrees Celsius"),
        ("0.5 l", "zero point five liters"),
        ("16 GB RAM", "sixteen gigabytes ram"),
        ("90 min", "ninety minutes"),
    ]);
}

#[test]
fn times_with_a_full_stop_need_their_word() {
    table(&[
        ("um 18.30 Uhr", "um six thirty P-M"),
        ("18 Uhr", "six P-M"),
        ("ab 9 Uhr", "ab nine o'clock"),
        ("9-11 Uhr", "nine o'clock to eleven o'clock"),
        ("19.15 - 21.00 Uhr", "seven fifteen P-M to nine P-M"),
        ("kl. 18.30", "kl. six thirty P-M"),
        ("klo 8.05", "klo eight oh five"),
        ("the 7.45 train", "the seven forty-five train"),
        ("from 14h to 16h30", "from two P-M to four thirty P-M"),
        ("0930 hrs", "zero nine thirty hours"),
        ("9am–noon", "nine A-M to noon"),
        // counter-cases
        ("18.30 euros", "eighteen euros and thirty cents"),
        ("18.30 kg", "eighteen point three zero kilograms"),
        ("it took 14h", "it took fourteen hours"),
        ("a rate of 18.30", "a rate of eighteen point three zero"),
        ("18.75 Uhr", "eighteen point seven five Uhr"),
        ("2000 hours of work", "two thousand hours of work"),
    ]);
}

#[test]
fn figures_grouped_with_blanks_are_one() {
    table(&[
        ("2 400円", "two thousand four hundred yen"),
        ("2 400,50 €", "two thousand four hundred euros and fifty cents"),
        ("kr 1 250", "one thousand two hundred fifty kroner"),
        ("1 299 kr", "one thousand two hundred ninety-nine kroner"),
        ("€2 400", "two thousand four hundred euros"),
        ("14 000 000 people", "fourteen million people"),
        ("12\u{a0}500 people", "twelve thousand five hundred people"),
        ("1\u{202f}500 km", "one thousand five hundred kilometers"),
        // counter-cases
        ("we are 300 2000 times", "we are three hundred two thousand times"),
        ("chapter 3 200 pages", "chapter three two hundred pages"),
        ("call 030 123 456", "call zero three zero, one two three, four five six"),
        ("customer 12 345 678", "customer twelve three hundred forty-five six hundred seventy-eight"),
        ("sizes 36 38 40", "sizes thirty-six thirty-eight forty"),
        ("4 500 ml bottles", "four five hundred milliliters bottles"),
    ]);
    let comma = Hints { numbers: NumberStyle::Comma, ..Hints::default() };
    assert_eq!(speakable("wir sind 12 500", &comma), "wir sind twelve thousand five hundred");
}

#[test]
fn feet_and_inches_are_told_from_quotes() {
    table(&[
        ("he is 5' 10\"", "he is five foot ten"),
        ("he is 6'2\" tall", "he is six foot two tall"),
        ("5’4” and 130 lbs", "five foot four and one hundred thirty pounds"),
        ("a 15\" laptop", "a fifteen inch laptop"),
        ("it is 27\".", "it is twenty-seven inches."),
        ("a 12' long boat", "a twelve foot long boat"),
        // counter-cases
        ("\"we are 15\" he said", "we are fifteen he said"),
        ("he said \"10\" and left", "he said ten and left"),
        ("he said '5' and '6'", "he said five and six"),
        ("“room 12” is free", "room twelve is free"),
        ("the '90s", "the nineties"),
        ("Class of '26", "Class of twenty-six"),
    ]);
}

#[test]
fn the_numero_sign_is_a_word() {
    table(&[
        ("№ 7", "number seven"),
        ("№7", "number seven"),
        ("n° 12", "number twelve"),
        ("Nº 3", "number three"),
        ("No.1 choice", "number one choice"),
        ("No 10 Downing Street", "number ten Downing Street"),
        // counter-cases
        ("No 5 people came", "No five people came"),
        ("at 5 °", "at five degrees"),
        ("№ unknown", "unknown"),
        ("No. I will not", "No. I will not"),
    ]);
}

#[test]
fn versions_of_programs_have_no_decimals() {
    table(&[
        ("Python 3.12", "Python three point twelve"),
        ("python 3.9", "python three point nine"),
        ("Ubuntu 24.04", "Ubuntu twenty-four point zero four"),
        ("PHP 8.3", "P-H-P eight point three"),
        ("Java 21.0.2", "Java twenty-one point zero point two"),
        ("iOS 17.10", "iOS seventeen point ten"),
        // counter-cases
        ("it costs 3.12", "it costs three point one two"),
        ("we go 3.12 km", "we go three point one two kilometers"),
        ("a GPA of 3.85", "a G-P-A of three point eight five"),
        ("$3.12", "three dollars and twelve cents"),
        ("3/12", "three of twelve"),
        ("am 3.12. um neun", "am December third um neun"),
    ]);
}

#[test]
fn days_of_one_month_share_its_name() {
    table(&[
        ("5-7 May", "May fifth to seventh"),
        ("12th–14th Sept", "September twelfth to fourteenth"),
        ("June 12-14, 2026", "June twelfth to fourteenth, twenty twenty-six"),
        ("Nov 3–5", "November third to fifth"),
        ("from 5 to 7 May", "from May fifth to seventh"),
        ("on 1 and 2 August", "on August first and second"),
        ("28 Feb - 3 Mar", "February twenty-eighth to March third"),
        ("24.12.-26.12. geschlossen", "December twenty-fourth to twenty-sixth geschlossen"),
        ("the 14th-15th", "the fourteenth to fifteenth"),
        // counter-cases
        ("you may 5-7 times", "you may five to seven times"),
        ("7-5 May", "seven to five May"),
        ("rows 5-7", "rows five to seven"),
        ("30-32 May", "thirty to thirty-two May"),
        ("on May 5 - 7 people came", "on May fifth, seven people came"),
        ("he lost - 5 May", "he lost, May fifth"),
    ]);
}

#[test]
fn names_and_words_are_no_abbreviations() {
    table(&[
        ("I asked Max. He knows", "I asked Max. He knows"),
        ("max. 20 people", "maximum twenty people"),
        ("Max. 20 people", "maximum twenty people"),
        ("20 max. per table", "twenty maximum per table"),
        ("at the temp. She", "at the temp. She"),
        ("5 p.m. EST. We start", "five P-M Eastern Standard Time. We start"),
        ("The office is on EST. We start", "The office is on E-S-T. We start"),
        ("EST. 1920", "established nineteen twenty"),
        ("hi hon. See you", "hi hon. See you"),
        ("Hon. Ada Moss", "honorable Ada Moss"),
        ("see col. 5", "see column five"),
        ("Col. Moss", "colonel Moss"),
        ("Rev. Lang", "reverend Lang"),
        ("rev. 3", "revision three"),
        ("an angry mob. We left", "an angry mob. We left"),
        ("Mob: 0170", "mobile: zero one seven zero"),
        ("Apt 12", "apartment twelve"),
        ("rm. 4", "room four"),
        ("pp.12-15", "pages twelve to fifteen"),
    ]);
}

#[test]
fn people_lengths_and_amounts_are_no_dates_and_times() {
    table(&[
        ("a note from Jan", "a note from Jan"),
        ("from Jan to Mar", "from January to March"),
        ("in Jan", "in January"),
        ("delayed by 3h", "delayed by three hours"),
        ("cut to 3h", "cut to three hours"),
        ("from 14h to 16h", "from two P-M to four P-M"),
        ("ab 12.50 CHF", "ab twelve francs and fifty centimes"),
        ("um 3.50 %", "um three point five zero percent"),
        ("ab 18.30", "ab six thirty P-M"),
        ("€5/kg", "five euros per kilogram"),
    ]);
}

#[test]
fn closing_quotes_are_no_inches() {
    table(&[
        ("and he lives in room 12\".", "and he lives in room twelve."),
        ("„room 12” is free", "room twelve is free"),
        ("»page 12\"", "page twelve"),
        ("a screen of 15\"", "a screen of fifteen inches"),
        ("by 10”", "by ten inches"),
    ]);
}

#[test]
fn ratios_scores_and_words_before_figures_are_no_dates_and_versions() {
    table(&[
        ("in 16/9", "in sixteen by nine"),
        ("a 15/10 dinner", "a fifteen out of ten dinner"),
        ("she scored 14/12", "she scored fourteen out of twelve"),
        ("EOD 25/10", "E-O-D October twenty-fifth"),
        ("Go 2.50 km", "Go two point five zero kilometers"),
        ("Go 2.5km", "Go two point five kilometers"),
        ("React 3 times", "React three times"),
        ("with Node 20.10", "with Node twenty point ten"),
        ("python 3.12rc1", "python three point twelve rc one"),
    ]);
}
