"""Cluster parameter groups and parameter groups, with a part of PostgreSQL's parameters and their rules."""

from moto.core.responses import ActionResult

from ..response import Refusal
from . import rule

# Name: apply type, default, whether it can be modified, allowed values: a range or words; None takes anything.
BOTH = {
    "archive_timeout": ("dynamic", "300", False, None),
    "autovacuum_max_workers": ("static", "3", True, "1-262143"),
    "deadlock_timeout": ("dynamic", None, True, "1-2147483647"),
    "idle_in_transaction_session_timeout": ("dynamic", "86400000", True, "0-2147483647"),
    "log_connections": ("dynamic", None, True, "0,1"),
    "log_disconnections": ("dynamic", None, True, "0,1"),
    "log_lock_waits": ("dynamic", None, True, "0,1"),
    "log_min_duration_statement": ("dynamic", None, True, "-1-2147483647"),
    "log_statement": ("dynamic", None, True, "none,ddl,mod,all"),
    "max_connections": ("static", "LEAST({DBInstanceClassMemory/9531392},5000)", True, "6-262143"),
    "pgaudit.log": ("dynamic", None, True, None),
    "pg_stat_statements.track": ("dynamic", None, True, "none,top,all"),
    "random_page_cost": ("dynamic", None, True, None),
    "rds.extensions": ("static", "address_standardizer,pg_trgm", False, None),
    "rds.force_autovacuum_logging_level": ("dynamic", "warning", True, None),
    "rds.log_retention_period": ("dynamic", "4320", True, "1440-10080"),
    "shared_buffers": ("static", "SUM({DBInstanceClassMemory/12038},-50003)", True, "16-1073741823"),
    "shared_preload_libraries": ("static", "pg_stat_statements", True, None),
    "statement_timeout": ("dynamic", None, True, "0-2147483647"),
    "track_activity_query_size": ("static", "4096", True, "100-102400"),
    "work_mem": ("dynamic", None, True, "64-2147483647"),
}
CLUSTER = {
    "apg_plan_mgmt.max_databases": ("static", None, True, "1-2147483647"),
    "password_encryption": ("dynamic", None, True, "md5,scram-sha-256"),
    "rds.accepted_password_auth_method": ("dynamic", "md5+scram", True, "md5+scram,scram"),
    "rds.force_ssl": ("dynamic", "1", True, "0,1"),
    "rds.logical_replication": ("static", "0", True, "0,1"),
    "ssl": ("dynamic", "1", False, "0,1"),
    "ssl_max_protocol_version": ("dynamic", None, True, "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3"),
    "ssl_min_protocol_version": ("dynamic", "TLSv1.2", True, "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3"),
    "timezone": ("dynamic", "UTC", True, None),
}
FAMILIES = ["aurora-mysql8.0", *(f"aurora-postgresql{major}" for major in range(11, 18)), *(f"postgres{major}" for major in range(11, 18))]
# AWS's own pages hold a hundred; so few make several of them here.
PAGE = 20
# After a change, another one is refused for so many of AWS's seconds; a test sets it.
WHAT = {"cluster-pg": "DBClusterParameterGroup", "pg": "DBParameterGroup"}


def catalogue(kind):
    return {**BOTH, **CLUSTER} if kind == "cluster-pg" else BOTH


