"""The proxy for pictures of maps: a slow host keeps no other waiting, and what waits is bounded in number and time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from catalog.maps import proxy as proxies
from catalog.maps.kept import Kept
from catalog.maps.proxy import AT_ONCE, Busy, Proxy
from tests.catalog.builder import region_in
from tests.faultserver import FaultServer, Reply

PNG = b"\x89PNG\r\n\x1a\n"


def made(folder: Path) -> Proxy:
    region = region_in(folder).model_copy(update={"allowed_hosts": ("127.0.0.1",)})
    return Proxy(region, Kept(folder / "kept", 1_000_000, 1.0))


def at(address: str) -> Callable[[], Awaitable[str | None]]:
    async def address_of() -> str | None:
        return address

    return address_of


async def never() -> str | None:
    await asyncio.Event().wait()
    return None


def test_a_slow_host_keeps_no_other_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "WAITING", AT_ONCE + 2)

    async def work(url: str) -> None:
        proxy = made(tmp_path)
        slow = [asyncio.create_task(proxy.picture(f"s/{n}", never, "slow", None)) for n in range(AT_ONCE + 2)]
        async with asyncio.timeout(60):
            assert await proxy.picture("f/1", at(url), "fast", url) == PNG
            while len(proxy._asked) < len(slow):
                await asyncio.sleep(0.01)
            with pytest.raises(Busy):
                await proxy.picture("s/more", never, "slow", None)
        for task in (*slow, *proxy._asked.values()):
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        await asyncio.sleep(0)
        assert not proxy._waiting
        assert not proxy._gates

    with FaultServer(pages={"/p": Reply(PNG, 200, {"content-type": "image/png"})}) as server:
        asyncio.run(work(server.url("/p")))


def test_who_waits_too_long_is_told_so_or_sees_the_old_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "PATIENCE", 0.2)
    kept = Kept(tmp_path / "kept", 1_000_000, 1.0)
    kept.put("s/old", PNG)
    os.utime(tmp_path / "kept/s/old", (1, 1))

    async def work() -> None:
        proxy = made(tmp_path)
        several = [proxy.picture(f"s/{n}", never, "slow", None) for n in range(AT_ONCE + 2)]
        told = await asyncio.gather(*several, return_exceptions=True)
        assert [type(each) for each in told] == [Busy] * len(told)
        assert await proxy.picture("s/old", never, "slow", None) == PNG

    asyncio.run(asyncio.wait_for(work(), 60))
