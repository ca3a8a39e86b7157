//! The RPCs, each handed to where it is answered.

use std::pin::Pin;
use std::time::Duration;

use gitinfra_proto::pulumirpc as rpc;
use rpc::resource_provider_server::ResourceProvider;
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use crate::resource::Provider;
use crate::serve::Service;

type Answer<T> = Result<Response<T>, Status>;

/// How long components that are being built may take to say how far they came.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The answer to a call that a provider without such things need not know.
fn without<T>(what: &str) -> Answer<T> {
    Err(Status::unimplemented(format!("this provider has no {what}")))
}

#[tonic::async_trait]
impl<P: Provider> ResourceProvider for Service<P> {
    type ListStream = Pin<Box<dyn Stream<Item = Result<rpc::ListResponse, Status>> + Send>>;

    async fn handshake(
        &self,
        request: Request<rpc::ProviderHandshakeRequest>,
    ) -> Answer<rpc::ProviderHandshakeResponse> {
        self.greet();
        let engine = request.into_inner().engine_address;
        if !engine.is_empty() {
            self.log.attach(&engine).await.map_err(|e| Status::invalid_argument(e.to_string()))?;
        }
        Ok(Response::new(rpc::ProviderHandshakeResponse {
            accept_secrets: true,
            accept_resources: true,
            accept_outputs: true,
            supports_autonaming_configuration: true,
            accepts_byte_string: true,
            ..Default::default()
        }))
    }

    async fn attach(&self, request: Request<rpc::PluginAttach>) -> Answer<()> {
        let engine = request.into_inner().address;
        self.log.attach(&engine).await.map_err(|e| Status::invalid_argument(e.to_string()))?;
        Ok(Response::new(()))
    }

    async fn get_plugin_info(&self, _: Request<()>) -> Answer<rpc::PluginInfo> {
        Ok(Response::new(rpc::PluginInfo { version: self.package.meta.version.to_owned() }))
    }

    async fn get_schema(&self, request: Request<rpc::GetSchemaRequest>) -> Answer<rpc::GetSchemaResponse> {
        match request.into_inner().version {
            0 => Ok(Response::new(rpc::GetSchemaResponse { schema: self.package.served_schema() })),
            other => Err(Status::invalid_argument(format!("no schema of version {other}; there is 0"))),
        }
    }

    async fn check_config(&self, request: Request<rpc::CheckRequest>) -> Answer<rpc::CheckResponse> {
        self.check_config(request.into_inner()).map(Response::new)
    }

    async fn diff_config(&self, request: Request<rpc::DiffRequest>) -> Answer<rpc::DiffResponse> {
        self.diff_config(request.into_inner()).map(Response::new)
    }

    async fn configure(&self, request: Request<rpc::ConfigureRequest>) -> Answer<rpc::ConfigureResponse> {
        self.configure(request.into_inner()).await.map(Response::new)
    }

    async fn check(&self, request: Request<rpc::CheckRequest>) -> Answer<rpc::CheckResponse> {
        self.check(request.into_inner()).await.map(Response::new)
    }

    async fn diff(&self, request: Request<rpc::DiffRequest>) -> Answer<rpc::DiffResponse> {
        self.diff(request.into_inner()).await.map(Response::new)
    }

    async fn create(&self, request: Request<rpc::CreateRequest>) -> Answer<rpc::CreateResponse> {
        self.create(request.into_inner()).await.map(Response::new)
    }

    async fn read(&self, request: Request<rpc::ReadRequest>) -> Answer<rpc::ReadResponse> {
        self.read(request.into_inner()).await.map(Response::new)
    }

    async fn update(&self, request: Request<rpc::UpdateRequest>) -> Answer<rpc::UpdateResponse> {
        self.update(request.into_inner()).await.map(Response::new)
    }

    async fn delete(&self, request: Request<rpc::DeleteRequest>) -> Answer<()> {
        self.delete(request.into_inner()).await.map(Response::new)
    }

    async fn construct(&self, request: Request<rpc::ConstructRequest>) -> Answer<rpc::ConstructResponse> {
        self.construct(request.into_inner()).await.map(Response::new)
    }

    async fn invoke(&self, request: Request<rpc::InvokeRequest>) -> Answer<rpc::InvokeResponse> {
        self.invoke(request.into_inner()).await.map(Response::new)
    }

    async fn cancel(&self, _: Request<()>) -> Answer<()> {
        self.cancel().cancel();
        // The engine hangs up as soon as this is answered. What a component has to say of its children must reach it before.
        let building = self.building();
        building.close();
        let _ = tokio::time::timeout(LAST_WORDS, building.wait()).await;
        Ok(Response::new(()))
    }

    async fn call(&self, _: Request<rpc::CallRequest>) -> Answer<rpc::CallResponse> {
        without("methods")
    }

    async fn list(&self, _: Request<rpc::ListRequest>) -> Answer<Self::ListStream> {
        without("lists")
    }

    async fn parameterize(&self, _: Request<rpc::ParameterizeRequest>) -> Answer<rpc::ParameterizeResponse> {
        without("parameters")
    }

    async fn get_mapping(&self, _: Request<rpc::GetMappingRequest>) -> Answer<rpc::GetMappingResponse> {
        without("mappings")
    }

    async fn get_mappings(&self, _: Request<rpc::GetMappingsRequest>) -> Answer<rpc::GetMappingsResponse> {
        without("mappings")
    }
}
