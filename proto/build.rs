//! Compiles the .proto files to Rust without protoc, and keeps their descriptors for whoever compares them.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use protox::prost::Message;

const FILES: [&str; 7] = [
    "pulumi/provider.proto",
    "pulumi/resource.proto",
    "pulumi/resource_status.proto",
    "pulumi/engine.proto",
    "pulumi/events.proto",
    "pulumi/errors.proto",
    "google/rpc/status.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let described = protox::compile(FILES, ["proto"])?;

    let mut bare = described.clone();
    for file in &mut bare.file {
        file.source_code_info = None;
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.binpb"), bare.encode_to_vec())?;

    // Ordered maps make equal messages equal bytes.
    tonic_prost_build::configure().btree_map(".").compile_fds(described)?;
    Ok(())
}
