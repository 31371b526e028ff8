//! A fourth lot of inputs as they stand in ordinary mail, written down with what a good reader says before any was tried:
//! at first sight 117 of 191 word for word, and nine more said as well in other words (whose rows now have those).

use super::tests::{table, table_with};
use super::{DateOrder, Hints, NumberStyle};

const DAY_FIRST: Hints = Hints { dates: DateOrder::DayFirst, numbers: NumberStyle::Point };
const ABROAD: Hints = Hints { dates: DateOrder::DayFirst, numbers: NumberStyle::Comma };

#[test]
fn days_and_years_of_a_fourth_lot() {
    table(&[
        ("Invoice dated 07.04.2026", "Invoice dated April seventh, twenty twenty-six"),
        ("Mon 6th–Wed 8th July", "Monday sixth to Wednesday July eighth"),
        ("Tuesday 14/07 at 15:00", "Tuesday July fourteenth at three P-M"),
        ("w/e 3 May", "week ending May third"),
        ("Thu, 05 Feb 2026 08:15:00 +0100", "Thursday, February fifth, twenty twenty-six eight fifteen U-T-C plus one"),
        ("2026-07-01 14:05:33", "July first, twenty twenty-six two oh five and thirty-three seconds P-M"),
        ("from 30 June to 2 July 2026", "from June thirtieth to July second, twenty twenty-six"),
        ("the summer of '69", "the summer of sixty-nine"),
        ("born 12/1987", "born December nineteen eighty-seven"),
        ("1st May – 15th June", "May first to June fifteenth"),
        ("Q1/2026 results", "Q one twenty twenty-six results"),
        ("FY2025/26 budget", "F-Y twenty twenty-five twenty-six budget"),
        ("the 1980s and '90s", "the nineteen eighties and nineties"),
        ("in the late 1800s", "in the late eighteen hundreds"),
        ("May 2nd or 3rd", "May second or third"),
        ("on the 15th at 9", "on the fifteenth at nine"),
        ("Feb 29, 2028 (Tue)", "February twenty-ninth, twenty twenty-eight, Tuesday,"),
        ("Save the date: 10.10.26", "Save the date: October tenth, twenty twenty-six"),
        ("May Day is 1 May; you may bring May.", "May Day is May first; you may bring May."),
        ("We march on Mar 8", "We march on March eighth"),
        ("Class of 2009", "Class of two thousand nine"),
        ("Aug 10-Sept 2", "August tenth to September second"),
        ("on 3/4 we meet", "on March fourth we meet"),
        ("Jan. 6th, 8 a.m.–noon", "January sixth, eight A-M to noon"),
        ("Mon. & Wed., 6:15pm", "Monday and Wednesday, six fifteen P-M"),
    ]);
    table_with(
        &DAY_FIRST,
        &[(
            "valid 01/03/2026–31/03/2026",
            "valid March first, twenty twenty-six to March thirty-first, twenty twenty-six",
        )],
    );
}

#[test]
fn hours_and_durations_of_a_fourth_lot() {
    table(&[
        ("10:30-11", "ten thirty to eleven"),
        ("Lunch 12-1pm", "Lunch twelve to one P-M"),
        ("5:30-6:30 p.m. Pacific", "five thirty to six thirty P-M Pacific"),
        ("8am PT/11am ET/4pm UK", "eight A-M Pacific Time, eleven A-M Eastern Time, four P-M U-K"),
        ("17:45 CET (UTC+1)", "five forty-five P-M Central European Time, U-T-C plus one,"),
        ("doors @ 7:30PM", "doors at seven thirty P-M"),
        ("1h30 by train", "one hour thirty by train"),
        ("2h 15min", "two hours fifteen minutes"),
        ("a 90-min. class", "a ninety minute class"),
        ("a time of 3:59.4", "a time of three fifty-nine point four"),
        ("from 22:00 to 06:00", "from ten P-M to six A-M"),
        ("12:00 noon", "twelve noon"),
        ("00:30 on Sunday", "twelve thirty A-M on Sunday"),
        ("48h return window", "forty-eight hour return window"),
        ("I am 7 months in", "I am seven months in"),
        ("Ask the PM's office at 3 PM", "Ask the P-Ms office at three P-M"),
        ("9 to 5:30, Mon-Thu", "nine to five thirty, Monday to Thursday"),
        ("T-2 days", "T minus two days"),
        ("0800-1700 hrs", "zero eight hundred to seventeen hundred hours"),
        ("5 min. walk", "five minute walk"),
        ("10 in the morning", "ten in the morning"),
    ]);
}

