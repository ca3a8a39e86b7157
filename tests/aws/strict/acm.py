"""Certificate Manager as strict as AWS: records that come one by one, issued only when they stand in a public zone, and kept while in use."""

import hashlib
import json
import re

from moto.acm import urls
from moto.acm.models import CertificateNotFound, TagHolder, datetime_to_epoch
from moto.acm.responses import AWSCertificateManagerResponse
from moto.acm.utils import make_arn_for_certificate
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from . import loaded
from .clock import CLOCK
from .response import Refusal, Strict, serve

# AWS's seconds: until the first record is told and between two of them, until it is issued, until a user is forgotten, until it is given up.
RECORD, BETWEEN, ISSUING, RELEASE, HOPE = 2.0, 1.0, 15.0, 20.0, 72 * 3600.0
NAME = re.compile(r"^(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$")
# Which keys a list shows that says nothing of keys.
USUAL_KEYS = ("RSA_1024", "RSA_2048")


def base(name):
    return name.removeprefix("*.")


def proof(account, name):
    """The CNAME that proves a name: the same for every certificate of the account, in every region."""
    def word(salt):
        return hashlib.md5(f"{salt} {account} {base(name)}".encode()).hexdigest()

    return {"Name": f"_{word('name')}.{base(name)}.", "Type": "CNAME", "Value": f"_{word('value')}.acm-validations.aws."}


def zones_of(name):
    """The public zones, of all accounts, that a name may lie in: the closest first. Whether they are delegated is not looked at."""
    route53 = loaded.models("route53")
    zones = [
        zone
        for backends in (list(route53.route53_backends.values()) if route53 else [])
        for backend in list(backends.values())
        for zone in list(backend.zones.values())
        if not zone.private_zone and ("." + name).endswith("." + zone.name)
    ]
    return sorted(zones, key=lambda zone: -len(zone.name))


def proved_at(record):
    """When a record came to stand where it is looked up; None while it does not."""
    for zone in zones_of(record["Name"]):
        for each in zone.rrsets:
            values = [getattr(value, "value", value) for value in each.records or []]
            if each.name == record["Name"].lower() and each.type == "CNAME" and record["Value"].rstrip(".") in [v.rstrip(".") for v in values]:
                return getattr(zone, "changed", 0)
    return None


def forbidden(name):
    """Whether the zone's CAA records leave Amazon out."""
    for zone in zones_of(base(name) + "."):
        said = [getattr(value, "value", value) for each in zone.rrsets if each.type == "CAA" for value in each.records]
        return bool(said) and not any("amazon" in value for value in said)
    return False


def users_of(arn, account, region):
    """What has the certificate: listeners and distributions."""
    balancing, delivery = loaded.models("elbv2"), loaded.models("cloudfront")
    balancers = balancing.elbv2_backends[account][region].load_balancers.values() if balancing else []
    users = [
        balancer.arn
        for balancer in balancers
        if any(arn in [listener.certificate, *getattr(listener, "further", [])] for listener in balancer.listeners.values())
    ]
    for distribution in delivery.cloudfront_backends[account]["aws"].distributions.values() if delivery else []:
        if arn in str(getattr(distribution, "config", "")):
            users.append(distribution.arn)
    return users


