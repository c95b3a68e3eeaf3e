"""Which pages of a site are visited, and in which order: within its domain, each once, no endless calendars (F12, F13)."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from harvesters.guards.destinations import origin, same_domain
from harvesters.guards.exceptions import RequestRefused
from harvesters.website.link_texts import stable_url

# So many pages whose addresses differ in numbers only are visited: an archive, not a calendar without end.
MOST_ALIKE = 40
# So many forms of one address that differ in their query only.
MOST_QUERIES = 25
_NUMBERS = re.compile(r"\d+|[0-9a-f]{16,}")
_LEAST_KEPT = 2_000


class Visit(NamedTuple):
    """A page to be visited, and how many links lead to it from the start."""

    url: str
    depth: int


class Frontier:
    """The pages still to be visited, nearest first; gives at most ``most`` of them.

    ``passed_over`` counts addresses left out because many like them were taken.
    """

    def __init__(self, start: str, most: int, depth: int, allow: Sequence[str] = (), deny: Sequence[str] = ()) -> None:
        self.start = origin(start)
        self.most = most
        self.depth = depth
        self.given = 0
        self.passed_over = 0
        self._allow = tuple(allow)
        self._deny = tuple(deny)
        self._heap: list[tuple[int, int, str]] = []
        self._seen: set[str] = set()
        self._alike: Counter[str] = Counter()
        self._queries: Counter[str] = Counter()
        self._keep = max(_LEAST_KEPT, most * 50)

    def __len__(self) -> int:
        return len(self._heap)

    def covers(self, url: str) -> bool:
        """Whether an address lies on the site and, where prefixes are given, below an allowed and no denied one."""
        try:
            there = origin(url)
        except RequestRefused:
            return False
        if not same_domain(self.start.host, there.host) or (
            there.port != self.start.port and {there.port, self.start.port} != {80, 443}
        ):
            return False
        path = unquote(urlsplit(url).path) or "/"
        if any(path.startswith(prefix) for prefix in self._deny):
            return False
        return not self._allow or any(path.startswith(prefix) for prefix in self._allow)

    def add(self, url: str, depth: int, later: bool = False) -> None:
        """Takes an address to be visited, unless it is known, lies elsewhere or too deep, or is one of too many alike."""
        url = stable_url(url)
        key = _key(url)
        if depth > self.depth or key in self._seen or len(self._seen) >= self._keep or not self.covers(url):
            return
        self._seen.add(key)
        bare = key.partition("?")[0]
        alike = _NUMBERS.sub("0", key)
        if alike != key:
            self._alike[alike] += 1
        if "?" in key:
            self._queries[bare] += 1
        if self._alike[alike] > MOST_ALIKE or self._queries[bare] > MOST_QUERIES:
            self.passed_over += 1
            return
        heapq.heappush(self._heap, (depth + (1 if later else 0), len(self._seen), url))

    def visited(self, url: str) -> bool:
        """Marks an address as visited under another one (a redirect's target, a canonical link); whether it was known."""
        key = _key(stable_url(url))
        known = key in self._seen
        self._seen.add(key)
        return known

    def next(self) -> Visit | None:
        """The next page; None if there is none or enough were given."""
        if not self._heap or self.given >= self.most:
            return None
        self.given += 1
        depth, _, url = heapq.heappop(self._heap)
        return Visit(url, depth)


def _key(url: str) -> str:
    parts = urlsplit(url)
    path = re.sub(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", "/", parts.path) or "/"
    host = (parts.hostname or "").removeprefix("www.")
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{host}:{parts.port or ''}{path}" + (f"?{query}" if query else "")
