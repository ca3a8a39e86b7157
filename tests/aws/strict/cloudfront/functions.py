"""Functions in their two stages; moto knows one, and can neither change nor publish it."""

import datetime
import uuid

from moto.core.responses import ActionResult, EmptyResult

from ..response import Refusal
from . import config as configs
from .reference import argument

# AWS's quota, in bytes.
LONGEST = 10240


def etag():
    return "ETVP" + uuid.uuid4().hex[:12].upper()


class Function:
    def __init__(self, account, name, config, code):
        self.name, self.arn = name, f"arn:aws:cloudfront::{account}:function/{name}"
        self.live = None
        self.change(config, code)

    def change(self, config, code):
        self.development = (config, code)
        self.etag = self.publishable = etag()
        self.changed = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)

    def publish(self):
        self.live = self.development
        # The ETag that is told from now on is good for the next update, but not for publishing.
        self.etag, self.publishable = etag(), None

    def stage(self, name):
        return self.live if name == "LIVE" else self.development

    def summary(self, stage, used):
        config, _ = self.stage(stage)
        return {
            "Name": self.name,
            "Status": "ASSOCIATED" if used else "UNASSOCIATED" if self.live else "UNPUBLISHED",
            "FunctionConfig": config,
            "FunctionMetadata": {
                "FunctionARN": self.arn,
                "Stage": stage,
                "CreatedTime": self.changed,
                "LastModifiedTime": self.changed,
            },
        }


class Functions:
    """Mixed into CloudFront."""

    def function(self, stage="DEVELOPMENT"):
        known = self.backend.functions.get(self._get_param("Name"))
        if not known or not known.stage(stage):
            raise Refusal("NoSuchFunctionExists", "The specified function does not exist.")
        return known

    def users(self, function):
        return [
            each
            for each in self.backend.distributions.values()
            if any(
                association["FunctionARN"] == function.arn
                for behavior in configs.behaviors(each.config)
                for association in (behavior.get("FunctionAssociations") or {}).get("Items") or []
            )
        ]

    def written(self):
        config, code = self._get_param("FunctionConfig") or {}, self._get_param("FunctionCode") or b""
        stores = (config.get("KeyValueStoreAssociations") or {}).get("Items") or []
        if config.get("Runtime") not in ("cloudfront-js-1.0", "cloudfront-js-2.0"):
            raise argument("The parameter Runtime is not valid.")
        if stores and config["Runtime"] == "cloudfront-js-1.0":
            raise argument("The parameter KeyValueStoreAssociations needs the runtime cloudfront-js-2.0.")
        if len(code) > LONGEST:
            raise Refusal("FunctionSizeLimitExceeded", "The function code exceeds the maximum size.")
        return config, code

    def answer_function(self, function, stage="DEVELOPMENT"):
        summary = function.summary(stage, self.users(function))
        return ActionResult({"FunctionSummary": summary, "ETag": function.etag, "Location": f"/function/{function.name}"})

    def create_function(self):
        name, (config, code) = self._get_param("Name"), self.written()
        if name in self.backend.functions:
            raise Refusal("FunctionAlreadyExists", "A function with this name already exists.")
        tags = self._get_param("Tags.Items") or []
        self.check_tags(tags)
        function = self.backend.functions[name] = Function(self.current_account, name, config, code)
        self.backend.tagger.tag_resource(function.arn, tags)
        return self.answer_function(function)

    def describe_function(self):
        stage = self._get_param("Stage") or "DEVELOPMENT"
        return self.answer_function(self.function(stage), stage)

    def get_function(self):
        stage = self._get_param("Stage") or "DEVELOPMENT"
        function = self.function(stage)
        code = function.stage(stage)[1]
        return ActionResult({"FunctionCode": code, "ETag": function.etag, "ContentType": "application/octet-stream"})

    def update_function(self):
        function = self.function()
        self.check_match(function.etag)
        function.change(*self.written())
        return self.answer_function(function)

    def publish_function(self):
        function = self.function()
        self.check_match(function.publishable)
        function.publish()
        return self.answer_function(function, "LIVE")

    def list_functions(self):
        items = [function.summary("DEVELOPMENT", self.users(function)) for function in self.backend.functions.values()]
        return ActionResult({"FunctionList": {"MaxItems": 100, "Quantity": len(items), "Items": items}})

    def delete_function(self):
        function = self.function()
        self.check_match(function.etag)
        users = self.users(function)
        if users:
            raise Refusal("FunctionInUse", f"Cannot delete function {function.name}, it is in use by {len(users)} distributions")
        del self.backend.functions[function.name]
        self.backend.tagger.delete_all_tags_for_resource(function.arn)
        return EmptyResult()
