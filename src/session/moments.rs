//! Which words are live at which moment (behaviour.md, "Moments and live words").

use super::{EchoQuality, MomentName, OutputKind};
use crate::command::{Intent, Risk};

/// Whether a word counts at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    Live,
    /// A destructive word while a loudspeaker reads: hold the reading and ask.
    Asked,
    /// Means nothing now.
    Dead,
}

/// What `intent` counts for at `moment`, with the voice coming out of `output` and `echo` of it in the microphone.
#[must_use]
pub fn live(moment: MomentName, intent: Intent, output: OutputKind, echo: EchoQuality) -> Liveness {
    if matches!(intent, Intent::Pause | Intent::Undo | Intent::Listen) {
        return Liveness::Live;
    }
    let live = match moment {
        MomentName::Opening => matches!(intent, Intent::Next | Intent::Start | Intent::Scope),
        MomentName::Announcing | MomentName::Reading => return live_while_reading(intent, output, echo),
        MomentName::Gate => matches!(intent, Intent::Next | Intent::Previous | Intent::Repeat | Intent::Resume),
        MomentName::Window | MomentName::Paused | MomentName::Close => ring(intent) != Ring::Elsewhere,
        MomentName::Question => matches!(intent, Intent::Yes | Intent::No | Intent::Cancel | Intent::Help),
        MomentName::Bundle => matches!(
            intent,
            Intent::ReadBundle
                | Intent::ArchiveBundle
                | Intent::Unsubscribe
                | Intent::Next
                | Intent::Previous
                | Intent::Help
                | Intent::End
        ),
    };
    if live { Liveness::Live } else { Liveness::Dead }
}

fn live_while_reading(intent: Intent, output: OutputKind, echo: EchoQuality) -> Liveness {
    if ring(intent) == Ring::First {
        return Liveness::Live;
    }
    if ring(intent) == Ring::Elsewhere {
        return Liveness::Dead;
    }
    match (intent.risk(), cancelled(output, echo)) {
        (Risk::Change | Risk::Destructive, true) => Liveness::Live,
        (Risk::Destructive, false) => Liveness::Asked,
        (Risk::Change, false) | (Risk::Safe | Risk::Move, _) => Liveness::Dead,
    }
}

/// Our own voice stays out of the microphone well enough to trust what is heard over it.
#[must_use]
pub fn cancelled(output: OutputKind, echo: EchoQuality) -> bool {
    match (output, echo) {
        (OutputKind::Headphones, _) => true,
        (OutputKind::Loudspeaker, EchoQuality::System | EchoQuality::Good) => true,
        (OutputKind::Loudspeaker, EchoQuality::Headset | EchoQuality::Poor | EchoQuality::None) => false,
    }
}

/// product.md, "Words": ring 1 is live while reading, ring 2 when our voice is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ring {
    First,
    Second,
    /// Only in its own moment: questions and bundles.
    Elsewhere,
}

fn ring(intent: Intent) -> Ring {
    match intent {
        Intent::Pause
        | Intent::Listen
        | Intent::WakeWord
        | Intent::Resume
        | Intent::Next
        | Intent::Previous
        | Intent::Repeat
        | Intent::Undo
        | Intent::SentenceForward
        | Intent::SentenceBack
        | Intent::Faster
        | Intent::Slower
        | Intent::NormalSpeed
        | Intent::Louder
        | Intent::Softer
        | Intent::Brief
        | Intent::Full => Ring::First,
        Intent::Flag
        | Intent::ChangeVoice
        | Intent::Unflag
        | Intent::Archive
        | Intent::Delete
        | Intent::MarkRead
        | Intent::MarkUnread
        | Intent::Move
        | Intent::Details
        | Intent::ReadAll
        | Intent::ReadQuoted
        | Intent::Summary
        | Intent::Spell
        | Intent::Start
        | Intent::ReadFrom
        | Intent::Scope
        | Intent::HowManyLeft
        | Intent::HowLong
        | Intent::Help
        | Intent::End
        | Intent::Unsubscribe
        | Intent::Reply => Ring::Second,
        Intent::ReadBundle | Intent::ArchiveBundle | Intent::Yes | Intent::No | Intent::Cancel => Ring::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loud(moment: MomentName, intent: Intent) -> Liveness {
        live(moment, intent, OutputKind::Loudspeaker, EchoQuality::Poor)
    }

    #[test]
    fn a_loudspeaker_asks_before_it_destroys() {
        assert_eq!(loud(MomentName::Reading, Intent::Delete), Liveness::Asked);
        assert_eq!(loud(MomentName::Reading, Intent::Flag), Liveness::Dead);
        assert_eq!(loud(MomentName::Window, Intent::Delete), Liveness::Live);
        assert_eq!(
            live(MomentName::Reading, Intent::Delete, OutputKind::Headphones, EchoQuality::None),
            Liveness::Live
        );
    }

    #[test]
    fn pause_and_undo_are_live_everywhere() {
        for moment in [MomentName::Opening, MomentName::Gate, MomentName::Question, MomentName::Bundle] {
            assert_eq!(loud(moment, Intent::Pause), Liveness::Live);
            assert_eq!(loud(moment, Intent::Undo), Liveness::Live);
        }
    }

    #[test]
    fn yes_is_a_word_only_after_a_question() {
        assert_eq!(loud(MomentName::Window, Intent::Yes), Liveness::Dead);
        assert_eq!(loud(MomentName::Paused, Intent::Yes), Liveness::Dead);
        assert_eq!(loud(MomentName::Question, Intent::Yes), Liveness::Live);
    }
}
