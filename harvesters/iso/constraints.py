"""Under which terms and by whom a resource may be used: GDI-DE's JSON, anchors of INSPIRE, and plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harvesters.iso.distributions import Terms
from harvesters.iso.elements import Element, anchor, code, found, text
from harvesters.iso.record import IsoRecord
from harvesters.mapping import license_terms
from harvesters.mapping.account import Account, Said
from harvesters.mapping.native_values import address_of, parsed, word
from schemas.findings import Severity, declare
from schemas.kinds import Literal, is_web
from schemas.model import RightsStatement, Value
from schemas.vocabularies import find_access_right, find_license

ACCESS_CONTRADICTS = declare(
    "access-rights-contradictory",
    "Über den Zugang wird Verschiedenes gesagt ({0}); es gilt die engere Angabe.",
    "Different things are said about access ({0}); the narrower statement counts.",
    "Lassen Sie an der Quelle nur die zutreffende Zugriffsbeschränkung stehen.",
    "Keep only the access constraint that applies at the source.",
    "ISO 19115, MD_LegalConstraints",
)

_LIMITATIONS = "inspire.ec.europa.eu/metadata-codelist/limitationsonpublicaccess/"
_RIGHTS_ORDER = ("NON_PUBLIC", "RESTRICTED", "PUBLIC")
# Codes that say no more than that words follow, or that a licence does.
_EMPTY_CODES = frozenset({"", "otherRestrictions", "license", "licence", "unrestricted"})
_ACCESS_CODES = {
    **dict.fromkeys(("restricted", "private", "statutory", "SBU"), "RESTRICTED"),
    **dict.fromkeys(("confidential", "in-confidence"), "NON_PUBLIC"),
    "unrestricted": "PUBLIC",
}
_SECURITY = {"unclassified": "PUBLIC", "restricted": "RESTRICTED", "confidential": "NON_PUBLIC"}
_SECURITY |= dict.fromkeys(("secret", "topSecret"), "NON_PUBLIC")
_PREFIX = re.compile(
    r"^(?:Nutzungs(?:bedingungen|einschränkungen)|Zugriffseinschränkungen|Zugriffsbeschränkungen|Zugangsbeschränkungen"
    r"|Use limitations?|Access constraints?)\s*:\s*",
    re.IGNORECASE,
)
# Words for "no limits", which mean the public where they stand under access.
_NO_LIMITS = re.compile(
    r"(?:es (?:gelten|bestehen) )?keine (?:zugriffs|zugangs|nutzungs)?"
    r"(?:bedingungen|beschr(?:ä|ae)nkungen|einschr(?:ä|ae)nkungen)"
    r"|no (?:limitations?|conditions?|restrictions?)(?: (?:apply|on|to|of).*)?|none|keine"
    r"|(?:pas de|aucune) restrictions?(?: d'acc[eè]s(?: public)?)?(?: selon inspire)?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!])\s+")


class _Json(NamedTuple):
    """What GDI-DE's JSON names: a licence (code, address or name) and the source to be named."""

    license: str
    source: str


@dataclass(slots=True)
class _Said:
    """What the constraints of a record say, sorted by what it is about."""

    offers: list[Said] = field(default_factory=list)
    sources: list[tuple[str, str]] = field(default_factory=list)
    words: list[tuple[str, Literal]] = field(default_factory=list)
    access: list[tuple[str, str, list[Literal]]] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)


def enter_constraints(account: Account, record: IsoRecord) -> Terms:
    """Enters the access rights; gives licence, the source to be named and rights, for the record's distributions."""
    said = _Said()
    for path, block in record.identified("resourceConstraints"):
        _sort(account, record, path, block, said)
    _enter_access(account, said)
    offers = [*said.offers]
    # Words count as a licence only if nothing better is said.
    spoken = [(path, each.text) for path, each in said.words if find_license(each.text)]
    if not offers:
        offers = [(path, value) for path, value in spoken]
        said.words = [each for each in said.words if (each[0], each[1].text) not in spoken]
    found_terms = license_terms.terms(account, offers)
    labels = dict.fromkeys([*found_terms.rights, *(each for _, each in said.words)])
    for path, _ in said.words:
        account.note("distribution.rights", path, "kept")
    attribution: tuple[Literal, ...] = ()
    if said.sources and found_terms.license:
        account.note("distribution.license_attribution", said.sources[0][0], "copy")
        attribution = (Literal(said.sources[0][1], record.language),)
    for path, source in said.sources if not attribution else said.sources[1:]:
        if source not in (each.text for each in attribution):
            account.leave(path, source)
    return Terms(found_terms.license, attribution, RightsStatement(label=tuple(labels)) if labels else None)


