"""What the source says itself, in the form that the conventions of DCAT-AP.de want it in."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.repair.subject import Subject
from schemas import conventions
from schemas.proposals import Proposal

TITLES = {
    conventions.CODE: ("Wert aus der Codeliste", "Value of the code list"),
    conventions.TYPED: ("Angabe mit ihrem Datentyp", "Value with its datatype"),
    conventions.PUBLISHER: ("Herausgeber als Stelle mit Namen", "Publisher as an agent with a name"),
    conventions.LICENSE: ("Lizenz des Datensatzes an der Distribution", "Licence of the dataset on the distribution"),
    conventions.LEVEL: ("Ebene des Gebiets", "Level of the area"),
    conventions.ATTRIBUTION: ("Namensnennungstext", "Attribution text"),
    conventions.SERVICE: ("Angaben des Dienstes", "Details of the service"),
}


def propose(subject: Subject) -> Iterable[Proposal]:
    """Codes, types, publisher, licence and attribution as far as the record's own words give them."""
    return conventions.proposals(subject.dataset, subject.related)
