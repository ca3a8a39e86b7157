"""What S3 refuses of a bucket's settings."""

import re

from moto.core.utils import get_service_model
from moto.s3.models import s3_backends

ENFORCED = [{"ObjectOwnership": "BucketOwnerEnforced"}]
TAG = re.compile(r"^[\w\s.:/=+@-]*$")
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)


class Said(Exception):
    """A refusal in S3's words; the service's model does not know the status of most."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def malformed():
    return Said(
        400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
    )


def valid(kind, params, action):
    """The setting out of the request, held against the service's model."""
    return of(kind.name, params, action)


def of(name, params, action):
    shape = get_service_model("s3").operation_model(action).input_shape.members[name]
    value = params.get(name)
    if value is None:
        raise malformed()
    check_value(shape, value)
    return value


def check_value(shape, value):
    if shape.type_name == "structure":
        if any(value.get(member) is None for member in shape.required_members):
            raise malformed()
        for member, inner in value.items():
            if inner is not None:
                check_value(shape.members[member], inner)
    elif shape.type_name == "list":
        for inner in value:
            check_value(shape.member, inner)
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        raise malformed()


def tags(given, born=False):
    keys = [tag["Key"] for tag in given]
    if len(set(keys)) < len(keys):
        if born:
            raise Said(500, "InternalError", "We encountered an internal error. Please try again.")
        raise Said(400, "InvalidTag", "Cannot provide multiple Tags with the same key")
    for tag in given:
        for half, name in ((tag["Key"], "TagKey"), (tag["Value"], "TagValue")):
            if not TAG.match(half):
                raise Said(400, "InvalidTag", f"The {name} you have provided is invalid")
        if tag["Key"].startswith("aws:"):
            raise Said(400, "InvalidTag", "System tags cannot be added/updated by requester")
    if len(keys) > 50:
        raise Said(400, "BadRequest", "Bucket tag count cannot be greater than 50")


def tagging(value, bucket, call):
    tags(value["TagSet"])


def ownership(value, bucket, call):
    if len(value["Rules"]) != 1:
        raise malformed()
    granted = any(grantee.uri for grant in bucket.acl.grants for grantee in grant.grantees) if bucket.acl else False
    if value["Rules"] == ENFORCED and granted:
        raise Said(
            400,
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )


def encryption(value, bucket, call):
    if len(value["Rules"]) != 1:
        raise malformed()
    by_default = value["Rules"][0].get("ApplyServerSideEncryptionByDefault") or {}
    if by_default.get("SSEAlgorithm") == "AES256" and by_default.get("KMSMasterKeyID"):
        raise Said(
            400, "InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
        )
    value["Rules"][0].setdefault("BucketKeyEnabled", False)


def versioning(value, bucket, call):
    if not value.get("Status"):
        raise malformed()
    for name, words in (("ObjectLockConfiguration", "An Object Lock"), ("ReplicationConfiguration", "A replication")):
        if value["Status"] == "Suspended" and bucket.settings.get(name):
            raise Said(
                409,
                "InvalidBucketState",
                f"{words} configuration is present on this bucket, so the versioning state cannot be changed.",
            )


def lifecycle(value, bucket, call):
    rules = value["Rules"]
    if not rules or len(rules) > 1000:
        raise malformed()
    for number, rule in enumerate(rules):
        rule.setdefault("ID", f"rule-{number}")
        check_rule(rule)
    if len({rule["ID"] for rule in rules}) < len(rules):
        raise Said(400, "InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")


