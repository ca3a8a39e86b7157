"""Clusters: a name that is taken answers what stands there, settings and configuration are kept, and nothing is deleted under what runs in it."""

import re

from moto.core.responses import ActionResult

from ..response import Refusal

NAME = re.compile(r"^[\w-]{1,255}$", re.ASCII)
INSIGHTS = ("disabled", "enabled", "enhanced")
FARGATE = ("FARGATE", "FARGATE_SPOT")
DEFAULTS = {"registeredContainerInstancesCount": 0, "runningTasksCount": 0, "pendingTasksCount": 0, "activeServicesCount": 0}


class Clusters:
    def cluster(self, name=None):
        """The ACTIVE cluster that a call is about, by name or ARN."""
        name = (name or self._get_param("cluster") or "default").split("/")[-1]
        cluster = self.store.clusters.get(name)
        if not cluster or cluster["status"] != "ACTIVE":
            raise Refusal("ClusterNotFoundException", "Cluster not found.")
        return cluster

    def check_settings(self):
        for setting in self._get_param("settings") or []:
            if setting.get("name") != "containerInsights" or setting.get("value") not in INSIGHTS:
                raise Refusal("InvalidParameterException", "The value for setting containerInsights is not valid.")

    def check_configuration(self):
        exec_ = (self._get_param("configuration") or {}).get("executeCommandConfiguration") or {}
        if exec_.get("logging") == "OVERRIDE" and not exec_.get("logConfiguration"):
            raise Refusal("InvalidParameterException", "logConfiguration is required when logging is set to OVERRIDE.")
        if exec_.get("logging") != "OVERRIDE" and exec_.get("logConfiguration"):
            raise Refusal("InvalidParameterException", "logConfiguration can only be specified when logging is set to OVERRIDE.")

    def changed(self, cluster):
        """Takes what a call gives and keeps what it leaves out."""
        self.check_settings()
        self.check_configuration()
        if self._get_param("settings"):
            cluster["settings"] = self._get_param("settings")
        if self._get_param("configuration") is not None:
            cluster["configuration"] = self._get_param("configuration")
        defaults = self._get_param("serviceConnectDefaults")
        if defaults is not None:
            name = defaults["namespace"]
            arn = (
                name
                if name.startswith("arn:")
                else f"arn:aws:servicediscovery:{self.region}:{self.current_account}:namespace/ns-{name}"
            )
            cluster.pop("serviceConnectDefaults", None)
            if name:
                cluster["serviceConnectDefaults"] = {"namespace": arn}
        return cluster

    def create_cluster(self):
        name, store = self._get_param("clusterName") or "default", self.store
        if not NAME.match(name):
            raise Refusal("InvalidParameterException", "Identifier may only contain letters, numbers, hyphens and underscores.")
        standing = store.clusters.get(name)
        if standing and standing["status"] == "ACTIVE":
            return ActionResult({"cluster": self.shown_cluster(standing)})
        cluster = self.changed({"settings": [{"name": "containerInsights", "value": "disabled"}]})
        arn = self.arn(f"cluster/{name}")
        cluster |= {"arn": arn, "clusterArn": arn, "clusterName": name, "status": "ACTIVE", "capacityProviders": []}
        store.clusters[name] = {**DEFAULTS, **cluster, "defaultCapacityProviderStrategy": []}
        self.put_providers(
            store.clusters[name], self._get_param("capacityProviders"), self._get_param("defaultCapacityProviderStrategy")
        )
        store.tags.pop(arn, None)
        self.keep_tags(arn, self._get_param("tags"))
        return ActionResult({"cluster": self.shown_cluster(store.clusters[name])})

    def shown_cluster(self, cluster, include=("TAGS", "SETTINGS", "CONFIGURATIONS")):
        hidden = {"arn", *({"settings"} - {"settings" if "SETTINGS" in include else ""})}
        hidden |= set() if "CONFIGURATIONS" in include else {"configuration"}
        services = [
            each for each in self.store.services.values() if each["clusterArn"] == cluster["arn"] and each["status"] == "ACTIVE"
        ]
        shown = {key: value for key, value in cluster.items() if key not in hidden} | {"activeServicesCount": len(services)}
        return {**shown, "tags": self.tags_of(cluster["arn"])} if "TAGS" in include else shown

    def describe_clusters(self):
        store, include = self.store, self._get_param("include") or []
        names = [name.split("/")[-1] for name in self._get_param("clusters") or ["default"]]
        failures = [{"arn": self.arn(f"cluster/{name}"), "reason": "MISSING"} for name in names if name not in store.clusters]
        found = [self.shown_cluster(store.clusters[name], include) for name in names if name in store.clusters]
        return ActionResult({"clusters": found, "failures": failures})

    def list_clusters(self):
        active = [each["arn"] for each in self.store.clusters.values() if each["status"] == "ACTIVE"]
        return ActionResult({"clusterArns": active})

    def update_cluster(self):
        return ActionResult({"cluster": self.shown_cluster(self.changed(self.cluster()))})

    def put_providers(self, cluster, providers, strategy):
        providers, strategy = providers or [], strategy or []
        for name in providers:
            if name not in FARGATE:
                raise Refusal(
                    "InvalidParameterException",
                    f"The specified capacity provider '{name}' was not found. Specify a valid name or ARN.",
                )
        self.check_strategy(strategy, providers)
        used = {
            item["capacityProvider"]
            for each in self.living_services(cluster)
            for item in each.get("capacityProviderStrategy", [])
        }
        if used - set(providers):
            raise Refusal("ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")
        # AWS answers the names in order.
        cluster["capacityProviders"] = sorted(providers)
        items = [{"base": 0, "weight": 0, **item} for item in strategy]
        cluster["defaultCapacityProviderStrategy"] = items

    def check_strategy(self, strategy, providers):
        for item in strategy:
            if item["capacityProvider"] not in providers:
                raise Refusal(
                    "InvalidParameterException",
                    f"The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster: {item['capacityProvider']}.",
                )
        if sum(1 for item in strategy if item.get("base")) > 1:
            raise Refusal("InvalidParameterException", "Only one capacity provider in a strategy can have a base defined.")
        if strategy and not any(item.get("weight") for item in strategy):
            raise Refusal("InvalidParameterException", "At least one capacity provider must have a weight greater than 0.")

    def put_cluster_capacity_providers(self):
        if self._get_param("capacityProviders") is None or self._get_param("defaultCapacityProviderStrategy") is None:
            raise Refusal("InvalidParameterException", "capacityProviders and defaultCapacityProviderStrategy are required.")
        cluster = self.cluster()
        self.put_providers(cluster, self._get_param("capacityProviders"), self._get_param("defaultCapacityProviderStrategy"))
        return ActionResult({"cluster": self.shown_cluster(cluster)})

    def delete_cluster(self):
        cluster = self.cluster()
        if self.living_services(cluster):
            raise Refusal("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
        cluster["status"] = "INACTIVE"
        return ActionResult({"cluster": self.shown_cluster(cluster)})
