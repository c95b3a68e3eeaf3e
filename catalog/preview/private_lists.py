"""Lists of private persons: columns of names beside a date of birth, a home address, or a mailbox or number of theirs (F75).

A name alone is no hint. Who holds or seeks an office, works in public, or is of history is named in open data with good
reason: tables that say so are left as they are. Header and content must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from itertools import islice

from harvesters.persons.words import is_given_name, is_surely_a_person
from schemas.tables import PersonalHint, Profile, Table, dates
from schemas.tables.persons import HintKind
from schemas.tables.types import is_missing
from schemas.tables.words import words

_MOST_VALUES = 500
_LEAST_VALUES = 3
_SHARE = 0.6
# Of those who were born before, most are dead, whom the law on data does not protect.
_YEARS = 110


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GIVEN = _set("vorname vornamen rufname firstname givenname")
_FAMILY = _set("nachname familienname zuname geburtsname lastname surname familyname")
_NAME = _set("name namen")
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
        """The columns of these names most of whose values are such, and that have a few of them."""
        return [index for index in self.called(said) if _mostly(self.values(index), is_such)]


def hints(table: Table, profile: Profile) -> tuple[PersonalHint, ...]:
    """The columns of a list of private persons that tell who they are; none where the table is of something else."""
    columns = _Columns(table)
    if columns.called(_PUBLIC):
        return ()
    given = columns.holding(_GIVEN, _is_given)
    family = columns.holding(_FAMILY | _NAME, _is_family) if given else columns.holding(_FAMILY, _is_family)
    private = columns.holding(_PRIVATE, is_surely_a_person)
    whole = columns.holding(_NAME | _CONTACTS, is_surely_a_person)
    births = [index for index in columns.called(_BIRTH) if _is_of_the_living(table, profile, index)]
    named = sorted({*given, *family, *private, *whole})
    if not named or not (given or private or whole or births):
        return ()
    homes = _homes(columns) if private or (given and family) else []
    if not (births or homes or _is_reached(table, profile, columns)):
        return ()
    found: dict[int, HintKind] = {}
    found.update((index, "name") for index in named)
    found.update((index, "birthday") for index in births)
    found.update((index, "address") for index in homes)
    return tuple(
        PersonalHint(table.columns[index].name, kind, sum(columns.values(index).values()))
        for index, kind in sorted(found.items())
    )


def _mostly(values: Counter[str], is_such: Callable[[str], bool]) -> bool:
    looked = list(islice(values, _MOST_VALUES))
    return len(looked) >= _LEAST_VALUES and sum(map(is_such, looked)) >= _SHARE * len(looked)


def _is_given(value: str) -> bool:
    return len(value) < 60 and any(map(is_given_name, value.split()[:1]))


def _is_family(value: str) -> bool:
    parts = value.split()
    return (
        1 <= len(parts) <= 3
        and parts[-1][:1].isupper()
        and not parts[-1].isupper()
        and all(part.replace("-", "").replace("'", "").isalpha() for part in parts)
    )


def _is_of_the_living(table: Table, profile: Profile, index: int) -> bool:
    """Whether a column holds dates to the day, at least half of them of people who may live."""
    column = profile.columns[index] if index < len(profile.columns) else None
    if column is None or column.type != "date":
        return False
    cells = [row[index] for row in table.rows[:_MOST_VALUES] if not is_missing(row[index])]
    moments = [moment for cell in cells for form in dates.formats(column.format) if (moment := dates.parse(cell, form))]
    alive = sum(1 for moment in moments if moment.year > datetime.now(UTC).year - _YEARS)
    return len(moments) >= _LEAST_VALUES and 2 * alive >= len(moments)


def _is_reached(table: Table, profile: Profile, columns: _Columns) -> bool:
    """Whether a mailbox or account of a person stands beside, or a number that is mobile or called private."""
    by_name = {column.name: index for index, column in enumerate(table.columns)}
    for hint in profile.personal:
        if hint.kind in ("e-mail", "iban"):
            return True
        index = by_name.get(hint.column)
        if hint.kind != "telephone" or index is None:
            continue
        if not columns.names[index].isdisjoint(_MOBILE) or _mostly(columns.values(index), _is_mobile):
            return True
    return False


def _is_mobile(value: str) -> bool:
    digits = "".join(filter(str.isdigit, value)).removeprefix("00")
    return digits.removeprefix("49").lstrip("0")[:2] in ("15", "16", "17")


def _homes(columns: _Columns) -> list[int]:
    """The columns of addresses with a house number; none where the address may be a body's."""
    if columns.called(_BODIES):
        return []
    streets = [index for index in columns.called(_STREET) if len(columns.values(index)) >= _LEAST_VALUES]
    numbers = [index for index in columns.called(_HOUSE) if _mostly(columns.values(index), _is_house_number)]
    if numbers and streets:
        return [*streets, *numbers]
    return [index for index in streets if _mostly(columns.values(index), _has_number)]


def _is_house_number(value: str) -> bool:
    return value[:1].isdigit() and len(value) <= 8


def _has_number(value: str) -> bool:
    return any(map(str.isdigit, value))
