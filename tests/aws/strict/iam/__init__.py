"""IAM as strict as AWS: trust policies that are well formed, time until everyone knows a new role, what others hold is not deleted."""

import copy
import re

from moto.core.responses import EmptyResult
from moto.iam import urls
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from .. import allowed, trust
from ..clock import CLOCK
from ..response import Refusal, Strict, serve
from .gone import forget
from .policy import Policies
from .profile import Profiles
from .service_linked_role import ServiceLinkedRoles

# How long a new role may be unknown to reads, in AWS's seconds; sts.py knows how long to assume it.
UNSEEN = 2.0
# What changes what a role may do.
GRANTING = {"PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy"}
NAME = re.compile(r"^[\w+=,.@-]{1,64}$", re.ASCII)


class Iam(Strict, Policies, Profiles, ServiceLinkedRoles, IamResponse):
    def before(self):
        if hasattr(self, "params"):
            self.settle_deletions()
        name = self.params.get("RoleName") if hasattr(self, "params") else None
        if name is None:
            return
        if not NAME.match(name):
            raise Refusal(
                "ValidationError",
                "The specified value for roleName is invalid. It must contain only alphanumeric characters "
                "and/or the following: +=,.@_-",
            )
        if self._get_action() not in ("CreateRole", "AddRoleToInstanceProfile"):
            role = next((role for role in self.backend.roles.values() if role.name == name), None)
            born = getattr(role, "born", None)
            if not role or (CLOCK.eventual and born and not CLOCK.passed(born, UNSEEN)):
                raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.")
            if self._get_action() in GRANTING:
                allowed.granting(role)

    def check_role(self):
        duration = self._get_param("MaxSessionDuration")
        if duration is not None and not 3600 <= int(duration) <= 43200:
            low = int(duration) < 3600
            raise Refusal(
                "ValidationError",
                f"1 validation error detected: Value '{duration}' at 'maxSessionDuration' failed to satisfy "
                f"constraint: Member must have value {'greater' if low else 'less'} than or equal to {3600 if low else 43200}",
            )
        if len(self._get_param("Description") or "") > 1000:
            raise Refusal(
                "ValidationError",
                "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must "
                "have length less than or equal to 1000",
            )

    def check_boundary(self):
        boundary = self._get_param("PermissionsBoundary")
        if boundary and boundary not in self.backend.managed_policies:
            raise Refusal("NoSuchEntity", f"Scope ARN: {boundary} does not exist or is not attachable.")

    def kept_trust(self, document):
        if len(document) > 2048:
            raise Refusal("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
        return trust.kept(document)

    def check_tags(self):
        for tag in self._get_param("Tags", []) or []:
            if tag["Key"].lower().startswith("aws:"):
                raise Refusal("InvalidInput", "Tag keys beginning with aws: are reserved for system use")

    def create_role(self):
        self.check_role()
        self.check_boundary()
        self.check_tags()
        self.params["AssumeRolePolicyDocument"] = self.kept_trust(self._get_param("AssumeRolePolicyDocument"))
        answer = super().create_role()
        answer.result["Role"].born = CLOCK.now()
        return answer

    def update_role(self):
        self.check_role()
        # Left out, the duration falls back to an hour; moto forgets it.
        self.params.setdefault("MaxSessionDuration", 3600)
        return super().update_role()

    def update_assume_role_policy(self):
        role = self.backend.get_role(self._get_param("RoleName"))
        role.assume_role_policy_document = self.kept_trust(self._get_param("PolicyDocument"))
        return EmptyResult()

    def tag_role(self):
        self.check_tags()
        return super().tag_role()

    def put_role_permissions_boundary(self):
        self.check_boundary()
        return super().put_role_permissions_boundary()

    def put_role_policy(self):
        role = self.backend.get_role(self._get_param("RoleName"))
        others = {name: text for name, text in role.policies.items() if name != self._get_param("PolicyName")}
        # White space doesn't count.
        if sum(len("".join(text.split())) for text in [*others.values(), self._get_param("PolicyDocument")]) > 10240:
            raise Refusal("LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {role.name}")
        return super().put_role_policy()

    def delete_role(self):
        name = self._get_param("RoleName")
        role = next((role for role in self.backend.roles.values() if role.name == name), None)
        answer = super().delete_role()
        forget(self.current_account, role)
        return answer

    def attach_role_policy(self):
        role = self.backend.get_role(self._get_param("RoleName"))
        if len(role.managed_policies) >= 10 and self._get_param("PolicyArn") not in role.managed_policies:
            raise Refusal("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")
        return super().attach_role_policy()


def remembered(make):
    """AWS's managed policies, made once a process: a backend gets its own shallow copies. moto parses two megabytes each time."""
    first = []

    def policies(backend):
        if not first:
            first.extend(make(backend))
        return [copy.copy(policy) for policy in first]

    return policies


def install():
    serve(urls, Iam)
    IAMBackend._init_aws_policies = remembered(IAMBackend._init_aws_policies)
