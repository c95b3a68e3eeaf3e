"""The search over HTTP: how long one takes, how many a second, beside pycsw; building and size of the index; relevance."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from statistics import quantiles
from threading import Thread
from time import perf_counter, sleep
from urllib.parse import quote, urlsplit

from catalog.follower import Follower
from catalog.search import Catalogue
from schemas.region import load
from tests.bench import filled, peer_pycsw, region, relevance
from tests.bench.data import PLACES, SUBJECTS
from tests.bench.figures import Figure, ratio

PEER_RECORDS = 10_000
_ASKED = 400
_SECONDS = 10
_TURNS = 5
_LONGEST_SECONDS = 600
_SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
_YEARS = range(2012, 2026)


def measure(records: int) -> list[Figure]:
    """Part ``search``: a catalogue of so many datasets, and one of 10,000 beside pycsw."""
    figures = [*_relevance(), *_catalogue(records)]
    if records == PEER_RECORDS:
        return [*figures, *_beside_pycsw(None)]
    return [*figures, *_beside_pycsw(PEER_RECORDS)]


# ------------------------------------------------------------------------------------------------- speed


def queries(count: int = _ASKED) -> list[str]:
    """Different search texts of one to three words, so that no answer is one that was kept."""
    texts = [f"{subject} {place} {year}" for year, subject, place in product(_YEARS, SUBJECTS, PLACES)]
    texts += [f"{subject} {place}" for subject, place in product(SUBJECTS, PLACES)]
    texts += list(SUBJECTS)
    step = max(len(texts) // count, 1)
    return texts[::-1][::step][:count]


def _catalogue(records: int) -> Iterator[Figure]:
    with filled.region_of(records) as folder:
        loaded = load(folder, {})
        follower = Follower(loaded)
        began = perf_counter()
        follower.catch_up()
        yield Figure(f"index of {records:,} built", records / (perf_counter() - began), "datasets/s")
        follower.close()
        size = sum(file.stat().st_size for file in (loaded.data / "cache" / "index").rglob("*") if file.is_file())
        yield Figure(f"index of {records:,}: size", size / records, "bytes/dataset")
        limit = 10.0 if records <= 100_000 else 30.0
        with _served(folder) as address:
            paths = [f"/datasets.json?q={quote(text)}" for text in queries()]
            yield _p95(f"search in {records:,}, eight facets, JSON", _asked(address, paths), limit)
            paths = [f"/datasets?q={quote(text)}&theme=ENVI&theme=TRAN" for text in queries()]
            yield _p95(f"search in {records:,}, eight facets, a filter, page", _asked(address, paths), limit)
            paths = [f"/api/suggest?q={quote(text[:length])}" for text in SUBJECTS for length in (2, 3, 4, 6)]
            yield _p95(f"suggestions in {records:,}", _asked(address, paths), None)
            yield from _wrk(address, records)


def _beside_pycsw(records: int | None) -> Iterator[Figure]:
    if not peer_pycsw.PYTHON.exists():
        return
    with filled.region_of(records or PEER_RECORDS) as folder:
        follower = Follower(load(folder, {}))
        follower.catch_up()
        follower.close()
        ours: list[float] = []
        theirs: list[float] = []
        # By turns: what slows the machine down for a while slows down both.
        with _served(folder) as address, peer_pycsw.serving(PEER_RECORDS) as peer:
            own, others = queries(200), queries(40)
            for turn in range(_TURNS):
                ours += _asked(address, [f"/datasets.json?q={quote(text)}" for text in own[turn::_TURNS]])
                theirs += _asked(f"http://{peer}", [peer_pycsw.search(text) for text in others[turn::_TURNS]])
    figure = Figure(f"search in {PEER_RECORDS:,}, one client after another", len(ours) / sum(ours), "requests/s")
    yield figure
    rate = len(theirs) / sum(theirs)
    yield Figure(
        "the same words in pycsw, without facets", rate, "requests/s", note=f"p95 {_percentile(theirs):.1f} ms"
    )
    yield ratio(f"search in {PEER_RECORDS:,}: against pycsw", figure, rate, 20)


def _asked(address: str, paths: Sequence[str]) -> list[float]:
    """The seconds of each request, one after another on one connection, after a few that do not count."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    seconds = []
    for number, path in enumerate((*paths[:10], *paths)):
        began = perf_counter()
        separator = "&" if "?" in path else "?"
        connection.request("GET", f"{path}{separator}_={number}" if number < 10 else path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200 or b"ExceptionReport" in body:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        seconds.append(perf_counter() - began)
    connection.close()
    return seconds[10:]


def _p95(what: str, seconds: Sequence[float], limit: float | None) -> Figure:
    middle = sorted(seconds)[len(seconds) // 2] * 1000
    return Figure(f"{what}, p95", _percentile(seconds), "ms", limit, at_most=True, note=f"median {middle:.1f} ms")


def _percentile(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000


def _wrk(address: str, records: int) -> Iterator[Figure]:
    """Pages a second as wrk counts them: of searches that recur, and of ones that do not."""
    if shutil.which("wrk") is None:
        return
    recurring = [f"/datasets?q={quote(text)}" for text in (*SUBJECTS, *PLACES)]
    different = [f"/datasets?q={quote(text)}&page={page}" for page in range(1, 40) for text in queries(100)]
    for what, paths, goal in (("that recur", recurring, 1000.0), ("all different", different, None)):
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            listed = ",".join(f'"{path}"' for path in paths)
            script.write(
                f"local paths = {{{listed}}}\nlocal at = 0\n"
                "request = function() at = at % #paths + 1; return wrk.format('GET', paths[at]) end\n"
            )
            script.flush()
            command = ["wrk", "-t1", "-c8", f"-d{_SECONDS}s", "-s", script.name, address]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        rate = next(float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("Requests/sec"))
        yield Figure(f"search pages of {records:,}, searches {what}, wrk", rate, "requests/s", goal)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """``allmende serve`` with two workers, once what follows a publication (scores, dump, previews) is done; its address."""
    command = [str(Path(sys.executable).parent / "allmende"), "--region", str(folder), "serve"]
    with subprocess.Popen(
        [*command, "--port", "8750", "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as server:
        assert server.stdout is not None
        try:
            address = next((line.strip() for line in server.stdout if line.startswith("http")), "")
            if not address:
                raise RuntimeError("serve did not start")
            _settle(server.pid)
            yield address
        finally:
            server.send_signal(signal.SIGTERM)


def _settle(leader: int) -> None:
    """Waits until all processes of a session take less than a twentieth of a core together for three seconds, at most long."""
    calm, before, until = 0, _spent(leader), perf_counter() + _LONGEST_SECONDS
    while calm < 3 and perf_counter() < until:
        sleep(1)
        now = _spent(leader)
        calm = calm + 1 if now - before < 0.05 else 0
        before = now


def _spent(session: int) -> float:
    """Processor time of all processes of a session so far (seconds); proc(5), fields 6, 14 and 15 of stat."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# ------------------------------------------------------------------------------------------------- relevance


def _relevance() -> Iterator[Figure]:
    """Of the city's catalogue among the samples; the demo region's part is a test of the normal suite."""
    if not (_SAMPLES / relevance.ROSTOCK).exists():
        return
    with _files(_SAMPLES) as address, region.folder(f"{address}/{relevance.ROSTOCK}", "dcat") as folder:
        _harvest(folder)
        catalogue = Catalogue(load(folder, {}))
        measured = relevance.measure(catalogue, relevance.judged("rostock"))
        catalogue.close()
    note = f"{len(measured.answers)} queries, 100 datasets of Rostock"
    yield Figure("relevance, recall@10", measured.recall, "", relevance.RECALL, note=note)
    yield Figure("relevance, mean reciprocal rank", measured.mrr, "", relevance.MRR, note=note)


def _harvest(folder: Path) -> None:
    # The sample's next page is on a host that is not there: what came of the first page is all that is wanted.
    command = [str(Path(sys.executable).parent / "allmende"), "--region", str(folder), "harvest"]
    subprocess.run(command, capture_output=True, check=False, env=os.environ)


@contextmanager
def _files(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
