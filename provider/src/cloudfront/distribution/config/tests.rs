//! What is written to AWS is read back as the same: whatever a program asks for, the next preview shows no difference.

use pulumi_plugin::conform::conform;
use pulumi_plugin::{Property as _, Shaped as _, Value};
use serde_json::{Value as Json, json};

use super::*;

/// Inputs as Check makes them, with an origin and a default behavior.
fn inputs(given: &Json) -> DistributionInputs {
    let mut all = json!({
        "origins": {"app": {"domainName": "app.example.com", "customOriginConfig": {}}},
        "defaultCacheBehavior": {"targetOriginId": "app", "cachePolicyId": "optimized"},
    });
    for (name, value) in given.as_object().expect("properties") {
        all[name] = value.clone();
    }
    let all = Value::from_json(&all);
    let all = all.as_object().expect("properties");
    let checked = conform(&[DistributionInputs::shape()], all);
    assert_eq!(checked.faults, [], "{given}");
    DistributionInputs::decode(&Value::Object(checked.properties)).expect("conforming inputs")
}

#[test]
fn what_is_written_is_read_back() {
    let all_methods = json!(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
    let behavior = json!({
        "targetOriginId": "app", "cachePolicyId": "disabled", "originRequestPolicyId": "all", "responseHeadersPolicyId": "safe",
        "viewerProtocolPolicy": "https-only", "allowedMethods": all_methods, "cachedMethods": ["GET", "HEAD", "OPTIONS"],
        "compress": false, "trustedKeyGroups": ["a", "b"], "trustedSigners": ["self"], "grpcEnabled": true, "smoothStreaming": true,
        "realtimeLogConfigArn": "arn:aws:cloudfront::123456789012:realtime-log-config/x", "fieldLevelEncryptionId": "f",
        "functionAssociations": [{"eventType": "viewer-request", "functionArn": "arn:aws:cloudfront::123456789012:function/f"}],
        "lambdaFunctionAssociations": [{
            "eventType": "origin-request", "includeBody": true,
            "lambdaFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f:1",
        }],
    });
    let mut first = behavior.clone();
    first["pathPattern"] = "/api/*".into();
    let acm = "arn:aws:acm:us-east-1:123456789012:certificate/x";
    let cases = [
        json!({}),
        json!({"defaultCacheBehavior": behavior}),
        json!({"cacheBehaviors": [first, {"pathPattern": "*.jpg", "targetOriginId": "app", "cachePolicyId": "optimized"}]}),
        json!({"aliases": ["www.example.com", "example.com"], "viewerCertificate": {"acmCertificateArn": acm}}),
        json!({"viewerCertificate": {"iamCertificateId": "i", "minimumProtocolVersion": "TLSv1.2_2019", "sslSupportMethod": "vip"}}),
        json!({"comment": "c", "enabled": false, "httpVersion": "http1.1", "isIpv6Enabled": false, "priceClass": "PriceClass_100"}),
        json!({"defaultRootObject": "index.html", "staging": true, "continuousDeploymentPolicyId": "p", "webAclId": "w"}),
        json!({"logging": {"bucket": "logs.s3.amazonaws.com", "prefix": "web/", "includeCookies": true}}),
        json!({"restrictions": {"geoRestriction": {"restrictionType": "blacklist", "locations": ["JP", "US"]}}}),
        json!({"customErrorResponses": [
            {"errorCode": 404, "responseCode": 200, "responsePagePath": "/404.html"}, {"errorCode": 503, "errorCachingMinTtl": 0},
        ]}),
        json!({"origins": {
            "app": {
                "domainName": "app.example.com", "originPath": "/v1", "customHeaders": {"X-Secret": "s", "X-Other": "o"},
                "connectionAttempts": 1, "connectionTimeout": 2, "responseCompletionTimeout": 60,
                "originShield": {"originShieldRegion": "ap-northeast-1"},
                "customOriginConfig": {
                    "httpPort": 8080, "httpsPort": 8443, "originProtocolPolicy": "match-viewer",
                    "originSslProtocols": ["TLSv1.1", "TLSv1.2"], "originReadTimeout": 60, "originKeepaliveTimeout": 60,
                    "ipAddressType": "dualstack", "originMtlsConfig": {"clientCertificateArn": acm},
                },
            },
            "bucket": {"domainName": "b.s3.us-east-1.amazonaws.com", "originAccessControlId": "E1", "s3OriginConfig": {}},
            "old": {
                "domainName": "b.s3.us-east-1.amazonaws.com",
                "s3OriginConfig": {"originAccessIdentity": "origin-access-identity/cloudfront/E2", "originReadTimeout": 60},
            },
            "inside": {"domainName": "i.example.com", "vpcOriginConfig": {
                "vpcOriginId": "vo_1", "originReadTimeout": 10, "ownerAccountId": "210987654321",
            }},
        }, "originGroups": {
            "both": {"members": ["bucket", "old"], "statusCodes": [500, 404]},
            "best": {"members": ["app", "inside"], "statusCodes": [503], "selectionCriteria": "media-quality-based"},
        }}),
        json!({"anycastIpListId": "aip_1", "cacheTagConfig": {"headerName": "Cache-Tag"}, "connectionFunctionAssociation": {"id": "cf_1"}}),
        json!({"viewerMtlsConfig": {"mode": "passthrough"}}),
        json!({"viewerMtlsConfig": {"trustStoreConfig": {
            "trustStoreId": "ts_1", "advertiseTrustStoreCaNames": true, "ignoreCertificateExpiry": true,
        }}}),
    ];
    let base = new("reference", &inputs(&json!({}))).expect("a whole configuration");
    for case in cases {
        let asked = DistributionInputs { wait_for_deployment: Order::unknown(), ..inputs(&case) };
        let made = new("reference", &asked).expect("a whole configuration");
        assert_eq!(read(made.clone()).expect("words that we know"), asked, "{case}");
        let changed = write(base.clone(), &asked).expect("a whole configuration");
        assert_eq!(changed, made, "a change and a creation come to the same");
    }
}

#[test]
fn what_we_do_not_know_of_stays() {
    let asked = inputs(&json!({}));
    let mut config = new("reference", &asked).expect("a whole configuration");
    config.connection_mode = Some(aws::ConnectionMode::Direct);
    assert_eq!(write(config.clone(), &asked).expect("a whole configuration"), config);
    config.connection_mode = Some(aws::ConnectionMode::TenantOnly);
    let refused = read(config).expect_err("it serves tenants").to_string();
    assert!(refused.contains("tenant-only"), "{refused}");
}
