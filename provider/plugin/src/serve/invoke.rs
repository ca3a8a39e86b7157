//! Invoke: questions that programs ask.

use gitinfra_proto::pulumirpc as rpc;
use tonic::Status;

use crate::conform::conform;
use crate::error::Fault;
use crate::hide::secrets;
use crate::lifecycle::ask;
use crate::property::Shaped as _;
use crate::resource::Provider;
use crate::serve::{Service, check};
use crate::status::clean;
use crate::value::Value;
use crate::wire::{self, Accepts};

impl<P: Provider> Service<P> {
    pub(super) async fn invoke(&self, request: rpc::InvokeRequest) -> Result<rpc::InvokeResponse, Status> {
        let function = self.package.functions.iter().find(|f| f.token() == request.tok);
        let function =
            function.ok_or_else(|| Status::not_found(format!("no function `{}` in this package", request.tok)))?;
        let mut args = wire::read_map(request.args.as_ref())?;
        self.configured()?.provider.complete(P::Common::shape(), &mut args);
        let checked = conform(&[function.inputs(), P::Common::shape()], &args);
        // Nothing can be asked about what is not known yet.
        let unknown = checked.unknown.into_iter().map(|at| Fault::new(at, "not known yet"));
        let faults: Vec<_> = checked.faults.into_iter().chain(unknown).collect();
        if !faults.is_empty() {
            let failures = check::failures(faults, &[&args, &checked.properties]);
            return Ok(rpc::InvokeResponse { r#return: None, failures });
        }
        let given = &checked.properties;
        let at = self.open("", "", 0.0, &[given, &args]).await?;
        let answer = ask(&at.call, "asking", || function.call(&at.session, given)).await;
        let mut answer = answer.map_err(|error| clean(&error.hiding(&secrets([&args, given]))))?;
        // An answer to a secret question is secret.
        if args.values().any(Value::has_secret) {
            answer = answer.into_iter().map(|(name, value)| (name, value.into_secret())).collect();
        }
        Ok(rpc::InvokeResponse { r#return: Some(wire::write_map(&answer, Accepts::STATE)), failures: Vec::new() })
    }
}
