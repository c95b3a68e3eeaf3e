"""No reader or spider opens an address, a file or a program over all samples and recordings (F41, F42; DESIGN 4.4).

Each document is what a server answers to each protocol; each recording also goes to its own reader. A new kind joins by
its folder below ``recordings`` and a line in RECORDED.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harvesters import pipelines, registry
from harvesters.readers import restjson, sheet
from harvesters.reading import Native, Page
from harvesters.spider import Job
from schemas.limits import Limits
from tests.harvesters import (
    test_awido,
    test_ckan_reader,
    test_datajson_reader,
    test_feed_reader,
    test_ics_reader,
    test_ngsi_reader,
    test_oaipmh_reader,
    test_oparl_reader,
    test_ows_reader,
    test_records_reader,
    test_restjson_reader,
    test_sensorthings_reader,
    test_sheet_reader,
)
from tests.harvesters.source_walks import Sink, context, walk
from tests.harvesters.test_folder_local import Folder

RECORDINGS = Path(__file__).parents[1] / "recordings"
_NOT_INPUT = frozenset({"expected.ttl", "expected.nt", "findings.json", "source.toml", "README.md"})
_DOORS = frozenset(
    (
        *("socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"),
        *("urllib.Request", "ftplib.connect", "http.client.connect"),
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"),
    )
)
# Code and tables that come with the program may be loaded when they are first needed.
_OURS = tuple(
    str(folder)
    for folder in (
        *(Path(__file__).parents[2] / name for name in ("harvesters", "schemas")),
        Path(sysconfig.get_path("stdlib")).resolve().parent,
        Path(sysconfig.get_path("purelib")).resolve(),
        Path("/usr/share/zoneinfo"),
    )
)
_opened: list[str] = []
_watching: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # An audit hook stays for the life of the process; it does nothing unless a test watches.
    if _watching and (event in _DOORS or (event == "open" and not _is_ours(arguments[0]))):
        _opened.append(f"{event} {arguments[:2]}")


def _is_ours(name: object) -> bool:
    # The number of an open descriptor opens nothing new.
    return isinstance(name, int) or os.path.realpath(os.fsdecode(name)).startswith(_OURS)  # type: ignore[arg-type]


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collects what is opened meanwhile."""
    _opened.clear()
    _watching.append(True)
    try:
        yield _opened
    finally:
        _watching.pop()


