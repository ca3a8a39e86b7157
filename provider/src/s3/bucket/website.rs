//! A bucket as a website, and how AWS takes and returns that.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::operation::get_bucket_website::GetBucketWebsiteOutput;
use aws_sdk_s3::types as aws;
use pulumi_plugin::{Fault, Faults, Property, Result};

use crate::aws::list::{filled, some};
use crate::aws::word;

/// A bucket as a static website, which answers by HTTP only. Either `indexDocument` or `redirectAllRequestsTo` makes one; nothing makes none.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct WebsiteConfiguration {
    /// The index document: what answers requests for a folder, such as `index.html`.
    pub index_document: Option<String>,
    /// The key of the error document, such as `error.html`. Needs `indexDocument`.
    pub error_document: Option<String>,
    /// Where all requests are redirected to. Not with the other properties.
    pub redirect_all_requests_to: Option<RedirectAllRequestsTo>,
    /// The routing rules, in order. Need `indexDocument`.
    #[prop(default, max = 50)]
    pub routing_rules: Vec<RoutingRule>,
}

/// Where all requests are redirected to.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RedirectAllRequestsTo {
    /// The host name.
    pub host_name: String,
    /// The protocol. Default: that of the request.
    pub protocol: Option<Protocol>,
}

/// A routing rule of a website: redirects some requests.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RoutingRule {
    /// Which requests. Default: all.
    pub routing_rule_condition: Option<RoutingRuleCondition>,
    /// Where they are redirected to.
    pub redirect_rule: RedirectRule,
}

/// Which requests a routing rule redirects.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RoutingRuleCondition {
    /// Those that would end with this HTTP status code, such as `404`.
    pub http_error_code_returned_equals: Option<String>,
    /// Those whose key begins with this.
    pub key_prefix_equals: Option<String>,
}

/// Where a routing rule redirects requests to.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RedirectRule {
    /// The host name. Default: that of the request.
    pub host_name: Option<String>,
    /// The HTTP status code of the redirection. Default: 301.
    pub http_redirect_code: Option<String>,
    /// The protocol. Default: that of the request.
    pub protocol: Option<Protocol>,
    /// What replaces the prefix of the condition.
    pub replace_key_prefix_with: Option<String>,
    /// What replaces the whole key.
    pub replace_key_with: Option<String>,
}

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Protocol {
    /// HTTP.
    #[prop(rename = "http")]
    Http,
    /// HTTPS.
    #[prop(rename = "https")]
    Https,
}

impl WebsiteConfiguration {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        Faults::of(self)
            .excludes("redirectAllRequestsTo", "indexDocument")
            .needs("errorDocument", "indexDocument")
            .needs("routingRules", "indexDocument")
            .each("routingRules", &self.routing_rules, |rule| {
                let redirect = Faults::of(&rule.redirect_rule).excludes("replaceKeyPrefixWith", "replaceKeyWith");
                Faults::of(rule).part("redirectRule", redirect.into_vec()).into_vec()
            })
            .into_vec()
    }

    /// As AWS takes it.
    pub fn write(&self) -> Result<aws::WebsiteConfiguration, BuildError> {
        let index = self.index_document.as_ref().map(|suffix| aws::IndexDocument::builder().suffix(suffix).build());
        let error = self.error_document.as_ref().map(|key| aws::ErrorDocument::builder().key(key).build());
        let all = self.redirect_all_requests_to.as_ref().map(|to| {
            let written = aws::RedirectAllRequestsTo::builder().host_name(&to.host_name);
            written.set_protocol(to.protocol.map(|protocol| protocol.as_str().into())).build()
        });
        Ok(aws::WebsiteConfiguration::builder()
            .set_index_document(index.transpose()?)
            .set_error_document(error.transpose()?)
            .set_redirect_all_requests_to(all.transpose()?)
            .set_routing_rules(some(self.routing_rules.iter().map(RoutingRule::write)))
            .build())
    }

    /// As AWS returns it.
    pub fn read(told: GetBucketWebsiteOutput) -> Result<WebsiteConfiguration> {
        let all = told.redirect_all_requests_to.map(|to| {
            let protocol = to.protocol.map(word).transpose()?;
            Ok::<_, pulumi_plugin::Error>(RedirectAllRequestsTo { host_name: to.host_name, protocol })
        });
        let rules = told.routing_rules.unwrap_or_default().into_iter();
        Ok(WebsiteConfiguration {
            index_document: told.index_document.map(|index| index.suffix),
            error_document: told.error_document.map(|error| error.key),
            redirect_all_requests_to: all.transpose()?,
            routing_rules: rules.map(RoutingRule::read).collect::<Result<_>>()?,
        })
    }
}

impl RoutingRule {
    fn write(&self) -> aws::RoutingRule {
        let condition = self.routing_rule_condition.as_ref().map(|condition| {
            aws::Condition::builder()
                .set_http_error_code_returned_equals(condition.http_error_code_returned_equals.clone())
                .set_key_prefix_equals(condition.key_prefix_equals.clone())
                .build()
        });
        let to = &self.redirect_rule;
        let redirect = aws::Redirect::builder()
            .set_host_name(to.host_name.clone())
            .set_http_redirect_code(to.http_redirect_code.clone())
            .set_protocol(to.protocol.map(|protocol| protocol.as_str().into()))
            .set_replace_key_prefix_with(to.replace_key_prefix_with.clone())
            .set_replace_key_with(to.replace_key_with.clone())
            .build();
        aws::RoutingRule::builder().set_condition(condition).redirect(redirect).build()
    }

    fn read(rule: aws::RoutingRule) -> Result<RoutingRule> {
        let to = rule.redirect.unwrap_or_else(|| aws::Redirect::builder().build());
        Ok(RoutingRule {
            routing_rule_condition: rule.condition.map(|condition| RoutingRuleCondition {
                http_error_code_returned_equals: filled(condition.http_error_code_returned_equals),
                key_prefix_equals: condition.key_prefix_equals,
            }),
            redirect_rule: RedirectRule {
                host_name: filled(to.host_name),
                http_redirect_code: filled(to.http_redirect_code),
                protocol: to.protocol.map(word).transpose()?,
                replace_key_prefix_with: to.replace_key_prefix_with,
                replace_key_with: to.replace_key_with,
            },
        })
    }
}
