//! Components built over gRPC without an engine: a monitor of ours takes their children, so that a test sees in milliseconds what a preview would show.

mod blocks;
mod controls;
mod faults;
mod golden;
mod names;
mod network;
mod standing;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gitinfra_proto::google::rpc::Status as Detailed;
use gitinfra_proto::pulumirpc as rpc;
use prost::Message as _;
use rpc::resource_monitor_server::{ResourceMonitor, ResourceMonitorServer};
use rpc::resource_provider_client::ResourceProviderClient;
use serde_json::Value;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Request, Response, Status};

use crate::aws::Aws;
use crate::life::provider::Provider;
use crate::life::wire::{UNKNOWN, read, written};
use standing::Standing;

/// A child as the engine is told of it.
#[derive(Debug, Clone)]
pub struct Told {
    pub token: String,
    pub parent: String,
    pub inputs: Value,
    pub protect: bool,
    /// The inputs that count at its creation only.
    pub ignored: Vec<String>,
    /// The names and parents that it had, by the ends of their URNs.
    pub former: Vec<(String, String)>,
}

/// What a component is built of, and what it gives.
pub struct Built {
    /// The resources, by their names.
    pub told: BTreeMap<String, Told>,
    /// The outputs of every component, by its name.
    pub outputs: BTreeMap<String, Value>,
    /// The resources and components that each one is told after, by their names.
    pub after: BTreeMap<String, BTreeSet<String>>,
}

/// Why a component is not built: each property that is wrong, and why.
pub type Wrong = Vec<(String, String)>;

/// The engine's part.
#[derive(Clone)]
struct Monitor {
    provider: ResourceProviderClient<Channel>,
    address: Arc<OnceLock<String>>,
    told: Arc<Mutex<BTreeMap<String, Told>>>,
    outputs: Arc<Mutex<BTreeMap<String, Value>>>,
    after: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
    standing: Arc<Standing>,
}

/// Builds a component of this package as a preview does of a new one.
pub fn build(aws: &Aws, token: &str, name: &str, inputs: &Value) -> Result<Built, Wrong> {
    built(aws, Arc::default(), token, name, inputs)
}

/// The same in a stack that stands.
fn built(aws: &Aws, standing: Arc<Standing>, token: &str, name: &str, inputs: &Value) -> Result<Built, Wrong> {
    let provider = Provider::start(aws, None);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let address = provider.address().to_owned();
        let client = ResourceProviderClient::connect(address).await.expect("the provider listens");
        let (address, told, outputs, after) = Default::default();
        let monitor = Monitor { provider: client, address, told, outputs, after, standing };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let own = listener.local_addr().expect("it has an address").to_string();
        monitor.address.set(own).expect("it is set once");
        let server = Server::builder().add_service(ResourceMonitorServer::new(monitor.clone()));
        let serving = tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        let stack = monitor.standing.stack();
        let built = monitor.construct(token, name, &stack, inputs).await;
        serving.abort();
        built.map_err(|status| wrong(&status))?;
        Ok(Built { told: taken(&monitor.told), outputs: taken(&monitor.outputs), after: taken(&monitor.after) })
    })
}

