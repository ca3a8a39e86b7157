"""A vendor's description of its API (OpenAPI 3.0), to which every request and every answer is held."""

import json
import re

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4


class Wrong(Exception):
    """Somebody said something that the description does not know."""


def nullable(schema):
    """What may be null may be it beside an enumeration, too: that is how GitHub means it and answers."""
    if schema.get("nullable") is True and isinstance(schema.get("enum"), list):
        schema["enum"].append(None)
    return schema


class Description:
    def __init__(self, file):
        with open(file, encoding="utf-8") as text:
            self.whole = json.load(text, object_hook=nullable)
        resource = Resource(contents=self.whole, specification=DRAFT4)
        self.registry = Registry().with_resource("urn:api", resource)
        self.paths = []
        for template, operations in self.whole["paths"].items():
            # What is fixed counts more than what is open: `/user` before `/{x}`.
            pattern = re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(template))
            self.paths.append((template.count("{"), re.compile(pattern), template, operations))
        self.paths.sort(key=lambda path: path[0])

    def at(self, value):
        """Follows a reference."""
        while isinstance(value, dict) and "$ref" in value:
            found = self.whole
            for name in value["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            value = found
        return value

    def example(self, name):
        """A whole answer, as the vendor shows it."""
        return json.loads(json.dumps(self.at({"$ref": f"#/components/examples/{name}"})["value"]))

    def request(self, method, path, query, body):
        for _, pattern, template, operations in self.paths:
            if pattern.fullmatch(path) and method.lower() in operations:
                operation = operations[method.lower()]
                break
        else:
            raise Wrong("there is no such operation")
        known = [self.at(one) for one in [*operations.get("parameters", []), *operation.get("parameters", [])]]
        queries = {one["name"]: one["schema"] for one in known if one["in"] == "query"}
        for name, value in query.items():
            if name not in queries:
                raise Wrong(f"{template} knows no `{name}`")
            self.check(f"`{name}`", queries[name], self.typed(queries[name], value))
        content = self.at(operation.get("requestBody", {})).get("content", {})
        if body is not None:
            if "application/json" not in content:
                raise Wrong(f"{template} takes no body")
            self.check("the request", content["application/json"]["schema"], body)
        elif self.at(operation.get("requestBody", {})).get("required"):
            raise Wrong(f"{template} wants a body")
        return operation

    def typed(self, schema, value):
        if self.at(schema).get("type") == "integer" and value.isdigit():
            return int(value)
        return value

    def answer(self, operation, status, answer):
        response = self.at(operation["responses"].get(str(status)))
        if response is None:
            raise Wrong(f"it never answers {status}")
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema is not None:
            self.check("the answer", schema, answer)
        elif answer is not None:
            raise Wrong(f"{status} has no content")

    def check(self, what, schema, value):
        # References in it are to the whole.
        schema = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
        validator = OAS30Validator(schema, registry=self.registry)
        for error in validator.iter_errors(value):
            raise Wrong(f"{what}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
