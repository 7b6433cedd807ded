//! A password in an address that was typed where none belongs must not be repeated by the error that says so.

/// A text without the user names and passwords of addresses: `https://name:password@host` → `https://***@host`.
pub fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean += "://";
        let authority = part.split(['/', '?', '#', ' ', '"', '\'', '\n']);
        let authority = authority.into_iter().next().unwrap_or_default();
        match authority.rfind('@') {
            Some(at) => {
                clean += "***";
                clean += &part[at..];
            }
            None => clean += part,
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_front_of_a_host_is_left_out() {
        for (text, clean) in [
            ("no address", "no address"),
            (
                "\"https://till:hush@eu.example.com/x\" is none",
                "\"https://***@eu.example.com/x\" is none",
            ),
            (
                "https://a@b@c.example.com and http://d:e@f",
                "https://***@c.example.com and http://***@f",
            ),
            ("https://eu.example.com/a@b", "https://eu.example.com/a@b"),
        ] {
            assert_eq!(without_passwords(text), clean);
        }
    }
}
