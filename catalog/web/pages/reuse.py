"""How to use a dataset elsewhere: how to cite it, and lines to copy for curl, Python, R and Excel that work as they are."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from catalog.reading.entries import Entry
from catalog.web import file_addresses, past
from catalog.web.pages.distributions import File
from catalog.web.templates import Page
from catalog.web.texts import SOURCE

_SAFE = re.compile(r"[^A-Za-z0-9._-]+")


class _Way(NamedTuple):
    """How programs read a file at ADDRESS, numbers with DECIMAL; empty where a program has no way without a package."""

    python: str
    r: str


_ROWS = _Way(
    "import pandas\n\ntable = pandas.read_csv(ADDRESSDECIMAL)\nprint(table.head())",
    'table <- read.csv(ADDRESSDECIMAL, fileEncoding = "UTF-8")\nhead(table)',
)
_TABLE = _Way(
    'import pandas\n\ntable = pandas.read_csv(ADDRESS, sep=None, engine="python")\nprint(table.head())',
    "table <- read.csv2(ADDRESS)\nhead(table)",
)
_SHEET = _Way("import pandas\n\ntable = pandas.read_excel(ADDRESS)\nprint(table.head())", "")
_LAYER = _Way(
    "import geopandas\n\nlayer = geopandas.read_file(ADDRESS)\nprint(layer.head())",
    "layer <- sf::st_read(ADDRESS)\nhead(layer)",
)
_DATA = _Way(
    "import json, urllib.request\n\nwith urllib.request.urlopen(ADDRESS) as answer:\n    data = json.load(answer)",
    "data <- jsonlite::fromJSON(ADDRESS)",
)
_WAYS: Mapping[str, _Way] = {
    **dict.fromkeys(("CSV", "TSV"), _TABLE),
    **dict.fromkeys(("XLSX", "XLS", "ODS"), _SHEET),
    **dict.fromkeys(("JSON", "JSON_LD"), _DATA),
    "GEOJSON": _LAYER,
}


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


def reuse(
    page: Page, entry: Entry, file: File | None, publishers: Sequence[str], decimal: str, sent: Sequence[str] = ()
) -> Reuse:
    """How to use a dataset. Takes its best file, the publishers' names, and the sign before decimals where we read its table.

    A file that is read here is offered in the form that we give it (UTF-8, one header row), which programs read at once;
    ``decimal`` is empty for any other. ``sent`` are headers without which its own address gives nothing.
    """
    table = json_rows = ""
    if file is not None and decimal:
        table, json_rows = (
            page.public(file_addresses.path(entry.slug, file.number, suffix), SOURCE) for suffix in (".csv", ".json")
        )
    lines = tuple(_lines(file, table, decimal, sent)) if file else ()
    return Reuse(_citation(page, entry, file, publishers), lines, table, json_rows)


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
    day = page.day(past.today(page.request).isoformat())
    said.append(_("{address} (abgerufen am {day})", address=address, day=day))
    return " ".join(said)


def _lines(file: File, table: str, decimal: str, sent: Sequence[str]) -> Iterator[Lines]:
    headers = "".join(f" -H {shlex.quote(each)}" for each in sent)
    yield Lines("curl", f"curl -L{headers} -o {shlex.quote(_name(file))} {shlex.quote(file.address)}")
    # Raw: commas and no byte order mark, as programs take CSV to be, and each cell as it stands in the file.
    way, address = (_ROWS, f"{table}?raw=1") if table else (_WAYS.get(file.format), file.address)
    if way is None:
        return
    for program, text, comma in (("Python", way.python, ', decimal=","'), ("R", way.r, ', dec = ","')):
        if text:
            said = text.replace("DECIMAL", comma if decimal == "," else "")
            yield Lines(program, said.replace("ADDRESS", json.dumps(address)))


def _name(file: File) -> str:
    """A name for the file on one's own disk: that of its address, else its title, with the ending of its format."""
    name = _SAFE.sub("-", unquote(urlsplit(file.address).path).rpartition("/")[2]).strip("-.")
    if "." not in name:
        name = f"{name or _SAFE.sub('-', file.title.text).strip('-.') or 'daten'}.{(file.format or 'dat').lower()}"
    return name[-80:].lstrip("-.")
