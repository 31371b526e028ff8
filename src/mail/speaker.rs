//! Whether a company speaks where no header says so: many services send by hand-made programs that mark nothing.
//!
//! Two things must come together: an address that belongs to no person, and what only programs write.

use super::kind::{has_amount, is_receipt};
use super::lexicon::kinds;
use super::zones::words::{any_in, fold, words};
use super::zones::{is_automatic_note, names_itself, refuses_answer};

/// Who sent a message and what it says; subject and text folded (see [`super::zones::words::fold`]).
pub(crate) struct Speaker<'a> {
    pub address: &'a str,
    pub name: &'a str,
    /// Name of the listener, as the sender wrote it.
    pub listener: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
}

/// Whose an address is, by its own look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// "ana.silva@", or anything at a service where people have their mail.
    Person,
    /// "support@", "larder@larder.example", or "Larder" at larder.example.
    Nobody,
    Unknown,
}

impl Speaker<'_> {
    /// "Theo Marsh via Signwell": a service writes in somebody's name. Lists do the same, but name themselves in a header.
    pub fn is_on_behalf(&self) -> bool {
        self.name.to_lowercase().contains(" via ")
    }

    /// One sure word of programs is enough for an address that is no person's; else two of their habits.
    pub fn is_company(&self) -> bool {
        let habits = || {
            let news = &kinds().notification;
            let event = any_in(&news.subject, self.subject)
                || any_in(&news.delivery, self.subject)
                || is_receipt(self.subject, self.text);
            [event, self.greets_in_full(), self.signs_as_sender()].into_iter().filter(|habit| *habit).count()
        };
        // Somebody who signs with one name does not sign as a firm.
        let firm = self.greets_in_full() || self.name.split_whitespace().count() > 1;
        // Addresses are Latin: that "Роман Петров" is not in "rpetrov@" says nothing.
        let comparable = !ascii(self.name).contains(|c: char| !c.is_ascii());
        match self.owner() {
            Owner::Person => false,
            Owner::Nobody => self.says_so() || habits() + self.habits_of_programs() >= 2,
            Owner::Unknown => self.says_it_is_automatic() || comparable && firm && habits() >= 2,
        }
    }

    pub fn is_nobody(&self) -> bool {
        self.owner() == Owner::Nobody
    }

    /// The address is that of a person.
    pub fn is_person(&self) -> bool {
        self.owner() == Owner::Person
    }

    fn owner(&self) -> Owner {
        let lower = self.address.to_ascii_lowercase();
        let (user, host) = lower.split_once('@').unwrap_or((lower.as_str(), ""));
        let pieces: Vec<&str> = user.split(['.', '-', '_', '+']).collect();
        let name: Vec<String> = self.name.split_whitespace().map(ascii).filter(|word| !word.is_empty()).collect();
        let labels = || host.split('.').map(|label| label.replace('-', "")).filter(|label| label.len() >= LABEL_CHARS);
        let owns = |text: &str| labels().any(|label| label == text);
        let role = pieces.iter().any(|piece| kinds().sender.role.iter().any(|word| word == piece));
        // Somebody who writes from a domain of that name: "Cass Beaumont" at cass@beaumont.example.
        let personal = pieces.iter().any(|piece| name.iter().any(|word| word == piece)) && name.len() > 1;
        let firm = !personal && (owns(&name.concat()) || name.iter().any(|word| owns(word)));
        if role || owns(user) || firm || self.has_company_word() {
            return Owner::Nobody;
        }
        let shared = |word: &String| word.len() >= NAME_CHARS && user.contains(word.as_str());
        let initials = is_initials(user, &name);
        let at_home = kinds().sender.free.iter().any(|free| host == free || host.starts_with(&format!("{free}.")));
        if personal || initials || at_home || name.is_empty() || name.iter().any(shared) {
            Owner::Person
        } else {
            Owner::Unknown
        }
    }

    /// "Northwind account team", "Harbour Bank".
    fn has_company_word(&self) -> bool {
        let lower = self.name.to_lowercase();
        lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|piece| !piece.is_empty() && kinds().sender.firm.iter().any(|word| word == piece))
    }

    fn says_so(&self) -> bool {
        let code = &kinds().code;
        let news = |text: &str| any_in(&code.resets, text) || any_in(&code.strong, text) || any_in(&code.ignore, text);
        news(self.subject)
            || any_in(&code.done, self.subject)
            || has_amount(self.text) && is_receipt(self.subject, self.text)
            || news(self.text)
            || self.says_it_is_a_program()
    }

    fn says_it_is_automatic(&self) -> bool {
        any_in(&words().machine.words, self.text) || self.text.lines().any(is_automatic_note)
    }

    /// People tell of unsubscribing and of browsers, too.
    fn says_it_is_a_program(&self) -> bool {
        self.says_it_is_automatic()
            || any_in(&words().unsubscribe.words, self.text)
            || any_in(&words().webview.words, self.text)
    }

    /// "This mail cannot be answered", "ignore this": people say the same of other things.
    fn habits_of_programs(&self) -> usize {
        let refuses = self.text.lines().any(refuses_answer);
        usize::from(refuses) + usize::from(any_in(&kinds().code.ignoring, self.text))
    }

    /// "Dear Robin Example": people leave one half out.
    fn greets_in_full(&self) -> bool {
        let name = fold(self.listener);
        let start = self.text.get(..self.text.floor_char_boundary(GREETING_BYTES)).unwrap_or_default();
        name.split_whitespace().count() >= 2 && start.contains(&name)
    }

    /// The name under the text is that of the address, word for word: one word alone, or with where it is at home.
    /// People sign with first and last name.
    fn signs_as_sender(&self) -> bool {
        let name = fold(self.name);
        let alone = self.name.split_whitespace().count() == 1;
        let signs = |line: &str| alone && line.trim_end_matches('.') == name || names_itself(line, &name);
        !name.is_empty() && self.text.lines().rev().take(SIGNED_LINES).any(signs)
    }
}

