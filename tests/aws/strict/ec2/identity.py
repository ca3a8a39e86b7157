"""The ids of a request: what one of each kind looks like, and AWS's refusal of one that doesn't."""

import re

from ..response import Refusal

# The parameter, the prefix of its ids, and the code.
KINDS = {
    "VpcId": ("vpc", "InvalidVpcID.Malformed"),
    "SubnetId": ("subnet", "InvalidSubnetID.Malformed"),
    "InternetGatewayId": ("igw", "InvalidInternetGatewayId.Malformed"),
    "NatGatewayId": ("nat", "NatGatewayMalformed"),
    "VpcEndpointId": ("vpce", "InvalidVpcEndpointId.Malformed"),
    "InstanceId": ("i", "InvalidInstanceID.Malformed"),
    "FlowLogId": ("fl", "InvalidFlowLogId.Malformed"),
    "RouteTableId": ("rtb", "InvalidRouteTableId.Malformed"),
    # There is no code for a malformed one.
    "AllocationId": ("eipalloc", "InvalidAllocationID.NotFound"),
    "GroupId": ("sg", "InvalidGroupId.Malformed"),
    "SecurityGroupRuleId": ("sgr", "InvalidSecurityGroupRuleId.Malformed"),
}


def check(params):
    """Refuses malformed ids. moto looks for them and does not find them, or takes them for names."""
    for parameter, (prefix, code) in KINDS.items():
        for name in (parameter, parameter + "s"):
            given = params.get(name) or []
            for each in given if isinstance(given, list) else [given]:
                if not re.fullmatch(f"{prefix}-[0-9a-f]{{8,17}}", each):
                    raise Refusal(code, f'Invalid id: "{each}" (expecting "{prefix}-...")')
