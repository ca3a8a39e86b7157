"""IPAM pools: what VPCs, their further ranges and subnets get out of them, and what goes back.

Nobody makes them here: every account has these, as if the account that plans the organization's addresses shared them."""

import dataclasses
import ipaddress
import itertools

from moto.core.responses import ActionResult

from ..clock import CLOCK
from ..response import Refusal

# How long a range is still taken after what had it is gone, in AWS's seconds.
FREED = 300.0
TOO_BIG = "The allocation size is too big for the pool."
NO_SIZE = (
    "The request cannot contain empty CIDR and Netmask Length for a pool with no default allocation netmask length set. "
    "Exactly one of them should be provided."
)


@dataclasses.dataclass
class Allocation:
    id: str
    block: object
    kind: str = ""
    holder: str = ""
    freed: float | None = None


@dataclasses.dataclass
class Pool:
    """One without ranges plans a VPC's: what it gives out are parts of the VPC's own ranges, to subnets of the VPC."""

    family: int
    least: int
    most: int
    default: int | None
    ranges: tuple = ()
    allocations: list = dataclasses.field(default_factory=list)

    def living(self):
        self.allocations = [each for each in self.allocations if each.freed is None or not CLOCK.passed(each.freed, FREED)]
        return self.allocations

    def free(self, ranges, length, taken):
        """The first block of a length that nothing has."""
        for within in (each for each in ranges if each.prefixlen <= length):
            for block in itertools.islice(within.subnets(new_prefix=length), 4096):
                if not any(block.overlaps(each) for each in taken):
                    return block
        raise Refusal("InvalidParameterValue", TOO_BIG)

    def size(self, length):
        length = self.default if length is None else int(length)
        if length is None:
            raise Refusal("InvalidParameterCombination", NO_SIZE)
        if not self.least <= length <= self.most:
            words = f"The netmask length {length} is not within the pool's allocation rules: {self.least} to {self.most}."
            raise Refusal("InvalidParameterValue", words)
        return length

    def asked(self, cidr, length, ranges, taken):
        if cidr is None:
            return self.free(ranges, self.size(length), taken)
        if length is not None:
            raise Refusal("InvalidParameterCombination", "The request cannot contain both CIDR and Netmask Length.")
        try:
            block = ipaddress.ip_network(cidr)
        except ValueError:
            raise Refusal("InvalidParameterValue", f"The CIDR '{cidr}' is invalid.") from None
        self.size(block.prefixlen)
        within = any(block.version == each.version and block.subnet_of(each) for each in ranges)
        if not within or any(block.overlaps(each) for each in taken):
            raise Refusal("InvalidParameterValue", f"The CIDR '{cidr}' is not available in the pool.")
        return block


def pools():
    networks = [ipaddress.ip_network(each) for each in ("10.128.0.0/16", "2600:1f26:4000::/44")]
    return {
        "ipam-pool-00000000000000004": Pool(4, 18, 28, 20, tuple(networks[:1])),
        "ipam-pool-00000000000000006": Pool(6, 52, 60, 56, tuple(networks[1:])),
        "ipam-pool-00000000000000014": Pool(4, 20, 28, None),
        "ipam-pool-00000000000000016": Pool(6, 60, 64, 64),
    }


class Ipam:
    @property
    def ipam_pools(self):
        """The account's and region's."""
        backend = self.ec2_backend
        if not hasattr(backend, "strict_pools"):
            backend.strict_pools, backend.allocations_made = pools(), itertools.count(1)
        return backend.strict_pools

    def pool(self, pool_id, family=None):
        pool = self.ipam_pools.get(pool_id)
        if pool is None:
            raise Refusal("InvalidIpamPoolId.NotFound", f"The ipam-pool ID '{pool_id}' does not exist")
        if family not in (None, pool.family):
            raise Refusal("InvalidParameterValue", f"The pool '{pool_id}' is of IPv{pool.family} addresses.")
        return pool

    def allocate(self, family, vpc=None):
        """The block that the call asks of a pool, which stands as its CIDR from then on; None where it asks none. `vpc` where it is for a subnet."""
        given = f"Ipv{family}IpamPoolId", f"Ipv{family}NetmaskLength", "CidrBlock" if family == 4 else "Ipv6CidrBlock"
        pool_id, length, cidr = (self._get_param(name) for name in given)
        if pool_id is None:
            if length is not None:
                raise Refusal("MissingParameter", f"The request must contain the parameter ipv{family}IpamPoolId")
            return None
        pool = self.pool(pool_id, family)
        if bool(pool.ranges) == bool(vpc):
            raise Refusal("InvalidParameterValue", f"The pool '{pool_id}' does not give CIDRs to resources of this type.")
        ranges, taken = (pool.ranges, []) if vpc is None else self.planned(vpc, family)
        block = pool.asked(cidr, length, ranges, [*taken, *(each.block for each in pool.living())])
        allocation = Allocation(f"ipam-pool-alloc-{next(self.ec2_backend.allocations_made):017x}", block)
        pool.allocations.append(allocation)
        self.params[given[2]] = str(block)
        return allocation

    def planned(self, vpc, family):
        """The ranges of a VPC, and what its subnets have of them."""
        ranges = [ipaddress.ip_network(each["cidr_block"]) for each in vpc.get_cidr_block_association_set(ipv6=family == 6)]
        subnets = [each for zone in self.ec2_backend.subnets.values() for each in zone.values() if each.vpc_id == vpc.id]
        four = [each.cidr_block for each in subnets if each.cidr_block]
        six = [each["ipv6CidrBlock"] for subnet in subnets for each in subnet.ipv6_cidr_block_association_set]
        return ranges, [ipaddress.ip_network(each) for each in (four if family == 4 else six)]

    def hold(self, kind, call, *allocations):
        """Does what the blocks are for: they belong to what comes of it, or go back."""
        allocations = [each for each in allocations if each]
        try:
            holder, answer = call()
        except Exception:
            for pool in self.ipam_pools.values():
                pool.allocations = [each for each in pool.allocations if each not in allocations]
            raise
        for each in allocations:
            each.kind, each.holder = kind, holder
        return answer

    def release(self, holder, block=None):
        """What held blocks is gone; AWS notices it later."""
        for each in (each for pool in self.ipam_pools.values() for each in pool.allocations):
            if each.holder == holder and block in (None, str(each.block)) and each.freed is None:
                each.freed = CLOCK.now()

    def describe_ipam_pools(self):
        wanted = self._get_param("IpamPoolIds", [])
        for each in wanted:
            self.pool(each)
        found = {key: pool for key, pool in self.ipam_pools.items() if not wanted or key in wanted}
        shown = [
            {
                "IpamPoolId": key,
                "AddressFamily": f"ipv{pool.family}",
                "State": "create-complete",
                "AllocationMinNetmaskLength": pool.least,
                "AllocationMaxNetmaskLength": pool.most,
                "AllocationDefaultNetmaskLength": pool.default,
            }
            for key, pool in found.items()
        ]
        return ActionResult({"IpamPools": shown})

    def get_ipam_pool_allocations(self):
        living = self.pool(self._get_param("IpamPoolId")).living()
        shown = [
            {
                "Cidr": str(each.block),
                "IpamPoolAllocationId": each.id,
                "ResourceId": each.holder,
                "ResourceType": each.kind,
                "ResourceOwner": self.current_account,
                "ResourceRegion": self.region,
            }
            for each in living
        ]
        return ActionResult({"IpamPoolAllocations": shown})
