"""What stands in one account and region."""

from moto.rds.models import rds_backends


class Things:
    def __init__(self):
        self.subnet_groups = {}
        self.parameter_groups = {"cluster-pg": {}, "pg": {}}
        self.clusters = {}
        self.instances = {}
        self.snapshots = {}
        self.subscriptions = {}
        # By ARN.
        self.tags = {}


def things(account, region):
    """They live with moto's backend, and are forgotten with it."""
    backend = rds_backends[account][region]
    if not hasattr(backend, "things"):
        backend.things = Things()
    return backend.things
