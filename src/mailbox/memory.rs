//! Mail, speech and secrets are in memory only: so memory must not reach the disk.

/// No core files, and no other process of the same user may look into this one. What the platform cannot is left out.
#[cfg(unix)]
pub fn keep_memory_private() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Refused only where there was no such right to give up.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    }
}

#[cfg(not(unix))]
pub fn keep_memory_private() {}
