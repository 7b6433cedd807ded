//! Writes a list to measure with: `make_list ROWS FILE`. The same every time; needs no crate, so `rustc -O` compiles it alone.

use std::fs::File;
use std::io::{self, BufWriter, Write};

#[path = "../rows.rs"]
mod rows;

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let rows = words.next().and_then(|word| word.parse().ok());
    let (Some(rows), Some(path)) = (rows, words.next()) else {
        return Err(io::Error::other("make_list ROWS FILE"));
    };
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    rows::write(rows, &mut file)?;
    file.flush()
}
