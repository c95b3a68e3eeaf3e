"""Answers CKAN's Action API v3 (CKAN 2.10) from a list of packages, with the quirks that real portals have."""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

Package = dict[str, Any]
Parameters = Mapping[str, Any]

_CLAUSE = re.compile(
    r'(?<![a-z_])(?P<sign>[+-]?)(?P<field>[a-z_]+):(?:"(?P<quoted>[^"]*)"|(?P<group>[\[(][^\])]*[\])])|(?P<word>\S+))'
)
_ROWS_CAP = 1000


class ActionError(Exception):
    """Raised inside an action; carries CKAN's error type, its message and the HTTP status."""

    def __init__(self, kind: str, message: str, status: int) -> None:
        super().__init__(message)
        self.kind, self.status = kind, status


class Answer(NamedTuple):
    """The HTTP status and the JSON body of an action."""

    status: int
    body: bytes


class Portal:
    """The fake portal: `packages.json`, `organizations.json` and `groups.json` of one folder, read anew when asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._actions: dict[str, Callable[[Parameters], Any]] = {
            "group_list": lambda parameters: self._names("groups.json", parameters),
            "help_show": lambda parameters: f"Beispieldaten: {parameters.get('name')} wie in CKAN 2.10",
            "organization_list": lambda parameters: self._names("organizations.json", parameters),
            "organization_show": self._organization_show,
            "package_list": self._package_list,
            "package_search": self._package_search,
            "package_show": self._package_show,
            "site_read": lambda _: True,
            "status_show": lambda _: {
                "ckan_version": "2.10.4",
                "site_title": "Offene Daten Neuhof (Beispieldaten)",
                "site_url": "http://127.0.0.1:8410/ckan-neuhof",
                "locale_default": "de",
                "extensions": ["dcat", "datastore"],
                "error_emails_to": None,
            },
        }

    def packages(self) -> list[Package]:
        """Give all packages, also the broken one."""
        return self._read("packages.json")

    def answer(self, action: str, query: str, posted: bytes = b"") -> Answer:
        """Run an action with the parameters of the query string or, if there is one, of the posted JSON object."""
        try:
            if action not in self._actions:
                raise ActionError("Bad Request", f"Bad request - Action name not known: {action}", 400)
            result = self._actions[action](_parameters(query, posted))
        except ActionError as error:
            content: dict[str, Any] = {
                "success": False,
                "error": {"__type": error.kind, "message": str(error)},
            }
            return Answer(error.status, _json({"help": _help(action), **content}))
        return Answer(200, _json({"help": _help(action), "success": True, "result": result}))

    def _read(self, name: str) -> list[Package]:
        entries: list[Package] = json.loads((self._folder / name).read_bytes())
        return entries

    def _names(self, name: str, parameters: Parameters) -> list[Any]:
        entries = self._read(name)
        return entries if _true(parameters.get("all_fields")) else [entry["name"] for entry in entries]

    def _organization_show(self, parameters: Parameters) -> Package:
        return _one(self._read("organizations.json"), parameters)

    def _package_show(self, parameters: Parameters) -> Package:
        return _one(self.packages(), parameters)

    def _package_list(self, parameters: Parameters) -> list[str]:
        names = sorted(package["name"] for package in self.packages() if package["name"])
        start = _count(parameters, "offset", 0)
        return names[start : start + _count(parameters, "limit", len(names))]

    def _package_search(self, parameters: Parameters) -> dict[str, Any]:
        clauses = parameters.get("fq_list") or parameters.get("fq") or ""
        if isinstance(clauses, list) and "fq" in parameters:
            raise ActionError("Validation Error", "fq: only one value is allowed, use fq_list", 409)
        wanted = " ".join(clauses) if isinstance(clauses, list) else str(clauses)
        words = str(parameters.get("q") or "*:*")
        found = [package for package in self.packages() if _matches(package, wanted) and _speaks_of(package, words)]
        order = str(parameters.get("sort") or "metadata_modified desc")
        for field in reversed(order.split(",")):
            name, _, direction = field.strip().partition(" ")
            found.sort(key=partial(_text, name), reverse=direction.strip() == "desc")
        start = _count(parameters, "start", 0)
        rows = min(_count(parameters, "rows", 10), _ROWS_CAP)
        return {
            "count": len(found),
            "facets": {},
            "results": found[start : start + rows],
            "search_facets": {},
            "sort": order,
        }


def _parameters(query: str, posted: bytes) -> Parameters:
    if posted:
        try:
            given = json.loads(posted)
        except ValueError as error:
            raise ActionError("Bad Request", f"Bad request - JSON Error: {error}", 400) from error
        if not isinstance(given, dict):
            raise ActionError("Bad Request", "Bad request - Request data JSON decoded is not a dictionary", 400)
        return given
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _matches(package: Package, query: str) -> bool:
    """Say whether a package meets all clauses of a Solr filter: `field:value`, `("a" OR b)`, `[a TO b]`, `-` before."""
    for clause in _CLAUSE.finditer(query):
        values = _field(package, clause["field"])
        group, word = clause["group"], clause["quoted"] if clause["quoted"] is not None else clause["word"]
        if group is None:
            hit = word == "*" or word in values
        elif group.startswith("["):
            low, _, high = group[1:-1].partition(" TO ")
            hit = any((low == "*" or low.rstrip("Z") <= v) and (high == "*" or v <= high.rstrip("Z")) for v in values)
        else:
            hit = any(choice.strip().strip('"') in values for choice in re.split(r"\s+OR\s+", group[1:-1]))
        if hit == (clause["sign"] == "-"):
            return False
    return True


def _field(package: Package, field: str) -> list[str]:
    match field:
        case "organization":
            return [package["organization"]["name"]]
        case "groups" | "tags":
            return [entry["name"] for entry in package[field]]
        case "res_format":
            return [resource["format"] for resource in package["resources"]]
    return [str(package[field])] if package.get(field) is not None else []


def _speaks_of(package: Package, words: str) -> bool:
    text = " ".join(str(package[field]) for field in ("name", "title", "notes")).casefold()
    return words in ("*:*", "*") or all(word.casefold() in text for word in words.split())


def _text(field: str, package: Package) -> str:
    return str(package.get(field) or "")


def _one(entries: list[Package], parameters: Parameters) -> Package:
    wanted = parameters.get("id")
    if not wanted:
        raise ActionError("Validation Error", "id: Missing value", 409)
    for entry in entries:
        if wanted in (entry["id"], entry["name"]):
            return entry
    raise ActionError("Not Found Error", "Not found", 404)


def _count(parameters: Parameters, name: str, default: int) -> int:
    given = parameters.get(name, default)
    if not str(given).isdecimal():
        raise ActionError("Validation Error", f"{name}: Must be a natural number", 409)
    return int(given)


def _true(value: object) -> bool:
    return str(value).lower() in ("true", "1", "yes")


def _help(action: str) -> str:
    return f"http://127.0.0.1:8410/ckan-neuhof/api/3/action/help_show?name={action}"


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
