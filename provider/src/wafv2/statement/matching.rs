//! Statements that match by themselves.

use std::collections::BTreeSet;

use aws_sdk_wafv2::primitives::Blob;
use aws_sdk_wafv2::types as sdk;
use aws_smithy_types::base64;
use pulumi_plugin::{Error, Property, Result};

use super::super::piece::{Piece, incomplete, piece, untold, words};
use super::field::{FieldToMatch, TextTransformation};
use super::strange;
use crate::types::{Arn, CountryCode};

/// A statement that matches by itself: exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct MatchStatement {
    /// The byte match statement: a text is in a part of the request.
    pub byte_match_statement: Option<ByteMatchStatement>,
    /// The geographic match statement: the request comes from one of some countries.
    pub geo_match_statement: Option<GeoMatchStatement>,
    /// The ASN match statement: the request comes from one of some autonomous systems.
    pub asn_match_statement: Option<AsnMatchStatement>,
    /// The IP set reference statement: the request comes from one of the addresses of an IP set.
    pub ip_set_reference_statement: Option<IpSetReferenceStatement>,
    /// The label match statement: a rule before has labelled the request.
    pub label_match_statement: Option<LabelMatchStatement>,
    /// The regex match statement: a part of the request matches a regular expression.
    pub regex_match_statement: Option<RegexMatchStatement>,
    /// The regex pattern set reference statement: a part of the request matches one of the expressions of a regex pattern set.
    pub regex_pattern_set_reference_statement: Option<RegexPatternSetReferenceStatement>,
    /// The size constraint statement: a part of the request has a certain size.
    pub size_constraint_statement: Option<SizeConstraintStatement>,
    /// The SQL injection match statement: a part of the request looks like malicious SQL.
    pub sqli_match_statement: Option<SqliMatchStatement>,
    /// The cross-site scripting match statement: a part of the request looks like a malicious script.
    pub xss_match_statement: Option<XssMatchStatement>,
}

impl Piece for MatchStatement {
    type Aws = sdk::Statement;
    fn write(&self) -> Result<Option<sdk::Statement>> {
        let built = sdk::Statement::builder()
            .set_byte_match_statement(self.byte_match_statement.write()?)
            .set_geo_match_statement(self.geo_match_statement.write()?)
            .set_asn_match_statement(self.asn_match_statement.write()?)
            .set_ip_set_reference_statement(self.ip_set_reference_statement.write()?)
            .set_label_match_statement(self.label_match_statement.write()?)
            .set_regex_match_statement(self.regex_match_statement.write()?)
            .set_regex_pattern_set_reference_statement(self.regex_pattern_set_reference_statement.write()?)
            .set_size_constraint_statement(self.size_constraint_statement.write()?)
            .set_sqli_match_statement(self.sqli_match_statement.write()?)
            .set_xss_match_statement(self.xss_match_statement.write()?);
        Ok(Some(built.build()))
    }
    fn read(told: Option<sdk::Statement>) -> Result<Self> {
        let told = told.ok_or_else(|| untold("statement"))?;
        if preparsed(&told) {
            let why = "AWS tells a statement with text transformations before parsing, which are not known here";
            return Err(Error::new(why).hint("a newer version of the provider may know them"));
        }
        let mut left = told.clone();
        left.byte_match_statement = None;
        left.geo_match_statement = None;
        left.asn_match_statement = None;
        left.ip_set_reference_statement = None;
        left.label_match_statement = None;
        left.regex_match_statement = None;
        left.regex_pattern_set_reference_statement = None;
        left.size_constraint_statement = None;
        left.sqli_match_statement = None;
        left.xss_match_statement = None;
        if left != super::bare() {
            return Err(strange(&left));
        }
        Ok(MatchStatement {
            byte_match_statement: Piece::read(told.byte_match_statement)?,
            geo_match_statement: Piece::read(told.geo_match_statement)?,
            asn_match_statement: Piece::read(told.asn_match_statement)?,
            ip_set_reference_statement: Piece::read(told.ip_set_reference_statement)?,
            label_match_statement: Piece::read(told.label_match_statement)?,
            regex_match_statement: Piece::read(told.regex_match_statement)?,
            regex_pattern_set_reference_statement: Piece::read(told.regex_pattern_set_reference_statement)?,
            size_constraint_statement: Piece::read(told.size_constraint_statement)?,
            sqli_match_statement: Piece::read(told.sqli_match_statement)?,
            xss_match_statement: Piece::read(told.xss_match_statement)?,
        })
    }
}

