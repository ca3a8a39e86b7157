"""CloudFront as strict as AWS: distributions, made once, changed under an ETag, deployed in time, deleted when disabled; and what they use."""

import datetime
import random
import string

from moto.cloudfront import models, urls
from moto.cloudfront.models import cloudfront_backends
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult

from ..clock import CLOCK
from ..response import Refusal, Strict, serve
from . import config as configs
from . import reference
from .functions import Functions
from .origins import Controls, Identities, Subscriptions, VpcOrigins
from .origins import settle as settle_origins
from .policies import Policies

# AWS's seconds until a change has reached every edge.
DEPLOYING = 180.0
# How long the list may not have what was changed, where AWS's being eventually consistent is played.
UNLISTED = 2.0


def name(letters, length):
    return "".join(random.choices(letters, k=length))


class Distribution:
    """Keeps the whole configuration; takes the place of moto's, which keeps parts."""

    def __init__(self, account, config):
        self.id = "E" + name(string.ascii_uppercase + string.digits, 13)
        self.arn = f"arn:aws:cloudfront::{account}:distribution/{self.id}"
        self.domain = "d" + name(string.ascii_lowercase + string.digits, 13) + ".cloudfront.net"
        self.location = f"https://cloudfront.amazonaws.com/2020-05-31/distribution/{self.id}"
        self.change(config)

    def change(self, config):
        self.config = config
        self.etag = "E" + name(string.ascii_uppercase + string.digits, 13)
        self.changed = CLOCK.now()

    @property
    def deployed(self):
        return CLOCK.passed(self.changed, DEPLOYING)

    @property
    def aliases(self):
        return self.config["Aliases"].get("Items") or []

    def view(self):
        nobody = {"Enabled": False, "Quantity": 0}
        when = datetime.datetime.fromtimestamp(self.changed, datetime.timezone.utc).replace(tzinfo=None)
        return {
            "Id": self.id,
            "ARN": self.arn,
            "Status": "Deployed" if self.deployed else "InProgress",
            "LastModifiedTime": when,
            "InProgressInvalidationBatches": 0,
            "DomainName": self.domain,
            "ActiveTrustedSigners": nobody,
            "ActiveTrustedKeyGroups": nobody,
            "DistributionConfig": self.config,
            "AliasICPRecordals": [{"CNAME": alias, "ICPRecordalStatus": "APPROVED"} for alias in self.aliases],
        }


