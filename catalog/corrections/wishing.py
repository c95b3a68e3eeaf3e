"""What a steward types at the command, as wishes: which property of which file, joined with what is there, free of persons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.corrections import kept, rewriting, values
from catalog.corrections.publication import Wish
from catalog.forgetting import register
from catalog.reading.entries import Entry
from catalog.store import Store
from harvesters.reading import Context
from schemas import corrections
from schemas.corrections import NotCorrectable
from schemas.model import Dataset, Distribution, Resource
from schemas.region import Region


@dataclass(frozen=True, slots=True)
class Said:
    """What was typed. ``texts`` None: the source's value again; ``files`` none: every file of the record."""

    attribute: str
    texts: tuple[str, ...] | None
    files: tuple[str, ...] = ()
    lang: str = ""
    adds: bool = False
    because: str = ""


def wishes(region: Region, entry: Entry, said: Said) -> list[Wish]:
    """The wishes about one record. Raises NotCorrectable, which says what is allowed."""
    store = Store(region)
    try:
        with store.engine.connect() as connection:
            found = rewriting.current_of(connection, [entry.key], store.number())
            in_force = kept.in_force(connection, [entry.key], store.number()).get(entry.key, ())
        if not found:
            raise NotCorrectable(f"Eintrag {entry.slug} ist nicht öffentlich", "the record is not public")
        present = rewriting.typed(entry.kind, entry.iri, entry.packed)
        source = rewriting.source_record(found[0].staged, in_force)
        context = _context(region, entry, store)
    finally:
        store.close()
    corrections.property_of(type(source), said.attribute)
    if said.texts is None:
        return _taken_back(entry.key, said, source, in_force)
    typed = values.typed(type(source), said.attribute, said.texts, context, said.lang or context.source.language)
    made = []
    for names in _places(said, source):
        there = corrections.statements_of(present, said.attribute, names) if said.adds else ""
        kept_values = corrections.values_of(type(source), said.attribute, there or "")
        joined = dict.fromkeys((*kept_values, *typed.values))
        value = corrections.statements(type(source), said.attribute, joined)
        value = corrections.with_companions(value, typed.companions)
        values.refuse_persons(source, said.attribute, names, value, context)
        made.append(Wish(entry.key, said.attribute, value, names, evidence_de=said.because, evidence_en=said.because))
    return made


def _places(said: Said, source: Resource) -> Iterator[tuple[str, ...]]:
    if not said.attribute.startswith("distribution."):
        if said.files:
            raise NotCorrectable(
                f"--file: {said.attribute} ist eine Angabe des Eintrags; für die Datei: distribution.{said.attribute}",
                "a property of the record, not of a file",
            )
        yield ()
        return
    assert isinstance(source, Dataset)
    own = [each for each in source.distribution if isinstance(each, Distribution)]
    if not own:
        raise NotCorrectable("Der Eintrag hat keine Datei", "the record has no file")
    if not said.files:
        for each in own:
            yield tuple(filter(None, corrections.part_names(source, each)))
    for name in said.files:
        part = corrections.part_of(source, (name,))
        if part is None:
            there = ", ".join(corrections.part_names(source, each)[0] for each in own[:10])
            raise NotCorrectable(
                f"--file: Der Eintrag hat keine Datei {name}; es gibt: {there}", "the record has no such file"
            )
        yield tuple(filter(None, corrections.part_names(source, part)))


def _taken_back(key: str, said: Said, source: Resource, in_force: Sequence[corrections.Correction]) -> list[Wish]:
    own = [each for each in in_force if each.attribute == said.attribute]
    if said.files:
        wanted = [corrections.part_of(source, (name,)) for name in said.files]
        own = [
            each
            for each in own
            if set(each.names) & set(said.files)
            or any(part is not None and corrections.part_of(source, each.names) is part for part in wanted)
        ]
    if not own:
        corrected = ", ".join(sorted({each.attribute for each in in_force})) or "–"
        raise NotCorrectable(f"{said.attribute} ist nicht korrigiert; korrigiert: {corrected}", "it is not corrected")
    return [Wish(key, said.attribute, None, each.names) for each in own]


def _context(region: Region, entry: Entry, store: Store) -> Context:
    source = next((each for each in region.sources if each.key == entry.source_key), None)
    municipality = region.municipality(source.municipality) if source else None
    if source is None or municipality is None:
        raise NotCorrectable(
            f"Die Quelle {entry.source_key} des Eintrags ist nicht mehr eingerichtet",
            "its source is no longer configured",
        )
    return Context(region, source, municipality, None, register.forgotten(store.engine))
