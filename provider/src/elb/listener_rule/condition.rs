//! What a request must be like for a rule.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types as sdk;
use pulumi_plugin::{Error, Fault, Faults, Property, Result};

use crate::aws::word;

/// A condition of a rule.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Condition {
    /// The field of the request.
    pub field: Field,
    /// The values of `host-header` or `path-pattern`: the short form of `hostHeaderConfig` and `pathPatternConfig`.
    #[prop(default)]
    pub values: BTreeSet<String>,
    /// The regular expressions of `host-header` or `path-pattern`: the short form of `hostHeaderConfig` and `pathPatternConfig`.
    #[prop(default)]
    pub regex_values: BTreeSet<String>,
    /// The hosts of `host-header`.
    pub host_header_config: Option<Patterns>,
    /// The paths of `path-pattern`.
    pub path_pattern_config: Option<Patterns>,
    /// The header of `http-header`, and its values.
    pub http_header_config: Option<HttpHeaderConfig>,
    /// The methods of `http-request-method`.
    pub http_request_method_config: Option<Values>,
    /// The parameters of `query-string`.
    pub query_string_config: Option<QueryStringConfig>,
    /// The client's addresses of `source-ip`.
    pub source_ip_config: Option<SourceIpConfig>,
}

/// A field of a request.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Field {
    /// The host.
    #[prop(rename = "host-header")]
    HostHeader,
    /// The path.
    #[prop(rename = "path-pattern")]
    PathPattern,
    /// A header.
    #[prop(rename = "http-header")]
    HttpHeader,
    /// The method.
    #[prop(rename = "http-request-method")]
    HttpRequestMethod,
    /// The query.
    #[prop(rename = "query-string")]
    QueryString,
    /// The client's address.
    #[prop(rename = "source-ip")]
    SourceIp,
}

/// Patterns, one of which must fit.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct Patterns {
    /// The values, of up to 128 characters each, in which `*` and `?` stand for any characters.
    #[prop(default)]
    pub values: BTreeSet<String>,
    /// The regular expressions, of up to 128 characters each.
    #[prop(default)]
    pub regex_values: BTreeSet<String>,
}

/// Values, one of which must fit.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Values {
    /// The values.
    #[prop(min = 1)]
    pub values: BTreeSet<String>,
}

/// A header, and its values.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct HttpHeaderConfig {
    /// The header's name, of up to 40 characters.
    #[prop(min = 1, max = 40)]
    pub http_header_name: String,
    /// The values, of up to 128 characters each, in which `*` and `?` stand for any characters.
    #[prop(default)]
    pub values: BTreeSet<String>,
    /// The regular expressions, of up to 128 characters each.
    #[prop(default)]
    pub regex_values: BTreeSet<String>,
}

/// Parameters, one of which must fit.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct QueryStringConfig {
    /// The parameters.
    #[prop(min = 1)]
    pub values: BTreeSet<QueryStringKeyValue>,
}

/// A parameter of a query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct QueryStringKeyValue {
    /// The key. Default: any.
    pub key: Option<String>,
    /// The value, in which `*` and `?` stand for any characters.
    pub value: String,
}

/// The client's addresses.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct SourceIpConfig {
    /// The ranges, such as `192.0.2.0/24`.
    #[prop(default)]
    pub values: BTreeSet<String>,
    /// The type of all the client's addresses, in the place of ranges.
    pub ip_address_type: Option<SourceIpType>,
}

/// The type of a client's address.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum SourceIpType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
}

/// What is wrong with conditions.
pub(super) fn faults(conditions: &[Condition]) -> Vec<Fault> {
    let below = |(i, condition): (usize, &Condition)| {
        condition.faults().into_iter().map(move |fault| fault.below_index(i).below("conditions")).collect::<Vec<_>>()
    };
    let mut faults: Vec<_> = conditions.iter().enumerate().flat_map(below).collect();
    let count: usize = conditions.iter().map(|condition| condition.plain().count()).sum();
    if count > 5 {
        faults.push(Fault::new("conditions", format!("have {count} values in all; a rule can have 5")));
    }
    for (i, condition) in conditions.iter().enumerate() {
        let many = matches!(condition.field, Field::HttpHeader | Field::QueryString);
        if !many && conditions[..i].iter().any(|before| before.field == condition.field) {
            let why =
                format!("there is a condition of `{}` already: give that one more values", condition.field.as_str());
            faults.push(Fault::new("field", why).below_index(i).below("conditions"));
        }
    }
    faults
}

