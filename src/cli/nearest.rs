//! The nearest right word to a wrong one.

/// The one of `known` that is most like `word`; none only where nothing is known.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |candidate: &&str| strsim::jaro_winkler(word, candidate);
    known
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
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
}
