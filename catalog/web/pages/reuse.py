"""How to use a dataset elsewhere: how to cite it, and lines to copy for curl, Python, R and Excel that work as they are."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from catalog.reading.entries import Entry
from catalog.web import file_addresses
from catalog.web.pages.facts import File
from catalog.web.templates import Page
from catalog.web.texts import SOURCE

_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_TABLES = ("CSV", "TSV")
_SHEETS = ("XLSX", "XLS", "ODS")


class Lines(NamedTuple):
    """What to copy into a program: its name, and the text."""

    program: str
    text: str


class Reuse(NamedTuple):
    """Everything to take along. ``table`` is an address that gives the file as a clean table, empty where there is none.

    It is the one for spreadsheets; the lines for programs ask for its raw form.
    """

    citation: str
    lines: tuple[Lines, ...]
    table: str
    json: str


def reuse(page: Page, entry: Entry, file: File | None, publishers: Sequence[str], decimal: str) -> Reuse:
    """How to use a dataset. Takes its best file, the publishers' names, and the sign before decimals where we read its table.

    A file that is read here is offered in the form that we give it (UTF-8, one header row), which programs read at once;
    ``decimal`` is empty for any other.
    """
    table = json_rows = ""
    if file is not None and decimal:
        table, json_rows = (
            page.public(file_addresses.path(entry.slug, file.number, suffix), SOURCE) for suffix in (".csv", ".json")
        )
    return Reuse(
        _citation(page, entry, file, publishers), tuple(_lines(file, table, decimal)) if file else (), table, json_rows
    )


def _citation(page: Page, entry: Entry, file: File | None, publishers: Sequence[str]) -> str:
    """One line as one cites data (DIN ISO 690), with what licences demand: who, what, as of when, which licence, where."""
    _ = page.texts.plain
    who = ", ".join(publishers)
    said = [f"{who}: {entry.title}." if who else f"{entry.title}."]
    if entry.summary.modified:
        said.append(_("Stand: {day}.", day=page.day(entry.summary.modified)))
    if file is not None and file.licence is not None:
        licence = file.licence
        named = licence.name if licence.href in ("", licence.name) else f"{licence.name}, {licence.href}"
        said.append(_("Lizenz: {licence}.", licence=named))
    address = page.public(f"/dataset/{entry.slug}", SOURCE)
    day = page.day(page.now.date().isoformat())
    said.append(_("{address} (abgerufen am {day})", address=address, day=day))
    return " ".join(said)


def _lines(file: File, table: str, decimal: str) -> Iterator[Lines]:
    address = file.address
    yield Lines("curl", f"curl -L -o {shlex.quote(_name(file))} {shlex.quote(address)}")
    # Raw: commas and no byte order mark, as programs take CSV to be, and each cell as it stands in the file.
    rows = f"{table}?raw=1" if table else ""
    read = _python(file, rows, decimal)
    if read:
        yield Lines("Python", read)
    r = _r(file, rows, decimal)
    if r:
        yield Lines("R", r)


def _python(file: File, table: str, decimal: str) -> str:
    said = json.dumps(table or file.address)
    if table:
        signs = ', decimal=","' if decimal == "," else ""
        return f"import pandas\n\ntable = pandas.read_csv({said}{signs})\nprint(table.head())"
    if file.format in _TABLES:
        return f'import pandas\n\ntable = pandas.read_csv({said}, sep=None, engine="python")\nprint(table.head())'
    if file.format in _SHEETS:
        return f"import pandas\n\ntable = pandas.read_excel({said})\nprint(table.head())"
    if file.format == "GEOJSON":
        return f"import geopandas\n\nlayer = geopandas.read_file({said})\nprint(layer.head())"
    if file.format in ("JSON", "JSON_LD"):
        return f"import json, urllib.request\n\nwith urllib.request.urlopen({said}) as answer:\n    data = json.load(answer)"
    return ""


def _r(file: File, table: str, decimal: str) -> str:
    said = json.dumps(table or file.address)
    if table:
        signs = ', dec = ","' if decimal == "," else ""
        return f'table <- read.csv({said}{signs}, fileEncoding = "UTF-8")\nhead(table)'
    if file.format in _TABLES:
        return f"table <- read.csv2({said})\nhead(table)"
    if file.format == "GEOJSON":
        return f"layer <- sf::st_read({said})\nhead(layer)"
    if file.format in ("JSON", "JSON_LD"):
        return f"data <- jsonlite::fromJSON({said})"
    return ""


def _name(file: File) -> str:
    """A name for the file on one's own disk: that of its address, else its title, with the ending of its format."""
    name = _SAFE.sub("-", unquote(urlsplit(file.address).path).rpartition("/")[2]).strip("-.")
    if "." not in name:
        name = f"{name or _SAFE.sub('-', file.title.text).strip('-.') or 'daten'}.{(file.format or 'dat').lower()}"
    return name[-80:].lstrip("-.")
