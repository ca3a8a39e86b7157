"""Task definitions: revisions that never come back, filled in and sorted as AWS does, and held to what Fargate takes."""

import datetime
import re

from moto.core.responses import ActionResult

from ..clock import CLOCK
from ..response import Refusal

GIB = 1024
# CPU units, and the memory in MiB that Fargate has with them.
SIZES = {
    256: {512, 1 * GIB, 2 * GIB},
    512: {n * GIB for n in range(1, 5)},
    1024: {n * GIB for n in range(2, 9)},
    2048: {n * GIB for n in range(4, 17)},
    4096: {n * GIB for n in range(8, 31)},
    8192: {n * GIB for n in range(16, 61, 4)},
    16384: {n * GIB for n in range(32, 121, 8)},
}
ROLE = re.compile(r"^arn:aws[\w-]*:iam::\d{12}:role/.+$")
# The name of a port, as Service Connect knows it.
PORT = re.compile(r"^[a-z0-9_][a-z0-9_-]{0,63}$")
# What Fargate has not, by the container's property.
NOT_ON_FARGATE = (
    "privileged",
    "links",
    "extraHosts",
    "hostname",
    "dnsServers",
    "dnsSearchDomains",
    "dockerSecurityOptions",
    "disableNetworking",
)


def now():
    return datetime.datetime.fromtimestamp(CLOCK.now(), tz=datetime.timezone.utc)


def units(text, unit):
    """`1 vCPU` and `2 GB` are kept as numbers, in text."""
    found = re.match(rf"^\s*([\d.]+)\s*{unit}\s*$", text, re.IGNORECASE)
    return str(int(float(found.group(1)) * 1024)) if found else text


def client(words):
    return Refusal("ClientException", words)


