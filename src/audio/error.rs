//! Why there is no sound, in a listener's words.

use std::fmt;

/// Which of the two devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Microphone,
    Speaker,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Microphone => "microphone",
            Side::Speaker => "loudspeaker",
        })
    }
}

/// A device could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    #[error("No {0} was found. Plug one in or switch it on, then try again")]
    Missing(Side),
    #[error("The {0} is in use by another program. Close that program, then try again")]
    InUse(Side),
    #[error(
        "The {0} may not be used. Allow it in the privacy settings, or add yourself to the group audio, then try again"
    )]
    Denied(Side),
    #[error("The {0} offers no format that Hark understands. Choose another one in the sound settings")]
    Format(Side),
    #[error("The {side} could not be opened: {cause}. Choose another one in the sound settings, then try again")]
    Failed { side: Side, cause: String },
}

impl AudioError {
    /// What the sound system said, as one of the kinds above.
    pub(super) fn from_cpal(side: Side, error: &cpal::Error) -> AudioError {
        match error.kind() {
            cpal::ErrorKind::DeviceNotAvailable
            | cpal::ErrorKind::HostUnavailable
            | cpal::ErrorKind::UnsupportedOperation => AudioError::Missing(side),
            cpal::ErrorKind::DeviceBusy => AudioError::InUse(side),
            cpal::ErrorKind::PermissionDenied => AudioError::Denied(side),
            cpal::ErrorKind::UnsupportedConfig | cpal::ErrorKind::InvalidInput => AudioError::Format(side),
            // The list of kinds is open (`non_exhaustive`), so this one match needs a rest.
            _ => AudioError::Failed { side, cause: error.to_string().trim_end_matches('.').to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_what_to_do() {
        let errors = [
            AudioError::Missing(Side::Microphone),
            AudioError::InUse(Side::Speaker),
            AudioError::Denied(Side::Microphone),
            AudioError::Format(Side::Speaker),
            AudioError::Failed { side: Side::Speaker, cause: "out of luck".into() },
        ];
        for error in errors {
            let text = error.to_string();
            assert!(
                ["Plug", "Close", "Allow", "Choose"].iter().any(|advice| text.contains(advice)),
                "no advice in: {text}"
            );
        }
    }

    #[test]
    fn a_busy_device_is_told_as_in_use() {
        let busy = cpal::Error::new(cpal::ErrorKind::DeviceBusy);
        assert_eq!(AudioError::from_cpal(Side::Speaker, &busy), AudioError::InUse(Side::Speaker));
    }
}
