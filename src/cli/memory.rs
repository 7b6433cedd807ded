//! How much memory a plan may take (contract, section 8).

use std::fmt;
use std::fs;
use std::process::Command;
use std::str::FromStr;

/// So many rows are held at once in any case: with less, a list would be read more often than anybody waits for.
const FEWEST: u64 = 1 << 13;

/// What is done with a plan, by which a row of it takes more or less memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is looked at.
    Look,
    /// Its calls are made.
    Calls,
}

impl Use {
    /// A valid row takes so many bytes, at most: sixteen to be sorted or of a plan, four for its customer's place, and something
    /// for its place in the list; where its calls are made, then eight for how that of its customer ended, and eight for what
    /// became of it.
    fn row(self) -> u64 {
        match self {
            Self::Look => 21,
            Self::Calls => 40,
        }
    }
}

/// `512M`, or a share of the machine's: `25%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// So many bytes.
    Bytes(u64),
    /// So much of what there is.
    Percent(u8),
}

/// A text that says no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no size: write 512M, 2G, or a share of the machine's memory such as 25%")]
pub struct MemoryError(String);

impl FromStr for Memory {
    type Err = MemoryError;

    fn from_str(text: &str) -> Result<Self, MemoryError> {
        let error = || MemoryError(text.to_owned());
        if let Some(share) = text.strip_suffix('%') {
            let share = share.parse().ok().filter(|share| (1..=100).contains(share));
            return share.map(Self::Percent).ok_or_else(error);
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let shift = match unit.to_ascii_uppercase().as_str() {
            "K" | "KB" | "KIB" => 10,
            "M" | "MB" | "MIB" => 20,
            "G" | "GB" | "GIB" => 30,
            "T" | "TB" | "TIB" => 40,
            _ => return Err(error()),
        };
        let number: u64 = number.parse().map_err(|_| error())?;
        let bytes = number.checked_mul(1 << shift).filter(|bytes| *bytes > 0);
        bytes.map(Self::Bytes).ok_or_else(error)
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => {
                let units = [(40, 'T'), (30, 'G'), (20, 'M')];
                let whole = units
                    .into_iter()
                    .find(|(shift, _)| bytes % (1 << shift) == 0);
                let (shift, unit) = whole.unwrap_or((10, 'K'));
                write!(f, "{}{unit}", bytes >> shift)
            }
            Self::Percent(share) => write!(f, "{share}%"),
        }
    }
}

impl Memory {
    /// So many valid rows may be held at once.
    ///
    /// # Errors
    /// It is a share, and the system does not say of what.
    pub fn rows(self, of: Use) -> Result<usize, UnknownMemory> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(share) => there_is().ok_or(UnknownMemory)? / 100 * u64::from(share),
        };
        Ok(usize::try_from((bytes / of.row()).max(FEWEST)).unwrap_or(usize::MAX))
    }
}

/// Nobody says how much memory there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("--memory: the system does not say how much memory there is: write a size, such as 512M")]
pub struct UnknownMemory;

/// How much memory there is, in bytes: the machine's, or as much of it as a container may take.
fn there_is() -> Option<u64> {
    let number = |path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let limits = [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ];
    let machines = of_linux().or_else(of_macos)?;
    let limits = limits.into_iter().filter_map(number);
    limits.chain([machines]).min()
}

fn of_linux() -> Option<u64> {
    let told = fs::read_to_string("/proc/meminfo").ok()?;
    let total = told
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn of_macos() -> Option<u64> {
    let told = Command::new("sysctl")
        .args(["-n", "hw.memsize"])
        .output()
        .ok()?;
    String::from_utf8(told.stdout).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, shown) in [
            ("512M", "512M"),
            ("512mb", "512M"),
            ("2GiB", "2G"),
            ("1024M", "1G"),
            ("1T", "1T"),
            ("100k", "100K"),
            ("25%", "25%"),
        ] {
            assert_eq!(text.parse::<Memory>().unwrap().to_string(), shown, "{text}");
        }
        for wrong in [
            "",
            "512",
            "M",
            "-1M",
            "1.5G",
            "0M",
            "0%",
            "101%",
            "1 G",
            "lots",
            "99999999999T",
        ] {
            assert!(wrong.parse::<Memory>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_share_is_one_of_what_there_is() {
        let all = Memory::Percent(100).rows(Use::Look).unwrap();
        let half = Memory::Percent(50).rows(Use::Look).unwrap();
        assert!((all / 2).abs_diff(half) <= 1, "{all} {half}");
    }
}
