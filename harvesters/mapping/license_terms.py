"""Under which terms something may be used: licences and rights from several fields that speak of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harvesters.mapping.account import Account, Said
from harvesters.mapping.native_values import beginning, word
from schemas.findings import Severity, declare
from schemas.kinds import Literal, iri, is_web
from schemas.namespaces import DCTERMS
from schemas.vocabularies import find_license

LICENSE_KEPT = declare(
    "license-not-understood",
    "Die Lizenzangabe „{0}“ steht nicht in der Liste der Lizenzen; ihr Wortlaut bleibt unter „rights“ erhalten.",
    "The licence “{0}” is not in the list of licences; its wording is kept under “rights”.",
    "Geben Sie an der Quelle eine Lizenz aus http://dcat-ap.de/def/licenses an.",
    "Give a licence of http://dcat-ap.de/def/licenses at the source.",
    "Konventionenhandbuch 2.0, K32; faults F76",
)
LICENSE_CONTRADICTS = declare(
    "license-contradictory",
    "Die Lizenzangaben widersprechen sich ({0}); keine wurde übernommen.",
    "The licence is given in contradictory ways ({0}); none was taken.",
    "Lassen Sie an der Quelle nur die zutreffende Lizenz stehen.",
    "Keep only the licence that applies at the source.",
    "faults F76",
)


class Terms(NamedTuple):
    """Under which terms something may be used: licences as IRIs, and what is said about it in words."""

    license: tuple[str, ...] = ()
    rights: tuple[Literal, ...] = ()


_NONE = Terms()
# Longer than this a text is more than a licence's name: its wording may hold conditions and is kept.
_LONGEST_NAME = 100


def terms(account: Account, offers: Sequence[Said], attribute: str = "distribution.license") -> Terms:
    """The terms that several fields (best last, where only a text is left) state about one thing.

    Takes fields with their values. A text of no list is never guessed (F76): an IRI stays as it is (convention 34), words
    are kept as rights, and so are all texts where the fields contradict one another.
    """
    if not offers:
        return _NONE
    return account.once(attribute, [("license", offer) for offer in offers], lambda: _terms(account, offers, attribute))


def _terms(account: Account, offers: Sequence[Said], attribute: str) -> Terms:
    given = [(field, text) for field, value in offers if (text := word(value))]
    for field, value in offers:
        if not isinstance(value, str | int | float):
            account.refuse(field, value, "license")
    if not given or any(text.casefold() == "notspecified" for _, text in given):
        return _NONE
    path = str(DCTERMS.license)
    known = {code.code: (field, code) for field, text in reversed(given) if (code := find_license(text))}
    # "cc-by" beside "cc-by/4.0" is its short name, and "other-open" says less than any licence by name.
    exact = [code for code in known if not any(other.startswith(code + "/") for other in known)]
    exact = [code for code in exact if not code.startswith("other-")] or exact
    if len(exact) == 1:
        field, code = known[exact[0]]
        account.note(attribute, field, "lookup")
        return Terms((code.iri,), tuple(_kept(account, t) for _, t in given if len(t) > _LONGEST_NAME))
    if exact:
        account.remark(Severity.WARNING, path, LICENSE_CONTRADICTS, ", ".join(sorted(exact)))
        return Terms(rights=tuple(dict.fromkeys(_kept(account, text) for _, text in given)))
    foreign = [(field, address) for field, text in given if is_web(text) and (address := iri(text))]
    named = [(field, text) for field, text in given if not is_web(text)][-1:]
    if foreign:
        account.note(attribute, foreign[0][0], "copy")
    else:
        account.remark(Severity.WARNING, path, LICENSE_KEPT, beginning(named[0][1]))
    for field, _ in named:
        account.note(attribute.replace("license", "rights"), field, "kept")
    return Terms(tuple(address for _, address in foreign[:1]), tuple(_kept(account, text) for _, text in named))


def _kept(account: Account, text: str) -> Literal:
    return Literal(text, account.language)
