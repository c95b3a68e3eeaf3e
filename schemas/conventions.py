"""What the conventions of DCAT-AP.de want otherwise than a source says it, proposed from what the source itself says.

An RDF source's statements go out as they came (DESIGN 3); where its own words hold the value that a convention demands, as an
IRI of another list, a date without its type, a publisher written as text, the record is better with the proposal and says
nothing new. Konventionenhandbuch 2.0 (K…), DCAT-AP.de 3.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemas import geocoding, restating
from schemas.class_tables import Row
from schemas.dcat import TABLE_OF
from schemas.endpoints import description_of
from schemas.kinds import DATATYPES, Literal
from schemas.model import Agent, DataService, Dataset, Distribution, Resource, Value, iri_of, text
from schemas.namespaces import DCTERMS
from schemas.proposals import Proposal, name_of, stated
from schemas.restating import LABELS, said_of
from schemas.validation import name_of as property_name
from schemas.vocabularies import LISTS, find_license, needs_attribution

CODE, TYPED, PUBLISHER, LEVEL = "code-of-the-list", "typed-literal", "publisher-described", "level-of-the-key"
ATTRIBUTION, LICENSE, SERVICE = "attribution-text", "license-of-the-dataset", "service-completed"
SAME_MEANING, SAME_WORDS, BY_NAME, CONTRADICTED = 95, 99, 60, 70


def proposals(dataset: Dataset, related: Iterable[Resource] = ()) -> Iterator[Proposal]:
    """What a dataset, its distributions and the records of ``related`` would be by the conventions."""
    related = tuple(related)
    yield from _of_rows(dataset)
    yield from _publisher(dataset)
    yield from _level(dataset)
    for distribution in dataset.distribution:
        if isinstance(distribution, Distribution):
            part = name_of(distribution)
            for proposal in _of_rows(distribution):
                yield replace(proposal, attribute=f"distribution.{proposal.attribute}", part=part)
            yield from _license(dataset, distribution, part)
            yield from _attribution(dataset, distribution, part, related)
    for each in related:
        if each.iri is not None and type(each) in TABLE_OF:
            for proposal in _of_rows(each):
                yield replace(proposal, record=each.iri)
            if isinstance(each, DataService):
                yield from _service(each, dataset)


def _of_rows(record: Resource) -> Iterator[Proposal]:
    """Each property of a record whose own words are a value in the form that its row demands."""
    for row in TABLE_OF[type(record)].rows:
        if not row.attribute:
            continue
        values, better = stated(record, row.attribute), restating.restated(record, row)
        if better == values:
            continue
        if row.vocabulary is not None:
            rule, certainty, (de, en) = CODE, SAME_MEANING, _of_list(row, values, better)
        elif row.kind in DATATYPES:
            rule, certainty, (de, en) = TYPED, SAME_WORDS, _untyped(row, values)
        else:
            inner = [each for value in values if isinstance(value, Resource) for each in restating.changes(value)]
            coded = any(each.row.vocabulary for each in inner)
            rule, certainty = (CODE, SAME_MEANING) if coded else (TYPED, SAME_WORDS)
            of_list = (_of_list(*each) if each.row.vocabulary else _untyped(each.row, each.said) for each in inner)
            de, en = (" ".join(dict.fromkeys(said)) for said in zip(*of_list, strict=True))
        yield Proposal(
            rule=rule,
            attribute=row.attribute,
            values=better,
            adds=False,
            certainty=certainty,
            evidence_de=de,
            evidence_en=en,
        )


def _of_list(row: Row, values: tuple[Value, ...], better: tuple[Value, ...]) -> tuple[str, str]:
    name, listed = property_name(str(row.property)), row.vocabulary or ""
    said = ", ".join(f"„{_shown(value)}“" for value in values if value not in better)
    # A value that stood beside its own code says nothing more than the code.
    meant = ", ".join(
        _label(value, listed) for value in (better if len(better) < len(values) else _new(values, better))
    )
    return (
        f"{name} ist an der Quelle {said}; in der Codeliste, die DCAT-AP.de verlangt, ist das {meant}.",
        f"{name} is {said} at the source; in the code list that DCAT-AP.de demands that is {meant}.",
    )


def _new(values: tuple[Value, ...], better: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(value for value in better if value not in values)


def _untyped(row: Row, values: tuple[Value, ...]) -> tuple[str, str]:
    name, shown = property_name(str(row.property)), ", ".join(f"„{_shown(value)}“" for value in values)
    return (
        f"Die Quelle gibt {name} als {shown} an, ohne den verlangten Datentyp.",
        f"The source gives {name} as {shown}, without the datatype that is demanded.",
    )


def _label(value: Value, name: str) -> str:
    iri = iri_of(value) if not isinstance(value, Literal) else None
    code = LISTS[name].by_iri(iri) if iri else None
    return f"{code.de or code.en or code.code} ({code.code})" if code else _shown(value)


def _shown(value: Value) -> str:
    if isinstance(value, Literal):
        return value.text[:80]
    return (iri_of(value) or next(said_of(value), "") or "…")[:120]


def _level(dataset: Dataset) -> Iterator[Proposal]:
    """The level of the administrative units whose keys the dataset bears (K09), where another or none is stated."""
    areas = [iri for value in (*dataset.political_geocoding, *dataset.spatial) if (iri := iri_of(value))]
    said = stated(dataset, "political_geocoding_level")
    # Beside a level that is stated, a whole country may be named for its context; a key says what the data are about.
    levels = geocoding.levels_of(area for area in areas if not said or geocoding.is_key(area))
    known = {iri_of(value) for value in restating.restated(dataset, _LEVELS) if not isinstance(value, Literal)}
    lacking = tuple(level for level in levels if level not in known)
    if not lacking:
        return
    keys = ", ".join(iri for iri in areas if geocoding.level_of(iri) in lacking)
    meant = ", ".join(_label(level, "geocoding-level") for level in lacking)
    wrong = ", ".join(f"„{_shown(value)}“" for value in said)
    yield Proposal(
        rule=LEVEL,
        attribute="political_geocoding_level",
        values=lacking,
        # A level that no key of the dataset is of is wrong beside one that all are of.
        adds=bool(known.intersection(levels)),
        certainty=CONTRADICTED if wrong else SAME_MEANING,
        evidence_de=f"Die Quelle nennt das Gebiet {keys}; dessen Ebene ist {meant}"
        + (f", nicht {wrong} (K09)." if wrong else " (K09)."),
        evidence_en=f"The source names the area {keys}; its level is {meant}"
        + (f", not {wrong} (K09)." if wrong else " (K09)."),
    )


_LEVELS = next(row for row in TABLE_OF[Dataset].rows if row.attribute == "political_geocoding_level")


def _publisher(dataset: Dataset) -> Iterator[Proposal]:
    """A publisher that stands there as text, or as an agent under a label instead of a name (K36)."""
    said = [value for path, value in dataset.extra if path == str(DCTERMS.publisher) and isinstance(value, Literal)]
    described = Agent()
    if dataset.publisher:
        agent = dataset.publisher[0]
        if len(dataset.publisher) > 1 or not isinstance(agent, Agent) or agent.name or agent.iri:
            return
        said = [value for path, value in agent.extra if path in LABELS and isinstance(value, Literal)]
        whole = restating.whole(agent)
        described = whole if isinstance(whole, Agent) else agent
    if said:
        unnamed = tuple(each for each in described.extra if each[0] not in LABELS)
        yield Proposal(
            rule=PUBLISHER,
            attribute="publisher",
            values=(replace(described, name=(said[0],), extra=unnamed),),
            adds=False,
            # Before what is only put otherwise in the same place.
            certainty=SAME_MEANING + 1,
            evidence_de=f"Die Quelle nennt „{said[0].text}“ als Herausgeber, aber nicht als Stelle mit Namen (K36).",
            evidence_en=f"The source names “{said[0].text}” as publisher, but not as an agent with a name (K36).",
        )


def _license(dataset: Dataset, distribution: Distribution, part: str | None) -> Iterator[Proposal]:
    """The dataset's licence for a distribution without one: at GovData only that of the distribution counts (K32)."""
    given = [value for path, value in dataset.extra if path == str(DCTERMS.license)]
    codes = {code for value in given for said in said_of(value) if (code := find_license(said))}
    if stated(distribution, "license") or len(codes) != 1:
        return
    (code,) = codes
    yield Proposal(
        rule=LICENSE,
        attribute="distribution.license",
        values=(code.iri,),
        part=part,
        certainty=SAME_MEANING,
        evidence_de=f"Die Quelle nennt die Lizenz „{_shown(given[0])}“ am Datensatz, nicht an der Distribution (K32).",
        evidence_en=f"The source states the licence “{_shown(given[0])}” on the dataset, not on the distribution (K32).",
    )


