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
    /// When somebody asked about a set lately, and when a page was listed.
    asked: Vec<Instant>,
    listed: Vec<Instant>,
}

impl Zone {
    /// Whether there are still fewer pages than sets that were asked about lately. What is older is forgotten.
    fn pays(&mut self, now: Instant) -> bool {
        for moments in [&mut self.asked, &mut self.listed] {
            moments.retain(|at| *at + FRESH > now);
        }
        self.listed.len() + 1 < self.asked.len()
    }

    /// How far fresh pages reach from the zone's beginning, and the name with which the next one begins; none where they reach to the end.
    fn reached(&self, now: Instant) -> (String, Option<DomainName>) {
        let mut spans: Vec<_> = self.spans.iter().filter(|span| span.begun + FRESH > now).collect();
        spans.sort_by(|a, b| a.from.cmp(&b.from));
        let mut reached = (String::new(), None);
        for span in spans {
            if let (true, Some(until)) = (span.from <= reached.0, &span.until)
                && *until > reached.0
            {
                reached = (until.clone(), span.next.clone());
            }
        }
        reached
    }
}

/// A page of a listing: all sets of the names from one name up to before another, and some of that one.
pub struct Span {
    begun: Instant,
    from: String,
    until: Option<String>,
    next: Option<DomainName>,
    sets: HashMap<Key, ResourceRecordSet>,
}

/// Where the next page begins.
pub enum Begin {
    /// With the first set of the zone.
    Zone,
    /// With the first set of a name.
    Name(DomainName),
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

    /// Takes note that a set is asked about.
    pub fn asks(&self, key: &Key, now: Instant) {
        self.lock().entry(key.zone.clone()).or_default().asked.push(now);
    }

    /// Where the page begins that is to tell of a set. As long as there were more questions than pages lately, the pages go through the zone
    /// from its beginning, so that they answer whatever else is asked; a zone that is large beside what is asked of it is not gone through.
    pub fn begin(&self, key: &Key, now: Instant) -> Begin {
        let mut zones = self.lock();
        let zone = zones.entry(key.zone.clone()).or_default();
        let pays = zone.pays(now);
        let (reached, next) = zone.reached(now);
        zone.listed.push(now);
        match next {
            _ if !pays || place(&key.name) < reached => Begin::Name(key.name.clone()),
            Some(next) => Begin::Name(next),
            None if reached.is_empty() => Begin::Zone,
            None => Begin::Name(key.name.clone()),
        }
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
    /// The page that begins somewhere, and ends where the next one begins.
    pub fn of(zone: &str, begun: Instant, from: &Begin, sets: Vec<ResourceRecordSet>, next: Option<&str>) -> Span {
        let from = match from {
            Begin::Zone => String::new(),
            Begin::Name(name) => place(name),
        };
        let names = sets.iter().map(ResourceRecordSet::name).chain(next);
        let places: Option<Vec<_>> = names.map(|name| DomainName::parse(name).ok().map(|name| place(&name))).collect();
        let until = places.as_ref().filter(|_| next.is_some()).and_then(|places| places.last().cloned());
        // Only where the order is the one that we know can it be said what is not there: elsewhere the span covers nothing.
        let orderly =
            places.is_some_and(|places| places.is_sorted() && places.first().is_none_or(|first| *first >= from));
        let until = if orderly { until } else { Some(from.clone()) };
        let sets = sets.into_iter().filter_map(|set| Some((Key::of(zone, &set)?, set))).collect();
        Span { begun, from, until, next: next.and_then(|next| DomainName::parse(next).ok()), sets }
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
        Span::of("Z1", begun, &Begin::Name(key(from).name), names.iter().map(set).collect(), next)
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

    /// Where the page for a name begins; nothing for the zone's beginning.
    fn begins(zones: &Zones, name: &str, now: Instant) -> Option<String> {
        match zones.begin(&key(name), now) {
            Begin::Zone => None,
            Begin::Name(name) => Some(name.to_string()),
        }
    }

    #[test]
    fn a_zone_is_gone_through_while_that_pays() {
        let (zones, now) = (Zones::default(), Instant::now());
        let name = |name: &str| Some(name.to_owned());
        zones.asks(&key("m.example.com"), now);
        assert_eq!(begins(&zones, "m.example.com", now), name("m.example.com"), "one question is worth one page");
        (0..3).for_each(|_| zones.asks(&key("m.example.com"), now));
        assert_eq!(begins(&zones, "m.example.com", now), None);
        let first = Span::of("Z1", now, &Begin::Zone, Vec::new(), Some("k.example.com."));
        zones.saw("Z1", first, now);
        assert_eq!(
            begins(&zones, "m.example.com", now),
            name("k.example.com"),
            "it goes on where the first page ended"
        );
        assert_eq!(begins(&zones, "b.example.com", now), name("b.example.com"), "it was changed since");
        assert_eq!(
            begins(&zones, "m.example.com", now),
            name("m.example.com"),
            "there were four pages for four questions"
        );
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