fn taken<T: Default>(all: &Mutex<T>) -> T {
    std::mem::take(&mut *all.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The names of what a resource depends on, by its properties and options.
fn after(request: &rpc::RegisterResourceRequest) -> BTreeSet<String> {
    let by_property = request.property_dependencies.values().flat_map(|each| &each.urns);
    let named = |urn: &String| urn.rsplit("::").next().map(str::to_owned);
    request.dependencies.iter().chain(by_property).filter_map(named).collect()
}

/// The properties that a refusal names, and why; all of it in the words of the failure where it names none.
fn wrong(status: &Status) -> Wrong {
    let details = Detailed::decode(status.details()).unwrap_or_default().details;
    let detail = details.iter().find(|any| any.type_url.ends_with("InputPropertiesError"));
    let faults = detail.and_then(|any| rpc::InputPropertiesError::decode(&*any.value).ok()).unwrap_or_default().errors;
    match faults.is_empty() {
        true => vec![(String::new(), status.message().to_owned())],
        false => faults.into_iter().map(|fault| (fault.property_path, fault.reason)).collect(),
    }
}

/// The URN of a resource of a parent.
fn urn(parent: &str, token: &str, name: &str) -> String {
    let parts: Vec<_> = parent.splitn(4, "::").collect();
    let [stack, project, types, _] = parts[..] else { panic!("no URN: {parent}") };
    match types {
        "pulumi:pulumi:Stack" => format!("{stack}::{project}::{token}::{name}"),
        types => format!("{stack}::{project}::{types}${token}::{name}"),
    }
}

impl Monitor {
    /// Has the provider build a component; its URN and its outputs.
    async fn construct(
        &self,
        token: &str,
        name: &str,
        parent: &str,
        inputs: &Value,
    ) -> Result<rpc::ConstructResponse, Status> {
        let request = rpc::ConstructRequest {
            project: self.standing.project.clone(),
            stack: self.standing.stack.clone(),
            dry_run: true,
            parallel: 64,
            monitor_endpoint: self.address.get().cloned().unwrap_or_default(),
            r#type: token.into(),
            name: name.into(),
            parent: parent.into(),
            inputs: Some(written(inputs)),
            ..Default::default()
        };
        let answer = self.provider.clone().construct(request).await?.into_inner();
        let outputs = read(answer.state.as_ref());
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), outputs);
        Ok(answer)
    }

    /// Has the provider check a resource; its outputs as a preview foresees them.
    async fn resource(&self, urn: &str, inputs: &Value) -> Result<Value, Status> {
        let check = rpc::CheckRequest {
            urn: urn.into(),
            news: Some(written(inputs)),
            random_seed: vec![7; 16],
            ..Default::default()
        };
        let checked = self.provider.clone().check(check).await?.into_inner();
        if let Some(failure) = checked.failures.first() {
            return Err(Status::invalid_argument(format!("{urn}: {}: {}", failure.property, failure.reason)));
        }
        let create =
            rpc::CreateRequest { urn: urn.into(), properties: checked.inputs, preview: true, ..Default::default() };
        let made = self.provider.clone().create(create).await?.into_inner();
        Ok(read(made.properties.as_ref()))
    }
}

