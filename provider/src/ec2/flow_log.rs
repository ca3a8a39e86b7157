//! A flow log.

use std::collections::BTreeSet;

use aws_sdk_ec2::operation::create_flow_logs::builders::CreateFlowLogsFluentBuilder;
use aws_sdk_ec2::types::{
    DestinationFileFormat, DestinationOptionsRequest, DestinationOptionsResponse, FlowLog as AwsFlowLog,
    FlowLogsResourceType, LogDestinationType as AwsDestinationType, ResourceType as TagOf,
    TagFieldSpecificationRequest, TagFieldSpecificationResponse, TaggableResourceType, TrafficType as AwsTrafficType,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::list::some;
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, Tags, word, word_or};
use crate::ec2::tags::{earlier, newborn, retag};
use crate::ec2::{all_done, filter};
use crate::types::{LogDestination, RoleArn};

/// The inputs of a flow log.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FlowLogInputs {
    /// The type of the resource whose traffic the flow log records.
    #[prop(replace)]
    pub resource_type: FlowLogResourceType,
    /// The id of the resource whose traffic the flow log records. A resource can have one flow log for each destination.
    #[prop(replace, unique)]
    pub resource_id: String,
    /// The type of traffic that the flow log records. Needed, except for transit gateways and their attachments, which can't have it.
    #[prop(replace)]
    pub traffic_type: Option<TrafficType>,
    /// The type of the destination of the flow log. Default: `cloud-watch-logs`.
    #[prop(replace, default = LogDestinationType::CloudWatchLogs)]
    pub log_destination_type: LogDestinationType,
    /// The ARN of the destination of the flow log: a log group, a bucket (with a folder, if you like: `arn:aws:s3:::bucket/folder/`), or a
    /// delivery stream. A `:*` at the end of a log group's ARN doesn't count.
    #[prop(replace, unique)]
    pub log_destination: LogDestination,
    /// The ARN of the IAM role by which the flow log reaches a log group. Needed by `cloud-watch-logs`, not allowed for `s3`.
    #[prop(replace)]
    pub deliver_logs_permission_arn: Option<RoleArn>,
    /// The ARN of the IAM role by which the flow log reaches a delivery stream of another account.
    #[prop(replace)]
    pub deliver_cross_account_role: Option<RoleArn>,
    /// The log format: the fields of a record in their order, such as `${srcaddr} ${dstaddr} ${action}`. Default: AWS's own fourteen.
    #[prop(replace, computed, min = 1)]
    pub log_format: Option<String>,
    /// The maximum aggregation interval in seconds, during which packets become one record: 60 or 600. Transit gateways need 60. Default: 600.
    #[prop(replace, default = 600)]
    pub max_aggregation_interval: u32,
    /// The destination options: how files in a bucket are written. Only for `s3`.
    #[prop(replace, default)]
    pub destination_options: DestinationOptions,
    /// The tag fields: which tags of which resources become part of each record.
    #[prop(replace, default)]
    pub tag_field_specifications: Vec<TagFieldSpecification>,
    /// Tags of the flow log.
    #[prop(default)]
    pub tags: Tags,
}

/// The type of a resource that can have a flow log.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum FlowLogResourceType {
    /// A VPC: all its network interfaces, also later ones.
    #[prop(rename = "VPC")]
    Vpc,
    /// A subnet: all its network interfaces, also later ones.
    Subnet,
    /// A network interface.
    NetworkInterface,
    /// A transit gateway.
    TransitGateway,
    /// An attachment of a transit gateway.
    TransitGatewayAttachment,
    /// A regional NAT gateway.
    RegionalNatGateway,
}

