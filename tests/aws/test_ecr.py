"""The refusals of ECR's repositories, against the running server."""

import json

import pytest

from conftest import refused

RULE = {
    "rulePriority": 1,
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9},
    "action": {"type": "expire"},
}
INVALID = "InvalidParameterException"


def repository(aws, name="web", **more):
    return aws.ecr.create_repository(repositoryName=name, **more)["repository"]


def lifecycle(aws, text):
    return repository(aws) and aws.ecr.put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=text)


def policy(aws, text):
    return repository(aws) and aws.ecr.set_repository_policy(repositoryName="web", policyText=text)


def image(aws):
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": "sha256:0"}, "layers": []})
    return repository(aws) and aws.ecr.put_image(
        repositoryName="web",
        imageManifest=manifest,
        imageTag="1",
        imageManifestMediaType="application/vnd.docker.distribution.manifest.v2+json",
    )


REFUSALS = [
    ("a repository twice", "RepositoryAlreadyExistsException", lambda a: [repository(a) for _ in range(2)]),
    ("an odd name", INVALID, lambda a: repository(a, "Web")),
    ("a key without KMS", INVALID, lambda a: repository(a, encryptionConfiguration={"encryptionType": "AES256", "kmsKey": "k"})),
    (
        "filters without exclusion",
        INVALID,
        lambda a: repository(
            a, imageTagMutability="MUTABLE", imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "v*"}]
        ),
    ),
    ("a short lifecycle policy", INVALID, lambda a: lifecycle(a, "{}")),
    ("a malformed policy", INVALID, lambda a: policy(a, "{")),
    (
        "a repository with an image",
        "RepositoryNotEmptyException",
        lambda a: [image(a), a.ecr.delete_repository(repositoryName="web")],
    ),
    (
        "an unknown repository",
        "RepositoryNotFoundException",
        lambda a: repository(a) and a.ecr.delete_repository(repositoryName="none"),
    ),
    (
        "no lifecycle policy",
        "LifecyclePolicyNotFoundException",
        lambda a: repository(a) and a.ecr.get_lifecycle_policy(repositoryName="web"),
    ),
    (
        "no policy",
        "RepositoryPolicyNotFoundException",
        lambda a: repository(a) and a.ecr.get_repository_policy(repositoryName="web"),
    ),
]


@pytest.mark.parametrize(("code", "call"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refusals(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_lifecycle_policy_is_kept(aws):
    lifecycle(aws, json.dumps({"rules": [RULE]}))
    kept = aws.ecr.get_lifecycle_policy(repositoryName="web")["lifecyclePolicyText"]
    assert json.loads(kept) == {"rules": [RULE]}


@pytest.mark.parametrize("key", [None, "alias/ecr", "arn:aws:kms:ap-northeast-1:111111111111:key/1"])
def test_the_arn_of_a_key_is_told(aws, key):
    encryption = {"encryptionType": "KMS", **({"kmsKey": key} if key else {})}
    repository(aws, encryptionConfiguration=encryption)
    told = aws.ecr.describe_repositories(repositoryNames=["web"])["repositories"][0]["encryptionConfiguration"]
    assert told["kmsKey"].startswith("arn:aws:kms:")


def test_scanning_that_is_left_out_is_off(aws):
    repository(aws, imageScanningConfiguration={"scanOnPush": True})
    aws.ecr.put_image_scanning_configuration(repositoryName="web", imageScanningConfiguration={})
    assert aws.ecr.describe_repositories(repositoryNames=["web"])["repositories"][0]["imageScanningConfiguration"] == {
        "scanOnPush": False
    }
