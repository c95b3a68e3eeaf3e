"""The fields of a schema.org Dataset, taken one by one, with an account of what was understood and what is left."""

from __future__ import annotations

from typing import Any

import orjson

from harvesters.reading import NOT_UNDERSTOOD, TraceEntry
from harvesters.website.schema_org_values import literals_in, strings_in
from harvesters.website.web_pages import join
from schemas.findings import Finding, Severity
from schemas.kinds import Literal, date
from schemas.model import Resources, Texts

# What says nothing about the data, or only repeats what the page is.
_SILENT = frozenset(
    {
        "@type",
        "@context",
        "@id",
        "includedInDataCatalog",
        "mainEntityOfPage",
        "isAccessibleForFree",
        "thumbnailUrl",
        "image",
    }
)


class Fields:
    """The fields of one Dataset on a page: ``trace``, ``findings`` and ``leftovers`` say what became of them.

    ``language`` is that of its texts where they name none.
    """

    def __init__(self, entry: dict[str, Any], native_id: str, page: str, language: str) -> None:
        self.left = dict(entry)
        self.native_id = native_id
        self.page = page
        self.language = language
        self.trace: list[TraceEntry] = []
        self.findings: list[Finding] = []
        self.leftovers: list[tuple[str, str]] = []

    def take(self, field: str) -> Any:
        """The value of a field, which then counts as read; None if it is not there."""
        return self.left.pop(field, None)

    def took(self, attribute: str, field: str, rule: str = "copied") -> None:
        """Notes which attribute of the record a field gave."""
        self.trace.append(TraceEntry(attribute, f"schema.org: {field}", rule))

    def not_understood(self, field: str, value: Any) -> None:
        """Keeps a value that cannot be mapped, with a finding that says so."""
        text = _written(value)
        finding = Finding(Severity.WARNING, self.native_id, None, NOT_UNDERSTOOD, (field, text[:200]))
        self.findings.append(finding)
        self.leftovers.append((field, text))

    def texts(self, attribute: str, field: str) -> Texts:
        """The texts of a field in the language that they are in."""
        found = tuple(literals_in(self.take(field), self.language))
        if found:
            self.took(attribute, field)
        return found

    def plain(self, attribute: str, field: str) -> Texts:
        """The texts of a field that are in no language."""
        found = tuple(Literal(text) for text in strings_in(self.take(field)))
        if found:
            self.took(attribute, field)
        return found

    def dates(self, attribute: str, field: str) -> Texts:
        """The dates of a field."""
        found = []
        for text in strings_in(self.take(field)):
            moment = date(text)
            if moment is None:
                self.not_understood(field, text)
            else:
                found.append(moment)
        if found:
            self.took(attribute, field, "date")
        return tuple(found)

    def addresses(self, attribute: str, field: str) -> Resources:
        """The web addresses of a field, absolute, each once."""
        found = []
        for text in strings_in(self.take(field)):
            address = join(self.page, text)
            if address is None:
                self.not_understood(field, text)
            else:
                found.append(address)
        if found:
            self.took(attribute, field)
        return tuple(dict.fromkeys(found))

    def leave_rest(self) -> None:
        """Keeps whatever nobody took and says something."""
        for field, value in self.left.items():
            if field not in _SILENT and value not in (None, "", [], {}):
                self.leftovers.append((f"schema:{field}", _written(value)[:10_000]))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
