//! What the library panics at, as errors: it expects that its nameless files can always be written, and disks fill up.

use std::any::Any;
use std::cell::Cell;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use rust_xlsxwriter::XlsxError;

thread_local! {
    /// Whether this thread is in the library.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Makes an error of whatever keeps the library from `writing`. What was written to must not be written to any more.
pub fn guarded<T>(writing: impl FnOnce() -> Result<T, XlsxError>) -> io::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        // What becomes an error is told as one, once.
        panic::set_hook(Box::new(move |what| {
            if !INSIDE.get() {
                before(what);
            }
        }));
    });
    INSIDE.set(true);
    let written = panic::catch_unwind(AssertUnwindSafe(writing));
    INSIDE.set(false);
    match written {
        Ok(written) => written.map_err(error),
        Err(what) => Err(io::Error::other(words(what.as_ref()))),
    }
}

fn error(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(source) | XlsxError::TempFileError(_, source) => source,
        other => io::Error::other(other.to_string()),
    }
}

/// The system's own words, where they stand in those of a panic.
fn words(what: &(dyn Any + Send)) -> String {
    let text = what.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| what.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("what it holds on the way can't be written");
    let system = text.split_once("message: \"");
    let system = system.and_then(|(_, rest)| rest.split_once('"'));
    system.map_or(text, |(words, _)| words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_an_error_with_the_systems_words() {
        let full = || Err::<(), _>(io::Error::from_raw_os_error(28));
        let told = guarded(|| {
            full().expect("can't write");
            Ok(())
        });
        let told = told.unwrap_err().to_string();
        assert_eq!(told, "No space left on device");
        let told = guarded::<()>(|| panic!("for no reason")).unwrap_err();
        assert_eq!(told.to_string(), "for no reason");
        let told = guarded::<()>(|| Err(XlsxError::RowColumnLimitError));
        assert!(told.is_err());
        assert!(guarded(|| Ok(1)).is_ok());
    }
}
