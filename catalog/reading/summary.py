"""What lists, facets and the search index need of a record, taken out of it once when it is staged."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from schemas.kinds import Literal
from schemas.model import (
    Agent,
    DataService,
    Dataset,
    DatasetSeries,
    Distribution,
    PeriodOfTime,
    Resource,
    Resources,
    iri_of,
    text,
)
from schemas.namespaces import DCTERMS
from schemas.vocabularies import LISTS, find_file_type, find_license


class Summary(NamedTuple):
    """A record in short. Codes are those of the filters (``ENVI``, ``CSV``, ``dl-by-de/2.0``); dates are ISO texts.

    ``refs`` are the IRIs of agents, services and series that the record refers to: a feed page shows them with it.
    """

    kind: str
    title: str
    description: str
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    issued: str = ""
    modified: str = ""
    period: tuple[str, str] = ("", "")
    publisher: str = ""
    hvd: bool = False
    refs: tuple[str, ...] = ()
    files: tuple[tuple[str, str, str, str], ...] = ()  # title, format, address, byte size
    service: bool = False
    violations: int = 0
    warnings: int = 0

    def to_json(self) -> str:
        """The summary as it lies in the store."""
        return orjson.dumps(list(self)).decode()

    @classmethod
    def from_json(cls, stored: str) -> Summary:
        """The summary out of the store."""
        values: list[Any] = orjson.loads(stored)
        for place in _LISTS:
            values[place] = tuple(values[place])
        values[_FILES] = tuple(map(tuple, values[_FILES]))
        return cls(*values)


_FILES = Summary._fields.index("files")
_REFS = Summary._fields.index("refs")
_LISTS = tuple(map(Summary._fields.index, ("keywords", "themes", "formats", "licenses", "period", "refs")))


def refs_of(stored: str) -> tuple[str, ...]:
    """The ``refs`` of a summary in the store, without the rest."""
    return tuple(orjson.loads(stored)[_REFS])


def kind_of(record: Resource) -> str:
    """The kind under which a record is kept: dataset, service, series or agent."""
    kinds = {Dataset: "dataset", DataService: "service", DatasetSeries: "series", Agent: "agent"}
    return next(kind for record_class, kind in kinds.items() if isinstance(record, record_class))


def summarize(record: Resource, violations: int, warnings: int, lang: str = "de") -> Summary:
    """A record in short; texts in ``lang`` where there are any."""
    if isinstance(record, Agent):
        return Summary("agent", text(record.name, lang), "")
    if isinstance(record, DatasetSeries):
        return Summary("series", text(record.title, lang), text(record.description, lang), refs=_refs(record))
    if isinstance(record, DataService):
        return Summary(
            "service",
            text(record.title, lang),
            text(record.description, lang),
            keywords=_texts(record.keyword),
            themes=_codes(record.theme, "data-theme"),
            refs=_refs(record),
            service=True,
            violations=violations,
            warnings=warnings,
        )
    assert isinstance(record, Dataset)
    distributions = [d for d in record.distribution if isinstance(d, Distribution)]
    files = tuple(file_of(d, lang) for d in distributions)
    period = next((p for p in record.temporal if isinstance(p, PeriodOfTime)), None)
    return Summary(
        kind="dataset",
        title=text(record.title, lang),
        description=text(record.description, lang)[:2000],
        keywords=_texts(record.keyword),
        themes=_codes(record.theme, "data-theme"),
        formats=tuple(dict.fromkeys(f[1] for f in files if f[1])),
        licenses=tuple(dict.fromkeys(code for d in distributions for code in _license(d))),
        issued=_first(record.issued),
        modified=_first(record.modified) or max((_first(d.modified) for d in distributions), default=""),
        period=(_first(period.start_date), _first(period.end_date)) if period else ("", ""),
        publisher=next((iri for iri in map(iri_of, record.publisher) if iri), ""),
        hvd=bool(record.hvd_category),
        refs=_refs(record),
        files=files,
        service=any(d.access_service for d in distributions),
        violations=violations,
        warnings=warnings,
    )


def _texts(texts: tuple[Literal, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.text for value in texts))


def _first(texts: tuple[Literal, ...]) -> str:
    return texts[0].text if texts else ""


def _codes(values: Resources, list_name: str) -> tuple[str, ...]:
    known = LISTS[list_name]
    codes = (known.by_iri(iri) for iri in map(iri_of, values) if iri)
    return tuple(dict.fromkeys(code.code for code in codes if code))


def file_of(distribution: Distribution, lang: str = "de") -> tuple[str, str, str, str]:
    """A file as lists show it: its title, format, address and size in bytes."""
    addresses = distribution.download_url or distribution.access_url
    return (
        text(distribution.title, lang),
        next(iter(_codes(distribution.format, "file-type")), "") or _stated_format(distribution),
        next((iri for iri in map(iri_of, addresses) if iri), ""),
        _first(distribution.byte_size),
    )


def _stated_format(distribution: Distribution) -> str:
    stated = [iri for iri in map(iri_of, (*distribution.format, *distribution.media_type)) if iri]
    stated += [v.text for p, v in distribution.extra if p == str(DCTERMS.format) and isinstance(v, Literal)]
    return next((code.code for code in map(find_file_type, stated) if code), "")


def _license(distribution: Distribution) -> list[str]:
    codes = _codes(distribution.license, "license")
    if codes:
        return list(codes)
    stated = [iri for iri in map(iri_of, distribution.license) if iri]
    return [code.code for code in map(find_license, stated) if code]


def _refs(record: Resource) -> tuple[str, ...]:
    """The IRIs of all agents, services and series that the record refers to."""
    refs: dict[str, None] = {}
    for role in ("publisher", "creator", "contributor", "originator", "custodian", "in_series", "access_service"):
        for value in getattr(record, role, ()):
            if isinstance(value, str):
                refs[value] = None
    for attribution in getattr(record, "qualified_attribution", ()):
        for value in getattr(attribution, "agent", ()):
            if isinstance(value, str):
                refs[value] = None
    for distribution in getattr(record, "distribution", ()):
        for value in getattr(distribution, "access_service", ()):
            if isinstance(value, str):
                refs[value] = None
    return tuple(refs)
