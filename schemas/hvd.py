"""High-value datasets: which category a dataset may be of, with the evidence, and what follows once that is confirmed.

Commission Implementing Regulation (EU) 2023/138 names the datasets; DCAT-AP HVD 3.0.0 says how they are marked. Whether a
dataset is one is for its publisher to say: :func:`categories` proposes and sets nothing, :func:`completion` proposes what
the profile demands of a dataset that has a category.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from schemas.classes import HVD_LEGISLATION
from schemas.endpoints import description_of
from schemas.hvd_evidence import evidence
from schemas.model import ContactPoint, DataService, Dataset, DatasetSeries, Distribution, Resource, Value, iri_of
from schemas.proposals import Proposal, Unproposed, name_of
from schemas.vocabularies import LISTS

CATEGORY = "hvd-category"
LEGISLATION = "hvd-legislation"
CONTACT = "hvd-contact"
DOCUMENTATION = "hvd-documentation"
LICENSE = "hvd-service-license"
ENDPOINT_DESCRIPTION = "hvd-endpoint-description"
LEAST = 25
"""Below this certainty nothing is proposed."""
LICENSE_OPEN_ENOUGH = frozenset(
    {"cc-by/4.0", "cc-zero", "dl-zero-de/2.0", "dl-by-de/2.0", "ccpdm/1.0", "odcpddl", "officialWork"}
)
"""Codes of licences that the regulation's article 4(3) accepts: CC BY 4.0, CC0 or whatever restricts no more."""


def is_confirmed(record: Resource) -> bool:
    """Whether a record says itself that it is a high-value dataset: by the legislation or by a category."""
    return bool(getattr(record, "hvd_category", ())) or HVD_LEGISLATION in map(
        iri_of, getattr(record, "applicable_legislation", ())
    )


def categories(dataset: Dataset) -> tuple[Proposal, ...]:
    """A proposal for each HVD category that something points to and the dataset does not have.

    To confirm one is to say that the dataset falls under the regulation; then :func:`completion` says what follows.
    """
    there = {iri_of(value) for value in dataset.hvd_category}
    return tuple(
        Proposal(
            rule=CATEGORY,
            attribute="hvd_category",
            values=(each.category,),
            evidence_de=f"{each.de} Ob der Datensatz unter die Durchführungsverordnung (EU) 2023/138 fällt, entscheidet "
            "die Stelle, die ihn herausgibt.",
            evidence_en=f"{each.en} Whether the dataset falls under Implementing Regulation (EU) 2023/138 is for the body "
            "that publishes it to say.",
            certainty=each.certainty,
        )
        for each in evidence(dataset)
        if each.category not in there and each.certainty >= LEAST
    )


def completion(
    dataset: Dataset, related: Iterable[DataService | DatasetSeries] = (), confirmed: Iterable[str] = ()
) -> tuple[Proposal, ...]:
    """What DCAT-AP HVD 3.0.0 demands beyond the category, as far as it can be known, of a dataset that is confirmed.

    Takes the categories ``confirmed`` just now beside those that the dataset has, and the services and series
    (``related``) of which some are the dataset's own; gives proposals for the dataset, its distributions, the services
    that give access to it and its series. Gives none for a dataset that is not confirmed.
    """
    category = tuple(dict.fromkeys([*(iri for v in dataset.hvd_category if (iri := iri_of(v))), *confirmed]))
    if not category and not is_confirmed(dataset):
        return ()
    found = [*_legislation(dataset), *_lacking_categories(dataset, category)]
    if not dataset.contact_point and (contact := _contact_of(dataset, related)) is not None:
        found.append(contact)
    for distribution in dataset.distribution:
        if isinstance(distribution, Distribution):
            found += _of_distribution(distribution, dataset, category)
    for each in related:
        if isinstance(each, DataService) and _serves(each, dataset):
            found += [replace(p, record=each.iri) for p in _of_service(each, dataset, category)]
        elif isinstance(each, DatasetSeries) and each.iri in map(iri_of, dataset.in_series):
            own = (*_legislation(each), *_lacking_categories(each, category))
            found += [replace(proposal, record=each.iri) for proposal in own]
    return tuple(found)


