//! Any bytes as a journal: a run that is taken up, or an error. Lines that begin with `+` get a right checksum, so that
//! what stands in them is read.

#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use bulklabel::job::{self, Identity, Planned, Reading, Run};
use bulklabel::list::{Source, Wishes};
use bulklabel::model::Moment;
use bulklabel::plan::{Holding, OnConflict, Policy};
use bulklabel::record::{Outputs, RealDisk};
use libfuzzer_sys::fuzz_target;

struct Fixed {
    folder: tempfile::TempDir,
    source: Source,
    reading: Reading,
    planned: Planned,
    outputs: Outputs,
}

static FIXED: LazyLock<Fixed> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = folder.path().join("campaign.csv");
    let rows = "userId,action,label\n1,add,VIP\n1,remove,Old\n2,add,VIP\n3,add,VIP\n";
    std::fs::write(&list, rows).expect("it can be written");
    let source = Source::open(&list, None).expect("it is there");
    let reading = Reading {
        wishes: Wishes::default(),
        delimiter: None,
        selection: None,
        policy: Policy {
            on_conflict: OnConflict::LastWins,
            max_labels: 5,
        },
        holding: Holding::All,
    };
    let planned = job::plan(&source, &reading).expect("it is a list");
    let outputs = Outputs::of(&list, None, false).expect("it has a name");
    Fixed {
        folder,
        source,
        reading,
        planned,
        outputs,
    }
});

fuzz_target!(|bytes: &[u8]| {
    let fixed = &*FIXED;
    let mut journal = b"bulklabel journal 1\n".to_vec();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"+") {
            Some(json) => {
                let text = json.strip_suffix(b"\n").unwrap_or(json);
                journal.extend(format!("{:08x} ", crc32fast::hash(text)).into_bytes());
                journal.extend(json);
            }
            None => journal.extend(line),
        }
    }
    std::fs::write(fixed.outputs.partial(), journal).expect("it can be written");
    let run = Run {
        list: &fixed.folder.path().join("campaign.csv"),
        source: &fixed.source,
        reading: &fixed.reading,
        planned: &fixed.planned,
        outputs: &fixed.outputs,
        identity: &Identity::from(BTreeMap::new()),
        rehearsal: false,
        others: &BTreeMap::new(),
        started: Moment(0),
        disk: Arc::new(RealDisk),
        asleep: || std::time::Duration::ZERO,
        tolerance: bulklabel::model::Tolerance::default(),
        now: || Moment(0),
    };
    if let Ok(underway) = job::take_up(&run, "10/s".parse().ok()) {
        let standing = underway.standing();
        let inputs = (&fixed.source, &fixed.reading, &fixed.planned);
        let left = job::Remaining::of(inputs, standing.left(), || true).count();
        assert_eq!(left + standing.ledger.ended() as usize, 3);
        let _effort = standing.effort(Moment(0));
        let _before = standing.before(Moment(0));
    }
});
