//! Construct: components.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use gitinfra_proto::pulumirpc as rpc;
use rpc::construct_response::PropertyDependencies;
use tonic::Status;

use crate::catalogue::{AnyComponent, Constructed, Site};
use crate::error::{Error, Fault};
use crate::failures::child_urn;
use crate::hide::secrets;
use crate::monitor::{Monitor, Registrar, stopped};
use crate::property::Shaped as _;
use crate::resource::Provider;
use crate::serve::Service;
use crate::serve::rehearsal::{Checked, Stage};
use crate::status::{clean, wrong};
use crate::urn::Urn;
use crate::value::{Map, OutputValue, Value};
use crate::veil::{discreet, is_secret};
use crate::wire::{self, Accepts};

impl<P: Provider> Service<P> {
    pub(super) async fn construct(&self, request: rpc::ConstructRequest) -> Result<rpc::ConstructResponse, Status> {
        let _building = self.building().token();
        let failures = self.failures();
        let _part = failures.build(&request.parent, &request.r#type, &request.name);
        let component = self.package.components.iter().find(|c| c.token() == request.r#type);
        let component =
            component.ok_or_else(|| Status::not_found(format!("no component `{}` in this package", request.r#type)))?;
        let inputs = with_dependencies(wire::read_map(request.inputs.as_ref())?, &request);
        // What a component that this one is a part of has to say, when the engine says nothing.
        let note = |error: Error| failures.note(&child_urn(&request.parent, &request.r#type, &request.name), error);
        let checked = Checked::of(component.as_ref(), &inputs);
        let mut faults = self.rehearsed(component.as_ref(), &request, &checked).await;
        let Checked { properties, faults: own, unknown, .. } = checked;
        let must = "must be known before anything is made: it says which resources there are";
        faults.extend(own.into_iter().chain(unknown.into_iter().map(|at| Fault::new(at, must))));
        let given = [&inputs, &properties];
        if !faults.is_empty() {
            faults.sort_by(|a, b| (&a.at, &a.why).cmp(&(&b.at, &b.why)));
            faults.dedup();
            let faults = discreet(faults, &given);
            note(Error::invalid(faults.clone()));
            return Err(wrong(&faults, |fault| is_secret(&given, fault)));
        }
        let (urn, outcome) = self.build(component.as_ref(), &request, &inputs, &properties).await?;
        match outcome {
            Ok(Constructed { outputs, notes }) => {
                let log = self.log.hiding(secrets([&inputs, &properties]));
                // By now the engine has asked about every child, and shown what is there of it.
                let stands = self.met().has_shown(&urn);
                for note in notes.into_iter().filter(|note| request.dry_run && !(note.at_birth && stands)) {
                    log.info(&urn, note.line).await;
                }
                Ok(respond(urn, outputs, request.accepts_output_values))
            }
            Err(error) => {
                let said = (*error).clone().hiding(&secrets([&inputs, &properties]));
                if !Arc::ptr_eq(&error, &stopped()) {
                    note(said.clone());
                }
                match said.faults() {
                    [] => Err(clean(&said)),
                    faults => Err(wrong(faults, |fault| is_secret(&given, fault))),
                }
            }
        }
    }

    /// What a preview finds wrong below a component, before the engine is told any child. Parts have been looked at with the component that they are of.
    async fn rehearsed(
        &self,
        component: &dyn AnyComponent<P>,
        request: &rpc::ConstructRequest,
        checked: &Checked,
    ) -> Vec<Fault> {
        let parent = Urn::parse(&request.parent);
        let is_part = self.package.components.iter().any(|it| it.token() == parent.token());
        if !request.dry_run || is_part || !checked.formed {
            return Vec::new();
        }
        let (Ok(configured), Ok(at)) =
            (self.configured(), self.open(&request.parent, &request.name, 0.0, &[&checked.properties]).await)
        else {
            return Vec::new();
        };
        let stage = Arc::new(Stage { package: self.package.clone(), configured, call: at.call });
        let urn = child_urn(&request.parent, component.token(), &request.name);
        // It may meet what a rule has refused, which nobody had to expect: then what the rules say is all.
        let rehearsal = stage.rehearse(component, &request.name, &urn, &checked.properties);
        let faults = AssertUnwindSafe(rehearsal).catch_unwind().await.map(|(faults, _)| faults);
        faults.unwrap_or_default()
    }

    /// Builds the component; its URN, empty as long as it has none, and what came of it.
    async fn build(
        &self,
        component: &dyn AnyComponent<P>,
        request: &rpc::ConstructRequest,
        inputs: &Map,
        properties: &Map,
    ) -> Result<(String, Result<Constructed, Arc<Error>>), Status> {
        let configured = self.configured()?;
        let mut common: Map = properties.clone();
        common.retain(|name, _| P::Common::shape().field(name).is_some());
        configured.provider.complete(P::Common::shape(), &mut common);
        let at = self.open(&request.parent, &request.name, 0.0, &[&common, inputs]).await?;
        let mut urn = String::new();
        let open = async {
            let version = self.package.meta.version;
            let kept = (self.failures(), self.early());
            let monitor = Monitor::open(request, inputs, &configured.reference, version, kept, self.cancel()).await?;
            urn = monitor.urn().to_owned();
            let registrar: Arc<dyn Registrar> = Arc::new(monitor);
            Ok(registrar)
        };
        let site = Site { session: &at.session, name: &request.name, call: Some(&at.call), open: open.boxed() };
        let outcome = component.construct(site, properties).await;
        Ok((urn, outcome))
    }
}

/// The inputs, with the dependencies that the engine keeps beside them where it doesn't send output values.
fn with_dependencies(inputs: Map, request: &rpc::ConstructRequest) -> Map {
    let each = inputs.into_iter().map(|(name, value)| {
        let urns: BTreeSet<String> =
            request.input_dependencies.get(&name).map(|d| d.urns.iter().cloned().collect()).unwrap_or_default();
        if urns.is_empty() || matches!(value, Value::Output(_)) {
            return (name, value);
        }
        let secret = matches!(value, Value::Secret(_));
        let value = Some(value.bare().clone()).filter(|v| *v != Value::Unknown);
        (name, Value::Output(Box::new(OutputValue { value, secret, dependencies: urns })))
    });
    each.collect()
}

fn respond(urn: String, outputs: Map, output_values: bool) -> rpc::ConstructResponse {
    let dependencies = outputs
        .iter()
        .map(|(name, value)| (name.clone(), PropertyDependencies { urns: value.dependencies().into_iter().collect() }));
    rpc::ConstructResponse {
        urn,
        state_dependencies: dependencies.collect(),
        state: Some(wire::write_map(&outputs, Accepts { outputs: output_values, ..Accepts::ALL })),
    }
}
