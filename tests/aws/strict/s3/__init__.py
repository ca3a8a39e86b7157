"""S3 as strict as AWS, for buckets: names, regions, owners, and every setting held against the service's model and kept whole.

moto parses each setting by hand, and keeps what it knows of it. Objects, versions and uploads are moto's own."""

import re
from urllib.parse import quote_plus
from xml.sax.saxutils import unescape

from moto.core.responses import ActionResult, EmptyResult
from moto.s3 import urls
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.s3.responses import S3Response

from .. import answer
from ..clock import CLOCK
from . import checks, names, policy
from .kinds import KINDS, LISTED, NEW, Said

KEY = re.compile(r"<Key>(.*?)</Key>", re.DOTALL)
# How long S3 goes on telling the old lifecycle rules, in AWS's seconds.
LAG = 3.0
# How long a new bucket may be unknown, where AWS's being eventually consistent is played.
UNSEEN = 2.0


class S3(S3Response):
    def bucket_response(self, request, full_url, headers):
        self.setup_class(request)
        try:
            answered = self.strict(request)
        except Said as said:
            return answer.error("s3", said.status, said.code, said.message)
        return answered if answered else self.encoded(super().bucket_response(request, full_url, headers))

    def encoded(self, answered):
        """A list with its keys written as in URLs, where that is asked for; moto writes them as they are, whether or not XML can hold them."""
        code, headers, body = answered
        if "url" not in self.querystring.get("encoding-type", []):
            return answered
        text = body.decode() if isinstance(body, bytes) else body
        if "<EncodingType>" in text:
            return answered
        text = KEY.sub(lambda key: f"<Key>{quote_plus(unescape(key.group(1)), safe='/')}</Key>", text)
        return code, headers, re.sub(r"(</List\w+Result>)", r"<EncodingType>url</EncodingType>\1", text).encode()

    def key_response(self, request, full_url, headers):
        self.setup_class(request)
        try:
            self.bucket()
        except Said as said:
            return answer.error("s3", said.status, said.code, said.message)
        return super().key_response(request, full_url, headers)

    def strict(self, request):
        """The answer to what is ours; None leaves it to moto."""
        action = self._get_action()
        if not self.bucket_name or not action:
            return None
        if action == "CreateBucket":
            self.parse_parameters(request)
            return self.done(self.create())
        bucket = self.bucket()
        if action == "DeleteBucket":
            self.check_empty(bucket)
            return None
        if action.endswith("BucketPolicy"):
            return policy.answer(action, bucket, self.body)
        if action in ("PutBucketAcl", "PutObjectAcl") and bucket.settings["OwnershipControls"]["Rules"] == checks.ENFORCED:
            raise Said(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
        for kind in KINDS:
            if action == kind.get:
                return self.rooted(kind, self.done(self.read(kind, bucket)))
            if action == kind.put:
                self.parse_parameters(request)
                return self.done(self.put(kind, bucket))
            if action == kind.delete:
                bucket.settings.pop(kind.name, None)
                if kind.name in ("ServerSideEncryptionConfiguration",):
                    bucket.settings[kind.name] = NEW[kind.name]
                return self.done(EmptyResult(), 204)
        for what, root in LISTED.items():
            if action in (f"{verb}Bucket{what}Configuration" for verb in ("Put", "Delete")):
                self.parse_parameters(request)
                return self.done(self.change(what, bucket, action))
            if action == f"ListBucket{what}Configurations":
                self.parse_parameters(request)
                return self.renamed(root, self.done(self.listed(what, bucket)))
        return None

    def change(self, what, bucket, action):
        """Puts or removes one of several, by its id."""
        several, name = bucket.settings.setdefault(what, {}), self.params["Id"]
        if action.startswith("Delete"):
            if name not in several:
                raise Said(404, "NoSuchConfiguration", "The specified configuration does not exist.")
            # The settings of a new bucket are everybody's.
            bucket.settings[what] = {key: value for key, value in several.items() if key != name}
            return EmptyResult()
        value = checks.of(f"{what}Configuration", self.params, action)
        if value["Id"] != name:
            raise checks.malformed()
        bucket.settings[what] = {**several, name: value}
        return EmptyResult()

    def listed(self, what, bucket):
        """One a page, so that pages are met."""
        several = sorted(bucket.settings.get(what, {}).items())
        since = int(self.params.get("ContinuationToken") or 0)
        more = since + 1 < len(several)
        page = {f"{what}ConfigurationList": [value for _, value in several[since : since + 1]], "IsTruncated": more}
        return ActionResult({**page, **({"NextContinuationToken": str(since + 1)} if more else {})})

    def done(self, result, status=None):
        code, headers, body = self.serialized(result)
        return self._send_response((status or code, headers, body))

    def rooted(self, kind, answered):
        return answered if kind.wrapped else self.renamed(kind.name, answered)

    @staticmethod
    def renamed(name, answered):
        """The answer under AWS's own root element. moto names it after the operation, which some SDKs don't take."""
        code, headers, body = answered
        text = body.decode() if isinstance(body, bytes) else body
        root = re.search(r"<([A-Za-z]+)[\s/>]", text.split("?>", 1)[-1])
        if root:
            text = re.sub(rf"(</?){root.group(1)}(?=[\s/>])", rf"\1{name}", text)
        return code, headers, text.encode()

    def bucket(self):
        """The bucket that is asked for, if it is there, here and the caller's."""
        partition, owner = s3_backends.bucket_accounts.get(self.bucket_name, (None, None))
        found = s3_backends[owner][partition].buckets.get(self.bucket_name) if owner else None
        unseen = found and CLOCK.eventual and not CLOCK.passed(found.born, UNSEEN)
        if not found or unseen:
            raise Said(404, "NoSuchBucket", "The specified bucket does not exist")
        expected = self.headers.get("x-amz-expected-bucket-owner")
        if owner != self.current_account or (expected and expected != owner):
            raise Said(403, "AccessDenied", "Access Denied")
        if found.region_name != self.region:
            raise Said(
                301,
                "PermanentRedirect",
                "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all "
                "future requests to this endpoint.",
            )
        return found

    def create(self):
        config = self.params.get("CreateBucketConfiguration") or {}
        region = names.region(config.get("LocationConstraint"), self.region)
        names.check(self.bucket_name, self.params.get("BucketNamespace"), self.current_account, region)
        tags = config.get("Tags") or []
        checks.tags(tags, born=True)
        partition, owner = s3_backends.bucket_accounts.get(self.bucket_name, (None, None))
        found = s3_backends[owner][partition].buckets.get(self.bucket_name) if owner else None
        if found and owner != self.current_account:
            raise Said(409, "BucketAlreadyExists", "The requested bucket name is not available.")
        if found and region == "us-east-1" and not tags:
            return ActionResult({"Location": f"/{self.bucket_name}"})
        if found:
            raise Said(
                409,
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
            )
        bucket = FakeBucket(self.bucket_name, self.current_account, region)
        bucket.born, bucket.settings, bucket.before = CLOCK.now(), dict(NEW), {}
        if tags:
            bucket.settings["Tagging"] = {"TagSet": tags}
        if self.params.get("ObjectOwnership"):
            bucket.settings["OwnershipControls"] = {"Rules": [{"ObjectOwnership": self.params["ObjectOwnership"]}]}
        if self.params.get("ObjectLockEnabledForBucket"):
            bucket.settings["ObjectLockConfiguration"] = {"ObjectLockEnabled": "Enabled"}
            bucket.settings["VersioningConfiguration"] = {"Status": "Enabled"}
            bucket.versioning_status, bucket.object_lock_enabled = "Enabled", True
        self.backend.buckets[self.bucket_name] = bucket
        return ActionResult({"Location": f"/{self.bucket_name}", "BucketArn": f"arn:aws:s3:::{self.bucket_name}"})

    def read(self, kind, bucket):
        value = bucket.settings.get(kind.name)
        old, since = bucket.before.get(kind.name, (None, 0))
        if since and not CLOCK.passed(since, LAG):
            value = old
        if value is None and kind.missing:
            raise Said(404, kind.missing, f"The {kind.words} does not exist")
        if value is None:
            return EmptyResult()
        return ActionResult({kind.name: value} if kind.wrapped else value)

    def put(self, kind, bucket):
        value = checks.valid(kind, self.params, self._get_action())
        kind.check(value, bucket, self)
        if kind.name == "LifecycleConfiguration":
            bucket.before[kind.name] = bucket.settings.get(kind.name), CLOCK.now()
            size = self.params.get("TransitionDefaultMinimumObjectSize") or "all_storage_classes_128K"
            value = {**value, "TransitionDefaultMinimumObjectSize": size}
        if kind.name == "VersioningConfiguration":
            bucket.versioning_status = value.get("Status")
        bucket.settings[kind.name] = value if value or kind.missing else None
        return EmptyResult()

    def check_empty(self, bucket):
        if bucket.keys:
            more = " You must delete all versions in the bucket." if bucket.versioning_status else ""
            raise Said(409, "BucketNotEmpty", "The bucket you tried to delete is not empty." + more)


def install():
    # moto's paths lead to three entries; `serve` knows one.
    entries = {name: getattr(S3, name) for name in ("bucket_dispatch", "ambiguous_dispatch", "key_dispatch")}
    urls.url_paths = {path: entries[entry.__name__] for path, entry in urls.url_paths.items()}
    # moto would load its paths once more whenever it is asked for them.
    S3Backend._url_module = property(lambda self: urls)


