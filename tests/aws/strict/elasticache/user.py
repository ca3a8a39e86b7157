"""Users of caches and groups of them: states that pass, access strings in AWS's form, and the user named default."""

from moto.core.responses import ActionResult

from ..clock import CLOCK
from ..response import Refusal
from . import rule

# AWS's seconds.
CHANGING = 20.0


def settle_users(backend):
    """Lets time pass over users and groups. A user that is gone is in no group any more."""
    for kind in ("own_users", "own_user_groups"):
        for name, one in list(getattr(backend, kind, {}).items()):
            if one["state"] == "active" or not CLOCK.passed(one["changed"], CHANGING):
                continue
            if one["state"] == "deleting":
                del getattr(backend, kind)[name]
                backend.tagging_service.delete_all_tags_for_resource(one["arn"])
            one["state"] = "active"


def kept(access):
    """An access string as AWS keeps it: no command is allowed before the first that is given."""
    words = access.split()
    place = next((i for i, word in enumerate(words) if word[0] in "+-" and len(word) > 1), len(words))
    first = words[place] if place < len(words) else ""
    if first not in ("-@all", "+@all"):
        words.insert(place, "-@all")
    return " ".join(words)


class Users:
    """moto keeps users as they are asked for, cannot change them, and has no groups."""

    def kept_for(self, name):
        backend = self.elasticache_backend
        if not hasattr(backend, name):
            setattr(backend, name, {})
        return getattr(backend, name)

    @property
    def users_by_id(self):
        return self.kept_for("own_users")

    @property
    def user_groups(self):
        return self.kept_for("own_user_groups")

    def turn_user(self, one, state):
        one |= {"state": state, "changed": CLOCK.now()}

    def user(self, name=None, active=False):
        name = (name or self._get_param("UserId") or "").lower()
        if name not in self.users_by_id:
            raise Refusal("UserNotFound", f"User {name} not found.")
        user = self.users_by_id[name]
        if active and user["state"] != "active":
            raise Refusal("InvalidUserState", "Only active users can be modified.")
        return user

    def user_view(self, user):
        groups = [group["id"] for group in self.user_groups.values() if user["id"] in group["users"]]
        kind = "no-password" if user["type"] == "no-password-required" else user["type"]
        return {
            "UserId": user["id"],
            "UserName": user["name"],
            "Status": user["state"],
            "Engine": user["engine"],
            "MinimumEngineVersion": "6.0",
            "AccessString": user["access"],
            "UserGroupIds": groups,
            "Authentication": {"Type": kind, "PasswordCount": len(user["passwords"]) or None},
            "ARN": user["arn"],
        }

    def authenticate(self, user):
        """The authentication that a call asks for, when it makes sense."""
        mode = self._get_param("AuthenticationMode")
        if mode is None:
            return
        kind, passwords = mode["Type"], mode.get("Passwords") or []
        if kind not in ("password", "iam", "no-password-required"):
            raise rule.value(f"Invalid authentication type {kind}.")
        if kind == "password" and not 1 <= len(passwords) <= 2:
            raise rule.combination("1 or 2 passwords must be provided with the authentication type password.")
        if kind != "password" and passwords:
            raise rule.combination(f"Passwords cannot be used with the authentication type {kind}.")
        if any(not 16 <= len(password) <= 128 for password in passwords):
            raise rule.value("Passwords must have 16 to 128 characters.")
        if kind == "iam" and user["id"] != user["name"]:
            raise rule.combination("User Id and User name must be same for authentication type: iam")
        if kind == "no-password-required" and user["engine"] == "valkey":
            raise rule.combination("Users of engine valkey need a password or iam.")
        user |= {"type": kind, "passwords": passwords}

    def create_user(self):
        name = rule.check_name(self._get_param("UserId"), 40, "UserId")
        if name in self.users_by_id or name == "default":
            raise Refusal("UserAlreadyExists", f"User {name} already exists.")
        if not self._get_param("UserName") or not self._get_param("AccessString"):
            raise rule.value("UserName and AccessString must be provided and must not be blank.")
        engine = (self._get_param("Engine") or "").lower()
        if engine not in ("redis", "valkey"):
            raise rule.value(f"Unknown parameter for Engine: {engine}, must be one of: redis, valkey")
        self.check_tags(self._get_param("Tags", []))
        arn = f"arn:aws:elasticache:{self.region}:{self.current_account}:user:{name}"
        user = {"id": name, "name": self._get_param("UserName"), "engine": engine, "arn": arn, "type": None, "passwords": []}
        user["access"] = kept(self._get_param("AccessString"))
        self.authenticate(user)
        if user["type"] is None:
            raise rule.combination("An authentication mode must be provided.")
        self.users_by_id[name] = user
        self.elasticache_backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
        self.turn_user(user, "creating")
        return ActionResult(self.user_view(user))

    def describe_users(self):
        users = [self.user()] if self._get_param("UserId") else list(self.users_by_id.values())
        return ActionResult({"Users": [self.user_view(user) for user in users]})

    def modify_user(self):
        user = self.user(active=True)
        wanted = dict(user)
        if self._get_param("Engine"):
            wanted["engine"] = self._get_param("Engine").lower()
        self.authenticate(wanted)
        if self._get_param("AccessString"):
            wanted["access"] = kept(self._get_param("AccessString"))
        user |= wanted
        self.turn_user(user, "modifying")
        for group in self.user_groups.values():
            if user["id"] in group["users"] and self.replication_groups_of(group["id"]):
                self.turn_user(group, "modifying")
        return ActionResult(self.user_view(user))

    def delete_user(self):
        user = self.user(active=True)
        groups = [group for group in self.user_groups.values() if user["id"] in group["users"]]
        if user["name"] == "default" and any(group["engine"] == "redis" for group in groups):
            raise Refusal("DefaultUserAssociatedToUserGroup", "The default user is associated with a user group.")
        for group in groups:
            group["users"].remove(user["id"])
            self.turn_user(group, "modifying")
        self.turn_user(user, "deleting")
        return ActionResult(self.user_view(user))

    def replication_groups_of(self, name):
        return [group.name for group in self.groups.values() if name in (group.asked.get("UserGroupIds") or [])]

    def user_group(self, active=False):
        name = (self._get_param("UserGroupId") or "").lower()
        if name not in self.user_groups:
            raise Refusal("UserGroupNotFound", f"UserGroup {name} not found.")
        group = self.user_groups[name]
        if active and group["state"] != "active":
            raise Refusal(
                "InvalidUserGroupState",
                f"User group {name} has status {group['state']}. Only active user groups can be modified.",
            )
        return group

    def user_group_view(self, group):
        return {
            "UserGroupId": group["id"],
            "Status": group["state"],
            "Engine": group["engine"],
            "UserIds": sorted(group["users"]),
            "ReplicationGroups": self.replication_groups_of(group["id"]),
            "ARN": group["arn"],
        }

    def check_members(self, engine, members):
        """Names are there once, and a group of Redis has one user named default."""
        names = [self.user(member)["name"] for member in members]
        if len(set(names)) < len(names):
            raise Refusal("DuplicateUserName", "A user with the same user name is in the user group already.")
        if engine == "redis" and "default" not in names:
            raise Refusal("DefaultUserRequired", "User group needs to contain a user with the user name default.")

    def create_user_group(self):
        name = rule.check_name(self._get_param("UserGroupId"), 40, "UserGroupId")
        if name in self.user_groups:
            raise Refusal("UserGroupAlreadyExists", f"User Group {name} already exists.")
        engine = (self._get_param("Engine") or "").lower()
        if engine not in ("redis", "valkey"):
            raise rule.value(f"Unknown parameter for Engine: {engine}, must be one of: redis, valkey")
        members = {member.lower() for member in self._get_param("UserIds", [])}
        self.check_members(engine, members)
        self.check_tags(self._get_param("Tags", []))
        arn = f"arn:aws:elasticache:{self.region}:{self.current_account}:usergroup:{name}"
        group = self.user_groups[name] = {"id": name, "engine": engine, "users": members, "arn": arn}
        self.elasticache_backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
        self.turn_user(group, "creating")
        return ActionResult(self.user_group_view(group))

    def describe_user_groups(self):
        groups = [self.user_group()] if self._get_param("UserGroupId") else list(self.user_groups.values())
        return ActionResult({"UserGroups": [self.user_group_view(group) for group in groups]})

    def modify_user_group(self):
        group = self.user_group(active=True)
        add = {member.lower() for member in self._get_param("UserIdsToAdd", [])}
        remove = {member.lower() for member in self._get_param("UserIdsToRemove", [])}
        for member in sorted(remove - group["users"]):
            raise rule.value(f"User {member} is not a member of user group {group['id']}.")
        engine = (self._get_param("Engine") or group["engine"]).lower()
        members = (group["users"] | add) - remove
        self.check_members(engine, members)
        group |= {"users": members, "engine": engine}
        self.turn_user(group, "modifying")
        return ActionResult(self.user_group_view(group))

    def delete_user_group(self):
        group = self.user_group(active=True)
        caches = self.replication_groups_of(group["id"])
        if caches:
            raise Refusal(
                "InvalidUserGroupState", f"User group {group['id']} is in use by replication group {', '.join(caches)}."
            )
        self.turn_user(group, "deleting")
        return ActionResult(self.user_group_view(group))
