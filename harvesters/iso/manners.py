"""The ways in which a catalogue can be asked for what is wanted: by schema, by method, by language, the best first."""

from __future__ import annotations

from typing import NamedTuple

from harvesters.iso.catalogue import CSW_2, CSW_3, GMD, MDB, Catalogue
from harvesters.iso.queries import Condition, Query

_SCHEMAS = {"gmd": GMD, "iso19139": GMD, "mdb": f"{MDB}/2.0", "iso19115-3": f"{MDB}/2.0", "dc": ""}


class Wishes(NamedTuple):
    """Which records are wanted: types, a keyword, a condition in CQL, a schema, those changed since a day."""

    types: tuple[str, ...] = ()
    keyword: str = ""
    constraint: str = ""
    schema: str = ""
    since: str = ""


class Manner(NamedTuple):
    """One way of asking: by GET or POST, where, for what."""

    method: str
    url: str
    query: Query


def manners(known: Catalogue, wishes: Wishes) -> tuple[list[Manner], list[tuple[str, str]]]:
    """The ways, the best first: schemas in their order, each by GET before POST, filters before CQL.

    Gives also which properties the catalogue does not offer, each with the one that is asked for in its stead.
    """
    conditions, missing = _conditions(known, wishes)
    ways: list[Manner] = []
    for schema in _schemas(known, wishes.schema):
        query = Query(known.version, schema, _type_name(known, schema), conditions, wishes.constraint)
        if known.get is not None:
            ways += [Manner("GET", known.get, query._replace(language=each)) for each in _languages(known, query)]
        if known.post is not None:
            ways.append(Manner("POST", known.post, query))
    return ways, missing


def _schemas(known: Catalogue, wanted: str) -> list[str]:
    dublin_core = CSW_3 if known.version.startswith("3") else CSW_2
    if wanted:
        return [_SCHEMAS.get(wanted.casefold(), wanted) or dublin_core]
    iso = [each for each in known.schemas if each.rstrip("/") == GMD]
    iso += sorted((each for each in known.schemas if each.startswith(MDB)), reverse=True)
    return [*iso, dublin_core] if iso or known.schemas else [GMD, dublin_core]


def _conditions(known: Catalogue, wishes: Wishes) -> tuple[tuple[Condition, ...], list[tuple[str, str]]]:
    found: list[Condition] = []
    missing: list[tuple[str, str]] = []
    for name, fallback, operator, values in (
        ("Type", "dc:type", "=", wishes.types),
        ("Subject", "dc:subject", "like", (wishes.keyword,) if wishes.keyword else ()),
    ):
        offered = known.queryable(name, fallback)
        if values:
            found.append(Condition(offered or fallback, operator, values))
            missing += [(name, fallback)] if offered is None and known.queryables else []
    modified = known.queryable("Modified")
    if wishes.since and modified is not None:
        found.append(Condition(modified, ">=", (wishes.since,)))
    return tuple(found), missing


def _languages(known: Catalogue, query: Query) -> tuple[str, ...]:
    """The languages for conditions: filters are understood better, words of a source file are CQL."""
    if query.constraint or not query.conditions:
        return ("CQL_TEXT",)
    return tuple(each for each in ("FILTER", "CQL_TEXT") if each in known.languages or not known.languages)


def _type_name(known: Catalogue, schema: str) -> str:
    """The type of record to ask for: that of the schema if the catalogue knows it, else its common one."""
    wanted = "gmd:MD_Metadata" if schema.startswith(GMD) else "mdb:MD_Metadata" if schema.startswith(MDB) else ""
    own = "csw30:Record" if known.version.startswith("3") else "csw:Record"
    for name in (wanted, own, "csw:Record"):
        if name and name in known.type_names:
            return name
    return next((each for each in known.type_names if wanted and each.endswith("MD_Metadata")), own)
