"""The refusals of ElastiCache's parameter groups, users and user groups, and their round trips, against the running server."""

import pytest

from conftest import refused

PASSWORD = "sixteen-characters"
VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"


class Cache:
    """What a test makes: groups of parameters, users and their groups."""

    def __init__(self, aws):
        self.aws, self.cache = aws, aws.elasticache

    def parameters(self, name="own", family="valkey8", description="d"):
        asked = {"CacheParameterGroupName": name, "CacheParameterGroupFamily": family, "Description": description}
        return self.cache.create_cache_parameter_group(**asked)["CacheParameterGroup"]

    def set(self, *pairs, name="own"):
        asked = [{"ParameterName": key, "ParameterValue": value} for key, value in pairs]
        return self.cache.modify_cache_parameter_group(CacheParameterGroupName=name, ParameterNameValues=asked)

    def reset(self, *names):
        asked = [{"ParameterName": name} for name in names]
        return self.cache.reset_cache_parameter_group(CacheParameterGroupName="own", ParameterNameValues=asked)

    def given(self):
        pages = self.cache.get_paginator("describe_cache_parameters").paginate(CacheParameterGroupName="own", Source="user")
        return {each["ParameterName"]: each["ParameterValue"] for page in pages for each in page["Parameters"]}

    def user(self, name="app", kind="password", **more):
        asked = {
            "UserId": name,
            "UserName": name,
            "Engine": "redis",
            "AccessString": "on ~app:* +@read",
            "AuthenticationMode": {"Type": kind, **({"Passwords": [PASSWORD]} if kind == "password" else {})},
            **more,
        }
        return self.cache.create_user(**asked)

    def get(self, name="app"):
        return self.cache.describe_users(UserId=name)["Users"][0]

    def modify(self, name="app", **more):
        return self.cache.modify_user(UserId=name, **more)

    def group(self, *users, engine="redis"):
        return self.cache.create_user_group(UserGroupId="group", Engine=engine, UserIds=list(users))

    def change(self, add=(), remove=()):
        return self.cache.modify_user_group(UserGroupId="group", UserIdsToAdd=list(add), UserIdsToRemove=list(remove))

    def members(self):
        return self.cache.describe_user_groups(UserGroupId="group")["UserGroups"][0]["UserIds"]

    def default(self, name="one"):
        return self.user(name, UserName="default")


@pytest.fixture
def cache(aws):
    return Cache(aws)


def busy(c, *calls):
    """Users that stay as they are made, then the calls."""
    c.aws.clock(1000)
    c.user()
    return [call() for call in calls]


