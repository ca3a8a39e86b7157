//! The logs of a web ACL, with what keeps them.

mod inputs;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Error, Fault, Input, Knobs, Output, Outputs, Result, Scope};
use serde_json::{Value as Json, json};

pub use self::inputs::*;
use crate::aws::{Aws, Common};
use crate::components::Report;
use crate::components::account::arn;
use crate::components::hash::fnv1a;
use crate::components::log_bucket::{LogBucket, reported};
use crate::components::policies::{policy, trust};
use crate::components::waf::place;
use crate::firehose::delivery_stream::{
    BufferingHints, CompressionFormat, DeliveryStream, DeliveryStreamArgs, DeliveryStreamOutputs,
    ExtendedS3DestinationConfiguration, S3BackupMode, S3DestinationConfiguration,
};
use crate::iam::role::{Role, RoleArgs};
use crate::logs::log_group::{LogGroup, LogGroupArgs, LogGroupOutputs};
use crate::s3::bucket::{BucketOutputs, ObjectOwnership};
use crate::types::{Arn, BucketName, StreamName};
use crate::wafv2::logging_configuration::{LoggingConfiguration, LoggingConfigurationArgs};

/// The logs of a WAF web ACL: a Firehose stream into a bucket, a bucket alone, or a log group; with the role that writes, and the logging
/// configuration. Everything of scope `CLOUDFRONT` is in us-east-1, whatever the region. When it is deleted, logging ends first, then the stream goes, and
/// then the bucket.
#[derive(Clone, Outputs)]
pub struct WafLogs {
    /// The ARN of what WAF sends the logs to: the Firehose stream, the bucket or the log group.
    pub destination_arn: Output<String>,
    /// The name of the bucket that keeps the logs; empty where a log group does.
    pub bucket_name: Output<String>,
    /// The name of the log group; empty where a bucket keeps the logs.
    pub log_group_name: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for WafLogs {
    const TOKEN: &'static str = "gitinfra:index:WafLogs";
    type Session = Aws;
    type Inputs = WafLogsInputs;
    /// A mark of the program's stack.
    type Facts = String;

    fn check(inputs: &WafLogsInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &WafLogsInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, _: &WafLogsInputs) -> Result<String> {
        Ok(mark(&aws.call().urn))
    }

    fn build(here: &mut Scope, inputs: WafLogsInputs, stack: String) -> Result<Self> {
        let mut site = Site { place: place(inputs.scope)?, here, inputs: &inputs, stack };
        let none = || Output::known(String::new());
        let (destination_arn, bucket_name, log_group_name) = match inputs.settings.destination {
            WafLogDestination::Firehose => {
                let bucket = site.bucket(Input::default(), |_| Vec::new());
                (site.stream(&bucket)?.arn, bucket.id, none())
            }
            WafLogDestination::S3 => {
                let named = inputs.web_acl_arn.try_map(bucket_name(site.here.name()));
                let bucket = site.bucket(named.into(), delivery);
                (bucket.arn, bucket.id, none())
            }
            WafLogDestination::CloudWatchLogs => {
                let group = site.log_group();
                (group.arn, none(), group.id)
            }
        };
        site.logging(&destination_arn);
        let report = Report::of(here);
        let bucket = |report| reported(report, ObjectOwnership::BucketOwnerEnforced);
        let report = match inputs.settings.destination {
            WafLogDestination::Firehose => bucket(report.meets("DataFirehose.1")),
            WafLogDestination::S3 => bucket(report),
            WafLogDestination::CloudWatchLogs => report,
        };
        Ok(WafLogs { destination_arn, bucket_name, log_group_name, report })
    }
}

/// Where the children are added.
struct Site<'a> {
    here: &'a mut Scope,
    inputs: &'a WafLogsInputs,
    place: Common,
    stack: String,
}