def unproposed(dataset: Dataset, related: Iterable[DataService | DatasetSeries] = ()) -> tuple[Unproposed, ...]:
    """What DCAT-AP HVD 3.0.0 demands of a dataset that is confirmed, and only its publisher can provide: with the reason.

    Takes the services and series that it refers to; gives nothing for a dataset that is not confirmed.
    """
    if not is_confirmed(dataset):
        return ()
    forms = [form for form in dataset.distribution if isinstance(form, Distribution)]
    services = [each for each in related if isinstance(each, DataService) and _serves(each, dataset)]
    services += [each for form in forms for each in form.access_service if isinstance(each, DataService)]
    found = []
    if not services and not any(form.access_service for form in forms):
        found.append(_UNSERVED)
    if not dataset.distribution:
        found.append(_NO_BULK)
    if not dataset.contact_point and not any(service.contact_point for service in services):
        found.append(_NO_CONTACT)
    if any(not each.page and not _documentation(each, dataset, description_of(each)) for each in services):
        found.append(_NO_DOCUMENTATION)
    for form in forms:
        for iri in map(iri_of, form.license):
            if iri in LISTS["license"] and iri is not None and not is_open_enough(iri):
                found.append(_closed(iri, name_of(form)))
    return tuple(dict.fromkeys(found))


_UNSERVED = Unproposed(
    "distribution.access_service",
    "Hochwertige Datensätze brauchen einen Datendienst (API). Den kann nur die herausgebende Stelle einrichten.",
    "High-value datasets need a data service (API). Only the body that publishes them can set one up.",
)
_NO_BULK = Unproposed(
    "distribution",
    "Hochwertige Datensätze brauchen eine Datei zum Herunterladen. Die Quelle nennt keine.",
    "High-value datasets need a file to download. The source names none.",
)
_NO_CONTACT = Unproposed(
    "contact_point",
    "Hochwertige Datensätze brauchen eine Kontaktstelle. Weder Quelle noch Dienst nennen eine.",
    "High-value datasets need a contact point. Neither source nor service names one.",
)
_NO_DOCUMENTATION = Unproposed(
    "page",
    "Der Datendienst eines hochwertigen Datensatzes braucht eine Seite, die ihn erklärt. Die Quelle nennt keine.",
    "The data service of a high-value dataset needs a page that explains it. The source names none.",
)


def _closed(iri: str, part: str | None) -> Unproposed:
    code = iri.removeprefix(LISTS["license"].base)
    return Unproposed(
        "distribution.license",
        f"Die Lizenz {code} schränkt mehr ein, als die Verordnung erlaubt. Ändern darf sie nur, wer die Rechte hat.",
        f"The licence {code} restricts more than the regulation allows. Only who holds the rights may change it.",
        part,
    )


def is_open_enough(license_iri: str) -> bool:
    """Whether a licence is one under which the regulation wants high-value datasets published (article 4(3))."""
    code = LISTS["license"].by_iri(license_iri)
    return code is not None and code.code in LICENSE_OPEN_ENOUGH


def _legislation(record: Dataset | Distribution | DataService | DatasetSeries) -> tuple[Proposal, ...]:
    if HVD_LEGISLATION in map(iri_of, record.applicable_legislation):
        return ()
    return (
        _demanded(
            LEGISLATION,
            "applicable_legislation",
            (HVD_LEGISLATION,),
            "Als hochwertig bestätigte Datensätze, ihre Distributionen und Dienste nennen die Durchführungsverordnung.",
            "Datasets confirmed as high-value, their distributions and services name the implementing regulation.",
        ),
    )


def _lacking_categories(record: Dataset | DataService | DatasetSeries, wanted: tuple[str, ...]) -> tuple[Proposal, ...]:
    there = {iri_of(value) for value in record.hvd_category}
    lacking = tuple(iri for iri in wanted if iri not in there)
    if not lacking:
        return ()
    return (
        _demanded(
            CATEGORY,
            "hvd_category",
            lacking,
            "Dienste und Datenserien tragen die Kategorie ihres hochwertigen Datensatzes.",
            "Services and series bear the category of their high-value dataset.",
        ),
    )


def _demanded(rule: str, attribute: str, values: tuple[Value, ...], de: str, en: str) -> Proposal:
    said = " (DCAT-AP HVD 3.0.0)"
    return Proposal(rule=rule, attribute=attribute, values=values, evidence_de=de + said, evidence_en=en + said)


