//! What a call is answered with.

use std::time::Duration;

use gitinfra_proto::pulumirpc as rpc;
use serde_json::json;

use super::{Met, Service, Start};
use crate::call::Call;
use crate::catalogue::{Meta, Package};
use crate::error::Result;
use crate::lifecycle::Pace;
use crate::resource::{Nothing, Provider};
use crate::value::{Map, map};

struct Somewhere;

impl Provider for Somewhere {
    type Config = Nothing;
    type Common = Nothing;
    type Session = ();

    async fn configure(_: Nothing, _: Pace) -> Result<Self> {
        Ok(Somewhere)
    }

    async fn session(&self, _: &Nothing, _: Call) -> Result<()> {
        Ok(())
    }
}

const URN: &str = "urn:pulumi:dev::web::p:index:Site$p:index:File::s::map";

/// The calls of two requests about the same resource.
async fn calls(name: &str, known: &[&Map]) -> [Call; 2] {
    let start = Start { engine: None, pace: Pace(1.0), pending: Default::default(), creations: Default::default() };
    let service = Service::new(Package::<Somewhere>::new(Meta::default()), &start);
    let configured = service.configure(rpc::ConfigureRequest::default()).await;
    assert!(configured.is_ok());
    let open = async || match service.open(URN, name, 2.5, known).await {
        Ok(at) => at.call,
        Err(status) => panic!("{status}"),
    };
    [open().await, open().await]
}

#[tokio::test]
async fn attempts_have_one_token_and_each_its_own_idempotency() {
    let inputs = map(json!({"__birth": {"token": "t"}}));
    // The first properties that there are tell it.
    for known in [&[&inputs][..], &[&Map::new(), &inputs]] {
        let [one, other] = calls("", known).await;
        assert_eq!((&*one.birth.token, &*other.birth.token), ("t", "t"));
        assert_ne!(one.birth.once, other.birth.once);
        assert_eq!(one.birth.once.len(), 32);
    }
}

#[tokio::test]
async fn a_resources_name_is_in_its_urn() {
    for (given, name) in [("", "s::map"), ("told", "told")] {
        let [call, _] = calls(given, &[]).await;
        assert_eq!(&*call.name, name);
        assert_eq!(call.timeout, Some(Duration::from_millis(2500)));
    }
}

/// What a preview says of a whole component's making is no news where a part of it is there.
#[test]
fn a_component_of_which_something_is_there_is_known() {
    let whole = "urn:pulumi:dev::web::p:index:Site::web";
    let cases = [
        ("urn:pulumi:dev::web::p:index:Site$p:index:Net$p:index:File::web-net-a", true),
        ("urn:pulumi:dev::web::p:index:Site$p:index:File::web-a", true),
        ("urn:pulumi:dev::web::p:index:Site$p:index:File::other-a", false),
        ("urn:pulumi:dev::web::p:index:Sitemap$p:index:File::web-a", false),
        ("urn:pulumi:dev::web::p:index:File::web-a", false),
        (whole, false),
    ];
    for (urn, expected) in cases {
        let met = Met::<Somewhere> { shown: [urn.to_owned()].into(), ..Met::default() };
        assert_eq!(met.has_shown(whole), expected, "{urn}");
    }
}
