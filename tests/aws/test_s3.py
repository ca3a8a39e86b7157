"""The refusals of S3 buckets, and their round trips, against the running server."""

import json

import pytest

from conftest import OTHERS, refused

HERE = "ap-northeast-1"
TAGS = [{"Key": "a", "Value": "b"}]


class Store:
    def __init__(self, aws):
        self.aws, self.s3 = aws, aws.client("s3")

    def make(self, name="web", region=HERE, key=None, tags=(), config=None, **more):
        s3 = self.aws.client("s3", region=region, **({"key": key} if key else {}))
        config = ({} if region == "us-east-1" else {"LocationConstraint": region}) if config is None else config
        config = {**config, **({"Tags": list(tags)} if tags else {})}
        return s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": config} if config else {}), **more)

    def lifecycle(self, *rules):
        return self.s3.put_bucket_lifecycle_configuration(Bucket="web", LifecycleConfiguration={"Rules": list(rules)})

    def encryption(self, *rules):
        return self.s3.put_bucket_encryption(Bucket="web", ServerSideEncryptionConfiguration={"Rules": list(rules)})

    def policy(self, policy):
        text = policy if isinstance(policy, str) else json.dumps(policy)
        return self.s3.put_bucket_policy(Bucket="web", Policy=text)

    def logging(self, target):
        enabled = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": ""}}
        return self.s3.put_bucket_logging(Bucket="web", BucketLoggingStatus=enabled)

    def cors(self, **rule):
        rules = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], **rule}]}
        return self.s3.put_bucket_cors(Bucket="web", CORSConfiguration=rules)


@pytest.fixture
def store(aws):
    return Store(aws)


def statement(principal, resource="arn:aws:s3:::web/*"):
    one = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [one]}


def rule(**more):
    whole = {"ID": "r", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}, **more}
    return {name: value for name, value in whole.items() if value is not None}


