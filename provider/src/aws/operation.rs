//! Which call a request and its answer are of, so that pacing and errors know.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::aws::Passing;
use crate::aws::grants::Grants;

/// What the names of calls begin with that change nothing.
const READING: [&str; 8] = ["Describe", "Get", "List", "Head", "Lookup", "Search", "Simulate", "AssumeRole"];

/// A call: whose, which, and which of the service's refusals pass.
#[derive(Debug, Clone)]
pub struct Operation {
    pub service: String,
    pub name: String,
    pub passing: Passing,
    /// Whether it is made as a role that was given something a moment ago, which AWS may not know everywhere.
    pub spreading: bool,
}

impl Operation {
    /// Whether it changes nothing, so that nothing is lost with its answer.
    pub fn reads(&self) -> bool {
        READING.iter().any(|begin| self.name.starts_with(begin))
    }
}

/// Tells the HTTP client which call a request is of.
#[derive(Debug)]
pub struct Named {
    pub passing: Passing,
    /// What roles were given a moment ago.
    pub grants: Arc<Grants>,
    /// The name of the role that calls are made as.
    pub role: Option<String>,
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Named {
    fn name(&self) -> &'static str {
        "Named"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = bag.load::<Metadata>() {
            let (service, name) = (metadata.service().to_owned(), metadata.name().to_owned());
            let spreading = self.role.as_ref().is_some_and(|role| self.grants.are_spreading(role));
            let operation = Operation { service, name, passing: self.passing, spreading };
            if operation.service == "IAM" && !operation.reads() {
                self.grants.note(context.request().body().bytes().unwrap_or_default());
            }
            context.request_mut().add_extension(operation);
        }
        Ok(())
    }
}
