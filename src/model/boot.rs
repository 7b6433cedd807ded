//! Which start of which machine it is.

use std::fs;

/// What tells this start of the machine from any other; none where the system does not tell.
pub fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}
