"""Decompression within limits, and what a robots.txt says."""

from __future__ import annotations

import gzip
import string
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from harvesters.guards.decoding import Body
from harvesters.guards.exceptions import FetchFailed, SizeRefused
from harvesters.robots import Robots, Verdict, read, unreachable
from schemas.limits import Limits
from tests.faultserver import bomb

LIMITS = Limits()
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://www.neuhof-fulda.de/daten"
PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


# --- decompression -------------------------------------------------------------------------------------------------


@given(
    content=st.binary(max_size=5000),
    chain=st.lists(st.sampled_from(sorted(PACKERS)), max_size=4),
    step=st.integers(min_value=1, max_value=3000),
)
def test_any_chain_of_encodings_in_any_pieces_comes_out_whole(content: bytes, chain: list[str], step: int) -> None:
    packed = content
    for encoding in chain:
        packed = PACKERS[encoding](packed)
    body = Body(URL, ", ".join(chain), LIMITS)
    for start in range(0, len(packed), step):
        body.feed(packed[start : start + step])
    assert body.finish() == content


@given(noise=st.binary(min_size=1, max_size=300), encoding=st.sampled_from(sorted(PACKERS)))
def test_F28_noise_is_damage_and_nothing_worse(noise: bytes, encoding: str) -> None:
    body = Body(URL, encoding, LIMITS)
    outcome: object = None
    try:
        body.feed(noise)
        outcome = body.finish()
    except FetchFailed as failed:
        outcome = failed.code
    assert outcome == "damaged" or isinstance(outcome, bytes)


@pytest.mark.parametrize("encoding", sorted(PACKERS))
def test_F28_a_compressed_body_that_ends_early_is_damaged(encoding: str) -> None:
    packed = PACKERS[encoding](string.printable.encode() * 50)
    body = Body(URL, encoding, LIMITS)
    body.feed(packed[:-6])
    with pytest.raises(FetchFailed, match="damaged"):
        body.finish()


def test_odd_but_common_encodings() -> None:
    raw = zlib.compressobj(wbits=-15)
    variants = {
        "deflate": raw.compress(b"Gemarkung") + raw.flush(),
        "gzip": gzip.compress(b"Gemar") + gzip.compress(b"kung") + b"\0" * 20,
        "x-gzip": gzip.compress(b"Gemarkung"),
        "utf-8": b"Gemarkung",
        "": b"Gemarkung",
    }
    for encoding, packed in variants.items():
        body = Body(URL, encoding, LIMITS)
        body.feed(packed)
        assert body.finish() == b"Gemarkung", encoding
    assert Body(URL, "gzip", LIMITS).finish() == b""


@pytest.mark.parametrize("encoding", sorted(PACKERS))
@pytest.mark.parametrize("times", [1, 3])
def test_F29_a_bomb_is_cut_at_the_ratio_with_little_memory(encoding: str, times: int) -> None:
    packed = bomb(encoding, 300_000_000, times)
    body = Body(URL, ", ".join([encoding] * times), LIMITS)
    tracemalloc.start()
    try:
        with pytest.raises(SizeRefused) as refused:
            body.feed(packed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.code == "ratio"
    assert peak < 100_000_000


def test_F29_an_inner_stage_cannot_work_without_end() -> None:
    # 30 MB of empty gzip members: nothing comes out of the inner stage, and still it is cut.
    inner = gzip.compress(b"") * 1_500_000
    body = Body(URL, "gzip, gzip", Limits(body_bytes=20_000_000, ratio=10_000))
    with pytest.raises(SizeRefused) as refused:
        body.feed(gzip.compress(inner, 1))
    assert refused.value.code == "body"


def test_F29_fifty_encodings_are_refused_before_the_first_byte() -> None:
    with pytest.raises(SizeRefused) as refused:
        Body(URL, ",".join(["gzip"] * 50), LIMITS)
    assert refused.value.code == "encodings"


def test_F27_the_limit_holds_for_plain_bodies_and_for_announced_lengths() -> None:
    body = Body(URL, "", Limits(body_bytes=1000))
    body.expect(1000)
    with pytest.raises(SizeRefused):
        body.expect(1001)
    body.feed(b"x" * 1000)
    with pytest.raises(SizeRefused, match="1000 bytes"):
        body.feed(b"x")


def test_a_body_that_may_be_cut_ends_at_its_limit() -> None:
    for encoding, packed in {"": b"x" * 5000, "gzip": gzip.compress(b"x" * 5000)}.items():
        body = Body(URL, encoding, LIMITS, max_bytes=1000, cut=True)
        body.expect(5000)
        body.feed(packed)
        assert body.truncated
        assert body.finish() == b"x" * 1000
    exact = Body(URL, "", LIMITS, max_bytes=1000, cut=True)
    exact.feed(b"x" * 1000)
    assert not exact.truncated


# --- robots --------------------------------------------------------------------------------------------------------


def _robots(text: str, status: int = 200) -> Robots:
    return read("https://h.example", status, text.encode(), NOW, LIMITS)


def test_F35_the_rules_for_us_are_the_nearest_group() -> None:
    robots = _robots("User-agent: *\nDisallow: /\n\nUser-agent: Allmende\nDisallow: /intern\nCrawl-delay: 7\n")
    assert robots.allows("https://h.example/daten")
    assert not robots.allows("https://h.example/intern/x")
    assert robots.crawl_delay == 7


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.RULES),
        (204, Verdict.RULES),
        (301, Verdict.ALLOW_ALL),
        (401, Verdict.ALLOW_ALL),
        (403, Verdict.ALLOW_ALL),
        (404, Verdict.ALLOW_ALL),
        (410, Verdict.ALLOW_ALL),
        (429, Verdict.DISALLOW_ALL),
        (500, Verdict.DISALLOW_ALL),
        (503, Verdict.DISALLOW_ALL),
    ],
)
def test_F35_the_status_decides(status: int, verdict: Verdict) -> None:
    robots = _robots("", status)
    assert robots.verdict is verdict
    assert robots.allows("https://h.example/x") is (verdict is not Verdict.DISALLOW_ALL)
    assert robots.crawl_delay == 0


def test_F35_only_the_first_500_kib_are_read_and_no_half_line() -> None:
    head = "User-agent: *\nDisallow: /early\n"
    padding = "# " + "x" * 97 + "\n"
    text = head + padding * ((LIMITS.robots_bytes - len(head)) // 100)
    cut = text + " " * (LIMITS.robots_bytes - len(text) - len("Disallow: /")) + "Disallow: /late\n" + padding * 1000
    robots = _robots(cut)
    assert not robots.allows("https://h.example/early")
    assert robots.allows("https://h.example/late")
    assert robots.allows("https://h.example/other")


def test_F35_unreachable_forbids_everything() -> None:
    assert not unreachable("https://h.example", "deadline", NOW).allows("https://h.example/")


def test_robots_are_fresh_for_a_day_and_failures_not_at_all() -> None:
    robots = _robots("")
    assert robots.fresh(NOW + timedelta(hours=23), 24)
    assert not robots.fresh(NOW + timedelta(hours=24), 24)
    assert not _robots("", 503).fresh(NOW, 24)
    assert not unreachable("https://h.example", "deadline", NOW).fresh(NOW, 24)


@given(st.binary(max_size=500), st.text(max_size=50))
def test_no_robots_txt_upsets_us(content: bytes, path: str) -> None:
    robots = read("https://h.example", 200, content, NOW, LIMITS)
    assert robots.allows(f"https://h.example/{path}") in (True, False)
    assert robots.crawl_delay >= 0
