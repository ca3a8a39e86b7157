"""The refusals of Certificate Manager, and how a certificate comes to be issued, against the running server."""

import pytest

from conftest import OTHERS, refused


def request(aws, name="www.example.com", others=(), region="ap-northeast-1", **more):
    asked = {"DomainName": name, "ValidationMethod": "DNS", **more}
    if others:
        asked["SubjectAlternativeNames"] = list(others)
    return aws.client("acm", region).request_certificate(**asked)["CertificateArn"]


def seen(aws, arn, region="ap-northeast-1"):
    return aws.client("acm", region).describe_certificate(CertificateArn=arn)["Certificate"]


def records(aws, arn, region="ap-northeast-1"):
    options = seen(aws, arn, region)["DomainValidationOptions"]
    return {option["DomainName"]: option.get("ResourceRecord") for option in options}


def prove(aws, arn, zone="example.com"):
    zone_id = aws.route53.create_hosted_zone(Name=zone, CallerReference=zone)["HostedZone"]["Id"]
    for record in {record["Name"]: record for record in records(aws, arn).values()}.values():
        change(aws, zone_id, record["Name"], "CNAME", record["Value"])
    return zone_id


def change(aws, zone_id, name, kind, value):
    records = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
    aws.route53.change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": records}]}
    )


REFUSALS = [
    ("a name without a dot", "ValidationException", lambda a: request(a, "localhost")),
    ("a long first name", "InvalidDomainValidationOptionsException", lambda a: request(a, "a" * 60 + ".example.com")),
    ("too many names", "LimitExceededException", lambda a: request(a, others=[f"n{i}.example.com" for i in range(10)])),
    ("a private key algorithm", "InvalidParameterException", lambda a: request(a, KeyAlgorithm="RSA_4096")),
    ("a long token", "ValidationException", lambda a: request(a, IdempotencyToken="t" * 33)),
    ("an unknown one to delete", "ResourceNotFoundException", lambda a: a.acm.delete_certificate(CertificateArn="arn:aws:acm:x")),
    ("a tag of AWS", "ValidationException", lambda a: request(a, Tags=[{"Key": "aws:x", "Value": "1"}])),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_token_makes_one_certificate(aws):
    assert request(aws, IdempotencyToken="t") == request(aws, IdempotencyToken="t") != request(aws, IdempotencyToken="u")


def test_the_record_depends_on_account_and_name_alone(aws):
    one, other = request(aws, "example.com", ["*.example.com"]), request(aws, "example.com", region="us-east-1")
    records_of_one = records(aws, one)
    assert records_of_one["example.com"] == records_of_one["*.example.com"] == records(aws, other, "us-east-1")["example.com"]
    acm = aws.client("acm", key=OTHERS)
    theirs = acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"]
    options = acm.describe_certificate(CertificateArn=theirs)["Certificate"]["DomainValidationOptions"]
    assert options[0]["ResourceRecord"] != records_of_one["example.com"]


def test_records_come_late(aws):
    aws.clock(1000)
    arn = request(aws, others=["example.com"])
    assert records(aws, arn) == {"www.example.com": None, "example.com": None}
    aws.clock(0)
    assert None not in records(aws, arn).values()


def test_it_is_issued_once_its_records_stand(aws):
    arn = request(aws, others=["*.www.example.com", "example.com"])
    assert seen(aws, arn)["Status"] == "PENDING_VALIDATION"
    prove(aws, arn)
    issued = seen(aws, arn)
    assert (issued["Status"], issued["KeyAlgorithm"]) == ("ISSUED", "RSA-2048")
    assert set(issued["SubjectAlternativeNames"]) == {"www.example.com", "*.www.example.com", "example.com"}


def test_a_caa_record_forbids_it(aws):
    arn = request(aws)
    zone = aws.route53.create_hosted_zone(Name="example.com", CallerReference="c")["HostedZone"]["Id"]
    change(aws, zone, "example.com", "CAA", '0 issue "letsencrypt.org"')
    record = records(aws, arn)["www.example.com"]
    change(aws, zone, record["Name"], "CNAME", record["Value"])
    failed = seen(aws, arn)
    assert (failed["Status"], failed["FailureReason"]) == ("FAILED", "CAA_ERROR")
    aws.acm.delete_certificate(CertificateArn=arn)
    refused(lambda: seen(aws, arn), "ResourceNotFoundException")


def test_a_list_shows_usual_keys(aws):
    curve, usual = request(aws, KeyAlgorithm="EC_prime256v1"), request(aws)
    listed = lambda **asked: {each["CertificateArn"] for each in aws.acm.list_certificates(**asked)["CertificateSummaryList"]}
    assert listed() == {usual}
    assert listed(Includes={"keyTypes": ["RSA_2048", "EC_prime256v1"]}) == {curve, usual}
    assert listed(CertificateStatuses=["ISSUED"]) == set()
