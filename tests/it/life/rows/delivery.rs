//! The rows of S3 and the rest of CloudFront.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::{Listed, Row, Second, length, row, two_subnets};
use crate::aws::ELSEWHERE;
use crate::life::stack::Asked;

pub fn rows() -> Vec<Row> {
    vec![
        bucket_row(),
        bucket_policy_row(),
        origin_access_control_row(),
        cache_policy_row(),
        origin_request_policy_row(),
        response_headers_policy_row(),
        function_row(),
        origin_access_identity_row(),
        vpc_origin_row(),
        monitoring_subscription_row(),
    ]
}

/// A name that no account has: all of AWS shares the names of buckets. Its page shows what stands before `-unused-`.
fn unused(name: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{name}-unused-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The role by which S3 copies objects.
fn copier() -> Asked {
    let trust = json!({"Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }]});
    Asked::new("copier", "iam:Role", json!({"assumeRolePolicy": trust}))
}

/// A bucket that is copied into another one, and then no more.
fn copied() -> Vec<Value> {
    let rules = json!({"all": {"destination": {"bucket": "arn:aws:s3:::elsewhere"}}});
    vec![
        json!({"versioning": true, "replicationConfiguration": {"role": "${copier.arn}", "rules": rules}}),
        // S3 suspends versioning only once the replication is gone.
        json!({"replicationConfiguration": {}}),
    ]
}

/// A lifecycle whose transitions begin at another size, and one that leaves that to S3.
fn aged() -> Vec<Value> {
    let rules = json!({"old": {"expiration": {"days": 30}}});
    vec![
        json!({"lifecycleRules": rules, "transitionDefaultMinimumObjectSize": "varies_by_storage_class"}),
        json!({"lifecycleRules": rules}),
    ]
}

/// A bucket that keeps its versions for good: without them, it is another one.
fn locked() -> Value {
    let retention = json!({"defaultRetention": {"mode": "GOVERNANCE", "days": 1}});
    json!({"versioning": true, "objectLockConfiguration": retention, "forceDestroy": true})
}

fn bucket_row() -> Row {
    Row {
        around: vec![Asked::new("logs", "s3:Bucket", json!({}))],
        also: [copied(), aged(), vec![locked()]].concat(),
        beside: vec![copier()],
        first: json!({"name": unused("web")}),
        given: json!({
            "tags": {"a": "b"},
            "versioning": true,
            "publicAccessBlock": {"blockPublicPolicy": false, "restrictPublicBuckets": false},
            "objectOwnership": "BucketOwnerPreferred",
            "encryption": {"sseAlgorithm": "aws:kms", "bucketKeyEnabled": true, "blockedEncryptionTypes": []},
            "lifecycleRules": lifecycle_rules(),
            "logging": {"targetBucket": "${logs.id}", "targetPrefix": "web/", "partitionDateSource": "EventTime"},
            "corsRules": [
                {"allowedOrigins": ["https://www.example.com"], "allowedMethods": ["GET", "PUT"], "allowedHeaders": ["*"], "exposeHeaders": ["ETag"], "maxAgeSeconds": 60},
                {"id": "any", "allowedOrigins": ["*"], "allowedMethods": ["GET"]},
            ],
            "forceDestroy": true,
            "accelerateStatus": "Enabled",
            "notificationConfiguration": {
                "eventBridgeEnabled": true,
                "topicConfigurations": {"new": {
                    "arn": "arn:aws:sns:ap-northeast-1:123456789012:new",
                    "events": ["s3:ObjectCreated:*"],
                    "filterPrefix": "in/",
                    "filterSuffix": ".jpg",
                }},
            },
            "websiteConfiguration": {
                "indexDocument": "index.html",
                "errorDocument": "error.html",
                "routingRules": [{
                    "routingRuleCondition": {"keyPrefixEquals": "old/"},
                    "redirectRule": {"replaceKeyPrefixWith": "new/", "protocol": "https"},
                }],
            },
            "analyticsConfigurations": {
                "all": {},
                "in": {"prefix": "in/", "tags": {"a": "b"}, "dataExport": {"bucketArn": "${logs.arn}", "prefix": "classes/"}},
            },
            "intelligentTieringConfigurations": archived(180),
            "inventoryConfigurations": {
                "all": {"destination": {"bucketArn": "${logs.arn}", "format": "Parquet"}, "optionalFields": ["Size", "ETag"]},
                "in": {"enabled": false, "prefix": "in/", "scheduleFrequency": "Daily", "destination": {"bucketArn": "${logs.arn}"}},
            },
            "metricsConfigurations": {"all": {}, "in": {"prefix": "in/"}, "some": {"tags": {"a": "b"}}},
        }),
        in_place: vec![
            "metricsConfigurations",
            "notificationConfiguration",
            "websiteConfiguration",
            "versioning",
            "tags",
            "publicAccessBlock",
            "lifecycleRules",
            "encryption",
            "logging",
            "corsRules",
        ],
        other: Some(json!({"name": unused("other")})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "Web"}), "name"),
            (json!({"encryption": {"kmsMasterKeyId": "alias/web"}}), "needs `sseAlgorithm: aws:kms`"),
            (json!({"bucketNamespace": "account-regional"}), "must end in `-ACCOUNT-REGION-an`"),
            (json!({"lifecycleRules": {"a": {}}}), "lifecycleRules.a.expiration"),
            (json!({"websiteConfiguration": {"errorDocument": "e.html"}}), "websiteConfiguration.errorDocument"),
            (json!({"objectLockConfiguration": {}}), "needs `versioning: true`"),
            (json!({"intelligentTieringConfigurations": archived(90)}), "after 180 days at least"),
            (json!({"transitionDefaultMinimumObjectSize": "varies_by_storage_class"}), "needs `lifecycleRules`"),
        ],
        by_hand: Some(vec![("s3", "delete_bucket", json!({"Bucket": "${x.id}"}))]),
        untold: vec!["forceDestroy"],
        ..row("s3:Bucket", ("s3", "list_buckets", |answer| length(answer, "Buckets")))
    }
}

