"""KMS as strict as AWS: keys that are disabled or on their way out, key policies that lock nobody out, rotation, aliases."""

import fnmatch
import json
import re

from moto.kms import urls
from moto.kms.models import KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from . import trust
from .clock import CLOCK
from .response import Refusal, Strict, serve

# How long a new key may be unknown, in AWS's seconds.
UNSEEN = 10.0
USAGES = {
    "SYMMETRIC_DEFAULT": {"ENCRYPT_DECRYPT"},
    "RSA": {"ENCRYPT_DECRYPT", "SIGN_VERIFY"},
    "ECC_NIST_P": {"SIGN_VERIFY", "KEY_AGREEMENT"},
    "ECC_SECG": {"SIGN_VERIFY"},
    "HMAC": {"GENERATE_VERIFY_MAC"},
}
# What can be done with a key that is pending deletion, of the calls that name a key.
ALWAYS = {"DescribeKey", "CancelKeyDeletion", "GetKeyPolicy", "ListKeyPolicies", "ListResourceTags", "GetKeyRotationStatus", "ListAliases"}
NEED_ENABLED = {"EnableKeyRotation", "DisableKeyRotation", "Encrypt", "Decrypt", "GenerateDataKey"}


def told(account, region, named):
    """The ARN of a key, as other services tell it, however it is named: an alias leads to its key."""
    alias = re.search(r"(?:^|:)(alias/.+)", named or "")
    key = alias and kms_backends[account][region].get_key_id_from_alias(alias[1])
    if key:
        return kms_backends[account][region].keys[key].arn
    if named is None or named.startswith("arn:"):
        return named
    return f"arn:aws:kms:{region}:{account}:{named if alias else 'key/' + named}"


