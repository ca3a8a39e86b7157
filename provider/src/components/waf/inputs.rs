//! What the program asks of a web ACL.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Fault, Faults, Output, Path, Property, nearest};

use crate::components::{SharedArgs, SharedInputs};
use crate::types::{CountryCode, IpRange};
use crate::wafv2::key::Scope;

/// What the program asks of a web ACL with the rules that most sites want.
#[derive(Debug, Clone, Property)]
pub struct WafInputs {
    /// The scope: what the web ACL can protect.
    pub scope: Scope,
    /// The ARNs of the load balancers and other resources that the web ACL protects, by names of your choice. Not with scope `CLOUDFRONT`, where a
    /// distribution names its web ACL.
    #[prop(default)]
    pub associate: BTreeMap<String, Output<String>>,
    /// The rules.
    #[prop(flatten)]
    pub settings: WafSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// The rules of a web ACL.
#[derive(Debug, Clone, Property)]
pub struct WafSettings {
    /// AWS's managed rule groups. The default ones take 1,125 of the 1,500 WCU that a web ACL has without extra cost.
    #[prop(default)]
    pub managed_rules: WafManagedRules,
    /// Rules of managed rule groups that only count although their group blocks, by the group: `core: [SizeRestrictions_BODY]` lets bodies of more
    /// than 8 KB through.
    #[prop(default)]
    pub counted_rules: BTreeMap<String, BTreeSet<String>>,
    /// The limit: so many requests are allowed in five minutes from one address, 10 to 2,000,000,000. Default: 2000.
    #[prop(default = 2000, min = 10, max = 2000000000)]
    pub rate_limit: i64,
    /// What is done with requests above the limit. Default: `block`.
    #[prop(default = WafRuleMode::Block)]
    pub rate_limit_mode: WafRuleMode,
    /// Addresses that are always allowed, as ranges such as `192.0.2.1/32`: no other rule looks at their requests.
    #[prop(default)]
    pub allow_ips: BTreeSet<IpRange>,
    /// Addresses that are always blocked.
    #[prop(default)]
    pub block_ips: BTreeSet<IpRange>,
    /// Countries (ISO 3166-1, such as `JP`) whose requests are the only ones that are not blocked. Default: all.
    #[prop(default)]
    pub allow_countries: BTreeSet<CountryCode>,
    /// Countries whose requests are blocked. Default: none.
    #[prop(default)]
    pub block_countries: BTreeSet<CountryCode>,
    /// The header that holds the client's address: for a load balancer behind CloudFront, which otherwise sees the addresses of CloudFront. Default:
    /// the address that the request comes from.
    pub forwarded_ip: Option<WafForwardedIp>,
}

/// The header that holds the client's address.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct WafForwardedIp {
    /// The header's name. Clients can send one of their own, to which proxies append: lists of addresses look at the last address that it holds, but the
    /// rate limit and countries at the first, as WAF does. So let only CloudFront reach the load balancer. Default: `X-Forwarded-For`.
    #[prop(default = "X-Forwarded-For".to_owned(), min = 1, max = 255)]
    pub header_name: String,
}

/// AWS's managed rule groups, and what is done with the requests that their rules would block.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct WafManagedRules {
    /// The core rule set (700 WCU): common attacks. It blocks bodies of more than 8 KB: see `countedRules`.
    #[prop(default = WafRuleMode::Block)]
    pub core: WafRuleMode,
    /// Known bad inputs (200 WCU).
    #[prop(default = WafRuleMode::Block)]
    pub known_bad_inputs: WafRuleMode,
    /// The Amazon IP reputation list (25 WCU): addresses of bots and attackers.
    #[prop(default = WafRuleMode::Block)]
    pub ip_reputation: WafRuleMode,
    /// SQL injection (200 WCU).
    #[prop(default = WafRuleMode::Block)]
    pub sqli: WafRuleMode,
    /// Anonymous addresses (50 WCU): VPNs, proxies, Tor and hosting providers.
    #[prop(default = WafRuleMode::Off)]
    pub anonymous_ip: WafRuleMode,
    /// Admin protection (100 WCU): requests for administration pages from outside.
    #[prop(default = WafRuleMode::Off)]
    pub admin_protection: WafRuleMode,
    /// Attacks on Linux (200 WCU).
    #[prop(default = WafRuleMode::Off)]
    pub linux: WafRuleMode,
    /// Attacks on POSIX systems (100 WCU).
    #[prop(default = WafRuleMode::Off)]
    pub unix: WafRuleMode,
    /// Attacks on Windows (200 WCU).
    #[prop(default = WafRuleMode::Off)]
    pub windows: WafRuleMode,
    /// Attacks on PHP (100 WCU).
    #[prop(default = WafRuleMode::Off)]
    pub php: WafRuleMode,
    /// Attacks on WordPress (100 WCU).
    #[prop(default = WafRuleMode::Off)]
    pub wordpress: WafRuleMode,
}

