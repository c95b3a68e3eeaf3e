"""Records made of a portal's entries: the account opened and closed, the publisher, the distributions and their terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from harvesters.mapping.account import Account, Parts, Said
from harvesters.mapping.agents import publisher, said_in
from harvesters.mapping.field_rules import addresses, texts
from harvesters.mapping.license_terms import terms
from harvesters.mapping.native_values import address_of, beginning, word
from harvesters.reading import (
    DERIVED_ID,
    NOT_UNDERSTOOD,
    UNREADABLE_RECORD,
    Context,
    Native,
    Reading,
    Unusable,
    without_identity,
)
from schemas import iris
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from schemas.model import DataService, Dataset, Distribution, Resource, RightsStatement, Value
from schemas.namespaces import DCATDE, DCTERMS
from schemas.vocabularies import file_type_of, find_file_type, find_media_type, media_type_of

_LICENSE, _RIGHTS = str(DCTERMS.license), str(DCTERMS.rights)
_ATTRIBUTION = str(DCATDE.licenseAttributionByText)
_LOOKED_AT = frozenset(
    "HTML HTML5 HTML_SIMPL XHTML XHTML5 XHTML_SIMPL RDFA MHTML JS CSS RSS ATOM MSG_HTTP MAP_PRVW REST SPARQLQ OP_DATPRO".split()  # noqa: SIM905
)


class Whole(NamedTuple):
    """The terms of a dataset, which hold for each of its distributions without terms of its own."""

    license: tuple[str, ...] = ()
    statement: RightsStatement | None = None
    credits: tuple[Literal, ...] = ()
    credits_field: str = ""


class Opened(NamedTuple):
    """An entry opened for reading: its account, its identity, the subjects of distributions that are taken."""

    account: Account
    identity: str
    used: set[str]


def opened(native: Native, context: Context, identity: str, title: str, own: Said | None = None) -> Opened:
    """The account of an entry that is an object. ``own`` is an IRI that the source gave it.

    Without an identity one is derived from address and title (F10). Raises Unusable.
    """
    place = identity or native.location or context.source.url
    if not isinstance(native.data, dict):
        reason = f"{type(native.data).__name__} instead of an object"
        raise Unusable(Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (reason,)))
    derived = not identity
    if derived:
        if not title:
            raise without_identity(place)
        identity = iris.digest(f"{native.location or ''}\x1f{title}".encode("utf-8", "ignore"))
    account = Account(context, place)
    account.focus = account.mint("dataset", identity)
    if own is not None and word(own[1]) and (stated := account.own_iri(*own)):
        account.focus = stated
    if derived:
        account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)
    return Opened(account, identity, {account.focus})


def closed(native: Native, entry: Opened, companions: Sequence[Resource]) -> Reading:
    """The reading of an entry whose account is complete."""
    account = entry.account
    return Reading(
        native_id=entry.identity,
        record=Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples()),
        trace=tuple(account.trace),
        leftovers=tuple(account.leftovers),
        findings=tuple(account.findings),
        companions=tuple(companions),
        source_record=native.location,
    )


def enter_identifier(entry: Opened, field: str) -> None:
    """The native id as dct:identifier, where the source gives no other."""
    if "identifier" not in entry.account.values:
        entry.account.add("identifier", [Literal(entry.identity)], field, "copy")


def enter_publisher(account: Account, parts: Parts, identity: str | None = None) -> list[Resource]:
    """The publisher from the fields that describe it; gives it as a record of its own, if there is one."""
    body = publisher(account, parts, identity) if "name" in parts or "uri" in parts else None
    if body is None or body.iri is None:
        for field, value in parts.values():
            account.leave(field, value)
        return []
    account.add("publisher", [body.iri], said_in(parts), "copy")
    return [body]


def whole_terms(
    account: Account, offers: Sequence[Said], rights: Sequence[Said] = (), credits: Said | None = None
) -> Whole:
    """The terms of a dataset from its licence fields, its fields with rights in words, and whom to name."""
    said = terms(account, offers)
    labels = list(said.rights)
    account.attribute = "rights"
    for field, value in rights:
        labels += texts(account, field, value)
        account.note("distribution.rights", field, "copy")
    statement = RightsStatement(label=tuple(dict.fromkeys(labels))) if labels else None
    if credits is None:
        return Whole(said.license, statement)
    account.attribute = "license_attribution"
    return Whole(said.license, statement, tuple(texts(account, *credits)), credits[0])


def apply_terms(inner: Account, whole: Whole, own: Sequence[Said] = ()) -> None:
    """A distribution's own terms, else those of its dataset; whom to name in any case."""
    said = terms(inner, own)
    stated = bool(said.license or said.rights)
    license = said.license if stated else whole.license
    statement = RightsStatement(label=said.rights) if said.rights else None if stated else whole.statement
    if license:
        inner.values["license"] = list(license)
    if statement:
        # DCAT-AP allows one statement: what the distribution says elsewhere joins it.
        known = inner.values.get("rights", [])
        labels = [label for value in known if isinstance(value, RightsStatement) for label in value.label]
        rest = [value for value in known if not isinstance(value, RightsStatement)]
        merged = RightsStatement(label=tuple(dict.fromkeys((*statement.label, *labels)))) if labels else statement
        inner.values["rights"] = [*rest, merged]
    if whole.credits and "license_attribution" not in inner.values:
        inner.add("license_attribution", whole.credits, whole.credits_field, "copy")


