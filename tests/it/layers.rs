//! Dependencies point one way, and each crate has one door.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may use. `service` is used by `dispatch` and all that is above it.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("error", &[]),
    ("model", &["error"]),
    ("list", &["model", "error"]),
    ("plan", &["model", "error"]),
    ("service", &["model", "error"]),
    ("record", &["model", "error"]),
    ("report", &["model", "error"]),
    ("sandbox", &["model", "error"]),
    ("dispatch", &["service", "model", "error"]),
    (
        "job",
        &[
            "dispatch", "list", "plan", "service", "record", "report", "model", "error",
        ],
    ),
    (
        "cli",
        &[
            "job", "dispatch", "list", "plan", "service", "record", "report", "sandbox", "model",
            "error",
        ],
    ),
];

/// Each crate that has a door, and the files that are it.
const DOORS: [(&str, &[&str]); 21] = [
    ("csv", &["list/", "record/results"]),
    ("csv_core", &["record/results/fields"]),
    ("encoding_rs", &["list/encoding"]),
    ("calamine", &["list/workbook"]),
    ("rust_xlsxwriter", &["record/workbook"]),
    ("flate2", &["list/packed"]),
    ("zstd", &["list/packed"]),
    ("icu_normalizer", &["plan/signs/alike"]),
    ("reqwest", &["service/client"]),
    ("governor", &["dispatch/pace"]),
    ("redis", &["dispatch/shared_pace/"]),
    ("indicatif", &["report/bars"]),
    ("tracing_subscriber", &["report/log"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/completions"]),
    ("clap_mangen", &["cli/man/"]),
    ("strsim", &["model/nearest", "plan/signs/known"]),
    ("axum", &["sandbox/"]),
    ("hdrhistogram", &["report/minutes"]),
    ("maud", &["report/page/"]),
    ("sha2", &["report/page/document"]),
];

/// Every source file below `src`, by its path there, without its tests.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let entries: Vec<PathBuf> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                let text = fs::read_to_string(&path).unwrap();
                let code: Vec<_> = text
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .collect();
                let code = code.join("\n");
                found.insert(
                    name,
                    code.split("#[cfg(test)]\nmod tests")
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                );
            }
        }
    }
    found
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

#[test]
fn each_room_uses_only_what_is_below_it() {
    for (file, code) in sources()
        .iter()
        .filter(|(file, _)| !matches!(file.as_str(), "lib.rs" | "main.rs"))
    {
        let (_, allowed) = MAY_USE
            .iter()
            .find(|(name, _)| *name == room(file))
            .unwrap_or_else(|| panic!("{file} is in no room"));
        for (used, _) in MAY_USE {
            let uses = [format!("crate::{used}::"), format!("crate::{{{used}")]
                .iter()
                .any(|path| code.contains(path));
            assert!(
                !uses || used == room(file) || allowed.contains(&used),
                "{file} uses {used}"
            );
        }
    }
}

#[test]
fn each_crate_has_one_door() {
    let sources = sources();
    for (name, doors) in DOORS {
        let used = |code: &str| {
            code.lines().any(|line| {
                line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
                    .any(|path| path.starts_with(&format!("{name}::")))
            })
        };
        let users: Vec<_> = sources
            .iter()
            .filter(|(_, code)| used(code))
            .map(|(file, _)| file)
            .collect();
        assert!(!users.is_empty(), "nobody uses {name}");
        for file in users {
            assert!(
                doors.iter().any(|door| file.starts_with(door)),
                "{file} uses {name}"
            );
        }
    }
}
