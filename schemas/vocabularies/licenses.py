"""Look-up of a licence, and what is known about it: open or not, attribution or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from schemas.vocabularies.codes import LISTS, Code, listed, rows
from schemas.vocabularies.spelling import bare_iri, is_iri, look_up, plain

EU_LICENCES = "http://publications.europa.eu/resource/authority/licence/"
_URL = re.compile(r"https?://[^\s\"'<>()\[\]{},;]+", re.IGNORECASE)
_HOST = re.compile(r"(?:www\.|creativecommons\.org/|opendatacommons\.org/)\S+", re.IGNORECASE)
_CC_PATH = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<terms>by[a-z-]*)(?:/(?P<version>\d\.\d))?(?:/(?P<port>[a-z]{2,4}))?"
    r"|(?P<zero>publicdomain/zero/1\.0)|(?P<mark>publicdomain/mark/1\.0))"
    r"(?:/(?:deed|legalcode)(?:\.[a-z-]+)?|/[a-z]{2}/(?:deed|legalcode))?/?(?:[?#].*)?"
)
_EU_CC = re.compile(r"publications\.europa\.eu/resource/authority/licence/cc_(by(?:nc|nd|sa)*)(?:_.+)?")
# GDI-DE writes the code of its licence list as JSON into useConstraints: {"id": "dl-de-by-2.0", "name": …, "url": …}
_GDI_ID = re.compile(r"\{.*?\"id\"\s*:\s*\"([^\"]{1,80})\"", re.DOTALL)

# The licences' own words, brought into the short ones before the grammar reads them.
_SHORT = tuple(
    (re.compile(rf"\b{words}\b"), short)
    for words, short in (
        (r"creative ?commons", "cc"),
        (r"ccby", "cc by"),
        (r"namensnennung|attribution", "by"),
        (r"nicht ?kommerziell|non ?commercial", "nc"),
        (r"keine ?bearbeitung(?:en)?|no ?deriv(?:s|ative|atives)?", "nd"),
        (r"weitergabe unter gleichen bedingungen|share ?alike", "sa"),
        (r"datenlizenz deutschland|data licen[cs]e germany", "dl de"),
        (r"dlde", "dl de"),
    )
)
_GRAMMAR = re.compile(
    r"\bcc (?P<zero>0|zero|null)(?: 1 0)?(?: universal| universell)?\b"
    r"|\b(?P<mark>public domain mark|cc pdm|ccpdm)(?: 1 0)?\b"
    r"|\bcc(?: licen[cs]e| lizenz)? by(?P<terms>(?: (?:nc|nd|sa))*)(?: licen[cs]e| lizenz)?(?: v| version)?"
    r"(?: (?P<version>[1-4](?: [05])?))?\b(?: (?P<port>international|unported|deutschland|germany|de|at|ch|nl|fr|uk|us)\b)?"
    r"|\bdl (?:de )?(?P<kind>by|zero)(?P<nc> nc)?(?: de)?(?: v| version)? (?P<edition>[12]) 0\b"
    r"|\bdl de (?P<nil>zero)\b|\bdl (?P<nul>zero) de\b"
)
# What may turn a sentence that names a licence into its opposite, bind it to a part, or name a second licence.
_DOUBT = re.compile(
    r"\b(?:nicht|kein(?:e|er|en|em|es)?|ausgenommen|ausnahmen?|ausser|ohne|nur|teil(?:s|e|en|weise)?|bild(?:er)?|fotos?|logos?"
    r"|not|non|no|except|excluding|unless|some|part(?:s|ly)?|only|oder|or|alternativ|sofern|falls|soweit|wenn|if|sauf|pas|hors"
    r"|frueher|bisher|bis|former(?:ly)?|until|geplant|kuenftig|planned|copyright|urheberrechte?|odbl|odc|pddl|gpl|gfdl|eupl"
    r"|apache|geonutzv|etalab|ogl|dl (?:de|by|zero))\b"
)


class _Terms(NamedTuple):
    """A Creative Commons licence in its parts."""

    elements: tuple[str, ...]
    version: str
    port: str

    def code(self) -> Code | None:
        """Its code in the list of DCAT-AP.de, which holds some of them only."""
        name = "-".join(("cc", "by", *self.elements))
        if self.version == "3.0" and self.port == "de":
            return _listed(f"{name}-de/3.0")
        if self.port and self.version != "4.0":
            return None
        return _listed(f"{name}/{self.version}" if self.version else name)


@look_up
def find_license(text: str) -> Code | None:
    """The licence of DCAT-AP.de's list that a text names; None if none, several, an unlisted one, or doubt.

    Takes codes old and new, names in German and English, the licences' own addresses and those of the EU, SPDX and
    opendefinition.org, the JSON of GDI-DE, and a sentence that names one licence and nothing that limits it.
    """
    text = text.strip()
    if _HOST.fullmatch(text):
        text = f"https://{text}"
    if is_iri(text):
        return _by_iri(text)
    gdi = _GDI_ID.match(text)
    if gdi is not None:
        return find_license(gdi.group(1)) if "{" not in gdi.group(1) else None
    return LISTS["license"].find(text) or _read(text)


@look_up
def open_license(iri: str) -> bool | None:
    """Whether a licence is open; None if we do not know it. Source: DCAT-AP.de's list, else its own terms."""
    code = find_license(iri)
    if code is not None:
        return code.code in _marked("open")
    elements = _unlisted_elements(iri)
    return None if elements is None else not ({"nc", "nd"} & set(elements))