/// What nobody reads, in an archive, and after so many days in a deeper one.
fn archived(days: u32) -> Value {
    json!({
        "old": {"tags": {"a": "b"}, "tierings": [{"accessTier": "ARCHIVE_ACCESS", "days": 90}]},
        "older": {"prefix": "old/", "tierings": [{"accessTier": "DEEP_ARCHIVE_ACCESS", "days": days}]},
    })
}

fn lifecycle_rules() -> Value {
    json!({
        "all": {"expiration": {"days": 365}},
        "logs": {
            "prefix": "logs/",
            "tags": {"kind": "log"},
            "objectSizeGreaterThan": 1024,
            "transitions": [{"days": 30, "storageClass": "STANDARD_IA"}, {"days": 90, "storageClass": "GLACIER"}],
            "expiration": {"days": 400},
        },
        "old": {
            "status": "Disabled",
            "objectSizeLessThan": 9,
            "expiration": {"date": "2031-01-31"},
            "noncurrentVersionExpiration": {"noncurrentDays": 30, "newerNoncurrentVersions": 3},
            "noncurrentVersionTransitions": [{"noncurrentDays": 30, "storageClass": "ONEZONE_IA"}],
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        },
    })
}

fn bucket_policy_row() -> Row {
    let allows = |action: &str| -> Value {
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": action,
            "Resource": ["${bucket.arn}"],
        }]})
    };
    Row {
        around: vec![Asked::new("bucket", "s3:Bucket", json!({}))],
        first: json!({"bucket": "${bucket.id}", "policy": allows("s3:ListBucket")}),
        given: json!({"policy": allows("s3:GetBucketLocation")}),
        in_place: vec!["policy"],
        second: Second::Refused,
        wrong: vec![(json!({"policy": {"Id": "p"}}), "it has no `Statement`")],
        listed: Listed {
            service: "s3",
            operation: "get_bucket_policy",
            parameters: json!({"Bucket": "${bucket.id}"}),
            count: |answer| usize::from(answer["Policy"].is_string()),
            each: 1,
        },
        by_hand: Some(vec![("s3", "delete_bucket_policy", json!({"Bucket": "${bucket.id}"}))]),
        made_anew: true,
        ..row("s3:BucketPolicy", ("s3", "", |_| 0))
    }
}

const OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

fn origin_access_control_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"name": "web"}),
        given: json!({"description": "for the web", "originAccessControlOriginType": "lambda", "signingBehavior": "no-override", "signingProtocol": "sigv4a"}),
        in_place: vec!["description", "signingBehavior"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![(json!({"signingBehavior": "sometimes"}), "signingBehavior")],
        ..row(
            "cloudfront:OriginAccessControl",
            ("cloudfront", "list_origin_access_controls", |answer| length(&answer["OriginAccessControlList"], "Items")),
        )
    }
}

fn cache_policy_row() -> Row {
    const KEY: &str = "parametersInCacheKeyAndForwardedToOrigin";
    Row {
        region: ELSEWHERE,
        first: json!({"name": "web"}),
        given: json!({
            "comment": "for the web", "minTtl": 60, "defaultTtl": 3600, "maxTtl": 90000,
            KEY: {
                "enableAcceptEncodingGzip": true,
                "enableAcceptEncodingBrotli": true,
                "headersConfig": {"headerBehavior": "whitelist", "headers": ["X-Country", "x-lang"]},
                "cookiesConfig": {"cookieBehavior": "allExcept", "cookies": ["session"]},
                "queryStringsConfig": {"queryStringBehavior": "all"},
            },
        }),
        in_place: vec!["comment", "minTtl", KEY],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"minTtl": 100_000}), "is less than `minTtl`"),
            (json!({KEY: {"cookiesConfig": {"cookieBehavior": "whitelist"}}}), "cookiesConfig.cookies"),
            (json!({"defaultTtl": 0, "maxTtl": 0, KEY: {"enableAcceptEncodingGzip": true}}), "nothing is cached"),
        ],
        ..row(
            "cloudfront:CachePolicy",
            ("cloudfront", "list_cache_policies", |answer| customs(&answer["CachePolicyList"])),
        )
    }
}

/// The policies of a list that are not AWS's own.
fn customs(list: &Value) -> usize {
    list["Items"].as_array().map_or(0, |all| all.iter().filter(|each| each["Type"] == "custom").count())
}

fn origin_request_policy_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"name": "web"}),
        given: json!({
            "comment": "for the web",
            "headersConfig": {"headerBehavior": "allViewerAndWhitelistCloudFront", "headers": ["CloudFront-Viewer-Country"]},
            "cookiesConfig": {"cookieBehavior": "all"},
            "queryStringsConfig": {"queryStringBehavior": "whitelist", "queryStrings": ["page", "lang"]},
        }),
        in_place: vec!["comment", "headersConfig", "queryStringsConfig"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"headersConfig": {"headerBehavior": "allViewer", "headers": ["a"]}}), "headersConfig.headers"),
            (json!({"headersConfig": {"headerBehavior": "whitelist", "headers": ["Authorization"]}}), "cache policy"),
        ],
        ..row(
            "cloudfront:OriginRequestPolicy",
            ("cloudfront", "list_origin_request_policies", |answer| customs(&answer["OriginRequestPolicyList"])),
        )
    }
}

fn response_headers_policy_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"name": "web", "securityHeadersConfig": {"contentTypeOptions": {}}}),
        given: json!({
            "comment": "for the web",
            "corsConfig": {
                "accessControlAllowOrigins": ["https://www.example.com"],
                "accessControlAllowHeaders": ["*"],
                "accessControlAllowMethods": ["GET", "HEAD"],
                "accessControlExposeHeaders": ["ETag"],
                "accessControlMaxAgeSec": 600,
                "originOverride": false,
            },
            "securityHeadersConfig": {
                "contentSecurityPolicy": {"contentSecurityPolicy": "default-src 'self'"},
                "contentTypeOptions": {"override": false},
                "frameOptions": {"frameOption": "DENY"},
                "referrerPolicy": {"referrerPolicy": "same-origin"},
                "strictTransportSecurity": {"accessControlMaxAgeSec": 31_536_000, "includeSubdomains": true, "preload": true},
                "xssProtection": {"protection": true, "reportUri": "https://example.com/xss"},
            },
            "serverTimingHeadersConfig": {"samplingRate": 12.5},
            "customHeaders": {"X-Robots-Tag": {"value": "noindex"}},
            "removeHeaders": ["Server", "x-powered-by"],
        }),
        in_place: vec!["comment", "corsConfig", "securityHeadersConfig", "customHeaders", "removeHeaders"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"securityHeadersConfig": {}}), "at least one header"),
            (json!({"removeHeaders": ["Via"]}), "removeHeaders"),
            (json!({"customHeaders": {"X-Frame-Options": {"value": "DENY"}}}), "has a property of its own"),
        ],
        ..row(
            "cloudfront:ResponseHeadersPolicy",
            ("cloudfront", "list_response_headers_policies", |answer| customs(&answer["ResponseHeadersPolicyList"])),
        )
    }
}