impl Condition {
    /// A condition on a field, with nothing else said.
    pub fn of(field: Field) -> Condition {
        Condition {
            field,
            values: BTreeSet::new(),
            regex_values: BTreeSet::new(),
            host_header_config: None,
            path_pattern_config: None,
            http_header_config: None,
            http_request_method_config: None,
            query_string_config: None,
            source_ip_config: None,
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let short = !self.values.is_empty() || !self.regex_values.is_empty();
        let each = [
            ("hostHeaderConfig", Field::HostHeader, self.host_header_config.is_some()),
            ("pathPatternConfig", Field::PathPattern, self.path_pattern_config.is_some()),
            ("httpHeaderConfig", Field::HttpHeader, self.http_header_config.is_some()),
            ("httpRequestMethodConfig", Field::HttpRequestMethod, self.http_request_method_config.is_some()),
            ("queryStringConfig", Field::QueryString, self.query_string_config.is_some()),
            ("sourceIpConfig", Field::SourceIp, self.source_ip_config.is_some()),
        ];
        let may = matches!(self.field, Field::HostHeader | Field::PathPattern);
        let mut faults =
            Faults::of(self).when(short && !may, "values", "only `host-header` and `path-pattern` have the short form");
        for (name, field, given) in each {
            let mine = self.field == field;
            faults = faults
                .when(!mine && given, name, format!("only `{}` has it", field.as_str()))
                .when(mine && !given && !(may && short), name, format!("missing: `{}` needs it", field.as_str()))
                .when(mine && given && may && short, "values", format!("can't be given together with `{name}`"));
        }
        let plain = self.plain();
        let texts = plain.texts();
        let long = texts.iter().find(|text| text.chars().count() > 128);
        let given = each.iter().any(|(_, field, given)| *given && self.field == *field) || short;
        let none = given && plain.count() == 0;
        faults
            .when(none, "field", "has no values")
            .when(
                long.is_some(),
                "field",
                format!("`{}` has more than 128 characters", long.cloned().unwrap_or_default()),
            )
            .into_vec()
    }

    /// The one spelling of what means the same: without the short form, hosts and the names of headers in lower case.
    fn plain(&self) -> Condition {
        let mut plain = self.clone();
        let short = Patterns {
            values: std::mem::take(&mut plain.values),
            regex_values: std::mem::take(&mut plain.regex_values),
        };
        let given = !short.values.is_empty() || !short.regex_values.is_empty();
        match self.field {
            Field::HostHeader if given && plain.host_header_config.is_none() => plain.host_header_config = Some(short),
            Field::PathPattern if given && plain.path_pattern_config.is_none() => {
                plain.path_pattern_config = Some(short)
            }
            _ => {}
        }
        if let Some(config) = &mut plain.host_header_config {
            config.values = config.values.iter().map(|host| host.to_lowercase()).collect();
        }
        if let Some(config) = &mut plain.http_header_config {
            config.http_header_name = config.http_header_name.to_lowercase();
        }
        plain
    }

    /// Its values, of which a rule can have five.
    fn texts(&self) -> Vec<String> {
        let patterns = [&self.host_header_config, &self.path_pattern_config].into_iter().flatten();
        let mut texts: Vec<String> =
            patterns.flat_map(|it| it.values.iter().chain(&it.regex_values)).cloned().collect();
        texts.extend(self.http_header_config.iter().flat_map(|it| it.values.iter().chain(&it.regex_values)).cloned());
        texts.extend(self.http_request_method_config.iter().flat_map(|it| &it.values).cloned());
        texts.extend(self.query_string_config.iter().flat_map(|it| &it.values).map(|pair| pair.value.clone()));
        texts.extend(self.source_ip_config.iter().flat_map(|it| &it.values).cloned());
        texts
    }

    fn count(&self) -> usize {
        let kind = self.source_ip_config.as_ref().and_then(|it| it.ip_address_type);
        self.texts().len() + usize::from(kind.is_some())
    }
}

fn listed(values: &BTreeSet<String>) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.iter().cloned().collect())
}

