//! Which call a request and its answer are of, so that pacing and errors know.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::aws::Passing;

/// What the names of calls begin with that change nothing.
const READING: [&str; 8] = ["Describe", "Get", "List", "Head", "Lookup", "Search", "Simulate", "AssumeRole"];

/// A call: whose, which, and which of the service's refusals pass.
#[derive(Debug, Clone)]
pub struct Operation {
    pub service: String,
    pub name: String,
    pub passing: Passing,
}

impl Operation {
    /// Whether it changes nothing, so that nothing is lost with its answer.
    pub fn reads(&self) -> bool {
        READING.iter().any(|begin| self.name.starts_with(begin))
    }
}

/// Tells the HTTP client which call a request is of.
#[derive(Debug)]
pub struct Named(pub Passing);

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
            context.request_mut().add_extension(Operation { service, name, passing: self.0 });
        }
        Ok(())
    }
}
