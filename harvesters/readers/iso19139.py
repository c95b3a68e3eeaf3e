"""What a metadata record of a geo-catalogue means: ISO 19139 and ISO 19115-3 to GeoDCAT-AP, as DCAT-AP.de wants it.

The mapping follows GeoDCAT-AP 3.0 (https://semiceu.github.io/GeoDCAT-AP/releases/3.0.0/), the licences GDI-DE's
convention. Catalogues that give no ISO give Dublin Core: such a record is read as well.
"""

from __future__ import annotations

from typing import Any

from harvesters.iso import constraints, dublin_core, extents, identification, online, quality
from harvesters.iso.codes import RESOURCE_TYPE_BASE
from harvesters.iso.cutting import is_dublin_core, is_iso, single
from harvesters.iso.distributions import Terms, Whole, enter_links
from harvesters.iso.elements import Element, name, reference, text
from harvesters.iso.parties import enter_parties
from harvesters.iso.record import IsoRecord
from harvesters.iso.services import service_of
from harvesters.mapping.account import PATHS, Account
from harvesters.reading import DERIVED_ID, UNREADABLE_RECORD, Context, Native, Reading, Unusable, without_identity
from schemas import iris
from schemas.findings import Finding, Severity
from schemas.kinds import is_web
from schemas.model import DataService, Dataset, Resource
from schemas.namespaces import DCAT, DCTERMS, GEODCATAP
from schemas.syntax import Unreadable


def native_id(native: Native, context: Context) -> str | None:
    """The record's file identifier, else the identifier of its resource; None where only reading can tell."""
    try:
        element = _element(native.data)
    except Unreadable:
        return None
    if is_dublin_core(element):
        return dublin_core.identifier_of(element)
    return _identifier(IsoRecord(element, context.source.language))


def read(native: Native, context: Context, stated_id: str | None = None) -> Reading:
    """The dataset, series or service of a record; ``stated_id`` is its name in the protocol that brought it.

    ``native.data`` is one metadata element: its bytes, or the lxml element. Raises Unusable.
    """
    place = native.location or context.source.url
    try:
        element = _element(native.data)
    except Unreadable as unreadable:
        raise Unusable(Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (unreadable.de,))) from unreadable
    if is_dublin_core(element):
        return dublin_core.read(element, context, native.location, stated_id)
    record = IsoRecord(element, context.source.language)
    identity, derived = _identity(record, place, stated_id)
    account = _account(record, context, identity)
    if derived:
        account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)
    return _read(record, account, identity, native.location)


def _element(data: Any) -> Element:
    element = single(data) if isinstance(data, bytes) else data
    if not isinstance(element, Element) or not (is_iso(element) or is_dublin_core(element)):
        found = name(element) if isinstance(element, Element) else type(element).__name__
        raise Unreadable(f"kein Metadatensatz nach ISO 19139 oder 19115-3: {found}", f"no ISO record: {found}")
    return element


def _identifier(record: IsoRecord) -> str | None:
    if record.file_identifier:
        return record.file_identifier
    stated = (record.identifier(element) for _, element in record.identified("citation/identifier"))
    return next((each for each in stated if each), None)


def _identity(record: IsoRecord, place: str, stated_id: str | None) -> tuple[str, bool]:
    """The native id, and whether it had to be derived from title and address (F10)."""
    known = _identifier(record) or stated_id
    if known:
        return known, False
    title = next((text(element) for _, element in record.identified("citation/title")), "")
    if not title:
        raise without_identity(place)
    links = online.links_of(record)
    address = links[0].url if links else ""
    return iris.digest(f"{address}\x1f{title}".encode("utf-8", "ignore")), True


def _account(record: IsoRecord, context: Context, identity: str) -> Account:
    account = Account(context, "", Dataset)
    account.language = record.language
    account.origin = (*account.origin[:2], record.language)
    account.focus = account.mint("service" if record.is_service else "dataset", identity)
    own = identification.own_iri(record)
    if own and (stated := account.own_iri("identificationInfo/citation/identifier", own)):
        account.focus = stated
    if record.is_service:
        account.paths = {**PATHS[Dataset], **PATHS[DataService]}
    return account


def _read(record: IsoRecord, account: Account, identity: str, location: str | None) -> Reading:
    identification.enter_texts(account, record)
    identification.enter_identifiers(account, record)
    revised = identification.enter_dates(account, record)
    identification.enter_languages(account, record)
    identification.enter_topics(account, record)
    identification.enter_keywords(account, record)
    identification.enter_frequency(account, record)
    identification.enter_relations(account, record)
    identification.enter_overview(account, record)
    identification.enter_left(account, record)
    extents.enter_extents(account, record)
    extents.enter_resolution(account, record)
    extents.enter_reference_systems(account, record)
    quality.enter_quality(account, record)
    companions = enter_parties(account, *online.parties_of(record))
    terms = constraints.enter_constraints(account, record)
    account.extra.append((str(GEODCATAP.resourceType), RESOURCE_TYPE_BASE + record.scope))
    if record.is_service:
        result: Dataset | DataService = _service(record, account, terms)
        if revised is not None and revised.date not in account.values.get("modified", ()):
            account.leave(revised.path, revised.date.text)
    else:
        companions += _links(record, account, identity, terms, revised)
        # A series is a dataset as well: DCAT 3 makes it a subclass, and it often has distributions of its own.
        types = (str(DCAT.DatasetSeries),) if record.is_series else ()
        result = Dataset(iri=account.focus, types=types, extra=tuple(account.extra), **account.tuples())
    return Reading(
        native_id=identity,
        record=result,
        trace=tuple(account.trace),
        leftovers=tuple(account.leftovers),
        findings=tuple(account.findings),
        companions=tuple(companions),
        source_record=location,
    )


def _links(
    record: IsoRecord, account: Account, identity: str, terms: Terms, revised: identification.Dated | None
) -> list[Resource]:
    whole = Whole(
        identity,
        terms,
        formats=online.formats_of(record),
        technical=online.technical_of(record),
        status=online.status_of(record),
        revised=revised,
    )
    return enter_links(account, online.links_of(record), whole)


def _service(record: IsoRecord, account: Account, terms: Terms) -> DataService:
    online.enter_service_type(account, record)
    for path, element in record.identified("operatesOn"):
        href, uuid, _ = reference(element)
        # A uuidref that is an address is the dataset's own; otherwise the reference is surer than the bare identifier.
        if said := uuid if is_web(uuid) else href or uuid:
            target = identification.target_of(account, said)
            account.add("serves_dataset", [target], path, "copy" if target == said else "mint")
    for path, element in record.identified("coupledResource/identifier"):
        if (said := text(element)) and "serves_dataset" not in account.values:
            account.add("serves_dataset", [identification.target_of(account, said)], path, "mint")
    return service_of(account, online.links_of(record), terms, online.operations_of(record))
