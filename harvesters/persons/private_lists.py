"""Lists of private persons: columns of names beside a date of birth, a home address, or a mailbox or number of theirs (F75).

A name alone is no hint. Who holds or seeks an office, works in public, or is of history is named in open data with good
reason: tables that say so are left as they are. Header and content must agree; where there are only one or two persons,
all their values must, the header must leave no doubt, and nothing beside may speak of an office or a visit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from harvesters.persons.words import is_given_name, is_surely_a_person
from schemas.tables import PersonalHint, Profile, Table, TableError, dates, profile, read_table
from schemas.tables.persons import HintKind
from schemas.tables.types import is_missing
from schemas.tables.words import words

_MOST_VALUES = 500
# From so many different values on, some of them may be something else.
_MANY = 3
_SHARE = 0.6
# Of those who were born before, most are dead, whom the law on data does not protect.
_YEARS = 110


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GIVEN = _set("vorname vornamen rufname firstname givenname")
_FAMILY = _set("nachname familienname zuname geburtsname lastname surname familyname")
_NAME = _set("name namen")
_BEFORE = _GIVEN | {"vor"}  # Vor- und Nachname
# Whoever a column is called so is private, and lives where the address beside says.
_PRIVATE = _set("""
    eigentümer eigentuemer eigentümerin grundeigentümer halter halterin hundehalter tierhalter besitzer besitzerin
    pächter paechter pächterin mieter mieterin antragsteller antragstellerin bauherr bauherrin schuldner schuldnerin
    nutzungsberechtigter nutzungsberechtigte grabnutzer einwohner bewohner erziehungsberechtigte
""")
# Named for a club, a house or an office: private only with what is nobody's but theirs.
_CONTACTS = _set("""
    ansprechpartner ansprechpartnerin ansprechpartnerinnen ansprechperson kontaktperson kontakt inhaber inhaberin
    person personen
""")
_BIRTH = _set("geburtsdatum geburtstag geboren gebdatum gebdat birthdate birthday dateofbirth")
_MOBILE = _set("mobil handy mobiltelefon mobilnummer handynummer privat privatnummer")
_STREET = _set("straße strasse str anschrift adresse wohnanschrift privatanschrift privatadresse wohnadresse")
_HOUSE = _set("hausnummer hausnr hnr hsnr nr")
# Nobody but a person has such an address.
_DWELLING = _set("wohnanschrift wohnadresse privatanschrift privatadresse")
# The table is of offices, elections, professions, honours, or the dead.
_PUBLIC = _set("""
    partei fraktion wahlvorschlag wahlvorschlagsträger wahlkreis wahlbezirk listenplatz kandidat kandidatin kandidatur
    bewerber mandat amt amtszeit amtsbezeichnung funktion dienststelle dienstbezeichnung abteilung fachbereich
    fachdienst sachgebiet referat dezernat ressort ausschuss gremium bearbeiter bearbeiterin sachbearbeiter
    sachbearbeiterin durchwahl zimmer büro fachrichtung fachgebiet gewerk kammer approbation zulassung verliehen
    verleihung ehrung ehrenbürger gestorben sterbedatum todesdatum todestag todesjahr verstorben gefallen sterbejahr
    epoche
""")
# Whose address it is then.
_BODIES = _set("""
    firma firmenname einrichtung verein vereinsname organisation institution träger traeger behörde behoerde
    unternehmen betrieb schule kita praxis kanzlei geschäft laden objekt gebäude bezeichnung
""")
# A table of one or two rows may be an imprint or a card: whoever can be visited, called or read about is in public.
_VISITED = _set("""
    öffnungszeiten öffnungszeit oeffnungszeiten sprechzeiten sprechzeit sprechstunde sprechstunden servicezeiten website
    webseite homepage internet internetseite internetadresse web url link www wahlperiode legislatur rolle position
    stellung beruf berufsbezeichnung vorsitzender vorsitzende vorsitz vorstand leiter leiterin leitung stellvertreter
    stellvertreterin bürgermeister bürgermeisterin ortsvorsteher ortsvorsteherin schiedsperson rathaus biografie
    biographie vita lebenslauf künstler künstlerin künstlername werk werke wikipedia gnd wirken disziplin mannschaft
    spielernummer rückennummer auszeichnung
""")
_CALLED = _set("telefon telefonnummer tel festnetz fax telefax email mail mailadresse emailadresse")
_SIGHTS = _set("""
    denkmal baudenkmal kulturdenkmal burg schloss park garten hof weingut hotel gasthof gaststätte restaurant café pension
    ferienwohnung unterkunft markt museum galerie atelier hofladen branche sparte
