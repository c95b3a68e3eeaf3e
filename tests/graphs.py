"""Compares statements whatever their blank nodes are called (RDFC-1.0)."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph


def canonical(lines: Iterable[str]) -> list[str]:
    """N-Triples lines, sorted, with canonical blank-node labels."""
    text = "".join(f"{line}\n" for line in lines)
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES, lenient=True))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(str(quad) for quad in dataset)
