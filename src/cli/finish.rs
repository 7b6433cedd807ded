//! `bulklabel run --finish`.

use std::path::Path;
use std::sync::Arc;

use super::claim::{Claim, Start, Wishes};
use super::conclusion::{call, conclude};
use super::list::List;
use super::settings::{ResultArgs, Settings};
use super::signals::Signals;
use crate::dispatch::asleep;
use crate::error::{Error, ExitStatus};
use crate::job::{self, Identity, Run};
use crate::model::Moment;
use crate::record::{Outputs, RealDisk};
use crate::report::Screen;

/// Ends an unfinished run as it stands.
///
/// # Errors
/// There is none, or its result can't be written.
pub fn finish(
    path: &Path,
    args: &ResultArgs,
    settings: &Settings,
    outputs: &Outputs,
    screen: &Screen,
) -> Result<ExitStatus, Error> {
    let started = Moment::now();
    let wishes = Wishes {
        finish: true,
        ..Wishes::default()
    };
    let signals = Signals::catch(screen)?;
    let claim = Claim::stake(outputs, path, wishes, args.lock_wait, screen)?;
    signals.preparing(outputs.copying(), outputs.partial());
    let (list, copy) = List::read(path, outputs, &settings.reading)?;
    let of_list = list.parts(settings);
    let Start::CarryOn(Some(state)) = claim.settle(&Identity::new(of_list))? else {
        return Err(Error::unusable(format!(
            "{}: what the run is can't be told any more; the command that began it carries it on",
            outputs.state().display()
        )));
    };
    let identity = Identity::from(state.parts);
    let run = Run {
        list: path,
        source: &list.source,
        reading: &settings.reading,
        planned: &list.planned,
        outputs,
        identity: &identity,
        rehearsal: false,
        others: &settings.others,
        started,
        disk: Arc::new(RealDisk),
        now: Moment::now,
        asleep,
    };
    let underway = job::take_up(&run, settings.terms.rate)?;
    copy.keep(outputs)?;
    let called = call(&run, underway, None, settings, &signals, screen)?;
    conclude(&run, called, true, screen, |_, _| {
        "look at the rows above in the result. Those that are pending were not called, or have no verdict: calling them is \
         safe."
            .to_owned()
    })
}