class Kms(Strict, KmsResponse):
    def key(self, name="KeyId"):
        """The key that a parameter names, or a refusal."""
        named = self._get_param(name)
        self._validate_key_id(named)
        key = self.kms_backend.keys[self.kms_backend.any_id_to_key_id(named)]
        if CLOCK.eventual and not CLOCK.passed(getattr(key, "born", 0), UNSEEN):
            raise Refusal("NotFoundException", f"Key '{key.arn}' does not exist")
        return key

    def before(self):
        """moto does everything with every key."""
        if not getattr(self, "body", None):
            return
        operation = self._get_action()
        for name in ("KeyId", "TargetKeyId"):
            if not self._get_param(name):
                continue
            key = self.key(name)
            if key.key_state == "PendingDeletion" and operation not in ALWAYS:
                raise Refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
            if key.key_state == "Disabled" and operation in NEED_ENABLED:
                raise Refusal("DisabledException", f"{key.arn} is disabled.")

    def kept(self, document):
        """The policy as KMS keeps it. An unknown principal is refused without a word."""
        try:
            policy = json.loads(document)
            statements = trust.listed(policy["Statement"])
        except (ValueError, TypeError, KeyError):
            raise Refusal("MalformedPolicyDocumentException", "The new key policy is not valid JSON.") from None
        for statement in statements:
            principal = statement.get("Principal")
            if not isinstance(principal, dict):
                continue
            names = [f"arn:aws:iam::{name}:root" if trust.ACCOUNT.match(name) else name for name in trust.listed(principal.get("AWS", []))]
            if not all(trust.principal_exists(name) for name in names):
                raise Refusal("MalformedPolicyDocumentException", "")
            if names:
                principal["AWS"] = names[0] if len(names) == 1 else names
        if not self._get_param("BypassPolicyLockoutSafetyCheck") and not any(map(self.keeps_access, statements)):
            raise Refusal(
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.",
            )
        return json.dumps(policy, indent=2)

    def keeps_access(self, statement):
        """Whether it lets the caller, who is the account's administrator, change the policy again."""
        own = {"*", f"arn:aws:iam::{self.current_account}:root", f"arn:aws:iam::{self.current_account}:user/{trust.TESTER}"}
        principal = statement.get("Principal")
        names = trust.listed(principal.get("AWS", [])) if isinstance(principal, dict) else [principal]
        actions = trust.listed(statement.get("Action", []))
        return (
            statement.get("Effect") == "Allow"
            and not statement.get("Condition")
            and any(name in own for name in names)
            and any(fnmatch.fnmatchcase("kms:putkeypolicy", action.lower()) for action in actions)
        )

    def check_tags(self):
        if any(tag["TagKey"].lower().startswith("aws:") for tag in self._get_param("Tags") or []):
            raise Refusal("TagException", "Tag keys that begin with aws: are reserved.")

    def create_key(self):
        self.check_tags()
        spec = self._get_param("KeySpec") or "SYMMETRIC_DEFAULT"
        usage = self._get_param("KeyUsage") or "ENCRYPT_DECRYPT"
        usages = next((usages for kind, usages in USAGES.items() if spec.startswith(kind)), {usage})
        if usage not in usages:
            raise Refusal(
                "ValidationException",
                f"The operation failed because the KeyUsage value {usage} is incompatible with the KeySpec value {spec}.",
            )
        policy = self._get_param("Policy")
        kept = {"Policy": self.kept(policy)} if policy else {}
        # Left out, the usage is this one; moto has none then.
        self.body = json.dumps({**json.loads(self.body), "KeyUsage": usage, **kept})
        made = json.loads(super().create_key())
        key = self.kms_backend.keys[made["KeyMetadata"]["KeyId"]]
        key.born, key.rotation_days = CLOCK.now(), 365
        if key.origin == "EXTERNAL":
            key.key_state, key.enabled = "PendingImport", False
        return json.dumps(key.to_dict())

    def update_key_description(self):
        """The next look still sees the old one."""
        key = self.key()
        key.late = {"Description": key.description}
        return super().update_key_description()

    def describe_key(self):
        told = json.loads(super().describe_key())
        told["KeyMetadata"].update(self.key().__dict__.pop("late", {}))
        return json.dumps(told)

    def put_key_policy(self):
        key = self.key()
        super().put_key_policy()
        key.policy = self.kept(self._get_param("Policy"))
        return "{}"

    def check_rotation(self):
        key = self.key()
        if key.key_spec != "SYMMETRIC_DEFAULT" or key.origin != "AWS_KMS":
            raise Refusal("UnsupportedOperationException", "")
        return key

    def enable_key_rotation(self):
        """moto forgets the period."""
        key, days = self.check_rotation(), self._get_param("RotationPeriodInDays")
        if days is not None and not 90 <= days <= 2560:
            raise Refusal("ValidationException", f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays'")
        key.rotation_days = days or key.rotation_days
        return super().enable_key_rotation()

    def disable_key_rotation(self):
        self.check_rotation()
        return super().disable_key_rotation()

    def get_key_rotation_status(self):
        key = self.check_rotation()
        status = {"KeyId": key.id, "KeyRotationEnabled": key.key_rotation_status}
        return json.dumps({**status, "RotationPeriodInDays": key.rotation_days} if key.key_rotation_status else status)

    def schedule_key_deletion(self):
        days = self._get_param("PendingWindowInDays")
        if days is not None and not 7 <= days <= 30:
            raise Refusal("ValidationException", f"1 validation error detected: Value '{days}' at 'pendingWindowInDays'")
        return super().schedule_key_deletion()

    def tag_resource(self):
        self.check_tags()
        return super().tag_resource()

    def update_alias(self):
        """moto points it at any key."""
        alias = self._get_param("AliasName")
        self._validate_alias(alias)
        old, new = self.kms_backend.keys[self.kms_backend.get_key_id_from_alias(alias)], self.key("TargetKeyId")
        if (old.key_usage, old.key_spec == "SYMMETRIC_DEFAULT") != (new.key_usage, new.key_spec == "SYMMETRIC_DEFAULT"):
            raise Refusal("ValidationException", "Alias must be of the same type and usage as the current key.")
        return super().update_alias()


def tagged_and_alive(tagged):
    """The keys that the tagging API lists: none that is pending deletion."""

    def resources(backend):
        alive = {key.arn for key in backend.keys.values() if key.key_state != "PendingDeletion"}
        return (resource for resource in tagged(backend) if resource.arn in alive)

    return resources


def install():
    serve(urls, Kms)
    KmsBackend.iter_tagged_resources = tagged_and_alive(KmsBackend.iter_tagged_resources)
