"""Which office answers: the contact of the dataset, else the municipality's, else the region's."""

from __future__ import annotations

from typing import NamedTuple

from catalog.feedback.letters import address
from schemas.model import ContactPoint, Dataset, iri_of, text
from schemas.region import Municipality, Region


class Office(NamedTuple):
    """Who answers: a name to show, and the mailbox."""

    name: str
    email: str


def office(region: Region, record: Dataset | None, municipality: Municipality | None, language: str = "de") -> Office:
    """The office for a letter about a dataset, a municipality, or neither.

    A contact whose mailbox could not stand in a mail's header is passed over.
    """
    for contact in record.contact_point if record else ():
        if isinstance(contact, ContactPoint):
            for iri in map(iri_of, contact.has_email):
                if iri and (mailbox := address(iri)):
                    return Office(text(contact.fn, language) or mailbox, mailbox)
    if municipality is not None and municipality.email and (mailbox := address(municipality.email)):
        return Office(municipality.name, mailbox)
    return Office(region.publisher.name, region.publisher.email)
