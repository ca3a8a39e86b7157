//! How the program is linked.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = ["OS", "ENV", "ARCH"].map(|part| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default());
    let [os, libc, arch] = target.each_ref().map(String::as_str);
    if (os, libc) == ("linux", "gnu") {
        // It stands at a fixed address, as Go's programs do. Elsewhere some 300,000 addresses in it would be set at each start, which takes a third of the
        // time until it answers, and 3 MB of memory.
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    if (os, libc, arch) == ("linux", "gnu", "x86_64") {
        // AWS's clients hold many functions that are alike to the byte. Rust's own linker, which this target is linked with, keeps one of each.
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