impl Site<'_> {
    fn bucket(
        &mut self,
        name: Input<BucketName>,
        statements: impl FnOnce(&str) -> Vec<Json> + Send + 'static,
    ) -> BucketOutputs {
        let bucket = LogBucket {
            key: "bucket",
            name,
            days: self.inputs.settings.retention_in_days,
            ownership: ObjectOwnership::BucketOwnerEnforced,
            statements: Box::new(statements),
            shared: &self.inputs.shared,
            place: self.place.clone(),
        };
        bucket.tell(self.here)
    }

    /// The stream, which WAF wants by a certain prefix. One that stands keeps its name.
    fn stream(&mut self, bucket: &BucketOutputs) -> Result<DeliveryStreamOutputs> {
        let args = RoleArgs {
            assume_role_policy: trust("firehose.amazonaws.com")?.into(),
            inline_policies: bucket
                .arn
                .try_map(|arn| Ok(BTreeMap::from([("write".to_owned(), writing(&arn)?)])))
                .into(),
            ..Default::default()
        };
        let role = self.here.add::<Role>("role", args);
        let both = arn(&role.arn).zip(&arn(&bucket.arn));
        let args = DeliveryStreamArgs {
            name: stream_name(self.here.name(), &self.stack).into(),
            extended_s3_destination_configuration: both.map(|(role, bucket)| destination(role, bucket)).into(),
            ..Default::default()
        };
        Ok(self.here.child("stream").initial(["name"]).at(&self.place).add::<DeliveryStream>(args))
    }

    fn log_group(&mut self) -> LogGroupOutputs {
        let args = LogGroupArgs {
            name: crate::types::LogGroupName::from(marked(self.here.name(), &self.stack, 512)).into(),
            retention_in_days: self.inputs.settings.retention_in_days.into(),
            ..Default::default()
        };
        let protects = self.inputs.shared.protects();
        self.here.child("log-group").initial(["name"]).at(&self.place).protect(protects).add::<LogGroup>(args)
    }

    fn logging(&mut self, destination: &Output<String>) {
        let args = LoggingConfigurationArgs {
            resource_arn: arn(&self.inputs.web_acl_arn).into(),
            log_destination_configs: arn(destination).map(|arn| BTreeSet::from([arn])).into(),
            redacted_fields: self.inputs.settings.redacted().into(),
            logging_filter: self.inputs.settings.filter().into(),
        };
        self.here.child("logging").at(&self.place).add::<LoggingConfiguration>(args);
    }
}

/// A name that begins as WAF wants it, of so many characters at most.
fn prefixed(name: &str, most: usize) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let name: String = name.chars().map(plain).collect();
    format!("aws-waf-logs-{name}").chars().take(most).collect()
}

/// A mark of the stack that a URN is in: other stacks of the same program have another one.
fn mark(urn: &str) -> String {
    let home: Vec<_> = urn.split("::").take(2).collect();
    format!("{:07x}", fnv1a(home.join("::").bytes()) >> 36)
}

/// A name of so many characters at most, with the stack's mark at its end: stacks of the same program can share an account and a region. Where it has
/// to be cut, the mark is one of the whole, which tells it from others that begin alike: in us-east-1 the logs of both scopes.
fn marked(component: &str, stack: &str, most: usize) -> String {
    let whole = format!("{}-{stack}", prefixed(component, usize::MAX));
    if whole.len() <= most {
        return whole;
    }
    let mark = format!("-{:07x}", fnv1a(whole.bytes()) >> 36);
    format!("{}{mark}", prefixed(component, most - mark.len()))
}

/// The name of the stream.
fn stream_name(component: &str, stack: &str) -> StreamName {
    StreamName::from(marked(component, stack, 64))
}

/// The name of a bucket that WAF writes to by itself: all of AWS shares such names, so it has the account and the region of the web ACL.
fn bucket_name(component: &str) -> impl FnOnce(String) -> Result<BucketName> + Send + 'static {
    let name = component.to_lowercase();
    move |acl| {
        let acl = Arn::parse(&acl).map_err(Error::new)?;
        let name = prefixed(&format!("{}-{}-{name}", acl.account(), acl.region()), 63);
        Ok(BucketName::from(name.trim_end_matches('-')))
    }
}

