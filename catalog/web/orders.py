"""What a steward orders on a page: run as a command in a process of its own, for web workers only read (DESIGN 3, Processes)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from catalog.web.negotiation import Refused
from schemas.region import Region

_LARGEST = 8_000
# Most decisions are done within that; a long one goes on, and its run's page says how it stands.
_WAIT_SECONDS = 5.0
_left_running: set[asyncio.Task[Any]] = set()


async def form(request: Request, largest: int = _LARGEST) -> Mapping[str, str]:
    """The fields of a form of at most ``largest`` bytes that was sent from a page of ours. Raises Refused (400, 403, 413).

    Browsers say where a request comes from (Sec-Fetch-Site); who has the signed word but no browser may ask too (F67).
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(403, "Das wurde von einer fremden Seite aus gesendet.", "That was sent from another site's page.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise Refused(413, "Das ist zu viel.", "That is too much.")
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=20))
    except ValueError:
        raise Refused(400, "Das Formular hat zu viele Felder.", "The form has too many fields.") from None


def locked() -> Refused:
    """The answer to who decides without the signed word."""
    return Refused(403, "Das darf nur, wer den Link dazu hat.", "Only whoever has the link may do that.")


async def order(region: Region, *arguments: str) -> bool:
    """Runs the command ``allmende`` on the region; gives whether it has ended. Raises Refused (409) with its complaint."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "catalog.cli", "--region", str(region.folder), *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    ended = asyncio.create_task(process.communicate())
    _left_running.add(ended)
    ended.add_done_callback(_left_running.discard)
    done, _ = await asyncio.wait({ended}, timeout=_WAIT_SECONDS)
    if done and process.returncode == 2:
        complaint = ended.result()[1].decode("utf-8", "replace").strip().splitlines()
        said = complaint[-1] if complaint else ""
        raise Refused(409, f"Das ging nicht: {said}", f"That was not possible: {said}")
    return bool(done)