""")


class Listed(NamedTuple):
    """The columns of a list of private persons; ``homes``: a place that its rows tell is where one of them lives."""

    hints: tuple[PersonalHint, ...] = ()
    homes: bool = False


class _Who(NamedTuple):
    """The columns that name persons, by how they are called, and those of the days on which they were born.

    ``whole`` are those that say of themselves that they hold both: "Name, Vorname".
    """

    whole: list[int]
    given: list[int]
    family: list[int]
    private: list[int]
    named: list[int]
    contacts: list[int]
    births: list[int]

    @property
    def full(self) -> bool:
        """Whether the rows are of persons by the names of their columns: an owner, or a given name and a family's."""
        return bool(self.private or self.whole or (self.given and self.family))

    @property
    def columns(self) -> list[int]:
        """All columns of names, in their order."""
        return sorted({*self.whole, *self.given, *self.family, *self.private, *self.named, *self.contacts})


class _Columns:
    """The columns of a table by the words of their names; their values are counted where they are asked for."""

    def __init__(self, table: Table) -> None:
        self.names = [words(each.name) for each in table.columns]
        self._rows = table.rows
        self._counted: dict[int, Counter[str]] = {}

    def values(self, index: int) -> Counter[str]:
        if index not in self._counted:
            cells = (row[index] for row in self._rows)
            self._counted[index] = Counter(cell.strip() for cell in cells if not is_missing(cell))
        return self._counted[index]

    def called(self, said: Collection[str]) -> list[int]:
        return [index for index, each in enumerate(self.names) if not each.isdisjoint(said)]

    def holding(self, said: Collection[str], is_such: Callable[[str], bool]) -> list[int]:
        """The columns of these names whose values are such."""
        return [index for index in self.called(said) if _mostly(self.values(index), is_such)]

    def many(self, index: int) -> bool:
        """Whether a column has more than one or two different values."""
        return len(self.values(index)) >= _MANY

    def of_many(self, indexes: Collection[int]) -> bool:
        """Whether the rows tell more than one or two different things in some columns."""
        rows = {tuple(row[index].strip() for index in indexes) for row in self._rows[:_MOST_VALUES]}
        return len({row for row in rows if not all(map(is_missing, row))}) >= _MANY


def listed(table: Table, figures: Profile) -> Listed:
    """The columns of a list of private persons that tell who they are; none where the table is of something else."""
    columns = _Columns(table)
    if columns.called(_PUBLIC):
        return Listed()
    who = _who(table, figures, columns)
    persons = who.columns
    if not persons or not (who.whole or who.given or who.private or who.named or who.contacts or who.births):
        return Listed()
    homes = _homes(columns, persons) if who.full or who.births else []
    if any(map(columns.many, persons)):
        told = bool(who.births or (who.full and homes) or _is_reached(table, figures, columns))
    else:
        told = _is_told_of_few(table, figures, columns, who, homes)
    if not told:
        return Listed()
    found: dict[int, HintKind] = {}
    found.update((index, "name") for index in persons)
    found.update((index, "birthday") for index in who.births)
    found.update((index, "address") for index in homes)
    hints = tuple(
        PersonalHint(table.columns[index].name, kind, sum(columns.values(index).values()))
        for index, kind in sorted(found.items())
    )
    return Listed(hints, bool(who.births) or (bool(who.full or who.named) and not columns.called(_BODIES)))


def are_homes(data: bytes, name: str, columns: Iterable[str]) -> bool:
    """Whether the places in a file are where private persons live. Takes the names of its columns as they were read.

    The file is read again only where these speak of persons, and only if it is a table or JSON.
    """
    said = [words(each) for each in columns]
    told = _BEFORE | _PRIVATE | _BIRTH
    if all(each.isdisjoint(told) for each in said) and not (
        any(not each.isdisjoint(_NAME) for each in said)
        and any(not each.isdisjoint(_CALLED | _MOBILE | {"iban"}) for each in said)
    ):
        return False
    try:
        table = read_table(data, name)
    except TableError:
        return False
    return listed(table, profile(table)).homes


def _who(table: Table, figures: Profile, columns: _Columns) -> _Who:
    given = columns.holding(_GIVEN, _is_given)
    both = [index for index in columns.called(_BEFORE) if not columns.names[index].isdisjoint(_FAMILY | _NAME)]
    return _Who(
        [index for index in both if _mostly(columns.values(index), _is_whole)],
        given,
        columns.holding(_FAMILY | _NAME, _is_family) if given else columns.holding(_FAMILY, _is_family),
        columns.holding(_PRIVATE, is_surely_a_person),
        columns.holding(_NAME, is_surely_a_person),
        # One and the same beside many things speaks for them.
        [index for index in columns.holding(_CONTACTS, is_surely_a_person) if columns.many(index)],
        [index for index in columns.called(_BIRTH) if _is_of_the_living(table, figures, index)],
    )


