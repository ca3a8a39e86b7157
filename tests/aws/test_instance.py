"""The refusals and the life of EC2 instances, against the running server."""

import pytest
from botocore.exceptions import ClientError

from conftest import refused
from network import Network, tagged

PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"


class Host(Network):
    """A network with an instance."""

    @property
    def image(self):
        return self.once("image", lambda: self.aws.ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])

    def run(self, **more):
        nic = {"DeviceIndex": 0, "SubnetId": self.subnet, "AssociatePublicIpAddress": True}
        about = {"ImageId": self.image, "InstanceType": "t4g.nano", "MinCount": 1, "MaxCount": 1, "NetworkInterfaces": [nic]}
        root = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True}}
        return self.ec2.run_instances(**{**about, "BlockDeviceMappings": [root], **more})["Instances"][0]["InstanceId"]

    @property
    def id(self):
        return self.once("id", self.run)

    def told(self):
        return self.ec2.describe_instances(InstanceIds=[self.id])["Reservations"][0]["Instances"][0]

    def set(self, **attribute):
        self.ec2.modify_instance_attribute(InstanceId=self.id, **attribute)


REFUSALS = [
    ("an unknown type", "InvalidParameterValue", lambda h: h.run(InstanceType="t4g.giant")),
    ("a type of another architecture", "InvalidParameterValue", lambda h: h.run(InstanceType="t3.nano")),
    ("an unknown AMI", "InvalidAMIID.NotFound", lambda h: h.run(ImageId="ami-0123456789abcdef0")),
    ("the type of a running one", "IncorrectInstanceState", lambda h: h.set(InstanceType={"Value": "t4g.micro"})),
    ("user data of a running one", "IncorrectInstanceState", lambda h: h.set(UserData={"Value": b"x"})),
    (
        "two attributes at once",
        "InvalidParameterCombination",
        lambda h: h.set(SourceDestCheck={"Value": False}, DisableApiStop={"Value": True}),
    ),
    (
        "the end of a protected one",
        "OperationNotPermitted",
        lambda h: h.ec2.terminate_instances(InstanceIds=[h.run(DisableApiTermination=True)]),
    ),
    ("the stop of a protected one", "OperationNotPermitted", lambda h: h.ec2.stop_instances(InstanceIds=[h.run(DisableApiStop=True)])),
    ("credits of a type without", "InvalidParameterCombination", lambda h: h.run(InstanceType="m7g.medium", CreditSpecification={"CpuCredits": "standard"})),
    (
        "a smaller volume",
        "InvalidParameterValue",
        lambda h: h.ec2.modify_volume(VolumeId=h.told()["BlockDeviceMappings"][0]["Ebs"]["VolumeId"], Size=1),
    ),
    (
        "a token with another request",
        "IdempotentParameterMismatch",
        lambda h: [h.run(ClientToken="t", InstanceType=kind) for kind in ("t4g.nano", "t4g.micro")],
    ),
    ("a tag of another type", "InvalidParameterValue", lambda h: h.run(TagSpecifications=tagged("vpc", ("a", "b")))),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(Host(aws)), code)


def test_states_take_time(aws):
    host = Host(aws)
    aws.clock(1000)
    assert host.told()["State"]["Name"] == "pending"
    aws.clock(0)
    assert host.told()["State"]["Name"] == "running"
    aws.clock(1000)
    host.ec2.stop_instances(InstanceIds=[host.id])
    assert host.told()["State"]["Name"] == "stopping"
    refused(lambda: host.set(InstanceType={"Value": "t4g.micro"}), "IncorrectInstanceState")
    aws.clock(0)
    assert "PublicIpAddress" not in host.told()


def test_a_type_changes_while_it_is_stopped(aws):
    host = Host(aws)
    before = host.told()
    host.ec2.stop_instances(InstanceIds=[host.id])
    host.set(InstanceType={"Value": "t4g.micro"})
    host.ec2.start_instances(InstanceIds=[host.id])
    after = host.told()
    assert (after["State"]["Name"], after["InstanceType"]) == ("running", "t4g.micro")
    assert after["PublicIpAddress"] != before["PublicIpAddress"]
    assert after["PrivateIpAddress"] == before["PrivateIpAddress"]


def test_a_key_that_can_not_be_used_ends_the_launch(aws):
    host = Host(aws)
    key = "arn:aws:kms:ap-northeast-1:123456789012:key/denied"
    root = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3", "Encrypted": True, "KmsKeyId": key}}
    launched = host.run(BlockDeviceMappings=[root])
    told = host.ec2.describe_instances(InstanceIds=[launched])["Reservations"][0]["Instances"][0]
    assert (told["State"]["Name"], told["StateReason"]["Code"]) == ("terminated", "Client.InternalError")


def test_no_room_is_told_as_a_failure_of_awss_own(aws):
    host = Host(aws)
    host.ec2.stop_instances(InstanceIds=[host.id])
    host.set(InstanceType={"Value": "m7g.metal"})
    with pytest.raises(ClientError) as full:
        host.ec2.start_instances(InstanceIds=[host.id])
    told = full.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == ("InsufficientInstanceCapacity", 500)


def test_its_interface_holds_the_subnet_until_it_is_terminated(aws):
    host = Host(aws)
    assert host.told()
    aws.clock(1000)
    host.ec2.terminate_instances(InstanceIds=[host.id])
    refused(lambda: host.ec2.delete_subnet(SubnetId=host.subnet), "DependencyViolation")
    aws.clock(0)
    assert host.told()["State"]["Name"] == "terminated"
    host.ec2.delete_subnet(SubnetId=host.subnet)


def test_metadata_options_that_are_left_out_stay(aws):
    host = Host(aws)
    host.ec2.modify_instance_metadata_options(InstanceId=host.id, HttpTokens="required")
    host.ec2.modify_instance_metadata_options(InstanceId=host.id, HttpPutResponseHopLimit=2)
    told = host.told()["MetadataOptions"]
    assert (told["HttpTokens"], told["HttpPutResponseHopLimit"]) == ("required", 2)
