"""What a schema.org Dataset means in DCAT-AP (Google's and W3C's mapping of the two: dcat section 12, schema.org/Dataset)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

import orjson

from harvesters.mapping.places import shaped
from harvesters.reading import NOT_UNDERSTOOD, Context, Reading, without_identity
from harvesters.website.linked_data import types_of
from harvesters.website.schema_org_fields import Fields
from harvesters.website.schema_org_values import (
    box_wkt,
    contact_in,
    contacts_in,
    literals_in,
    objects_in,
    point_wkt,
    polygon_wkt,
    strings_in,
    values_in,
)
from harvesters.website.web_pages import join
from schemas import iris
from schemas.findings import Finding, Severity
from schemas.iris import ascii_words
from schemas.kinds import Literal, date, is_web
from schemas.model import (
    Agent,
    Checksum,
    Dataset,
    Distribution,
    Location,
    PeriodOfTime,
    ProvenanceStatement,
    Resource,
    Resources,
    RightsStatement,
    Texts,
)
from schemas.namespaces import XSD
from schemas.vocabularies import find_file_type, find_language, find_license, find_media_type
from schemas.vocabularies.spelling import fold

_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_PERSON = "http://schema.org/Person"
_SIZE = re.compile(r"(\d{1,15})\s?(?:B|bytes?)?", re.I)


_ROLES: Mapping[str, tuple[str, ...]] = {
    "publisher": ("publisher", "provider", "sourceOrganization"),
    "creator": ("creator", "author"),
    "contributor": ("contributor",),
    "custodian": ("maintainer",),
}


class SchemaDataset(NamedTuple):
    """A Dataset as a page states it, with the page's address and language."""

    native_id: str
    entry: dict[str, Any]
    page: str
    language: str

    def fingerprint(self) -> bytes:
        """Bytes that change when the description changes."""
        return orjson.dumps([self.native_id, self.entry, self.page, self.language], option=orjson.OPT_SORT_KEYS)


def identity(entry: dict[str, Any], page: str) -> str:
    """The native id of a Dataset: ``@id``, identifier, address, first file; else the page and the name."""
    own = entry.get("@id")
    if isinstance(own, str) and not own.startswith("_:") and is_web(named := urljoin(page, own.strip())):
        return named
    for text in strings_in(entry.get("identifier")):
        return text
    for field, inner in (("url", entry), ("contentUrl", next(objects_in(entry.get("distribution")), {}))):
        for text in strings_in(inner.get(field)):
            if (address := join(page, text)) is not None and (field == "contentUrl" or address != page):
                return address
    name = next(strings_in(entry.get("name")), "")
    return f"{page}#{ascii_words(name)}" if name else page


def files_of(entry: dict[str, Any], page: str) -> tuple[str, ...]:
    """The addresses of a Dataset's files."""
    addresses = [
        join(page, text)
        for inner in objects_in(entry.get("distribution"))
        for text in strings_in(inner.get("contentUrl"))
    ]
    return tuple(address for address in addresses if address)


def read_dataset(found: SchemaDataset, context: Context) -> Reading:
    """The Dataset as a record. Raises Unusable if it has neither name nor identity."""
    return _Mapping(found, context).reading()


