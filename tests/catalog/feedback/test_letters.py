"""What is taken for a letter, whose office it goes to, who may write how often, and how long it lies there."""

from __future__ import annotations

import stat
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import serving
from catalog.feedback import admission
from catalog.feedback import box as box_module
from catalog.feedback.box import Box
from catalog.feedback.letters import LONGEST, REFERENCE, Letter, address, read
from catalog.feedback.offices import office
from schemas import model
from schemas.kinds import Literal
from tests.catalog.builder import MUNICIPALITIES, dataset, region_in
from tests.catalog.preview.region_of_files import make_region

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def letter(reference: str = "F-2345-6789", **more: object) -> Letter:
    values = {
        "reference": reference,
        "written": "2026-11-24T12:00:00Z",
        "kind": "question",
        "text": "Wann wird gemäht?",
    }
    return Letter(**{**values, "email": "", "to": "bauamt@neuhof.example", **more})  # type: ignore[arg-type]


@given(st.dictionaries(st.sampled_from(["message", "email", "kind", "website"]), st.text()))
def test_whatever_is_sent_is_a_draft(fields: dict[str, str]) -> None:
    draft = read(fields)
    assert draft.kind in ("question", "error", "wish")
    assert all(sign in "\n\t" or sign.isprintable() for sign in draft.text)
    assert set(draft.wrong) <= {"message", "email"}


@given(st.text())
def test_a_mailbox_never_holds_what_could_end_a_header(said: str) -> None:
    found = address(said)
    assert not found or (found.isascii() and found.isprintable() and not set(found) & set(' \r\n,;<>"()[]:'))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (" anna@example.org ", "anna@example.org"),
        ("mailto:bauamt@neuhof.example?subject=Hallo", "bauamt@neuhof.example"),
        ("rathaus@müller.example", "rathaus@xn--mller-kva.example"),
        ("a@b", ""),
        ("a@b.de\r\nBcc: x@evil.example", ""),
        ("a@b.de,x@evil.example", ""),
        ("Anna <a@b.de>", ""),
        ("a..b@example.org", ""),
        ("@example.org", ""),
        ("x" * 65 + "@example.org", ""),
        ("", ""),
    ],
)
def test_mailboxes(said: str, found: str) -> None:
    assert address(said) == found


def test_what_is_wrong_with_a_draft() -> None:
    assert read({"message": "  \r\n "}).wrong == {"message": "empty"}
    assert read({"message": "Hallo"}).wrong == {"message": "short"}
    assert read({"message": "x" * (LONGEST + 1)}).wrong == {"message": "long"}
    assert read({"message": "Wann wird gemäht?", "email": "keine"}).wrong == {"email": "form"}
    tidy = read({"message": "Eins\r\n\r\n\r\n\r\nzwei\x1b[31m ", "kind": "wish"})
    assert (tidy.text, tidy.kind, tidy.wrong) == ("Eins\n\nzwei [31m", "wish", {})


