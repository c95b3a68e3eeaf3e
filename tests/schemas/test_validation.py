"""Every row of the table raises its finding and withdraws it; every rule; every wording without an open placeholder."""

from __future__ import annotations

import ast
import importlib
import string
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harvesters import registry
from schemas import convention_rules, documents, model, rules, syntax, validation
from schemas.class_tables import Row, Table
from schemas.classes import HVD_LEGISLATION
from schemas.dcat import PROFILES, TABLES
from schemas.findings import WORDING, Finding, Severity, declare, worst
from schemas.kinds import DATATYPES, Kind, Literal
from schemas.model import ContactPoint, Dataset, Distribution, PeriodOfTime, Resource
from schemas.namespaces import DCAT, DCATAP, DCATDE, DCTERMS, LOCN, VCARD, XSD
from schemas.ntriples import ntriples_of
from schemas.triples import RDF_TYPE
from schemas.validation import check, check_view
from schemas.views import View
from schemas.vocabularies import LISTS
from tests import rule_examples

ROOT = Path(__file__).parent.parent.parent
FOCUS = "https://daten.example.org/1"
OTHER = "https://daten.example.org/2"
GOOD: dict[Kind, tuple[str | Literal, str | Literal]] = {
    Kind.TEXT: (Literal("Text", "de"), Literal("Anderer Text", "de")),
    Kind.IRI: (OTHER, f"{OTHER}#3"),
    Kind.NODE: (OTHER, f"{OTHER}#3"),
    Kind.DATE: (Literal("2026-11-03", None, str(XSD.date)), Literal("2026", None, str(XSD.gYear))),
    Kind.DECIMAL: (Literal("10.5", None, str(XSD.decimal)), Literal("3", None, str(XSD.decimal))),
    Kind.INTEGER: tuple(Literal(n, None, str(XSD.nonNegativeInteger)) for n in ("5", "6")),  # type: ignore[dict-item]
    Kind.DURATION: tuple(Literal(n, None, str(XSD.duration)) for n in ("P1D", "PT15M")),  # type: ignore[dict-item]
    Kind.HEX: tuple(Literal(n, None, str(XSD.hexBinary)) for n in ("00ff", "A0")),  # type: ignore[dict-item]
    Kind.NOTATION: (Literal("a", None, "https://example.org/scheme"), Literal("b")),
    Kind.GEOMETRY: (Literal("POINT(9 50)"), Literal("POINT(9 51)")),
}
WRONG: dict[Kind, tuple[Literal, ...]] = {
    Kind.DATE: (
        Literal("03.11.2026", None, str(XSD.date)),
        Literal("2026-13-01", None, str(XSD.date)),
        Literal("2026-02-30", None, str(XSD.date)),
        Literal("2026-11-03"),
        Literal("2026-11-03", None, str(XSD.dateTime)),
    ),
    Kind.DECIMAL: (Literal("10,5", None, str(XSD.decimal)), Literal("1e3", None, str(XSD.decimal)), Literal("3")),
    Kind.INTEGER: (Literal("-1", None, str(XSD.nonNegativeInteger)), Literal("5", None, str(XSD.integer))),
    Kind.DURATION: (Literal("1 Tag", None, str(XSD.duration)), Literal("P", None, str(XSD.duration))),
    Kind.HEX: (Literal("xyz", None, str(XSD.hexBinary)), Literal("abc", None, str(XSD.hexBinary))),
}


def good(row: Row, number: int = 0) -> str | Literal:
    """A value that a row finds nothing wrong with."""
    if row.vocabulary is not None:
        return list(LISTS[row.vocabulary])[number].iri
    if row.property == LOCN.geometry:
        return (OTHER, f"{OTHER}#3")[number]
    return GOOD[row.kind][number]


def full(table: Table) -> Resource:
    """A record of a class with one good value for each row."""
    values: dict[str, Any] = {row.attribute: (good(row),) for row in table.rows}
    return table.record(iri=FOCUS, **values)


