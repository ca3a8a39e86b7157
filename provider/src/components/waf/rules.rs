//! The rules of a web ACL, by name. Each has a priority of its own, so that none that comes or goes moves another.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::{Group, WafForwardedIp, WafRuleMode, WafSettings};
use super::{Arns, visibility};
use crate::types::{Arn, CountryCode};
use crate::wafv2::rule::{AllowAction, BlockAction, CountAction, NoneAction, OverrideAction, Rule, RuleAction};
use crate::wafv2::statement::{
    FallbackBehavior, ForwardedIpConfig, ForwardedIpPosition, GeoMatchStatement, IpSetForwardedIpConfig,
    IpSetReferenceStatement, ManagedRuleGroupStatement, MatchStatement, NotStatement, RateBasedStatement,
    RateBasedStatementAggregateKeyType, RuleActionOverride, Statement, StatementL2,
};

/// Where the rules of IP sets stand, the first that apply.
const SETS: [(&str, i32); 4] = [("allow-ipv4", 0), ("allow-ipv6", 1), ("block-ipv4", 10), ("block-ipv6", 11)];
/// Where the rule of countries stands.
const COUNTRIES: i32 = 20;
/// Where the limit of requests stands.
const RATE: i32 = 30;
/// Where the first managed rule group stands; the others follow.
const MANAGED: i32 = 100;

/// All of them, with the ARNs of the IP sets by the names of their rules.
pub fn rules(component: &str, settings: &WafSettings, arns: &Arns) -> BTreeMap<String, Rule> {
    let forwarded = settings.forwarded_ip.as_ref();
    let sets = SETS.iter().filter_map(|(name, priority)| {
        let arn = Arn::parse(arns.get(*name)?).ok()?;
        let mode = if name.starts_with("allow") { allow() } else { action(WafRuleMode::Block) };
        Some((*name, rule(*priority, set(arn, forwarded), mode)))
    });
    let countries =
        countries(settings).map(|statement| ("countries", rule(COUNTRIES, statement, action(WafRuleMode::Block))));
    let limited = settings.rate_limit_mode != WafRuleMode::Off;
    let rate = limited.then(|| ("rate-limit", rule(RATE, rate(settings), action(settings.rate_limit_mode))));
    let groups = settings.managed_rules.groups().into_iter().zip((MANAGED..).step_by(10));
    let groups = groups.filter(|(group, _)| group.mode != WafRuleMode::Off).map(|(group, priority)| {
        let counted = settings.counted_rules.get(group.name).cloned().unwrap_or_default();
        (group.aws, managed(&group, priority, &counted))
    });
    let all = sets.chain(countries).chain(rate).chain(groups);
    all.map(|(name, rule)| (name.to_owned(), Rule { visibility_config: visibility(component, name), ..rule })).collect()
}

fn rule(priority: i32, statement: Statement, action: RuleAction) -> Rule {
    Rule {
        priority,
        statement,
        action: Some(action),
        override_action: None,
        rule_labels: Vec::new(),
        visibility_config: visibility("", ""),
        captcha_config: None,
        challenge_config: None,
    }
}

fn managed(group: &Group, priority: i32, counted: &BTreeSet<String>) -> Rule {
    let overrides =
        counted.iter().map(|name| RuleActionOverride { name: name.clone(), action_to_use: action(WafRuleMode::Count) });
    let statement = ManagedRuleGroupStatement {
        vendor_name: "AWS".to_owned(),
        name: group.aws.to_owned(),
        version: None,
        rule_action_overrides: overrides.collect(),
        managed_rule_group_configs: Vec::new(),
        scope_down_statement: None,
    };
    let override_action = match group.mode {
        WafRuleMode::Count => OverrideAction { count: Some(count()), none: None },
        _ => OverrideAction { count: None, none: Some(NoneAction {}) },
    };
    let statement = Statement { managed_rule_group_statement: Some(statement), ..matching(nothing()) };
    Rule { action: None, override_action: Some(override_action), ..rule(priority, statement, RuleAction::default()) }
}

fn allow() -> RuleAction {
    RuleAction { allow: Some(AllowAction { custom_request_handling: None }), ..RuleAction::default() }
}

fn action(mode: WafRuleMode) -> RuleAction {
    match mode {
        WafRuleMode::Block => {
            RuleAction { block: Some(BlockAction { custom_response: None }), ..RuleAction::default() }
        }
        _ => RuleAction { count: Some(count()), ..RuleAction::default() },
    }
}

fn count() -> CountAction {
    CountAction { custom_request_handling: None }
}

/// Of several addresses, the last one is the one that the proxy in front has seen.
fn set(arn: Arn, forwarded: Option<&WafForwardedIp>) -> Statement {
    let header = forwarded.map(|it| IpSetForwardedIpConfig {
        header_name: it.header_name.clone(),
        fallback_behavior: FallbackBehavior::NoMatch,
        position: ForwardedIpPosition::Last,
    });
    let set = IpSetReferenceStatement { arn, ip_set_forwarded_ip_config: header };
    matching(MatchStatement { ip_set_reference_statement: Some(set), ..nothing() })
}

fn header(forwarded: Option<&WafForwardedIp>) -> Option<ForwardedIpConfig> {
    let header_name = forwarded?.header_name.clone();
    Some(ForwardedIpConfig { header_name, fallback_behavior: FallbackBehavior::NoMatch })
}

/// What is blocked for its country.
fn countries(settings: &WafSettings) -> Option<Statement> {
    let from = |countries: &BTreeSet<CountryCode>| MatchStatement {
        geo_match_statement: Some(GeoMatchStatement {
            country_codes: countries.iter().cloned().collect(),
            forwarded_ip_config: header(settings.forwarded_ip.as_ref()),
        }),
        ..nothing()
    };
    if !settings.block_countries.is_empty() {
        return Some(matching(from(&settings.block_countries)));
    }
    let others = (!settings.allow_countries.is_empty()).then(|| {
        let matching = from(&settings.allow_countries);
        NotStatement {
            statement: StatementL2 { matching, and_statement: None, or_statement: None, not_statement: None },
        }
    });
    others.map(|others| Statement { not_statement: Some(others), ..matching(nothing()) })
}

fn rate(settings: &WafSettings) -> Statement {
    let forwarded = header(settings.forwarded_ip.as_ref());
    let by = match forwarded {
        Some(_) => RateBasedStatementAggregateKeyType::ForwardedIp,
        None => RateBasedStatementAggregateKeyType::Ip,
    };
    let rate = RateBasedStatement {
        limit: settings.rate_limit,
        evaluation_window_sec: 300,
        aggregate_key_type: by,
        custom_keys: Vec::new(),
        forwarded_ip_config: forwarded,
        scope_down_statement: None,
    };
    Statement { rate_based_statement: Some(rate), ..matching(nothing()) }
}

fn matching(matching: MatchStatement) -> Statement {
    Statement {
        matching,
        and_statement: None,
        or_statement: None,
        not_statement: None,
        rate_based_statement: None,
        managed_rule_group_statement: None,
        rule_group_reference_statement: None,
    }
}

fn nothing() -> MatchStatement {
    MatchStatement {
        byte_match_statement: None,
        geo_match_statement: None,
        asn_match_statement: None,
        ip_set_reference_statement: None,
        label_match_statement: None,
        regex_match_statement: None,
        regex_pattern_set_reference_statement: None,
        size_constraint_statement: None,
        sqli_match_statement: None,
        xss_match_statement: None,
    }
}
