//! Which folder is the archive, which the trash, and what they are called.

use super::response::Listed;
use crate::mailbox::utf7;

/// Most folders offered to the listener.
const MOST_FOLDERS: usize = 500;
/// Known names, best first, folded; the first is the one that is made when there is none.
const ARCHIVES: [&str; 10] =
    ["Archive", "Archives", "Archived", "All Mail", "Archiv", "Archivio", "Archivo", "Arquivo", "Archief", "Arkiv"];
const TRASHES: [&str; 14] = [
    "Trash",
    "Deleted Items",
    "Deleted Messages",
    "Deleted",
    "Bin",
    "Papierkorb",
    "Gelöschte Elemente",
    "Corbeille",
    "Éléments supprimés",
    "Papelera",
    "Cestino",
    "Lixeira",
    "Prullenbak",
    "Papperskorgen",
];

/// The account's folders.
#[derive(Debug, Clone, Default)]
pub(super) struct Folders {
    listed: Vec<Listed>,
    /// What stands before every name of the user's own folders ("INBOX."), else empty.
    prefix: String,
}

/// A job a folder can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    Archive,
    Trash,
}

impl Folders {
    pub fn new(listed: Vec<Listed>) -> Folders {
        let prefix = own_prefix(&listed);
        Folders { listed, prefix }
    }

