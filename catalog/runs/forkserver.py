"""The server that runs are forked from: it loads the harvester once, while the command loads what is its own."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["catalog.harvest", "catalog.runs.pool"])


def start() -> None:
    """Starts the server if it is not there; returns at once."""
    forkserver.ensure_running()