impl FlowLogResourceType {
    /// What has an id: AWS doesn't say it again.
    fn of(id: &str) -> Result<FlowLogResourceType> {
        Ok(match id.rsplit_once('-').map_or(id, |(kind, _)| kind) {
            "vpc" => FlowLogResourceType::Vpc,
            "subnet" => FlowLogResourceType::Subnet,
            "eni" => FlowLogResourceType::NetworkInterface,
            "tgw" => FlowLogResourceType::TransitGateway,
            "tgw-attach" => FlowLogResourceType::TransitGatewayAttachment,
            "nat" => FlowLogResourceType::RegionalNatGateway,
            _ => return Err(Error::new(format!("`{id}` is not the id of anything that has flow logs"))),
        })
    }

    fn is_transit(self) -> bool {
        matches!(self, FlowLogResourceType::TransitGateway | FlowLogResourceType::TransitGatewayAttachment)
    }
}

/// The type of traffic that a flow log records.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum TrafficType {
    /// Traffic that security groups and network ACLs let through.
    #[prop(rename = "ACCEPT")]
    Accept,
    /// Traffic that they don't let through.
    #[prop(rename = "REJECT")]
    Reject,
    /// Both.
    #[prop(rename = "ALL")]
    All,
}

/// The type of a flow log's destination.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum LogDestinationType {
    /// A log group of CloudWatch Logs.
    #[prop(rename = "cloud-watch-logs")]
    CloudWatchLogs,
    /// A bucket of S3.
    #[prop(rename = "s3")]
    S3,
    /// A delivery stream of Amazon Data Firehose.
    #[prop(rename = "kinesis-data-firehose")]
    KinesisDataFirehose,
}

/// The options of a bucket as the destination of a flow log.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub struct DestinationOptions {
    /// The file format. Default: `plain-text`.
    #[prop(default = FileFormat::PlainText)]
    pub file_format: FileFormat,
    /// Whether the names of folders are Hive-compatible partitions: `year=2026/month=01`. Default: false.
    #[prop(default = false)]
    pub hive_compatible_partitions: bool,
    /// Whether there is a partition for each hour, instead of one for each day. Default: false.
    #[prop(default = false)]
    pub per_hour_partition: bool,
}

impl Default for DestinationOptions {
    fn default() -> Self {
        DestinationOptions {
            file_format: FileFormat::PlainText,
            hive_compatible_partitions: false,
            per_hour_partition: false,
        }
    }
}

/// The format of a flow log's files.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum FileFormat {
    /// Lines of text.
    #[prop(rename = "plain-text")]
    PlainText,
    /// Apache Parquet.
    #[prop(rename = "parquet")]
    Parquet,
}

/// A tag field: tags of a kind of resource that become part of each record.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TagFieldSpecification {
    /// The type of the resources that have the tags.
    pub resource_type: TagFieldResourceType,
    /// The keys of the tags.
    #[prop(min = 1)]
    pub tag_keys: BTreeSet<String>,
}

/// The type of a resource whose tags become part of a flow log's records.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum TagFieldResourceType {
    /// The network interface that the traffic goes through.
    #[prop(rename = "network-interface")]
    NetworkInterface,
    /// The instance of the network interface.
    #[prop(rename = "instance")]
    Instance,
    /// The Auto Scaling group of the instance.
    #[prop(rename = "auto-scaling-group")]
    AutoScalingGroup,
}

