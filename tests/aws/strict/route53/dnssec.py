"""DNSSEC, which moto lacks: key-signing keys and the signing of zones. And query logging, one a zone."""

import hashlib
import re
import uuid

from moto.core.responses import ActionResult
from moto.route53.models import QueryLoggingConfig

from .. import loaded
from ..response import Refusal

PATHS = [
    r"{0}/(?P<api_version>[\d_-]+)/hostedzone/(?P<zone_id>[^/]+)/dnssec$",
    r"{0}/(?P<api_version>[\d_-]+)/hostedzone/(?P<zone_id>[^/]+)/enable-dnssec$",
    r"{0}/(?P<api_version>[\d_-]+)/hostedzone/(?P<zone_id>[^/]+)/disable-dnssec$",
    r"{0}/(?P<api_version>[\d_-]+)/keysigningkey$",
    r"{0}/(?P<api_version>[\d_-]+)/keysigningkey/(?P<zone_id>[^/]+)/(?P<name>[^/]+)$",
    r"{0}/(?P<api_version>[\d_-]+)/keysigningkey/(?P<zone_id>[^/]+)/(?P<name>[^/]+)/activate$",
    r"{0}/(?P<api_version>[\d_-]+)/keysigningkey/(?P<zone_id>[^/]+)/(?P<name>[^/]+)/deactivate$",
]
KEY = re.compile(r"^arn:aws[^:]*:kms:us-east-1:(\d{12}):key/(.+)$")


def numbers(zone, name):
    digest = hashlib.sha256(f"{zone.name} {name}".encode()).hexdigest().upper()
    tag = int(digest[:4], 16)
    return {
        "Flag": 257,
        "SigningAlgorithmMnemonic": "ECDSAP256SHA256",
        "SigningAlgorithmType": 13,
        "DigestAlgorithmMnemonic": "SHA-256",
        "DigestAlgorithmType": 2,
        "KeyTag": tag,
        "DigestValue": digest,
        "PublicKey": digest.lower(),
        "DSRecord": f"{tag} 13 2 {digest}",
        "DNSKEYRecord": f"257 3 13 {digest.lower()}",
    }


