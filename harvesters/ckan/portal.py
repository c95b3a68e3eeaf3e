"""What the address of a CKAN portal and the source's options ask for: where its interface lies, which datasets are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from pydantic import Field

from harvesters.mapping.native_values import word
from harvesters.spider import Options

_SUBPAGES = frozenset({"about", "activity", "edit", "members", "bulk_process"})


class CkanOptions(Options):
    """The table ``[ckan]`` of a source file."""

    organizations: tuple[str, ...] = ()
    """Names of organisations, as in the addresses of their pages; only their datasets are taken."""

    groups: tuple[str, ...] = ()
    """Names of groups; only datasets of one of them are taken."""

    tags: tuple[str, ...] = ()
    """Tags; only datasets with one of them are taken."""

    fq: str | None = None
    """A further filter in Solr's syntax, as ``res_format:CSV``."""

    rows: int = Field(default=1000, ge=1)
    """Datasets asked for in one request; a portal may send fewer."""


class Portal(NamedTuple):
    """What an address says: the portal's root, filters named in it, whether it is a JSON file of packages."""

    root: str
    organizations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    fq: str = ""
    document: bool = False

    def action(self, name: str, **parameters: str | int) -> str:
        """The address of an action."""
        query = urlencode(parameters, quote_via=quote)
        return f"{self.root}/api/3/action/{name}" + (f"?{query}" if query else "")

    def page_of(self, package: Mapping[str, Any]) -> str | None:
        """The address at which a person can look at a package."""
        name = word(package.get("name")) or word(package.get("id"))
        return f"{self.root}/dataset/{quote(name, safe='')}" if name and not self.document else None


def portal(url: str) -> Portal:
    """The portal behind an address: its root, ``/api/3``, an action, a dataset's, an organisation's or a group's page."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    query = parse_qs(parts.query)
    named: dict[str, list[str]] = {key: query.get(key, []) for key in ("organization", "groups", "tags")}
    if segments and segments[-1].lower().endswith(".json") and "action" not in segments:
        return Portal(url, document=True)
    at = len(segments)
    for mark in ("api", "dataset", "organization", "group"):
        if mark in segments:
            at = segments.index(mark)
            behind = [segment for segment in segments[at + 1 :] if segment not in _SUBPAGES]
            key = {"organization": "organization", "group": "groups"}.get(mark)
            if key and behind:
                named[key] = [*named[key], behind[-1]]
            break
    root = f"{parts.scheme}://{parts.netloc}" + "".join(f"/{segment}" for segment in segments[:at])
    fq = " ".join(query.get("fq", []))
    return Portal(root, tuple(named["organization"]), tuple(named["groups"]), tuple(named["tags"]), fq)


def filter_query(named: Portal, options: CkanOptions) -> str:
    """One Solr filter for all that is asked for; a second ``fq`` would be refused with status 409 (F79)."""
    clauses = []
    for field, values in _filters(named, options):
        quoted = [f'"{_escaped(value)}"' for value in dict.fromkeys(values)]
        if quoted:
            clauses.append(f"+{field}:{quoted[0]}" if len(quoted) == 1 else f"+{field}:({' OR '.join(quoted)})")
    clauses += [clause for clause in (named.fq, options.fq) if clause]
    return " ".join(clauses)


def is_chosen(package: Mapping[str, Any], named: Portal, options: CkanOptions) -> bool:
    """Whether a package meets the filters; for lists, which know none."""
    for field, values in _filters(named, options):
        given = package.get(field)
        marks: set[str] = set()
        for each in given if isinstance(given, list) else [given]:
            said = [each.get(part) for part in ("name", "id", "title")] if isinstance(each, dict) else [each]
            marks.update(text.removeprefix("group/") for part in said if (text := word(part)))
        if values and not marks & set(values):
            return False
    return True


def _filters(named: Portal, options: CkanOptions) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "organization", (*named.organizations, *options.organizations)
    yield "groups", (*named.groups, *options.groups)
    yield "tags", (*named.tags, *options.tags)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
