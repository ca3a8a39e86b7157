//! Digests that tell whether two things are the same, and not what they are: of secrets only with a key.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// The key of a ledger, without which nobody can try out what a digest is of.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; Key::LENGTH]);

impl Key {
    const LENGTH: usize = 32;

    pub fn fresh() -> Key {
        Key(rand::random())
    }

    /// Reads what `written` wrote.
    pub fn parse(text: &str) -> Option<Key> {
        let byte = |at: usize| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..Key::LENGTH).map(byte).collect();
        bytes?.try_into().ok().map(Key)
    }

    /// As the ledger keeps it.
    pub fn written(&self) -> String {
        hex(&self.0)
    }

    /// The digest of a text that is `what`; the same text as something else has another one.
    pub fn digest(&self, what: &str, text: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { unreachable!("a key may have any length") };
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        hex(&mac.finalize().into_bytes()[..16])
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// A name for a text in which nothing is secret: as many hexadecimal digits as people can tell apart.
pub fn name_of(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..6])
}

/// A number from 0 to 1 that a text stands for: the same text the same number.
pub fn fraction_of(text: &str) -> f64 {
    let bytes = Sha256::digest(text.as_bytes());
    f64::from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])) / f64::from(u32::MAX)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_depends_on_the_key_the_text_and_what_it_is() {
        let (key, other) = (Key::fresh(), Key::fresh());
        let digest = key.digest("secret", "hush");
        assert_eq!(Key::parse(&key.written()).as_ref(), Some(&key));
        assert_eq!(digest, key.digest("secret", "hush"));
        for another in [key.digest("secret", "hush2"), key.digest("state", "hush"), other.digest("secret", "hush")] {
            assert_ne!(digest, another);
        }
        assert_eq!(Key::parse("12"), None);
        assert_eq!(format!("{key:?}"), "Key");
    }
}
