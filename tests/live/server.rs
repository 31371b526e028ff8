//! A private sound server for the tests that need real devices.
#![allow(dead_code)] // each test uses its own part

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Ends with its owner.
pub struct SoundServer {
    child: Option<Child>,
    folder: tempfile::TempDir,
}

/// The server's tools that are missing on this machine; empty = all there.
pub fn missing_tools() -> Vec<&'static str> {
    ["pulseaudio", "pactl", "pacat", "parec"].into_iter().filter(|tool| !on_path(tool)).collect()
}

fn on_path(tool: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
}

impl SoundServer {
    pub fn start() -> SoundServer {
        let folder = tempfile::tempdir().unwrap();
        let mut server = SoundServer { child: None, folder };
        server.restart();
        server
    }

    /// Starts it (again), on the same socket.
    pub fn restart(&mut self) {
        self.kill();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/start-audio.sh");
        let child = Command::new(script)
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        assert!(
            within(Duration::from_secs(15), || self.pactl(&["get-default-source"]).trim() == "mic"),
            "the private sound server did not start; its log: {}",
            std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
        );
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Lets this process open its devices there. Call it before any thread is started.
    #[allow(unsafe_code)]
    pub fn use_in_this_process(&self) {
        // SAFETY: nothing else of this process reads or writes the environment yet.
        unsafe { std::env::set_var("PULSE_SERVER", self.address()) };
    }

    /// The value of PULSE_SERVER that leads to it.
    pub fn address(&self) -> String {
        format!("unix:{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("native")
    }

    pub fn pactl(&self, arguments: &[&str]) -> String {
        let output = self.tool("pactl").args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Plays raw f32 mono of 48 kHz into the virtual microphone, until it is over.
    pub fn say(&self, samples: &[f32]) {
        let file = self.folder.path().join("say.raw");
        std::fs::write(&file, samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
        let mut command = self.tool("pacat");
        command.args(["--playback", "--device=micfeed", "--raw", "--format=float32le", "--rate=48000", "--channels=1"]);
        let status = command.arg(file).status().unwrap();
        assert!(status.success());
    }

    /// Records what the virtual loudspeaker plays for this long: f32 mono of 48 kHz.
    pub fn listen(&self, length: Duration) -> Vec<f32> {
        self.listen_to("speaker.monitor", length)
    }

    /// Records a source of the server: f32 mono of 48 kHz.
    pub fn listen_to(&self, source: &str, length: Duration) -> Vec<f32> {
        let file = self.folder.path().join("listen.raw");
        let mut command = self.tool("parec");
        command.arg(format!("--device={source}"));
        command.args(["--raw", "--format=float32le", "--rate=48000", "--channels=1"]);
        command.args(["--latency-msec=20"]);
        let mut child = command.arg(&file).spawn().unwrap();
        thread::sleep(length);
        child.kill().unwrap();
        child.wait().unwrap();
        let bytes = std::fs::read(file).unwrap();
        bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("PULSE_SERVER", self.address()).env("LC_ALL", "C.UTF-8").stderr(Stdio::null()).stdin(Stdio::null());
        command
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether it became true before the time was up. The time is there for a machine under load; nothing is measured by it.
pub fn within(time: Duration, mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + time;
    while Instant::now() < deadline {
        if done() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Share of the signal's power that is a tone of `hz` (Goertzel), 0 to 1; 0 for silence.
pub fn tone_share(samples: &[f32], hz: f64) -> f64 {
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    if samples.is_empty() || power < 1e-6 {
        return 0.0;
    }
    let turn = 2.0 * std::f64::consts::PI * hz / 48_000.0;
    let (re, im) = samples.iter().enumerate().fold((0.0, 0.0), |(re, im), (index, sample)| {
        let angle = turn * index as f64;
        (re + f64::from(*sample) * angle.cos(), im + f64::from(*sample) * angle.sin())
    });
    2.0 * (re * re + im * im) / (samples.len() as f64 * power)
}