/// What is done with requests that a rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum WafRuleMode {
    /// They are blocked.
    #[prop(rename = "block")]
    Block,
    /// They are only counted: for trying a rule out.
    #[prop(rename = "count")]
    Count,
    /// There is no such rule.
    #[prop(rename = "off")]
    Off,
}

impl Default for WafManagedRules {
    fn default() -> Self {
        use WafRuleMode::{Block, Off};
        WafManagedRules {
            core: Block,
            known_bad_inputs: Block,
            ip_reputation: Block,
            sqli: Block,
            anonymous_ip: Off,
            admin_protection: Off,
            linux: Off,
            unix: Off,
            windows: Off,
            php: Off,
            wordpress: Off,
        }
    }
}

/// A managed rule group: its name here, AWS's, and what is done.
pub struct Group {
    /// The name here, in camel case.
    pub name: &'static str,
    /// What AWS calls it.
    pub aws: &'static str,
    /// What is done.
    pub mode: WafRuleMode,
}

impl WafManagedRules {
    /// All of them, in the order in which they are evaluated: the cheapest first.
    pub fn groups(&self) -> [Group; 11] {
        let group = |name, aws, mode| Group { name, aws, mode };
        [
            group("ipReputation", "AWSManagedRulesAmazonIpReputationList", self.ip_reputation),
            group("anonymousIp", "AWSManagedRulesAnonymousIpList", self.anonymous_ip),
            group("core", "AWSManagedRulesCommonRuleSet", self.core),
            group("knownBadInputs", "AWSManagedRulesKnownBadInputsRuleSet", self.known_bad_inputs),
            group("sqli", "AWSManagedRulesSQLiRuleSet", self.sqli),
            group("adminProtection", "AWSManagedRulesAdminProtectionRuleSet", self.admin_protection),
            group("linux", "AWSManagedRulesLinuxRuleSet", self.linux),
            group("unix", "AWSManagedRulesUnixRuleSet", self.unix),
            group("windows", "AWSManagedRulesWindowsRuleSet", self.windows),
            group("php", "AWSManagedRulesPHPRuleSet", self.php),
            group("wordpress", "AWSManagedRulesWordPressRuleSet", self.wordpress),
        ]
    }
}

impl WafSettings {
    /// Whether there is a rule at all.
    pub fn has_rules(&self) -> bool {
        self.rate_limit_mode != WafRuleMode::Off
            || self.managed_rules.groups().iter().any(|group| group.mode != WafRuleMode::Off)
            || !(self.allow_ips.is_empty() && self.block_ips.is_empty())
            || !(self.allow_countries.is_empty() && self.block_countries.is_empty())
    }

    fn faults(&self) -> Vec<Fault> {
        let groups = self.managed_rules.groups();
        let mut faults = Vec::new();
        for name in self.counted_rules.keys() {
            let at = Path::root().key("countedRules").key(name);
            match groups.iter().find(|group| group.name == name) {
                Some(group) if group.mode == WafRuleMode::Off => {
                    faults.push(Fault::new(at, format!("`managedRules.{name}` is off")));
                }
                Some(_) => {}
                None => {
                    let names = groups.iter().map(|group| group.name);
                    let near = nearest(name, names.clone()).map(|near| format!("did you mean `{near}`? "));
                    let all = names.collect::<Vec<_>>().join(", ");
                    let near = near.unwrap_or_default();
                    faults.push(Fault::new(at, format!("no managed rule group `{name}`; {near}there are {all}")));
                }
            }
        }
        let both = self.allow_ips.intersection(&self.block_ips).next();
        let both = both.map(|range| Fault::new("blockIps", format!("`{range}` is one of `allowIps`, too")));
        faults.into_iter().chain(both).collect()
    }
}

impl WafInputs {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let cloudfront = self.scope == Scope::Cloudfront;
        Faults::of(self)
            .when(
                cloudfront && !self.associate.is_empty(),
                "associate",
                "only with scope `REGIONAL`: a CloudFront distribution names the web ACL's ARN",
            )
            .when(
                cloudfront && self.settings.forwarded_ip.is_some(),
                "forwardedIp",
                "only with scope `REGIONAL`: CloudFront sees the client's own address",
            )
            .excludes("allowCountries", "blockCountries")
            .and(self.settings.faults())
            .into_vec()
    }
}
