//! What is wrong is told by property, before anything is made.

use crate::aws::Aws;
use crate::elasticache::Ground;

#[test]
fn faults_are_told_by_property() {
    let ground = Ground::new(Aws::new());
    let cases = [
        ("nodeType: t4g.micro", "did you mean `cache.t4g.micro`?"),
        ("nodeType: cache.t4g.micro\nengineVersion: 8.0.1", "such as `8.0`"),
        ("nodeType: cache.t4g.micro\nnumNodeGroups: 2", "automaticFailoverEnabled"),
        ("nodeType: cache.t4g.micro\nautomaticFailoverEnabled: true", "needs at least one replica"),
        ("nodeType: cache.t4g.micro\nmultiAzEnabled: true", "multiAzEnabled"),
        ("nodeType: cache.t4g.micro\nauthToken: short", "16 to 128 printable characters"),
        ("nodeType: cache.t4g.micro\nsnapshotRetentionLimit: 36", "snapshotRetentionLimit"),
        ("nodeType: cache.t4g.micro\nsnapshotWindow: 5-6", "05:00-06:00"),
        (
            "nodeType: cache.t4g.micro\ntransitEncryptionEnabled: false\nauthToken: a-token-of-sixteen",
            "transitEncryptionEnabled",
        ),
    ];
    for (more, words) in cases {
        ground.project(more).preview().expect_failure().expect_says(words);
    }
}
