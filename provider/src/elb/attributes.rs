//! Attributes: what load balancers, target groups and listeners keep beside their properties, as pairs of key and text.

use std::collections::BTreeMap;

use pulumi_plugin::{Error, Map, Property, Result, Value};

/// The attributes that a kind of thing has: the key of each, and what it is unless the program says otherwise. Where that depends on more than the
/// kind, nothing, and the attribute is left alone unless the program gives it.
pub type Table = [(&'static str, Option<&'static str>)];

/// The property of a key: `idle_timeout.timeout_seconds` is `idleTimeoutTimeoutSeconds`.
pub fn property(key: &str) -> String {
    let mut words = key.split(['.', '_']);
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name + &head.to_uppercase() + tail
    })
}

/// Attributes as text, by key: those that are given.
pub fn written<T: Property>(attributes: &T, table: &Table) -> BTreeMap<&'static str, String> {
    let given = object(attributes);
    let pairs = table.iter().filter_map(|(key, _)| Some((*key, text(given.get(&property(key))?)?)));
    pairs.collect()
}

/// Attributes out of text: those that are not as usual.
pub fn read<T: Property>(told: &BTreeMap<String, String>, table: &Table) -> Result<T> {
    let unusual = table.iter().filter_map(|(key, usual)| {
        let value = told.get(*key).filter(|value| Some(value.as_str()) != *usual)?;
        Some((*key, property(key), value))
    });
    let mut map = Map::new();
    for (key, name, value) in unusual {
        let fitting = candidates(value).into_iter().find(|candidate| {
            let mut with = map.clone();
            with.insert(name.clone(), candidate.clone());
            T::decode(&Value::Object(with)).is_ok()
        });
        let fitting = fitting.ok_or_else(|| {
            Error::new(format!("AWS says `{value}` of the attribute `{key}`"))
                .hint("a newer version of the provider may know it")
        })?;
        map.insert(name, fitting);
    }
    Ok(T::decode(&Value::Object(map))?)
}

/// What text may stand for.
fn candidates(text: &str) -> Vec<Value> {
    let number = text.parse::<f64>().ok().map(Value::Number);
    let truth = text.parse::<bool>().ok().map(Value::Bool);
    truth.into_iter().chain(number).chain([Value::from(text)]).collect()
}

/// Says what is as usual where the program says it, and leaves out what it leaves alone.
pub fn respell<T: Property>(seen: &mut T, given: &T, table: &Table) {
    let (mut map, given) = (object(seen), object(given));
    for (key, usual) in table {
        let name = property(key);
        let said = given.get(&name).and_then(text);
        match (usual, said) {
            (Some(usual), Some(said)) if said == *usual && !map.contains_key(&name) => {
                map.extend(given.get(&name).map(|value| (name, value.clone())));
            }
            (None, None) => drop(map.remove(&name)),
            _ => {}
        }
    }
    if let Ok(respelled) = T::decode(&Value::Object(map)) {
        *seen = respelled;
    }
}

/// What has to be sent to come from some attributes to others. What is taken out of the program becomes as usual.
pub fn changes<T: Property>(old: &T, new: &T, table: &Table) -> Vec<(&'static str, String)> {
    let (old, new) = (written(old, table), written(new, table));
    let wanted = table.iter().filter_map(|(key, usual)| {
        let or_usual = |all: &BTreeMap<&'static str, String>| all.get(key).cloned().or(usual.map(str::to_owned));
        let wanted = or_usual(&new)?;
        (or_usual(&old).as_ref() != Some(&wanted)).then_some((*key, wanted))
    });
    wanted.collect()
}

/// The properties that are given although this kind of thing does not have them.
pub fn strange<T: Property>(attributes: &T, table: &Table) -> Vec<String> {
    let known: Vec<_> = table.iter().map(|(key, _)| property(key)).collect();
    let given = object(attributes).into_iter().filter(|(_, value)| *value != Value::Null);
    given.map(|(name, _)| name).filter(|name| !known.contains(name)).collect()
}

fn object<T: Property>(attributes: &T) -> Map {
    match attributes.encode() {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn text(value: &Value) -> Option<String> {
    match value.bare() {
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pulumi_plugin::Property;

    use super::{Table, changes, property, read, respell, strange, written};

    #[derive(Debug, Clone, PartialEq, Default, Property)]
    struct Some3 {
        /// A number.
        idle_timeout_timeout_seconds: Option<u32>,
        /// A truth.
        routing_http2_enabled: Option<bool>,
        /// A text that reads like a truth.
        load_balancing_cross_zone_enabled: Option<String>,
        /// What another kind has.
        dns_record_client_routing_policy: Option<String>,
    }

    const TABLE: &Table = &[
        ("idle_timeout.timeout_seconds", Some("60")),
        ("routing.http2.enabled", Some("true")),
        ("load_balancing.cross_zone.enabled", None),
    ];

    fn told(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn are_pairs_of_key_and_text() {
        assert_eq!(
            property("routing.http.x_amzn_tls_version_and_cipher_suite.enabled"),
            "routingHttpXAmznTlsVersionAndCipherSuiteEnabled"
        );
        let usual =
            told(&[("idle_timeout.timeout_seconds", "60"), ("routing.http2.enabled", "true"), ("unheard.of", "x")]);
        assert_eq!(read::<Some3>(&usual, TABLE).ok(), Some(Some3::default()));
        let unusual = told(&[("idle_timeout.timeout_seconds", "90"), ("load_balancing.cross_zone.enabled", "true")]);
        let seen = read::<Some3>(&unusual, TABLE).expect("it is read");
        assert_eq!(seen.idle_timeout_timeout_seconds, Some(90));
        assert_eq!(seen.load_balancing_cross_zone_enabled.as_deref(), Some("true"));
        assert_eq!(written(&seen, TABLE)["idle_timeout.timeout_seconds"], "90");
        assert!(read::<Some3>(&told(&[("idle_timeout.timeout_seconds", "long")]), TABLE).is_err());
    }

    #[test]
    fn what_is_dropped_becomes_as_usual() {
        let old = Some3 {
            idle_timeout_timeout_seconds: Some(90),
            load_balancing_cross_zone_enabled: Some("true".into()),
            ..Some3::default()
        };
        assert_eq!(changes(&old, &Some3::default(), TABLE), [("idle_timeout.timeout_seconds", "60".to_owned())]);
        assert_eq!(
            changes(&Some3::default(), &Some3 { routing_http2_enabled: Some(true), ..Some3::default() }, TABLE),
            []
        );
        let given = Some3 {
            routing_http2_enabled: Some(true),
            dns_record_client_routing_policy: Some("x".into()),
            ..Some3::default()
        };
        assert_eq!(strange(&given, TABLE), ["dnsRecordClientRoutingPolicy"]);
        let mut seen = old.clone();
        respell(&mut seen, &given, TABLE);
        assert_eq!(
            seen,
            Some3 { idle_timeout_timeout_seconds: Some(90), routing_http2_enabled: Some(true), ..Some3::default() }
        );
    }
}