def of(findings: tuple[Finding, ...], row: Row) -> list[Finding]:
    return [finding for finding in findings if finding.path == str(row.property) and finding.focus == FOCUS]


def rows(chosen: Callable[[Row], object] = lambda row: True) -> list[Any]:
    """The rows of all classes as cases of a test."""
    return [
        pytest.param(table, row, id=f"{table.record.__name__}.{row.attribute}")
        for table in TABLES
        for row in table.rows
        if chosen(row)
    ]


def changed(record: Resource, /, **values: Any) -> Resource:
    """A record with other values."""
    return replace(record, **values)


# Where a certain value has to be among them.
OWED = {("applicable_legislation", "hvd"), ("theme_taxonomy", "dcat-ap")}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("table", "row"), rows())
def test_row_misses_what_its_profile_demands(table: Table, row: Row, profile: str) -> None:
    whole = full(table)
    assert not [f for f in of(check(whole, profile), row) if f.rule.startswith("missing-")]
    without = of(check(changed(whole, **{row.attribute: ()}), profile), row)
    found = [f for f in without if f.rule in (validation.MISSING, validation.RECOMMENDED)]
    demand = row.obligations.get(profile)
    level = demand.level if demand else "O"
    # A contact is reached by mailbox or web address; one of them is there.
    spared = table.record is ContactPoint and row.attribute in ("has_email", "has_url")
    if level != "O" and (row.attribute, profile) in OWED:
        assert [f.rule for f in without if f.rule == validation.VALUE_MISSING] == [validation.VALUE_MISSING]
        assert found == [], "told with the value"
    elif level == "M":
        assert [(f.severity, f.rule) for f in found] == [(Severity.VIOLATION, "missing-mandatory")]
    elif level == "R" and not row.deprecated and not spared:
        assert [(f.severity, f.rule) for f in found] == [(Severity.WARNING, "missing-recommended")]
    else:
        assert found == []


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("table", "row"), rows())
def test_row_counts_its_values(table: Table, row: Row, profile: str) -> None:
    two = changed(full(table), **{row.attribute: (good(row, 0), good(row, 1))})
    found = [f for f in of(check(two, profile), row) if f.rule == "too-many-values"]
    demand = row.obligations.get(profile)
    assert [f.severity for f in found] == ([Severity.VIOLATION] if demand and demand.maximum == 1 else [])


@pytest.mark.parametrize(("table", "row"), rows())
def test_row_knows_its_kind(table: Table, row: Row) -> None:
    """What no attribute can hold stays beside the record, and the finding says what was wanted."""
    literal = row.kind in (Kind.IRI, Kind.NODE) or row.property == LOCN.geometry
    value: str | Literal = Literal("kein Verweis", "de") if literal else OTHER
    wrong = changed(full(table), extra=((str(row.property), value),))
    (finding,) = [f for f in of(check(wrong, "dcat-ap-de"), row) if f.rule == "wrong-kind"]
    assert finding.severity is Severity.VIOLATION
    assert ("eine IRI" if literal else "ein Text") in finding.message("de")
    assert ("an IRI" if literal else "a text") in finding.message("en")
    assert not [f for f in of(check(full(table), "dcat-ap-de"), row) if f.rule == "wrong-kind"]


@pytest.mark.parametrize(("table", "row"), rows(lambda row: row.kind in DATATYPES))
def test_row_knows_its_datatype(table: Table, row: Row) -> None:
    for value in GOOD[row.kind]:
        right = changed(full(table), **{row.attribute: (value,)})
        assert not [f for f in of(check(right, "dcat-ap"), row) if f.rule == "wrong-datatype"], value
    for value in WRONG[row.kind]:
        wrong = changed(full(table), **{row.attribute: (value,)})
        (finding,) = [f for f in of(check(wrong, "dcat-ap"), row) if f.rule == "wrong-datatype"]
        assert (finding.severity, finding.arguments[1]) == (Severity.VIOLATION, value.text)