class ParameterGroups:
    """moto keeps what it is given, whatever it is, and cannot reset anything."""

    def parameter_group(self, kind, name=None):
        name = (name or self.params.get(f"{WHAT[kind]}Name") or "").lower()
        groups = self.things.parameter_groups[kind]
        family = name.removeprefix("default.")
        if name not in groups and family in FAMILIES and family != name:
            groups[name] = self.new_group(kind, name, family, f"Default {kind} for {family}")
        if name not in groups:
            raise rule.missing(kind, name)
        return groups[name]

    def new_group(self, kind, name, family, description):
        return {"name": name, "family": family, "description": description, "arn": self.arn(kind, name), "set": {}}

    @staticmethod
    def group_view(kind, group):
        return {
            f"{WHAT[kind]}Name": group["name"],
            "DBParameterGroupFamily": group["family"],
            "Description": group["description"],
            f"{WHAT[kind]}Arn": group["arn"],
        }

    def create_group(self, kind):
        name = rule.check_name(self.params.get(f"{WHAT[kind]}Name"), 255, f"{WHAT[kind]}Name")
        groups, family = self.things.parameter_groups[kind], self.params.get("DBParameterGroupFamily")
        if name in groups:
            raise Refusal("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
        if family not in FAMILIES:
            raise rule.value(f"ParameterGroupFamily {family} is not a valid parameter group family")
        description = rule.needed(self.params.get("Description"), "Description")
        group = self.new_group(kind, name, family, description)
        self.born(group["arn"])
        groups[name] = group
        return ActionResult({WHAT[kind]: self.group_view(kind, group)})

    def describe_groups(self, kind):
        named = self.params.get(f"{WHAT[kind]}Name")
        groups = [self.parameter_group(kind)] if named else list(self.things.parameter_groups[kind].values())
        return self.page(f"{WHAT[kind]}s", [self.group_view(kind, group) for group in groups])

    def describe_parameters(self, kind):
        group, source = self.parameter_group(kind), self.params.get("Source")
        views = [self.parameter_view(name, about, group["set"]) for name, about in sorted(catalogue(kind).items())]
        return self.page("Parameters", [view for view in views if source in (None, view["Source"])], size=PAGE)

    @staticmethod
    def parameter_view(name, about, given):
        apply_type, default, modifiable, allowed = about
        # A value that is the default anyway is told as AWS's own.
        own = name in given and given[name] != default
        return {
            "ParameterName": name,
            "ParameterValue": given[name] if own else default,
            "Source": "user" if own else "system" if default else "engine-default",
            "ApplyType": apply_type,
            "DataType": "string",
            "AllowedValues": allowed,
            "IsModifiable": modifiable,
            "ApplyMethod": "pending-reboot",
        }

    def asked_parameters(self, kind):
        """The group that a change names, and the parameters of it, when AWS takes them."""
        group, asked = self.parameter_group(kind), self.params.get("Parameters") or []
        if group["name"].startswith("default."):
            raise rule.value(f"Modifying a default parameter group is not allowed: {group['name']}")
        if len(asked) > 20:
            raise rule.value("Only 20 parameters can be modified or reset in one request.")
        known = catalogue(kind)
        for parameter in asked:
            name = (parameter.get("ParameterName") or "").lower()
            if name not in known:
                raise rule.value(f"Could not find parameter with name: {name}")
            if not known[name][2]:
                raise rule.value(f"The parameter {name} cannot be modified.")
            if known[name][0] == "static" and parameter.get("ApplyMethod") == "immediate":
                raise rule.combination("cannot use immediate apply method for static parameter")
        return group, asked

    def modify_parameters(self, kind):
        group, asked = self.asked_parameters(kind)
        for parameter in asked:
            check_allowed(parameter["ParameterName"], parameter.get("ParameterValue"), catalogue(kind))
        wanted = {**group["set"], **{p["ParameterName"].lower(): p["ParameterValue"] for p in asked}}
        check_together(wanted)
        group["set"] = wanted
        return ActionResult({f"{WHAT[kind]}Name": group["name"]})

    def reset_parameters(self, kind):
        group, asked = self.asked_parameters(kind)
        for parameter in asked:
            group["set"].pop(parameter["ParameterName"].lower(), None)
        if self.params.get("ResetAllParameters"):
            group["set"] = {}
        return ActionResult({f"{WHAT[kind]}Name": group["name"]})

    def delete_group(self, kind):
        group = self.parameter_group(kind)
        name = group["name"]
        if name.startswith("default."):
            raise Refusal("InvalidDBParameterGroupState", "Default parameter groups cannot be deleted.")
        if kind == "cluster-pg":
            used = any(cluster["DBClusterParameterGroup"] == name for cluster in self.things.clusters.values())
        else:
            used = any(instance["DBParameterGroupName"] == name for instance in self.things.instances.values())
        if used:
            raise Refusal("InvalidDBParameterGroupState", f"One or more database instances are still members of this parameter group {name}, so the group cannot be deleted")
        del self.things.parameter_groups[kind][name], self.things.tags[group["arn"]]
        return ActionResult({})

    def create_db_cluster_parameter_group(self):
        return self.create_group("cluster-pg")

    def create_db_parameter_group(self):
        return self.create_group("pg")

    def describe_db_cluster_parameter_groups(self):
        return self.describe_groups("cluster-pg")

    def describe_db_parameter_groups(self):
        return self.describe_groups("pg")

    def describe_db_cluster_parameters(self):
        return self.describe_parameters("cluster-pg")

    def describe_db_parameters(self):
        return self.describe_parameters("pg")

    def modify_db_cluster_parameter_group(self):
        return self.modify_parameters("cluster-pg")

    def modify_db_parameter_group(self):
        return self.modify_parameters("pg")

    def reset_db_cluster_parameter_group(self):
        return self.reset_parameters("cluster-pg")

    def reset_db_parameter_group(self):
        return self.reset_parameters("pg")

    def delete_db_cluster_parameter_group(self):
        return self.delete_group("cluster-pg")

    def delete_db_parameter_group(self):
        return self.delete_group("pg")


def check_allowed(name, asked, known):
    allowed = known[name.lower()][3]
    if allowed is None or asked is None or "{" in asked:
        return
    low, _, high = allowed.rpartition("-")
    if high.isdigit() and low.lstrip("-").isdigit():
        fine = asked.lstrip("-").isdigit() and int(low) <= int(asked) <= int(high)
    else:
        fine = asked in allowed.split(",")
    if not fine:
        raise rule.value(f"Invalid parameter value: {asked} for: {name} allowed values are: {allowed}")


def check_together(wanted):
    """Values that only make sense with each other, and so have to come in one call."""
    if wanted.get("rds.accepted_password_auth_method") == "scram" and wanted.get("password_encryption") == "md5":
        raise rule.combination("password_encryption md5 cannot be used with rds.accepted_password_auth_method scram")
    least, most = wanted.get("ssl_min_protocol_version", "TLSv1.2"), wanted.get("ssl_max_protocol_version", "TLSv1.3")
    if least > most:
        raise rule.combination(f"ssl_min_protocol_version {least} is above ssl_max_protocol_version {most}")
