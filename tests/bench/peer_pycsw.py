"""pycsw beside our search: the same titles, descriptions and keywords as Dublin Core, asked by CSW in any text."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.bench.data import packages
from tests.servers import pycsw_server

PYTHON = Path(__file__).resolve().parents[2] / ".venv-servers" / "bin" / "python"
_SPACES = (
    'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dct="http://purl.org/dc/terms/"'
)


@contextmanager
def serving(count: int) -> Iterator[str]:
    """A pycsw with ``count`` records of the bench on loopback; gives its host and port."""
    with tempfile.TemporaryDirectory(prefix="allmende-bench-pycsw-") as made:
        records = {f"{number}.xml": xml for number, xml in enumerate(_records(count))}
        with pycsw_server.serving(Path(made), records) as running:
            yield urlsplit(running.url).netloc


def search(words: str) -> str:
    """The address of a search for words in any text: 20 results, as GetRecords of CSW 2.0.2."""
    constraint = " and ".join(f"csw:AnyText like '%{word}%'" for word in words.split())
    return "/csw?" + urlencode(
        {
            "service": "CSW",
            "version": "2.0.2",
            "request": "GetRecords",
            "typenames": "csw:Record",
            "elementsetname": "summary",
            "resulttype": "results",
            "maxrecords": "20",
            "constraintlanguage": "CQL_TEXT",
            "constraint_language_version": "1.1.0",
            "constraint": constraint,
        }
    )


def _records(count: int) -> Iterator[bytes]:
    for package in packages(count):
        subjects = "".join(f"<dc:subject>{escape(tag['name'])}</dc:subject>" for tag in package["tags"])
        yield (
            f'<?xml version="1.0" encoding="UTF-8"?><csw:Record {_SPACES}><dc:identifier>{package["id"]}</dc:identifier>'
            f"<dc:title>{escape(package['title'])}</dc:title><dc:type>dataset</dc:type>{subjects}"
            f"<dct:modified>{package['metadata_modified'][:10]}</dct:modified>"
            f"<dct:abstract>{escape(package['notes'])}</dct:abstract></csw:Record>"
        ).encode()
