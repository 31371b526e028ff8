//! The invariants of ARCHITECTURE.md over random streams of inputs. Each has been seen to fail with the code broken on purpose.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may")]

#[path = "talk/house.rs"]
mod house;
#[path = "talk/microphone.rs"]
mod microphone;
#[path = "properties/steps.rs"]
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use hark::command::{Command, Intent};
use hark::mail::MessageKind;
use hark::script::{AmbiguousSender, Fate, Script, ScriptContext, SegmentRole, Tongue, Verbosity};
use hark::session::{
    ActVerb, EarReport, Effect, Epoch, Event, Input, Mail, MailReport, MailRequest, MailTrouble, OutputSetting,
    ProtectedSetting, RequestId, SayRole, Settings, UtteranceId, VoiceReport, WakeWord,
};
use hark::units::Millis;
use house::{House, Logged};
use microphone::Microphone;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use steps::*;

/// The lines of the parts of a message, as the session would say them at the start.
fn lines(mail: &Mail, verbosity: Verbosity, wanted: impl Fn(SegmentRole) -> bool) -> Vec<String> {
    let context = ScriptContext {
        now: jiff::Timestamp::from_millisecond(wall().utc_ms).unwrap(),
        zone: wall().zone,
        verbosity,
        place_in_conversation: 1,
        ambiguous_sender: AmbiguousSender::Clear,
        tongue: Tongue::Unspoken,
    };
    let segments = Script::of(&mail.message, &context).segments.into_iter().filter(|segment| wanted(segment.role));
    let lines = segments.filter_map(|segment| match segment.fate {
        Fate::Spoken(lines) => Some(lines.into_iter().map(|line| line.say)),
        Fate::Skipped { .. } => None,
    });
    lines.flatten().collect()
}

/// What the listener has heard, from the report alone.
#[derive(Default)]
struct Heard {
    said: BTreeMap<UtteranceId, (String, SayRole, Option<String>)>,
    complete: BTreeSet<(String, String)>,
    roles: BTreeMap<String, Vec<(u64, SayRole)>>,
}

impl Heard {
    fn take(&mut self, at: u64, event: &Event) {
        match event {
            Event::Say { utterance, spoken, role, message_id, .. } => {
                self.said.insert(*utterance, (spoken.clone(), *role, message_id.clone()));
            }
            Event::Said { utterance, complete: true } => {
                if let Some((spoken, role, Some(id))) = self.said.get(utterance) {
                    self.complete.insert((id.clone(), spoken.clone()));
                    self.roles.entry(id.clone()).or_default().push((at, *role));
                }
            }
            _ => {}
        }
    }

    /// How many lines of these parts were played to their end.
    fn count(&self, id: &str, wanted: impl Fn(SayRole) -> bool) -> usize {
        self.roles.get(id).map_or(0, |roles| roles.iter().filter(|(_, role)| wanted(*role)).count())
    }
}

