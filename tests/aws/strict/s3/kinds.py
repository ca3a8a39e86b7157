"""The settings of a bucket: the calls that put, tell and remove each, what a new bucket has, and what is refused."""

from dataclasses import dataclass
from typing import Callable

from . import checks
from .checks import Said

__all__ = ["KINDS", "LISTED", "NEW", "Said"]


@dataclass(frozen=True)
class Kind:
    # The member of the request that holds it.
    name: str
    put: str
    get: str
    delete: str = ""
    # What is said where there is none; else the answer is empty.
    missing: str = ""
    # Whether the answer holds it as a member of this name, or its members.
    wrapped: bool = False
    words: str = "configuration"
    check: Callable = lambda value, bucket, call: None


KINDS = (
    Kind("Tagging", "PutBucketTagging", "GetBucketTagging", "DeleteBucketTagging", "NoSuchTagSet", check=checks.tagging),
    Kind(
        "PublicAccessBlockConfiguration",
        "PutPublicAccessBlock",
        "GetPublicAccessBlock",
        "DeletePublicAccessBlock",
        "NoSuchPublicAccessBlockConfiguration",
        wrapped=True,
        words="public access block configuration",
    ),
    Kind(
        "OwnershipControls",
        "PutBucketOwnershipControls",
        "GetBucketOwnershipControls",
        "DeleteBucketOwnershipControls",
        "OwnershipControlsNotFoundError",
        wrapped=True,
        check=checks.ownership,
    ),
    Kind(
        "ServerSideEncryptionConfiguration",
        "PutBucketEncryption",
        "GetBucketEncryption",
        "DeleteBucketEncryption",
        "ServerSideEncryptionConfigurationNotFoundError",
        wrapped=True,
        check=checks.encryption,
    ),
    Kind("VersioningConfiguration", "PutBucketVersioning", "GetBucketVersioning", check=checks.versioning),
    Kind(
        "LifecycleConfiguration",
        "PutBucketLifecycleConfiguration",
        "GetBucketLifecycleConfiguration",
        "DeleteBucketLifecycle",
        "NoSuchLifecycleConfiguration",
        words="lifecycle configuration",
        check=checks.lifecycle,
    ),
    Kind("BucketLoggingStatus", "PutBucketLogging", "GetBucketLogging", check=checks.logging),
    Kind(
        "CORSConfiguration",
        "PutBucketCors",
        "GetBucketCors",
        "DeleteBucketCors",
        "NoSuchCORSConfiguration",
        words="CORS configuration",
        check=checks.cors,
    ),
    Kind(
        "NotificationConfiguration",
        "PutBucketNotificationConfiguration",
        "GetBucketNotificationConfiguration",
        check=checks.notifications,
    ),
    Kind(
        "WebsiteConfiguration",
        "PutBucketWebsite",
        "GetBucketWebsite",
        "DeleteBucketWebsite",
        "NoSuchWebsiteConfiguration",
        words="website configuration",
        check=checks.website,
    ),
    Kind(
        "ReplicationConfiguration",
        "PutBucketReplication",
        "GetBucketReplication",
        "DeleteBucketReplication",
        "ReplicationConfigurationNotFoundError",
        wrapped=True,
        words="replication configuration",
        check=checks.replication,
    ),
    Kind("AccelerateConfiguration", "PutBucketAccelerateConfiguration", "GetBucketAccelerateConfiguration"),
    Kind(
        "ObjectLockConfiguration",
        "PutObjectLockConfiguration",
        "GetObjectLockConfiguration",
        missing="ObjectLockConfigurationNotFoundError",
        wrapped=True,
        words="Object Lock configuration",
        check=checks.lock,
    ),
)

# What a new bucket has; moto gives it nothing.
NEW = {
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    },
    "OwnershipControls": {"Rules": checks.ENFORCED},
    "ServerSideEncryptionConfiguration": {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                "BucketKeyEnabled": False,
                "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
            }
        ]
    },
}

# Settings of which a bucket has several, by ids: what their calls are called, and the root of a list of them.
LISTED = {
    "Analytics": "ListBucketAnalyticsConfigurationResult",
    "IntelligentTiering": "ListBucketIntelligentTieringConfigurationsOutput",
    "Inventory": "ListInventoryConfigurationsResult",
    "Metrics": "ListMetricsConfigurationsResult",
}
