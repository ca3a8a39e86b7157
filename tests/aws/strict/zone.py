"""The states of availability zones that a test asks for: moto's are always available."""

STATES = ("available", "information", "impaired", "unavailable", "constrained")
# By account and the zone's name.
MARKED = {}


def mark(owner, states):
    """From now on, these zones are in these states, as the account sees them."""
    odd = sorted(set(states.values()) - set(STATES))
    if odd or not owner:
        raise ValueError(f"want `zones?account=A` and states out of {', '.join(STATES)}, not {odd}")
    MARKED.update({(owner, name): state for name, state in states.items()})
    return states


def reset(owner=None):
    for place in [place for place in MARKED if owner in (None, place[0])]:
        del MARKED[place]
