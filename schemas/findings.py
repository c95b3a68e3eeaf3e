"""One remark on one record: what is wrong, where, and how to mend it, in German and English."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

# For what a finding does not say that an older program kept.
_UNKNOWN = ("…",) * 10


class Severity(StrEnum):
    """How much a finding weighs; the words of SHACL (sh:resultSeverity), lower-cased."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


class Wording(NamedTuple):
    """The texts of a rule; ``{0}``, ``{1}`` … stand for the finding's arguments."""

    de: str
    en: str
    fix_de: str
    fix_en: str
    source: str = ""


class Finding(NamedTuple):
    """A remark on one record. ``path`` is a property IRI or None, ``arguments`` fill the rule's wording."""

    severity: Severity
    focus: str
    path: str | None
    rule: str
    arguments: tuple[str, ...] = ()

    def message(self, lang: str = "de") -> str:
        """What is wrong, as one sentence."""
        wording = WORDING.get(self.rule)
        if wording is None:  # of an extension that is no longer installed
            return ": ".join((self.rule, ", ".join(self.arguments)))
        return (wording.de if lang == "de" else wording.en).format(*self.arguments, *_UNKNOWN)

    def fix(self, lang: str = "de") -> str:
        """How to mend it at the source, as one sentence."""
        wording = WORDING.get(self.rule)
        if wording is None:
            return ""
        return (wording.fix_de if lang == "de" else wording.fix_en).format(*self.arguments, *_UNKNOWN)

    def to_json(self) -> dict[str, object]:
        """The finding in the form of DESIGN 4.2."""
        return {
            "severity": str(self.severity),
            "focus": self.focus,
            "path": self.path,
            "rule": self.rule,
            "message": {"de": self.message("de"), "en": self.message("en")},
            "fix": {"de": self.fix("de"), "en": self.fix("en")},
        }


WORDING: dict[str, Wording] = {}


def declare(rule: str, de: str, en: str, fix_de: str, fix_en: str, source: str = "") -> str:
    """Enters the wording of a rule in the catalogue; gives the rule's name. A name can be declared once."""
    if rule in WORDING:
        raise ValueError(f"rule {rule!r} is declared twice")
    WORDING[rule] = Wording(de, en, fix_de, fix_en, source)
    return rule


def worst(findings: tuple[Finding, ...]) -> Severity | None:
    """The highest severity among findings; None if there are none."""
    for severity in (Severity.VIOLATION, Severity.WARNING, Severity.INFO):
        if any(finding.severity == severity for finding in findings):
            return severity
    return None
