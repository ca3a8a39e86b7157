//! Components: what several resources are together. What all of them take and give.

pub mod account;
pub mod alarms;
pub mod aurora_postgres;
pub mod cdn;
pub mod certificate;
pub mod cluster;
pub mod cname;
pub mod dns_zone;
pub mod fargate_service;
mod hash;
pub mod load_balancer;
mod log_bucket;
pub mod network;
mod policies;
pub mod private_bucket;
pub mod redis;
pub mod reference_stack;
pub mod security_group;
pub mod session_manager;
pub mod slack_notifier;
pub mod vpc_endpoints;
pub mod waf;
pub mod waf_logs;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Error, Knobs, Map, Output, Outputs, Property, Scope, Spelled, Value};

use crate::aws::{AssumeRole, Tags};
use crate::types::Region;

/// What every component takes.
#[derive(Debug, Clone, Property)]
pub struct SharedInputs {
    /// The region of every child. Default: the provider's.
    pub region: Option<Region>,
    /// The role to act as for every child. Default: the provider's.
    pub assume_role: Option<AssumeRole>,
    /// Tags of every child that can have tags.
    #[prop(default)]
    pub tags: Tags,
    /// How careful and how expensive the defaults are.
    #[prop(default = Profile::Standard)]
    pub profile: Profile,
    /// Whether children that hold data, such as databases and buckets, get Pulumi's resource option `protect`, so that they can't be deleted by
    /// accident. Default: true, except in the profile `dev`.
    pub protect_stateful: Option<bool>,
    /// Outputs of other resources: every child is made after them, and deleted before them.
    pub wait_for: Option<Output<Vec<Value>>>,
    /// Changes to the inputs of single children, by the child's key: a merge patch (RFC 7386) on what the component gives them. A child that
    /// is a component has `overrides` of its own. `childUrns` lists the keys.
    #[prop(default)]
    pub overrides: BTreeMap<String, Value>,
    /// Keys of children that are not wanted.
    #[prop(default)]
    pub skip: BTreeSet<String>,
}

/// How careful and how expensive defaults are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Profile {
    /// For trying things out: the cheapest that works, and nothing is protected from deletion.
    #[prop(rename = "dev")]
    Dev,
    /// For production: redundant, and data is protected from deletion.
    #[prop(rename = "standard")]
    Standard,
    /// Like `standard`, and also the controls of AWS Foundational Security Best Practices that cost more or ask something of the application.
    #[prop(rename = "fsbp")]
    Fsbp,
}

impl SharedInputs {
    /// What the children have in common.
    pub fn knobs(&self) -> Knobs {
        let mut defaults = Map::new();
        if let Some(region) = &self.region {
            defaults.insert("region".into(), region.as_str().into());
        }
        if let Some(role) = &self.assume_role {
            defaults.insert("assumeRole".into(), role.encode());
        }
        let tags = self.tags.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
        Knobs {
            defaults,
            merged: Some(("tags", tags)),
            overrides: self.overrides.clone(),
            skip: self.skip.iter().cloned().collect(),
            after: self.wait_for.as_ref().map(|what| what.map(drop)),
        }
    }

    /// Whether children that hold data are protected: `here.child("data").protect(args.shared.protects())`.
    pub fn protects(&self) -> bool {
        self.protect_stateful.unwrap_or(self.profile != Profile::Dev)
    }
}

/// What a component hands on to its parts: `NetworkArgs { settings, ..args.shared() }`.
pub trait Sharing: AsRef<SharedInputs> {
    /// All that every component takes, save the wishes for single children: those name children of this component.
    fn shared<A: From<SharedArgs>>(&self) -> A {
        let shared = self.as_ref();
        let args = SharedArgs {
            region: shared.region.clone().into(),
            assume_role: shared.assume_role.clone().into(),
            tags: shared.tags.clone().into(),
            profile: shared.profile.into(),
            protect_stateful: shared.protect_stateful.into(),
            wait_for: shared.wait_for.clone().into(),
            ..SharedArgs::default()
        };
        args.into()
    }
}

impl<I: AsRef<SharedInputs>> Sharing for I {}

/// What every component gives.
#[derive(Clone, Outputs)]
pub struct Report {
    /// The URN of every child, by its key.
    pub child_urns: Output<BTreeMap<String, String>>,
    /// The controls of AWS Foundational Security Best Practices that the component meets.
    pub controls: Output<Vec<String>>,
    /// Those that it doesn't meet, each with the reason: `EC2.6: the VPC has no flow logs`.
    pub controls_open: Output<Vec<String>>,
}

/// A component that reports.
pub trait Reporting {
    /// What it gives beside its own outputs.
    fn report(&self) -> &Report;
}

macro_rules! reporting {
    ($($component:ty)*) => {$(
        impl Reporting for $component {
            fn report(&self) -> &Report {
                &self.report
            }
        }
    )*};
}

reporting! {
    alarms::Alarms aurora_postgres::AuroraPostgres cdn::Cdn certificate::Certificate cluster::Cluster dns_zone::DnsZone
    fargate_service::FargateService load_balancer::LoadBalancer network::Network private_bucket::PrivateBucket
    redis::Redis session_manager::SessionManager slack_notifier::SlackNotifier vpc_endpoints::VpcEndpoints waf::Waf
    waf_logs::WafLogs
}

impl Report {
    /// Of a component all of whose children have been added. The controls are AWS's: <https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html>.
    pub fn of(here: &Scope) -> Report {
        let none = || Output::known(Vec::new());
        Report { child_urns: here.child_urns(), controls: none(), controls_open: none() }
    }

    /// The component meets a control.
    #[must_use]
    pub fn meets(mut self, control: &'static str) -> Report {
        self.controls = with(&self.controls, vec![control.to_owned()]);
        self
    }

