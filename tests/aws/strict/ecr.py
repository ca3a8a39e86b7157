"""ECR as strict as AWS, for repositories: policies of a length, and keys only with KMS. moto is fairly strict itself."""

import json

from moto.ecr import urls
from moto.ecr.responses import ECRResponse

from .kms import told
from .response import Refusal, Strict, serve


def invalid(name, words):
    return Refusal("InvalidParameterException", f"Invalid parameter at '{name}' failed to satisfy constraint: '{words}'")


class Ecr(Strict, ECRResponse):
    def create_repository(self):
        encryption = self._get_param("encryptionConfiguration") or {}
        key = encryption.get("kmsKey")
        if key == "" or (key and encryption.get("encryptionType", "AES256") == "AES256"):
            raise invalid("encryptionConfiguration", "kmsKey can only be specified with the encryption types KMS and KMS_DSSE")
        answer = super().create_repository()
        repository = self.ecr_backend.repositories[self._get_param("repositoryName")]
        kind = encryption.get("encryptionType", "AES256")
        if kind != "AES256":
            # AWS tells the ARN of the key, whatever it was given.
            arn = told(self.current_account, self.region, key or "of-ecr")
            repository.encryption_configuration = {"encryptionType": kind, "kmsKey": arn}
        return answer

    def put_image_scanning_configuration(self):
        """What is left out is false; moto keeps what was."""
        self.body = json.dumps(
            {
                **json.loads(self.body),
                "imageScanningConfiguration": {"scanOnPush": False, **(self._get_param("imageScanningConfiguration") or {})},
            }
        )
        return super().put_image_scanning_configuration()

    def put_lifecycle_policy(self):
        if not 100 <= len(self._get_param("lifecyclePolicyText") or "") <= 30720:
            raise invalid("LifecyclePolicyText", "Member must have length between 100 and 30720")
        return super().put_lifecycle_policy()

    def set_repository_policy(self):
        if len(self._get_param("policyText") or "") > 10240:
            raise invalid("PolicyText", "Member must have length less than or equal to 10240")
        return super().set_repository_policy()


def install():
    serve(urls, Ecr)
