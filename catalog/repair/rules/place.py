"""The place that the data speak of: the box of the file's coordinates, else the municipality whose source it is."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.repair.subject import Subject
from harvesters.mapping.places import box_of
from schemas import geocoding
from schemas.model import Location, iri_of
from schemas.proposals import Proposal, stated
from schemas.vocabularies import LISTS, find_geocoding_level

SPATIAL, LEVEL = "spatial", "geocoding-level"
TITLES = {SPATIAL: ("Ort der Daten", "Place of the data"), LEVEL: ("Verwaltungsebene", "Level of government")}


def propose(subject: Subject) -> Iterator[Proposal]:
    """Place and level of a dataset that states none."""
    dataset, town = subject.dataset, subject.municipality
    code = LISTS["municipality-key"].by_code(town.ags) if town is not None else None
    if not dataset.spatial:
        boxes = [file.look.box for file in subject.files if file.look is not None and file.look.box is not None]
        if boxes:
            west, south, east, north = (
                *(min(b[0] for b in boxes), min(b[1] for b in boxes)),
                *(max(b[2] for b in boxes), max(b[3] for b in boxes)),
            )
            named = f"{west:.3f}, {south:.3f}, {east:.3f}, {north:.3f}"
            yield Proposal(
                rule=SPATIAL,
                attribute="spatial",
                values=(box_of(west, south, east, north),),
                certainty=90,
                evidence_de=f"Die Koordinaten der Datei liegen zwischen {named} (West, Süd, Ost, Nord).",
                evidence_en=f"The file's coordinates lie within {named} (west, south, east, north).",
            )
        elif code is not None and town is not None:
            yield Proposal(
                rule=SPATIAL,
                attribute="spatial",
                values=(Location(iri=code.iri),),
                certainty=70,
                evidence_de=f"Die Quelle ist die der {town.name} (AGS {town.ags}); die Daten nennen keinen anderen Ort.",
                evidence_en=f"The source is that of {town.name} (AGS {town.ags}); the data name no other place.",
            )
    level = find_geocoding_level("Gemeinde")
    areas = (iri for value in (*dataset.political_geocoding, *dataset.spatial) if (iri := iri_of(value)))
    if stated(dataset, "political_geocoding_level") or geocoding.levels_of(areas):
        return  # the keys of its area say it better
    if level is not None and code is not None and town is not None:
        yield Proposal(
            rule=LEVEL,
            attribute="political_geocoding_level",
            values=(level.iri,),
            certainty=70,
            evidence_de=f"Herausgegeben für die Quelle der {town.name}, einer Gemeinde.",
            evidence_en=f"Published for the source of {town.name}, a municipality.",
        )
