"""What AWS does and moto does not, one module a service, put in place when the service is first called."""

import importlib

SERVICES = {}


def install(service):
    """Patches moto's `service` once. Services that are not listed are moto's own."""
    module = SERVICES.pop(service, None)
    if module:
        importlib.import_module(f"{__name__}.{module}").install()
