"""ECS as strict as AWS."""


def install():
    """Nothing yet: moto's own answers."""
