"""Reads records that their source describes in RDF: what the table knows becomes attributes, all else stays as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from harvesters.mapping.places import geometries_apart
from harvesters.reading import (
    DERIVED_ID,
    RECORD_TOO_LARGE,
    Context,
    Harvested,
    Native,
    Reading,
    TraceEntry,
    Unusable,
    without_identity,
)
from schemas import iris, rdf
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal, is_web
from schemas.limits import Limits
from schemas.model import DataService, Dataset, DatasetSeries, Distribution, Resource
from schemas.namespaces import ADMS, DCAT, DCTERMS, FOAF
from schemas.reading_plans import place_of
from schemas.triples import RDF_TYPE, Fingerprints, RecordLimit, Triples

LOOP = declare(
    "dcat-own-iri",
    "Der Eintrag trägt eine IRI dieses Katalogs ({0}); er wurde zurückgestellt.",
    "The entry carries an IRI of this catalogue ({0}); it was set aside.",
    "Prüfen Sie, ob die Quelle diesen Katalog ihrerseits einliest.",
    "Check whether the source harvests this catalogue in turn.",
    "DESIGN 3, Identity",
)
FOREIGN_WORDS = declare(
    "dcat-describes-own-iris",
    "Die Quelle beschreibt {0} IRIs dieses Katalogs, zum Beispiel {1}; diese Angaben bleiben weg.",
    "The source describes {0} IRIs of this catalogue, for example {1}; this is left out.",
    "Prüfen Sie, ob die Quelle diesen Katalog ihrerseits einliest.",
    "Check whether the source harvests this catalogue in turn.",
    "DESIGN 3, Identity",
)
ORPHANS = declare(
    "dcat-distribution-without-dataset",
    "{0} Distributionen gehören zu keinem Datensatz der Seite und bleiben weg, zum Beispiel {1}.",
    "{0} distributions belong to no dataset of the page and are left out, for example {1}.",
    "Verweisen Sie an der Quelle mit dcat:distribution vom Datensatz auf die Distribution.",
    "Refer from the dataset to the distribution with dcat:distribution at the source.",
)

_DATASET, _CATALOG, _SERIES, _SERVICE, _DISTRIBUTION, _RECORD = (
    str(DCAT[name]) for name in ("Dataset", "Catalog", "DatasetSeries", "DataService", "Distribution", "CatalogRecord")
)
_CLASSES = frozenset({_DATASET, _CATALOG, _SERIES, _SERVICE, _DISTRIBUTION, _RECORD})
_LISTS, _TOPIC, _IDENTIFIER, _TITLE, _LANDING = (
    str(p) for p in (DCAT.dataset, FOAF.primaryTopic, DCTERMS.identifier, DCTERMS.title, DCAT.landingPage)
)
_HAS_DISTRIBUTION = (str(DCAT.distribution), str(ADMS.sample))
_ADDRESSES = (str(DCAT.accessURL), str(DCAT.downloadURL), str(DCAT.endpointURL))
_KINDS: dict[type[Harvested], str] = {Dataset: "dataset", DataService: "service", DatasetSeries: "series"}


class Identity(NamedTuple):
    """A record's identifier at its source, and whether it had to be derived from address and title (F10)."""

    native_id: str | None
    derived: bool = False


