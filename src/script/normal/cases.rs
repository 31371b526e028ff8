//! Further cases of the normalisation table: what mails of the field hold that the first table has not.

use super::tests::table;

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
        ("5-7 May", "five to seven May"),
        ("3 to 4", "three to four"),
        ("ages 3-5", "ages three to five"),
        ("-5 °C", "minus five degrees Celsius"),
        ("0.5 l", "zero point five liters"),
        ("16 GB RAM", "sixteen gigabytes ram"),
        ("90 min", "ninety minutes"),
    ]);
}