    /// The component doesn't meet a control, for a reason.
    #[must_use]
    pub fn open(mut self, control: &str, why: &str) -> Report {
        self.controls_open = with(&self.controls_open, vec![format!("{control}: {why}")]);
        self
    }

    /// The component meets a control if something is so; else it doesn't, for a reason.
    #[must_use]
    pub fn meets_if(self, so: bool, control: &'static str, why: &str) -> Report {
        if so { self.meets(control) } else { self.open(control, why) }
    }

    /// The same where it is known only later.
    #[must_use]
    pub fn meets_when(self, so: &Output<bool>, control: &'static str, why: &'static str) -> Report {
        let some = |so: bool, text: String| if so { vec![text] } else { Vec::new() };
        let met = so.map(move |so| some(so, control.to_owned()));
        let open = so.map(move |so| some(!so, format!("{control}: {why}")));
        let with = |known: Output<Vec<String>>, more| known.zip(more).map(|(all, more)| [all, more].concat());
        Report { controls: with(self.controls, &met), controls_open: with(self.controls_open, &open), ..self }
    }

    /// With the controls of a part; nothing where the part is skipped.
    #[must_use]
    pub fn including(self, part: &Report) -> Report {
        Report {
            controls: joined(&self.controls, &part.controls),
            controls_open: joined(&self.controls_open, &part.controls_open),
            ..self
        }
    }
}

/// Text that a child gives, as the type of what another child takes.
pub(crate) fn spelled<T: Spelled + Clone + Send + Sync + 'static>(text: &Output<String>) -> Output<T> {
    text.try_map(|text| T::parse(&text).map_err(Error::new))
}

fn with(known: &Output<Vec<String>>, more: Vec<String>) -> Output<Vec<String>> {
    known.map(|all| all.into_iter().chain(more).collect())
}

/// Both lists, sorted, each entry once.
fn joined(some: &Output<Vec<String>>, more: &Output<Vec<String>>) -> Output<Vec<String>> {
    let all = Output::all([some.clone(), more.clone()]);
    all.map(|lists| lists.into_iter().flatten().collect::<BTreeSet<_>>().into_iter().collect())
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::component::Arguments as _;
    use pulumi_plugin::{Map, Maybe, Output, Property as _, Value};

    use super::network::{NetworkArgs, NetworkInputs};
    use super::{Profile, Report, SharedInputs, Sharing as _};

    fn network(profile: Profile, protect_stateful: Option<bool>) -> NetworkInputs {
        let given = Map::from([
            ("profile".to_owned(), profile.encode()),
            ("cidr".to_owned(), "10.0.0.0/16".into()),
            ("availabilityZoneCount".to_owned(), Value::Number(2.0)),
            ("tiers".to_owned(), Value::Object(Map::new())),
            ("lockDefaultSecurityGroup".to_owned(), true.into()),
            ("secondaryCidrs".to_owned(), Value::Object(Map::new())),
            ("ipv6".to_owned(), false.into()),
            ("natAllocationIds".to_owned(), Value::Object(Map::new())),
            ("flowLogRetentionDays".to_owned(), Value::Number(90.0)),
            ("subnetGroups".to_owned(), false.into()),
            ("subnetIds".to_owned(), Value::Object(Map::new())),
            ("tags".to_owned(), Value::Object(Map::from([("Team".to_owned(), "web".into())]))),
            ("overrides".to_owned(), Value::Object(Map::from([("vpc".to_owned(), Value::Object(Map::new()))]))),
            ("skip".to_owned(), Value::Array(vec!["igw".into()])),
        ]);
        let inputs = NetworkInputs::decode(&Value::Object(given)).expect("it conforms");
        NetworkInputs { shared: SharedInputs { protect_stateful, ..inputs.shared }, ..inputs }
    }

    #[tokio::test]
    async fn a_part_takes_all_that_is_shared_but_the_wishes_for_single_children() {
        let args: NetworkArgs = network(Profile::Dev, Some(true)).shared();
        let given = args.given().into_iter().filter_map(|(name, input)| Some((name, input.given()?)));
        let names: Vec<_> = given.map(|(name, _)| name).collect();
        assert_eq!(names, ["tags", "profile", "protectStateful"]);
    }

    #[test]
    fn what_holds_data_is_protected() {
        for (profile, given, protects) in [
            (Profile::Standard, None, true),
            (Profile::Fsbp, None, true),
            (Profile::Dev, None, false),
            (Profile::Standard, Some(false), false),
            (Profile::Dev, Some(true), true),
        ] {
            assert_eq!(network(profile, given).shared.protects(), protects, "{profile:?} {given:?}");
        }
    }

    #[tokio::test]
    async fn reports_are_put_together() {
        let none = || Output::known(Vec::new());
        let empty =
            || Report { child_urns: Output::known(Default::default()), controls: none(), controls_open: none() };
        let part = empty().meets("EC2.15").meets_if(false, "EC2.2", "it is off");
        let gone = Report { controls: Output::unknown(), ..empty() };
        let whole = empty().meets("EC2.15").meets_if(true, "EC2.1", "").open("EC2.6", "no logs").including(&part);
        let of = async |list: &Output<Vec<String>>| list.resolve().await.expect("nothing fails").value;
        assert_eq!(of(&whole.controls).await, Maybe::Known(vec!["EC2.1".into(), "EC2.15".into()]));
        let open = vec!["EC2.2: it is off".into(), "EC2.6: no logs".into()];
        assert_eq!(of(&whole.controls_open).await, Maybe::Known(open));
        assert_eq!(of(&whole.including(&gone).controls).await, Maybe::Unknown);
    }
}