def _is_told_of_few(table: Table, figures: Profile, columns: _Columns, who: _Who, homes: Sequence[int]) -> bool:
    """Whether what stands beside the names of one or two persons leaves no doubt that they are private."""
    if columns.called(_VISITED):
        return False
    if who.births and (who.full or who.named):
        return True
    if who.full and homes and _is_a_dwelling(columns, homes, surely=bool(who.private)):
        return True
    if who.private:
        return _is_reached(table, figures, columns)
    return who.full and any(hint.kind == "iban" for hint in figures.personal)


def _mostly(values: Counter[str], is_such: Callable[[str], bool]) -> bool:
    """Whether most values are such; all of them, where they are only one or two."""
    looked = list(islice(values, _MOST_VALUES))
    fitting = sum(map(is_such, looked))
    return fitting >= _SHARE * len(looked) if len(looked) >= _MANY else 0 < fitting == len(looked)


def _is_given(value: str) -> bool:
    return len(value) < 60 and any(map(is_given_name, value.split()[:1]))


def _is_whole(value: str) -> bool:
    """Whether a value is a given name and a family's, in either order, with or without a comma."""
    parts = value.replace(",", " ").split()
    return 1 < len(parts) < 6 and len(value) < 60 and any(map(is_given_name, parts)) and _is_family(parts[-1])


def _is_family(value: str) -> bool:
    parts = value.split()
    return (
        1 <= len(parts) <= 3
        and parts[-1][:1].isupper()
        and not parts[-1].isupper()
        and all(part.replace("-", "").replace("'", "").isalpha() for part in parts)
    )


def _is_of_the_living(table: Table, figures: Profile, index: int) -> bool:
    """Whether a column holds dates to the day, at least half of them of people who may live; all, where they are few."""
    column = figures.columns[index] if index < len(figures.columns) else None
    if column is None or column.type != "date":
        return False
    forms = dates.formats(column.format)
    cells = [row[index] for row in table.rows[:_MOST_VALUES] if not is_missing(row[index])]
    moments = [
        moment for cell in cells if (moment := next(filter(None, (dates.parse(cell, form) for form in forms)), None))
    ]
    alive = sum(1 for moment in moments if moment.year > datetime.now(UTC).year - _YEARS)
    return 2 * alive >= len(moments) if len(moments) >= _MANY else 0 < alive == len(cells)


def _is_reached(table: Table, figures: Profile, columns: _Columns) -> bool:
    """Whether a mailbox or account of a person stands beside, or a number that is mobile or called private."""
    by_name = {column.name: index for index, column in enumerate(table.columns)}
    many = len(table.rows) >= _MANY
    for hint in figures.personal:
        if hint.kind in ("e-mail", "iban"):
            return True
        index = by_name.get(hint.column)
        if hint.kind != "telephone" or index is None:
            continue
        is_mobile = _mostly(columns.values(index), _is_mobile) and (columns.many(index) or not many)
        if is_mobile or not columns.names[index].isdisjoint(_MOBILE):
            return True
    return False


def _is_mobile(value: str) -> bool:
    digits = "".join(filter(str.isdigit, value)).removeprefix("00")
    return digits.removeprefix("49").lstrip("0")[:2] in ("15", "16", "17")


def _homes(columns: _Columns, persons: Collection[int]) -> list[int]:
    """The columns of addresses with a house number; none where the address may be a body's.

    Many persons at one or two addresses work there.
    """
    if columns.called(_BODIES):
        return []
    streets = [index for index in columns.called(_STREET) if columns.values(index)]
    numbers = [index for index in columns.called(_HOUSE) if _mostly(columns.values(index), _is_house_number)]
    found = (
        [*streets, *numbers]
        if numbers and streets
        else [index for index in streets if _mostly(columns.values(index), _has_number)]
    )
    return found if columns.of_many(found) or not columns.of_many(persons) else []


def _is_a_dwelling(columns: _Columns, homes: Collection[int], surely: bool) -> bool:
    """Whether the one or two addresses of a short table are where somebody lives, and not where an office is to be found."""
    if any(not columns.names[index].isdisjoint(_DWELLING) for index in homes):
        return True
    return not columns.called(_SIGHTS) and (surely or not columns.called(_CALLED))


def _is_house_number(value: str) -> bool:
    return value[:1].isdigit() and len(value) <= 8


def _has_number(value: str) -> bool:
    return any(map(str.isdigit, value))
