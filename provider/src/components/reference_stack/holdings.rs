//! What of a stack holds data.

use super::blocks::*;
use super::inputs::Blocks;
use crate::components::{Profile, SharedInputs};
use crate::wafv2::key::Scope as WafScope;

/// Something that holds data.
pub struct Holding {
    /// The block, or what of the block: an id, which the state keeps. A new version that calls it otherwise tells the old name to
    /// [`DeletionProtection`](crate::deletion_protection::DeletionProtection), which else takes it for dropped.
    pub name: &'static str,
    /// Whether it is protected from deletion.
    pub protected: bool,
}

impl Blocks {
    /// All that holds data. What is there only in some profile, or with some input, stands by itself.
    pub fn holdings(&self, stack: &SharedInputs) -> Vec<Holding> {
        let mut all = Vec::new();
        // What AWS refuses to delete is protected, whatever the block says of `protectStateful`.
        if let Some(it) = &self.aurora {
            all.push(it.own.holding("aurora", stack, it.settings.deletion_protection));
        }
        let mut add =
            |name: &'static str, own: Option<&OwnSettings>| all.extend(own.map(|own| own.holding(name, stack, None)));
        add("redis", self.redis.as_ref().map(|it| &it.own));
        add("bucket", self.bucket.as_ref().map(|it| &it.own));
        add("bucket.accessLogs", self.bucket.as_ref().filter(|it| it.has_own_logs(stack)).map(|it| &it.own));
        if let Some(it) = &self.load_balancer {
            let name = if it.settings.access_logs { "loadBalancer.accessLogs" } else { "loadBalancer" };
            all.push(it.own.holding(name, stack, it.settings.deletion_protection));
        }
        let mut add =
            |name: &'static str, own: Option<&OwnSettings>| all.extend(own.map(|own| own.holding(name, stack, None)));
        add("cdn.logs", self.cdn.as_ref().filter(|it| it.settings.logs).map(|it| &it.own));
        if let DnsChoice::Settings(block) = &self.dns {
            add("dns", Some(&block.own));
            let logged = block.settings.is_logged(block.own.shared(stack).profile);
            add("dns.queryLog", Some(&block.own).filter(|_| logged));
        }
        for (scope, _) in self.scopes() {
            let name = match scope {
                WafScope::Cloudfront => "wafLogs.cloudfront",
                WafScope::Regional => "wafLogs.regional",
            };
            add(name, self.waf_logs.as_ref().map(|it| &it.own));
        }
        add("sessionManager", self.session_manager.as_ref().map(|it| &it.own));
        if let Some(SlackChoice::Settings(block)) = &self.slack {
            add("slack", Some(&block.own));
            add("slack.cloudfront", self.cdn.as_ref().map(|_| &block.own));
        }
        all
    }

    /// The scopes of the web ACLs that there can be, each with the word for it.
    pub fn scopes(&self) -> impl Iterator<Item = (WafScope, &'static str)> + use<> {
        let cdn = self.cdn.is_some().then_some((WafScope::Cloudfront, "cloudfront"));
        cdn.into_iter().chain(self.load_balancer.is_some().then_some((WafScope::Regional, "regional")))
    }

    /// Whether the zone of the names of database and cache is protected: it goes with the last of them.
    pub fn protects_names(&self, stack: &SharedInputs) -> bool {
        let own = [self.aurora.as_ref().map(|it| &it.own), self.redis.as_ref().map(|it| &it.own)];
        own.into_iter().flatten().any(|own| own.shared(stack).protects())
    }
}

impl OwnSettings {
    /// Something of the block that holds data, or that AWS itself may refuse to delete.
    fn holding(&self, name: &'static str, stack: &SharedInputs, refused: Option<bool>) -> Holding {
        Holding { name, protected: self.shared(stack).protects() || refused == Some(true) }
    }
}

impl BucketBlock {
    /// Whether it makes a bucket for its access logs.
    fn has_own_logs(&self, stack: &SharedInputs) -> bool {
        match &self.settings.access_logs {
            Some(logs) => logs.bucket.is_none(),
            None => self.own.shared(stack).profile == Profile::Fsbp,
        }
    }
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Value;

    use super::super::Plan;
    use super::super::samples::small;

    /// What holds data, with a mark where it is protected.
    fn held(profile: &str, bucket_protects: Option<bool>) -> Vec<String> {
        let bucket: Vec<_> = bucket_protects.map(|so| ("protectStateful", so.into())).into_iter().collect();
        let balancer = [("accessLogs", false.into())];
        let inputs =
            small(&[("profile", profile.into())], &[("bucket", &bucket), ("redis", &[]), ("loadBalancer", &balancer)]);
        let plan = Plan::of(&inputs).expect("a plan");
        let all = plan.blocks.holdings(&inputs.shared).into_iter();
        all.map(|it| format!("{}{}", it.name, if it.protected { "!" } else { "" })).collect()
    }

    /// The state of every stack keeps these. Whoever changes one names the former one in `deletion_protection::FORMER`.
    #[test]
    fn the_names_stay() {
        let slack = [("workspaceId", "T07EA123LEP".into()), ("channelId", "C07EZ1ABC23".into())];
        let dns = Value::Object(pulumi_plugin::Map::new());
        let on: &[(&str, Value)] = &[];
        let blocks =
            ["aurora", "redis", "bucket", "loadBalancer", "cdn", "waf", "sessionManager"].map(|block| (block, on));
        let inputs = small(
            &[("profile", "fsbp".into()), ("parentZone", zone()), ("dns", dns)],
            &[&blocks[..], &[("slack", &slack)]].concat(),
        );
        let plan = Plan::of(&inputs).expect("a plan");
        let names: Vec<_> = plan.blocks.holdings(&inputs.shared).iter().map(|it| it.name).collect();
        let all = [
            "aurora",
            "redis",
            "bucket",
            "bucket.accessLogs",
            "loadBalancer.accessLogs",
            "cdn.logs",
            "dns",
            "dns.queryLog",
            "wafLogs.cloudfront",
            "wafLogs.regional",
            "sessionManager",
            "slack",
            "slack.cloudfront",
        ];
        assert_eq!(names, all);
    }

    fn zone() -> Value {
        Value::Object([("zoneId".to_owned(), Value::from("Z2"))].into())
    }

    #[test]
    fn what_only_a_profile_has_stands_by_itself() {
        assert_eq!(held("standard", None), ["redis!", "bucket!", "loadBalancer!"]);
        assert_eq!(held("dev", None), ["redis", "bucket", "loadBalancer"]);
        assert_eq!(held("fsbp", None), ["redis!", "bucket!", "bucket.accessLogs!", "loadBalancer!"]);
        assert_eq!(held("fsbp", Some(false)), ["redis!", "bucket", "bucket.accessLogs", "loadBalancer!"]);
    }

    /// AWS refuses to delete it, which a destroy must not find out half-way.
    #[test]
    fn what_aws_protects_is_protected() {
        for (on, expected) in
            [(true, ["aurora!", "loadBalancer.accessLogs!"]), (false, ["aurora", "loadBalancer.accessLogs"])]
        {
            let settings = [("deletionProtection", on.into())];
            let inputs =
                small(&[("protectStateful", false.into())], &[("aurora", &settings), ("loadBalancer", &settings)]);
            let plan = Plan::of(&inputs).expect("a plan");
            let all = plan.blocks.holdings(&inputs.shared).into_iter().filter(|it| !it.name.starts_with("wafLogs"));
            let told: Vec<_> = all.map(|it| format!("{}{}", it.name, if it.protected { "!" } else { "" })).collect();
            assert_eq!(told, expected);
        }
    }
}
