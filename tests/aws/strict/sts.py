"""STS as strict as AWS: a role must exist, trust its caller, and have been around for a while before it can be assumed."""

import re

from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts import urls
from moto.sts.responses import TokenResponse

from . import trust
from .clock import CLOCK
from .response import Refusal, Strict, serve

# AWS's seconds until a new role can be assumed.
PROPAGATION = 8.0
ARN = re.compile(r"^arn:aws:iam::(\d{12}):role/(.+)$")
SESSION = re.compile(r"^[\w+=,.@-]*$", re.ASCII)


def constraint(value, name, words):
    return Refusal(
        "ValidationError", f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {words}"
    )


class Sts(Strict, TokenResponse):
    def caller(self):
        """(user id, arn, account) of the call's access key."""
        user_id, arn, account = self.backend.get_caller_identity(self.get_access_key(), self.region)
        # moto's words for a key that it doesn't know are no arn of AWS.
        if arn.endswith(":user/moto"):
            return "AIDA" + account + "TEST0", f"arn:aws:iam::{account}:user/{trust.TESTER}", account
        return user_id, arn, account

    def get_caller_identity(self):
        user_id, arn, account = self.caller()
        return ActionResult({"UserId": user_id, "Account": account, "Arn": arn})

    def assume_role(self):
        arn, session = self._get_param("RoleArn"), self._get_param("RoleSessionName")
        duration = self._get_int_param("DurationSeconds", 3600)
        if len(arn) < 20:
            raise constraint(arn, "roleArn", "Member must have length greater than or equal to 20")
        if not ARN.match(arn):
            raise Refusal("ValidationError", f"{arn} is invalid")
        if not 2 <= len(session) <= 64:
            least = len(session) < 2
            raise constraint(
                session,
                "roleSessionName",
                f"Member must have length {'greater' if least else 'less'} than or equal to {2 if least else 64}",
            )
        if not SESSION.match(session):
            raise constraint(session, "roleSessionName", "Member must satisfy regular expression pattern: [\\w+=,.@-]*")
        if not 900 <= duration <= 43200:
            raise constraint(duration, "durationSeconds", "Member must have value between 900 and 43200")
        role = self.trusting_role(arn)
        if duration > int(role.max_session_duration or 3600):
            raise Refusal("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        return super().assume_role()

    def trusting_role(self, arn):
        """The role, if it lets the caller in. moto makes a session for any arn, even for a role that isn't there."""
        caller = self.caller()[1]
        roles = iam_backends[ARN.match(arn).group(1)][self.partition].roles.values()
        role = next((role for role in roles if role.arn == arn), None)
        known = role and CLOCK.passed(getattr(role, "born", 0), PROPAGATION)
        if not known or not trust.lets_in(role.assume_role_policy_document, caller, self._get_param("ExternalId")):
            raise Refusal("AccessDenied", f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}")
        return role


def install():
    serve(urls, Sts)
