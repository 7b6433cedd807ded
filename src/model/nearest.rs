//! The nearest right word to a wrong one.

/// The one of `known` that is most like `word`; none only where nothing is known.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |candidate: &&str| strsim::jaro_winkler(word, candidate);
    known
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

/// The one of `known` that `word` can only be a slip of: a few letters wrong, missing, too many or changed about, for every
/// four of the right word one; or only the beginning of it. Capitals, spaces and signs between words count for nothing.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let known: Vec<_> = known
        .into_iter()
        .map(|candidate| (candidate, fold(candidate)))
        .collect();
    let distance = |candidate: &str| strsim::osa_distance(&folded, candidate);
    let near = known
        .iter()
        .map(|(candidate, plain)| (distance(plain), plain, *candidate))
        .filter(|(distance, plain, _)| *distance <= slips(plain) && *distance < plain.len());
    let likeness = |candidate: &str| strsim::jaro_winkler(&folded, candidate);
    // Letters that were changed about are the likelier slip: `ue` is eu, and not us.
    let differs = |candidate: &str| letters(&folded) != letters(candidate);
    let best = near.min_by(|(a, one, _), (b, other, _)| {
        a.cmp(b)
            .then_with(|| differs(one).cmp(&differs(other)))
            .then_with(|| likeness(other).total_cmp(&likeness(one)))
    });
    best.map(|(.., candidate)| candidate).or_else(|| {
        let mut begun = known
            .iter()
            .filter(|(_, plain)| folded.len() >= 3 && plain.starts_with(&folded));
        match (begun.next(), begun.next()) {
            (Some((candidate, _)), None) => Some(candidate),
            _ => None,
        }
    })
}

/// The letters of a word, in their own order.
fn letters(word: &str) -> Vec<char> {
    let mut letters: Vec<_> = word.chars().collect();
    letters.sort_unstable();
    letters
}

/// How many letters may be wrong in a slip of this word.
fn slips(word: &str) -> usize {
    (word.chars().count() / 4).max(1)
}

/// A word as it counts here.
fn fold(word: &str) -> String {
    let counts = |c: &char| !c.is_whitespace() && !"-_.".contains(*c);
    let letters = word.chars().filter(counts);
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        let known = ["rate", "retry-base", "base-url", "password-file"];
        let slips = ["rates", "retrybase", "baseurl", "url-base", "pasword"];
        let meant = slips.map(|slip| nearest(slip, known).unwrap());
        let expected = [
            "rate",
            "retry-base",
            "base-url",
            "base-url",
            "password-file",
        ];
        assert_eq!(meant[..3], expected[..3]);
        assert_eq!(meant[4], expected[4]);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn what_is_no_slip_is_answered_with_nothing() {
        let known = ["eu", "us", "apac", "apac2", "north-america"];
        for (word, expected) in [
            ("ue", Some("eu")),
            ("su", Some("us")),
            ("EU", Some("eu")),
            ("apca", Some("apac")),
            ("apac3", Some("apac")),
            ("northamerika", Some("north-america")),
            ("north", Some("north-america")),
            ("mars", None),
            ("no", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(meant(word, known), expected, "{word}");
        }
        assert_eq!(meant("max", ["max-labels", "max-removals"]), None);
        assert_eq!(meant("8051", ["8015", "33000"]), Some("8015"));
    }
}
