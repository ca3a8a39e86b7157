"""ECS as strict as AWS: clusters, task definitions and services, kept whole. moto drops half of what they are given, and lets new ones of a name
take the place of old ones."""

from moto.core.responses import ActionResult, EmptyResult
from moto.ecs import urls
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from ..response import Refusal, Strict, serve
from .cluster import Clusters
from .service import Services
from .task_definition import TaskDefinitions


class Store:
    """What stands in an account's region. It belongs to moto's backend, so that a reset drops it."""

    def __init__(self):
        self.clusters, self.families, self.definitions, self.services, self.tags = {}, {}, {}, {}, {}

    @staticmethod
    def of(account, region):
        return ecs_backends[account][region].__dict__.setdefault("strict", Store())


class Ecs(Clusters, TaskDefinitions, Services, Strict, EC2ContainerServiceResponse):
    @property
    def store(self):
        return Store.of(self.current_account, self.region)

    def arn(self, resource):
        return f"arn:aws:ecs:{self.region}:{self.current_account}:{resource}"

    def before(self):
        if self._get_action() in ("CreateCluster", "RegisterTaskDefinition", "CreateService", "TagResource"):
            self.check_tags(self._get_param("tags") or [])
        self.pass_time()

    def check_tags(self, tags):
        for tag in tags:
            if tag["key"].lower().startswith("aws:"):
                raise Refusal("InvalidParameterException", "Tag keys beginning with aws: are reserved for system use.")
        if len({tag["key"] for tag in tags}) < len(tags):
            raise Refusal("InvalidParameterException", "Duplicate tag keys found.")
        if len(tags) > 50:
            raise Refusal("InvalidParameterException", "Maximum number of tags exceeded.")

    def keep_tags(self, arn, tags):
        self.store.tags.setdefault(arn, {}).update({tag["key"]: tag.get("value", "") for tag in tags or []})

    def tags_of(self, arn):
        return [{"key": key, "value": value} for key, value in self.store.tags.get(arn, {}).items()]

    def tagged(self):
        arn, store = self._get_param("resourceArn"), self.store
        known = [thing["arn"] for thing in (*store.clusters.values(), *store.services.values())]
        if arn not in known and arn not in store.definitions:
            raise Refusal("InvalidParameterException", "The specified resource cannot be found. Specify a valid resource ARN.")
        return arn

    def tag_resource(self):
        self.keep_tags(self.tagged(), self._get_param("tags"))
        return EmptyResult()

    def untag_resource(self):
        tags = self.store.tags.get(self.tagged(), {})
        for key in self._get_param("tagKeys") or []:
            tags.pop(key, None)
        return EmptyResult()

    def list_tags_for_resource(self):
        return ActionResult({"tags": self.tags_of(self.tagged())})


def install():
    serve(urls, Ecs)
