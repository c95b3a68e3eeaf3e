"""What a source file says of one field: where its values lie, in which language, and what its words stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator

from harvesters.configured.paths import Path, Place, Scope, Template, path, template
from harvesters.mapping.native_values import word
from schemas.refusals import Wrong, wrong_name

_TABLE_KEYS = ("path", "value", "template", "language", "codes", "split")


class Choice(NamedTuple):
    """One way to a field's values: a path, a template, or a constant.

    ``codes`` translates the source's words, ``split`` parts one text into several, ``language`` tags the texts.
    """

    path: Path | None = None
    template: Template | None = None
    value: Any = None
    language: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    split: str = ""

    @property
    def said(self) -> str:
        """The way as messages and the trace name it."""
        if self.path is not None:
            return self.path.text
        return self.template.text if self.template is not None else "="

    def places(self, scope: Scope) -> Iterator[Place]:
        """The values with where they stood; a constant stands under ``=``."""
        if self.path is not None:
            found: list[Place] = scope.places(self.path)
        elif self.template is not None:
            filled = self.template.filled(scope)
            found = [Place(filled, "", self.template.text)] if filled else []
        else:
            found = [Place(self.value, "", "=")]
        for place in found:
            for value in self._parted(place.value):
                yield place._replace(value=self._translated(value))

    def used(self, scope: Scope) -> Iterator[str]:
        """The paths in the record that the choice reads."""
        paths = [self.path] if self.path is not None else []
        if self.template is not None:
            paths += [part for part in self.template.parts if isinstance(part, Path)]
        for each in paths:
            if not each.key:
                yield from (place.path for place in scope.places(each))

    def _parted(self, value: Any) -> list[Any]:
        if not self.split or not isinstance(value, str):
            return [value]
        return [part for piece in value.split(self.split) if (part := piece.strip())]

    def _translated(self, value: Any) -> Any:
        if not self.codes:
            return value
        if isinstance(value, list):
            return [self._translated(entry) for entry in value]
        known = word(value).casefold()
        return next((code for name, code in self.codes if name.casefold() == known), value)


def choices(given: Any) -> tuple[Choice, ...]:
    """The ways that a source file states for a field, the first that gives something counts. Raises ValueError.

    ``"name"`` is a path, ``"=Bauamt"`` a constant, a text with ``{braces}`` a template, a table one of them with more
    said, a list several of them.
    """
    if isinstance(given, list | tuple):
        return tuple(
            choice for entry in given for choice in (choices(entry) if not isinstance(entry, Choice) else (entry,))
        )
    if isinstance(given, Mapping):
        return (_from_table(given),)
    if not isinstance(given, str):
        return (Choice(value=given),)
    if given.startswith("="):
        return (Choice(value=given[1:].strip()),)
    if "{" in given:
        return (Choice(template=template(given)),)
    return (Choice(path=path(given)),)


def _from_table(given: Mapping[str, Any]) -> Choice:
    unknown = [key for key in given if key not in _TABLE_KEYS]
    if unknown:
        raise wrong_name(unknown[0], _TABLE_KEYS)
    ways = [key for key in ("path", "value", "template") if key in given]
    if len(ways) != 1:
        raise Wrong("one of path, value and template is needed", "nötig ist eines von path, value und template")
    codes = given.get("codes", {})
    if not isinstance(codes, Mapping):
        raise Wrong(
            "codes: a table from the source's words to ours is allowed",
            "codes: erlaubt ist eine Tabelle von den Wörtern der Quelle zu unseren",
        )
    return Choice(
        path=path(_text(given, "path")) if "path" in given else None,
        template=template(_text(given, "template")) if "template" in given else None,
        value=given.get("value"),
        language=_text(given, "language"),
        codes=tuple((str(key), str(value)) for key, value in codes.items()),
        split=_text(given, "split"),
    )


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str):
        raise Wrong(f"{key}: a text is allowed", f"{key}: erlaubt ist ein Text")
    return value


Field = Annotated[tuple[Choice, ...], BeforeValidator(choices)]
