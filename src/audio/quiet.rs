//! ALSA writes to stderr when a device cannot be opened. What matters of it comes back as an error; the rest would only be read
//! aloud by a screen reader, once a second while a lost device is tried again.

/// Keeps ALSA's messages of this thread off the terminal. Opening happens on the calling thread; callbacks print nothing.
pub(super) fn quiet() {
    #[cfg(target_os = "linux")]
    {
        // The buffer belongs to the thread and is replaced at each call; when it cannot be had, ALSA stays as loud as it was.
        let _ = alsa::Output::local_error_handler();
    }
}
