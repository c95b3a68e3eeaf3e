"""A record, or a whole document, and a profile to findings: the constraints of its tables and the rules beyond them.

Obligations become severities as in the official shapes: a missing mandatory or a surplus value is a violation, a
missing recommended one a warning (DCAT-AP 3.0.1 shapes and shapes_recommended; DCAT-AP.de 3.0). docs/validation.md lists
where the findings differ from those of the official shapes, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from schemas import rules
from schemas.classes import HVD_LEGISLATION
from schemas.constraints import Ask, Constraint
from schemas.evaluation import Broken, Term, broken, evaluate, grouped, shapes
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.lexical import fits
from schemas.model import Resource
from schemas.namespaces import DCAT, DCATAP, DCTERMS, VCARD
from schemas.views import View, of_record
from schemas.vocabularies import LISTS

__all__ = ["check", "check_view", "fits", "name_of"]

MISSING = declare(
    "missing-mandatory",
    "Die Pflichtangabe {0} fehlt.",
    "The mandatory property {0} is missing.",
    "Ergänzen Sie {0} an der Quelle.",
    "Add {0} at the source.",
    "DCAT-AP 3.0.1, DCAT-AP.de 3.0: class tables",
)
RECOMMENDED = declare(
    "missing-recommended",
    "Die empfohlene Angabe {0} fehlt.",
    "The recommended property {0} is missing.",
    "Ergänzen Sie {0} an der Quelle; der Datensatz wird so besser gefunden und bewertet.",
    "Add {0} at the source; the record will be found and rated better.",
    "DCAT-AP 3.0.1 shapes_recommended",
)
TOO_MANY = declare(
    "too-many-values",
    "{0} darf höchstens {1}-mal angegeben sein, hier {2}-mal.",
    "{0} may be given {1} times at most, here {2} times.",
    "Lassen Sie an der Quelle nur den zutreffenden Wert stehen.",
    "Keep only the value that applies at the source.",
    "DCAT-AP 3.0.1, DCAT-AP.de 3.0: class tables",
)
NODE_KIND = declare(
    "wrong-kind",
    "{0} hat den Wert „{1}“; verlangt ist {2}.",
    "{0} has the value “{1}”; what is demanded is {3}.",
    "Geben Sie {0} an der Quelle in der verlangten Form an.",
    "Give {0} at the source in the form demanded.",
    "DCAT-AP 3.0.1 range shapes (sh:nodeKind)",
)
DATATYPE = declare(
    "wrong-datatype",
    "{0} hat den Wert „{1}“, der kein gültiger Wert vom Typ {2} ist.",
    "{0} has the value “{1}”, which is no valid value of type {2}.",
    "Geben Sie {0} an der Quelle als {2} an, zum Beispiel {3}.",
    "Give {0} as {2} at the source, for example {3}.",
    "DCAT-AP 3.0.1 range shapes (sh:datatype)",
)
_EXAMPLES = {
    "xsd:date": "2026-11-03",
    "xsd:dateTime": "2026-11-03T12:00:00Z",
    "xsd:decimal": "12.5",
    "xsd:nonNegativeInteger": "1024",
    "xsd:hexBinary": "9f86d081884c7d65",
    "xsd:duration": "P1D",
    "xsd:anyURI": "https://www.example.org/",
}
NOT_IN_LIST = declare(
    "not-in-code-list",
    "{0} hat den Wert {1}, der nicht in der Codeliste {2} steht.",
    "{0} has the value {1}, which is not in the code list {2}.",
    "Wählen Sie einen Wert aus {3}.",
    "Choose a value from {3}.",
    "DCAT-AP 3.0.1 section 10; DCAT-AP.de 3.0 controlled vocabularies",
)
DEPRECATED = declare(
    "deprecated-property",
    "{0} ist in DCAT-AP.de 3.0 veraltet.",
    "{0} is deprecated in DCAT-AP.de 3.0.",
    "Die Angabe darf bleiben; neue Einträge sollten ohne sie auskommen.",
    "It may stay; new entries should do without it.",
    "DCAT-AP.de 3.0 deprecated",
)
UNPARSEABLE = declare(
    "unparseable",
    "Nicht lesbar: {0}",
    "Not readable: {1}",
    "Prüfen Sie das Dokument an der genannten Stelle.",
    "Check the document at the place named.",
)
CONVENTION = declare(
    "missing-by-convention",
    "Die Angabe {0}, um die das Konventionenhandbuch bittet, fehlt.",
    "The property {0}, which the handbook of conventions asks for, is missing.",
    "Ergänzen Sie {0} an der Quelle, wenn es sie dort gibt.",
    "Add {0} at the source if it is known there.",
    "Konventionenhandbuch 2.0",
)
NOT_OPEN = declare(
    "license-not-open",
    "Die Lizenz {0} ist keine offene Lizenz der GovData-Liste.",
    "The licence {0} is no open licence of GovData's list.",
    "Prüfen Sie, ob die Daten unter einer offenen Lizenz stehen können.",
    "See whether the data may bear an open licence.",
    "GovData dashboard, Distribution_has_open_license_from_list",
)
WRONG_CLASS = declare(
    "wrong-class",
    "{0} verweist auf {1}; dort wird nichts von der Klasse {2} beschrieben.",
    "{0} refers to {1}; nothing of the class {2} is described there.",
    "Beschreiben Sie {1} an der Quelle als {2}, oder nennen Sie die richtige Adresse.",
    "Describe {1} as {2} at the source, or name the right address.",
    "DCAT-AP 3.0.1 range shapes (sh:class)",
)
VALUE_MISSING = declare(
    "value-missing",
    "{0} nennt {1} nicht.",
    "{0} does not name {1}.",
    "Ergänzen Sie {1} bei {0} an der Quelle.",
    "Add {1} to {0} at the source.",
    "DCAT-AP 3.0.1 section 10; DCAT-AP HVD 3.0.0 usage notes",
)
NONE_OF = declare(
    "none-of-these",
    "Keine dieser Angaben ist da: {0}.",
    "None of these properties is there: {0}.",
    "Machen Sie an der Quelle eine dieser Angaben: {0}.",
    "Give one of these at the source: {0}.",
    "DCAT-AP 3.0.1 shapes_recommended; DCAT-AP HVD 3.0.0 usage notes",
)
EMPTY_SERIES = declare(
    "series-without-dataset",
    "Kein Datensatz nennt diese Reihe.",
    "No dataset names this series.",
    "Nennen Sie an der Quelle bei jedem Datensatz die Reihe (inSeries).",
    "Name the series in each of its datasets at the source (inSeries).",
    "DCAT-AP 3.0.1 shapes",
)
FORMER_CODE = declare(
    "former-code-list",
    "{0} hat den Wert {1} aus einer Codeliste, die aufgegeben wurde.",
    "{0} has the value {1} from a code list that was given up.",
    "Wählen Sie an der Quelle einen Wert aus der heutigen Liste.",
    "Choose a value from the present list at the source.",
    "DCAT-AP.de 3.0 deprecated",
)
WRONG_MEMBER = declare(
    "series-with-other-member",
    "{0} nennt diese Reihe, ist aber kein Datensatz.",
    "{0} names this series, but is no dataset.",
    "Nehmen Sie die Reihe (inSeries) dort an der Quelle heraus.",
    "Take the series (inSeries) out there at the source.",
    "DCAT-AP 3.0.1 range shapes",
)
NOT_SERVED = declare(
    "dataset-without-service",
    "Kein Datendienst (API) gibt Zugriff auf den Datensatz.",
    "No data service (API) gives access to the dataset.",
    "Nennen Sie an der Quelle den Dienst bei der Distribution (accessService) oder den Datensatz beim Dienst.",
    "Name the service at the distribution (accessService), or the dataset at the service, at the source.",
    "DCAT-AP HVD 3.0.0 usage notes; Regulation (EU) 2023/138",
)
NO_CONTRIBUTOR = declare(
    "missing-contributor-id",
    "Eine Datenbereitsteller-Kennung aus der Liste von GovData fehlt, oder es sind mehrere.",
    "A contributor ID from GovData's list is missing, or there are several.",
    "Nur wer selbst an GovData liefert, braucht eine eigene; sonst ergänzt sie das Landesportal.",
    "Only who delivers to GovData directly needs one; otherwise the state portal adds its own.",
    "Konventionenhandbuch 2.0, K12 and K13; GovData dashboard, Dataset_has_contributorID",
)
NAMELESS_PUBLISHER = declare(
    "publisher-without-name",
    "Der Herausgeber {0} hat keinen Namen (foaf:name).",
    "The publisher {0} has no name (foaf:name).",
    "Nennen Sie an der Quelle den Namen der herausgebenden Stelle.",
    "Name the publishing office at the source.",
    "GovData dashboard, Dataset_has_publisher",
)


def name_of(property_iri: str) -> str:
    """The short name of a property as people read it: the part behind the last ``#`` or ``/``."""
    return property_iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def check(
    record: Resource, profile: str, companions: Iterable[Resource] = (), *, high_value: bool = True
) -> tuple[Finding, ...]:
    """The findings on a record, on what is described in it and on its companions.

    Takes a profile of :data:`schemas.profiles.PROFILES`; HVD is checked in addition where a record carries the HVD
    legislation (DCAT-AP HVD 3.0.0), unless ``high_value`` is off. A blank node is named by the record that it hangs on.
    """
    return check_view(of_record(record, companions), profile, high_value=high_value)