#[test]
fn money_of_a_fourth_lot() {
    table(&[
        ("$3.99/lb", "three dollars and ninety-nine cents per pound"),
        ("£65k–£75k p.a. plus bonus", "sixty-five to seventy-five thousand pounds per annum plus bonus"),
        ("€1,5 Mio", "one point five million euros"),
        ("(€4.20 each)", "four euros and twenty cents each,"),
        (
            "$1,234,567.89",
            "one million two hundred thirty-four thousand five hundred sixty-seven dollars and eighty-nine cents",
        ),
        ("£0.05 per unit", "five pence per unit"),
        ("a $250K grant", "a two hundred fifty thousand dollar grant"),
        ("a €10m fund", "a ten million euro fund"),
        ("AU$39.95", "thirty-nine Australian dollars and ninety-five cents"),
        ("JPY 12,500", "twelve thousand five hundred yen"),
        ("Balance: -$1,200.00", "Balance: minus one thousand two hundred dollars"),
        ("R$ 59,90", "fifty-nine reais and ninety centavos"),
        ("₹45 lakh (₹4.5M)", "forty-five lakh rupees, four point five million rupees,"),
        ("from 5¢ to $1", "from five cents to one dollar"),
        ("$5-10 a head", "five to ten dollars a head"),
        ("€25.00/hr", "twenty-five euros per hour"),
        ("0,89 €/kg", "eighty-nine cents per kilogram"),
        ("Fr. 20.–", "twenty francs"),
        ("kr. 499,-", "four hundred ninety-nine kroner"),
        ("US$2.4tn", "two point four trillion dollars"),
        ("pay $20 + tip", "pay twenty dollars plus tip"),
        ("BTC 0.5", "zero point five bitcoins"),
        ("₺1.250,00", "one thousand two hundred fifty lira"),
        ("€0.32/kWh", "thirty-two cents per kilowatt hour"),
        ("qty 3 @ $4", "quantity three at four dollars"),
    ]);
}

#[test]
fn telephones_and_places_of_a_fourth_lot() {
    table(&[
        ("+49 (0) 89 / 123 456-78", "plus four nine, eight nine, one two three, four five six, seven eight"),
        ("Tel. 089/1234567", "telephone zero eight nine, one two three, four five six seven"),
        ("text STOP to 85432", "text stop to eight five four three two"),
        ("800-555-0100 x214", "eight zero zero, five five five, zero one zero zero extension two one four"),
        ("call 911", "call nine one one"),
        ("+1.650.253.0000", "plus one, six five zero, two five three, zero zero zero zero"),
        ("M: 0412 345 678", "M: zero four one two, three four five, six seven eight"),
        ("01 23 45 67 89", "zero one, two three, four five, six seven, eight nine"),
        ("Meeting ID: 812 4456 7031", "Meeting I-D: eight one two, four four five six, seven zero three one"),
        ("742 Evergreen Terr., Apt 4B", "seven hundred forty-two Evergreen terrace, apartment four B"),
        ("St. Louis, MO 63101", "saint Louis, M-O six three, one zero one"),
        ("10 Downing St, London SW1A 2AA", "ten Downing street, London S-W one A two A-A"),
        ("Fl. 3, 55 E 52nd St", "floor three, fifty-five E fifty-second street"),
        ("PO Box 88", "P-O Box eighty-eight"),
        ("D-10115 Berlin", "D, one zero, one one five Berlin"),
        ("take I-95 to exit 12B", "take I ninety-five to exit twelve B"),
        ("Route 66 and US-101", "Route sixty-six and U-S one zero one"),
        ("Bldg. 7, Rm 214", "building seven, room two hundred fourteen"),
        ("corner of 5th & Main", "corner of fifth and Main"),
        ("Washington, DC 20500-0003", "Washington, D-C two zero, five zero zero, zero zero zero three"),
        ("Room B-204", "Room B two zero four"),
        ("Track 3, Car 11, Seat 62", "Track three, Car eleven, Seat sixty-two"),
    ]);
}