class Dnssec:
    def signed(self):
        """A zone that can be signed, with its keys by name."""
        zone = self.zone((self._get_param("HostedZoneId") or self._get_param("Id")).removeprefix("/hostedzone/"))
        if zone.private_zone:
            raise Refusal("InvalidInput", "DNSSEC is not supported for private hosted zones.")
        return zone, zone.__dict__.setdefault("signing_keys", {})

    def signing_key(self):
        zone, keys = self.signed()
        if self._get_param("Name") not in keys:
            raise Refusal("NoSuchKeySigningKey", "The specified key-signing key (KSK) doesn't exist.")
        return zone, keys[self._get_param("Name")]

    def check_key(self, arn):
        matched = KEY.match(arn)
        if not matched:
            raise Refusal("InvalidKMSArn", f"The KMS key {arn} can't be used: it must be a key of us-east-1.")
        kms = loaded.models("kms")
        # Keys of other accounts can't be looked at here.
        if matched[1] == self.current_account:
            key = kms.kms_backends[matched[1]]["us-east-1"].keys.get(matched[2]) if kms else None
            if not key or key.key_spec != "ECC_NIST_P256":
                raise Refusal("InvalidKMSArn", f"The KMS key {arn} doesn't exist or has another key spec than ECC_NIST_P256.")

    def create_key_signing_key(self):
        zone, keys = self.signed()
        name, arn = self._get_param("Name"), self._get_param("KeyManagementServiceArn")
        if not re.match(r"^[A-Za-z0-9_]{3,128}$", name):
            raise Refusal("InvalidKeySigningKeyName", "The key-signing key (KSK) name isn't valid.")
        if len(self._get_param("CallerReference")) > 128:
            raise Refusal("InvalidInput", "The caller reference is too long.")
        if name in keys:
            raise Refusal("KeySigningKeyAlreadyExists", "You've already created a key-signing key (KSK) with this name.")
        self.check_key(arn)
        if any(key["KmsArn"] == arn for key in keys.values()):
            raise Refusal("InvalidArgument", "A KMS key can be used once in a hosted zone.")
        if len(keys) >= 2:
            raise Refusal("TooManyKeySigningKeys", "You've reached the limit for the number of key-signing keys (KSKs).")
        keys[name] = {"Name": name, "KmsArn": arn, "Status": self._get_param("Status"), **numbers(zone, name)}
        return ActionResult({"ChangeInfo": self.change(), "KeySigningKey": keys[name], "Location": "x"})

    def get_dnssec(self):
        zone, keys = self.signed()
        status = {"ServeSignature": "SIGNING" if getattr(zone, "signing", False) else "NOT_SIGNING"}
        return ActionResult({"Status": status, "KeySigningKeys": list(keys.values())})

    def activate_key_signing_key(self):
        _, key = self.signing_key()
        key["Status"] = "ACTIVE"
        return ActionResult({"ChangeInfo": self.change()})

    def deactivate_key_signing_key(self):
        zone, key = self.signing_key()
        active = [each for each in zone.signing_keys.values() if each["Status"] == "ACTIVE"]
        if getattr(zone, "signing", False) and active == [key]:
            raise Refusal("KeySigningKeyInUse", "The key-signing key (KSK) is the only one that is active in a zone that is signed.")
        key["Status"] = "INACTIVE"
        return ActionResult({"ChangeInfo": self.change()})

    def delete_key_signing_key(self):
        zone, key = self.signing_key()
        if key["Status"] != "INACTIVE":
            raise Refusal("InvalidKeySigningKeyStatus", "The key-signing key (KSK) status isn't valid: it must be INACTIVE.")
        del zone.signing_keys[key["Name"]]
        return ActionResult({"ChangeInfo": self.change()})

    def enable_hosted_zone_dnssec(self):
        zone, keys = self.signed()
        if not any(key["Status"] == "ACTIVE" for key in keys.values()):
            raise Refusal("KeySigningKeyWithActiveStatusNotFound", "A key-signing key (KSK) with ACTIVE status wasn't found.")
        zone.signing = True
        return ActionResult({"ChangeInfo": self.change()})

    def disable_hosted_zone_dnssec(self):
        zone, _ = self.signed()
        if not getattr(zone, "signing", False):
            raise Refusal("DNSSECNotFound", "The hosted zone doesn't have any DNSSEC resources.")
        if self.has_ds(zone):
            raise Refusal(
                "KeySigningKeyInParentDSRecord",
                "The key-signing key (KSK) is specified in a parent DS record.",
            )
        zone.signing = False
        return ActionResult({"ChangeInfo": self.change()})

    def has_ds(self, zone):
        """Whether a zone above, of this account, has a DS record of it."""
        return any(
            each.type == "DS" and each.name == zone.name
            for other in self.backend.zones.values()
            if other is not zone
            for each in other.rrsets
        )

    def create_query_logging_config(self):
        zone = self.zone(self._get_param("HostedZoneId").removeprefix("/hostedzone/"))
        arn = self._get_param("CloudWatchLogsLogGroupArn")
        if zone.private_zone:
            raise Refusal("InvalidInput", "Query logging is for public hosted zones.")
        if not arn.endswith(":*"):
            raise Refusal("InvalidInput", "The ARN of a log group ends with :*.")
        if ":us-east-1:" not in arn:
            raise Refusal("NoSuchCloudWatchLogsLogGroup", "There is no CloudWatch Logs log group with the specified ARN in us-east-1.")
        if any(config.hosted_zone_id == zone.resource_id for config in self.backend.query_logging_configs.values()):
            raise Refusal("QueryLoggingConfigAlreadyExists", "A query logging configuration already exists for this hosted zone.")
        logs = loaded.models("logs")
        policies = logs.logs_backends[self.current_account]["us-east-1"].resource_policies.values() if logs else []
        allowed = any("route53.amazonaws.com" in str(policy.policy_document) for policy in policies)
        # Log groups of other accounts can't be looked at here.
        if self.current_account in arn and not allowed:
            raise Refusal(
                "InsufficientCloudWatchLogsResourcePolicy",
                "Amazon Route 53 doesn't have the permissions required to create log streams and send query logs to log streams.",
            )
        if self.current_account in arn:
            return super().create_query_logging_config()
        made = QueryLoggingConfig(str(uuid.uuid4()), zone.resource_id, arn)
        self.backend.query_logging_configs[made.id] = made
        return ActionResult({"QueryLoggingConfig": made, "Location": "x"})

    def list_query_logging_configs(self):
        wanted = (self._get_param("HostedZoneId") or "").removeprefix("/hostedzone/")
        configs = [each for each in self.backend.query_logging_configs.values() if wanted in ("", each.hosted_zone_id)]
        return ActionResult({"QueryLoggingConfigs": configs})