def enter_distributions(account: Account, found: Sequence[Value], whole: Whole) -> None:
    """The distributions of a dataset; one without any carries its terms itself."""
    if found:
        account.values["distribution"] = list(found)
        return
    account.extra += [(_LICENSE, value) for value in whole.license]
    account.extra += [(_RIGHTS, whole.statement)] if whole.statement else []
    account.extra += [(_ATTRIBUTION, value) for value in whole.credits]


class Access(NamedTuple):
    """Where a distribution is to be had: a field with its value, and whether the address loads a file."""

    field: str
    address: str
    loads: bool = True
    how: str = "copy"


def distribution(
    entry: Opened, inner: Account, name: str, access: Access | None, whole: Whole, own: Sequence[Said] = ()
) -> Distribution:
    """A distribution from its account: addresses, terms, and an IRI from its name within the dataset.

    DCAT-AP demands an accessURL: a file's download address serves as both (convention 39).
    """
    if access is not None:
        if address := address_of(access.address):
            inner.add("access_url", [address], access.field, "K39" if access.loads else access.how)
            if access.loads:
                inner.add("download_url", [address], access.field, access.how)
        else:
            inner.refuse(access.field, access.address, "access_url")
    apply_terms(inner, whole, own)
    subject = unused(entry, name or (access.address if access else "") or "distribution")
    return Distribution(iri=subject, extra=tuple(inner.extra), **inner.tuples())


def unused(entry: Opened, name: str, own: str | None = None) -> str:
    """The IRI of a distribution: the source's own, else one from its name; each stands once in a dataset."""
    subject, number = own or entry.account.mint("distribution", f"{entry.identity}/{name}"), 1
    while subject in entry.used:
        number += 1
        subject = entry.account.mint("distribution", f"{entry.identity}/{name}#{number}")
    entry.used.add(subject)
    return subject


def enter_service(
    entry: Opened, inner: Account, said: Said, address: str, whole: Whole, title: Sequence[Value]
) -> DataService:
    """The data service behind a distribution, as a record of its own; it belongs to this dataset alone.

    Takes the field that names the service, its address, and the title that it is to have.
    """
    account = entry.account
    subject = inner.mint("service", f"{entry.identity}/service/{address}")
    inner.add("access_service", [subject], said[0], "copy")
    service = inner.within("access_service", DataService)
    service.add("endpoint_url", addresses(service, said[0], address), said[0], "copy")
    return DataService(
        iri=subject,
        title=tuple(value for value in title if isinstance(value, Literal)),
        publisher=tuple(value for value in account.values.get("publisher", ()) if isinstance(value, str)),
        license=whole.license,
        rights=(whole.statement,) if whole.statement else (),
        serves_dataset=(account.focus,),
        **service.tuples(),
    )


def export(entry: Opened, kind: str, title: str, access: Access, whole: Whole) -> Distribution:
    """A form in which the portal itself gives a dataset out; ``kind`` is its file type."""
    inner = entry.account.within("distribution", Distribution)
    inner.add("title", [Literal(title, None)], access.field, "derived")
    enter_kind(inner, (access.field, kind), None, how="derived")
    return distribution(entry, inner, kind, access, whole)


def enter_kind(inner: Account, format: Said | None, mime: Said | None, how: str = "lookup") -> str:
    """Format and media type, each from the other where only one is said or known; gives the file type's code, or nothing.

    A format that no list has is a finding, unless the media type beside it names one.
    """
    kind = find_file_type(word(format[1])) if format else None
    media = find_media_type(word(mime[1])) if mime else None
    named = kind or (file_type_of(media.code) if media else None)
    media = media or (media_type_of(named.code) if named else None)
    said = (format or mime or ("", ""))[0]
    if named:
        inner.add("format", [named.iri], said, how if kind else "derived")
    if media:
        inner.add("media_type", [media.iri], (mime or format or ("", ""))[0], how if mime else "derived")
    for given, known, attribute in ((format, kind, "format"), (mime, media, "media_type")):
        if given and not known and word(given[1]):
            inner.leave(*given)
            if attribute == "format" and not named:
                path, shown = inner.paths.get(attribute), beginning(word(given[1]))
                inner.remark(Severity.WARNING, path, NOT_UNDERSTOOD, given[0], shown)
    return named.code if named else ""


def loads(kind: str) -> bool:
    """Whether an address of a file type loads a file; a page or a service is looked at or asked."""
    return bool(kind) and not kind.endswith("_SRVC") and kind not in _LOOKED_AT


def part(parts: Mapping[str, Said], name: str) -> Said:
    """A field laid aside, or an empty one."""
    return parts.get(name, ("", ""))
