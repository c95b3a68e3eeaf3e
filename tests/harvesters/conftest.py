"""What tests of spiders share: a process that crawls, and a portal's interface that a test answers for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls
from tests.harvesters.portal_server import Answers, PortalServer


@pytest.fixture(scope="module")
def crawls() -> Iterator[Crawls]:
    """A process that crawls for one test file."""
    running = Crawls()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def portal_server() -> Iterator[PortalServer]:
    """A portal's interface; ``begin`` says who answers."""
    with PortalServer() as running:
        yield running


@pytest.fixture
def harvest(request: pytest.FixtureRequest, crawls: Crawls, portal_server: PortalServer) -> Callable[..., Run]:
    """Harvests the portal that a function answers for, in the test file's ``PROTOCOL``."""

    def run(answer: Answers, path: str = "/", **wishes: Any) -> Run:
        portal_server.begin(answer)
        return crawls.crawl(request.module.PROTOCOL, f"{portal_server.url}{path}", **wishes)

    return run
