//! The fuzz targets stand in a workspace of their own, which nothing builds together with the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

fn table(file: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(path).unwrap().parse().unwrap()
}

#[test]
fn their_lock_knows_each_crate_that_the_program_needs() {
    let manifest = table("Cargo.toml");
    let needed: BTreeSet<_> = manifest["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .collect();
    let lock = table("fuzz/Cargo.lock");
    let mut packages = lock["package"].as_array().unwrap().iter();
    let program = packages.find(|package| package["name"].as_str() == Some("bulklabel"));
    let known = program.unwrap()["dependencies"].as_array().unwrap();
    let known: BTreeSet<_> = known.iter().filter_map(Value::as_str).collect();
    // Of a crate that is there in two versions, the lock says which it is.
    let is_known = |name: &str| {
        known.contains(name)
            || known
                .iter()
                .any(|known| known.split(' ').next() == Some(name))
    };
    let unknown: Vec<_> = needed.iter().filter(|name| !is_known(name)).collect();
    assert!(unknown.is_empty(), "`cargo fetch` in fuzz adds {unknown:?}");
    assert_eq!(
        known.len(),
        needed.len(),
        "`cargo fetch` in fuzz removes some"
    );
}