def test_the_office_is_the_datasets_then_the_municipalitys_then_the_regions(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    contact = model.ContactPoint(fn=(Literal("Bauamt", "de"),), has_email=("mailto:bauamt@neuhof.example",))
    own = dataset("A", contact_point=(contact,))
    evil = dataset("A", contact_point=(model.ContactPoint(has_email=("mailto:a@b.de%0d%0aBcc:x@evil.example",)),))
    place = MUNICIPALITIES[0].model_copy(update={"email": "info@neuhof.example"})
    assert office(region, own, place) == ("Bauamt", "bauamt@neuhof.example")
    assert office(region, dataset("B"), place) == ("Gemeinde Neuhof", "info@neuhof.example")
    assert office(region, evil, MUNICIPALITIES[0]) == ("Zweckverband", "daten@example.org")
    assert office(region, None, None) == ("Zweckverband", "daten@example.org")


def test_a_stamp_tells_its_age_and_no_other_is_believed(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    stamp = admission.stamp(region, 1000.0)
    assert admission.age(region, stamp, 1010.0) == pytest.approx(10.0)
    assert admission.age(region, stamp.replace("2710", "2711"), 1010.0) is None
    for forged in ("", "x", "..", "2710.00." + "0" * 32, stamp[:-1], "ä.ö.ü", "x" * 5000):
        assert admission.age(region, forged, 1010.0) is None
    other = region_in(tmp_path / "other")
    assert admission.age(other, stamp, 1010.0) is None
    assert REFERENCE.fullmatch(admission.reference(region, stamp))
    assert admission.reference(region, stamp) == admission.reference(region, stamp)
    assert admission.reference(region, stamp) != admission.reference(region, admission.stamp(region, 1000.0))


def test_a_network_writes_five_letters_an_hour_and_all_a_hundred(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    taken = [admission.admit(region, f"203.0.113.{n}", 1000.0 + n) for n in range(7)]
    assert taken == [True] * 5 + [False] * 2
    assert admission.admit(region, "203.0.114.1", 1010.0)
    assert admission.admit(region, "2001:db8:1:2::3", 1010.0)
    assert [admission.admit(region, f"2001:db8:1:{n}::9", 1011.0) for n in range(5)] == [True] * 4 + [False]
    assert admission.admit(region, "203.0.113.9", 1001.0 + 3600)
    kept = (region.data / "cache" / "feedback.json").read_text()
    assert "203.0" not in kept
    assert "2001:db8" not in kept
    many = [admission.admit(region, f"10.{n}.0.1", 20_000.0) for n in range(120)]
    assert sum(many) == 100
    assert not admission.admit(region, "127.0.0.1", 20_001.0)


def test_a_network_is_forgotten_after_an_hour_also_where_no_letter_follows(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    file = region.data / "cache" / "feedback.json"
    admission.prune(region, 1000.0)
    assert not file.exists()
    admission.admit(region, "203.0.113.1", 1000.0)
    admission.admit(region, "203.0.114.1", 2000.0)
    salt = orjson.loads(file.read_bytes())["salt"]
    admission.prune(region, 1001.0 + 3600)
    kept = orjson.loads(file.read_bytes())
    assert ([len(times) for times in kept["seen"].values()], kept["salt"]) == ([1], salt)
    admission.prune(region, 2001.0 + 3600)
    assert file.read_bytes() == b""
    assert admission.admit(region, "203.0.113.1", 9000.0)


class Once:
    """Ends a loop after one round."""

    def __init__(self) -> None:
        self.waited = 0

    def wait(self, _seconds: float) -> bool:
        self.waited += 1
        return self.waited > 1


def test_the_server_forgets_networks_while_it_brings_letters(tmp_path: Path) -> None:
    region = make_region(tmp_path / "r")
    admission.admit(region, "203.0.113.1", time.time() - 3700)
    serving._bring(region.folder, cast(threading.Event, Once()))
    assert (region.data / "cache" / "feedback.json").read_bytes() == b""


def test_a_proxy_that_tells_no_addresses_does_not_lock_all_out(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    assert all(admission.admit(region, client, 1000.0) for client in ["127.0.0.1"] * 20 + ["", "::1", "testclient"])


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"day":0,"salt":"xx","seen":{}}', b'{"day":0,"salt":1,"seen":[]}']
)
def test_a_damaged_memory_of_networks_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    region = region_in(tmp_path)
    file = region.data / "cache" / "feedback.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert admission.admit(region, "203.0.113.1", 1000.0)


def test_letters_lie_in_files_that_only_the_operator_reads(tmp_path: Path) -> None:
    box = Box(region_in(tmp_path))
    assert box.put(letter())
    assert not box.put(letter(text="Etwas anderes, unter derselben Nummer"))
    assert box.get("F-2345-6789") == letter()
    assert box.get("../../etc/passwd") is None
    assert box.get("F-9999-9999") is None
    (file,) = [each for each in box.folder.iterdir() if each.suffix == ".json"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(box.folder.stat().st_mode) == 0o700
    assert not [each for each in box.folder.iterdir() if each.name.startswith(".")]


def test_letters_go_when_their_time_is_over(tmp_path: Path) -> None:
    box = Box(region_in(tmp_path))
    box.put(letter("F-2222-2222", written="2026-08-01T12:00:00Z"))
    box.put(letter("F-3333-3333", written="2026-11-01T12:00:00Z"))
    assert box.prune(NOW, 90) == 1
    assert [each.reference for each in box.letters()] == ["F-3333-3333"]
    assert box.prune(NOW + timedelta(days=90), 90) == 1
    assert not list(box.letters())
    box.replace(letter("F-2222-2222"))
    assert box.get("F-2222-2222") is None, "what was deleted does not come back"


def test_a_file_that_is_no_letter_hides_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    box = Box(region_in(tmp_path))
    box.put(letter())
    (box.folder / "F-4444-4444.json").write_text("{")
    (box.folder / "F-5555-5555.json").write_text('{"reference": 1}')
    assert list(box.letters()) == [letter()]
    assert "F-4444-4444.json is no letter" in caplog.text


def test_a_flood_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box_module, "MOST", 2)
    box = Box(region_in(tmp_path))
    assert not box.is_full()
    for reference in ("F-2222-2222", "F-3333-3333"):
        box.put(letter(reference))
    assert box.is_full()
