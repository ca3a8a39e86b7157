//! What the blocks of a stack mean for one another.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Built, Wrong, build};
use crate::aws::Aws;

/// A stack in a zone that there is already, with these inputs.
fn stack(aws: &Aws, more: &Value) -> Result<Built, Wrong> {
    let mut inputs = json!({
        "domain": "blocks.example.net", "dns": {"zoneId": "Z1"}, "slack": false, "aurora": false, "redis": false,
        "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
    });
    inputs.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    build(aws, "gitinfra:index:ReferenceStack", "web", &inputs)
}

/// The rules by which the load balancer's security group lets somebody in.
fn doors(built: &Built) -> Vec<&str> {
    built.told.keys().filter_map(|name| name.strip_prefix("web-load-balancer-sg-from-")).collect()
}

/// Whoever else is let in: without this the site would be down.
#[test]
fn cloudfront_reaches_the_load_balancer() {
    let aws = Aws::hurried();
    let office = json!({"allowFrom": {"office": {"cidr": "203.0.113.0/24", "port": 443}}});
    for (more, expected, status) in [
        (json!({}), &["cloudfront"][..], "403"),
        (json!({"loadBalancer": office}), &["cloudfront", "office"], "404"),
        (json!({"loadBalancer": office, "cdn": false}), &["office"], "404"),
    ] {
        let built = stack(&aws, &more).unwrap_or_else(|wrong| panic!("{more}: {wrong:?}"));
        assert_eq!(doors(&built), expected, "{more}");
        let action = &built.told["web-load-balancer-https"].inputs["defaultActions"][0];
        assert_eq!(action["fixedResponseConfig"]["statusCode"], status, "{more}");
    }
}

/// What AWS would refuse when half of the stack stands, or what would never work.
#[test]
fn blocks_that_do_not_fit_are_told_apart() {
    let aws = Aws::hurried();
    let only = |provider: &str| json!({"capacityProviders": [provider]});
    let spotless = json!({
        "image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080, "spot": {"weight": 0},
    });
    for (more, at, why) in [
        (json!({"cluster": only("FARGATE")}), "cluster.capacityProviders", "spot: {weight: 0}"),
        (json!({"cluster": only("FARGATE_SPOT")}), "cluster.capacityProviders", "`FARGATE`"),
        (json!({"cluster": only("FARGATE"), "service": spotless}), "", ""),
        (json!({"cluster": only("FARGATE"), "service": false}), "", ""),
        (json!({"loadBalancer": {"internal": true}}), "loadBalancer.internal", "vpcOrigin"),
        (json!({"overrides": {"load-balancer": {"internal": true}}}), "loadBalancer.internal", "vpcOrigin"),
        (json!({"loadBalancer": {"internal": true}, "cdn": false}), "", ""),
    ] {
        let wrong = stack(&aws, &more).err().unwrap_or_default();
        let blamed: Vec<_> = wrong.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(blamed, Some(at).filter(|at| !at.is_empty()).into_iter().collect::<Vec<_>>(), "{more}: {wrong:?}");
        assert!(wrong.iter().all(|(_, said)| said.contains(why)), "{more}: {wrong:?}");
    }
}