def inputs(folder: Path) -> dict[str, bytes]:
    """The documents below a folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in _NOT_INPUT
    }


def _json(folder: Path) -> Any:
    return json.loads((folder / "input.json").read_text(encoding="utf-8"))


def _piped(reader: str, protocol: str) -> Callable[[Path], object]:
    """The one record of a recording, through the pipelines."""

    def read(folder: Path) -> object:
        (file,) = folder.glob("input.*")
        body = file.read_bytes()
        sink, where = Sink(), context(protocol, "https://source.example/")
        data = json.loads(body) if file.suffix == ".json" else body
        pipelines.run(Job(where, sink, revision=b"r"), reader, Page(where.source.url, [Native(data, body)]))
        return [outcome for outcome in sink.outcomes if not outcome.set_aside]

    return read


def _walked(protocol: str) -> Callable[[Path], object]:
    """A recording as the answer of a server."""

    def read(folder: Path) -> object:
        (file,) = folder.glob("input.*")
        return walk(
            protocol, f"https://source.example/{file.name}", {f"https://source.example/{file.name}": file.read_bytes()}
        ).ids

    return read


# How the recordings of a reader are read; each gives what came of it.
RECORDED: dict[str, Callable[[Path], object]] = {
    **{name: _piped(name, name) for name in ("arcgis", "opendatasoft", "piveau", "socrata", "udata")},
    "awido": test_awido.recorded,
    "ckan": lambda folder: test_ckan_reader.read(_json(folder)),
    "dcat": _walked("dcat"),
    "dcatus": lambda folder: test_datajson_reader.read(_json(folder)),
    "dublincore": _piped("dublincore", "csw"),
    "feed": test_feed_reader.read_recording,
    "ics": test_ics_reader.recorded,
    "iso19139": _piped("iso19139", "csw"),
    "ngsi": test_ngsi_reader.recorded,
    "oaipmh": test_oaipmh_reader.readings,
    "ogcrecords": lambda folder: test_records_reader.recorded(folder.name),
    "oparl": test_oparl_reader.recorded,
    "ows": lambda folder: test_ows_reader.readings(folder.name),
    "restjson": lambda folder: restjson.read(*test_restjson_reader.recorded(folder)),
    "sensorthings": test_sensorthings_reader.recorded,
    "sheet": lambda folder: sheet.read(*test_sheet_reader.recorded(folder)),
    "website": _walked("website"),
}
# Its recordings are whole folders, read from the disk: the walk below allows that folder and nothing else.
FOLDERS = "files"


def test_every_reader_is_watched() -> None:
    readers = {file.stem for file in (Path(str(registry.__file__)).parent / "readers").glob("[a-z]*.py")}
    assert readers == set(RECORDED) | {FOLDERS}
    assert readers == {folder.name for folder in RECORDINGS.iterdir() if folder.is_dir()}


def test_the_watch_sees_doors() -> None:
    with watched() as opened:
        Path(__file__).read_bytes()
        os.getpid()
    assert len(opened) == 1


@pytest.mark.parametrize("reader", RECORDED)
def test_F41_F42_no_recording_makes_its_reader_open_anything(reader: str) -> None:
    for folder in sorted((RECORDINGS / reader).iterdir()):
        files = {str(file) for file in folder.iterdir()}
        with watched() as opened:
            found = RECORDED[reader](folder)
        assert found, folder
        assert [each for each in opened if not any(file in each for file in files)] == [], folder


@pytest.mark.parametrize("case", ["metadata-sheet", "without-metadata"])
def test_F41_F42_a_folder_of_files_is_the_only_thing_opened(tmp_path: Path, case: str) -> None:
    folder = Folder(tmp_path)
    for name, body in inputs(RECORDINGS / FOLDERS / case / "input").items():
        folder.put(name, body)
    with watched() as opened:
        assert folder.harvest().outcomes
    assert [each for each in opened if str(tmp_path) not in each] == []


def _answers(bodies: dict[str, bytes]) -> Callable[[Any], bytes | None]:
    """A server that has the documents below their names and, for its first four answers, the first of them everywhere."""
    asked: Counter[str] = Counter()
    first = next(iter(bodies.values()))

    def answer(request: Any) -> bytes | None:
        asked["all"] += 1
        return bodies.get(request.url, first if asked["all"] <= 4 else None)

    return answer


# A source of graphql has its query in a file beside its own; what is read with it goes through the reader restjson.
_OWN_QUERY = "open ('sources/s.graphql'"


@cache
def documents(folder: Path) -> dict[str, bytes]:
    """What is read once and given to each protocol."""
    return inputs(folder)


def _whole_corpus(protocol: str, folder: Path) -> int:
    """The records that a protocol finds in the documents below a folder, none of which makes it open anything."""
    found = 0
    for name, body in documents(folder).items():
        url = f"https://source.example/{name.rpartition('/')[2]}"
        with watched() as opened:
            run = walk(protocol, url, _answers({url: body}), limits=Limits(pages=20))
        assert [each for each in opened if _OWN_QUERY not in each] == [], name
        assert run.tracebacks == [], name
        found += len(run.ids)
    return found


@pytest.mark.parametrize("protocol", sorted(registry.spider_classes()))
def test_F41_F42_no_recording_makes_a_protocol_open_anything(protocol: str) -> None:
    _whole_corpus(protocol, RECORDINGS)


@pytest.mark.samples
@pytest.mark.parametrize("protocol", sorted(registry.spider_classes()))
def test_F41_F42_no_sample_makes_a_protocol_open_anything(samples: Path, protocol: str) -> None:
    found = _whole_corpus(protocol, samples)
    if protocol in ("ckan", "csw", "datajson", "dcat", "ngsi", "ows", "sheet", "website"):
        assert found, "the samples hold documents of this protocol"


@pytest.mark.samples
def test_F41_F42_F45_no_sample_of_a_file_makes_the_folder_open_anything(samples: Path) -> None:
    files = documents(samples / "files")
    links = "".join(f'<a href="{name}">{name}</a> 12-Jan-2026 09:30 17\n' for name in files)
    index = f"<html><head><title>Index of /d/</title></head><body><pre>{links}</pre></body></html>".encode()
    base = "https://source.example/d/"
    web = {base: index, **{base + name: body for name, body in files.items()}}
    with watched() as opened:
        run = walk("folder", base, web)
    assert opened == []
    assert len(run.ids) > 10
