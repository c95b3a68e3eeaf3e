"""The feed of alarms in Atom (RFC 4287): the sources that are out of date, for whoever looks after them (F59)."""

from __future__ import annotations

from collections.abc import Mapping

from catalog import formats
from catalog.feeds.atom import MEDIA_TYPE, attribute, text
from catalog.runs.staleness import Stale
from schemas.region import Region


def write(region: Region, stale: Mapping[str, Stale], published_at: str) -> bytes:
    """The document. Takes the sources that are out of date by key, and when the catalogue last changed (empty: never)."""
    base = region.base_url
    found = [(source.title, each) for source in region.sources if (each := stale.get(source.key)) is not None]
    found.sort(key=lambda pair: pair[1].alarmed, reverse=True)
    updated = max((each.alarmed for _, each in found), default="") or published_at or "1970-01-01T00:00:00Z"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">',
        f"<id>{text(base)}/status.atom</id>",
        f"<title>{text(region.title)}: Meldungen zu den Quellen</title>",
        f"<updated>{text(updated)}</updated>",
        f'<link rel="self" type="{MEDIA_TYPE}" href={attribute(base + "/status.atom")}/>',
        f'<link rel="alternate" type="text/html" href={attribute(base + "/status")}/>',
        f"<author><name>{text(region.publisher.name)}</name></author>",
    ]
    for title, each in found:
        lines += _entry(base, title, each)
    lines.append("</feed>\n")
    return "\n".join(lines).encode()


def _entry(base: str, title: str, stale: Stale) -> list[str]:
    run = f"{base}/runs/{stale.run}"
    since = formats.time(stale.since)
    told = (
        f"Die Quelle hat seit {since} nichts mehr geliefert. Was öffentlich ist, bleibt auf diesem Stand. Grund und Abhilfe "
        f"stehen beim Lauf {stale.run}. / The source has delivered nothing since {since}. What is public stays as it was "
        f"then. Reason and remedy stand with run {stale.run}."
    )
    return [
        "<entry>",
        # Of the run that raised the alarm: the next ones that fail are no news, and readers show each id once.
        f"<id>{text(run)}#stale</id>",
        f"<title>{text(title)}: veraltet seit {text(since)}</title>",
        f"<updated>{text(stale.alarmed)}</updated>",
        f'<link rel="alternate" type="text/html" href={attribute(run)}/>',
        f'<content type="text">{text(told)}</content>',
        "</entry>",
    ]
