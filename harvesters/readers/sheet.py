"""Reads a dataset of a metadata list: the first of its rows speaks of the dataset, each row of its own file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import quote, urljoin, urlsplit

from harvesters.files import sheet_fields
from harvesters.files.metadata_sheet import SheetRow
from harvesters.files.sheet_fields import Draft, Extra
from harvesters.files.sheet_list import SheetDataset, of_dataset, of_file
from harvesters.mapping.native_values import address_of
from harvesters.reading import DERIVED_ID, Context, Native, Reading, TraceEntry, without_identity
from schemas import iris
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal, iri
from schemas.model import Dataset, Distribution, Value
from schemas.namespaces import DCTERMS
from schemas.vocabularies import Code, file_type_of, find_file_type, media_type_of
from schemas.vocabularies.spelling import fold

ROWS_DIFFER = declare(
    "sheet-rows-differ",
    "Zeile {0}: Die Spalte „{1}“ sagt „{2}“, die erste Zeile des Datensatzes etwas anderes; diese gilt.",
    "Row {0}: the column “{1}” says “{2}”, the first row of the dataset something else; that one counts.",
    "Tragen Sie in allen Zeilen einer Kennung dieselben Angaben zum Datensatz ein, oder nur in der ersten.",
    "Enter the same about the dataset in all rows of an identifier, or only in the first.",
)

# Of these all rows count; of other fields the first that says something.
_MANY = frozenset({"keyword", "theme", "language"})
_BETWEEN = re.compile(r"[\s;|]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}:\S", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)


def native_id(native: Native, context: Context) -> str | None:
    """The identifier's cell, or what was made of the title."""
    found: SheetDataset = native.data
    return found.native_id


def read(native: Native, context: Context) -> Reading:
    """The dataset. Raises Unusable where no row has a title and the identity is empty."""
    found: SheetDataset = native.data
    draft = Draft(found.native_id, context)
    if not found.native_id:
        raise without_identity(f"{found.rows[0].sheet}, Zeile {found.rows[0].number}")
    if found.derived:
        path = str(DCTERMS.identifier)
        draft.findings.append(Finding(Severity.WARNING, found.native_id, path, DERIVED_ID))
    sheet_fields.read_row(_merged(found, draft), draft)
    first = Draft(found.native_id, context)
    sheet_fields.read_row(of_file(found.rows[0]), first)
    distributions: dict[str, Distribution] = {}
    idle: list[tuple[SheetRow, Draft]] = []
    for number, row in enumerate(found.rows):
        terms = first if number == 0 else _terms(row, first, draft)
        made = list(_distributions(row, found, terms, draft))
        for each in made:
            distributions.setdefault(each.iri or "", each)
        if not made:
            idle.append((row, terms))
    extra = _without_file(idle, distributions.values(), draft)
    draft.trace += first.trace
    draft.findings += first.findings
    draft.leftovers += first.leftovers
    record = Dataset(
        iri=iris.mint(context.base_url, "dataset", iris.key(context.source.key, found.native_id)),
        distribution=tuple(distributions.values()),
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
        source_record=native.location,
    )


def _without_file(
    idle: Sequence[tuple[SheetRow, Draft]], distributions: Collection[Distribution], draft: Draft
) -> Extra:
    """What rows without a file say of one: terms that no file bears become the dataset's, the rest stays with a finding."""
    extra: list[tuple[str, Value]] = []
    for row, terms in idle:
        draft.without_file(row, "format", "file_title", "file_description")
        if not distributions:
            draft.without_file(row, "attribution")
            extra += [each for each in terms.terms_of_dataset() if each not in extra]
        elif not any((each.license, each.rights) == (terms.license, terms.rights) for each in distributions):
            draft.without_file(row, "license", "rights", "attribution")
    return tuple(extra)


