//! The provider's own configuration.

use gitinfra_proto::pulumirpc as rpc;
use tonic::Status;

use crate::assume::sure;
use crate::conform::conform;
use crate::diff::diff;
use crate::error::Error;
use crate::hide::secrets;
use crate::property::{Property as _, Shaped as _};
use crate::resource::Provider;
use crate::serve::{Configured, Service, check};
use crate::shape::{Shape, Type};
use crate::status::clean;
use crate::value::{Map, Value};
use crate::wire::{self, Accepts};

/// What the engine keeps among a provider's inputs, and is not ours to judge.
const ENGINES_OWN: [&str; 2] = ["version", "pluginDownloadURL"];

impl<P: Provider> Service<P> {
    pub(super) fn check_config(&self, request: rpc::CheckRequest) -> Result<rpc::CheckResponse, Status> {
        let news = wire::read_map(request.news.as_ref())?;
        let shape = P::Config::shape();
        let mut checked = conform(&[shape], &parsed(shape, &news));
        let mut faults = std::mem::take(&mut checked.faults);
        if faults.is_empty() {
            faults =
                sure(&shape.fields(), &checked, |config| match P::Config::decode(&Value::Object(config.clone())) {
                    Ok(config) => P::check(&config),
                    Err(fault) => vec![fault],
                });
        }
        // As given: defaults and the environment must not get into the state, nor may what is secret by nature in plain text.
        Ok(rpc::CheckResponse {
            inputs: Some(wire::write_map(&marked(shape, &news), Accepts::STATE)),
            failures: check::failures(faults, &[&news, &checked.properties]),
        })
    }

    pub(super) fn diff_config(&self, request: rpc::DiffRequest) -> Result<rpc::DiffResponse, Status> {
        let shape = P::Config::shape();
        let old = match &request.old_inputs {
            Some(inputs) if !inputs.fields.is_empty() => Some(inputs),
            _ => request.olds.as_ref(),
        };
        let old = parsed(shape, &wire::read_map(old)?);
        let new = parsed(shape, &wire::read_map(request.news.as_ref())?);
        let mut changes = diff(&[shape], &old, &new);
        changes.retain(|c| !ENGINES_OWN.contains(&c.at.head()));
        let replaces = check::heads(changes.iter().filter(|c| c.replace));
        Ok(check::respond(&changes, replaces, Vec::new(), false))
    }

    pub(super) async fn configure(&self, request: rpc::ConfigureRequest) -> Result<rpc::ConfigureResponse, Status> {
        let shape = P::Config::shape();
        let args = wire::read_map(request.args.as_ref())?;
        let checked = conform(&[shape], &parsed(shape, &args));
        let hidden = secrets([&args, &checked.properties]);
        let refused = |error: Error| clean(&error.doing("provider configuration").hiding(&hidden));
        if !checked.faults.is_empty() {
            return Err(refused(Error::invalid(checked.faults)));
        }
        let config = P::Config::decode(&Value::Object(checked.properties));
        let config = config.map_err(|fault| refused(fault.into()))?;
        let provider = P::configure(config, self.pace).await;
        let provider = provider.map_err(|error| clean(&error.hiding(&hidden)))?;
        let reference = match (&request.urn, &request.id) {
            (Some(urn), Some(id)) if !urn.is_empty() && !id.is_empty() => format!("{urn}::{id}"),
            _ => String::new(),
        };
        self.configure_as(Configured { provider, reference });
        Ok(rpc::ConfigureResponse {
            accept_secrets: true,
            supports_preview: true,
            accept_resources: true,
            accept_outputs: true,
            supports_autonaming_configuration: true,
        })
    }
}

/// What is given, with everything secret that its type says is, or may be in part.
fn marked(shape: &'static Shape, given: &Map) -> Map {
    let secret = |name: &str| shape.field(name).is_some_and(|field| (field.ty)().has_secret());
    let each =
        given.iter().map(|(name, value)| match secret(name) && !matches!(value.bare(), Value::Null | Value::Unknown) {
            true => (name.clone(), value.clone().into_secret()),
            false => (name.clone(), value.clone()),
        });
    each.collect()
}

/// Configuration comes as strings, with everything that is not one written as JSON in it.
fn parsed(shape: &'static Shape, given: &Map) -> Map {
    let ours = given.iter().filter(|(name, _)| !ENGINES_OWN.contains(&name.as_str()));
    let parsed = ours.map(|(name, value)| {
        let structured = shape.field(name).map(|f| (f.ty)()).filter(|ty| !textual(ty));
        let value = match (structured, value.bare()) {
            (Some(_), Value::String(text)) => match serde_json::from_str(text) {
                Ok(json) if value.has_secret() => Value::from_json(&json).into_secret(),
                Ok(json) => Value::from_json(&json),
                Err(_) => value.clone(),
            },
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    parsed.collect()
}

fn textual(ty: &Type) -> bool {
    match ty.bare() {
        Type::Text | Type::Enum(_) => true,
        Type::Format(format) => !format.or_object,
        _ => false,
    }
}