def _sort(account: Account, record: IsoRecord, path: str, block: Element, said: _Said) -> None:
    """One block of constraints. By GDI-DE, one block speaks of the use, another of access; some blocks speak of both."""
    access_codes = [code(each) for each in found(block, "accessConstraints")]
    use_codes = [code(each) for each in found(block, "useConstraints")]
    for each in access_codes:
        said.codes.append((f"{path}/accessConstraints", each))
    for each in use_codes:
        if each not in _EMPTY_CODES:
            account.leave(f"{path}/useConstraints", each)
    for element in found(block, "classification"):
        if (level := _SECURITY.get(code(element))) and code(element) != "unclassified":
            said.access.append((f"{path}/classification", level, []))
    for element in found(block, "otherConstraints"):
        only_access = bool(access_codes) and not use_codes
        _sort_other(account, record, f"{path}/otherConstraints", element, said, only_access)
    for element in found(block, "useLimitation"):
        said.words += [(f"{path}/useLimitation", each) for each in record.literals(element)]
    for element in found(block, "reference/title", "reference/onlineResource/linkage"):
        if is_web(address := anchor(element) or text(element)) and find_license(address):
            said.offers.append((f"{path}/reference", address))


def _sort_other(
    account: Account, record: IsoRecord, path: str, element: Element, said: _Said, only_access: bool
) -> None:
    address, words = anchor(element), record.literals(element)
    own = words[0].text if words else ""
    if not address and is_web(own):
        address, words = own, words[1:]
    if json := _gdi_json(own):
        if json.license:
            said.offers.append((path, json.license))
        if json.source:
            said.sources.append((path, json.source))
    elif own[:1] == "{" and parsed(own) is not None:
        account.attribute = "license"
        account.refuse(path, own)
    elif _LIMITATIONS in address.lower() or find_access_right(address or own) is not None:
        said.access.append((path, address or own, words))
    elif find_license(address or own) is not None:
        said.offers.append((path, address or own))
        said.words += [(path, each) for each in words if not address and len(each.text) > 100]
    elif only_access:
        said.access.append((path, address, words))
    elif address and (sound := address_of(address)):
        said.offers.append((path, sound))
        said.words += [(path, each) for each in words]
    else:
        said.words += [(path, each) for each in words]


def _gdi_json(said: str) -> _Json | None:
    """The JSON of GDI-DE (Konventionen zu Metadaten, 2.0, 3.4.4): ``{"id", "name", "url", "quelle"}``."""
    if said[:1] != "{":
        return None
    given: Any = parsed(said)
    if not isinstance(given, dict) or not ({"id", "name", "url"} & given.keys()):
        return None
    stated = [word(given.get(key)) for key in ("id", "url", "name")]
    known = next((each for each in stated if each and find_license(each)), "")
    return _Json(
        known or next((each for each in (stated[1], stated[2], stated[0]) if each), ""), word(given.get("quelle"))
    )


def _enter_access(account: Account, said: _Said) -> None:
    """The access rights: a code if one is stated, the narrower of several; else the words as a statement."""
    known: list[tuple[str, str]] = []
    words: list[tuple[str, Literal]] = []
    addresses: list[tuple[str, str]] = []
    for path, address, texts in said.access:
        right = _right(address, [each.text for each in texts])
        if right is not None:
            known.append((path, right))
        elif is_web(address):
            addresses.append((path, address))
        else:
            words += [(path, each) for each in texts]
    for path, stated in said.codes:
        if right := _ACCESS_CODES.get(stated):
            known.append((path, right))
        elif stated not in _EMPTY_CODES:
            account.leave(path, stated)
    rights = sorted(dict.fromkeys(right for _, right in known), key=_RIGHTS_ORDER.index)
    if rights:
        if len(rights) > 1:
            account.remark(Severity.WARNING, account.paths.get("access_rights"), ACCESS_CONTRADICTS, ", ".join(rights))
        _enter(account, "access_rights", [_base(rights[0])], next(p for p, r in known if r == rights[0]), "lookup")
        # What is said in more words explains the code and stays with the terms.
        said.words += words
    elif addresses:
        _enter(account, "access_rights", [addresses[0][1]], addresses[0][0], "copy")
        said.words += words
    elif words:
        statement = RightsStatement(label=tuple(dict.fromkeys(each for _, each in words)))
        _enter(account, "access_rights", [statement], words[0][0], "copy")


def _right(address: str, texts: Sequence[str]) -> str | None:
    if address in _RIGHTS_ORDER:
        return address
    for each in (address, *texts):
        plain = _PREFIX.sub("", each)
        found_right = find_access_right(each) or find_access_right(plain)
        if found_right is None and (sentences := _SENTENCE.split(plain)):
            found_right = find_access_right(sentences[0].rstrip("."))
        if found_right is not None:
            return found_right.code
        if _NO_LIMITS.fullmatch(plain.strip().rstrip(".")):
            return "PUBLIC"
    return None


def _base(right: str) -> str:
    known = find_access_right(right)
    assert known is not None
    return known.iri


def _enter(account: Account, attribute: str, values: Sequence[Value], path: str, how: str) -> None:
    account.add(attribute, values, path, how)
