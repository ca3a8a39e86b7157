//! Where a web ACL's logs go.

use std::collections::BTreeSet;

use aws_sdk_wafv2::types as sdk;
use pulumi_plugin::{Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use super::piece::{Piece, incomplete, piece, words};
use super::rules;
use super::statement::{Method, QueryString, SingleHeader, UriPath};
use crate::aws::{Aws, Doing as _, word};
use crate::types::Arn;

/// The inputs of a web ACL's logging configuration.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LoggingConfigurationInputs {
    /// The ARN of the web ACL.
    #[prop(replace, unique)]
    pub resource_arn: Arn,
    /// The log destination: the ARN of a Firehose stream, an S3 bucket or a CloudWatch Logs group whose name begins with `aws-waf-logs-`, in the web ACL's
    /// region: us-east-1 for CloudFront. There is exactly one.
    #[prop(min = 1, max = 1)]
    pub log_destination_configs: BTreeSet<Arn>,
    /// The redacted fields, which logs don't show: up to 100.
    #[prop(default, max = 100)]
    pub redacted_fields: BTreeSet<RedactedField>,
    /// The logging filter: which requests are logged. Default: all.
    pub logging_filter: Option<LoggingFilter>,
}

piece! {
    /// A redacted field: exactly one of these.
    RedactedField = sdk::FieldToMatch, {
        /// A header.
        single_header set_single_header: Option<SingleHeader>,
        /// The URI path.
        uri_path set_uri_path: Option<UriPath>,
        /// The query string.
        query_string set_query_string: Option<QueryString>,
        /// The HTTP method.
        method set_method: Option<Method>,
    }
    /// Which requests are logged.
    LoggingFilter = sdk::LoggingFilter, ok {
        /// The filters. The first one that matches counts.
        #[prop(min = 1)]
        filters set_filters: Vec<Filter>,
        /// The default behavior, for requests that no filter matches.
        default_behavior set_default_behavior: FilterBehavior,
    }
    /// A filter of requests.
    Filter = sdk::Filter, ok {
        /// The behavior: what becomes of the requests that match.
        behavior set_behavior: FilterBehavior,
        /// The requirement: whether all conditions must be met, or any.
        requirement set_requirement: FilterRequirement,
        /// The conditions.
        #[prop(min = 1)]
        conditions set_conditions: Vec<Condition>,
    }
    /// A condition of a filter: exactly one of these.
    Condition = sdk::Condition, {
        /// A rule has done this with the request.
        action_condition set_action_condition: Option<ActionCondition>,
        /// The request has this label.
        label_name_condition set_label_name_condition: Option<LabelNameCondition>,
    }
    /// What a rule has done with a request.
    ActionCondition = sdk::ActionCondition, ok {
        /// The action.
        action set_action: ActionValue,
    }
    /// A label of a request.
    LabelNameCondition = sdk::LabelNameCondition, ok {
        /// The label's whole name, such as `awswaf:123456789012:webacl:web:own:internal`.
        #[prop(min = 1, max = 1024)]
        label_name set_label_name: String,
    }
}

words! {
    /// What becomes of requests.
    FilterBehavior {
        /// They are logged.
        Keep = "KEEP",
        /// They are not.
        Drop = "DROP",
    }
    /// How many conditions must be met.
    FilterRequirement {
        /// All.
        MeetsAll = "MEETS_ALL",
        /// Any.
        MeetsAny = "MEETS_ANY",
    }
    /// What a rule has done.
    ActionValue {
        /// Allowed the request.
        Allow = "ALLOW",
        /// Blocked it.
        Block = "BLOCK",
        /// Counted it.
        Count = "COUNT",
        /// Had a person solve a puzzle.
        Captcha = "CAPTCHA",
        /// Had the browser show that it is one.
        Challenge = "CHALLENGE",
        /// Counted it, for the rule of a group is excluded.
        ExcludedAsCount = "EXCLUDED_AS_COUNT",
    }
}

/// A WAF logging configuration: where a web ACL's logs go, and what is in them.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LoggingConfiguration {
    /// The inputs, as WAF has them.
    #[prop(inputs)]
    pub inputs: LoggingConfigurationInputs,
}

impl Resource for LoggingConfiguration {
    const TOKEN: &'static str = "gitinfra:wafv2:LoggingConfiguration";
    const WAIT: Wait = Wait::seconds(3, 600);
    type Session = Aws;
    type Inputs = LoggingConfigurationInputs;
    type Seen = sdk::LoggingConfiguration;

