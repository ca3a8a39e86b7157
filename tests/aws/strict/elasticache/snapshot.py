"""Snapshots of replication groups: what a new group's data can come from, and what an old one can leave behind."""

from moto.core.responses import ActionResult

from ..response import Refusal
from . import rule

TO_COPY = "Replication group {} has status {} which is not valid for a snapshot."


class Snapshots:
    """moto keeps snapshots of its own groups, and neither looks at them when a group is made nor takes one when it is deleted."""

    @property
    def snapshots(self):
        return self.elasticache_backend.snapshots

    def snapshot(self, name):
        if name not in self.snapshots:
            raise Refusal("SnapshotNotFoundFault", f"Snapshot {name} not found.")
        return self.snapshots[name]

    def taken(self, name, group):
        """A new snapshot of a group, which may have a last one when it is deleted."""
        name = rule.check_name(name, 255, "SnapshotName")
        if name in self.snapshots:
            raise Refusal("SnapshotAlreadyExistsFault", f"Snapshot with specified name already exists: {name}")
        asked = group.asked
        self.snapshots[name] = {
            "SnapshotName": name,
            "ReplicationGroupId": group.name,
            "SnapshotStatus": "available",
            "SnapshotSource": "manual",
            "CacheNodeType": asked["CacheNodeType"],
            "Engine": asked["Engine"],
            "EngineVersion": group.version,
            "Port": asked["Port"],
            "NumNodeGroups": len(group.shards),
            "ARN": f"arn:aws:elasticache:{self.region}:{self.current_account}:snapshot:{name}",
        }
        return self.snapshots[name]

    def create_snapshot(self):
        group = self.group(["available"], TO_COPY)
        return ActionResult({"Snapshot": self.taken(self._get_param("SnapshotName"), group)})

    def describe_snapshots(self):
        name, group = self._get_param("SnapshotName"), (self._get_param("ReplicationGroupId") or "").lower()
        found = [self.snapshot(name)] if name else list(self.snapshots.values())
        return ActionResult({"Snapshots": [each for each in found if group in ("", each["ReplicationGroupId"])]})

    def delete_snapshot(self):
        snapshot = self.snapshot(self._get_param("SnapshotName"))
        del self.snapshots[snapshot["SnapshotName"]]
        return ActionResult({"Snapshot": {**snapshot, "SnapshotStatus": "deleting"}})

    def check_source(self, asked):
        """Where a new group's data comes from must be there, and fit."""
        named, files = asked.get("SnapshotName"), asked.get("SnapshotArns") or []
        if named and files:
            raise rule.combination("SnapshotName and SnapshotArns cannot be used together.")
        if named and named.lower() in self.snapshots and asked.get("Engine") == "redis":
            if self.snapshots[named.lower()]["Engine"] == "valkey":
                raise rule.combination("A snapshot of Valkey cannot be restored to Redis OSS.")
        elif named:
            self.snapshot(named.lower())
        for each in files:
            if not each.startswith("arn:aws:s3:::") or not each.endswith(".rdb") or "," in each:
                raise rule.value(f"Invalid snapshot ARN {each}: the ARN of a .rdb file in Amazon S3 is expected.")
