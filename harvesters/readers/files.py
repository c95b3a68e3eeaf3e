"""Reads a dataset of a folder: the row of its metadata sheet first, and what can be read off its files."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from harvesters.files import file_texts, sheet_fields
from harvesters.files.described_file import DescribedFile
from harvesters.files.endings import is_data_address
from harvesters.files.file_groups import SHAPEFILE_PARTS, FileGroup, period_of, title_of
from harvesters.files.file_texts import (
    FILE_FAILED,
    FILE_MISSING,
    FILE_NOTE,
    FILE_PERSONAL,
    FILE_UNREADABLE,
    FILE_WEB_PAGE,
)
from harvesters.files.metadata_sheet import SheetRow
from harvesters.files.sheet_fields import Draft, Extra
from harvesters.reading import Context, Native, Reading, TraceEntry, Unusable, without_identity
from schemas import iris
from schemas.findings import Finding, Severity
from schemas.kinds import Literal, date, iri
from schemas.model import (
    Checksum,
    Dataset,
    DatasetSeries,
    Distribution,
    Location,
    PeriodOfTime,
    Resource,
)
from schemas.namespaces import XSD
from schemas.vocabularies import LISTS, Code, file_type_of, find_file_type, find_media_type, media_type_of

_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_INTEGER, _HEX, _DATE = str(XSD.nonNegativeInteger), str(XSD.hexBinary), str(XSD.date)
# Notes that a steward should act on; the others only inform.
_GRAVE = frozenset(
    {"characters-lost", "no-table", "cut-character", "wrong-extension", "unknown-kind", "coordinates-invalid"}
)
# What the derived description says by itself, or what holds for many files of the kind.
_SAID = frozenset({"rows-cut", "profile-cut", "web-page", "archive-inner", "sheet-chosen"})


def native_id(native: Native, context: Context) -> str | None:
    """The sheet's identifier, else the path of the files' stem in the folder."""
    found: FileGroup = native.data
    return found.native_id


def read(native: Native, context: Context) -> Reading:
    """The dataset. Raises Unusable where there is neither a row nor a file that is what its name says.

    So it does where our program failed at a file: what is published stays, better than a record without what was in it.
    """
    found: FileGroup = native.data
    for file in found.described:
        if failed := file.failed:
            raise Unusable(Finding(Severity.VIOLATION, file.path, None, FILE_FAILED, (file.path, failed.de)))
    draft = Draft(found.native_id, context)
    good = [file for file in found.described if not file.is_web_page]
    for file in found.described:
        draft.findings += _findings(file, found.native_id)
    if found.files and not good and not found.links:
        bad = next((file for file in found.described if file.is_web_page), None)
        if bad is not None:
            raise Unusable(Finding(Severity.VIOLATION, bad.path, None, FILE_WEB_PAGE, (bad.path,)))
        raise without_identity(found.native_id)
    for name in found.missing:
        draft.findings.append(Finding(Severity.WARNING, found.native_id, None, FILE_MISSING, (name, _sheet(found))))
    if found.row is not None:
        sheet_fields.read_row(found.row, draft)
    _derive(found, good, draft)
    _add_series(found, draft)
    distributions = [_distribution(file, found, draft) for file in good]
    stated = _stated_format(found.row, draft) if found.links else None
    links = [link for address in found.links if (link := _link(address, found, stated, draft))]
    distributions += links
    if found.row is not None and not links:
        draft.without_file(found.row, "format")
    extra: Extra = ()
    if not distributions:
        extra = draft.terms_of_dataset()
        if found.row is not None:
            draft.without_file(found.row, "attribution")
    record = Dataset(
        iri=iris.mint(context.base_url, "dataset", iris.key(context.source.key, found.native_id)),
        distribution=tuple(distributions),
        extra=extra,
        **draft.values,
    )
    return Reading(
        native_id=found.native_id,
        record=record,
        trace=tuple(draft.trace),
        leftovers=tuple(draft.leftovers),
        findings=tuple(dict.fromkeys(draft.findings)),
        companions=tuple(draft.companions),
    )


def _sheet(found: FileGroup) -> str:
    return f"{found.row.sheet}, Zeile {found.row.number}" if found.row else ""


def _findings(file: DescribedFile, focus: str) -> Iterable[Finding]:
    if file.is_web_page:
        yield Finding(Severity.WARNING, focus, None, FILE_WEB_PAGE, (file.path,))
        return
    reason = file.unreadable
    if reason is not None:
        yield Finding(Severity.WARNING, focus, None, FILE_UNREADABLE, (file.path, reason.de, reason.en))
    for note in file.notes:
        if note is reason or note.code in _SAID or (note.code == "no-table" and file.kind == "text"):
            continue
        if note.code == "personal-data":
            yield Finding(Severity.WARNING, focus, None, FILE_PERSONAL, (file.path, note.de, note.en))
        else:
            severity = Severity.WARNING if note.code in _GRAVE else Severity.INFO
            yield Finding(severity, focus, None, FILE_NOTE, (file.path, note.de, note.en))


def _derive(found: FileGroup, good: list[DescribedFile], draft: Draft) -> None:
    """Fills what the sheet left open from the files; each value is marked as derived."""
    main = file_texts.main_file(good)
    if "title" not in draft.values:
        path = found.files[0].path if found.files else found.native_id
        own = main.title if main is not None and file_texts.is_title(main) else ""
        # A layer's name is a title in the spelling of a file name.
        title = (own if " " in own else title_of(f"{own}.")) if own else title_of(path)
        draft.derive("title", (Literal(title, draft.language),), main.path if own and main else path)
    if main is None:
        return
    if "description" not in draft.values and (text := file_texts.description(good)):
        draft.derive("description", (Literal(text, "de"),), main.path)
    if "temporal" not in draft.values:
        _derive_period(found, good, draft)
    if "spatial" not in draft.values:
        boxed = next((file for file in good if file.box), None)
        if boxed is not None and boxed.box:
            place = Location(bbox=(Literal(_polygon(boxed.box), None, _WKT),))
            draft.derive("spatial", (place,), boxed.path)
    if "modified" not in draft.values:
        newest = max((file for file in good if file.modified), key=lambda file: file.modified or "", default=None)
        if newest is not None and newest.modified and (moment := date(newest.modified)):
            draft.derive("modified", (moment,), f"{newest.path}: {'Last-Modified' if newest.url else 'Dateidatum'}")


def _derive_period(found: FileGroup, good: list[DescribedFile], draft: Draft) -> None:
    dated = [file for file in good if file.start and file.end]
    if dated:
        start = min(file.start for file in dated if file.start)
        end = max(file.end for file in dated if file.end)
        place = dated[0].path
    elif days := period_of(found.files[0].path):
        (start, end), place = days, f"{found.files[0].path}: Dateiname"
    else:
        return
    period = PeriodOfTime(start_date=(Literal(start, None, _DATE),), end_date=(Literal(end, None, _DATE),))
    draft.derive("temporal", (period,), place)


def _polygon(box: tuple[float, float, float, float]) -> str:
    west, south, east, north = (f"{value:.6f}".rstrip("0").rstrip(".") for value in box)
    return f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"


def _add_series(found: FileGroup, draft: Draft) -> None:
    if found.series is None:
        return
    context = draft.context
    series_iri = iris.mint(context.base_url, "series", iris.key(context.source.key, f"series:{found.series.key}"))
    title = found.series.title
    draft.companions.append(
        DatasetSeries(
            iri=series_iri,
            title=(Literal(title, draft.language),),
            description=(Literal(f"Datensätze „{title}“ aus verschiedenen Zeiträumen.", "de"),),
        )
    )
    draft.derive("in_series", (series_iri,), "Dateinamen, die sich nur im Zeitraum unterscheiden")


def _distribution(file: DescribedFile, found: FileGroup, draft: Draft) -> Distribution:
    context = draft.context
    address = (file.url or local_address(file.path, context),)
    format_iri, media_type = _format(file)
    text = file_texts.facts(file)
    values: dict[str, tuple[str | Literal | Resource, ...]] = {
        "format": (format_iri,) if format_iri else (),
        "media_type": (media_type,) if media_type else (),
        "byte_size": (Literal(str(file.size), None, _INTEGER),) if file.size is not None else (),
        "checksum": (_checksum(file.sha256),) if file.sha256 else (),
        "description": (Literal(text, "de"),) if text else (),
        "modified": tuple(moment for moment in (date(file.modified or ""),) if moment),
    }
    for attribute, value in values.items():
        if value:
            draft.trace.append(TraceEntry(f"distribution.{attribute}", file.path, "derived"))
    return Distribution(
        iri=_distribution_iri(file.path, found, context),
        title=(Literal(file.path.rpartition("/")[2], draft.language),),
        access_url=address,
        download_url=address,
        license=draft.license,
        license_attribution=draft.attribution,
        rights=draft.rights,
        **values,  # type: ignore[arg-type]
    )


def _checksum(sha256: str) -> Checksum:
    return Checksum(algorithm=(_SHA256,), checksum_value=(Literal(sha256, None, _HEX),))


def _format(file: DescribedFile) -> tuple[str | None, str | None]:
    code = LISTS["file-type"].by_code(file.file_type) if file.file_type else None
    ending = file.path.rpartition(".")[2].casefold()
    if ending in SHAPEFILE_PARTS:
        # A part says nothing without the others: the format of all is the shapefile's (a DBF is a table by itself).
        code = LISTS["file-type"].by_code("DBF" if ending == "dbf" else "SHP")
    elif file.kind in ("unknown", "xml", "text", "json") or code is None:
        # A GPX is an XML file by its content; its name says more.
        code = file_type_of(ending) or code
    media = find_media_type(file.media_type) if file.kind != "unknown" else find_media_type(f".{ending}")
    return code.iri if code else None, media.iri if media else None


def _stated_format(row: SheetRow | None, draft: Draft) -> Code | None:
    code = None
    for field, column, text in row.values if row else ():
        if field == "format":
            code = find_file_type(text) or code
            if find_file_type(text) is None:
                draft.not_understood(column, text)
    return code


def _link(address: str, found: FileGroup, stated: Code | None, draft: Draft) -> Distribution | None:
    target = iri(address)
    if target is None:
        draft.not_understood("file", address)
        return None
    ending = target.partition("?")[0].rpartition(".")[2]
    code = file_type_of(ending) if "/" not in ending else None
    code = code or stated
    media = media_type_of(code.code) if code else None
    return Distribution(
        iri=_distribution_iri(target, found, draft.context),
        access_url=(target,),
        download_url=(target,) if is_data_address(target) else (),
        format=(code.iri,) if code else (),
        media_type=(media.iri,) if media else (),
        license=draft.license,
        license_attribution=draft.attribution,
        rights=draft.rights,
    )


def _distribution_iri(path: str, found: FileGroup, context: Context) -> str:
    key = iris.key(context.source.key, f"{found.native_id}/{path}")
    return iris.mint(context.base_url, "distribution", key)


def local_address(path: str, context: Context) -> str:
    """Where a file of a local folder is served: under the option ``public_url``, else by the catalogue itself.

    The catalogue serves ``{base_url}/files/SOURCE_ID/PATH`` for exactly the files of its sources' local folders.
    """
    public = getattr(context.options, "public_url", None)
    base = public.rstrip("/") if public else f"{context.base_url.rstrip('/')}/files/{context.source.id}"
    return f"{base}/{quote(path)}"
