"""The data dictionary of a table: its columns as a csvw:Schema that hangs on the distribution it describes.

Terms are those of CSV on the Web, https://www.w3.org/ns/csvw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harvesters.mapping.account import Account
from schemas.kinds import Literal
from schemas.model import Distribution, Resource, Value, text
from schemas.namespaces import DCTERMS, XSD

_CSVW = "http://www.w3.org/ns/csvw#"
_SCHEMA, _COLUMN_CLASS = f"{_CSVW}Schema", f"{_CSVW}Column"
TABLE_SCHEMA, COLUMN, NAME, TITLE = f"{_CSVW}tableSchema", f"{_CSVW}column", f"{_CSVW}name", f"{_CSVW}title"
NUMBER, DATATYPE = f"{_CSVW}number", f"{_CSVW}datatype"
_DESCRIPTION = str(DCTERMS.description)
# Each column is a blank node, and a record may have 200 (DESIGN 3, Check).
_MOST = 100

_TYPES = {
    "text": XSD.string,
    "string": XSD.string,
    "int": XSD.integer,
    "integer": XSD.integer,
    "number": XSD.decimal,
    "double": XSD.double,
    "decimal": XSD.decimal,
    "date": XSD.date,
    "datetime": XSD.dateTime,
    "calendar date": XSD.dateTime,
    "floating timestamp": XSD.dateTime,
    "fixed timestamp": XSD.dateTime,
    "boolean": XSD.boolean,
    "checkbox": XSD.boolean,
    "url": XSD.anyURI,
    "esrifieldtypestring": XSD.string,
    "esrifieldtypeinteger": XSD.integer,
    "esrifieldtypesmallinteger": XSD.integer,
    "esrifieldtypedouble": XSD.double,
    "esrifieldtypesingle": XSD.float,
    "esrifieldtypedate": XSD.dateTime,
    "esrifieldtypeoid": XSD.integer,
}


class Column(NamedTuple):
    """A column as its source describes it: the name in the file, the label that people read, type, description."""

    name: str
    label: str = ""
    type: str = ""
    description: str = ""


def schema(account: Account, field: str, columns: Sequence[Column]) -> tuple[tuple[str, Value], ...]:
    """The columns as a statement for the distribution that holds the table, in the source's order.

    More columns than a record has room for stay with the record as a leftover. A type that XSD does not have (a shape,
    a list) is left out.
    """
    if not columns:
        return ()
    if len(columns) > _MOST:
        account.leave(field, [column._asdict() for column in columns])
        return ()
    made = [(COLUMN, _column(number, column, account.language)) for number, column in enumerate(columns, 1)]
    account.note("distribution.extra", field, "copy")
    return ((TABLE_SCHEMA, Resource(types=(_SCHEMA,), extra=tuple(made))),)


def meanings(file: Distribution, language: str) -> dict[str, str]:
    """What the columns of a file mean, by their names: label and description as the source has stated them.

    Takes the language that is liked best; reads what :func:`schema` wrote, and csvw:Schema of DCAT feeds alike.
    """
    found: dict[str, str] = {}
    schemas = [value for name, value in file.extra if name == TABLE_SCHEMA and isinstance(value, Resource)]
    for column in (value for each in schemas for name, value in each.extra if name == COLUMN):
        if isinstance(column, Resource):
            name = _said(column, NAME, language) or _said(column, TITLE, language)
            told = [_said(column, TITLE, language), _said(column, _DESCRIPTION, language)]
            meaning = ": ".join(dict.fromkeys(each for each in told if each and each != name))
            if name and meaning:
                found.setdefault(name, meaning)
    return found


def _said(column: Resource, name: str, language: str) -> str:
    return text(tuple(value for each, value in column.extra if each == name and isinstance(value, Literal)), language)


def _column(number: int, column: Column, language: str | None) -> Resource:
    said: list[tuple[str, Value]] = [(NUMBER, Literal(str(number), None, str(XSD.integer)))]
    if column.name:
        said.append((NAME, Literal(column.name)))
    if column.label:
        said.append((TITLE, Literal(column.label, language)))
    if known := _TYPES.get(column.type.casefold()):
        said.append((DATATYPE, str(known)))
    if column.description:
        said.append((_DESCRIPTION, Literal(column.description, language)))
    return Resource(types=(_COLUMN_CLASS,), extra=tuple(said))
