"""Who may have the data, and under what terms: a licence only with the words that stand at the source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.formats import day
from catalog.repair.subject import Subject
from schemas.kinds import Literal
from schemas.model import Distribution, RightsStatement, iri_of
from schemas.proposals import Proposal, name_of, stated
from schemas.vocabularies import LISTS, find_access_right, find_license, needs_attribution, open_license

ACCESS, RIGHTS, LICENSE = "access-rights", "rights", "license"
TITLES = {
    ACCESS: ("Zugang zu den Daten", "Access to the data"),
    RIGHTS: ("Nutzungsrechte der Datei", "Rights of the file"),
    LICENSE: ("Lizenz der Datei", "Licence of the file"),
}
_NAMES_A_LICENSE = re.compile(
    r"(?i)lizenz|licen[cs]e|dl-de|creative ?commons|cc[- ](?:by|0|zero)|gemeinfrei|public domain"
)
_NAMES_ONE = re.compile(r"(?i)dl-de|datenlizenz|creative ?commons|\bcc[- ](?:by|0|zero)|public domain|gemeinfrei")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\s*[\n\r|•]\s*|\s{3,}")
_LONGEST = 300


def propose(subject: Subject) -> Iterator[Proposal]:
    """Access rights, rights and licence where none is stated."""
    yield from _access(subject)
    for value in subject.dataset.distribution:
        if isinstance(value, Distribution) and value.license and not stated(value, "rights"):
            yield from _rights(subject, value)
    yield from _license(subject)


def _access(subject: Subject) -> Iterator[Proposal]:
    public = find_access_right("PUBLIC")
    # Words that mean one are put into its terms by the conventions; other words give way, for one value only may stand.
    if subject.dataset.access_rights or public is None:
        return
    came = next((file for file in subject.files if file.look is not None and file.look.answered), None)
    if came is not None and came.look is not None:
        when = came.look.looked
        de = f"Die Datei {came.look.name or came.address} kam am {day(when)} ohne Anmeldung."
        en = f"The file {came.look.name or came.address} came on {day(when, 'en')} without any login."
        certainty = 90
    else:
        given = [
            code
            for d in subject.dataset.distribution
            if isinstance(d, Distribution)
            for value in d.license
            if (code := find_license(iri_of(value) or "")) is not None and open_license(code.iri)
        ]
        if not given:
            return
        de = f"Die Lizenz {given[0].de} erlaubt jedem, die Daten zu nutzen."
        en = f"The licence {given[0].en or given[0].de} lets anybody use the data."
        certainty = 70
    yield Proposal(
        rule=ACCESS,
        attribute="access_rights",
        values=(public.iri,),
        certainty=certainty,
        evidence_de=de,
        evidence_en=en,
    )


def _rights(subject: Subject, distribution: Distribution) -> Iterator[Proposal]:
    code = next((code for v in distribution.license if (code := LISTS["license"].by_iri(iri_of(v) or ""))), None)
    part = name_of(distribution)
    if code is None or part is None:
        return
    de, en = f"Nutzung nach der Lizenz {code.de}", f"Use under the licence {code.en or code.de}"
    if needs_attribution(code.iri) and distribution.license_attribution:
        named = distribution.license_attribution[0].text
        de, en = f"{de}; Namensnennung: {named}", f"{en}; attribution: {named}"
    yield Proposal(
        rule=RIGHTS,
        attribute="distribution.rights",
        part=part,
        values=(RightsStatement(label=(Literal(de if subject.language == "de" else en, subject.language),)),),
        certainty=60,
        evidence_de=f"Die Lizenz der Datei ist {code.de}; mehr Rechte nennt die Quelle nicht.",
        evidence_en=f"The file's licence is {code.en or code.de}; the source names no further rights.",
    )


def _license(subject: Subject) -> Iterator[Proposal]:
    lacking = [d for d in subject.dataset.distribution if isinstance(d, Distribution) and not stated(d, "license")]
    if not lacking:
        return
    address, said = subject.page()
    quoted = _quoted(said)
    if quoted is None:
        return
    iri, quote = quoted
    for distribution in lacking:
        if part := name_of(distribution):
            yield Proposal(
                rule=LICENSE,
                attribute="distribution.license",
                part=part,
                values=(iri,),
                certainty=75,
                evidence_de=f"Auf {address} steht: „{quote}“.",
                evidence_en=f"{address} says: “{quote}”.",
            )


def _quoted(said: str) -> tuple[str, str] | None:
    """The one licence that a page names, with the words that do; None if there is none, another one, or any doubt."""
    quotes: dict[str, str] = {}
    for sentence in (each.strip() for each in _SENTENCE.split(said)):
        if not _NAMES_A_LICENSE.search(sentence):
            continue
        code = find_license(sentence) if len(sentence) <= _LONGEST else None
        if code is not None:
            quotes.setdefault(code.iri, sentence)
        elif _NAMES_ONE.search(sentence):
            # It names one, but with a limit, for a part, or beside another.
            return None
    return next(iter(quotes.items())) if len(quotes) == 1 else None
