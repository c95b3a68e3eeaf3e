"""What the last runs of a source left behind, as the crawl asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.identity.relinks import Relinks, key_of
from harvesters.reading import PageMemory
from harvesters.robots import Robots, Verdict

BATCH = 500
# A larger robots.txt is fetched again by the next run.
_LARGEST_ROBOTS = 65_536


class StoreMemory:
    """The memory of a source's last runs, as the crawl asks for it."""

    def __init__(self, engine: sa.Engine, source_key: str) -> None:
        self.engine = engine
        self.source_key = source_key
        self.relinks = Relinks(engine, source_key)

    def known(self, native_ids: Sequence[str]) -> Mapping[str, bytes]:
        """The input hashes of those of the ids that are published."""
        relinked = self.relinks.of(native_ids)
        keys = {native_id: key_of(self.source_key, native_id, relinked) for native_id in native_ids}
        found: dict[str, bytes] = {}
        ordered = list(dict.fromkeys(keys.values()))
        table = tables.presence
        with self.engine.connect() as connection:
            for start in range(0, len(ordered), BATCH):
                rows = connection.execute(
                    sa.select(table.c.key, table.c.input_hash).where(table.c.key.in_(ordered[start : start + BATCH]))
                )
                found.update((key, bytes(digest)) for key, digest in rows if digest is not None)
        return {native_id: found[key] for native_id, key in keys.items() if key in found}

    def page(self, url: str) -> PageMemory | None:
        """The validators of an address and the ids last read from it."""
        table = tables.pages
        with self.engine.connect() as connection:
            row = connection.execute(
                sa.select(table).where(table.c.source_key == self.source_key, table.c.url == url)
            ).first()
        if row is None:
            return None
        remembered = orjson.loads(zstandard.decompress(row.native_ids))
        revision = bytes.fromhex(remembered["revision"])
        return PageMemory(row.etag, row.last_modified, tuple(remembered["ids"]), row.response, revision)

    def robots(self) -> tuple[Robots, ...]:
        """The robots.txt files that the last run asked for, if it was a good one; whether they are fresh, the crawl knows.

        After a run that failed or was partial they are asked for anew: they may be the reason, and have been mended.
        """
        runs = tables.runs
        statement = (
            sa.select(runs.c.status, runs.c.report)
            .where(runs.c.source_key == self.source_key, runs.c.kind == "harvest", runs.c.state == "done")
            .order_by(runs.c.id.desc())
            .limit(1)
        )
        with self.engine.connect() as connection:
            row = connection.execute(statement).first()
        if row is None or row.status not in ("ok", "warnings"):
            return ()
        return tuple(
            Robots(**{**kept, "verdict": Verdict(kept["verdict"]), "fetched": datetime.fromisoformat(kept["fetched"])})
            for kept in orjson.loads(row.report or "{}").get("robots_files", ())
        )


def robots_json(files: Sequence[Robots]) -> list[dict[str, Any]]:
    """Files of robots.txt as they lie in a run's report, for :meth:`StoreMemory.robots`."""
    return [
        {**asdict(robots), "verdict": str(robots.verdict), "fetched": robots.fetched.isoformat()}
        for robots in files
        if len(robots.text) <= _LARGEST_ROBOTS
    ]
