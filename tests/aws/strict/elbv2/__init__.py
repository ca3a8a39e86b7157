"""Elastic Load Balancing as strict as AWS: creations that take what is there for their own, states, dependencies, and interfaces that stay a while."""


from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.elb import urls as classic
from moto.elbv2 import urls
from moto.elbv2.models import ELBv2Backend, FakeListener, FakeLoadBalancer, FakeTargetGroup, elbv2_backends
from moto.elbv2.responses import ELBV2Response

from .. import loaded
from ..clock import CLOCK
from ..response import Refusal, Strict, serve
from . import balancer, rule
from .balancer import Balancers
from .group import Groups, arns_of
from .listener import Listeners
from .rule import Rules


def settle(account, region):
    """Interfaces of deleted load balancers go after a while; EC2 asks too, since they hold subnets and security groups."""
    models = loaded.models("elbv2")
    if models and account in list(elbv2_backends) and region in list(elbv2_backends[account]):
        balancer.let_go(elbv2_backends[account][region], ec2_backends[account][region])


class Elb(Strict, Balancers, Groups, Listeners, Rules, ELBV2Response):
    def before(self):
        settle(self.current_account, self.region)

    def _get_params(self):
        """moto reads the request once more here, without what was checked and filled in."""
        return self.params

    def add_tags(self):
        tags = self.params.get("Tags") or []
        for arn in self.params.get("ResourceArns") or []:
            self.elbv2_backend._get_resource_by_arn(arn)
            self.check_tags(tags, self.elbv2_backend.tagging_service.get_tag_dict_for_resource(arn))
            self.elbv2_backend.tagging_service.tag_resource(arn, tags)
        return EmptyResult()

    def describe_tags(self):
        arns = self.params.get("ResourceArns") or []
        if len(arns) > 20:
            raise Refusal("ValidationError", "No more than 20 resources can be described at once.")
        for arn in arns:
            self.elbv2_backend._get_resource_by_arn(arn)
        told = {arn: self.elbv2_backend.tagging_service.get_tag_dict_for_resource(arn) for arn in arns}
        return ActionResult({"TagDescriptions": [{"ResourceArn": arn, "Tags": tags} for arn, tags in told.items()]})

    @staticmethod
    def check_tags(tags, already=()):
        keys = [tag["Key"] for tag in tags]
        if any(key.lower().startswith("aws:") for key in keys):
            raise Refusal("ValidationError", "Tag keys that start with 'aws:' are reserved for internal use")
        if len(set(keys)) < len(keys):
            raise Refusal("DuplicateTagKeys", "A tag key was specified more than once")
        if len(set(keys) | set(already)) > 50:
            raise Refusal("TooManyTags", "The maximum number of tags has been reached")


def install():
    serve(urls, Elb)
    # Classic load balancers have the same address.
    serve(classic, Elb)
    CLOCK.watchers.append(settle)
    # By the clock, and not at the first look.
    FakeLoadBalancer.activate = balancer.activate
    FakeLoadBalancer.availability_zones = property(balancer.zones)
    # Whoever sends requests to a group, and no longer than that.
    FakeTargetGroup.load_balancer_arns = property(arns_of, lambda _group, _arns: None)
    # The default certificate alone.
    FakeListener.certificates = property(
        lambda listener: [listener.certificate] if listener.certificate else [], lambda _listener, _certificates: None
    )
    ELBv2Backend._validate_conditions = lambda _backend, _conditions: None
    ELBv2Backend._validate_actions = lambda _backend, _actions: None
