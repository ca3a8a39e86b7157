//! The engine's resource monitor, as a component speaks to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitinfra_proto::pulumirpc as rpc;
use rpc::register_resource_request as register;
use rpc::resource_monitor_client::ResourceMonitorClient;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use crate::component::Registration;
use crate::error::{Error, Result};
use crate::failures::Failures;
use crate::value::{Map, Value};
use crate::wire::{self, Accepts};

const SUCCESS: i32 = rpc::Result::Success as i32;
const FAIL: i32 = rpc::Result::Fail as i32;

/// Larger than any real message: the engine's own limit.
pub(crate) const MESSAGE_LIMIT: usize = 400 << 20;

/// The monitor, with what all children of one component have in common.
pub(crate) struct Monitor {
    client: ResourceMonitorClient<Channel>,
    preview: bool,
    parent: String,
    /// `urn::id` of this very provider instance; empty when the engine did not tell.
    provider: String,
    version: String,
    timeouts: Option<register::CustomTimeouts>,
    /// What the component's `ignoreChanges` says, by the child's key.
    ignored: Vec<String>,
    /// The component's outputs that the program wants to be secret.
    secret_outputs: Vec<String>,
    /// What this provider said of resources that failed.
    failures: Arc<Failures>,
    /// Of all children that the engine didn't get to: said once, and not at all beside a failure.
    pub stopped: Arc<Error>,
    cancel: CancellationToken,
}

/// A child to be told.
pub(crate) struct NewChild {
    pub key: String,
    pub name: String,
    pub token: &'static str,
    pub inputs: Map,
    /// The URNs that each input comes from.
    pub dependencies: BTreeMap<String, BTreeSet<String>>,
}

impl Monitor {
    /// Registers the component itself, just as the engine asked for it.
    pub async fn open(
        request: &rpc::ConstructRequest,
        inputs: &Map,
        provider: &str,
        version: &str,
        failures: Arc<Failures>,
        cancel: CancellationToken,
    ) -> Result<Monitor> {
        let endpoint = Endpoint::from_shared(format!("http://{}", request.monitor_endpoint));
        let endpoint = endpoint.map_err(|e| Error::new(format!("the engine's monitor endpoint: {e}")))?;
        let client = ResourceMonitorClient::new(endpoint.connect_lazy())
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT);
        let answer = client.clone().register_resource(itself(request, inputs)).await.map_err(refused)?.into_inner();
        Ok(Monitor {
            client,
            preview: request.dry_run,
            parent: answer.urn,
            provider: provider.to_owned(),
            version: version.to_owned(),
            timeouts: request.custom_timeouts.as_ref().map(timeouts),
            ignored: request.ignore_changes.clone(),
            secret_outputs: request.additional_secret_outputs.clone(),
            failures,
            stopped: Arc::new(Error::new("the engine stopped before every child was made")),
            cancel,
        })
    }

    /// The component's URN.
    pub fn urn(&self) -> &str {
        &self.parent
    }

    /// Registers a child and waits until the engine has made it.
    pub async fn register(&self, child: NewChild) -> Result<Registration, Arc<Error>> {
        let all: BTreeSet<_> = child.dependencies.values().flatten().cloned().collect();
        let by_property = child
            .dependencies
            .into_iter()
            .map(|(name, urns)| (name, register::PropertyDependencies { urns: urns.into_iter().collect() }));
        // The engine says nothing of what failed; when it was ours, we know.
        let lost = |otherwise: Arc<Error>| {
            let parent = &self.parent;
            let known = self.failures.of_child(parent, child.token, &child.name);
            known.unwrap_or(otherwise)
        };
        let request = rpc::RegisterResourceRequest {
            r#type: child.token.to_owned(),
            name: child.name.clone(),
            parent: self.parent.clone(),
            custom: true,
            object: Some(wire::write_map(&child.inputs, Accepts::STATE)),
            dependencies: all.into_iter().collect(),
            property_dependencies: by_property.collect(),
            provider: self.provider.clone(),
            version: self.version.clone(),
            custom_timeouts: self.timeouts.clone(),
            ignore_changes: ignored(&self.ignored, &child.key),
            ..understood()
        };
        let mut client = self.client.clone();
        // Of what failed the engine says nothing, unless it is to go on.
        let answer = tokio::select! {
            answer = client.register_resource(request) => answer,
            () = self.cancel.cancelled() => return Err(lost(self.stopped.clone())),
        };
        let answer = match answer {
            Ok(answer) => answer.into_inner(),
            Err(status) if status.code() == Code::Unavailable => {
                return Err(lost(self.stopped.clone()));
            }
            Err(status) => return Err(refused(status).into()),
        };
        // Engines of another age know more ways not to succeed than our contract names.
        match answer.result {
            SUCCESS => {}
            FAIL => {
                return Err(lost(Arc::new(Error::new("it failed; its own error says why"))));
            }
            _ => return Err(lost(self.stopped.clone())),
        }
        let state = wire::read_map(answer.object.as_ref()).map_err(|e| Error::new(e.to_string()))?;
        let id = if wire::is_unknown(&answer.id) { String::new() } else { answer.id };
        Ok(Registration { urn: answer.urn, id, state, preview: self.preview || answer.unknown })
    }

    /// The outputs with those secret that the program wants to be. The engine does that for resources, but not for components.
    pub fn veiled(&self, mut outputs: Map) -> Map {
        for name in &self.secret_outputs {
            if let Some(output) = outputs.remove(name) {
                outputs.insert(name.clone(), output.into_secret());
            }
        }
        outputs
    }

    /// Says the component's outputs, once all its children are done.
    pub async fn finish(&self, outputs: &Map) -> Result<()> {
        let request = rpc::RegisterResourceOutputsRequest {
            urn: self.parent.clone(),
            outputs: Some(wire::write_map(outputs, Accepts::STATE)),
        };
        self.client.clone().register_resource_outputs(request).await.map_err(refused)?;
        Ok(())
    }
}