/// A task reads the cache's password when it starts: another one starts the tasks anew.
#[test]
fn a_rotated_password_starts_the_tasks_anew() {
    let aws = Aws::hurried();
    let service = |redeployment: Value| json!({"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080, "redeployment": redeployment});
    for (rotation, own, expected) in [
        ("", json!(null), json!(null)),
        ("2", json!(null), json!("2")),
        ("", json!("a"), json!("a")),
        ("2", json!("a"), json!("a, 2")),
    ] {
        let more = json!({"redis": {"authRotation": rotation}, "service": service(own)});
        let built = stack(&aws, &more).unwrap_or_else(|wrong| panic!("{more}: {wrong:?}"));
        assert_eq!(built.told["web-service-service"].inputs["forceNewDeployment"], expected, "{more}");
        assert_eq!(built.told["web-redis-auth-token"].inputs["rotation"], rotation);
    }
}

/// What takes long is made side by side: no block waits for one that it needs nothing of.
#[test]
fn blocks_wait_only_for_what_they_need() {
    let aws = Aws::hurried();
    let built = stack(&aws, &json!({"aurora": true, "redis": true, "vpcEndpoints": true}))
        .unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let blocks = ["network-nat", "aurora", "redis", "load-balancer", "cdn", "service"];
    for (block, expected) in [
        ("aurora", &[][..]),
        ("redis", &[]),
        ("load-balancer", &[]),
        ("vpc-endpoints", &["network-nat"]),
        ("session-manager", &["network-nat"]),
        ("cdn", &[]),
        ("service", &["network-nat", "aurora", "redis", "load-balancer", "cdn"]),
    ] {
        assert!(built.after.contains_key(&format!("web-{block}")), "{block}");
        let all = before(&built, &format!("web-{block}"));
        let of = |it: &str| all.iter().any(|name| name.starts_with(&format!("web-{it}")));
        let waits: Vec<_> = blocks.into_iter().filter(|it| *it != block && of(it)).collect();
        assert_eq!(waits, expected, "{block}: {all:?}");
    }
    // The service connects to the writer and the primary node: readers, names and subscriptions are none of its business.
    let all = before(&built, "web-service-service");
    let is_needed = |name: &str| all.contains(name);
    assert!(
        is_needed("web-aurora-writer") && is_needed("web-aurora-sg-from-app") && is_needed("web-redis-sg-from-app"),
        "{all:?}"
    );
    let others = ["web-aurora-reader", "web-aurora-events", "web-aurora-cname", "web-redis-cname"];
    let waits: Vec<_> = all.iter().filter(|name| others.iter().any(|other| name.starts_with(other))).collect();
    assert_eq!(waits, Vec::<&String>::new());
}

/// All that has to be complete before a resource or component is told: what it names, what that names, and so on.
fn before(built: &Built, name: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut next = vec![name.to_owned()];
    while let Some(name) = next.pop() {
        for each in built.after.get(&name).into_iter().flatten() {
            if all.insert(each.clone()) {
                next.push(each.clone());
            }
        }
    }
    all
}

/// Another service joins those that reach the database.
#[test]
fn who_reaches_the_data_is_given_out() {
    let aws = Aws::hurried();
    for (more, told) in [(json!({"aurora": true}), true), (json!({"redis": true}), true), (json!({}), false)] {
        let built = stack(&aws, &more).unwrap_or_else(|wrong| panic!("{more}: {wrong:?}"));
        assert_eq!(!built.outputs["web"]["clientsSecurityGroupId"].is_null(), told, "{more}");
        assert_eq!(built.told.contains_key("web-clients"), told, "{more}");
    }
}

/// What AWS would refuse when half of the stack stands.
#[test]
fn names_outside_of_the_zone_are_told_of() {
    let aws = Aws::hurried();
    let made =
        aws.call("route53", "create_hosted_zone", json!({"Name": "outside.example.net", "CallerReference": "outside"}));
    let id = made["HostedZone"]["Id"].as_str().and_then(|id| id.rsplit('/').next()).expect("a zone");
    let zone =
        |domain: &str, alias: &str| json!({"domain": domain, "dns": {"zoneId": id}, "cdn": {"aliases": [alias]}});
    for (more, blamed) in [
        (zone("a.outside.example.net", "b.outside.example.net"), &[][..]),
        (zone("a.outside.example.net", "b.example.net"), &["cdn.aliases"]),
        (zone("a.example.net", "outside.example.net"), &["domain"]),
    ] {
        let wrong = stack(&aws, &more).err().unwrap_or_default();
        let at: Vec<_> = wrong.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(at, blamed, "{more}: {wrong:?}");
    }
}

/// A bucket has one policy. Whoever writes it stays the same, or one would delete what the other has just written.
#[test]
fn one_child_writes_the_buckets_policy() {
    let aws = Aws::hurried();
    let own = json!({"policyStatements": [{"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject"}]});
    let identity = json!({"bucketAccess": "originAccessIdentity"});
    for more in [
        json!({}),
        json!({"cdn": false, "loadBalancer": {"allowFrom": {"all": {"cidr": "0.0.0.0/0"}}}}),
        json!({"bucket": own}),
        json!({"bucket": own, "cdn": false, "loadBalancer": {"allowFrom": {"all": {"cidr": "0.0.0.0/0"}}}}),
        json!({"cdn": identity}),
        json!({"cdn": identity, "bucket": own}),
    ] {
        let built = stack(&aws, &more).unwrap_or_else(|wrong| panic!("{more}: {wrong:?}"));
        let policies = built.told.iter().filter(|(name, told)| {
            told.token == "gitinfra:s3:BucketPolicy"
                && ["web-bucket-", "web-cdn-bucket-"].iter().any(|start| name.starts_with(start))
        });
        let [(name, policy)] = policies.collect::<Vec<_>>()[..] else { panic!("{more}: one policy") };
        assert!(name == "web-bucket-policy" && policy.parent.ends_with("ReferenceStack::web"), "{more}: {name}");
        let former = [("web-bucket", "web-bucket-policy"), ("web-cdn", "web-cdn-bucket-policy-static")];
        let former = former.map(|(parent, name)| (parent.to_owned(), name.to_owned()));
        let expected = if more["cdn"] == false { &former[..1] } else { &former[..] };
        assert_eq!(policy.former, expected, "{more}");
    }
}

/// The password in a task's environment is that of its start: who reads the secret has the one that counts.
#[test]
fn a_service_can_read_the_databases_secret() {
    let aws = Aws::hurried();
    for access in [false, true] {
        let more = json!({"aurora": true, "databaseSecretAccess": access});
        let built = stack(&aws, &more).unwrap_or_else(|wrong| panic!("{more}: {wrong:?}"));
        assert_eq!(built.told.contains_key("web-service-task-policy-database-secret"), access);
    }
}
