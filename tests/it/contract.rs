//! The wire contract: our .proto files against the descriptors that Pulumi itself publishes.

mod difference;

use std::process::Command;

use prost_reflect::DescriptorPool;
use protox::Compiler;
use protox::file::{File, FileResolver};

use self::difference::differences;

/// What Pulumi publishes, over the well-known types that it imports.
fn vendor() -> DescriptorPool {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/it/contract/descriptors.py");
    let run = Command::new("python3").arg(script).output().expect("python3 runs");
    assert!(run.status.success(), "getting the vendor's descriptors: {}", String::from_utf8_lossy(&run.stderr));
    let mut pool = DescriptorPool::global();
    pool.decode_file_descriptor_set(run.stdout.as_slice()).expect("the vendor's descriptors are whole");
    pool
}

#[test]
fn declarations_match_the_vendors() {
    let ours = DescriptorPool::decode(gitinfra_proto::FILE_DESCRIPTOR_SET).expect("our descriptors are whole");
    let services: Vec<_> = ours.services().map(|s| s.name().to_owned()).collect();
    for expected in ["ResourceProvider", "ResourceMonitor", "ResourceStatus", "Engine", "Events"] {
        assert!(services.iter().any(|s| s == expected), "{expected} is not declared");
    }
    let found = differences(&ours, &vendor());
    assert!(found.is_empty(), "{} differences from the vendor:\n{}", found.len(), found.join("\n"));
}

const THEIRS: &str = r#"
    syntax = "proto3";
    package p;
    service Port {
      rpc Greet(Letter) returns (Letter);
      rpc Chat(stream Letter) returns (stream Letter);
    }
    enum Tone { WARM = 0; COLD = 1; }
    message Letter {
      string name = 1;
      optional int32 age = 2;
      repeated Tone tones = 3;
      map<string, bytes> sums = 4;
      oneof from { string town = 5; Letter answered = 6; }
      message Stamp { double price = 1; }
    }
    message Unused {}
"#;

/// A folder that holds one file.
struct Only(String);

impl FileResolver for Only {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        File::from_source(name, &self.0)
    }
}

fn compiled(source: &str) -> DescriptorPool {
    let mut compiler = Compiler::with_file_resolver(Only(source.to_owned()));
    compiler.open_file("p.proto").expect("the source compiles");
    compiler.descriptor_pool()
}

/// Changes our side in one place and expects exactly these differences.
#[track_caller]
fn check(from: &str, to: &str, expected: &[&str]) {
    let ours = THEIRS.replace(from, to);
    assert_ne!(ours, THEIRS, "`{from}` is not in the source");
    assert_eq!(differences(&compiled(&ours), &compiled(THEIRS)), expected, "{from} -> {to}");
}

#[test]
fn what_we_leave_out_as_a_whole_is_no_difference() {
    check("message Unused {}", "", &[]);
    check("message Stamp { double price = 1; }", "", &[]);
}

#[test]
fn a_field_that_differs_is_named() {
    check(
        "string name = 1",
        "string name = 7",
        &["message p.Letter: field name is `string = 7`, the vendor's `string = 1`"],
    );
    check(
        "string name = 1",
        "bytes name = 1",
        &["message p.Letter: field name is `bytes = 1`, the vendor's `string = 1`"],
    );
    check("string name = 1;", "", &["message p.Letter: field name is missing, the vendor's is `string = 1`"]);
    check(
        "string name = 1;",
        "string name = 1; string nick = 9;",
        &["message p.Letter: field nick is not the vendor's"],
    );
    check(
        "optional int32",
        "int32",
        &["message p.Letter: field age is `int32 = 2`, the vendor's `optional int32 = 2`"],
    );
}

#[test]
fn a_field_of_another_shape_is_named() {
    check(
        "repeated Tone",
        "Tone",
        &["message p.Letter: field tones is `p.Tone = 3`, the vendor's `repeated p.Tone = 3, packed`"],
    );
    check(
        "map<string, bytes>",
        "map<string, string>",
        &["message p.Letter.SumsEntry: field value is `string = 2`, the vendor's `bytes = 2`"],
    );
    check(
        "oneof from { string town = 5; Letter answered = 6; }",
        "string town = 5; oneof from { Letter answered = 6; }",
        &["message p.Letter: field town is `string = 5`, the vendor's `string = 5, in oneof from`"],
    );
}

#[test]
fn an_enum_or_a_service_that_differs_is_named() {
    check("COLD = 1", "COLD = 2", &["enum p.Tone: value COLD is `2`, the vendor's `1`"]);
    check("COLD = 1;", "", &["enum p.Tone: value COLD is missing, the vendor's is `1`"]);
    check(
        "returns (stream Letter)",
        "returns (Letter)",
        &[
            "service p.Port: method Chat is `(stream p.Letter) returns (p.Letter)`, the vendor's `(stream p.Letter) returns (stream p.Letter)`",
        ],
    );
    check(
        "rpc Greet(Letter) returns (Letter);",
        "",
        &["service p.Port: method Greet is missing, the vendor's is `(p.Letter) returns (p.Letter)`"],
    );
    check("message Unused", "message Needless", &["message p.Needless: the vendor has none"]);
}

#[test]
fn all_differences_come_at_once() {
    let ours = THEIRS
        .replace("string name = 1", "string name = 7")
        .replace("optional ", "")
        .replace("stream Letter", "Letter");
    let found = differences(&compiled(&ours), &compiled(THEIRS));
    assert_eq!(found.len(), 3, "{found:#?}");
}
