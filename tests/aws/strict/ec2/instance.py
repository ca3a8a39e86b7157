"""Instances: pending, running, stopping, stopped, shutting down; what changes only while they are stopped; one attribute a call."""

import base64
import functools
import ipaddress

from moto.core.responses import ActionResult, EmptyResult
from moto.core.types import Base64EncodedString
from moto.ec2.models.amis import Ami
from moto.ec2.models.instances import StateReason
from moto.utilities.utils import load_resource

from ..clock import CLOCK
from ..response import Failure, Refusal
from . import network
from .nat import MISMATCH

# AWS's seconds until the next state.
NEXT = {"pending": ("running", 16, 30.0), "stopping": ("stopped", 80, 40.0), "shutting-down": ("terminated", 48, 35.0)}
CODES = {"pending": 0, "shutting-down": 32, "stopping": 64}
METADATA = {
    "HttpTokens": "optional",
    "HttpPutResponseHopLimit": 1,
    "HttpEndpoint": "enabled",
    "HttpProtocolIpv6": "disabled",
    "InstanceMetadataTags": "disabled",
}
ATTRIBUTES = (
    *("InstanceType", "UserData", "EbsOptimized", "SourceDestCheck", "DisableApiTermination", "DisableApiStop"),
    *("InstanceInitiatedShutdownBehavior", "BlockDeviceMappings", "Groups"),
)
OFFLINE = ("InstanceType", "UserData", "EbsOptimized")


@functools.cache
def public_images(region):
    """Amazon's newest images, which moto would make anew in each account."""
    images = load_resource(f"ec2/resources/latest_amis/{region}.json")
    return {image["ami_id"]: {name: value for name, value in image.items() if name != "creation_date"} for image in images}


def is_arm(kind):
    family = kind.split(".")[0]
    return family == "a1" or "g" in family.lstrip("abcdefghijklmnopqrstuvwxyz")


def move(instance, state):
    instance._state.name, instance._state.code, instance.since = state, CODES[state], CLOCK.now()


def settle(backend):
    for instance in backend.all_instances():
        after = NEXT.get(instance._state.name)
        if not after or not hasattr(instance, "since") or not CLOCK.passed(instance.since, after[2]):
            continue
        if after[0] == "terminated":
            # Its interface and its volume go only now, and it lets go of its addresses, which moto keeps.
            for address in backend.addresses:
                if address.instance is instance or (address.eni and address.eni in instance.nics.values()):
                    address.instance = address.eni = address.association_id = None
            instance.terminate()
            instance.state_reason = getattr(instance, "failure", None) or instance.state_reason
        elif after[0] == "stopped":
            instance.stop()
        instance._state.name, instance._state.code = after[0], after[1]


