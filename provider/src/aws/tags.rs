//! Tags.

use std::collections::BTreeMap;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// The tag by which a creation whose answer got lost finds what it made.
pub const TOKEN_TAG: &str = "gitinfra:create-token";

/// What has to be done to come from some tags to others: tags to set, and keys to remove.
pub fn changes(old: &Tags, new: &Tags) -> (Tags, Vec<String>) {
    let set = new.iter().filter(|(key, value)| old.get(*key) != Some(value)).map(|(k, v)| (k.clone(), v.clone()));
    let removed = old.keys().filter(|key| !new.contains_key(*key)).cloned();
    (set.collect(), removed.collect())
}

#[cfg(test)]
mod tests {
    use super::{Tags, changes};

    #[test]
    fn sets_what_differs_and_removes_what_is_gone() {
        let tags =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Tags>();
        let (set, removed) =
            changes(&tags(&[("a", "1"), ("b", "2"), ("c", "3")]), &tags(&[("a", "1"), ("b", "9"), ("d", "4")]));
        assert_eq!(set, tags(&[("b", "9"), ("d", "4")]));
        assert_eq!(removed, ["c"]);
    }
}
