"""A catalogue service by its capabilities (CSW 2.0.2 and 3.0): version, addresses, schemas, what can be asked for."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from harvesters.iso.cutting import is_dublin_core, is_iso, records_in
from harvesters.iso.elements import Element, all_text, children, found, name, namespace, text
from schemas.syntax import Unreadable, excerpt

GMD = "http://www.isotc211.org/2005/gmd"
MDB = "http://standards.iso.org/iso/19115/-3/mdb"
CSW_2, CSW_3 = "http://www.opengis.net/cat/csw/2.0.2", "http://www.opengis.net/cat/csw/3.0"
# What a client asks a catalogue, and no part of its address.
_ASKED = frozenset(
    {
        *("service", "request", "version", "acceptversions", "acceptformats", "sections", "updatesequence"),
        *("typename", "typenames", "outputschema", "outputformat", "elementsetname", "elementname", "resulttype"),
        *("constraint", "constraintlanguage", "constraint_language_version", "startposition", "maxrecords"),
        *("namespace", "sortby", "requestid", "id", "q", "bbox", "hopcount", "distributedsearch"),
    }
)
_XLINK = "{http://www.w3.org/1999/xlink}href"


class Catalogue(NamedTuple):
    """What a catalogue says of itself; ``get`` and ``post`` are where GetRecords answers, or None."""

    version: str
    title: str
    get: str | None
    post: str | None
    schemas: tuple[str, ...]
    type_names: tuple[str, ...]
    queryables: tuple[str, ...]
    languages: tuple[str, ...]

    def queryable(self, *names: str) -> str | None:
        """The property of the catalogue that has one of the names, with its prefix as the catalogue writes it."""
        for wanted in names:
            for each in self.queryables:
                if each.casefold() == wanted.casefold() or each.casefold().rpartition(":")[2] == wanted.casefold():
                    return each
        return None


class Answer(NamedTuple):
    """One page of GetRecords: its records' elements, and the three numbers that the catalogue states."""

    records: tuple[Element, ...]
    matched: int | None
    returned: int | None
    following: int | None


class Refused(Exception):
    """Raised for an answer that is an ExceptionReport (F02); carries its words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def base_of(url: str) -> str:
    """The catalogue's address in that of any of its requests; parameters of its own stay."""
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query, True) if key.lower() not in _ASKED]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def asked_in(url: str, key: str) -> str:
    """What an address asks under a key, whatever its case; empty if nothing."""
    return next((value for name, value in parse_qsl(urlsplit(url).query) if name.lower() == key), "")


def condition_in(url: str) -> str:
    """The condition in CQL under which an address asks for records; empty where it states none, or a filter in XML."""
    stated = asked_in(url, "constraint")
    return "" if stated.lstrip().startswith("<") else stated


def asks_for_records(url: str) -> bool:
    """Whether an address asks a catalogue for records by their identifiers: those are meant, and not all that it has."""
    return asked_in(url, "request").casefold() == "getrecordbyid" and asked_in(url, "id") != ""