def check_view(view: View, profile: str, *, high_value: bool = True) -> tuple[Finding, ...]:
    """The findings on all that a view holds, in its order. Raises KeyError for an unknown profile."""
    broken_ones = list(evaluate(view, profile))
    if high_value and profile in _WITH_HVD:
        broken_ones += map(_softened, _high_value(view))
    elif not view.whole:
        # Of a record that is looked at alone, a service described elsewhere may give access to it.
        broken_ones = list(map(_softened, broken_ones))
    findings = [finding_of(each, view) for each in _each_cause_once(broken_ones)]
    findings += rules.check(view, profile)
    return tuple(dict.fromkeys(findings))


_WITH_HVD = frozenset({"dcat-ap", "dcat-ap-de", "geodcat-ap"})
_DEMANDED = frozenset({Ask.MIN, Ask.MAX, Ask.ANY_OF, Ask.LIST, Ask.SERVED})
_LEGISLATION = str(DCATAP.applicableLegislation)
_MARKED = (str(DCAT.Dataset), str(DCAT.DataService), str(DCAT.DatasetSeries))
_DISTRIBUTION = str(DCAT.Distribution)


_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}


def _each_cause_once(found: Sequence[Broken]) -> Iterator[Broken]:
    """What is broken, without what another one of them says better.

    A text where none may stand has no class either; what is missing and has to name a certain value is told with the value.
    """
    told: dict[tuple[Ask, str, str, Term | None], int] = {}
    for each in found:
        asked = each.constraint
        if asked.ask is Ask.NODE_KIND and isinstance(each.value, Literal):
            told[Ask.CLASS, each.node, asked.path, each.value] = _WEIGHT[asked.severity]
        elif asked.ask is Ask.HAS_VALUE:
            told[Ask.MIN, each.node, asked.path, None] = _WEIGHT[asked.severity]
    for each in found:
        asked = each.constraint
        weight = told.get((asked.ask, each.node, asked.path, each.value)) if told else None
        if weight is None or weight > _WEIGHT[asked.severity]:
            yield each


