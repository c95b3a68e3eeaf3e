"""Which numbers may be added: amounts always, what is counted at one moment only then, lengths, levels and rates never."""

from __future__ import annotations

from typing import Literal

from catalog.charts.naming import readable, sign
from catalog.reading.words import WORD, fold
from schemas.tables import Column

Additive = Literal["always", "at-once", "never"]

# Units of what cannot be added: shares, rates, levels, lengths, spans of time; a dash of either kind makes a rate.
_LEVELS = frozenset(
    (
        *("%", "‰", "°", "°c", "°f", "k", "grad", "prozent", "promille", "db", "db(a)", "ph", "hpa", "pa", "bar", "mm"),
        *("cm", "dm", "m", "km", "w", "kw", "mw", "gw", "v", "ah", "lx", "lux", "jahre", "jahr", "ntu"),
        *("m nhn", "mnhn"),
    )
)
_RATES = ("/", "je ", "pro ", "%", "°")
_AMOUNTS = frozenset(
    ("€", "t€", "mio. €", "ct", "cent", "wh", "kwh", "mwh", "gwh", "t", "l", "hl", "m³", "kg", "tco2", "co2", "fälle")
)
_THINGS = frozenset(
    (
        *("personen", "pers.", "einwohner", "ew", "plätze", "fahrzeuge", "kfz", "stück", "stk", "stk.", "anzahl"),
        *("m²", "ha", "km²", "a", "kwp"),
    )
)


def _set(text: str) -> frozenset[str]:
    return frozenset(map(fold, text.split()))


# Whole words, and ends of longer ones: Stammumfang, Wahlbeteiligungsquote; Fördermittel and Tierhalter do not count here.
_LEVEL_WORDS = _set("""
    anteil quote rate index durchschnitt durchschnittlich durchschnittliche durchschnittlicher mittel mittlere mittlerer
    mittelwert temperatur pegel pegelstand wasserstand füllstand zählerstand preis höhe breite länge tiefe dicke umfang
    durchmesser radius abstand entfernung weite dichte alter note bewertung rang platzierung prozent promille je pro
    luftdruck druck feuchte luftfeuchte feuchtigkeit geschwindigkeit wert min max minimum maximum median ph stufe nullpunkt
    auslastung belegungsgrad deckungsgrad grad miete tarif hebesatz steuersatz satz gewicht leistung faktor dauer wartezeit
    niederschlag regen windstärke schneehöhe sonnenstunden konzentration gehalt koordinate nummer schlüssel rangfolge
    average mean price share level height length width depth age ratio percent percentage temperature speed score rank
    density duration distance weight
""")
_LEVEL_ENDS = tuple(
    _set("""
    umfang durchmesser temperatur pegel wasserstand pegelstand füllstand zählerstand quote anteil preis dichte druck
    feuchte feuchtigkeit geschwindigkeit index durchschnitt mittelwert höhe breite tiefe durchschnittsalter miete
    auslastung grad temperature
    """)
)
_AMOUNT_WORDS = _set("""
    betrag beträge summe kosten ausgabe ausgaben einnahme einnahmen ertrag erträge aufwand aufwendung aufwendungen
    auszahlung auszahlungen einzahlung einzahlungen umsatz umsätze erlös erlöse zuschuss zuschüsse investition investitionen
    saldo ergebnis verbrauch erzeugung einspeisung produktion menge mengen aufkommen unfall unfälle einsatz einsätze
    meldungen geburten geborene sterbefälle gestorbene zuzüge fortzüge übernachtungen ankünfte besuche besucher gäste
    ausleihen fahrgäste stimmen anrufe fälle delikte straftaten tote verletzte anträge genehmigungen brände fehlalarme
    abrufe gewinn verlust
    amount amounts cost costs expense expenses revenue spending consumption visitors visits passengers votes cases
    births deaths accidents
""")
_THING_WORDS = _set("""
    einwohner einwohnerinnen bevölkerung personen menschen anzahl zahl plätze stellplätze fahrzeuge kfz pkw betten wohnungen
    wohneinheiten gebäude haushalte kinder schüler schülerinnen lernende studierende beschäftigte arbeitslose mitglieder
    fläche flächen bestand wahlberechtigte wähler wählerinnen weiblich männlich männer frauen geräte ladepunkte belegt frei
    freie verfügbar leuchten bäume betriebe unternehmen vereine
    count number population inhabitants residents households area spaces free occupied vehicles
""")
_SHORTEST_END = 5  # of amounts and things: Stromverbrauch, Einwohneranzahl


def additive(column: Column) -> Additive:
    """Whether values of a column may be added up, by its unit and name; what tells nothing may not.

    "always": amounts of a time or of a thing, such as euros, kilowatt-hours, births. "at-once": what is there at a moment,
    such as persons, spaces or areas: of several places at one time, never of several times. "never": lengths, levels,
    temperatures, shares, ages, prices, and whatever nobody can tell.
    """
    name, unit = _words(column), sign(column.unit).casefold()
    if unit in _LEVELS or any(mark in unit for mark in _RATES) or _is_level(name):
        return "never"
    if unit in _AMOUNTS or _said(name, _AMOUNT_WORDS):
        return "always"
    return "at-once" if unit in _THINGS or _said(name, _THING_WORDS) else "never"


def adds_up(column: Column) -> bool:
    """Whether values of a column at one moment may be added."""
    return additive(column) != "never"


def _words(column: Column) -> tuple[str, ...]:
    return tuple(map(fold, WORD.findall(readable(column.name, column.unit))))


def _is_level(name: tuple[str, ...]) -> bool:
    return any(word in _LEVEL_WORDS or word.endswith(_LEVEL_ENDS) for word in name)


def _said(name: tuple[str, ...], among: frozenset[str]) -> bool:
    return any(word in among or any(word[-size:] in among for size in range(_SHORTEST_END, len(word))) for word in name)
