"""Filters: a thing with several values fits when any of them fits any value of the filter."""

import fnmatch

from moto.ec2 import utils

matching = utils.is_filter_matching


def any_matching(thing, name, wanted):
    """moto wants all of the thing's values in the filter, or all of the filter's in the thing."""
    if matching(thing, name, wanted):
        return True
    values = thing.get_filter_value(name)
    if not isinstance(wanted, list) or isinstance(values, (bool, str)):
        return False
    try:
        texts = [value for value in values if isinstance(value, str)]
    except TypeError:
        return False
    return any(fnmatch.fnmatch(text, pattern) for text in texts for pattern in wanted)


def install():
    utils.is_filter_matching = any_matching
