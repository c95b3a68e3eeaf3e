"""Every hostile document ends in less than 2 s of CPU and 300 MB, whatever protocol it is given to (faults 4, promise 5).

All documents are made when they are needed. A child process reads them, so that one that takes everything ends only it.
"""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harvesters import registry
from schemas.limits import Limits
from tests.harvesters.source_walks import walk
from tests.memory import peak_kilobytes

ROOT = Path(__file__).parents[2]
CPU_SECONDS = 4.0  # 2 is promised for the machine of docs/performance.md; others are slower
# What the program takes before it reads anything (Scrapy, lxml, the code lists) is not the document's doing.
MEMORY_KILOBYTES = 300_000
_RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"'
_DATASET = b"http://www.w3.org/ns/dcat#Dataset"
_LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 9))
_EVENT = "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:20260101T000000Z\r\nSUMMARY:x\r\n{1}END:VEVENT\r\n"


def _zip(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return packed.getvalue()


def _workbook(cells: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return _zip(
        ("[Content_Types].xml", b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
        (
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>".encode(),
        ),
        (
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            f'<sheet name="T" sheetId="1" r:id="r"/></sheets></workbook>'.encode(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>".encode(),
        ),
        ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'.encode()),
    )


def _calendar(*events: str) -> bytes:
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


def _xml(inner: str) -> bytes:
    return f"<rdf:RDF {_RDF}>{inner}</rdf:RDF>".encode()


def _deep_json(depth: int) -> bytes:
    return b'{"dataset": ' + b'[{"a": ' * depth + b"1" + b"}]" * depth + b"}"


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "F39 billion laughs": lambda: f'<!DOCTYPE a [<!ENTITY l0 "ha">{_LAUGHS}]><a>&l8;</a>'.encode(),
    "F39 quadratic": lambda: f'<!DOCTYPE a [<!ENTITY a "{"a" * 50_000}">]><a>{"&a;" * 2_000}</a>'.encode(),
    "F39 external entity": lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///dev/zero">]><a>&x;</a>',
    "F40 XML of 100,000 levels": lambda: _xml("<dct:a>" * 100_000 + "</dct:a>" * 100_000),
    "F40 JSON of 100,000 levels": lambda: _deep_json(100_000),
    "F40 JSON lists of 100,000 levels": lambda: b"[" * 100_000 + b"]" * 100_000,
    "F40 Turtle of 100,000 levels": lambda: b"<http://a> <http://p> " + b"[ <http://p> " * 100_000 + b"]" * 100_000 + b" .",
    "F40 Turtle lists of 1,000 levels": lambda: b"<http://a> <http://p> " + b"(" * 1_000 + b")" * 1_000 + b" .",
    "F40 HTML of 100,000 levels": lambda: b"<html><body>" + b"<div>" * 100_000,
    "F43 literal of 10 MB": lambda: _xml(f"<dct:A><dct:title>{'x' * 10_000_000}</dct:title></dct:A>"),
    "F43 50,000 blank nodes": lambda: b"<http://a> a <" + _DATASET + b"> ; <http://p> " + b",".join([b"[]"] * 50_000) + b" .",
    "F43 XML of 100,000 elements": lambda: _xml("<dct:a/>" * 100_000),
    "F44 number of a million digits": lambda: b'{"dataset": [{"identifier": ' + b"9" * 1_000_000 + b"}]}",
    "F44 100,000 equal keys": lambda: b"{" + b'"dataset": 1, ' * 100_000 + b'"dataset": []}',
    "F45 zip of 150 MB of zeros": lambda: _zip(("nullen.csv", b"0" * 150_000_000)),
    "F45 zip in a zip in a zip": lambda: _zip(("a.zip", _zip(("b.zip", _zip(("c.csv", b"0" * 50_000_000)))))),
    "F45 sheet of far cells": lambda: _workbook('<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'),
    "F45 sheet of a million rows": lambda: _workbook("".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(1, 1_000_000))),
    "F29 gzip of 150 MB of zeros": lambda: gzip.compress(b"0" * 150_000_000),
    "F46 line of 10 MB": lambda: b"a;" * 5_000_000,
    "F46 quotes only": lambda: b'"' * 5_000_000,
    "F47 events every second": lambda: _calendar(*(_EVENT.format(n, "RRULE:FREQ=SECONDLY\r\n") for n in range(1_000))),
    "F47 daily events without end": lambda: _calendar(*(_EVENT.format(n, "RRULE:FREQ=DAILY\r\n") for n in range(1_000))),
    "F49 blank lines": lambda: b"#" + b"\n" * 1_000_000,
    "F49 blanks": lambda: b" " * 1_000_000 + b"x",
    "F49 opening brackets": lambda: b"<" * 200_000,
    "F49 comments that never end": lambda: b"<!--" * 100_000,
}  # fmt: skip

_CHILD = """
import json, sys
from tests.harvesters.test_hostile_documents import measured, warm
warm()
for line in sys.stdin:
    print(json.dumps(measured(line.strip())), flush=True)
"""


class Child:
    """A process that reads documents one after the other; one that a document took is followed by a fresh one."""

    def __init__(self) -> None:
        self.process = self._start()

    def measured(self, name: str) -> dict[str, Any]:
        """What `measured` gives there. Raises RuntimeError if the document took the process or more than two minutes."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        watchdog = threading.Timer(120, self.process.kill)
        watchdog.start()
        try:
            print(name, file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            self.stop()
            self.process = self._start()
            raise RuntimeError(f"{name} took the process")
        told: dict[str, Any] = json.loads(line)
        return told

    def stop(self) -> None:
        """Ends the process."""
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        self.process.wait(60)

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    running = Child()
    yield running
    running.stop()


def warm() -> None:
    """Loads what is loaded at its first use: that is not the documents' doing."""
    for protocol in registry.spider_classes():
        walk(protocol, "https://source.example/a", lambda _: b"<a>")
        walk(protocol, "https://source.example/a.csv", lambda _: b"a;b\n1;2\n", limits=Limits(pages=5))


def measured(name: str) -> dict[str, Any]:
    """What reading a document costs each protocol: CPU seconds by protocol, the peak of memory before and after."""
    body = DOCUMENTS[name]()
    before = _fresh_peak()
    seconds: dict[str, float] = {}
    tracebacks: list[str] = []
    for protocol in sorted(registry.spider_classes()):
        left = [body, body]
        began = time.process_time()
        run = walk(protocol, "https://source.example/a", _giving(left))
        seconds[protocol] = time.process_time() - began
        tracebacks += run.tracebacks
    return {"seconds": seconds, "before": before, "peak": peak_kilobytes(), "tracebacks": tracebacks}


def _giving(left: list[bytes]) -> Callable[[object], bytes | None]:
    return lambda _: left.pop() if left else None


def _fresh_peak() -> int:
    """Resets the peak of memory to what is used now."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_kilobytes()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_F39_F40_F43_F44_F45_F46_F47_F49_hostile_document_is_bounded(child: Child, name: str) -> None:
    told = child.measured(name)
    assert told["tracebacks"] == []
    if max(told["seconds"].values()) > CPU_SECONDS:
        told = child.measured(name)  # a processor that is shared counts slower; who is slow twice is slow
    assert {protocol: round(spent, 2) for protocol, spent in told["seconds"].items() if spent > CPU_SECONDS} == {}
    assert told["peak"] - told["before"] < MEMORY_KILOBYTES, told
