"""A metadata record of ISO 19139 or ISO 19115-3 as its parts: scope, languages, identification, and its texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from harvesters.iso.elements import Element, anchor, children, code, first, found, literals, name, tag_of, text
from schemas.kinds import Literal

# What the codes of MD_ScopeCode are to a catalogue; everything else is a dataset.
_SERIES = frozenset({"series", "collection"})
_SERVICES = frozenset({"service"})


class IsoRecord:
    """A metadata element; ``fallback`` is the language tag of its texts where it states none."""

    def __init__(self, root: Element, fallback: str) -> None:
        self.root = root
        self.language = self._own_language() or fallback
        self.locales: dict[str, str] = {
            str(identifier): tag
            for each in found(root, "locale", "otherLocale")
            for locale in children(each)
            if (identifier := next((v for k, v in locale.attrib.items() if str(k).rpartition("}")[2] == "id"), ""))
            and (tag := tag_of(code(first(each, "languageCode", "language"))))
        }
        # ISO 19115-3 refers to its default language as to the others.
        for each in found(root, "defaultLocale"):
            for locale in children(each):
                identifier = next((v for k, v in locale.attrib.items() if str(k).rpartition("}")[2] == "id"), "")
                if identifier:
                    self.locales.setdefault(str(identifier), self.language)

    def _own_language(self) -> str | None:
        stated = found(self.root, "defaultLocale/language", "language")
        return next((tag for each in stated if (tag := tag_of(code(each)))), None)

    @cached_property
    def identification(self) -> Element | None:
        """The first identification with content."""
        return next((each for each in found(self.root, "identificationInfo") if len(each)), None)

    @cached_property
    def citation(self) -> Element | None:
        """The resource's citation."""
        return first(self.identification, "citation")

    @cached_property
    def file_identifier(self) -> str:
        """The record's own identifier; empty if it has none."""
        return text(first(self.root, "fileIdentifier")) or text(first(self.root, "metadataIdentifier/code"))

    @cached_property
    def scope(self) -> str:
        """The code of what the record describes, ``dataset`` where it says nothing."""
        stated = code(first(self.root, "hierarchyLevel", "metadataScope/resourceScope"))
        if not stated and self.identification is not None:
            stated = "service" if "Service" in "".join(name(each) for each in children(self.identification)) else ""
        return stated or "dataset"

    @property
    def is_service(self) -> bool:
        """Whether the record describes a service."""
        return self.scope in _SERVICES

    @property
    def is_series(self) -> bool:
        """Whether the record describes a series of datasets."""
        return self.scope in _SERIES

    def literals(self, element: Element | None) -> list[Literal]:
        """The texts of a property in all languages."""
        return [] if element is None else literals(element, self.language, self.locales)

    def said(self, element: Element | None) -> Any:
        """The texts of a property as the rules of fields take them: a text, or texts by language."""
        texts = self.literals(element)
        if len(texts) == 1 and texts[0].lang == self.language:
            return texts[0].text
        return {each.lang or self.language: each.text for each in reversed(texts)}

    def paths(self, *paths: str) -> Sequence[tuple[str, Element]]:
        """The properties at paths below the root, each with its path."""
        return [(path, each) for path in paths for each in found(self.root, path)]

    def identified(self, *paths: str) -> Sequence[tuple[str, Element]]:
        """The properties at paths below the identification, each with its path from the root."""
        return [(f"identificationInfo/{path}", e) for path in paths for e in found(self.identification, path)]

    def identifier(self, element: Element) -> str:
        """An identifier of a citation: its code, with its code space before it if that makes an address of it."""
        own = first(element, "code")
        stated = anchor(own) or text(own)
        space = text(first(element, "codeSpace"))
        if not stated or stated.startswith(("http://", "https://", "urn:")) or not space:
            return stated
        if space.startswith(("http://", "https://")):
            return space + ("" if space.endswith(("/", "#", "=")) else "/") + stated
        return stated