    /// Folders one can move to, as displayed, sorted.
    pub fn displayed(&self) -> Vec<String> {
        let mut names: Vec<String> = self.usable().map(|listed| self.display(listed)).take(MOST_FOLDERS).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The folder displayed under this name, any case.
    pub fn named(&self, name: &str) -> Option<String> {
        let exact = self.usable().find(|listed| self.display(listed) == name);
        let folded = || self.usable().find(|listed| self.display(listed).to_lowercase() == name.to_lowercase());
        exact.or_else(folded).map(|listed| listed.raw.clone())
    }

    /// The folder with this job: by its special use, else by a known name. `Err` = the name to make.
    pub fn with_job(&self, job: Job) -> Result<String, String> {
        let (uses, names): (&[&str], &[&str]) = match job {
            // Where the archive is the view of all mail (Gmail), moving there takes the message out of the inbox.
            Job::Archive => (&["\\archive", "\\all", "\\allmail"], &ARCHIVES),
            Job::Trash => (&["\\trash"], &TRASHES),
        };
        let by_use = uses.iter().find_map(|&wanted| {
            self.usable().find(|listed| listed.attributes.iter().any(|attribute| attribute == wanted))
        });
        let by_name = || {
            names.iter().find_map(|name| {
                self.usable().find(|listed| self.display(listed).to_lowercase() == name.to_lowercase())
            })
        };
        match by_use.or_else(by_name) {
            Some(listed) => Ok(listed.raw.clone()),
            None => Err(format!("{}{}", self.prefix, names.first().copied().unwrap_or("Archive"))),
        }
    }

    /// The same name below the inbox; `None` where it is there already, or nothing separates names.
    pub fn below_inbox(&self, raw: &str) -> Option<String> {
        let delimiter = self.listed.iter().find_map(|listed| listed.delimiter)?;
        let prefix = format!("INBOX{delimiter}");
        (!raw.starts_with(&prefix)).then(|| format!("{prefix}{raw}"))
    }

    /// Remembers a folder that was just made.
    pub fn add(&mut self, raw: &str) {
        let delimiter = self.listed.iter().find_map(|listed| listed.delimiter);
        self.listed.push(Listed { attributes: Vec::new(), delimiter, raw: raw.to_owned() });
        // Beside a lone inbox it shows where folders are.
        self.prefix = own_prefix(&self.listed);
    }

    fn usable(&self) -> impl Iterator<Item = &Listed> {
        self.listed.iter().filter(|listed| {
            let closed = |attribute: &String| matches!(attribute.as_str(), "\\noselect" | "\\nonexistent");
            !listed.raw.eq_ignore_ascii_case("INBOX") && !listed.attributes.iter().any(closed)
        })
    }

    fn display(&self, listed: &Listed) -> String {
        let own = listed.raw.strip_prefix(&self.prefix).unwrap_or(&listed.raw);
        match listed.delimiter {
            Some('/') | None => utf7::decode(own),
            Some(delimiter) => own.split(delimiter).map(utf7::decode).collect::<Vec<_>>().join("/"),
        }
    }
}

/// "INBOX." where every folder lies below the inbox.
fn own_prefix(listed: &[Listed]) -> String {
    let Some(delimiter) = listed.iter().find_map(|listed| listed.delimiter) else { return String::new() };
    let prefix = format!("INBOX{delimiter}");
    let mut others = listed.iter().filter(|listed| !listed.raw.eq_ignore_ascii_case("INBOX")).peekable();
    // A lone inbox on a server whose delimiter is a dot: the prefix is not known, and not needed to make a folder there.
    if others.peek().is_some() && others.all(|listed| listed.raw.starts_with(&prefix)) { prefix } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(names: &[(&str, &str)], delimiter: char) -> Folders {
        let listed = |(raw, attribute): &(&str, &str)| Listed {
            attributes: vec![(*attribute).to_owned()],
            delimiter: Some(delimiter),
            raw: (*raw).to_owned(),
        };
        Folders::new(names.iter().map(listed).collect())
    }

    #[test]
    fn the_first_folder_below_a_lone_inbox_shows_where_folders_are() {
        let mut all = folders(&[("INBOX", "")], '.');
        assert_eq!(all.with_job(Job::Archive), Err("Archive".into()));
        assert_eq!(all.below_inbox("Archive"), Some("INBOX.Archive".into()));
        all.add("INBOX.Archive");
        assert_eq!(all.with_job(Job::Archive), Ok("INBOX.Archive".into()));
        assert_eq!(all.with_job(Job::Trash), Err("INBOX.Trash".into()));
        assert_eq!(all.displayed(), ["Archive"]);
    }

    #[test]
    fn special_use_goes_before_names() {
        let all = folders(&[("INBOX", ""), ("Archive", ""), ("Stuff", "\\archive"), ("Kosz", "\\trash")], '/');
        assert_eq!(all.with_job(Job::Archive), Ok("Stuff".into()));
        assert_eq!(all.with_job(Job::Trash), Ok("Kosz".into()));
    }

    #[test]
    fn gmail_archives_to_all_mail_whatever_its_name() {
        let all = folders(
            &[
                ("INBOX", ""),
                ("[Gmail]", "\\noselect"),
                ("[Gmail]/Alle Nachrichten", "\\all"),
                ("[Gmail]/Papierkorb", "\\trash"),
            ],
            '/',
        );
        assert_eq!(all.with_job(Job::Archive), Ok("[Gmail]/Alle Nachrichten".into()));
        assert_eq!(all.with_job(Job::Trash), Ok("[Gmail]/Papierkorb".into()));
        assert_eq!(all.displayed(), ["[Gmail]/Alle Nachrichten", "[Gmail]/Papierkorb"]);
    }

    #[test]
    fn known_names_below_the_inbox_in_modified_utf7() {
        let all = folders(&[("INBOX", ""), ("INBOX.Gel&APY-schte Elemente", ""), ("INBOX.Work.2026", "")], '.');
        assert_eq!(all.with_job(Job::Trash), Ok("INBOX.Gel&APY-schte Elemente".into()));
        assert_eq!(all.with_job(Job::Archive), Err("INBOX.Archive".into()));
        assert_eq!(all.displayed(), ["Gelöschte Elemente", "Work/2026"]);
        assert_eq!(all.named("work/2026"), Some("INBOX.Work.2026".into()));
        assert_eq!(all.named("elsewhere"), None);
    }
}