/// Conditions as AWS takes them.
pub(super) fn written(conditions: &[Condition]) -> Vec<sdk::RuleCondition> {
    conditions.iter().map(|condition| write(condition, &condition.plain())).collect()
}

fn write(given: &Condition, plain: &Condition) -> sdk::RuleCondition {
    let host = plain.host_header_config.as_ref().map(|it| {
        let built = sdk::HostHeaderConditionConfig::builder().set_values(listed(&it.values));
        built.set_regex_values(listed(&it.regex_values)).build()
    });
    let path = plain.path_pattern_config.as_ref().map(|it| {
        let built = sdk::PathPatternConditionConfig::builder().set_values(listed(&it.values));
        built.set_regex_values(listed(&it.regex_values)).build()
    });
    let header = given.http_header_config.as_ref().map(|it| {
        let built = sdk::HttpHeaderConditionConfig::builder().http_header_name(&it.http_header_name);
        built.set_values(listed(&it.values)).set_regex_values(listed(&it.regex_values)).build()
    });
    let method = given.http_request_method_config.as_ref();
    let method =
        method.map(|it| sdk::HttpRequestMethodConditionConfig::builder().set_values(listed(&it.values)).build());
    let query = given.query_string_config.as_ref().map(|it| {
        let pairs = it
            .values
            .iter()
            .map(|pair| sdk::QueryStringKeyValuePair::builder().set_key(pair.key.clone()).value(&pair.value).build());
        sdk::QueryStringConditionConfig::builder().set_values(Some(pairs.collect())).build()
    });
    let source = given.source_ip_config.as_ref().map(|it| {
        let kind = it.ip_address_type.map(|kind| sdk::SourceIpAddressTypeEnum::from(kind.as_str()));
        sdk::SourceIpConditionConfig::builder().set_values(listed(&it.values)).set_ip_address_type(kind).build()
    });
    sdk::RuleCondition::builder()
        .field(given.field.as_str())
        .set_host_header_config(host)
        .set_path_pattern_config(path)
        .set_http_header_config(header)
        .set_http_request_method_config(method)
        .set_query_string_config(query)
        .set_source_ip_config(source)
        .build()
}

/// Conditions as AWS tells them.
pub(super) fn read(told: &[sdk::RuleCondition]) -> Result<Vec<Condition>> {
    told.iter().map(condition).collect()
}

fn set(values: &[String]) -> BTreeSet<String> {
    values.iter().cloned().collect()
}

fn condition(told: &sdk::RuleCondition) -> Result<Condition> {
    let field = told.field.as_ref().ok_or_else(|| Error::new("AWS says nothing of a condition's field"))?;
    let header = told.http_header_config.as_ref().map(|it| HttpHeaderConfig {
        http_header_name: it.http_header_name.clone().unwrap_or_default(),
        values: set(it.values()),
        regex_values: set(it.regex_values()),
    });
    let query = told.query_string_config.as_ref().map(|it| {
        let pair = |pair: &sdk::QueryStringKeyValuePair| QueryStringKeyValue {
            key: pair.key.clone().filter(|key| !key.is_empty()),
            value: pair.value.clone().unwrap_or_default(),
        };
        QueryStringConfig { values: it.values().iter().map(pair).collect() }
    });
    let host = told.host_header_config.as_ref();
    let path = told.path_pattern_config.as_ref();
    let source = told.source_ip_config.as_ref().map(|it| {
        let ip_address_type = it.ip_address_type.as_ref().map(word).transpose()?;
        Ok::<_, Error>(SourceIpConfig { values: set(it.values()), ip_address_type })
    });
    // The plainest spelling: hosts and paths in the short form, which AWS tells beside the long one.
    let (values, regex_values) = match (host, path) {
        (Some(it), _) => (set(it.values()), set(it.regex_values())),
        (_, Some(it)) => (set(it.values()), set(it.regex_values())),
        _ if header.is_some() || query.is_some() || source.is_some() => (BTreeSet::new(), BTreeSet::new()),
        _ if told.http_request_method_config.is_some() => (BTreeSet::new(), BTreeSet::new()),
        _ => (set(told.values()), set(told.regex_values())),
    };
    Ok(Condition {
        field: word(field)?,
        values,
        regex_values,
        host_header_config: None,
        path_pattern_config: None,
        http_header_config: header,
        http_request_method_config: told
            .http_request_method_config
            .as_ref()
            .map(|it| Values { values: set(it.values()) }),
        query_string_config: query,
        source_ip_config: source.transpose()?,
    })
}

