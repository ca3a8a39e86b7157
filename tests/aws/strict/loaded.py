"""Other services of moto, as far as they were called."""

import importlib
import sys


def models(service):
    """Moto's models of the service, or None where nothing needed them so far, so that nothing of it can exist.
    A module that another thread is just importing is already in `sys.modules`, half made; importing it waits for the rest."""
    name = f"moto.{service}.models"
    return importlib.import_module(name) if name in sys.modules else None
