"""Which IAM actions a call needs. Most are named as the operation is; this module knows the others.

AWS's list: https://docs.aws.amazon.com/service-authorization/latest/reference/. Besides its own action a call needs those that AWS asks of the
caller on the way: tagging what is created, passing a role, letting a service use a key or deliver logs."""

import re
from urllib.parse import unquote_plus

# The prefix of a service's actions, where it is not the name that calls are signed with.
PREFIXES = {"monitoring": "cloudwatch"}

# Operations whose action has another name. Nothing: anybody may call it.
NAMES = {
    "sts": {"GetCallerIdentity": []},
    "cloudfront": {"CreateDistributionWithTags": ["CreateDistribution", "TagResource"]},
    "s3": {
        "ListBuckets": ["ListAllMyBuckets"],
        "HeadBucket": ["ListBucket"],
        "ListObjects": ["ListBucket"],
        "ListObjectsV2": ["ListBucket"],
        "ListObjectVersions": ["ListBucketVersions"],
        "ListMultipartUploads": ["ListBucketMultipartUploads"],
        "DeleteObjects": ["DeleteObject", "DeleteObjectVersion"],
        "GetPublicAccessBlock": ["GetBucketPublicAccessBlock"],
        "PutPublicAccessBlock": ["PutBucketPublicAccessBlock"],
        "DeletePublicAccessBlock": ["PutBucketPublicAccessBlock"],
        "GetObjectLockConfiguration": ["GetBucketObjectLockConfiguration"],
        "PutObjectLockConfiguration": ["PutBucketObjectLockConfiguration"],
    },
}

# Settings of a bucket whose actions are named otherwise; to take one away is to put it.
BUCKET_SETTINGS = {
    "AccelerateConfiguration": "AccelerateConfiguration",
    "AnalyticsConfiguration": "AnalyticsConfiguration",
    "Cors": "BucketCORS",
    "Encryption": "EncryptionConfiguration",
    "IntelligentTieringConfiguration": "IntelligentTieringConfiguration",
    "InventoryConfiguration": "InventoryConfiguration",
    "LifecycleConfiguration": "LifecycleConfiguration",
    "Lifecycle": "LifecycleConfiguration",
    "MetricsConfiguration": "MetricsConfiguration",
    "NotificationConfiguration": "BucketNotification",
    "OwnershipControls": "BucketOwnershipControls",
    "Replication": "ReplicationConfiguration",
    "Tagging": "BucketTagging",
}
BUCKET_SETTING = re.compile(r"(Get|Put|Delete|List)Bucket(\w+)$")

# What tags a thing that is created with tags.
TAGGING = {
    "acm": "AddTagsToCertificate",
    "application-autoscaling": "TagResource",
    "chatbot": "TagResource",
    "cloudfront": "TagResource",
    "ec2": "CreateTags",
    "ecr": "TagResource",
    "ecs": "TagResource",
    "elasticache": "AddTagsToResource",
    "elasticloadbalancing": "AddTags",
    "firehose": "TagDeliveryStream",
    "kms": "TagResource",
    "logs": "TagResource",
    "monitoring": "TagResource",
    "rds": "AddTagsToResource",
    "secretsmanager": "TagResource",
    "sns": "TagResource",
    "ssm": "AddTagsToResource",
    "wafv2": "TagResource",
}
IAM_TAGGING = {"CreateRole": "TagRole", "CreatePolicy": "TagPolicy", "CreateInstanceProfile": "TagInstanceProfile"}
TAGS = re.compile(r'"[Tt]ags":\s*[\[{]\s*["{]|(?:^|&)Tag(?:s|Specification)\.(?:member\.|Tag\.)?1\.|<Tags>')

# A role's ARN, which the caller hands to a service that will act as it.
ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/")
USES_KEY = re.compile(r'"?[Kk]ms(?:MasterKey|Key)?(?:Id|ARN|Arn|Key)"?[=:]\s*"?\w|KEY_TYPE"?:|CUSTOMER_MANAGED_CMK')

