//! Programs of others that judge what we have written.

use std::ffi::OsStr;
use std::process::{Command, Output};

/// Where this is set, as in CI, a tool that is not there is no excuse.
pub const REQUIRED: &str = "REQUIRE_TOOLS";

/// What a tool says; none where it is not there, which the test says.
pub fn tool<A: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = A>) -> Option<Output> {
    match Command::new(name).args(arguments).output() {
        Ok(said) => Some(said),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{name} is not there, and {REQUIRED} is set"
            );
            eprintln!("{name} is not there: what it would judge is not judged here");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

/// All that it said.
pub fn words(said: &Output) -> String {
    [&said.stdout, &said.stderr]
        .map(|stream| String::from_utf8_lossy(stream).into_owned())
        .concat()
}
