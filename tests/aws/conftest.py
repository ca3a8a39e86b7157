"""The running server, and clients of two accounts, for the tests of its strictness."""

import json
import pathlib
import subprocess
import sys
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

OURS, OTHERS = "AKIA111111111111TEST", "AKIA222222222222TEST"


class Aws:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.clients = {}

    def client(self, service, region="ap-northeast-1", key=OURS, token=None):
        place = (service, region, key)
        if place not in self.clients:
            self.clients[place] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.url,
                aws_access_key_id=key,
                aws_secret_access_key="secret",
                aws_session_token=token,
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
            )
        return self.clients[place]

    def __getattr__(self, service):
        return self.client(service)

    def admin(self, method, path, value=None):
        body = None if value is None else json.dumps(value).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/_gitinfra/{path}", body, method=method)) as answer:
            return json.load(answer)

    def clock(self, scale, eventual=False, zone_busy=0):
        """0 is at once; a large scale holds every pending state."""
        self.admin("POST", "clock", {"timeScale": scale, "eventual": eventual, "zoneBusy": zone_busy})

    def operations(self):
        return [call["operation"] for call in self.admin("GET", "calls")]


@pytest.fixture(scope="session")
def server():
    script = pathlib.Path(__file__).with_name("server.py")
    with subprocess.Popen([sys.executable, script, "--time-scale", "0"], stdout=subprocess.PIPE, text=True) as process:
        yield Aws(int(process.stdout.readline()))
        process.terminate()


@pytest.fixture
def aws(server):
    server.admin("POST", "reset")
    server.clock(0)
    return server


def refused(call, code, words=None):
    """Checks that the call is refused with AWS's code, and the words if they matter."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    if words:
        assert words in error["Message"], error


def pytest_terminal_summary(terminalreporter, config):
    from test_probe import SCORE

    score = config.stash.get(SCORE, None)
    if score:
        terminalreporter.write_line("probe: {} of {} questions about a web stack are answered as AWS answers them".format(*score))
