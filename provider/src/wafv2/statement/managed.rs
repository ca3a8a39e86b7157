//! Statements that name a group of rules: a managed one, or one of a rule group.

use aws_sdk_wafv2::types as sdk;
use pulumi_plugin::{Property, Result};

use super::super::piece::{Piece, incomplete, piece, untold, words};
use super::super::rule::{CountAction, RuleAction};
use super::StatementL2;
use crate::types::Arn;

/// A managed rule group statement: the rules of AWS or of a seller in the AWS Marketplace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct ManagedRuleGroupStatement {
    /// The vendor name, such as `AWS`.
    #[prop(min = 1, max = 128)]
    pub vendor_name: String,
    /// The name of the managed rule group, such as `AWSManagedRulesCommonRuleSet`.
    #[prop(min = 1, max = 128)]
    pub name: String,
    /// The version, such as `Version_1.0`. Default: the vendor's default version, which moves.
    #[prop(min = 1, max = 64)]
    pub version: Option<String>,
    /// The rule action overrides: other actions for single rules of the group. AWS ignores names that the group doesn't have.
    #[prop(default, max = 100)]
    pub rule_action_overrides: Vec<RuleActionOverride>,
    /// The managed rule group configurations, for the groups that need one.
    #[prop(default)]
    pub managed_rule_group_configs: Vec<ManagedRuleGroupConfig>,
    /// The scope-down statement: only requests that match it are looked at.
    pub scope_down_statement: Option<StatementL2>,
}

impl Piece for ManagedRuleGroupStatement {
    type Aws = sdk::ManagedRuleGroupStatement;
    fn write(&self) -> Result<Option<sdk::ManagedRuleGroupStatement>> {
        let built = sdk::ManagedRuleGroupStatement::builder()
            .vendor_name(&self.vendor_name)
            .name(&self.name)
            .set_version(self.version.clone())
            .set_rule_action_overrides(self.rule_action_overrides.write()?)
            .set_managed_rule_group_configs(self.managed_rule_group_configs.write()?)
            .set_scope_down_statement(self.scope_down_statement.write()?.map(Box::new));
        built.build().map(Some).map_err(incomplete)
    }
    fn read(told: Option<sdk::ManagedRuleGroupStatement>) -> Result<Self> {
        let told = told.ok_or_else(|| untold("managed rule group statement"))?;
        Ok(ManagedRuleGroupStatement {
            vendor_name: told.vendor_name,
            name: told.name,
            version: told.version,
            rule_action_overrides: overrides(told.rule_action_overrides, told.excluded_rules)?,
            managed_rule_group_configs: Piece::read(told.managed_rule_group_configs)?,
            scope_down_statement: Piece::read(told.scope_down_statement.map(|inner| *inner))?,
        })
    }
}

/// A rule group reference statement: the rules of a rule group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct RuleGroupReferenceStatement {
    /// The ARN of the rule group.
    pub arn: Arn,
    /// The rule action overrides: other actions for single rules of the group.
    #[prop(default, max = 100)]
    pub rule_action_overrides: Vec<RuleActionOverride>,
}

impl Piece for RuleGroupReferenceStatement {
    type Aws = sdk::RuleGroupReferenceStatement;
    fn write(&self) -> Result<Option<sdk::RuleGroupReferenceStatement>> {
        let built = sdk::RuleGroupReferenceStatement::builder().arn(self.arn.as_str());
        let built = built.set_rule_action_overrides(self.rule_action_overrides.write()?);
        built.build().map(Some).map_err(incomplete)
    }
    fn read(told: Option<sdk::RuleGroupReferenceStatement>) -> Result<Self> {
        let told = told.ok_or_else(|| untold("rule group reference statement"))?;
        Ok(RuleGroupReferenceStatement {
            arn: Piece::read(Some(told.arn))?,
            rule_action_overrides: overrides(told.rule_action_overrides, told.excluded_rules)?,
        })
    }
}

/// The overrides. An excluded rule is what was before there were any: one that only counts.
fn overrides(
    told: Option<Vec<sdk::RuleActionOverride>>,
    excluded: Option<Vec<sdk::ExcludedRule>>,
) -> Result<Vec<RuleActionOverride>> {
    let mut overrides: Vec<RuleActionOverride> = Piece::read(told)?;
    let count = RuleAction { count: Some(CountAction { custom_request_handling: None }), ..RuleAction::default() };
    let excluded = excluded.into_iter().flatten();
    overrides.extend(excluded.map(|rule| RuleActionOverride { name: rule.name, action_to_use: count.clone() }));
    Ok(overrides)
}

