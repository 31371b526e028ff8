//! Everything the session itself says: `assets/prompts.en.toml`, read once into types, so that a missing sentence is found by a
//! test and not by a listener.

use serde::Deserialize;

/// All sentences, by where they are said.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prompts {
    pub(super) opening: Opening,
    pub(super) reading: Reading,
    pub(super) bundle: Bundle,
    pub(super) answers: Answers,
    pub(super) help: Help,
    pub(super) hint: Hint,
    pub(super) ask: Ask,
    pub(super) devices: Devices,
    pub(super) trouble: Trouble,
    pub(super) details: Details,
    pub(super) close: Close,
}

/// The sentences cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the table of prompts is broken: {0}")]
pub struct PromptsError(String);

impl Prompts {
    /// Reads a table; a missing or unknown sentence is an error.
    pub fn parse(text: &str) -> Result<Prompts, PromptsError> {
        toml::from_str(text).map_err(|error| PromptsError(error.to_string()))
    }

    /// The English table in assets; a test reads it, so an error here cannot reach a user.
    pub fn english() -> Result<Prompts, PromptsError> {
        Prompts::parse(include_str!("../../assets/prompts.en.toml"))
    }

    /// Sentences without any name or figure in them, the likeliest first: those can be rendered before anybody needs them,
    /// and kept.
    pub fn fixed(&self) -> Vec<String> {
        let o = &self.opening;
        let a = &self.answers;
        let d = &self.devices;
        let sentences = [
            &o.morning,
            &o.afternoon,
            &o.evening,
            &o.others_may_hear,
            &a.archived,
            &a.deleted,
            &a.flagged,
            &a.archive_undone,
            &a.delete_undone,
            &a.sorry,
            &a.unflagged,
            &a.marked_read,
            &a.marked_unread,
            &a.flag_undone,
            &a.unflag_undone,
            &a.mark_undone,
            &a.move_undone,
            &a.all_archived,
            &a.nothing_to_undo,
            &a.first_message,
            &a.last_message,
            &a.faster,
            &a.slower,
            &a.normal_speed,
            &a.louder,
            &a.softer,
            &a.new_voice,
            &self.bundle.choice,
            &o.none,
            &o.fetching,
            &self.reading.earlier_skipped,
            &self.close.choice,
            &d.loudspeaker,
        ];
        sentences.into_iter().filter(|sentence| !sentence.contains('{')).cloned().collect()
    }
}

/// Greeting, counts, and what is said without mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    pub morning: String,
    pub afternoon: String,
    pub evening: String,
    pub others_may_hear: String,
    pub fetching: String,
    pub fetching_some: String,
    pub one: String,
    pub many: String,
    pub one_of_scope: String,
    pub many_of_scope: String,
    pub people: String,
    pub all_people: String,
    pub older: String,
    pub length: String,
    pub unreadable_one: String,
    pub unreadable_many: String,
    pub none: String,
    pub none_but_older: String,
    pub none_in_scope: String,
    pub nothing_at_all: String,
    pub cannot_open: String,
    pub try_again: String,
}

/// Beside the text of a message.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reading {
    pub earlier_skipped: String,
    pub still_fetching: String,
    pub news_one: String,
    pub news_many: String,
}

/// Newsletters and the like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bundle {
    pub newsletter: String,
    pub newsletters: String,
    pub notification: String,
    pub notifications: String,
    pub receipt: String,
    pub receipts: String,
    pub choice: String,
}

/// After a command.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answers {
    pub archived: String,
    pub deleted: String,
    pub moved: String,
    pub flagged: String,
    pub unflagged: String,
    pub marked_read: String,
    pub marked_unread: String,
    pub all_archived: String,
    pub archive_undone: String,
    pub delete_undone: String,
    pub move_undone: String,
    pub flag_undone: String,
    pub unflag_undone: String,
    pub mark_undone: String,
    pub nothing_to_undo: String,
    pub first_message: String,
    pub last_message: String,
    pub sorry: String,
    pub cannot_reply: String,
    pub cannot_undo: String,
    pub unsubscribing: String,
    pub unsubscribed: String,
    pub unsubscribed_before: String,
    pub no_way_to_unsubscribe: String,
    pub only_on_its_page: String,
    pub cannot_send: String,
    pub several_lists: String,
    pub nothing_quoted: String,
    pub after_the_pause: String,
    pub no_name: String,
    pub faster: String,
    pub slower: String,
    pub normal_speed: String,
    pub wake_word_on: String,
    pub wake_word_off: String,
    pub new_voice: String,
    pub louder: String,
    pub softer: String,
    pub brief: String,
    pub full: String,
    pub last_here: String,
    pub one_left: String,
    pub many_left: String,
    pub time_left: String,
}

