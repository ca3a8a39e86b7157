//! The provider's process, spoken to as the engine does.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gitinfra_proto::google::rpc::Status as Detailed;
use gitinfra_proto::pulumirpc as rpc;
use prost::Message as _;
use rpc::resource_provider_client::ResourceProviderClient;
use serde_json::Value;
use tokio::runtime::Runtime;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use crate::aws::{Aws, gitinfra};
use crate::life::wire::{read, written};

/// A running provider.
pub struct Provider {
    process: Child,
    runtime: Runtime,
    client: ResourceProviderClient<Channel>,
    address: String,
}

/// Why a call failed.
#[derive(Debug)]
pub struct Failure {
    pub words: String,
    /// What was made all the same: its id, its outputs and its inputs.
    pub made: Option<(String, Value, Value)>,
}

impl From<Status> for Failure {
    fn from(status: Status) -> Failure {
        let details = Detailed::decode(status.details()).unwrap_or_default().details;
        let made = details.iter().find(|any| any.type_url.ends_with("ErrorResourceInitFailed"));
        let made = made.and_then(|any| rpc::ErrorResourceInitFailed::decode(&*any.value).ok());
        let made = made.map(|it| (it.id, read(it.properties.as_ref()), read(it.inputs.as_ref())));
        Failure { words: status.message().to_owned(), made }
    }
}

/// What is to be done to come from old inputs to new ones.
pub struct Difference {
    pub changes: bool,
    pub replaces: Vec<String>,
    pub delete_first: bool,
}

impl Provider {
    /// A provider for an account. `pending`: the exported state of a stack whose run was killed.
    pub fn start(aws: &Aws, pending: Option<&Path>) -> Provider {
        Provider::start_with(aws, pending.map(|path| ("GITINFRA_PENDING_CREATES", path)))
    }

    /// One with a file or folder of its environment.
    pub fn start_with<'a>(aws: &Aws, told: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Provider {
        let mut command = Command::new(gitinfra().program);
        command.env_clear().envs(aws.env()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.envs(told);
        let mut process = command.spawn().expect("the provider runs");
        let mut port = String::new();
        let said = process.stdout.take().expect("its output is piped");
        BufReader::new(said).read_line(&mut port).expect("the provider says its port");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let address = format!("http://127.0.0.1:{}", port.trim());
        let endpoint = Endpoint::from_shared(address.clone()).expect("an address");
        let client = runtime.block_on(async { ResourceProviderClient::new(endpoint.connect_lazy()) });
        let mut provider = Provider { process, runtime, client, address };
        provider.configure();
        provider
    }

    fn configure(&mut self) {
        let request = rpc::ConfigureRequest { accept_secrets: true, ..Default::default() };
        self.runtime.block_on(self.client.configure(request)).expect("the provider takes its configuration");
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    pub fn check(&mut self, urn: &str, old: &Value, new: &Value, seed: u64) -> Result<Value, Failure> {
        let request = rpc::CheckRequest {
            urn: urn.into(),
            olds: Some(written(old)),
            news: Some(written(new)),
            random_seed: seed.to_be_bytes().repeat(4),
            ..Default::default()
        };
        let answer = self.runtime.block_on(self.client.check(request))?.into_inner();
        refused(&answer.failures)?;
        Ok(read(answer.inputs.as_ref()))
    }

    pub fn diff(&mut self, urn: &str, id: &str, old: (&Value, &Value), new: &Value) -> Result<Difference, Failure> {
        let request = rpc::DiffRequest {
            id: id.into(),
            urn: urn.into(),
            old_inputs: Some(written(old.0)),
            olds: Some(written(old.1)),
            news: Some(written(new)),
            ..Default::default()
        };
        let answer = self.runtime.block_on(self.client.diff(request))?.into_inner();
        Ok(Difference {
            changes: answer.changes == rpc::diff_response::DiffChanges::DiffSome as i32,
            replaces: answer.replaces,
            delete_first: answer.delete_before_replace,
        })
    }

    /// The answer of a function.
    pub fn invoke(&mut self, token: &str, args: &Value) -> Result<Value, Failure> {
        let request = rpc::InvokeRequest { tok: token.into(), args: Some(written(args)), ..Default::default() };
        let answer = self.runtime.block_on(self.client.invoke(request))?.into_inner();
        refused(&answer.failures)?;
        Ok(read(answer.r#return.as_ref()))
    }

    pub fn create(&mut self, urn: &str, inputs: &Value) -> Result<(String, Value), Failure> {
        let request = rpc::CreateRequest { urn: urn.into(), properties: Some(written(inputs)), ..Default::default() };
        let answer = self.runtime.block_on(self.client.create(request))?.into_inner();
        Ok((answer.id, read(answer.properties.as_ref())))
    }

    /// Its inputs and outputs as they are; `None` when it is gone.
    pub fn read(
        &mut self,
        urn: &str,
        id: &str,
        inputs: &Value,
        outputs: &Value,
    ) -> Result<Option<(Value, Value)>, Failure> {
        let request = rpc::ReadRequest {
            id: id.into(),
            urn: urn.into(),
            inputs: Some(written(inputs)),
            properties: Some(written(outputs)),
            ..Default::default()
        };
        let answer = self.runtime.block_on(self.client.read(request))?.into_inner();
        Ok((!answer.id.is_empty()).then(|| (read(answer.inputs.as_ref()), read(answer.properties.as_ref()))))
    }

    pub fn update(&mut self, urn: &str, id: &str, old: (&Value, &Value), new: &Value) -> Result<Value, Failure> {
        let request = rpc::UpdateRequest {
            id: id.into(),
            urn: urn.into(),
            old_inputs: Some(written(old.0)),
            olds: Some(written(old.1)),
            news: Some(written(new)),
            ..Default::default()
        };
        let answer = self.runtime.block_on(self.client.update(request))?.into_inner();
        Ok(read(answer.properties.as_ref()))
    }

    pub fn delete(&mut self, urn: &str, id: &str, inputs: &Value, outputs: &Value) -> Result<(), Failure> {
        let request = rpc::DeleteRequest {
            id: id.into(),
            urn: urn.into(),
            old_inputs: Some(written(inputs)),
            properties: Some(written(outputs)),
            ..Default::default()
        };
        self.runtime.block_on(self.client.delete(request))?;
        Ok(())
    }
}

/// What a check finds, as a failure.
fn refused(failures: &[rpc::CheckFailure]) -> Result<(), Failure> {
    let words: Vec<_> = failures.iter().map(|f| format!("{}: {}", f.property, f.reason)).collect();
    if words.is_empty() { Ok(()) } else { Err(Failure { words: words.join("\n"), made: None }) }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