piece! {
    /// Another action for a rule of a group.
    RuleActionOverride = sdk::RuleActionOverride, ok {
        /// The rule's name.
        #[prop(min = 1, max = 128)]
        name set_name: String,
        /// The action to use.
        action_to_use set_action_to_use: RuleAction,
    }
    /// A configuration of a managed rule group: exactly one of these, or the old four `loginPath` to `passwordField`.
    ManagedRuleGroupConfig = sdk::ManagedRuleGroupConfig, {
        /// Of bot control.
        aws_managed_rules_bot_control_rule_set set_aws_managed_rules_bot_control_rule_set: Option<AwsManagedRulesBotControlRuleSet>,
        /// Of account takeover prevention.
        aws_managed_rules_atp_rule_set set_aws_managed_rules_atp_rule_set: Option<AwsManagedRulesAtpRuleSet>,
        /// Of account creation fraud prevention.
        aws_managed_rules_acfp_rule_set set_aws_managed_rules_acfp_rule_set: Option<AwsManagedRulesAcfpRuleSet>,
        /// Of the prevention of distributed denial of service.
        aws_managed_rules_anti_d_do_s_rule_set set_aws_managed_rules_anti_d_do_s_rule_set: Option<AwsManagedRulesAntiDDoSRuleSet>,
        /// The path of the login page. Use `awsManagedRulesAtpRuleSet`.
        #[prop(min = 1, max = 256)]
        login_path set_login_path: Option<String>,
        /// The payload type of the login page. Use `awsManagedRulesAtpRuleSet`.
        payload_type set_payload_type: Option<PayloadType>,
        /// The user name's field. Use `awsManagedRulesAtpRuleSet`.
        username_field set_username_field: Option<UsernameField>,
        /// The password's field. Use `awsManagedRulesAtpRuleSet`.
        password_field set_password_field: Option<PasswordField>,
    }
    /// The configuration of bot control.
    AwsManagedRulesBotControlRuleSet = sdk::AwsManagedRulesBotControlRuleSet, ok {
        /// The inspection level.
        inspection_level set_inspection_level: InspectionLevel,
        /// Whether machine learning analyses traffic, with `TARGETED`. Default: true.
        #[prop(default = true)]
        enable_machine_learning set_enable_machine_learning: bool = true,
    }
    /// The configuration of account takeover prevention.
    AwsManagedRulesAtpRuleSet = sdk::AwsManagedRulesAtpRuleSet, ok {
        /// The path of the login page.
        #[prop(min = 1, max = 256)]
        login_path set_login_path: String,
        /// The request inspection: where the credentials are.
        request_inspection set_request_inspection: Option<RequestInspection>,
        /// The response inspection: how a success is told from a failure. For CloudFront only.
        response_inspection set_response_inspection: Option<ResponseInspection>,
        /// Whether the path is a regular expression. Default: false.
        #[prop(default)]
        enable_regex_in_path set_enable_regex_in_path: bool,
    }
    /// The configuration of account creation fraud prevention.
    AwsManagedRulesAcfpRuleSet = sdk::AwsManagedRulesAcfpRuleSet, ok {
        /// The path that takes the registration.
        #[prop(min = 1, max = 256)]
        creation_path set_creation_path: String,
        /// The path of the registration page.
        #[prop(min = 1, max = 256)]
        registration_page_path set_registration_page_path: String,
        /// The request inspection: where the credentials are.
        request_inspection set_request_inspection: RequestInspectionAcfp,
        /// The response inspection: how a success is told from a failure. For CloudFront only.
        response_inspection set_response_inspection: Option<ResponseInspection>,
        /// Whether the paths are regular expressions. Default: false.
        #[prop(default)]
        enable_regex_in_path set_enable_regex_in_path: bool,
    }
    /// Where the credentials of a login are.
    RequestInspection = sdk::RequestInspection, ok {
        /// The payload type.
        payload_type set_payload_type: PayloadType,
        /// The user name's field.
        username_field set_username_field: UsernameField,
        /// The password's field.
        password_field set_password_field: PasswordField,
    }
    /// Where the credentials of a registration are.
    RequestInspectionAcfp = sdk::RequestInspectionAcfp, ok {
        /// The payload type.
        payload_type set_payload_type: PayloadType,
        /// The user name's field.
        username_field set_username_field: Option<UsernameField>,
        /// The password's field.
        password_field set_password_field: Option<PasswordField>,
        /// The e-mail address's field.
        email_field set_email_field: Option<EmailField>,
        /// The phone number's fields.
        #[prop(default)]
        phone_number_fields set_phone_number_fields: Vec<PhoneNumberField>,
        /// The address's fields.
        #[prop(default)]
        address_fields set_address_fields: Vec<AddressField>,
    }
    /// The field of a user name.
    UsernameField = sdk::UsernameField, ok {
        /// The identifier: a name, or a JSON pointer such as `/form/username`.
        #[prop(min = 1, max = 512)]
        identifier set_identifier: String,
    }
    /// The field of a password.
    PasswordField = sdk::PasswordField, ok {
        /// The identifier: a name, or a JSON pointer such as `/form/password`.
        #[prop(min = 1, max = 512)]
        identifier set_identifier: String,
    }
    /// The field of an e-mail address.
    EmailField = sdk::EmailField, ok {
        /// The identifier: a name, or a JSON pointer such as `/form/email`.
        #[prop(min = 1, max = 512)]
        identifier set_identifier: String,
    }
    /// A field of a phone number.
    PhoneNumberField = sdk::PhoneNumberField, ok {
        /// The identifier: a name, or a JSON pointer such as `/form/phone`.
        #[prop(min = 1, max = 512)]
        identifier set_identifier: String,
    }
    /// A field of an address.
    AddressField = sdk::AddressField, ok {
        /// The identifier: a name, or a JSON pointer such as `/form/street`.
        #[prop(min = 1, max = 512)]
        identifier set_identifier: String,
    }
    /// How a success is told from a failure: exactly one of these.
    ResponseInspection = sdk::ResponseInspection, {
        /// By the status code.
        status_code set_status_code: Option<ResponseInspectionStatusCode>,
        /// By a header.
        header set_header: Option<ResponseInspectionHeader>,
        /// By what the body contains.
        body_contains set_body_contains: Option<ResponseInspectionBodyContains>,
        /// By a value in the body's JSON.
        json set_json: Option<ResponseInspectionJson>,
    }
    /// A success told from a failure by the status code.
    ResponseInspectionStatusCode = sdk::ResponseInspectionStatusCode, ok {
        /// The success codes.
        #[prop(min = 1, max = 10)]
        success_codes set_success_codes: Vec<i32>,
        /// The failure codes.
        #[prop(min = 1, max = 10)]
        failure_codes set_failure_codes: Vec<i32>,
    }
    /// A success told from a failure by a header.
    ResponseInspectionHeader = sdk::ResponseInspectionHeader, ok {
        /// The header's name.
        #[prop(min = 1, max = 200)]
        name set_name: String,
        /// The success values.
        #[prop(min = 1, max = 3)]
        success_values set_success_values: Vec<String>,
        /// The failure values.
        #[prop(min = 1, max = 3)]
        failure_values set_failure_values: Vec<String>,
    }
    /// A success told from a failure by what the body contains.
    ResponseInspectionBodyContains = sdk::ResponseInspectionBodyContains, ok {
        /// The success strings.
        #[prop(min = 1, max = 5)]
        success_strings set_success_strings: Vec<String>,
        /// The failure strings.
        #[prop(min = 1, max = 5)]
        failure_strings set_failure_strings: Vec<String>,
    }
    /// A success told from a failure by a value in the body's JSON.
    ResponseInspectionJson = sdk::ResponseInspectionJson, ok {
        /// The identifier: a JSON pointer such as `/login/success`.
        #[prop(min = 1, max = 512)]
        identifier set_identifier: String,
        /// The success values.
        #[prop(min = 1, max = 5)]
        success_values set_success_values: Vec<String>,
        /// The failure values.
        #[prop(min = 1, max = 5)]
        failure_values set_failure_values: Vec<String>,
    }
    /// The configuration of the prevention of distributed denial of service.
    AwsManagedRulesAntiDDoSRuleSet = sdk::AwsManagedRulesAntiDDoSRuleSet, {
        /// The client-side action configuration: whether browsers are challenged.
        client_side_action_config set_client_side_action_config: ClientSideActionConfig,
        /// The sensitivity of blocking. Default: LOW.
        #[prop(default = SensitivityToAct::Low)]
        sensitivity_to_block set_sensitivity_to_block: SensitivityToAct = SensitivityToAct::Low,
    }
    /// Whether browsers are challenged.
    ClientSideActionConfig = sdk::ClientSideActionConfig, {
        /// The challenge.
        challenge set_challenge: ClientSideAction,
    }
    /// How browsers are challenged.
    ClientSideAction = sdk::ClientSideAction, ok {
        /// The usage of the action.
        usage_of_action set_usage_of_action: UsageOfAction,
        /// The sensitivity. Default: HIGH.
        #[prop(default = SensitivityToAct::High)]
        sensitivity set_sensitivity: SensitivityToAct = SensitivityToAct::High,
        /// The exempt URI regular expressions: paths that can't handle a challenge.
        #[prop(default, max = 5)]
        exempt_uri_regular_expressions set_exempt_uri_regular_expressions: Vec<Regex>,
    }
    /// A regular expression.
    Regex = sdk::Regex, {
        /// The regular expression, up to 512 characters.
        #[prop(min = 1, max = 512)]
        regex_string set_regex_string: String,
    }
}

words! {
    /// How closely bots are looked for.
    InspectionLevel {
        /// Common bots.
        Common = "COMMON",
        /// Also bots that hide.
        Targeted = "TARGETED",
    }
    /// How a payload is written.
    PayloadType {
        /// As JSON.
        Json = "JSON",
        /// As a form.
        FormEncoded = "FORM_ENCODED",
    }
    /// How sensitive it is.
    SensitivityToAct {
        /// Low.
        Low = "LOW",
        /// Medium.
        Medium = "MEDIUM",
        /// High.
        High = "HIGH",
    }
    /// Whether an action is used.
    UsageOfAction {
        /// It is.
        Enabled = "ENABLED",
        /// It is not.
        Disabled = "DISABLED",
    }
}