REFUSALS = [
    ("a group twice", "CacheParameterGroupAlreadyExists", lambda c: [c.parameters(name) for name in ("own", "Own")]),
    ("an unknown family", VALUE, lambda c: c.parameters(family="valkey99")),
    ("no description", VALUE, lambda c: c.parameters(description="")),
    ("an unknown group", "CacheParameterGroupNotFound", lambda c: c.set(("timeout", "1"))),
    ("AWS's own group", VALUE, lambda c: c.set(("timeout", "1"), name="default.valkey8")),
    ("an unknown parameter", VALUE, lambda c: c.parameters() and c.set(("none", "1"))),
    ("a fixed parameter", VALUE, lambda c: c.parameters() and c.set(("maxclients", "1"))),
    ("an odd value", VALUE, lambda c: c.parameters() and c.set(("activedefrag", "maybe"))),
    ("many parameters", VALUE, lambda c: c.parameters() and c.set(*[("timeout", "1")] * 21)),
    ("reserved memory, to reset", VALUE, lambda c: c.parameters() and c.reset("reserved-memory")),
    ("a user twice", "UserAlreadyExists", lambda c: [c.user(name) for name in ("app", "App")]),
    ("AWS's own user", "UserAlreadyExists", lambda c: c.user("default")),
    ("an odd user id", VALUE, lambda c: c.user("1st")),
    ("an unknown engine", VALUE, lambda c: c.user(Engine="memcached")),
    ("a short password", VALUE, lambda c: c.user(AuthenticationMode={"Type": "password", "Passwords": ["short"]})),
    ("no password", COMBINATION, lambda c: c.user(AuthenticationMode={"Type": "password"})),
    ("three passwords", COMBINATION, lambda c: c.user(AuthenticationMode={"Type": "password", "Passwords": [PASSWORD] * 3})),
    ("another name with iam", COMBINATION, lambda c: c.user(kind="iam", UserName="other")),
    ("no password with Valkey", COMBINATION, lambda c: c.user(kind="no-password-required", Engine="valkey")),
    ("an unknown user", "UserNotFound", lambda c: c.get()),
    ("a user not yet there, to modify", "InvalidUserState", lambda c: busy(c, lambda: c.modify(AccessString="on"))),
    (
        "the tags of a user that is busy",
        "UserNotFound",
        lambda c: busy(c, lambda: c.cache.list_tags_for_resource(ResourceName=c.get()["ARN"])),
    ),
    ("a group without the default user", "DefaultUserRequired", lambda c: c.user() and c.group("app")),
    ("two of a name", "DuplicateUserName", lambda c: [c.default(), c.default("two"), c.group("one", "two")]),
    ("a group of nobody", "UserNotFound", lambda c: c.group("none")),
    ("a user group twice", "UserGroupAlreadyExists", lambda c: c.default() and [c.group("one") for _ in range(2)]),
    ("the last default user", "DefaultUserRequired", lambda c: [c.default(), c.group("one"), c.members(), c.change(remove=["one"])]),
    ("an unknown user group", "UserGroupNotFound", lambda c: c.members()),
    (
        "the default user of a group",
        "DefaultUserAssociatedToUserGroup",
        lambda c: [c.default(), c.group("one"), c.cache.delete_user(UserId="one")],
    ),
    (
        "a user group that is busy",
        "InvalidUserGroupState",
        lambda c: [c.default(), c.get("one"), c.aws.clock(1000), c.group("one"), c.change(remove=["one"])],
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(cache, code, call):
    refused(lambda: call(cache), code)


def test_parameters_come_and_go(cache):
    cache.parameters()
    cache.set(("timeout", "60"), ("activedefrag", "no"))
    # A value that is the default is told as AWS's own.
    assert cache.given() == {"timeout": "60"}
    cache.reset("timeout")
    assert cache.given() == {}
    cache.cache.delete_cache_parameter_group(CacheParameterGroupName="own")
    refused(cache.reset, "CacheParameterGroupNotFound")


def test_a_user_is_told_in_aws_words(cache):
    cache.user()
    seen = cache.get()
    assert (seen["AccessString"], seen["Status"]) == ("on ~app:* -@all +@read", "active")
    assert seen["Authentication"] == {"Type": "password", "PasswordCount": 1}
    cache.modify(AuthenticationMode={"Type": "no-password-required"}, AccessString="on ~* +@all")
    seen = cache.get()
    assert (seen["AccessString"], seen["Authentication"]["Type"]) == ("on ~* +@all", "no-password")


def test_a_removal_of_nobody_does_nothing_at_all(cache):
    cache.default()
    cache.user()
    cache.group("one")
    assert cache.members() == ["one"]
    refused(lambda: cache.change(add=["app"], remove=["none"]), VALUE, "is not a member")
    assert cache.members() == ["one"]


def test_the_default_user_is_exchanged_in_one_call(cache):
    cache.default()
    cache.default("two")
    cache.group("one")
    cache.members()
    cache.change(add=["two"], remove=["one"])
    assert cache.members() == ["two"]


def test_a_deleted_user_is_in_no_group(cache):
    cache.default()
    cache.user()
    cache.group("one", "app")
    cache.members()
    cache.cache.delete_user(UserId="app")
    assert cache.members() == ["one"]
    refused(cache.get, "UserNotFound")


def test_a_cache_holds_its_groups(cache):
    cache.parameters()
    cache.user(Engine="valkey")
    cache.group("app", engine="valkey")
    asked = {"ReplicationGroupId": "rg", "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.micro", "Engine": "valkey"}
    more = {"CacheParameterGroupName": "own", "TransitEncryptionEnabled": True, "UserGroupIds": ["group"]}
    cache.cache.create_replication_group(**asked, **more)
    refused(lambda: cache.cache.delete_user_group(UserGroupId="group"), "InvalidUserGroupState", "in use")
    refused(
        lambda: cache.cache.delete_cache_parameter_group(CacheParameterGroupName="own"), "InvalidCacheParameterGroupState"
    )
