//! The guard: whether an utterance is a command, given the moment. Pure; used by the session and by `hark hear`.

use crate::command::{Command, Intent, Risk};
use crate::session::Utterance;

/// Where an utterance is heard; decides how strict the thresholds are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// In a listening window, paused, or after a question: our voice is silent.
    Silent,
    /// While our voice reads into headphones, or a good canceller works.
    ReadingCancelled,
    /// While our voice reads from a loudspeaker without good cancellation.
    ReadingLoud,
}

/// How easily a word is believed: a choice of the listener. What destroys is never believed more easily.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caution {
    Easier,
    #[default]
    Usual,
    Stricter,
}

/// What the guard found.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Accepted(Command),
    Refused { reason: Refusal, risk: Option<Risk> },
}

/// Why an utterance is no command, in the words of reports (`Refusal::reason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No phrase of the table.
    NotACommand,
    /// A phrase, but not one that is live in this moment.
    NotNow,
    /// The free decoder heard something else.
    NotVerified,
    /// Other speech right before or after it.
    NotIsolated,
    /// The fused score is too low for its risk.
    TooUncertain,
    /// Our own voice said it.
    OwnSpeech,
    /// Said twice.
    Repeated,
    /// Nothing it could mean.
    NoMessage,
    /// The wake word has to come first.
    NotCalled,
}

impl Refusal {
    /// The reason as reports tell it.
    pub fn reason(self) -> &'static str {
        match self {
            Refusal::NotACommand => "not a command",
            Refusal::NotNow => "not now",
            Refusal::NotVerified => "not verified",
            Refusal::NotIsolated => "not isolated",
            Refusal::TooUncertain => "too uncertain",
            Refusal::OwnSpeech => "own speech",
            Refusal::Repeated => "repeated",
            Refusal::NoMessage => "no message",
            Refusal::NotCalled => "no wake word",
        }
    }
}

/// Weighs utterances; what it demands rises with the risk and with the company.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guard {
    /// Phrases of so many words speak for themselves: no false accept of them in 2 h of other people's speech.
    long: usize,
    caution: Caution,
}

impl Default for Guard {
    fn default() -> Self {
        Guard::new(Caution::Usual)
    }
}

/// How much less is demanded of an answer to a question, in log-odds.
const EXPECTED: f32 = 0.4;

impl Guard {
    pub fn new(caution: Caution) -> Guard {
        Guard { long: 3, caution }
    }

    /// Whether this utterance is the command that its words mean (`None` = no phrase of the table).
    /// What is live in the moment, and our own speech, are the caller's part.
    pub fn judge(&self, utterance: &Utterance, command: Option<&Command>, strictness: Strictness) -> Verdict {
        let Some(command) = command else {
            return Verdict::Refused { reason: Refusal::NotACommand, risk: None };
        };
        let risk = command.intent.risk();
        let demand = Demand::of(risk, strictness, self.caution);
        // Live after a question only, and then it is what one says.
        let expected = if command.intent == Intent::Yes { EXPECTED } else { 0.0 };
        let demand = Demand { score: demand.score - expected, ..demand };
        match demand.objection(utterance, self.long) {
            Some(reason) => Verdict::Refused { reason, risk: Some(risk) },
            None => Verdict::Accepted(command.clone()),
        }
    }
}

/// Least evidence for a command.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Demand {
    verified: Verified,
    /// How much louder than any other voice right before and after it, in dB.
    isolation_db: f32,
    /// Log-odds of the trained score, in which all the evidence is fused.
    score: f32,
}

/// What a decoder that may hear any words must have heard.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verified {
    /// Anything: the score has weighed it.
    Weighed,
    /// The phrase at any rank, or else log-odds this high.
    OrSure(f32),
    /// The phrase at this rank or better; long phrases speak for themselves.
    Within(u8),
}

