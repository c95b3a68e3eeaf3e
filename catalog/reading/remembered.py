"""Keeps what was made for a publication number, which never changes, until enough else was asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Remembered:
    """The last ``size`` values by their key. Safe for several threads; two may make the same value at once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """The value of a key, or None."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: Hashable, value: Any) -> None:
        """Keeps a value; the one that was not asked for the longest may go."""
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made if it is not there."""
        found: T | None = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found
