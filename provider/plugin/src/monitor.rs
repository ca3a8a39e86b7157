//! The engine's resource monitor, as a component speaks to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use gitinfra_proto::pulumirpc as rpc;
use rpc::register_resource_request as register;
use rpc::resource_monitor_client::ResourceMonitorClient;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use crate::component::Registration;
use crate::early::{Early, Outlets};
use crate::error::{Error, Fault, Result};
use crate::failures::{Failures, child_urn};
use crate::value::{Map, Value};
use crate::wire::{self, Accepts};

const SUCCESS: i32 = rpc::Result::Success as i32;
const FAIL: i32 = rpc::Result::Fail as i32;

/// Larger than any real message: the engine's own limit.
pub(crate) const MESSAGE_LIMIT: usize = 400 << 20;

/// Who takes the children of a component: the engine, or a rehearsal.
pub(crate) trait Registrar: Send + Sync {
    /// Takes a child or part; ends when it is there. A part may tell its outputs before that.
    fn register(
        &self,
        child: NewChild,
        early: oneshot::Sender<Outlets>,
    ) -> BoxFuture<'_, Result<Registration, Arc<Error>>>;

    /// Takes the component's outputs as they come to be known, for the component that it is a part of.
    fn tell(&self, _outlets: Outlets) {}

    /// Takes what is wrong with the children as a whole; whether it goes on all the same.
    fn refuse(&self, faults: Vec<Fault>) -> Result<()> {
        Err(Error::invalid(faults))
    }

    /// The outputs with those secret that the program wants to be.
    fn veiled(&self, outputs: Map) -> Map {
        outputs
    }

    /// Takes the component's outputs, once all its children are done.
    fn finish<'a>(&'a self, outputs: &'a Map) -> BoxFuture<'a, Result<()>>;
}

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
    /// What this provider says of parts that are not whole yet.
    early: Arc<Early>,
    cancel: CancellationToken,
}

/// What is wrong with all children that the engine didn't get to: said once, and not at all beside a failure.
pub(crate) fn stopped() -> Arc<Error> {
    static STOPPED: LazyLock<Arc<Error>> =
        LazyLock::new(|| Arc::new(Error::new("the engine stopped before every child was made")));
    STOPPED.clone()
}

/// How long operations of a child may take; empty for what the component says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Timeouts([String; 3]);

impl Timeouts {
    /// For its creation, update and deletion.
    pub fn of(each: [Option<Duration>; 3]) -> Timeouts {
        Timeouts(each.map(|time| time.map_or_else(String::new, |time| format!("{}ms", time.as_millis()))))
    }

    /// These where they are given, else the others.
    fn or(self, others: Option<&register::CustomTimeouts>) -> Option<register::CustomTimeouts> {
        let mut all = others.cloned().unwrap_or_default();
        let Timeouts([create, update, delete]) = self;
        for (own, all) in [(create, &mut all.create), (update, &mut all.update), (delete, &mut all.delete)] {
            if !own.is_empty() {
                *all = own;
            }
        }
        Some(all).filter(|all| *all != register::CustomTimeouts::default())
    }
}

/// A child or part to be told.
pub(crate) struct NewChild {
    pub key: String,
    pub name: String,
    pub token: &'static str,
    /// Whether it is a component, which the engine has us build.
    pub part: bool,
    pub inputs: Map,
    /// The URNs that each input comes from.
    pub property_dependencies: BTreeMap<String, BTreeSet<String>>,
    /// The URNs that it depends on beside its inputs.
    pub after: BTreeSet<String>,
    pub protect: bool,
    pub retain: bool,
    pub timeouts: Timeouts,
    /// A URN; may be empty.
    pub deleted_with: String,
    /// The names that it had.
    pub aliases: Vec<String>,
    /// The URNs of the parents that it had, each with its name there.
    pub moved: Vec<(String, String)>,
    pub replace_on: Vec<String>,
    /// The URNs of what it is replaced with.
    pub replaced_with: Vec<String>,
    /// Inputs whose changes the engine ignores, beside those that the program says.
    pub ignored: Vec<String>,
}