/// Bytes of a text in which it greets.
const GREETING_BYTES: usize = 200;
/// Lines from the end in which it is signed.
const SIGNED_LINES: usize = 6;
/// Words of a name below this stand in many addresses by chance.
const NAME_CHARS: usize = 3;
/// Labels of a domain below this are abbreviations that anything may be equal to.
const LABEL_CHARS: usize = 4;

/// Letters as domains spell them: "Clínica" is "clinica".
fn ascii(word: &str) -> String {
    const FROM: &str =
        "àáâãäåąăạảấầẩẫậắằẳẵặèéêëęěẹẻẽếềểễệìíîïịỉĩòóôõöøőọỏốồổỗộớờởỡợơùúûüůűụủũứừửữựưýỳỵỷỹçćčñńňśšșşźżžłľřťțţďđğı";
    const TO: &str =
        "aaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeiiiiiiioooooooooooooooooooouuuuuuuuuuuuuuuyyyyycccnnnsssszzzllrtttddgi";
    let plain = |c: char| FROM.chars().zip(TO.chars()).find(|(from, _)| *from == c).map_or(c, |(_, to)| to);
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).map(plain).collect()
}

/// "mo77@" of Marta Okoro, as large offices and universities give them: initials of the name and a number.
fn is_initials(user: &str, name: &[String]) -> bool {
    let letters = user.trim_end_matches(|c: char| c.is_ascii_digit());
    let firsts: String = name.iter().filter_map(|word| word.chars().next()).collect();
    name.len() > 1 && letters.len() < user.len() && letters == firsts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaks(name: &str, address: &str, text: &str) -> bool {
        Speaker { address, name, listener: "Robin Example", subject: "your password", text }.is_company()
    }

    #[test]
    fn an_address_of_nobody_and_a_program_s_words_make_a_company() {
        assert!(speaks("Larder", "support@larder.example", "you can safely ignore this email"));
        assert!(speaks("Larder", "larder@larder.example", "© 2026 larder ltd"));
        assert!(!speaks("Larder", "support@larder.example", "we will ring you at ten"));
        assert!(speaks("Clínica Sol", "citas@clinicasol.example", "you can safely ignore this email"));
        assert!(speaks("Kantor Wisła", "bezpieczenstwo@kantor.example", "you can safely ignore this email"));
        assert!(!speaks("Cass Beaumont", "cass@beaumont.example", "you can safely ignore this email"));
        // An address that fits no name needs a program's own words.
        assert!(speaks("Книжный Причал", "mir@prichal.example", "this is an automated message"));
        assert!(!speaks("Книжный Причал", "mir@prichal.example", "you can safely ignore this email"));
        assert!(!speaks("Mum", "jean1948@gmail.com", "this is an automated message"));
        assert!(speaks("San Marco", "desk@salute.example", "dear robin example,\nsee you at ten\nsan marco"));
        assert!(!speaks("San Marco", "desk@salute.example", "dear robin,\nsee you at ten\nmarta"));
        assert!(!speaks("Ana Silva", "ana@larder.example", "you can safely ignore this email"));
        // A number given by a firm, and a name in other letters, say nothing of who writes.
        assert!(!speaks("Grace Holm", "u48213@larder.example", "dear robin,\nsee you at ten\ngrace holm"));
        assert!(!speaks("Роман Петров", "rpetrov@larder.example", "см. robin example\nдо завтра\nроман петров"));
        assert!(!speaks("Marta Okoro", "mo77@larder.example", "this is an automated message"));
        assert!(!speaks("Grace Holm", "u48213@larder.example", "to unsubscribe from it i had to call them"));
    }
}