/// A request that says what we understand of the answer.
fn understood() -> rpc::RegisterResourceRequest {
    rpc::RegisterResourceRequest {
        accept_secrets: true,
        accept_resources: true,
        supports_partial_values: true,
        supports_result_reporting: true,
        alias_specs: true,
        accepts_byte_string: true,
        ..Default::default()
    }
}

/// The registration of the component itself: every option goes on as the engine gave it.
fn itself(request: &rpc::ConstructRequest, inputs: &Map) -> rpc::RegisterResourceRequest {
    let by_property = inputs.iter().map(|(name, value)| {
        let given = request.input_dependencies.get(name).map(|d| d.urns.clone()).unwrap_or_default();
        let urns: BTreeSet<_> = given.into_iter().chain(value.dependencies()).collect();
        (name.clone(), register::PropertyDependencies { urns: urns.into_iter().collect() })
    });
    rpc::RegisterResourceRequest {
        r#type: request.r#type.clone(),
        name: request.name.clone(),
        parent: request.parent.clone(),
        object: Some(wire::write_map(inputs, Accepts::STATE)),
        dependencies: request.dependencies.clone(),
        property_dependencies: by_property.collect(),
        protect: request.protect,
        providers: request.providers.clone(),
        aliases: request.aliases.clone(),
        additional_secret_outputs: request.additional_secret_outputs.clone(),
        custom_timeouts: request.custom_timeouts.as_ref().map(timeouts),
        deleted_with: request.deleted_with.clone(),
        delete_before_replace: request.delete_before_replace.unwrap_or_default(),
        delete_before_replace_defined: request.delete_before_replace.is_some(),
        ignore_changes: request.ignore_changes.clone(),
        replace_on_changes: request.replace_on_changes.clone(),
        retain_on_delete: request.retain_on_delete,
        hooks: request.resource_hooks.as_ref().map(hooks),
        replace_with: request.replace_with.clone(),
        replacement_trigger: request.replacement_trigger.clone(),
        parent_stack_trace_handle: request.stack_trace_handle.clone(),
        ..understood()
    }
}

fn timeouts(given: &rpc::construct_request::CustomTimeouts) -> register::CustomTimeouts {
    register::CustomTimeouts {
        create: given.create.clone(),
        update: given.update.clone(),
        delete: given.delete.clone(),
        read: given.read.clone(),
    }
}

fn hooks(given: &rpc::construct_request::ResourceHooksBinding) -> register::ResourceHooksBinding {
    register::ResourceHooksBinding {
        before_create: given.before_create.clone(),
        after_create: given.after_create.clone(),
        before_update: given.before_update.clone(),
        after_update: given.after_update.clone(),
        before_delete: given.before_delete.clone(),
        after_delete: given.after_delete.clone(),
        on_error: given.on_error.clone(),
    }
}

/// The part of a component's `ignoreChanges` that is about one child: `subnet.tags` is the child `subnet`'s `tags`.
fn ignored(all: &[String], key: &str) -> Vec<String> {
    let quoted = format!("[\"{key}\"].");
    let plain = format!("{key}.");
    let own = |path: &String| path.strip_prefix(&plain).or_else(|| path.strip_prefix(&quoted)).map(str::to_owned);
    all.iter().filter_map(own).collect()
}

fn refused(status: tonic::Status) -> Error {
    Error::new(status.message())
}

/// The outputs of a component as the engine's answer has them, out of resolved values.
pub(crate) fn resolved(outputs: Vec<(&'static str, Value)>) -> Map {
    outputs.into_iter().filter(|(_, v)| *v != Value::Null).map(|(name, v)| (name.to_owned(), v)).collect()
}
