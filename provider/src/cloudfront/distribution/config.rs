//! A distribution's whole configuration, as AWS takes and tells it.

use std::collections::BTreeMap;

use aws_sdk_cloudfront::error::BuildError;
use aws_sdk_cloudfront::types as aws;
use pulumi_plugin::{Error, Property, Result};

use super::behavior::{CacheBehavior, DefaultCacheBehavior};
use super::inputs::*;
use super::origin::{Origin, OriginGroup};

/// A configuration for a distribution that is yet to be made, known by a reference.
pub fn new(reference: &str, inputs: &DistributionInputs) -> Result<aws::DistributionConfig> {
    let empty =
        aws::DistributionConfig::builder().caller_reference(reference).comment(&inputs.comment).enabled(inputs.enabled);
    write(empty.build().map_err(incomplete)?, inputs)
}

/// A configuration as it was, with what the program asks for. What we don't know of stays as it was.
pub fn write(was: aws::DistributionConfig, inputs: &DistributionInputs) -> Result<aws::DistributionConfig> {
    merged(was, inputs).map_err(incomplete)
}

/// No call of ours leaves out what the SDK wants.
fn incomplete(error: BuildError) -> Error {
    Error::new(error.to_string())
}

fn merged(was: aws::DistributionConfig, new: &DistributionInputs) -> Result<aws::DistributionConfig, BuildError> {
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    let mut config = was;
    config.origins = Some(origins(config.origins(), &new.origins)?);
    config.origin_groups = Some(origin_groups(&new.origin_groups)?);
    config.default_cache_behavior = Some(new.default_cache_behavior.write()?);
    let behaviors = new.cache_behaviors.iter().map(CacheBehavior::write);
    let behaviors = behaviors.collect::<Result<Vec<_>, _>>()?;
    config.cache_behaviors =
        Some(aws::CacheBehaviors::builder().quantity(count(&behaviors)).set_items(some(behaviors)).build()?);
    config.aliases = Some(
        aws::Aliases::builder()
            .quantity(count(&new.aliases))
            .set_items(some(new.aliases.iter().cloned().collect()))
            .build()?,
    );
    config.comment.clone_from(&new.comment);
    config.enabled = new.enabled;
    config.default_root_object = Some(new.default_root_object.clone());
    config.continuous_deployment_policy_id = text(&new.continuous_deployment_policy_id);
    config.web_acl_id = text(&new.web_acl_id);
    config.staging = Some(new.staging);
    config.is_ipv6_enabled = Some(new.is_ipv6_enabled);
    config.http_version = Some(new.http_version.as_str().into());
    config.price_class = Some(new.price_class.as_str().into());
    config.custom_error_responses = Some(errors(new)?);
    config.logging = Some(logging(new.logging.as_ref()));
    config.restrictions = Some(restrictions(&new.restrictions)?);
    config.viewer_certificate = Some(certificate(new.viewer_certificate.as_ref()));
    Ok(config)
}

fn origins(was: Option<&aws::Origins>, new: &BTreeMap<String, Origin>) -> Result<aws::Origins, BuildError> {
    let was = was.map(aws::Origins::items).unwrap_or_default();
    let known = |id: &str| was.iter().find(|origin| origin.id() == id);
    let items = new.iter().map(|(id, origin)| origin.write(id, known(id)));
    aws::Origins::builder().quantity(new.len() as i32).set_items(Some(items.collect::<Result<_, _>>()?)).build()
}

fn origin_groups(new: &BTreeMap<String, OriginGroup>) -> Result<aws::OriginGroups, BuildError> {
    let items = new.iter().map(|(id, group)| group.write(id));
    aws::OriginGroups::builder().quantity(new.len() as i32).set_items(some(items.collect::<Result<_, _>>()?)).build()
}

fn errors(new: &DistributionInputs) -> Result<aws::CustomErrorResponses, BuildError> {
    let items = new.custom_error_responses.iter().map(|error| {
        let code = error.response_code.map(|code| code.to_string());
        aws::CustomErrorResponse::builder()
            .error_code(error.error_code)
            // Nothing is written as an empty text.
            .response_code(code.unwrap_or_default())
            .response_page_path(error.response_page_path.as_deref().unwrap_or_default())
            .error_caching_min_ttl(error.error_caching_min_ttl)
            .build()
    });
    let items = items.collect::<Result<Vec<_>, _>>()?;
    aws::CustomErrorResponses::builder().quantity(count(&items)).set_items(some(items)).build()
}

fn logging(new: Option<&Logging>) -> aws::LoggingConfig {
    aws::LoggingConfig::builder()
        .enabled(new.is_some())
        .bucket(new.map(|l| l.bucket.as_str()).unwrap_or_default())
        .prefix(new.map(|l| l.prefix.as_str()).unwrap_or_default())
        .include_cookies(new.is_some_and(|l| l.include_cookies))
        .build()
}

fn restrictions(new: &Restrictions) -> Result<aws::Restrictions, BuildError> {
    let geo = &new.geo_restriction;
    let geo = aws::GeoRestriction::builder()
        .restriction_type(geo.restriction_type.as_str().into())
        .quantity(count(&geo.locations))
        .set_items(some(geo.locations.iter().cloned().collect()))
        .build()?;
    Ok(aws::Restrictions::builder().geo_restriction(geo).build())
}