class CloudFront(Strict, Controls, Identities, VpcOrigins, Subscriptions, Functions, Policies, CloudFrontResponse):
    def distribution(self):
        known = self.backend.distributions.get(self._get_param("Id"))
        if not known:
            raise Refusal("NoSuchDistribution", "The specified distribution does not exist.")
        return known

    def answer(self, distribution):
        return ActionResult({"Distribution": distribution.view(), "ETag": distribution.etag, "Location": distribution.location})

    def create_distribution(self):
        return self.answer(self.made(self._get_param("DistributionConfig") or {}, []))

    def create_distribution_with_tags(self):
        return self.answer(
            self.made(
                self._get_param("DistributionConfigWithTags.DistributionConfig") or {},
                self._get_param("DistributionConfigWithTags.Tags.Items") or [],
            )
        )

    def made(self, asked, tags):
        configs.check(asked)
        config = configs.filled(asked)
        before = next(
            (each for each in self.backend.distributions.values() if each.config["CallerReference"] == config["CallerReference"]),
            None,
        )
        if before:
            # The same request again gives the same distribution; moto refuses it.
            if before.config == config:
                return before
            raise Refusal(
                "DistributionAlreadyExists",
                "The caller reference that you are using to create a distribution is associated with "
                f"another distribution. Already exists: {before.id}",
            )
        self.check(config)
        self.check_tags(tags)
        distribution = Distribution(self.current_account, config)
        self.backend.distributions[distribution.id] = distribution
        self.backend.tagger.tag_resource(distribution.arn, tags)
        return distribution

    def check(self, config, own=None):
        reference.check(config, self.backend)
        reference.check_certificate(config, self.current_account)
        wanted = set(config["Aliases"].get("Items") or [])
        # A name belongs to one distribution in all of AWS, in whichever account.
        for backends in cloudfront_backends.values():
            for other in backends["aws"].distributions.values():
                if other is not own and wanted & set(other.aliases):
                    raise Refusal(
                        "CNAMEAlreadyExists",
                        "One or more of the CNAMEs you provided are already associated with a different resource.",
                    )

    def check_tags(self, tags):
        keys = [tag["Key"] for tag in tags]
        if any(key.lower().startswith("aws:") for key in keys) or len(set(keys)) < len(keys) or len(keys) > 50:
            raise Refusal("InvalidTagging", "The tagging specified is not valid.")

    def check_match(self, etag):
        match = self._get_param("IfMatch")
        if not match:
            raise Refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
        if match != etag:
            raise Refusal(
                "PreconditionFailed",
                "The request failed because it didn't meet the preconditions in one or more request-header fields.",
            )

    def get_distribution(self):
        return self.answer(self.distribution())

    def get_distribution_config(self):
        distribution = self.distribution()
        return ActionResult({"DistributionConfig": distribution.config, "ETag": distribution.etag})

    def list_distributions(self):
        listed = [d for d in self.backend.distributions.values() if not CLOCK.eventual or CLOCK.passed(d.changed, UNLISTED)]
        found = [{**each.view(), **each.config} for each in listed]
        return ActionResult(
            {"DistributionList": {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(found), "Items": found}}
        )

    def update_distribution(self):
        distribution, asked = self.distribution(), self._get_param("DistributionConfig") or {}
        self.check_match(distribution.etag)
        configs.check(asked)
        config = configs.filled(asked)
        if config["CallerReference"] != distribution.config["CallerReference"]:
            raise Refusal("IllegalUpdate", "The update contains modifications that are not allowed.")
        self.check(config, distribution)
        distribution.change(config)
        return self.answer(distribution)

    def delete_distribution(self):
        distribution = self.distribution()
        self.check_match(distribution.etag)
        # Disabling must have reached every edge, too.
        if distribution.config["Enabled"] or not distribution.deployed:
            raise Refusal("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.")
        del self.backend.distributions[distribution.id]
        self.backend.tagger.delete_all_tags_for_resource(distribution.arn)
        return EmptyResult()

    def tagged(self):
        arn = self._get_param("Resource")
        if ":distribution/" in arn and arn not in {each.arn for each in self.backend.distributions.values()}:
            raise Refusal("NoSuchResource", f"The specified resource does not exist: {arn}")
        return arn

    def list_tags_for_resource(self):
        self.tagged()
        return super().list_tags_for_resource()

    def tag_resource(self):
        arn, tags = self.tagged(), self._get_param("Tags.Items") or []
        self.check_tags(tags)
        self.backend.tagger.tag_resource(arn, [{"Key": tag["Key"], "Value": tag.get("Value") or ""} for tag in tags])
        return EmptyResult()

    def untag_resource(self):
        self.tagged()
        return super().untag_resource()


PATHS = (
    *("cache-policy", "origin-request-policy", "response-headers-policy", "origin-access-identity/cloudfront", "vpc-origin"),
    "origin-access-identity/cloudfront/(?P<identity_id>[^/]+)/config",
    *("function/(?P<function_name>[^/]+)/publish", "distributions/(?P<distribution_id>[^/]+)/monitoring-subscription"),
)


made_up = models.random_id


def random_id(uppercase=True, length=13):
    """CloudFront's ids and ETags begin with an E; moto's with any letter."""
    made = made_up(uppercase, length)
    return "E" + made[1:] if uppercase else made


def settle(account, _region):
    """VPC origins hold security groups, of which EC2 asks."""
    if account in list(models.cloudfront_backends):
        settle_origins(models.cloudfront_backends[account]["aws"])


def install():
    models.random_id = random_id
    CLOCK.watchers.append(settle)
    # moto has no paths for what it lacks.
    for path in PATHS:
        urls.url_paths["{0}/2020-05-31/" + path + "$"] = None
        urls.url_paths["{0}/2020-05-31/" + path + "/(?P<thing_id>[^/]+)$"] = None
    serve(urls, CloudFront)
