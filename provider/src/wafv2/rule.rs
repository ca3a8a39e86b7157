//! Rules of web ACLs and rule groups: what they match, and what is done then.

use aws_sdk_wafv2::types as sdk;
use pulumi_plugin::{Error, Property, Result};

use super::piece::{Piece, incomplete, marks, piece, untold, words};
use super::statement::Statement;
use crate::types::Lowercase;

/// A rule: what it matches, and what is done then.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Rule {
    /// The priority: rules are evaluated in its order, from the lowest. No two have the same.
    #[prop(min = 0)]
    pub priority: i32,
    /// The statement: what the rule matches.
    pub statement: Statement,
    /// The action: what is done with what matches. For all but groups of rules.
    pub action: Option<RuleAction>,
    /// The override action, for groups of rules: `none` leaves their actions as they are, `count` only counts what they would do.
    pub override_action: Option<OverrideAction>,
    /// The rule labels that are put on what matches.
    #[prop(default, max = 100)]
    pub rule_labels: Vec<Label>,
    /// The visibility configuration: metrics and samples.
    pub visibility_config: VisibilityConfig,
    /// The CAPTCHA configuration. Default: the web ACL's.
    pub captcha_config: Option<CaptchaConfig>,
    /// The challenge configuration. Default: the web ACL's.
    pub challenge_config: Option<ChallengeConfig>,
}

impl Rule {
    /// As WAF takes it.
    pub fn write(&self, name: &str) -> Result<sdk::Rule> {
        let built = sdk::Rule::builder()
            .name(name)
            .priority(self.priority)
            .set_statement(self.statement.write()?)
            .set_action(self.action.write()?)
            .set_override_action(self.override_action.write()?)
            .set_rule_labels(self.rule_labels.write()?)
            .set_visibility_config(self.visibility_config.write()?)
            .set_captcha_config(self.captcha_config.write()?)
            .set_challenge_config(self.challenge_config.write()?);
        built.build().map_err(incomplete)
    }

    /// Its name, and what WAF tells of it.
    pub fn read(told: sdk::Rule) -> Result<(String, Rule)> {
        let rule = Rule {
            priority: told.priority,
            statement: Piece::read(told.statement)?,
            action: Piece::read(told.action)?,
            override_action: Piece::read(told.override_action)?,
            rule_labels: Piece::read(told.rule_labels)?,
            visibility_config: Piece::read(told.visibility_config)?,
            captcha_config: Piece::read(told.captcha_config)?,
            challenge_config: Piece::read(told.challenge_config)?,
        };
        Ok((told.name, rule))
    }
}

/// A rule action: exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Property)]
pub struct RuleAction {
    /// Allow the request.
    pub allow: Option<AllowAction>,
    /// Block the request.
    pub block: Option<BlockAction>,
    /// Count the request, and go on with the next rule.
    pub count: Option<CountAction>,
    /// Have a person solve a puzzle.
    pub captcha: Option<CaptchaAction>,
    /// Have the browser show that it is one, without a person.
    pub challenge: Option<ChallengeAction>,
}

impl Piece for RuleAction {
    type Aws = sdk::RuleAction;
    fn write(&self) -> Result<Option<sdk::RuleAction>> {
        let built = sdk::RuleAction::builder()
            .set_allow(self.allow.write()?)
            .set_block(self.block.write()?)
            .set_count(self.count.write()?)
            .set_captcha(self.captcha.write()?)
            .set_challenge(self.challenge.write()?);
        Ok(Some(built.build()))
    }
    fn read(told: Option<sdk::RuleAction>) -> Result<Self> {
        let told = told.ok_or_else(|| untold("action"))?;
        if told.monetize.is_some() {
            return Err(Error::new("AWS tells the action `monetize`, which is not known here"));
        }
        Ok(RuleAction {
            allow: Piece::read(told.allow)?,
            block: Piece::read(told.block)?,
            count: Piece::read(told.count)?,
            captcha: Piece::read(told.captcha)?,
            challenge: Piece::read(told.challenge)?,
        })
    }
}