class Requested:
    """Takes the place of moto's, which makes a key for each, has one CNAME for all the world, and is issued after a minute."""

    def __init__(self, backend, asked):
        self.account, self.region = backend.account_id, backend.region_name
        self.arn = make_arn_for_certificate(self.account, self.region)
        self.asked, self.tags = asked, TagHolder()
        self.common_name = asked["DomainName"].lower()
        self.sans = list(dict.fromkeys([self.common_name, *(name.lower() for name in asked.get("SubjectAlternativeNames") or [])]))
        self.type = "PRIVATE" if asked.get("CertificateAuthorityArn") else "AMAZON_ISSUED"
        self.cert_options = {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED", **(asked.get("Options") or {})}
        self.status, self.why, self.released = "PENDING_VALIDATION", None, None
        self.created_at, self.born = utcnow(), CLOCK.now()
        if self.type == "PRIVATE":
            self.status = "ISSUED"

    @property
    def method(self):
        return self.asked.get("ValidationMethod", "EMAIL")

    @property
    def key(self):
        return self.asked.get("KeyAlgorithm", "RSA_2048")

    @property
    def in_use_by(self):
        return users_of(self.arn, self.account, self.region)

    def check(self):
        if self.status != "PENDING_VALIDATION":
            return
        if any(name.endswith(".amazonaws.com") for name in self.sans) and CLOCK.passed(self.born, RECORD):
            self.status, self.why = "FAILED", "DOMAIN_NOT_ALLOWED"
        elif CLOCK.scale and CLOCK.passed(self.born, HOPE):
            self.status = "VALIDATION_TIMED_OUT"
        elif self.method == "DNS":
            stand = [proved_at(proof(self.account, name)) for name in self.sans]
            if None not in stand and CLOCK.passed(max([self.born, *stand]), ISSUING):
                failed = any(forbidden(name) for name in self.sans)
                self.status, self.why = ("FAILED", "CAA_ERROR") if failed else ("ISSUED", None)

    def options(self):
        mails = {each["DomainName"]: each["ValidationDomain"] for each in self.asked.get("DomainValidationOptions") or []}
        for place, name in enumerate(self.sans):
            record = proof(self.account, name)
            done = self.status == "ISSUED" or (self.method == "DNS" and proved_at(record) is not None)
            option = {
                "DomainName": name,
                "ValidationDomain": mails.get(name, name),
                "ValidationStatus": "SUCCESS" if done else "FAILED" if self.why else "PENDING_VALIDATION",
                "ValidationMethod": self.method,
            }
            if self.method == "DNS" and CLOCK.passed(self.born, RECORD + place * BETWEEN):
                option["ResourceRecord"] = record
            yield option

    def describe(self):
        # AWS promises no order; each answer has another one.
        self.sans = [*self.sans[1:], self.sans[0]]
        seen = {
            "CertificateArn": self.arn,
            "DomainName": self.common_name,
            "SubjectAlternativeNames": self.sans,
            "InUseBy": self.in_use_by,
            "Status": self.status,
            "Type": self.type,
            # What is asked for with an underscore is told with a hyphen.
            "KeyAlgorithm": self.key.replace("RSA_", "RSA-"),
            "Options": self.cert_options,
            "CreatedAt": datetime_to_epoch(self.created_at),
            "RenewalEligibility": "INELIGIBLE",
        }
        if self.type == "AMAZON_ISSUED":
            seen["DomainValidationOptions"] = list(self.options())
        else:
            seen["CertificateAuthorityArn"] = self.asked["CertificateAuthorityArn"]
        if self.why:
            seen["FailureReason"] = self.why
        if self.status == "ISSUED":
            seen |= {"IssuedAt": seen["CreatedAt"], "NotBefore": seen["CreatedAt"], "NotAfter": seen["CreatedAt"] + 198 * 86400}
        return {"Certificate": seen}


def release(account, region, arn):
    """A user has let go of a certificate, which is not known everywhere at once."""
    acm = loaded.models("acm")
    found = acm.acm_backends[account][region]._certificates.get(arn) if acm else None
    if found:
        found.released = CLOCK.now()


class Acm(Strict, AWSCertificateManagerResponse):
    def request_certificate(self):
        asked = {key: value for key, value in json.loads(self.body).items() if key not in ("IdempotencyToken", "Tags")}
        backend, token, tags = self.acm_backend, self._get_param("IdempotencyToken"), self._get_param("Tags") or []
        self.check_names(asked)
        tokens = backend.__dict__.setdefault("tokens", {})
        if token is not None and not re.match(r"^\w{1,32}$", token):
            raise Refusal("ValidationException", "1 validation error detected: Value at 'idempotencyToken' failed to satisfy constraint")
        if token in tokens and tokens[token] in backend._certificates:
            return ActionResult({"CertificateArn": tokens[token]})
        made = Requested(backend, asked)
        made.tags.add(tags)
        backend._certificates[made.arn] = made
        if token is not None:
            tokens[token] = made.arn
        return ActionResult({"CertificateArn": made.arn})

    @staticmethod
    def check_names(asked):
        names = [asked["DomainName"], *(asked.get("SubjectAlternativeNames") or [])]
        if len(asked["DomainName"]) > 64:
            raise Refusal("InvalidDomainValidationOptionsException", "The first domain name can have no more than 64 characters.")
        for name in names:
            if not NAME.match(name) or len(name) > 253:
                raise Refusal("ValidationException", f"1 validation error detected: Value '{name}' failed to satisfy constraint")
        if len({name.lower() for name in names}) > 10:
            raise Refusal("LimitExceededException", "An ACM limit has been exceeded: 10 domain names a certificate.")
        for option in asked.get("DomainValidationOptions") or []:
            if not option["DomainName"].endswith(option["ValidationDomain"]):
                raise Refusal("InvalidDomainValidationOptionsException", f"{option['ValidationDomain']} is no parent of the name.")
        if not asked.get("CertificateAuthorityArn") and asked.get("KeyAlgorithm", "RSA_2048") not in ("RSA_2048", "EC_prime256v1", "EC_secp384r1"):
            raise Refusal("InvalidParameterException", "The key algorithm is not supported for public certificates.")

    def list_certificates(self):
        statuses, keys = self._get_param("CertificateStatuses"), (self._get_param("Includes") or {}).get("keyTypes") or USUAL_KEYS
        found = []
        for arn in list(self.acm_backend._certificates):
            seen = self.acm_backend.get_certificate(arn).describe()["Certificate"]
            if (not statuses or seen["Status"] in statuses) and seen["KeyAlgorithm"].replace("-", "_") in keys:
                found.append({**seen, "InUse": bool(seen.pop("InUseBy", [])), "KeyAlgorithm": seen["KeyAlgorithm"].replace("-", "_")})
        return ActionResult({"CertificateSummaryList": found})

    def delete_certificate(self):
        arn = self._get_param("CertificateArn")
        found = self.acm_backend._certificates.get(arn)
        if not found:
            raise CertificateNotFound(arn=arn, account_id=self.current_account)
        released = getattr(found, "released", None)
        if users_of(arn, self.current_account, self.region) or (released and not CLOCK.passed(released, RELEASE)):
            raise Refusal("ResourceInUseException", f"Certificate {arn} in account {self.current_account} is in use.")
        del self.acm_backend._certificates[arn]
        return EmptyResult()


def install():
    serve(urls, Acm)
