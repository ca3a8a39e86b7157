//! Failures as the engine takes them: gRPC statuses with Pulumi's details.

use gitinfra_proto::google::rpc::Status as Detailed;
use gitinfra_proto::pulumirpc::input_properties_error::PropertyError;
use gitinfra_proto::pulumirpc::{ErrorResourceInitFailed, InputPropertiesError};
use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

use crate::error::{Error, Fault};
use crate::path::Path;
use crate::resource::Id;
use crate::value::Map;
use crate::wire::{self, Accepts, Malformed};

/// A failure that left nothing behind. Never `Unknown` or `Internal`: the engine takes those for a possibly corrupt state.
pub(crate) fn clean(error: &Error) -> Status {
    match error.faults().is_empty() {
        true => Status::failed_precondition(error.to_string()),
        false => Status::invalid_argument(error.to_string()),
    }
}

/// Arguments of a component that have to be changed. The engine prints the value beside each, so the secret ones are told in words alone; so are those
/// that are about the component as a whole.
pub(crate) fn wrong(faults: &[Fault], secret: impl Fn(&Fault) -> bool) -> Status {
    let whole = |fault: &Fault| fault.at == Path::root();
    if faults.iter().all(whole) {
        return clean(&Error::invalid(faults.to_vec()));
    }
    let (hidden, shown): (Vec<_>, Vec<_>) = faults.iter().partition(|f| whole(f) || secret(f));
    let words: Vec<_> = hidden.into_iter().map(Fault::to_string).collect();
    let message = match words.is_empty() {
        true => "wrong arguments".to_owned(),
        false => format!("wrong arguments: {}", words.join("; ")),
    };
    let errors = shown.into_iter().map(|f| PropertyError { property_path: f.at.to_string(), reason: f.why.clone() });
    let detail = InputPropertiesError { errors: errors.collect() };
    detailed(Code::InvalidArgument, &message, "InputPropertiesError", &detail)
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
    detailed(Code::Aborted, &error.to_string(), "ErrorResourceInitFailed", &detail)
}

fn detailed(code: Code, message: &str, name: &str, detail: &impl Message) -> Status {
    let detail = Any { type_url: format!("type.googleapis.com/pulumirpc.{name}"), value: detail.encode_to_vec() };
    let status = Detailed { code: code as i32, message: message.to_owned(), details: vec![detail] };
    Status::with_details(code, message, status.encode_to_vec().into())
}

impl From<Malformed> for Status {
    fn from(malformed: Malformed) -> Status {
        Status::invalid_argument(malformed.to_string())
    }
}
