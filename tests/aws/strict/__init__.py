"""What AWS does and moto does not, one module a service, put in place when the service is first called."""

import importlib

# moto's name of the service, and our module for it. The rest of moto is as moto is.
SERVICES = {
    "ec2": "ec2",
    "route53": "route53",
    "iam": "iam",
    "sts": "sts",
    "elasticache": "elasticache",
    "cloudfront": "cloudfront",
    "ssm": "ssm",
}
INSTALLED = set()


def install(service):
    """Patches moto's `service`, once."""
    if service in SERVICES and service not in INSTALLED:
        importlib.import_module(f"{__name__}.{SERVICES[service]}").install()
        INSTALLED.add(service)