#[test]
fn shares_scores_and_sums_of_a_fourth_lot() {
    table(&[
        ("my 2nd-hand bike", "my second hand bike"),
        ("1/3 of the 3/4 that's left", "one third of the three quarters that's left"),
        ("a 7/8\" bolt", "a seven eighths inch bolt"),
        ("won 21-19, 18-21, 21-17", "won twenty-one to nineteen, eighteen to twenty-one, twenty-one to seventeen"),
        ("a 3:1 ratio", "a three to one ratio"),
        ("mix 1:4 with water", "mix one to four with water"),
        ("4 out of 5 stars (4.6/5)", "four out of five stars, four point six out of five,"),
        ("lost 0-6", "lost zero to six"),
        ("2½ hrs", "two and one half hours"),
        ("odds of 100/1", "odds of one hundred to one"),
        ("¼ tsp nutmeg", "one quarter teaspoon nutmeg"),
        ("step 2/5: sign", "step two of five: sign"),
        ("3/4 of an hour", "three quarters of an hour"),
        ("Version 2.0 vs. 1.9", "Version two point zero versus one point nine"),
        ("Section 3.2(a)", "Section three point two a,"),
        ("Clause 14.3.1", "Clause fourteen point three point one"),
        ("24/7/365", "twenty-four seven three sixty-five"),
        ("+1 from me", "plus one from me"),
        ("#3 on the list", "number three on the list"),
        ("3 × 4 = 12", "three times four equals twelve"),
        ("2³ = 8", "two cubed equals eight"),
        ("5 ≠ 6", "five is not six"),
        ("mind the 1-in-5 slope", "mind the one in five slope"),
        ("a 2-bed, 1.5-bath flat", "a two bed, one point five bath flat"),
    ]);
}

#[test]
fn measures_of_a_fourth_lot() {
    table(&[
        ("down 3.5%-4%", "down three point five to four percent"),
        ("~20 people", "about twenty people"),
        ("≥ 5 years", "at least five years"),
        ("< 10 MB", "less than ten megabytes"),
        ("highs of 28°, lows 14–16°C", "highs of twenty-eight degrees, lows fourteen to sixteen degrees Celsius"),
        ("-2 to +4 °C", "minus two to plus four degrees Celsius"),
        ("6 fl oz", "six fluid ounces"),
        ("a 6'1\" forward", "a six foot one forward"),
        ("from 0-100 in 4.2s", "from zero to one hundred in four point two seconds"),
        ("a 1.5TB SSD", "a one point five terabyte S-S-D"),
        ("200m² / 2,150 sq. ft.", "two hundred square meters, two thousand one hundred fifty square feet."),
        ("5 µm", "five micrometers"),
        ("12 mg/dL", "twelve milligrams per deciliter"),
        ("a 15 in. screen", "a fifteen inch screen"),
        ("8 lb 3 oz", "eight pounds three ounces"),
        ("4G/5G", "four G five G"),
        ("300 dpi, CMYK", "three hundred dots per inch, C-M-Y-K"),
        ("SPF 50+", "S-P-F fifty plus"),
        ("8 GB/16 GB", "eight gigabytes, sixteen gigabytes"),
        ("5 pcs. left", "five pieces left"),
        ("est. 5-7 business days", "estimated five to seven business days"),
    ]);
}