def _high_value(view: View) -> Iterator[Broken]:
    """What a record that says that it is of high value, or a distribution of it, lacks of the HVD profile."""
    marked = (_LEGISLATION, HVD_LEGISLATION)
    for node, statements in view.by_subject.items():
        if marked not in statements:
            continue
        own = [each for each in _MARKED if each in view.classes(node)]
        for each in own:
            yield from _demanded(view, node, each)
        for form in view.values(node, str(DCAT.distribution)) if own else ():
            if isinstance(form, str) and form in view.by_subject:
                yield from _demanded(view, form, _DISTRIBUTION)


def _softened(each: Broken) -> Broken:
    if each.constraint.ask is not Ask.SERVED:
        return each
    return each._replace(constraint=each.constraint._replace(severity=Severity.WARNING))


def _demanded(view: View, node: str, target: str) -> Iterator[Broken]:
    values = grouped(view.by_subject[node])
    return (each for each in broken(shapes("hvd")[target], node, values, view) if each.constraint.ask in _DEMANDED)


_NODES: dict[str, tuple[str, str]] = {"Literal": ("ein Text", "a text")}
_AN_IRI = ("eine IRI", "an IRI")
_EMPTY = {str(DCTERMS.PeriodOfTime): rules.EMPTY_PERIOD, str(VCARD.Kind): rules.EMPTY_CONTACT}
_LACK = {Severity.VIOLATION: MISSING, Severity.WARNING: RECOMMENDED, Severity.INFO: CONVENTION}
_PLAIN: dict[Ask, str] = {
    Ask.OPEN: NOT_OPEN,
    Ask.DEPRECATED: DEPRECATED,
    Ask.FORMER_LIST: FORMER_CODE,
    Ask.CLASS: WRONG_CLASS,
    Ask.INNER: NAMELESS_PUBLISHER,
    Ask.INVERSE: EMPTY_SERIES,
    Ask.MEMBERS: WRONG_MEMBER,
    Ask.QUALIFIED: NO_CONTRIBUTOR,
    Ask.SERVED: NOT_SERVED,
}