fn certificate(new: Option<&ViewerCertificate>) -> aws::ViewerCertificate {
    let builder = aws::ViewerCertificate::builder();
    let Some(new) = new else {
        return builder.cloud_front_default_certificate(true).build();
    };
    builder
        .set_acm_certificate_arn(new.acm_certificate_arn.clone())
        .set_iam_certificate_id(new.iam_certificate_id.clone())
        .minimum_protocol_version(new.minimum_protocol_version.as_str().into())
        .ssl_support_method(new.ssl_support_method.as_str().into())
        .build()
}

/// The inputs that a configuration says; without tags and what AWS never tells.
pub fn read(told: &aws::DistributionConfig) -> Result<DistributionInputs> {
    let origins = told.origins().map(|o| o.items()).unwrap_or_default();
    let groups = told.origin_groups().map(|g| g.items()).unwrap_or_default();
    let behaviors = told.cache_behaviors().map(|b| b.items());
    let default = told.default_cache_behavior();
    let default = default.ok_or_else(|| Error::new("AWS told no default cache behavior"))?;
    let aliases = told.aliases().map(|a| a.items()).unwrap_or_default();
    Ok(DistributionInputs {
        aliases: aliases.iter().cloned().collect(),
        cache_behaviors: behaviors.unwrap_or_default().iter().map(CacheBehavior::read).collect::<Result<_>>()?,
        comment: told.comment().to_owned(),
        continuous_deployment_policy_id: filled(told.continuous_deployment_policy_id()),
        custom_error_responses: errors_of(told)?,
        default_cache_behavior: DefaultCacheBehavior::read(default)?,
        default_root_object: told.default_root_object().unwrap_or_default().to_owned(),
        enabled: told.enabled(),
        http_version: words(told.http_version().map_or("http2", |v| v.as_str()))?,
        is_ipv6_enabled: told.is_ipv6_enabled().unwrap_or_default(),
        logging: told.logging().filter(|l| l.enabled()).map(|l| Logging {
            bucket: l.bucket().to_owned(),
            prefix: l.prefix().to_owned(),
            include_cookies: l.include_cookies(),
        }),
        origins: origins
            .iter()
            .map(|origin| Ok((origin.id().to_owned(), Origin::read(origin)?)))
            .collect::<Result<_>>()?,
        origin_groups: groups.iter().map(|group| (group.id().to_owned(), OriginGroup::read(group))).collect(),
        price_class: words(told.price_class().map_or("PriceClass_All", |p| p.as_str()))?,
        restrictions: restrictions_of(told)?,
        staging: told.staging().unwrap_or_default(),
        viewer_certificate: certificate_of(told)?,
        wait_for_deployment: None,
        web_acl_id: filled(told.web_acl_id()),
        tags: BTreeMap::new(),
    })
}

fn errors_of(told: &aws::DistributionConfig) -> Result<std::collections::BTreeSet<CustomErrorResponse>> {
    let errors = told.custom_error_responses().map(|e| e.items());
    let each = errors.unwrap_or_default().iter().map(|error| {
        let code = filled(error.response_code()).map(|code| code.parse());
        let code =
            code.transpose().map_err(|_| Error::new(format!("AWS told a response code that is no number: {error:?}")));
        Ok(CustomErrorResponse {
            error_code: error.error_code(),
            response_code: code?,
            response_page_path: filled(error.response_page_path()),
            error_caching_min_ttl: error.error_caching_min_ttl().unwrap_or(10),
        })
    });
    each.collect()
}

fn restrictions_of(told: &aws::DistributionConfig) -> Result<Restrictions> {
    let geo = told.restrictions().and_then(|r| r.geo_restriction());
    let Some(geo) = geo else {
        return Ok(Restrictions::default());
    };
    Ok(Restrictions {
        geo_restriction: GeoRestriction {
            restriction_type: words(geo.restriction_type().as_str())?,
            locations: geo.items().iter().cloned().collect(),
        },
    })
}

fn certificate_of(told: &aws::DistributionConfig) -> Result<Option<ViewerCertificate>> {
    let told = told.viewer_certificate();
    let Some(own) = told.filter(|c| !c.cloud_front_default_certificate().unwrap_or_default()) else {
        return Ok(None);
    };
    let version = own.minimum_protocol_version().map(|v| v.as_str());
    let method = own.ssl_support_method().map(|m| m.as_str());
    Ok(Some(ViewerCertificate {
        acm_certificate_arn: filled(own.acm_certificate_arn()),
        iam_certificate_id: filled(own.iam_certificate_id()),
        minimum_protocol_version: words(version.unwrap_or("TLSv1"))?,
        ssl_support_method: words(method.unwrap_or("sni-only"))?,
    }))
}

/// How many there are, as AWS wants to be told beside every list.
pub fn count<'a, I>(items: I) -> i32
where
    I: IntoIterator<Item: 'a, IntoIter: ExactSizeIterator>,
{
    items.into_iter().len() as i32
}

/// A list, unless it is empty: AWS wants it left out then.
pub fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    Some(items).filter(|items| !items.is_empty())
}

/// A text, unless it is empty: that is how AWS writes nothing.
pub fn filled(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// One of our words for one of AWS's.
pub fn words<T: Property>(told: &str) -> Result<T> {
    T::decode(&told.into()).map_err(|fault| {
        Error::new(format!("AWS told `{told}`: {}", fault.why)).hint("a newer version of this provider may know it")
    })
}

#[cfg(test)]
mod tests;
