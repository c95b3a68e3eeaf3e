"""What is wrong with a setting, in words of the files it stands in: the key, the nearest known one, what is allowed.

Each line is there in German and in English, asked for by ``lang``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

Lines = tuple[str, str]  # German, English

_TEXT = ("erlaubt ist ein Text in Anführungszeichen", "a text in quotes (a string) is allowed")
_NUMBER, _WHOLE = (
    ("erlaubt ist eine Zahl", "a number is allowed"),
    ("erlaubt ist eine ganze Zahl", "a whole number is allowed"),
)
_YES = ("erlaubt ist true oder false, ohne Anführungszeichen", "true or false, without quotes, is allowed")
_TABLE, _LIST = ("erlaubt ist eine Tabelle", "a table is allowed"), ("erlaubt ist eine Liste", "a list is allowed")
_TIME = ("erlaubt ist eine Zeit wie '12h', '7d' oder '2w'", "a time like '12h', '7d' or '2w' is allowed")
# By the types of pydantic's errors; their context fills the braces.
_WORDS: Mapping[str, Lines] = {
    "string_type": _TEXT,
    "string_too_short": ("mindestens {min_length} Zeichen ist nötig", "at least {min_length} character is needed"),
    "string_too_long": ("erlaubt sind höchstens {max_length} Zeichen", "at most {max_length} characters are allowed"),
    "string_pattern_mismatch": (
        "erlaubt ist ein Text nach dem Muster {pattern}",
        "a text of the pattern {pattern} is allowed",
    ),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _YES,
    "bool_parsing": _YES,
    "greater_than": ("erlaubt ist eine Zahl größer als {gt}", "a number greater than {gt} is allowed"),
    "greater_than_equal": ("erlaubt ist eine Zahl ab {ge}", "a number greater than or equal to {ge} is allowed"),
    "less_than": ("erlaubt ist eine Zahl kleiner als {lt}", "a number less than {lt} is allowed"),
    "less_than_equal": ("erlaubt ist eine Zahl bis {le}", "a number less than or equal to {le} is allowed"),
    "literal_error": ("erlaubt ist {expected}", "{expected} is allowed"),
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "dict_type": _TABLE,
    "mapping_type": _TABLE,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "too_short": ("mindestens {min_length} Eintrag ist nötig", "at least {min_length} entry is needed"),
    "too_long": ("erlaubt sind höchstens {max_length} Einträge", "at most {max_length} entries are allowed"),
    "time_delta_type": _TIME,
    "time_delta_parsing": _TIME,
}

_KINDS = {
    "key": "Schlüssel",
    "field": "Feld",
    "attribute": "Angabe",
    "colour": "Farbe",
    "chart": "Diagramm",
    "aggregate": "Zusammenfassung",
}

KNOWN = frozenset(_WORDS)
"""The types of errors that there are words for."""


class Wrong(ValueError):
    """Raised by a setting's check, in both languages."""

    def __init__(self, en: str, de: str) -> None:
        super().__init__(en)
        self.de = de


def unknown(name: str, allowed: Iterable[str], kind: str = "key", shown: str = "", lang: str = "en") -> str:
    """The line for a name that is none of the allowed: ``unknown key 'titel'; did you mean 'title'? allowed: …``.

    ``shown`` is the name with the path before it.
    """
    names = list(allowed)
    near = difflib.get_close_matches(name.casefold()[:60], names, n=1, cutoff=0.6)
    if lang == "de":
        guess = f" gemeint ist vielleicht {near[0]!r};" if near else ""
        return f"{_KINDS.get(kind, kind)} {shown or repr(name)} gibt es nicht;{guess} erlaubt: {', '.join(names) or 'nichts'}"
    guess = f" did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {shown or repr(name)};{guess} allowed: {', '.join(names) or 'none'}"


def wrong_name(name: str, allowed: Iterable[str], kind: str = "key") -> Wrong:
    """The exception for a name that is none of the allowed."""
    names = list(allowed)
    return Wrong(unknown(name, names, kind), unknown(name, names, kind, lang="de"))


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a table, as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def first(
    error: ValidationError, model: type[BaseModel], words: Mapping[str, Lines] | None = None, lang: str = "en"
) -> str:
    """The first of the errors that a table's model found, as ``key: what is allowed (found: value)``.

    ``words`` say for keys with a pattern what it allows.
    """
    found = error.errors()[0]
    place, where, german = found["loc"], _written(found["loc"]), lang == "de"
    if found["type"] == "missing":
        if german:
            return (
                f"der Schlüssel {where!r} fehlt"
                if ":" not in where
                else f"{where.replace(': ', ': es fehlt der Schlüssel ')}"
            )
        return f"missing key {where!r}" if ":" not in where else f"{where.replace(': ', ': missing key ')}"
    if found["type"] == "extra_forbidden":
        keys = keys_of(_table_at(model, place[:-1]))
        return unknown(str(place[-1]), keys, shown=repr(where), lang=lang)
    if found["type"] == "value_error":
        raised = found["ctx"]["error"]
        message = str(getattr(raised, "de", raised) if german else raised)
    else:
        lines = _WORDS.get(found["type"], ("ein anderer Wert ist nötig", "another value is needed"))
        message = lines[0 if german else 1].format(**found.get("ctx", {}))
    if found["type"] == "string_pattern_mismatch" and words and str(place[-1]) in words:
        message = words[str(place[-1])][0 if german else 1]
    given = found["input"]
    shown = f"gefunden: {repr(given)[:100]}" if german else f"found: {repr(given)[:100]}"
    told = "" if isinstance(given, Mapping | list | tuple) else f" ({shown})"
    return f"{where}: {message}{told}" if where else message


# Lists of tables by their attributes, as they are written.
_LISTED = {"municipalities": "[[municipality]]", "charts": "[[region.charts]]"}


def _written(place: tuple[int | str, ...]) -> str:
    if len(place) > 1 and (table := _LISTED.get(str(place[0]))):
        return " ".join([f"{table} {int(place[1]) + 1}:", *map(str, place[2:])])
    return ".".join(str(part) for part in place)


def _table_at(model: type[BaseModel], place: Iterable[int | str]) -> type[BaseModel]:
    """The model of the table that a path leads to."""
    for part in place:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        inner = _model_in(fields[part].annotation) if isinstance(part, str) and part in fields else None
        model = inner or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
