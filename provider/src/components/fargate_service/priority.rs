//! The priorities of rules: the same for the same service whenever it is asked, another one for each service, and such that a rule for more requests
//! comes after one for fewer of them.

use std::collections::BTreeSet;

use crate::components::hash::fnv1a;

/// How many numbers each kind of hosts has: three times this is what AWS has.
const SPAN: u32 = 16_600;

/// Where the numbers of each rank of paths begin, from the most specific rank to the least, and how many they are. Whole folders, which most
/// services ask for, have the most.
const RANKS: [(u32, u32); 10] = [
    (0, 600),
    (600, 600),
    (1200, 600),
    (1800, 600),
    (2400, 600),
    (3000, 2400),
    (5400, 600),
    (6000, 5000),
    (11_000, 600),
    (11_600, 5000),
];

/// The priority of the rule of a service.
pub fn of(name: &str, hosts: &BTreeSet<String>, paths: &BTreeSet<String>) -> u32 {
    let kind = match hosts.iter().any(|host| host.contains(['*', '?'])) {
        _ if hosts.is_empty() => 2,
        true => 1,
        false => 0,
    };
    // A rule is as specific as the least of what it is for.
    let rank = paths.iter().map(|path| rank(path)).min().unwrap_or_default();
    let (from, count) = RANKS[RANKS.len() - 1 - rank];
    1 + kind * SPAN + from + hash(name, hosts, paths) % count
}

/// The same for a rule that may stand beside that one for a while.
pub fn apart(name: &str, hosts: &BTreeSet<String>, paths: &BTreeSet<String>) -> u32 {
    let (one, other) = (of(name, hosts, paths), of(&format!("{name}, open"), hosts, paths));
    if one == other { other + 1 } else { other }
}

/// How specific a path is: two for each folder that is named, and one more for a part of a name. `/*` is 0, `/api*` 1, `/api` and
/// `/api/*`, which have nothing in common, 2.
fn rank(path: &str) -> usize {
    let named = path.split(['*', '?']).next().unwrap_or_default();
    let folders = named.matches('/').count().saturating_sub(1);
    let rest = usize::from(!named.ends_with('/') && !named.is_empty());
    let exact = usize::from(named.len() == path.len() && rest == 1);
    (2 * folders + rest + exact).min(RANKS.len() - 1)
}

/// Another number for each service, which never changes.
fn hash(name: &str, hosts: &BTreeSet<String>, paths: &BTreeSet<String>) -> u32 {
    let hosts = hosts.iter().map(|host| host.to_lowercase());
    let parts = [name.to_owned()].into_iter().chain(hosts).chain(paths.iter().cloned());
    let bytes = parts.flat_map(|part| part.into_bytes().into_iter().chain([0]));
    (fnv1a(bytes) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{RANKS, SPAN, of};

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_rule_for_fewer_requests_comes_first() {
        let rules: [(&[&str], &[&str]); 12] = [
            (&["a.com"], &["/api/v1/users/list"]),
            (&["a.com"], &["/api/v1/*"]),
            (&["a.com"], &["/api/*"]),
            (&["a.com"], &["/api*"]),
            (&["a.com"], &["/*"]),
            (&["*.a.com"], &["/api/*", "/admin/x/*"]),
            (&["a.com", "*.a.com"], &[]),
            (&[], &["/api/v2/*"]),
            (&[], &["/api/v?/*"]),
            (&[], &["/api/*"]),
            (&[], &["/a*"]),
            (&[], &["*"]),
        ];
        let numbers: Vec<_> = rules.iter().map(|(hosts, paths)| of("web", &set(hosts), &set(paths))).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert!(numbers.iter().all(|number| (1..=50_000).contains(number)), "{numbers:?}");
    }

    #[test]
    fn ranks_have_numbers_of_their_own() {
        let ends = RANKS.map(|(from, count)| from + count);
        let begins = RANKS.map(|(from, _)| from);
        assert_eq!(begins[1..], ends[..ends.len() - 1]);
        assert_eq!((begins[0], ends[ends.len() - 1]), (0, SPAN));
        const { assert!(3 * SPAN <= 50_000) };
    }

    /// What stands in AWS must not move with a new version.
    #[test]
    fn a_services_number_never_changes() {
        let (host, path) = (set(&["App.example.com"]), set(&["/api/*"]));
        let numbers = [of("web", &host, &path), of("web", &set(&["app.example.com"]), &path), of("shop", &host, &path)];
        assert_eq!(numbers, [10650, 10650, 10658]);
    }

    #[test]
    fn a_rule_apart_has_a_number_of_its_own() {
        for number in 0..1000 {
            let (name, all) = (format!("service-{number}"), set(&[]));
            assert_ne!(of(&name, &all, &all), super::apart(&name, &all, &all), "{name}");
        }
    }

    /// A hundred pages of twenty services that all take whole hosts: hardly any has to choose a number.
    #[test]
    fn services_seldom_have_the_same_number() {
        let clashes = |page: usize| {
            let numbers: BTreeSet<_> =
                (0..20).map(|i| of(&format!("service-{page}-{i}"), &set(&["a.com"]), &set(&[]))).collect();
            20 - numbers.len()
        };
        let pages = (0..100).filter(|page| clashes(*page) > 0).count();
        assert!(pages < 10, "{pages}");
    }
}
