//! A site of files in a bucket behind a distribution, with everything that the two use, by the real engine.

use serde_json::json;

use crate::aws::{Aws, ELSEWHERE};

/// AWS's policy for content that is cached.
const OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

const PARTS: &str = "
resources:
  bucket: {type: 'gitinfra:s3:Bucket', properties: {forceDestroy: true}}
  control: {type: 'gitinfra:cloudfront:OriginAccessControl'}
  request:
    type: gitinfra:cloudfront:OriginRequestPolicy
    properties: {headersConfig: {headerBehavior: whitelist, headers: [Origin]}}
  headers:
    type: gitinfra:cloudfront:ResponseHeadersPolicy
    properties: {securityHeadersConfig: {strictTransportSecurity: {accessControlMaxAgeSec: 31536000}}}
  redirect:
    type: gitinfra:cloudfront:Function
    properties: {code: 'function handler(event) { return event.request; }'}
  cdn:
    type: gitinfra:cloudfront:Distribution
    properties:
      origins:
        files: {domainName: '${bucket.bucketRegionalDomainName}', originAccessControlId: '${control.id}', s3OriginConfig: {}}
      defaultCacheBehavior:
        targetOriginId: files
        cachePolicyId: CACHE
        originRequestPolicyId: ${request.id}
        responseHeadersPolicyId: ${headers.id}
        functionAssociations: [{eventType: viewer-request, functionArn: '${redirect.arn}'}]
  policy:
    type: gitinfra:s3:BucketPolicy
    properties:
      bucket: ${bucket.id}
      policy:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {Service: cloudfront.amazonaws.com}
            Action: s3:GetObject
            Resource: ${bucket.arn}/*
            Condition: {StringEquals: {'AWS:SourceArn': '${cdn.arn}'}}
  watch: {type: 'gitinfra:cloudfront:MonitoringSubscription', properties: {distributionId: '${cdn.id}'}}
";

const CACHE: &str = "  cache: {type: 'gitinfra:cloudfront:CachePolicy', properties: {defaultTtl: 60}}
outputs:
  owner:
    fn::invoke: {function: 'gitinfra:s3:getCanonicalUserId', return: id}
";

#[test]
fn a_site_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let project = aws.project(&(PARTS.replace("CACHE", "${cache.id}") + CACHE));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let live = json!({"Name": project.state().text("redirect", "/id"), "Stage": "LIVE"});
    aws.call_in(ELSEWHERE, "cloudfront", "describe_function", live);
    // The distribution lets the policy go before it is deleted.
    project.program(&PARTS.replace("CACHE", OPTIMIZED));
    project.up().expect_ok().expect_steps(&["update cdn", "delete cache"]);
    project.expect_settled();

    // Who holds a thing is told, after the time that the program allows.
    let policy = project.state().text("request", "/id").to_owned();
    let without = PARTS.replace("        originRequestPolicyId: ${request.id}\n", "");
    let without = without.replace("CACHE", OPTIMIZED).replace(
        "  request:\n    type: gitinfra:cloudfront:OriginRequestPolicy\n",
        "  request:\n    type: gitinfra:cloudfront:OriginRequestPolicy\n    options: {customTimeouts: {delete: 3s}}\n",
    );
    project.program(&without);
    project.up().expect_ok();
    let mut config = aws.call_in(
        ELSEWHERE,
        "cloudfront",
        "get_distribution_config",
        json!({"Id": project.state().text("cdn", "/id")}),
    );
    let id = project.state().text("cdn", "/id").to_owned();
    config["DistributionConfig"]["DefaultCacheBehavior"]["OriginRequestPolicyId"] = policy.clone().into();
    let update =
        json!({"Id": id, "IfMatch": config["ETag"], "DistributionConfig": config["DistributionConfig"].clone()});
    aws.call_in(ELSEWHERE, "cloudfront", "update_distribution", update);
    let gone = without.replace("  request:\n", "  others:\n");
    project.program(&gone);
    project.up().expect_failure().expect_says(&format!("`{policy}` is in use by distribution {id}"));
    // A refresh shows it, and the distribution lets it go.
    project.refresh().expect_ok();
    project.up().expect_ok();
    project.destroy().expect_ok();
    for (service, operation, list) in [
        ("cloudfront", "list_distributions", "DistributionList"),
        ("cloudfront", "list_origin_access_controls", "OriginAccessControlList"),
        ("cloudfront", "list_functions", "FunctionList"),
        ("cloudfront", "list_origin_request_policies", "OriginRequestPolicyList"),
        ("cloudfront", "list_response_headers_policies", "ResponseHeadersPolicyList"),
    ] {
        let told = aws.call_in(ELSEWHERE, service, operation, json!({}));
        assert_eq!(told[list]["Items"].as_array().map_or(0, Vec::len), 0, "{operation}: {told}");
    }
    assert_eq!(aws.call("s3", "list_buckets", json!({}))["Buckets"], json!([]));
}
