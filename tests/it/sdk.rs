//! The SDKs that Pulumi's own generators make of schema.json: they compile, and the examples' programs use them.

pub mod go;
pub mod nodejs;
pub mod python;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gitinfra_proto::pulumirpc as rpc;
use rpc::resource_provider_client::ResourceProviderClient;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::aws::gitinfra;
use crate::pulumi::Project;
use crate::tools;

/// Where SDKs are kept from one run of the tests to the next.
const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/sdk");

fn schema() -> PathBuf {
    tools::repository().join("schema.json")
}

/// A folder that `make` fills once for each state of what it is made from, whoever else runs these tests at the same time.
fn kept(place: &Path, name: &str, from: &[&[u8]], make: impl FnOnce(&Path)) -> PathBuf {
    let mut hash = Sha256::new();
    from.iter().for_each(|part| hash.update(part));
    let hash: String = hash.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect();
    let folder = place.join(format!("{name}-{hash}"));
    fs::create_dir_all(place).expect("the tests' folder can be written");
    let lock = File::create(folder.with_extension("lock")).expect("the tests' folder can be written");
    lock.lock().expect("a file can be locked");
    if !folder.join("ready").exists() {
        // What an interrupted run has left.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the tests' folder can be written");
        make(&folder);
        fs::write(folder.join("ready"), "").expect("the tests' folder can be written");
    }
    folder
}

/// Generates the SDK of a language into a folder.
fn generate(language: &str, out: &Path) {
    let mut command = Command::new(tools::bin().join("pulumi-sdkgen"));
    command.arg("--schema").arg(schema());
    run(command.args(["--language", language, "--out"]).arg(out));
}

/// What an SDK is made from: the schema, and the generator, whose folder says its version.
fn sources() -> (Vec<u8>, String) {
    let schema = fs::read(schema()).expect("there is a schema.json");
    let generator = fs::canonicalize(tools::bin().join("pulumi-sdkgen"));
    let generator = generator.expect("there is a pulumi-sdkgen: run tools/get");
    (schema, generator.display().to_string())
}

/// Expects that a program changes nothing of what another language has rolled out, but what the program itself says of its component: some SDKs write the
/// defaults down there.
#[track_caller]
pub fn expect_same(project: &Project, component: &str) {
    let mut steps = project.preview().expect_ok().steps();
    steps.retain(|step| *step != format!("update {component}"));
    assert_eq!(steps, [""; 0]);
}

/// Runs a command that has to succeed; what it prints.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{out}{err}");
    out.into_owned()
}

/// The same without what is empty: the CLI leaves that out.
fn pruned(value: Value) -> Value {
    let empty = |v: &Value| match v {
        Value::Null => true,
        Value::Bool(so) => !so,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(_) => false,
    };
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().map(|(k, v)| (k, pruned(v)));
            kept.filter(|(_, v)| !empty(v)).collect::<Map<_, _>>().into()
        }
        Value::Array(list) => list.into_iter().map(pruned).collect(),
        other => other,
    }
}

#[tokio::test]
async fn the_provider_serves_the_schema_byte_by_byte() {
    let mut provider = Command::new(gitinfra().program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the provider starts");
    let said = provider.stdout.take().expect("its output is piped");
    let mut port = String::new();
    BufReader::new(said).read_line(&mut port).expect("the provider says its port");
    let address = format!("http://127.0.0.1:{}", port.trim());
    let mut client = ResourceProviderClient::connect(address).await.expect("it listens");
    let answer = client.get_schema(rpc::GetSchemaRequest::default()).await;
    provider.kill().expect("it runs");
    provider.wait().expect("it ends");
    let served = answer.expect("a schema").into_inner().schema;
    let written = fs::read_to_string(schema()).expect("there is a schema.json");
    assert!(served == written, "the provider serves another schema than schema.json: build it anew");
}

#[test]
fn the_engine_takes_the_schema() {
    let project = Project::new("yaml", &[]);
    let program = gitinfra().program.display().to_string();
    let got = project.command(&["package", "get-schema", &program]).expect_ok();
    let got: Value = serde_json::from_str(&got.stdout).expect("a schema is JSON");
    let written = fs::read(schema()).expect("there is a schema.json");
    let written = serde_json::from_slice::<Value>(&written).expect("a schema is JSON");
    assert!(pruned(got) == pruned(written), "the engine understands another schema than schema.json");
    let path = schema().display().to_string();
    let checked = project.command(&["schema", "check", &path]).expect_ok();
    assert!(!checked.printed().contains("Warning"), "{checked}");
}