class Feed:
    """One document with the subjects of it that are records of their own; shared by all natives cut from it."""

    def __init__(self, triples: Triples, own: frozenset[str], catalog_records: Mapping[str, str]) -> None:
        self.triples = triples
        self.own = own
        self.catalog_records = catalog_records
        self._identities: dict[str, Identity] = {}
        self._derived: Counter[str | None] = Counter()
        self._names: dict[str, dict[str, str]] = {}
        self._reading: tuple[Limits, rdf.Reading] | None = None

    def identity(self, subject: str) -> Identity:
        """The identity of one of the document's records."""
        if not subject.startswith("_:"):
            return Identity(subject)
        known = self._identities.get(subject)
        if known is None:
            known = self._identify(subject)
            if known.derived and subject in self.own:
                known = self._told_apart(subject, known)
            self._identities[subject] = known
        return known

    def _told_apart(self, subject: str, identity: Identity) -> Identity:
        """A derived identifier that another record of the document has too, made longer by what hangs on the record."""
        if not self._derived:
            nameless = (s for s in self.own if s.startswith("_:") and s in self.triples.by_subject)
            self._derived.update(self._identify(s).native_id for s in nameless)
        if self._derived[identity.native_id] < 2:
            return identity
        return Identity(f"{identity.native_id}-{Fingerprints(self.triples, self.own).token(subject)[2:]}", True)

    def _identify(self, subject: str) -> Identity:
        identifiers = self.texts(subject, _IDENTIFIER)
        if identifiers:
            return Identity(identifiers[0])
        addresses = self.addresses(subject)
        for predicate in _HAS_DISTRIBUTION:
            for value in self.triples.values(subject, predicate):
                addresses += self.addresses(value) if isinstance(value, str) else ()
        titles = self.texts(subject, _TITLE)
        if not addresses and not titles:
            return Identity(None)
        parts = "\x1f".join((min(addresses, default=""), titles[0] if titles else ""))
        return Identity(blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest(), True)

    def texts(self, subject: str, predicate: str) -> list[str]:
        """The texts of a property, sorted, so that their order in the document does not matter."""
        values = self.triples.values(subject, predicate)
        return sorted({(v.text if isinstance(v, Literal) else v).strip() for v in values if v[:2] != "_:"} - {""})

    def addresses(self, subject: str) -> list[str]:
        """The addresses of a distribution or service, those where it can be had first."""
        return [text for predicate in _ADDRESSES for text in self.texts(subject, predicate)]

    def names(self, context: Context) -> dict[str, str]:
        """The IRIs of the document's records that have no http(s) IRI of their own."""
        source = context.source.key
        known = self._names.get(source)
        if known is None:
            known = self._names[source] = {}
            for subject in self.own:
                native_id = None if is_web(subject) else self.identity(subject).native_id
                if native_id is not None:
                    kind = _KINDS.get(_class_of(self.triples.types(subject)), "dataset")
                    known[subject] = iris.mint(context.base_url, kind, iris.key(source, native_id))
        return known

    def reading(self, limits: Limits) -> rdf.Reading:
        """What reads the document's records under the limits of the source."""
        if self._reading is None or self._reading[0] is not limits:
            reading = rdf.Reading(
                self.triples,
                self.own,
                max_depth=limits.depth,
                max_blank_nodes=limits.record_blank_nodes,
                max_triples=limits.record_triples,
            )
            self._reading = (limits, reading)
        return self._reading[1]


class Entry(NamedTuple):
    """One record in its document: what a native of this format holds."""

    feed: Feed
    subject: str
    record_class: type[Harvested]

    @property
    def native_id(self) -> str | None:
        """Its identifier at the source: its IRI, else its dcterms:identifier, else one derived from address and title."""
        return self.feed.identity(self.subject).native_id


class Cut(NamedTuple):
    """A document cut into natives: also what could not be cut out, what is worth saying, and what its catalogues list."""

    natives: list[Native]
    unusable: list[Finding]
    remarks: list[Finding]
    listed: list[str]