def with_parameters(url: str, parameters: dict[str, str]) -> str:
    """An address with more parameters."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(parameters)}"


def capabilities_address(url: str, version: str = "") -> str:
    """The address of GetCapabilities; with a version only where one is wanted, for some catalogues know only one."""
    asked = {"service": "CSW", "request": "GetCapabilities"}
    return with_parameters(base_of(url), {**asked, "version": version} if version else asked)


def refuse_exception(root: Element) -> None:
    """Raises Refused if a document is an ExceptionReport of OWS, or an older ServiceExceptionReport."""
    if name(root) not in ("ExceptionReport", "ServiceExceptionReport"):
        return
    codes = [each.get("exceptionCode") or each.get("code") or "" for each in children(root)]
    locators = [each.get("locator") or "" for each in children(root)]
    words = excerpt(all_text(root), 300)
    where = next((each for each in locators if each), "")
    said = ": ".join(each for each in (next((c for c in codes if c), ""), words) if each) or "ExceptionReport"
    raise Refused(next((c for c in codes if c), ""), f"{said} ({where})" if where else said)


def read_capabilities(root: Element, source: str) -> Catalogue:
    """What the capabilities say; addresses are kept under the host of the source. Raises Refused, Unreadable."""
    refuse_exception(root)
    if name(root) != "Capabilities" or not namespace(root).startswith("http://www.opengis.net/cat/csw"):
        raise Unreadable(
            f"keine Selbstauskunft eines Katalogdienstes (CSW), sondern {name(root)}",
            f"no capabilities of a catalogue service (CSW) but {name(root)}",
        )
    operations = {each.get("name"): each for each in root.iter("{*}Operation")}
    operation = operations.get("GetRecords")
    if operation is None:
        raise Unreadable("der Katalog bietet kein GetRecords an", "the catalogue offers no GetRecords")
    stated = root.get("version") or ("3.0.0" if namespace(root) == CSW_3 else "2.0.2")
    constraints = [(each.get("name") or "", _values(each)) for each in operation.iter("{*}Constraint")]
    # Those of the ISO profile are about the metadata's own fields.
    named = sorted(
        (each for each in constraints if "queryables" in each[0].lower()), key=lambda each: "ISO" not in each[0]
    )
    queryables = [value for _, values in named for value in values]
    every = [
        *_parameter(root, "CONSTRAINTLANGUAGE"),
        *(v for k, vs in constraints if k == "CONSTRAINTLANGUAGE" for v in vs),
    ]
    return Catalogue(
        version="3.0.0" if stated.startswith("3") else "2.0.2",
        title=next((text(each) for each in root.iter("{*}Title")), ""),
        get=_address(operation, "Get", source),
        post=_address(operation, "Post", source),
        schemas=tuple(_parameter(operation, "outputSchema")),
        type_names=tuple(_parameter(operation, "typeNames") or _parameter(operation, "typeName")),
        queryables=tuple(dict.fromkeys(queryables)),
        languages=tuple(each.upper() for each in dict.fromkeys([*_parameter(operation, "CONSTRAINTLANGUAGE"), *every])),
    )


def _parameter(element: Element, wanted: str) -> list[str]:
    return [
        value
        for each in element.iter("{*}Parameter")
        if (each.get("name") or "").lower() == wanted.lower()
        for value in _values(each)
    ]


def _values(element: Element) -> list[str]:
    return [value for each in element.iter("{*}Value") if (value := text(each))]


def _address(operation: Element, method: str, source: str) -> str | None:
    """Where an operation answers by a method; under the source's own host, for catalogues often state an inner one."""
    for each in operation.iter(f"{{*}}{method}"):
        encodings = [
            value.upper()
            for constraint in each.iter("{*}Constraint")
            if (constraint.get("name") or "").lower() == "postencoding"
            for value in _values(constraint)
        ]
        href = (each.get(_XLINK) or "").strip()
        if encodings and "XML" not in encodings:
            continue  # SOAP only
        own, stated = urlsplit(base_of(source)), urlsplit(href)
        if stated.hostname and stated.hostname == own.hostname:
            kept = [(k, v) for k, v in parse_qsl(stated.query, True) if k.lower() not in _ASKED]
            return urlunsplit((own.scheme, own.netloc, stated.path, urlencode(kept), ""))
        return base_of(source)
    return None


def read_answer(root: Element) -> Answer:
    """The records of a GetRecords answer, of a GetRecordById answer, or of a document that is one record.

    Raises Refused for an ExceptionReport (F02), Unreadable for anything else (F01).
    """
    refuse_exception(root)
    if name(root) == "GetRecordsResponse":
        results = next((each for each in children(root) if name(each) == "SearchResults"), None)
        if results is None:
            raise Unreadable("GetRecords ohne Ergebnisteil (SearchResults)", "GetRecords without SearchResults")
        records = tuple(records_in(results))
        numbers = ("numberOfRecordsMatched", "numberOfRecordsReturned", "nextRecord")
        return Answer(records, *(_number(results.get(each)) for each in numbers))
    if name(root) == "GetRecordByIdResponse" or is_iso(root) or is_dublin_core(root):
        records = tuple(records_in(root))
        return Answer(records, len(records), len(records), 0)
    raise Unreadable(
        f"keine Antwort eines Katalogdienstes, sondern {name(root)}: {excerpt(all_text(root))}",
        f"no answer of a catalogue service but {name(root)}: {excerpt(all_text(root))}",
    )


def _number(said: str | None) -> int | None:
    said = (said or "").strip()
    return int(said) if said.isdecimal() and len(said) < 12 else None


def title_of(record: Element) -> str:
    """A record's title, for samples."""
    if is_dublin_core(record):
        return next((text(each) for each in children(record) if name(each) == "title"), "")
    return next((text(each) for each in found(record, "identificationInfo/citation/title")), "")