/// Three things that fit now.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Help {
    pub opening: String,
    pub reading: String,
    pub window: String,
    pub window_after: String,
    pub gate: String,
    pub question: String,
    pub bundle: String,
    pub paused: String,
    pub close: String,
}

/// Two words that fit, after a second utterance that was not understood.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hint {
    pub window: String,
    pub paused: String,
    pub close: String,
    pub bundle: String,
}

/// Questions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    pub newest_ten: String,
    pub read_aloud: String,
    pub read_it: String,
    pub delete_this: String,
    pub archive_this: String,
    pub move_this: String,
    pub end: String,
    pub unsubscribe: String,
    pub go_on: String,
    pub delete_before: String,
    pub archive_before: String,
    pub move_before: String,
    pub archive_bundle_before: String,
    pub somebody: String,
}

/// What happened to microphone and loudspeaker.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Devices {
    pub loudspeaker: String,
    pub microphone_lost: String,
    pub microphone_back: String,
    pub microphone_silent: String,
    pub microphone_loud: String,
    pub microphone_soft: String,
    pub speaker_back: String,
}

/// What the mailbox could not do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trouble {
    pub offline: String,
    pub shut_out: String,
    pub online: String,
    pub failed: String,
    pub failed_undo: String,
    pub perhaps_unsubscribed: String,
    pub whose: String,
    pub nobody: String,
    pub earlier_done_one: String,
    pub earlier_done_many: String,
    pub earlier_failed: String,
    pub verb: Verb,
    pub reason: Reason,
}

/// "I could not {verb} ...".
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verb {
    pub archive: String,
    pub delete: String,
    pub r#move: String,
    pub flag: String,
    pub unflag: String,
    pub mark_read: String,
    pub mark_unread: String,
    pub unsubscribe: String,
}

/// "...: {reason}."
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    pub no_network: String,
    pub wrong_password: String,
    pub certificate_refused: String,
    pub timed_out: String,
    pub server_refused: String,
    pub folder_full: String,
    pub no_such_folder: String,
    pub gone: String,
    pub read_only: String,
    pub broken_answer: String,
    pub disk: String,
    pub busy: String,
    pub login_page: String,
    pub sign_in_again: String,
    pub no_submission: String,
}

/// Answers about the message in focus.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Details {
    pub from: String,
    pub from_name: String,
    pub from_nobody: String,
    pub to_one: String,
    pub to_others: String,
    pub to_many: String,
    pub and: String,
    pub sent: String,
    pub no_date: String,
    pub subject: String,
    pub no_subject: String,
    pub length: String,
    pub attachments_none: String,
    pub attachments_one: String,
    pub attachments_many: String,
    pub unnamed: String,
}

/// Summary and good-bye.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Close {
    pub all: String,
    pub archived: String,
    pub deleted: String,
    pub moved: String,
    pub flagged: String,
    pub unflagged: String,
    pub marked_read: String,
    pub marked_unread: String,
    pub unsubscribed: String,
    pub choice: String,
    pub choice_unchanged: String,
    pub queued_one: String,
    pub queued_many: String,
    pub unsure: String,
    pub goodbye: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_prompts_read() {
        assert!(Prompts::english().is_ok());
    }

    #[test]
    fn a_missing_sentence_is_an_error() {
        let text = include_str!("../../assets/prompts.en.toml").replace("sorry = ", "sorrow = ");
        assert!(Prompts::parse(&text).is_err());
    }

    #[test]
    fn acknowledgements_have_at_most_three_words() {
        let answers = Prompts::english().unwrap().answers;
        for said in [answers.archived, answers.deleted, answers.moved, answers.flagged, answers.archive_undone] {
            assert!(said.split_whitespace().count() <= 3, "{said}");
        }
    }
}
