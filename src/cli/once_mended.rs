//! What to do about rejected rows that stand in a file of their own.

use std::path::Path;

use super::command_line::{CommandLine, Flag};
use super::flags::{OF_ITS_END, OF_ITS_FILES, OF_THE_GUARDS, OF_THE_RUN};
use crate::record::beside_list;

/// The file of the rejected rows, as the advice depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Mending<'a> {
    /// Its path, as it was given.
    pub rejects: &'a Path,
    /// Whether it was named on the command line: else the settings name it still where it is a list.
    pub is_typed: bool,
    /// Whether something says what the delimiter of the list is: that of the file is a comma.
    pub has_delimiter: bool,
}

/// What the file itself says or is: UTF-8 with commas, and no sheet.
const OF_ITS_FORM: [Flag; 3] = [
    Flag::Valued("--delimiter"),
    Flag::Valued("--encoding"),
    Flag::Valued("--sheet"),
];

/// The command that sends the rows once they are mended, after that which sent the list.
pub fn command(mending: &Mending<'_>, typed: &CommandLine, list: &Path) -> CommandLine {
    let files = (list.as_os_str(), mending.rejects.as_os_str());
    let line = typed.without(&OF_ITS_FORM).without(&OF_ITS_FILES);
    let line = line.without(&OF_THE_GUARDS).without(&OF_ITS_END);
    let line = line.without(&OF_THE_RUN);
    let mut line = line.of_another(("run", "run"), files);
    if mending.has_delimiter {
        line = line.and(&["--delimiter", "comma"]);
    }
    match beside_list(mending.rejects, ".rejected.csv").filter(|_| !mending.is_typed) {
        Some(next) => line.and(&["--rejects", &next.to_string_lossy()]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_was_typed_with_the_file_for_the_list() {
        let words = "run|my list.csv|--rejects=x y.csv|--label|VIP|--encoding|gbk|--output|o.csv";
        let typed = CommandLine::of(words.split('|').map(Into::into));
        let mending = Mending {
            rejects: Path::new("x y.csv"),
            is_typed: true,
            has_delimiter: false,
        };
        let list = Path::new("my list.csv");
        let line = command(&mending, &typed, list).to_string();
        assert_eq!(line, "bulklabel run 'x y.csv' --label VIP");
        let mending = Mending {
            is_typed: false,
            has_delimiter: true,
            ..mending
        };
        let line = command(&mending, &typed, list).to_string();
        let more = "--delimiter comma --rejects 'x y.rejected.csv'";
        assert!(line.ends_with(more), "{line}");
    }
}