@pytest.mark.parametrize(("table", "row"), rows(lambda row: row.vocabulary))
def test_row_knows_its_code_list(table: Table, row: Row) -> None:
    assert row.vocabulary is not None
    codes = list(LISTS[row.vocabulary])
    for iri in (codes[0].iri, codes[-1].iri):
        right = changed(full(table), **{row.attribute: (iri,)})
        assert not [f for f in of(check(right, "dcat-ap-de"), row) if f.rule == "not-in-code-list"]
    wrong = changed(full(table), **{row.attribute: ("https://example.org/kein-code",)})
    found = [f for f in of(check(wrong, "dcat-ap-de"), row) if f.rule == "not-in-code-list"]
    assert [f.severity for f in found] == ([Severity(row.vocabulary_severity)] if row.vocabulary_severity else [])
    for finding in found:
        assert "https://example.org/kein-code" in finding.message("de")


@pytest.mark.parametrize(("table", "row"), rows(lambda row: row.deprecated))
def test_deprecated_row_is_named_where_it_is_used_and_asked_of_nobody(table: Table, row: Row) -> None:
    assert [f.severity for f in of(check(full(table), "dcat-ap-de"), row) if f.rule == "deprecated-property"] == [
        Severity.WARNING
    ]
    assert of(check(changed(full(table), **{row.attribute: ()}), "dcat-ap-de"), row) == []
    assert of(check(full(table), "dcat-ap"), row) == [], "only DCAT-AP.de calls it deprecated"


def test_contact_is_reached_by_mailbox_or_web_address() -> None:
    def missing(**ways: Any) -> set[str]:
        contact = ContactPoint(fn=(Literal("Bauamt", "de"),), **ways)
        found = check(Dataset(iri=FOCUS, contact_point=(contact,)), "dcat-ap-de")
        return {f"{f.rule} {f.path}" for f in found if f.path in (str(VCARD.hasEmail), str(VCARD.hasURL))}

    assert missing(has_email=("mailto:bauamt@example.org",)) == set()
    assert missing(has_url=("https://example.org",)) == set()
    both = {f"missing-recommended {VCARD.hasEmail}", f"missing-recommended {VCARD.hasURL}"}
    assert missing(has_telephone=("tel:+4966550",)) == both | {f"contact-by-telephone-only {VCARD.hasEmail}"}
    assert missing() == both | {f"contact-without-way {VCARD.hasEmail}"}


def test_hvd_is_checked_in_addition_where_the_record_says_so() -> None:
    form = Distribution(iri=OTHER, access_url=(OTHER,))
    plain = Dataset(iri=FOCUS, distribution=(form,))
    marked = replace(plain, applicable_legislation=(HVD_LEGISLATION,))
    category = str(DCATAP.hvdCategory)
    legislation = str(DCATAP.applicableLegislation)

    def violations(record: Resource, profile: str = "dcat-ap-de") -> set[tuple[str, str | None]]:
        return {(f.focus, f.path) for f in check(record, profile) if f.severity is Severity.VIOLATION}

    assert (FOCUS, category) not in violations(plain)
    assert {(FOCUS, category), (OTHER, legislation)} <= violations(marked)
    assert {(FOCUS, category), (FOCUS, legislation)} <= violations(plain, "hvd")
    code = next(iter(LISTS["hvd-category"])).iri
    whole = replace(
        marked,
        hvd_category=(code,),
        distribution=(replace(form, applicable_legislation=(HVD_LEGISLATION,)),),
    )
    assert not {(FOCUS, category), (OTHER, legislation)} & violations(whole)


def test_what_is_described_in_a_record_is_checked_with_it() -> None:
    inner = Distribution(iri=OTHER)
    found = check(Dataset(iri=FOCUS, distribution=(inner,)), "dcat-ap-de")
    assert (OTHER, str(DCAT.accessURL)) in {(f.focus, f.path) for f in found if f.severity is Severity.VIOLATION}
    blank = check(Dataset(iri=FOCUS, distribution=(replace(inner, iri=None),)), "dcat-ap-de")
    assert (FOCUS, str(DCAT.accessURL)) in {(f.focus, f.path) for f in blank}, "a blank node is named by its record"
    agent = model.Agent(iri=OTHER)
    assert (OTHER, "missing-mandatory") in {(f.focus, f.rule) for f in check(Dataset(iri=FOCUS), "dcat-ap-de", [agent])}
    assert check(Resource(iri=FOCUS, extra=((str(DCTERMS.title), OTHER),)), "dcat-ap-de") == ()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.record.__name__)