class _Mapping:
    """One Dataset being mapped."""

    def __init__(self, found: SchemaDataset, context: Context) -> None:
        self.found = found
        self.context = context
        language = found.language
        language = language if language.isalpha() and 2 <= len(language) <= 3 else context.source.language
        self.fields = Fields(found.entry, found.native_id, found.page, language)
        self.companions: list[Resource] = []

    def reading(self) -> Reading:
        found, context, fields = self.found, self.context, self.fields
        title = fields.texts("title", "name")
        if not title and not found.native_id:
            raise without_identity(found.page)
        license_iri, rights = self._license(fields.take("license"), "license")
        attribution = fields.texts("distribution.license_attribution", "creditText")
        own = found.native_id
        minted = not is_web(own) or "@id" not in found.entry or own.startswith(f"{context.base_url}/")
        record = Dataset(
            iri=iris.mint(context.base_url, "dataset", iris.key(context.source.key, own)) if minted else own,
            title=title or fields.texts("title", "alternateName"),
            description=fields.texts("description", "description") or fields.texts("description", "abstract"),
            identifier=self._identifiers(),
            keyword=self._keywords(),
            landing_page=fields.addresses("landing_page", "url") or (found.page,),
            modified=fields.dates("modified", "dateModified"),
            issued=fields.dates("issued", "datePublished") or fields.dates("issued", "dateCreated"),
            language=self._languages(),
            temporal=self._periods(),
            spatial=self._places(),
            version=fields.plain("version", "version"),
            page=fields.addresses("page", "sameAs"),
            provenance=self._provenance(),
            distribution=self._distributions(license_iri, rights + self._rights(), attribution),
            **self._agents(),
        )
        fields.leave_rest()
        return Reading(
            native_id=own,
            record=record,
            trace=tuple(fields.trace),
            leftovers=tuple(fields.leftovers),
            findings=tuple(fields.findings),
            companions=tuple(self.companions),
        )

    # --- Single values --------------------------------------------------------------------------------------------

    def _identifiers(self) -> Texts:
        found = tuple(Literal(text) for text in dict.fromkeys(strings_in(self.fields.take("identifier"))))
        if found:
            self.fields.took("identifier", "identifier")
        return found

    def _keywords(self) -> Texts:
        words: list[Literal] = []
        for literal in literals_in(self.fields.take("keywords"), self.fields.language):
            words += [literal._replace(text=word.strip()) for word in re.split(r"[,;]", literal.text) if word.strip()]
        if words:
            self.fields.took("keyword", "keywords", "split")
        return tuple(dict.fromkeys(words))

    def _languages(self) -> Resources:
        found = []
        for text in strings_in(self.fields.take("inLanguage")):
            code = find_language(text)
            if code is None:
                self.fields.not_understood("inLanguage", text)
            else:
                found.append(code.iri)
        if found:
            self.fields.took("language", "inLanguage", "lookup")
        return tuple(dict.fromkeys(found))

    def _license(self, value: Any, field: str) -> tuple[Resources, Resources]:
        """The licence by code list, or the words in which it was stated as rights (F76: never dropped, never guessed)."""
        found: list[str] = []
        rights: list[Resource] = []
        for text in strings_in(value):
            code = find_license(text)
            if code is not None:
                found.append(code.iri)
                continue
            self.fields.findings.append(
                Finding(Severity.WARNING, self.found.native_id, None, NOT_UNDERSTOOD, (field, text[:200]))
            )
            rights.append(RightsStatement(label=(Literal(text, None if is_web(text) else self.fields.language),)))
        if found:
            self.fields.took("distribution.license", field, "lookup")
        if rights:
            self.fields.took("distribution.rights", field)
        return tuple(dict.fromkeys(found)), tuple(rights)

    def _rights(self) -> Resources:
        found: list[Resource] = []
        for field in ("conditionsOfAccess", "usageInfo", "copyrightNotice"):
            if label := self.fields.texts("distribution.rights", field):
                found.append(RightsStatement(label=label))
        return tuple(found)

    def _provenance(self) -> Resources:
        label = self.fields.texts("provenance", "measurementTechnique")
        return (ProvenanceStatement(label=label),) if label else ()

    # --- Time and place -------------------------------------------------------------------------------------------

    def _periods(self) -> Resources:
        found = []
        for text in strings_in(self.fields.take("temporalCoverage")):
            start, mark, end = text.partition("/")
            ends = [date(part.strip()) if part.strip(" .") else None for part in (start, end if mark else start)]
            if not any(ends):
                self.fields.not_understood("temporalCoverage", text)
                continue
            found.append(
                PeriodOfTime(
                    start_date=(ends[0],) if ends[0] else (),
                    end_date=(ends[1],) if ends[1] else (),
                )
            )
        if found:
            self.fields.took("temporal", "temporalCoverage", "date")
        return tuple(found)

    def _places(self) -> Resources:
        found: list[str | Resource] = []
        for value in values_in(self.fields.take("spatialCoverage")):
            if isinstance(value, str):
                found.append(value if is_web(value) else Location(pref_label=(Literal(value, self.fields.language),)))
                continue
            if not isinstance(value, dict):
                continue
            names = tuple(literals_in(value.get("name"), self.fields.language))
            shapes = [value, *objects_in(value.get("geo"))]
            boxes = [box for shape in shapes for text in strings_in(shape.get("box")) if (box := box_wkt(text))]
            points = [point for shape in shapes if (point := point_wkt(shape))]
            polygons = [
                area for shape in shapes for text in strings_in(shape.get("polygon")) if (area := polygon_wkt(text))
            ]
            if names or boxes or points or polygons:
                place = Location(
                    pref_label=names,
                    bbox=tuple(Literal(text, None, _WKT) for text in boxes[:1]),
                    centroid=tuple(Literal(text, None, _WKT) for text in points[:1]),
                    geometry=tuple(Literal(text, None, _WKT) for text in polygons[:1]),
                )
                found.append(shaped(place))
            else:
                self.fields.not_understood("spatialCoverage", value)
        if found:
            self.fields.took("spatial", "spatialCoverage")
        return tuple(found)

    # --- Agents ---------------------------------------------------------------------------------------------------

    def _agents(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        contacts: list[Resource] = []
        for attribute, fields in _ROLES.items():
            for field in fields:
                for value in values_in(self.fields.take(field)):
                    agent = self._agent(value)
                    if agent is None:
                        self.fields.not_understood(field, value)
                        continue
                    found[attribute] = tuple(dict.fromkeys((*found.get(attribute, ()), agent)))
                    self.fields.took(attribute, field, "agent")
                    if isinstance(value, dict) and attribute == "publisher":
                        contacts += contacts_in(value, self.fields.language)
        for value in objects_in(self.fields.take("contactPoint")):
            contacts += contact_in(value, self.fields.language)
        if contacts:
            self.fields.took("contact_point", "contactPoint, publisher.email", "contact")
            found["contact_point"] = tuple(contacts[:5])
        return found

    def _agent(self, value: Any) -> str | Resource | None:
        entry = value if isinstance(value, dict) else {"name": value}
        names = tuple(literals_in(entry.get("name") or entry.get("legalName"), self.fields.language))
        if not names:
            return None
        homepage = tuple(address for text in strings_in(entry.get("url")) if (address := join(self.found.page, text)))
        if types_of(entry) & {"Person"}:
            # Delivered in place and marked, so that persons are taken out (harvesters.persons.readings).
            return Agent(types=(_PERSON,), name=names)
        own = entry.get("@id")
        key = iris.key(self.context.source.key, f"org:{fold(names[0].text)}")
        address = own if isinstance(own, str) and is_web(own) else iris.mint(self.context.base_url, "agent", key)
        self.companions.append(Agent(iri=address, name=names, homepage=homepage[:1]))
        return address

    # --- Distributions --------------------------------------------------------------------------------------------

    def _distributions(self, license_iri: Resources, rights: Resources, attribution: Texts) -> Resources:
        found: list[Resource] = []
        for value in values_in(self.fields.take("distribution")):
            entry = {"contentUrl": value} if isinstance(value, str) else value
            distribution = (
                self._distribution(entry, license_iri, rights, attribution) if isinstance(entry, dict) else None
            )
            if distribution is None:
                self.fields.not_understood("distribution", value)
            else:
                found.append(distribution)
        if found:
            self.fields.took("distribution", "distribution")
        return tuple(found)

    def _distribution(
        self, entry: dict[str, Any], license_iri: Resources, rights: Resources, attribution: Texts
    ) -> Distribution | None:
        page = self.found.page
        download = tuple(address for text in strings_in(entry.get("contentUrl")) if (address := join(page, text)))
        access = tuple(address for text in strings_in(entry.get("url")) if (address := join(page, text)))
        if not download and not access:
            return None
        own_license, own_rights = self._license(entry.get("license"), "distribution.license")
        formats = [text for name in ("encodingFormat", "fileFormat") for text in strings_in(entry.get(name))]
        code = next((code for text in formats if (code := find_file_type(text))), None)
        media = next((media for text in formats if (media := find_media_type(text))), None)
        for text in formats:
            if find_file_type(text) is None and find_media_type(text) is None:
                self.fields.not_understood("distribution.encodingFormat", text)
        size = next((m.group(1) for text in strings_in(entry.get("contentSize")) if (m := _SIZE.fullmatch(text))), None)
        moment = next((d for text in strings_in(entry.get("dateModified")) if (d := date(text))), None)
        checksum = next(
            (text for text in strings_in(entry.get("sha256")) if re.fullmatch(r"[0-9A-Fa-f]{64}", text)), None
        )
        key = iris.key(self.context.source.key, f"{self.found.native_id}/{(download or access)[0]}")
        return Distribution(
            iri=iris.mint(self.context.base_url, "distribution", key),
            access_url=download[:1] or access[:1],
            download_url=download[:1],
            title=tuple(literals_in(entry.get("name"), self.fields.language)),
            description=tuple(literals_in(entry.get("description"), self.fields.language)),
            format=(code.iri,) if code else (),
            media_type=(media.iri,) if media else (),
            byte_size=(Literal(size, None, str(XSD.nonNegativeInteger)),) if size else (),
            modified=(moment,) if moment else (),
            checksum=(Checksum(algorithm=(_SHA256,), checksum_value=(Literal(checksum, None, str(XSD.hexBinary)),)),)
            if checksum
            else (),
            license=own_license or license_iri,
            rights=(*own_rights, *(() if own_license else rights)),
            license_attribution=attribution,
        )
