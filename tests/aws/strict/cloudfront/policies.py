"""Cache policies, origin request policies and response headers policies; moto has none. One table, for they are the same but for their rules."""

import datetime
import re
import uuid
from dataclasses import dataclass
from typing import Callable

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import get_service_model

from ..response import Refusal
from . import config as configs
from .reference import CACHE_POLICIES, ORIGIN_REQUEST_POLICIES, RESPONSE_HEADERS_POLICIES, argument
from .reference import kept as kept_of

NAME = re.compile(r"^[A-Za-z0-9_-]{1,128}$")
# How many a page of a list has.
PAGE = 2


@dataclass(frozen=True)
class Kind:
    name: str
    plural: str
    words: str
    # AWS's own.
    managed: set
    check: Callable

    @property
    def config(self):
        return f"{self.name}Config"

    @property
    def snake(self):
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).lower()


class Policy:
    def __init__(self, config):
        self.id = str(uuid.uuid4())
        self.change(config)

    def change(self, config):
        self.config = config
        self.etag = "E" + uuid.uuid4().hex[:13].upper()
        self.changed = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)


def kept(backend, kind):
    """The account's own policies of a kind."""
    return kept_of(backend, "policies").setdefault(kind.name, {})


def view(kind, policy):
    return {"Id": policy.id, "LastModifiedTime": policy.changed, kind.config: policy.config}


def check_listed(part, behavior, items, lists, most, code):
    """Names are given where the behavior wants them, and only there."""
    names = (part.get(items) or {}).get("Items") or []
    if (part[behavior] in lists) != bool(names):
        raise argument(f"The parameter {items} is not valid for the behavior {part[behavior]}.")
    if len(names) > most:
        raise Refusal(code, f"The number of {items} in the policy exceeds the maximum.")
    return names


def check_cache(config):
    least, usual, most = (config.get(name) for name in ("MinTTL", "DefaultTTL", "MaxTTL"))
    usual = config["DefaultTTL"] = max(86400, least) if usual is None else usual
    most = config["MaxTTL"] = max(31536000, usual) if most is None else most
    if not 0 <= least <= usual <= most:
        raise argument("The parameter MinTTL, DefaultTTL or MaxTTL is out of order.")
    key = config["ParametersInCacheKeyAndForwardedToOrigin"]
    key.setdefault("EnableAcceptEncodingBrotli", False)
    names = check_listed(key["HeadersConfig"], "HeaderBehavior", "Headers", ("whitelist",), 10, "TooManyHeadersInCachePolicy")
    check_rest(key, "CachePolicy")
    compresses = [flag for flag in ("Gzip", "Brotli") if key[f"EnableAcceptEncoding{flag}"]]
    if most == 0:
        for flag in compresses:
            raise argument(f"The parameter EnableAcceptEncoding{flag} is invalid for policy with caching disabled.")
        for part, behavior in (
            ("HeadersConfig", "HeaderBehavior"),
            ("CookiesConfig", "CookieBehavior"),
            ("QueryStringsConfig", "QueryStringBehavior"),
        ):
            if key[part][behavior] != "none":
                raise argument(f"The parameter {behavior} is invalid for policy with caching disabled.")
    if compresses and "accept-encoding" in [name.lower() for name in names]:
        raise argument("The parameter Headers contains Accept-Encoding that is not allowed.")


def check_rest(part, kind):
    lists = ("whitelist", "allExcept")
    check_listed(part["CookiesConfig"], "CookieBehavior", "Cookies", lists, 10, f"TooManyCookiesIn{kind}")
    check_listed(part["QueryStringsConfig"], "QueryStringBehavior", "QueryStrings", lists, 10, f"TooManyQueryStringsIn{kind}")


def check_request(config):
    part = config["HeadersConfig"]
    lists = ("whitelist", "allViewerAndWhitelistCloudFront", "allExcept")
    names = check_listed(part, "HeaderBehavior", "Headers", lists, 10, "TooManyHeadersInOriginRequestPolicy")
    check_rest(config, "OriginRequestPolicy")
    own = part["HeaderBehavior"] == "allViewerAndWhitelistCloudFront"
    for name in (name.lower() for name in names):
        cached = part["HeaderBehavior"] == "whitelist" and name in ("authorization", "accept-encoding")
        if cached or (own and not name.startswith("cloudfront-")):
            raise argument(f"The parameter Headers contains {name} that is not allowed.")


BLOCKS = ("CorsConfig", "SecurityHeadersConfig", "ServerTimingHeadersConfig", "CustomHeadersConfig", "RemoveHeadersConfig")


