"""The set of hashes that spiders remember records by."""

from __future__ import annotations

import tracemalloc
from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from harvesters.marks import Marks

# Of one kind each, as spiders use them: Python's hash of 0 is that of an empty text.
KINDS = (st.integers(0, 1 << 60), st.text(), st.binary(), st.tuples(st.integers(0, 3), st.integers(0, 3)))


@given(st.one_of(*map(st.lists, KINDS)))
def test_it_answers_as_a_set(values: list[Hashable]) -> None:
    marks, known = Marks(), set[Hashable]()
    for value in values:
        assert (value in marks) == (value in known)
        assert marks.add(value) == (value not in known)
        known.add(value)
        assert value in marks
        assert len(marks) == len(known)


def test_it_grows_and_forgets() -> None:
    marks = Marks(range(10_000))
    assert len(marks) == 10_000
    assert all(number in marks for number in range(10_000))
    assert not any(number in marks for number in range(10_000, 14_000))
    marks.clear()
    assert len(marks) == 0
    assert 1 not in marks


def test_a_mark_takes_few_bytes() -> None:
    tracemalloc.start()
    try:
        marks = Marks(map(str, range(50_000)))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(marks) == 50_000
    assert taken / 50_000 < 30
