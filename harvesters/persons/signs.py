"""What in a record tells of a person: types, properties, roles, and names that go with a mailbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote

from harvesters.persons.leftovers import with_vowels_apart
from harvesters.persons.words import is_office_mailbox, is_personal_mailbox, name_of_mailbox, name_words, without_names
from schemas.kinds import Literal
from schemas.model import Agent, Attribution, ContactPoint, Resource, iri_of
from schemas.namespaces import FOAF, PROV, VCARD


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PERSON_TYPES = frozenset(
    {
        str(FOAF.Person),
        str(VCARD.Individual),
        "http://schema.org/Person",
        "https://schema.org/Person",
        "http://www.w3.org/ns/prov#Person",
        "http://www.w3.org/ns/person#Person",
    }
)
_ORGANIZATION_TYPES = frozenset(
    {
        str(FOAF.Organization),
        "http://www.w3.org/ns/org#Organization",
        "http://www.w3.org/ns/org#FormalOrganization",
        str(PROV.Organization),
    }
)
# The attributes of records that name agents and contact points.
ROLE_ATTRIBUTES = ("publisher", "creator", "contributor", "originator", "custodian", "contact_point")
ROLES = _words(
    """
    contact_point publisher creator contributor originator custodian agent rightsholder maintainer author
    wasattributedto maker owner contactpoint contact accountableperson distributor pointofcontact
    principalinvestigator processor resourceprovider user wasassociatedwith editor funder provider producer
    copyrightholder sdpublisher
    """
)
# What only a person has, and how names and numbers are told where the record has no attribute for them.
OF_PERSONS = _words(
    """
    given-name family-name additional-name honorific-prefix honorific-suffix nickname hasgivenname hasfamilyname
    hasadditionalname hasnickname bday gender hasgender givenname familyname firstname lastname surname
    family_name additionalname birthdate birthday
    """
)
NAMES = _words("name fn hasfn label preflabel n nick legalname")
NUMBERS = _words("hastelephone telephone tel phone fax faxnumber")
MAILBOXES = _words("hasemail email mbox")
# Pages about an agent or contact; the names of attributes and of properties.
PAGES = _words("homepage has_url hasurl url workinfohomepage workplacehomepage account")
# Whom a licence wants named: an office, or somebody beside it.
CREDITS = ("license_attribution",)
ORGANIZATION_NAMES = _words("organization-name hasorganizationname organization-unit hasorganizationunit")

# Attributes of records with dates, codes and addresses of data: they hold nobody.
IMPERSONAL = _words(
    """
    issued modified language format media_type compress_format package_format byte_size theme accrual_periodicity
    checksum status availability temporal political_geocoding political_geocoding_level hvd_category contributor_id
    applicable_legislation access_url download_url spatial_resolution temporal_resolution iri types extra
    """
)
_AGENT_NAMES = frozenset({str(FOAF.name), str(VCARD.fn), str(VCARD.hasFN)})


@lru_cache(maxsize=4096)
def local_name(predicate: str) -> str:
    """The last part of a property's IRI, lower-cased: vocabularies differ, the words hardly."""
    return predicate.rpartition("#")[2].rpartition("/")[2].casefold()


def is_typed_as_person(value: Resource) -> bool:
    """Whether a source says by its class that something is a person."""
    return bool(value.types) and not _PERSON_TYPES.isdisjoint(value.types)


def is_typed_as_body(value: Resource) -> bool:
    """Whether a source says that an agent is a body, by its class or its publisher type (dcterms:type)."""
    return not _ORGANIZATION_TYPES.isdisjoint(value.types) or (isinstance(value, Agent) and bool(value.type))


def member_names(value: Resource) -> list[str]:
    """The names of the persons in a body, as ISO's individualName beside an organisation."""
    members = [each for _, each in value.extra if isinstance(each, Agent) and is_typed_as_person(each)]
    return [name.text for member in members for name in member.name]


def without_numbers(value: ContactPoint) -> ContactPoint:
    """A contact without its telephone and fax numbers."""
    extra = tuple([(predicate, said) for predicate, said in value.extra if local_name(predicate) not in NUMBERS])
    return replace(value, has_telephone=(), extra=extra)


def is_named_like_agent(value: Resource) -> bool:
    """Whether a node of no known class bears a name as only agents and contact points do."""
    return any(predicate in _AGENT_NAMES for predicate, _ in value.extra) if value.extra else False


def has_agent(value: Resource) -> bool:
    """Whether an attribution says whose it is."""
    if isinstance(value, Attribution):
        return bool(value.agent)
    return any(local_name(predicate) in ROLES for predicate, _ in value.extra)


def mailboxes(value: Resource) -> list[str]:
    """The mailboxes of an agent or contact point, also those that its class has no attribute for."""
    own = value.mbox if isinstance(value, Agent) else value.has_email if isinstance(value, ContactPoint) else ()
    boxes = [iri for box in own if (iri := iri_of(box))]
    for predicate, said in value.extra:
        if local_name(predicate) in MAILBOXES:
            boxes.append(said.text if isinstance(said, Literal) else iri_of(said) or "")
    return [box for box in boxes if box]


def is_named_by(name: str, boxes: list[str]) -> bool:
    """Whether a personal mailbox is made of a name, whatever the name looks like: "mustermann erika"."""
    personal = [box for box in boxes if is_personal_mailbox(box)]
    if not personal:
        return False
    words = set(name_words(name))
    return any(words >= set(name_of_mailbox(box)) != set() for box in personal)


def surnames(persons: Collection[Literal], own: frozenset[str] = frozenset()) -> frozenset[str]:
    """The words of persons' names that are no office's, those of four letters and more; ``own`` are the region's names."""
    found: set[str] = set()
    for each in persons:
        office = name_words(without_names(each.text, own)) if without_names(each.text, own) != each.text else ()
        found |= {word for word in name_words(each.text) if len(word) > 3 and word not in office}
    return frozenset(found)


def is_page_of(address: str, words: Collection[str]) -> bool:
    """Whether a web address holds one of the words behind its host: ``/team/mustermann``."""
    path = unquote(address).casefold().partition("://")[2].partition("/")[2]
    return any(word in path or with_vowels_apart(word) in path for word in words)


def is_of_person(box: str, known: list[tuple[str, ...]]) -> bool:
    """Whether a mailbox holds the surname of a removed person: ``mustermann@``."""
    local = box.removeprefix("mailto:").partition("@")[0].casefold()
    return not is_office_mailbox(box) and any(len(words[-1]) > 3 and words[-1] in local for words in known)