#[tonic::async_trait]
impl ResourceMonitor for Monitor {
    async fn register_resource(
        &self,
        request: Request<rpc::RegisterResourceRequest>,
    ) -> Result<Response<rpc::RegisterResourceResponse>, Status> {
        let request = request.into_inner();
        let urn = urn(&request.parent, &request.r#type, &request.name);
        let inputs = read(request.object.as_ref());
        self.standing.asked(&urn);
        // A component is told twice: by the one that it is a part of, and by itself.
        let noted =
            self.after.lock().map(|mut all| all.entry(request.name.clone()).or_default().extend(after(&request)));
        noted.unwrap_or_else(|_| unreachable!("no test panics with it"));
        if request.remote {
            let answer = self.construct(&request.r#type, &request.name, &request.parent, &inputs).await?;
            let from = |urns: Vec<String>| rpc::register_resource_response::PropertyDependencies { urns };
            let dependencies = answer.state_dependencies.into_iter().map(|(name, it)| (name, from(it.urns)));
            let answer = rpc::RegisterResourceResponse {
                urn: answer.urn,
                object: answer.state,
                property_dependencies: dependencies.collect(),
                ..Default::default()
            };
            return Ok(Response::new(answer));
        }
        if !request.custom {
            let answer = rpc::RegisterResourceResponse { urn, object: request.object, ..Default::default() };
            return Ok(Response::new(answer));
        }
        if let Some(old) = self.standing.resources.get(&urn) {
            let inputs = kept(inputs, &old.inputs, &request.ignore_changes);
            self.standing.compare(&self.provider, old, &urn, &inputs).await?;
            let object = Some(written(&old.outputs));
            let answer = rpc::RegisterResourceResponse { urn, id: old.id.clone(), object, ..Default::default() };
            return Ok(Response::new(answer));
        }
        let outputs = self.resource(&urn, &inputs).await?;
        let told = Told {
            token: request.r#type,
            parent: request.parent,
            inputs: outputs.clone(),
            protect: request.protect.unwrap_or_default(),
            ignored: request.ignore_changes,
            former: request.aliases.iter().filter_map(former).collect(),
        };
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(request.name, told);
        let object = Some(written(&outputs));
        Ok(Response::new(rpc::RegisterResourceResponse { urn, id: UNKNOWN.into(), object, ..Default::default() }))
    }

    async fn register_resource_outputs(
        &self,
        _: Request<rpc::RegisterResourceOutputsRequest>,
    ) -> Result<Response<()>, Status> {
        Ok(Response::new(()))
    }

    async fn supports_feature(
        &self,
        _: Request<rpc::SupportsFeatureRequest>,
    ) -> Result<Response<rpc::SupportsFeatureResponse>, Status> {
        Ok(Response::new(rpc::SupportsFeatureResponse { has_support: true }))
    }

    async fn get_deployment_info(&self, _: Request<()>) -> Result<Response<rpc::DeploymentInfo>, Status> {
        unasked()
    }

    async fn invoke(
        &self,
        _: Request<rpc::ResourceInvokeRequest>,
    ) -> Result<Response<rpc::ResourceInvokeResponse>, Status> {
        unasked()
    }

    async fn call(&self, _: Request<rpc::ResourceCallRequest>) -> Result<Response<rpc::CallResponse>, Status> {
        unasked()
    }

    async fn read_resource(
        &self,
        _: Request<rpc::ReadResourceRequest>,
    ) -> Result<Response<rpc::ReadResourceResponse>, Status> {
        unasked()
    }

    async fn exists_resource(
        &self,
        _: Request<rpc::ExistsResourceRequest>,
    ) -> Result<Response<rpc::ExistsResourceResponse>, Status> {
        unasked()
    }

    async fn register_stack_transform(&self, _: Request<rpc::Callback>) -> Result<Response<()>, Status> {
        unasked()
    }

    async fn register_stack_invoke_transform(&self, _: Request<rpc::Callback>) -> Result<Response<()>, Status> {
        unasked()
    }

    async fn register_resource_hook(
        &self,
        _: Request<rpc::RegisterResourceHookRequest>,
    ) -> Result<Response<()>, Status> {
        unasked()
    }

    async fn register_error_hook(&self, _: Request<rpc::RegisterErrorHookRequest>) -> Result<Response<()>, Status> {
        unasked()
    }

    async fn register_package(
        &self,
        _: Request<rpc::RegisterPackageRequest>,
    ) -> Result<Response<rpc::RegisterPackageResponse>, Status> {
        unasked()
    }

    async fn signal_and_wait_for_shutdown(&self, _: Request<()>) -> Result<Response<()>, Status> {
        unasked()
    }
}

/// The parent and the name of a former place.
fn former(alias: &rpc::Alias) -> Option<(String, String)> {
    let Some(rpc::alias::Alias::Spec(spec)) = &alias.alias else { return None };
    let Some(rpc::alias::spec::Parent::ParentUrn(parent)) = &spec.parent else { return None };
    Some((parent.rsplit("::").next().unwrap_or_default().to_owned(), spec.name.clone()))
}

/// The inputs as the engine makes them of a resource that stands: what is to be ignored is as it was.
fn kept(mut inputs: Value, old: &Value, ignored: &[String]) -> Value {
    let all = inputs.as_object_mut().expect("an object");
    for name in ignored {
        match old.get(name) {
            Some(value) => drop(all.insert(name.clone(), value.clone())),
            None => drop(all.remove(name)),
        }
    }
    inputs
}

/// A component asks nothing else of the engine.
fn unasked<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("a component does not ask this"))
}
