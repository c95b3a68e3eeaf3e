"""How often the hosts of strangers may be asked in a day, and at how many of their ports (F38)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from catalog.links import book
from schemas.addresses import listed

# So many addresses of a host are asked in a day, and so many of its ports; our own hosts are exempt.
A_DAY = 300
PORTS_A_DAY = 2


class Budget:
    """What may still be asked today. What was asked within a day before ``now``, also by way of redirects, counts."""

    def __init__(self, engine: sa.Engine, allowed_hosts: Sequence[str], now: datetime, a_day: int = A_DAY) -> None:
        self._engine = engine
        self._allowed_hosts = allowed_hosts
        self._since = now - timedelta(days=1)
        self._a_day = a_day
        self._known: set[str] = set()
        self._asked: Counter[str] = Counter()
        self._ports: defaultdict[str, set[int]] = defaultdict(set)

    def learn(self, hosts: Collection[str]) -> None:
        """Looks up what some hosts were asked; :meth:`take` does so by itself, for one host after another."""
        unknown = {host for host in hosts if host and not self._is_ours(host)} - self._known
        if not unknown:
            return
        self._known |= unknown
        with self._engine.connect() as connection:
            asked = book.asked_lately(connection, unknown, self._since)
        for (host, port), number in asked.items():
            self._asked[host] += number
            self._ports[host].add(port)

    def take(self, host: str, port: int) -> bool:
        """Whether a port of a host may be asked once more today; counts it if so."""
        if not host or self._is_ours(host):
            return True
        self.learn((host,))
        ports = self._ports[host]
        if self._asked[host] >= self._a_day or (port not in ports and len(ports) >= PORTS_A_DAY):
            return False
        self._asked[host] += 1
        ports.add(port)
        return True

    def _is_ours(self, host: str) -> bool:
        return listed(host, self._allowed_hosts)