def test_record_is_judged_like_the_document_that_it_becomes(table: Table, profile: str) -> None:
    """The check of a harvest and that of a document are one: they differ in what is known of the rest."""
    whole = full(table)
    empty = {row.attribute: () for row in table.rows}
    double = {row.attribute: (good(row, 0), good(row, 1)) for row in table.rows}
    wrong = tuple((str(row.property), Literal("{", "de")) for row in table.rows if row.kind in (Kind.IRI, Kind.NODE))
    for record in (whole, changed(whole, **empty), changed(whole, **double), changed(whole, extra=wrong)):
        document = View(syntax.parse(ntriples_of(record, "k"), "nt").by_subject, whole=False)
        assert set(check(record, profile)) == set(check_view(document, profile))


def test_each_cause_is_told_once() -> None:
    def told(record: Resource, prop: object) -> list[str]:
        return [each.rule for each in check(record, "hvd") if (each.focus, each.path) == (FOCUS, str(prop))]

    bare = Distribution(iri=FOCUS, access_url=(OTHER,), extra=((str(DCTERMS.license), Literal("CC-BY")),))
    assert told(bare, DCTERMS.license) == [validation.NODE_KIND], "a text has no class either"
    assert told(bare, DCATAP.applicableLegislation) == [validation.VALUE_MISSING], "said with the value that is owed"
    other = replace(bare, applicable_legislation=(OTHER,))
    assert told(other, DCATAP.applicableLegislation) == [validation.VALUE_MISSING]
    assert validation.MISSING in told(Distribution(iri=FOCUS), DCAT.accessURL)


DATE = str(XSD.date)
RULES: list[tuple[str, Severity, Resource, Resource]] = [
    (
        rules.EMPTY_PERIOD,
        Severity.VIOLATION,
        Dataset(iri=FOCUS, temporal=(PeriodOfTime(),)),
        Dataset(iri=FOCUS, temporal=(PeriodOfTime(has_end=(model.Instant(),)),)),
    ),
    (
        rules.TURNED_PERIOD,
        Severity.WARNING,
        Dataset(
            iri=FOCUS,
            temporal=(
                PeriodOfTime(
                    start_date=(Literal("2026-12-31", None, DATE),), end_date=(Literal("2026-01-01", None, DATE),)
                ),
            ),
        ),
        Dataset(
            iri=FOCUS,
            temporal=(
                PeriodOfTime(
                    start_date=(Literal("2026-12-31", None, DATE),), end_date=(Literal("2026-12-31", None, DATE),)
                ),
            ),
        ),
    ),
    (
        rules.ATTRIBUTION,
        Severity.INFO,
        Dataset(distribution=(Distribution(license=("http://dcat-ap.de/def/licenses/dl-by-de/2.0",)),)),
        Dataset(distribution=(Distribution(license=("http://dcat-ap.de/def/licenses/dl-zero-de/2.0",)),)),
    ),
    (
        rules.CONTRIBUTOR,
        Severity.WARNING,
        Dataset(contributor_id=(f"{rules.CONTRIBUTORS}hessen", f"{rules.CONTRIBUTORS}bayern")),
        Dataset(contributor_id=(f"{rules.CONTRIBUTORS}hessen", OTHER)),
    ),
    (
        rules.DOWNLOAD_WITHOUT_ACCESS,
        Severity.INFO,
        Dataset(distribution=(Distribution(access_url=(FOCUS,), download_url=(OTHER,)),)),
        Dataset(distribution=(Distribution(access_url=(FOCUS, OTHER), download_url=(OTHER,)),)),
    ),
    (
        rules.EMPTY_CONTACT,
        Severity.VIOLATION,
        Dataset(contact_point=(ContactPoint(),)),
        Dataset(contact_point=(ContactPoint(has_telephone=("tel:+4966550",)),)),
    ),
]


