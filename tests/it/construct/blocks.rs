//! What the blocks of a stack mean for one another.

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
        (json!({"loadBalancer": office}), &["cloudfront", "office"], "403"),
        (json!({"loadBalancer": office, "cdn": false}), &["office"], "404"),
    ] {
        let built = stack(&aws, &more).unwrap_or_else(|wrong| panic!("{more}: {wrong:?}"));
        assert_eq!(doors(&built), expected, "{more}");
        let action = &built.told["web-load-balancer-https"].inputs["defaultActions"][0];
        assert_eq!(action["fixedResponseConfig"]["statusCode"], status, "{more}");
    }
}