    fn check(new: &LoggingConfigurationInputs) -> Vec<Fault> {
        let odd = new.log_destination_configs.iter().find_map(|arn| destination(arn, &new.resource_arn));
        let fields = new.redacted_fields.iter().any(|field| !rules::choices(field).is_empty());
        Faults::of(new)
            .and(odd.map(|why| Fault::new("logDestinationConfigs", why)))
            .when(fields, "redactedFields", "exactly one property must be given of each")
            .part("loggingFilter", new.logging_filter.as_ref().map(rules::choices).unwrap_or_default())
            .into_vec()
    }

    /// Putting a configuration overwrites one that is there without a word.
    async fn standing(aws: &Aws, new: &LoggingConfigurationInputs) -> Result<Option<Id>> {
        let id = Id::from(new.resource_arn.as_str());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &LoggingConfigurationInputs) -> Result<Made> {
        let put = aws.once().wafv2().put_logging_configuration().logging_configuration(written(new)?);
        put.send().await.doing("setting up the logs of", &new.resource_arn)?;
        Ok(Made::New(Id::from(new.resource_arn.as_str())))
    }

    /// A configuration bears no token: after a lost answer, the same one is what that attempt made.
    async fn ours(
        aws: &Aws,
        id: &Id,
        seen: &sdk::LoggingConfiguration,
        new: &LoggingConfigurationInputs,
    ) -> Result<Option<Id>> {
        Ok((aws.call().tried() && read(seen.clone())? == *new).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<sdk::LoggingConfiguration>> {
        let got = aws.wafv2().get_logging_configuration().resource_arn(id).send().await;
        let got = got.unless(&["WAFNonexistentItemException"]).doing("reading the logs of", id)?;
        Ok(got.and_then(|got| got.logging_configuration))
    }

    async fn read(_: &Aws, _: &Id, seen: sdk::LoggingConfiguration) -> Result<Self> {
        Ok(LoggingConfiguration { inputs: read(seen)? })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &LoggingConfigurationInputs) -> Result<()> {
        let put = aws.wafv2().put_logging_configuration().logging_configuration(written(new)?);
        put.send().await.done("changing the logs of", id)
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.wafv2().delete_logging_configuration().resource_arn(id).send().await;
        delete.unless(&["WAFNonexistentItemException"]).done("ending the logs of", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// What WAF would refuse of a destination.
fn destination(arn: &Arn, acl: &Arn) -> Option<String> {
    let name = match (arn.service(), arn.resource()) {
        ("firehose", resource) => resource.strip_prefix("deliverystream/"),
        ("logs", resource) => resource.strip_prefix("log-group:"),
        ("s3", resource) => Some(resource),
        _ => None,
    };
    match name {
        None => Some(format!("`{arn}` is none of a Firehose stream, an S3 bucket and a log group")),
        Some(name) if !name.starts_with("aws-waf-logs-") => {
            Some(format!("`{name}` does not begin with `aws-waf-logs-`"))
        }
        Some(name) if name.ends_with(":*") => {
            Some(format!("`{arn}` ends with `:*`; give the log group's ARN without it"))
        }
        Some(_) if !arn.region().is_empty() && arn.region() != acl.region() => {
            Some(format!("`{arn}` is in {}, and the web ACL in {}", arn.region(), acl.region()))
        }
        Some(_) => None,
    }
}

fn written(new: &LoggingConfigurationInputs) -> Result<sdk::LoggingConfiguration> {
    let built = sdk::LoggingConfiguration::builder()
        .resource_arn(new.resource_arn.as_str())
        .set_log_destination_configs(new.log_destination_configs.write()?)
        .set_redacted_fields(new.redacted_fields.write()?)
        .set_logging_filter(new.logging_filter.write()?);
    built.build().map_err(incomplete)
}

fn read(told: sdk::LoggingConfiguration) -> Result<LoggingConfigurationInputs> {
    Ok(LoggingConfigurationInputs {
        resource_arn: word(told.resource_arn)?,
        log_destination_configs: Piece::read(Some(told.log_destination_configs))?,
        redacted_fields: Piece::read(told.redacted_fields)?,
        logging_filter: Piece::read(told.logging_filter)?,
    })
}
