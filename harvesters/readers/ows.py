"""What a layer, feature type or coverage in a capabilities document means: a dataset, and the service that offers it.

WMS 1.1.1 and 1.3.0, WFS 1.0 to 2.0, WMTS 1.0.0, WCS 1.0 to 2.0, brought into neutral terms by :mod:`harvesters.ogc`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from harvesters.mapping.account import Account, Part, Rule
from harvesters.mapping.field_rules import addresses, strings, texts
from harvesters.mapping.native_values import word
from harvesters.mapping.periods import period
from harvesters.mapping.places import boxed
from harvesters.ogc.addresses import parameter
from harvesters.ogc.capabilities import OfferedLayer
from harvesters.ogc.crs import crs_iri
from harvesters.ogc.layer_distributions import degrees_of, distributions
from harvesters.ogc.service_record import keyword_texts, offer
from harvesters.reading import DERIVED_ID, UNREADABLE_RECORD, Context, Native, Reading, Unusable, without_identity
from schemas import iris
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, Identifier, PeriodOfTime, Resource
from schemas.namespaces import ADMS, DCTERMS
from schemas.vocabularies import find_language, find_theme
from schemas.vocabularies.codes import rows

_REGISTRY = "registry.gdi-de.org"
_AGENCY = str(ADMS.schemaAgency)
_OPEN_ENDS = frozenset({"current", "present", "now"})


def _metadata(account: Account, field: str, value: Any) -> Sequence[str]:
    """A page with the metadata; what it is called there is a further identifier, by which the same dataset is known again."""
    address = word(value[0])
    # GDI-DE's registry resolves the identifier of the data themselves.
    named = (
        address if urlsplit(address).hostname == _REGISTRY else parameter(address, "id") or parameter(address, "uuid")
    )
    if named:
        account.add("other_identifier", [Identifier(notation=(Literal(named),))], field, "parse")
    return addresses(account, field, address)


def _identifier(account: Account, field: str, value: Any) -> Sequence[Identifier]:
    said, authority = value
    extra = ((_AGENCY, Literal(authority)),) if authority else ()
    return (Identifier(notation=(Literal(said),), extra=extra),)


def _creator(account: Account, field: str, value: Any) -> Sequence[Agent]:
    title, address = value
    homepage = tuple(addresses(account, field, address)) if address else ()
    return (Agent(name=(Literal(title, account.language),), homepage=homepage),)


def _keyword(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """A keyword; one from a vocabulary that it names may be one of the EU's themes, by the INSPIRE theme or ISO topic."""
    found = keyword_texts(account, field, value)
    if value[1]:
        codes = [code.iri for said in found for code in find_theme(said.text)]
        if codes:
            account.add("theme", codes, field, "lookup")
    return found


def _times(account: Account, field: str, value: Any) -> Sequence[PeriodOfTime]:
    """The first and last moment of an extent: ``begin/end/step``, or moments and such spans between commas."""
    spans = [[part.strip() for part in span.split("/")] for span in word(value).split(",") if span.strip()]
    if not spans:
        return ()
    begin, end = spans[0][0], spans[-1][1] if len(spans[-1]) > 1 else spans[-1][0]
    begin, end = ("" if each.lower() in _OPEN_ENDS else each for each in (begin, end))
    return period(account, (field, begin), (field, end), value)


LAYER: dict[str, Rule | Part] = {
    "name": Rule("identifier", strings),
    "title": Rule("title", texts),
    "abstract": Rule("description", texts),
    "keyword": Rule("keyword", _keyword),
    "metadata": Rule("page", _metadata),
    "identifier": Rule("other_identifier", _identifier),
    "attribution": Rule("creator", _creator),
    "time": Rule("temporal", _times, how="parse"),
}


def native_id(native: Native, context: Context) -> str | None:
    """The name of the layer at its service."""
    return native.data.native_id or None if isinstance(native.data, OfferedLayer) else None


def read(native: Native, context: Context) -> Reading:
    """The dataset that a layer is, and as its companions the service and its provider. Raises Unusable."""
    data = native.data
    if not isinstance(data, OfferedLayer):
        reason = f"{type(data).__name__} instead of a layer"
        raise Unusable(Finding(Severity.VIOLATION, context.source.url, None, UNREADABLE_RECORD, (reason,)))
    layer, service = data.layer, data.service
    if not data.native_id:
        raise without_identity(data.url)
    account = Account(context, context.source.url)
    account.focus = account.mint("dataset", data.native_id)
    _speak(account, service.language)
    if not layer.name:
        account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)
    links = [each for each in layer.fields if each.name == "data"]
    account.take([_shown(each) for each in layer.fields if each.name != "data"], LAYER)
    if "title" not in account.values:
        account.add("title", [Literal(layer.title or data.native_id)], "name", "default")
    _place(account, data)
    served = _served(account.origin[0], account.origin[1], data.served)
    offered = offer(account, service, data.url, served)
    if offered.access_rights:
        account.values["access_rights"] = [*offered.access_rights]
    account.values["distribution"] = [*distributions(account, data, offered, links)]
    companions: list[Resource] = [offered.record]
    if offered.publisher is not None and offered.publisher.iri:
        companions.append(offered.publisher)
    return Reading(
        native_id=data.native_id,
        record=Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples()),
        trace=tuple(account.trace),
        leftovers=tuple(account.leftovers),
        findings=tuple(account.findings),
        companions=tuple(companions),
        source_record=native.location,
    )


@lru_cache(maxsize=8)
def _served(base_url: str, source_key: str, served: tuple[str, ...]) -> tuple[str, ...]:
    """The IRIs of all that a service serves: the same for each of its layers, of which there may be thousands."""
    return tuple(iris.mint(base_url, "dataset", iris.key(source_key, each)) for each in served)


def _shown(field: Any) -> tuple[str, str, Any]:
    # A scale or an element of its own has no rule, so that it is left with the record.
    return field.name, field.place, field.value


def _speak(account: Account, written: str) -> None:
    """INSPIRE says in which language the texts are; else it is the source's."""
    code = find_language(written) if written else None
    tag = _tags().get(code.code) if code is not None else None
    if tag:
        account.language = tag
        account.origin = (account.origin[0], account.origin[1], tag)


@cache
def _tags() -> dict[str, str]:
    """The two-letter tags of languages by the EU's codes."""
    return {row["code"]: row["iso"].split()[0] for row in rows("language") if row["iso"]}


def _place(account: Account, data: OfferedLayer) -> None:
    """The box, and the reference systems as standards that the data conform to (GeoDCAT-AP)."""
    layer = data.layer
    account.attribute = "spatial"
    if layer.box:
        edges = degrees_of(layer.box)
        if edges is None:
            account.refuse("BoundingBox", ",".join(layer.box))
        elif found := boxed(account, "BoundingBox", edges):
            account.add("spatial", found, "BoundingBox", "parse")
    known = {name: crs_iri(name) for name in layer.crs}
    if systems := list(dict.fromkeys(iri for iri in known.values() if iri)):
        account.add("conforms_to", systems, "CRS", "parse")
    for name, iri in known.items():
        if iri is None:
            account.leave("CRS", name)
