"""What is wrong with a setting, in words of the files it stands in: the key, the nearest known one, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_TEXT = "a text in quotes (a string) is allowed"
_NUMBER, _WHOLE = "a number is allowed", "a whole number is allowed"
_YES = "true or false, without quotes, is allowed"
_TABLE, _LIST = "a table is allowed", "a list is allowed"
_TIME = "a time like '12h', '7d' or '2w' is allowed"
# By the types of pydantic's errors; their context fills the braces.
_WORDS: Mapping[str, str] = {
    "string_type": _TEXT,
    "string_too_short": "at least {min_length} character is needed",
    "string_too_long": "at most {max_length} characters are allowed",
    "string_pattern_mismatch": "a text of the pattern {pattern} is allowed",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _YES,
    "bool_parsing": _YES,
    "greater_than": "a number greater than {gt} is allowed",
    "greater_than_equal": "a number greater than or equal to {ge} is allowed",
    "less_than": "a number less than {lt} is allowed",
    "less_than_equal": "a number less than or equal to {le} is allowed",
    "literal_error": "{expected} is allowed",
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "dict_type": _TABLE,
    "mapping_type": _TABLE,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "too_short": "at least {min_length} entry is needed",
    "too_long": "at most {max_length} entries are allowed",
    "time_delta_type": _TIME,
    "time_delta_parsing": _TIME,
}

KNOWN = frozenset(_WORDS)
"""The types of errors that there are words for."""


def unknown(name: str, allowed: Iterable[str], kind: str = "key", shown: str = "") -> str:
    """The line for a name that is none of the allowed: ``unknown key 'titel'; did you mean 'title'? allowed: …``.

    ``shown`` is the name with the path before it.
    """
    names = list(allowed)
    near = difflib.get_close_matches(name.casefold()[:60], names, n=1, cutoff=0.6)
    guess = f" did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {shown or repr(name)};{guess} allowed: {', '.join(names) or 'none'}"


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a table, as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def first(error: ValidationError, model: type[BaseModel], words: Mapping[str, str] | None = None) -> str:
    """The first of the errors that a table's model found, as ``key: what is allowed (found: value)``.

    ``words`` say for keys with a pattern what it allows.
    """
    found = error.errors()[0]
    place, where = found["loc"], _written(found["loc"])
    if found["type"] == "missing":
        return f"missing key {where!r}" if ":" not in where else f"{where.replace(': ', ': missing key ')}"
    if found["type"] == "extra_forbidden":
        return unknown(str(place[-1]), keys_of(_table_at(model, place[:-1])), shown=repr(where))
    if found["type"] == "value_error":
        message = str(found["ctx"]["error"])
    else:
        message = _WORDS.get(found["type"], "another value is needed").format(**found.get("ctx", {}))
    if found["type"] == "string_pattern_mismatch":
        message = (words or {}).get(str(place[-1]), message)
    given = found["input"]
    told = "" if isinstance(given, Mapping | list | tuple) else f" (found: {repr(given)[:100]})"
    return f"{where}: {message}{told}" if where else message


def _written(place: tuple[int | str, ...]) -> str:
    if place[:1] == ("municipalities",) and len(place) > 1:
        return " ".join([f"[[municipality]] {int(place[1]) + 1}:", *map(str, place[2:])])
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
