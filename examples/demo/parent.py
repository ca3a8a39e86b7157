"""Plays the account that has `example.com`: makes the zone, and a role that lets the demo's account change it. Prints the stack's configuration."""

import json
import os
import sys

import boto3


def main() -> None:
    ours, parents = sys.argv[1:]
    os.environ["AWS_ACCESS_KEY_ID"] = f"AKIA{parents}DEMO"
    zone = boto3.client("route53").create_hosted_zone(Name="example.com", CallerReference="demo")["HostedZone"]["Id"]
    statement = {"Effect": "Allow", "Principal": {"AWS": ours}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = boto3.client("iam").create_role(RoleName="dns", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    print(f"config:\n  reference-stack:parentZoneId: {zone.rsplit('/', 1)[-1]}\n  reference-stack:parentRole: {role}")


if __name__ == "__main__":
    main()
