"""Parameters: sizes and policies by tier, patterns, what is checked after the answer."""

import json
import re

from ..clock import CLOCK
from ..response import Refusal

# AWS's seconds for which the id of an AMI is checked after the call.
CHECKED = 5.0
# AWS's seconds until a change is described.
LATE = 3.0
AMI = re.compile(r"^ami-[0-9a-f]{8,17}$")


class Parameters:
    def put_parameter(self):
        """moto takes any size, a lower tier, a value that doesn't fit its pattern, and policies of any tier."""
        name, value, tier = self._get_param("Name"), self._get_param("Value"), self._get_param("Tier")
        standing = (self.ssm_backend._parameters.get(name) or [None])[-1]
        if standing and self._get_param("Overwrite"):
            if standing.tier == "Advanced" and tier == "Standard":
                raise Refusal(
                    "ValidationException",
                    "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter "
                    "tier to the standard-parameter tier.",
                )
        if tier == "Intelligent-Tiering":
            tier = "Advanced" if len(value.encode()) > 4096 or self._get_param("Policies") else "Standard"
            self.say("Tier", tier)
        most = 8192 if tier == "Advanced" else 4096
        if len(value.encode()) > most:
            raise Refusal("ValidationException", f"Standard tier parameters support a maximum parameter value of {most} characters.")
        pattern = self._get_param("AllowedPattern")
        if pattern and not re.search(pattern, value):
            raise Refusal("ParameterPatternMismatchException", f"Parameter value, cannot be validated against allowedPattern: {pattern}")
        self.check_policies(tier)
        if self._get_param("DataType") == "aws:ec2:image" and not AMI.match(value):
            raise Refusal("ValidationException", "The parameter value is not the id of an AMI.")
        return self.checked(standing, super().put_parameter())

    def check_policies(self, tier):
        """An empty policy takes all away."""
        policies = self._get_param("Policies")
        if policies is None:
            return
        if tier != "Advanced":
            raise Refusal("ValidationException", "You can't create or update a standard parameter with parameter policies.")
        self.say("Policies", json.dumps([policy for policy in json.loads(policies) if policy]))

    def checked(self, standing, answer):
        """The id of an AMI becomes the value only after a while."""
        new = self.ssm_backend._parameters[self._get_param("Name")][-1]
        new.put_at = CLOCK.now()
        if new.data_type == "aws:ec2:image":
            new.born, new.before = CLOCK.now(), standing
        return answer

    def get_parameter(self):
        found = self.ssm_backend.get_parameter(self._get_param("Name"))
        if found and getattr(found, "born", None) and not CLOCK.passed(found.born, CHECKED):
            if not found.before:
                raise Refusal("ParameterNotFound", f"Parameter {found.name} not found.")
            self.say("Name", f"{found.name}:{found.before.version}")
        return super().get_parameter()

    def described(self, parameter):
        """A parameter as DescribeParameters knows it by now."""
        versions = self.ssm_backend._parameters[parameter["Name"]]
        if CLOCK.passed(getattr(versions[-1], "put_at", 0), LATE):
            return parameter
        return versions[-2].describe_response_object(False) if len(versions) > 1 else None

    def describe_parameters(self):
        """moto tells a policy as an object; AWS as a text. What was put a moment ago is not described yet."""
        answer = super().describe_parameters()
        shown = (self.described(parameter) for parameter in answer.result.get("Parameters", []))
        answer.result["Parameters"] = [parameter for parameter in shown if parameter]
        for parameter in answer.result.get("Parameters", []):
            for policy in parameter.get("Policies", []):
                if isinstance(policy["PolicyText"], dict):
                    policy.update(PolicyType=policy["PolicyText"].get("Type"), PolicyText=json.dumps(policy["PolicyText"]))
        return answer
