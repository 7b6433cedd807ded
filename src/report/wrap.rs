//! Words in lines that are no wider than the screen.

/// Puts `text` into lines of at most `width` characters, the first of them `less` shorter. It breaks after `", "` and `"; "`, and
/// between words only where a part is too long for a line of its own.
pub(super) fn wrapped(text: &str, width: usize, less: usize) -> String {
    let mut lines = Lines {
        done: String::new(),
        width: width.max(1),
        left: width.saturating_sub(less),
        is_begun: false,
    };
    for part in text
        .split_inclusive(", ")
        .flat_map(|part| part.split_inclusive("; "))
    {
        let part = part.trim_end();
        if part.chars().count() <= lines.width {
            lines.add(part);
        } else {
            part.split_whitespace().for_each(|word| lines.add(word));
        }
    }
    lines.done
}

struct Lines {
    done: String,
    width: usize,
    /// So much has room in the line.
    left: usize,
    /// Whether anything stands in the line.
    is_begun: bool,
}

impl Lines {
    fn add(&mut self, part: &str) {
        let needed = part.chars().count() + usize::from(self.is_begun);
        if needed <= self.left {
            self.done.push_str(if self.is_begun { " " } else { "" });
            self.left -= needed;
        } else {
            self.done.push('\n');
            self.left = self.width.saturating_sub(part.chars().count());
        }
        self.done.push_str(part);
        self.is_begun = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "97/12,345 customers, 16.7 calls/s, 12 min 13 s left";

    #[test]
    fn lines_break_between_parts() {
        assert_eq!(wrapped(TEXT, 80, 21), TEXT);
        let narrow = "97/12,345 customers,\n16.7 calls/s, 12 min 13 s left";
        assert_eq!(wrapped(TEXT, 40, 9), narrow);
        let narrower = "97/12,345 customers,\n16.7 calls/s,\n12 min 13 s left";
        assert_eq!(wrapped(TEXT, 20, 0), narrower);
    }

    #[test]
    fn a_part_that_is_too_long_breaks_between_words() {
        let text = "tried again 12: 7 server error; 3 left";
        assert_eq!(
            wrapped(text, 12, 0),
            "tried again\n12: 7 server\nerror;\n3 left"
        );
        assert_eq!(wrapped("abc defg", 3, 0), "abc\ndefg", "a word stays whole");
        assert_eq!(wrapped("", 10, 3), "");
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        for width in 16..80 {
            for less in [0, 9, 21] {
                let text = wrapped(TEXT, width, less);
                let mut lines = text.lines().map(|line| line.chars().count());
                assert!(lines.next().unwrap() + less <= width.max(less));
                assert!(lines.all(|line| line <= width), "{width}: {text}");
            }
        }
    }
}
