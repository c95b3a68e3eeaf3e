"""Wishes for previews: who waits comes first, nobody holds up the others, and there are only so many."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from catalog.preview import access, maker, wishes
from catalog.preview.keeping import Keeping, key_of
from catalog.preview.maker import Maker
from catalog.preview.model import Wanted
from tests.catalog.builder import region_in


@pytest.fixture
def kept(tmp_path: Path) -> Keeping:
    return Keeping(region_in(tmp_path))


def leave(kept: Keeping, address: str, seconds_ago: float, again: float | None = None) -> Wanted:
    """A wish that was left so many seconds ago, and asked for again (at once, unless it is said how long ago)."""
    wish = Wanted(address, "x")
    assert wishes.leave(kept, wish)
    (file,) = kept.wishes.glob(f"*-{key_of(wish)}.json")
    now = time.time()
    os.utime(file, (now - (seconds_ago if again is None else again), now - seconds_ago))
    return wish


def order(kept: Keeping) -> list[str]:
    return [wish.wanted.address.removeprefix("http://") for wish in wishes.left(kept)]


def test_a_wish_that_is_none_is_removed(kept: Keeping) -> None:
    (kept.wishes / f"0-{'a' * 8}-{'a' * 32}.json").write_bytes(b"{")
    (kept.wishes / f"0-{'a' * 8}-{'b' * 32}.json").write_bytes(b'{"other": 1}')
    (kept.wishes / f"0-{'c' * 32}.json").write_bytes(b"{}")
    assert list(wishes.left(kept)) == []
    assert not list(kept.wishes.glob("*.json"))


def test_who_waits_comes_first_and_wishes_ahead_are_bounded(kept: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "MOST", 3)
    for number in range(5):
        wishes.leave(kept, Wanted(f"http://127.0.0.1/{number}", "x"), wishes.AHEAD)
    leave(kept, "http://127.0.0.1/now", 0)
    assert (len(order(kept)), order(kept)[0]) == (4, "127.0.0.1/now")


def test_who_asks_for_thousands_of_files_leaves_so_many_wishes_and_no_more(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishes, "MOST_NOW", 6)
    taken = [wishes.leave(kept, Wanted(f"http://viel.example/{number}", "x")) for number in range(300)]
    assert taken == [True] * 6 + [False] * 294
    assert wishes.leave(kept, Wanted("http://viel.example/0", "x"))  # it is in the line
    assert len(list(kept.wishes.iterdir())) == 6
    # The longest line makes room for those that are shorter, until all are alike.
    others = [wishes.leave(kept, Wanted(f"http://anders.example/{number}", "x")) for number in range(9)]
    assert others == [True] * 3 + [False] * 6
    assert sorted(address.partition("/")[0] for address in order(kept)) == ["anders.example"] * 3 + ["viel.example"] * 3


def test_each_server_has_its_turn_the_oldest_wish_first(kept: Keeping) -> None:
    for number in range(3):
        leave(kept, f"http://viel.example/{number}", 500 - number)
    leave(kept, "http://anders.example/1", 60)
    leave(kept, "http://drittes.example/1", 50)
    turns = ["viel.example/0", "anders.example/1", "drittes.example/1", "viel.example/1", "viel.example/2"]
    assert order(kept) == turns


def test_who_is_still_there_comes_before_who_has_gone(kept: Keeping) -> None:
    for number in range(3):
        leave(kept, f"http://portal.example/{number}", 500 - number)
    asked = leave(kept, "http://portal.example/wartet", 5)
    leave(kept, "http://portal.example/ging", 400, again=300)
    assert order(kept)[-1] == "portal.example/wartet"
    assert wishes.leave(kept, asked)
    assert order(kept) == [f"portal.example/{name}" for name in ("wartet", "0", "1", "2", "ging")]


def test_a_full_line_is_told_from_one_that_will_be_made(kept: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "wake", lambda _region, _kept: None)
    monkeypatch.setattr(wishes, "MOST_NOW", 1)
    region = region_in(kept.folder / "andere")
    first, second = (access.ask(region, Wanted(f"http://viel.example/{number}", "x")) for number in (1, 2))
    assert [asked.preview.state for asked in (first, second)] == ["making", "making"]
    assert [asked.settled() for asked in (first, second)] == [False, True]


def taken_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that makers take from now on; none of them ends."""
    taken: list[str] = []

    async def granted(_maker: Maker, wish: wishes.Wish) -> None:
        taken.append(wish.wanted.address)
        await asyncio.Event().wait()

    monkeypatch.setattr(Maker, "_granted", granted)
    return taken


def unread(*_arguments: object, **_others: object) -> list[wishes.Left]:
    raise AssertionError("wishes are read although there is no room for them")


def test_a_host_that_does_not_answer_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region = region_in(tmp_path)
    kept = Keeping(region)
    monkeypatch.setattr(maker, "AT_ONCE", 2)
    leave(kept, "http://tot.example/1", 30)
    leave(kept, "http://tot.example/2", 20)
    good = leave(kept, "http://gut.example/1", 10)
    taken = taken_by(monkeypatch)

    async def work() -> None:
        made = Maker(region, kept)
        made._take()
        await asyncio.sleep(0)
        assert taken == ["http://tot.example/1", "http://gut.example/1"]
        with monkeypatch.context() as patched:
            patched.setattr(wishes, "listed", unread)
            made._take()
        for task in list(made._running.values()):
            task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        wishes.leave(kept, Wanted("http://vorrat.example/1", "x"), wishes.AHEAD)
        wishes.clear(kept, key_of(good))
        made._take()
        await asyncio.sleep(0)
        assert taken[2:] == ["http://tot.example/1"]  # nobody waits for the one ahead

    asyncio.run(work())


def test_one_place_stays_free_for_another_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region = region_in(tmp_path)
    kept = Keeping(region)
    for number in range(5):
        leave(kept, f"http://viel.example/{number}", 50 - number)
    taken = taken_by(monkeypatch)

    async def work() -> None:
        made = Maker(region, kept)
        for _ in range(6):
            made._take()
            await asyncio.sleep(0)
            made._asked.clear()  # it is fetched, and being read
        assert taken == ["http://viel.example/0", "http://viel.example/1"]
        leave(kept, "http://anders.example/1", 0)
        made._take()
        await asyncio.sleep(0)
        assert taken[2:] == ["http://anders.example/1"]

    asyncio.run(work())
