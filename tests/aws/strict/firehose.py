"""Firehose as strict as AWS: streams to S3. moto makes them at once, and refuses little."""

import time
import uuid

from moto.iam.models import iam_backends

from .clock import CLOCK
from .own import Own, Tags
from .response import Refusal

# In AWS's seconds.
CREATING, DELETING, ENCRYPTING = 60.0, 30.0, 20.0
# How long Firehose doesn't know a new role.
UNASSUMED = 8.0
ERROR_TYPE = "!{firehose:error-output-type}"
# What a destination's older form tells of it.
SHADOW = {
    "RoleARN",
    "BucketARN",
    "Prefix",
    "ErrorOutputPrefix",
    "BufferingHints",
    "CompressionFormat",
    "EncryptionConfiguration",
    "CloudWatchLoggingOptions",
}
# What AWS adds to a processor's parameters.
FILLED = {
    "Lambda": {"NumberOfRetries": "3", "BufferSizeInMBs": "1", "BufferIntervalInSeconds": "60"},
}


def invalid(words):
    return Refusal("InvalidArgumentException", words)


class Service(Tags, Own):
    model = "firehose"
    invalid = "ValidationException"

    def streams(self):
        """The streams that are there, after what time has done to them."""
        streams = self.all("streams")
        for name, stream in list(streams.items()):
            if stream["status"] == "CREATING" and CLOCK.passed(stream["since"], CREATING):
                stream["status"] = "ACTIVE"
            if stream["status"] == "DELETING" and CLOCK.passed(stream["since"], DELETING):
                del streams[name]
                self.tags().pop(stream["arn"], None)
            for going, done, bad in (("ENABLING", "ENABLED", "/denied"), ("DISABLING", "DISABLED", "/kept")):
                encryption = stream["encryption"]
                if encryption["Status"] == going and CLOCK.passed(stream["encrypting"], ENCRYPTING):
                    encryption["Status"] = done
                    # With these keys it fails the first time.
                    if encryption.get("KeyARN", "").endswith(bad) and going not in stream["failed"]:
                        stream["failed"].add(going)
                        kind = "CREATE_KMS_GRANT_FAILED" if going == "ENABLING" else "RETIRE_KMS_GRANT_FAILED"
                        encryption["Status"] = f"{going}_FAILED"
                        encryption["FailureDescription"] = {"Type": kind, "Details": "The key refused it."}
        return streams

    def stream(self, name, must=True):
        stream = self.streams().get(name)
        if not stream and must:
            raise Refusal("ResourceNotFoundException", f"Firehose {name} under account {self.account} not found.")
        return stream

    def active(self, name):
        stream = self.stream(name)
        if stream["status"] != "ACTIVE":
            raise Refusal("ResourceInUseException", f"Firehose {name} under account {self.account} is not ACTIVE.")
        return stream

    def create_delivery_stream(self, asked):
        name = asked["DeliveryStreamName"]
        if name in self.streams():
            raise Refusal("ResourceInUseException", f"Firehose {name} under account {self.account} already exists")
        if asked.get("DeliveryStreamType", "DirectPut") != "DirectPut" or "ExtendedS3DestinationConfiguration" not in asked:
            raise invalid("This emulator has streams from DirectPut to S3 only")
        destination = self.destination(asked["ExtendedS3DestinationConfiguration"], {})
        arn = f"arn:{self.partition}:firehose:{self.region}:{self.account}:deliverystream/{name}"
        self.tag(arn, asked.get("Tags"))
        now = CLOCK.now()
        stream = {
            "arn": arn,
            "status": "CREATING",
            "since": now,
            "made": time.time(),
            "version": 1,
            "destination": destination,
            "encryption": {"Status": "DISABLED"},
            "encrypting": now,
            "failed": set(),
        }
        if asked.get("DeliveryStreamEncryptionConfigurationInput"):
            self.encrypt(stream, asked["DeliveryStreamEncryptionConfigurationInput"])
        self.streams()[name] = stream
        return {"DeliveryStreamARN": arn}

    def destination(self, asked, old):
        """A destination as AWS keeps it: what is left out stays as it was, or is the default."""
        defaults = {
            "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
            "CompressionFormat": "UNCOMPRESSED",
            "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
            "CloudWatchLoggingOptions": {"Enabled": False},
            "S3BackupMode": "Disabled",
            "CustomTimeZone": "UTC",
        }
        kept = {**defaults, **old, **asked}
        self.check_objects(kept)
        partitioned = (kept.get("DynamicPartitioningConfiguration") or {}).get("Enabled", False)
        if old and partitioned != (old.get("DynamicPartitioningConfiguration") or {}).get("Enabled", False):
            raise invalid("Dynamic partitioning can only be enabled or disabled at creation.")
        if partitioned and kept["BufferingHints"]["SizeInMBs"] < 64:
            raise invalid("BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.")
        if old.get("S3BackupMode") == "Enabled" and kept["S3BackupMode"] == "Disabled":
            raise invalid("S3BackupMode cannot be disabled once it is enabled.")
        backup = kept.pop("S3BackupConfiguration", None) or kept.pop("S3BackupUpdate", None) or kept.get("S3BackupDescription")
        if kept["S3BackupMode"] == "Enabled":
            if not backup:
                raise invalid("S3BackupConfiguration is required when S3BackupMode is Enabled.")
            self.check_objects(backup)
            kept["S3BackupDescription"] = backup
        kept["ProcessingConfiguration"] = self.processing(kept.get("ProcessingConfiguration"))
        if not kept["CloudWatchLoggingOptions"].get("Enabled"):
            kept["CloudWatchLoggingOptions"] = {"Enabled": False}
        return kept

    def check_objects(self, asked):
        hints = asked.get("BufferingHints") or {}
        if hints and set(hints) != {"SizeInMBs", "IntervalInSeconds"}:
            raise invalid("Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering.")
        prefix, errors = asked.get("Prefix") or "", asked.get("ErrorOutputPrefix") or ""
        if "!{" in prefix and not errors:
            raise invalid("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.")
        if ERROR_TYPE in prefix:
            raise invalid(f"Prefix can not contain {ERROR_TYPE}")
        if "!{" in errors and ERROR_TYPE not in errors:
            raise invalid(f"ErrorOutputPrefix must contain {ERROR_TYPE}")
        logging = asked.get("CloudWatchLoggingOptions") or {}
        if logging.get("Enabled") and not (logging.get("LogGroupName") and logging.get("LogStreamName")):
            raise invalid("LogGroupName and LogStreamName are required when CloudWatch logging is enabled.")
        encryption = asked.get("EncryptionConfiguration")
        if encryption and len(encryption) != 1:
            raise invalid("Exactly one of NoEncryptionConfig and KMSEncryptionConfig must be specified.")
        self.check_role(asked["RoleARN"])

    def check_role(self, arn):
        roles = iam_backends[self.account]["aws"].roles.values()
        role = next((role for role in roles if role.arn == arn), None)
        trust = str(role.assume_role_policy_document) if role else ""
        fresh = role and not CLOCK.passed(getattr(role, "born", 0), UNASSUMED)
        if "firehose.amazonaws.com" not in trust or fresh:
            raise invalid(f"Firehose is unable to assume role {arn}. Please check the role provided.")

    def processing(self, asked):
        told = {"Enabled": bool(asked and asked.get("Enabled")), "Processors": []}
        for processor in (asked or {}).get("Processors", []):
            given = {each["ParameterName"]: each["ParameterValue"] for each in processor.get("Parameters", [])}
            if processor["Type"] == "Lambda" and "LambdaArn" not in given:
                raise invalid("LambdaArn is required for a Lambda processor.")
            # AWS tells them in another order, with what it has added.
            every = sorted({**FILLED.get(processor["Type"], {}), **given}.items(), reverse=True)
            parameters = [{"ParameterName": name, "ParameterValue": value} for name, value in every]
            told["Processors"].append({"Type": processor["Type"], "Parameters": parameters})
        return told if told["Processors"] or told["Enabled"] else None

    def encrypt(self, stream, asked):
        own, arn = asked["KeyType"] == "CUSTOMER_MANAGED_CMK", asked.get("KeyARN", "")
        if own != bool(arn) or ":alias/" in arn:
            raise invalid("KeyARN must be the ARN of a customer managed key, and not an alias.")
        stream["encryption"] = {"Status": "ENABLING", **asked}
        stream["encrypting"] = CLOCK.now()

    def describe_delivery_stream(self, asked):
        name = asked["DeliveryStreamName"]
        stream = self.stream(name)
        extended = stream["destination"]
        shadow = {name: value for name, value in extended.items() if name in SHADOW}
        return {
            "DeliveryStreamDescription": {
                "DeliveryStreamName": name,
                "DeliveryStreamARN": stream["arn"],
                "DeliveryStreamStatus": stream["status"],
                "DeliveryStreamEncryptionConfiguration": stream["encryption"],
                "DeliveryStreamType": "DirectPut",
                "VersionId": str(stream["version"]),
                "CreateTimestamp": stream["made"],
                "Destinations": [
                    {
                        "DestinationId": "destinationId-000000000001",
                        "S3DestinationDescription": shadow,
                        "ExtendedS3DestinationDescription": extended,
                    }
                ],
                "HasMoreDestinations": False,
            }
        }

    def list_delivery_streams(self, asked):
        return {"DeliveryStreamNames": sorted(self.streams()), "HasMoreDeliveryStreams": False}

    def update_destination(self, asked):
        stream = self.active(asked["DeliveryStreamName"])
        if asked["CurrentDeliveryStreamVersionId"] != str(stream["version"]):
            raise Refusal("ConcurrentModificationException", "The version of the stream is not the current one.")
        if asked["DestinationId"] != "destinationId-000000000001":
            raise invalid("Destination Id not found")
        stream["destination"] = self.destination(asked["ExtendedS3DestinationUpdate"], stream["destination"])
        stream["version"] += 1

    def start_delivery_stream_encryption(self, asked):
        stream = self.active(asked["DeliveryStreamName"])
        self.settled(stream)
        self.encrypt(stream, asked.get("DeliveryStreamEncryptionConfigurationInput") or {"KeyType": "AWS_OWNED_CMK"})

    def stop_delivery_stream_encryption(self, asked):
        stream = self.active(asked["DeliveryStreamName"])
        self.settled(stream)
        if stream["encryption"]["Status"] in ("ENABLED", "ENABLING_FAILED", "DISABLING_FAILED"):
            stream["encryption"]["Status"] = "DISABLING"
            stream["encryption"].pop("FailureDescription", None)
            stream["encrypting"] = CLOCK.now()

    def settled(self, stream):
        if stream["encryption"]["Status"] in ("ENABLING", "DISABLING"):
            raise Refusal("ResourceInUseException", "The encryption of the stream is being changed.")

    def delete_delivery_stream(self, asked):
        stream = self.stream(asked["DeliveryStreamName"])
        if stream["status"] == "CREATING":
            raise Refusal("ResourceInUseException", f"Firehose {asked['DeliveryStreamName']} is not in the ACTIVE state.")
        if stream["status"] != "DELETING":
            stream["status"], stream["since"] = "DELETING", CLOCK.now()

    def list_tags_for_delivery_stream(self, asked):
        tags = sorted(self.listed_tags(self.stream(asked["DeliveryStreamName"])["arn"]), key=lambda tag: tag["Key"])
        later = [tag for tag in tags if tag["Key"] > asked.get("ExclusiveStartTagKey", "")]
        limit = asked.get("Limit", 50)
        return {"Tags": later[:limit], "HasMoreTags": len(later) > limit}

    def tag_delivery_stream(self, asked):
        self.tag(self.stream(asked["DeliveryStreamName"])["arn"], asked["Tags"])

    def untag_delivery_stream(self, asked):
        for key in asked["TagKeys"]:
            self.tags_of(self.stream(asked["DeliveryStreamName"])["arn"]).pop(key, None)
