"""Names of columns and units as people write them: `Wasserstand_cm` is the Wasserstand in cm, `m2` is m², `EUR` is €."""

from __future__ import annotations

import re
from functools import lru_cache

_SIGNS = {
    **dict.fromkeys(("eur", "euro", "euros", "€"), "€"),
    **dict.fromkeys(("teur", "t€", "tsd.€", "tsd€", "k€"), "T€"),
    **dict.fromkeys(("mio.€", "mio€", "mioeur"), "Mio. €"),
    **dict.fromkeys(("prozent", "percent", "%"), "%"),
    "promille": "‰",
    **dict.fromkeys(("m2", "qm"), "m²"),
    **dict.fromkeys(("m3", "cbm"), "m³"),
    **{f"{prefix}m2": f"{prefix}m²" for prefix in ("k", "c", "m", "d")},
    **{
        unit.casefold(): unit
        for unit in ("Wh", "kWh", "MWh", "GWh", "kWp", "W", "kW", "MW", "GW", "hPa", "dB", "dB(A)")
    },
}
# Names that are nothing but a unit; "Prozent" and "W" are words and codes as well.
_UNITS_ALONE = frozenset(("m2", "m3", "qm", "cbm", "km2", "eur", "euro", "teur"))
# What columns are called that were named without umlauts, also within longer words; "neue" and "Quelle" have none.
_UMLAUTS = """
    fläche länge höhe größe plätze geräte gebäude häuser bäume gewässer schüler gäste männ bürger träger behörde
    beschäftigte bevölkerung geschäft erträge beträge gebühr zuschüsse ausschüsse züge fälle brände märz lärm wärme
    stärke müll prüfung schlüssel kürzel verfügbar füllstand öffnung öffentlich jährlich ungültig gültig wähler
    übernachtung straße maßnahme förder körper
"""
_SPELLINGS = {
    said.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss"): said for said in _UMLAUTS.split()
}
_MISSPELT = re.compile("|".join(sorted(_SPELLINGS, key=len, reverse=True)), re.I)
_BETWEEN = " \t\r\n\f\v\u00a0\u202f_-"


@lru_cache(maxsize=4096)
def sign(unit: str) -> str:
    """A unit in its usual spelling, each part of `EUR/m2` for itself; as it is where it is none that we know."""
    return "/".join(_SIGNS.get(part.casefold().replace(" ", ""), part.strip()) for part in unit.split("/"))


@lru_cache(maxsize=4096)
def readable(name: str, unit: str = "") -> str:
    """A column's name for people: without its unit at the end, underscores as blanks; the unit's sign where it is no more."""
    if name.strip().casefold() in _UNITS_ALONE:
        return sign(name.strip())
    bare = _without(name, unit) if unit else name
    return _MISSPELT.sub(_spelt, " ".join(bare.replace("_", " ").split())) or sign(unit) or name


@lru_cache(maxsize=4096)
def named(name: str, unit: str) -> str:
    """A column's readable name with its unit in brackets."""
    bare = readable(name, unit)
    return bare if not unit or bare == sign(unit) else f"{bare} ({sign(unit)})"


def _spelt(found: re.Match[str]) -> str:
    said = _SPELLINGS[found[0].casefold()]
    return said.upper() if found[0].isupper() else said.capitalize() if found[0][0].isupper() else said


def _without(name: str, unit: str) -> str:
    """The name without the unit that it ends with: bare, in brackets, or behind "in"."""
    for said in (f"({unit})", f"[{unit}]", unit, unit.replace("/", "_")):
        if name.casefold().endswith(said.casefold()):
            before = name[: -len(said)]
            # "Baum" does not end with metres.
            name_alone = before.rstrip(_BETWEEN)
            if said[0] in "([" or not before or name_alone != before:
                return _without_in(name_alone) if name_alone != before else before
    found = re.search(r"\(\s*in\s+([^()]{1,16})\)\s*$", name)
    if found and found.group(1).strip().casefold() == unit.casefold():
        return name[: found.start()].rstrip(" _-")
    return name


def _without_in(name: str) -> str:
    """A name without the "in" that led to its unit."""
    rest = name[:-2].rstrip(_BETWEEN)
    return rest if name.casefold().endswith("in") and len(rest) < len(name) - 2 else name
