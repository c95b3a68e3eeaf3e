"""What a CKAN package means: the dictionary of CKAN, DKAN or the old OGD schema to a dataset.

The key names are those of CKAN's API and of what ckanext-dcat (docs/mapping.md, euro_dcat_ap to euro_dcat_ap_3, with and
without scheming), ckanext-dcatde (profiles.py, migration_functions.py) and ckanext-spatial write into packages.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import urljoin

import orjson

from harvesters.reading import (
    DERIVED_ID,
    NOT_UNDERSTOOD,
    UNREADABLE_RECORD,
    Context,
    Harvested,
    Native,
    Reading,
    TraceEntry,
    Unusable,
    without_identity,
)
from schemas import iris
from schemas.dcat import TABLE_OF
from schemas.findings import Finding, Severity, declare
from schemas.kinds import DATATYPES, Kind, Literal, date, iri, is_web
from schemas.model import (
    Agent,
    Checksum,
    ContactPoint,
    DataService,
    Dataset,
    DatasetSeries,
    Distribution,
    Identifier,
    Location,
    PeriodOfTime,
    ProvenanceStatement,
    Resource,
    RightsStatement,
    Standard,
    Value,
)
from schemas.namespaces import DCTERMS, FOAF, VCARD
from schemas.validation import fits
from schemas.vocabularies import (
    LISTS,
    Code,
    file_type_of,
    find_access_right,
    find_availability,
    find_checksum_algorithm,
    find_file_type,
    find_frequency,
    find_geocoding_level,
    find_language,
    find_license,
    find_media_type,
    find_publisher_type,
    find_status,
    find_theme,
    modern,
)

LICENSE_KEPT = declare(
    "license-not-understood",
    "Die Lizenzangabe „{0}“ steht nicht in der Liste der Lizenzen; ihr Wortlaut bleibt unter „rights“ erhalten.",
    "The licence “{0}” is not in the list of licences; its wording is kept under “rights”.",
    "Geben Sie an der Quelle eine Lizenz aus http://dcat-ap.de/def/licenses an.",
    "Give a licence of http://dcat-ap.de/def/licenses at the source.",
    "Konventionenhandbuch 2.0, K32; faults F76",
)
LICENSE_CONTRADICTS = declare(
    "license-contradictory",
    "Die Lizenzangaben widersprechen sich ({0}); keine wurde übernommen.",
    "The licence is given in contradictory ways ({0}); none was taken.",
    "Lassen Sie an der Quelle nur die zutreffende Lizenz stehen.",
    "Keep only the licence that applies at the source.",
    "faults F76",
)
THEME_KEPT = declare(
    "theme-kept-as-keyword",
    "Die Kategorie „{0}“ entspricht keinem Thema der EU und bleibt als Schlagwort erhalten.",
    "The category “{0}” is none of the EU's themes and is kept as a keyword.",
    "Ordnen Sie dem Datensatz an der Quelle eines der 13 Themen der EU zu.",
    "Assign one of the EU's 13 themes to the dataset at the source.",
    "Konventionenhandbuch 2.0, K30",
)
OWN_ADDRESS = declare(
    "native-iri-under-base-url",
    "Der Eintrag trägt eine IRI dieses Katalogs ({0}); sie wird von keiner Quelle angenommen.",
    "The entry carries an IRI of this catalogue ({0}); none is accepted from a source.",
    "Prüfen Sie, ob die Quelle diesen Katalog ihrerseits einliest.",
    "Check whether the source harvests this catalogue in turn.",
    "DESIGN 3, Identity",
)
NOT_PUBLIC = declare(
    "record-not-public",
    "Die Quelle kennzeichnet den Eintrag als {0}; er wurde ausgelassen.",
    "The source marks the entry as {0}; it was left out.",
    "Veröffentlichen Sie den Eintrag an der Quelle, wenn er erscheinen soll.",
    "Publish the entry at the source if it is to appear.",
)
AXES_SWAPPED = declare(
    "coordinates-swapped",
    "Die Koordinaten {0} liegen nur dann in Deutschland, wenn Länge und Breite vertauscht werden.",
    "The coordinates {0} lie in Germany only if longitude and latitude are swapped.",
    "Geben Sie an der Quelle erst die Länge, dann die Breite an.",
    "Give longitude first and latitude second at the source.",
    "RFC 7946 section 3.1.1; faults F48",
)

# ------------------------------------------------------------------------------- taking a native record apart


class Account:
    """A native record being taken apart: values by attribute, where each came from, what was not understood, what is left."""

    __slots__ = (
        "attribute",
        "context",
        "extra",
        "findings",
        "focus",
        "language",
        "leftovers",
        "parts",
        "paths",
        "plain",
        "prefix",
        "trace",
        "values",
    )

    def __init__(self, context: Context, focus: str, record_class: type[Resource] = Dataset) -> None:
        self.context = context
        self.focus = focus
        self.language = context.source.language
        self.prefix = ""
        self.paths = PATHS[record_class]
        self.trace: list[TraceEntry] = []
        self.leftovers: list[tuple[str, str]] = []
        self.findings: list[Finding] = []
        self._clear()

    def _clear(self) -> None:
        self.attribute = ""
        self.values: dict[str, list[Value]] = {}
        self.plain: dict[str, tuple[str, Any]] = {}
        self.parts: dict[str, dict[str, tuple[str, Any]]] = {}
        self.extra: list[tuple[str, Value]] = []

    def within(self, attribute: str, record_class: type[Resource]) -> Account:
        """The account of a record nested under an attribute; trace, leftovers and findings are those of the whole."""
        inner = Account.__new__(Account)
        inner.context, inner.focus, inner.language = self.context, self.focus, self.language
        inner.trace, inner.leftovers, inner.findings = self.trace, self.leftovers, self.findings
        inner.prefix = f"{self.prefix}{attribute}."
        inner.paths = PATHS[record_class]
        inner._clear()
        return inner

    def take(self, fields: Iterable[tuple[str, str, Any]], table: Mapping[str, Rule]) -> None:
        """Takes fields (name, name with its place, value) by their rules; fallbacks only where nothing better was found."""
        later: list[tuple[int, str, Any, Rule]] = []
        for name, field, value in fields:
            if value is None or value in _EMPTY:
                continue
            rule = table.get(name)
            if rule is None:
                self.leave(field, value)
            elif rule is IGNORED:
                continue
            elif rule.rank:
                later.append((rule.rank, field, value, rule))
            else:
                self.apply(rule, field, value)
        later.sort(key=itemgetter(0))
        for _, field, value, rule in later:
            if rule.attribute not in self.values:
                self.apply(rule, field, value)

    def apply(self, rule: Rule, field: str, value: Any) -> None:
        """Takes one value by one rule."""
        self.attribute = rule.attribute
        if found := rule.take(self, field, value):
            self.add(rule.attribute, found, field, rule.how)

    def add(self, attribute: str, found: Iterable[Value], field: str, how: str) -> None:
        """Enters values of an attribute with the field and the rule they came from."""
        known = self.values.get(attribute)
        if known is None:
            known = self.values[attribute] = []
        for value in found:
            if value not in known:
                known.append(value)
        self.trace.append(_entry(self.prefix + attribute, field, how))

    def leave(self, field: str, value: Any) -> None:
        """Keeps a value that has no place in the record."""
        self.leftovers.append((field, value if isinstance(value, str) else _written(value)))

    def refuse(self, field: str, value: Any, attribute: str | None = None) -> tuple[()]:
        """Keeps a value that was not understood, with a finding that names its field."""
        self.leave(field, value)
        path = self.paths.get(self.attribute if attribute is None else attribute)
        self.remark(Severity.WARNING, path, NOT_UNDERSTOOD, field, _excerpt(self.leftovers[-1][1]))
        return ()

    def remark(self, severity: Severity, path: str | None, rule: str, *arguments: str) -> None:
        """Enters a finding on the record."""
        self.findings.append(Finding(severity, self.focus, path, rule, arguments))

    def tuples(self) -> dict[str, Any]:
        """The values as keyword arguments of a record."""
        return {attribute: tuple(values) for attribute, values in self.values.items()}

    def own_iri(self, field: str, value: Any) -> str | None:
        """An http(s) IRI that the source gave a record; IRIs under our own base are accepted from nobody."""
        text = word(value)
        if not text or not is_web(text):
            if text:
                self.refuse(field, value, "")
            return None
        if text.startswith(self.context.base_url.rstrip("/") + "/"):
            self.remark(Severity.WARNING, None, OWN_ADDRESS, _excerpt(text))
            return None
        return iri(text)

    def mint(self, kind: str, native_id: str) -> str:
        """An IRI of ours for something of the source."""
        return iris.mint(self.context.base_url, kind, iris.key(self.context.source.key, native_id))


Take = Callable[[Account, str, Any], Sequence[Value]]


class Rule(NamedTuple):
    """How a field becomes values of an attribute; of several fields for one, those of the lowest rank count."""

    attribute: str
    take: Take
    rank: int = 0
    how: str = "copy"


# For fields that say nothing about the data.
IGNORED = Rule("", lambda account, field, value: ())
_EMPTY: tuple[Any, ...] = ("", [], {}, "null", "[]", "{}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PATHS: Mapping[type[Resource], Mapping[str, str]] = {
    record_class: {row.attribute: str(row.property) for row in table.rows} for record_class, table in TABLE_OF.items()
}


@lru_cache(maxsize=8192)
def _entry(attribute: str, field: str, how: str) -> TraceEntry:
    return TraceEntry(attribute, field, how)


def _written(value: Any) -> str:
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # nested more deeply than JSON is written
        return f"({type(value).__name__})"


def _excerpt(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"


# ------------------------------------------------------------------------------------------ values of any kind


def word(value: Any) -> str:
    """A string or a number as text without blanks around it; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def parsed(text: str) -> Any:
    """What JSON inside a string holds; None if it is none. Some portals escape its quotation marks for HTML."""
    try:
        return orjson.loads(html.unescape(text) if "&quot;" in text else text)
    except orjson.JSONDecodeError:
        return None


