"""Service-linked roles: one of each service, deleted in a task, and only when the service doesn't use it."""

import uuid

from moto.core.responses import ActionResult
from moto.ecs.models import ecs_backends

from ..clock import CLOCK
from ..response import Refusal

# AWS's seconds until a deletion has come to its end.
DELETING = 10.0
# The services that take a suffix, of those that tests know.
SUFFIXED = {"autoscaling.amazonaws.com", "lex.amazonaws.com"}
NAMES = {
    "autoscaling.amazonaws.com": "AutoScaling",
    "ecs.amazonaws.com": "ECS",
    "ecs.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_ECSService",
    "elasticache.amazonaws.com": "ElastiCache",
    "elasticloadbalancing.amazonaws.com": "ElasticLoadBalancing",
    "lex.amazonaws.com": "LexBots",
    "rds.amazonaws.com": "RDS",
}


class ServiceLinkedRoles:
    def create_service_linked_role(self):
        """moto makes up a name for any service, and says of one that stands that the entity exists already."""
        service, suffix = self._get_param("AWSServiceName"), self._get_param("CustomSuffix")
        if service not in NAMES:
            raise Refusal("InvalidInput", f"Invalid Service Principal: {service}")
        if suffix and service not in SUFFIXED:
            raise Refusal("InvalidInput", f"Custom suffix is not allowed for {service}")
        name = f"AWSServiceRoleFor{NAMES[service]}" + (f"_{suffix}" if suffix else "")
        if any(role.name == name for role in self.backend.roles.values()):
            raise Refusal(
                "InvalidInput",
                f"Service role name {name} has been taken in this account, please try a different suffix.",
            )
        answer = super().create_service_linked_role()
        answer.result["Role"].name = name
        return answer

    def linked(self, name):
        role = self.backend.get_role(name)
        return role if role.path.startswith("/aws-service-role/") else None

    def delete_role(self):
        """moto deletes it like any other."""
        name = self._get_param("RoleName")
        if self.linked(name):
            raise Refusal(
                "UnmodifiableEntity",
                f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS",
            )
        return super().delete_role()

    def delete_service_linked_role(self):
        """moto deletes it at once, whoever uses it. Here ECS uses its own while there is a cluster."""
        role = self.linked(self._get_param("RoleName"))
        if not role:
            raise Refusal("InvalidInput", "The role is not a service-linked role.")
        task = getattr(role, "task", None)
        if not task or task["failed"]:
            service = role.path.split("/")[2]
            regions = ecs_backends[self.current_account] if service == "ecs.amazonaws.com" else {}
            stores = [region.strict for region in regions.values() if hasattr(region, "strict")]
            clusters = [cluster for store in stores for cluster in store.clusters.values()]
            used = [cluster["arn"] for cluster in clusters if cluster["status"] == "ACTIVE"]
            role.task = task = {"id": f"task/aws-service-role/{service}/{role.name}/{uuid.uuid4()}", "since": CLOCK.now()}
            task.update(failed=used, role=role)
            self.tasks()[task["id"]] = task
        return ActionResult({"DeletionTaskId": task["id"]})

    def tasks(self):
        if not hasattr(self.backend, "deletion_tasks"):
            self.backend.deletion_tasks = {}
        return self.backend.deletion_tasks

    def settle_deletions(self):
        """What time has done meanwhile."""
        for task in self.tasks().values():
            role = task["role"]
            if not task["failed"] and CLOCK.passed(task["since"], DELETING) and role.id in self.backend.roles:
                self.backend.delete_role(role.name)

    def get_service_linked_role_deletion_status(self):
        task = self.tasks().get(self._get_param("DeletionTaskId"))
        if not task:
            raise Refusal("NoSuchEntity", "The deletion task cannot be found.")
        if task["failed"]:
            usage = [{"Region": arn.split(":")[3], "Resources": [arn]} for arn in task["failed"]]
            return ActionResult(
                {
                    "Status": "FAILED",
                    "Reason": {"Reason": "The service-linked role is in use by the linked service.", "RoleUsageList": usage},
                }
            )
        return ActionResult({"Status": "IN_PROGRESS" if task["role"].id in self.backend.roles else "SUCCEEDED"})
