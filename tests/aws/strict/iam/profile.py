"""Instance profiles."""

import re

from ..response import Refusal

NAME = re.compile(r"^[\w+=,.@-]{1,128}$", re.ASCII)


class Profiles:
    def create_instance_profile(self):
        """moto takes any name."""
        name = self._get_param("InstanceProfileName")
        if not NAME.match(name):
            raise Refusal(
                "ValidationError",
                "The specified value for instanceProfileName is invalid. It must contain only alphanumeric characters "
                "and/or the following: +=,.@_-",
            )
        self.check_tags()
        if any(profile.name.lower() == name.lower() for profile in self.backend.instance_profiles.values()):
            raise Refusal("EntityAlreadyExists", f"Instance Profile {name} already exists.")
        return super().create_instance_profile()

    def remove_role_from_instance_profile(self):
        """moto stops at a role that is not in the profile."""
        profile = self.backend.get_instance_profile(self._get_param("InstanceProfileName"))
        name = self._get_param("RoleName")
        if not any(role.name == name for role in profile.roles):
            raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.")
        return super().remove_role_from_instance_profile()