/// Whether it has text transformations before parsing, which an update would lose.
fn preparsed(told: &sdk::Statement) -> bool {
    let some = |list: Option<&[sdk::PreParseTextTransformation]>| list.is_some_and(|list| !list.is_empty());
    some(told.byte_match_statement().map(sdk::ByteMatchStatement::pre_parse_text_transformations))
        || some(told.regex_match_statement().map(sdk::RegexMatchStatement::pre_parse_text_transformations))
        || some(told.size_constraint_statement().map(sdk::SizeConstraintStatement::pre_parse_text_transformations))
        || some(told.sqli_match_statement().map(sdk::SqliMatchStatement::pre_parse_text_transformations))
        || some(told.xss_match_statement().map(sdk::XssMatchStatement::pre_parse_text_transformations))
        || told
            .regex_pattern_set_reference_statement()
            .is_some_and(|it| !it.pre_parse_text_transformations().is_empty())
}

/// A byte match statement: a text is in a part of the request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct ByteMatchStatement {
    /// The search string: up to 200 bytes.
    #[prop(max = 200)]
    pub search_string: Option<String>,
    /// The search string in Base64, for bytes that are no text.
    pub search_string_base64: Option<String>,
    /// The positional constraint: where the text has to be.
    pub positional_constraint: PositionalConstraint,
    /// The field to match: the part of the request.
    pub field_to_match: FieldToMatch,
    /// The text transformations, by which what is hidden is made plain before.
    #[prop(min = 1, max = 10)]
    pub text_transformations: BTreeSet<TextTransformation>,
}

impl ByteMatchStatement {
    /// The bytes that are searched for; else what is wrong with the Base64.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        match (&self.search_string, &self.search_string_base64) {
            (_, Some(text)) => base64::decode(text).map_err(|error| format!("is not Base64: {error}")),
            (text, None) => Ok(text.clone().unwrap_or_default().into_bytes()),
        }
    }
}

impl Piece for ByteMatchStatement {
    type Aws = sdk::ByteMatchStatement;
    fn write(&self) -> Result<Option<sdk::ByteMatchStatement>> {
        let built = sdk::ByteMatchStatement::builder()
            .search_string(Blob::new(self.bytes().map_err(Error::new)?))
            .set_positional_constraint(self.positional_constraint.write()?)
            .set_field_to_match(self.field_to_match.write()?)
            .set_text_transformations(self.text_transformations.write()?);
        built.build().map(Some).map_err(incomplete)
    }
    fn read(told: Option<sdk::ByteMatchStatement>) -> Result<Self> {
        let told = told.ok_or_else(|| untold("byte match statement"))?;
        let bytes = told.search_string.into_inner();
        let (text, base64) = match String::from_utf8(bytes) {
            Ok(text) => (Some(text), None),
            Err(bytes) => (None, Some(base64::encode(bytes.as_bytes()))),
        };
        Ok(ByteMatchStatement {
            search_string: text,
            search_string_base64: base64,
            positional_constraint: Piece::read(Some(told.positional_constraint))?,
            field_to_match: Piece::read(told.field_to_match)?,
            text_transformations: Piece::read(Some(told.text_transformations))?,
        })
    }
}

words! {
    /// Where a text has to be.
    PositionalConstraint {
        /// It is all there is.
        Exactly = "EXACTLY",
        /// At the beginning.
        StartsWith = "STARTS_WITH",
        /// At the end.
        EndsWith = "ENDS_WITH",
        /// Anywhere.
        Contains = "CONTAINS",
        /// Anywhere, as a word of its own.
        ContainsWord = "CONTAINS_WORD",
    }
    /// How a size is compared: the size of the part of the request, and then the one that is given.
    ComparisonOperator {
        /// Equal.
        Eq = "EQ",
        /// Not equal.
        Ne = "NE",
        /// Less or equal.
        Le = "LE",
        /// Less.
        Lt = "LT",
        /// Greater or equal.
        Ge = "GE",
        /// Greater.
        Gt = "GT",
    }
    /// How sensitive the search for malicious SQL is.
    SensitivityLevel {
        /// Fewer false positives.
        Low = "LOW",
        /// More attacks are found, at a higher cost in capacity.
        High = "HIGH",
    }
    /// What a label match compares.
    LabelMatchScope {
        /// The whole label.
        Label = "LABEL",
        /// The label's namespace.
        Namespace = "NAMESPACE",
    }
    /// What becomes of a request without what is looked for.
    FallbackBehavior {
        /// It matches.
        Match = "MATCH",
        /// It does not match.
        NoMatch = "NO_MATCH",
    }
    /// Which address of a header is looked at.
    ForwardedIpPosition {
        /// The first.
        First = "FIRST",
        /// The last.
        Last = "LAST",
        /// Any, up to ten.
        Any = "ANY",
    }
}

