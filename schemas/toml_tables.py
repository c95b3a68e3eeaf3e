"""Tables of TOML files, and what is said when one is wrong: in one line that names file, key and what is allowed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas import refusals


class ConfigurationError(ValueError):
    """Raised for a wrong region folder or wrong use; its text is one line that names file, key and what is allowed.

    ``de`` is the same line in German, which is what people read first; empty where there is none.
    """

    def __init__(self, text: str, de: str = "") -> None:
        super().__init__(text)
        self.de = de


def read_toml(file: Path) -> dict[str, Any]:
    """A TOML file as a table. Raises ConfigurationError, which names the file as a steward knows it."""
    name = file.name if file.name == "region.toml" else f"{file.parent.name}/{file.name}"
    try:
        # Editors on Windows put a byte order mark before the text.
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: no valid TOML: {error}", f"{name}: kein gültiges TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{name}: not in UTF-8 at byte {error.start}", f"{name}: nicht in UTF-8, bei Byte {error.start}"
        ) from error
    except OSError as error:
        raise ConfigurationError(f"{name}: {error.strerror}", f"{name}: nicht lesbar ({error.strerror})") from error


def table_of(name: str, table: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A table in a table; empty where it is absent. Raises ConfigurationError where something else stands there."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"{name}: {key}: a table [{key}] is allowed", f"{name}: {key}: erlaubt ist eine Tabelle [{key}]"
        )
    return dict(value)


def refuse_unknown(name: str, table: Mapping[str, Any], allowed: tuple[str, ...], where: str = "") -> None:
    """Raises ConfigurationError for a key that is not allowed."""
    for key in table:
        if key not in allowed:
            raise unknown_key(name, where, key, allowed)


def unknown_key(name: str, where: str, key: str, allowed: tuple[str, ...]) -> ConfigurationError:
    """What is said of a key that is not allowed, with the likeliest one that is."""
    en, de = (refusals.unknown(key, allowed, lang=lang) for lang in ("en", "de"))
    return ConfigurationError(f"{name}: {where}{en}", f"{name}: {where}{de}")


def refuse_twice(name: str, key: str, values: list[str]) -> None:
    """Raises ConfigurationError for a value that stands twice."""
    for value in values:
        if values.count(value) > 1:
            raise ConfigurationError(
                f"{name}: {key} {value!r} stands twice; each may stand once",
                f"{name}: {key} {value!r} steht zweimal da; jede darf einmal dastehen",
            )
