//! `--finish`: an unfinished run is ended as it stands.

use super::claim::{Claim, Start};
use super::conclusion::{call, conclude};
use super::list::List;
use super::page::PageFile;
use super::rejects::Rejects;
use super::sending::Sending;
use super::signals::Signals;
use crate::error::{Error, ExitStatus};
use crate::job::{self, Identity};

/// Ends an unfinished run as it stands.
///
/// # Errors
/// There is none, or its result can't be written.
pub fn finish(sending: &Sending<'_>) -> Result<ExitStatus, Error> {
    let (places, settings, screen) = (&sending.places, &sending.settings, sending.screen);
    let signals = Signals::catch(screen, sending.afterword)?;
    let rejects = Rejects::of_run(sending)?;
    let page = PageFile::of_run(sending)?;
    sending.keep_names_apart(rejects.as_ref(), page.as_ref())?;
    let wait = sending.args.result.lock_wait;
    let claim = Claim::stake(places, sending.list, sending.wishes(), wait, screen)?;
    let copying = places.now().copying();
    signals.preparing(copying.clone(), claim.outputs().partial());
    let (mut list, copy) = List::read(sending.list, places.now(), &settings.reading)?;
    let of_list = Identity::new(list.parts(settings));
    let claim = claim.find(places, &of_list, sending.list, wait, screen)?;
    let outputs = claim.outputs();
    signals.preparing(copying, outputs.partial());
    let Start::CarryOn(Some(state)) = claim.settle(&of_list)? else {
        return Err(Error::unusable(format!(
            "{}: what the run is can't be told any more; the command that began it carries it on",
            outputs.state().display()
        )));
    };
    list.plan_as_recorded(outputs, &settings.reading, screen)?;
    let identity = Identity::from(state.parts);
    let run = sending.run(outputs, &list, &identity);
    let underway = job::take_up(&run, settings.terms.rate)?;
    copy.keep(outputs)?;
    let rejects = match &rejects {
        Some(rejects) => {
            let planned = (&list.source, &list.planned);
            rejects.write(planned, &settings.reading, true, screen)?
        }
        None => None,
    };
    let called = call(
        &run,
        underway,
        (None, None),
        None,
        settings,
        &signals,
        screen,
    )?;
    let files = (rejects, page.as_ref());
    let afterword = sending.afterword;
    conclude(&run, called, true, files, afterword, screen, |ending| {
        sending.next(ending, rejects, false)
    })
}