REPLICATION = {
    "Role": "arn:aws:iam::111111111111:role/r",
    "Rules": [
        {
            "Status": "Enabled",
            "Priority": 0,
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::b"},
        }
    ],
}
EMPTY = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
REFUSALS = [
    ("a name in capitals", "InvalidBucketName", lambda s: s.make("Web")),
    ("a name like an address", "InvalidBucketName", lambda s: s.make("192.168.0.1")),
    ("another region than the endpoint's", "IllegalLocationConstraintException", lambda s: s.make(config={})),
    (
        "the first region by name",
        "InvalidLocationConstraint",
        lambda s: s.make(region="us-east-1", config={"LocationConstraint": "us-east-1"}),
    ),
    ("somebody else's name", "BucketAlreadyExists", lambda s: s.make(key=OTHERS) and s.make()),
    ("one's own name", "BucketAlreadyOwnedByYou", lambda s: s.make() and s.make()),
    (
        "one's own name in the first region, with tags",
        "BucketAlreadyOwnedByYou",
        lambda s: s.make(region="us-east-1") and s.make(region="us-east-1", tags=TAGS),
    ),
    ("a tag twice at birth", "InternalError", lambda s: s.make(tags=TAGS * 2)),
    ("a tag of AWS's", "InvalidTag", lambda s: s.make(tags=[{"Key": "aws:a", "Value": ""}])),
    ("the account's namespace without saying so", "MissingNamespaceHeader", lambda s: s.make(f"a-111111111111-{HERE}-an")),
    ("a name outside of the namespace", "InvalidNamespaceHeader", lambda s: s.make(BucketNamespace="account-regional")),
    ("no such bucket", "NoSuchBucket", lambda s: s.s3.get_bucket_versioning(Bucket="web")),
    (
        "another owner than expected",
        "AccessDenied",
        lambda s: s.make() and s.s3.get_bucket_tagging(Bucket="web", ExpectedBucketOwner="222222222222"),
    ),
    ("tags of a new bucket", "NoSuchTagSet", lambda s: s.make() and s.s3.get_bucket_tagging(Bucket="web")),
    ("two rules of encryption", "MalformedXML", lambda s: s.make() and s.encryption(EMPTY, EMPTY)),
    (
        "a key for S3's own encryption",
        "InvalidArgument",
        lambda s: s.make()
        and s.encryption({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"}}),
    ),
    (
        "versioning in small letters",
        "MalformedXML",
        lambda s: s.make() and s.s3.put_bucket_versioning(Bucket="web", VersioningConfiguration={"Status": "enabled"}),
    ),
    ("a lifecycle without a filter", "MalformedXML", lambda s: s.make() and s.lifecycle(rule(Filter=None))),
    (
        "a filter of two",
        "MalformedXML",
        lambda s: s.make() and s.lifecycle(rule(Filter={"Prefix": "a", "ObjectSizeGreaterThan": 1})),
    ),
    ("a lifecycle without an action", "InvalidRequest", lambda s: s.make() and s.lifecycle(rule(Expiration=None))),
    (
        "an expiration at noon",
        "InvalidArgument",
        lambda s: s.make() and s.lifecycle(rule(Expiration={"Date": "2030-01-01T12:00:00Z"})),
    ),
    (
        "an early transition",
        "InvalidArgument",
        lambda s: s.make() and s.lifecycle(rule(Expiration=None, Transitions=[{"Days": 1, "StorageClass": "STANDARD_IA"}])),
    ),
    ("an unknown method", "InvalidRequest", lambda s: s.make() and s.cors(AllowedMethods=["OPTIONS"])),
    ("logs to nowhere", "InvalidTargetBucketForLogging", lambda s: s.make() and s.logging("none")),
    (
        "logs to another region",
        "CrossLocationLoggingProhibitted",
        lambda s: s.make() and s.make("logs", region="us-east-1") and s.logging("logs"),
    ),
    (
        "a website without an index",
        "InvalidArgument",
        lambda s: s.make() and s.s3.put_bucket_website(Bucket="web", WebsiteConfiguration={"ErrorDocument": {"Key": "e"}}),
    ),
    (
        "replication without versions",
        "InvalidRequest",
        lambda s: s.make() and s.s3.put_bucket_replication(Bucket="web", ReplicationConfiguration=REPLICATION),
    ),
    (
        "a lock without versions",
        "InvalidBucketState",
        lambda s: s.make()
        and s.s3.put_object_lock_configuration(Bucket="web", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}),
    ),
    (
        "suspended versions under a lock",
        "InvalidBucketState",
        lambda s: s.make(ObjectLockEnabledForBucket=True)
        and s.s3.put_bucket_versioning(Bucket="web", VersioningConfiguration={"Status": "Suspended"}),
    ),
    (
        "notifications to a bucket",
        "InvalidArgument",
        lambda s: s.make()
        and s.s3.put_bucket_notification_configuration(
            Bucket="web",
            NotificationConfiguration={
                "TopicConfigurations": [{"TopicArn": "arn:aws:s3:::logs", "Events": ["s3:ObjectCreated:*"]}]
            },
        ),
    ),
    ("no website", "NoSuchWebsiteConfiguration", lambda s: s.make() and s.s3.get_bucket_website(Bucket="web")),
    ("a policy that isn't JSON", "MalformedPolicy", lambda s: s.make() and s.policy("policy")),
    ("a policy without a statement", "MalformedPolicy", lambda s: s.make() and s.policy("{}")),
    (
        "a policy of another bucket",
        "MalformedPolicy",
        lambda s: s.make() and s.policy(statement({"AWS": "222222222222"}, "arn:aws:s3:::shop/*")),
    ),
    (
        "a policy for an unknown role",
        "MalformedPolicy",
        lambda s: s.make() and s.policy(statement({"AWS": "arn:aws:iam::222222222222:role/none"})),
    ),
    ("a public policy", "AccessDenied", lambda s: s.make() and s.policy(statement("*"))),
    ("no policy", "NoSuchBucketPolicy", lambda s: s.make() and s.s3.get_bucket_policy(Bucket="web")),
    (
        "a bucket with objects",
        "BucketNotEmpty",
        lambda s: s.make() and s.s3.put_object(Bucket="web", Key="a") and s.s3.delete_bucket(Bucket="web"),
    ),
    (
        "a list of access where there are none",
        "AccessControlListNotSupported",
        lambda s: s.make() and s.s3.put_bucket_acl(Bucket="web", ACL="public-read"),
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(store, code, call):
    refused(lambda: call(store), code)


def test_a_new_bucket_is_closed(store):
    store.make(tags=TAGS)
    s3 = store.s3
    assert all(s3.get_public_access_block(Bucket="web")["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_ownership_controls(Bucket="web")["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerEnforced"}
    ]
    encryption = s3.get_bucket_encryption(Bucket="web")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}
    assert s3.get_bucket_tagging(Bucket="web")["TagSet"] == TAGS
    assert "Status" not in s3.get_bucket_versioning(Bucket="web")
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="web")


def test_the_first_region_takes_ones_own_bucket_for_made(store):
    store.make(region="us-east-1", tags=TAGS)
    store.make(region="us-east-1")
    s3 = store.aws.client("s3", region="us-east-1")
    assert s3.get_bucket_tagging(Bucket="web")["TagSet"] == TAGS


def test_lifecycle_rules_come_back_as_written(store):
    store.make()
    conditions = {"And": {"Prefix": "a/", "Tags": TAGS, "ObjectSizeGreaterThan": 5}}
    rules = [rule(), rule(ID="s", Filter=conditions, Transitions=[{"Days": 30, "StorageClass": "GLACIER"}], Expiration={"Days": 60})]
    store.lifecycle(*rules)
    told = store.s3.get_bucket_lifecycle_configuration(Bucket="web")
    assert told["Rules"] == rules and told["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    store.s3.delete_bucket_lifecycle(Bucket="web")
    refused(lambda: store.s3.get_bucket_lifecycle_configuration(Bucket="web"), "NoSuchLifecycleConfiguration")


def test_old_lifecycle_rules_are_told_for_a_while(store):
    store.make()
    store.aws.clock(1000)
    store.lifecycle(rule())
    refused(lambda: store.s3.get_bucket_lifecycle_configuration(Bucket="web"), "NoSuchLifecycleConfiguration")
    store.aws.clock(0)
    assert len(store.s3.get_bucket_lifecycle_configuration(Bucket="web")["Rules"]) == 1


def test_delete_markers_hold_a_bucket(store):
    store.make()
    store.s3.put_bucket_versioning(Bucket="web", VersioningConfiguration={"Status": "Enabled"})
    store.s3.put_object(Bucket="web", Key="a b/ü")
    store.s3.delete_object(Bucket="web", Key="a b/ü")
    versions = store.s3.list_object_versions(Bucket="web")
    assert (len(versions["Versions"]), len(versions["DeleteMarkers"])) == (1, 1)
    first = versions["Versions"][0]
    store.s3.delete_object(Bucket="web", Key=first["Key"], VersionId=first["VersionId"])
    refused(lambda: store.s3.delete_bucket(Bucket="web"), "BucketNotEmpty", "You must delete all versions in the bucket")
    marker = store.s3.list_object_versions(Bucket="web")["DeleteMarkers"][0]
    store.s3.delete_object(Bucket="web", Key=marker["Key"], VersionId=marker["VersionId"])
    store.s3.delete_bucket(Bucket="web")


def test_metrics_are_listed_by_their_ids(store):
    store.make()
    for name in ("b", "a"):
        config = {"Id": name, "Filter": {"Prefix": f"{name}/"}}
        store.s3.put_bucket_metrics_configuration(Bucket="web", Id=name, MetricsConfiguration=config)
    first = store.s3.list_bucket_metrics_configurations(Bucket="web")
    assert first["MetricsConfigurationList"] == [{"Id": "a", "Filter": {"Prefix": "a/"}}]
    second = store.s3.list_bucket_metrics_configurations(Bucket="web", ContinuationToken=first["NextContinuationToken"])
    assert [each["Id"] for each in second["MetricsConfigurationList"]] == ["b"] and not second["IsTruncated"]
    store.s3.delete_bucket_metrics_configuration(Bucket="web", Id="a")
    refused(lambda: store.s3.delete_bucket_metrics_configuration(Bucket="web", Id="a"), "NoSuchConfiguration")


def test_keys_are_listed_as_in_urls(store):
    store.make()
    for key in ("a b+c/ü", "odd\x01"):
        store.s3.put_object(Bucket="web", Key=key)
    # boto3 asks for that by itself, and undoes it.
    listed = [version["Key"] for version in store.s3.list_object_versions(Bucket="web")["Versions"]]
    assert sorted(listed) == ["a b+c/ü", "odd\x01"]


def test_a_policy_comes_back(store):
    store.make()
    policy = statement({"Service": "cloudfront.amazonaws.com"})
    store.policy(policy)
    assert json.loads(store.s3.get_bucket_policy(Bucket="web")["Policy"]) == policy
    store.s3.delete_bucket_policy(Bucket="web")
    store.s3.delete_bucket_policy(Bucket="web")