/// What the bucket's policy says of WAF, which else would write it there by itself.
fn delivery(bucket: &str) -> Vec<Json> {
    let service = json!({"Service": "delivery.logs.amazonaws.com"});
    let owner = json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}});
    vec![
        json!({
            "Sid": "AWSLogDeliveryWrite", "Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
            "Resource": format!("{bucket}/AWSLogs/*"), "Condition": owner,
        }),
        json!({
            "Sid": "AWSLogDeliveryAclCheck", "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl",
            "Resource": bucket,
        }),
    ]
}

/// What Firehose may do with the bucket.
fn writing(bucket: &str) -> Result<crate::types::PolicyJson> {
    let actions = [
        "s3:AbortMultipartUpload",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:PutObject",
    ];
    policy([json!({"Effect": "Allow", "Action": actions, "Resource": [bucket, format!("{bucket}/*")]})])
}

fn destination(role_arn: Arn, bucket_arn: Arn) -> ExtendedS3DestinationConfiguration {
    let objects = S3DestinationConfiguration {
        role_arn,
        bucket_arn,
        prefix: Some("waf/".to_owned()),
        error_output_prefix: Some("failed/".to_owned()),
        buffering_hints: BufferingHints::default(),
        compression_format: CompressionFormat::Gzip,
        encryption_configuration: None,
        cloud_watch_logging_options: None,
    };
    ExtendedS3DestinationConfiguration {
        objects,
        file_extension: None,
        custom_time_zone: "UTC".to_owned(),
        processing_configuration: None,
        dynamic_partitioning_configuration: None,
        s3_backup_mode: S3BackupMode::Disabled,
        s3_backup_configuration: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{bucket_name, mark, prefixed, stream_name};

    #[test]
    fn names_begin_as_waf_wants_them() {
        assert_eq!(prefixed("web.logs", 64), "aws-waf-logs-web-logs");
        let acl = "arn:aws:wafv2:ap-northeast-1:123456789012:regional/webacl/web/0123".to_owned();
        let name = bucket_name("Web")(acl).expect("a name");
        assert_eq!(name.as_str(), "aws-waf-logs-123456789012-ap-northeast-1-web");
    }

    #[test]
    fn a_stream_is_told_from_those_of_other_stacks() {
        let stacks =
            ["dev", "prod"].map(|stack| mark(&format!("urn:pulumi:{stack}::web::gitinfra:index:WafLogs::logs")));
        let names = stacks.each_ref().map(|stack| stream_name("logs", stack));
        let names = names.each_ref().map(|name| name.as_str());
        assert_eq!(names, stacks.each_ref().map(|stack| format!("aws-waf-logs-logs-{stack}")));
        assert_ne!(names[0], names[1]);
        // It is the same wherever in the stack it is asked for.
        assert_eq!(mark("urn:pulumi:dev::web::gitinfra:index:ReferenceStack::web"), stacks[0]);
    }

    #[test]
    fn a_stream_whose_name_is_cut_is_told_from_others() {
        let long = |scope: &str, stack: &str| stream_name(&format!("{}-waf-logs-{scope}", "n".repeat(41)), stack);
        let names = [long("cloudfront", "0123456"), long("regional", "0123456"), long("regional", "1234567")];
        let cut = format!("aws-waf-logs-{}-w", "n".repeat(41));
        for name in &names {
            assert!(name.as_str().len() == 64 && name.as_str().starts_with(&cut), "{names:?}");
        }
        assert!(names[0] != names[1] && names[1] != names[2], "{names:?}");
        // What fits is as it is.
        let fits = "n".repeat(43);
        assert_eq!(stream_name(&fits, "0123456").as_str(), format!("aws-waf-logs-{fits}-0123456"));
    }
}
