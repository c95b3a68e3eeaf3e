"""Hostile files end within the bounds of faults.md 4 no. 5, with a reason, and leave the process that asked unharmed."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.preview import Preview, Source, confinement, contents, keeping, worker
from catalog.preview.assembly import assembled
from tests.catalog.preview.region_of_files import MUNICIPAL
from tests.catalog.preview.test_contents import geopackage, page, shapefile
from tests.schemas.file_bytes import zipped

ROOT = Path(__file__).parents[3]
CPU_SECONDS = (
    12.0  # 2 on a quiet machine (docs/previews.md); processors that are shared count slower, and 20 is the limit itself
)
RSS_BYTES = 300_000_000


class Ended(NamedTuple):
    """How a reader of a file ended: its preview (none if it was ended), its processor time and its highest memory."""

    preview: Preview | None
    seconds: float
    bytes: int
    status: int


class Deaf:
    """Takes what a reader says."""

    def __init__(self) -> None:
        self.words: list[bytes] = []

    def send_bytes(self, word: bytes) -> None:
        self.words.append(word)


def read_apart(folder: Path, data: bytes, name: str, whole: bool = True) -> Ended:
    """What the reader makes of a file, in a process of its own as the maker starts it."""
    folder.mkdir()
    (folder / worker.FETCHED).write_bytes(data)
    source = Source(name, "a", "", "", "", 200, len(data), len(data), whole, "", "", "", "", "")
    job = worker.Job(folder, Preview("k", "a", "making", source=source), name, whole, "", False, None)
    child = os.fork()
    if child == 0:
        try:
            worker.run(job, cast(Connection, Deaf()))
        finally:
            os._exit(0)
    _, status, used = os.wait4(child, 0)
    result = folder / worker.RESULT
    found = keeping.from_json(result.read_bytes()) if result.exists() else None
    return Ended(found, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, status)


def huge_picture() -> bytes:
    """A PNG of 60,000 × 60,000 pixels in some kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
        + chunk(b"IEND", b"")
    )


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY l0 "ha">{entities}]><kml>&l9;</kml>'.encode()


def far_cells() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lying_shapes() -> bytes:
    """A shapefile whose only record claims a gigabyte."""
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50) + b"\0" * 72
    return head + struct.pack(">2i", 1, 2**30) + b"\5\0\0\0" * 50


