"""The profiles that a document is checked against: which tables they read, and where they depart from their rows.

A row of :mod:`schemas.dcat` says what a property is; a profile says how much a departure weighs. What is stated here and
nowhere in a class table is read from the official shapes (file and constraint beside it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rdflib import URIRef

from schemas import cpsv, dcat, geodcat
from schemas.class_tables import Table
from schemas.findings import Severity
from schemas.namespaces import ADMS, DCAT, DCATAP, DCATDE, DCTERMS, FOAF, LOCN, PROV, SPDX, TIME, VCARD

Place = tuple[URIRef | None, URIRef]
"""A class and a property; None stands for every class."""
V, W = Severity.VIOLATION, Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One profile: its name, version and tables.

    ``ranges``: how much a value weighs that has not its row's class, by that class; ``default_range``: all other classes
    (None: not asked); ``range_at``: single places. ``lists``: the same for code lists where it differs from the row, which
    counts only with ``own_lists``. ``base``: the profile whose ranges are asked too. ``coded``: whether a property with a
    code list has IRIs only. ``iris``: places whose values are IRIs, never blank nodes. ``kinds``: whether a row's
    kind of node is asked; ``loose``: places where it is not; ``whole``: whether also of properties that the profile does
    not list, after their own vocabulary.
    """

    name: str
    title: str
    version: str
    tables: tuple[Table, ...]
    base: str = ""
    default_range: Severity | None = V
    ranges: Mapping[URIRef, Severity | None] = field(default_factory=dict)
    range_at: Mapping[Place, Severity | None] = field(default_factory=dict)
    lists: Mapping[str, Severity | None] = field(default_factory=dict)
    own_lists: bool = True
    iris: frozenset[Place] = frozenset()
    coded: bool = False
    kinds: bool = True
    whole: bool = True
    loose: frozenset[Place] = frozenset()


def _at(record: URIRef | None, *properties: URIRef) -> frozenset[Place]:
    return frozenset((record, each) for each in properties)


DCAT_AP = Profile(
    name="dcat-ap",
    title="DCAT-AP",
    version="3.0.1",
    tables=dcat.TABLES,
    coded=True,
    # prov:Attribution has no shape in DCAT-AP; a dcat:Role is asked of dcat:Relationship only.
    range_at={(PROV.Attribution, DCAT.hadRole): None, (PROV.Attribution, PROV.agent): None},
    # mdr-vocabularies.shape.ttl; publisher types are recommended only (section 10), German lists unknown.
    lists={
        "access-right": W,
        "contributor": None,
        "data-theme": W,
        "dataset-type": W,
        "geocoding-level": None,
        "license": None,
        "licence-type": V,
        "publisher-type": W,
        "checksum-algorithm": W,
    },
    # shapes.ttl: sh:nodeKind sh:IRI.
    iris=_at(None, DCATAP.applicableLegislation) | {(DCAT.Dataset, DCAT.theme), (DCAT.DataService, DCAT.theme)},
    # shapes.ttl wants a literal, dcat-ap-SHACL.ttl of the same release a node of class locn:Geometry: neither is asked.
    loose=_at(DCTERMS.Location, LOCN.geometry),
)
# dcat-ap-SHACL-DE.ttl deactivates the range checks of all other classes.
_ASKED_IN_GERMANY = (
    DCAT.Catalog,
    DCAT.CatalogRecord,
    DCAT.DataService,
    DCAT.Dataset,
    DCAT.DatasetSeries,
    DCAT.Distribution,
    DCAT.Relationship,
    DCAT.Resource,
    DCAT.Role,
    DCTERMS.PeriodOfTime,
    FOAF.Agent,
    SPDX.Checksum,
    TIME.Instant,
    ADMS.Identifier,
    VCARD.Kind,
)
DCAT_AP_DE = Profile(
    name="dcat-ap-de",
    title="DCAT-AP.de",
    version="3.0",
    tables=dcat.TABLES,
    base="dcat-ap",
    default_range=None,
    ranges={**dict.fromkeys(_ASKED_IN_GERMANY, V), DCTERMS.Location: W, SPDX.ChecksumAlgorithm: W},
    range_at={
        (PROV.Attribution, DCAT.hadRole): None,
        (PROV.Attribution, PROV.agent): None,
        (DCAT.Catalog, DCTERMS.isPartOf): W,
    },
    # The list of checksum algorithms is asked through sh:class spdx:ChecksumAlgorithm.
    lists={"checksum-algorithm": W},
    # dcat-ap-spec-german-additions.ttl: sh:nodeKind sh:IRI.
    iris=_at(DCAT.Dataset, DCATDE.politicalGeocodingLevelURI, DCATDE.contributorID, DCTERMS.references)
    | _at(VCARD.Kind, VCARD.hasEmail, VCARD.hasURL, VCARD.hasTelephone)
    | _at(PROV.Attribution, DCAT.hadRole, PROV.agent),
)
HVD = Profile(
    name="hvd",
    title="DCAT-AP HVD",
    version="3.0.0",
    tables=dcat.TABLES,
    lists={"hvd-category": V},
    own_lists=False,
    whole=False,
)
GEODCAT_AP = Profile(name="geodcat-ap", title="GeoDCAT-AP", version="3.0.0", tables=geodcat.TABLES, own_lists=False)
CPSV_AP = Profile(name="cpsv-ap", title="CPSV-AP", version="3.2.0", tables=cpsv.TABLES, own_lists=False, kinds=False)
ALL: Mapping[str, Profile] = MappingProxyType(
    {profile.name: profile for profile in (DCAT_AP, DCAT_AP_DE, HVD, GEODCAT_AP, CPSV_AP)}
)
PROFILES: tuple[str, ...] = tuple(ALL)
"""The names of all profiles, as they stand in source files, on the command line and in addresses."""
