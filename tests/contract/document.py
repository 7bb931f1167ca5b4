"""http/openapi.yaml as the checks read it: its operations, and its schemas as validators.

References are written out once, when the document is read, so that whoever validates never follows
one: `{$ref: X, more}` becomes `{allOf: [X], more}`, which means the same in JSON Schema 2020-12.
"""

import datetime
import re
import sys

import jsonschema
import yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d([.]\d+)?([Zz]|[+-]\d\d:\d\d)")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# What requests may say, and what we say: times of ours are in UTC, ids in small letters.
LENIENT, STRICT = jsonschema.FormatChecker(()), jsonschema.FormatChecker(())


def _is_time(value):
    if not isinstance(value, str):
        return True
    if not _TIME.fullmatch(value):
        return False
    seconds = value[:19].upper().replace(":60", ":59")  # a leap second
    datetime.datetime.strptime(seconds, "%Y-%m-%dT%H:%M:%S")
    return True


def _is_our_time(value):
    return _is_time(value) and (not isinstance(value, str) or value.endswith("Z"))


def _is_uuid(value):
    return not isinstance(value, str) or bool(_UUID.fullmatch(value.lower()))


def _is_our_uuid(value):
    return not isinstance(value, str) or bool(_UUID.fullmatch(value))


_MEANINGS = ((LENIENT, _is_time, _is_uuid), (STRICT, _is_our_time, _is_our_uuid))
for _checker, _time, _uuid in _MEANINGS:
    _checker.checks("date-time", raises=ValueError)(_time)
    _checker.checks("uuid")(_uuid)
# These two have a pattern beside them, which says all of it.
FORMATS = ("date-time", "uuid", "duration", "uri-reference")


class _Loader(yaml.SafeLoader):
    """Refuses a key that is there twice, of which YAML's own takes the last in silence."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for at, key in enumerate(keys):
            if key in keys[:at]:
                line = node.value[at][0].start_mark.line + 1
                raise ValueError(f"`{key}` in line {line} is there already")
        return super().construct_mapping(node, deep)


class Document:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        try:
            self.raw = _plain(yaml.load(self.text, _Loader))
        except (yaml.YAMLError, ValueError) as error:
            sys.exit(f"{path} cannot be read: {error}")
        self._written_out = {}
        self._validators = {}
        self.operations = {
            (method.upper(), path): Operation(self, path, item, method)
            for path, item in self.raw["paths"].items()
            for method in METHODS
            if method in item
        }
        # A word beats a parameter, as in the server's router.
        paths = sorted(self.raw["paths"], key=lambda path: [p[:1] == "{" for p in path.split("/")])
        self._patterns = [(path, _pattern_of(path)) for path in paths]

    def find(self, reference):
        """What `#/components/…` names."""
        at = self.raw
        for part in reference.removeprefix("#/").split("/"):
            if part not in at:
                sys.exit(f"{reference} is referred to, and is not there")
            at = at[part]
        return at

    def resolved(self, node):
        """A parameter, response, header or body, be it a reference."""
        return self.find(node["$ref"]) if "$ref" in node else node

    def path_of(self, path):
        """The template that a path fits; None if there is none."""
        return next((known for known, pattern in self._patterns if pattern.fullmatch(path)), None)

    def written_out(self, schema):
        """The schema without references. None of ours refers to itself."""
        if isinstance(schema, list):
            return [self.written_out(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if id(schema) in self._written_out:
            return self._written_out[id(schema)]
        made = {key: self.written_out(value) for key, value in schema.items() if key != "$ref"}
        if "$ref" in schema:
            target = self.written_out(self.find(schema["$ref"]))
            made = {"allOf": [target, *made.pop("allOf", [])], **made} if made else target
        self._written_out[id(schema)] = made
        return made

    def complaints(self, schema, value, formats=STRICT, closed=False):
        """Why the value does not fit. `closed`: nor do members that are not described."""
        key = (id(schema), id(formats), closed)
        if key not in self._validators:
            whole = self.written_out(schema)
            if closed:
                whole = {"allOf": [whole], "unevaluatedProperties": False}
            self._validators[key] = jsonschema.Draft202012Validator(whole, format_checker=formats)
        for error in self._validators[key].iter_errors(value):
            parts = (f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
            where = "".join(parts).lstrip(".")
            yield f"{where}: {_shortened(error)}" if where else _shortened(error)


class Operation:
    def __init__(self, document, path, item, method):
        self.path, self.method, self.raw = path, method.upper(), item[method]
        self.name = f"{self.method} {path}"
        self.responses = {
            status: document.resolved(response)
            for status, response in self.raw.get("responses", {}).items()
        }
        body = self.raw.get("requestBody")
        self.body = document.resolved(body) if body is not None else None
        all_of_them = [*item.get("parameters", []), *self.raw.get("parameters", [])]
        self.parameters = {
            (each["in"], each["name"]): each for each in map(document.resolved, all_of_them)
        }


def _pattern_of(path):
    parts = ("[^/]+" if part[:1] == "{" else re.escape(part) for part in path.split("/"))
    return re.compile("/".join(parts))


def _plain(node):
    """As JSON has it: no keys but texts."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if isinstance(node, (datetime.datetime, datetime.date)):
        raise ValueError(f"{node} is a time to YAML: put it in quotes")
    return node


def _shortened(error, most=300):
    text = error.message
    return text if len(text) <= most else text[:most] + " …"