def _attribution(
    dataset: Dataset, distribution: Distribution, part: str | None, related: tuple[Resource, ...]
) -> Iterator[Proposal]:
    """The publisher's name where the licence demands one and the source says no other words (K35)."""
    licenses = [iri for iri in map(iri_of, distribution.license) if iri]
    if distribution.license_attribution or not any(map(needs_attribution, licenses)):
        return
    stated = {
        value
        for each in dataset.distribution
        if isinstance(each, Distribution) and each.license == distribution.license
        for value in each.license_attribution
    }
    if len(stated) == 1:
        values, certainty = tuple(stated), 85
        de = "An den anderen Distributionen mit derselben Lizenz steht dieser Namensnennungstext."
        en = "The other distributions under the same licence bear this attribution text."
    else:
        described = {each.iri: each for each in related if isinstance(each, Agent)}
        agents = [described.get(value) if isinstance(value, str) else value for value in dataset.publisher]
        names = [text(agent.name) for agent in agents if isinstance(agent, Agent) and agent.name]
        if len(names) != 1:
            return
        values, certainty = (Literal(names[0], "de"),), BY_NAME
        de = f"Die Lizenz verlangt, den Datenbereitsteller zu nennen; Herausgeber ist „{names[0]}“."
        en = f"The licence demands that the provider be named; the publisher is “{names[0]}”."
    yield Proposal(
        rule=ATTRIBUTION,
        attribute="distribution.license_attribution",
        values=values,
        part=part,
        certainty=certainty,
        evidence_de=f"{de} (K35)",
        evidence_en=f"{en} (K35)",
    )


def _service(service: DataService, dataset: Dataset) -> Iterator[Proposal]:
    """The licence of the data that a service delivers (K32), and where it describes itself."""
    forms = [form for form in dataset.distribution if isinstance(form, Distribution)]
    own = [form for form in forms if service.iri in map(iri_of, form.access_service)]
    licenses = {form.license for form in own}
    if not service.license and len(licenses) == 1 and (shared := licenses.pop()):
        yield Proposal(
            rule=SERVICE,
            attribute="license",
            values=shared,
            record=service.iri,
            certainty=85,
            evidence_de="Die Distributionen, die der Dienst ausliefert, tragen alle diese Lizenz; er hat dieselbe (K32).",
            evidence_en="The distributions that the service delivers all bear this licence; it has the same (K32).",
        )
    if own and not service.endpoint_description and (address := description_of(service)):
        yield Proposal(
            rule=SERVICE,
            attribute="endpoint_description",
            values=(address,),
            record=service.iri,
            certainty=85,
            evidence_de=f"Ein Dienst dieser Art beschreibt sich selbst unter {address}.",
            evidence_en=f"A service of this kind describes itself at {address}.",
        )