class Instances:
    def run_instances(self):
        backend = self.ec2_backend
        token, asked = self._get_param("ClientToken"), {key: value for key, value in self.params.items() if key != "ClientToken"}
        asked = repr(asked)
        tokens = backend.__dict__.setdefault("instance_tokens", {})
        if token in tokens:
            # Even where the instance is terminated by now.
            answer, before = tokens[token]
            if before != asked:
                raise Refusal("IdempotentParameterMismatch", MISMATCH)
            return answer
        self.check_run()
        answer = super().run_instances()
        for instance in answer.result.instances:
            self.complete(instance)
            self.give6(instance)
            if not self._get_param("NetworkInterfaces"):
                # An interface that is made with the instance goes with it; moto keeps it.
                for nic in instance.nics.values():
                    nic.delete_on_termination = True
        if token:
            tokens[token] = (answer, asked)
        return answer

    def give6(self, instance):
        """The IPv6 addresses that are asked for; moto forgets how many."""
        first = (self._get_param("NetworkInterfaces") or [{}])[0]
        count = int(self._get_param("Ipv6AddressCount") or first.get("Ipv6AddressCount") or 0)
        for nic in list(instance.nics.values())[:1]:
            ranges = network.ranges6(nic.subnet)
            if count and not ranges:
                raise Refusal("InvalidParameterValue", f"The subnet '{nic.subnet.id}' has no IPv6 CIDR block.")
            nic.ipv6_addresses = [str(ipaddress.ip_network(ranges[0])[0x100 + i]) for i in range(count)]

    def describe_images(self):
        self.know_images(self._get_param("ImageIds", []))
        return super().describe_images()

    def know_images(self, wanted):
        backend, public = self.ec2_backend, public_images(self.region)
        for image_id in wanted:
            if image_id in public and image_id not in backend.amis:
                backend.amis[image_id] = Ami(backend, **public[image_id], owner_alias="amazon")

    def check_run(self):
        self.know_images([self._get_param("ImageId")])
        backend, kind = self.ec2_backend, self._get_param("InstanceType", "m1.small")
        images = backend.describe_images(ami_ids=[self._get_param("ImageId")])
        known = backend.describe_instance_types()
        if not any(each["InstanceType"] == kind for each in known):
            raise Refusal("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
        if is_arm(kind) != (images[0].architecture == "arm64"):
            raise Refusal(
                "InvalidParameterValue",
                f"The architecture '{images[0].architecture}' of the specified AMI does not match the architecture of the "
                f"specified instance type '{kind}'.",
            )
        if self._get_param("CreditSpecification") and not kind.startswith("t"):
            raise Refusal("InvalidParameterCombination", f"The T2 Unlimited flag is not supported for {kind}.")
        if len(self._get_param("UserData") or "") > 16384 * 4 // 3 + 4:
            raise Refusal("InvalidParameterValue", "User data is limited to 16384 bytes")
        for nic in self._get_param("NetworkInterfaces", []):
            if nic.get("SubnetId"):
                self.fill(nic, backend.get_subnet(nic["SubnetId"]))
        for mapping in self._get_param("BlockDeviceMappings", []):
            # The size of the AMI's snapshot; moto wants it said.
            mapping["Ebs"].setdefault("VolumeSize", 8)

    def fill(self, nic, subnet):
        backend = self.ec2_backend
        for group_id in nic.get("Groups") or []:
            if group_id not in backend.groups[subnet.vpc_id]:
                raise Refusal("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist in VPC '{subnet.vpc_id}'")
        nic.setdefault("Groups", [group.id for group in backend.groups[subnet.vpc_id].values() if group.is_default])
        nic["PrivateIpAddress"] = network.free_address(backend, subnet, nic.get("PrivateIpAddress"))
        nic.setdefault("AssociatePublicIpAddress", bool(subnet.map_public_ip_on_launch))
        nic["DeleteOnTermination"] = True

    def complete(self, instance):
        """What moto forgets."""
        move(instance, "pending")
        kind = instance.instance_type
        credit = self._get_param("CreditSpecification.CpuCredits")
        instance.credits = credit or ("standard" if kind.startswith("t2.") else "unlimited")
        instance.options = {**METADATA, **(self._get_param("MetadataOptions") or {})}
        instance.disable_api_termination = bool(self._get_bool_param("DisableApiTermination", False))
        instance.disable_api_stop = bool(self._get_bool_param("DisableApiStop", False))
        cores, threads = (1, 1) if is_arm(kind) else (1, 2)
        cpu = self._get_param("CpuOptions") or {}
        instance.cpu_options = {
            "CoreCount": int(cpu.get("CoreCount", cores)),
            "ThreadsPerCore": int(cpu.get("ThreadsPerCore", threads)),
        }
        placement = self._get_param("Placement") or {}
        enclave, hibernation = self._get_param("EnclaveOptions") or {}, self._get_param("HibernationOptions") or {}
        instance.enclave = str(enclave.get("Enabled", "false")).lower() == "true"
        instance.hibernates = str(hibernation.get("Configured", "false")).lower() == "true"
        instance.group, instance.tenancy = placement.get("GroupName", ""), placement.get("Tenancy", "default")
        for mapping in self._get_param("BlockDeviceMappings", []):
            device = instance.block_device_mapping[mapping["DeviceName"]]
            volume, ebs = self.ec2_backend.volumes[device.volume_id], mapping["Ebs"]
            if ebs.get("KmsKeyId", "").endswith("/denied"):
                # AWS takes the call, and gives the instance up when it can't use the key.
                instance.failure = instance.state_reason = StateReason("Client error on launch", "Client.InternalError")
                move(instance, "shutting-down")
            device.delete_on_termination = ebs.get("DeleteOnTermination", True)
            volume.volume_type = ebs.get("VolumeType", "gp2")
            volume.iops = int(ebs.get("Iops") or (3000 if volume.volume_type == "gp3" else 100))
            volume.throughput = int(ebs.get("Throughput") or 125) if volume.volume_type == "gp3" else None

    def describe_instances(self):
        answer = super().describe_instances()
        reservations = [
            {
                "ReservationId": each.id,
                "OwnerId": self.current_account,
                "Instances": [self.view(instance) for instance in each.instances],
            }
            for each in answer.result["Reservations"]
        ]
        return ActionResult({"Reservations": reservations, "NextToken": answer.result["NextToken"]})

    def view(self, instance):
        backend, nics = self.ec2_backend, [self.interface(nic) for _, nic in sorted(instance.nics.items())]
        primary, gone = (nics or [{}])[0], instance.state == "terminated"
        association = backend.iam_instance_profile_associations.get(instance.id)
        profile = association and association.iam_instance_profile
        public = primary.get("Association", {}).get("PublicIp")
        return {
            "InstanceId": instance.id,
            "ImageId": instance.image_id,
            "InstanceType": instance.instance_type,
            "State": {"Name": instance.state, "Code": instance.state_code},
            "StateReason": {"Code": instance.state_reason.code, "Message": instance.state_reason.message}
            if instance.state in ("terminated", "stopped") or hasattr(instance, "failure")
            else None,
            "KeyName": instance.key_name,
            "LaunchTime": instance.launch_time,
            "Architecture": instance.architecture,
            "Placement": {
                "AvailabilityZone": instance.availability_zone,
                "GroupName": getattr(instance, "group", ""),
                "Tenancy": getattr(instance, "tenancy", "default"),
            },
            "Monitoring": {"State": instance.monitoring_state},
            "SubnetId": None if gone else instance.subnet_id,
            "VpcId": None if gone else instance.vpc_id,
            "PrivateIpAddress": primary.get("PrivateIpAddress"),
            "PrivateDnsName": primary.get("PrivateDnsName", ""),
            "PublicIpAddress": public,
            "PublicDnsName": f"ec2-{public.replace('.', '-')}.{self.region}.compute.amazonaws.com" if public else "",
            "NetworkInterfaces": [] if gone else nics,
            "SecurityGroups": primary.get("Groups", []),
            "SourceDestCheck": primary.get("SourceDestCheck"),
            "RootDeviceName": instance.root_device_name,
            "RootDeviceType": "ebs",
            "BlockDeviceMappings": [
                {
                    "DeviceName": name,
                    "Ebs": {
                        "VolumeId": device.volume_id,
                        "DeleteOnTermination": str(device.delete_on_termination).lower() == "true",
                        "Status": "attached",
                    },
                }
                for name, device in instance.block_device_mapping.items()
            ],
            "IamInstanceProfile": {"Arn": profile.arn, "Id": profile.id} if profile else None,
            "EbsOptimized": str(instance.ebs_optimized).lower() == "true",
            "MetadataOptions": {"State": "applied", **getattr(instance, "options", METADATA)},
            "CpuOptions": getattr(instance, "cpu_options", None),
            "EnclaveOptions": {"Enabled": getattr(instance, "enclave", False)},
            "HibernationOptions": {"Configured": getattr(instance, "hibernates", False)},
            "ClientToken": instance.client_token,
            "Tags": instance.get_tags(),
        }

    def interface(self, nic):
        owned = any(address.public_ip == nic.public_ip for address in self.ec2_backend.addresses)
        association = {"PublicIp": nic.public_ip, "IpOwnerId": self.current_account if owned else "amazon"}
        return {
            "NetworkInterfaceId": nic.id,
            "SubnetId": nic.subnet.id,
            "VpcId": nic.subnet.vpc_id,
            "PrivateIpAddress": nic.private_ip_address,
            "PrivateDnsName": f"ip-{nic.private_ip_address.replace('.', '-')}.{self.region}.compute.internal",
            "Groups": [{"GroupId": group.id, "GroupName": group.name} for group in nic.group_set],
            "SourceDestCheck": str(nic.source_dest_check).lower() == "true",
            "Ipv6Addresses": [{"Ipv6Address": address} for address in nic.ipv6_addresses],
            "Status": "in-use",
            "Attachment": {"DeviceIndex": nic.device_index, "DeleteOnTermination": True, "Status": "attached"},
            **({"Association": association} if nic.public_ip else {}),
        }

    def known_instance(self, instance_id):
        instance = self.ec2_backend.get_instance_by_id(instance_id)
        if not instance:
            raise Refusal("InvalidInstanceID.NotFound", f"The instance ID '{instance_id}' does not exist")
        return instance

    def living(self, instance_id, *states):
        instance = self.known_instance(instance_id)
        if instance.state not in states:
            words = f"The instance '{instance_id}' is not in a state from which it can be changed: it is {instance.state}."
            raise Refusal("IncorrectInstanceState", words)
        return instance

    def moved(self, key, state, states, protection=None):
        told = []
        for instance_id in self._get_param("InstanceIds", []):
            instance = self.known_instance(instance_id)
            before = {"Name": instance.state, "Code": instance.state_code}
            if protection and getattr(instance, protection[0]) is True and instance.state != "terminated":
                raise Refusal(
                    "OperationNotPermitted",
                    f"The instance '{instance_id}' may not be {protection[1]}. Modify its '{protection[2]}' instance attribute and try again.",
                )
            if instance.state in states:
                move(instance, state)
            elif instance.state not in (state, *NEXT.get(state, ())):
                self.living(instance_id, *states)
            told.append({"InstanceId": instance_id, "PreviousState": before, "CurrentState": {"Name": state, "Code": CODES[state]}})
        return ActionResult({key: told})

    def stop_instances(self):
        return self.moved("StoppingInstances", "stopping", ("running",), ("disable_api_stop", "stopped", "disableApiStop"))

    def start_instances(self):
        for instance_id in self._get_param("InstanceIds", []):
            instance = self.known_instance(instance_id)
            if instance.state == "stopped":
                if instance.instance_type.endswith(".metal"):
                    raise Failure("InsufficientInstanceCapacity", "We currently do not have sufficient capacity in the zone you requested.")
                instance.start()
                instance._state.name = "stopped"
        return self.moved("StartingInstances", "pending", ("stopped",))

    def terminate_instances(self):
        states = ("pending", "running", "stopping", "stopped")
        if all(self.known_instance(each).state == "terminated" for each in self._get_param("InstanceIds", [])):
            return ActionResult({"TerminatingInstances": []})
        protection = ("disable_api_termination", "terminated", "disableApiTermination")
        return self.moved("TerminatingInstances", "shutting-down", states, protection)

    def modify_instance_attribute(self):
        given = [name for name in ATTRIBUTES if self._get_param(name)]
        if len(given) != 1:
            words = f"Fields for multiple attribute types specified: {', '.join(given)}" if given else "No attributes specified."
            raise Refusal("InvalidParameterCombination", words)
        name, instance_id = given[0], self._get_param("InstanceId")
        states = ("stopped",) if name in OFFLINE else ("pending", "running", "stopping", "stopped")
        instance = self.living(instance_id, *states)
        value = self._get_param(f"{name}.Value")
        if name == "InstanceType":
            if not any(each["InstanceType"] == value for each in self.ec2_backend.describe_instance_types()):
                raise Refusal("InvalidInstanceAttributeValue", f"Invalid value '{value}' for InstanceType.")
            instance.instance_type = value
        elif name == "UserData":
            raw = value if isinstance(value, bytes) else (value or "").encode()
            instance.user_data = Base64EncodedString(base64.b64encode(raw).decode()) if raw else None
        elif name == "BlockDeviceMappings":
            for mapping in self._get_param(name):
                instance.block_device_mapping[mapping["DeviceName"]].delete_on_termination = mapping["Ebs"]["DeleteOnTermination"]
        elif name == "SourceDestCheck":
            instance.nics[0].source_dest_check = self._get_bool_param(f"{name}.Value")
        elif name == "InstanceInitiatedShutdownBehavior":
            instance.instance_initiated_shutdown_behavior = value
        elif name == "EbsOptimized":
            instance.ebs_optimized = self._get_bool_param(f"{name}.Value")
        else:
            attribute = {"DisableApiTermination": "disable_api_termination", "DisableApiStop": "disable_api_stop"}[name]
            setattr(instance, attribute, self._get_bool_param(f"{name}.Value"))
        return EmptyResult()

    def modify_instance_metadata_options(self):
        """moto forgets what a call leaves out; AWS keeps it."""
        instance = self.living(self._get_param("InstanceId"), "pending", "running", "stopping", "stopped")
        given = {name: self._get_param(name) for name in METADATA if self._get_param(name) is not None}
        if given.get("HttpEndpoint") == "disabled" and set(given) - {"HttpEndpoint"} and given.get("InstanceMetadataTags") == "enabled":
            raise Refusal("InvalidParameterCombination", "Options can't be set while the endpoint is disabled.")
        instance.options = {**getattr(instance, "options", METADATA), **given}
        return ActionResult({"InstanceId": instance.id, "InstanceMetadataOptions": {"State": "applied", **instance.options}})

    def monitor_instances(self):
        """moto lacks it, and the next one."""
        return self.monitored("enabled")

    def unmonitor_instances(self):
        return self.monitored("disabled")

    def monitored(self, state):
        instances = [self.known_instance(each) for each in self._get_param("InstanceIds", [])]
        for instance in instances:
            instance.monitoring_state = state
        told = [{"InstanceId": instance.id, "Monitoring": {"State": state}} for instance in instances]
        return ActionResult({"InstanceMonitorings": told})

    def describe_instance_credit_specifications(self):
        instances = [self.known_instance(each) for each in self._get_param("InstanceIds", [])]
        for instance in instances:
            if not instance.instance_type.startswith("t"):
                raise Refusal("InstanceCreditSpecification.NotSupported", f"{instance.instance_type} has no CPU credits")
        told = [{"InstanceId": instance.id, "CpuCredits": instance.credits} for instance in instances]
        return ActionResult({"InstanceCreditSpecifications": told})

    def modify_instance_credit_specification(self):
        """moto lacks it."""
        asked = self._get_param("InstanceCreditSpecifications", [])
        for each in asked:
            self.known_instance(each["InstanceId"]).credits = each["CpuCredits"]
        done = [{"InstanceId": each["InstanceId"]} for each in asked]
        return ActionResult({"SuccessfulInstanceCreditSpecifications": done, "UnsuccessfulInstanceCreditSpecifications": []})

    def modify_volume(self):
        volume = self.ec2_backend.get_volume(self._get_param("VolumeId"))
        size = int(self._get_param("Size") or volume.size)
        if size < volume.size:
            raise Refusal("InvalidParameterValue", "New size cannot be smaller than existing size")
        answer = super().modify_volume()
        volume.size = size
        if volume.volume_type != "gp3":
            volume.throughput = None
        return answer
