"""The table says what the specifications' class tables say, row by row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from schemas.class_tables import Row, Table, obligation
from schemas.dcat import PROFILES, TABLES
from schemas.kinds import Kind
from schemas.namespaces import PREFIXES

_PREFIXES = {**PREFIXES, "dcterms": PREFIXES["dct"]}
_LITERAL_RANGES = re.compile(r"rdfs:Literal|xsd:\w+")
# How the column of vocabularies names the lists.
_LISTS = {
    "EU planned-availability": "planned-availability",
    "EU language": "language",
    "EU data-theme": "data-theme",
    "EU frequency": "frequency",
    "EU file-type": "file-type",
    "EU access-right": "access-right",
    "EU dataset-type": "dataset-type",
    "EU distribution-status": "distribution-status",
    "IANA media types": "media-type",
    "dcat-ap.de licenses": "license",
    "dcat-ap.de contributors": "contributor",
    "dcat-ap.de politicalGeocoding/Level": "geocoding-level",
    "ADMS publishertype": "publisher-type",
    "SPDX checksumAlgorithm": "checksum-algorithm",
}


class Listed(NamedTuple):
    """A row of the constraints page."""

    class_name: str
    property: str
    demands: dict[str, str]
    deprecated: bool
    range: str
    vocabulary: str
    severity: str


def _iri(curie: str) -> str:
    prefix, name = curie.split(":")
    return _PREFIXES[prefix] + name


def _listed(page: Path) -> list[Listed]:
    rows, class_name = [], ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            class_name = line.removeprefix("### ").strip()
        elif line.startswith("## 2"):
            break
        elif line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            demands = {p: _demand(cell) for p, cell in zip(PROFILES, cells[1:4], strict=True)}
            rows.append(
                Listed(
                    _iri(class_name),
                    _iri(cells[0].strip("`")),
                    {profile: demand for profile, demand in demands.items() if demand},
                    any("deprecated" in cell for cell in cells[1:4]),
                    cells[4],
                    cells[6],
                    cells[7][:1],
                )
            )
    return rows


def _demand(cell: str) -> str:
    return "" if cell == "–" else cell.replace("**deprecated**", "").strip()


def _table(class_name: str) -> Table:
    return next(table for table in TABLES if str(table.types[0]) == class_name)


def _row(table: Table, prop: str) -> Row | None:
    return next((row for row in table.rows if str(row.property) == prop), None)


@pytest.fixture(scope="module")
def listed(standards: Path) -> list[Listed]:
    return _listed(standards / "constraints.md")


def test_every_row_of_the_specifications_is_in_the_table(listed: list[Listed]) -> None:
    assert len(listed) > 150
    wrong = []
    for entry in listed:
        table = _table(entry.class_name)
        row = _row(table, entry.property)
        if row is None:
            if not any(entry.property in map(str, other.reads) for other in table.rows):
                wrong.append(f"{entry.class_name} {entry.property}: no row reads it")
            elif not entry.deprecated:
                wrong.append(f"{entry.class_name} {entry.property}: is read as another property, but not deprecated")
            continue
        demands = {profile: obligation(text) for profile, text in entry.demands.items()}
        if dict(row.obligations) != demands:
            wrong.append(f"{entry.class_name} {entry.property}: {dict(row.obligations)}, specified {demands}")
        if row.deprecated != entry.deprecated:
            wrong.append(f"{entry.class_name} {entry.property}: deprecated {row.deprecated}")
    assert not wrong, "\n".join(wrong)


def test_no_row_demands_what_no_specification_demands(listed: list[Listed]) -> None:
    specified = {(entry.class_name, entry.property) for entry in listed}
    wrong = [
        f"{table.types[0]} {row.property}: {dict(row.obligations)}"
        for table in TABLES
        for row in table.rows
        if row.obligations and (str(table.types[0]), str(row.property)) not in specified
    ]
    assert not wrong, "\n".join(wrong)


def test_kinds_are_the_ranges_of_the_specifications(listed: list[Listed]) -> None:
    wrong = []
    for entry in listed:
        row = _row(_table(entry.class_name), entry.property)
        if row is None:
            continue
        literal = bool(_LITERAL_RANGES.match(entry.range))
        if literal == (
            row.kind in (Kind.IRI, Kind.NODE) or (row.kind is Kind.GEOMETRY and row.attribute == "geometry")
        ):
            wrong.append(f"{entry.class_name} {entry.property}: {row.kind}, range {entry.range}")
        wanted = {
            "xsd:date/dateTime/gYear/gYearMonth": Kind.DATE,
            "xsd:decimal": Kind.DECIMAL,
            "xsd:duration": Kind.DURATION,
            "xsd:hexBinary": Kind.HEX,
            "xsd:nonNegativeInteger": Kind.INTEGER,
        }.get(entry.range)
        if wanted is not None and row.kind is not wanted:
            wrong.append(f"{entry.class_name} {entry.property}: {row.kind}, range {entry.range}")
    assert not wrong, "\n".join(wrong)


def test_code_lists_and_their_severity_are_those_of_the_german_shapes(listed: list[Listed]) -> None:
    severities = {"V": "violation", "W": "warning", "": ""}
    wrong = []
    for entry in listed:
        row = _row(_table(entry.class_name), entry.property)
        if row is None or entry.severity not in severities:
            continue
        name = _LISTS.get(entry.vocabulary)
        if entry.severity and (row.vocabulary != name or row.vocabulary_severity != severities[entry.severity]):
            wrong.append(
                f"{entry.class_name} {entry.property}: {row.vocabulary} {row.vocabulary_severity}, "
                f"specified {name} {entry.severity}"
            )
        # The HVD categories have a scheme in DCAT-AP HVD 3.0.0, which the German shapes do not know.
        if not entry.severity and row.vocabulary_severity and set(entry.demands) != {"hvd"}:
            wrong.append(f"{entry.class_name} {entry.property}: checked against {row.vocabulary}, not specified")
    assert not wrong, "\n".join(wrong)


def test_each_property_of_a_class_has_one_row() -> None:
    for table in TABLES:
        properties = [str(row.property) for row in table.rows]
        former = [str(prop) for row in table.rows for prop in row.reads]
        assert len(properties) == len(set(properties)), table.record.__name__
        assert not set(former) & set(properties), table.record.__name__
        assert len(former) == len(set(former)), table.record.__name__


@pytest.mark.parametrize("text", ["X 0..1", "M", "M 1..", "R 0..1 "])
def test_obligation_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an obligation"):
        obligation(text)
