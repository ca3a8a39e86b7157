//! What keeps data: the cache, the database and the bucket, and who reaches them.

use pulumi_plugin::{Output, Result};
use serde_json::{Value as Json, json};

use super::super::wires::BucketWires;
use super::{Site, at};
use crate::components::aurora_postgres::AuroraPostgres;
use crate::components::cdn::Cdn;
use crate::components::policies::{bucket_policy, policy};
use crate::components::private_bucket::PrivateBucket;
use crate::components::redis::Redis;
use crate::components::security_group::Peer;
use crate::ec2::security_group_egress_rule::SecurityGroupEgressRule;
use crate::s3::bucket_policy::{BucketPolicy, BucketPolicyArgs};
use crate::types::BucketName;

impl Site<'_> {
    pub fn redis(&mut self) -> Option<Redis> {
        let inputs = self.plan.redis(&self.wires)?;
        let redis = self.part::<Redis>("redis", inputs);
        self.wires.nodes = redis.node_ids.clone();
        self.lets_out("redis", &redis.security_group_id, &redis.port, &redis.primary_endpoint);
        let environment = &mut self.wires.environment;
        environment.insert("REDIS_HOST".into(), redis.primary_endpoint.clone());
        environment.insert("REDIS_PORT".into(), redis.port.map(|port| port.to_string()));
        self.wires.secrets.extend(redis.secret_arn.clone().map(|arn| ("REDIS_AUTH_TOKEN".to_owned(), arn)));
        Some(redis)
    }

    pub fn aurora(&mut self) -> Result<Option<AuroraPostgres>> {
        let Some(inputs) = self.plan.aurora(&self.wires)? else { return Ok(None) };
        let aurora = self.part::<AuroraPostgres>("aurora", inputs);
        self.wires.aurora = aurora.cluster_identifier.clone();
        self.wires.instances = aurora.instance_identifiers.clone();
        self.lets_out("aurora", &aurora.security_group_id, &aurora.port, &aurora.endpoint);
        let environment = &mut self.wires.environment;
        environment.insert("DATABASE_HOST".into(), aurora.endpoint.clone());
        environment.insert("DATABASE_PORT".into(), aurora.port.map(|port| port.to_string()));
        environment.insert("DATABASE_NAME".into(), aurora.database.clone());
        for (name, key) in [("DATABASE_USERNAME", "username"), ("DATABASE_PASSWORD", "password")] {
            let secret = aurora.secret_arn.map(move |arn| format!("{arn}:{key}::"));
            self.wires.secrets.insert(name.into(), secret);
        }
        if self.plan.inputs.database_secret_access {
            environment.insert("DATABASE_SECRET_ARN".into(), aurora.secret_arn.clone());
            let reads =
                |arn| policy([json!({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn})]);
            self.wires.policies.insert("database-secret".into(), aurora.secret_arn.try_map(reads));
        }
        Ok(Some(aurora))
    }

    /// Lets clients out to a database or cache. The service waits for both.
    fn lets_out(&mut self, what: &str, group: &Output<String>, port: &Output<u16>, endpoint: &Output<String>) {
        let rule = at(port, Peer::group(group.clone(), 0).rule(&self.wires.clients, what));
        let rule = self.here.add::<SecurityGroupEgressRule>(format!("clients-to-{what}"), rule);
        self.wires.let_out = self.wires.let_out.depends_on(&rule.urn).depends_on(endpoint);
    }

    pub fn bucket(&mut self) -> Option<PrivateBucket> {
        let inputs = self.plan.bucket()?;
        let bucket = self.part::<PrivateBucket>("bucket", inputs);
        self.wires.bucket = BucketWires {
            name: bucket.bucket_name.clone(),
            arn: bucket.arn.clone(),
            host: bucket.regional_domain_name.clone(),
        };
        self.wires.environment.insert("BUCKET_NAME".into(), bucket.bucket_name.clone());
        Some(bucket)
    }

    /// The policy of the bucket, of which there is one, whether a distribution reads it or not.
    pub fn bucket_policy(&mut self, bucket: Option<&PrivateBucket>, cdn: Option<&Cdn>) {
        let (Some(bucket), true) = (bucket, self.plan.writes_bucket_policy()) else { return };
        let reads = cdn.map(|cdn| {
            let all = bucket.arn.zip(&cdn.arn).zip(&cdn.origin_access_identity_arn);
            all.map(|((bucket, distribution), identity)| reads(&bucket, &distribution, &identity))
        });
        let said = self.plan.blocks.bucket.iter().flat_map(|block| &block.settings.policy_statements);
        let said = said.map(|each| each.map(|each| each.json().clone())).collect::<Vec<_>>();
        let args = BucketPolicyArgs {
            bucket: bucket.bucket_name.map(BucketName::from).into(),
            policy: bucket_policy(&bucket.arn, reads.into_iter().chain(said)).into(),
        };
        // Others wrote it where the program said more of it, and where an origin access identity reads the bucket.
        let former = [("bucket", "bucket-policy"), ("cdn", "cdn-bucket-policy-static")];
        let mut place = self.here.child("bucket-policy");
        for (part, key) in former {
            place = self.parts.get(part).into_iter().fold(place, |place, part| place.moved(part, key));
        }
        place.add::<BucketPolicy>(args);
    }
}

/// The statement by which a distribution reads a bucket: through its origin access control, or its identity where it has one.
fn reads(bucket: &str, distribution: &str, identity: &str) -> Json {
    let mut read = json!({
        "Sid": "Distribution",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": format!("{bucket}/*"),
    });
    match identity {
        "" => read["Condition"] = json!({"StringEquals": {"AWS:SourceArn": distribution}}),
        identity => read["Principal"] = json!({"AWS": identity}),
    }
    read
}
