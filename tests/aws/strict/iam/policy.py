"""Managed policies: names that are unique in every path, versions, and who uses one."""

from moto.core.responses import ActionResult

from ..response import Refusal


class Policies:
    def create_policy(self):
        """moto takes the same name in another path or in capitals, and any size."""
        name, document = self._get_param("PolicyName"), self._get_param("PolicyDocument")
        self.check_tags()
        if any(
            policy.name.lower() == name.lower() for policy in self.backend.managed_policies.values() if policy.arn.split(":")[4] != "aws"
        ):
            raise Refusal("EntityAlreadyExists", f"A policy called {name} already exists. Duplicate names are not allowed.")
        self.check_size(document)
        return super().create_policy()

    def check_size(self, document):
        if len("".join(document.split())) > 6144:
            raise Refusal("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")

    def create_policy_version(self):
        self.check_size(self._get_param("PolicyDocument"))
        return super().create_policy_version()

    def users_of(self, arn):
        """Roles, users and groups that have a policy, or have it as their boundary."""
        kinds = (self.backend.roles.values(), self.backend.users.values(), self.backend.groups.values())
        return [
            [it for it in kind if arn in it.managed_policies or getattr(it, "permissions_boundary_arn", None) == arn]
            for kind in kinds
        ]

    def list_entities_for_policy(self):
        """moto leaves boundaries out."""
        arn = self._get_param("PolicyArn")
        self.backend.get_policy(arn)
        roles, users, groups = self.users_of(arn)
        return ActionResult({"PolicyRoles": roles, "PolicyUsers": users, "PolicyGroups": groups, "IsTruncated": False})

    def delete_policy(self):
        """moto deletes a policy that is used, and one of several versions."""
        arn = self._get_param("PolicyArn")
        policy = self.backend.get_policy(arn)
        if any(self.users_of(arn)):
            raise Refusal("DeleteConflict", "Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise Refusal(
                "DeleteConflict",
                "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                "The default version is deleted with the policy.",
            )
        return super().delete_policy()
