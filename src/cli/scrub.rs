//! A password in an address that was typed where none belongs must not be repeated by the error that says so.

/// A text without the user names and passwords of addresses: `https://name:password@host` → `https://***@host`.
pub fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean += "://";
        // A password may hold any sign but those that end the address for sure.
        let address = part.split([' ', '"', '\'', '\n']).next();
        let authority = address.unwrap_or_default();
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
            (
                "https://till:a/b@eu.example.com",
                "https://***@eu.example.com",
            ),
        ] {
            assert_eq!(without_passwords(text), clean);
        }
    }
}