/// A flow log: records which IP traffic goes to and from a VPC, a subnet or a network interface.
///
/// AWS makes a flow log whether or not it can write to the destination. A later refresh warns of what it could not deliver.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FlowLog {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: FlowLogInputs,
    /// The ARN of the flow log.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for FlowLog {
    const TOKEN: &'static str = "gitinfra:ec2:FlowLog";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = FlowLogInputs;
    type Seen = AwsFlowLog;

    fn check(new: &FlowLogInputs) -> Vec<Fault> {
        use LogDestinationType::{CloudWatchLogs, S3};
        let (kind, transit) = (new.log_destination_type, new.resource_type.is_transit());
        let (role, traffic) = (new.deliver_logs_permission_arn.is_some(), new.traffic_type.is_some());
        let options = new.destination_options != DestinationOptions::default();
        let interval = new.max_aggregation_interval;
        Faults::of(new)
            .when(!transit && !traffic, "trafficType", "missing: `ACCEPT`, `REJECT` or `ALL`")
            .when(transit && traffic, "trafficType", "transit gateways record all traffic; leave it out")
            .when(
                kind == CloudWatchLogs && !role,
                "deliverLogsPermissionArn",
                "missing: `cloud-watch-logs` needs a role",
            )
            .when(kind == S3 && role, "logDestinationType", "`s3` takes no role: leave `deliverLogsPermissionArn` out")
            .when(options && kind != S3, "destinationOptions", "only for `s3`")
            .when(![60, 600].contains(&interval), "maxAggregationInterval", format!("`{interval}` is not 60 or 600"))
            .when(transit && interval != 60, "maxAggregationInterval", "transit gateways need 60")
            .into_vec()
    }

    async fn earlier(aws: &Aws, _: &FlowLogInputs) -> Result<Option<Id>> {
        Ok(earlier(aws, TagOf::VpcFlowLog).await?.map(Id::from))
    }

    async fn create(aws: &Aws, new: &FlowLogInputs) -> Result<Made> {
        let create = create(aws, new).tag_specifications(newborn(aws, TagOf::VpcFlowLog, &new.tags));
        let made = create.send().await.unless(&["FlowLogAlreadyExists"]);
        let what = format!("creating flow log of `{}`", new.resource_id);
        let answer = match made.doing(&what, "") {
            Ok(Some(answer)) => answer,
            Ok(None) => return standing(aws, new, Error::new(format!("{what}: FlowLogAlreadyExists"))).await,
            Err(error) => return Err(error),
        };
        match all_done(&what, answer.unsuccessful, &[]) {
            Ok(()) => Made::new(answer.flow_log_ids.and_then(|mut ids| ids.pop())),
            Err(error) if error.message().contains("FlowLogAlreadyExists") => standing(aws, new, error).await,
            Err(error) => Err(error),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsFlowLog>> {
        let pages = |aws: &Aws, ids| {
            aws.ec2().describe_flow_logs().filter(filter("flow-log-id", ids)).into_paginator().items().send()
        };
        aws.one("reading flow logs", id, pages, AwsFlowLog::flow_log_id).await
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsFlowLog) -> Result<Self> {
        if let Some(why) =
            seen.deliver_logs_error_message.as_ref().filter(|_| seen.deliver_logs_status() == Some("FAILED"))
        {
            aws.call().warn(format!("flow log `{id}` can't deliver its records: {why}")).await;
        }
        let account = aws.account().await?;
        let log_destination = destination(aws, &account, &seen)?;
        let resource_id = seen.resource_id.unwrap_or_default();
        Ok(FlowLog {
            arn: aws.arn("ec2", &account, &format!("vpc-flow-log/{id}")),
            inputs: FlowLogInputs {
                resource_type: FlowLogResourceType::of(&resource_id)?,
                resource_id,
                traffic_type: seen.traffic_type.map(word).transpose()?,
                log_destination_type: word_or(seen.log_destination_type, LogDestinationType::CloudWatchLogs)?,
                log_destination,
                deliver_logs_permission_arn: seen.deliver_logs_permission_arn.map(word).transpose()?,
                deliver_cross_account_role: seen.deliver_cross_account_role.map(word).transpose()?,
                log_format: seen.log_format,
                max_aggregation_interval: seen
                    .max_aggregation_interval
                    .and_then(|s| u32::try_from(s).ok())
                    .unwrap_or(600),
                destination_options: options(seen.destination_options)?,
                tag_field_specifications: fields(seen.tag_field_specifications.unwrap_or_default())?,
                tags: aws.visible(seen.tags.unwrap_or_default()),
            },
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &FlowLogInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        const GONE: [&str; 1] = ["InvalidFlowLogId.NotFound"];
        let delete = aws.ec2().delete_flow_logs().flow_log_ids(id).send().await;
        let answer = delete.unless(&GONE).doing("deleting flow log", id)?;
        all_done(format!("deleting flow log `{id}`"), answer.and_then(|answer| answer.unsuccessful), &GONE)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn create(aws: &Aws, new: &FlowLogInputs) -> CreateFlowLogsFluentBuilder {
    let role = |role: &Option<RoleArn>| role.as_ref().map(|role| role.as_str().to_owned());
    let options = Some(&new.destination_options).filter(|_| new.log_destination_type == LogDestinationType::S3);
    let options = options.map(|options| {
        DestinationOptionsRequest::builder()
            .file_format(DestinationFileFormat::from(options.file_format.as_str()))
            .hive_compatible_partitions(options.hive_compatible_partitions)
            .per_hour_partition(options.per_hour_partition)
            .build()
    });
    let fields = new.tag_field_specifications.iter().map(|field| {
        TagFieldSpecificationRequest::builder()
            .resource_type(TaggableResourceType::from(field.resource_type.as_str()))
            .set_tag_keys(some(field.tag_keys.iter().cloned()))
            .build()
    });
    aws.once()
        .ec2()
        .create_flow_logs()
        .client_token(&aws.birth().once)
        .resource_type(FlowLogsResourceType::from(new.resource_type.as_str()))
        .resource_ids(&new.resource_id)
        .set_traffic_type(new.traffic_type.map(|kind| AwsTrafficType::from(kind.as_str())))
        .log_destination_type(AwsDestinationType::from(new.log_destination_type.as_str()))
        .log_destination(new.log_destination.as_str())
        .set_deliver_logs_permission_arn(role(&new.deliver_logs_permission_arn))
        .set_deliver_cross_account_role(role(&new.deliver_cross_account_role))
        .set_log_format(new.log_format.clone())
        .max_aggregation_interval(signed(new.max_aggregation_interval))
        .set_destination_options(options)
        .set_tag_field_specifications(some(fields))
}

/// The flow log that the resource has for the very destination already.
async fn standing(aws: &Aws, new: &FlowLogInputs, refused: Error) -> Result<Made> {
    let ask = aws.ec2().describe_flow_logs().filter(filter("resource-id", [&new.resource_id]));
    let mut pages = ask.into_paginator().items().send();
    let account = aws.account().await?;
    while let Some(each) = pages.next().await {
        let each = each.doing("looking for flow logs of", &new.resource_id)?;
        if destination(aws, &account, &each)? == new.log_destination {
            return each.flow_log_id.map(|id| Made::Exists(id.into())).ok_or(refused);
        }
    }
    Err(refused)
}

/// Where it goes: AWS tells only the name of the log group of an old flow log.
fn destination(aws: &Aws, account: &str, seen: &AwsFlowLog) -> Result<LogDestination> {
    match (seen.log_destination(), seen.log_group_name()) {
        (Some(arn), _) => word(arn),
        (None, name) => word(aws.arn("logs", account, &format!("log-group:{}", name.unwrap_or_default()))),
    }
}

fn options(seen: Option<DestinationOptionsResponse>) -> Result<DestinationOptions> {
    let Some(seen) = seen else { return Ok(DestinationOptions::default()) };
    Ok(DestinationOptions {
        file_format: word_or(seen.file_format, FileFormat::PlainText)?,
        hive_compatible_partitions: seen.hive_compatible_partitions.unwrap_or_default(),
        per_hour_partition: seen.per_hour_partition.unwrap_or_default(),
    })
}

fn fields(seen: Vec<TagFieldSpecificationResponse>) -> Result<Vec<TagFieldSpecification>> {
    let each = seen.into_iter().map(|field| {
        let tag_keys = field.tag_keys.unwrap_or_default().into_iter().collect();
        Ok(TagFieldSpecification {
            resource_type: word_or(field.resource_type, TagFieldResourceType::Instance)?,
            tag_keys,
        })
    });
    each.collect()
}
