//! gitinfra with one more component: two networks side by side, one of which holds what comes after the other. It is how a component of
//! one's own holds gitinfra's; the tests run it.

use std::collections::BTreeMap;
use std::time::Duration;

use gitinfra_provider::aws::{Aws, Gitinfra, Tags};
use gitinfra_provider::catalogue;
use gitinfra_provider::components::network::{Nat, Network, NetworkArgs, NetworkSettingsArgs};
use gitinfra_provider::components::{Report, SharedArgs, SharedInputs, Sharing as _};
use gitinfra_provider::ec2::security_group::{SecurityGroup, SecurityGroupArgs};
use gitinfra_provider::types::{Cidr, GroupDescription};
use pulumi_plugin::{Component, Knobs, Output, Outputs, Package, Property, Result, Scope, Start, serve};

/// What two networks are made of.
#[derive(Debug, Clone, Property)]
pub struct TwinNetworksInputs {
    /// The range of the VPC for what serves users.
    pub front: Cidr<16, 28>,
    /// The range of the VPC for what does not.
    pub back: Cidr<16, 28>,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// Two networks and a security group.
#[derive(Clone, Outputs)]
pub struct TwinNetworks {
    /// The VPCs' ids.
    pub vpc_ids: Output<BTreeMap<String, String>>,
    /// The ids of the subnets of the front network's tier `data`.
    pub data_subnet_ids: Output<Vec<String>>,
    /// The back network.
    pub back: Option<Output<Network>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for TwinNetworks {
    const TOKEN: &'static str = "gitinfra:index:TwinNetworks";
    type Session = Aws;
    type Inputs = TwinNetworksInputs;
    type Facts = ();

    fn knobs(inputs: &TwinNetworksInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Aws, _: &TwinNetworksInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: TwinNetworksInputs, (): ()) -> Result<Self> {
        let settings =
            NetworkSettingsArgs { cidr: inputs.front.into(), availability_zone_count: 1.into(), ..Default::default() };
        let front = here.part::<Network>("front", NetworkArgs { settings, ..inputs.shared() });
        let settings = NetworkSettingsArgs { cidr: inputs.back.into(), nat: Nat::None.into(), ..Default::default() };
        let back = NetworkArgs { settings, ..inputs.shared() };
        let back = here.child("back").after(&front).part::<Network>(back);
        let group = SecurityGroupArgs {
            vpc_id: (&front.vpc_id).into(),
            description: GroupDescription::from("data").into(),
            tags: Tags::from([("Name".into(), "data".into())]).into(),
            ..Default::default()
        };
        here.child("data-sg")
            .protect(inputs.shared.protects())
            .timeouts(None, None, Duration::from_secs(60))
            .add::<SecurityGroup>(group);
        Ok(TwinNetworks {
            vpc_ids: Output::all_by_key([("front".into(), front.vpc_id.clone()), ("back".into(), back.vpc_id.clone())]),
            data_subnet_ids: front.data_subnet_ids.clone(),
            back: Some(Output::known((*back).clone())),
            report: Report::of(here).including(&front.report).including(&back.report),
        })
    }
}

fn package() -> Package<Gitinfra> {
    catalogue().component::<TwinNetworks>()
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut start = Start::from_args(std::env::args());
    if let Some(scale) = std::env::var("GITINFRA_TIME_SCALE").ok().and_then(|text| text.parse().ok()) {
        start = start.pace(scale);
    }
    serve(package(), start).await
}
