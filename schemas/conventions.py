"""What the conventions of DCAT-AP.de want otherwise than a source says it, proposed from what the source itself says.

An RDF source's statements go out as they came (DESIGN 3); where its own words hold the value that a convention demands, as an
IRI of another list, a date without its type, a publisher written as text, the record is better with the proposal and says
nothing new. Konventionenhandbuch 2.0 (K…), DCAT-AP.de 3.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from schemas.dcat import TABLE_OF, Row
from schemas.endpoints import description_of
from schemas.kinds import DATATYPES, Kind, Literal, date
from schemas.model import Agent, DataService, Dataset, Distribution, Resource, Value, iri_of, text
from schemas.namespaces import DCTERMS, RDFS, SKOS
from schemas.proposals import Proposal, name_of
from schemas.validation import fits
from schemas.validation import name_of as property_name
from schemas.vocabularies import (
    LISTS,
    Code,
    find_access_right,
    find_availability,
    find_checksum_algorithm,
    find_file_type,
    find_frequency,
    find_geocoding_level,
    find_language,
    find_license,
    find_media_type,
    find_publisher_type,
    find_status,
    find_theme,
    needs_attribution,
)

CODE, TYPED, PUBLISHER = "code-of-the-list", "typed-literal", "publisher-described"
ATTRIBUTION, LICENSE, SERVICE = "attribution-text", "license-of-the-dataset", "service-completed"
SAME_MEANING, SAME_WORDS, BY_NAME = 95, 99, 60

_FIND: dict[str, Callable[[str], Code | None]] = {
    "access-right": find_access_right,
    "checksum-algorithm": find_checksum_algorithm,
    "distribution-status": find_status,
    "file-type": find_file_type,
    "frequency": find_frequency,
    "geocoding-level": find_geocoding_level,
    "language": find_language,
    "license": find_license,
    "media-type": find_media_type,
    "planned-availability": find_availability,
    "publisher-type": find_publisher_type,
}
_LABELS = (str(SKOS.prefLabel), str(RDFS.label))


def proposals(dataset: Dataset, related: Iterable[Resource] = ()) -> Iterator[Proposal]:
    """What a dataset, its distributions and its services (of ``related``) would be by the conventions."""
    related = tuple(related)
    for row in TABLE_OF[Dataset].rows:
        yield from _of_row(dataset, row, "", None)
    yield from _publisher(dataset)
    for distribution in dataset.distribution:
        if isinstance(distribution, Distribution):
            part = name_of(distribution)
            for row in TABLE_OF[Distribution].rows:
                yield from _of_row(distribution, row, "distribution.", part)
            yield from _license(dataset, distribution, part)
            yield from _attribution(dataset, distribution, part, related)
    for each in related:
        if isinstance(each, DataService) and each.iri is not None:
            yield from _service(each, dataset)


def _of_row(record: Resource, row: Row, prefix: str, part: str | None) -> Iterator[Proposal]:
    values: tuple[Value, ...] = getattr(record, row.attribute)
    if not values:
        return
    name = property_name(str(row.property))
    if row.vocabulary is not None:
        better = tuple(dict.fromkeys(found for value in values for found in _of_list(value, row.vocabulary)))
        if better != values:
            said = ", ".join(f"„{_shown(value)}“" for value in values if value not in better)
            meant = ", ".join(_label(value, row.vocabulary) for value in better if value not in values)
            yield Proposal(
                rule=CODE,
                attribute=prefix + row.attribute,
                values=better,
                adds=False,
                part=part,
                certainty=SAME_MEANING,
                evidence_de=f"{name} ist an der Quelle {said}; in der Codeliste, die DCAT-AP.de verlangt, ist das {meant}.",
                evidence_en=f"{name} is {said} at the source; in the code list that DCAT-AP.de demands that is {meant}.",
            )
    elif row.kind in DATATYPES:
        typed = tuple(_typed(value, row.kind) if isinstance(value, Literal) else value for value in values)
        if typed != values:
            shown = ", ".join(f"„{_shown(value)}“" for value in values)
            yield Proposal(
                rule=TYPED,
                attribute=prefix + row.attribute,
                values=typed,
                adds=False,
                part=part,
                certainty=SAME_WORDS,
                evidence_de=f"Die Quelle gibt {name} als {shown} an, ohne den verlangten Datentyp.",
                evidence_en=f"The source gives {name} as {shown}, without the datatype that is demanded.",
            )


def _of_list(value: Value, name: str) -> tuple[Value, ...]:
    """The value in the terms of a list: itself where it is of the list or means none of it for certain."""
    if isinstance(value, Literal):
        return (value,)
    own = iri_of(value)
    if own is not None and own in LISTS[name]:
        return (value,)
    for said in _said(value):
        if name == "data-theme":
            if codes := find_theme(said):
                return tuple(code.iri for code in codes)
        elif code := _finder(name)(said):
            return (code.iri,)
    return (value,)


def _said(value: str | Resource) -> Iterator[str]:
    if own := iri_of(value):
        yield own
    if isinstance(value, Resource):
        for label in getattr(value, "pref_label", ()) or getattr(value, "title", ()) or getattr(value, "label", ()):
            yield label.text
        for path, label in value.extra:
            if path in _LABELS and isinstance(label, Literal):
                yield label.text


@cache
def _finder(name: str) -> Callable[[str], Code | None]:
    return _FIND.get(name) or LISTS[name].find


def _label(value: Value, name: str) -> str:
    iri = iri_of(value) if not isinstance(value, Literal) else None
    code = LISTS[name].by_iri(iri) if iri else None
    return f"{code.de or code.en or code.code} ({code.code})" if code else _shown(value)


def _shown(value: Value) -> str:
    if isinstance(value, Literal):
        return value.text[:80]
    return (iri_of(value) or next(_said(value), "") or "…")[:120]


def _typed(value: Literal, kind: Kind) -> Literal:
    """The literal with the datatype of its kind, where its own words are a value of it; else unchanged."""
    if value.lang or fits(value, kind):
        return value
    if kind is Kind.DATE:
        return date(value.text) or value
    words = value.text.strip()
    if kind is Kind.INTEGER:
        words = words.removesuffix(".0")  # DCAT 2 gave byte sizes as xsd:decimal
    better = Literal(words, None, next(iter(DATATYPES[kind])))
    return better if fits(better, kind) else value


def _publisher(dataset: Dataset) -> Iterator[Proposal]:
    """A publisher that stands there as text, or as an agent under a label instead of a name (K36)."""
    said = [value for path, value in dataset.extra if path == str(DCTERMS.publisher) and isinstance(value, Literal)]
    if dataset.publisher:
        agent = dataset.publisher[0]
        if len(dataset.publisher) > 1 or not isinstance(agent, Agent) or agent.name or agent.iri:
            return
        said = [value for path, value in agent.extra if path in _LABELS and isinstance(value, Literal)]
    if said:
        yield Proposal(
            rule=PUBLISHER,
            attribute="publisher",
            values=(Agent(name=(said[0],)),),
            adds=False,
            certainty=SAME_MEANING,
            evidence_de=f"Die Quelle nennt „{said[0].text}“ als Herausgeber, aber nicht als Stelle mit Namen (K36).",
            evidence_en=f"The source names “{said[0].text}” as publisher, but not as an agent with a name (K36).",
        )


def _license(dataset: Dataset, distribution: Distribution, part: str | None) -> Iterator[Proposal]:
    """The dataset's licence for a distribution without one: at GovData only that of the distribution counts (K32)."""
    given = [value for path, value in dataset.extra if path == str(DCTERMS.license)]
    codes = {code for value in given for said in _words(value) if (code := find_license(said))}
    if distribution.license or len(codes) != 1:
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


def _words(value: Value) -> Iterator[str]:
    if isinstance(value, Literal):
        yield value.text
    else:
        yield from _said(value)


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