/// Seeds of failures are kept beside this file.
fn config() -> ProptestConfig {
    let seeds = FileFailurePersistence::Direct("tests/session_properties.proptest-regressions");
    ProptestConfig {
        cases: 48,
        max_shrink_iters: 2_000,
        failure_persistence: Some(Box::new(seeds)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    /// I1 (one live utterance), I5 (never panics, deadlines ahead): the house asserts both at every call.
    #[test]
    fn i1_i5_one_voice_and_deadlines_ahead(settings in settings(), steps in steps()) {
        let mut house = play(settings, &steps, |_| {});
        // And left alone it comes to rest or to its end.
        for _ in 0..5_000 {
            if house.ended || !house.step() {
                break;
            }
        }
    }

    /// I2 and I7: nothing changes but by a command on an announced message, or by having been heard to the end; with its full key.
    #[test]
    fn i2_i7_changes_only_what_was_announced(settings in settings(), steps in steps()) {
        let mails: Vec<Mail> = mailbox().into_iter().chain(arriving()).collect();
        let verbosity = settings.verbosity;
        let house = play(settings, &steps, |_| {});
        let mut heard = Heard::default();
        let mut input = Input::Deadline;
        for (at, logged) in &house.log {
            match logged {
                Logged::In(given) => input = given.clone(),
                Logged::Out(Effect::Report(event)) => heard.take(*at, event),
                Logged::Out(Effect::Mail(MailRequest::Act(act))) => {
                    let mail = mails.iter().find(|mail| mail.message.id == act.message).unwrap();
                    prop_assert_eq!(&act.place, &mail.place);
                    let announce = lines(mail, verbosity, |role| role == SegmentRole::Announce).len();
                    let played = heard.count(&act.message.0, |role| matches!(role, SayRole::Announce | SayRole::Bundle));
                    prop_assert!(played >= announce.min(1), "{:?} before its announcement ({announce})", act);
                    match input {
                        Input::Voice(VoiceReport::Finished { .. }) => {
                            prop_assert_eq!(&act.verb, &ActVerb::MarkRead);
                            let body = lines(mail, Verbosity::Brief, |role| role == SegmentRole::Body).len();
                            prop_assert!(heard.count(&act.message.0, |role| role == SayRole::Body) >= body.min(1));
                            prop_assert!(mail.message.protection.as_ref().is_none_or(|p| p.readable));
                        }
                        Input::Press(_) | Input::Typed(_) | Input::Ear(EarReport::Utterance(_)) => {}
                        ref other => prop_assert!(false, "{:?} by {:?}", act, other),
                    }
                }
                Logged::Out(_) => {}
            }
        }
    }

    /// Where the wake word is demanded, words heard without it change nothing, but for answers and what follows a long press.
    #[test]
    fn uncalled_words_change_nothing(settings in settings(), steps in steps()) {
        let house = play(Settings { wake_word: WakeWord::Always, ..settings }, &steps, |_| {});
        let (mut input, mut floor, mut intent) = (Input::Deadline, None, None);
        for (at, logged) in &house.log {
            match logged {
                Logged::In(given) => {
                    if matches!(given, Input::ListenButton) {
                        floor = Some(*at);
                    }
                    (input, intent) = (given.clone(), None);
                }
                Logged::Out(Effect::Report(Event::Heard { intent: heard, .. })) => intent = Some(*heard),
                Logged::Out(Effect::Mail(MailRequest::Act(_) | MailRequest::Undo { .. })) => {
                    let Input::Ear(EarReport::Utterance(utterance)) = &input else { continue };
                    let given = floor.is_some_and(|floor| utterance.onset.0 <= floor + 8_000);
                    prop_assert!(given || intent == Some(Intent::Yes), "{:?}", utterance.words);
                }
                Logged::Out(_) => {}
            }
        }
    }

    /// I3: nothing protected is said before its call-out was played and its pause has run out, or "go on" or "yes" was said.
    #[test]
    fn i3_protected_text_waits(settings in settings(), steps in steps()) {
        let pause_ms = (settings.protected_pause_s * 1_000.0) as u64;
        let asks = settings.protected != ProtectedSetting::Pause;
        let house = play(settings, &steps, |_| {});
        let mut called_out: Option<u64> = None;
        let mut consent = false;
        let mut heard = Heard::default();
        for (at, logged) in &house.log {
            match logged {
                Logged::In(Input::Press(command)) if matches!(command.intent, Intent::Resume | Intent::Yes) => consent = true,
                Logged::In(Input::Typed(words)) if ["resume", "go on", "yes"].contains(&words.as_str()) => consent = true,
                Logged::Out(Effect::Report(Event::Heard { intent: Intent::Resume | Intent::Yes, .. })) => consent = true,
                Logged::Out(Effect::Report(event)) => {
                    heard.take(*at, event);
                    if let Event::Said { utterance, complete: true } = event
                        && heard.said.get(utterance).is_some_and(|(_, role, _)| *role == SayRole::Gate)
                    {
                        called_out = Some(*at);
                        consent = false;
                    }
                    // A new announcement locks again.
                    if let Event::Say { role: SayRole::Announce, .. } = event {
                        called_out = None;
                    }
                }
                Logged::Out(Effect::Say(say)) if say.spoken.to_lowercase().contains("secret") => {
                    let Some(since) = called_out else {
                        return Err(TestCaseError::fail(format!("{say:?} without a call-out")));
                    };
                    prop_assert!(consent || at - since >= pause_ms, "{:?}", say);
                    if asks {
                        // Unreadable ones have nothing but a subject, which waits for the pause only.
                        prop_assert!(consent || say.spoken.to_lowercase().contains("secretsubject"), "{:?}", say);
                    }
                }
                Logged::In(_) | Logged::Out(_) => {}
            }
        }
    }

    /// I4: reports with an old epoch, utterance or request id change nothing.
    #[test]
    fn i4_old_reports_change_nothing(settings in settings(), steps in steps(), id in 0u64..40, old in 1u64..5) {
        play(settings, &steps, |house| {
            if house.ended {
                return;
            }
            house.give(Input::Deadline);
            let live = house.live();
            let (id, epoch) = (UtteranceId(id), house.epoch());
            let stale_epoch = Epoch(epoch.0.wrapping_sub(old));
            let mut stale = vec![
                Input::Voice(VoiceReport::Finished { id, epoch: stale_epoch }),
                Input::Voice(VoiceReport::Started { id, epoch: stale_epoch, duration_ms: 500 }),
                Input::Voice(VoiceReport::Hushed { epoch: stale_epoch }),
                Input::Mail(MailReport::Applied { request: RequestId(10_000) }),
                Input::Mail(MailReport::Failed { request: RequestId(10_000), reason: MailTrouble::Gone }),
            ];
            if live != Some(id) {
                stale.push(Input::Voice(VoiceReport::Finished { id, epoch }));
                stale.push(Input::Voice(VoiceReport::Failed { id, epoch }));
            }
            // What is due at this time anyway has come first.
            for input in stale {
                let before = format!("{:?}", house.session);
                let effects = house.session.handle(Millis(house.now), input.clone());
                let after = format!("{:?}", house.session);
                assert!(effects.is_empty(), "{input:?}: {effects:?}");
                assert!(before == after, "{input:?} changed something");
            }
        });
    }

    /// I8: "pause" silences in the same call, whatever the state and however badly it was heard.
    #[test]
    fn i8_pause_is_never_gated(settings in settings(), steps in steps(), how in 0u8..5) {
        let mut house = play(settings, &steps, |_| {});
        if !house.ended {
            let now = house.now;
            let input = match how {
                0 => Input::Press(Command::from(Intent::Pause)),
                1 => utterance("pause", now.saturating_sub(400), now, false),
                2 => utterance("stop", now.saturating_sub(400), now, false),
                3 => utterance("wait", now.saturating_sub(400), now, false),
                _ => Input::ListenButton,
            };
            let effects = house.session.handle(Millis(now), input);
            let hush = effects.iter().position(|effect| matches!(effect, Effect::Hush { .. }));
            prop_assert!(hush.is_some(), "{:?}", effects);
            let say = effects.iter().any(|effect| matches!(effect, Effect::Say(_)));
            prop_assert!(!say, "{:?}", effects);
        }
    }

    /// A mail goes out only by a "yes" to a question that was played to its end, and no list is written to twice.
    #[test]
    fn nothing_is_sent_without_a_yes(
        settings in settings(),
        steps in steps(),
        places in proptest::collection::vec((0usize..70, 0u16..6_000, any::<bool>()), 1..6),
    ) {
        let mut steps = steps;
        for (at, wait, by_voice) in places {
            let word = |word: &str| Step::Hear { phrase: PHRASES.iter().position(|known| *known == word).unwrap(), clear: true };
            let key = |intent: Intent| Step::Key(KEYS.iter().position(|known| *known == intent).unwrap());
            let (ask, yes) = match by_voice {
                true => (word("unsubscribe"), word("yes")),
                false => (key(Intent::Unsubscribe), key(Intent::Yes)),
            };
            let at = at.min(steps.len());
            steps.splice(at..at, [ask, Step::Wait(wait), yes, Step::Wait(2_000)]);
        }
        let house = play(settings, &steps, |_| {});
        let mut heard = Heard::default();
        let mut asked = false;
        let mut written = BTreeMap::new();
        let mut input = Input::Deadline;
        for (at, logged) in &house.log {
            match logged {
                Logged::In(Input::Mail(MailReport::Failed { request, .. })) => {
                    written.retain(|_, known| known != request);
                }
                Logged::In(given) => input = given.clone(),
                Logged::Out(Effect::Report(event)) => {
                    heard.take(*at, event);
                    match event {
                        Event::Said { utterance, complete: true } => {
                            let said = heard.said.get(utterance);
                            asked |= said.is_some_and(|(words, ..)| words.starts_with("Unsubscribe from "));
                        }
                        Event::Say { role: SayRole::Question | SayRole::Announce | SayRole::Bundle, .. } => asked = false,
                        _ => {}
                    }
                }
                Logged::Out(Effect::Mail(MailRequest::Leave(leave))) => {
                    prop_assert!(asked, "{:?} without a question", leave);
                    asked = false;
                    let said_yes = match &input {
                        Input::Press(command) => command.intent == Intent::Yes,
                        Input::Typed(words) => words == "yes",
                        Input::Ear(EarReport::Utterance(utterance)) => utterance.words == "yes",
                        _ => false,
                    };
                    prop_assert!(said_yes, "{:?} by {:?}", leave, input);
                    prop_assert!(written.insert(leave.to.address().to_owned(), leave.request).is_none(), "twice: {:?}", leave);
                }
                Logged::Out(_) => {}
            }
        }
    }

    /// I9: the same inputs lead to the same effects.
    #[test]
    fn i9_the_same_inputs_lead_to_the_same_effects(settings in settings(), steps in steps()) {
        let one = play(settings.clone(), &steps, |_| {});
        let two = play(settings, &steps, |_| {});
        prop_assert_eq!(format!("{:?}", one.log), format!("{:?}", two.log));
    }

    /// I6: whatever a mail says, its echo in the microphone destroys nothing and ends nothing.
    #[test]
    fn i6_own_speech_destroys_nothing(
        picks in proptest::collection::vec(0..PHRASES.len(), 3..14),
        joins in proptest::collection::vec(0u8..3, 14),
        delay in 0u64..450,
        headphones in any::<bool>(),
    ) {
        let mut body = String::new();
        for (pick, join) in picks.iter().zip(&joins) {
            let words = PHRASES[*pick].replace("[unk]", "well");
            body.push_str(&words);
            body.push_str(match join { 0 => ". ", 1 => ", and then ", _ => " " });
        }
        let mut settings = Settings { output: OutputSetting::Loudspeaker, ..Settings::default() };
        if headphones {
            settings.output = OutputSetting::Headphones;
        }
        let mails = vec![
            mail(1, "Ana", "Delete", MessageKind::Person, "First."),
            mail(2, "Ben", "Yes", MessageKind::Person, &body),
            mail(3, "Cora", "Archive this", MessageKind::Newsletter, "Peas."),
        ];
        let mut house = House::new(wall(), settings, Ok(opened(mails)));
        house.start();
        let mut microphone = Microphone::delayed(delay);
        for _ in 0..600 {
            microphone.hear(&mut house);
            if house.ended || !house.step() {
                break;
            }
        }
        for (_, logged) in &house.log {
            if let Logged::Out(Effect::Mail(MailRequest::Act(act))) = logged {
                prop_assert_eq!(&act.verb, &ActVerb::MarkRead, "{:?}", act);
            }
            prop_assert!(!matches!(logged, Logged::Out(Effect::Mail(MailRequest::Leave(_)))));
            if let Logged::Out(Effect::Report(Event::Heard { intent, .. })) = logged {
                prop_assert!(*intent != Intent::End && *intent != Intent::Yes, "{:?}", intent);
            }
        }
    }
}