def check_rule(rule):
    conditions = rule.get("Filter")
    if (conditions is None) == (rule.get("Prefix") is None) or len(conditions or {}) > 1:
        raise malformed()
    if not any(rule.get(action) is not None for action in ACTIONS):
        raise Said(400, "InvalidRequest", "At least one action needs to be specified in a rule")
    tags = ((conditions or {}).get("And") or {}).get("Tags") or []
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise Said(400, "InvalidRequest", "Duplicate Tag Keys are not allowed.")
    if (tags or (conditions or {}).get("Tag")) and rule.get("AbortIncompleteMultipartUpload"):
        raise Said(400, "InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags.")
    expiration = rule.get("Expiration")
    if expiration is not None and len(expiration) != 1:
        raise malformed()
    if rule.get("NoncurrentVersionExpiration") == {}:
        raise malformed()
    for timed in [expiration or {}, *(rule.get("Transitions") or [])]:
        check_time(timed)
    last = [each["Days"] for each in rule.get("Transitions") or [] if "Days" in each]
    if last and "Days" in (expiration or {}) and expiration["Days"] <= max(last):
        raise Said(
            400, "InvalidArgument", "'Days' in the Expiration action for filter must be greater than 'Days' in the Transition action"
        )


def check_time(timed):
    date = timed.get("Date")
    if date is not None and (date.hour, date.minute, date.second) != (0, 0, 0):
        raise Said(400, "InvalidArgument", "'Date' must be at midnight GMT")
    rare = timed.get("StorageClass") in ("STANDARD_IA", "ONEZONE_IA")
    if rare and timed.get("Days", 30) < 30:
        raise Said(
            400,
            "InvalidArgument",
            f"'Days' in Transition action must be greater than or equal to 30 for storageClass '{timed['StorageClass']}'",
        )
    if "StorageClass" not in timed and timed.get("Days", 1) < 1:
        raise Said(400, "InvalidArgument", "'Days' for Expiration action must be a positive integer")


def logging(value, bucket, call):
    enabled = value.get("LoggingEnabled")
    if not enabled:
        return
    partition, owner = s3_backends.bucket_accounts.get(enabled["TargetBucket"], (None, None))
    target = s3_backends[owner][partition].buckets.get(enabled["TargetBucket"]) if owner else None
    if not target or owner != call.current_account:
        raise Said(400, "InvalidTargetBucketForLogging", "The target bucket for logging does not exist")
    if target.region_name != bucket.region_name:
        # AWS's own spelling.
        raise Said(403, "CrossLocationLoggingProhibitted", "Cross S3 location logging not allowed.")


def cors(value, bucket, call):
    if not 1 <= len(value["CORSRules"]) <= 100:
        raise malformed()
    for rule in value["CORSRules"]:
        for method in rule["AllowedMethods"]:
            if method not in METHODS:
                raise Said(
                    400, "InvalidRequest", f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                )


def notifications(value, bucket, call):
    arns = {"TopicConfigurations": "TopicArn", "QueueConfigurations": "QueueArn", "LambdaFunctionConfigurations": "LambdaFunctionArn"}
    services = {"TopicArn": "sns", "QueueArn": "sqs", "LambdaFunctionArn": "lambda"}
    for name, arn in arns.items():
        for number, target in enumerate(value.get(name) or []):
            target.setdefault("Id", f"{name}-{number}")
            if not target[arn].startswith(f"arn:aws:{services[arn]}:"):
                raise Said(400, "InvalidArgument", "Unable to validate the following destination configurations")
            # AWS returns these with a capital.
            for rule in ((target.get("Filter") or {}).get("Key") or {}).get("FilterRules") or []:
                rule["Name"] = rule["Name"].capitalize()


def website(value, bucket, call):
    if bool(value.get("RedirectAllRequestsTo")) == bool(value.get("IndexDocument")):
        raise Said(400, "InvalidArgument", "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty")


def is_versioned(bucket):
    return (bucket.settings.get("VersioningConfiguration") or {}).get("Status") == "Enabled"


def replication(value, bucket, call):
    if not is_versioned(bucket):
        raise Said(
            400, "InvalidRequest", "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        )
    for rule in value["Rules"]:
        whole = rule.get("DeleteMarkerReplication") and rule.get("Priority") is not None
        if len(rule.get("Filter") or {}) != 1 or not whole:
            raise malformed()
        time, metrics = rule["Destination"].get("ReplicationTime"), rule["Destination"].get("Metrics")
        if time and not metrics:
            raise Said(400, "InvalidRequest", "Metrics must be enabled with ReplicationTime")


def lock(value, bucket, call):
    if not is_versioned(bucket):
        raise Said(
            409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        )
    bucket.object_lock_enabled = True
