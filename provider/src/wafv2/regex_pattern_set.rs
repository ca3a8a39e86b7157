//! A regex pattern set.

use aws_sdk_wafv2::types::{Regex, RegexPatternSet as AwsRegexPatternSet};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Path, Property, Resource, Result, Wait};

use super::holders::{self, listed};
use super::key::{Key, Scope};
use crate::aws::list::filled;
use crate::aws::{Aws, Doing as _, Tags};
use crate::types::{WafDescription, WafName};
use crate::wafv2::tags;

/// How many characters a regular expression of a set has at most.
const LONGEST: usize = 200;

/// The inputs of a WAF regex pattern set.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RegexPatternSetInputs {
    /// The regex pattern set's name: 1 to 128 letters, digits, `-` and `_`, unique in its scope and region.
    #[prop(replace, unique, autoname = 128)]
    pub name: WafName,
    /// The scope. `CLOUDFRONT` is in us-east-1 only.
    #[prop(replace, unique)]
    pub scope: Scope,
    /// The regular expressions, in order. A set holds 10 by default, each of up to 200 characters.
    #[prop(max = 10)]
    pub regular_expression_list: Vec<String>,
    /// The description, 3 to 256 characters.
    pub description: Option<WafDescription>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A WAF regex pattern set: regular expressions, of which rules of web ACLs and rule groups match any.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RegexPatternSet {
    /// The inputs, as WAF has them.
    #[prop(inputs)]
    pub inputs: RegexPatternSetInputs,
    /// The ARN, by which rules name the regex pattern set.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for RegexPatternSet {
    const TOKEN: &'static str = "gitinfra:wafv2:RegexPatternSet";
    const WAIT: Wait = Wait::seconds(1, 600);
    type Session = Aws;
    type Inputs = RegexPatternSetInputs;
    type Seen = (AwsRegexPatternSet, String);

    fn check(new: &RegexPatternSetInputs) -> Vec<Fault> {
        let long = |text: &String| {
            let length = text.chars().count();
            (length > LONGEST)
                .then(|| Fault::new(Path::root(), format!("is {length} characters long; {LONGEST} are allowed")))
        };
        Faults::of(new)
            .each("regularExpressionList", &new.regular_expression_list, |text| long(text).into_iter().collect())
            .into_vec()
    }

    async fn create(aws: &Aws, new: &RegexPatternSetInputs) -> Result<Made> {
        new.scope.is_at(aws)?;
        let (name, scope) = (new.name.as_str(), new.scope);
        let create = aws.once().wafv2().create_regex_pattern_set().name(name).scope(scope.aws());
        let create = create
            .set_regular_expression_list(Some(patterns(new)))
            .set_description(new.description.as_ref().map(WafDescription::to_string))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made =
            create.send().await.unless(&["WAFDuplicateItemException"]).doing("creating regex pattern set", name)?;
        match made {
            Some(made) => Made::new(made.summary.and_then(|it| it.id).map(|id| Key::id(id, name, scope).to_string())),
            None => holders::of_name(listed!(aws, list_regex_pattern_sets, regex_pattern_sets, scope), name, scope)
                .map(Made::Exists),
        }
    }

    async fn ours(aws: &Aws, id: &Id, (seen, _): &Self::Seen, _: &RegexPatternSetInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags::list(aws, seen.arn().unwrap_or_default()).await?).then(|| id.clone()))
    }

    /// The regex pattern set, with the lock token that a change of it must name.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<Self::Seen>> {
        let Key { id, name, scope } = Key::parse(id)?;
        let got = aws.wafv2().get_regex_pattern_set().id(id).name(&name).scope(scope.aws()).send().await;
        let got = got.unless(&["WAFNonexistentItemException"]).doing("reading regex pattern set", &name)?;
        Ok(got.and_then(|got| got.regex_pattern_set.zip(got.lock_token)))
    }

    async fn read(aws: &Aws, id: &Id, (seen, _): Self::Seen) -> Result<Self> {
        let arn = seen.arn.unwrap_or_default();
        let texts = seen.regular_expression_list.unwrap_or_default().into_iter();
        Ok(RegexPatternSet {
            inputs: RegexPatternSetInputs {
                name: seen.name.unwrap_or_default().into(),
                scope: Key::parse(id)?.scope,
                regular_expression_list: texts.filter_map(|each| each.regex_string).collect(),
                description: filled(seen.description).map(Into::into),
                tags: tags::visible(aws, &arn).await?,
            },
            arn,
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &RegexPatternSetInputs) -> Result<()> {
        let gone = || Error::new(format!("regex pattern set `{id}` is gone"));
        let (_, token) = Self::find(aws, id).await?.ok_or_else(gone)?;
        let key = Key::parse(id)?;
        let update =
            aws.wafv2().update_regex_pattern_set().id(key.id).name(key.name).scope(key.scope.aws()).lock_token(token);
        let update = update.set_regular_expression_list(Some(patterns(new)));
        let update = update.set_description(new.description.as_ref().map(WafDescription::to_string));
        update.send().await.done("changing regex pattern set", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let Some((_, token)) = Self::find(aws, id).await? else { return Ok(()) };
        let key = Key::parse(id)?;
        let delete =
            aws.wafv2().delete_regex_pattern_set().id(key.id).name(key.name).scope(key.scope.aws()).lock_token(token);
        match delete.send().await.unless(&["WAFNonexistentItemException"]).done("deleting regex pattern set", id) {
            Err(error) => Err(holders::held(aws, error, &old.arn, key.scope).await),
            Ok(()) => Ok(()),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn patterns(new: &RegexPatternSetInputs) -> Vec<Regex> {
    new.regular_expression_list.iter().map(|text| Regex::builder().regex_string(text).build()).collect()
}