fn function_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"name": "redirect", "code": "function handler(event) { return event.request; }"}),
        given: json!({
            "comment": "for the web", "runtime": "cloudfront-js-1.0", "tags": {"a": "b"}, "publish": false,
            "code": "function handler(event) { return event.request; } // ü\n",
        }),
        in_place: vec!["comment", "code", "tags"],
        other: Some(json!({"name": "rewrite"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"code": ""}), "code"),
            (
                json!({"runtime": "cloudfront-js-1.0", "keyValueStoreAssociations": ["arn:aws:cloudfront::123456789012:key-value-store/a"]}),
                "runtime",
            ),
        ],
        ..row(
            "cloudfront:Function",
            ("cloudfront", "list_functions", |answer| length(&answer["FunctionList"], "Items")),
        )
    }
}

fn origin_access_identity_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({}),
        given: json!({"comment": "for the web"}),
        in_place: vec!["comment"],
        other: Some(json!({"comment": "another"})),
        ..row(
            "cloudfront:OriginAccessIdentity",
            ("cloudfront", "list_cloud_front_origin_access_identities", |answer| {
                length(&answer["CloudFrontOriginAccessIdentityList"], "Items")
            }),
        )
    }
}

fn vpc_origin_row() -> Row {
    let balancer = json!({"subnets": ["${one.id}", "${two.id}"], "scheme": "internal"});
    Row {
        region: ELSEWHERE,
        around: [two_subnets(), vec![Asked::new("balancer", "elb:LoadBalancer", balancer)]].concat(),
        first: json!({"name": "web", "arn": "${balancer.arn}"}),
        given: json!({"tags": {"a": "b"}, "httpPort": 8080, "httpsPort": 8443, "originSslProtocols": ["TLSv1.1", "TLSv1.2"], "originProtocolPolicy": "http-only", "ipAddressType": "dualstack"}),
        in_place: vec!["tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![(json!({"httpPort": 81}), "httpPort"), (json!({"arn": "arn:aws:s3:::web"}), "arn")],
        ..row(
            "cloudfront:VpcOrigin",
            ("cloudfront", "list_vpc_origins", |answer| length(&answer["VpcOriginList"], "Items")),
        )
    }
}

fn monitoring_subscription_row() -> Row {
    let distribution = json!({
        "origins": {"app": {"domainName": "app.example.com", "customOriginConfig": {}}},
        "defaultCacheBehavior": {"targetOriginId": "app", "cachePolicyId": OPTIMIZED},
        "waitForDeployment": false,
    });
    Row {
        region: ELSEWHERE,
        around: vec![Asked::new("site", "cloudfront:Distribution", distribution)],
        first: json!({"distributionId": "${site.id}"}),
        second: Second::Refused,
        by_hand: Some(vec![("cloudfront", "delete_monitoring_subscription", json!({"DistributionId": "${site.id}"}))]),
        listed: Listed {
            service: "cloudfront",
            operation: "get_monitoring_subscription",
            parameters: json!({"DistributionId": "${site.id}"}),
            count: |answer| usize::from(answer["MonitoringSubscription"].is_object()),
            each: 1,
        },
        ..row("cloudfront:MonitoringSubscription", ("cloudfront", "", |_| 0))
    }
}
