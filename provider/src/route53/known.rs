//! What is known of the record sets of hosted zones, so that one page of a listing answers for all that ask about the same moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_route53::types::ResourceRecordSet;
use tokio::time::Instant;

use crate::route53::sets::Key;
use crate::types::DomainName;

/// How long what was seen counts as what is there.
const FRESH: Duration = Duration::from_secs(5);

/// What a provider knows of all zones.
#[derive(Default)]
pub struct Zones(Mutex<HashMap<String, Zone>>);

#[derive(Default)]
struct Zone {
    spans: Vec<Span>,
    /// When our own last change of a set came to its end, and whether it deleted the set.
    changed: HashMap<Key, (Instant, bool)>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// A page of a listing: all sets of the names from one name up to before another, and some of that one.
pub struct Span {
    begun: Instant,
    from: String,
    until: Option<String>,
    sets: HashMap<Key, ResourceRecordSet>,
}

impl Zones {
    /// The set of a key, or that there is none; `None` where nobody has looked since it was changed, or not lately.
    pub fn known(&self, key: &Key, now: Instant) -> Option<Option<ResourceRecordSet>> {
        let zones = self.lock();
        let zone = zones.get(&key.zone)?;
        let changed = zone.changed.get(key).filter(|(at, _)| *at + FRESH > now);
        if let Some((_, true)) = changed {
            return Some(None);
        }
        let fresh = |span: &&Span| span.begun + FRESH > now && changed.is_none_or(|(at, _)| span.begun >= *at);
        let newest_first = zone.spans.iter().rev().filter(fresh);
        newest_first.filter_map(|span| span.answer(key)).next()
    }

    /// Takes note of a page.
    pub fn saw(&self, zone: &str, span: Span, now: Instant) {
        let mut zones = self.lock();
        let zone = zones.entry(zone.to_owned()).or_default();
        zone.spans.retain(|span| span.begun + FRESH > now);
        zone.spans.push(span);
    }

    /// Takes note that a change of ours has come to its end, whatever came of it: what was seen of the set before counts no more.
    pub fn changed(&self, key: Key, deleted: bool, now: Instant) {
        let mut zones = self.lock();
        let zone = zones.entry(key.zone.clone()).or_default();
        zone.changed.retain(|_, (at, _)| *at + FRESH > now);
        zone.changed.insert(key, (now, deleted));
    }

