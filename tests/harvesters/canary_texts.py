"""What the canary records share: a walk, texts as clerks write them, and how a person is put into XML."""

from __future__ import annotations

from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from harvesters.reading import Context, Native
from tests.harvesters import source_walks
from tests.harvesters.canaries import Person

OFFICE = "Bauamt"
MAILBOX = "bauamt@example.org"


class Walk(NamedTuple):
    """Natives for a reader, with what it may know of its source, and what must stand in the outcome all the same."""

    reader: str
    context: Context
    natives: list[Native]
    stays: tuple[str, ...] = (OFFICE,)


def walk(
    reader: str,
    natives: list[Native],
    *stays: str,
    protocol: str = "",
    options: dict[str, Any] | None = None,
    **source: Any,
) -> Walk:
    """A walk of natives through the pipeline; ``source`` are further settings of the source."""
    where = source_walks.context(protocol or reader, "https://www.example.org/daten", options, **source)
    return Walk(reader, where, natives, stays or (OFFICE,))


def free_text(person: Person) -> str:
    """A text as clerks write it."""
    return (
        f"Messwerte. Ansprechpartner: {person.plain}, Tel. {person.phone}, {person.mail}. "
        f"Fragen an Frau {person.plain} oder Frau {person.surname} (Durchwahl {person.number + 11})."
    )


def in_xml(person: Person) -> dict[str, str]:
    """The parts of a person as XML texts, for ``str.format``."""
    parts = {
        "name": person.name,
        "plain": person.plain,
        "reversed": f"{person.surname}, {person.given}",
        "surname": person.surname,
        "given": person.given,
        "mail": person.mail,
        "phone": person.phone,
        "text": free_text(person),
        "office": OFFICE,
        "mailbox": MAILBOX,
    }
    return {key: escape(value, {'"': "&quot;"}) for key, value in parts.items()}
