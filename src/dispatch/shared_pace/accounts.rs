//! The text of a file in which accounts of rates are kept. Pure: it is told the time, and which machine this is.

use super::book::Book;

/// What stands in the first line.
const TITLE: &str = "bulklabel rate 1";

/// So long after all that was given out is used up, in seconds, an account that another machine has written is begun anew.
const LATELY: u64 = 60;

/// An account, as it stands in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its times are those of the machine's own clock, which another machine, or the same once it was started again, knows nothing
    /// of.
    pub book: Book,
    /// Who has written it last.
    pub writer: Writer,
    /// Whose it is.
    pub key: String,
}

/// A machine, from one start to the next, at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// Which start of which machine; `-` where the system does not tell.
    pub boot: String,
    /// When it was, by the clock that all machines have, in seconds.
    pub time: u64,
}

impl Account {
    /// Whether its times mean something to `me`.
    pub fn is_known_to(&self, me: &Writer) -> bool {
        self.writer.boot == me.boot
    }

    /// Whether another machine may still use it: what it has given out is to come, or was lately.
    pub fn is_in_use_elsewhere(&self, me: &Writer) -> bool {
        let Book {
            next, held, seen, ..
        } = self.book;
        let to_come = next.max(held).saturating_sub(seen) / 1_000_000;
        let over = self.writer.time.saturating_add(to_come + LATELY);
        !self.is_known_to(me) && me.time <= over
    }

    /// Whether it says nothing any more that a new one would not.
    pub fn is_idle(&self, me: &Writer, now: u64) -> bool {
        match self.is_known_to(me) {
            true => self.book.is_idle(now),
            false => !self.is_in_use_elsewhere(me),
        }
    }
}

/// A text with these accounts.
pub fn shown(accounts: &[Account]) -> String {
    let mut text = format!("{TITLE}\n");
    for Account { book, writer, key } in accounts {
        let Book {
            next,
            held,
            epoch,
            seen,
        } = book;
        let Writer { boot, time } = writer;
        let line = format!("{next:020} {held:020} {epoch:020} {seen:020} {time:020} {boot} {key}");
        text += &format!("{line} {:08x}\n", crc32fast::hash(line.as_bytes()));
    }
    text
}

/// The accounts in a text; none where it is damaged. A new file is empty.
pub fn parse(text: &str) -> Option<Vec<Account>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let lines = text.strip_prefix(TITLE)?.strip_prefix('\n')?;
    lines.lines().map(account).collect()
}

fn account(line: &str) -> Option<Account> {
    let (line, sum) = line.rsplit_once(' ')?;
    if sum != format!("{:08x}", crc32fast::hash(line.as_bytes())) {
        return None;
    }
    let mut parts = line.splitn(7, ' ');
    let mut number = || parts.next()?.parse().ok();
    let book = Book {
        next: number()?,
        held: number()?,
        epoch: number()?,
        seen: number()?,
    };
    let time = number()?;
    let boot = parts.next()?.to_owned();
    Some(Account {
        book,
        writer: Writer { boot, time },
        key: parts.next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(key: &str) -> Account {
        Account {
            book: Book {
                next: 104_000_000,
                held: 3,
                epoch: 2,
                seen: 4_000_000,
            },
            writer: at("one", 1_000),
            key: key.to_owned(),
        }
    }

    fn at(boot: &str, time: u64) -> Writer {
        Writer {
            boot: boot.to_owned(),
            time,
        }
    }

    #[test]
    fn what_is_written_is_read_and_what_is_damaged_is_not() {
        let accounts = vec![account("a b"), account("c")];
        let text = shown(&accounts);
        assert_eq!(parse(&text), Some(accounts));
        assert_eq!(parse(""), Some(Vec::new()));
        for damaged in [
            &text[1..],
            &text[..text.len() - 3],
            &text.replace('4', "5"),
            "{}",
        ] {
            assert_eq!(parse(damaged), None, "{damaged}");
        }
    }

    #[test]
    fn an_account_that_another_machine_has_written_is_its_own_until_all_of_it_is_used_up() {
        let account = account("a");
        assert!(account.is_known_to(&at("one", 9)));
        assert!(!account.is_in_use_elsewhere(&at("one", 1_000)));
        // What was given out lasts 100 s.
        for (time, is_in_use) in [(900, true), (1_000, true), (1_160, true), (1_161, false)] {
            let me = at("another", time);
            assert_eq!(account.is_in_use_elsewhere(&me), is_in_use, "{time}");
            assert_eq!(account.is_idle(&me, 0), !is_in_use);
        }
    }
}