def finding_of(each: Broken, view: View) -> Finding:
    """A broken constraint in words: its rule and what fills it."""
    asked = each.constraint
    rule, arguments = words_of(asked, _shown(each), str(each.number))
    return Finding(asked.severity, view.place(each.node), asked.path, rule, arguments)


def words_of(asked: Constraint, shown: str, number: str) -> tuple[str, tuple[str, ...]]:
    """The rule that words a broken constraint, and what fills it: the value as it is shown, or the number of values."""
    name, ask = name_of(asked.path), asked.ask
    if ask is Ask.MIN:
        return _LACK[asked.severity], (name,)
    if ask is Ask.MAX:
        return TOO_MANY, (name, asked.parameter, number)
    if ask is Ask.ANY_OF:
        empty = _EMPTY.get(asked.target)
        return (empty, ()) if empty else (NONE_OF, (", ".join(map(name_of, asked.paths)),))
    if ask is Ask.HAS_VALUE:
        return VALUE_MISSING, (name, asked.parameter)
    if ask is Ask.NODE_KIND:
        return NODE_KIND, (name, shown, *_NODES.get(asked.parameter, _AN_IRI))
    if ask is Ask.DATATYPE:
        datatypes = asked.parameter.split()
        wanted = "xsd:date" if len(datatypes) > 1 else _short(datatypes[0])
        return DATATYPE, (name, shown, wanted, _EXAMPLES.get(wanted, "2026-11-03"))
    if ask in (Ask.LIST, Ask.PATTERN):
        listed = LISTS[asked.parameter if ask is Ask.LIST else "media-type"]
        return NOT_IN_LIST, (name, shown, listed.name, listed.scheme)
    arguments = {
        Ask.CLASS: (name, shown, _short(asked.parameter)),
        Ask.FORMER_LIST: (name, shown),
        Ask.DEPRECATED: (name,),
        Ask.INNER: (shown,),
        Ask.OPEN: (shown,),
        Ask.MEMBERS: (shown,),
    }
    return _PLAIN[ask], arguments.get(ask, ())


def _short(iri: str) -> str:
    return ("xsd:" if "XMLSchema" in iri else "") + name_of(iri)


def _shown(each: Broken) -> str:
    value = each.value
    if isinstance(value, Literal):
        return value.text[:120]
    return "_:" if value is None or value.startswith("_:") else value
