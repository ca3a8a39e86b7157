"""RDS as strict as AWS, for Aurora's clusters and instances, and for what they use: subnet groups, parameter groups, event subscriptions.

moto's own models of these overwrite what exists, lose what is changed, and know no states that pass; so they are kept here.
"""

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.rds import urls
from moto.rds.models import rds_backends
from moto.rds.responses import RDSResponse

import strict

from ..clock import CLOCK
from ..response import Strict, serve
from . import cluster, instance, rule, subscription
from .cluster import Clusters
from .instance import Instances
from .parameter_group import ParameterGroups
from .subnet_group import SubnetGroups
from .subscription import Subscriptions
from .things import things
from .version import Versions


def settle(account, region):
    """Lets time pass; EC2 asks too, since the interfaces of instances hold its subnets until they are gone."""
    if account not in list(rds_backends) or region not in list(rds_backends[account]):
        return
    there = things(account, region)
    instance.settle(there, ec2_backends[account][region])
    cluster.settle(there)
    subscription.settle(there)


class Rds(Strict, Clusters, Instances, SubnetGroups, ParameterGroups, Subscriptions, Versions, RDSResponse):
    def before(self):
        settle(self.current_account, self.region)

    @property
    def things(self):
        return things(self.current_account, self.region)

    def arn(self, kind, name):
        return f"arn:aws:rds:{self.region}:{self.current_account}:{kind}:{name}"

    def born(self, arn):
        """Keeps the tags of a new thing."""
        tags = self.params.get("Tags") or []
        rule.check_tags(tags)
        self.things.tags[arn] = {tag["Key"]: tag.get("Value") or "" for tag in tags}

    def page(self, key, items, size=100):
        """A page of items, with a marker where there are more."""
        start = int(self.params.get("Marker") or 0)
        size = min(size, self.params.get("MaxRecords") or size)
        answer = {key: items[start : start + size]}
        if start + size < len(items):
            answer["Marker"] = str(start + size)
        return ActionResult(answer)

    def tagged(self):
        """The tags of what a call names by its ARN."""
        arn = self.params.get("ResourceName")
        if arn not in self.things.tags:
            kind = (arn.split(":") + [""] * 6)[5]
            raise rule.missing(kind, arn)
        return self.things.tags[arn]

    def list_tags_for_resource(self):
        return ActionResult({"TagList": [{"Key": key, "Value": value} for key, value in self.tagged().items()]})

    def add_tags_to_resource(self):
        tags = self.tagged()
        rule.check_tags(self.params.get("Tags") or [], tags)
        tags.update({tag["Key"]: tag.get("Value") or "" for tag in self.params.get("Tags") or []})
        return EmptyResult()

    def remove_tags_from_resource(self):
        tags = self.tagged()
        for key in self.params.get("TagKeys") or []:
            tags.pop(key, None)
        return EmptyResult()


def install():
    # Subnet groups are made of EC2's subnets.
    strict.install("ec2")
    serve(urls, Rds)
    CLOCK.watchers.append(settle)
