//! No data is lost in silence.

use serde_json::json;

use super::{Ground, cluster, instance};

#[test]
fn the_last_instance_of_a_protected_cluster_stays() {
    let mut g = Ground::new();
    let (first, second) = (instance("web-1"), instance("web-2"));
    let protected = cluster(json!({"deletionProtection": true}));
    g.up(&[protected.clone(), first.clone(), second.clone()]);
    // A reader may go.
    assert_eq!(
        g.stack.up(&[]).err().map(|failure| failure.words).map(|words| words.contains("`deletionProtection: false`")),
        Some(true)
    );
    assert_eq!(g.count("describe_db_instances", "DBInstances"), 1, "one instance goes on serving");
    assert_eq!(g.count("describe_db_clusters", "DBClusters"), 1);
    let words = g.refused(&[protected]);
    assert!(words.contains("it is the last one of cluster `web`"), "{words}");
    g.stack.refresh().expect("a refresh");
    let open = cluster(json!({}));
    g.up(&[open.clone(), first.clone()]);
    g.settled(&[open, first]);
    g.up(&[]);
    assert_eq!(g.count("describe_db_clusters", "DBClusters"), 0);
}

#[test]
fn a_protected_cluster_is_not_replaced_in_its_place() {
    let mut g = Ground::new();
    g.up(&[cluster(json!({"deletionProtection": true}))]);
    let words = g.refused(&[cluster(json!({"deletionProtection": true, "databaseName": "app"}))]);
    assert!(words.contains("can't be replaced under the same identifier: it is protected"), "{words}");
    assert_eq!(g.count("describe_db_clusters", "DBClusters"), 1);
    // Under another name the new one is made; the old one stays as long as it is protected.
    let other = cluster(json!({"deletionProtection": true, "identifier": "shop", "databaseName": "app"}));
    let words = g.refused(&[other]);
    assert!(
        words.contains("Cannot delete protected Cluster") && words.contains("`deletionProtection: false`"),
        "{words}"
    );
    assert_eq!(g.count("describe_db_clusters", "DBClusters"), 2);
}

#[test]
fn a_final_snapshot_is_taken_under_a_name_that_is_free() {
    let mut g = Ground::new();
    let named = |name: &str| cluster(json!({"skipFinalSnapshot": null, "finalSnapshotIdentifier": name}));
    g.up(&[named("last")]);
    g.aws.call(
        "rds",
        "create_db_cluster_snapshot",
        json!({"DBClusterIdentifier": "web", "DBClusterSnapshotIdentifier": "last"}),
    );
    let told = "`finalSnapshotIdentifier` names the snapshot `last`, which exists";
    let words = g.refused(&[]);
    assert!(words.contains("DBClusterSnapshotAlreadyExistsFault") && words.contains(told), "{words}");
    let mut replaced = named("last");
    replaced.properties["databaseName"] = json!("app");
    let words = g.refused(&[replaced]);
    assert!(words.contains("can't be replaced under the same identifier") && words.contains(told), "{words}");
    assert_eq!(g.count("describe_db_clusters", "DBClusters"), 1);
    // Another name alone changes nothing in AWS, and is all that it takes.
    let before = g.aws.calls().len();
    assert_eq!(g.up(&[named("really-last")]), ["update cluster"]);
    assert_eq!(g.aws.writes_after(before), Vec::<String>::new());
    g.up(&[]);
    let snapshots = g.aws.call("rds", "describe_db_cluster_snapshots", json!({}))["DBClusterSnapshots"].clone();
    let names: Vec<_> =
        snapshots.as_array().into_iter().flatten().map(|it| it["DBClusterSnapshotIdentifier"].clone()).collect();
    assert_eq!(names, ["last", "really-last"]);
}

#[test]
fn a_snapshot_that_is_no_longer_named_deletes_no_data() {
    let mut g = Ground::new();
    g.up(&[cluster(json!({"databaseName": "app", "skipFinalSnapshot": null, "finalSnapshotIdentifier": "last"}))]);
    g.up(&[]);
    let restored = |more| {
        let mut asked = cluster(more);
        asked.properties["masterUsername"].take();
        asked.properties.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        asked
    };
    let from = restored(json!({"snapshotIdentifier": "last"}));
    g.up(std::slice::from_ref(&from));
    assert_eq!(g.stack.kept("cluster").outputs["databaseName"], "app");
    // The password came with the data.
    assert!(g.cluster()["MasterUserSecret"].is_null());
    let born = g.cluster()["DbClusterResourceId"].clone();
    g.settled(&[from]);
    g.settled(&[cluster(json!({}))]);
    assert_eq!(g.cluster()["DbClusterResourceId"], born);
    assert!(g.cluster()["MasterUserSecret"].is_null());
}

#[test]
fn an_import_does_not_guess_what_becomes_of_the_data() {
    let mut g = Ground::new();
    g.up(&[cluster(json!({}))]);
    let (inputs, outputs) = g.stack.import("cluster", "rds:Cluster", "web").expect("an import").expect("it is there");
    let kept = g.stack.state.iter_mut().find(|kept| kept.name == "cluster").expect("it is kept");
    (kept.inputs, kept.outputs) = (inputs, outputs);
    let words = g.refused(&[]);
    assert!(
        words.contains("it is not known what becomes of its data") && words.contains("`skipFinalSnapshot: true`"),
        "{words}"
    );
    assert_eq!(g.count("describe_db_clusters", "DBClusters"), 1);
}

#[test]
fn a_password_is_given_and_managed_again() {
    let mut g = Ground::new();
    g.up(&[cluster(json!({}))]);
    let secret = g.stack.kept("cluster").outputs["masterUserSecretArn"].clone();
    assert!(secret.is_string(), "managed without a word");
    let given = cluster(json!({"masterUserPassword": "a-password-of-ours"}));
    g.up(std::slice::from_ref(&given));
    assert!(g.cluster()["MasterUserSecret"].is_null());
    g.settled(&[given]);
    let managed = cluster(json!({"masterUserSecretKmsKeyId": "key-1"}));
    g.up(std::slice::from_ref(&managed));
    let again = g.stack.kept("cluster").outputs["masterUserSecretArn"].clone();
    assert!(again.is_string() && again != secret, "{again}");
    g.settled(&[managed]);
    let words = g.refused(&[cluster(json!({"masterUserSecretKmsKeyId": "key-2"}))]);
    assert!(words.contains("the KMS key of a managed password's secret stays"), "{words}");
}