@pytest.mark.parametrize(("rule", "severity", "bad", "well"), RULES, ids=[each[0] for each in RULES])
def test_rule_across_properties(rule: str, severity: Severity, bad: Resource, well: Resource) -> None:
    assert [f.severity for f in check(bad, "dcat-ap-de") if f.rule == rule] == [severity]
    assert [f for f in check(well, "dcat-ap-de") if f.rule == rule] == []


def test_attribution_text_settles_the_licence_that_demands_it() -> None:
    form = Distribution(
        license=("http://dcat-ap.de/def/licenses/dl-by-de/2.0",),
        license_attribution=(Literal("Gemeinde Neuhof", "de"),),
    )
    assert rules.ATTRIBUTION not in {f.rule for f in check(Dataset(distribution=(form,)), "dcat-ap-de")}


def test_german_rules_are_not_asked_by_the_european_profile() -> None:
    german = {rules.ATTRIBUTION, rules.CONTRIBUTOR, rules.DOWNLOAD_WITHOUT_ACCESS, rules.EMPTY_CONTACT}
    found = {f.rule for _, _, bad, _ in RULES for f in check(bad, "dcat-ap")}
    assert not german & found
    assert {rules.EMPTY_PERIOD, rules.TURNED_PERIOD} <= found


# ---------------------------------------------------------------------------------------------------- wordings


