"""boto3 by lines: a call or a look in, its answer out, both as JSON. For tests that are not written in Python."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from look import look

CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)


class Accounts:
    """Clients of each account's administrator, made when they are first needed."""

    def __init__(self, url):
        self.url, self.session, self.clients = url, boto3.session.Session(), {}

    def client(self, account, region, service):
        place = (account, region, service)
        if place not in self.clients:
            self.clients[place] = self.session.client(
                service,
                region_name=region,
                endpoint_url=self.url,
                aws_access_key_id=f"AKIA{account}TEST",
                aws_secret_access_key="secret",
                config=CONFIG,
            )
        return self.clients[place]

    def answer(self, asked):
        account = asked["account"]
        if "look" in asked:
            return {region: look(lambda service: self.client(account, region, service)) for region in asked["look"]}
        client = self.client(account, asked["region"], asked["service"])
        answer = getattr(client, asked["operation"])(**asked["parameters"])
        answer.pop("ResponseMetadata", None)
        return answer


def main():
    accounts = Accounts(sys.argv[1])
    for line in sys.stdin:
        try:
            said = {"answer": accounts.answer(json.loads(line))}
        except ClientError as error:
            said = {"refused": error.response["Error"]["Code"], "words": str(error)}
        print(json.dumps(said, default=str), flush=True)


if __name__ == "__main__":
    main()
