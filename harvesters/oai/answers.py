"""What an OAI-PMH answer says: errors, the repository, its formats, records and the token to the next part.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree

from schemas.namespaces import DCAT
from schemas.syntax import Unreadable
from schemas.xml_tree import load_xml, local_name, text_of

_ARGUMENTS = frozenset({"verb", "metadataprefix", "set", "from", "until", "resumptiontoken", "identifier"})
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_GMD = ("http://www.isotc211.org/2005/gmd", "http://www.isotc211.org/2005/gmi")
_ISO_3 = "http://standards.iso.org/iso/19115/-3/"
_DAY, _SECOND = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"


class Said(NamedTuple):
    """An answer: its errors (code, message), the element of its verb, the ``from`` that was asked, recoded lines."""

    errors: tuple[tuple[str, str], ...]
    content: etree._Element | None
    since: str | None
    repaired_lines: int

    def has(self, code: str) -> bool:
        """Whether one of the errors has this code (section 3.6)."""
        return any(known == code for known, _ in self.errors)


class Repository(NamedTuple):
    """What Identify says: a name, the pattern (``strftime``) of dates in requests, how deletions are kept."""

    name: str
    pattern: str
    deleted: str


class Format(NamedTuple):
    """A metadata format: the prefix to ask with, and its namespace."""

    prefix: str
    namespace: str


class Record(NamedTuple):
    """A record: its identifier in the repository, whether that says it is gone, what it holds."""

    identifier: str
    deleted: bool
    payload: etree._Element | None


class Token(NamedTuple):
    """What leads to the next part of a list, and how many records the whole list has (None: not said)."""

    text: str
    total: int | None


class Listed(NamedTuple):
    """A part of a list; without a token, or with an empty one, it was the last."""

    records: list[Record]
    token: Token


def base_address(url: str) -> str:
    """The repository's base address from whatever address of it somebody copied; its own parameters stay."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, True) if name.lower() not in _ARGUMENTS]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def address(base: str, verb: str, **arguments: str) -> str:
    """The address of a request; the names of arguments as the protocol spells them (``from_`` for ``from``)."""
    query = urlencode({"verb": verb, **{name.rstrip("_"): value for name, value in arguments.items() if value}})
    return f"{base}{'&' if urlsplit(base).query else '?'}{query}"


def read_answer(body: bytes) -> Said:
    """An answer as it is. Raises Unreadable for what is no OAI-PMH (F01, F03, F21, F39)."""
    root, repaired = load_xml(body, "OAI-PMH")
    if local_name(root) != "OAI-PMH":
        shown = local_name(root)
        raise Unreadable(
            f"XML, aber kein OAI-PMH: das äußerste Element heißt „{shown}“ und sagt: {text_of(root)[:200]}",
            f"XML, but no OAI-PMH: the outermost element is “{shown}” and says: {text_of(root)[:200]}",
        )
    errors = tuple((each.get("code") or "", text_of(each)[:300]) for each in root if local_name(each) == "error")
    asked = _child(root, "request")
    content = next((each for each in root if local_name(each) not in ("", "responseDate", "request", "error")), None)
    return Said(errors, content, asked.get("from") if asked is not None else None, repaired)


def repository(said: Said) -> Repository:
    """What Identify says; without it the coarse granularity that every repository knows (section 3.3)."""
    content = said.content
    granularity = text_of(_child(content, "granularity"))
    deleted = text_of(_child(content, "deletedRecord")).lower()
    name = text_of(_child(content, "repositoryName"))
    return Repository(name, _SECOND if "hh:mm:ss" in granularity else _DAY, deleted or "no")


def formats(said: Said) -> list[Format]:
    """The formats of ListMetadataFormats."""
    found = said.content if said.content is not None else ()
    return [
        Format(prefix, text_of(_child(each, "metadataNamespace")))
        for each in found
        if local_name(each) == "metadataFormat" and (prefix := text_of(_child(each, "metadataPrefix")))
    ]


def best_format(offered: Iterable[Format]) -> Format | None:
    """The format that says most of what we can read: DCAT-AP.de, other DCAT, ISO 19139, ISO 19115-3, Dublin Core."""
    ranked = [(rank, each) for each in offered if (rank := _rank(each)) is not None]
    return min(ranked)[1] if ranked else None


def _rank(offered: Format) -> int | None:
    prefix, namespace = offered.prefix.lower(), offered.namespace
    if "dcat" in prefix:
        return (
            0 if re.search(r"dcat[-_.]?(?:ap)?[-_.]?de\b", prefix) else 1 if "ap" in prefix.partition("dcat")[2] else 2
        )
    if namespace == str(DCAT) or (prefix in ("rdf", "rdfxml", "rdf_xml") and namespace in (_RDF, "")):
        return 3
    if namespace in _GMD or prefix in ("gmd", "iso19139"):
        return 4
    if namespace.startswith(_ISO_3) or prefix.startswith("iso19115-3"):
        return 5
    return 6 if prefix == "oai_dc" else None


def listed(said: Said) -> Listed:
    """The records of ListRecords and the token."""
    records: list[Record] = []
    token = Token("", None)
    for each in said.content if said.content is not None else ():
        name = local_name(each)
        if name == "record":
            header = _child(each, "header")
            deleted = header is not None and (header.get("status") or "").lower() == "deleted"
            metadata = _child(each, "metadata")
            inner = [part for part in metadata if local_name(part)] if metadata is not None else []
            records.append(Record(text_of(_child(header, "identifier")), deleted, inner[0] if inner else None))
        elif name == "resumptionToken":
            size = (each.get("completeListSize") or "").strip()
            token = Token(text_of(each), int(size) if size.isascii() and size.isdigit() else None)
    return Listed(records, token)


def named(errors: Sequence[tuple[str, str]]) -> str:
    """Errors for a message."""
    return "; ".join(f"{code}: {message}" if message else code for code, message in errors)


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The child of a name. Some repositories spell elements in another case."""
    return (
        next((each for each in element if local_name(each).lower() == name.lower()), None)
        if element is not None
        else None
    )
