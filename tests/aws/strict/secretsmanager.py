"""Secrets Manager as strict as AWS: names, secrets on their way out, public policies, replicas that take time."""

import json
import re

from moto.secretsmanager import urls
from moto.secretsmanager.models import FakeSecret, ReplicaSecret
from moto.secretsmanager.responses import SecretsManagerResponse

from . import trust
from .clock import CLOCK
from .response import Refusal, Strict, serve

NAME = re.compile(r"^[A-Za-z0-9/_+=.@-]{1,512}$")
# AWS's seconds for which a name is not free yet after a deletion by force, and for which a replica is being made.
FREED, REPLICATED = 60.0, 5.0
# What can be done with a secret that is scheduled for deletion.
ALWAYS = {"DescribeSecret", "RestoreSecret", "DeleteSecret", "ListSecretVersionIds"}
TAKEN = "You can't create this secret because a secret with this name is already scheduled for deletion."


class SecretsManager(Strict, SecretsManagerResponse):
    def before(self):
        """Lets replicas come to their end, and refuses what can't be done with a deleted secret: moto refuses only some of that."""
        if not getattr(self, "body", None):
            return
        named = self._get_param("SecretId")
        secret = self.backend.secrets.get(named) if named else None
        if not isinstance(secret, FakeSecret):
            return
        for replica in secret.replicas:
            if replica.config["Status"] == "InProgress" and CLOCK.passed(replica.born, REPLICATED):
                replica.config.update(Status="InSync", StatusMessage="Replication succeeded")
        if secret.is_deleted() and self._get_action() not in ALWAYS:
            raise Refusal(
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            )

    @property
    def freed(self):
        """When names were deleted by force."""
        if not hasattr(self.backend, "freed"):
            self.backend.freed = {}
        return self.backend.freed

    def check_value(self):
        if len((self._get_param("SecretString") or "").encode()) > 65536:
            raise Refusal(
                "ValidationException",
                "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less "
                "than or equal to 65536",
            )

    def create_secret(self):
        """moto takes any name, and says of one that is scheduled for deletion that it exists."""
        name = self._get_param("Name")
        if not NAME.match(name):
            raise Refusal(
                "ValidationException",
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
            )
        self.check_value()
        standing = self.backend.secrets.get(name)
        going = name in self.freed and not CLOCK.passed(self.freed[name], FREED)
        if going or (standing and standing.is_deleted()):
            raise Refusal("InvalidRequestException", TAKEN)
        return super().create_secret()

    def put_secret_value(self):
        self.check_value()
        return super().put_secret_value()

    def update_secret(self):
        """moto takes an empty description for none, and an empty key for a key."""
        self.check_value()
        answer = super().update_secret()
        secret = self.backend.secrets[self._get_param("SecretId")]
        if self._get_param("Description") is not None:
            secret.description = self._get_param("Description")
        secret.kms_key_id = secret.kms_key_id or None
        return answer

    def delete_secret(self):
        secret = self.backend.secrets.get(self._get_param("SecretId"))
        answer = super().delete_secret()
        if secret and self._get_param("ForceDeleteWithoutRecovery"):
            self.freed[secret.name] = CLOCK.now()
        return answer

    def put_resource_policy(self):
        """moto takes any text."""
        try:
            statements = trust.listed(json.loads(self._get_param("ResourcePolicy"))["Statement"])
        except (ValueError, KeyError, TypeError):
            raise Refusal("MalformedPolicyDocumentException", "This resource policy is not valid JSON.") from None
        for statement in statements:
            principal = statement.get("Principal")
            names = trust.listed(principal.get("AWS", [])) if isinstance(principal, dict) else [principal]
            if not all(trust.ACCOUNT.match(name) or trust.principal_exists(name) for name in names):
                raise Refusal("MalformedPolicyDocumentException", "This resource policy contains an unsupported principal.")
            if self._get_param("BlockPublicPolicy") and "*" in names and not statement.get("Condition"):
                raise Refusal("PublicPolicyException", "You can't add a public resource policy to this secret.")
        return super().put_resource_policy()

    def replicate_secret_to_regions(self):
        """moto has replicas at once, and forgets their keys and those that failed before."""
        secret = self.backend.secrets[self._get_param("SecretId")]
        asked = {replica["Region"]: replica for replica in self._get_param("AddReplicaRegions")}
        secret.replicas = [replica for replica in secret.replicas if replica.has_replica or replica.region not in asked]
        if any(replica.region in asked for replica in secret.replicas):
            raise Refusal("InvalidParameterException", "Invalid replica region.")
        answer = super().replicate_secret_to_regions()
        for replica in secret.replicas:
            if replica.region in asked and isinstance(replica, ReplicaSecret):
                replica.born = CLOCK.now()
                replica.config["KmsKeyId"] = asked[replica.region].get("KmsKeyId") or replica.config["KmsKeyId"]
                if replica.config["Status"] == "InSync":
                    replica.config.update(Status="InProgress", StatusMessage="")
        return answer


def install():
    serve(urls, SecretsManager)