impl Demand {
    fn of(risk: Risk, strictness: Strictness, caution: Caution) -> Demand {
        // Each step up in company asks for half a step up in evidence.
        let stricter = match strictness {
            Strictness::Silent => 0.0,
            Strictness::ReadingCancelled => 0.5,
            Strictness::ReadingLoud => 1.0,
        };
        let none = f32::NEG_INFINITY;
        let caution = match (caution, risk) {
            (Caution::Easier, Risk::Safe | Risk::Move | Risk::Change) => -0.7,
            (Caution::Usual, _) | (Caution::Easier, Risk::Destructive) => 0.0,
            (Caution::Stricter, _) => 1.0,
        };
        let demand = match risk {
            Risk::Safe => Demand { verified: Verified::Weighed, isolation_db: none, score: -1.5 + stricter },
            Risk::Move => Demand { verified: Verified::Weighed, isolation_db: none, score: -0.8 + stricter },
            Risk::Change => {
                Demand { verified: Verified::OrSure(1.0 + stricter), isolation_db: none, score: -0.4 + stricter }
            }
            Risk::Destructive => Demand {
                verified: Verified::Within(match strictness {
                    Strictness::Silent => 9,
                    Strictness::ReadingCancelled => 4,
                    Strictness::ReadingLoud => 1,
                }),
                isolation_db: 6.0 + 4.0 * stricter,
                score: 0.3 + stricter,
            },
        };
        Demand { score: demand.score + caution, ..demand }
    }