DELIVERY = ["logs:CreateLogDelivery", "logs:DeleteLogDelivery"]
TO_LOG_GROUP = ["logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"]
GRANT = ["kms:CreateGrant", "kms:DescribeKey"]
LINKED = ["iam:CreateServiceLinkedRole"]
ON_ECS = ["ecs:DescribeServices", "ecs:UpdateService"]
SCALING_ALARMS = ["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"]

# What else is asked of the caller: by service and operation, in which words of the request, which actions.
MORE = [
    ("application-autoscaling", r"RegisterScalableTarget", r"", LINKED),
    ("application-autoscaling", r"RegisterScalableTarget|PutScalingPolicy|Put.*Action", r"service/", ON_ECS),
    ("application-autoscaling", r"(Put|Delete)ScalingPolicy|DeregisterScalableTarget", r"", SCALING_ALARMS),
    ("chatbot", r"CreateSlackChannelConfiguration", r"", LINKED),
    ("chatbot", r"(Create|Update)SlackChannelConfiguration", ROLE, ["iam:PassRole"]),
    ("cloudfront", r"CreateVpcOrigin", r"", LINKED),
    ("cloudfront", r"(Create|Update)VpcOrigin", r"loadbalancer/", ["elasticloadbalancing:DescribeLoadBalancers"]),
    ("cloudfront", r"(Create|Update)VpcOrigin", r"instance/", ["ec2:DescribeInstances"]),
    ("cloudfront", r"(Create|Update)VpcOrigin", r"", ["ec2:DescribeInternetGateways", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"]),
    ("cloudfront", r"(Create|Update)Distribution.*", r"<WebACLId>arn:", ["wafv2:GetWebACL"]),
    ("cloudfront", r"(Create|Update)Distribution.*", r"<Logging><Enabled>true", ["s3:GetBucketAcl", "s3:PutBucketAcl"]),
    ("ec2", r"RunInstances|(Associate|Replace)IamInstanceProfile.*", r"IamInstanceProfile", ["iam:PassRole"]),
    ("ec2", r"RunInstances", r"resolve:ssm:", ["ssm:GetParameters"]),
    ("ec2", r"RunInstances", USES_KEY, GRANT),
    ("ec2", r"CreateFlowLogs", ROLE, ["iam:PassRole"]),
    ("ec2", r"CreateFlowLogs", r"LogDestinationType=(s3|kinesis)", DELIVERY),
    ("ec2", r"(Create|Modify)VpcEndpoint", r"PrivateDnsEnabled=true", ["route53:AssociateVPCWithHostedZone"]),
    ("ecr", r"CreateRepository", r'"KMS', GRANT),
    ("ecs", r"Create(Cluster|Service)", r"", LINKED),
    ("ecs", r"RegisterTaskDefinition|(Create|Update)Service", ROLE, ["iam:PassRole"]),
    ("elasticache", r"CreateReplicationGroup", r"", LINKED),
    ("elasticache", r"CreateReplicationGroup", USES_KEY, GRANT),
    ("elasticache", r"(Create|Modify)ReplicationGroup", r"LogDeliveryConfigurations", DELIVERY + TO_LOG_GROUP),
    ("elasticloadbalancing", r"CreateLoadBalancer", r"", LINKED),
    ("elasticloadbalancing", r"(Create|Modify)(Listener|Rule)", r"authenticate-cognito", ["cognito-idp:DescribeUserPoolClient"]),
    ("firehose", r"CreateDeliveryStream|UpdateDestination", ROLE, ["iam:PassRole"]),
    ("firehose", r"(Create|Start)DeliveryStream.*", r"CUSTOMER_MANAGED_CMK", GRANT),
    ("iam", r"AddRoleToInstanceProfile", r"", ["iam:PassRole"]),
    ("kms", r"CreateKey", r'"MultiRegion":\s*true', LINKED),
    ("rds", r"CreateDB(Cluster|Instance)", r"", LINKED),
    ("rds", r"(Create|Modify)DB(Cluster|Instance)|AddRoleToDBCluster", ROLE, ["iam:PassRole"]),
    ("rds", r"(Create|Restore)DBCluster.*", USES_KEY, GRANT),
    (
        "rds",
        r"(Create|Modify)DBCluster",
        r"ManageMasterUserPassword=true",
        ["secretsmanager:CreateSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource", *GRANT],
    ),
    ("route53", r"CreateHostedZone|(Associate|Disassociate)VPC.*", r"<VPC>", ["ec2:DescribeVpcs"]),
    ("route53", r"CreateKeySigningKey", r"", [*GRANT, "kms:GetPublicKey", "kms:Sign"]),
    ("route53", r"CreateQueryLoggingConfig", r"", ["logs:DescribeLogGroups", "logs:DescribeResourcePolicies"]),
    ("s3", r"PutBucketReplication", ROLE, ["iam:PassRole"]),
    ("secretsmanager", r"(Create|Update|Put)Secret.*", USES_KEY, ["kms:Decrypt", "kms:GenerateDataKey"]),
    ("secretsmanager", r"CreateSecret", r"AddReplicaRegions", ["secretsmanager:ReplicateSecretToRegions"]),
    ("secretsmanager", r"RotateSecret", r":function:", ["lambda:InvokeFunction"]),
    ("sns", r"SetTopicAttributes|(S|s)etSubscriptionAttributes|Subscribe|CreateTopic", ROLE, ["iam:PassRole"]),
    ("ssm", r"PutParameter", r"SecureString", ["kms:Encrypt"]),
    ("ssm", r"GetParameters?", r'"WithDecryption":\s*true', ["kms:Decrypt"]),
    ("wafv2", r"(Disa|A)ssociateWebACL", r"loadbalancer/", ["elasticloadbalancing:SetWebACL"]),
    ("wafv2", r"GetWebACLForResource", r"loadbalancer/", ["wafv2:GetWebACL"]),
    ("wafv2", r"PutLoggingConfiguration", r"", LINKED),
    ("wafv2", r"PutLoggingConfiguration", r":(log-group|s3):", DELIVERY),
    ("wafv2", r"PutLoggingConfiguration", r":log-group:", TO_LOG_GROUP),
    ("wafv2", r"PutLoggingConfiguration", r"arn:aws:s3:", ["s3:GetBucketPolicy", "s3:PutBucketPolicy"]),
]
MORE = [(service, re.compile(operation), re.compile(words), actions) for service, operation, words, actions in MORE]


def needed(call, body, target=""):
    """The actions of a call, sorted. `target` is its path and query, `body` what it sends."""
    if call.service == "unsigned":
        return []
    said = plain(body)
    prefix = PREFIXES.get(call.service, call.service)
    found = {f"{prefix}:{name}" for name in own(call)} | tagging(call, said, prefix)
    said = f"{target}\n{said}"
    for service, operation, words, actions in MORE:
        if service == call.service and operation.fullmatch(call.operation) and words.search(said):
            found.update(actions)
    return sorted(found)


def plain(body):
    """What a request sends, as text."""
    said = body.decode("utf-8", "replace")
    return said if said.lstrip()[:1] in ("{", "<") else unquote_plus(said)


def own(call):
    """The actions of the operation itself."""
    named = NAMES.get(call.service, {}).get(call.operation)
    if named is not None:
        return named
    setting = BUCKET_SETTING.match(call.operation) if call.service == "s3" else None
    # A list is of several: ListBucketMetricsConfigurations.
    named = setting and BUCKET_SETTINGS.get(setting[2].removesuffix("s") if setting[1] == "List" else setting[2])
    if named:
        return [f"{'Get' if setting[1] in ('Get', 'List') else 'Put'}{named}"]
    return [call.operation]


def tagging(call, said, prefix):
    if not call.mutating or not TAGS.search(said):
        return set()
    if call.service == "iam":
        return {f"iam:{IAM_TAGGING[call.operation]}"} if call.operation in IAM_TAGGING else set()
    name = TAGGING.get(call.service)
    return {f"{prefix}:{name}"} if name else set()
