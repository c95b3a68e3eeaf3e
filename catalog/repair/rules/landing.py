"""The page that a dataset was found on, as its landing page."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.repair.subject import Subject
from schemas.kinds import is_web
from schemas.proposals import Proposal

LANDING = "landing-page"
TITLES = {LANDING: ("Internetseite zum Datensatz", "Landing page of the dataset")}


def propose(subject: Subject) -> Iterator[Proposal]:
    """The landing page of a dataset that was read from a page and names none."""
    if subject.dataset.landing_page:
        return
    address, _ = subject.page()
    if address and is_web(address):
        yield Proposal(
            rule=LANDING,
            attribute="landing_page",
            values=(address,),
            certainty=85,
            evidence_de=f"Der Datensatz wurde auf der Seite {address} gefunden.",
            evidence_en=f"The dataset was found on the page {address}.",
        )