class TaskDefinitions:
    def definition(self, name=None):
        """A revision by ARN, `family:revision` or family, which is its newest ACTIVE one."""
        name = (name or self._get_param("taskDefinition") or "").split("task-definition/")[-1]
        if ":" not in name:
            active = [each for each in self.store.definitions.values() if each["family"] == name and each["status"] == "ACTIVE"]
            name = f"{name}:{max((each['revision'] for each in active), default=0)}"
        found = self.store.definitions.get(self.arn(f"task-definition/{name}"))
        if not found:
            raise client("Unable to describe task definition.")
        return found

    def check_container(self, container, given, fargate):
        names = [each["name"] for each in (container.get("secrets") or [])]
        plain = {each["name"] for each in container.get("environment") or []}
        if len(set(names)) < len(names):
            raise client("Duplicate secret names found.")
        if plain & set(names):
            raise client(
                "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'X'."
            )
        if not re.match(r"^[\w-]{1,255}$", container["name"], re.ASCII):
            raise client("Container.name contains invalid characters.")
        if any(port.get("name") and not PORT.match(port["name"]) for port in container.get("portMappings") or []):
            raise client("PortMapping.name contains invalid characters.")
        if any(not file["value"].endswith(".env") for file in container.get("environmentFiles") or []):
            raise client("Environment files must have the extension .env.")
        memory = given.get("memory")
        if memory and (container.get("memory") or 0) > int(memory):
            raise client(
                f"Invalid setting for container '{container['name']}'. The 'memory' setting for container is greater than for the task."
            )
        if not fargate:
            if not memory and not container.get("memory") and not container.get("memoryReservation"):
                raise client(
                    f"Invalid setting for container '{container['name']}'. At least one of 'memory' or 'memoryReservation' must be specified."
                )
            return
        for name in NOT_ON_FARGATE:
            if container.get(name):
                raise client(f"Fargate doesn't support the container setting '{name}'.")
        driver = (container.get("logConfiguration") or {}).get("logDriver")
        if driver and driver not in ("awslogs", "splunk", "awsfirelens"):
            raise client("Fargate only supports logDriver awslogs, splunk and awsfirelens.")
        if not given.get("executionRoleArn"):
            what = (
                "log driver awslogs"
                if driver == "awslogs"
                else "ECR images"
                if ".dkr.ecr." in container["image"]
                else "secrets"
                if names
                else None
            )
            if what:
                raise client(f"Fargate requires task definition to have execution role ARN to support {what}.")

    def check_definition(self, given):
        containers, fargate = given["containerDefinitions"], "FARGATE" in given.get("requiresCompatibilities", [])
        if not re.match(r"^[\w-]{1,255}$", given["family"], re.ASCII):
            raise client("Family contains invalid characters.")
        if not containers:
            raise client("Container definitions should not be empty")
        for role in ("taskRoleArn", "executionRoleArn"):
            if given.get(role) and not ROLE.match(given[role]):
                raise client("Role is not valid")
        if not any(container.get("essential", True) for container in containers):
            raise client("Invalid 'essential' setting. At least one container must be essential.")
        if len({container["name"] for container in containers}) < len(containers):
            raise client("Container names must be unique.")
        if fargate:
            for name in ("cpu", "memory"):
                if not given.get(name):
                    raise client(f"Fargate requires that '{name}' be defined at the task level.")
            if given.get("networkMode") != "awsvpc":
                raise client("Fargate only supports network mode ‘awsvpc’.")
            if int(given["memory"]) not in SIZES.get(int(given["cpu"]), ()):
                raise client("No Fargate configuration exists for given values.")
            if given.get("pidMode") == "host":
                raise client("Fargate only supports pidMode 'task'.")
            for volume in given.get("volumes") or []:
                shared = volume.get("dockerVolumeConfiguration") or volume.get("fsxWindowsFileServerVolumeConfiguration")
                if shared or (volume.get("host") or {}).get("sourcePath"):
                    raise client(f"Fargate compatible task definitions do not support the volume '{volume['name']}'.")
        for container in containers:
            self.check_container(container, given, fargate)

    def filled_in(self, container, mode):
        """What AWS adds to a container, and the order in which it tells lists."""
        lists = ("environment", "mountPoints", "volumesFrom", "portMappings", "systemControls")
        kept = {
            "cpu": 0,
            "essential": True,
            **{name: [] for name in lists},
            **{k: v for k, v in container.items() if v is not None},
        }
        ports = [{"protocol": "tcp", **port} for port in kept["portMappings"]]
        for port in ports:
            port["protocol"] = port["protocol"].lower()
            if mode in ("awsvpc", "host") and "containerPort" in port:
                port["hostPort"] = port["containerPort"]
            elif "containerPort" in port:
                port.setdefault("hostPort", 0)
        kept["portMappings"] = sorted(ports, key=lambda port: (port.get("containerPort", 0), port["protocol"]))
        kept["environment"] = sorted(kept["environment"], key=lambda each: each["name"])
        if "secrets" in kept:
            kept["secrets"] = sorted(kept["secrets"], key=lambda each: each["name"])
        kept["volumesFrom"] = [
            {"readOnly": False, **each} for each in sorted(kept["volumesFrom"], key=lambda each: each["sourceContainer"])
        ]
        if "healthCheck" in kept:
            kept["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3, **kept["healthCheck"]}
        capabilities = (kept.get("linuxParameters") or {}).get("capabilities")
        if capabilities is not None:
            kept["linuxParameters"] = {**kept["linuxParameters"], "capabilities": {"add": [], "drop": [], **capabilities}}
        return kept

    def filled_volume(self, volume):
        efs = volume.get("efsVolumeConfiguration")
        kept = dict(volume)
        if efs:
            kept["efsVolumeConfiguration"] = {"rootDirectory": "/", **efs}
        elif not any(key.endswith("Configuration") for key in volume) and not volume.get("configuredAtLaunch"):
            kept = {"host": {}, **volume}
        return kept

    def register_task_definition(self):
        given = {key: value for key, value in self._get_params().items() if value is not None}
        for name, unit in (("cpu", "vcpu"), ("memory", "gb")):
            if given.get(name):
                given[name] = units(given[name], unit)
        self.check_definition(given)
        tags, family, mode = given.pop("tags", []), given["family"], given.get("networkMode")
        revision = self.store.families[family] = self.store.families.get(family, 0) + 1
        arn = self.arn(f"task-definition/{family}:{revision}")
        containers = [self.filled_in(container, mode) for container in given["containerDefinitions"]]
        self.store.definitions[arn] = {
            "placementConstraints": [],
            **given,
            "taskDefinitionArn": arn,
            "revision": revision,
            "status": "ACTIVE",
            "containerDefinitions": sorted(containers, key=lambda each: each["name"]),
            "volumes": [self.filled_volume(volume) for volume in given.get("volumes", [])],
            "compatibilities": ["EC2", *given.get("requiresCompatibilities", [])],
            "registeredAt": now(),
        }
        self.keep_tags(arn, tags)
        return ActionResult({"taskDefinition": self.store.definitions[arn], "tags": self.tags_of(arn)})

    def describe_task_definition(self):
        found = self.definition()
        tags = {"tags": self.tags_of(found["taskDefinitionArn"])} if "TAGS" in (self._get_param("include") or []) else {}
        return ActionResult({"taskDefinition": found, **tags})

    def list_task_definitions(self):
        family, status = self._get_param("familyPrefix"), self._get_param("status") or "ACTIVE"
        found = [
            each for each in self.store.definitions.values() if each["status"] == status and family in (None, each["family"])
        ]
        found.sort(key=lambda each: (each["family"], each["revision"]), reverse=self._get_param("sort") == "DESC")
        return ActionResult({"taskDefinitionArns": [each["taskDefinitionArn"] for each in found]})

    def deregister_task_definition(self):
        found = self.definition()
        found["status"], found["deregisteredAt"] = "INACTIVE", now()
        return ActionResult({"taskDefinition": found})