piece! {
    /// Allows a request.
    AllowAction = sdk::AllowAction, {
        /// The custom request handling: headers that are added to it.
        custom_request_handling set_custom_request_handling: Option<CustomRequestHandling>,
    }
    /// Blocks a request.
    BlockAction = sdk::BlockAction, {
        /// The custom response. Default: status 403 without a body.
        custom_response set_custom_response: Option<CustomResponse>,
    }
    /// Counts a request.
    CountAction = sdk::CountAction, {
        /// The custom request handling: headers that are added to it.
        custom_request_handling set_custom_request_handling: Option<CustomRequestHandling>,
    }
    /// Has a person solve a puzzle.
    CaptchaAction = sdk::CaptchaAction, {
        /// The custom request handling: headers that are added to it when the puzzle is solved.
        custom_request_handling set_custom_request_handling: Option<CustomRequestHandling>,
    }
    /// Has the browser show that it is one.
    ChallengeAction = sdk::ChallengeAction, {
        /// The custom request handling: headers that are added to it when the browser has shown that.
        custom_request_handling set_custom_request_handling: Option<CustomRequestHandling>,
    }
    /// Headers that are added to a request; WAF puts `x-amzn-waf-` before their names.
    CustomRequestHandling = sdk::CustomRequestHandling, ok {
        /// The headers to insert.
        #[prop(min = 1, max = 10)]
        insert_headers set_insert_headers: Vec<CustomHttpHeader>,
    }
    /// A custom response to a blocked request.
    CustomResponse = sdk::CustomResponse, ok {
        /// The HTTP status code.
        #[prop(min = 200, max = 599)]
        response_code set_response_code: i32,
        /// The key of the body in `customResponseBodies`. Default: none.
        #[prop(min = 1, max = 128)]
        custom_response_body_key set_custom_response_body_key: Option<String>,
        /// The response headers.
        #[prop(default, max = 10)]
        response_headers set_response_headers: Vec<CustomHttpHeader>,
    }
    /// A header that WAF writes.
    CustomHttpHeader = sdk::CustomHttpHeader, ok {
        /// The name.
        #[prop(min = 1, max = 64)]
        name set_name: Lowercase,
        /// The value.
        #[prop(min = 1, max = 255)]
        value set_value: String,
    }
    /// An override action: exactly one of these.
    OverrideAction = sdk::OverrideAction, {
        /// What the group's rules would do is only counted.
        count set_count: Option<CountAction>,
        /// The actions of the group's rules stay as they are.
        none set_none: Option<NoneAction>,
    }
    /// A label.
    Label = sdk::Label, ok {
        /// The name, such as `own:internal`.
        #[prop(min = 1, max = 1024)]
        name set_name: String,
    }
    /// A visibility configuration: metrics and samples.
    VisibilityConfig = sdk::VisibilityConfig, ok {
        /// Whether samples of the requests that matched are kept, which the console shows. Default: true.
        #[prop(default = true)]
        sampled_requests_enabled set_sampled_requests_enabled: bool,
        /// Whether CloudWatch gets metrics. Default: true.
        #[prop(default = true)]
        cloud_watch_metrics_enabled set_cloud_watch_metrics_enabled: bool,
        /// The metric's name: 1 to 128 letters, digits, `-` and `_`, and neither `All` nor `Default_Action`.
        #[prop(min = 1, max = 255)]
        metric_name set_metric_name: String,
    }
    /// A CAPTCHA configuration.
    CaptchaConfig = sdk::CaptchaConfig, {
        /// The immunity time.
        immunity_time_property set_immunity_time_property: Option<ImmunityTimeProperty>,
    }
    /// A challenge configuration.
    ChallengeConfig = sdk::ChallengeConfig, {
        /// The immunity time.
        immunity_time_property set_immunity_time_property: Option<ImmunityTimeProperty>,
    }
    /// For how long a solved puzzle or challenge counts.
    ImmunityTimeProperty = sdk::ImmunityTimeProperty, ok {
        /// The immunity time in seconds: 60 to 259,200 (three days).
        #[prop(min = 60, max = 259200)]
        immunity_time set_immunity_time: i64,
    }
    /// A body that custom responses can have.
    CustomResponseBody = sdk::CustomResponseBody, ok {
        /// The content type.
        content_type set_content_type: ResponseContentType,
        /// The content, up to 10,240 characters.
        #[prop(min = 1, max = 10240)]
        content set_content: String,
    }
}

marks! {
    /// Leaves the actions of a group's rules as they are. It has no properties.
    NoneAction;
}

words! {
    /// The type of a content.
    ResponseContentType {
        /// Plain text.
        TextPlain = "TEXT_PLAIN",
        /// HTML.
        TextHtml = "TEXT_HTML",
        /// JSON.
        ApplicationJson = "APPLICATION_JSON",
    }
}
