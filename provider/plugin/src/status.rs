//! Failures as the engine takes them: gRPC statuses with Pulumi's details.

use gitinfra_proto::google::rpc::Status as Detailed;
use gitinfra_proto::pulumirpc::input_properties_error::PropertyError;
use gitinfra_proto::pulumirpc::{ErrorResourceInitFailed, InputPropertiesError};
use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

use crate::error::Error;
use crate::resource::Id;
use crate::value::Map;
use crate::wire::{self, Accepts, Malformed};

/// A failure that left nothing behind. Never `Unknown` or `Internal`: the engine takes those for a possibly corrupt state.
pub(crate) fn clean(error: &Error) -> Status {
    if error.faults().is_empty() {
        return Status::failed_precondition(error.to_string());
    }
    let errors = error.faults().iter();
    let errors = errors
        .map(|f| PropertyError {
            property_path: f.at.to_string(),
            reason: f.why.clone(),
        })
        .collect();
    detailed(
        Code::InvalidArgument,
        &error.to_string(),
        "InputPropertiesError",
        &InputPropertiesError { errors },
    )
}

/// A failure of a resource that exists all the same: the engine keeps it and goes on with it next time.
pub(crate) fn partial(error: &Error, id: &Id, state: &Map, inputs: &Map) -> Status {
    let detail = ErrorResourceInitFailed {
        id: id.to_string(),
        properties: Some(wire::write_map(state, Accepts::STATE)),
        reasons: vec![error.to_string()],
        inputs: Some(wire::write_map(inputs, Accepts::STATE)),
        refresh_before_update: false,
    };
    detailed(
        Code::Aborted,
        &error.to_string(),
        "ErrorResourceInitFailed",
        &detail,
    )
}

fn detailed(code: Code, message: &str, name: &str, detail: &impl Message) -> Status {
    let detail = Any {
        type_url: format!("type.googleapis.com/pulumirpc.{name}"),
        value: detail.encode_to_vec(),
    };
    let status = Detailed {
        code: code as i32,
        message: message.to_owned(),
        details: vec![detail],
    };
    Status::with_details(code, message, status.encode_to_vec().into())
}

impl From<Malformed> for Status {
    fn from(malformed: Malformed) -> Status {
        Status::invalid_argument(malformed.to_string())
    }
}
