"""What has come from a CKAN portal in a run: what came before, what is missing, whether the list changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harvesters.marks import Marks


class Tally:
    """Counts entries by what they hold, for portals deliver packages twice and under one id (F08); keeps hashes only.

    ``totals`` are the counts that answers stated, in order; ``names`` are those that a portal's list of names holds,
    ``met`` the names and ids of the packages that came since.
    """

    def __init__(self) -> None:
        self.totals: dict[int, None] = {}
        self.names: dict[str, None] = {}
        self.met = Marks()
        self._ids = Marks()
        self._entries = Marks()
        self._pages = Marks()
        self._unchanged = 0

    @property
    def came(self) -> int:
        """How many entries came, those that the portal called unchanged included."""
        return len(self._entries) + self._unchanged

    @property
    def is_unsteady(self) -> bool:
        """Whether the portal stated different counts in one run (F16)."""
        return len(self.totals) > 1

    def is_repeated(self, entries: Sequence[int]) -> bool:
        """Whether a page with entries of these hashes came before in this pass; remembers it."""
        return not self._pages.add(tuple(entries)) and bool(entries)

    def is_fresh(self, entry: int) -> bool:
        """Whether an entry of this hash comes for the first time; remembers it."""
        return self._entries.add(entry)

    def is_known(self, identity: str) -> bool:
        """Whether a package of this id came before; remembers it."""
        return not self._ids.add(identity) and bool(identity)

    def add_unchanged(self, identities: Sequence[str]) -> None:
        """Enters the packages of a page that did not change since the last run."""
        self._unchanged += len(identities)
        self._ids.update(identities)

    def add_names(self, names: Iterable[str]) -> bool:
        """Enters names of the portal's list; whether a new one was among them."""
        before = len(self.names)
        self.names.update(dict.fromkeys(names))
        return len(self.names) > before

    def begin_again(self) -> None:
        """Begins a second pass: its pages may equal those of the first."""
        self._pages.clear()