def entries(value: Any) -> list[Any]:
    """The entries of a value that is one, a list, or a list written into a string as ckanext-dcat does."""
    if isinstance(value, str):
        if value.lstrip()[:1] not in ("[", "{"):
            return [value]
        inner = parsed(value)
        value = value if inner is None else inner
    return [entry for entry in value if entry not in (None, "")] if isinstance(value, list) else [value]


def texts(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Texts in the source's language; an object of texts by language gives one for each."""
    if isinstance(value, str):
        if value.startswith('{"'):
            tagged = _tagged(parsed(value))
            if tagged:
                return tagged
        return (Literal(value, account.language),) if value.strip() else ()
    if isinstance(value, list):
        return [text for entry in value for text in texts(account, field, entry)]
    if isinstance(value, dict):
        return _tagged(value) or account.refuse(field, value)
    return (Literal(word(value), account.language),) if word(value) else account.refuse(field, value)


_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


def _tagged(value: Any) -> tuple[Literal, ...]:
    if not isinstance(value, dict) or not all(isinstance(key, str) and _LANGUAGE.fullmatch(key) for key in value):
        return ()
    return tuple(
        Literal(text, key.lower().replace("_", "-"))
        for key, given in value.items()
        for text in (given if isinstance(given, list) else [given])
        if isinstance(text, str) and text.strip()
    )


def text_list(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Texts of a list that may be written into a string."""
    return [text for entry in entries(value) for text in texts(account, field, entry)]


def strings(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Plain strings without a language: identifiers, versions."""
    return [Literal(text) for entry in entries(value) if (text := word(entry))] or account.refuse(field, value)


def keywords(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Keywords from CKAN's tags, a list of words, words by language, or one string with commas."""
    if isinstance(value, dict):
        return texts(account, field, value)
    if isinstance(value, str) and value[:1] != "[":
        value = value.split(",")
    found: dict[Literal, None] = {}
    for entry in entries(value):
        text = word(entry.get("name") or entry.get("display_name") if isinstance(entry, dict) else entry)
        if text:
            found[Literal(text, account.language)] = None
        else:
            account.refuse(field, entry)
    return list(found)


def dates(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Dates as typed literals."""
    found = date(word(value))
    return (found,) if found else account.refuse(field, value)


# What a browser runs or opens locally is no address of data (F23, F60).
_NO_ADDRESS = ("javascript:", "vbscript:", "data:", "file:", "blob:", "about:")


def address_of(value: Any) -> str | None:
    """An IRI that may stand in a feed and behind a link, or None."""
    address = iri(word(value))
    return None if address is None or address.lower().startswith(_NO_ADDRESS) else address


def addresses(account: Account, field: str, value: Any) -> Sequence[str]:
    """IRIs."""
    found: list[str] = []
    for entry in entries(value):
        address = address_of(entry)
        found.extend([modern(address)] if address else account.refuse(field, entry))
    return found


def codes(find: Callable[[str], Code | None], split: bool = False) -> Take:
    """A rule's way through a code list: text to code. An IRI of no known code stays; a text that names none is refused."""

    def take(account: Account, field: str, value: Any) -> Sequence[str]:
        found: list[str] = []
        for entry in entries(value.split(",") if split and isinstance(value, str) and value[:1] != "[" else value):
            text = word(entry)
            code = find(text) if text else None
            address = code.iri if code else iri(text) if is_web(text) else None
            found.extend([address] if address else account.refuse(field, entry))
        return found

    return take


def decimals(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Decimal numbers, a comma read as the point."""
    return _typed(account, field, value, Kind.DECIMAL)


def durations(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """ISO 8601 durations."""
    return _typed(account, field, value, Kind.DURATION)


def _typed(account: Account, field: str, value: Any, kind: Kind) -> Sequence[Literal]:
    found: list[Literal] = []
    for entry in entries(value):
        text = word(entry).replace(",", ".")
        literal = Literal(text, None, next(iter(DATATYPES[kind])))
        found.extend([literal] if text and fits(literal, kind) else account.refuse(field, entry))
    return found


_BYTES = re.compile(r"(\d+)(?:\.0+)?\s*(?:bytes?|octets?|b)?", re.IGNORECASE)


def sizes(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """A number of bytes; a rounded one ("1,2 MB") is none."""
    match = _BYTES.fullmatch(word(value))
    return (Literal(match[1], None, next(iter(DATATYPES[Kind.INTEGER]))),) if match else account.refuse(field, value)


def standards(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Standards: IRIs, or records with the name as title."""
    return _named(account, field, value, lambda label: Standard(title=label))


def provenances(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Provenance: IRIs, or statements in words."""
    return _named(account, field, value, lambda label: ProvenanceStatement(label=label))


def _named(account: Account, field: str, value: Any, make: Callable[[tuple[Literal, ...]], Value]) -> Sequence[Value]:
    found: list[Value] = []
    for entry in entries(value):
        address = iri(entry) if isinstance(entry, str) and is_web(entry.strip()) else None
        if address:
            found.append(address)
        elif label := tuple(texts(account, field, entry)):
            found.append(make(label))
    return found


def access_rights(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Access rights: a code, an IRI, or a statement in words."""
    found: list[Value] = []
    for entry in entries(value):
        code = find_access_right(word(entry))
        if code is not None:
            found.append(code.iri)
        else:
            found.extend(_named(account, field, entry, lambda label: RightsStatement(label=label)))
    return found


def themes(account: Account, field: str, value: Any) -> Sequence[str]:
    """The EU's themes; another list's IRI stays, a text that names none becomes a keyword."""
    found: list[str] = []
    for entry in entries(
        value.split(",") if isinstance(value, str) and value[:1] != "[" and "http" in value else value
    ):
        text = word(entry)
        known = find_theme(text) if text else ()
        if known:
            found.extend(code.iri for code in known)
        elif is_web(text):
            found.extend(addresses(account, field, text))
        elif text:
            account.add("keyword", [Literal(text, account.language)], field, "kept")
            account.remark(Severity.INFO, account.paths.get("theme"), THEME_KEPT, _excerpt(text))
        else:
            account.refuse(field, entry)
    return found


# ---------------------------------------------------------------------------------------------- place and time

GEOJSON = "https://www.iana.org/assignments/media-types/application/vnd.geo+json"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_GEOMETRIES = _words(
    "Point MultiPoint LineString MultiLineString Polygon MultiPolygon GeometryCollection Feature FeatureCollection"
)
# A longer geometry is no hint but the data themselves; its bounding box is kept (F48).
_LONGEST_GEOMETRY = 20_000
_WKT = re.compile(r"(?:POINT|(?:MULTI)?POLYGON|(?:MULTI)?LINESTRING|MULTIPOINT|GEOMETRYCOLLECTION)\s*Z?\s*\(", re.I)
_BOX = re.compile(r"(-?\d+(?:\.\d+)?)[,;\s]\s*(-?\d+(?:\.\d+)?)[,;\s]\s*(-?\d+(?:\.\d+)?)[,;\s]\s*(-?\d+(?:\.\d+)?)")
Box = tuple[float, float, float, float]


def places(account: Account, field: str, value: Any) -> Sequence[str | Location]:
    """Places from GeoJSON (an object, or written into a string), ``west,south,east,north``, WKT, an IRI, a name."""
    if isinstance(value, list):
        return [place for entry in value for place in places(account, field, entry)]
    if isinstance(value, dict):
        return _geojson(account, field, value, _written(value))
    text = word(value)
    if text[:1] in ("{", "["):
        inner = parsed(text)
        if isinstance(inner, dict):
            return _geojson(account, field, inner, text)
        return places(account, field, inner) if isinstance(inner, list) else account.refuse(field, value)
    if is_web(text):
        return addresses(account, field, text)
    if match := _BOX.fullmatch(text):
        return boxed(account, field, (float(match[1]), float(match[2]), float(match[3]), float(match[4])))
    if _WKT.match(text):
        return (Location(geometry=(Literal(text, None, WKT),)),)
    return (Location(pref_label=(Literal(text, account.language),)),) if text else account.refuse(field, value)


def boxed(account: Account, field: str, box: Box) -> Sequence[Location]:
    """A place from west, south, east, north in degrees."""
    if not _on_earth(account, box):
        return account.refuse(field, ",".join(map(_number, box)), "spatial")
    return (Location(bbox=(Literal(_polygon(box), None, WKT),)),)


def _geojson(account: Account, field: str, geometry: dict[str, Any], text: str) -> Sequence[Location]:
    box = _bounds(geometry) if geometry.get("type") in _GEOMETRIES else None
    if box is None or not _on_earth(account, box):
        return account.refuse(field, text)
    literal = (Literal(text, None, GEOJSON),) if len(text) <= _LONGEST_GEOMETRY else ()
    if box[0] == box[2] and box[1] == box[3]:
        point = Literal(f"POINT({_number(box[0])} {_number(box[1])})", None, WKT)
        return (Location(centroid=(point,), geometry=literal),)
    return (Location(bbox=(Literal(_polygon(box), None, WKT),), geometry=literal),)


def _bounds(geometry: Any) -> Box | None:
    west = south = math.inf
    east = north = -math.inf
    stack = [geometry]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node[key] for key in ("coordinates", "geometries", "geometry", "features") if key in node)
        elif not isinstance(node, list):
            return None
        elif len(node) >= 2 and isinstance(node[0], int | float) and isinstance(node[1], int | float):
            west, east = min(west, node[0]), max(east, node[0])
            south, north = min(south, node[1]), max(north, node[1])
        else:
            stack.extend(node)
    return (west, south, east, north) if west <= east else None


def _on_earth(account: Account, box: Box) -> bool:
    west, south, east, north = box
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return False
    if not _in_germany(box) and _in_germany((south, west, north, east)):
        shown = ", ".join(map(_number, box))
        account.remark(Severity.WARNING, account.paths.get("spatial"), AXES_SWAPPED, shown)
    return True


def _in_germany(box: Box) -> bool:
    west, south, east, north = box
    return 5.8 <= west <= east <= 15.1 and 47.2 <= south <= north <= 55.1


def _polygon(box: Box) -> str:
    west, south, east, north = map(_number, box)
    return f"POLYGON(({west} {north},{east} {north},{east} {south},{west} {south},{west} {north}))"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


_OPEN = frozenset({"", ".."})
_YEARS = re.compile(r"(\d{4})\s*(?:-|–|bis|to)\s*(\d{4})")


def periods(account: Account, field: str, value: Any) -> Sequence[PeriodOfTime]:
    """Periods from ``begin/end``, ``2010-2020``, a single date, or objects with ``start`` and ``end``."""
    found: list[PeriodOfTime] = []
    for entry in entries(value):
        if isinstance(entry, dict):
            begin, end = word(entry.get("start")), word(entry.get("end"))
        else:
            text = word(entry)
            years = _YEARS.fullmatch(text)
            begin, slash, end = (years[1], "/", years[2]) if years else text.partition("/")
            begin, end = (begin, end) if slash else (text, text)
        found.extend(period(account, (field, begin), (field, end), entry))
    return found


def period(account: Account, begin: tuple[str, str], end: tuple[str, str], whole: Any = None) -> Sequence[PeriodOfTime]:
    """A period from two fields and their texts, either of which may be empty (``..`` is open)."""
    found: list[tuple[Literal, ...]] = []
    refused: set[str] = set()
    for field, text in (begin, end):
        typed = date(text) if text not in _OPEN else None
        if text not in _OPEN and typed is None and field not in refused:
            refused.add(field)
            account.refuse(field, text if whole is None else whole, "temporal")
        found.append((typed,) if typed else ())
    return (PeriodOfTime(start_date=found[0], end_date=found[1]),) if found[0] or found[1] else ()


# ------------------------------------------------------------------------------------------ licences and rights


class Terms(NamedTuple):
    """Under which terms something may be used: licences as IRIs, and what is said about it in words."""

    license: tuple[str, ...] = ()
    rights: tuple[Literal, ...] = ()


# Longer than this a text is more than a licence's name: its wording may hold conditions and is kept.
_LONGEST_NAME = 100


def terms(account: Account, offers: Sequence[tuple[str, Any]], attribute: str = "distribution.license") -> Terms:
    """The terms that several fields (best last, where only a text is left) state about one thing.

    Takes fields with their values. A text of no list is never guessed (F76): an IRI stays as it is (convention 34), words
    are kept as rights, and so are all texts where the fields contradict one another.
    """
    given = [(field, text) for field, value in offers if (text := word(value))]
    for field, value in offers:
        if not isinstance(value, str | int | float):
            account.refuse(field, value, "license")
    if not given or any(text.casefold() == "notspecified" for _, text in given):
        return Terms()
    path = str(DCTERMS.license)
    known = {code.code: (field, code) for field, text in reversed(given) if (code := find_license(text))}
    # "cc-by" beside "cc-by/4.0" is its short name, and "other-open" says less than any licence by name.
    exact = [code for code in known if not any(other.startswith(code + "/") for other in known)]
    exact = [code for code in exact if not code.startswith("other-")] or exact
    if len(exact) == 1:
        field, code = known[exact[0]]
        account.trace.append(_entry(attribute, field, "lookup"))
        return Terms((code.iri,), tuple(_kept(account, t) for _, t in given if len(t) > _LONGEST_NAME))
    if exact:
        account.remark(Severity.WARNING, path, LICENSE_CONTRADICTS, ", ".join(sorted(exact)))
        return Terms(rights=tuple(dict.fromkeys(_kept(account, text) for _, text in given)))
    foreign = [(field, address) for field, text in given if is_web(text) and (address := iri(text))]
    named = [(field, text) for field, text in given if not is_web(text)][-1:]
    if foreign:
        account.trace.append(_entry(attribute, foreign[0][0], "copy"))
    else:
        account.remark(Severity.WARNING, path, LICENSE_KEPT, _excerpt(named[0][1]))
    for field, _ in named:
        account.trace.append(_entry(attribute.replace("license", "rights"), field, "kept"))
    return Terms(tuple(address for _, address in foreign[:1]), tuple(_kept(account, text) for _, text in named))


def _kept(account: Account, text: str) -> Literal:
    return Literal(text, account.language)


# ------------------------------------------------------------------------------------------ agents and contacts

_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")
_BETWEEN_EMAILS = re.compile(r"[;,\s]+")
_NO_NUMBER = re.compile(r"[^\d+]+")
_PARTS = ("name", "email", "url", "uri", "type", "identifier", "tel", "contacttype")
_POSTAL = {
    "street": str(VCARD["street-address"]),
    "zip": str(VCARD["postal-code"]),
    "city": str(VCARD.locality),
    "country": str(VCARD["country-name"]),
}
Parts = dict[str, tuple[str, Any]]


def mailboxes(account: Account, field: str, value: Any) -> Sequence[str]:
    """E-mail addresses as ``mailto:`` IRIs; one string may hold several."""
    pieces = [piece for piece in _BETWEEN_EMAILS.split(word(value)) if piece]
    bare = [piece[7:] if piece[:7].lower() == "mailto:" else piece for piece in pieces]
    found = [address for each in bare if _EMAIL.fullmatch(each) and (address := iri(f"mailto:{each}"))]
    if len(found) < len(pieces) or not pieces:
        account.refuse(field, value)
    return found


def people(parts: Parts) -> list[Parts]:
    """The agents that the fields of a role name: one, or several where the name is JSON with an object for each."""
    name = parts.get("name")
    listed = entries(name[1]) if name else []
    if name is None or not any(isinstance(entry, dict) for entry in listed):
        return [parts] if parts else []
    found: list[Parts] = []
    for entry in listed:
        if not isinstance(entry, dict):
            continue
        person: Parts = {key: (name[0], entry[key]) for key in _PARTS if entry.get(key)}
        if given := word(entry.get("given_name")):
            person["name"] = (name[0], f"{given} {word(entry.get('name'))}".strip())
            person["contacttype"] = (name[0], "Person")
        found.append(person)
    if len(found) == 1:
        found[0] = {**{key: part for key, part in parts.items() if key != "name"}, **found[0]}
    return found


def said_in(parts: Parts) -> str:
    """The field that stands for the fields of a role in the trace."""
    return (parts.get("name") or next(iter(parts.values())))[0]


def agent(account: Account, role: str, parts: Parts) -> Agent | None:
    """An agent from the fields of a role; with an IRI only where the source gives one."""
    account.attribute = role
    name = tuple(texts(account, *parts["name"])) if "name" in parts else ()
    boxes = tuple(mailboxes(account, *parts["email"])) if "email" in parts else ()
    own = account.own_iri(*parts["uri"]) if "uri" in parts else None
    if not (name or own):
        return None
    identifier = strings(account, *parts["identifier"]) if "identifier" in parts else ()
    return Agent(
        iri=own,
        types=_kinds_of(parts, FOAF.Person, FOAF.Organization),
        name=name,
        mbox=boxes,
        homepage=tuple(addresses(account, *parts["url"])) if "url" in parts else (),
        type=tuple(codes(find_publisher_type)(account, *parts["type"])) if "type" in parts else (),  # type: ignore[arg-type]
        extra=tuple((str(DCTERMS.identifier), value) for value in identifier),
    )


def _kinds_of(parts: Parts, person: Any, organization: Any) -> tuple[str, ...]:
    said = word(parts["contacttype"][1]).casefold() if "contacttype" in parts else ""
    return {"person": (str(person),), "organization": (str(organization),)}.get(said, ())


def contact(account: Account, parts: Parts) -> ContactPoint | None:
    """A contact point from the fields of a role."""
    account.attribute = "contact_point"
    name = tuple(texts(account, *parts["name"])) if "name" in parts else ()
    boxes = tuple(mailboxes(account, *parts["email"])) if "email" in parts else ()
    urls = tuple(addresses(account, *parts["url"])) if "url" in parts else ()
    phones = _phones(account, *parts["tel"]) if "tel" in parts else ()
    if not (name or boxes or urls or phones):
        return None
    postal = tuple((_POSTAL[key], Literal(text)) for key in _POSTAL if key in parts and (text := word(parts[key][1])))
    place = Resource(types=(str(VCARD.Address),), extra=postal)
    return ContactPoint(
        iri=account.own_iri(*parts["uri"]) if "uri" in parts else None,
        types=_kinds_of(parts, VCARD.Individual, VCARD.Organization),
        fn=name,
        has_email=boxes,
        has_url=urls,
        has_telephone=phones,
        extra=((str(VCARD.hasAddress), place),) if postal else (),
    )


def _phones(account: Account, field: str, value: Any) -> tuple[str, ...]:
    number = _NO_NUMBER.sub("-", word(value).removeprefix("tel:")).strip("-")
    return (f"tel:{number}",) if number.strip("+-") else account.refuse(field, value)


@lru_cache(maxsize=4096)
def publisher_iri(base_url: str, source_key: str, identity: str) -> str:
    """The IRI of an organisation of a source."""
    return iris.mint(base_url, "agent", iris.key(source_key, f"org:{identity}"))


def publisher(account: Account, parts: Parts, identity: str | None = None) -> Agent | None:
    """The publisher as a record of its own; without an IRI or id of the source, what it says of itself is its identity."""
    found = agent(account, "publisher", parts)
    if found is None or found.iri is not None:
        return found
    said = "\x1f".join(word(parts[key][1]) for key in _PARTS if key in parts)
    return Agent(
        iri=publisher_iri(account.context.base_url, account.context.source.key, identity or said),
        types=found.types,
        name=found.name,
        mbox=found.mbox,
        homepage=found.homepage,
        type=found.type,
        extra=found.extra,
    )


# ------------------------------------------------------------------------------------------ what CKAN's keys mean


def _plain(name: str) -> Rule:
    def take(account: Account, field: str, value: Any) -> Sequence[Value]:
        if account.plain.setdefault(name, (field, value))[0] != field:
            account.leave(field, value)
        return ()

    return Rule("", take)


def _part(role: str, part: str) -> Rule:
    def take(account: Account, field: str, value: Any) -> Sequence[Value]:
        if account.parts.setdefault(role, {}).setdefault(part, (field, value))[0] != field:
            account.leave(field, value)
        return ()

    return Rule("", take)


def _role(role: str) -> Take:
    """The repeating subfields of ckanext-scheming: a list with an object for each agent."""

    def take(account: Account, field: str, value: Any) -> Sequence[Value]:
        for number, entry in enumerate(entries(value)):
            if not isinstance(entry, dict):
                _part(role, "name").take(account, field, entry)
                continue
            for part, given in entry.items():
                if given not in (None, ""):
                    key = role if number == 0 else f"{role}#{number}"
                    _part(key, part).take(account, f"{field}[{number}].{part}", given)
        return ()

    return take


def _groups(account: Account, field: str, value: Any) -> Sequence[str]:
    found: list[str] = []
    for entry in entries(value):
        group = entry if isinstance(entry, dict) else {"name": entry}
        names = [text for key in ("name", "title", "display_name", "id") if (text := word(group.get(key)))]
        if names and names[0].startswith("group/"):  # DKAN: its groups are the publishing bodies
            account.plain.setdefault("organization", (field, group))
            continue
        known = next((known for name in names if (known := find_theme(name))), ())
        found.extend(code.iri for code in known)
        if not known:
            account.refuse(field, word(group.get("title")) or names[0] if names else entry)
    return found


_DATE_ROLES = {
    "veroeffentlicht": "issued",
    "publication": "issued",
    "aktualisiert": "modified",
    "revision": "modified",
    "erstellt": "",
    "creation": "",
    "created": "",
}


def _dates_by_role(account: Account, field: str, value: Any) -> Sequence[Value]:
    """The dates of OGD (role, date), of ISO 19139 through ckanext-spatial (type, value) and of EnviDat (date_type, date)."""
    for entry in entries(value):
        given = entry if isinstance(entry, dict) else {}
        role = _DATE_ROLES.get(word(given.get("role") or given.get("type") or given.get("date_type")).casefold())
        found = date(word(given.get("date") or given.get("value")))
        if role is None or found is None:
            account.leave(field, entry)
            if role is not None:
                account.refuse(field, entry, role)
        elif role:
            account.add(role, [found], field, "parse")
        elif (str(DCTERMS.created), found) not in account.extra:
            account.extra.append((str(DCTERMS.created), found))
    return ()


_CONTACT_ROLES = {"veroeffentlichende_stelle": "publisher", "ansprechpartner": "maintainer", "autor": "author"}


def _contacts_by_role(account: Account, field: str, value: Any) -> Sequence[Value]:
    for entry in entries(value):
        role = _CONTACT_ROLES.get(word(entry.get("role"))) if isinstance(entry, dict) else None
        if role is None:
            account.leave(field, entry)
            continue
        for part in ("name", "email", "url"):
            if entry.get(part):
                _part(role, part).take(account, f"{field}.{role}.{part}", entry[part])
    return ()


def _terms_of_use(account: Account, field: str, value: Any) -> Sequence[Value]:
    given = parsed(value) if isinstance(value, str) else value
    if not isinstance(given, dict):
        return account.refuse(field, value)
    for key, said in given.items():
        name = {"license_id": "license_id", "license_url": "license_url", "attribution_text": "attribution"}.get(key)
        if name is None:
            account.leave(f"{field}.{key}", said)
        elif said:
            _plain(name).take(account, f"{field}.{key}", said)
    return ()


def _geocodings(account: Account, field: str, value: Any) -> Sequence[str]:
    found = addresses(account, field, value)
    if found:  # convention 11: what is stated as geocoding stands in dcterms:spatial as well
        account.add("spatial", found, field, "K11")
    return found


def _geocoding_text(account: Account, field: str, value: Any) -> Sequence[Value]:
    if isinstance(value, str) and is_web(value.strip()):
        account.apply(Rule("political_geocoding", _geocodings), field, value)
        return ()
    return text_list(account, field, value)


# The words of OGD 1.0, as GovData migrated them (ckanext-dcatde, migration_functions.py).
_OGD_LEVELS = {"bund": "federal", "land": "state", "kreis": "administrativeDistrict", "stadt": "municipality"}


def _find_level(text: str) -> Code | None:
    return find_geocoding_level(_OGD_LEVELS.get(text.casefold(), text))


def _notations(account: Account, field: str, value: Any) -> Sequence[Value]:
    return [Identifier(notation=(literal,)) for literal in strings(account, field, value)]


def _series(account: Account, field: str, value: Any) -> Sequence[str]:
    """ckanext-dataset-series names a series by the id of its package."""
    named = [word(entry) for entry in entries(value)]
    return [iri(text) or "" if is_web(text) else account.mint("series", text) for text in named if text]


def _numbered(roles: Iterable[str], parts: Iterable[str]) -> dict[str, Rule]:
    return {f"{role}_{part}": _part(role, part) for role in roles for part in parts}


_AGENT_PARTS = (*_PARTS, *_POSTAL)
_COPY, _LOOKUP = "copy", "lookup"
_HVD: Take = codes(LISTS["hvd-category"].find)

# Fields that CKAN, its harvester or its search computes about the entry; they say nothing about the data.
_OF_CKAN = _words("""
    num_tags num_resources isopen owner_org creator_user_id revision_id revision_timestamp relationships_as_subject
    relationships_as_object tracking_summary state private type id name uri harvest harvest_object_id harvest_source_id
    harvest_source_title harvest_url spatial_harvester validated_data_dict data_dict index_id site_id entity_type
    indexed_ts permission_labels capacity dataset_type metadata_harvested_portal metadata_transformer archiver qa
    followers num_followers log_message ratings_average ratings_count display_name""")

PACKAGE: dict[str, Rule] = {
    **dict.fromkeys(_OF_CKAN, IGNORED),
    "title_translated": Rule("title", texts),
    "title": Rule("title", texts, 1),
    "notes_translated": Rule("description", texts),
    "notes": Rule("description", texts, 1),
    "description": Rule("description", texts, 2, "fallback"),
    "tags_translated": Rule("keyword", keywords),
    "tags": Rule("keyword", keywords, 1),
    "identifier": Rule("identifier", strings),
    "metadata_original_id": Rule("identifier", strings),
    "guid": Rule("identifier", strings, 1, "fallback"),
    "alternate_identifier": Rule("other_identifier", _notations),
    "url": Rule("landing_page", addresses),
    "metadata_original_html": Rule("landing_page", addresses),
    "documentation": Rule("page", addresses),
    "groups": Rule("theme", _groups, how=_LOOKUP),
    "theme": Rule("theme", themes, how=_LOOKUP),
    "themes": Rule("theme", themes, how=_LOOKUP),
    "issued": Rule("issued", dates),
    "release_date": Rule("issued", dates),
    "dcat_issued": Rule("issued", dates),
    "metadata_created": Rule("issued", dates, 1, "fallback"),
    "modified": Rule("modified", dates),
    "dcat_modified": Rule("modified", dates),
    "metadata_modified": Rule("modified", dates, 1, "fallback"),
    "dates": Rule("", _dates_by_role),
    "date": Rule("", _dates_by_role),
    "dataset-reference-date": Rule("", _dates_by_role),
    "frequency": Rule("accrual_periodicity", codes(find_frequency), how=_LOOKUP),
    "accrual_periodicity": Rule("accrual_periodicity", codes(find_frequency), how=_LOOKUP),
    "frequency-of-update": Rule("accrual_periodicity", codes(find_frequency), 1, _LOOKUP),
    "language": Rule("language", codes(find_language, split=True), how=_LOOKUP),
    "access_rights": Rule("access_rights", access_rights, how=_LOOKUP),
    "availability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "dcat_type": Rule("type", codes(LISTS["dataset-type"].find), how=_LOOKUP),
    "version": Rule("version", strings),
    "dcat_version": Rule("version", strings, 1, "fallback"),
    "version_notes": Rule("version_notes", texts),
    "provenance": Rule("provenance", provenances),
    "conforms_to": Rule("conforms_to", standards),
    "spatial": Rule("spatial", places, how="parse"),
    "spatial_uri": Rule("spatial", addresses),
    "spatial_coverage": Rule("", _role("place")),
    "spatial_text": _part("place", "text"),
    "spatial_info": _part("place", "text"),
    "geographical_coverage": _part("place", "text"),
    "spatial_bbox": _part("place", "bbox"),
    "spatial_centroid": _part("place", "centroid"),
    "spatial_geom": _part("place", "geom"),
    "bbox-west-long": _part("box", "west"),
    "bbox-south-lat": _part("box", "south"),
    "bbox-east-long": _part("box", "east"),
    "bbox-north-lat": _part("box", "north"),
    "spatial_resolution_in_meters": Rule("spatial_resolution", decimals),
    "temporal_resolution": Rule("temporal_resolution", durations),
    "temporal_start": _part("period", "start"),
    "temporal_end": _part("period", "end"),
    "temporal_coverage_from": _part("period", "start"),
    "temporal_coverage_to": _part("period", "end"),
    "temporal_coverage-from": _part("period", "start"),
    "temporal_coverage-to": _part("period", "end"),
    "temporal-extent-begin": _part("period", "start"),
    "temporal-extent-end": _part("period", "end"),
    "temporal_coverage": Rule("temporal", periods, how="parse"),
    "temporal": Rule("temporal", periods, how="parse"),
    "contributorID": Rule("contributor_id", codes(LISTS["contributor"].find), how=_LOOKUP),
    "politicalGeocodingLevelURI": Rule("political_geocoding_level", codes(find_geocoding_level), how=_LOOKUP),
    "geographical_granularity": Rule("political_geocoding_level", codes(_find_level), 1, _LOOKUP),
    "politicalGeocodingURI": Rule("political_geocoding", _geocodings),
    "geocodingText": Rule("geocoding_description", text_list),
    "geocodingDescription": Rule("geocoding_description", text_list),
    "geographical_geocoding": Rule("geocoding_description", _geocoding_text),
    "legalbasisText": Rule("legal_basis", text_list),
    "legalBasis": Rule("legal_basis", text_list),
    "qualityProcessURI": Rule("quality_process", addresses),
    "applicable_legislation": Rule("applicable_legislation", addresses),
    "hvd_category": Rule("hvd_category", _HVD, how=_LOOKUP),
    "in_series": Rule("in_series", _series),
    "has_version": Rule("has_version", addresses),
    "is_version_of": Rule("is_version_of", addresses),
    "is_referenced_by": Rule("is_referenced_by", addresses),
    "references": Rule("references", addresses),
    "related_resource": Rule("relation", addresses),
    "used_datasets": Rule("relation", addresses),
    "source": Rule("source", addresses),
    "sample": Rule("sample", addresses),
    "was_generated_by": Rule("was_generated_by", addresses),
    "contacts": Rule("", _contacts_by_role),
    "contact": Rule("", _role("contact")),
    "publisher": Rule("", _role("publisher")),
    "creator": Rule("", _role("creator")),
    "author": _part("author", "name"),
    "maintainer": _part("maintainer", "name"),
    "contributor": _part("contributor", "name"),
    "originator": _part("originator", "name"),
    "contact-email": _part("contact", "email"),
    **_numbered(("contact", "publisher", "creator", "author", "maintainer", "contributor", "originator"), _AGENT_PARTS),
    "organization": _plain("organization"),
    "license_id": _plain("license_id"),
    "license_title": _plain("license_title"),
    "license_url": _plain("license_url"),
    "license": _plain("license"),
    "terms_of_use": Rule("", _terms_of_use),
    "licenseAttributionByText": _plain("attribution"),
    "rights": _plain("rights"),
}

_OF_CKAN_RESOURCE = _words("""
    package_id position revision_id revision_timestamp cache_url cache_last_updated cache_filepath webstore_url
    webstore_last_updated datastore_active datastore_contains_all_records_of_source_file has_views state on_same_domain
    resource_group_id tracking_summary distribution_ref archiver qa ckan_url original_url hash_changed total_record_count
    content_length""")

RESOURCE: dict[str, Rule] = {
    **dict.fromkeys(_OF_CKAN_RESOURCE, IGNORED),
    **{
        name: _plain(name)
        for name in _words("""id uri url access_url download_url url_type resource_type format mimetype hash hash_algorithm
        license license_id license_title license_url rights access_services""")
    },
    "media_type": _plain("mimetype"),
    "name_translated": Rule("title", texts),
    "name": Rule("title", texts, 1),
    "title": Rule("title", texts, 2, "fallback"),
    "description_translated": Rule("description", texts),
    "description": Rule("description", texts, 1),
    "size": Rule("byte_size", sizes),
    "issued": Rule("issued", dates),
    "release_date": Rule("issued", dates),
    "created": Rule("issued", dates, 1, "fallback"),
    "modified": Rule("modified", dates),
    "last_modified": Rule("modified", dates, 1, "fallback"),
    "metadata_modified": Rule("modified", dates, 2, "fallback"),
    "licenseAttributionByText": Rule("license_attribution", texts),
    "status": Rule("status", codes(find_status), how=_LOOKUP),
    "availability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "plannedAvailability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "language": Rule("language", codes(find_language, split=True), how=_LOOKUP),
    "documentation": Rule("page", addresses),
    "conforms_to": Rule("conforms_to", standards),
    "applicable_legislation": Rule("applicable_legislation", addresses),
    "compress_format": Rule("compress_format", codes(find_media_type), how=_LOOKUP),
    "package_format": Rule("package_format", codes(find_media_type), how=_LOOKUP),
    "has_policy": Rule("has_policy", addresses),
    "spatial_resolution_in_meters": Rule("spatial_resolution", decimals),
    "temporal_resolution": Rule("temporal_resolution", durations),
}

SERVICE: dict[str, Rule] = {
    **dict.fromkeys(("access_service_ref",), IGNORED),
    **{name: _plain(name) for name in ("uri", "license", "rights")},
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "endpoint_url": Rule("endpoint_url", addresses),
    "endpoint_description": Rule("endpoint_description", addresses),
    "serves_dataset": Rule("serves_dataset", addresses),
    "access_rights": Rule("access_rights", access_rights, how=_LOOKUP),
    "availability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "licenseAttributionByText": Rule("license_attribution", texts),
    "conforms_to": Rule("conforms_to", standards),
    "format": Rule("format", codes(find_file_type), how=_LOOKUP),
    "language": Rule("language", codes(find_language, split=True), how=_LOOKUP),
    "landing_page": Rule("landing_page", addresses),
    "documentation": Rule("page", addresses),
    "issued": Rule("issued", dates),
    "modified": Rule("modified", dates),
    "identifier": Rule("identifier", strings),
    "keyword": Rule("keyword", keywords),
    "theme": Rule("theme", themes, how=_LOOKUP),
    "applicable_legislation": Rule("applicable_legislation", addresses),
    "hvd_category": Rule("hvd_category", _HVD, how=_LOOKUP),
}

# ------------------------------------------------------------------------------------------ building the record

# What is looked at or asked, not loaded: an address of these is no download.
_NO_FILE = _words(
    """HTML HTML5 HTML_SIMPL XHTML XHTML5 XHTML_SIMPL RDFA MHTML JS CSS RSS ATOM MSG_HTTP MAP_PRVW MAP_SRVC REST WCS_SRVC
    WFS_SRVC WMS_SRVC WMTS_SRVC SPARQLQ OP_DATPRO"""
)
_UPLOADED = frozenset({"upload", "datastore", "file", "file.upload"})
_ROLES = {
    "author": "creator",
    "creator": "creator",
    "maintainer": "custodian",
    "contributor": "contributor",
    "originator": "originator",
}
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_LICENSE_FIELDS = ("license", "license_id", "license_url", "license_title")


def native_id(native: Native, context: Context) -> str | None:
    """The package's id or name; None where only reading can tell."""
    data = native.data
    return (word(data.get("id")) or word(data.get("name")) or None) if isinstance(data, dict) else None


def not_public(package: Mapping[str, Any]) -> str | None:
    """Why a package is not public (``deleted``, ``draft``, ``private``), or None.

    DKAN writes its states with a capital and ``private: true`` into whatever it publishes.
    """
    state = package.get("state")
    if isinstance(state, str) and state.casefold() in ("deleted", "draft"):
        return state.casefold()
    return "private" if package.get("private") is True and state != "Active" else None


def read(native: Native, context: Context) -> Reading:
    """The dataset, or the dataset series, that a package describes. Raises Unusable."""
    package = native.data
    place = native_id(native, context) or native.location or context.source.url
    if not isinstance(package, dict):
        reason = f"{type(package).__name__} instead of an object"
        raise Unusable(Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (reason,)))
    if hidden := not_public(package):
        raise Unusable(Finding(Severity.INFO, place, None, NOT_PUBLIC, (hidden,)))
    account = Account(context, place)
    fields = _fields(account, package)
    identity, derived = _identity(native, context, fields, place)
    series = word(package.get("type")) == "dataset_series"
    if series:
        account.paths = PATHS[DatasetSeries]
    account.focus = account.mint("series" if series else "dataset", identity)
    # A series keeps the minted IRI: its members name it by its id.
    named = [] if series else [(field, value) for name, field, value in fields if name == "uri" and value]
    account.focus = next((own for field, value in named if (own := account.own_iri(field, value))), account.focus)
    if derived:
        account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)
    account.take(fields, PACKAGE)
    _complete(account, package, None if derived else identity)
    companions = _agents(account)
    companions += _distributions(account, native, identity)
    return Reading(
        native_id=identity,
        record=_series_record(account) if series else _dataset(account),
        trace=tuple(account.trace),
        leftovers=tuple(account.leftovers),
        findings=tuple(account.findings),
        companions=tuple(companions),
        source_record=native.location,
    )


def _fields(account: Account, package: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """All fields of a package: its own, then its extras (a list of key and value, or an object in OGD 1.0)."""
    fields = [(name, name, value) for name, value in package.items() if name not in ("extras", "resources")]
    extras = package.get("extras")
    pairs = list(extras.items()) if isinstance(extras, dict) else []
    for entry in extras if isinstance(extras, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("key"), str):
            pairs.append((entry["key"], entry.get("value")))
        else:
            account.leave("extras", entry)
    for name, value in pairs:
        if isinstance(value, str) and value[:1] == '"' and isinstance(inner := parsed(value), str):
            value = inner  # CKAN 1 wrote the values of extras as JSON
        fields.append((name, f"extras.{name}", value))
    return fields


def _identity(native: Native, context: Context, fields: Sequence[tuple[str, str, Any]], place: str) -> tuple[str, bool]:
    """The native id, and whether it had to be derived from address and title (F10)."""
    known = native_id(native, context)
    if known:
        return known, False
    stated = next((word(value) for name, _, value in fields if name in ("identifier", "guid") and word(value)), None)
    if stated:
        return stated, False
    titles = [_written(value) for name, _, value in fields if name in ("title", "title_translated") and value]
    if not titles:
        raise without_identity(place)
    resources = native.data.get("resources")
    first = (
        resources[0].get("url") if isinstance(resources, list) and resources and isinstance(resources[0], dict) else ""
    )
    address = word(first) or word(native.data.get("url"))
    return iris.digest(f"{address}\x1f{titles[0]}".encode("utf-8", "ignore")), True


def _complete(account: Account, package: dict[str, Any], identity: str | None) -> None:
    """What several fields say together, and what stands in for what is missing."""
    if "title" not in account.values and (name := word(package.get("name"))):
        account.add("title", [Literal(name, account.language)], "name", "fallback")
    if "identifier" not in account.values and identity:
        account.add("identifier", [Literal(identity)], "id" if word(package.get("id")) else "name", "fallback")
    if parts := account.parts.pop("period", None):
        begin, end = (parts.get(key, ("", "")) for key in ("start", "end"))
        found = period(account, (begin[0], word(begin[1])), (end[0], word(end[1])))
        if found:
            account.add("temporal", found, begin[0] or end[0], "parse")
    if parts := account.parts.pop("box", None):
        _box(account, parts)
    for role in [role for role in account.parts if role.partition("#")[0] == "place"]:
        _place(account, account.parts.pop(role))


def _box(account: Account, parts: Parts) -> None:
    account.attribute = "spatial"
    match = _BOX.fullmatch(",".join(word(parts.get(key, ("", ""))[1]) for key in ("west", "south", "east", "north")))
    field = next(iter(parts.values()))[0]
    if match is None:
        for each, value in parts.values():
            account.refuse(each, value)
    elif found := boxed(account, field, (float(match[1]), float(match[2]), float(match[3]), float(match[4]))):
        account.add("spatial", found, field, "parse")


def _place(account: Account, parts: Parts) -> None:
    """The subfields of a place: ``text`` names the geometry stated beside it where there is one without a name."""
    account.attribute = "spatial"
    if "uri" in parts and (named := addresses(account, *parts["uri"])):
        account.add("spatial", named, parts["uri"][0], "copy")
    shape, box, centre = (
        next((place for place in places(account, *parts[key]) if isinstance(place, Location)), Location())
        if key in parts
        else Location()
        for key in ("geom", "bbox", "centroid")
    )
    place = Location(
        geometry=shape.geometry,
        bbox=box.bbox or _literals(box.geometry) or shape.bbox,
        centroid=centre.centroid or _literals(centre.geometry) or shape.centroid,
        pref_label=tuple(texts(account, *parts["text"])) if "text" in parts else (),
    )
    if place != Location():
        account.add("spatial", [place], next(iter(parts.values()))[0], "parse")


def _literals(values: Iterable[Any]) -> tuple[Literal, ...]:
    return tuple(value for value in values if isinstance(value, Literal))


def _agents(account: Account) -> list[Resource]:
    """Publisher, further agents and contact point; gives those that are records of their own."""
    companions: list[Resource] = []
    found = _publisher(account)
    if found is not None and found.iri is not None:
        companions.append(found)
        account.values["publisher"] = [found.iri]
    for role, parts in list(account.parts.items()):
        attribute = _ROLES.get(role.partition("#")[0])
        for each in people(parts) if attribute else ():
            person = agent(account, attribute or "", each)
            if person is None:
                for field, value in each.values():
                    account.leave(field, value)
                continue
            companions.extend([person] if person.iri else [])
            account.add(attribute or "", [person.iri or person], said_in(each), "copy")
    named = [role for role in account.parts if role.partition("#")[0] == "contact"]
    for role in named or [role for role in ("maintainer", "author") if role in account.parts][:1]:
        for each in people(account.parts[role]):
            point = contact(account, each)
            if point is not None:
                how = "copy" if named else "fallback"
                account.add("contact_point", [point], said_in(each), how)
    return companions


def _publisher(account: Account) -> Agent | None:
    parts = account.parts.pop("publisher", {})
    if found := publisher(account, parts) if "name" in parts or "uri" in parts else None:
        account.trace.append(_entry("publisher", said_in(parts), "copy"))
        return found
    for field, value in parts.values():
        account.leave(field, value)
    field, given = account.plain.get("organization", ("", None))
    body = given if isinstance(given, dict) else {"title": given}
    name = next((key for key in ("title", "display_name", "name") if word(body.get(key))), None)
    if name is None:
        return None
    said = {"name": name, "email": "email", "url": "url", "type": "dcat_type", "identifier": "identifier"}
    of_body = {part: (f"{field}.{key}", body[key]) for part, key in said.items() if body.get(key)}
    account.trace.append(_entry("publisher", f"{field}.{name}", "copy"))
    return publisher(account, of_body, word(body.get("id")) or word(body.get("name")) or None)


def _distributions(account: Account, native: Native, identity: str) -> list[Resource]:
    """Enters the distributions; gives the services through which they are to be had."""
    resources = native.data.get("resources")
    if resources is not None and not isinstance(resources, list):
        account.refuse("resources", resources, "distribution")
    whole = _whole_terms(account)
    attribution = account.plain.get("attribution")
    credits = tuple(texts(account, *attribution)) if attribution else ()
    services: list[Resource] = []
    used: set[str] = {account.focus}
    found: list[Value] = []
    for number, resource in enumerate(resources if isinstance(resources, list) else ()):
        field = f"resources[{number}]"
        if not isinstance(resource, dict) or resource.get("state") == "deleted":
            if isinstance(resource, dict):
                account.remark(Severity.INFO, account.paths.get("distribution"), NOT_PUBLIC, f"{field}: deleted")
            else:
                account.refuse(field, resource, "distribution")
            continue
        inner = account.within("distribution", Distribution)
        inner.take(((name, f"{field}.{name}", value) for name, value in resource.items()), RESOURCE)
        address = _access(inner, native.location)
        _technical(inner)
        _rights(inner, whole)
        if credits and "license_attribution" not in inner.values:
            inner.add("license_attribution", credits, attribution[0] if attribution else "", "copy")
        services += _services(inner, identity)
        subject = _subject(inner, identity, address, used)
        found.append(Distribution(iri=subject, extra=tuple(inner.extra), **inner.tuples()))
    if found:
        account.values["distribution"] = found
    else:
        license, statement = whole
        account.extra += [(str(DCTERMS.license), value) for value in license]
        account.extra += [(str(DCTERMS.rights), statement)] if statement else []
        account.extra += [("http://dcat-ap.de/def/dcatde/licenseAttributionByText", value) for value in credits]
    return services


def _whole_terms(account: Account) -> tuple[tuple[str, ...], RightsStatement | None]:
    """The terms of the package, and its rights as one statement that all distributions share."""
    said = terms(account, _offers(account))
    labels = list(said.rights)
    if rights := account.plain.get("rights"):
        labels += text_list(account, *rights)
        account.trace.append(_entry("distribution.rights", rights[0], "copy"))
    return said.license, RightsStatement(label=tuple(dict.fromkeys(labels))) if labels else None


def _offers(account: Account) -> list[tuple[str, Any]]:
    plain = account.plain
    return [(plain[name][0], entry) for name in _LICENSE_FIELDS if name in plain for entry in entries(plain[name][1])]


def _rights(inner: Account, whole: tuple[tuple[str, ...], RightsStatement | None]) -> None:
    """A resource's own terms, else those of the package."""
    own = terms(inner, _offers(inner))
    license, statement = whole if not (own.license or own.rights) else (own.license, None)
    if license:
        inner.values["license"] = list(license)
    labels = list(own.rights)
    if rights := inner.plain.get("rights"):
        for entry in entries(rights[1]):
            if is_web(word(entry)):
                inner.add("rights", addresses(inner, rights[0], entry), rights[0], "copy")
            else:
                labels += texts(inner, rights[0], entry)
                inner.trace.append(_entry("distribution.rights", rights[0], "copy"))
    if labels and statement:
        labels += statement.label
    if labels:
        statement = RightsStatement(label=tuple(dict.fromkeys(labels)))
    if statement:
        inner.values.setdefault("rights", []).append(statement)


def _access(inner: Account, location: str | None) -> str:
    """Access and download address; gives the one that tells the resource from others."""
    known: dict[str, str] = {}
    for name, attribute in (("url", "access_url"), ("access_url", "access_url"), ("download_url", "download_url")):
        if name in inner.plain:
            field, value = inner.plain[name]
            text = word(value)
            # An upload may be given relative to its portal: there is one reading.
            resolved = urljoin(location, text) if location and text[:1] == "/" and text[:2] != "//" else text
            address = address_of(resolved)
            if address:
                known[name] = address
            else:
                inner.refuse(field, value, attribute)
    access = known.get("access_url") or known.get("url") or known.get("download_url")
    if access:
        source = next(name for name in ("access_url", "url", "download_url") if name in known)
        inner.add("access_url", [access], inner.plain[source][0], "copy")
    download = known.get("download_url")
    if download is None and "url" in known and _is_file(inner):
        download = known["url"]
    if download:
        inner.add(
            "download_url", [download], inner.plain["download_url" if "download_url" in known else "url"][0], "copy"
        )
    return download or access or ""


def _is_file(inner: Account) -> bool:
    if any(word(inner.plain[name][1]) in _UPLOADED for name in ("url_type", "resource_type") if name in inner.plain):
        return True
    given = inner.plain.get("format") or inner.plain.get("mimetype")
    found = find_file_type(word(given[1])) if given else None
    return found is not None and found.code not in _NO_FILE


def _technical(inner: Account) -> None:
    """Format, media type and checksum of a resource."""
    for name, attribute, find in (("format", "format", find_file_type), ("mimetype", "media_type", find_media_type)):
        if name in inner.plain:
            inner.apply(Rule(attribute, codes(find), how="lookup"), *inner.plain[name])
    if "mimetype" in inner.plain and "format" not in inner.plain:
        field, value = inner.plain["mimetype"]
        if (media := find_media_type(word(value))) and (found := file_type_of(media.code)):
            inner.add("format", [found.iri], field, "derived")
    if "hash" in inner.plain:
        field, value = inner.plain["hash"]
        name, colon, digest = word(value).rpartition(":")
        stated = inner.plain.get("hash_algorithm", (field, name if colon else ""))
        algorithm = find_checksum_algorithm(word(stated[1]))
        if algorithm is None or not _HEX.fullmatch(digest):
            inner.refuse(field, value, "checksum")
        else:
            literal = Literal(digest, None, next(iter(DATATYPES[Kind.HEX])))
            inner.add("checksum", [Checksum(algorithm=(algorithm.iri,), checksum_value=(literal,))], field, "lookup")


def _subject(inner: Account, identity: str, address: str, used: set[str]) -> str:
    """The IRI of a distribution: the source's own, else one from its id or address; each stands once in a dataset."""
    own = inner.own_iri(*inner.plain["uri"]) if "uri" in inner.plain else None
    if own and own not in used:
        used.add(own)
        return own
    name = word(inner.plain["id"][1]) if "id" in inner.plain else ""
    name = name or address or "/".join(_written(value) for value in inner.values.get("title", ())) or "resource"
    subject = inner.mint("distribution", f"{identity}/{name}")
    number = 1
    while subject in used:
        number += 1
        subject = inner.mint("distribution", f"{identity}/{name}#{number}")
    used.add(subject)
    return subject


def _services(inner: Account, identity: str) -> list[Resource]:
    """The data services of a resource (ckanext-dcat: ``access_services``), as records of their own."""
    if "access_services" not in inner.plain:
        return []
    field, value = inner.plain["access_services"]
    found: list[Resource] = []
    for number, entry in enumerate(entries(value)):
        if not isinstance(entry, dict):
            inner.refuse(field, entry, "access_service")
            continue
        service = inner.within("access_service", DataService)
        service.take(((name, f"{field}[{number}].{name}", given) for name, given in entry.items()), SERVICE)
        said = terms(service, _offers(service), f"{service.prefix}license")
        if said.license:
            service.values["license"] = list(said.license)
        labels = [*said.rights, *(text_list(service, *service.plain["rights"]) if "rights" in service.plain else ())]
        if labels:
            service.values["rights"] = [RightsStatement(label=tuple(labels))]
        own = service.own_iri(*service.plain["uri"]) if "uri" in service.plain else None
        endpoint = next((each for each in service.values.get("endpoint_url", ()) if isinstance(each, str)), str(number))
        subject = own or service.mint("service", f"{identity}/service/{endpoint}")
        found.append(DataService(iri=subject, extra=tuple(service.extra), **service.tuples()))
        inner.add("access_service", [subject], field, "copy")
    return found


def _dataset(account: Account) -> Harvested:
    return Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples())


def _series_record(account: Account) -> Harvested:
    """A dataset series has few properties; what it has no place for hangs on it as further statements."""
    of_dataset = PATHS[Dataset]
    own = account.tuples()
    surplus = [name for name in own if name not in account.paths]
    extra = [(of_dataset[name], value) for name in surplus for value in own.pop(name)]
    return DatasetSeries(iri=account.focus, extra=(*account.extra, *extra), **own)