    fn objection(&self, utterance: &Utterance, long: usize) -> Option<Refusal> {
        let evidence = &utterance.evidence;
        let isolation = evidence.isolation_before_db.min(evidence.isolation_after_db);
        let long = utterance.words.split(' ').count() >= long;
        let verified = match (self.verified, evidence.free_rank) {
            (Verified::Weighed, _) => true,
            (Verified::OrSure(sure), rank) => long || rank.is_some() || evidence.score >= sure,
            (Verified::Within(worst), rank) => long || rank.is_some_and(|rank| rank <= worst),
        };
        if !verified {
            Some(Refusal::NotVerified)
        } else if isolation < self.isolation_db {
            Some(Refusal::NotIsolated)
        } else if evidence.score < self.score {
            Some(Refusal::TooUncertain)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Evidence;
    use crate::units::Millis;

    const EVERYWHERE: [Strictness; 3] = [Strictness::Silent, Strictness::ReadingCancelled, Strictness::ReadingLoud];

    fn evidence() -> Evidence {
        Evidence {
            confidence: 1.0,
            min_confidence: 1.0,
            free_rank: Some(0),
            isolation_before_db: 60.0,
            isolation_after_db: 60.0,
            lead_ms: 0,
            level_dbfs: -26.0,
            score: 5.0,
        }
    }

    fn judge(words: &str, intent: Intent, evidence: Evidence, strictness: Strictness) -> Result<Command, Refusal> {
        judge_with(Caution::Usual, words, intent, evidence, strictness)
    }

    fn judge_with(
        caution: Caution,
        words: &str,
        intent: Intent,
        evidence: Evidence,
        strictness: Strictness,
    ) -> Result<Command, Refusal> {
        let utterance =
            Utterance { words: words.into(), start: Millis(0), end: Millis(500), onset: Millis(0), evidence };
        match Guard::new(caution).judge(&utterance, Some(&intent.into()), strictness) {
            Verdict::Accepted(command) => Ok(command),
            Verdict::Refused { reason, risk } => {
                assert_eq!(risk, Some(intent.risk()));
                Err(reason)
            }
        }
    }

    #[test]
    fn a_clear_lone_command_is_accepted_everywhere() {
        for strictness in EVERYWHERE {
            for intent in [Intent::Pause, Intent::Next, Intent::Flag, Intent::Delete, Intent::End] {
                assert_eq!(judge("word", intent, evidence(), strictness), Ok(intent.into()));
            }
        }
    }

    #[test]
    fn what_only_the_grammar_heard_must_be_sure_to_change_anything_and_destroys_nothing() {
        let alone = Evidence { free_rank: None, ..evidence() };
        let unsure = Evidence { score: 0.9, ..alone };
        for strictness in EVERYWHERE {
            for intent in [Intent::Pause, Intent::Flag, Intent::Undo] {
                assert_eq!(judge("word", intent, alone, strictness), Ok(intent.into()));
            }
            assert_eq!(judge("word", Intent::Flag, unsure, strictness), Err(Refusal::NotVerified));
            assert_eq!(judge("word", Intent::Archive, alone, strictness), Err(Refusal::NotVerified));
        }
    }

    #[test]
    fn an_uncertain_word_is_refused_the_sooner_the_more_it_does() {
        let uncertain = Evidence { score: -0.3, ..evidence() };
        assert_eq!(judge("next", Intent::Next, uncertain, Strictness::Silent), Ok(Intent::Next.into()));
        assert_eq!(judge("next", Intent::Next, uncertain, Strictness::ReadingLoud), Err(Refusal::TooUncertain));
        assert_eq!(judge("delete", Intent::Delete, uncertain, Strictness::Silent), Err(Refusal::TooUncertain));
    }

    #[test]
    fn a_destructive_word_amid_talk_is_refused() {
        for beside in
            [Evidence { isolation_before_db: 3.0, ..evidence() }, Evidence { isolation_after_db: 3.0, ..evidence() }]
        {
            for strictness in EVERYWHERE {
                assert_eq!(judge("delete", Intent::Delete, beside, strictness), Err(Refusal::NotIsolated));
            }
        }
    }

    fn any_evidence() -> impl proptest::strategy::Strategy<Value = Evidence> {
        use proptest::prelude::*;
        let rank = proptest::option::of(0..40_u8);
        (rank, 0.0..=1.0_f32, -20.0..70.0_f32, -20.0..70.0_f32, -8.0..8.0_f32).prop_map(
            |(free_rank, min_confidence, isolation_before_db, isolation_after_db, score)| Evidence {
                free_rank,
                min_confidence,
                isolation_before_db,
                isolation_after_db,
                score,
                ..evidence()
            },
        )
    }

    proptest::proptest! {
        #[test]
        fn what_serves_for_a_higher_risk_serves_for_a_lower_one(evidence in any_evidence(), words in "[a-z]{1,4}( [a-z]{1,4}){0,3}") {
            let order = [Intent::Pause, Intent::Next, Intent::Flag, Intent::Delete];
            for strictness in EVERYWHERE {
                for pair in order.windows(2) {
                    if judge(&words, pair[1], evidence, strictness).is_ok() {
                        proptest::prop_assert!(judge(&words, pair[0], evidence, strictness).is_ok());
                    }
                }
            }
        }

        #[test]
        fn what_serves_the_cautious_serves_everybody_and_nothing_is_destroyed_more_easily(
            evidence in any_evidence(), words in "[a-z]{1,4}( [a-z]{1,4}){0,3}"
        ) {
            let order = [Caution::Stricter, Caution::Usual, Caution::Easier];
            for strictness in EVERYWHERE {
                for intent in [Intent::Pause, Intent::Next, Intent::Flag, Intent::Delete] {
                    let [strict, usual, easy] =
                        order.map(|caution| judge_with(caution, &words, intent, evidence, strictness).is_ok());
                    proptest::prop_assert!((!strict || usual) && (!usual || easy));
                    proptest::prop_assert!(intent != Intent::Delete || usual == easy);
                }
            }
        }

        #[test]
        fn what_serves_while_reading_serves_in_silence(evidence in any_evidence(), words in "[a-z]{1,4}( [a-z]{1,4}){0,3}") {
            for intent in [Intent::Pause, Intent::Next, Intent::Flag, Intent::Delete] {
                for pair in EVERYWHERE.windows(2) {
                    if judge(&words, intent, evidence, pair[1]).is_ok() {
                        proptest::prop_assert!(judge(&words, intent, evidence, pair[0]).is_ok());
                    }
                }
            }
        }
    }
}
