//! The rows of a list to measure with: half as many customers as rows, 40 labels, one removal in ten, shuffled.

use std::io::{self, Write};

/// How many labels there are.
const LABELS: u64 = 40;

/// Writes a list of so many rows, its header first. It is the same every time.
pub fn write(rows: u32, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "userId,action,label")?;
    let customers = (rows / 2).max(1);
    for place in shuffled(rows) {
        let drawn = mix(u64::from(place) | 1 << 32);
        let action = if drawn.is_multiple_of(10) {
            "remove"
        } else {
            "add"
        };
        let label = drawn / 10 % LABELS + 1;
        writeln!(to, "{},{action},Gold Member {label}", id(place % customers))?;
    }
    Ok(())
}

/// An id of nine or ten digits, as real ones are.
fn id(customer: u32) -> u64 {
    u64::from(customer) * 387 + 100_000_007
}

/// The numbers below `count`, each once.
fn shuffled(count: u32) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..count).collect();
    for at in (1..numbers.len()).rev() {
        let other = mix(at as u64) % (at as u64 + 1);
        numbers.swap(at, other as usize);
    }
    numbers
}

/// A number that looks drawn by chance (splitmix64).
fn mix(number: u64) -> u64 {
    let z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
