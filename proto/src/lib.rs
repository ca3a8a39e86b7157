//! Pulumi's plugin protocol in Rust: the messages and services that a resource provider serves and calls.
//!
//! Everything here is generated from the files in `proto/`, which say what each message and call is for. The names are Pulumi's own.

/// The package `pulumirpc`: every service and message of Pulumi's.
pub mod pulumirpc {
    tonic::include_proto!("pulumirpc");
}

/// The packages of Google's that the protocol uses beside the well-known types.
pub mod google {
    /// The package `google.rpc`: the form of an error with details.
    pub mod rpc {
        tonic::include_proto!("google.rpc");
    }
}

/// The descriptors of all of these files, imports included, as a serialized `google.protobuf.FileDescriptorSet` without comments.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));