def _merged(found: SheetDataset, draft: Draft) -> SheetRow:
    """What the rows together say of the dataset: the first row, and what it is silent of from the others."""
    merged = of_dataset(found.rows[0])
    for row in found.rows[1:]:
        said = {(field, text) for field, _, text in merged.values}
        fields = {field for field, _ in said}
        added = list(merged.values)
        for field, column, text in of_dataset(row).values:
            if (field, text) in said:
                continue
            if field in _MANY or field not in fields:
                added.append((field, column, text))
            else:
                arguments = (str(row.number), column, text[:200])
                draft.findings.append(Finding(Severity.WARNING, found.native_id, None, ROWS_DIFFER, arguments))
                draft.leftovers.append((f"{column}, Zeile {row.number}", text))
        unknown = tuple(each for each in row.unknown if each not in merged.unknown)
        merged = merged._replace(values=tuple(added), unknown=(*merged.unknown, *unknown))
    return merged


def _terms(row: SheetRow, first: Draft, draft: Draft) -> Draft:
    """The terms of a further row's file: its own, where it states any."""
    own = Draft(first.native_id, first.context)
    sheet_fields.read_row(of_file(row), own)
    draft.findings += own.findings
    draft.leftovers += own.leftovers
    if own.license or own.rights:
        own.attribution = own.attribution or first.attribution
        return own
    return first


def _distributions(row: SheetRow, found: SheetDataset, terms: Draft, draft: Draft) -> Iterator[Distribution]:
    """One distribution for each address in the row."""
    addresses = [(field, column, piece) for field, column, text in row.values for piece in _pieces(field, text)]
    for field, column, piece in addresses:
        target = _target(piece, draft.context)
        if target is None:
            draft.not_understood(column, piece)
            continue
        place = f"{row.sheet}: {column}, Zeile {row.number}"
        code = _format(row, column, target, len(addresses), draft)
        media = media_type_of(code.code) if code is not None else None
        title, text = row.first("file_title"), row.first("file_description")
        key = iris.key(draft.context.source.key, f"{found.native_id}/{target}")
        draft.trace.append(TraceEntry("distribution.access_url", place, "copied"))
        if code is not None:
            draft.trace.append(TraceEntry("distribution.format", place, "lookup"))
        yield Distribution(
            iri=iris.mint(draft.context.base_url, "distribution", key),
            access_url=(target,),
            download_url=(target,) if field == "file" else (),
            title=(Literal(title, draft.language),) if title else (),
            description=(Literal(text, draft.language),) if text else (),
            format=(code.iri,) if code else (),
            media_type=(media.iri,) if media else (),
            license=terms.license,
            license_attribution=terms.attribution,
            rights=terms.rights,
        )


def _pieces(field: str, text: str) -> list[str]:
    """The addresses in a cell. File names may hold blanks: only a cell of addresses is parted at them."""
    if field not in ("file", "access_url"):
        return []
    if _ADDRESS.match(text):
        return [piece for piece in _BETWEEN.split(text) if piece]
    return [piece for part in re.split(r"[;|\n]", text) if (piece := part.strip())]


def _target(piece: str, context: Context) -> str | None:
    """The address; a name without one lies beside the sheet, or where the option ``files_at`` says."""
    if _SCHEME.match(piece):
        return address_of(piece)
    base = getattr(context.options, "files_at", None) or ("" if context.source.is_folder else context.source.url)
    if not base or piece.startswith(("/", "\\")) or ".." in piece:
        return None
    return iri(urljoin(base, quote(piece)))


def _format(row: SheetRow, column: str, target: str, count: int, draft: Draft) -> Code | None:
    """The format: of the column's own name (``WMS``), of the file's ending, of the row's format cell if it speaks of one."""
    named = find_file_type(column)
    if named is not None:
        return named
    name = urlsplit(target).path.rpartition("/")[2]
    ending = file_type_of(name.rpartition(".")[2]) if "." in name else None
    stated = [part.strip() for text in row.all("format") for part in re.split(r"[,;/|\n]", text) if part.strip()]
    known = [code for part in stated if (code := find_file_type(part))]
    for part in stated:
        if find_file_type(part) is None:
            field = next(column for field, column, text in row.values if field == "format" and part in text)
            draft.not_understood(field, part)
    if ending is not None and fold(ending.code) != "zip":
        if known and count == 1 and ending not in known:
            draft.leftovers += [(column, text) for field, column, text in row.values if field == "format"]
        return ending
    if len(known) == 1 and count == 1:
        return known[0]
    return ending