@look_up
def needs_attribution(iri: str) -> bool:
    """Whether a licence asks to name its giver: then licenseAttributionByText is due (convention 35)."""
    code = find_license(iri)
    return _unlisted_elements(iri) is not None if code is None else code.code in _marked("attribution")


def _by_iri(iri: str) -> Code | None:
    found = LISTS["license"].find(iri)
    if found is not None:
        return found
    path = _CC_PATH.fullmatch(bare_iri(iri).casefold())
    if path is None:
        return None
    if path["zero"] or path["mark"]:
        return _listed("cc-zero" if path["zero"] else "ccpdm/1.0")
    return _terms(path["terms"].split("-")[1:], path["version"], path["port"]).code()


def _read(text: str) -> Code | None:
    """The one licence a name or a sentence speaks of."""
    addresses = [address.rstrip(".:") for address in _URL.findall(text)]
    found = {_by_iri(address) for address in addresses if _speaks(address)}
    words = " ".join(re.findall(r"[a-z]+|\d+", plain(_URL.sub(" ", text))))
    for long, short in _SHORT:
        words = long.sub(short, words)
    found |= {_code(match) for match in _GRAMMAR.finditer(words)}
    licence = _only(found)
    if licence is None:
        return None
    return None if "©" in text or _DOUBT.search(_GRAMMAR.sub(" | ", words)) else licence


def _only(found: set[Code | None]) -> Code | None:
    """The single licence of a set, where "CC BY" beside "CC BY 4.0" is its short name."""
    if None in found:
        return None
    codes = {code for code in found if code is not None}
    exact = {code for code in codes if not any(o.code.startswith(code.code + "/") for o in codes)}
    return exact.pop() if len(exact) == 1 else None


def _code(match: re.Match[str]) -> Code | None:
    if match["zero"]:
        return _listed("cc-zero")
    if match["mark"]:
        return _listed("ccpdm/1.0")
    if match["nil"] or match["nul"]:
        return _listed("dl-zero-de/2.0")
    if match["kind"]:
        return _listed(f"dl-{match['kind']}{'-nc' if match['nc'] else ''}-de/{match['edition']}.0")
    version = match["version"] or ""
    return _terms(
        match["terms"].split(), version.replace(" ", ".") if " " in version else version, match["port"]
    ).code()


def _terms(elements: list[str], version: str | None, port: str | None) -> _Terms:
    number = f"{version}.0" if version and "." not in version else version or ""
    place = {"deutschland": "de", "germany": "de", "international": "", "unported": ""}.get(port or "", port or "")
    return _Terms(tuple(elements), number, place)


def _speaks(address: str) -> bool:
    """Whether an address in a text says which licence it is, if only that it is one not on our list."""
    return _by_iri(address) is not None or "creativecommons.org/licenses/" in address.casefold()


def _unlisted_elements(iri: str) -> list[str] | None:
    key = bare_iri(iri).casefold()
    path = _CC_PATH.fullmatch(key)
    if path is not None and path["terms"]:
        return path["terms"].split("-")
    table = _EU_CC.fullmatch(key)
    return re.findall("by|nc|nd|sa", table.group(1)) if table else None


def _listed(code: str) -> Code | None:
    return LISTS["license"].by_code(code)


@cache
def _marked(column: str) -> frozenset[str]:
    return frozenset(row["code"] for row in rows("license") if row[column] == "1")


@cache
def license_twins() -> Mapping[str, tuple[str, str]]:
    """What else a licence of the list is known as: its IRI to the IRI in the EU's list of licences, and an address of its text.

    Either may be empty; the EU's IRI is given only where one licence there is the same.
    """
    found = {}
    for row in rows("license"):
        also = [each for each in listed(row["also"]) if is_iri(each)]
        twins = [each for each in also if each.startswith(EU_LICENCES)]
        texts = [each for each in also if each not in twins]
        found[LISTS["license"].base + row["code"]] = (twins[0] if len(twins) == 1 else "", texts[0] if texts else "")
    return found
