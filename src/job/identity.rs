//! What makes a run the same run (contract, section 5).

/// A hash of the parts that make up a run's identity. Each part is hashed with its length, so that no two lists
/// of parts run into one.
pub fn identity(parts: &[(&str, &str)]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("bulklabel run identity 1");
    for text in parts.iter().flat_map(|(name, value)| [name, value]) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_part_is_another_run() {
        let run = identity(&[("list", "ab"), ("account", "c")]);
        assert_eq!(run, identity(&[("list", "ab"), ("account", "c")]));
        assert_ne!(run, identity(&[("list", "a"), ("account", "bc")]));
        assert_ne!(run, identity(&[("list", "ab"), ("account", "d")]));
    }
}