piece! {
    /// A geographic match statement: the request comes from one of some countries.
    GeoMatchStatement = sdk::GeoMatchStatement, {
        /// The country codes: two letters (ISO 3166-1), such as `JP`.
        #[prop(min = 1)]
        country_codes set_country_codes: Vec<CountryCode>,
        /// The forwarded IP configuration: the header that holds the client's address, behind a proxy or CDN.
        forwarded_ip_config set_forwarded_ip_config: Option<ForwardedIpConfig>,
    }
    /// An ASN match statement: the request comes from one of some autonomous systems.
    AsnMatchStatement = sdk::AsnMatchStatement, ok {
        /// The ASN list: the numbers.
        #[prop(min = 1, max = 100)]
        asn_list set_asn_list: Vec<i64>,
        /// The forwarded IP configuration: the header that holds the client's address, behind a proxy or CDN.
        forwarded_ip_config set_forwarded_ip_config: Option<ForwardedIpConfig>,
    }
    /// A forwarded IP configuration: the header that holds the client's address.
    ForwardedIpConfig = sdk::ForwardedIpConfig, ok {
        /// The header's name, such as `X-Forwarded-For`.
        #[prop(min = 1, max = 255)]
        header_name set_header_name: String,
        /// The fallback behavior for requests whose header holds no valid address.
        fallback_behavior set_fallback_behavior: FallbackBehavior,
    }
    /// An IP set reference statement: the request comes from one of the addresses of an IP set.
    IpSetReferenceStatement = sdk::IpSetReferenceStatement, ok {
        /// The ARN of the IP set.
        arn set_arn: Arn,
        /// The forwarded IP configuration: the header that holds the client's address, behind a proxy or CDN.
        ip_set_forwarded_ip_config set_ip_set_forwarded_ip_config: Option<IpSetForwardedIpConfig>,
    }
    /// A forwarded IP configuration for an IP set: the header that holds the client's address.
    IpSetForwardedIpConfig = sdk::IpSetForwardedIpConfig, ok {
        /// The header's name, such as `X-Forwarded-For`.
        #[prop(min = 1, max = 255)]
        header_name set_header_name: String,
        /// The fallback behavior for requests whose header holds no valid address.
        fallback_behavior set_fallback_behavior: FallbackBehavior,
        /// The position of the address among several.
        position set_position: ForwardedIpPosition,
    }
    /// A label match statement: a rule before has labelled the request.
    LabelMatchStatement = sdk::LabelMatchStatement, ok {
        /// The scope: what is compared.
        scope set_scope: LabelMatchScope,
        /// The key: the label or namespace, such as `awswaf:managed:aws:bot-control:bot:`.
        #[prop(min = 1, max = 1024)]
        key set_key: String,
    }
    /// A regex match statement: a part of the request matches a regular expression.
    RegexMatchStatement = sdk::RegexMatchStatement, ok {
        /// The regular expression, up to 512 characters.
        #[prop(min = 1, max = 512)]
        regex_string set_regex_string: String,
        /// The field to match: the part of the request.
        field_to_match set_field_to_match: FieldToMatch,
        /// The text transformations, by which what is hidden is made plain before.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
    /// A regex pattern set reference statement: a part of the request matches one of the expressions of a regex pattern set.
    RegexPatternSetReferenceStatement = sdk::RegexPatternSetReferenceStatement, ok {
        /// The ARN of the regex pattern set.
        arn set_arn: Arn,
        /// The field to match: the part of the request.
        field_to_match set_field_to_match: FieldToMatch,
        /// The text transformations, by which what is hidden is made plain before.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
    /// A size constraint statement: a part of the request has a certain size.
    SizeConstraintStatement = sdk::SizeConstraintStatement, ok {
        /// The comparison operator.
        comparison_operator set_comparison_operator: ComparisonOperator,
        /// The size in bytes.
        #[prop(min = 0, max = 21474836480)]
        size set_size: i64,
        /// The field to match: the part of the request.
        field_to_match set_field_to_match: FieldToMatch,
        /// The text transformations, by which what is hidden is made plain before.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
    /// An SQL injection match statement: a part of the request looks like malicious SQL.
    SqliMatchStatement = sdk::SqliMatchStatement, ok {
        /// The field to match: the part of the request.
        field_to_match set_field_to_match: FieldToMatch,
        /// The text transformations, by which what is hidden is made plain before.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
        /// The sensitivity level. Default: LOW.
        #[prop(default = SensitivityLevel::Low)]
        sensitivity_level set_sensitivity_level: SensitivityLevel = SensitivityLevel::Low,
    }
    /// A cross-site scripting match statement: a part of the request looks like a malicious script.
    XssMatchStatement = sdk::XssMatchStatement, ok {
        /// The field to match: the part of the request.
        field_to_match set_field_to_match: FieldToMatch,
        /// The text transformations, by which what is hidden is made plain before.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
}

impl Piece for CountryCode {
    type Aws = sdk::CountryCode;
    fn write(&self) -> Result<Option<sdk::CountryCode>> {
        Ok(Some(self.as_str().into()))
    }
    fn read(told: Option<sdk::CountryCode>) -> Result<CountryCode> {
        crate::aws::word(told.ok_or_else(|| untold("country"))?)
    }
}
