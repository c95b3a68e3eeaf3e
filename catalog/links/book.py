"""What the store knows of addresses: who uses them, when they are due, how they answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catalog import tables
from catalog.links import schedule
from catalog.links.answers import Outcome
from catalog.links.uses import Use
from catalog.runs.staging import now_text
from schemas.addresses import normal_host
from schemas.corrections import OF_BYTES
from schemas.mqa import reachable

BATCH = 500
# So many addresses are looked at in one round; the clock begins the next one at once.
A_ROUND = 5000
KEPT_DAYS = 365
_links, _uses, _checks = tables.links, tables.link_uses, tables.link_checks
_corrections = tables.corrections


class Link(NamedTuple):
    """An address as the store knows it. Times are UTC in ISO 8601."""

    id: int
    address: str
    host: str
    due: str
    checked: str | None = None
    status: int | None = None
    reason: str = ""
    reachable: str | None = None
    failing_since: str | None = None
    good: int = 0
    failures: int = 0
    media_type: str = ""
    byte_size: int | None = None
    changed: str | None = None
    service: str = ""
    source_key: str = ""

    @property
    def works(self) -> bool | None:
        """Whether it answered well when it was last asked; None where that is not known."""
        return None if self.status is None else reachable(self.status)


_COLUMNS = [column for column in _links.c if column.name in Link._fields]


def columns() -> list[sa.Column[Any]]:
    """The columns of an address, for statements of others."""
    return list(_COLUMNS)


def host_of(address: str) -> str:
    """The host of an address in the one spelling under which hosts are compared; empty if it has none."""
    try:
        return normal_host(urlsplit(address).hostname or "")
    except ValueError:
        return ""


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT of the connection's dialect that can say ON CONFLICT."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


# ------------------------------------------------------------------------------------------------- who uses what


def replace_uses(
    connection: sa.Connection, records: Mapping[str, tuple[str, Sequence[Use]]], now: datetime
) -> dict[str, int]:
    """Notes the addresses of some records, by KEY with their source's key, in place of what was noted of them before.

    Gives the status of each of their addresses that was asked before. A new address is due at once.
    """
    addresses = sorted({use.address for _, uses in records.values() for use in uses})
    known = _known(connection, addresses)
    fresh = [address for address in addresses if address not in known]
    for some in _some(fresh):
        rows = [{"address": a, "host": host_of(a), "due": now_text(now)} for a in some]
        connection.execute(insert(connection, _links).on_conflict_do_nothing(index_elements=["address"]), rows)
    known |= _known(connection, fresh)
    remove_uses(connection, list(records))
    rows = [
        {"link_id": known[use.address][0], "key": key, "role": use.role, "source_key": source, "service": use.service}
        for key, (source, uses) in records.items()
        for use in uses
    ]
    for batch in _some(rows):
        connection.execute(sa.insert(_uses), batch)
    return {address: status for address, (_, status) in known.items() if status is not None}


def remove_uses(connection: sa.Connection, keys: Sequence[str]) -> None:
    """Forgets which addresses some records used; the addresses stay until they are pruned."""
    for some in _some(keys):
        connection.execute(sa.delete(_uses).where(_uses.c.key.in_(some)))


def _known(connection: sa.Connection, addresses: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    found: dict[str, tuple[int, int | None]] = {}
    for some in _some(addresses):
        statement = sa.select(_links.c.address, _links.c.id, _links.c.status).where(_links.c.address.in_(some))
        found |= {address: (number, status) for address, number, status in connection.execute(statement)}
    return found


def keys_of(connection: sa.Connection, link_ids: Collection[int]) -> set[str]:
    """The KEYs of the records that use some addresses."""
    found: set[str] = set()
    for some in _some(sorted(link_ids)):
        found.update(connection.scalars(sa.select(_uses.c.key).where(_uses.c.link_id.in_(some))))
    return found


def of_record(connection: sa.Connection, key: str) -> dict[str, Link]:
    """What is known of each address of a record."""
    statement = (
        sa.select(*_COLUMNS, sa.func.max(_uses.c.service).label("service"))
        .join(_uses, _uses.c.link_id == _links.c.id)
        .where(_uses.c.key == key)
        .group_by(*_COLUMNS)
    )
    return {row.address: Link(**row._mapping) for row in connection.execute(statement)}


def history(connection: sa.Connection, link_id: int, limit: int = 50) -> list[tuple[str, int, str]]:
    """When an address was asked, its status code and the reason, the latest first."""
    statement = (
        sa.select(_checks.c.checked, _checks.c.status, _checks.c.reason)
        .where(_checks.c.link_id == link_id)
        .order_by(_checks.c.id.desc())
        .limit(limit)
    )
    return [(checked, status, reason) for checked, status, reason in connection.execute(statement)]


# ------------------------------------------------------------------------------------------------- who is due


def due(connection: sa.Connection, now: datetime, source_key: str | None = None) -> list[Link]:
    """The addresses in use that are to be asked now, the longest overdue first, as many as fit one round.

    With a ``source_key`` all addresses of that source's records, due or not: a steward asks by hand.
    """
    statement = (
        sa.select(
            *_COLUMNS,
            sa.func.max(_uses.c.service).label("service"),
            sa.func.min(_uses.c.source_key).label("source_key"),
        )
        .join(_uses, _uses.c.link_id == _links.c.id)
        .group_by(*_COLUMNS)
        .order_by(_links.c.due, _links.c.id)
        .limit(A_ROUND)
    )
    if source_key is None:
        statement = statement.where(_links.c.due <= now_text(now))
    else:
        statement = statement.where(_uses.c.source_key == source_key)
    return [Link(**row._mapping) for row in connection.execute(statement)]


def next_due(connection: sa.Connection) -> str | None:
    """When the next address in use is due; None if there is none."""
    used = sa.exists().where(_uses.c.link_id == _links.c.id)
    found: str | None = connection.scalar(sa.select(sa.func.min(_links.c.due)).where(used))
    return found


def asked_lately(connection: sa.Connection, hosts: Collection[str], since: datetime) -> Counter[tuple[str, int]]:
    """How often each port of some hosts was asked since a time, also where a redirect of another host led to it."""
    found: Counter[tuple[str, int]] = Counter()
    recent = _checks.c.checked >= now_text(since)
    for some in _some(sorted(hosts)):
        statement = (
            sa.select(_links.c.address, _links.c.host, sa.func.count())
            .join(_checks, _checks.c.link_id == _links.c.id)
            .where(_links.c.host.in_(some), recent)
            .group_by(_links.c.address, _links.c.host)
        )
        for address, host, number in connection.execute(statement):
            found[host, port_of(address)] += number
    wanted = frozenset(hosts)
    for visited in connection.scalars(sa.select(_checks.c.visited).where(recent, _checks.c.visited != "")):
        for place in visited.split():
            host, _, port = place.rpartition(":")
            if host in wanted:
                found[host, int(port)] += 1
    return found


def port_of(address: str) -> int:
    """The port that an address is asked at; 0 if it is no http(s) address."""
    try:
        parts = urlsplit(address)
        return parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower(), 0)
    except ValueError:
        return 0


# ------------------------------------------------------------------------------------------------- answers


def record(connection: sa.Connection, link: Link, outcome: Outcome, now: datetime) -> Link:
    """Notes what came of asking an address; gives the address as it stands now."""
    new = _after(link, outcome, now)
    values = {name: value for name, value in new._asdict().items() if name in _CHANGING}
    connection.execute(sa.update(_links).where(_links.c.id == link.id).values(**values))
    if outcome.status is not None:
        connection.execute(
            sa.insert(_checks).values(
                link_id=link.id,
                checked=now_text(now),
                status=outcome.status,
                reason=outcome.reason,
                visited=" ".join(f"{host}:{port}" for host, port in outcome.visited),
            )
        )
    return new


_CHANGING = frozenset(
    (
        "due",
        "checked",
        "status",
        "reason",
        "reachable",
        "failing_since",
        "good",
        "failures",
        "media_type",
        "byte_size",
        "changed",
    )
)


def _after(link: Link, outcome: Outcome, now: datetime) -> Link:
    """An address after it was asked, with the time when it is due again."""
    moment = now_text(now)
    if outcome.status is None:
        if outcome.reason == "busy":
            later = schedule.after_postponement(outcome.wait, now)
            return link._replace(reason="busy", due=now_text(later))
        later = schedule.after_refusal(link.address, now)
        return link._replace(status=None, reason=outcome.reason, due=now_text(later), failing_since=None, failures=0)
    told = link._replace(checked=moment, status=outcome.status, reason=outcome.reason)
    if reachable(outcome.status):
        good = link.good + 1
        return told._replace(
            reachable=moment,
            failing_since=None,
            failures=0,
            good=good,
            media_type=outcome.media_type,
            byte_size=outcome.byte_size,
            changed=outcome.changed or None,
            due=now_text(schedule.after_success(link.address, good, now)),
        )
    failures = link.failures + 1
    return told._replace(
        failing_since=link.failing_since or moment,
        failures=failures,
        good=0,
        due=now_text(schedule.after_failure(link.address, failures, now)),
    )


def postpone(connection: sa.Connection, links: Iterable[Link], until: datetime) -> None:
    """Lets some addresses wait: their server asked for rest, or has been asked enough today."""
    for some in _some([link.id for link in links]):
        connection.execute(sa.update(_links).where(_links.c.id.in_(some)).values(due=now_text(until)))


def hasten(connection: sa.Connection, keys: Sequence[str], now: datetime) -> None:
    """Makes the addresses of records due whose accepted facts may no longer hold: the records have just changed."""
    corrected = sa.select(_corrections.c.key).where(
        _corrections.c.key.in_(keys), _corrections.c.rule.in_(OF_BYTES), _corrections.c.valid_to.is_(None)
    )
    used = sa.select(_uses.c.link_id).where(_uses.c.key.in_(corrected))
    late = _links.c.due > now_text(now)
    connection.execute(sa.update(_links).where(_links.c.id.in_(used), late).values(due=now_text(now)))


def prune(connection: sa.Connection, now: datetime) -> None:
    """Deletes answers older than a year, and addresses that no record has used for a month."""
    connection.execute(sa.delete(_checks).where(_checks.c.checked < now_text(now - timedelta(days=KEPT_DAYS))))
    month = now_text(now - timedelta(days=30))
    used = sa.exists().where(_uses.c.link_id == _links.c.id)
    unused = sa.and_(~used, sa.func.coalesce(_links.c.checked, _links.c.due) < month)
    for some in _some(list(connection.scalars(sa.select(_links.c.id).where(unused)))):
        connection.execute(sa.delete(_checks).where(_checks.c.link_id.in_(some)))
        connection.execute(sa.delete(_links).where(_links.c.id.in_(some)))


def _some(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
