use crate::session::Event;
use crate::units::Millis;
pub struct Screen;
impl Screen {
    pub fn new() -> Screen {
        Screen
    }
    pub fn event(&mut self, t: Millis, event: &Event) -> Option<String> {
        Some(format!("{:8.2} {}", t.0 as f64 / 1000.0, serde_json::to_string(event).unwrap_or_default()))
    }
}
