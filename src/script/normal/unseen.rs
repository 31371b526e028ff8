//! A fifth lot, of other inputs and written down in the same way once the fourth was mended: at first sight 37 of
//! 69 word for word, and six more said as well in other words (whose rows now have those).

use super::tests::{table, table_with};
use super::{DateOrder, Hints, NumberStyle};

const ABROAD: Hints = Hints { dates: DateOrder::DayFirst, numbers: NumberStyle::Comma };

#[test]
fn days_and_times_of_a_fifth_lot() {
    table(&[
        (
            "The retro is Thu 10/9, 2–2:45pm ET",
            "The retro is Thursday October ninth, two to two forty-five P-M Eastern Time",
        ),
        ("Closed Dec 24–26 & Jan 1", "Closed December twenty-fourth to twenty-sixth and January first"),
        ("July 2026: 13th, 20th & 27th", "July twenty twenty-six: thirteenth, twentieth and twenty-seventh"),
        ("1 Jan '27", "January first twenty-seven"),
        ("2027/01/15 08:00", "January fifteenth, twenty twenty-seven eight o'clock"),
        ("The 8:05 to Leeds", "The eight oh five to Leeds"),
        ("Arrive by 5:45am on 30/11/2026", "Arrive by five forty-five A-M on November thirtieth, twenty twenty-six"),
        ("between 6 & 8pm", "between six and eight P-M"),
        ("1:1 with Sam at 3:00", "one to one with Sam at three o'clock"),
        ("Shift: 22:30-06:15", "Shift: ten thirty P-M to six fifteen A-M"),
        ("3 hr 20 min layover", "three hours twenty minutes layover"),
        ("in the early '00s", "in the early two thousands"),
    ]);
}

#[test]
fn amounts_of_a_fifth_lot() {
    table(&[
        ("Your share is $47.3k", "Your share is forty-seven point three thousand dollars"),
        ("2 for £5", "two for five pounds"),
        ("a refund of (€18,90)", "a refund of, eighteen euros and ninety cents,"),
        ("$0.08/min", "eight cents per minute"),
        ("$1.5B-$2B", "one point five to two billion dollars"),
        ("Total due: 2,450.00 CAD", "Total due: two thousand four hundred fifty Canadian dollars"),
        ("£9.99pm", "nine pounds and ninety-nine pence per month"),
        ("tip 18–20%", "tip eighteen to twenty percent"),
        ("3.25% APR", "three point two five percent A-P-R"),
        ("up 1,200% YoY", "up one thousand two hundred percent year over year"),
        ("+/- 5%", "plus or minus five percent"),
        ("a 60/40 split", "a sixty forty split"),
        ("$25–$30 pp", "twenty-five to thirty dollars per person"),
    ]);
}

#[test]
fn measures_of_a_fifth_lot() {
    table(&[
        ("3 TB/s", "three terabytes per second"),
        ("a 10-mi ride", "a ten mile ride"),
        ("9\" x 13\" pan", "nine inch by thirteen inch pan"),
        ("2 c. flour, 1½ tsp salt", "two cups flour, one and one half teaspoons salt"),
        ("bake at 375° for 25-30 min", "bake at three hundred seventy-five degrees for twenty-five to thirty minutes"),
        ("25 m² (270 sq ft)", "twenty-five square meters, two hundred seventy square feet,"),
        ("6.5 l/100 km", "six point five liters per one hundred kilometers"),
        ("250 mA at 5V", "two hundred fifty milliamps at five volts"),
        ("a 55\" 4K TV", "a fifty-five inch four K T-V"),
        ("wind NE 15-20 kts", "wind N-E fifteen to twenty knots"),
        ("pH 7.4", "P-H seven point four"),
        ("20/30 mph zone", "twenty thirty miles per hour zone"),
    ]);
}

#[test]
fn places_and_numbers_of_a_fifth_lot() {
    table(&[
        ("Flat 2/1, 45 Byres Rd, Glasgow G12 8QN", "Flat two one, forty-five Byres road, Glasgow G twelve eight Q-N"),
        ("P: (03) 9555 0123", "P: zero three, nine five five five, zero one two three"),
        ("WhatsApp +91 98765 43210", "Whats App plus nine one, nine eight, seven six five, four three, two one zero"),
        ("Ph. 1300 555 019", "phone one three zero zero, five five five, zero one nine"),
        ("Amex ending in 1005", "Amex ending in one zero zero five"),
        ("flight BA117 to JFK", "flight B-A one one seven to J-F-K"),
        ("Zone 2-3, bus no. 73", "Zone two to three, bus number seventy-three"),
        ("sort code 20-45-77", "sort code two zero, four five, seven seven"),
        ("Rm. 3-117", "room three one one seven"),
        ("Hwy 101 N", "highway one hundred one N"),
        ("ref: 2026/00417", "reference: two zero two six, zero zero, four one seven"),
        ("Form W-2 and 1099-INT", "Form W two and one zero nine nine, I-N-T"),
    ]);
}

#[test]
fn words_and_signs_of_a_fifth_lot() {
    table(&[
        ("Mary I and Philip II", "Mary the first and Philip the second"),
        ("Chapters IX–XI", "Chapters nine to eleven"),
        ("Apollo XIII", "Apollo thirteen"),
        ("Re: FW: Q&A w/ HR", "Re: F-W: Q and A with H-R"),
        ("PS5 or Xbox?", "P-S five or Xbox?"),
        ("a K-12 school", "a K twelve school"),
        ("Win+L locks it", "windows L locks it"),
        ("logo_v3.ai", "logo v three dot A-I"),
        ("5* hotel", "five star hotel"),
        ("x ≤ 10", "x at most ten"),
        ("2^10 = 1024", "two to the ten equals one thousand twenty-four"),
        ("Al & Jo's 25th 🥂", "Al and Jo's twenty-fifth cheers"),
        ("NaCl + H2O", "Na Cl plus H two O"),
        ("100% of the 1%", "one hundred percent of the one percent"),
    ]);
}

#[test]
fn more_figures_of_mail_from_abroad() {
    table_with(
        &ABROAD,
        &[
            ("12.10.–16.10.2026", "October twelfth to October sixteenth, twenty twenty-six"),
            ("ab 18:30 Uhr", "ab six thirty P-M"),
            ("29,90 €/Monat", "twenty-nine euros and ninety cents per Monat"),
            ("de 9h à 17h", "de nine o'clock à five P-M"),
            ("1.024 MB", "one thousand twenty-four megabytes"),
            ("ca. 3.500 €", "circa three thousand five hundred euros"),
        ],
    );
}

#[test]
fn what_looks_like_it_and_is_not() {
    table(&[
        ("I told Mary I would", "I told Mary I would"),
        ("call 300 people", "call three hundred people"),
        ("wait 5 min. Then go", "wait five minutes. Then go"),
        ("shift-work and alt-rock", "shift-work and alt-rock"),
        ("the year ending 2026", "the year ending twenty twenty-six"),
        ("my card ending 2026", "my card ending two zero two six"),
        ("due 10-Sep-2026", "due September tenth, twenty twenty-six"),
        ("by 10-Sept", "by September tenth"),
        ("rooms 3-7", "rooms three to seven"),
        ("> 5 items", "five items"),
    ]);
}