def many_points() -> bytes:
    points = (b"[9.%03d,50.%03d]" % (n % 1000, n % 997) for n in range(300_000))
    return b'{"type":"LineString","coordinates":[' + b",".join(points) + b"]}"


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    # name of the case: the file, its name, the code of the reason (empty: it is shown)
    "zip bomb": (lambda: zipped(("a.csv", b"0" * 100_000_000)), "a.zip", "bomb"),
    "archives in an archive": (lambda: zipped(("b.zip", zipped(("c.zip", b"x"))),), "a.zip", "nested-archive"),
    "a path that leads out": (lambda: zipped(("../../x.csv", b"a;b\n1;2")), "a.zip", "unsafe"),
    "a workbook of two far cells": (far_cells, "a.xlsx", "too-costly"),
    "a million columns": (lambda: b";".join(b"c%d" % n for n in range(1_000_000)) + b"\n" + b"1;" * 1_000_000, "a.csv", ""),
    "a line without an end": (lambda: b"a" * 30_000_000, "a.csv", ""),
    "quotes without an end": (lambda: b'a;b\n' + b'1;"x\n' * 200_000, "a.csv", ""),
    "deep JSON": (lambda: b"[" * 200_000 + b"]" * 200_000, "a.json", "unsafe"),
    "deep JSON, open": (lambda: b'{"a":' * 100_000, "a.json", "unsafe"),
    "billion laughs": (laughs, "a.kml", "unsafe"),
    "deep XML": (lambda: b"<?xml version='1.0'?>" + b"<a>" * 50_000, "a.xml", "unsafe"),
    "a million placemarks": (lambda: b"<kml>" + b"<Placemark><name>x</name></Placemark>" * 200_000 + b"</kml>", "a.kml", ""),
    "a huge picture": (huge_picture, "a.png", "bomb"),
    "a document that is none": (lambda: b"%PDF-1.7\n" + b"1 0 obj<</Length 99999999>>stream\n" * 20_000, "a.pdf", "too-costly"),
    "a shapefile that lies": (lambda: zipped(("a.shp", lying_shapes())), "a.zip", "empty"),
    "points without end": (many_points, "a.geojson", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_F45_hostile_files_are_bounded(case: str, tmp_path: Path) -> None:
    make, name, code = HOSTILE[case]
    ended = read_apart(tmp_path / "f", make(), name)
    if ended.preview is None:  # the system ended it; the maker says so
        assert (code, os.waitstatus_to_exitcode(ended.status)) == ("too-costly", -signal.SIGXCPU)
    elif code:
        assert ended.preview.reason is not None
        assert ended.preview.reason.code == code
    else:
        assert ended.preview.state == "ready", ended.preview.reason
    assert ended.seconds < CPU_SECONDS
    assert ended.bytes < RSS_BYTES + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def in_a_child(what: Callable[[], object]) -> int:
    """The exit code of a confined process: 0 where ``what`` was refused or ended it, 1 where it went through."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            confinement.confine()
            what()
            code = 1
        except (OSError, MemoryError):
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def raw_socket() -> object:
    """A socket as a library in C opens it: past Python's own refusal."""
    import ctypes

    found = ctypes.CDLL(None, use_errno=True).socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    if found < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return found


@pytest.mark.parametrize(
    "what",
    [
        lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: subprocess.run(["true"], check=True),
        lambda: os.system("true"),
        lambda: os.execv("/bin/true", ["true"]),
        lambda: bytearray(confinement.MEMORY_BYTES + 100_000_000),
        raw_socket,
    ],
    ids=["connect", "names", "program", "shell", "exec", "memory", "raw socket"],
)
def test_a_reader_cannot_reach_out(what: Callable[[], object]) -> None:
    if what is raw_socket and not sys.platform.startswith("linux"):
        pytest.skip("only the kernel of Linux refuses calls of libraries")
    assert in_a_child(what) == 0


def test_a_reader_that_never_ends_is_ended_by_the_system() -> None:
    child = os.fork()
    if child == 0:
        confinement.CPU_SECONDS = 1
        confinement.confine()
        while True:
            pass
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGXCPU


def test_a_reader_cannot_fill_the_disk(tmp_path: Path) -> None:
    def write() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with (tmp_path / "x").open("wb") as file:
            file.truncate(confinement.FILE_BYTES + 1)

    assert in_a_child(write) == 0


@given(
    st.binary(max_size=4_000), st.sampled_from(["a.csv", "a.json", "a.xml", "a.zip", "a.xlsx", "a.pdf", "a.png", "a"])
)
def test_random_bytes_never_raise(data: bytes, name: str) -> None:
    shown(data, name)


# Whatever stands where a GeoJSON has its parts.
_PART = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, 9.6, 50.4, 1e300, 10**40, -1])
    | st.sampled_from(["FeatureCollection", "Feature", "Point", "Polygon", "GeometryCollection", "", "EPSG:25832"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "features", "geometry", "coordinates", "geometries", "properties", "crs", "name", "bbox", "id"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(_PART)
@example({"type": ["object", "boolean"]})
def test_json_that_is_nearly_geojson_never_raises(document: object) -> None:
    shown(json.dumps(document).encode(), "a.geojson")


@given(st.data())
def test_damaged_files_never_raise(data: st.DataObject) -> None:
    name, whole = data.draw(st.sampled_from(sorted(WHOLE.items())))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(damaged)))
    shown(bytes(damaged[:end] if data.draw(st.booleans()) else damaged), name)


def shown(data: bytes, name: str) -> None:
    found = contents.read(data, name, whole=True)
    preview = assembled(found, Preview("k", "a", "making"), allowed=False).preview
    assert preview.state == "ready" or preview.reason is not None
    if preview.reason is not None:
        assert preview.reason.text()
    assert keeping.from_json(keeping.to_json(preview)).key == "k"


KML = (
    b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Radwege</name><Placemark><name>A</name>'
    b"<LineString><coordinates>9.6,50.4 9.7,50.5</coordinates></LineString></Placemark></Document></kml>"
)
WHOLE: dict[str, bytes] = {
    "a.csv": MUNICIPAL,
    "a.kml": KML,
    "a.gpkg": geopackage("wald"),
    "a.shp": shapefile([(549321.0, 5589123.0), (549322.0, 5589124.0)], ["A", "B"], b'PROJCS["ETRS_1989_UTM_Zone_32N"]'),
    "a.pdf": page("Haushaltsplan"),
    "a.zip": zipped(("daten.csv", MUNICIPAL), ("liesmich.txt", b"x")),
    "a.json": b'[{"a": 1, "b": "x", "lat": 50.4, "lon": 9.6}, {"a": 2, "b": "y", "lat": 50.5, "lon": 9.7}]',
    "a.geojson": b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},"geometry":'
    b'{"type":"Polygon","coordinates":[[[9.6,50.4],[9.7,50.4],[9.7,50.5],[9.6,50.4]]]}}]}',
    "a.gpx": b'<gpx><wpt lat="50.4" lon="9.6"><name>P</name></wpt><wpt lat="50.5" lon="9.7"><name>Q</name></wpt></gpx>',
    "a.ics": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20240201\r\nSUMMARY:Papier\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "a.xml": b"<?xml version='1.0'?><liste>"
    b"<ort><name>A</name><zahl>1</zahl></ort><ort><name>B</name><zahl>2</zahl></ort></liste>",
}
