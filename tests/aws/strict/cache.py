"""Answers that moto works out anew for each call although they never change: half of its time."""

import functools

from moto import backends
from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication


def install():
    # Which services there are: moto asks the file system.
    services = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    # Which service a host name means: moto tries one pattern after the other.
    DomainDispatcherApplication.get_backend_for_host = functools.cache(DomainDispatcherApplication.get_backend_for_host)
    # Which operations a service has: moto looks through the class.
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