impl Monitor {
    /// Registers the component itself, just as the engine asked for it.
    pub async fn open(
        request: &rpc::ConstructRequest,
        inputs: &Map,
        provider: &str,
        version: &str,
        (failures, early): (Arc<Failures>, Arc<Early>),
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
            early,
            cancel,
        })
    }

    /// The component's URN.
    pub fn urn(&self) -> &str {
        &self.parent
    }

    async fn registered(&self, child: NewChild) -> Result<Registration, Arc<Error>> {
        let (token, name, part) = (child.token, child.name.clone(), child.part);
        // The engine says nothing of what failed; when it was ours, we know.
        let lost = |otherwise: Arc<Error>| self.failures.of_child(&self.parent, token, &name).unwrap_or(otherwise);
        let request = self.request(child);
        let mut client = self.client.clone();
        // Of what failed the engine says nothing, unless it is to go on.
        let answer = tokio::select! {
            answer = client.register_resource(request) => answer,
            () = self.cancel.cancelled() => {
                if part {
                    self.failures.built(&self.parent, token, &name).await;
                }
                return Err(lost(stopped()));
            }
        };
        let answer = match answer {
            Ok(answer) => answer.into_inner(),
            Err(status) if status.code() == Code::Unavailable => return Err(lost(stopped())),
            Err(status) => return Err(lost(refused(status).into())),
        };
        // Engines of another age know more ways not to succeed than our contract names.
        match answer.result {
            SUCCESS => self.registration(answer).map_err(Arc::new),
            FAIL => Err(lost(Arc::new(Error::new("it failed; its own error says why")))),
            _ => Err(lost(stopped())),
        }
    }

    fn request(&self, child: NewChild) -> rpc::RegisterResourceRequest {
        let of_properties = child.property_dependencies.values().flatten().cloned();
        let all: BTreeSet<_> = of_properties.chain(child.after).collect();
        let by_property = child
            .property_dependencies
            .into_iter()
            .map(|(name, urns)| (name, register::PropertyDependencies { urns: urns.into_iter().collect() }));
        let accepts = if child.part { Accepts::ALL } else { Accepts::STATE };
        rpc::RegisterResourceRequest {
            r#type: child.token.to_owned(),
            name: child.name,
            parent: self.parent.clone(),
            custom: !child.part,
            remote: child.part,
            object: Some(wire::write_map(&child.inputs, accepts)),
            dependencies: all.into_iter().collect(),
            property_dependencies: by_property.collect(),
            provider: self.provider.clone(),
            version: self.version.clone(),
            custom_timeouts: child.timeouts.or(self.timeouts.as_ref()),
            ignore_changes: ignored(&self.ignored, &child.key).into_iter().chain(child.ignored).collect(),
            // What is left out is the component's own.
            protect: child.protect.then_some(true),
            retain_on_delete: child.retain.then_some(true),
            deleted_with: child.deleted_with,
            aliases: child.aliases.into_iter().map(named).chain(child.moved.into_iter().map(moved)).collect(),
            replace_on_changes: child.replace_on,
            replace_with: child.replaced_with,
            ..understood()
        }
    }

    fn registration(&self, answer: rpc::RegisterResourceResponse) -> Result<Registration> {
        let state = wire::read_map(answer.object.as_ref()).map_err(|e| Error::new(e.to_string()))?;
        let dependencies = answer.property_dependencies.into_iter();
        Ok(Registration {
            urn: answer.urn,
            id: if wire::is_unknown(&answer.id) { String::new() } else { answer.id },
            state,
            dependencies: dependencies.map(|(name, from)| (name, from.urns.into_iter().collect())).collect(),
            preview: self.preview || answer.unknown,
        })
    }
}

impl Registrar for Monitor {
    /// Registers a child or part and waits until the engine has made it.
    fn register(
        &self,
        child: NewChild,
        early: oneshot::Sender<Outlets>,
    ) -> BoxFuture<'_, Result<Registration, Arc<Error>>> {
        if child.part {
            self.early.listen(child_urn(&self.parent, child.token, &child.name), early);
        }
        self.registered(child).boxed()
    }

    fn tell(&self, mut outlets: Outlets) {
        for name in &self.secret_outputs {
            if let Some(output) = outlets.get_mut(name.as_str()) {
                *output = output.secret();
            }
        }
        self.early.tell(&self.parent, outlets);
    }

    /// The engine does that for resources, but not for components.
    fn veiled(&self, mut outputs: Map) -> Map {
        for name in &self.secret_outputs {
            if let Some(output) = outputs.remove(name) {
                outputs.insert(name.clone(), output.into_secret());
            }
        }
        outputs
    }

    fn finish<'a>(&'a self, outputs: &'a Map) -> BoxFuture<'a, Result<()>> {
        let request = rpc::RegisterResourceOutputsRequest {
            urn: self.parent.clone(),
            outputs: Some(wire::write_map(outputs, Accepts::STATE)),
        };
        let mut client = self.client.clone();
        async move { client.register_resource_outputs(request).await.map(drop).map_err(refused) }.boxed()
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

/// Another name that a resource had, in the same place.
fn named(name: String) -> rpc::Alias {
    let spec = rpc::alias::Spec { name, ..Default::default() };
    rpc::Alias { alias: Some(rpc::alias::Alias::Spec(spec)) }
}

/// Where a resource stood under another parent.
fn moved((parent, name): (String, String)) -> rpc::Alias {
    let parent = Some(rpc::alias::spec::Parent::ParentUrn(parent));
    let spec = rpc::alias::Spec { name, parent, ..Default::default() };
    rpc::Alias { alias: Some(rpc::alias::Alias::Spec(spec)) }
}

fn refused(status: tonic::Status) -> Error {
    Error::new(status.message())
}

/// The outputs of a component as the engine's answer has them, out of resolved values.
pub(crate) fn resolved(outputs: Vec<(&'static str, Value)>) -> Map {
    outputs.into_iter().filter(|(_, v)| *v != Value::Null).map(|(name, v)| (name.to_owned(), v)).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Timeouts, ignored, register};

    #[test]
    fn a_childs_own_patience_wins_over_its_components() {
        let all = register::CustomTimeouts { create: "1m".into(), delete: "2m".into(), ..Default::default() };
        let own = || Timeouts::of([Some(Duration::from_millis(1500)), Some(Duration::from_secs(60)), None]);
        let of = |create: &str, update: &str, delete: &str| {
            Some(register::CustomTimeouts {
                create: create.into(),
                update: update.into(),
                delete: delete.into(),
                read: String::new(),
            })
        };
        assert_eq!(own().or(Some(&all)), of("1500ms", "60000ms", "2m"));
        assert_eq!(own().or(None), of("1500ms", "60000ms", ""));
        assert_eq!(Timeouts::default().or(Some(&all)), of("1m", "", "2m"));
        assert_eq!(Timeouts::default().or(None), None);
    }

    #[test]
    fn ignored_changes_are_cut_to_the_child_that_they_name() {
        let all = ["subnet.tags", "net.subnet.tags", "[\"net\"].cidr", "network.cidr"].map(str::to_owned);
        assert_eq!(ignored(&all, "net"), ["subnet.tags", "cidr"]);
        assert_eq!(ignored(&all, "subnet"), ["tags"]);
    }
}
