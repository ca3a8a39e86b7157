//! What is shipped to run the server somewhere: the manifest is held to Kubernetes' own schemas, and both to what is in the image.

use std::process::Command;

use crate::tools;

fn shipped(name: &str) -> String {
    std::fs::read_to_string(tools::repository().join("deploy").join(name)).expect("it is shipped")
}

#[test]
fn the_manifest_is_one_by_kubernetes_own_schemas() {
    let manifest = shipped("kubernetes.yaml");
    let folder = tempfile::tempdir().expect("a folder");
    let check = |text: &str| {
        let file = folder.path().join("manifest.yaml");
        std::fs::write(&file, text).expect("a file can be written");
        let checked = Command::new(tools::python()).args(["-m", "kubernetes_validate", "--strict"]).arg(&file).output();
        let checked = checked.expect("python runs");
        (checked.status.success(), String::from_utf8_lossy(&checked.stdout).into_owned())
    };
    let (is_one, said) = check(&manifest);
    assert!(is_one, "{said}");
    // It would be told what is wrong.
    let (is_one, said) = check(&manifest.replace("automountServiceAccountToken:", "automountServiceAccountTokn:"));
    assert!(!is_one && said.contains("automountServiceAccountTokn"), "{said}");
}

/// The image runs as the user that the manifest names, keeps its state where a volume is, and begins as a server does.
#[test]
fn the_image_is_what_the_manifest_runs() {
    let (image, manifest) = (shipped("Containerfile"), shipped("kubernetes.yaml"));
    let said = |word: &str| {
        let line = image.lines().filter_map(|line| line.strip_prefix(word)).next_back();
        line.unwrap_or_else(|| panic!("no {word} in the Containerfile")).trim().to_owned()
    };
    assert!(manifest.contains(&format!("runAsUser: {}", said("USER "))));
    assert!(manifest.contains(&format!("mountPath: {}}}", said("WORKDIR "))));
    assert!(manifest.contains(&format!("containerPort: {}}}", said("EXPOSE "))));
    let environment = said("ENV ");
    let state = environment.split(' ').find_map(|one| one.strip_prefix("GITINFRA_STATE_DIR="));
    assert!(manifest.contains(&format!("mountPath: {}}}", state.expect("a state folder"))));
    // What it copies is built by what it runs, and named by what it begins with.
    let built = ["gitinfra", "pulumi-resource-gitinfra"];
    assert!(built.iter().all(|name| said("COPY --from=build").contains(&format!("/source/target/release/{name} "))));
    let words: Vec<String> = serde_json::from_str(&said("ENTRYPOINT ")).expect("words");
    assert_eq!(words[0], "/usr/local/bin/gitinfra");
    let folder = tempfile::tempdir().expect("a folder");
    let begun = Command::new(tools::program("gitinfra"))
        .args(&words[1..])
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .output()
        .expect("it begins");
    let complaint = String::from_utf8_lossy(&begun.stderr).into_owned();
    assert!(begun.status.code() == Some(3) && complaint.contains("serve.yaml: No such file"), "{begun:?}");
}