def _of_distribution(distribution: Distribution, dataset: Dataset, category: tuple[str, ...]) -> list[Proposal]:
    part = name_of(distribution)
    found = [
        replace(proposal, attribute=f"distribution.{proposal.attribute}", part=part)
        for proposal in _legislation(distribution)
    ]
    services_now: tuple[Any, ...] = tuple(
        _completed(value, dataset, category) if isinstance(value, DataService) else value
        for value in distribution.access_service
    )
    if services_now != distribution.access_service:
        found.append(
            Proposal(
                rule=LEGISLATION,
                attribute="distribution.access_service",
                values=services_now,
                adds=False,
                part=part,
                evidence_de="Der Dienst, der den hochwertigen Datensatz ausliefert, trägt Verordnung, Kategorie, Kontakt "
                "und Dokumentation. (DCAT-AP HVD 3.0.0)",
                evidence_en="The service that delivers the high-value dataset bears legislation, category, contact and "
                "documentation. (DCAT-AP HVD 3.0.0)",
            )
        )
    return found


def _completed(service: DataService, dataset: Dataset, category: tuple[str, ...]) -> DataService:
    """A service described in place as it is with what the profile demands."""
    changed: dict[str, Any] = {}
    for proposal in _of_service(service, dataset, category):
        changed[proposal.attribute] = (*getattr(service, proposal.attribute), *proposal.values)
    return replace(service, **changed)


def _of_service(service: DataService, dataset: Dataset, category: tuple[str, ...]) -> list[Proposal]:
    found = [*_legislation(service), *_lacking_categories(service, category)]
    if not service.contact_point and dataset.contact_point:
        found.append(
            _demanded(
                CONTACT,
                "contact_point",
                dataset.contact_point,
                "Der Dienst nennt keine Kontaktstelle; die des Datensatzes gilt auch für ihn.",
                "The service names no contact point; that of the dataset holds for it as well.",
            )
        )
    if not (service.license or service.rights) and (licenses := _licenses(service, dataset)):
        found.append(
            _demanded(
                LICENSE,
                "license",
                licenses,
                "Der Dienst nennt keine Lizenz; die Distributionen, die er ausliefert, nennen alle diese.",
                "The service names no licence; the distributions that it delivers all name this one.",
            )
        )
    description = description_of(service) if not service.endpoint_description else None
    if description:
        found.append(
            _demanded(
                ENDPOINT_DESCRIPTION,
                "endpoint_description",
                (description,),
                f"Ein Dienst dieser Art beschreibt sich selbst unter {description}.",
                f"A service of this kind describes itself at {description}.",
            )
        )
    if not service.page and (pages := _documentation(service, dataset, description)):
        found.append(
            _demanded(
                DOCUMENTATION,
                "page",
                pages,
                "Der Dienst nennt keine Dokumentation; es gibt diese Seite über ihn oder den Datensatz.",
                "The service names no documentation; there is this page about it or the dataset.",
            )
        )
    return found


def _licenses(service: DataService, dataset: Dataset) -> tuple[str | Resource, ...]:
    """The licence of the distributions that a service gives access to, else of all of the dataset's, if it is one."""
    forms = [form for form in dataset.distribution if isinstance(form, Distribution)]
    own = [form for form in forms if service in form.access_service or (service.iri or "") in form.access_service]
    licenses = {form.license for form in own or forms}
    return licenses.pop() if len(licenses) == 1 else ()


def _documentation(service: DataService, dataset: Dataset, description: str | None) -> tuple[str | Resource, ...]:
    """What documents a service: its own page, else the dataset's, else its self-description."""
    for values in (service.landing_page, dataset.page, dataset.landing_page, service.endpoint_description):
        if values:
            return values[:1]
    return (description,) if description else ()


def _contact_of(dataset: Dataset, related: Iterable[Resource]) -> Proposal | None:
    for each in related:
        if isinstance(each, DataService) and _serves(each, dataset) and each.contact_point:
            points = tuple(point for point in each.contact_point if isinstance(point, str | ContactPoint))
            return _demanded(
                CONTACT,
                "contact_point",
                points,
                "Der Datensatz nennt keine Kontaktstelle, sein Dienst schon.",
                "The dataset names no contact point, its service does.",
            )
    return None


def _serves(service: DataService, dataset: Dataset) -> bool:
    if dataset.iri is not None and dataset.iri in map(iri_of, service.serves_dataset):
        return True
    return service.iri is not None and any(
        service.iri in map(iri_of, distribution.access_service)
        for distribution in dataset.distribution
        if isinstance(distribution, Distribution)
    )
