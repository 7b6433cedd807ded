//! The commands that lead on where labels are not in use in the organisation.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use super::command_line::{CommandLine, Flag, quoted};
use super::destination::Destination;
use super::sending::{Sending, What};
use super::settings::CheckSettingArgs;
use crate::report::Organisation;

/// The flags of a run that a look at its list needs, too.
const OF_A_LOOK: [Flag; 16] = [
    Flag::Valued("--config"),
    Flag::Valued("--profile"),
    Flag::Valued("--columns"),
    Flag::Valued("--action"),
    Flag::Valued("--label"),
    Flag::Valued("--delimiter"),
    Flag::Valued("--encoding"),
    Flag::Valued("--sheet"),
    Flag::Valued("--on-conflict"),
    Flag::Valued("--max-labels"),
    Flag::Valued("--cluster"),
    Flag::Valued("--base-url"),
    Flag::Valued("--ca-cert"),
    Flag::Switch("--allow-http"),
    Flag::Valued("--timeout"),
    Flag::Valued("--rate"),
];

/// The same where the rows come from a result: what says where they go comes from it, too.
const OF_A_RESULT: [Flag; 5] = [
    Flag::Valued("--config"),
    Flag::Valued("--profile"),
    Flag::Valued("--ca-cert"),
    Flag::Switch("--allow-http"),
    Flag::Valued("--timeout"),
];

impl Sending<'_> {
    /// The command that shows where the labels stand that are not in use.
    pub fn closer_look(&self, destination: &Destination) -> impl fmt::Display {
        let typed = &self.environment.command_line;
        let (what, list, flags) = match self.what {
            What::Run => (None, self.list.as_os_str(), typed.only(&OF_A_LOOK)),
            What::Retry(_) | What::Undo(_) => {
                let not_of_print = ["--restart", "--account-changed", "--yes", "--against-org"];
                let rows = typed
                    .without(&not_of_print.map(Flag::Switch))
                    .and(&["--print"]);
                let mut flags = typed.only(&OF_A_RESULT);
                flags.extend(["--base-url".into(), destination.base_url.to_string().into()]);
                (Some(rows), OsStr::new("-"), flags)
            }
        };
        let words = [OsStr::new("check"), list, OsStr::new("--against-org")];
        let check = words.map(OsStr::to_owned).into_iter().chain(flags);
        let check = CommandLine::of(check);
        match what {
            None => check.to_string(),
            Some(rows) => format!("{rows} | {check}"),
        }
    }
}

/// How what is certain is mended: the very command, or the flag where the label is none of the list's.
pub fn mending(
    organisation: &Organisation,
    args: &CheckSettingArgs,
    list: &Path,
    typed: &CommandLine,
) -> Option<String> {
    let mut certain = organisation.not_in_use.iter().filter(|label| label.certain);
    let nearest = certain.next()?.nearest.as_deref()?;
    Some(match args.list.label {
        Some(_) => format!(
            "Mend it where it is given: --label {}",
            quoted(nearest.as_ref())
        ),
        None => {
            let fixed = fixed(list);
            let command = typed
                .without(&[Flag::Switch("--json")])
                .and(&["--fix", &fixed]);
            format!("Mend what is certain: {command}")
        }
    })
}

/// `campaign.csv.gz` → `campaign.fixed.csv`.
fn fixed(list: &Path) -> String {
    let name = list.file_name().unwrap_or_default().to_string_lossy();
    let name = [".gz", ".zst"]
        .iter()
        .find_map(|packed| name.strip_suffix(packed))
        .unwrap_or(&name);
    let stem = Path::new(name)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    match &*stem {
        "-" | "" => "fixed.csv".to_owned(),
        stem => list
            .with_file_name(format!("{stem}.fixed.csv"))
            .to_string_lossy()
            .into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mended_list_stands_beside_the_list() {
        for (list, expected) in [
            ("campaign.csv", "campaign.fixed.csv"),
            ("lists/my list.csv.gz", "lists/my list.fixed.csv"),
            ("-", "fixed.csv"),
        ] {
            assert_eq!(fixed(Path::new(list)), expected);
        }
    }
}