/// Says conditions as the program says them, where they mean the same, in whichever order.
pub(super) fn respell(seen: &mut Vec<Condition>, given: &[Condition]) {
    let mut left: Vec<_> = seen.iter().map(Condition::plain).collect();
    let all = left.len() == given.len();
    let same = given.iter().all(|condition| {
        let at = left.iter().position(|it| *it == condition.plain());
        at.map(|at| left.swap_remove(at)).is_some()
    });
    if all && same {
        *seen = given.to_vec();
    }
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::conform::conform;
    use pulumi_plugin::{Property as _, Shaped as _, Value};
    use serde_json::{Value as Json, json};

    use super::*;

    /// Conditions as Check makes them.
    fn conditions(json: &Json) -> Vec<Condition> {
        json.as_array().expect("conditions").iter().map(condition).collect()
    }

    fn condition(json: &Json) -> Condition {
        let given = Value::from_json(json);
        let checked = conform(&[Condition::shape()], given.as_object().expect("properties"));
        assert_eq!(checked.faults, [], "{json}");
        Condition::decode(&Value::Object(checked.properties)).expect("a conforming condition")
    }

    #[test]
    fn mistakes() {
        for (given, at, why) in [
            (json!([{"field": "path-pattern", "values": ["/a"]}]), "", ""),
            (json!([{"field": "path-pattern", "pathPatternConfig": {"values": ["/a"]}}]), "", ""),
            (json!([{"field": "path-pattern"}]), "conditions[0].pathPatternConfig", "missing"),
            (json!([{"field": "path-pattern", "pathPatternConfig": {}}]), "conditions[0].field", "has no values"),
            (json!([{"field": "source-ip", "values": ["10.0.0.0/8"]}]), "conditions[0].values", "short form"),
            (
                json!([{"field": "path-pattern", "values": ["1", "2", "3", "4", "5", "6"]}]),
                "conditions",
                "6 values in all",
            ),
            (
                json!([{"field": "path-pattern", "values": ["/a"]}, {"field": "path-pattern", "values": ["/b"]}]),
                "conditions[1].field",
                "already",
            ),
            (json!([{"field": "path-pattern", "values": ["a".repeat(129)]}]), "conditions[0].field", "more than 128"),
        ] {
            let found = faults(&conditions(&given));
            let (place, words) = found.first().map(|it| (it.at.to_string(), it.why.clone())).unwrap_or_default();
            assert!(place == at && words.contains(why), "{given}: {found:?}");
        }
    }

    #[test]
    fn what_means_the_same_is_said_as_the_program_says_it() {
        let long = json!([{"field": "host-header", "hostHeaderConfig": {"values": ["a.example.com"]}}, {"field": "path-pattern", "pathPatternConfig": {"values": ["/a"]}}]);
        for (given, same) in [
            (
                json!([{"field": "path-pattern", "values": ["/a"]}, {"field": "host-header", "values": ["A.example.com"]}]),
                true,
            ),
            (
                json!([{"field": "path-pattern", "values": ["/A"]}, {"field": "host-header", "values": ["a.example.com"]}]),
                false,
            ),
            (json!([{"field": "path-pattern", "values": ["/a"]}]), false),
        ] {
            let mut seen = conditions(&long);
            respell(&mut seen, &conditions(&given));
            assert_eq!(seen == conditions(&given), same, "{given}");
        }
    }
}
