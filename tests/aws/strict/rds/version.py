"""Which versions of Aurora's engines there are, and the family of parameter groups of each."""


from . import rule

# The default of each major version stands first.
VERSIONS = {
    "aurora-postgresql": {
        "17": ["17.4", "17.5"],
        "16": ["16.6", "16.8", "16.9"],
        "15": ["15.10", "15.12"],
    },
    "aurora-mysql": {"8.0": ["8.0.mysql_aurora.3.08.0", "8.0.mysql_aurora.3.08.1"]},
}
LOGS = {
    "aurora-postgresql": ["iam-db-auth-error", "instance", "postgresql"],
    "aurora-mysql": ["audit", "error", "general", "iam-db-auth-error", "instance", "slowquery"],
}


def major(version):
    return version.split(".mysql")[0] if "mysql" in version else version.split(".")[0]


def family(engine, version):
    return f"{engine}{major(version)}"


def numbers(version):
    return [int(part) for part in version.split(".") if part.isdigit()]


def is_later(one, other):
    return numbers(one) > numbers(other)


def default_version(engine, asked):
    """The version that a request means; its major one alone stands for that one's default."""
    known = VERSIONS[engine]
    if asked is None:
        return next(iter(known.values()))[0]
    if asked in known:
        return known[asked][0]
    if not any(asked in versions for versions in known.values()):
        raise rule.combination(f"Cannot find version {asked} for {engine}")
    return asked


class Versions:
    """moto knows none of Aurora's later versions."""

    def describe_db_engine_versions(self):
        engine, asked, default = (self.params.get(name) for name in ("Engine", "EngineVersion", "DefaultOnly"))
        if engine not in VERSIONS:
            raise rule.value(f"Unrecognized engine name: {engine}")
        every = [version for versions in VERSIONS[engine].values() for version in versions]
        if asked:
            found = [version for version in every if asked in (version, major(version))]
        else:
            found = every
        if default:
            found = found[:1] if not asked else [version for version in found if version == asked or asked in VERSIONS[engine]][:1]
        return self.page("DBEngineVersions", [self.version_view(engine, version, every) for version in found], size=2)

    @staticmethod
    def version_view(engine, version, every):
        return {
            "Engine": engine,
            "EngineVersion": version,
            "MajorEngineVersion": major(version),
            "DBParameterGroupFamily": family(engine, version),
            "ExportableLogTypes": LOGS[engine],
            "SupportedCACertificateIdentifiers": ["rds-ca-ecc384-g1", "rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1"],
            "ValidUpgradeTarget": [{"Engine": engine, "EngineVersion": each} for each in every if is_later(each, version)],
            "Status": "available",
        }