def check_response(config):
    given = [config.get(name) for name in BLOCKS]
    if not any(block and block.get("Quantity") != 0 for block in given):
        raise argument("The parameter ResponseHeadersPolicyConfig must have at least one header.")
    cors = config.get("CorsConfig")
    if cors:
        # What was left out comes back as nothing.
        cors["AccessControlExposeHeaders"] = cors.get("AccessControlExposeHeaders") or {"Quantity": 0}
        origins = cors["AccessControlAllowOrigins"]["Items"] + cors["AccessControlAllowHeaders"]["Items"]
        if cors["AccessControlAllowCredentials"] and "*" in origins:
            raise argument("The parameter AccessControlAllowCredentials can't be true with *.")
    xss = (config.get("SecurityHeadersConfig") or {}).get("XSSProtection") or {}
    if xss.get("ModeBlock") and xss.get("ReportUri"):
        raise argument("The parameter ReportUri is not allowed with ModeBlock.")
    for header in (config.get("RemoveHeadersConfig") or {}).get("Items") or []:
        if header["Header"].lower() in ("content-encoding", "content-length", "transfer-encoding", "warning", "via"):
            raise argument("The parameter RemoveHeadersConfig contains a header that can't be removed.")


KINDS = (
    Kind("CachePolicy", "CachePolicies", "cache policy", CACHE_POLICIES, check_cache),
    Kind("OriginRequestPolicy", "OriginRequestPolicies", "origin request policy", ORIGIN_REQUEST_POLICIES, check_request),
    Kind("ResponseHeadersPolicy", "ResponseHeadersPolicies", "response headers policy", RESPONSE_HEADERS_POLICIES, check_response),
)


def checked(call, kind, own=None):
    config = call._get_param(kind.config) or {}
    configs.check_value(get_service_model("cloudfront").shape_for(kind.config), config, kind.config)
    if not NAME.match(config["Name"]):
        raise argument("The parameter Name contains invalid characters.")
    if len(config.get("Comment") or "") > 128:
        raise argument("The parameter Comment is too big.")
    kind.check(config)
    if any(other is not own and other.config["Name"] == config["Name"] for other in kept(call.backend, kind).values()):
        raise Refusal(f"{kind.name}AlreadyExists", f"A {kind.words} with this name already exists: {config['Name']}")
    config.setdefault("Comment", "")
    return config


def found(call, kind, illegal=None):
    wanted = call._get_param("Id")
    if illegal and wanted in kind.managed:
        raise Refusal(illegal, f"The {kind.words} is managed by AWS.")
    policy = kept(call.backend, kind).get(wanted)
    if not policy:
        raise Refusal(f"NoSuch{kind.name}", f"The specified {kind.words} does not exist.")
    return policy


def answer(kind, policy):
    return ActionResult({kind.name: view(kind, policy), "ETag": policy.etag, "Location": f"/{kind.snake}/{policy.id}"})


def users(call, kind, policy):
    """The distributions that use it."""
    return [
        each
        for each in call.backend.distributions.values()
        if any(behavior.get(f"{kind.name}Id") == policy.id for behavior in configs.behaviors(each.config))
    ]


def operations(kind):
    """The calls of a kind, by the names of moto's methods."""

    def create(call):
        policy = Policy(checked(call, kind))
        kept(call.backend, kind)[policy.id] = policy
        return answer(kind, policy)

    def get(call):
        return answer(kind, found(call, kind))

    def update(call):
        policy = found(call, kind, "IllegalUpdate")
        call.check_match(policy.etag)
        policy.change(checked(call, kind, policy))
        return answer(kind, policy)

    def delete(call):
        policy = found(call, kind, "IllegalDelete")
        call.check_match(policy.etag)
        if users(call, kind, policy):
            raise Refusal(f"{kind.name}InUse", f"Cannot delete the {kind.words} because it is attached to one or more cache behaviors.")
        del kept(call.backend, kind)[policy.id]
        return EmptyResult()

    def listed(call):
        own = [] if call._get_param("Type") == "managed" else list(kept(call.backend, kind).values())
        since = int(call._get_param("Marker") or 0)
        page = own[since : since + PAGE]
        items = [{"Type": "custom", kind.name: view(kind, policy)} for policy in page]
        more = {"NextMarker": str(since + PAGE)} if since + PAGE < len(own) else {}
        return ActionResult({f"{kind.name}List": {"MaxItems": PAGE, "Quantity": len(items), "Items": items, **more}})

    plural = kind.snake.removesuffix("policy") + "policies"
    return {
        f"create_{kind.snake}": create,
        f"get_{kind.snake}": get,
        f"update_{kind.snake}": update,
        f"delete_{kind.snake}": delete,
        f"list_{plural}": listed,
    }


class Policies:
    """Mixed into CloudFront."""


for each in KINDS:
    for method, function in operations(each).items():
        setattr(Policies, method, function)
