//! Columns whose names are a slip away from what they should be. Pure.

use csv::ByteRecord;

use super::text::trim;
use super::wishes::{Column, Wishes};
use crate::model::meant;

/// What to say of a header that lacks `column`, where another is likely to be it: a question, and the flag that answers it
/// for all columns that are so.
pub fn misnamed(column: Column, header: &ByteRecord, wishes: &Wishes) -> Option<String> {
    let mut free = free(header, wishes);
    let mut names = wishes.names.clone();
    let mut found = Vec::new();
    for lacking in Column::ALL {
        if wishes.supplied(lacking).is_some() || !wishes.matches(lacking, header).is_empty() {
            continue;
        }
        let known = match wishes.names.of(lacking) {
            Some(name) => vec![name],
            None => lacking.aliases().to_vec(),
        };
        let near = |name: &&str| meant(name, known.iter().copied()).is_some();
        if let Some(at) = free.iter().position(near) {
            let name = free.remove(at);
            names = names.with(lacking, name);
            found.push((lacking, format!("\"{name}\"")));
        }
    }
    if !found.iter().any(|(found, _)| *found == column) {
        return None;
    }
    let found: Vec<_> = found.into_iter().map(|(_, name)| name).collect();
    let (verb, headers) = match &found[..] {
        [first @ .., last] if !first.is_empty() => {
            ("are", format!("{} and {last}", first.join(", ")))
        }
        _ => ("is", found.concat()),
    };
    let flag = quoted(&names.to_string());
    Some(format!("{verb} {headers} meant? Then add --columns {flag}"))
}

/// The headers that are none of the three columns yet, and can be named on the command line.
fn free<'h>(header: &'h ByteRecord, wishes: &Wishes) -> Vec<&'h str> {
    let is_taken = |name: &str| {
        Column::ALL.into_iter().any(|column| {
            let matches = wishes.matches(column, header);
            matches.iter().any(|(_, taken)| *taken == name)
        })
    };
    let cannot_be_named = |c: char| c.is_control() || ",'".contains(c);
    let names = header
        .iter()
        .filter_map(|name| Some(trim(str::from_utf8(name).ok()?)));
    names
        .filter(|name| !name.is_empty() && !name.contains(cannot_be_named) && !is_taken(name))
        .collect()
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-.=,".contains(c);
    match word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{word}'"),
    }
}