    /// Whose turn it is to list a zone; who comes later finds what the one before saw.
    pub fn turn(&self, zone: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.lock().entry(zone.to_owned()).or_default().turn.clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Zone>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Span {
    /// The page that begins with the sets of a name, and ends where the next one begins.
    pub fn of(zone: &str, begun: Instant, from: &DomainName, sets: Vec<ResourceRecordSet>, next: Option<&str>) -> Span {
        let from = place(from);
        let names = sets.iter().map(ResourceRecordSet::name).chain(next);
        let places: Option<Vec<_>> = names.map(|name| DomainName::parse(name).ok().map(|name| place(&name))).collect();
        let until = places.as_ref().filter(|_| next.is_some()).and_then(|places| places.last().cloned());
        // Only where the order is the one that we know can it be said what is not there: elsewhere the span covers nothing.
        let orderly =
            places.is_some_and(|places| places.is_sorted() && places.first().is_none_or(|first| *first >= from));
        let until = if orderly { until } else { Some(from.clone()) };
        let sets = sets.into_iter().filter_map(|set| Some((Key::of(zone, &set)?, set))).collect();
        Span { begun, from, until, sets }
    }

    fn answer(&self, key: &Key) -> Option<Option<ResourceRecordSet>> {
        if let Some(set) = self.sets.get(key) {
            return Some(Some(set.clone()));
        }
        let place = place(&key.name);
        let covered = self.from <= place && self.until.as_ref().is_none_or(|until| place < *until);
        covered.then_some(None)
    }
}

/// Where a name stands in a listing: `com.example.www.`, with what is no letter, digit, `-` or `_` by its octal number.
pub fn place(name: &DomainName) -> String {
    let labels = name.as_str().split('.').rev();
    let written = labels.flat_map(|label| label.chars().map(Some).chain([None]));
    written.fold(String::new(), |mut place, char| {
        match char {
            None => place.push('.'),
            Some(c) if c.is_ascii_alphanumeric() || "-_\\".contains(c) => place.push(c),
            Some(c) => place.push_str(&format!("\\{:03o}", u32::from(c))),
        }
        place
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::RrType;

    use super::*;

    fn key(name: &str) -> Key {
        Key::parse(&format!("Z1_{name}_A")).expect("a key")
    }

    fn page(begun: Instant, from: &str, names: &[&str], next: Option<&str>) -> Span {
        let set = |name: &&str| ResourceRecordSet::builder().name(*name).r#type(RrType::A).build().expect("a set");
        Span::of("Z1", begun, &key(from).name, names.iter().map(set).collect(), next)
    }

    /// What is known of a name at that moment: `Some(true)` that it is there.
    fn known(zones: &Zones, name: &str, now: Instant) -> Option<bool> {
        zones.known(&key(name), now).map(|set| set.is_some())
    }

    #[test]
    fn names_have_their_places() {
        let names = ["example.com", "*.example.com", "a.example.com", "x.a.example.com", "b.example.com"];
        assert_eq!(names.map(|name| place(&key(name).name))[1], "com.example.\\052.");
        let listed = ["example.com", "a-b.example.com", "a.example.com", "x.a.example.com", "b.example.com"];
        assert!(listed.map(|name| place(&key(name).name)).is_sorted());
    }

    #[test]
    fn a_page_answers_for_what_lies_in_it() {
        let (zones, now) = (Zones::default(), Instant::now());
        zones.saw("Z1", page(now, "b.example.com", &["b.example.com.", "d.example.com."], Some("f.example.com.")), now);
        for (name, expected) in [
            ("a.example.com", None),
            ("b.example.com", Some(true)),
            ("c.example.com", Some(false)),
            ("d.example.com", Some(true)),
            ("e.example.com", Some(false)),
            ("f.example.com", None),
            ("g.example.com", None),
        ] {
            assert_eq!(known(&zones, name, now), expected, "{name}");
        }
        assert_eq!(known(&zones, "b.example.com", now + FRESH), None, "it is old");
        zones.saw("Z1", page(now, "f.example.com", &["f.example.com."], None), now);
        assert_eq!(known(&zones, "g.example.com", now), Some(false), "the last page reaches to the end");
    }

    #[test]
    fn an_unknown_order_says_nothing_of_what_is_not_there() {
        let (zones, now) = (Zones::default(), Instant::now());
        zones.saw("Z1", page(now, "a.example.com", &["c.example.com.", "b.example.com."], None), now);
        assert_eq!(known(&zones, "c.example.com", now), Some(true));
        assert_eq!(known(&zones, "d.example.com", now), None);
    }

    #[test]
    fn what_we_changed_is_looked_at_again() {
        let (zones, begun) = (Zones::default(), Instant::now());
        let later = begun + Duration::from_secs(1);
        zones.saw("Z1", page(begun, "a.example.com", &["a.example.com.", "b.example.com."], None), begun);
        zones.changed(key("a.example.com"), false, later);
        assert_eq!(known(&zones, "a.example.com", later), None);
        assert_eq!(known(&zones, "b.example.com", later), Some(true), "the others are as they were");
        zones.saw("Z1", page(later, "a.example.com", &["a.example.com."], None), later);
        assert_eq!(known(&zones, "a.example.com", later), Some(true));
        zones.changed(key("a.example.com"), true, later);
        assert_eq!(known(&zones, "a.example.com", later), Some(false), "we have deleted it");
        assert_eq!(known(&zones, "a.example.com", later + FRESH), None, "by now somebody may have made another");
    }
}