def cut(triples: Triples, base_url: str, limits: Limits) -> Cut:
    """The records of a document as natives: its datasets, and those services and series that no dataset refers to.

    Takes the region's base address: what the document says under it is not read.
    """
    outline = _outline(triples)
    foreign = [subject for subject in triples.by_subject if _under(subject, base_url)]
    described = Feed(triples, frozenset(), {})
    # A blank node that nothing identifies is a part of what refers to it; only if nothing does, it is set aside.
    parts = {s for s in outline.datasets if s.startswith("_:") and described.identity(s).native_id is None}
    datasets = [subject for subject in outline.datasets if subject not in parts]
    own = frozenset((*datasets, *outline.catalogs, *outline.catalog_records.values(), *foreign))
    feed = Feed(triples, own, outline.catalog_records)
    prints = Fingerprints(triples, own, max_depth=limits.depth, max_triples=limits.record_triples)
    result = Cut([], [], [], outline.listed)
    _take(result, feed, prints, datasets, Dataset)
    for subjects, record_class in (
        (outline.services, DataService),
        (outline.series, DatasetSeries),
        ([subject for subject in outline.datasets if subject in parts], Dataset),
    ):
        _take(result, feed, prints, [s for s in subjects if s not in prints.reached], record_class)
    orphans = [subject for subject in outline.distributions if subject not in prints.reached and subject not in own]
    for found, rule in ((orphans, ORPHANS), (foreign, FOREIGN_WORDS)):
        if found:
            result.remarks.append(Finding(Severity.WARNING, found[0], None, rule, (str(len(found)), found[0])))
    return result


def _take(
    result: Cut, feed: Feed, prints: Fingerprints, subjects: Iterable[str], record_class: type[Harvested]
) -> None:
    for subject in subjects:
        try:
            fingerprint = prints.of(subject)
        except RecordLimit as limit:
            result.unusable.append(Finding(Severity.VIOLATION, subject, None, RECORD_TOO_LARGE, (str(limit),)))
            continue
        pages = [text for text in feed.texts(subject, _LANDING) if is_web(text)]
        location = pages[0] if pages else subject if is_web(subject) else None
        result.natives.append(Native(Entry(feed, subject, record_class), fingerprint, location))


class _Outline(NamedTuple):
    datasets: list[str]
    services: list[str]
    series: list[str]
    catalogs: list[str]
    distributions: list[str]
    catalog_records: dict[str, str]
    listed: list[str]


def _outline(triples: Triples) -> _Outline:
    """Which subjects are what, in one pass; a catalogue or series that is also typed as a dataset is none."""
    outline = _Outline([], [], [], [], [], {}, [])
    for subject, statements in triples.by_subject.items():
        types: set[str] = set()
        topic = None
        for predicate, value in statements:
            if predicate == RDF_TYPE and value in _CLASSES:
                types.add(value)
            elif predicate == _LISTS and isinstance(value, str):
                outline.listed.append(value)
            elif predicate == _TOPIC and isinstance(value, str):
                topic = value
        if _CATALOG in types:
            outline.catalogs.append(subject)
        elif _RECORD in types:
            if topic is not None and not subject.startswith("_:"):
                outline.catalog_records[topic] = subject
            else:
                outline.catalogs.append(subject)
        elif types & {_DATASET, _SERIES, _SERVICE}:
            kind = _class_of(types)
            place = {Dataset: outline.datasets, DatasetSeries: outline.series, DataService: outline.services}[kind]
            place.append(subject)
        elif types:
            outline.distributions.append(subject)
    known = {*outline.datasets, *outline.series, *outline.services, *outline.catalogs, *outline.distributions}
    # What a catalogue lists as a dataset is one, also if nobody says so.
    outline.datasets.extend(s for s in dict.fromkeys(outline.listed) if s in triples.by_subject and s not in known)
    return outline


def _class_of(types: set[str]) -> type[Harvested]:
    if _SERIES in types:
        return DatasetSeries
    return DataService if _SERVICE in types and _DATASET not in types else Dataset


def _under(iri: str, base_url: str) -> bool:
    return iri.startswith(base_url) and iri[len(base_url) : len(base_url) + 1] in ("", "/", "#", "?")


def native_id(native: Native, context: Context) -> str | None:
    """The record's identifier at the source; None if it has neither identifier nor title nor address."""
    identifier: str | None = native.data.native_id
    return identifier


