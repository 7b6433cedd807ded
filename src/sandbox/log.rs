//! The record of all that the sandbox was asked: what tests and rehearsals look at afterwards.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// All requests in the order in which they came; serialized, the array that the tests read.
///
/// Times are microseconds since the sandbox started. Each name is kept once, so that an entry costs
/// little more than its path.
#[derive(Debug, Default)]
pub struct Log {
    entries: Vec<Entry>,
    names: HashSet<Arc<str>>,
}

#[derive(Debug)]
struct Entry {
    at: u64,
    until: Option<u64>,
    method: Arc<str>,
    path: Box<str>,
    customer: Option<u64>,
    add: Box<[Arc<str>]>,
    remove: Box<[Arc<str>]>,
    status: Option<u16>,
    applied: bool,
    faults: Vec<&'static str>,
}

/// An entry as it is written.
#[derive(Serialize)]
struct Line<'a> {
    n: usize,
    at: u64,
    /// Null while the request is open.
    until: Option<u64>,
    method: &'a str,
    path: &'a str,
    customer: Option<u64>,
    add: Vec<&'a str>,
    remove: Vec<&'a str>,
    /// Null while the request is open, and for ever where the client gave up before the answer.
    status: Option<u16>,
    applied: bool,
    /// What went wrong on demand; null where nothing did.
    fault: Option<String>,
}

impl Log {
    /// Takes note of a request whose head was read; gives its number, from 1.
    pub fn open(&mut self, at: u64, method: &str, path: &str, customer: Option<u64>) -> usize {
        let method = self.name(method);
        self.entries.push(Entry {
            at,
            until: None,
            method,
            path: path.into(),
            customer,
            add: Box::default(),
            remove: Box::default(),
            status: None,
            applied: false,
            faults: Vec::new(),
        });
        self.entries.len()
    }

    /// Takes note of the labels that request `n` names.
    pub fn labels(&mut self, n: usize, add: &[String], remove: &[String]) {
        let add = add.iter().map(|label| self.name(label)).collect();
        let remove = remove.iter().map(|label| self.name(label)).collect();
        let entry = self.entry(n);
        (entry.add, entry.remove) = (add, remove);
    }

    /// Takes note of what goes wrong on demand with request `n`.
    pub fn fault(&mut self, n: usize, name: &'static str) {
        self.entry(n).faults.push(name);
    }

    /// Takes note that request `n` has reached the memory of labels.
    pub fn applied(&mut self, n: usize) {
        self.entry(n).applied = true;
    }

    /// Takes note of the end of request `n`: the status answered, or none where the client gave up.
    pub fn close(&mut self, n: usize, until: u64, status: Option<u16>) {
        let entry = self.entry(n);
        (entry.until, entry.status) = (Some(until), status);
    }

    fn entry(&mut self, n: usize) -> &mut Entry {
        &mut self.entries[n - 1]
    }

    /// The one copy of `name`.
    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let new: Arc<str> = name.into();
        self.names.insert(Arc::clone(&new));
        new
    }
}

impl Serialize for Log {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lines = self.entries.iter().zip(1..);
        serializer.collect_seq(lines.map(|(entry, n)| Line {
            n,
            at: entry.at,
            until: entry.until,
            method: &entry.method,
            path: &entry.path,
            customer: entry.customer,
            add: entry.add.iter().map(|label| &**label).collect(),
            remove: entry.remove.iter().map(|label| &**label).collect(),
            status: entry.status,
            applied: entry.applied,
            fault: (!entry.faults.is_empty()).then(|| entry.faults.join(", ")),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PATH: &str = "/v2/customers/7/changeLabels";

    #[test]
    fn requests_are_numbered_as_they_come_and_closed_as_they_end() {
        let mut log = Log::default();
        let first = log.open(10, "POST", PATH, Some(7));
        let second = log.open(20, "GET", "/elsewhere", None);
        log.close(second, 25, Some(404));
        log.labels(first, &["VIP".into(), "Gold".into()], &["Silver".into()]);
        log.applied(first);
        log.fault(first, "truncate");
        log.close(first, 30, Some(200));

        let expected = json!([
            {"n": 1, "at": 10, "until": 30, "method": "POST", "path": PATH, "customer": 7,
             "add": ["VIP", "Gold"], "remove": ["Silver"], "status": 200, "applied": true, "fault": "truncate"},
            {"n": 2, "at": 20, "until": 25, "method": "GET", "path": "/elsewhere", "customer": null,
             "add": [], "remove": [], "status": 404, "applied": false, "fault": null},
        ]);
        assert_eq!(serde_json::to_value(&log).unwrap(), expected);
    }

    #[test]
    fn a_request_has_no_status_until_it_is_answered() {
        let mut log = Log::default();
        let given_up = log.open(1, "POST", PATH, Some(7));
        log.open(2, "POST", PATH, Some(7));
        log.close(given_up, 9, None);

        let written = serde_json::to_value(&log).unwrap();
        assert_eq!(
            (&written[0]["until"], &written[0]["status"]),
            (&json!(9), &json!(null))
        );
        assert_eq!(
            (&written[1]["until"], &written[1]["status"]),
            (&json!(null), &json!(null))
        );
    }

    #[test]
    fn a_label_is_kept_once_however_often_it_is_named() {
        let mut log = Log::default();
        for _ in 0..2 {
            let n = log.open(0, "POST", PATH, Some(7));
            log.labels(n, &["VIP".into()], &[]);
        }
        assert!(Arc::ptr_eq(&log.entries[0].add[0], &log.entries[1].add[0]));
    }
}
