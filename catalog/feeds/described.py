"""What a feed page says about the things that its records only name: the class of a code, a page, a law, a place.

The official range shapes (DCAT-AP 3.0.1 ``range.ttl``) ask for the class of each value and know no code list, so a page
states it: then it passes them as it is, without inference and without a background vocabulary. A code also gets its
scheme, which the shapes of DCAT-AP.de ask for, as a skos:Concept its label, and as a licence its twin in the EU's list.
Our reader takes nothing of it into a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from catalog.fragments import written
from catalog.reading.entries import Entry, unpacked
from catalog.reading.rows import FORMS
from schemas.classes import BARE, RANGES
from schemas.dcat import TABLE_OF, TABLES
from schemas.kinds import Literal, is_web, literal_to_ntriples
from schemas.namespaces import DCTERMS, RDF, RDFS, SKOS
from schemas.vocabularies import LISTS, license_twins

DESCRIBED = (*FORMS, "nt")
"""The formats, by suffix, that have a description of what is named: those that are RDF."""
_CONCEPT = str(SKOS.Concept)
_TYPE, _LABEL, _SCHEME = f"<{RDF.type}>", f"<{SKOS.prefLabel}>", f"<{SKOS.inScheme}>"
# Too many codes to repeat what nobody asks: the shapes look at the address of a media type.
_UNASKED = "media-type"


def _classes() -> dict[str, str]:
    """The properties whose values are described, each with the class of its values; empty for codes without one."""
    found = {str(path): str(wanted) for path, wanted in RANGES.items()}
    for table in TABLES:
        for row in table.rows:
            if row.node is not None:
                found[str(row.property)] = str(TABLE_OF[row.node].types[0])
            elif row.vocabulary:
                found.setdefault(str(row.property), "")
    return {path: wanted for path, wanted in found.items() if wanted in BARE or wanted in ("", _CONCEPT)}


_CLASS_OF = _classes()
_PATHS = b"|".join(re.escape(path).encode() for path in sorted(_CLASS_OF))
_NAMED = re.compile(rb"^\S+ <(" + _PATHS + rb")> <([^>]+)> \.$", re.M)


@lru_cache(maxsize=8192)
def _lines(packed: bytes) -> tuple[str, ...]:
    return tuple(lines_of(unpacked(packed)))


def lines_of(ntriples: bytes) -> Iterator[str]:
    """The lines of N-Triples that say what the values are that a record's N-Triples name."""
    for path, value in set(_NAMED.findall(ntriples)):
        iri, wanted = value.decode(), _CLASS_OF[path.decode()]
        if is_web(iri):
            label, scheme = code_of(iri)
            if scheme:
                yield f"<{iri}> {_SCHEME} <{scheme}> .\n"
                yield from _scheme(scheme)
                yield from _matches(iri)
            if wanted == _CONCEPT and label is not None:
                yield f"<{iri}> {_LABEL} {literal_to_ntriples(label)} .\n"
            if wanted in BARE or (wanted == _CONCEPT and label is not None):
                yield f"<{iri}> {_TYPE} <{wanted}> .\n"


@lru_cache(maxsize=256)
def _scheme(iri: str) -> tuple[str, ...]:
    """What the scheme of a code is, and its title, which GeoDCAT-AP asks of it."""
    title = next(Literal(codes.de, "de") for codes in LISTS.values() if codes.scheme == iri)
    return (
        f"<{iri}> {_TYPE} <{SKOS.ConceptScheme}> .\n",
        f"<{iri}> <{DCTERMS.title}> {literal_to_ntriples(title)} .\n",
    )


def _matches(iri: str) -> Iterator[str]:
    """How a licence of GovData's list relates to the EU's, which the shapes of DCAT-AP HVD 3.0.0 ask of each licence."""
    twin, text = license_twins().get(iri, ("", ""))
    if twin:
        yield f"<{iri}> <{SKOS.exactMatch}> <{twin}> .\n"
    elif text:
        yield f"<{iri}> <{RDFS.seeAlso}> <{text}> .\n"


@lru_cache(maxsize=4096)
def code_of(iri: str) -> tuple[Literal | None, str]:
    """The label of a code of any list, German where there is one, and its scheme; (None, "") if no list has it."""
    for name, codes in LISTS.items():
        code = codes.by_iri(iri) if name != _UNASKED and iri in codes else None
        if code is not None:
            label = Literal(code.de, "de") if code.de else Literal(code.en or code.code, "en")
            return label, codes.scheme
    return None, ""


def described(suffix: str, entries: Iterable[Entry], *others: bytes) -> Entry:
    """One more entry for a feed page: what the values are that its entries, and further N-Triples, name.

    Takes the page's format by its suffix; another form than that and N-Triples the entry does not have.
    """
    lines = {line for entry in entries for line in _lines(entry.packed)}
    lines.update(line for ntriples in others for line in lines_of(ntriples))
    ntriples = "".join(sorted(lines)).encode()
    ready = {suffix: written(ntriples, suffix)} if suffix in FORMS else {}
    return Entry.made({"ntriples": ntriples, **ready})