#[test]
fn numbers_of_things_of_a_fourth_lot() {
    table(&[
        ("order no. 302-4471920", "order number three zero two, four four seven, one nine two zero"),
        ("UA 1583 lands 6:05p", "U-A one five eight three lands six oh five P-M"),
        ("Gate C7 → C12", "Gate C seven to C twelve"),
        ("FedEx 7749 2231 0098", "Fed Ex seven seven four nine, two two three one, zero zero nine eight"),
        ("Ticket INC-20931", "Ticket I-N-C, two zero, nine three one"),
        ("Visa ending ****4242", "Visa ending four two four two"),
        ("IBAN DE89 **** **** 3000", "iban D-E, eight nine three zero zero zero"),
        ("Case #00482", "Case number zero zero, four eight two"),
        ("PR #1182", "P-R number one thousand one hundred eighty-two"),
        ("a Boeing 737-800", "a Boeing seven thirty-seven eight hundred"),
        ("a 404 error", "a four oh four error"),
        ("iPhone 15 Pro", "iPhone fifteen Pro"),
        ("Louis XIV and Henry V", "Louis the fourteenth and Henry the fifth"),
        ("WWI & WWII", "World War One and World War Two"),
        ("Final Fantasy VII", "Final Fantasy seven"),
        ("Appendix C, Table IV", "Appendix C, Table four"),
        ("Act II, Scene iii", "Act two, Scene three"),
        ("CO₂ and H₂SO₄", "C-O two and H two S-O four"),
        ("COVID-19, H1N1", "covid nineteen, H one N one"),
        ("G7, G20 and B-52s", "G seven, G twenty and B fifty-twos"),
    ]);
}

#[test]
fn names_and_short_words_of_a_fourth_lot() {
    table(&[
        ("the NGOs' CEO", "the N-G-Os C-E-O"),
        ("JavaScript and TypeScript", "Java Script and Type Script"),
        ("eBay vs PayPal", "eBay versus Pay Pal"),
        ("R.S.V.P.", "R-S-V-P."),
        ("Ph.D. in the U.K.", "P-H-D in the U-K."),
        ("B2B SaaS", "B two B SaaS"),
        ("LGBTQ+ group", "L-G-B-T-Q plus group"),
        ("T&Cs apply", "T and Cs apply"),
        ("visit shop.example.de/angebote", "visit shop dot example dot D-E slash angebote"),
        ("meet.example.com/abc-defg-hij", "meet dot example dot com"),
        ("e-mail: j_doe99@example.co", "e-mail: j underscore doe ninety-nine at example dot C-O"),
        ("#WorldCup2026", "hashtag World Cup twenty twenty-six"),
        ("Q3_report_FINAL(2).docx", "Q three report final two dot D-O-C-X"),
        ("cc @maria @tom", "C-C at maria at tom"),
        ("b/c of rain", "because of rain"),
        ("Ctrl+Shift+T", "control shift T"),
        ("press Alt-F4 or ⌘C", "press alt F four or command C"),
        ("🎉🎂 Happy 40th!", "party, birthday cake Happy fortieth!"),
        ("pls reply by COB Thu", "please reply by C-O-B Thursday"),
        ("Attn: Kim", "attention: Kim"),
        ("Lt. Col. Ray Jr.", "lieutenant colonel Ray junior."),
    ]);
}

#[test]
fn figures_of_mail_from_abroad() {
    table_with(
        &ABROAD,
        &[
            ("12.500 Stück", "twelve thousand five hundred Stück"),
            ("Preis: 1.249,– €", "Preis: one thousand two hundred forty-nine euros"),
            ("1 234,56 €", "one thousand two hundred thirty-four euros and fifty-six cents"),
            ("à 20h", "à eight P-M"),
            ("le 14/07/2026", "le July fourteenth, twenty twenty-six"),
            ("3,5 % Zinsen", "three point five percent Zinsen"),
            ("-15 °C bis +3 °C", "minus fifteen degrees Celsius bis plus three degrees Celsius"),
            ("CHF 1’500.–", "one thousand five hundred francs"),
            ("1.000.000,00 EUR", "one million euros"),
            ("0,5 l Milch", "zero point five liters Milch"),
            ("1.299,00 €", "one thousand two hundred ninety-nine euros"),
        ],
    );
}
