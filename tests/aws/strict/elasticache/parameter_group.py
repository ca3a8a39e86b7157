"""Cache parameter groups, with a part of Valkey's and Redis's parameters and their rules."""

from moto.core.responses import ActionResult

from ..response import Refusal
from . import rule

# Name: default, whether it can be modified, whether it waits for a reboot, allowed values: a range or words; None takes anything.
KNOWN = {
    "acllog-max-len": ("128", True, False, "1-10000"),
    "activedefrag": ("no", True, False, "yes,no"),
    "activerehashing": ("yes", True, True, "yes,no"),
    "appendonly": ("no", False, False, "yes,no"),
    "client-output-buffer-limit-normal-hard-limit": ("0", True, False, "0-"),
    "close-on-replica-write": ("yes", True, False, "yes,no"),
    "cluster-allow-reads-when-down": ("no", True, False, "yes,no"),
    "cluster-enabled": ("no", True, True, "yes,no"),
    "databases": ("16", True, True, "1-1200000"),
    "hash-max-listpack-entries": ("512", True, False, "0-"),
    "latency-tracking": ("no", True, False, "yes,no"),
    "lazyfree-lazy-eviction": ("yes", True, False, "yes,no"),
    "list-compress-depth": ("0", True, False, "0-"),
    "maxclients": ("65000", False, False, "1-65000"),
    "maxmemory-policy": ("volatile-lru", True, False, "volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction"),
    "maxmemory-samples": ("3", True, False, "1-"),
    "min-replicas-max-lag": ("10", True, False, "0-"),
    "notify-keyspace-events": ("", True, False, None),
    "reserved-memory": ("0", True, False, "0-"),
    "reserved-memory-percent": ("25", True, False, "0-100"),
    "slowlog-log-slower-than": ("10000", True, False, "-1-"),
    "slowlog-max-len": ("128", True, False, "0-"),
    "tcp-keepalive": ("300", True, False, "0-"),
    "timeout": ("0", True, False, "0-"),
}
FAMILIES = ("memcached1.6", "redis5.0", "redis6.x", "redis7", "valkey7", "valkey8", "valkey9")
# AWS's own pages hold a hundred; so few make several of them here.
PAGE = 10


class ParameterGroups:
    """moto has none."""

    @property
    def own_groups(self):
        backend = self.elasticache_backend
        if not hasattr(backend, "own_groups"):
            backend.own_groups = {}
        return backend.own_groups

    def parameter_group(self):
        name = (self._get_param("CacheParameterGroupName") or "").lower()
        if name.startswith("default.") and name.removeprefix("default.") in FAMILIES:
            return {"name": name, "family": name.removeprefix("default."), "description": "AWS's own", "arn": "", "set": {}}
        if name not in self.own_groups:
            raise Refusal("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
        return self.own_groups[name]

    @staticmethod
    def parameter_group_view(group):
        return {
            "CacheParameterGroupName": group["name"],
            "CacheParameterGroupFamily": group["family"],
            "Description": group["description"],
            "IsGlobal": False,
            "ARN": group["arn"],
        }

    def create_cache_parameter_group(self):
        name = rule.check_name(self._get_param("CacheParameterGroupName"), 255, "CacheParameterGroupName")
        family, description = self._get_param("CacheParameterGroupFamily"), self._get_param("Description")
        if name in self.own_groups:
            raise Refusal("CacheParameterGroupAlreadyExists", f"Cache parameter group {name} already exists.")
        if family not in FAMILIES:
            raise rule.value(f"CacheParameterGroupFamily {family} is not a valid parameter group family.")
        if not description:
            raise rule.value("The parameter Description must be provided and must not be blank.")
        self.check_tags(self._get_param("Tags", []))
        arn = f"arn:aws:elasticache:{self.region}:{self.current_account}:parametergroup:{name}"
        self.own_groups[name] = {"name": name, "family": family, "description": description, "arn": arn, "set": {}}
        self.elasticache_backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
        return ActionResult({"CacheParameterGroup": self.parameter_group_view(self.own_groups[name])})

    def describe_cache_parameter_groups(self):
        named = self._get_param("CacheParameterGroupName")
        groups = [self.parameter_group()] if named else list(self.own_groups.values())
        return ActionResult({"CacheParameterGroups": [self.parameter_group_view(group) for group in groups]})

    def describe_cache_parameters(self):
        given, source = self.parameter_group()["set"], self._get_param("Source")
        views = [parameter_view(name, *about, given) for name, about in sorted(KNOWN.items())]
        views = [view for view in views if source in (None, view["Source"])]
        start = int(self._get_param("Marker") or 0)
        answer = {"Parameters": views[start : start + PAGE]}
        if start + PAGE < len(views):
            answer["Marker"] = str(start + PAGE)
        return ActionResult(answer)

    def asked_parameters(self):
        group, asked = self.parameter_group(), self._get_param("ParameterNameValues", [])
        if group["name"].startswith("default."):
            raise rule.value("Default parameter groups cannot be changed.")
        if not 0 < len(asked) <= 20:
            raise rule.value("1 to 20 parameters can be modified or reset in one request.")
        for parameter in asked:
            name = parameter["ParameterName"]
            if name not in KNOWN:
                raise rule.value(f"Parameter {name} doesn't exist")
            if not KNOWN[name][1]:
                raise rule.value(f"Parameter {name} cannot be modified")
        return group, asked

    def modify_cache_parameter_group(self):
        group, asked = self.asked_parameters()
        for parameter in asked:
            check_allowed(parameter["ParameterName"], parameter["ParameterValue"])
        group["set"] |= {parameter["ParameterName"]: parameter["ParameterValue"] for parameter in asked}
        return ActionResult({"CacheParameterGroupName": group["name"]})

    def reset_cache_parameter_group(self):
        group, asked = self.asked_parameters()
        for parameter in asked:
            if parameter["ParameterName"] == "reserved-memory":
                raise rule.value("Parameter reserved-memory doesn't exist")
            group["set"].pop(parameter["ParameterName"], None)
        return ActionResult({"CacheParameterGroupName": group["name"]})

    def delete_cache_parameter_group(self):
        group = self.parameter_group()
        name = group["name"]
        if name not in self.own_groups:
            raise rule.value("Default parameter groups cannot be deleted.")
        if any(each.asked["CacheParameterGroupName"] == name for each in self.groups.values()):
            raise Refusal(
                "InvalidCacheParameterGroupState",
                f"One or more cache clusters are still members of this parameter group {name}, so the group cannot be deleted.",
            )
        del self.own_groups[name]
        self.elasticache_backend.tagging_service.delete_all_tags_for_resource(group["arn"])
        return ActionResult({})


def parameter_view(name, default, modifiable, reboots, allowed, given):
    own = name in given and (given[name] != default or name == "reserved-memory")
    return {
        "ParameterName": name,
        "ParameterValue": given[name] if own else default,
        "Source": "user" if own else "system",
        "DataType": "string",
        "AllowedValues": allowed,
        "IsModifiable": modifiable,
        "ChangeType": "requires-reboot" if reboots else "immediate",
    }


def check_allowed(name, asked):
    allowed = KNOWN[name][3]
    if allowed is None:
        return
    low, _, high = allowed.rpartition("-")
    if low.lstrip("-").isdigit() and (high.isdigit() or not high):
        fine = asked.lstrip("-").isdigit() and int(low) <= int(asked) <= int(high or 2**63)
    else:
        fine = asked in allowed.split(",")
    if not fine:
        raise rule.value(f"The parameter value {asked} for {name} is not one of {allowed}.")
