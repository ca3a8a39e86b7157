"""Systems Manager as strict as AWS: documents with session preferences that make sense, versions, and states; parameters."""

import json
import re

import yaml
from moto.ssm import urls
from moto.ssm.responses import SimpleSystemManagerResponse

from ..clock import CLOCK
from ..response import Refusal, Strict, serve
from .parameter import Parameters

# AWS's seconds until a document, new or changed, is active.
PENDING = 3.0
NAME = re.compile(r"^[a-zA-Z0-9_\-.]{3,128}$")
RESERVED = ("aws", "amazon", "amzn")
SESSION_TYPES = {"Standard_Stream", "InteractiveCommands", "NonInteractiveCommands", "Port"}
INPUTS = {
    "s3BucketName",
    "s3KeyPrefix",
    "s3EncryptionEnabled",
    "cloudWatchLogGroupName",
    "cloudWatchEncryptionEnabled",
    "cloudWatchStreamingEnabled",
    "kmsKeyId",
    "runAsEnabled",
    "runAsDefaultUser",
    "idleSessionTimeout",
    "maxSessionDuration",
    "shellProfile",
}


def check_content(kind, text, form):
    """moto takes any JSON for session preferences."""
    try:
        content = json.loads(text) if form == "JSON" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        raise Refusal("InvalidDocumentContent", f"{form} not well-formed.") from None
    if not isinstance(content, dict) or "schemaVersion" not in content:
        raise Refusal("InvalidDocumentContent", "schemaVersion is required in the document.")
    if kind != "Session":
        return
    inputs = content.get("inputs", {})
    if str(content["schemaVersion"]) != "1.0":
        raise Refusal("InvalidDocumentSchemaVersion", "The version of the document schema is not supported.")
    if content.get("sessionType") not in SESSION_TYPES:
        raise Refusal("InvalidDocumentContent", f"Unsupported session type: {content.get('sessionType')}")
    if not isinstance(inputs, dict) or set(inputs) - INPUTS:
        raise Refusal(
            "InvalidDocumentContent",
            f"Unsupported inputs: {', '.join(sorted(set(inputs) - INPUTS)) if isinstance(inputs, dict) else inputs}",
        )


class Ssm(Strict, Parameters, SimpleSystemManagerResponse):
    def documents(self):
        name = self._get_param("Name")
        found = self.ssm_backend._documents.get(name)
        if not found:
            raise Refusal("InvalidDocument", f"Document with name {name} does not exist.")
        for document in found.versions.values():
            born = getattr(document, "born", None)
            if born and CLOCK.passed(born, PENDING):
                document.status = "Active"
        return found

    def newest(self, state):
        document = self.ssm_backend._documents[self._get_param("Name")].get_latest_version()
        document.born, document.status = CLOCK.now(), state
        document.platform_types = ["Windows", "Linux", "MacOS"]
        # AWS tells the files, and not where they came from.
        files = [each.get("Name") or each["Values"][0].split("/")[-1] for each in self._get_param("Attachments") or []]
        document.attachments = [{"Name": name, "Size": 1, "Hash": "0", "HashType": "Sha256"} for name in files]
        return document

    def create_document(self):
        name = self._get_param("Name")
        if not NAME.match(name) or name.lower().startswith(RESERVED):
            raise Refusal("ValidationException", f"The document name {name} is not valid, or its beginning is reserved for AWS.")
        if name in self.ssm_backend._documents:
            raise Refusal("DocumentAlreadyExists", f"Document with same name {name} already exists")
        check_content(self._get_param("DocumentType"), self._get_param("Content"), self._get_param("DocumentFormat", "JSON"))
        answer = super().create_document()
        answer.result["DocumentDescription"].update(Status="Creating", PlatformTypes=self.newest("Creating").platform_types)
        return answer

    def update_document(self):
        before = self.documents()
        check_content(
            before.get_default_version().document_type, self._get_param("Content"), self._get_param("DocumentFormat", "JSON")
        )
        if len(before.versions) >= 1000:
            raise Refusal("DocumentVersionLimitExceeded", "The document has too many versions. Delete one or more document versions and try again.")
        # Left out, the version is the first one, and older ones than the latest can't be changed.
        if self._get_param("DocumentVersion") is None:
            self.say("DocumentVersion", "1")
        answer = super().update_document()
        answer.result["DocumentDescription"].update(Status="Updating", PlatformTypes=self.newest("Updating").platform_types)
        return answer

    def check_version(self):
        wanted = self._get_param("DocumentVersion")
        if wanted not in (None, "$LATEST", "$DEFAULT", *self.documents().versions):
            raise Refusal("InvalidDocumentVersion", f"Document version {wanted} is not valid or does not exist.")
        if wanted == "$DEFAULT":
            self.say("DocumentVersion", self.documents().default_version)

    def say(self, name, value):
        """Changes a parameter of the request; moto reads this service's out of the body."""
        self.body = json.dumps({**json.loads(self.body), name: value})

    def update_document_default_version(self):
        self.check_version()
        return super().update_document_default_version()

    def get_document(self):
        self.check_version()
        return super().get_document()

    def list_document_versions(self):
        """moto lacks it. In pages of two, the newest first."""
        documents = self.documents()
        numbers = sorted(documents.versions, key=int, reverse=True)
        since = int(self._get_param("NextToken") or 0)
        page = [documents.versions[number] for number in numbers[since : since + 2]]
        answer = {"DocumentVersions": [self.listed(each, documents.default_version) for each in page]}
        if since + 2 < len(numbers):
            answer["NextToken"] = str(since + 2)
        return json.dumps(answer)

    def listed(self, document, default):
        listed = {
            "Name": document.name,
            "DocumentVersion": document.document_version,
            "IsDefaultVersion": document.document_version == default,
            "DocumentFormat": document.document_format,
            "Status": document.status,
        }
        return {**listed, "VersionName": document.version_name} if document.version_name else listed

    def describe_document(self):
        """moto tells what a document requires only in lists."""
        self.check_version()
        answer = super().describe_document()
        answer.result["Document"]["Requires"] = self.documents().get_default_version().requires or []
        return answer

    def describe_document_permission(self):
        """moto forgets the kind of permission, and answers at once."""
        self.documents()
        return super().describe_document_permission()

    def modify_document_permission(self):
        """moto takes any number of accounts."""
        self.documents()
        if max(len(self._get_param(name) or []) for name in ("AccountIdsToAdd", "AccountIdsToRemove")) > 20:
            raise Refusal("DocumentPermissionLimit", "The document can be shared with at most 20 accounts in one call.")
        return super().modify_document_permission()

    def delete_document(self):
        self.documents()
        return super().delete_document()


def install():
    serve(urls, Ssm)