def read(native: Native, context: Context) -> Reading:
    """The record as its source describes it. Raises Unusable, RecordLimit."""
    entry: Entry = native.data
    feed, subject, record_class = entry
    if _under(subject, context.base_url):
        raise Unusable(Finding(Severity.VIOLATION, subject, None, LOOP, (subject,)))
    identifier, derived = feed.identity(subject)
    if identifier is None:
        raise without_identity(native.location or context.source.url)
    names = feed.names(context)
    record_key = iris.key(context.source.key, identifier)
    iri = None if is_web(subject) else iris.mint(context.base_url, _KINDS[record_class], record_key)
    reading = feed.reading(context.source.limits)
    record = reading.record(subject, record_class, iri, _with_distributions(names, feed, subject, identifier, context))
    findings = reading.findings
    if derived:
        findings.append(Finding(Severity.WARNING, iri or identifier, _IDENTIFIER, DERIVED_ID))
    return Reading(
        native_id=identifier,
        record=geometries_apart(record),
        trace=_trace(feed.triples, subject, record_class),
        findings=tuple(findings),
        companions=tuple(map(geometries_apart, reading.companions.values())),
        source_record=feed.catalog_records.get(subject),
    )


def _with_distributions(
    names: dict[str, str], feed: Feed, subject: str, identifier: str, context: Context
) -> Mapping[str, str]:
    """The names of the document's records, and IRIs for the distributions of this one that have none (DESIGN 3)."""
    nameless = [
        value
        for predicate, value in feed.triples.by_subject[subject]
        if predicate in _HAS_DISTRIBUTION and isinstance(value, str) and value.startswith("_:")
    ]
    if not nameless:
        return names
    prints = Fingerprints(feed.triples, feed.own, max_depth=context.source.limits.depth)
    found = sorted(
        {(next(iter(feed.addresses(n)), ""), prints.token(n) if _described(feed, n) else "", n) for n in nameless}
    )
    given = dict(names)
    for number, (address, token, label) in enumerate(found):
        # The address alone, as long as it tells the distributions apart: a new title leaves the IRI as it is.
        alike = [other for other in found if other[0] == address]
        alone = address and len(alike) == 1
        place = (
            address if alone else f"{address}#{token}" if len({t for _, t, _ in alike}) == len(alike) else f"#{number}"
        )
        given[label] = iris.mint(
            context.base_url, "distribution", iris.key(context.source.key, f"{identifier}/{place}")
        )
    return given


def _described(feed: Feed, label: str) -> bool:
    return label in feed.triples.by_subject


def _trace(triples: Triples, subject: str, record_class: type[Harvested]) -> tuple[TraceEntry, ...]:
    statements = triples.by_subject[subject]
    below = {
        predicate
        for spelled, value in statements
        if spelled in _HAS_DISTRIBUTION and isinstance(value, str)
        for predicate, _ in triples.by_subject.get(value, ())
    }
    own = frozenset(predicate for predicate, _ in statements)
    return _entries(record_class, own, "") + _entries(Distribution, frozenset(below), "distribution.")


_TRACES: dict[tuple[str, str, frozenset[str]], tuple[TraceEntry, ...]] = {}


def _entries(record_class: type[Resource], spelled: frozenset[str], place: str) -> tuple[TraceEntry, ...]:
    known = _TRACES.get((record_class.__name__, place, spelled))
    if known is not None:
        return known
    entries = []
    for predicate in sorted(spelled - {RDF_TYPE}):
        attribute, present = place_of(record_class, predicate)
        rule = "taken" if predicate == present else "present spelling"
        rule = rule if attribute else f"{rule}, kept as it is"
        entries.append(TraceEntry(f"{place}{attribute or present}", predicate, rule))
    if len(_TRACES) < 10_000:
        _TRACES[record_class.__name__, place, spelled] = tuple(entries)
    return tuple(entries)
