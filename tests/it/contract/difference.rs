//! What separates our declarations of a protocol from the vendor's, in words.

use std::collections::BTreeMap;

use prost_reflect::{
    DescriptorPool, EnumDescriptor, FieldDescriptor, MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};

/// The members of one declaration: a field, value or method by name, and all about it that matters on the wire.
type Members = BTreeMap<String, String>;

/// Every difference in what `ours` declares. What only `theirs` declares is none, but within a message, enum or service of ours
/// every member of theirs has to be there.
pub fn differences(ours: &DescriptorPool, theirs: &DescriptorPool) -> Vec<String> {
    let theirs = declarations(theirs);
    let mut found = Vec::new();
    for (what, ours) in declarations(ours) {
        match theirs.get(&what) {
            Some(theirs) => found.extend(unlike(&what, &ours, theirs)),
            None => found.push(format!("{what}: the vendor has none")),
        }
    }
    found
}

fn unlike(what: &str, ours: &Members, theirs: &Members) -> Vec<String> {
    let mut found = Vec::new();
    for (member, our) in ours {
        match theirs.get(member) {
            Some(their) if their == our => {}
            Some(their) => found.push(format!("{what}: {member} is `{our}`, the vendor's `{their}`")),
            None => found.push(format!("{what}: {member} is not the vendor's")),
        }
    }
    for (member, their) in theirs {
        if !ours.contains_key(member) {
            found.push(format!("{what}: {member} is missing, the vendor's is `{their}`"));
        }
    }
    found
}

fn declarations(pool: &DescriptorPool) -> BTreeMap<String, Members> {
    let messages = pool.all_messages().map(|m| (format!("message {}", m.full_name()), fields(&m)));
    let enums = pool.all_enums().map(|e| (format!("enum {}", e.full_name()), values(&e)));
    let services = pool.services().map(|s| (format!("service {}", s.full_name()), methods(&s)));
    messages.chain(enums).chain(services).collect()
}

fn fields(message: &MessageDescriptor) -> Members {
    message.fields().map(|field| (format!("field {}", field.name()), declared(&field))).collect()
}

/// A field as a .proto file has it, but for its name. A map shows as its repeated entry, which is a message like any other.
fn declared(field: &FieldDescriptor) -> String {
    let label = if field.is_list() || field.is_map() {
        "repeated "
    } else if field.field_descriptor_proto().proto3_optional() {
        "optional "
    } else {
        ""
    };
    let packed = if field.is_packed() { ", packed" } else { "" };
    let oneof = field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
        .map(|oneof| format!(", in oneof {}", oneof.name()))
        .unwrap_or_default();
    format!("{label}{:?} = {}{packed}{oneof}", field.kind(), field.number())
}

fn values(declared: &EnumDescriptor) -> Members {
    declared.values().map(|value| (format!("value {}", value.name()), value.number().to_string())).collect()
}

fn methods(service: &ServiceDescriptor) -> Members {
    service.methods().map(|method| (format!("method {}", method.name()), signature(&method))).collect()
}

fn signature(method: &MethodDescriptor) -> String {
    let stream = |streams: bool| if streams { "stream " } else { "" };
    format!(
        "({}{}) returns ({}{})",
        stream(method.is_client_streaming()),
        method.input().full_name(),
        stream(method.is_server_streaming()),
        method.output().full_name()
    )
}
