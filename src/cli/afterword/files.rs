//! The files that tell how a run ended.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{AfterwordArgs, State};
use crate::error::{Error, ExitStatus};
use crate::model::{Moment, RESULT_COLUMNS};
use crate::record::{RealDisk, SideFile, SideFileError};
use crate::report::{
    Leg, Metrics, RunMetrics, Summary, job_of, last_success_in, seconds_of, unread_summary,
};

const SUMMARY: &str = "--summary";
const METRICS: &str = "--metrics";

/// Where they go.
#[derive(Debug, Default)]
pub struct Files {
    summary: Option<SideFile>,
    /// With the name of the job.
    metrics: Option<(SideFile, String)>,
}

impl Files {
    /// Takes the names that are given. The metrics come first: they tell, too, that the other name was refused.
    pub fn name(&mut self, args: &AfterwordArgs<'_>) -> Result<(), Error> {
        if let Some(path) = args.metrics {
            let Some(job) = job_of(path) else {
                return Err(Error::unusable(format!(
                    "{}: the textfile collector reads only files whose names end in .prom; name such a one with {METRICS}",
                    path.display()
                )));
            };
            let file = SideFile::new(path, METRICS, args.list, &args.taken)?;
            last_success(&file)?;
            self.metrics = Some((file, job));
        }
        if let Some(path) = args.summary {
            let metrics = self.metrics.iter().map(|(file, _)| file.path().to_owned());
            let mut taken = args.taken.clone();
            taken.extend(metrics);
            let file = SideFile::new(path, SUMMARY, args.list, &taken)?;
            must_be_a_summary(&file)?;
            self.summary = Some(file);
        }
        Ok(())
    }

    /// Refuses, and forgets, what is in a place that is taken.
    pub fn must_not_take(&mut self, taken: &[PathBuf]) -> Result<(), Error> {
        let summary = self.summary.as_ref();
        let metrics = self.metrics.as_ref().map(|(file, _)| file);
        let refused =
            |file: Option<&SideFile>| file.and_then(|file| file.must_not_take(taken).err());
        let (summary, metrics) = (refused(summary), refused(metrics));
        if summary.is_some() {
            self.summary = None;
        }
        if metrics.is_some() {
            self.metrics = None;
        }
        summary
            .or(metrics)
            .map_or(Ok(()), |error| Err(error.into()))
    }
}

impl State {
    /// Writes them; gives what went wrong.
    pub fn write_files(
        &self,
        status: ExitStatus,
        span: (Moment, Moment),
        leg: Leg,
    ) -> Vec<SideFileError> {
        let summary = self.files.summary.as_ref().map(|file| {
            let json = match &self.known {
                Some(known) => known.summary.to_json(),
                None => unread_summary(&self.list_name(), &leg, self.reason.as_deref()),
            };
            let json = json.map_err(|error| file.unwritable(io::Error::other(error)));
            json.and_then(|json| write(file, &json))
        });
        let metrics = self.files.metrics.as_ref().map(|(file, name)| {
            let is_success = status == ExitStatus::Complete && !self.rehearsal;
            let last_success = match is_success {
                true => seconds_of(span.1),
                false => last_success(file)?,
            };
            let metrics = Metrics {
                name,
                status,
                span,
                last_success,
                run: self.known.as_ref().map(|known| RunMetrics {
                    summary: &known.summary,
                    without_verdict: known.without_verdict,
                    left: known.left,
                }),
            };
            write(file, metrics.to_string().as_bytes())
        });
        let written = summary.into_iter().chain(metrics);
        written.filter_map(Result::err).collect()
    }

    fn list_name(&self) -> String {
        let list = self.list.as_deref().unwrap_or(Path::new(""));
        let name = list.file_name().unwrap_or(list.as_os_str());
        name.to_string_lossy().into_owned()
    }
}

fn write(file: &SideFile, content: &[u8]) -> Result<(), SideFileError> {
    file.write(&RealDisk, |to| {
        to.write_all(content)
            .map_err(|error| file.unwritable(error))
    })
}

/// When the run of a metrics file last was a success. One that is somebody else's is not replaced.
fn last_success(file: &SideFile) -> Result<f64, SideFileError> {
    match there(file)? {
        None => Ok(0.0),
        Some(there) => last_success_in(&there)
            .ok_or_else(|| file.foreign("metrics that bulklabel has written")),
    }
}

/// Refuses to replace what is no sum of a run, and the one that stands beside a result.
fn must_be_a_summary(file: &SideFile) -> Result<(), SideFileError> {
    let is_there = match there(file)? {
        Some(there) if !there.is_empty() && !Summary::is_one(&there) => {
            return Err(file.foreign("a summary that bulklabel has written"));
        }
        there => there.is_some(),
    };
    // Where a result is gone and its summary is left, nobody needs that any more.
    let result = file.path().with_extension("csv");
    match is_there && is_a_result(&result) {
        true => Err(file.in_use()),
        false => Ok(()),
    }
}

/// Whether a file is a result, and no list: its first columns say so.
fn is_a_result(path: &Path) -> bool {
    let columns = RESULT_COLUMNS.join(",");
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| {
        let length = columns.len() as u64;
        file.take(length).read_to_end(&mut start)
    });
    read.is_ok() && start == columns.as_bytes()
}

/// What stands in a file, if it is there.
fn there(file: &SideFile) -> Result<Option<String>, SideFileError> {
    match fs::read(file.path()) {
        Ok(there) => Ok(Some(String::from_utf8_lossy(&there).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file.unreadable(error)),
    }
}
