//! Where our voice comes out: what the sound system says of the default output. Unknown = loudspeaker (the careful answer).

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::session::OutputKind;

/// A sound server that does not answer by then is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// More than this is no list of outputs.
const MOST_BYTES: u64 = 1 << 20;

/// Asks PulseAudio or PipeWire (both answer `pactl`) for the active port and form factor of the default output. Blocks for up to
/// four seconds; call it from a thread that may wait.
pub fn output_kind() -> OutputKind {
    let default = ask(&["get-default-sink"]).unwrap_or_default();
    match ask(&["--format=json", "list", "sinks"]) {
        Some(list) => parse_output_kind(&list, default.trim()),
        None => OutputKind::Loudspeaker,
    }
}

#[derive(Debug, Deserialize)]
struct Sink {
    #[serde(default)]
    name: String,
    #[serde(default)]
    active_port: Option<String>,
    #[serde(default)]
    ports: Vec<Port>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Debug, Deserialize)]
struct Port {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
struct Properties {
    #[serde(default, rename = "device.form_factor")]
    form_factor: String,
}

/// The kind of the sink named `default` in a list as `pactl --format=json list sinks` prints it.
///
/// Form factors and port types are those of PulseAudio's documentation (proplist.h `PA_PROP_DEVICE_FORM_FACTOR`, def.h
/// `pa_device_port_type_t`). "hands-free", "car" and "speaker" can be heard by others, so they are loudspeakers.
pub fn parse_output_kind(list: &str, default: &str) -> OutputKind {
    let sinks: Vec<Sink> = serde_json::from_str(list).unwrap_or_default();
    match sinks.iter().find(|sink| sink.name == default) {
        Some(sink) if is_worn(sink) => OutputKind::Headphones,
        Some(_) | None => OutputKind::Loudspeaker,
    }
}

fn is_worn(sink: &Sink) -> bool {
    let port = sink.active_port.as_deref().and_then(|name| sink.ports.iter().find(|port| port.name == name));
    match port {
        // A jack knows better than the card it belongs to: the built-in card has form factor "internal" with headphones plugged in.
        Some(port) if !unsaid(&port.kind) => names_headphones(&port.kind),
        Some(port) => names_headphones(&port.name) || names_headphones(&sink.properties.form_factor),
        None => names_headphones(&sink.properties.form_factor),
    }
}

fn unsaid(kind: &str) -> bool {
    kind.is_empty() || kind.eq_ignore_ascii_case("unknown") || kind.eq_ignore_ascii_case("analog")
}

fn names_headphones(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["headphone", "headset", "earpiece"].iter().any(|worn| word.contains(worn))
}

/// Output of `pactl` with these arguments; `None` when it is not there, fails, or takes too long.
fn ask(arguments: &[&str]) -> Option<String> {
    let mut child = Command::new("pactl")
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let output = child.stdout.take()?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        output.take(MOST_BYTES).read_to_string(&mut text).ok().map(|_| text)
    });
    let finished = wait(&mut child);
    let text = reader.join().ok().flatten()?;
    finished.then_some(text)
}

/// Whether it ended well in time; it has ended either way.
fn wait(child: &mut Child) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => thread::sleep(Duration::from_millis(10)),
            Err(_) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sink(port: &str, kind: &str, form: &str) -> String {
        format!(
            r#"[{{"index":0,"name":"other","active_port":null,"ports":[],"properties":{{}}}},
                {{"index":1,"state":"RUNNING","name":"card","active_port":"{port}",
                  "ports":[{{"name":"{port}","description":"x","type":"{kind}","priority":9}}],
                  "properties":{{"device.form_factor":"{form}","device.api":"alsa"}}}}]"#
        )
    }

    #[test]
    fn the_plugged_jack_of_a_built_in_card_is_headphones() {
        let list = sink("analog-output-headphones", "Headphones", "internal");
        assert_eq!(parse_output_kind(&list, "card"), OutputKind::Headphones);
        let list = sink("analog-output-speaker", "Speaker", "internal");
        assert_eq!(parse_output_kind(&list, "card"), OutputKind::Loudspeaker);
    }

    #[test]
    fn a_bluetooth_headset_is_headphones_and_a_car_is_not() {
        assert_eq!(parse_output_kind(&sink("headset-output", "Headset", "headset"), "card"), OutputKind::Headphones);
        assert_eq!(parse_output_kind(&sink("output", "Unknown", "headphone"), "card"), OutputKind::Headphones);
        assert_eq!(parse_output_kind(&sink("output", "Unknown", "car"), "card"), OutputKind::Loudspeaker);
        assert_eq!(parse_output_kind(&sink("output", "Handsfree", "hands-free"), "card"), OutputKind::Loudspeaker);
    }

    #[test]
    fn an_old_server_that_tells_no_port_type_is_read_by_the_ports_name() {
        assert_eq!(parse_output_kind(&sink("analog-output-headphones", "", ""), "card"), OutputKind::Headphones);
        assert_eq!(parse_output_kind(&sink("analog-output", "", ""), "card"), OutputKind::Loudspeaker);
    }

    #[test]
    fn what_is_not_known_is_a_loudspeaker() {
        let headphones = sink("p", "Headphones", "");
        for (list, default) in
            [("", ""), ("[]", "card"), ("{}", "card"), ("[{\"name\":3}]", "card"), (headphones.as_str(), "another")]
        {
            assert_eq!(parse_output_kind(list, default), OutputKind::Loudspeaker, "{list}");
        }
    }
}
