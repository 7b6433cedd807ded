//! `bulklabel report`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::made_from::MadeFrom;
use super::page::put;
use super::page_content::content;
use super::standard_output::print;
use crate::error::{Error, ExitStatus};
use crate::job::gather;
use crate::record::{SideFile, summary_of};
use crate::report::Screen;
use crate::report::page::{Close, MARK, page};

/// Tells what became of a run on a page for the browser: outcomes, failures and what to do about them, labels, pace
///
/// The page is one file that asks the network for nothing: it can be mailed, printed, and kept with the result.
/// campaign.results.csv gives campaign.results.html beside it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel report campaign.results.csv\n  \
    bulklabel report campaign.latest.results.csv --output monday.html\n  \
    bulklabel report campaign.results.csv --output - > page.html\n\n\
    What stands in the .json beside the result (when, where, how fast) is told too, if it is there.\n\n\
    Exit status: 0 the page is written; 2 it is not, and trying again won't help; 75 it could not be written for a passing \
    reason.")]
pub struct ReportArgs {
    /// The result, such as campaign.results.csv
    #[arg(value_name = "RESULT")]
    result: PathBuf,

    /// Where the page goes; - is standard output [default: campaign.results.csv gives campaign.results.html beside it]
    #[arg(long, value_name = "FILE.html")]
    output: Option<PathBuf>,

    /// Replace a file that is no page of bulklabel's
    #[arg(long)]
    overwrite: bool,
}

/// Writes the page of a result.
///
/// # Errors
/// It is no whole result, what stands beside it is another's, or the page can't be written.
pub fn run(args: ReportArgs, screen: &Screen) -> Result<ExitStatus, Error> {
    let made_from = MadeFrom::read(&args.result)?;
    let file = place(&args)?;
    let gathered = gather(&args.result)?;
    made_from.must_fit(&gathered)?;
    let html = page(&content(
        Some(&args.result),
        None,
        made_from.summary(),
        Close::Complete,
        &gathered,
    ));
    let Some(file) = file else {
        print(html.as_bytes())?;
        return Ok(ExitStatus::Complete);
    };
    put(&file, &html)?;
    screen.say(format!("Page: {}", file.path().display()));
    Ok(ExitStatus::Complete)
}

/// Where the page goes; none where it is printed. Known before the result is read.
fn place(args: &ReportArgs) -> Result<Option<SideFile>, Error> {
    let path = match args.output.as_deref() {
        Some(path) if path.as_os_str() == "-" => return Ok(None),
        Some(path) => path.to_owned(),
        None => beside(&args.result),
    };
    let taken = [args.result.clone(), summary_of(&args.result)];
    // No list is at hand that it could take the place of.
    let file = SideFile::new(&path, "--output", Path::new(""), &taken)?;
    if !args.overwrite {
        let is_ours = file.must_begin_with(MARK);
        is_ours
            .map_err(|error| Error::unusable(format!("{error}, or replace it with --overwrite")))?;
    }
    Ok(Some(file))
}

fn beside(result: &Path) -> PathBuf {
    result.with_extension("html")
}
