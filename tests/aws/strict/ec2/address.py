"""Elastic IP addresses, which can't be released while something uses them."""

from ..response import Refusal
from .network import check_known


def nat_of(backend, address):
    """The NAT gateway that holds the address, if one does."""
    for nat in backend.nat_gateways.values():
        if address.eni and nat.eni is address.eni or any(each.address is address for each in nat.secondary):
            return nat
    return None


class Addresses:
    def address_meant(self):
        allocation_id, public_ip = self._get_param("AllocationId"), self._get_param("PublicIp")
        for address in self.ec2_backend.addresses:
            if address.allocation_id == allocation_id or (public_ip and address.public_ip == public_ip):
                return address
        if allocation_id:
            raise Refusal("InvalidAllocationID.NotFound", f"The allocation ID '{allocation_id}' does not exist")
        return None

    def release_address(self):
        address = self.address_meant()
        if address and address.association_id:
            # moto releases an address under its NAT gateway or instance.
            if nat_of(self.ec2_backend, address):
                raise Refusal("AuthFailure", "You do not have permission to access the specified resource.")
            raise Refusal("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
        if address:
            self.forget_tags_of(address.id)
        return super().release_address()

    def disassociate_address(self):
        association_id = self._get_param("AssociationId")
        for address in self.ec2_backend.addresses:
            if association_id and address.association_id == association_id and nat_of(self.ec2_backend, address):
                raise Refusal("AuthFailure", "You do not have permission to access the specified resource.")
        return super().disassociate_address()

    def describe_addresses(self):
        known = [address.allocation_id for address in self.ec2_backend.addresses]
        check_known(
            self._get_param("AllocationIds"),
            known,
            "InvalidAllocationID.NotFound",
            ("The allocation ID '{}' does not exist", "The allocation IDs '{}' do not exist"),
        )
        return super().describe_addresses()