def fields_of(text: str) -> set[int]:
    return {int(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module")
def wordings() -> dict[str, Any]:
    """All that is declared: by the schemas, the guards, every spider and every reader."""
    for spider in registry.spider_classes().values():
        registry.reader(spider.reader)
    return dict(WORDING)


def test_both_languages_are_told_the_same(wordings: dict[str, Any]) -> None:
    assert len(wordings) > 60
    for rule, wording in wordings.items():
        for text in (wording.de, wording.en, wording.fix_de, wording.fix_en):
            assert text.strip() == text, rule
            assert text[-1:] in ".}…)", f"{rule}: a sentence ends: {text!r}"
        told, said = fields_of(wording.de), fields_of(wording.en)
        # A reason that is worded in both languages is given twice, once for each.
        assert len(told) == len(said), rule
        numbers = told | said | fields_of(wording.fix_de) | fields_of(wording.fix_en)
        assert numbers == set(range(len(numbers))), f"{rule}: arguments are counted without a gap"


def test_rule_is_declared_once() -> None:
    with pytest.raises(ValueError, match="missing-mandatory"):
        declare("missing-mandatory", "a.", "b.", "c.", "d.")


def test_findings_of_this_module_have_no_open_placeholder() -> None:
    """Each finding raised by a wrong record here is put into words in both languages."""
    raised: set[Finding] = set()
    for table in TABLES:
        empty = table.record(iri=FOCUS)
        for profile in PROFILES:
            raised.update(check(empty, profile))
        for row in table.rows:
            literal = row.kind in (Kind.IRI, Kind.NODE)
            value: str | Literal = Literal("{0} {x} {", "de") if literal else f"{OTHER}#{{1}}"
            raised.update(check(changed(empty, extra=((str(row.property), value),)), "dcat-ap-de"))
            raised.update(check(changed(empty, **{row.attribute: (good(row, 0), good(row, 1))}), "dcat-ap-de"))
            if row.kind in WRONG:
                raised.update(check(changed(empty, **{row.attribute: WRONG[row.kind]}), "dcat-ap-de"))
            if row.vocabulary:
                raised.update(check(changed(empty, **{row.attribute: (OTHER,)}), "dcat-ap-de"))
    for _, _, bad, _ in RULES:
        raised.update(check(bad, "dcat-ap-de"))
    for rule in rule_examples.EXAMPLES:
        wrong = syntax.load(rule_examples.example(rule)[0].encode(), f"{FOCUS}.ttl").triples
        raised.update(check_view(View(wrong.by_subject), "dcat-ap-de"))
    for profile in ("dcat-ap", "cpsv-ap"):
        raised.update(documents.check_document(b'<https://a.example/> <https://b.example/> "c" .', profile, "x.ttl"))
    raised.update(check_view(View({FOCUS: [(RDF_TYPE, str(DCAT.DatasetSeries))]}), "dcat-ap"))
    raised.update(check_view(View({FOCUS: [(RDF_TYPE, str(DCAT.Dataset))]}), "hvd"))
    series = {FOCUS: [(RDF_TYPE, str(DCAT.DatasetSeries))], OTHER: [(str(DCAT.inSeries), FOCUS)]}
    raised.update(check_view(View(series), "dcat-ap"))
    former = "http://purl.org/adms/status/Completed"
    raised.update(check(Distribution(iri=FOCUS, status=(former,)), "dcat-ap-de"))
    declared = {
        name
        for name, value in {**vars(validation), **vars(rules), **vars(convention_rules), **vars(documents)}.items()
        if name.isupper() and isinstance(value, str)
    }
    of_schemas = {
        value
        for module in (validation, rules, convention_rules, documents)
        for name, value in vars(module).items()
        if name in declared and value in WORDING
    }
    assert {finding.rule for finding in raised} == of_schemas - {validation.UNPARSEABLE}, "each rule is raised here"
    for finding in raised:
        shown = finding.to_json()
        assert set(shown) == {"severity", "focus", "path", "rule", "message", "fix"}
        for text in (finding.message("de"), finding.message("en"), finding.fix("de"), finding.fix("en")):
            for argument in sorted(finding.arguments, key=len, reverse=True):
                text = text.replace(argument, "")
            assert "{" not in text
            assert "}" not in text


def raised_in_sources() -> list[tuple[str, str, int]]:
    """Where the packages raise a finding with arguments written out: file and line, the rule, how many arguments."""
    found = []
    for package in ("schemas", "harvesters", "catalog"):
        for file in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Finding"]
            for call in named:
                rule = call.args[3] if len(call.args) > 3 else None
                given = call.args[4] if len(call.args) > 4 else ast.Tuple(elts=[])
                if not isinstance(rule, ast.Name) or not isinstance(given, ast.Tuple):
                    continue
                if any(isinstance(each, ast.Starred) for each in given.elts):
                    continue
                place = f"{file.relative_to(ROOT)}:{call.lineno}"
                module = importlib.import_module(str(file.relative_to(ROOT).with_suffix("")).replace("/", "."))
                value = getattr(module, rule.id, None)
                if isinstance(value, str):
                    found.append((place, value, len(given.elts)))
    return found


def test_every_finding_fills_its_wording() -> None:
    found = raised_in_sources()
    assert len(found) > 40
    for place, rule, count in found:
        wording = WORDING[rule]
        wanted = set().union(*(fields_of(text) for text in wording[:4]))
        assert len(wanted) == count, f"{place}: {rule} has {len(wanted)} places for {count} arguments"


def test_a_finding_that_an_older_program_kept_is_read_although_its_wording_has_grown() -> None:
    old = Finding(Severity.WARNING, "x", None, "wrong-datatype", ("checksumValue", "abc", "xsd:hexBinary"))
    assert old.message() == "checksumValue hat den Wert „abc“, der kein gültiger Wert vom Typ xsd:hexBinary ist."
    assert old.fix("en") == "Give checksumValue as xsd:hexBinary at the source, for example …."


def test_worst_severity_of_findings() -> None:
    one = Finding(Severity.INFO, FOCUS, None, rules.ATTRIBUTION)
    two = Finding(Severity.WARNING, FOCUS, str(DCATDE.contributorID), rules.CONTRIBUTOR, ("2",))
    assert worst((one, two)) is Severity.WARNING
    assert worst((one,)) is Severity.INFO
    assert worst(()) is None
