"""What AWS does and moto does not, one module a service, put in place when the service is first called."""

import importlib

# Both moto's name of the service and our module's. The rest of moto is as moto is; what is served without moto is in own.py.
SERVICES = (
    "acm",
    "applicationautoscaling",
    "cloudfront",
    "ec2",
    "ecr",
    "ecs",
    "elasticache",
    "elbv2",
    "iam",
    "kms",
    "logs",
    "rds",
    "route53",
    "s3",
    "secretsmanager",
    "sns",
    "ssm",
    "sts",
)
# By what moto calls it first where two of its services have one address.
CALLED = {"elb": "elbv2"}
INSTALLED = set()


def install(service):
    """Patches moto's `service`, once."""
    service = CALLED.get(service, service)
    if service in SERVICES and service not in INSTALLED:
        module = importlib.import_module(f"{__name__}.{service}")
        INSTALLED.add(service)
        module.install()
