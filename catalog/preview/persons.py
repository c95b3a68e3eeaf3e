"""What seems to be data of persons is taken out before anything is shown: columns, details in texts, pages of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from catalog.preview import homes
from harvesters.persons import private_lists
from harvesters.persons.texts import has_signs, without_persons
from schemas.tables import Column, Note, PersonalHint, Profile, Table
from schemas.tables.jsonshapes import KEY
from schemas.tables.notes import note
from schemas.tables.persons import find_hints

Without = Callable[[str], str]
"""A text without whoever was forgotten (`allmende forget`)."""


class Shown(NamedTuple):
    """A table and its profile as they may be shown, what was withheld, and what is said of it.

    ``homes`` says that its rows are of private persons: where they lie is not shown either.
    """

    table: Table
    profile: Profile
    withheld: tuple[PersonalHint, ...]
    notes: tuple[Note, ...]
    homes: bool = False


def nobody(text: str) -> str:
    """The text as it is: nobody was forgotten."""
    return text


def shown(table: Table, profile: Profile, allowed: bool) -> Shown:
    """A table without the columns that there are hints on, by themselves or together; whole where the source allows it.

    Where it is a list of private persons, the columns that tell where they live go with their names.
    """
    if allowed:
        return Shown(table, profile, (), ())
    table, profile = _renamed(table, profile)
    listed = private_lists.listed(table, profile)
    personal = list(profile.personal)
    for hint in (*listed.hints, *_of_keys(table, listed), *(homes.places(table) if listed.homes else ())):
        if hint.column not in {each.column for each in personal}:
            personal.append(hint)
    profile = replace(profile, personal=tuple(personal))
    if not profile.personal:
        return Shown(table, profile, (), ())
    named = {hint.column for hint in profile.personal}
    kept = [index for index, column in enumerate(table.columns) if column.name not in named]
    columns = tuple(table.columns[index] for index in kept)
    rows = tuple(tuple(row[index] for index in kept) for row in table.rows)
    dropped = [column.name for column in table.columns if column.name in named]
    period = profile.period
    if period is not None and set(period.columns) & named:
        period = None
    if listed.homes:
        table, profile = replace(table, extent=None), replace(profile, box=None)
    return Shown(
        replace(table, columns=columns, rows=rows),
        replace(
            profile,
            columns=tuple(column for column in profile.columns if column.name not in named),
            period=period,
            notes=tuple(each for each in profile.notes if each.code != "personal-data"),
        ),
        profile.personal,
        (*(note("column-withheld", column=name) for name in dropped), *_of_places(profile.personal)),
        listed.homes,
    )


def _of_keys(table: Table, listed: private_lists.Listed) -> Sequence[PersonalHint]:
    """The keys under which a document keeps its objects: in a list of private persons they are made of their names."""
    if not listed.hints or KEY not in table.names:
        return ()
    return (PersonalHint(KEY, "name", len(table.rows)),)


def without_geometries(shown: Shown, count: int) -> Shown:
    """A list of private persons without the geometries that lie beside its rows, so many of them."""
    if not count:
        return shown
    withheld = (*shown.withheld, PersonalHint("geometry", "place", count))
    return shown._replace(withheld=withheld, notes=tuple(dict.fromkeys((*shown.notes, *_of_places(withheld)))))


def _of_places(hints: Sequence[PersonalHint]) -> tuple[Note, ...]:
    return (note("place-withheld"),) if any(hint.kind == "place" for hint in hints) else ()


def _renamed(table: Table, profile: Profile) -> tuple[Table, Profile]:
    """Both without persons in the names of columns: what should be a header may be a line of text."""
    if not any(has_signs(name) for name in table.names):
        return table, profile
    new: dict[str, str] = {}
    for name in table.names:
        plain = without_persons(name, "de")
        new[name] = plain if plain not in new.values() else f"{plain} ({len(new) + 1})"

    def renamed(columns: tuple[Column, ...]) -> tuple[Column, ...]:
        return tuple(replace(column, name=new[column.name]) for column in columns)

    hints = tuple(hint._replace(column=new[hint.column]) for hint in profile.personal)
    return (
        replace(table, columns=renamed(table.columns)),
        replace(profile, columns=renamed(profile.columns), personal=hints),
    )


def table_without(table: Table, without: Without) -> Table:
    """A table without whoever was forgotten."""
    if without is nobody:
        return table
    cell = lru_cache(50_000)(without)
    return replace(
        table,
        columns=tuple(replace(column, name=cell(column.name)) for column in table.columns),
        rows=tuple(tuple(map(cell, row)) for row in table.rows),
    )


def text_without(text: str, allowed: bool, without: Without) -> str:
    """A text without persons, where the source does not allow them; never with whoever was forgotten."""
    text = without(text)
    return text if allowed or not text else without_persons(text, "de")


def hints_in(text: str) -> Sequence[PersonalHint]:
    """What in the text of a page points to persons: mailboxes that bear a name, bank accounts."""
    words = Counter(text.split()) + Counter(" ".join(line.split()) for line in text.splitlines())
    return [hint for hint in find_hints("", words) if hint.kind != "telephone"]
