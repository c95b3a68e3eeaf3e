"""Nothing is lost: each statement that hangs on a record goes in and comes out, but for the listed normalisations.

The closure of a record is worked out here from the parser's statements, without the code under test.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from harvesters.readers import dcat
from harvesters.reading import Context, Reading, Unusable
from schemas import iris, syntax
from schemas.classes import BARE
from schemas.dcat import TABLES
from schemas.kinds import Kind, Literal, is_iri, is_web, language_tag, writable
from schemas.limits import Limits
from schemas.model import Dataset
from schemas.normalisations import CODE_LISTS, NORMALISATIONS, iri_from_text, present_iri, present_property
from schemas.ntriples import ntriples_of
from schemas.triples import RDF_TYPE
from tests.harvesters.dcat_parts import BASE, context

ROOT = Path(__file__).parent.parent.parent
RECORDINGS = ROOT / "tests/recordings/dcat"
DOCUMENT = "http://source.example/catalog"
TYPE = ox.NamedNode(RDF_TYPE)
GEOMETRY = "http://www.w3.org/ns/locn#geometry"
Term = ox.NamedNode | ox.BlankNode | ox.Literal
Statement = tuple[Term, ox.NamedNode, Term]
# What each entry of the list of normalisations is tested by: a function below that undoes or does it on both sides.
TESTED_BY = {
    "namespace-spelling": "_property",
    "former-property": "_property",
    "code-spelling": "_object",
    "iri-as-text": "_object",
    "iri-encoded": "_object",
    "iri-unusable": "_object",
    "empty-literal": "_says_something",
    "tag-case": "_object",
    "record-iri": "_nameless",
    "circle-iri": "_nameless",
    "shared-node": "_compare",
    "geometry-node": "_property",
    "class-added": "_compare",
    "class-alone": "_is_bare",
    "code-description": "_closure",
    "own-iri": "_closure",
}
FORMER = {str(former): str(row.property) for table in TABLES for row in table.rows for former in row.reads}
WANTS_IRI = {str(r.property) for table in TABLES for r in table.rows if r.kind in (Kind.IRI, Kind.NODE)}
CLASSES = {str(t) for table in TABLES for t in table.types}


def _property(term: ox.NamedNode, value: Term | None = None) -> ox.NamedNode:
    if term.value == GEOMETRY and not isinstance(value, ox.Literal):
        return ox.NamedNode("http://www.opengis.net/ont/geosparql#hasGeometry")
    present = present_property(writable(term.value))
    return ox.NamedNode(FORMER.get(present, present))


def _object(predicate: ox.NamedNode, term: Term) -> Term:
    if isinstance(term, ox.NamedNode):
        sound = writable(term.value)
        return (
            ox.NamedNode(present_iri(sound))
            if sound.split(":")[0] != "urn" or is_iri(term.value)
            else ox.Literal(term.value)
        )
    if isinstance(term, ox.Literal):
        address = iri_from_text(term.value) if predicate.value in WANTS_IRI else None
        if address is not None:
            return ox.NamedNode(address)
        if term.language is not None:
            tag = language_tag(term.language) if term.language else None
            return ox.Literal(term.value, language=tag) if tag else ox.Literal(term.value)
    return term


def _says_something(term: Term) -> bool:
    return not isinstance(term, ox.Literal) or bool(term.value.strip())


def _nameless(term: Term) -> Term:
    """Blank nodes in place of the IRIs that we gave."""
    if isinstance(term, ox.NamedNode) and term.value.startswith((f"{BASE}/id/", "urn:allmende:node:")):
        return ox.BlankNode(iris.digest(term.value.encode()))
    return ox.NamedNode(writable(term.value)) if isinstance(term, ox.NamedNode) else term


class Statements:
    """The statements of a document, by subject, as the parser gives them."""

    def __init__(self, data: bytes) -> None:
        text, _ = syntax.decode(data)
        kind = syntax.sniff(text)
        assert kind is not None
        if kind == "rdf":
            text = text[text.index("?>") + 2 :] if text.lstrip().startswith("<?xml") else text
        self.by_subject: dict[Term, list[tuple[ox.NamedNode, Term]]] = defaultdict(list)
        self.renamed: dict[Term, ox.BlankNode] = {}
        for quad in ox.parse(text, format=syntax.FORMATS[kind], base_iri=DOCUMENT, lenient=True):
            subject = quad.subject
            assert isinstance(subject, ox.NamedNode | ox.BlankNode)
            self.by_subject[subject].append((quad.predicate, quad.object))

    def types(self, subject: Term) -> set[str]:
        return {o.value for p, o in self.by_subject.get(subject, ()) if p == TYPE and isinstance(o, ox.NamedNode)}


def _closure(statements: Statements, subject: Term, own: set[Term], elsewhere: set[Term]) -> set[Statement]:
    """What hangs on a subject: blank nodes and described IRIs, but not other records, code lists, our own addresses."""
    found: set[Statement] = set()
    waiting, seen = [subject], {subject}
    while waiting:
        node = waiting.pop()
        for predicate, value in statements.by_subject.get(node, ()):
            if not _says_something(value):
                continue
            name, target = (statements.renamed.get(term) for term in (node, value))
            written = target or _nameless(_object(_property(predicate), value))
            found.add((name or _nameless(node), _property(predicate, value), written))
            known = isinstance(value, ox.NamedNode | ox.BlankNode) and value in statements.by_subject
            if not known or _is_bare(statements, value) or value in seen or value in own or value in elsewhere:
                continue
            if isinstance(value, ox.NamedNode) and value.value.startswith((*CODE_LISTS, f"{BASE}/")):
                continue
            if predicate != TYPE:
                seen.add(value)
                waiting.append(value)
    return found


def _is_bare(statements: Statements, value: Term) -> bool:
    """Whether a document says nothing of an address but one of the classes that feed pages state themselves."""
    said = statements.by_subject[value]
    if not isinstance(value, ox.NamedNode) or len(said) != 1 or said[0][0] != TYPE:
        return False
    return isinstance(said[0][1], ox.NamedNode) and said[0][1].value in BARE


def _written(ntriples: str) -> set[Statement]:
    found = set()
    for quad in ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES):
        predicate = _property(quad.predicate, quad.object)
        found.add((_nameless(quad.subject), predicate, _nameless(_object(predicate, quad.object))))
    return found


def _canonical(statements: Iterable[Statement]) -> set[str]:
    dataset = ox.Dataset(ox.Quad(s, p, o) for s, p, o in statements if not isinstance(s, ox.Literal))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def _is_class(statement: Statement) -> bool:
    return statement[1] == TYPE and isinstance(statement[2], ox.NamedNode) and statement[2].value in CLASSES


def _compare(name: str, given: set[Statement], written: set[Statement]) -> None:
    """Both the same but for classes that were added; nodes that two records share are compared in each."""
    lost = _canonical(s for s in given if not _is_class(s)) - _canonical(s for s in written if not _is_class(s))
    new = _canonical(s for s in written if not _is_class(s)) - _canonical(s for s in given if not _is_class(s))
    assert not lost, f"{name}: lost {sorted(lost)[:5]}, new {sorted(new)[:5]}"
    assert not new, f"{name}: new {sorted(new)[:5]}"
    named = {s for s in given if _is_class(s) and isinstance(s[0], ox.NamedNode)}
    assert named <= written, f"{name}: types lost {sorted(map(str, named - written))[:5]}"
    before, after = (Counter(str(s[2]) for s in side if _is_class(s)) for side in (given, written))
    assert before <= after, f"{name}: types lost {before - after}"


def _check(data: bytes, where: Context) -> int:
    """Compares each record of a document with what comes out of it; gives their number."""
    document = syntax.load(data, DOCUMENT)
    statements = Statements(data)
    found = dcat.cut(document.triples, BASE, Limits())
    assert not found.unusable
    # Each parse names blank nodes anew, but finds the subjects in the same order.
    label = dict(zip(document.triples.by_subject, statements.by_subject, strict=True))
    assert all(isinstance(t, ox.BlankNode) or subject == writable(t.value) for subject, t in label.items())
    entries = [native.data for native in found.natives]
    own = {label[subject] for subject in (entries[0].feed.own if entries else ()) if subject in label}
    statements.renamed = {
        label[entry.subject]: ox.BlankNode(iris.digest(entry.subject.encode()))
        for entry in entries
        if not is_web(entry.subject)
    }
    for native in found.natives:
        if native.data.native_id is None:
            with pytest.raises(Unusable):
                dcat.read(native, where)
        else:
            _check_record(dcat.read(native, where), native.data, statements, label, own, where)
    return len(found.natives)


def _check_record(
    reading: Reading, entry: dcat.Entry, statements: Statements, label: dict[str, Term], own: set[Term], where: Context
) -> None:
    companions = {label[c.iri]: c for c in reading.companions if c.iri is not None}
    parts: list[tuple[Term, str]] = [
        (label[entry.subject], ntriples_of(reading.record, iris.key(where.source.key, reading.native_id)))
    ]
    parts += [(term, ntriples_of(c, iris.key(where.source.key, c.iri or ""))) for term, c in companions.items()]
    for term, text in parts:
        subjects = {line.split(" ", 1)[0] for line in text.splitlines()}
        elsewhere = {c for c in companions if c != term and str(ox.NamedNode(writable(c.value))) not in subjects}
        _compare(str(term), _closure(statements, term, own - {term}, elsewhere), _written(text))


def _dcat_files(folder: Path) -> Iterator[Path]:
    for pattern in ("*.rdf", "*.xml", "*.ttl", "*.jsonld"):
        yield from sorted(folder.glob(pattern))


# From the table of the samples' README.
DATASETS = {
    "rostock_catalog_page1_hydra.rdf": 100,
    "rostock_dataset_extracted.rdf": 1,
    "brandenburg_catalog.rdf": 112,
    "brandenburg_catalog.ttl": 112,
    "brandenburg_datasets_extracted.rdf": 1,
    "destatis_catalog.rdf": 135,
    "destatis_dataset_extracted.rdf": 1,
    "govdata_ckan_catalog_endpoint_2017.rdf": 6,
    "rostock_single_dataset_2024.rdf": 1,
    "sweden_dataset.rdf": 1,
    "opendata_swiss_bfs_catalog.xml": 2,
    "opendata_swiss_dataset_1894.xml": 1,
    "geonetwork_oreme_catalog.rdf": 1,
    "udata_site_catalog.xml": 2,
    "datara_2.rdf": 1,
    "udata_bnodes.jsonld": 3,
    "udata_hydra_paged_1.jsonld": 3,
    "udata_hydra_paged_2.jsonld": 1,
}


@pytest.mark.samples
@pytest.mark.parametrize("name", sorted(DATASETS))
def test_every_statement_of_a_sample_comes_out_again(samples: Path, name: str) -> None:
    data = (samples / "dcat" / name).read_bytes()
    found = dcat.cut(syntax.load(data, DOCUMENT).triples, BASE, Limits())
    assert sum(native.data.record_class is Dataset for native in found.natives) == DATASETS[name]
    _check(data, context())


@pytest.mark.samples
def test_every_sample_is_tested(samples: Path) -> None:
    assert {file.name for file in _dcat_files(samples / "dcat")} == set(DATASETS)


@pytest.mark.samples
def test_samples_of_services_hold_no_datasets(samples: Path) -> None:
    for file in _dcat_files(samples / "services"):
        if file.suffix in (".rdf", ".jsonld"):
            assert _check(file.read_bytes(), context()) == 0, file.name


@pytest.mark.samples
def test_every_statement_of_the_standards_examples_comes_out_again(standards: Path) -> None:
    checked = 0
    for file in sorted(path for suffix in ("ttl", "rdf", "jsonld") for path in standards.glob(f"data/**/*.{suffix}")):
        if "example" not in str(file).lower() and "tests" not in file.parts:
            continue
        try:
            syntax.load(file.read_bytes(), DOCUMENT)
        except syntax.Unreadable:
            continue
        try:
            checked += _check(file.read_bytes(), context()) > 0
        except AssertionError as error:
            raise AssertionError(f"{file.name}: {error}") from error
    assert checked >= 90


@pytest.mark.parametrize("file", sorted(RECORDINGS.glob("*/input.*")), ids=lambda file: file.parent.name)
def test_every_statement_of_a_recording_comes_out_again(file: Path) -> None:
    assert _check(file.read_bytes(), context()) > 0


def test_every_normalisation_is_tested_and_documented() -> None:
    names = [normalisation.name for normalisation in NORMALISATIONS]
    assert set(TESTED_BY) == set(names)
    assert all(function in globals() for function in TESTED_BY.values())
    page = (ROOT / "docs/normalisations.md").read_text(encoding="utf-8")
    headings = [line.removeprefix("### ").strip("`") for line in page.splitlines() if line.startswith("### ")]
    assert headings == names


def test_nothing_else_than_literals_and_iris_is_compared() -> None:
    assert _object(
        ox.NamedNode("http://www.w3.org/ns/dcat#accessURL"), ox.Literal("https://a.example/x")
    ) == ox.NamedNode("https://a.example/x")
    kept = ox.Literal("https://a.example/x")
    assert _object(ox.NamedNode("http://purl.org/dc/terms/identifier"), kept) == kept
    assert Literal(kept.value).text == kept.value
