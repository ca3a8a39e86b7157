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

/// The constants by which a `google.protobuf.Struct` says more than JSON can: Pulumi's `sdk/go/common/resource`.
pub mod wire {
    /// The key that marks an object as more than an object; its value is one of the signatures.
    pub const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
    /// The signature of a secret: `value`, and in a state `ciphertext`.
    pub const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
    /// The signature of an output: `value`, `secret`, `dependencies`.
    pub const OUTPUT: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
    /// The signature of a resource reference: `urn`, `id`, `packageVersion`.
    pub const REFERENCE: &str = "5cf8f73096256a8f31e491e813e4eb8e";
    /// The signature of an asset: `hash` and one of `text`, `path`, `uri`.
    pub const ASSET: &str = "c44067f5952c0a294b673a41bacd8c17";
    /// The signature of an archive: `hash` and one of `assets`, `path`, `uri`.
    pub const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
    /// The signature of a string of bytes that is not Unicode text: `value` in base64.
    pub const BYTES: &str = "803fd3297a5875dc03ca845dda5d2a98";

    /// The sentinel for an unknown string, which stands for an unknown of any type.
    pub const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    /// Every sentinel that an engine may send for an unknown: one a type.
    pub const UNKNOWNS: [&str; 7] = [
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ];
}

/// The descriptors of all of these files, imports included, as a serialized `google.protobuf.FileDescriptorSet` without comments.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));
