"""Route 53 CIDR collections, as far as records name their locations; moto has none."""

import uuid

from ..response import Refusal

PATHS = (
    r"{0}/(?P<api_version>[\d_-]+)/cidrcollection$",
    r"{0}/(?P<api_version>[\d_-]+)/cidrcollection/(?P<cidr_collection_id>[^/]+)$",
)


def collections(backend):
    return backend.__dict__.setdefault("cidr_collections", {})


def create(backend, name, reference):
    if any(each["name"] == name or each["reference"] == reference for each in collections(backend).values()):
        raise Refusal("CidrCollectionAlreadyExistsException", f"A CIDR collection with the name {name} already exists.")
    collection_id = str(uuid.uuid4())
    collections(backend)[collection_id] = {"name": name, "reference": reference, "locations": {}}
    arn = f"arn:aws:route53:::cidrcollection/{collection_id}"
    return {"Collection": {"Arn": arn, "Id": collection_id, "Name": name, "Version": 1}, "Location": arn}


def found(backend, collection_id):
    if collection_id not in collections(backend):
        raise Refusal("NoSuchCidrCollectionException", f"The CIDR collection {collection_id} does not exist.")
    return collections(backend)[collection_id]


def change(backend, collection_id, changes):
    locations = found(backend, collection_id)["locations"]
    for each in changes:
        blocks = locations.setdefault(each["LocationName"], set())
        (blocks.update if each["Action"] == "PUT" else blocks.difference_update)(each["CidrList"])
    return {"Id": collection_id}


def check(backend, place):
    """Refuses a location that a record can't name."""
    locations = found(backend, place["CollectionId"])["locations"]
    if place["LocationName"] != "*" and place["LocationName"] not in locations:
        raise Refusal(
            "NoSuchCidrLocationException", f"The CIDR location {place['LocationName']} does not exist in {place['CollectionId']}."
        )
