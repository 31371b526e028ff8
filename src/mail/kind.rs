//! Who wrote a message, and why it came.

use super::body::Body;
use super::head::Head;
use super::message::MessageKind;
use super::mime::Tree;

/// What header and structure say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    list_unsubscribe: bool,
    precedence_bulk: bool,
    report: bool,
    calendar: bool,
}

impl Facts {
    pub fn of(head: &Head, tree: &Tree<'_>, body: &Body) -> Facts {
        Facts {
            list_unsubscribe: head.has("list-unsubscribe"),
            precedence_bulk: head.get("precedence").is_some_and(|p| p.eq_ignore_ascii_case("bulk")),
            report: tree.part(0).is_some_and(|part| part.media_type == "multipart/report"),
            calendar: body.calendar.is_some(),
        }
    }

    pub fn kind(&self, _subject: &str, _text: &str) -> MessageKind {
        if self.report {
            MessageKind::Report
        } else if self.calendar {
            MessageKind::Meeting
        } else if self.list_unsubscribe || self.precedence_bulk {
            MessageKind::Newsletter
        } else {
            MessageKind::Person
        }
    }

    pub fn is_bulk(&self, _kind: MessageKind) -> bool {
        self.list_unsubscribe || self.precedence_bulk
    }
}

pub(crate) fn sentence(_tree: &Tree<'_>, _kind: MessageKind, _body: &Body) -> Option<String> {
    None
}
