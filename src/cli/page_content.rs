//! What a page is made of, and the commands that it tells.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::command_line::CommandLine;
use crate::job::{KIND, RETRY, SANDBOX, UNDO};
use crate::record::beside_list;
use crate::report::Summary;
use crate::report::page::{Close, Commands, Content, Gathered, Kind, OF_LIST};

/// What a page is made of. The list's path is known to the run itself; afterwards only its name.
pub fn content<'a>(
    result: Option<&'a Path>,
    list: Option<&Path>,
    summary: Option<&'a Summary>,
    close: Close,
    gathered: &'a Gathered,
) -> Content<'a> {
    let file_name = result.and_then(|result| result.file_name()?.to_str());
    let setting = |name: &str| Some(&**summary?.settings.get(name)?);
    let kind = match (summary, setting(KIND)) {
        (None, _) => Kind::Unknown,
        (_, Some(RETRY)) => Kind::Retry,
        (_, Some(UNDO)) => Kind::Undo,
        _ => Kind::Run,
    };
    let rehearsal = setting(SANDBOX).is_some();
    let name = summary.map(|summary| match &*summary.list.name {
        "-" => "standard input",
        name => name,
    });
    let list = summary.filter(|_| kind == Kind::Run).map(|summary| {
        let path = list.map_or_else(|| beside(result, &summary.list.name), Path::to_owned);
        (path, summary)
    });
    Content {
        kind,
        rehearsal,
        name: name.or(file_name).unwrap_or("the result"),
        result: file_name,
        close,
        gathered,
        summary,
        commands: Commands {
            retry: result.map(|result| retry(result, rehearsal)),
            fix: list
                .as_ref()
                .and_then(|list| check(list, "--fix", ".fixed.csv")),
            rejects: list
                .as_ref()
                .and_then(|list| check(list, "--rejects", ".rejected.csv")),
        },
    }
}

/// The list of this name: beside the result, if it is there.
fn beside(result: Option<&Path>, name: &str) -> PathBuf {
    let beside = result.map(|result| result.with_file_name(name));
    beside
        .filter(|path| path.is_file())
        .unwrap_or_else(|| name.into())
}

fn retry(result: &Path, rehearsal: bool) -> String {
    let sandbox = rehearsal.then(|| OsString::from("--sandbox"));
    let words = [OsStr::new("retry"), result.as_os_str()].map(OsStr::to_owned);
    CommandLine::of(words.into_iter().chain(sandbox)).to_string()
}

/// A look at the list that writes another file. None of a list that came from a pipe.
fn check((list, summary): &(PathBuf, &Summary), flag: &str, ending: &str) -> Option<String> {
    let file = beside_list(list, ending)?;
    let given = OF_LIST.iter().filter_map(|(name, usual)| {
        let value = summary.settings.get(*name).filter(|value| value != usual)?;
        Some([format!("--{name}").into(), value.into()])
    });
    let words = [
        OsStr::new("check"),
        list.as_os_str(),
        OsStr::new(flag),
        file.as_os_str(),
    ];
    let words = words
        .map(OsStr::to_owned)
        .into_iter()
        .chain(given.flatten());
    Some(CommandLine::of(words).to_string())
}
